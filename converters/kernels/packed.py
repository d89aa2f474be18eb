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
    grown,
    nibbles,
    settled,
    signed,
    turned,
    word_at,
)
from converters.kernels.memory import leaf, load64, prefetch
from converters.kernels.views import put

__all__ = ["PART", "decode_packed", "encode_packed", "packed_column"]

Found = tuple[Ints, Bytes]
AHEAD = 16
LATER = 255
"""Not read yet."""
ONE, FOUR, FIFTEEN = np.uint64(1), np.uint64(4), np.uint64(15)
HALF = np.uint64(32)
TEN, ZERO = np.uint64(10), np.uint64(0)
PART = 18
"""Digits of one part of a number that is written."""


@leaf
def read_packed(
    data: Bytes, first: int, last: int, rule: Views
) -> tuple[int, np.uint64, np.uint64]:
    """The outcome of a field of at least one byte, and the high and the low word of its number.

    `rule` (5 × 2) holds the nibbles that are plus and minus as bit masks; the largest number as its
    high and low word; the factor of a scaling by P and the space; and what becomes of a field full
    of spaces, 00 and FF (see `decimals.filled`).
    """
    plus, minus = rule[0, 0], rule[0, 1]
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
    sign = ONE << (word & FIFTEEN)
    found = outcome.OK
    if not good:
        found = outcome.NOT_DIGIT
    elif not sign & (plus | minus):
        found = outcome.BAD_SIGN
    return settled(data, first, last, rule, found, high, low, sign & minus != ZERO)


@njit(cache=True, nogil=True)
def decode_packed(
    data: Bytes, start: Ints, stop: Ints, rule: Views, step: int, values: Ints, status: Bytes
) -> None:
    """Spans → numbers; `rule` as in `read_packed`."""
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        found, high, low = outcome.BLANK, ZERO, ZERO
        if first < last:
            found, high, low = read_packed(data, first, last, rule)
        status[row] = found
        values[row * step] = np.int64(low)
        if step == 2:
            values[row * step + 1] = np.int64(high)


@njit(cache=True, nogil=True)
def packed_column(
    data: Bytes, begin: Ints, end: Ints, place: tuple[int, int], rule: Views, found: Found
) -> int:
    """Numbers of one word at the same place of every record; `place` is where in the record, and
    how many bytes. Returns how many outcomes are not OK.

    What is as it should be in up to 8 bytes is read here without a branch, anything else later.
    """
    values, status = found
    at, width = place
    minus, signs, limit, factor = rule[0, 1], rule[0, 0] | rule[0, 1], rule[1, 1], rule[2, 0]
    quick, room = width <= 8 and rule[1, 0] == ZERO, len(data) - 8
    shift = np.uint64(8 * (8 - width if quick else 0))
    if not quick or room < 0:
        status[:] = LATER
        return packed_later(data, begin, end, place, rule, found)
    later = 0
    for row in range(len(begin)):
        first = begin[row] + at
        word = turned(load64(data, min(first, room))) >> shift
        number, good = digit_nibbles(word >> FOUR)
        nibble = word & FIFTEEN
        good = good & (signs >> nibble & ONE != ZERO) & (number <= limit)
        good = good & (first + width <= end[row]) & (first <= room)
        values[row] = signed(number * factor, minus >> nibble & ONE)
        status[row] = outcome.OK if good else LATER
        later += not good
    return packed_later(data, begin, end, place, rule, found) if later else 0


@njit(cache=True, nogil=True)
def packed_later(
    data: Bytes, begin: Ints, end: Ints, place: tuple[int, int], rule: Views, found: Found
) -> int:
    """The numbers of a column whose outcome is LATER; returns how many then are not OK."""
    values, status = found
    wrong = 0
    for row in range(len(begin)):
        if status[row] == LATER:
            first = min(begin[row] + place[0], end[row])
            last = min(first + place[1], end[row])
            what, low = outcome.BLANK, ZERO
            if first < last:
                what, _, low = read_packed(data, first, last, rule)
            values[row] = np.int64(low)
            status[row] = what
            wrong += what != outcome.OK
    return wrong


@njit(cache=True, nogil=True)
def encode_packed(
    parts: Ints,
    negative: Bools,
    width: int,
    signs: tuple[int, int],
    views: Views,
    out: Bytes,
    status: Bytes,
) -> None:
    """Numbers → packed fields of `width` bytes, where the status is OK.

    `parts` (n × k) are the digits, 18 a part; `signs` are the nibbles of a number that is not
    negative and of one that is. `out` needs 12 bytes to spare.
    """
    # Up to 8 bytes are a word, which a view holds itself.
    small = width <= 8 and parts.shape[1] == 1
    shift = np.uint64(8 * (8 - width)) if small else ZERO
    for row in range(len(status)):
        views[row, 0] = 0
        views[row, 1] = 0
        if status[row] != outcome.OK:
            continue
        first = row * width
        part, left = 0, PART
        number = np.uint64(parts[row, 0])
        if small:
            sign = np.uint64(signs[1] if negative[row] else signs[0])
            word = turned((nibbles(number) << FOUR | sign) << shift)
            views[row, 0] = np.uint64(width) | word << HALF
            views[row, 1] = word >> HALF
            continue
        byte = signs[1] if negative[row] else signs[0]
        for k in range(1, 2 * width):
            if left == 0 and part + 1 < parts.shape[1]:
                part += 1
                number, left = np.uint64(parts[row, part]), PART
            digit = np.int64(number % TEN)
            number //= TEN
            left -= 1
            if k & 1:
                out[first + width - 1 - k // 2] = byte | digit << 4
            else:
                byte = digit
        put(views, row, out, first, width)
