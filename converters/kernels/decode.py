"""Bytes of one column → string views in UTF-8, with one outcome per value.

Every kernel takes `data` (bytes of a chunk) and `start`, `stop` (int64, one span per value), fills
`views` (n × 2 uint64, Arrow string views) and `status` (uint8, see `status`), and works on spans
of any length, empty ones included. Blank values (no bytes, or spaces only) become views of
length 0 with status BLANK. Text kernels need `out` of three bytes per source byte and 8 to spare.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters import status as outcome
from converters.kernels.arrays import Bytes, Cells, Ints, Views
from converters.kernels.memory import leaf, load8, load32, load64, prefetch, store32, store64

__all__ = [
    "decode_digits",
    "decode_table",
    "filler_spans",
    "match_spellings",
    "trim_spans",
]

SPACES = np.uint64(0x2020202020202020)
TOP = np.uint64(0x8080808080808080)
BIT6 = np.uint64(0x4040404040404040)
ONE = np.uint64(1)
THIRTY_TWO = np.uint64(32)
ONES = np.uint64(0xFFFFFFFFFFFFFFFF)
HIGHS = np.uint64(0xF0F0F0F0F0F0F0F0)
ZEROS = np.uint64(0x3030303030303030)
SIXES = np.uint64(0x0606060606060606)
WIDE_SPACE = np.uint32(0x8080E3)
AHEAD = 16
"""Records are hundreds of bytes apart: their lines are asked for this many values ahead."""
INLINE = 12
"""A view holds values up to this many bytes itself."""

# By length: which bytes of the first four and of the next eight belong to a short value, and
# spaces where none does.
HEADS = np.array([(1 << 8 * min(n, 4)) - 1 for n in range(INLINE + 1)], np.uint64)
RESTS = np.array([(1 << 8 * max(n - 4, 0)) - 1 for n in range(INLINE + 1)], np.uint64)
HEAD_SPACES = ~HEADS & SPACES
REST_SPACES = ~RESTS & SPACES

ASCII = np.uint32(cells.ASCII)
LOWER = np.uint32(cells.LOWER)
KANA = np.uint32(cells.KANA)
WIDE = np.uint32(cells.WIDE)
GAIJI = np.uint32(cells.GAIJI)
ONE_WAY = np.uint32(cells.ONE_WAY)
CONTROL = np.uint32(cells.CONTROL)
CLASSES = np.uint32(cells.ASCII | cells.LOWER | cells.KANA | cells.WIDE)


@leaf
def set_view(views: Views, row: int, source: Bytes, place: int, length: int) -> None:
    """The view of `source[place:place + length]`; the caller owns 8 readable bytes beyond."""
    if length > 12:
        views[row, 0] = np.uint64(length) | np.uint64(load32(source, place)) << THIRTY_TWO
        views[row, 1] = np.uint64(place) << THIRTY_TWO
        return
    head = np.uint64(0)
    rest = np.uint64(0)
    for k in range(min(length, 4)):
        head |= np.uint64(source[place + k]) << np.uint64(8 * k)
    for k in range(4, length):
        rest |= np.uint64(source[place + k]) << np.uint64(8 * (k - 4))
    views[row, 0] = np.uint64(length) | head << THIRTY_TWO
    views[row, 1] = rest


@leaf
def view_head(length: int, head: np.uint64) -> np.uint64:
    """Word 0 of a view from its length and the four bytes at its start."""
    if length < 4:
        head &= (ONE << np.uint64(8 * length)) - ONE
    return np.uint64(length) | head << THIRTY_TWO


@leaf
def view_rest(length: int, rest: np.uint64, place: int) -> np.uint64:
    """Word 1 of a view from its length, bytes 4 to 11 and its place."""
    if length > 12:
        return np.uint64(place) << THIRTY_TWO
    if length <= 4:
        return np.uint64(0)
    return rest & (ONES >> np.uint64(8 * (12 - length)))


@leaf
def are_plain(block: np.uint64) -> bool:
    """Whether all eight bytes lie in 20-5F: characters of ASCII that are no small letters."""
    twice = block << ONE
    return not (block & TOP or (block | twice) & BIT6 != BIT6 or block & twice & BIT6)


@leaf
def is_plain(head: np.uint64, rest: np.uint64, length: int) -> bool:
    """The same of a short value: its first four bytes and the next eight, zeros behind its end."""
    return are_plain(head | HEAD_SPACES[length]) and are_plain(rest | REST_SPACES[length])


@leaf
def trimmed(data: Bytes, first: int, last: int) -> int:
    """`last` moved back over trailing spaces (byte 20, never part of a double-byte code)."""
    while last - first >= 8 and load64(data, last - 8) == SPACES:
        last -= 8
    while last > first and load8(data, last - 1) == 0x20:
        last -= 1
    return last


@leaf
def outcome_of(seen: np.uint32, allowed: np.uint32) -> int:
    """The outcome of a decoded value from the classes seen in it."""
    if seen & CONTROL:
        return outcome.CONTROL
    if seen & CLASSES & ~allowed:
        return outcome.CHARACTER_CLASS
    if seen & GAIJI:
        return outcome.GAIJI
    if seen & ONE_WAY:
        return outcome.ONE_WAY
    return outcome.OK


@leaf
def without_wide_spaces(data: Bytes, first: int, last: int, space: np.uint64) -> int:
    """`last` moved back over trailing full-width spaces that stand at even places.

    `space` is the two-byte code repeated four times. At an even distance from the field's start a
    pair of bytes is a character of its own as long as the field is full-width throughout; where
    it is not, the value is refused anyway.
    """
    last -= (last - first) & 1
    while last - first >= 8 and load64(data, last - 8) == space:
        last -= 8
    pair = space & np.uint64(0xFFFF)
    while last - first >= 2 and (
        np.uint64(load8(data, last - 2)) | np.uint64(load8(data, last - 1)) << np.uint64(8) == pair
    ):
        last -= 2
    return last


@njit(cache=True, nogil=True)
def decode_table(
    data: Bytes,
    start: Ints,
    stop: Ints,
    single: Cells,
    double: Cells,
    allowed: np.uint32,
    space: np.uint64,
    trim: bool,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """Text of a table charset → UTF-8 in `out`; returns the bytes of `out` that are in use.

    `allowed` is the union of the classes the kind accepts. With `trim` trailing spaces of either
    width are padding and left out. `space` is the full-width space, four times, for a field that
    is full-width throughout, else 0.
    """
    used = 0
    blank = single[0x20]
    wide_blank = WIDE_SPACE | np.uint32(3 << 24) | WIDE
    plain = outcome_of(ASCII, allowed)
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
            status[row] = outcome.BLANK
            views[row, 0] = 0
            views[row, 1] = 0
            continue
        length = last - first
        if length <= INLINE and kept == last and first + 16 <= len(data):
            head = np.uint64(load32(data, first)) & HEADS[length]
            rest = load64(data, first + 4) & RESTS[length]
            if is_plain(head, rest, length):
                status[row] = plain
                views[row, 0] = np.uint64(length) | head << THIRTY_TWO
                views[row, 1] = rest
                continue
        place = used
        end = used
        seen = np.uint32(0)
        failed = outcome.OK
        k = first
        while k < last:
            while last - k >= 8:
                word = load64(data, k)
                if not are_plain(word):
                    break
                store64(out, place, word)
                place += 8
                k += 8
                end = place
                seen |= ASCII
            while last - k >= 2:
                cell = double[np.uint32(load8(data, k)) << np.uint32(8) | load8(data, k + 1)]
                if cell == cells.UNDEFINED:
                    break
                store32(out, place, cell)
                place += (cell >> np.uint32(24)) & np.uint32(3)
                k += 2
                seen |= cell & np.uint32(0xFC000000)
                if cell & np.uint32(0x3FFFFFFF) != wide_blank:
                    end = place
            if k >= last:
                break
            byte = load8(data, k)
            cell = single[byte]
            k += 1
            if cell < CONTROL:
                half = cell == cells.LEAD and k == last
                failed = outcome.HALF_CHARACTER if half else outcome.UNDECODABLE
                break
            if cell < np.uint32(1 << 24):
                seen |= CONTROL
                cell = np.uint32(byte) | np.uint32(1 << 24)
            store32(out, place, cell)
            place += (cell >> np.uint32(24)) & np.uint32(3)
            seen |= cell & np.uint32(0xFC000000)
            if cell != blank:
                end = place
        if failed:
            status[row] = failed
            views[row, 0] = 0
            views[row, 1] = 0
            continue
        if trim:
            while end > used and out[end - 1] == 0x20:
                end -= 1
        elif end > used:
            end = place
        status[row] = outcome.BLANK if end == used else outcome_of(seen, allowed)
        views[row, 0] = view_head(end - used, np.uint64(load32(out, used)))
        views[row, 1] = view_rest(end - used, load64(out, used + 4), used)
        if end - used > 12:
            used = end
    return used


@leaf
def are_digits(word: np.uint64) -> bool:
    """Whether all eight bytes of a word are ASCII digits."""
    return word & HIGHS == ZEROS and (word + SIXES) & HIGHS == ZEROS


@leaf
def digits_only(data: Bytes, first: int, last: int) -> bool:
    """Whether a span holds nothing but ASCII digits."""
    if last - first >= 8:
        while last - first > 8:
            if not are_digits(load64(data, first)):
                return False
            first += 8
        # The last eight, whether or not some of them were looked at before.
        return are_digits(load64(data, last - 8))
    if first + 8 <= len(data):
        inside = (ONE << np.uint64(8 * (last - first))) - ONE
        return are_digits(load64(data, first) & inside | ZEROS & ~inside)
    for k in range(first, last):
        if load8(data, k) < 0x30 or load8(data, k) > 0x39:
            return False
    return True


@njit(cache=True, nogil=True)
def decode_digits(data: Bytes, start: Ints, stop: Ints, views: Views, status: Bytes) -> None:
    """ASCII digits, trailing spaces left out, viewed where they lie."""
    count = len(start)
    size = len(data)
    for row in range(count):
        first = start[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        last = trimmed(data, first, stop[row])
        found = outcome.OK if last > first else outcome.BLANK
        if not digits_only(data, first, last):
            found = outcome.NOT_NUMBER
            last = first
        status[row] = found
        if first + 16 <= size:
            views[row, 0] = view_head(last - first, np.uint64(load32(data, first)))
            views[row, 1] = view_rest(last - first, load64(data, first + 4), first)
        else:
            set_view(views, row, data, first, last - first)


@njit(cache=True, nogil=True)
def match_spellings(
    data: Bytes, start: Ints, stop: Ints, spelled: Bytes, bounds: Ints, found: Bytes
) -> int:
    """Which spelling each value is: `found` gets its number, 255 for none.

    Spelling s is `spelled[bounds[s]:bounds[s + 1]]`; trailing spaces of a value do not count.
    Returns how many values matched.
    """
    hits = 0
    for row in range(len(start)):
        first = start[row]
        last = trimmed(data, first, stop[row])
        found[row] = 255
        for s in range(len(bounds) - 1):
            if last - first != bounds[s + 1] - bounds[s] or last == first:
                continue
            k = 0
            while k < last - first and data[first + k] == spelled[bounds[s] + k]:
                k += 1
            if k == last - first:
                found[row] = s
                hits += 1
                break
    return hits


@njit(cache=True, nogil=True)
def trim_spans(data: Bytes, start: Ints, stop: Ints, left: int, right: int) -> None:
    """Spans without the pad byte `left` in front and `right` behind (0 for none); in place."""
    for row in range(len(start)):
        first = start[row]
        last = stop[row]
        while right and last > first and data[last - 1] == right:
            last -= 1
        while left and first < last and data[first] == left:
            first += 1
        start[row] = first
        stop[row] = last


@njit(cache=True, nogil=True)
def filler_spans(data: Bytes, start: Ints, stop: Ints, pad: Bytes, status: Bytes) -> None:
    """Whether each filler holds nothing but its pad character, from its first byte on."""
    for row in range(len(start)):
        found = outcome.OK
        k = 0
        for place in range(start[row], stop[row]):
            if load8(data, place) != pad[k]:
                found = outcome.FILLER
                break
            k += 1
            if k == len(pad):
                k = 0
        status[row] = found
