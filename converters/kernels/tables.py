"""Records with tables that are not full: found by their counts, and their elements closed up.

A table is a row of numbers: the place of its count, its width (0 where there is none) and kind, 1
where its low byte comes first, the zone of its digits, the place of the table, the bytes of an
element, and the most and the fewest of them. Places are 0-based and those of a record whose tables
are full.
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
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, Ints], out: tuple[Ints, Ints, Bytes]
) -> tuple[int, int]:
    """Records that nothing parts, from `start` on → their number, and where the rest begins.

    `shape` is the length with full tables, the bytes after which a record is given up, and the
    tables; `out` as in `frame`. Where a count is none, nobody knows where the next record is: so
    many bytes are one bad record.
    """
    length, limit, tables = shape
    ends, stops, codes = out
    size, count, place = len(data), 0, start
    while count < len(ends) and place < size:
        total = _length(data, place, length, tables)
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
def _length(data: Bytes, record: int, length: int, tables: Ints) -> int:
    """The bytes of the record that begins here, UNKNOWN, or BEYOND the end of what is there."""
    gone = np.int64(0)
    for t in range(len(tables)):
        if tables[t, 1] == 0:
            continue
        at = record + tables[t, 0] - gone
        if at + tables[t, 1] > len(data):
            return np.int64(BEYOND)
        rule = (np.int64(0), tables[t, 1], tables[t, 2], tables[t, 3], tables[t, 4], np.int64(0))
        found = number(data, at, rule)
        if found < tables[t, 8] or found > tables[t, 7]:
            return np.int64(UNKNOWN)
        gone += (tables[t, 7] - found) * tables[t, 6]
    return length - gone


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
    the end of a record down to its floor, below 0 for none; `ending` is the line end. `counts` has
    a row for each record and a column for each table.
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
