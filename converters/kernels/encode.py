"""String views in UTF-8 → views of bytes in a table charset, with one outcome per value.

A column comes as `columns.Text.raw`: its views as bytes, 16 a value, and the bytes of the long
values. Blank values stay blank. Values that were decoded by our own kernels or come from
polars are valid UTF-8.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters import status as outcome
from converters.kernels.arrays import Bytes, Cells, Views
from converters.kernels.decode import (
    AHEAD,
    ASCII,
    CONTROL,
    INLINE,
    KANA,
    LOWER,
    ONE,
    THIRTY_TWO,
    WIDE,
    are_digits,
    are_plain,
    is_plain,
    outcome_of,
    view_head,
    view_rest,
)
from converters.kernels.memory import leaf, load8, load32, load64, prefetch, store32, store64

__all__ = ["check_digits", "encode_table"]

ABSENT = np.uint32(cells.ABSENT)
SIX = np.uint32(0x3F)
LEADS = np.uint64(0xF00000F0)
BOTH_LEAD = np.uint64(0xE00000E0)
THREE = np.uint64(24)
DOUBLE = np.uint32(0x100)
DOUBLES = np.uint32(0xFF00)
"""How many codes have two bytes."""


@leaf
def code_point(source: Bytes, k: int, byte: np.uint32) -> np.uint32:
    """The code point of the character that begins with `byte` at `k`; U+FFFF beyond plane 0."""
    if byte < 0xE0:
        return (byte & np.uint32(0x1F)) << np.uint32(6) | np.uint32(load8(source, k + 1)) & SIX
    if byte < 0xF0:
        point = (byte & np.uint32(0x0F)) << np.uint32(12)
        point |= (np.uint32(load8(source, k + 1)) & SIX) << np.uint32(6)
        return point | np.uint32(load8(source, k + 2)) & SIX
    return np.uint32(0xFFFF)


@leaf
def point_of(word: np.uint64) -> np.uint32:
    """The code point of the three bytes at the low end of a word."""
    three = np.uint32(word & np.uint64(0x3F3F0F))
    first, second = three & np.uint32(0x0F), three >> np.uint32(8) & SIX
    return first << np.uint32(12) | second << np.uint32(6) | three >> np.uint32(16)


@leaf
def swapped(code: np.uint32) -> np.uint32:
    """A code of two bytes as it is stored."""
    return code >> np.uint32(8) | (code & np.uint32(0xFF)) << np.uint32(8)


@leaf
def encode_value(
    source: Bytes, k: int, last: int, encode: Cells, substitute: int, out: Bytes, place: int
) -> tuple[int, np.uint32, int]:
    """One value to `out[place:]`: where it ends, the classes seen, OK or what went wrong."""
    seen = np.uint32(0)
    failed = outcome.OK
    while k < last:
        while last - k >= 8:
            block = load64(source, k)
            if not are_plain(block):
                break
            store64(out, place, block)
            place += 8
            k += 8
            seen |= ASCII
        while last - k >= 6 and k + 8 <= len(source):
            # Two characters of three bytes each that have codes of two.
            block = load64(source, k)
            if block & LEADS != BOTH_LEAD:
                break
            left, right = encode[point_of(block)], encode[point_of(block >> THREE)]
            if left - DOUBLE >= DOUBLES or right - DOUBLE >= DOUBLES:
                break
            store32(out, place, swapped(left) | swapped(right) << np.uint32(16))
            place += 4
            k += 6
            seen |= WIDE
        if k == last:
            break
        byte = np.uint32(load8(source, k))
        if byte < 0x80:
            seen |= CONTROL if byte < 0x20 or byte == 0x7F else LOWER if byte >= 0x60 else ASCII
            out[place] = byte
            place += 1
            k += 1
            continue
        code = encode[code_point(source, k, byte)]
        k += 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
        if code == ABSENT:
            if substitute == 0:
                return place, seen, outcome.UNMAPPABLE
            failed = outcome.SUBSTITUTED
            code = np.uint32(substitute)
        if code < 0x100:
            out[place] = code
            place += 1
            seen |= KANA
        else:
            out[place] = code >> np.uint32(8)
            out[place + 1] = code & np.uint32(0xFF)
            place += 2
            seen |= WIDE
    return place, seen, failed


@njit(cache=True, nogil=True)
def encode_table(
    raw: Bytes,
    data: Bytes,
    encode: Cells,
    allowed: np.uint32,
    substitute: int,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """UTF-8 → a table charset in `out`; returns how many bytes of it are in use.

    `substitute` is the code written for a character without one (0: the value is UNMAPPABLE).
    `out` needs as many bytes as the values have in UTF-8, and 16 to spare.
    """
    used = 0
    plain, count = outcome_of(ASCII, allowed), len(status)
    for row in range(count):
        word = load64(raw, 16 * row)
        length = np.int64(word & np.uint64(0xFFFFFFFF))
        views[row, 0] = 0
        views[row, 1] = 0
        if length == 0:
            status[row] = outcome.BLANK
            continue
        ahead = 16 * min(row + AHEAD, count - 1)
        if load32(raw, ahead) > INLINE:
            prefetch(data, load32(raw, ahead + 12))
        if length <= INLINE:
            rest = load64(raw, 16 * row + 8)
            if is_plain(word >> THIRTY_TWO, rest, length):
                status[row] = plain
                views[row, 0] = word
                views[row, 1] = rest
                continue
            k = row * 16 + 4
            place, seen, failed = encode_value(raw, k, k + length, encode, substitute, out, used)
        else:
            k = np.int64(load32(raw, 16 * row + 12))
            place, seen, failed = encode_value(data, k, k + length, encode, substitute, out, used)
        if failed == outcome.UNMAPPABLE:
            status[row] = failed
            continue
        judged = outcome_of(seen, allowed)
        status[row] = judged if judged else failed
        views[row, 0] = view_head(place - used, np.uint64(load32(out, used)))
        views[row, 1] = view_rest(place - used, load64(out, used + 4), used)
        if place - used > 12:
            used = place
    return used


@njit(cache=True, nogil=True)
def check_digits(raw: Bytes, data: Bytes, status: Bytes) -> None:
    """Whether each value is made of ASCII digits."""
    for row in range(len(status)):
        length = np.int64(load32(raw, 16 * row))
        good = True
        if length <= 12:
            # Bytes beyond the value are zero; they are read as the digit 0.
            first = np.uint64(load32(raw, 16 * row + 4)) | np.uint64(0x3030303000000000)
            if length < 4:
                first |= np.uint64(0x30303030) & ~((ONE << np.uint64(8 * length)) - ONE)
            rest = load64(raw, 16 * row + 8)
            if length <= 4:
                rest = np.uint64(0x3030303030303030)
            elif length < 12:
                rest |= np.uint64(0x3030303030303030) << np.uint64(8 * (length - 4))
            good = are_digits(first) and are_digits(rest)
        else:
            at = np.int64(load32(raw, 16 * row + 12))
            for k in range(at, at + length):
                good = good and 0x30 <= load8(data, k) <= 0x39
        status[row] = outcome.BLANK if length == 0 else outcome.OK if good else outcome.NOT_NUMBER
