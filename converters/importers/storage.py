"""Entries → items in their places: inherited clauses, sizes, slack bytes, readings of REDEFINES.

Source: COBOL 2002, 13.16 (data description entry).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from converters.errors import DefinitionError, nearest
from converters.importers.dialects import Dialect, size
from converters.importers.entries import Entry
from converters.importers.source import Faults
from converters.importers.tree import Node, below, readings

__all__ = ["Asked", "Item", "Part", "items"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a record: the reading of each redefined item, its name or its number from 1,
    or several with their conditions, `NAME:FIELD=VALUE|VALUE`, with commas between them; and the
    tables whose repetitions are rows. Names are in capitals."""

    choices: Mapping[str, str] = field(default_factory=dict)
    rows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """A field in its place: the entry, 0-based first byte, bytes, inherited usage and sign.

    `path` are the names above and its own, `numbers` those of the repetitions it stands in; there
    is no path for slack and for bytes that a shorter reading leaves over. `conditions` are its
    level 88 entries. `parts` are the tables that become groups, and the reading by a condition,
    that it stands in, from the outside in; of such tables there is only the first repetition.
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


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A table, or one reading of a place: its entry; of a table whether its repetitions are rows;
    of a reading the one that it redefines, and the field that is asked with the values that it
    must have."""

    entry: Entry
    repeats: bool = False
    rows: bool = False
    redefines: Part | None = None
    field: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """What is handed down: names, usage, sign, and whether items are synchronized."""

    path: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    usage: str = "display"
    sign: str = "trailing"
    sync: bool = False
    parts: tuple[Part, ...] = ()

    @property
    def repeats(self) -> bool:
        """Does it stand in a table that becomes a group?"""
        return any(part.repeats for part in self.parts)


def items(root: Node, dialect: Dialect, asked: Asked, faults: Faults) -> tuple[list[Item], int]:
    """The fields of a record, side by side, slack and rests included; and its length."""
    walk = _Walk(dialect, asked, faults)
    _known(root, asked, faults)
    found, length = walk.place(root, 0, _Place())
    return found, length


def _known(root: Node, asked: Asked, faults: Faults) -> None:
    """Choices and rows of what is not there, and items that redefine nothing."""
    nodes, line = [root, *below(root)], root.entry.line
    groups = [group for node in nodes for group in readings(node)]
    first = {group[0].entry.name.upper() for group in groups if len(group) > 1}
    for name in sorted(set(asked.choices) - first):
        faults.add(line, "DEF-020", f"{name} is not redefined in this record", nearest(name, first))
    tables = {node.entry.name.upper() for node in nodes if node.entry.occurs > 1}
    for name in sorted(asked.rows - tables):
        message = f"there is no table {name} in this record"
        faults.add(line, "DEF-020", message, nearest(name, tables))
    for group in groups:
        if group[0].entry.target:
            entry = group[0].entry
            message = f"REDEFINES {entry.target} does not follow that item"
            faults.add(entry.line, "DEF-061", message)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk over a record; one that only `measures` takes the first reading everywhere."""

    dialect: Dialect
    asked: Asked
    faults: Faults
    measures: bool = False

    def place(self, node: Node, at: int, above: _Place) -> tuple[list[Item], int]:
        """The items of a node that begins at `at`, all repetitions; and its end."""
        entry, found = node.entry, list[Item]()
        here = replace(
            above,
            path=(*above.path, entry.name),
            usage=entry.usage or above.usage,
            sign=entry.sign or above.sign,
            sync=entry.sync or above.sync,
        )
        if entry.depending or (entry.occurs > 1 and (above.repeats or self._varies(node))):
            return self._table(node, at, here)
        for number in range(1, entry.occurs + 1):
            numbers = above.numbers if entry.occurs == 1 else (*above.numbers, number)
            inside, end = self._once(node, at, replace(here, numbers=numbers))
            found += inside
            at = end
        return found, at

    def _varies(self, node: Node) -> bool:
        """Does it become rows, or is there anything in it that is not always there?"""
        return node.entry.name.upper() in self.asked.rows or any(
            one.entry.depending or ":" in self.asked.choices.get(one.entry.name.upper(), "")
            for one in below(node)
        )

    def _table(self, node: Node, at: int, here: _Place) -> tuple[list[Item], int]:
        """The first repetition of a table that becomes a group, and the end of all of them."""
        entry = node.entry
        rows = entry.name.upper() in self.asked.rows
        if rows and here.parts and not self.measures:
            message = f"the rows of {entry.name} stand in another table, or in a reading"
            self.faults.add(entry.line, "DEF-060", message)
        part = Part(entry, repeats=True, rows=rows)
        inside, end = self._once(node, at, replace(here, parts=(*here.parts, part)))
        return inside, at + (end - at) * entry.occurs

    def _once(self, node: Node, at: int, here: _Place) -> tuple[list[Item], int]:
        """One repetition."""
        entry = node.entry
        if not node.children:
            bytes_ = self._size(entry, here)
            what = (here.path, here.numbers, at, bytes_, here.usage, here.sign)
            return [Item(entry, *what, node.conditions, here.parts)], at + bytes_
        found, end = self._group(node, at, here)
        if entry.occurs > 1:
            rest = (at - end) % self._boundary(node, here)
            found += _slack(entry, end, rest, here.parts)
            end += rest
        return found, end

    def _size(self, entry: Entry, place: _Place) -> int:
        """The bytes of an elementary item; 0 where they are not known."""
        # A record without a field may have lost all of them, and that was told.
        if entry.broken or (entry.level == 1 and entry.picture is None and self.faults.found):
            return 0
        try:
            return size(entry, place.usage, place.sign, self.dialect)
        except DefinitionError as failed:
            self.faults.keep(failed)
            return 0

    def _group(self, node: Node, at: int, above: _Place) -> tuple[list[Item], int]:
        found = list[Item]()
        for group in readings(node):
            step = self._boundary(group[0], above)
            rest = -at % step
            found += _slack(group[0].entry, at, rest, above.parts)
            at += rest
            measure = replace(self, measures=True)
            top = max(measure.place(one, at, above)[1] for one in group)
            for chosen, parts in self._taken(group, above):
                inside, end = self.place(chosen, at, replace(above, parts=parts))
                found += [*inside, *_slack(chosen.entry, end, top - end, parts)]
            at = top
        return found, at

    def _taken(self, group: list[Node], above: _Place) -> list[tuple[Node, tuple[Part, ...]]]:
        """The readings of a place that become fields, and what is said of each."""
        first = group[0].entry
        choice = self.asked.choices.get(first.name.upper(), "")
        if self.measures or ":" not in choice or len(group) == 1:
            return [(group[0] if self.measures else self._chosen(group), above.parts)]
        if not all(part.repeats for part in above.parts):
            self.faults.add(first.line, "DEF-060", "a reading by a condition in another one")
            return [(group[0], above.parts)]
        known = {one.entry.name.upper(): one for one in group}
        found: list[tuple[Node, tuple[Part, ...]]] = []
        for told in choice.split(","):
            name, _, condition = told.partition(":")
            asked, _, values = condition.partition("=")
            node = known.get(name.strip().upper())
            if node is None:
                self._no_reading(group, name.strip())
                continue
            if condition and not (asked and values):
                hint = f"--redefines {first.name}=NAME:FIELD=VALUE|VALUE,NAME:FIELD=VALUE"
                self.faults.add(first.line, "DEF-062", f'"{told}" is no condition', hint)
            target = found[0][1][-1] if found else None
            among = tuple(values.split("|")) if asked and values else ()
            part = Part(node.entry, redefines=target, field=asked.strip(), values=among)
            found.append((node, (*above.parts, part)))
        return found

    def _no_reading(self, group: list[Node], name: str) -> None:
        first, names = group[0].entry, [one.entry.name for one in group if one.entry.name]
        message = f'"{name}" is no reading of {first.name}'
        self.faults.add(first.line, "DEF-062", message, nearest(name.upper(), names))

    def _chosen(self, group: list[Node]) -> Node:
        first = group[0].entry
        if len(group) == 1:
            return group[0]
        names = [
            one.entry.name.upper() or f"FILLER (line {one.entry.line.number})" for one in group
        ]
        choice = self.asked.choices.get(first.name.upper(), "").upper()
        if choice in names:
            return group[names.index(choice)]
        if choice.isdigit() and 1 <= int(choice) <= len(group):
            return group[int(choice) - 1]
        if choice:
            self._no_reading(group, choice)
            return group[0]
        line = group[1].entry.line
        numbered = ", ".join(f"{number} {name}" for number, name in enumerate(names, 1))
        hint = f"--redefines {first.name}=NAME or its number: {numbered}"
        message = f"{first.name} is redefined, and no reading is chosen"
        self.faults.add(line, "DEF-062", message, hint)
        return group[0]

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
        bytes_ = self._size(node.entry, replace(above, usage=usage))
        return max(1, min(bytes_, 8 if usage.startswith("float") else self.dialect.align))


def _slack(entry: Entry, at: int, bytes_: int, parts: Sequence[Part] = ()) -> list[Item]:
    """Bytes that belong to no field."""
    return [Item(entry, (), (), at, bytes_, "slack", "", parts=tuple(parts))] if bytes_ > 0 else []
