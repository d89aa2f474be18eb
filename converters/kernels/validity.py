"""Blank values ↔ the validity bits of Arrow, where length 0 is null; the greatest of outcomes."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Views
from converters.kernels.memory import load32

__all__ = ["clear_nulls", "greatest", "nulls_hold_bytes", "valid_bits"]

LENGTH = np.uint64(0xFFFFFFFF)
NOTHING = np.uint64(0)
"""A plain 0 beside a uint64 would make a float of both."""


@njit(cache=True)
def greatest(outcomes: Bytes) -> int:
    """The greatest of these bytes, 0 where there are none. It takes less time than to let go of
    the interpreter's lock and to wait for it again."""
    found = np.uint8(0)
    for row in range(len(outcomes)):
        found = max(found, outcomes[row])
    return np.int64(found)


@njit(cache=True, nogil=True)
def valid_bits(raw: Bytes, bits: Bytes) -> int:
    """One bit per value of `columns.Text.raw` into `bits`, lowest first, set where there is a
    value; returns how many are not set. `bits` must hold zeros."""
    missing = 0
    for row in range(len(raw) // 16):
        if load32(raw, 16 * row):
            bits[row >> 3] |= np.uint8(1 << (row & 7))
        else:
            missing += 1
    return missing


@njit(cache=True, nogil=True)
def nulls_hold_bytes(views: Views, bits: Bytes, offset: int) -> bool:
    """Whether any null has a length of its own; bit `offset` belongs to the first value."""
    for row in range(len(views)):
        place = row + offset
        if views[row, 0] & LENGTH and not bits[place >> 3] >> (place & 7) & 1:
            return True
    return False


@njit(cache=True, nogil=True)
def clear_nulls(views: Views, bits: Bytes, offset: int, out: Views) -> None:
    """The views with length 0 for every null."""
    for row in range(len(views)):
        place = row + offset
        valid = bits[place >> 3] >> (place & 7) & 1
        out[row, 0] = views[row, 0] if valid else NOTHING
        out[row, 1] = views[row, 1] if valid else NOTHING
