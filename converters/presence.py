"""Fields that are there in some records only: elements of tables, and readings of one place.

A table has as many elements as a count says. Of several readings of the same bytes the first whose
condition holds is there; one without a condition takes what is left, as types of records do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from converters.columns import Batch, Ints, Mask, Values, integers, series
from converters.conditions import Holds, holds
from converters.model import Condition, Field, Record, Table, View, choices, tables

__all__ = ["Presence", "Reader", "asked", "compile", "counts", "found", "test"]

Reader = Callable[..., tuple[Values, object]]
"""Bytes and spans of one field → its column and outcomes; see `kinds.Decode`."""


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """What is not always there in a record.

    `tables` in file order; `choices` are the readings of each place that has several; `lone` are
    single fields with a condition; `tests` is the test of each condition, by its first field.
    """

    tables: tuple[Table, ...]
    choices: tuple[tuple[View, ...], ...]
    lone: tuple[int, ...]
    tests: Mapping[int, Holds]

    def views(self, batch: Batch, choice: tuple[View, ...]) -> list[Mask]:
        """Which rows each reading is that of."""
        left = np.ones(len(batch), np.bool_)
        found: dict[View, Mask] = {}
        for view in sorted(choice, key=lambda one: one.open):
            here = left if view.open else left & self.tests[view.first](batch)
            found[view] = here
            left = left & ~here
        return [found[view] for view in choice]


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
    return Presence(tables(record), views, lone, tests)


def asked(record: Record) -> set[str]:
    """The fields that must be read to know which others are there."""
    elements = [field.element for field in record.fields if field.element]
    found = {one.depending for one in elements if one.depending is not None}
    return found | {field.when.field for field in record.fields if field.when}


def counts(table: Table, column: Values) -> tuple[Ints, Mask]:
    """How many elements each record has, and which counts are none that the table can have."""
    numbers = series(column)
    given = integers(numbers.cast(int, strict=False).fill_null(-1))
    wrong = (given < table.least) | (given > table.times)
    return np.where(wrong, 0, given), wrong


def found(known: Presence, record: Record, batch: Batch) -> tuple[dict[str, Mask], dict[int, Mask]]:
    """The values that lead to no shape of the record, by the field that is asked; and where each
    field that is not always there is there, by its place."""
    wrong: dict[str, Mask] = {}
    masks: dict[int, Mask] = {}
    for table in known.tables:
        if table.count is None:
            continue
        name = record.fields[table.count].name
        numbers, unfit = counts(table, batch[name])
        wrong[name] = wrong.get(name, False) | unfit
        for place in range(table.first, table.stop):
            masks[place] = numbers > (place - table.first) // table.each
    for choice in known.choices:
        views = known.views(batch, choice)
        for view, mask in zip(choice, views, strict=True):
            masks.update((place, mask) for place in range(view.first, view.stop))
        when = next(record.fields[view.first].when for view in choice if not view.open)
        assert when is not None, "one reading at least has a condition"
        wrong[when.field] = wrong.get(when.field, False) | ~np.any(views, axis=0)
    for place in known.lone:
        masks[place] = known.tests[place](batch)
    return wrong, masks


def test(record: Record, name: str) -> Holds:
    """Where a field that is not always there is there."""
    place, known = record.index[name], compile(record)
    element = record.fields[place].element
    if element:
        table = next(one for one in known.tables if one.first <= place < one.stop)
        asked = element.depending
        if asked is None:
            return lambda batch: np.ones(len(batch), np.bool_)
        return lambda batch: counts(table, batch[asked])[0] >= element.number
    if place in known.lone:
        return known.tests[place]
    choice, at = next(
        (choice, at)
        for choice in known.choices
        for at, view in enumerate(choice)
        if view.first <= place < view.stop
    )
    return lambda batch: known.views(batch, choice)[at]


def _test(record: Record, field: Field) -> Holds:
    condition = field.when
    assert isinstance(condition, Condition), "only fields with a condition are tested"
    return holds(condition, record.field(condition.field))
