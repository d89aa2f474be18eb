"""Numbers written in ASCII digits ↔ 64-bit integers, signs and decimal points as declared."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.decode import view_head, view_rest
from converters.kernels.memory import load8, prefetch

__all__ = ["LEADING", "MINUS", "TRAILING", "UNSIGNED", "decode_numbers", "write_numbers"]

UNSIGNED, MINUS, LEADING, TRAILING = range(4)
AHEAD = 16


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
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        while last > first and load8(data, last - 1) == 0x20:
            last -= 1
        values[row] = 0
        if first == last:
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
            byte = load8(data, first)
            negative = byte == 0x2D
            good = negative or byte == plus or byte == 0x20
            first += 1
        while first < last and load8(data, first) == 0x20:
            first += 1
        if sign == MINUS and first < last and load8(data, first) == 0x2D:
            negative = True
            first += 1
        number = np.int64(0)
        after = -1
        used = 0
        good = good and first < last
        for k in range(first, last):
            byte = load8(data, k)
            if byte == 0x2E and point and after < 0 and k > first:
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


@njit(cache=True, nogil=True)
def write_numbers(
    values: Ints,
    valid: Bools,
    sign: int,
    plus: int,
    point: bool,
    scale: int,
    width: int,
    room: int,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> None:
    """Integers → digits in `out`, `room` bytes a value.

    At least `width` digits are written (leading zeros), and always one before the point. Signs as
    in `decode_numbers`. `valid` may be empty: all values are there.
    """
    for row in range(len(values)):
        views[row, 0] = 0
        views[row, 1] = 0
        if len(valid) and not valid[row]:
            status[row] = outcome.BLANK
            continue
        number = values[row]
        negative = number < 0
        status[row] = outcome.OK
        if negative:
            number = -number
            if sign == UNSIGNED:
                status[row] = outcome.OVERFLOW
                continue
        first = row * room
        at = first + room
        if sign == TRAILING:
            at -= 1
            out[at] = 0x2D if negative else plus
        written = 0
        while number or written < width or written <= scale * point:
            if point and scale and written == scale:
                at -= 1
                out[at] = 0x2E
            at -= 1
            out[at] = 0x30 + number % 10
            number //= 10
            written += 1
        if sign == LEADING or (sign == MINUS and negative):
            at -= 1
            out[at] = 0x2D if negative else plus
        length = first + room - at
        head = np.uint64(0)
        rest = np.uint64(0)
        for k in range(min(length, 4)):
            head |= np.uint64(load8(out, at + k)) << np.uint64(8 * k)
        for k in range(4, min(length, 12)):
            rest |= np.uint64(load8(out, at + k)) << np.uint64(8 * (k - 4))
        views[row, 0] = view_head(length, head)
        views[row, 1] = view_rest(length, rest, at)
