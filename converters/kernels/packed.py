"""Packed decimal fields (COMP-3) ↔ numbers: two digits a byte, the sign in the last nibble.

A number goes out as 64 bits, or as 128 when `step` is 2: words `2 * row` (low) and `2 * row + 1`.
It comes in as parts of 18 digits, the lowest first.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.decimals import (
    POWERS,
    digit_nibbles,
    filled,
    grown,
    word_at,
)
from converters.kernels.memory import prefetch
from converters.kernels.views import put

__all__ = ["PART", "decode_packed", "encode_packed"]

AHEAD = 16
FOUR, FIFTEEN = np.uint64(4), np.uint64(15)
ZERO = np.uint64(0)
PART = 18
"""Digits of one part of a number that is written."""


@njit(cache=True, nogil=True)
def decode_packed(
    data: Bytes, start: Ints, stop: Ints, rule: Views, step: int, values: Ints, status: Bytes
) -> None:
    """Spans → numbers.

    `rule` (5 × 2) holds the nibbles that are plus and minus as bit masks; the largest number as its
    high and low word; the factor of a scaling by P and the space; and what becomes of a field full
    of spaces, 00 and FF (see `decimals.filled`).
    """
    plus, minus = rule[0, 0], rule[0, 1]
    top, limit, factor = rule[1, 0], rule[1, 1], rule[2, 0]
    space, spaces = np.int64(rule[2, 1]), np.int64(rule[3, 0])
    lows, highs = np.int64(rule[3, 1]), np.int64(rule[4, 0])
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        values[row * step] = 0
        if step == 2:
            values[row * step + 1] = 0
        if first == last:
            status[row] = outcome.BLANK
            continue
        high, low, word = ZERO, ZERO, ZERO
        good, place = True, first
        while place < last:
            size = min(last - place, 8)
            word = word_at(data, place, size)
            place += size
            digits, fine = digit_nibbles(word >> FOUR if place == last else word)
            good = good and fine
            if last - first > 9:
                high, low = grown(high, low, POWERS[2 * size - (place == last)], digits)
            else:
                low = low * POWERS[2 * size - (place == last)] + digits
        sign = np.uint64(1) << (word & FIFTEEN)
        found = outcome.OK
        if not good:
            found = outcome.NOT_DIGIT
        elif not sign & (plus | minus):
            found = outcome.BAD_SIGN
        elif high > top or (high == top and low > limit):
            found = outcome.SCALE
        if found != outcome.OK:
            status[row] = filled(data, first, last, space, spaces, lows, highs, found)
            continue
        if factor != np.uint64(1):
            high, low = grown(high, low, factor, ZERO)
        if sign & minus:
            low = ZERO - low
            high = ~high if low else ZERO - high
        values[row * step] = np.int64(low)
        if step == 2:
            values[row * step + 1] = np.int64(high)
        status[row] = outcome.OK


@njit(cache=True, nogil=True)
def encode_packed(
    parts: Ints,
    negative: Bools,
    width: int,
    nibbles: tuple[int, int],
    views: Views,
    out: Bytes,
    status: Bytes,
) -> None:
    """Numbers → packed fields of `width` bytes, where the status is OK.

    `parts` (n × k) are the digits, 18 a part; `nibbles` is the sign of a number that is not
    negative and of one that is. `out` needs 12 bytes to spare.
    """
    for row in range(len(status)):
        views[row, 0] = 0
        views[row, 1] = 0
        if status[row] != outcome.OK:
            continue
        first = row * width
        part, left = 0, PART
        number = parts[row, 0]
        byte = nibbles[1] if negative[row] else nibbles[0]
        for k in range(1, 2 * width):
            if left == 0 and part + 1 < parts.shape[1]:
                part += 1
                number, left = parts[row, part], PART
            digit = number % 10
            number //= 10
            left -= 1
            if k & 1:
                out[first + width - 1 - k // 2] = byte | digit << 4
            else:
                byte = digit
        put(views, row, out, first, width)
