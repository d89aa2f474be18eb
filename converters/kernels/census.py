"""Bytes of one column → how often each code occurs, and where it stands first.

`tally` has a row per code: COUNT, then KEY and PLACE of the first one. A kernel adds to it what it
reads, so one tally serves many columns and chunks, in any order: of two places the one with the
smaller key stays, and the counts are sums.

Where a code has its row: single bytes at 256 × state + byte, codes of two bytes behind them at
lead × 256 + trail, codes of three bytes 65,536 rows later (by their last two bytes). In Unicode a
character has the row of its code point, a byte that is part of none stands behind all code points;
a character with a variation selector stands in `pairs`, an open-addressed table whose size is a
power of two.
A code without a character is counted like any other; bytes are parted as the decoders part them,
and a lead byte takes the next one along where that may be a trail byte.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters.kernels.arrays import Bytes, Cells, Ints
from converters.kernels.memory import leaf, load8, prefetch
from converters.kernels.shifted import BEGIN, DOUBLE, FILL, SKIP, filled_to, mark_at
from converters.kernels.utf8 import utf8_size
from converters.kernels.utf16 import unit

__all__ = [
    "BYTES",
    "COLUMNS",
    "COUNT",
    "KEY",
    "PAIR",
    "PAIRS",
    "PLACE",
    "POINTS",
    "SHORTEST",
    "VARIANTS",
    "Where",
    "count_coded",
    "count_shifted",
    "count_utf8",
    "count_utf16",
    "put_pairs",
]

COUNT, KEY, PLACE = 0, 1, 2
COLUMNS = 3
"""Numbers in a row of a tally."""
PAIRS = 1 << 16
"""Rows for codes of two bytes."""
POINTS = 0x110000
"""Rows for code points; 256 more for bytes."""
BYTES = 256
VARIANTS = POINTS + BYTES
"""A character with a selector is told from these rows by this number + point × 256 + selector."""
PAIR = 0
"""In a table of characters with selectors: point × 256 + selector + 1, before what a tally has."""
SHORTEST = 4
"""Bytes of a character with a selector at least."""
AHEAD = 16
"""Records lie apart: their lines are asked for this many values ahead."""

Where = tuple[Ints, Ints, Ints, int]
"""Where the values of a column are: the bounds of their records in the chunk, the keys of the
values, the places of their records in the file, and how many bytes of `data` are the chunk's."""


@leaf
def seen(tally: Ints, code: int, key: int, place: int) -> None:
    """One more of a code."""
    if tally[code, COUNT] == 0 or key < tally[code, KEY]:
        tally[code, KEY] = key
        tally[code, PLACE] = place
    tally[code, COUNT] += 1


@leaf
def placed(where: Where, row: int, k: int) -> int:
    """The place in the file of byte `k` of `data`: that of the record for what is a copy."""
    bounds, _, places, size = where
    return places[row] + (k - bounds[row] if k < size else 0)


@njit(cache=True, nogil=True)
def count_coded(
    data: Bytes,
    start: Ints,
    stop: Ints,
    single: Cells,
    trails: Bytes,
    trim: bool,
    where: Where,
    tally: Ints,
) -> None:
    """Codes of one to three bytes. `trails` tells which bytes may be the second one of a code of
    two (256 flags) and the second and third one of a code of three (256 more)."""
    pairs = 2 * BYTES
    for row in range(len(start)):
        k = start[row]
        prefetch(data, start[min(row + AHEAD, len(start) - 1)])
        last = filled_to(data, k, stop[row], 0x20) if trim else stop[row]
        key = where[1][row]
        while k < last:
            byte = np.int64(load8(data, k))
            cell = single[byte]
            code, size = byte, 1
            if cell == cells.LEAD and last - k >= 2 and trails[load8(data, k + 1)]:
                code, size = pairs + (byte << 8 | np.int64(load8(data, k + 1))), 2
            elif cell == cells.LEAD3 and last - k >= 3:
                second, third = np.int64(load8(data, k + 1)), np.int64(load8(data, k + 2))
                if trails[BYTES + second] and trails[BYTES + third]:
                    code, size = pairs + PAIRS + (second << 8 | third), 3
            seen(tally, code, key, placed(where, row, k))
            k += size


@njit(cache=True, nogil=True)
def count_shifted(
    data: Bytes,
    start: Ints,
    stop: Ints,
    tables: tuple[Cells, Cells],
    marks: Ints,
    rule: Ints,
    trim: bool,
    where: Where,
    tally: Ints,
) -> None:
    """Codes in single-byte and double-byte states. `tables` are `single` (or `plain`) and `double`
    of the charset; `marks` and `rule` are those of `shifted`. Shift codes are not counted."""
    single, double = tables
    wide = rule[DOUBLE]
    pairs = BYTES * (wide + 1)
    for row in range(len(start)):
        k = start[row]
        first = k
        prefetch(data, start[min(row + AHEAD, len(start) - 1)])
        last = filled_to(data, k, stop[row], rule[FILL]) if trim else stop[row]
        while k < last and k - first < rule[SKIP] and data[k] == rule[FILL]:
            k += 1
        state = rule[BEGIN]
        key = where[1][row]
        while k < last:
            byte = np.int64(load8(data, k))
            pair = byte << 8
            if state == wide and last - k >= 2:
                pair |= np.int64(load8(data, k + 1))
                if double[pair] != cells.UNDEFINED:
                    seen(tally, pairs + pair, key, placed(where, row, k))
                    k += 2
                    continue
            if single[BYTES * state + byte] == cells.SHIFT:
                m = mark_at(data, k, last, marks)
                if m >= 0:
                    k += marks[m, 1]
                    state = marks[m, 2]
                    continue
            code, size = BYTES * state + byte, 1
            if state == wide and last - k >= 2 and mark_at(data, k + 1, last, marks) < 0:
                code, size = pairs + pair, 2
            seen(tally, code, key, placed(where, row, k))
            k += size


@leaf
def slot_of(pairs: Ints, code: int) -> int:
    """Where a pair stands, or is to stand."""
    slot = (code * 0x9E3779B1 >> 16) & (len(pairs) - 1)
    while pairs[slot, PAIR] != 0 and pairs[slot, PAIR] != code:
        slot = (slot + 1) & (len(pairs) - 1)
    return slot


@leaf
def pair_seen(pairs: Ints, point: int, selector: int, key: int, place: int) -> int:
    """One more of a character with a selector; 1 where it is a new one, else 0."""
    code = (point << 8 | selector) + 1
    slot = slot_of(pairs, code)
    new = pairs[slot, PAIR] == 0
    if new or key < pairs[slot, 1 + KEY]:
        pairs[slot, 1 + KEY] = key
        pairs[slot, 1 + PLACE] = place
    pairs[slot, PAIR] = code
    pairs[slot, 1 + COUNT] += 1
    return 1 if new else 0


@njit(cache=True, nogil=True)
def put_pairs(known: Ints, pairs: Ints) -> None:
    """The rows of a table, free ones left out, into a larger one with nothing in it."""
    for row in range(len(known)):
        slot = slot_of(pairs, known[row, PAIR])
        for column in range(1 + COLUMNS):
            pairs[slot, column] = known[row, column]


@leaf
def selector_of(point: int) -> int:
    """The number of a variation selector less one, -1 for another character."""
    if 0xFE00 <= point < 0xFE10:
        return point - 0xFE00
    return point - 0xE0100 + 16 if 0xE0100 <= point < 0xE01F0 else -1


@leaf
def point_of(data: Bytes, k: int, size: int) -> int:
    """The code point of the well-formed character of `size` bytes at `k`."""
    byte = np.int64(load8(data, k))
    if size == 1:
        return byte
    point = byte & (0x7F >> size)
    for j in range(1, size):
        point = point << 6 | np.int64(load8(data, k + j)) & 0x3F
    return point


@njit(cache=True, nogil=True)
def count_utf8(
    data: Bytes,
    start: Ints,
    stop: Ints,
    begin: int,
    trim: bool,
    where: Where,
    tally: Ints,
    pairs: Ints,
) -> int:
    """Characters of UTF-8 in the values from `begin` on; returns the value where `pairs` may be
    too small, and how many there are where it was not."""
    used = taken(pairs)
    for row in range(begin, len(start)):
        k = start[row]
        prefetch(data, start[min(row + AHEAD, len(start) - 1)])
        last = filled_to(data, k, stop[row], 0x20) if trim else stop[row]
        if 2 * (used + (last - k) // SHORTEST) >= len(pairs):
            return row
        key = where[1][row]
        while k < last:
            size = 1 if load8(data, k) < 0x80 else utf8_size(data, k, last)
            if size <= 0:
                seen(tally, POINTS + np.int64(load8(data, k)), key, placed(where, row, k))
                k += 1
                continue
            point, selector, more = point_of(data, k, size), -1, k + size
            if more < last and (load8(data, more) == 0xEF or load8(data, more) == 0xF3):
                width = utf8_size(data, more, last)
                if width > 0:
                    selector = selector_of(point_of(data, more, width))
                    more += width if selector >= 0 else 0
            if selector >= 0:
                used += pair_seen(pairs, point, selector, key, placed(where, row, k))
            else:
                seen(tally, point, key, placed(where, row, k))
            k = more
    return len(start)


@leaf
def taken(pairs: Ints) -> int:
    """How many pairs there are."""
    used = 0
    for slot in range(len(pairs)):
        used += pairs[slot, PAIR] != 0
    return used


@leaf
def character_at(data: Bytes, k: int, last: int, big: bool) -> tuple[int, int]:
    """The code point at `k` and its bytes; half a surrogate pair stands for itself."""
    point = np.int64(unit(data, k, big))
    if 0xD800 <= point < 0xDC00 and last - k >= 4:
        low = np.int64(unit(data, k + 2, big))
        if 0xDC00 <= low < 0xE000:
            return 0x10000 + ((point & 0x3FF) << 10 | low & 0x3FF), 4
    return point, 2


@njit(cache=True, nogil=True)
def count_utf16(
    data: Bytes,
    start: Ints,
    stop: Ints,
    begin: int,
    big: bool,
    trim: bool,
    where: Where,
    tally: Ints,
    pairs: Ints,
) -> int:
    """The same for UTF-16. Half a surrogate pair is counted as the code point that it looks like,
    a byte left over at the end as a byte."""
    used = taken(pairs)
    for row in range(begin, len(start)):
        k, last = start[row], stop[row]
        odd = (last - k) & 1
        last -= odd
        while trim and not odd and last - k >= 2 and unit(data, last - 2, big) == 0x20:
            last -= 2
        if 2 * (used + (last - k) // SHORTEST) >= len(pairs):
            return row
        key = where[1][row]
        while k < last:
            point, size = character_at(data, k, last, big)
            more, selector = k + size, -1
            if more < last and not 0xD800 <= point < 0xE000:
                second, width = character_at(data, more, last, big)
                selector = selector_of(second)
                more += width if selector >= 0 else 0
            if selector >= 0:
                used += pair_seen(pairs, point, selector, key, placed(where, row, k))
            else:
                seen(tally, point, key, placed(where, row, k))
            k = more
        if odd:
            seen(tally, POINTS + np.int64(load8(data, last)), key, placed(where, row, last))
    return len(start)
