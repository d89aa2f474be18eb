"""Exact numbers in memory: 64-bit integers or 128-bit decimals ↔ columns.

A column of numbers is Int64 where no scale is kept and 18 digits are enough, else Decimal(38, s).
Where 64 bits hold all of a field's numbers the column is a Number, else a series.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from converters.columns import Ints, Mask, Values
from converters.kernels.decimals import are_small, split_words
from converters.numbers import Number

__all__ = ["NARROW", "dtype", "numbers", "parts"]

NARROW: Final = 18
"""Digits that always fit 64 bits."""


def dtype(digits: int, scale: int) -> pl.DataType:
    """The type of a column of numbers with so many digits in all, `scale` of them decimals."""
    if scale > 0:
        return pl.Decimal(38, scale)
    return pl.Int64() if digits <= NARROW else pl.Decimal(38, 0)


def numbers(kind: pl.DataType, values: Ints, valid: Mask) -> Values:
    """One or two words a value, the low one first, as a column of the type; null if not valid."""
    count = len(valid)
    missing = count - int(np.count_nonzero(valid))
    if len(values) == count:
        return Number(values, ~valid if missing else None, kind)
    assert isinstance(kind, pl.Decimal), "an integer has one word"
    mask = pa.py_buffer(np.packbits(valid, bitorder="little")) if missing else None
    arrow = pa.decimal128(38, kind.scale)
    array = pa.Array.from_buffers(arrow, count, [mask, pa.py_buffer(values)], missing)
    return pl.Series(pl.from_arrow(array))


def parts(values: pl.Series) -> tuple[Ints, Mask]:
    """The digits of decimals, 18 a part and the lowest first, and which values are negative.

    The scale of a decimal is left out of sight: its digits are those of a whole number.
    """
    array = values.rechunk().to_arrow()
    pairs = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset :][: 2 * len(array)]
    pairs = pairs.reshape(-1, 2)
    digits = np.empty((len(pairs), 1 if are_small(pairs) else 3), np.int64)
    negative = np.empty(len(pairs), np.bool_)
    split_words(pairs, digits, negative)
    return digits, negative
