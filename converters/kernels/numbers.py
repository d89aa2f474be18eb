"""Numbers written in ASCII digits ↔ 64-bit integers, signs and decimal points as declared."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.decimals import POWERS, digit_bytes, signed, word_at
from converters.kernels.decode import view_head, view_rest
from converters.kernels.memory import first, leaf, load8, load32, load64, prefetch, store8, store64

__all__ = [
    "DESK",
    "LEADING",
    "LONG",
    "MINUS",
    "STYLE",
    "TRAILING",
    "UNSIGNED",
    "decode_numbers",
    "eight_digits",
    "put_number",
    "write_numbers",
]

UNSIGNED, MINUS, LEADING, TRAILING = range(4)
AHEAD = 16
LONG = 24
"""Bytes of the longest number: 19 digits, a point, a sign and two quotes, in whole words."""
DESK = 32
"""Bytes that are written and read behind the place of the last number."""
STYLE = 4
"""Numbers that say how a number is written."""
POINT = 0x2E
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
    tail = scale if point else 0
    bare = sign in (MINUS, UNSIGNED) and tail <= 8
    for row in range(count):
        begin, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        while last > begin and load8(data, last - 1) == 0x20:
            last -= 1
        values[row] = 0
        if begin == last:
            status[row] = outcome.BLANK
            continue
        if bare:
            negative = sign == MINUS and load8(data, begin) == 0x2D
            plain, good = plain_digits(data, begin + negative, last, tail)
            if good and plain < POWERS[digits]:
                values[row] = signed(plain, np.uint64(negative))
                status[row] = outcome.OK
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
def plain_digits(data: Bytes, begin: int, last: int, tail: int) -> tuple[np.uint64, bool]:
    """A number of up to 18 digits, `tail` (up to 8) of them behind a point if there are any; False
    where there is anything else, or another number of decimals."""
    after, good = NOTHING, True
    if tail:
        last -= tail + 1
        if last <= begin:
            return NOTHING, False
        after, good = digit_bytes(word_at(data, last + 1, tail), ZEROS >> np.uint64(64 - 8 * tail))
        good = good and load8(data, last) == POINT
    size = last - begin
    if size < 1 or size > 16 or size + tail > 18:
        return NOTHING, False
    lows = min(size, 8)
    zones = ZEROS >> np.uint64(64 - 8 * lows)
    number, fine = digit_bytes(word_at(data, last - lows, lows), zones)
    good = good and fine
    if size > 8:
        zones = ZEROS >> np.uint64(64 - 8 * (size - 8))
        more, fine = digit_bytes(word_at(data, begin, size - 8), zones)
        number += more * TEN8
        good = good and fine
    return number * POWERS[tail] + after, good


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
def put_number(
    out: Bytes, place: int, value: int, sign: int, plus: int, decimals: int, least: int
) -> int:
    """A number from `place` on; returns the place behind it. Up to 16 bytes there change.

    `sign` tells where the sign stands, `plus` is that of what is not negative; a point stands
    before the last `decimals` digits, unless they are 0; there are at least `least` digits, up to
    19, one of them before the point.
    """
    ones = value >> 63
    number = np.uint64((value ^ ones) - ones)
    mark = plus + ((0x2D - plus) & ones)
    store8(out, place, mark)
    place += 1 if sign == LEADING else -ones if sign == MINUS else 0
    rest = number // TEN8
    last = eight_digits(number - TEN8 * rest)
    if rest >= TEN8 or least > 16:
        upper = rest // TEN8
        rest -= TEN8 * upper
        word = eight_digits(upper)
        none = min(first(word ^ ZEROS) >> 3, 24 - least)
        store64(out, place, word >> np.uint64(8 * none))
        place += 8 - none
        store64(out, place, eight_digits(rest))
        store64(out, place + 8, last)
        place += 16
    else:
        # How long numbers are nobody foresees: without a branch, both words are made of any number.
        word = eight_digits(rest)
        none = first(word ^ ZEROS) >> 3
        none += (first(last ^ ZEROS) >> 3) * (none >> 3)
        none = min(none, 16 - least)
        few = none >> 3
        store64(out, place, (last if few else word) >> np.uint64(8 * (none & 7)))
        store64(out, place + 8 - (none & 7) * (1 - few), last)
        place += 16 - none
    if decimals:
        if decimals <= 8:
            store64(out, place - decimals + 1, last >> np.uint64(64 - 8 * decimals))
        else:
            for k in range(place, place - decimals, -1):
                store8(out, k, load8(out, k - 1))
        store8(out, place - decimals, POINT)
        place += 1
    if sign == TRAILING:
        store8(out, place, mark)
        place += 1
    return place


@njit(cache=True, nogil=True)
def write_numbers(values: Ints, status: Bytes, style: Ints, views: Views, out: Bytes) -> int:
    """Integers → digits where the status is OK, nothing elsewhere; returns the bytes of `out` that
    hold the long ones.

    `style` are the last four of what `put_number` takes. `out` needs `LONG` bytes a value and
    `DESK` to spare: a number is written there, and stays only if it is long.
    """
    sign, plus, decimals, least = style[0], style[1], style[2], style[3]
    used = 0
    for row in range(len(values)):
        views[row, 0] = 0
        views[row, 1] = 0
        if status[row] != outcome.OK:
            continue
        length = put_number(out, used, values[row], sign, plus, decimals, least) - used
        views[row, 0] = view_head(length, np.uint64(load32(out, used)))
        views[row, 1] = view_rest(length, load64(out, used + 4), used)
        if length > 12:
            used += length
    return used
