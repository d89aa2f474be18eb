"""Numbers written in ASCII digits ↔ 64-bit integers, signs and decimal points as declared."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.decode import view_head, view_rest
from converters.kernels.memory import first, leaf, load8, load32, load64, prefetch, store64

__all__ = [
    "DESK",
    "LEADING",
    "LONG",
    "MINUS",
    "TRAILING",
    "UNSIGNED",
    "decode_numbers",
    "write_numbers",
]

UNSIGNED, MINUS, LEADING, TRAILING = range(4)
AHEAD = 16
LONG = 24
"""Bytes of the longest number: 19 digits, a point and a sign, in whole words."""
DESK = 48
"""Bytes in which a number is written: the 24 of its digits, a sign in front, 16 behind it that are
read."""
NOTHING = np.uint64(0)
TEN4, TEN8 = np.uint64(10**4), np.uint64(10**8)
ZEROS = np.uint64(0x3030303030303030)


@njit(cache=True, nogil=True)
def decode_numbers(
    data: Bytes,
    start: Ints,
    stop: Ints,
    sign: int,
    plus: int,
    point: bool,
    scale: int,
    digits: int,
    values: Ints,
    status: Bytes,
) -> None:
    """Digits → `values` (int64, scaled by 10 ** `scale`).

    `sign` is one of the four modes; `plus` the sign byte of a value that is not negative (a blank
    sign byte counts as plus too). With `point` the decimal point is written and at most `scale`
    digits follow it. More than `digits` digits, leading zeros aside, are SCALE. Spaces around the
    number are padding.
    """
    count = len(start)
    for row in range(count):
        begin, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        while last > begin and load8(data, last - 1) == 0x20:
            last -= 1
        values[row] = 0
        if begin == last:
            status[row] = outcome.BLANK
            continue
        negative = False
        good = True
        if sign == TRAILING:
            byte = load8(data, last - 1)
            negative = byte == 0x2D
            if negative or byte == plus:
                last -= 1
            else:
                good = plus == 0x20
        elif sign == LEADING:
            byte = load8(data, begin)
            negative = byte == 0x2D
            good = negative or byte == plus or byte == 0x20
            begin += 1
        while begin < last and load8(data, begin) == 0x20:
            begin += 1
        if sign == MINUS and begin < last and load8(data, begin) == 0x2D:
            negative = True
            begin += 1
        number = np.int64(0)
        after = -1
        used = 0
        good = good and begin < last
        for k in range(begin, last):
            byte = load8(data, k)
            if byte == 0x2E and point and after < 0 and k > begin:
                after = 0
                continue
            if byte < 0x30 or byte > 0x39:
                good = False
                break
            number = number * 10 + np.int64(byte - 0x30)
            used += 1 if number else 0
            after += 1 if after >= 0 else 0
        if not good or after == 0:
            status[row] = outcome.NOT_NUMBER
            continue
        if after > scale:
            status[row] = outcome.SCALE
            continue
        if point:
            for _ in range(scale - max(after, 0)):
                number *= 10
                used += 1 if number else 0
        if used > digits:
            status[row] = outcome.SCALE
            continue
        values[row] = -number if negative else number
        status[row] = outcome.OK


@leaf
def eight_digits(number: np.uint64) -> np.uint64:
    """A number below 10 ** 8 as eight ASCII digits, the first in the lowest byte."""
    upper = number // TEN4
    pairs = upper | (number - TEN4 * upper) << np.uint64(32)
    # Two times four digits become four times two and eight times one: n * 10486 >> 20 is n // 100
    # up to 9,999, and n * 103 >> 10 is n // 10 up to 99.
    upper = (pairs * np.uint64(10486) >> np.uint64(20)) & np.uint64(0x0000007F0000007F)
    pairs = upper | (pairs - np.uint64(100) * upper) << np.uint64(16)
    upper = (pairs * np.uint64(103) >> np.uint64(10)) & np.uint64(0x000F000F000F000F)
    return (upper | (pairs - np.uint64(10) * upper) << np.uint64(8)) + ZEROS


@leaf
def put_digits(out: Bytes, end: int, number: np.uint64, width: int) -> int:
    """At least `width` digits (up to 24) of a number before `end`; returns where they begin.

    Whatever stands in the 24 bytes before `end` may change.
    """
    rest = number // TEN8
    word = eight_digits(number - TEN8 * rest)
    store64(out, end - 8, word)
    before, place = 0, end - 8
    while rest or before + 8 < width:
        number, before = rest, before + 8
        rest = number // TEN8
        word = eight_digits(number - TEN8 * rest)
        place -= 8
        store64(out, place, word)
    digits = 0
    if word != ZEROS:
        digits = before + 8 - (first(word ^ ZEROS) >> 3)
    return end - max(digits, width)


@njit(cache=True, nogil=True)
def write_numbers(
    values: Ints,
    valid: Bools,
    sign: int,
    plus: int,
    point: bool,
    scale: int,
    width: int,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """Integers → digits; returns the bytes of `out` that hold the long ones.

    At least `width` digits are written (leading zeros), and always one before the point. Signs as
    in `decode_numbers`. `valid` may be empty: all values are there. `out` needs `LONG` bytes a
    value and `DESK` to spare: a number is written there, and stays only if it is long.
    """
    used = 0
    for row in range(len(values)):
        views[row, 0] = 0
        views[row, 1] = 0
        if len(valid) and not valid[row]:
            status[row] = outcome.BLANK
            continue
        negative = values[row] < 0
        status[row] = outcome.OK
        number = np.uint64(values[row])
        if negative:
            number = NOTHING - number
            if sign == UNSIGNED:
                status[row] = outcome.OVERFLOW
                continue
        stop = used + DESK - 16
        at = stop
        if sign == TRAILING:
            at -= 1
            out[at] = 0x2D if negative else plus
        if point and scale:
            end = at - 1
            at = put_digits(out, end, number, max(width, scale + 1))
            for k in range(end, end - scale, -1):
                out[k] = out[k - 1]
            out[end - scale] = 0x2E
        else:
            at = put_digits(out, at, number, max(width, 1))
        if sign == LEADING or (sign == MINUS and negative):
            at -= 1
            out[at] = 0x2D if negative else plus
        length = stop - at
        views[row, 0] = view_head(length, np.uint64(load32(out, at)))
        views[row, 1] = view_rest(length, load64(out, at + 4), used)
        if length > 12:
            for k in range(0, LONG, 8):
                store64(out, used + k, load64(out, at + k))
            used += length
    return used
