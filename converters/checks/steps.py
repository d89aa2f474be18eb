"""The rules of a layout → the steps that are due and, for each, how its test is built.

Steps stand in the order of the fields, then of the layout's `checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from converters import presence
from converters.checks import values
from converters.checks.grouped import Step, grouped
from converters.checks.values import DATES, NONE, Rows
from converters.columns import Batch, Ints, Text, are_blank, blanks, series
from converters.comparing import after, surely_after
from converters.conditions import holds, wording
from converters.model import GROUPED, Check, Condition, Field, Layout

__all__ = ["Step", "Test", "due"]

Test = Callable[[Batch], Ints]
"""A batch → the rows that fail, ascending."""
Due = tuple["Step", Callable[[], Test | None]]
"""A step and what builds its test; building raises ValueError where the rule cannot be meant."""

TEXTS = frozenset({"code", "digits", "kana", "mixed", "narrow", "wide"})
SUSPECTED = "住民票コード"
"""The scheme whose formula is not published: a disagreement is a suspicion, FLD-062."""


def due(layout: Layout) -> Iterator[Due]:
    """Every check of a layout."""
    for field in layout.record.fields:
        if not field.is_filler:
            yield from _of_field(layout, field)
    for number, check in enumerate(layout.checks):
        if check.question in GROUPED:
            for step in grouped(check, number):
                yield step, lambda: None
        else:
            yield _of_check(layout, check)


def _of_field(layout: Layout, field: Field) -> Iterator[Due]:
    if isinstance(field.required, Condition):
        yield _required_when(layout, field.name, field.required, "")
    elif field.required:
        yield Step("FLD-001", "required", (field.name,)), partial(_needed, layout, field)
    for step, build in _of_value(field):
        yield step, partial(_over, field.name, build)


def _of_value(field: Field) -> Iterator[tuple[Step, Callable[[], Rows]]]:
    """The checks on a value by itself."""
    name = (field.name,)
    if field.chars is not None and field.kind in TEXTS | {"integer"}:
        count = values.digits if field.kind == "integer" else values.length
        yield Step("FLD-020", "chars", name, str(field.chars)), partial(count, field.chars)
    if field.min is not None or field.max is not None:
        limit = f"{field.min or ''}..{field.max or ''}"
        yield Step("FLD-033", "range", name, limit), partial(values.span, field)
    if field.pattern:
        step = Step("FLD-060", "pattern", name, field.pattern)
        yield step, partial(values.pattern, field.pattern)
    if field.check is not None:
        code = "FLD-062" if field.check == SUSPECTED else "FLD-061"
        step = Step(code, "check-digit", name, field.check)
        yield step, partial(_check_digit, field)


def _check_digit(field: Field) -> Rows:
    assert field.check is not None
    if field.kind not in TEXTS:
        raise ValueError("a number with a check digit is kept as text")
    return values.check_digit(field.check)


def _of_check(layout: Layout, check: Check) -> Due:
    if check.unique is not None:
        return Step("SET-001", "unique", check.unique, because=check.because), lambda: None
    if check.order is not None:
        step = Step("SET-008", "order", check.order, because=check.because)
        return step, partial(_order, layout, *check.order)
    assert check.required is not None and check.when is not None
    return _required_when(layout, check.required, check.when, check.because)


def _required_when(layout: Layout, name: str, when: Condition, because: str) -> Due:
    step = Step("SET-004", "required", (name, when.field), wording(when), because)

    def build() -> Test:
        applies = holds(when, _field(layout, when.field))
        return lambda batch: (
            np.flatnonzero(are_blank(batch[name]) & applies(batch)) if blanks(batch[name]) else NONE
        )

    return step, build


def _over(name: str, build: Callable[[], Rows]) -> Test:
    """The test of one column of a batch."""
    rows = build()
    return lambda batch: rows(batch[name])


def _needed(layout: Layout, field: Field) -> Test:
    """The test of a field that must be filled wherever it is there."""
    if not field.varies:
        return partial(_blank, field.name)
    there = presence.test(layout.record, field.name)

    def test(batch: Batch) -> Ints:
        column = batch[field.name]
        return np.flatnonzero(are_blank(column) & there(batch)) if blanks(column) else NONE

    return test


def _blank(name: str, batch: Batch) -> Ints:
    column = batch[name]
    return np.flatnonzero(are_blank(column)) if blanks(column) else NONE


def _order(layout: Layout, first: str, second: str) -> Test:
    """Rows in which the first is after the second, whatever unknown parts of a date may mean."""
    kinds = [_field(layout, name).kind for name in (first, second)]
    are_dates = [kind in DATES for kind in kinds]
    if not all(are_dates) and kinds[0] != kinds[1]:
        raise ValueError(f"{kinds[0]} and {kinds[1]} have no order")
    compare = surely_after if all(are_dates) else after

    def test(batch: Batch) -> Ints:
        left, right = batch[first], batch[second]
        if not isinstance(left, Text) or not isinstance(right, Text):
            return values.places(series(left) > series(right))
        return np.flatnonzero(compare(left, right))

    return test


def _field(layout: Layout, name: str) -> Field:
    if name not in layout.record.index:
        raise ValueError(f"there is no field {name}")
    return layout.record.field(name)
