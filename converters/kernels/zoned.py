"""Zoned decimal fields (DISPLAY) ↔ numbers: a digit a byte, the sign in a zone or in its own byte.

Numbers go out and come in as in `packed`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.decimals import POWERS, digit_bytes, filled, grown, word_at
from converters.kernels.memory import load8, prefetch
from converters.kernels.packed import PART
from converters.kernels.views import put

__all__ = ["ALONE", "LEADING", "MINUS", "PLUS", "TRAILING", "decode_zoned", "encode_zoned"]

LEADING, TRAILING, ALONE = 1, 2, 4
"""Where the sign stands, if there is one: at the first or the last byte; ALONE in the byte."""

PLUS, MINUS = 0x10, 0x20
"""In a table of sign bytes: the digit of the byte, and one of these; 0 for no sign."""

AHEAD = 16
ZERO, ONE = np.uint64(0), np.uint64(1)
EIGHT = np.uint64(8)
WHOLE = np.uint64(64)


@njit(cache=True, nogil=True)
def decode_zoned(
    data: Bytes,
    start: Ints,
    stop: Ints,
    rule: Views,
    sign: int,
    signs: Bytes,
    step: int,
    values: Ints,
    status: Bytes,
) -> None:
    """Spans → numbers.

    `rule` holds the zone of a plain digit eight times in its first word, and the rest as in
    `packed.decode_packed`. `sign` tells where the sign stands, `signs` what each byte means
    there.
    """
    zones, top, limit, factor = rule[0, 0], rule[1, 0], rule[1, 1], rule[2, 0]
    space, spaces = np.int64(rule[2, 1]), np.int64(rule[3, 0])
    lows, highs = np.int64(rule[3, 1]), np.int64(rule[4, 0])
    plain = zones & np.uint64(0xFF)
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
        place, end, marked = first, last, -1
        meaning = PLUS
        patch = ZERO
        if sign:
            marked = first if sign & LEADING else last - 1
            byte = load8(data, marked)
            meaning = np.int64(signs[byte])
            if sign & ALONE:
                place += sign & LEADING
                end -= sign >> 1 & 1
                marked = -1
            else:
                patch = np.uint64(byte) ^ (plain | np.uint64(meaning & 15))
        high, low = ZERO, ZERO
        good = place < end
        wide = end - place > 19
        while place < end:
            size = min(end - place, 8)
            word = word_at(data, place, size)
            if meaning and place <= marked < place + size:
                word ^= patch << np.uint64(8 * (place + size - 1 - marked))
            digits, fine = digit_bytes(word, zones >> (WHOLE - np.uint64(8 * size)))
            good = good and fine
            if wide:
                high, low = grown(high, low, POWERS[size], digits)
            else:
                low = low * POWERS[size] + digits
            place += size
        found = outcome.OK
        if not meaning:
            # An overpunched byte that is no sign may be no digit at all.
            found = outcome.BAD_SIGN if good or sign & ALONE else outcome.NOT_DIGIT
        elif not good:
            found = outcome.NOT_DIGIT
        elif high > top or (high == top and low > limit):
            found = outcome.SCALE
        if found != outcome.OK:
            status[row] = filled(data, first, last, space, spaces, lows, highs, found)
            continue
        if factor != ONE:
            high, low = grown(high, low, factor, ZERO)
        if meaning & MINUS:
            low = ZERO - low
            high = ~high if low else ZERO - high
        values[row * step] = np.int64(low)
        if step == 2:
            values[row * step + 1] = np.int64(high)
        status[row] = outcome.OK


@njit(cache=True, nogil=True)
def encode_zoned(
    parts: Ints,
    negative: Bools,
    width: int,
    zone: int,
    sign: int,
    signs: Bytes,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> None:
    """Numbers → zoned fields of `width` bytes, where the status is OK.

    `signs` is the sign byte of each digit, or the sign itself: ten that are plus, ten that are
    minus. `out` needs 12 bytes to spare.
    """
    for row in range(len(status)):
        views[row, 0] = 0
        views[row, 1] = 0
        if status[row] != outcome.OK:
            continue
        begin, end = row * width, (row + 1) * width
        base = 10 if negative[row] else 0
        if sign & ALONE:
            out[begin if sign & LEADING else end - 1] = signs[base]
        first, last = begin, end
        if sign & ALONE:
            first += sign & LEADING
            last -= sign >> 1 & 1
        part, left = 0, PART
        number = parts[row, 0]
        for place in range(last - 1, first - 1, -1):
            if left == 0 and part + 1 < parts.shape[1]:
                part += 1
                number, left = parts[row, part], PART
            out[place] = zone | number % 10
            number //= 10
            left -= 1
        if sign and not sign & ALONE:
            place = first if sign & LEADING else last - 1
            out[place] = signs[base + (out[place] & 15)]
        put(views, row, out, begin, width)
