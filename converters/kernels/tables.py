"""Records with tables that are not full: found by their counts, and their elements closed up.

A table is a row of numbers: the place of its count, its width (0 where there is none) and kind, 1
where its low byte comes first, the zone of its digits, the place of the table, the bytes of an
element, and the most and the fewest of them; then the table in whose element it stands (-1 for
none) and which element that is, counted from 1; and the same of its count. Places are 0-based and
those of a record whose tables are full.

A step is a place, a table, and 1 where its count stands there, 0 where the table ends; steps are in
the order of the record.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.counted import number
from converters.kernels.frame import COUNT, MISSING
from converters.kernels.memory import leaf, load8

__all__ = ["close_up", "gather", "scatter", "split_tabled"]

UNKNOWN: Final = -1
BEYOND: Final = -2


@njit(cache=True, nogil=True)
def split_tabled(
    data: Bytes,
    start: int,
    eof: bool,
    shape: tuple[int, int, Ints, Ints],
    out: tuple[Ints, Ints, Bytes],
) -> tuple[int, int]:
    """Records that nothing parts, from `start` on → their number, and where the rest begins.

    `shape` is the length with full tables, the bytes after which a record is given up, the tables
    and the steps; `out` as in `frame`. Where a count is none, nobody knows where the next record
    is: so many bytes are one bad record.
    """
    length, limit, tables, steps = shape
    ends, stops, codes = out
    size, count, place = len(data), 0, start
    counts = np.zeros(len(tables), np.int64)
    while count < len(ends) and place < size:
        total = _length(data, place, length, tables, steps, counts)
        if not eof and (total == BEYOND or (total > 0 and place + total > size)):
            break
        end, code = place + total, 0
        if total == UNKNOWN:
            if size - place < limit and not eof:
                break
            end, code = min(place + limit, size), COUNT
        elif total == BEYOND or end > size:
            end, code = size, MISSING
        ends[count], stops[count], codes[count] = end, end, code
        count += 1
        place = end
    return count, place


@leaf
def _length(data: Bytes, record: int, length: int, tables: Ints, steps: Ints, counts: Ints) -> int:
    """The bytes of the record that begins here, UNKNOWN, or BEYOND the end of what is there.
    `counts` is room for one number of each table."""
    gone = np.int64(0)
    for t in range(len(tables)):
        counts[t] = tables[t, 7] if tables[t, 1] == 0 else 0
    for s in range(len(steps)):
        t = steps[s, 1]
        counting = steps[s, 2] == 1
        if counting and _there(tables, counts, tables[t, 11], tables[t, 12]):
            at = record + tables[t, 0] - gone
            if at + tables[t, 1] > len(data):
                return np.int64(BEYOND)
            rule = (
                *(np.int64(0), tables[t, 1], tables[t, 2]),
                *(tables[t, 3], tables[t, 4], np.int64(0)),
            )
            counts[t] = number(data, at, rule)
        # What is wrong with a count matters only where its table is.
        if _there(tables, counts, tables[t, 9], tables[t, 10]):
            if counts[t] < tables[t, 8] or counts[t] > tables[t, 7]:
                return np.int64(UNKNOWN)
            if not counting:
                gone += (tables[t, 7] - counts[t]) * tables[t, 6]
    return length - gone


@leaf
def _there(tables: Ints, counts: Ints, table: int, element: int) -> bool:
    """Is an element of a table there, and so is the one that the table stands in?"""
    while table >= 0:
        if counts[table] < element:
            return False
        element = tables[table, 10]
        table = tables[table, 9]
    return True


@njit(cache=True, nogil=True)
def close_up(
    rows: Bytes,
    shape: tuple[int, int, int],
    ending: Bytes,
    tables: Ints,
    counts: Ints,
    floors: Ints,
    out: Bytes,
    bounds: Ints,
) -> None:
    """Records of one length → records without the elements that are not there.

    `shape` is the length, the bytes left free before each record, and the byte that is cut off at
    the end of a record down to its floor, below 0 for none; `ending` is the line end. `tables` are
    in the order in which they end, those in an element of another one before that, and `counts` has
    a row for each record and a column for each table: full where the table is not there itself.
    """
    length, lead, space = shape
    place = 0
    bounds[0] = 0
    for row in range(len(bounds) - 1):
        first, done = row * length, 0
        place += lead
        begin = place
        for t in range(len(tables) + 1):
            stop = length
            if t < len(tables):
                if counts[row, t] == tables[t, 7]:
                    continue
                stop = tables[t, 5] + counts[row, t] * tables[t, 6]
            for k in range(done, stop):
                out[place] = load8(rows, first + k)
                place += 1
            if t < len(tables):
                done = tables[t, 5] + tables[t, 7] * tables[t, 6]
        while space >= 0 and place - begin > floors[row] and out[place - 1] == space:
            place -= 1
        for k in range(len(ending)):
            out[place + k] = ending[k]
        place += len(ending)
        bounds[row + 1] = place


@njit(cache=True, nogil=True)
def gather(data: Bytes, starts: Ints, stops: Ints, out: Bytes, place: int, width: int) -> None:
    """The bytes from each start to its stop into rows of `width` bytes, from `place` on."""
    for row in range(len(starts)):
        for k in range(stops[row] - starts[row]):
            out[row * width + place + k] = load8(data, starts[row] + k)


@njit(cache=True, nogil=True)
def scatter(rows: Bytes, width: int, size: int, starts: Ints, data: Bytes) -> None:
    """The first `size` bytes of rows of `width` bytes to each start; the opposite of `gather`."""
    for row in range(len(starts)):
        for k in range(size):
            data[starts[row] + k] = load8(rows, row * width + k)
