"""Questions to whole columns of texts: blanks and lengths, order, difference, choice.

A column comes as `columns.Text.raw`: its views as bytes, 16 a value, and the bytes of the values
over 12. A column of one value stands for as many as the other one has.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.memory import leaf, load8, load32, load64

__all__ = ["after", "choose", "differ", "measure", "surely_after", "take_views", "unknown_parts"]

INLINE = 12
HALF = np.uint64(32)
PARTS = np.uint64(0xFFFF)
ZEROS = np.uint64(0x3030)
EIGHT = np.uint32(8)
YEAR = np.uint32(0x30303030)
NINE = 0x39
DAY = 10
"""Bytes of `YYYY-MM-DD`; a view holds it, and an era letter, within itself."""


@njit(cache=True, nogil=True)
def measure(raw: Bytes) -> tuple[int, int, int]:
    """How many values are blank, the bytes of the longest, and those of all."""
    blank = 0
    longest = 0
    total = 0
    for row in range(len(raw) // 16):
        length = np.int64(load32(raw, 16 * row))
        blank += length == 0
        longest = max(longest, length)
        total += length
    return blank, longest, total


@njit(cache=True, nogil=True)
def take_views(raw: Bytes, rows: Ints, views: Views) -> None:
    """The views of some rows."""
    for k in range(len(rows)):
        at = 16 * rows[k]
        views[k, 0] = load64(raw, at)
        views[k, 1] = load64(raw, at + 8)


@leaf
def start_of(raw: Bytes, at: int, length: int) -> int:
    """Where the value of the view at `at` begins: in the views, or in the data."""
    return at + 4 if length <= INLINE else np.int64(load32(raw, at + 12))


@leaf
def byte_of(raw: Bytes, data: Bytes, inline: bool, k: int) -> int:
    """One byte of a value."""
    return load8(raw, k) if inline else load8(data, k)


@njit(cache=True, nogil=True)
def after(
    raw: Bytes, data: Bytes, other: Bytes, other_data: Bytes, steps: tuple[int, int], found: Bytes
) -> int:
    """1 in `found` where a value comes after the other one, byte by byte; a blank never does, and
    nothing comes after it. `steps` are 16, or 0 for a column of one value. Returns how many."""
    count = 0
    for row in range(len(found)):
        a, b = steps[0] * row, steps[1] * row
        length, width = np.int64(load32(raw, a)), np.int64(load32(other, b))
        found[row] = 0
        if length == 0 or width == 0:
            continue
        i, j = start_of(raw, a, length), start_of(other, b, width)
        k = 0
        shared = min(length, width)
        left, right = 0, 0
        while k < shared:
            left = byte_of(raw, data, length <= INLINE, i + k)
            right = byte_of(other, other_data, width <= INLINE, j + k)
            if left != right:
                break
            k += 1
        later = length > width if k == shared else left > right
        found[row] = later
        count += later
    return count


@leaf
def latest_byte(raw: Bytes, at: int, k: int) -> int:
    """Byte k of the last day that an ISO date can mean, or of a day after it: 99 for an unknown
    month or day, 9999 for an unknown year whose month and day are unknown as well."""
    byte = load8(raw, at + k)
    month, day = load32(raw, at + 4) >> EIGHT & PARTS == ZEROS, load32(raw, at + 7)
    unknown = day >> EIGHT & PARTS == ZEROS
    if (k in (5, 6) and month) or (k in (8, 9) and unknown):
        return NINE
    if k < 4 and month and unknown and load32(raw, at) == YEAR:
        return NINE
    return byte


@njit(cache=True, nogil=True)
def surely_after(raw: Bytes, other: Bytes, steps: tuple[int, int], found: Bytes) -> int:
    """1 in `found` where an ISO date comes after the other one whatever their unknown parts, 00,
    may mean; otherwise as `after`. An era letter behind a date counts for nothing."""
    count = 0
    for row in range(len(found)):
        a, b = steps[0] * row, steps[1] * row
        found[row] = 0
        if load32(raw, a) < DAY or load32(other, b) < DAY:
            continue
        for k in range(DAY):
            left, right = load8(raw, a + 4 + k), latest_byte(other, b + 4, k)
            if left != right:
                found[row] = left > right
                count += left > right
                break
    return count


@leaf
def same(raw: Bytes, data: Bytes, other: Bytes, other_data: Bytes, a: int, b: int) -> bool:
    """Whether two views show the same value."""
    if load64(raw, a) != load64(other, b):
        return False
    length = np.int64(load32(raw, a))
    if length <= INLINE:
        return load64(raw, a + 8) == load64(other, b + 8)
    i, j = np.int64(load32(raw, a + 12)), np.int64(load32(other, b + 12))
    for k in range(length):
        if load8(data, i + k) != load8(other_data, j + k):
            return False
    return True


@njit(cache=True, nogil=True)
def differ(
    raw: Bytes,
    data: Bytes,
    other: Bytes,
    other_data: Bytes,
    steps: tuple[int, int],
    filled: bool,
    found: Bytes,
) -> int:
    """1 in `found` where the values are not the same; with `filled` only where both are filled.

    `steps` as in `after`. Returns how many.
    """
    count = 0
    for row in range(len(found)):
        a, b = steps[0] * row, steps[1] * row
        asked = not filled or (load32(raw, a) != 0 and load32(other, b) != 0)
        unlike = asked and not same(raw, data, other, other_data, a, b)
        found[row] = unlike
        count += unlike
    return count


@njit(cache=True, nogil=True)
def choose(
    which: Bytes, raw: Bytes, other: Bytes, steps: tuple[int, int], moved: int, views: Views
) -> None:
    """The view of the other column where `which` is not 0, of the first one elsewhere.

    The long values of the other column lie `moved` bytes further on than its views say.
    """
    for row in range(len(which)):
        if not which[row]:
            at = steps[0] * row
            views[row, 0] = load64(raw, at)
            views[row, 1] = load64(raw, at + 8)
            continue
        at = steps[1] * row
        views[row, 0] = load64(other, at)
        rest = load64(other, at + 8)
        if load32(other, at) > INLINE:
            rest += np.uint64(moved) << HALF
        views[row, 1] = rest


@njit(cache=True, nogil=True)
def unknown_parts(raw: Bytes) -> int:
    """How many ISO dates have an unknown month or day, or are wholly unknown."""
    count = 0
    for row in range(len(raw) // 16):
        if load32(raw, 16 * row):
            rest = load64(raw, 16 * row + 8)
            month, day = rest >> np.uint64(8) & PARTS, rest >> np.uint64(32) & PARTS
            count += month == ZEROS or day == ZEROS
    return count
