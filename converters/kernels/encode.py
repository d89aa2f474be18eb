"""String views in UTF-8 → views of bytes in the target charset, with one outcome per value.

`text` is the column's views as bytes (n × 16), `data` the bytes of the long ones. Blank values
stay blank. Values that were decoded by our own kernels or come from polars are valid UTF-8.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters import status as outcome
from converters.kernels.arrays import Bytes, Cells, Ints, Views
from converters.kernels.decode import (
    ASCII,
    BIT6,
    CONTROL,
    GAIJI,
    KANA,
    LOWER,
    ONE,
    TOP,
    WIDE,
    are_digits,
    outcome_of,
    view_head,
    view_rest,
)
from converters.kernels.memory import load8, load32, load64, store64

__all__ = ["check_digits", "check_utf8", "code_points", "encode_table"]

ABSENT = np.uint32(cells.ABSENT)


@njit(cache=True, nogil=True)
def encode_table(
    words: Views,
    flat: Bytes,
    data: Bytes,
    encode: Cells,
    allowed: np.uint32,
    substitute: int,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """UTF-8 → a table charset in `out`; returns how many bytes of it are in use.

    `words` are the views (n × 2), `flat` the same memory as bytes. `substitute` is written for a
    character without a code (0: the value is UNMAPPABLE instead). `out` needs two bytes per
    character and 16 to spare.
    """
    used = 0
    for row in range(len(words)):
        word = words[row, 0]
        length = np.int64(word & np.uint64(0xFFFFFFFF))
        if length == 0:
            views[row, 0] = 0
            views[row, 1] = 0
            status[row] = outcome.BLANK
            continue
        source = flat
        k = np.int64(row) * 16 + 4
        if length > 12:
            source = data
            k = np.int64(words[row, 1] >> np.uint64(32))
        last = k + length
        place = used
        seen = np.uint32(0)
        failed = outcome.OK
        while k < last:
            while last - k >= 8:
                block = load64(source, k)
                twice = block << ONE
                if block & TOP or (block | twice) & BIT6 != BIT6 or block & twice & BIT6:
                    break
                store64(out, place, block)
                place += 8
                k += 8
                seen |= ASCII
            if k == last:
                break
            byte = np.uint32(load8(source, k))
            if byte < 0x80:
                seen |= CONTROL if byte < 0x20 or byte == 0x7F else LOWER if byte >= 0x60 else ASCII
                out[place] = byte
                place += 1
                k += 1
                continue
            point = np.uint32(0xFFFF)
            if byte < 0xE0:
                point = (byte & np.uint32(0x1F)) << np.uint32(6)
                point |= np.uint32(load8(source, k + 1)) & np.uint32(0x3F)
                k += 2
            elif byte < 0xF0:
                point = (byte & np.uint32(0x0F)) << np.uint32(12)
                point |= (np.uint32(load8(source, k + 1)) & np.uint32(0x3F)) << np.uint32(6)
                point |= np.uint32(load8(source, k + 2)) & np.uint32(0x3F)
                k += 3
            else:
                k += 4
            code = encode[point]
            if code == ABSENT:
                if substitute == 0:
                    failed = outcome.UNMAPPABLE
                    break
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
                if 0xE000 <= point <= 0xF8FF:
                    seen |= GAIJI
        if failed == outcome.UNMAPPABLE:
            views[row, 0] = 0
            views[row, 1] = 0
            status[row] = failed
            continue
        judged = outcome_of(seen & ~GAIJI, allowed)
        status[row] = judged if judged else failed
        views[row, 0] = view_head(place - used, np.uint64(load32(out, used)))
        views[row, 1] = view_rest(place - used, load64(out, used + 4), used)
        if place - used > 12:
            used = place
    return used


@njit(cache=True, nogil=True)
def check_utf8(words: Views, flat: Bytes, data: Bytes, allowed: np.uint32, status: Bytes) -> None:
    """The outcome of valid UTF-8 text for a kind that accepts the classes of `allowed`."""
    for row in range(len(words)):
        length = np.int64(words[row, 0] & np.uint64(0xFFFFFFFF))
        if length == 0:
            status[row] = outcome.BLANK
            continue
        source = flat
        k = np.int64(row) * 16 + 4
        if length > 12:
            source = data
            k = np.int64(words[row, 1] >> np.uint64(32))
        last = k + length
        seen = np.uint32(0)
        while k < last:
            byte = load8(source, k)
            if byte >= 0x80:
                kind = WIDE
                if byte == 0xEF:
                    second = load8(source, k + 1)
                    third = load8(source, k + 2)
                    # U+FF61-U+FF9F: EF BD A1 to EF BE 9F
                    if (second == 0xBD and third >= 0xA1) or (second == 0xBE and third <= 0x9F):
                        kind = KANA
                seen |= kind
                k += 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
                continue
            while last - k >= 8:
                block = load64(source, k)
                twice = block << ONE
                if block & TOP or (block | twice) & BIT6 != BIT6 or block & twice & BIT6:
                    break
                k += 8
                seen |= ASCII
            if k < last:
                byte = load8(source, k)
                if byte < 0x80:
                    control = byte < 0x20 or byte == 0x7F
                    seen |= CONTROL if control else LOWER if byte >= 0x60 else ASCII
                    k += 1
        status[row] = outcome_of(seen, allowed)


@njit(cache=True, nogil=True)
def check_digits(words: Views, data: Bytes, status: Bytes) -> None:
    """Whether each value is made of ASCII digits."""
    for row in range(len(words)):
        head = words[row, 0]
        length = np.int64(head & np.uint64(0xFFFFFFFF))
        good = True
        if length <= 12:
            # Bytes beyond the value are zero; they are read as the digit 0.
            first = (head >> np.uint64(32)) | np.uint64(0x3030303000000000)
            if length < 4:
                first |= np.uint64(0x30303030) & ~((ONE << np.uint64(8 * length)) - ONE)
            rest = words[row, 1]
            if length <= 4:
                rest = np.uint64(0x3030303030303030)
            elif length < 12:
                rest |= np.uint64(0x3030303030303030) << np.uint64(8 * (length - 4))
            good = are_digits(first) and are_digits(rest)
        else:
            at = np.int64(words[row, 1] >> np.uint64(32))
            for k in range(at, at + length):
                good = good and 0x30 <= load8(data, k) <= 0x39
        status[row] = outcome.BLANK if length == 0 else outcome.OK if good else outcome.NOT_NUMBER


@njit(cache=True, nogil=True)
def code_points(words: Views, flat: Bytes, data: Bytes, counts: Ints) -> None:
    """Number of code points of each value."""
    for row in range(len(words)):
        length = np.int64(words[row, 0] & np.uint64(0xFFFFFFFF))
        source = flat
        k = np.int64(row) * 16 + 4
        if length > 12:
            source = data
            k = np.int64(words[row, 1] >> np.uint64(32))
        found = 0
        for j in range(k, k + length):
            found += load8(source, j) & 0xC0 != 0x80
        counts[row] = found
