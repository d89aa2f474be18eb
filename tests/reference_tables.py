"""Records of tables in tables and of readings, as slowly and plainly as it can be said.

A record is described by a tree of parts and held as a dictionary: the text of a field, the number
of a count, a list of such dictionaries for a table, and for readings the number of the one that is
there with its own dictionary. Everything recurses over the tree, and goes on from one place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Value = dict[str, Any]
Cells = dict[str, str | int | None]


@dataclass(frozen=True)
class Leaf:
    """A text of so many bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class Count:
    """A number of one or two digits."""

    name: str
    size: int


@dataclass(frozen=True)
class Table:
    name: str
    count: str
    least: int
    most: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Fixed:
    """A table without a count."""

    name: str
    most: int
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Choice:
    """Readings of one place: the value that a field must have for each, None for any."""

    name: str
    asks: str
    readings: tuple[tuple[str | None, tuple[Part, ...]], ...]


Part = Leaf | Count | Table | Fixed | Choice


class Wrong(Exception):
    """A field leads to no shape of the record: its name with its numbers, and where it stands."""


def full(parts: tuple[Part, ...]) -> int:
    """The bytes of parts whose tables are full."""
    return sum(_full(part) for part in parts)


def _full(part: Part) -> int:
    if isinstance(part, Table | Fixed):
        return part.most * full(part.parts)
    if isinstance(part, Choice):
        return max(full(parts) for _, parts in part.readings)
    return part.size


def layout(parts: tuple[Part, ...], framing: str) -> str:
    """The layout of such records."""
    lines = "\n".join(_lines(parts, "      "))
    framing = framing.replace("SIZE", str(full(parts)))
    return (
        f"kind: layout\nid: x\ncharset: cp932\nframing: {framing}\nrecords:\n"
        f"  - name: r\n    fields:\n{lines}\n"
    )


def _lines(parts: tuple[Part, ...], indent: str) -> Iterator[str]:
    for part in parts:
        if isinstance(part, Leaf):
            yield f"{indent}- {{name: {part.name}, bytes: {part.size}, kind: narrow}}"
        elif isinstance(part, Count):
            yield f"{indent}- {{name: {part.name}, bytes: {part.size}, kind: integer}}"
        elif isinstance(part, Choice):
            yield from _reading_lines(part, indent)
        else:
            yield f"{indent}- name: {part.name}"
            yield f"{indent}  occurs: {part.most}"
            if isinstance(part, Table):
                yield f"{indent}  depending: {part.count}"
                yield f"{indent}  least: {part.least}"
            yield f"{indent}  fields:"
            yield from _lines(part.parts, f"{indent}    ")


def _reading_lines(part: Choice, indent: str) -> Iterator[str]:
    for number, (value, parts) in enumerate(part.readings):
        yield f"{indent}- name: {part.name}_{number}"
        if number:
            yield f"{indent}  redefines: {part.name}_0"
        if value is not None:
            yield f'{indent}  when: {{field: {part.asks}, equals: "{value}"}}'
        yield f"{indent}  fields:"
        yield from _lines(parts, f"{indent}    ")
        if rest := _full(part) - full(parts):
            yield f"{indent}    - {{filler: {rest}}}"


def written(parts: tuple[Part, ...], value: Value, closed: bool) -> bytes:
    """The bytes of a record, with all the room of its tables or `closed` up."""
    return b"".join(_written(part, value, closed) for part in parts)


def _written(part: Part, value: Value, closed: bool) -> bytes:
    if isinstance(part, Leaf):
        return str(value[part.name]).encode().ljust(part.size)
    if isinstance(part, Count):
        return f"{value[part.name]:0{part.size}}".encode()
    if isinstance(part, Choice):
        number, inner = value[part.name]
        parts = part.readings[number][1]
        return written(parts, inner, closed) + b" " * (_full(part) - full(parts))
    data = b"".join(written(part.parts, element, closed) for element in value[part.name])
    return data if closed else data.ljust(_full(part))


def read(parts: tuple[Part, ...], data: bytes, closed: bool) -> Value:
    """The record in some bytes; Wrong where a count or a choice cannot be."""
    value, _ = _parts(parts, data, (0, closed), [], ())
    return value


def length(parts: tuple[Part, ...], data: bytes) -> int:
    """The bytes of the record that begins there, closed up."""
    return _parts(parts, data, (0, True), [], ())[1]


Scope = list[tuple[Value, tuple[int, ...], dict[str, int]]]
"""What is known around a part: values, their numbers, and where they stood."""


def _parts(
    parts: tuple[Part, ...],
    data: bytes,
    where: tuple[int, bool],
    scope: Scope,
    numbers: tuple[int, ...],
) -> tuple[Value, int]:
    """The values of parts from a place on, and the place behind them."""
    value: Value = {}
    place, closed = where
    here: Scope = [*scope, (value, numbers, {})]
    for part in parts:
        if isinstance(part, Leaf | Count):
            raw = data[place : place + part.size]
            text = raw.decode("latin-1").rstrip(" ")
            here[-1][2][part.name] = place
            digits = text if isinstance(part, Leaf) else _digits(raw)
            value[part.name] = digits
            place += part.size
        elif isinstance(part, Choice):
            number = _chosen(part, here)
            inner = part.readings[number][1]
            value[part.name], after = _parts(inner, data, (place, closed), here, numbers)
            value[part.name] = (number, value[part.name])
            place = after + _full(part) - full(inner) if closed else place + _full(part)
        else:
            value[part.name], after = _elements(part, data, (place, closed), here)
            place = after if closed else place + _full(part)
    return value, place


def _elements(
    part: Table | Fixed, data: bytes, where: tuple[int, bool], here: Scope
) -> tuple[list[Value], int]:
    times = part.most if isinstance(part, Fixed) else _counted(part, here)
    place, closed = where
    found = []
    for number in range(1, times + 1):
        numbers = (*here[-1][1], number)
        element, after = _parts(part.parts, data, (place, closed), here, numbers)
        found.append(element)
        place = after if closed else place + full(part.parts)
    return found, place


def _digits(raw: bytes) -> int | None:
    return int(raw) if raw.isdigit() else None


def _asked(name: str, here: Scope) -> tuple[Any, str, int]:
    """The value of a name in the nearest place around, its name with numbers, and its place."""
    values, numbers, places = next(one for one in reversed(here) if name in one[2])
    return values[name], "-".join([name, *map(str, numbers)]), places[name]


def _counted(part: Table, here: Scope) -> int:
    count, name, place = _asked(part.count, here)
    if count is None or not part.least <= count <= part.most:
        raise Wrong(name, place)
    return int(count)


def _chosen(part: Choice, here: Scope) -> int:
    value, name, place = _asked(part.asks, here)
    known = [due for due, _ in part.readings]
    if value in known:
        return known.index(value)
    if None in known:
        return known.index(None)
    raise Wrong(name, place)


@dataclass
class Columns:
    """The columns of records, those that are not there blank."""

    parts: tuple[Part, ...]
    names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = list(_named(self.parts, {}, (), None))

    def row(self, value: Value) -> list[str | int | None]:
        cells: Cells = {}
        for _ in _named(self.parts, cells, (), value):
            pass
        return [cells[name] for name in self.names]


def _named(
    parts: tuple[Part, ...], cells: Cells, numbers: tuple[int, ...], value: Value | None
) -> Iterator[str]:
    """The names of all columns in file order; the cells of a record go into `cells`."""
    for part in parts:
        if isinstance(part, Leaf | Count):
            name = "-".join([part.name, *map(str, numbers)])
            cells[name] = None if value is None or value[part.name] == "" else value[part.name]
            yield name
        elif isinstance(part, Choice):
            there, inner = value[part.name] if value else (-1, None)
            for number, (_, below) in enumerate(part.readings):
                yield from _named(below, cells, numbers, inner if number == there else None)
        else:
            elements = value[part.name] if value else []
            for number in range(1, part.most + 1):
                element = elements[number - 1] if number <= len(elements) else None
                yield from _named(part.parts, cells, (*numbers, number), element)
