"""Columns → delimited records: texts quoted where they need it, numbers in digits.

All columns are read through one `window` of memory, texts as in `assemble`: column f begins at
`views[f]`, its next value lies `steps[f]` bytes on, and the values over 12 bytes lie from
`pools[f]` on. Of a column of numbers the units lie from `views[f]` on and the outcomes from
`pools[f]` on; `styles[f]` says how they are written.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints
from converters.kernels.assemble import CR, LF, copy, value_at
from converters.kernels.memory import leaf, load8, load64, store8, store64
from converters.kernels.numbers import LONG, put_number

__all__ = [
    "ALWAYS",
    "CLEAN",
    "DOUBLED",
    "GAPPED",
    "NEEDED",
    "NEVER",
    "TEXT",
    "assemble_delimited",
    "judge",
]

NEVER: Final = 0
NEEDED: Final = 1
ALWAYS: Final = 2

PLAIN: Final = 0
QUOTED: Final = 1
DOUBLED: Final = 2
"""How a value is written: as it is, in quotes, in quotes with its own quotes doubled."""

TEXT: Final = 0
CLEAN: Final = 1
GAPPED: Final = 2
"""The sort of a column: texts, numbers, numbers some of which are not to be written."""
SORT: Final = 4
"""Where a style has the sort of the column, behind what `put_number` asks for."""

QUOTE: Final = 0x22
ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
LOW: Final = np.uint64(0x0101010101010101)
HIGH: Final = np.uint64(0x8080808080808080)
TILE: Final = 32
"""Records whose values are looked at together, so that they are still near when copied."""


@njit(cache=True, nogil=True)
def assemble_delimited(
    pool: Bytes,
    views: Ints,
    steps: Ints,
    pools: Ints,
    styles: Ints,
    rows: Ints,
    modes: Ints,
    delimiter: int,
    newline: int,
    start: int,
    out: Bytes,
    bounds: Ints,
) -> int:
    """The values of `rows` from `start` on into delimited records; returns the first row left over.

    `modes` tells for each field when it is quoted. `bounds[r + 1]` is set to the end of record r;
    it stops where `out` might not hold the next records.
    """
    fields = len(views)
    written, gaps, lead = runs(steps, modes)
    sorts = styles[written, SORT]
    commas = LOW * np.uint64(delimiter)
    width = len(written)
    sources = np.empty((TILE, width), np.int64)
    plans = np.empty((TILE, width), np.int64)
    line = (width + 1) * LONG
    desk = np.empty(TILE * line, np.uint8)
    place = int(bounds[start])
    for low in range(start, len(rows), TILE):
        near = rows[low : low + TILE]
        room = len(near) * (fields - 1 + newline) + LONG
        for k in range(width):
            f = written[k]
            if sorts[k] == TEXT:
                room += judge(
                    pool, views[f], steps[f], pools[f], near, modes[f], delimiter, k, sources, plans
                )
            else:
                column = (views[f], pools[f], modes[f], k)
                room += spell(pool, near, column, styles[f], line, desk, plans)
        if place + room > len(out):
            return low
        for r in range(len(near)):
            for j in range(0, lead, 8):
                store64(out, place + j, commas)
            place += lead
            for k in range(width):
                if sorts[k] == TEXT:
                    place = _write(pool, sources[r, k], plans[r, k], out, place)
                else:
                    at = r * line + k * LONG
                    store64(out, place, load64(desk, at))
                    store64(out, place + 8, load64(desk, at + 8))
                    store64(out, place + 16, load64(desk, at + 16))
                    place += plans[r, k]
                store64(out, place, commas)
                for j in range(8, gaps[k], 8):
                    store64(out, place + j, commas)
                place += gaps[k]
            # The last delimiter gives way to the line end.
            if newline == 2:
                out[place - 1] = CR
                place += 1
            out[place - 1] = LF
            bounds[low + r + 1] = place
    return len(rows)


@njit(cache=True, nogil=True)
def spell(
    pool: Bytes,
    rows: Ints,
    column: tuple[int, int, int, int],
    style: Ints,
    line: int,
    desk: Bytes,
    sizes: Ints,
) -> int:
    """The digits of a column of numbers, quotes and all, each in its `LONG` bytes of `desk`;
    returns the bytes of all. What one spills over its neighbour is written over by the next column.

    `column` is where its units and its outcomes lie in the pool, when it is quoted, and its place k
    in a line of `line` bytes. Column k of `sizes` is set to the bytes of each number.
    """
    view, told, mode, k = column
    sign, plus, decimals, least = style[0], style[1], style[2], style[3]
    gapped, quoted = style[SORT] == GAPPED, mode == ALWAYS
    total = 0
    for r in range(len(rows)):
        row = rows[r]
        begin = r * line + k * LONG
        end = begin
        if quoted:
            store8(desk, end, QUOTE)
            end += 1
        if not gapped or load8(pool, told + row) == outcome.OK:
            value = np.int64(load64(pool, view + 8 * row))
            end = put_number(desk, end, value, sign, plus, decimals, least)
        if quoted:
            store8(desk, end, QUOTE)
            end += 1
        sizes[r, k] = end - begin
        total += end - begin
    return total


@njit(cache=True, nogil=True)
def runs(steps: Ints, modes: Ints) -> tuple[Ints, Ints, int]:
    """The fields that have anything to write, how many delimiters follow each, and how many stand
    before the first: a column of blanks (step 0) is nothing but its delimiter."""
    written = np.empty(len(steps), np.int64)
    gaps = np.empty(len(steps), np.int64)
    lead = 0
    count = 0
    for f in range(len(steps)):
        if steps[f] or modes[f] == ALWAYS:
            written[count] = f
            gaps[count] = 1
            count += 1
        elif count:
            gaps[count - 1] += 1
        else:
            lead += 1
    return written[:count], gaps[:count], lead


@leaf
def _write(pool: Bytes, source: int, plan: int, out: Bytes, place: int) -> int:
    """One value as planned; returns the place behind it."""
    size = plan >> 2
    if plan & 3 == PLAIN:
        copy(pool, source, out, place, size)
        return place + size
    out[place] = QUOTE
    place += 1
    if plan & 3 == QUOTED:
        copy(pool, source, out, place, size)
        place += size
    else:
        for k in range(source, source + size):
            byte = load8(pool, k)
            out[place] = byte
            place += 1
            if byte == QUOTE:
                out[place] = QUOTE
                place += 1
    out[place] = QUOTE
    return place + 1


@njit(cache=True, nogil=True)
def judge(
    pool: Bytes,
    view: int,
    step: int,
    base: int,
    rows: Ints,
    mode: int,
    delimiter: int,
    f: int,
    sources: Ints,
    plans: Ints,
) -> int:
    """How each value of a column is to be written; returns the bytes of all.

    Column f of `sources` is set to the place of each value, that of `plans` to four times its
    size, and PLAIN, QUOTED or DOUBLED.
    """
    total = 0
    for r in range(len(rows)):
        source, size = value_at(pool, view + step * rows[r], base)
        plan, extra = PLAIN, 0
        if mode != NEVER:
            special, quotes = _special(pool, source, size, delimiter)
            if quotes:
                plan, extra = DOUBLED, 2 + quotes
            elif special or mode == ALWAYS:
                plan, extra = QUOTED, 2
        sources[r, f] = source
        plans[r, f] = 4 * size + plan
        total += size + extra
    return total


@leaf
def _small(word: np.uint64, bound: np.uint64) -> np.uint64:
    """A high bit is set when a byte of `word` lies below the byte that `bound` repeats."""
    return (word - bound) & ~word


@leaf
def _special(pool: Bytes, source: int, size: int, delimiter: int) -> tuple[bool, int]:
    """Whether a value needs quotes, and how many it has itself.

    All bytes that matter lie below the digits and letters, so most values pass with one test for
    small bytes per word.
    """
    bound = LOW * np.uint64(max(delimiter, QUOTE) + 1)
    small = np.uint64(0)
    if size >= 8:
        last = size - 8
        k = 0
        while k < last - 24:
            small |= _small(load64(pool, source + k), bound)
            small |= _small(load64(pool, source + k + 8), bound)
            k += 16
        small |= _small(load64(pool, source + k), bound)
        small |= _small(load64(pool, source + min(k + 8, last)), bound)
        small |= _small(load64(pool, source + min(k + 16, last)), bound)
        small |= _small(load64(pool, source + last), bound)
    elif size > 0:
        small = _small(load64(pool, source) | (ALL << np.uint64(8 * size)), bound)
    if not small & HIGH:
        return False, 0
    special, quotes = False, 0
    for k in range(source, source + size):
        byte = load8(pool, k)
        quotes += byte == QUOTE
        special |= byte in (delimiter, QUOTE, CR, LF)
    return special, quotes
