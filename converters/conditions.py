"""A condition of a definition → the rows of a batch for which it holds.

One reading of `when:`, `required:` and `drop:` for all who ask. A blank equals nothing, so `equals`
and `in` never hold for it.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import polars as pl

from converters.model import Condition, Field

__all__ = ["Holds", "Typed", "holds", "typed", "wording"]

Holds = Callable[[pl.DataFrame], pl.Series]
"""A batch → a boolean series without nulls."""

Typed = str | int | Decimal | bool


def typed(field: Field, spelling: str) -> Typed:
    """A value of a definition as the field's column holds it; ValueError when it cannot be one.

    Numbers are written plainly, booleans as the field spells them, all else as the text it is.
    """
    if field.kind == "integer":
        return int(spelling)
    if field.kind == "decimal":
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
        return lambda batch: batch[name].is_null() if blank else batch[name].is_not_null()
    spellings = condition.among if condition.equals is None else (condition.equals,)
    assert spellings is not None, "the model asks exactly one question"
    first, *others = [typed(field, spelling) for spelling in spellings]

    def test(batch: pl.DataFrame) -> pl.Series:
        found = batch[name].eq_missing(first)
        for value in others:
            found |= batch[name].eq_missing(value)
        return found

    return test


def wording(condition: Condition) -> str:
    """The condition as a definition writes it, for the report."""
    if condition.blank is not None:
        return f"{condition.field} blank" if condition.blank else f"{condition.field} filled"
    if condition.equals is not None:
        return f"{condition.field} = {condition.equals}"
    return f"{condition.field} in {', '.join(condition.among or ())}"
