"""Columns of exact numbers that 64 bits hold, and how they are written in digits.

Number   numbers as they were read
Spelled  numbers about to be written: what they look like is known, the digits are not made yet
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.numbers import DESK, LEADING, LONG, MINUS, TRAILING, write_numbers
from converters.kernels.views import SPARE

__all__ = ["Number", "Spelled", "Style"]


class Number:
    """A column of n exact numbers: `units` × 10 ** -scale. Never changed once it is made.

    `units` are 64-bit integers of up to 18 digits; `missing` marks the blank ones, whose units mean
    nothing, and is None where there are none. `dtype` is the type of the same column as a series,
    Int64 or Decimal with the scale.
    """

    __slots__ = ("_blanks", "_series", "dtype", "missing", "units")

    def __init__(self, units: Ints, missing: Bools | None, dtype: pl.DataType) -> None:
        units.flags.writeable = False
        self.units = units
        self.missing = missing
        self.dtype = dtype
        self._blanks = 0 if missing is None else int(np.count_nonzero(missing))
        self._series: pl.Series | None = None

    def __len__(self) -> int:
        return len(self.units)

    @property
    def blanks(self) -> int:
        """How many values are blank."""
        return self._blanks

    @property
    def scale(self) -> int:
        """The decimals among the digits of the units."""
        return self.dtype.scale if isinstance(self.dtype, pl.Decimal) else 0

    @property
    def series(self) -> pl.Series:
        """The column as polars has it, made once."""
        if self._series is None:
            self._series = self._made()
        return self._series

    def _made(self) -> pl.Series:
        valid = None
        if self._blanks and self.missing is not None:
            valid = pa.py_buffer(np.packbits(~self.missing, bitorder="little"))
        kind, words = pa.int64(), self.units
        if isinstance(self.dtype, pl.Decimal):
            kind, words = pa.decimal128(38, self.scale), np.empty((len(self), 2), np.int64)
            words[:, 0], words[:, 1] = self.units, self.units >> 63
        buffers = [valid, pa.py_buffer(words)]
        array = pa.Array.from_buffers(kind, len(self), buffers, self._blanks)
        return pl.Series("", pl.from_arrow(array))


@dataclass(frozen=True, slots=True)
class Style:
    """How numbers are written: where the sign stands (see `kernels.numbers`) and what it is where
    nothing is negative, the digits behind the point, 0 for no point, and the digits at least."""

    sign: int
    plus: int
    decimals: int
    least: int

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """The same as kernels take it."""
        return self.sign, self.plus, self.decimals, self.least

    def has(self, special: bytes) -> bool:
        """Whether a number may be written with one of these bytes."""
        signed = self.sign in (LEADING, TRAILING) and self.plus in special
        return signed or any(byte in special for byte in b"-.0123456789")

    def length(self, number: int) -> int:
        """The bytes of a number."""
        digits = max(len(str(abs(number))), self.least)
        marked = self.sign in (LEADING, TRAILING) or (self.sign == MINUS and number < 0)
        return digits + (self.decimals > 0) + marked


@dataclass(frozen=True, slots=True, eq=False)
class Spelled:
    """Numbers in the units of their style. Where the status is not OK nothing is written; `blanks`
    counts those."""

    units: Ints
    status: Bytes
    blanks: int
    style: Style

    @property
    def longest(self) -> int:
        """Bytes that no number has more of."""
        if self.blanks == len(self.units):
            return 0
        ends = int(self.units.min()), int(self.units.max())
        return max(self.style.length(number) for number in ends)

    def written(self) -> tuple[Views, Bytes]:
        """The numbers in digits, as string views and their bytes."""
        count = len(self.units)
        views, out = np.empty((count, 2), np.uint64), np.empty(count * LONG + DESK, np.uint8)
        used = write_numbers(self.units, self.status, np.array(self.style.cells), views, out)
        return views, out[: used + SPARE]
