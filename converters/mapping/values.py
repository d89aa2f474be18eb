"""Values of one kind ↔ values of another: exactly, or not at all.

Text kinds share their values. Numbers and booleans become the text their fields write; text becomes
a number or boolean only when it is one to the last character. A date has no era: the era letter
that an era date may carry stays behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from converters.columns import text
from converters.kinds import dtype
from converters.kinds.date import ERAS
from converters.mapping.pairs import Mask
from converters.model import Field

__all__ = ["NONE", "Converted", "as_text", "blank", "convert", "from_text"]

NONE: Mask = np.zeros(0, np.bool_)
"""No row at all."""
DATE = len("YYYY-MM-DD")
LETTERED = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[{''.join(ERAS)}]$"


@dataclass(frozen=True, slots=True)
class Converted:
    """A column of another kind; the rows without such a value, now null; those that lost a part."""

    values: pl.Series
    failed: Mask = field(default_factory=lambda: NONE)
    changed: Mask = field(default_factory=lambda: NONE)


def blank(field: Field, rows: int) -> pl.Series:
    """A column of nulls."""
    return pl.Series(field.name, [None], dtype(field)).new_from_index(0, rows)


def convert(values: pl.Series, source: Field, target: Field) -> Converted:
    """Values of the source field as values of the target field."""
    here, there = dtype(source), dtype(target)
    if here == there:
        bare = source.kind == "date" or target.kind != "date"
        return Converted(values) if bare else _date(values)
    if here.is_numeric() and there.is_numeric():
        return _number(values, there)
    return from_text(as_text(values, source), target)


def as_text(values: pl.Series, field: Field) -> pl.Series:
    """Values as text: numbers with all their decimals, booleans as the field spells them."""
    if values.dtype == pl.Boolean():
        true, false = (pl.Series([spelling], dtype=pl.String) for spelling in field.values)
        nothing = pl.Series([None], dtype=pl.String)
        spelled = true.new_from_index(0, len(values)).zip_with(values.fill_null(False), false)
        return spelled.zip_with(values.is_not_null(), nothing) if values.null_count() else spelled
    return values if values.dtype == pl.String() else values.cast(pl.String)


def from_text(values: pl.Series, field: Field) -> Converted:
    """Text as values of the field; the opposite of `as_text`."""
    kind = dtype(field)
    if kind == pl.Boolean():
        return _boolean(values, field)
    if kind.is_numeric():
        return _parsed(values, field)
    return _date(values) if field.kind == "date" else Converted(values)


def _boolean(values: pl.Series, field: Field) -> Converted:
    true = values == field.values[0]
    failed = ~(true | (values == field.values[1])).fill_null(True)
    if not failed.any():
        return Converted(true)
    return Converted(true.zip_with(~failed, pl.Series([None], dtype=pl.Boolean)), failed.to_numpy())


def _parsed(values: pl.Series, field: Field) -> Converted:
    """Numbers that are written plainly; what polars takes for a number is asked back as text."""
    found = values.cast(dtype(field), strict=False)
    strange = found.cast(pl.String).ne_missing(values)
    if not strange.any():
        return Converted(found)
    decimals = rf"(?:\.[0-9]{{1,{field.scale}}})?" if field.scale else ""
    plain = values.str.contains(rf"^[+-]?[0-9]+{decimals}$").fill_null(False) & found.is_not_null()
    failed = strange & ~plain
    result = found.zip_with(~failed, pl.Series([None], dtype=found.dtype))
    return Converted(result, failed.to_numpy(), (strange & plain).to_numpy())


def _number(values: pl.Series, kind: pl.DataType) -> Converted:
    found = values.cast(kind, strict=False)
    failed = found.cast(values.dtype, strict=False).ne_missing(values)
    if not failed.any():
        return Converted(found)
    return Converted(found.zip_with(~failed, pl.Series([None], dtype=kind)), failed.to_numpy())


def _date(values: pl.Series) -> Converted:
    """Dates without the era letter that an era date may carry."""
    longer = text(values).lengths == DATE + 1
    if not longer.any():
        return Converted(values)
    lettered = values.str.contains(LETTERED).fill_null(False)
    bare = values.str.head(DATE).zip_with(lettered, values)
    return Converted(bare, NONE, lettered.to_numpy())
