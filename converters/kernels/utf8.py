"""Text that is UTF-8 already: checked, classed, counted, and viewed where it lies."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.decode import (
    AHEAD,
    ASCII,
    CONTROL,
    GAIJI,
    HEADS,
    INLINE,
    KANA,
    LOWER,
    RESTS,
    THIRTY_TWO,
    TOP,
    WIDE,
    are_plain,
    is_plain,
    outcome_of,
    set_view,
    trimmed,
    view_head,
    view_rest,
)
from converters.kernels.memory import leaf, load8, load32, load64, prefetch

__all__ = ["check_utf8", "code_points", "decode_utf8"]


PAIR = np.uint64(0xC0C0F0C0C0F0)
PAIR_LEADS = np.uint64(0x8080E08080E0)
THREE = np.uint32(0xC0C0F0)
THREE_LEAD = np.uint32(0x8080E0)
FULL = np.uint32(0xBCEF)
LEAD_NIBBLES = np.uint64(0x0F00000F)
ABOVE_C = np.uint64(0x03000003)
ABOVE_0 = np.uint64(0x0F00000F)
CARRIES = np.uint64(0x10000010)
LOWS = np.uint64(0x0101010101010101)
HALF_LEADS = np.uint64(0xEFEFEFEFEFEFEFEF)


@leaf
def utf8_size(data: Bytes, k: int, last: int) -> int:
    """Bytes of the well-formed UTF-8 character at `k`, 0 when it is malformed, -1 when cut off.

    Source: Unicode 15, table 3-7 (well-formed byte sequences).
    """
    byte = data[k]
    if byte < 0xC2 or byte > 0xF4:
        return 0
    size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
    if k + 1 >= last:
        return -1
    low, high = 0x80, 0xBF
    if byte == 0xE0:
        low = 0xA0
    elif byte == 0xED:
        high = 0x9F
    elif byte == 0xF0:
        low = 0x90
    elif byte == 0xF4:
        high = 0x8F
    if data[k + 1] < low or data[k + 1] > high:
        return 0
    for j in range(k + 2, k + size):
        if j >= last:
            return -1
        if data[j] & 0xC0 != 0x80:
            return 0
    return size


@leaf
def utf8_classes(data: Bytes, k: int, size: int) -> np.uint32:
    """Classes of the non-ASCII character of `size` bytes at `k`."""
    byte = data[k]
    if byte == 0xEF:
        point = np.int64(data[k + 1] & 0x3F) << 6 | (data[k + 2] & 0x3F) | 0xF000
        if 0xFF61 <= point <= 0xFF9F:
            return KANA
        if point <= 0xF8FF:
            return WIDE | GAIJI
    elif byte == 0xEE or (byte == 0xF3 and data[k + 1] >= 0xB0) or byte == 0xF4:
        return WIDE | GAIJI
    return WIDE


@leaf
def without_spaces(data: Bytes, first: int, last: int) -> int:
    """`last` moved back over trailing spaces of both widths."""
    while True:
        if last > first and load8(data, last - 1) == 0x20:
            last -= 1
        elif last - first >= 3 and (
            load8(data, last - 1) == 0x80
            and load8(data, last - 2) == 0x80
            and load8(data, last - 3) == 0xE3
        ):
            last -= 3
        else:
            return last


@leaf
def are_wide(word: np.uint64) -> bool:
    """Whether the first six bytes are two characters that begin with E1 to EC: most of Japanese."""
    if word & PAIR != PAIR_LEADS:
        return False
    leads = word & LEAD_NIBBLES
    return leads + ABOVE_C & CARRIES == 0 and leads + ABOVE_0 & CARRIES == CARRIES


@leaf
def is_wide(word: np.uint32) -> bool:
    """Whether the first three bytes are a character that begins with E1 to EC, or with EF BC: the
    full-width digits and capitals."""
    if word & THREE != THREE_LEAD:
        return False
    return 1 <= word & np.uint32(0x0F) <= 0x0C or word & np.uint32(0xFFFF) == FULL


@njit(cache=True, nogil=True)
def decode_utf8(
    data: Bytes,
    start: Ints,
    stop: Ints,
    allowed: np.uint32,
    trim: bool,
    views: Views,
    status: Bytes,
) -> None:
    """Text that is UTF-8 already: checked, classed, and viewed where it lies (no copy)."""
    size, count = len(data), len(start)
    plain = outcome_of(ASCII, allowed)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        length = last - first
        if length == 0:
            status[row] = outcome.BLANK
            views[row, 0] = 0
            views[row, 1] = 0
            continue
        if length <= INLINE and first + 16 <= size:
            head = np.uint64(load32(data, first)) & HEADS[length]
            rest = load64(data, first + 4) & RESTS[length]
            if is_plain(head, rest, length) and load8(data, last - 1) != 0x20:
                status[row] = plain
                views[row, 0] = np.uint64(length) | head << THIRTY_TWO
                views[row, 1] = rest
                continue
        kept = trimmed(data, first, last)
        if trim:
            last = kept
        seen = np.uint32(0)
        end = without_spaces(data, first, kept)
        failed = outcome.BLANK if end == first else outcome.OK
        k = first
        if failed:
            last = first
        while k < last:
            while last - k >= 8:
                if not are_plain(load64(data, k)):
                    break
                k += 8
                seen |= ASCII
            while last - k >= 6 and k + 8 <= size and are_wide(load64(data, k)):
                k += 6
                seen |= WIDE
            if last - k >= 3 and k + 4 <= size and is_wide(load32(data, k)):
                k += 3
                seen |= WIDE
                continue
            if k == last:
                break
            byte = load8(data, k)
            if byte < 0x80:
                if byte < 0x20 or byte == 0x7F:
                    seen |= CONTROL
                else:
                    seen |= LOWER if byte >= 0x60 else ASCII
                k += 1
                continue
            width = utf8_size(data, k, last)
            if width <= 0:
                failed = outcome.HALF_CHARACTER if width < 0 else outcome.UNDECODABLE
                break
            seen |= utf8_classes(data, k, width)
            k += width
        if failed:
            status[row] = failed
            views[row, 0] = 0
            views[row, 1] = 0
            continue
        if not trim:
            end = last
        status[row] = outcome_of(seen, allowed)
        if first + 16 <= size:
            views[row, 0] = view_head(end - first, np.uint64(load32(data, first)))
            views[row, 1] = view_rest(end - first, load64(data, first + 4), first)
        else:
            set_view(views, row, data, first, end - first)


@leaf
def classes(source: Bytes, k: int, last: int) -> np.uint32:
    """The classes of valid text, gaiji aside."""
    seen = np.uint32(0)
    while k < last:
        while last - k >= 8:
            block = load64(source, k)
            if block & TOP == TOP:
                other = block ^ HALF_LEADS
                if other - LOWS & ~other & TOP:
                    break
                # Eight bytes of characters that are all wide; the last may end behind them.
                k += 8
                seen |= WIDE
                continue
            if not are_plain(block):
                break
            k += 8
            seen |= ASCII
        if k == last:
            break
        byte = load8(source, k)
        if 0x80 <= byte < 0xC0:
            k += 1
        elif byte >= 0x80:
            size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            half = False
            if byte == 0xEF:
                second = load8(source, k + 1)
                third = load8(source, k + 2)
                # U+FF61-U+FF9F: EF BD A1 to EF BE 9F
                half = (second == 0xBD and third >= 0xA1) or (second == 0xBE and third <= 0x9F)
            seen |= KANA if half else WIDE
            k += size
        else:
            control = byte < 0x20 or byte == 0x7F
            seen |= CONTROL if control else LOWER if byte >= 0x60 else ASCII
            k += 1
    return seen


@njit(cache=True, nogil=True)
def check_utf8(raw: Bytes, data: Bytes, allowed: np.uint32, status: Bytes) -> None:
    """The outcome of valid text (`columns.Text.raw`) for a kind that accepts the classes of
    `allowed`."""
    plain = outcome_of(ASCII, allowed)
    for row in range(len(status)):
        k = 16 * row
        length = np.int64(load32(raw, k))
        if length == 0:
            status[row] = outcome.BLANK
        elif length <= INLINE:
            if is_plain(np.uint64(load32(raw, k + 4)), load64(raw, k + 8), length):
                status[row] = plain
            else:
                status[row] = outcome_of(classes(raw, k + 4, k + 4 + length), allowed)
        else:
            k = np.int64(load32(raw, k + 12))
            status[row] = outcome_of(classes(data, k, k + length), allowed)


@leaf
def points(source: Bytes, k: int, last: int) -> int:
    """Code points of valid text: bytes that continue no character."""
    found = 0
    while k < last:
        found += (load8(source, k) & 0xC0) != 0x80
        k += 1
    return found


@njit(cache=True, nogil=True)
def code_points(raw: Bytes, data: Bytes, counts: Ints) -> None:
    """Number of code points of each value of `columns.Text.raw`."""
    for row in range(len(counts)):
        k = 16 * row
        length = np.int64(load32(raw, k))
        if length <= 12:
            counts[row] = points(raw, k + 4, k + 4 + length)
        else:
            k = np.int64(load32(raw, k + 12))
            counts[row] = points(data, k, k + length)
