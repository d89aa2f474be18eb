"""Values of one kind ↔ values of another: exactly, or not at all.

Text kinds share their values. Numbers and booleans become the text their fields write; text becomes
a number or boolean only when it is one to the last character. A date has no era: the era letter
that an era date may carry stays behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from converters.columns import Text, Values, series, text
from converters.comparing import differ
from converters.kernels import lookup
from converters.kinds import dtype
from converters.kinds.code import NEITHER, booleans, numbered
from converters.kinds.date import ERAS
from converters.mapping.pairs import Mask
from converters.model import Field
from converters.numbers import Number

__all__ = [
    "NONE",
    "Converted",
    "as_text",
    "blank",
    "convert",
    "from_text",
    "repeated",
    "unlike",
]

NONE: Mask = np.zeros(0, np.bool_)
"""No row at all."""
NO_BYTES = np.empty(0, np.uint8)
DATE = len("YYYY-MM-DD")
LETTERED = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[{''.join(ERAS)}]$"


@dataclass(frozen=True, slots=True)
class Converted:
    """A column of another kind; the rows without such a value, now null; those that lost a part."""

    values: Values
    failed: Mask = field(default_factory=lambda: NONE)
    changed: Mask = field(default_factory=lambda: NONE)


def blank(field: Field, rows: int) -> Values:
    """A column of blanks."""
    kind = dtype(field)
    if kind == pl.String():
        return Text(np.zeros((rows, 2), np.uint64), NO_BYTES)
    return pl.Series([None], dtype=kind).new_from_index(0, rows)


def repeated(values: Values, rows: int) -> Values:
    """A column of one value, made as long as `rows`."""
    if isinstance(values, Text):
        return Text(np.repeat(values.views, rows, axis=0), values.data)
    return series(values).new_from_index(0, rows)


def unlike(values: Values, others: Values) -> Mask:
    """Which values are not the same, blanks among them."""
    if isinstance(values, Text) and isinstance(others, Text):
        return differ(values, others)
    return series(values).ne_missing(series(others)).to_numpy()


def convert(values: Values, source: Field, target: Field) -> Converted:
    """Values of the source field as values of the target field."""
    here, there = dtype(source), dtype(target)
    if here == there:
        bare = source.kind == "date" or target.kind != "date"
        return Converted(values) if bare else from_text(as_text(values, source), target)
    if here.is_numeric() and there.is_numeric():
        same = _retyped(values, there)
        return _number(series(values), there) if same is None else Converted(same)
    return from_text(as_text(values, source), target)


def as_text(values: Values, field: Field) -> Text:
    """Values as text: numbers with all their decimals, booleans as the field spells them."""
    if isinstance(values, Text):
        return values
    if values.dtype == pl.Boolean():
        spelled, found = text(pl.Series(field.values)), np.empty((len(values), 2), np.uint64)
        which = numbered(values)
        which[which == NEITHER] = lookup.BLANK
        lookup.take(which, spelled.views, found, 0)
        return Text(found, spelled.data)
    return text(series(values).cast(pl.String))


def from_text(values: Text, field: Field) -> Converted:
    """Text as values of the field; the opposite of `as_text`."""
    kind = dtype(field)
    if kind == pl.Boolean():
        return _boolean(values, field)
    if kind.is_numeric():
        return _parsed(series(values), field)
    return _date(values) if field.kind == "date" else Converted(values)


def _boolean(values: Text, field: Field) -> Converted:
    which = lookup.find(lookup.build([value.encode() for value in field.values]), *values.raw)
    return Converted(booleans(which == 0, which >= 0), which == lookup.MISSING)


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


def _retyped(values: Values, kind: pl.DataType) -> Number | None:
    """The same units as numbers of another type with as many decimals; None for other columns."""
    scale = kind.scale if isinstance(kind, pl.Decimal) else 0
    if isinstance(values, Number) and values.scale == scale and not kind.is_float():
        return Number(values.units, values.missing, kind)
    return None


def _number(values: pl.Series, kind: pl.DataType) -> Converted:
    found = values.cast(kind, strict=False)
    failed = found.cast(values.dtype, strict=False).ne_missing(values)
    if not failed.any():
        return Converted(found)
    return Converted(found.zip_with(~failed, pl.Series([None], dtype=kind)), failed.to_numpy())


def _date(values: Text) -> Converted:
    """Dates without the era letter that an era date may carry."""
    if values.longest <= DATE:
        return Converted(values)
    column = series(values)
    lettered = column.str.contains(LETTERED).fill_null(False)
    bare = column.str.head(DATE).zip_with(lettered, column)
    return Converted(text(bare), NONE, lettered.to_numpy())
