"""Fields that are there in some records only: elements of tables, and readings of one place.

A table has as many elements as a count says. Of several readings of the same bytes the first whose
condition holds is there; one without a condition takes what is left, as types of records do. A
table or reading within an element, or a table within a reading, is there where that one is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from converters.columns import Batch, Ints, Mask, Values, integers, series
from converters.conditions import Holds, holds
from converters.model import Condition, Field, Record, Table, View, choices, tables

__all__ = ["Presence", "Reader", "Seen", "asked", "compile", "counts", "found", "settle", "test"]

Reader = Callable[..., tuple[Values, object]]
"""Bytes and spans of one field → its column and outcomes; see `kinds.Decode`."""

Part = Table | tuple[View, ...] | int
"""A table, the readings of a place, or the place of a single field with a condition."""


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """What is not always there in a record.

    `tables` in file order; `choices` are the readings of each place that has several; `lone` are
    single fields with a condition; `tests` is the test of each condition, by its first field.
    `asks` has the field that each of them asks. `names` are those of all fields. `steps` has what
    is settled before the field at a place is read, outer parts before those within.
    """

    names: tuple[str, ...]
    tables: tuple[Table, ...]
    choices: tuple[tuple[View, ...], ...]
    lone: tuple[int, ...]
    tests: Mapping[int, Holds]
    asks: Mapping[int, int]
    steps: Mapping[int, tuple[Part, ...]]

    def views(self, batch: Batch, choice: tuple[View, ...]) -> list[Mask]:
        """Which rows each reading is that of."""
        left = np.ones(len(batch), np.bool_)
        found: dict[View, Mask] = {}
        for view in sorted(choice, key=lambda one: one.open):
            here = left if view.open else left & self.tests[view.first](batch)
            found[view] = here
            left = left & ~here
        return [found[view] for view in choice]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What is known so far of some records. Guards what is found.

    `masks` by the place of a field tell where it is there, for those that are not always there;
    `views` the same of whole readings. `counts` are the elements of each table, 0 where it is not
    there itself, `lacking` those that are missing where it is. `wrong` has the places of the fields
    that lead to no shape of the record, with the rows, and whether a table or a reading asks.
    """

    masks: dict[int, Mask] = field(default_factory=dict)
    views: dict[View, Mask] = field(default_factory=dict)
    counts: dict[Table, Ints] = field(default_factory=dict)
    lacking: dict[Table, Ints] = field(default_factory=dict)
    wrong: list[tuple[int, Mask, bool]] = field(default_factory=list)


def compile(record: Record) -> Presence:
    """What is not always there in a record of that type."""
    fields = record.fields
    views = choices(record)
    viewed = {
        place for choice in views for view in choice for place in range(view.first, view.stop)
    }
    lone = tuple(place for place, field in enumerate(fields) if field.when and place not in viewed)
    firsts = [view.first for choice in views for view in choice if not view.open]
    tests = {place: _test(record, fields[place]) for place in (*firsts, *lone)}
    whens = {place: fields[place].when for place in tests}
    asks = {place: record.index[when.field] for place, when in whens.items() if when}
    found = tables(record)
    return Presence(
        names=tuple(field.name for field in fields),
        tables=found,
        choices=views,
        lone=lone,
        tests=tests,
        asks=asks,
        steps=_steps([*found, *views, *lone], asks),
    )


def _steps(parts: list[Part], asks: Mapping[int, int]) -> dict[int, tuple[Part, ...]]:
    """Parts by the place before which they are settled: that of their first field, or behind the
    field that a condition asks. Where two begin together, the wider one is around the other; a
    table is around readings that fill its one element."""
    known: dict[int, list[tuple[int, int, bool, int]]] = {}
    for number, part in enumerate(parts):
        first, stop = _extent(part)
        at = first
        if not isinstance(part, Table):
            firsts = [part] if isinstance(part, int) else [view.first for view in part]
            at = max(first, *(asks[place] + 1 for place in firsts if place in asks))
        order = (first, -stop, not isinstance(part, Table), number)
        known.setdefault(at, []).append(order)
    return {at: tuple(parts[order[-1]] for order in sorted(told)) for at, told in known.items()}


def _extent(part: Part) -> tuple[int, int]:
    """The places of its first field, and behind its last one."""
    if isinstance(part, Table):
        return part.first, part.stop
    return (part, part + 1) if isinstance(part, int) else (part[0].first, part[-1].stop)


def asked(record: Record) -> set[str]:
    """The fields that must be read to know which others are there."""
    elements = [one for field in record.fields if field.element for one in field.element.chain]
    found = {one.depending for one in elements if one.depending is not None}
    return found | {field.when.field for field in record.fields if field.when}


def counts(table: Table, column: Values) -> tuple[Ints, Mask]:
    """How many elements each record has, and which counts are none that the table can have."""
    numbers = series(column)
    given = integers(numbers.cast(int, strict=False).fill_null(-1))
    wrong = (given < table.least) | (given > table.times)
    return np.where(wrong, 0, given), wrong


def settle(known: Presence, part: Part, batch: Batch, seen: Seen) -> None:
    """Finds out where a part is there, from the fields that say so, and what it is within of."""
    if isinstance(part, Table):
        _counted(known, part, batch, seen)
    elif isinstance(part, int):
        mask, around = known.tests[part](batch), seen.masks.get(part)
        seen.masks[part] = mask if around is None else mask & around
    else:
        _chosen(known, part, batch, seen)


def _counted(known: Presence, table: Table, batch: Batch, seen: Seen) -> None:
    """Where the elements of a table are there."""
    around = seen.masks.get(table.first)
    numbers: Ints = np.full(len(batch), table.times, np.int64)
    if table.count is not None:
        numbers, unfit = counts(table, batch[known.names[table.count]])
        seen.wrong.append((table.count, unfit if around is None else unfit & around, True))
    seen.lacking[table] = table.times - numbers
    if around is not None:
        numbers = np.where(around, numbers, 0)
        seen.lacking[table] = np.where(around, seen.lacking[table], 0)
    seen.counts[table] = numbers
    for number in range(table.times):
        first = table.first + number * table.each
        seen.masks.update(dict.fromkeys(range(first, first + table.each), numbers > number))


def _chosen(known: Presence, choice: tuple[View, ...], batch: Batch, seen: Seen) -> None:
    """Where the readings of a place are there."""
    around = seen.masks.get(choice[0].first)
    masks = known.views(batch, choice)
    none = ~np.any(masks, axis=0)
    asks = [known.asks[view.first] for view in choice if not view.open]
    if asks:
        seen.wrong.append((asks[0], none if around is None else none & around, False))
    for view, mask in zip(choice, masks, strict=True):
        here = mask if around is None else mask & around
        seen.views[view] = here
        seen.masks.update(dict.fromkeys(range(view.first, view.stop), here))


def found(known: Presence, record: Record, batch: Batch) -> tuple[dict[str, Mask], dict[int, Mask]]:
    """The values that lead to no shape of the record, by the field that is asked; and where each
    field that is not always there is there, by its place."""
    seen, wrong = Seen(), dict[str, Mask]()
    for at in sorted(known.steps):
        for part in known.steps[at]:
            settle(known, part, batch, seen)
    for place, rows, _ in seen.wrong:
        name = record.fields[place].name
        wrong[name] = wrong.get(name, False) | rows
    return wrong, seen.masks


def test(record: Record, name: str) -> Holds:
    """Where a field that is not always there is there."""
    place, known = record.index[name], compile(record)
    around = [
        part
        for at in sorted(known.steps)
        for part in known.steps[at]
        if _extent(part)[0] <= place < _extent(part)[1]
    ]

    def there(batch: Batch) -> Mask:
        seen = Seen()
        for part in around:
            settle(known, part, batch, seen)
        return seen.masks[place]

    return there


def _test(record: Record, field: Field) -> Holds:
    condition = field.when
    assert isinstance(condition, Condition), "only fields with a condition are tested"
    return holds(condition, record.field(condition.field))
