"""Exact numbers in memory: 64-bit integers or 128-bit decimals ↔ columns.

A column of numbers is Int64 where no scale is kept and 18 digits are enough, else Decimal(38, s).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from converters.columns import Ints, Mask, integers
from converters.kernels.decimals import are_small, split_words

__all__ = ["NARROW", "dtype", "numbers", "parts", "words"]

NARROW: Final = 18
"""Digits that always fit 64 bits."""


def dtype(digits: int, scale: int) -> pl.DataType:
    """The type of a column of numbers with so many digits in all, `scale` of them decimals."""
    if scale > 0:
        return pl.Decimal(38, scale)
    return pl.Int64() if digits <= NARROW else pl.Decimal(38, 0)


def words(kind: pl.DataType) -> int:
    """How many 64-bit words one value of such a column has."""
    return 2 if isinstance(kind, pl.Decimal) else 1


def numbers(name: str, kind: pl.DataType, values: Ints, valid: Mask) -> pl.Series:
    """`words(kind)` words a value as a column of the type; null where not valid."""
    count = len(valid)
    missing = count - int(np.count_nonzero(valid))
    mask = pa.py_buffer(np.packbits(valid, bitorder="little")) if missing else None
    arrow = pa.decimal128(38, kind.scale) if isinstance(kind, pl.Decimal) else pa.int64()
    array = pa.Array.from_buffers(arrow, count, [mask, pa.py_buffer(values)], missing)
    return pl.Series(name, pl.from_arrow(array))


def parts(values: pl.Series) -> tuple[Ints, Mask]:
    """The digits of a column, 18 a part and the lowest first, and which values are negative.

    The scale of a decimal is left out of sight: its digits are those of a whole number.
    """
    if values.dtype == pl.Int64():
        whole = integers(values)
        negative: Mask = whole < 0
        # The one integer that has no opposite has 19 digits: it is too long for any field.
        return np.where(negative, -whole, whole).reshape(-1, 1), negative
    array = values.rechunk().to_arrow()
    pairs = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset :][: 2 * len(array)]
    pairs = pairs.reshape(-1, 2)
    digits = np.empty((len(pairs), 1 if are_small(pairs) else 3), np.int64)
    negative = np.empty(len(pairs), np.bool_)
    split_words(pairs, digits, negative)
    return digits, negative
