"""A condition of a definition → the rows of a batch for which it holds.

One reading of `when:`, `required:` and `drop:` for all who ask. A blank equals nothing, so `equals`
and `in` never hold for it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import numpy as np

from converters.columns import Batch, Mask, Text, Values, are_blank, series
from converters.kernels import lookup
from converters.model import Condition, Field

__all__ = ["Holds", "Typed", "holds", "typed", "wording"]

Holds = Callable[[Batch], Mask]
"""A batch → which of its rows."""

Typed = str | int | Decimal | bool


def typed(field: Field, spelling: str) -> Typed:
    """A value of a definition as the field's column holds it; ValueError when it cannot be one.

    Numbers are written plainly, booleans as the field spells them, all else as the text it is.
    """
    if field.is_number and field.scale <= 0 and field.kind != "decimal":
        return int(spelling)
    if field.is_number:
        try:
            return Decimal(spelling)
        except InvalidOperation as exc:
            raise ValueError(f"not a number: {spelling!r}") from exc
    if field.kind == "boolean":
        return field.values.index(spelling) == 0
    return spelling


def holds(condition: Condition, field: Field) -> Holds:
    """The test of a condition on its field; ValueError when a value cannot be one of the field."""
    name = condition.field
    if condition.blank is not None:
        blank = condition.blank
        return lambda batch: are_blank(batch[name]) if blank else ~are_blank(batch[name])
    if condition.least is not None:
        least = typed(field, condition.least)
        return lambda batch: (series(batch[name]) >= least).fill_null(False).to_numpy()
    spellings = condition.among if condition.equals is None else (condition.equals,)
    assert spellings is not None, "the model asks exactly one question"
    values = [typed(field, spelling) for spelling in spellings]
    if all(isinstance(value, str) for value in values):
        table = lookup.build([str(value).encode() for value in values])
        return lambda batch: _among(table, batch[name])

    def test(batch: Batch) -> Mask:
        column, found = series(batch[name]), np.zeros(len(batch), np.bool_)
        for value in values:
            found |= column.eq_missing(value).to_numpy()
        return found

    return test


def _among(table: lookup.Lookup, column: Values) -> Mask:
    """Which texts are keys of the table."""
    assert isinstance(column, Text), "only numbers and booleans are no texts"
    return lookup.find(table, *column.raw) >= 0


def wording(condition: Condition) -> str:
    """The condition as a definition writes it, for the report."""
    if condition.blank is not None:
        return f"{condition.field} blank" if condition.blank else f"{condition.field} filled"
    if condition.equals is not None:
        return f"{condition.field} = {condition.equals}"
    if condition.least is not None:
        return f"{condition.field} >= {condition.least}"
    return f"{condition.field} in {', '.join(condition.among or ())}"
