"""Bytes → records: where they end, where their content ends, and what is wrong with them.

Clean stretches are taken by arithmetic (fixed) or 64 bytes at a time (delimited); whatever is not
regular is left to a plain byte-by-byte twin that decides alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.memory import equal64, first, leaf

__all__ = [
    "BLANK",
    "BLOCK",
    "CHAIN",
    "CLOSED",
    "COUNT",
    "CR",
    "DIFFERS",
    "EXTRA",
    "FRESH",
    "HEADER",
    "LAST",
    "LF",
    "LONG",
    "MALFORMED",
    "MARK",
    "MISSING",
    "NONE",
    "NO_VIEW",
    "ONE",
    "OPEN",
    "PLAIN",
    "QUOTE",
    "QUOTED",
    "RAGGED",
    "REPEATED",
    "SHORT",
    "STRAY",
    "TOO_LONG",
    "UNCLOSED",
    "UNKNOWN",
    "parity",
    "record_end",
    "split_delimited",
    "split_fixed",
    "step",
]


SHORT: Final = 1
LONG: Final = 2
RAGGED: Final = 3
UNCLOSED: Final = 4
BLANK: Final = 5
TOO_LONG: Final = 6
HEADER: Final = 7
MISSING: Final = 8
BLOCK: Final = 9
CHAIN: Final = 10
STRAY: Final = 11
OPEN: Final = 12
MALFORMED: Final = 13
EXTRA: Final = 14
REPEATED: Final = 15
UNKNOWN: Final = 16
COUNT: Final = 17
DIFFERS: Final = 18
NO_VIEW: Final = 19

LF: Final = 0x0A
CR: Final = 0x0D
MARK: Final = 0x1A
QUOTE: Final = 0x22

# Where the byte-by-byte reader stands: inside a plain value, at the start of a field, inside
# quotes, behind a quote that closes unless another one follows.
PLAIN: Final = 0
FRESH: Final = 1
QUOTED: Final = 2
CLOSED: Final = 3

NONE: Final = np.uint64(0)
ONE: Final = np.uint64(1)
LAST: Final = np.uint64(63)


@njit(cache=True, nogil=True)
def split_fixed(
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, int], out: tuple[Ints, Ints, Bytes]
) -> tuple[int, int]:
    """Records of one length from `start` on → their number, and where the rest begins.

    `shape` is the length, the bytes of the terminator (0, 1 LF, 2 CRLF) and the longest record;
    `out` takes the end, the end of the content and the problem of each record until it is full.
    """
    length, newline, limit = shape
    ends, stops, codes = out
    size, count, place = len(data), 0, start
    while count < len(ends) and place < size:
        end, stop, code = place + length + newline, place + length, 0
        if end > size or not _terminated(data, end, newline):
            end, stop, code = _resume(data, place, eof, (length, newline, limit))
            if end < 0:
                break
        ends[count], stops[count], codes[count] = end, stop, code
        count += 1
        place = end
    return count, place


@leaf
def _terminated(data: Bytes, end: int, newline: int) -> bool:
    if newline == 0:
        return True
    return data[end - 1] == LF and (newline == 1 or data[end - 2] == CR)


@njit(cache=True, nogil=True)
def _resume(
    data: Bytes, place: int, eof: bool, shape: tuple[int, int, int]
) -> tuple[int, int, int]:
    """A record whose terminator is not where it should be: up to the next line end of any style.

    The end is -1 when more bytes are needed, or when only an EOF mark is left.
    """
    length, newline, limit = shape
    size = len(data)
    if not eof and place + length + newline > size:
        return -1, 0, 0
    if newline:
        end = _line_end(data, place, min(size, place + limit))
        if end > 0:
            stop = _content_end(data, place, end)
            if stop == place:
                return end, stop, BLANK
            return end, stop, SHORT if end - place < length + newline else LONG
        if size - place >= limit:
            return place + limit, place + limit, TOO_LONG
    if not eof:
        return -1, 0, 0
    return _last_fixed(data, place, length)


@njit(cache=True, nogil=True)
def _last_fixed(data: Bytes, place: int, length: int) -> tuple[int, int, int]:
    """The last record, which has no terminator; EOF marks behind it are left alone."""
    rest = len(data) - place
    content = rest
    while content > 0 and data[place + content - 1] == MARK:
        content -= 1
    if content == 0:
        return -1, 0, 0
    if rest >= length:
        content = max(content, length)
    end = place + content
    if content == length:
        return end, end, 0
    return end, end, SHORT if content < length else LONG


@njit(cache=True, nogil=True)
def _line_end(data: Bytes, place: int, top: int) -> int:
    """The place behind the first LF before `top`, or -1."""
    for i in range(place, top):
        if data[i] == LF:
            return i + 1
    return -1


@leaf
def _content_end(data: Bytes, place: int, end: int) -> int:
    """Where the content of a record that ends in LF or CRLF ends."""
    if end - 2 >= place and data[end - 2] == CR:
        return end - 2
    return end - 1


@njit(cache=True, nogil=True)
def split_delimited(
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, int], out: tuple[Ints, Ints, Bytes]
) -> tuple[int, int]:
    """Delimited records from `start` on → their number, and where the rest begins.

    `shape` is the delimiter, the longest record, and the problem number of an empty line (0 where
    it is a record); `out` as in `split_fixed`.
    """
    delimiter, limit, empty = shape
    ends, stops, codes = out
    count, place = 0, start
    while count < len(ends) and place < len(data):
        count, place = _regular(data, place, shape, out, count)
        if count == len(ends) or place == len(data):
            break
        end, stop, code = record_end(data, place, eof, delimiter, limit)
        if end < 0:
            break
        if stop == place and code == 0:
            code = empty
        ends[count], stops[count], codes[count] = end, stop, code
        count += 1
        place = end
    return count, place


@njit(cache=True, nogil=True)
def _regular(
    data: Bytes, start: int, shape: tuple[int, int, int], out: tuple[Ints, Ints, Bytes], count: int
) -> tuple[int, int]:
    """Records by the parity of their quotes, as long as every quote opens at a field start."""
    delimiter, limit, empty = shape
    ends, stops, codes = out
    record, block, inside, before = start, start, NONE, ONE
    while block + 64 <= len(data):
        quotes = equal64(data, block, QUOTE)
        lines = equal64(data, block, LF)
        if quotes | inside:
            edges = equal64(data, block, delimiter) | lines | quotes
            within = parity(quotes) ^ inside
            if quotes & within & ~((edges << ONE) | before):
                return count, record
            lines &= ~within
            before = edges >> LAST
            inside = NONE - (within >> LAST)
        else:
            tail = data[block + 63]
            before = ONE if tail in (delimiter, LF) else NONE
        while lines:
            end = block + first(lines) + 1
            if end - record > limit or count == len(ends):
                return count, record
            stop = _content_end(data, record, end)
            ends[count], stops[count] = end, stop
            codes[count] = empty if stop == record else 0
            count += 1
            record = end
            lines &= lines - ONE
        block += 64
        if block - record > limit:
            return count, record
    return count, record


@leaf
def parity(mask: np.uint64) -> np.uint64:
    """Each bit: whether the number of set bits up to and with it is odd."""
    mask ^= mask << np.uint64(1)
    mask ^= mask << np.uint64(2)
    mask ^= mask << np.uint64(4)
    mask ^= mask << np.uint64(8)
    mask ^= mask << np.uint64(16)
    return mask ^ (mask << np.uint64(32))


@leaf
def step(state: int, byte: int, delimiter: int) -> int:
    """Where the byte-by-byte reader stands behind `byte`."""
    if state == QUOTED:
        return CLOSED if byte == QUOTE else QUOTED
    if byte == delimiter:
        return FRESH
    if byte == QUOTE and state != PLAIN:
        return QUOTED
    return PLAIN


@njit(cache=True, nogil=True)
def record_end(
    data: Bytes, start: int, eof: bool, delimiter: int, limit: int
) -> tuple[int, int, int]:
    """End, end of content and problem of the record at `start`; the end is -1 to ask for more.

    A quote that is not closed within `limit` bytes or by the end of the file makes the record its
    first physical line.
    """
    size = len(data)
    top = min(size, start + limit)
    state = FRESH
    for i in range(start, top):
        if data[i] == LF and state != QUOTED:
            return i + 1, _content_end(data, start, i + 1), 0
        state = step(state, data[i], delimiter)
    cut = size - start >= limit
    if not cut and not eof:
        return -1, 0, 0
    if state == QUOTED:
        end = _line_end(data, start, top)
        if end > 0:
            return end, _content_end(data, start, end), UNCLOSED
        return top, top, UNCLOSED
    return top, top, TOO_LONG if cut else 0
