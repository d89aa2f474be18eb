"""Text in codes of one to three bytes ↔ string views in UTF-8 (`Charset.structure` long).

The arguments are those of `decode.decode_table` and `encode.encode_table`. `tables` are the
charset's `single`, `double`, `triple` and `longs`, or its `encode`, `sequences` and
`sequence_codes`. `free` are classes that are nothing to report. On reading `out` needs half the
bytes of the longest character (`Charset.longest`) per source byte, at least four; on writing two
per UTF-8 byte; 16 to spare.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters import status as outcome
from converters.kernels.arrays import Bytes, Cells, Ints, Views
from converters.kernels.decode import (
    AHEAD,
    ASCII,
    BIT6,
    CONTROL,
    KANA,
    LOWER,
    ONE,
    TOP,
    WIDE,
    WIDE_SPACE,
    outcome_of,
    trimmed,
    view_head,
    view_rest,
    without_wide_spaces,
)
from converters.kernels.memory import leaf, load8, load32, load64, prefetch, store32, store64

__all__ = ["decode_long", "encode_long"]

ABSENT = np.uint32(cells.ABSENT)
LONG = np.uint32(cells.LONG)
NO_CODE = np.uint32(cells.NO_CODE)
OPENS = np.uint32(cells.OPENS)
NODE = np.uint64(cells.NODE)
SECOND = np.uint64(cells.SECOND)
SIX = np.uint32(0x3F)
FLAGS = np.uint32(0xFC000000)
ONCE = np.uint32(0x3FFFFFFF)
"""A cell without GAIJI and ONE_WAY."""
BLANK = np.uint32(0x20 | 1 << 24) | ASCII
WIDE_BLANK = WIDE_SPACE | np.uint32(3 << 24) | WIDE


@leaf
def put(cell: np.uint32, longs: Views, out: Bytes, place: int) -> int:
    """The bytes of a cell to `out[place:]`; returns where they end, `place` for a special cell."""
    size = np.int64((cell >> np.uint32(24)) & np.uint32(3))
    if size:
        store32(out, place, cell)
        return place + size
    if cell & LONG:
        length = np.int64((cell >> np.uint32(16)) & np.uint32(0x7F))
        word = np.int64(cell & np.uint32(0xFFFF))
        for k in range(length + 7 >> 3):
            store64(out, place + 8 * k, longs[word + k])
        return place + length
    return place


@leaf
def put_control(cell: np.uint32, out: Bytes, place: int) -> int:
    """The control character of a cell to `out[place:]`; returns where it ends."""
    byte = cell & np.uint32(0xFF)
    if byte < 0x80:
        out[place] = byte
        return place + 1
    out[place] = 0xC2
    out[place + 1] = byte
    return place + 2


@leaf
def settle(
    views: Views, status: Bytes, row: int, out: Bytes, used: int, end: int, found: int
) -> int:
    """One decoded value, `out[used:end]`, becomes a view; returns what of `out` is in use then."""
    status[row] = found
    views[row, 0] = view_head(end - used, np.uint64(load32(out, used)))
    views[row, 1] = view_rest(end - used, load64(out, used + 4), used)
    return end if end - used > 12 else used


@leaf
def plain_block(block: np.uint64) -> bool:
    """Whether all eight bytes lie in 20-5F."""
    twice = block << ONE
    return not (block & TOP or (block | twice) & BIT6 != BIT6 or block & twice & BIT6)


@njit(cache=True, nogil=True)
def decode_long(
    data: Bytes,
    start: Ints,
    stop: Ints,
    tables: tuple[Cells, Cells, Cells, Views],
    allowed: np.uint32,
    free: np.uint32,
    space: np.uint64,
    trim: bool,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """Text → UTF-8 in `out`; returns the bytes of `out` that are in use."""
    single, double, triple, longs = tables
    fast = True
    for byte in range(0x20, 0x60):
        fast &= single[byte] == np.uint32(byte | 1 << 24) | ASCII
    used = 0
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        kept = trimmed(data, first, last)
        if trim:
            last = kept
            if space and not (last - first) & 1:
                last = without_wide_spaces(data, first, last, space)
        if kept == first or (trim and last == first):
            used = settle(views, status, row, out, used, used, outcome.BLANK)
            continue
        place = used
        end = used
        seen = np.uint32(0)
        failed = outcome.OK
        k = first
        while k < last:
            while fast and last - k >= 8:
                word = load64(data, k)
                if not plain_block(word):
                    break
                store64(out, place, word)
                place += 8
                k += 8
                end = place
                seen |= ASCII
            while last - k >= 2:
                cell = double[np.uint32(load8(data, k)) << np.uint32(8) | load8(data, k + 1)]
                size = (cell >> np.uint32(24)) & np.uint32(3)
                if size:
                    store32(out, place, cell)
                    place += size
                elif cell & LONG:
                    place = put(cell, longs, out, place)
                else:
                    break
                k += 2
                seen |= cell & FLAGS
                if cell & ONCE != WIDE_BLANK:
                    end = place
            if k >= last:
                break
            cell = single[load8(data, k)]
            k += 1
            if cell == cells.LEAD3 and last - k >= 2:
                cell = triple[np.uint32(load8(data, k)) << np.uint32(8) | load8(data, k + 1)]
                k += 2
            if cell < CONTROL:
                half = (cell == cells.LEAD and k == last) or cell == cells.LEAD3
                failed = outcome.HALF_CHARACTER if half else outcome.UNDECODABLE
                break
            if cell & FLAGS:
                place = put(cell, longs, out, place)
            else:
                place = put_control(cell, out, place)
                seen |= CONTROL
            seen |= cell & FLAGS
            if cell & ONCE != BLANK:
                end = place
        if failed:
            used = settle(views, status, row, out, used, used, failed)
            continue
        if trim:
            while end > used and out[end - 1] == 0x20:
                end -= 1
        elif end > used:
            end = place
        found = outcome.BLANK if end == used else outcome_of(seen & ~free, allowed)
        used = settle(views, status, row, out, used, end, found)
    return used


@leaf
def point_at(source: Bytes, k: int) -> tuple[np.uint32, int]:
    """The code point at `k` of valid UTF-8, and its bytes."""
    byte = np.uint32(load8(source, k))
    if byte < 0x80:
        return byte, 1
    point = np.uint32(load8(source, k + 1)) & SIX
    if byte < 0xE0:
        return (byte & np.uint32(0x1F)) << np.uint32(6) | point, 2
    point = point << np.uint32(6) | np.uint32(load8(source, k + 2)) & SIX
    if byte < 0xF0:
        return (byte & np.uint32(0x0F)) << np.uint32(12) | point, 3
    point = point << np.uint32(6) | np.uint32(load8(source, k + 3)) & SIX
    return (byte & np.uint32(0x07)) << np.uint32(18) | point, 4


@leaf
def class_of(point: np.uint32) -> np.uint32:
    """The class of a code point, gaiji aside."""
    if point >= 0xA0:
        return KANA if 0xFF61 <= point <= 0xFF9F else WIDE
    if point < 0x20 or point >= 0x7F:
        return CONTROL
    return LOWER if point >= 0x60 else ASCII


@leaf
def code_of(
    source: Bytes, k: int, last: int, encode: Cells, sequences: Views, codes: Cells
) -> tuple[np.uint32, np.uint32, int]:
    """The encode cell of the character at `k` (its code is NO_CODE where it has none), the
    character's first code point, and its bytes in UTF-8. The longest character is taken."""
    point, size = point_at(source, k)
    cell = encode[point] if point < len(encode) else ABSENT
    best, taken = cell & ~OPENS, size
    node = np.uint64(point)
    while cell & OPENS and cell != ABSENT and k + size < last:
        following, more = point_at(source, k + size)
        key = node << SECOND | np.uint64(following)
        low, high = 0, len(sequences)
        while low < high:
            middle = (low + high) >> 1
            if sequences[middle] < key:
                low = middle + 1
            else:
                high = middle
        if low == len(sequences) or sequences[low] != key:
            break
        cell = codes[low]
        size += more
        node = NODE + np.uint64(low)
        if cell & NO_CODE != NO_CODE:
            best, taken = cell & ~OPENS, size
    return best, point, taken


@leaf
def put_code(code: np.uint32, out: Bytes, place: int) -> int:
    """A code of one to three bytes to `out[place:]`; returns where it ends."""
    if code >= 0x10000:
        out[place] = code >> np.uint32(16)
        place += 1
    if code >= 0x100:
        out[place] = (code >> np.uint32(8)) & np.uint32(0xFF)
        place += 1
    out[place] = code & np.uint32(0xFF)
    return place + 1


@leaf
def encode_value(
    source: Bytes,
    k: int,
    last: int,
    tables: tuple[Cells, Views, Cells],
    fast: bool,
    substitute: int,
    out: Bytes,
    place: int,
) -> tuple[int, np.uint32, int]:
    """One value to `out[place:]`: where it ends, the classes seen, OK or what went wrong."""
    encode, sequences, codes = tables
    seen = np.uint32(0)
    failed = outcome.OK
    while k < last:
        while fast and last - k >= 8:
            block = load64(source, k)
            if not plain_block(block):
                break
            store64(out, place, block)
            place += 8
            k += 8
            seen |= ASCII
        if k == last:
            break
        cell, point, size = code_of(source, k, last, encode, sequences, codes)
        k += size
        code = cell & NO_CODE
        if code == NO_CODE:
            if substitute == 0:
                return place, seen, outcome.UNMAPPABLE
            failed = outcome.SUBSTITUTED
            code = np.uint32(substitute)
        seen |= class_of(point)
        place = put_code(code, out, place)
    return place, seen, failed


@njit(cache=True, nogil=True)
def encode_long(
    raw: Bytes,
    data: Bytes,
    tables: tuple[Cells, Views, Cells],
    allowed: np.uint32,
    free: np.uint32,
    substitute: int,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """UTF-8 → the charset in `out`; returns how many bytes of it are in use."""
    encode = tables[0]
    fast = True
    for byte in range(0x20, 0x60):
        fast &= encode[byte] == byte
    used = 0
    for row in range(len(status)):
        length = np.int64(load32(raw, 16 * row))
        if length == 0:
            used = settle(views, status, row, out, used, used, outcome.BLANK)
            continue
        if length <= 12:
            k = row * 16 + 4
            place, seen, failed = encode_value(
                raw, k, k + length, tables, fast, substitute, out, used
            )
        else:
            k = np.int64(load32(raw, 16 * row + 12))
            place, seen, failed = encode_value(
                data, k, k + length, tables, fast, substitute, out, used
            )
        if failed == outcome.UNMAPPABLE:
            used = settle(views, status, row, out, used, used, failed)
            continue
        judged = outcome_of(seen & ~free, allowed)
        used = settle(views, status, row, out, used, place, judged if judged else failed)
    return used
