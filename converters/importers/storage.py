"""Entries → items in their places: inherited clauses, sizes, slack bytes, one reading of REDEFINES.

The rules of a compiler that differ from system to system stand in `DIALECTS`.
Sources: COBOL 2002, 13.16 (data description entry); IBM Enterprise COBOL Language Reference,
"SYNCHRONIZED clause" and "Storage sizes of binary items"; GnuCOBOL, config/*.conf.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from converters.importers.entries import Entry
from converters.importers.pictures import Picture
from converters.importers.source import failure

__all__ = ["DIALECTS", "Dialect", "Item", "Node", "Part", "items", "roots"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`sizes`: the digits that binary fields of each size hold, without and with a sign.

    `align` is the largest boundary that SYNCHRONIZED keeps, `native` the byte order of COMP-5 and
    floats, `float` the style of floats, `signs` the rule of signs that a layout names, empty for
    that of its charset.
    """

    sizes: tuple[tuple[int, int, int], ...]
    align: int
    native: str
    float: str
    signs: str


HALVES: Final = ((2, 4, 4), (4, 9, 9), (8, 18, 18))
BYTES: Final = (
    *((1, 2, 2), (2, 4, 4), (3, 7, 6), (4, 9, 9)),
    *((5, 12, 11), (6, 14, 14), (7, 16, 16), (8, 19, 18)),
)
DIALECTS: Final[dict[str, Dialect]] = {
    "fujitsu": Dialect(HALVES, 8, "little", "ieee", "fujitsu"),
    "gnucobol": Dialect(((1, 2, 2), *HALVES), 8, "little", "ieee", "microfocus"),
    "ibm": Dialect(HALVES, 4, "big", "ibm", ""),
    "microfocus": Dialect(BYTES, 1, "little", "ieee", "microfocus"),
}
"""Compiler → how it stores binary numbers."""

FLOATS: Final = {"float-4": 4, "float-8": 8}


@dataclass(frozen=True, slots=True)
class Item:
    """A field in its place: the entry, 0-based first byte, bytes, inherited usage and sign.

    `path` are the names above and its own, `numbers` those of the repetitions it stands in; there
    is no path for slack and for bytes that a shorter reading leaves over. `conditions` are its
    level 88 entries. `parts` are the table with a count, with the tables in it, or the reading by
    a condition, that it stands in; of such tables there is only the first repetition.
    """

    entry: Entry
    path: tuple[str, ...]
    numbers: tuple[int, ...]
    at: int
    size: int
    usage: str
    sign: str
    conditions: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A table, or one reading of a place: its entry; of a reading the name of the one that it
    redefines, and the field that is asked with the values that it must have."""

    entry: Entry
    repeats: bool = False
    redefines: str = ""
    field: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """An entry with all that stands below it."""

    entry: Entry
    children: tuple[Node, ...]
    conditions: tuple[Entry, ...]
    renames: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """What is handed down: names, usage, sign, and whether items are synchronized."""

    path: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    usage: str = "display"
    sign: str = "trailing"
    sync: bool = False
    parts: tuple[Part, ...] = ()


def roots(found: list[Entry]) -> dict[str, Node]:
    """The records of a copybook by name; fields that stand without one become a record."""
    if found and found[0].level not in (1, 77):
        found = [Entry(found[0].line, 1, "RECORD"), *found]
    nodes, place = dict[str, Node](), 0
    while place < len(found):
        if found[place].level not in (1, 77):
            raise failure(found[place].line, "DEF-061", "the entry belongs to no record")
        node, place = _node(found, place)
        nodes[node.entry.name.upper() or f"RECORD-{len(nodes) + 1}"] = node
    return nodes


def _node(found: list[Entry], place: int) -> tuple[Node, int]:
    """The entry at `place` with all below it, and the place behind."""
    entry, place = found[place], place + 1
    children, conditions, renames = list[Node](), list[Entry](), list[Entry]()
    while place < len(found) and (found[place].level > entry.level):
        below = found[place]
        if below.level == 77:
            break
        if below.level == 88:
            conditions.append(below)
            place += 1
        elif below.level == 66:
            if entry.level != 1:
                break
            renames.append(below)
            place += 1
        else:
            if children and below.level != children[0].entry.level:
                raise failure(below.line, "DEF-061", f"level {below.level} has no group above it")
            child, place = _node(found, place)
            children.append(child)
    if entry.picture is not None and children:
        raise failure(entry.line, "DEF-061", "an entry with a picture has entries below it")
    return Node(entry, tuple(children), tuple(conditions), tuple(renames)), place


def items(root: Node, dialect: Dialect, choices: Mapping[str, str]) -> tuple[list[Item], int]:
    """The fields of a record, side by side, slack and rests included; and its length.

    `choices` tells which reading of a redefined item is taken: its name, or its number from 1; or
    several with their conditions, `NAME:FIELD=VALUE|VALUE`, with commas between them.
    """
    walk = _Walk(dialect, {name.upper(): choice for name, choice in choices.items()}, set())
    found, length = walk.place(root, 0, _Place())
    if unused := set(walk.choices) - walk.used:
        name = sorted(unused)[0]
        raise failure(root.entry.line, "DEF-020", f"{name} is not redefined in this record")
    return found, length


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk over a record; one that only `measures` takes the first reading everywhere.

    `used` guards which choices were asked for.
    """

    dialect: Dialect
    choices: Mapping[str, str]
    used: set[str]
    measures: bool = False

    def place(self, node: Node, at: int, above: _Place) -> tuple[list[Item], int]:
        """The items of a node that begins at `at`, all repetitions; and its end."""
        entry, found = node.entry, list[Item]()
        below = replace(
            above,
            path=(*above.path, entry.name),
            usage=entry.usage or above.usage,
            sign=entry.sign or above.sign,
            sync=entry.sync or above.sync,
        )
        if entry.depending or (entry.occurs > 1 and _counted(above)):
            return self._table(node, at, below)
        for number in range(1, entry.occurs + 1):
            numbers = above.numbers if entry.occurs == 1 else (*above.numbers, number)
            inside, end = self._once(node, at, replace(below, numbers=numbers))
            found += inside
            at = end
        return found, at

    def _table(self, node: Node, at: int, here: _Place) -> tuple[list[Item], int]:
        """The first repetition of a table with a count, and the end of all of them."""
        if node.entry.depending and (here.parts or here.numbers):
            message = "OCCURS DEPENDING ON in another table, or in a reading by a condition"
            raise failure(node.entry.line, "DEF-060", message)
        parts = (*here.parts, Part(node.entry, repeats=True))
        inside, end = self._once(node, at, replace(here, parts=parts))
        return inside, at + (end - at) * node.entry.occurs

    def _once(self, node: Node, at: int, here: _Place) -> tuple[list[Item], int]:
        """One repetition."""
        entry = node.entry
        if not node.children:
            size = _size(entry, here, self.dialect)
            what = (here.path, here.numbers, at, size, here.usage, here.sign)
            return [Item(entry, *what, node.conditions, here.parts)], at + size
        found, end = self._group(node, at, here)
        if entry.occurs > 1:
            rest = (at - end) % self._boundary(node, here)
            found += _slack(entry, end, rest, here.parts)
            end += rest
        return found, end

    def _group(self, node: Node, at: int, above: _Place) -> tuple[list[Item], int]:
        found = list[Item]()
        for readings in _readings(node):
            step = self._boundary(readings[0], above)
            rest = -at % step
            found += _slack(readings[0].entry, at, rest, above.parts)
            at += rest
            measure = replace(self, measures=True)
            top = max(measure.place(one, at, above)[1] for one in readings)
            for chosen, parts in self._taken(readings, above):
                inside, end = self.place(chosen, at, replace(above, parts=parts))
                found += [*inside, *_slack(chosen.entry, end, top - end, parts)]
            at = top
        return found, at

    def _taken(self, readings: list[Node], above: _Place) -> list[tuple[Node, tuple[Part, ...]]]:
        """The readings of a place that become fields, and what is said of each."""
        first = readings[0].entry
        choice = self.choices.get(first.name.upper(), "")
        if self.measures or ":" not in choice:
            return [(readings[0] if self.measures else self._chosen(readings), above.parts)]
        if above.parts or above.numbers:
            raise failure(first.line, "DEF-060", "a reading by a condition in a table or a reading")
        self.used.add(first.name.upper())
        known = {one.entry.name.upper(): one for one in readings}
        found: list[tuple[Node, tuple[Part, ...]]] = []
        for told in choice.split(","):
            name, _, condition = told.partition(":")
            asked, _, values = condition.partition("=")
            node = known.get(name.strip().upper())
            if node is None or (condition and not (asked and values)):
                hint = f"--redefines {first.name}=NAME:FIELD=VALUE|VALUE,NAME:FIELD=VALUE"
                raise failure(first.line, "DEF-062", f'"{told}" is no reading of it', hint)
            target = (found[0][0].entry.name or "FILLER") if found else ""
            among = tuple(values.split("|")) if condition else ()
            found.append((node, (Part(node.entry, False, target, asked.strip(), among),)))
        return found

    def _chosen(self, readings: list[Node]) -> Node:
        first = readings[0].entry
        if len(readings) == 1:
            return readings[0]
        names = [
            one.entry.name.upper() or f"FILLER (line {one.entry.line.number})" for one in readings
        ]
        choice = self.choices.get(first.name.upper(), "").upper()
        self.used.add(first.name.upper())
        if choice in names:
            return readings[names.index(choice)]
        if choice.isdigit() and 1 <= int(choice) <= len(readings):
            return readings[int(choice) - 1]
        line = readings[1].entry.line
        numbered = ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
        hint = f"--redefines {first.name}=NAME or its number: {numbered}"
        raise failure(line, "DEF-062", f"{first.name} is redefined, and no reading is chosen", hint)

    def _boundary(self, node: Node, above: _Place) -> int:
        """The boundary that a synchronized item, or the first such in a group, begins at."""
        usage = node.entry.usage or above.usage
        sync = node.entry.sync or above.sync
        if node.children:
            inner = replace(above, usage=usage, sync=sync)
            if node.entry.occurs == 1 and node.entry.level != 1:
                return 1
            return max(self._boundary(child, inner) for child in node.children)
        if not sync or not usage.startswith(("binary", "native", "float")):
            return 1
        size = _size(node.entry, replace(above, usage=usage), self.dialect)
        return min(size, 8 if usage.startswith("float") else self.dialect.align)


def _readings(node: Node) -> Iterator[list[Node]]:
    """The children, those together that redefine one another."""
    group = list[Node]()
    for child in node.children:
        target = child.entry.target.upper()
        if target:
            if target not in {one.entry.name.upper() for one in group}:
                message = f"REDEFINES {child.entry.target} does not follow that item"
                raise failure(child.entry.line, "DEF-061", message)
            group.append(child)
            continue
        if group:
            yield group
        group = [child]
    if group:
        yield group


def _counted(place: _Place) -> bool:
    """Does it stand in a table with a count?"""
    return any(part.entry.depending for part in place.parts)


def _slack(entry: Entry, at: int, size: int, parts: tuple[Part, ...] = ()) -> list[Item]:
    """Bytes that belong to no field."""
    return [Item(entry, (), (), at, size, "slack", "", parts=parts)] if size else []


def _size(entry: Entry, place: _Place, dialect: Dialect) -> int:
    """The bytes of an elementary item."""
    picture, usage = entry.picture, place.usage
    if usage in FLOATS:
        return FLOATS[usage]
    if usage.startswith("binary-"):
        return int(usage[-1])
    if picture is None:
        raise failure(entry.line, "DEF-061", f"{entry.name or 'FILLER'} has no PICTURE")
    if picture.category != "number":
        return picture.size * (2 if picture.category == "wide" else 1)
    if picture.digits > 36:
        raise failure(entry.line, "DEF-060", f"{picture.digits} digits are too many")
    if usage == "packed":
        return picture.digits // 2 + 1
    if usage in ("binary", "native"):
        return _binary_size(entry, picture, dialect)
    return picture.digits + (picture.signed and place.sign.endswith("-separate"))


def _binary_size(entry: Entry, picture: Picture, dialect: Dialect) -> int:
    for size, plain, signed in dialect.sizes:
        if picture.digits <= (signed if picture.signed else plain):
            return size
    raise failure(entry.line, "DEF-060", f"{picture.digits} digits fit no binary field")
