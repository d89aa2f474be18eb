"""Blocks of sound records → the same with some of them damaged, and the truth about those.

Fields are found by the form that reads the file; what a defect must lead to is said by
`defects`. The loop runs over the damaged records only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from converters import forms, sorting
from converters.columns import Bytes, Chunk, Ints, Spans
from converters.forms import Form, punctuation, varying
from converters.generate.breakage import Spot, Victim
from converters.generate.crossed import Around
from converters.generate.defects import DEFECTS, Damage, Truth, Turns, damaged, turns
from converters.model import Field, Layout, tables
from converters.sorting import OTHER, Sorter

__all__ = ["Spoiler", "spoil", "spoiler", "truths"]

Edged = tuple[Field, Ints, Ints]
"""A field, and where it begins and ends in each record."""
Elements = tuple[int, tuple[tuple[Field, int, int], ...], Ints, Ints, Ints]
"""The type of the rows of a table, their fields and where they lie; for each record the first of
its rows and the one behind the last; where each row begins in its record."""
NOTHING = np.empty(0, np.int64)


@dataclass(slots=True)
class Spoiler:
    """What damaging a file takes: the forms that find the fields of each type, and what tells the
    types apart; `ending` are the bytes of a line end. Guards the turn of the kinds, the lengths of
    the records so far, and what was done to which, which go on from block to block."""

    layout: Layout
    forms: tuple[Form, ...]
    sorter: Sorter | None
    seed: int
    rate: float
    turns: Turns
    ending: int
    lengths: list[Ints] = field(default_factory=list)
    done: list[tuple[int, Damage]] = field(default_factory=list)

    @property
    def written(self) -> int:
        """How many records there are so far."""
        return sum(map(len, self.lengths))


def spoiler(layout: Layout, parts: tuple[Form, ...], seed: int, rate: float) -> Spoiler:
    """The spoiler of a layout before its first block."""
    sorter = sorting.compile(layout) if layout.is_mixed else None
    ending = len(punctuation.ending(layout))
    return Spoiler(layout, parts, sorter, seed, rate, turns(layout), ending)


def spoil(of: Spoiler, block: int, records: tuple[Bytes, Ints], last: bool) -> Bytes:
    """A block with some records damaged; `last` tells that the file ends with it."""
    data, bounds = records
    rng = np.random.default_rng([of.seed, block, 1])
    drawn = rng.random(len(bounds) - 1) < of.rate
    ends = last and len(drawn) > 0 and _unparted(of)
    drawn[-1:] |= ends
    before, lengths = of.written, np.diff(bounds)
    pieces, place = list[Bytes](), 0
    further = list[tuple[int, int]]()
    for row, damage in _damages(_found(of, data, bounds), np.flatnonzero(drawn), ends, rng):
        start, stop = int(bounds[row]), int(bounds[row + 1])
        of.done.append((before + row + len(further), damage))
        pieces += [data[place:start], np.frombuffer(damage.record, np.uint8)]
        place = start if damage.further else stop
        if damage.further:
            further.append((row, len(damage.record)))
        else:
            lengths[row] = len(damage.record)
    rows, more = [row for row, _ in further], [length for _, length in further]
    of.lengths.append(np.insert(lengths, rows, more))
    return np.concatenate([*pieces, data[place:]])


def truths(of: Spoiler, opening: int) -> Iterator[Truth]:
    """The truth about all that was done to a file, in its order; `opening` bytes stand before its
    first record."""
    begins, owns = forms.placed(of.forms[0], np.concatenate([NOTHING, *of.lengths]))
    for number, one in of.done:
        code = DEFECTS[one.defect].code
        at = owns[number] + one.at if one.at else begins[number]
        yield Truth(number + 1, int(at) + opening, one.field, one.defect, code)


def _unparted(of: Spoiler) -> bool:
    """Does nothing stand between records, so that the last one can show what that leads to?"""
    counted = of.layout.controls or of.layout.order
    return of.layout.framing.variable is not None and not counted and not of.ending


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """The records of a block, and where their fields lie. `kinds` is the type of each, `at` its
    place among those of its type; `fields` are the fields of each type with their edges and where
    they are there, `rows` those of its tables."""

    of: Spoiler
    data: Bytes
    bounds: Ints
    kinds: Bytes
    at: Ints
    fields: tuple[tuple[Edged, ...], ...]
    rows: tuple[tuple[Elements, ...], ...]

    def spots(self, row: int) -> list[Spot]:
        """The fields of a record that are there and not blank. One that is no row has none."""
        if not 0 <= row < len(self.kinds):
            return []
        kind, at = int(self.kinds[row]), int(self.at[row])
        found = [
            Spot(kind, one, int(start[at]), int(stop[at]))
            for one, start, stop in self.fields[kind]
            if 0 <= start[at] < stop[at]
        ]
        for part, lying, first, last, starts in self.rows[kind]:
            for begin in starts[first[at] : last[at]].tolist():
                found += [Spot(part, one, begin + a, begin + b) for one, a, b in lying]
        return found

    def values(self, row: int) -> dict[str, bytes]:
        """The bytes of its own fields."""
        start = int(self.bounds[row]) if 0 <= row < len(self.kinds) else 0
        kind = int(self.kinds[row]) if 0 <= row < len(self.kinds) else -1
        return {
            one.field.name: self.data[start + one.start : start + one.stop].tobytes()
            for one in self.spots(row)
            if one.part == kind
        }


def _found(of: Spoiler, data: Bytes, bounds: Ints) -> _Block:
    """Where the fields of a block lie."""
    count = len(bounds) - 1
    chunk = Chunk(0, 0, 1, 0, data, bounds, bounds[1:] - of.ending, np.zeros(count, np.uint8))
    kinds = np.zeros(count, np.uint8)
    if of.sorter is not None:
        kinds, chunk = sorting.sort(of.sorter, chunk)
    at, fields, rows = np.zeros(count, np.int64), [], []
    for kind, form in enumerate(of.forms):
        mine = np.flatnonzero(kinds == kind)
        at[mine] = np.arange(len(mine))
        whole = of.layout.records[kind].within is None
        part = sorting.picked(chunk, mine) if whole and len(mine) else None
        spans = form.spans(part, None) if part else None
        fields.append(_edges(of.turns.parts[kind], part, spans) if part and spans else ())
        rows.append(_elements(of, kind, part, spans) if part and spans else ())
    return _Block(of, data, bounds, kinds, at, tuple(fields), tuple(rows))


def _edges(layout: Layout, chunk: Chunk, spans: Spans) -> tuple[Edged, ...]:
    """The fields of a type, and where each begins and ends in its records; a value that does not
    stand there as it reads (doubled quotes, references) begins before its record."""
    found = []
    for place, one in enumerate(layout.record.fields):
        if not one.is_filler:
            start, stop = (edge - chunk.bounds[:-1] for edge in spans.of(place))
            found.append((one, np.where(stop <= np.diff(chunk.bounds), start, -1), stop))
    return tuple(found)


def _elements(of: Spoiler, kind: int, chunk: Chunk, spans: Spans) -> tuple[Elements, ...]:
    """The rows that stand in records of a type: the fields of a row, and where rows begin."""
    found = []
    for table in tables(of.turns.parts[kind].record):
        if not table.rows:
            continue
        number = of.layout.types[table.name]
        record = of.turns.parts[number].record
        if record.is_counted:
            continue  # what stands behind a table of a row has no place of its own
        lying = tuple(
            (one, first, first + (one.bytes or 0))
            for one, first in zip(record.fields, record.offsets, strict=True)
            if first < table.size and not one.is_filler
        )
        starts, _, rows, _ = varying.elements(spans, table)
        edges = np.searchsorted(rows, np.arange(len(spans) + 1))
        found.append((number, lying, edges[:-1], edges[1:], starts - chunk.bounds[rows]))
    return tuple(found)


def _damages(
    block: _Block, rows: Ints, ends: bool, rng: np.random.Generator
) -> Iterator[tuple[int, Damage]]:
    """The rows of a block that can be damaged, each with what becomes of it."""
    of = block.of
    grouped, drawn, spent = _grouped(of.layout), set(rows.tolist()), b""
    values = lru_cache(3)(block.values)  # a record is the neighbour of two others
    for row in rows.tolist():
        around, group = _around(values, row, drawn, grouped)
        kind = int(block.kinds[row])
        if kind == OTHER or (grouped and group == spent):
            continue
        start, stop = int(block.bounds[row]), int(block.bounds[row + 1])
        record = block.data[start:stop].tobytes()
        layout = of.turns.parts[kind]
        ending = record[len(record) - of.ending :]
        last = ends and row + 1 == len(block.kinds)
        victim = Victim(of.layout, layout, record, block.spots(row), ending, last)
        damage = damaged(victim, kind, of.turns, (rng, around))
        if damage is not None:
            spent = group
            yield row, damage


def _grouped(layout: Layout) -> tuple[str, ...]:
    """The key by which the checks of the layout group its records; none where none does."""
    return next((check.per for check in layout.checks if check.per), ())


def _around(
    values: Callable[[int], dict[str, bytes]],
    number: int,
    drawn: set[int],
    grouped: tuple[str, ...],
) -> tuple[Around, bytes]:
    """What stands around a record, and the key of its group. A neighbour that is drawn for damage
    itself has no fields to copy from."""

    def group(of: dict[str, bytes]) -> bytes:
        return b"\0".join(of.get(name, b"") for name in grouped)

    here = values(number)
    before, after = values(number - 1), values(number + 1)
    follows = bool(grouped) and bool(before) and group(before) == group(here)
    ends = not after or group(after) != group(here)
    sound = follows or number - 1 not in drawn
    return Around(before if sound else {}, follows, ends), group(here)
