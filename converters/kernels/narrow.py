"""Bytes of any charset → one byte a unit that the framing kernels understand, and back to records.

The framing of delimited files looks for single ASCII bytes. Where delimiters, quotes and line ends
are other bytes, or are none inside of a shifted stretch, it looks at *narrow* bytes instead: one
for each unit of the file (two bytes in UTF-16, else one), which is the ASCII of a delimiter, quote,
line end or end-of-file mark, and OTHER for all that is none of them there. Places in narrow bytes
times the unit are places in the file.

`look` says how: bytes of a unit; where in it the low byte stands; the number of the double-byte
state; how many states may be left open; the delimiter; a table of 256 cells per state; the shift
codes of `Shifts`. A value and a record begin in state 0. A line end leads back to it and, where a
shift was left open, ends the record in spite of a quote, so that no record spoils the next.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.assemble import value_at
from converters.kernels.delimited import ALWAYS, NEVER
from converters.kernels.frame import CR, FRESH, LF, MARK, PLAIN, QUOTE, QUOTED, step
from converters.kernels.memory import leaf, load8
from converters.kernels.shifted import mark_at

__all__ = [
    "OPEN",
    "OPENS",
    "OTHER",
    "SPECIAL",
    "Look",
    "assemble_wide",
    "look_at",
    "narrow",
]

OTHER: Final = 0x7F
"""What is no delimiter, quote, line end or mark."""
OPENS: Final = 0x80
"""Flag of a cell: the byte may open a shift code."""

SPECIAL: Final = 1
OPEN: Final = 2
"""What `look_at` finds: a value that needs quotes, and one that leaves its shift open."""

Look = tuple[int, int, int, int, int, Bytes, Ints]


@leaf
def through_units(data: Bytes, k: int, last: int, low: int, out: Bytes, place: int) -> int:
    """Units of two bytes, and half of one at the very end; returns where `out` ends."""
    while last - k >= 2:
        byte = load8(data, k + low)
        out[place] = byte if load8(data, k + 1 - low) == 0 and byte < OTHER else OTHER
        place += 1
        k += 2
    if k < last:
        out[place] = MARK if load8(data, k) == MARK else OTHER
        place += 1
    return place


@leaf
def edge_at(data: Bytes, k: int, last: int, table: Bytes, marks: Ints, double: int) -> int:
    """What cuts a double-byte character in two at `k`: 0 nothing, 1 a shift code, 2 a line end."""
    if k >= last:
        return 0
    cell = table[256 * double + load8(data, k)]
    if cell & OPENS and mark_at(data, k, last, marks) >= 0:
        return 1
    return 2 if cell in (CR, LF) else 0


@leaf
def plain_run(
    data: Bytes, k: int, last: int, base: int, size: int, table: Bytes, out: Bytes, place: int
) -> int:
    """How many bytes from `k` on are whole characters of `size` bytes and nothing that matters.

    `base` is the row of the state in the table; the bytes are put to `out[place:]`.
    """
    begin = k
    while k + size <= last and table[base + load8(data, k)] == OTHER:
        if size == 2 and table[base + load8(data, k + 1)] != OTHER:
            break
        k += size
    for j in range(place, place + k - begin):
        out[j] = OTHER
    return k - begin


@leaf
def through_shifts(
    data: Bytes, k: int, last: int, look: Look, out: Bytes, place: int
) -> tuple[int, int]:
    """Bytes with shift codes; returns where `out` ends, and the state at the end.

    Half a character before a line end is looked at as if its shift had been closed: a quote there
    still closes its value. A quote whose value leaves its shift open in the same line is taken for
    a part of the value: it would hide the line end.
    """
    _, _, double, latin, delimiter, table, marks = look
    state, quotes, opened = 0, FRESH, -1
    while k < last:
        size = 2 if state == double else 1
        run = plain_run(data, k, last, 256 * state, size, table, out, place)
        if run:
            quotes = quotes if quotes == QUOTED else PLAIN
            k += run
            place += run
            continue
        byte = load8(data, k)
        cell = table[256 * state + byte]
        if cell & OPENS:
            m = mark_at(data, k, last, marks)
            if m >= 0:
                state = marks[m, 2]
                quotes = quotes if quotes == QUOTED else PLAIN
                for _ in range(marks[m, 1]):
                    out[place] = OTHER
                    place += 1
                k += marks[m, 1]
                continue
            cell &= OTHER
        if state == double and cell == OTHER:
            edge = edge_at(data, k + 1, last, table, marks, double)
            if edge == 0 and k + 1 < last:
                # A trail byte that opens no shift code after all: the character is whole.
                out[place] = OTHER
                place += 1
                k += 1
            elif edge == 2:
                cell = table[byte] & OTHER
        if cell == LF:
            if quotes == QUOTED and state >= latin and opened >= 0:
                out[opened] = OTHER
                quotes = FRESH
            opened = -1
            quotes = QUOTED if quotes == QUOTED else FRESH
            state = 0
        else:
            if quotes == FRESH and cell == QUOTE:
                opened = place
            quotes = step(quotes, cell, delimiter)
        out[place] = cell
        place += 1
        k += 1
    return place, state


@leaf
def through(data: Bytes, k: int, last: int, look: Look, out: Bytes, place: int) -> tuple[int, int]:
    """A stretch that begins in state 0; returns where `out` ends, and the state at the end."""
    if look[0] == 2:
        return through_units(data, k, last, look[1], out, place), 0
    return through_shifts(data, k, last, look, out, place)


@njit(cache=True, nogil=True)
def narrow(data: Bytes, bounds: Ints, look: Look, out: Bytes) -> None:
    """Stretches that each begin in state 0 → narrow bytes; only the last may end inside a unit."""
    for i in range(len(bounds) - 1):
        through(data, bounds[i], bounds[i + 1], look, out, bounds[i] // look[0])


@leaf
def count(seen: Bytes, size: int, delimiter: int) -> tuple[bool, int]:
    """Whether a value needs quotes, and how many it has itself."""
    special, quotes = False, 0
    for k in range(size):
        byte = seen[k]
        quotes += byte == QUOTE
        special |= byte in (delimiter, QUOTE, CR, LF)
    return special, quotes


@njit(cache=True, nogil=True)
def look_at(
    pool: Bytes,
    view: int,
    step: int,
    base: int,
    look: Look,
    longest: int,
    found: Bytes,
) -> None:
    """Which values of a column (see `assemble`) are SPECIAL, and which are left OPEN."""
    seen = np.empty(longest, np.uint8)
    for r in range(len(found)):
        source, size = value_at(pool, view + step * r, base)
        used, state = through(pool, source, source + size, look, seen, 0)
        special, _ = count(seen, used, look[4])
        found[r] = SPECIAL * special + OPEN * (state != 0)


@leaf
def copy(source: Bytes, begin: int, size: int, out: Bytes, place: int) -> int:
    """`size` bytes to `out[place:]`; returns where they end."""
    for j in range(size):
        out[place + j] = load8(source, begin + j)
    return place + size


@njit(cache=True, nogil=True)
def assemble_wide(
    pool: Bytes,
    views: Ints,
    steps: Ints,
    pools: Ints,
    rows: Ints,
    modes: Ints,
    look: Look,
    signs: Bytes,
    longest: int,
    start: int,
    out: Bytes,
    bounds: Ints,
) -> int:
    """`assemble.assemble_delimited` for other bytes: `signs` are the quote, the delimiter and the
    line end as the file has them, `longest` the bytes of the longest value."""
    unit, fields = look[0], len(views)
    seen = np.empty(longest, np.uint8)
    place = int(bounds[start])
    for r in range(start, len(rows)):
        room = len(signs)
        for f in range(fields):
            _, size = value_at(pool, views[f] + steps[f] * rows[r], pools[f])
            room += 2 * size + 3 * unit
        if place + room > len(out):
            return r
        for f in range(fields):
            if f:
                place = copy(signs, unit, unit, out, place)
            source, size = value_at(pool, views[f] + steps[f] * rows[r], pools[f])
            if modes[f] == NEVER:
                place = copy(pool, source, size, out, place)
                continue
            used, _ = through(pool, source, source + size, look, seen, 0)
            special, quotes = count(seen, used, look[4])
            if not special and modes[f] != ALWAYS:
                place = copy(pool, source, size, out, place)
                continue
            place = copy(signs, 0, unit, out, place)
            for k in range(used):
                if seen[k] == QUOTE and quotes:
                    place = copy(signs, 0, unit, out, place)
                place = copy(pool, source + k * unit, unit, out, place)
            place = copy(signs, 0, unit, out, place)
        place = copy(signs, 2 * unit, len(signs) - 2 * unit, out, place)
        bounds[r + 1] = place
    return len(rows)
