"""Records whose length stands in one of their own fields: found by it, and written with it.

A rule is (at, width, kind, 1 where the low byte comes first, zone of the digits, bytes that the
number does not count); `at` is 0-based, the kind one of those below.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.frame import HEADER, LONG, MISSING
from converters.kernels.memory import leaf, load8

__all__ = [
    "BINARY",
    "PACKED",
    "TEXT",
    "ZONED",
    "number",
    "put_lengths",
    "split_counted",
    "wrap_counted",
]

BINARY, TEXT, ZONED, PACKED = range(4)
Rule = tuple[int, int, int, int, int, int]

POSITIVE: Final = 0xC
UNSIGNED: Final = 0xF


@njit(cache=True, nogil=True)
def split_counted(
    data: Bytes,
    start: int,
    eof: bool,
    shape: tuple[int, int, Rule],
    out: tuple[Ints, Ints, Bytes],
) -> tuple[int, int]:
    """Records from `start` on → their number, and where the rest begins.

    `shape` is the longest record, the bytes after which one is given up, and the rule; `out` as in
    `frame`. Where a length is none, nobody knows where the next one is: so many bytes are one bad
    record.
    """
    length, limit, rule = shape
    ends, stops, codes = out
    least = rule[0] + rule[1]
    size, count, place = len(data), 0, start
    while count < len(ends) and place < size:
        if place + least > size and not eof:
            break
        total = number(data, place, rule) if place + least <= size else np.int64(-1)
        total = total + rule[5] if total >= 0 else total
        end, code = place + total, 0
        if total < least or total > limit:
            if size - place < limit and not eof:
                break
            end = min(place + limit, size)
            code = MISSING if place + least > size else HEADER
        elif end > size:
            if not eof:
                break
            end, code = size, MISSING
        elif total > length:
            code = LONG
        ends[count], stops[count], codes[count] = end, end, code
        count += 1
        place = end
    return count, place


@leaf
def number(data: Bytes, record: int, rule: Rule) -> int:
    """The number in the record at `record`, below 0 where there is none."""
    at, width, kind, little, zone, _ = rule
    first, value = record + at, np.int64(0)
    for k in range(width):
        byte = np.int64(load8(data, first + (width - 1 - k if little and kind == BINARY else k)))
        last = k == width - 1
        high, low = byte >> 4, byte & 0xF
        if kind == BINARY:
            value = value << 8 | byte
        elif kind == PACKED:
            if high > 9 or (low not in (POSITIVE, UNSIGNED) if last else low > 9):
                return np.int64(-1)
            value = value * 10 + high
            value = value if last else value * 10 + low
        else:
            signed = kind == ZONED and last and high in (POSITIVE, UNSIGNED)
            if low > 9 or (high != zone and not signed):
                return np.int64(-1)
            value = value * 10 + low
        if value > 1 << 40:
            return np.int64(-1)
    return value


@leaf
def _digit(value: int, place: int) -> int:
    """The decimal digit of `value` that has `place` digits behind it."""
    for _ in range(place):
        value //= 10
    return value % 10


@njit(cache=True, nogil=True)
def wrap_counted(
    rows: Bytes, shape: tuple[int, int, int], rule: Rule, out: Bytes, bounds: Ints
) -> None:
    """Records of one length → records that say their length, spaces at the end cut off.

    `shape` is the length, the bytes that are kept in any case, and the space. `bounds` gets their
    places.
    """
    length, floor, space = shape
    place = 0
    bounds[0] = 0
    for row in range(len(bounds) - 1):
        first, size = row * length, length
        while size > floor and load8(rows, first + size - 1) == space:
            size -= 1
        for k in range(size):
            out[place + k] = load8(rows, first + k)
        _put(out, place, size - rule[5], rule)
        place += size
        bounds[row + 1] = place


@njit(cache=True, nogil=True)
def put_lengths(out: Bytes, bounds: Ints, rule: Rule) -> None:
    """Writes its length into each record."""
    for row in range(len(bounds) - 1):
        _put(out, bounds[row], bounds[row + 1] - bounds[row] - rule[5], rule)


@leaf
def _put(out: Bytes, record: int, number: int, rule: Rule) -> None:
    """Writes a number that goes in."""
    at, width, kind, little, zone, _ = rule
    for k in range(width):
        behind = width - 1 - k
        if kind == BINARY:
            byte = number >> 8 * behind & 0xFF if behind < 8 else 0
            out[record + at + (behind if little else k)] = byte
        elif kind == PACKED:
            high = _digit(number, 2 * behind)
            low = _digit(number, 2 * behind - 1) if behind else UNSIGNED
            out[record + at + k] = high << 4 | low
        else:
            out[record + at + k] = zone << 4 | _digit(number, behind)
