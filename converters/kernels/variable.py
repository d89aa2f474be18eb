"""Records of varying length: behind a descriptor word, or lines; and texts of one length cut down.

A descriptor word (RDW) is two bytes of length and two of zero. Only headers are looked at, so that
the reading thread can find the records for all others.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.frame import BLANK, HEADER, LONG, MISSING, TOO_LONG
from converters.kernels.memory import leaf, load8

__all__ = ["WORD", "described", "split_described", "split_lines", "wrap"]

WORD: Final = 4
"""Bytes of a descriptor word."""

LF: Final = 0x0A
CR: Final = 0x0D
MARK: Final = 0x1A


@njit(cache=True, nogil=True)
def split_described(
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, int], out: tuple[Ints, Ints, Bytes]
) -> tuple[int, int]:
    """Records behind descriptor words from `start` on → their number, and where the rest begins.

    `shape` is the longest record, 1 where the length counts the word itself plus 2 where its low
    byte comes first, and the bytes after which a record is given up; `out` as in `frame`. Where a
    word is none, nobody knows where the next one is: so many bytes are one bad record.
    """
    length, way, limit = shape
    ends, stops, codes = out
    size, count, place = len(data), 0, start
    while count < len(ends) and place < size:
        if place + WORD > size and not eof:
            break
        content = described(data, place, way)
        end, code = place + WORD + content, 0
        if content < 0:
            if size - place < limit and not eof:
                break
            end, code = min(place + limit, size), HEADER
        elif end > size:
            if not eof:
                break
            end, code = size, MISSING
        elif content > length:
            code = LONG
        ends[count], stops[count], codes[count] = end, end, code
        count += 1
        place = end
    return count, place


@leaf
def described(data: Bytes, place: int, way: int) -> int:
    """The bytes behind the descriptor word at `place`, below 0 where it is none."""
    if place + WORD > len(data) or load8(data, place + 2) or load8(data, place + 3):
        return -1
    first, second = np.int64(load8(data, place)), np.int64(load8(data, place + 1))
    found = second << 8 | first if way & 2 else first << 8 | second
    return found - WORD if way & 1 else found


@njit(cache=True, nogil=True)
def split_lines(
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, int], out: tuple[Ints, Ints, Bytes]
) -> tuple[int, int]:
    """Lines that end in LF or CRLF from `start` on → their number, and where the rest begins.

    `shape` is the longest content, nothing, and the longest line; `out` as in `frame`. An
    end-of-file mark at the very end is left alone.
    """
    length, _, limit = shape
    ends, stops, codes = out
    size, count, place = len(data), 0, start
    while count < len(ends) and place < size:
        top, end = min(size, place + limit), place
        while end < top and data[end] != LF:
            end += 1
        stop, code = end, 0
        if end < top:
            stop -= end > place and data[end - 1] == CR
            end += 1
        elif end < size:
            code = TOO_LONG
        elif not eof:
            break
        else:
            while stop > place and data[stop - 1] == MARK:
                stop -= 1
            if stop == place:
                break
            end = stop
        if not code and stop - place > length:
            code = LONG
        elif stop == place:
            code = BLANK
        ends[count], stops[count], codes[count] = end, stop, code
        count += 1
        place = end
    return count, place


@njit(cache=True, nogil=True)
def wrap(
    rows: Bytes,
    shape: tuple[int, int],
    space: Bytes,
    way: int,
    ending: Bytes,
    out: Bytes,
    bounds: Ints,
) -> None:
    """Records of one length → records of which spaces at the end are cut off.

    `shape` is the length, and the bytes that are kept in any case. `ending` is the line end; where
    there is none, a descriptor word stands in front (`way` as in `split_described`). `bounds` gets
    their places.
    """
    length, floor = shape
    unit = len(space)
    place = 0
    bounds[0] = 0
    for row in range(len(bounds) - 1):
        first, size = row * length, length
        while size > floor:
            same = True
            for k in range(unit):
                same &= load8(rows, first + size - unit + k) == space[k]
            if not same:
                break
            size -= unit
        if not len(ending):
            number = size + WORD if way & 1 else size
            high, low = number >> 8, number & 0xFF
            out[place] = low if way & 2 else high
            out[place + 1] = high if way & 2 else low
            out[place + 2] = 0
            out[place + 3] = 0
            place += WORD
        for k in range(size):
            out[place + k] = load8(rows, first + k)
        place += size
        for k in range(len(ending)):
            out[place + k] = ending[k]
        place += len(ending)
        bounds[row + 1] = place
