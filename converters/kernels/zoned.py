"""Zoned decimal fields (DISPLAY) ↔ numbers: a digit a byte, the sign in a zone or in its own byte.

Numbers go out and come in as in `packed`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.decimals import POWERS, digit_bytes, grown, settled, signed, turned, word_at
from converters.kernels.memory import leaf, load8, load64, prefetch, store64
from converters.kernels.numbers import eight_digits
from converters.kernels.packed import LATER, PART, Found
from converters.kernels.views import put

__all__ = [
    "ALONE",
    "LEADING",
    "MINUS",
    "PLUS",
    "TRAILING",
    "decode_zoned",
    "encode_zoned",
    "zoned_column",
]

LEADING, TRAILING, ALONE = 1, 2, 4
"""Where the sign stands, if there is one: at the first or the last byte; ALONE in the byte."""

PLUS, MINUS = 0x10, 0x20
"""In a table of sign bytes: the digit of the byte, and one of these; 0 for no sign."""

AHEAD = 16
ZERO, ONE, TEN = np.uint64(0), np.uint64(1), np.uint64(10)
TEN8, FIVE, FIFTEEN, BYTE = np.uint64(10**8), np.uint64(5), np.uint64(15), np.uint64(0xFF)
ONES, NIBBLES = np.uint64(0x0101010101010101), np.uint64(0x0F0F0F0F0F0F0F0F)
ALL = np.uint64(0xFFFFFFFFFFFFFFFF)
WHOLE = np.uint64(64)


@leaf
def read_zoned(
    data: Bytes, first: int, last: int, rule: Views, sign: int, signs: Bytes
) -> tuple[int, np.uint64, np.uint64]:
    """The outcome of a field of at least one byte, and the high and the low word of its number.

    `rule` holds the zone of a plain digit eight times in its first word, and the rest as in
    `packed.read_packed`. `sign` tells where the sign stands, `signs` what each byte means there.
    """
    zones = rule[0, 0]
    place, end, marked = first, last, -1
    meaning, patch = PLUS, ZERO
    if sign:
        marked = first if sign & LEADING else last - 1
        byte = load8(data, marked)
        meaning = np.int64(signs[byte])
        if sign & ALONE:
            place += sign & LEADING
            end -= sign >> 1 & 1
            marked = -1
        else:
            patch = np.uint64(byte) ^ (zones & BYTE | np.uint64(meaning & 15))
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
    return settled(data, first, last, rule, found, high, low, meaning & MINUS != 0)


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
    """Spans → numbers; `rule`, `sign` and `signs` as in `read_zoned`."""
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        found, high, low = outcome.BLANK, ZERO, ZERO
        if first < last:
            found, high, low = read_zoned(data, first, last, rule, sign, signs)
        status[row] = found
        values[row * step] = np.int64(low)
        if step == 2:
            values[row * step + 1] = np.int64(high)


@njit(cache=True, nogil=True)
def zoned_column(
    data: Bytes,
    begin: Ints,
    end: Ints,
    place: tuple[int, int],
    rule: Views,
    sign: int,
    signs: Bytes,
    found: Found,
) -> int:
    """Numbers of one word at the same place of every record, as `packed.packed_column`.

    What is as it should be in up to 16 digits is read here without a branch, anything else later.
    """
    values, status = found
    at, width = place
    zones, limit, factor = rule[0, 0], rule[1, 1], rule[2, 0]
    # Digits lie from `lead` to `tail`: up to 8 in the low word, those before them in the high one.
    lead = 1 if sign & ALONE and sign & LEADING else 0
    tail = width - 1 if sign & ALONE and not sign & LEADING else width
    lows = min(tail - lead, 8)
    highs = tail - lead - lows
    room = len(data) - max(lead + 8, tail - lows + 8, width)
    if highs > 8 or lows < 1 or rule[1, 0] != ZERO or room < 0:
        status[:] = LATER
        return zoned_later(data, begin, end, place, rule, sign, signs, found)
    # A shift by 64 would be none.
    high_zones = zones >> (WHOLE - np.uint64(8 * highs)) if highs else ZERO
    high_shift = np.uint64(8 * (8 - highs)) if highs else ZERO
    high_mask = ALL if highs else ZERO
    low_shift = np.uint64(8 * (8 - lows))
    # A sign byte among the digits is the first of the upper word, or the last of the low one.
    leads = sign & LEADING != 0
    marked = at if leads else at + width - 1
    turn = np.uint64(8 * (highs - 1 if highs else lows - 1)) if leads else ZERO
    in_high = ALL if sign and not sign & ALONE and leads and highs else ZERO
    in_low = ~in_high if sign and not sign & ALONE else ZERO
    plain = zones & BYTE
    later = 0
    for row in range(len(begin)):
        near = begin[row] + at
        first = min(near, room)
        low = turned(load64(data, first + tail - lows)) >> low_shift
        high = turned(load64(data, first + lead)) >> high_shift & high_mask
        meaning = np.uint64(PLUS)
        if sign:
            byte = load8(data, first - at + marked)
            meaning = np.uint64(signs[byte])
            patch = (np.uint64(byte) ^ (plain | meaning & FIFTEEN)) << turn
            low ^= patch & in_low
            high ^= patch & in_high
        number, good = digit_bytes(low, zones >> low_shift)
        if highs:
            more, fine = digit_bytes(high, high_zones)
            number += more * TEN8
            good = good & fine
        good = good & (meaning != ZERO) & (number <= limit)
        good = good & (near + width <= end[row]) & (near <= room)
        values[row] = signed(number * factor, meaning >> FIVE & ONE)
        status[row] = outcome.OK if good else LATER
        later += not good
    return zoned_later(data, begin, end, place, rule, sign, signs, found) if later else 0


@njit(cache=True, nogil=True)
def zoned_later(
    data: Bytes,
    begin: Ints,
    end: Ints,
    place: tuple[int, int],
    rule: Views,
    sign: int,
    signs: Bytes,
    found: Found,
) -> int:
    """As `packed.packed_later`."""
    values, status = found
    wrong = 0
    for row in range(len(begin)):
        if status[row] == LATER:
            first = min(begin[row] + place[0], end[row])
            last = min(first + place[1], end[row])
            what, low = outcome.BLANK, ZERO
            if first < last:
                what, _, low = read_zoned(data, first, last, rule, sign, signs)
            values[row] = np.int64(low)
            status[row] = what
            wrong += what != outcome.OK
    return wrong


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
    minus. `out` needs 16 bytes to spare.
    """
    # Up to 16 digits are two words; what they spill over the next field is written over by it.
    count = width - (sign >> 2 & 1)
    small = count <= 16 and parts.shape[1] == 1
    zones = np.uint64(zone) * ONES
    shift = np.uint64(8 * (-count & 7))
    for row in range(len(status)):
        views[row, 0] = 0
        views[row, 1] = 0
        if status[row] != outcome.OK:
            continue
        begin, end = row * width, (row + 1) * width
        base = 10 if negative[row] else 0
        first, last = begin, end
        if sign & ALONE:
            first += sign & LEADING
            last -= sign >> 1 & 1
        part, left = 0, PART
        number = np.uint64(parts[row, 0])
        if small:
            upper = number // TEN8
            low = eight_digits(number - TEN8 * upper) & NIBBLES | zones
            if count > 8:
                high = eight_digits(upper) & NIBBLES | zones
                store64(out, first, high >> shift)
                store64(out, last - 8, low)
            else:
                store64(out, first, low >> shift)
            first = last
        for place in range(last - 1, first - 1, -1):
            if left == 0 and part + 1 < parts.shape[1]:
                part += 1
                number, left = np.uint64(parts[row, part]), PART
            out[place] = zone | np.int64(number % TEN)
            number //= TEN
            left -= 1
        if sign & ALONE:
            out[begin if sign & LEADING else end - 1] = signs[base]
        elif sign:
            place = begin if sign & LEADING else end - 1
            out[place] = signs[base + (out[place] & 15)]
        put(views, row, out, begin, width)
