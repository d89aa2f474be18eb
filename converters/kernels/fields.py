"""Delimited records → spans of their fields, quotes taken off.

Like `frame`: 64 bytes at a time while quotes are regular, byte by byte where they are not.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints, Small
from converters.kernels.frame import (
    CLOSED,
    FRESH,
    LAST,
    NONE,
    ONE,
    PLAIN,
    QUOTE,
    QUOTED,
    RAGGED,
    parity,
    step,
)
from converters.kernels.memory import (
    equal64,
    first,
    leaf,
    load8,
    load32,
    load64,
    store32,
    store64,
)

__all__ = ["delimited_spans", "unescape"]


NO_QUOTES: Final = 0
QUOTES: Final = 1
DOUBLED: Final = 2

ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
TILE: Final = 16
"""Records whose columns are found before any is written: a cache line of places for each field."""
LINE: Final = 4 * TILE
ONE_EACH: Final = np.uint64(1 << 32 | 1)


@njit(cache=True, nogil=True)
def delimited_spans(
    data: Bytes,
    bounds: Ints,
    stops: Ints,
    codes: Bytes,
    order: Ints,
    delimiter: int,
    start: Small,
    stop: Small,
    escaped: Bytes,
    filled: Bytes,
) -> int:
    """Records → where their fields lie, quotes left out; returns the bytes `unescape` needs.

    `order` is the field of each file column, -1 for none; `codes` are set where the number of
    columns is wrong. A start below 0 is the complement of the start of a value with doubled
    quotes, and `escaped` marks its record. A field that is not `filled` has no byte in any record.
    """
    spare, columns = 0, len(order)
    edges, quoted = (start.reshape(-1).view(np.uint8), stop.reshape(-1).view(np.uint8)), False
    tile = np.zeros((columns + 1) * LINE, np.uint8)
    for base in range(0, len(stops), TILE):
        count = min(TILE, len(stops) - base)
        quoted = False
        for k in range(count):
            i, found, how = base + k, 0, NO_QUOTES
            store32(tile, 4 * k, bounds[i])
            if codes[i] == 0:
                span = bounds[i], stops[i]
                found, how = _regular_fields(data, span, delimiter, tile, 4 * k)
                if found < 0:
                    found, how = _plain_fields(data, span, delimiter, tile, 4 * k)
                if found != columns:
                    codes[i] = RAGGED
            escaped[i] = how == DOUBLED and codes[i] == 0
            quoted |= how > NO_QUOTES
        rows = base, count, len(stops)
        if quoted or count < TILE:
            _write_quoted(data, tile, order, rows, edges, filled)
        else:
            _write(tile, order, rows, edges, filled)
        for i in range(base, base + count):
            if codes[i]:
                for f in order:
                    if f >= 0:
                        start[f, i] = stop[f, i] = bounds[i]
            elif escaped[i]:
                spare += _mark(data, bounds[i], order, start, stop, i)
    return spare


@leaf
def _write(
    tile: Bytes, order: Ints, rows: tuple[int, int, int], edges: tuple[Bytes, Bytes], filled: Bytes
) -> None:
    """Where the columns of a whole tile begin → where the fields of its records begin and end."""
    base, _, records = rows
    for column in range(len(order)):
        if order[column] < 0:
            continue
        at, here, some = 4 * (order[column] * records + base), LINE * column, NONE
        for k in range(0, LINE, 8):
            begin, end = load64(tile, here + k), load64(tile, here + LINE + k) - ONE_EACH
            store64(edges[0], at + k, begin)
            store64(edges[1], at + k, end)
            some |= begin ^ end
        filled[order[column]] |= some != NONE


@leaf
def _write_quoted(
    data: Bytes,
    tile: Bytes,
    order: Ints,
    rows: tuple[int, int, int],
    edges: tuple[Bytes, Bytes],
    filled: Bytes,
) -> None:
    """The same of some records, one by one, with quotes around values left out."""
    base, count, records = rows
    for column in range(len(order)):
        if order[column] < 0:
            continue
        at, here = 4 * (order[column] * records + base), LINE * column
        for k in range(0, 4 * count, 4):
            begin = np.int64(load32(tile, here + k))
            end = np.int64(load32(tile, here + LINE + k)) - 1
            if begin < end and load8(data, begin) == QUOTE:
                begin += 1
                end -= 1
            store32(edges[0], at + k, begin)
            store32(edges[1], at + k, end)
            filled[order[column]] |= begin != end


@leaf
def _regular_fields(
    data: Bytes, span: tuple[int, int], delimiter: int, tile: Bytes, at: int
) -> tuple[int, int]:
    """Number of columns, and whether there are quotes; -1 when those are not regular.

    Where columns begin is put into lines of the tile at `at`, as far as it reaches, and behind the
    last one where another would begin.
    """
    block, end = span
    column, top = at + LINE, len(tile)
    inside, before, closed, doubled, seen = NONE, ONE, NONE, NONE, NONE
    while block < end:
        quotes, edges = _marks(data, block, end, delimiter)
        if quotes | inside | closed:
            within = parity(quotes) ^ inside
            opens = quotes & within
            follow = ((quotes & ~within) << ONE) | closed
            last = ALL if end - block >= 64 else (ONE << np.uint64(end - block)) - ONE
            if opens & ~(((edges | quotes) << ONE) | before) or follow & last & ~(edges | quotes):
                return -1, NO_QUOTES
            doubled |= opens & follow
            seen |= quotes
            before = (edges | quotes) >> LAST
            closed = (quotes & ~within) >> LAST
            inside = NONE - (within >> LAST)
            edges &= ~within
        else:
            before = edges >> LAST
        while edges:
            if column < top:
                store32(tile, column, block + first(edges) + 1)
            column += LINE
            edges &= edges - ONE
        block += 64
    if inside:
        return -1, NO_QUOTES
    if column < top:
        store32(tile, column, end + 1)
    return column // LINE, DOUBLED if doubled else QUOTES if seen else NO_QUOTES


@leaf
def _marks(data: Bytes, block: int, end: int, delimiter: int) -> tuple[np.uint64, np.uint64]:
    """Which of up to 64 bytes before `end` are quotes, and which delimiters."""
    if block + 64 <= len(data):
        quotes, edges = equal64(data, block, QUOTE), equal64(data, block, delimiter)
        if end - block >= 64:
            return quotes, edges
        inside = (ONE << np.uint64(end - block)) - ONE
        return quotes & inside, edges & inside
    quotes, edges, bit = NONE, NONE, ONE
    for i in range(block, end):
        if data[i] == QUOTE:
            quotes |= bit
        elif data[i] == delimiter:
            edges |= bit
        bit <<= ONE
    return quotes, edges


@njit(cache=True, nogil=True)
def _plain_fields(
    data: Bytes, span: tuple[int, int], delimiter: int, tile: Bytes, at: int
) -> tuple[int, int]:
    """The same byte by byte; -1 when text follows a closing quote."""
    begin, end = span
    column, state, how = at + LINE, FRESH, QUOTES
    for k in range(begin, end + 1):
        after = step(state, data[k], delimiter) if k < end else FRESH
        if (state == CLOSED and after == PLAIN) or (state == QUOTED and k == end):
            return -1, NO_QUOTES
        if state == CLOSED and after == QUOTED:
            how = DOUBLED
        if after == FRESH:
            if column < len(tile):
                store32(tile, column, k + 1)
            column += LINE
        state = after
    return column // LINE - 1, how


@njit(cache=True, nogil=True)
def _mark(data: Bytes, begin: int, order: Ints, start: Small, stop: Small, i: int) -> int:
    """Marks the values of a record with doubled quotes; returns their bytes without the doubles."""
    spare = 0
    for f in order:
        if f >= 0 and start[f, i] > begin and data[start[f, i] - 1] == QUOTE:
            quotes = 0
            for k in range(start[f, i], stop[f, i]):
                quotes += data[k] == QUOTE
            if quotes:
                spare += stop[f, i] - start[f, i] - quotes // 2
                start[f, i] = ~start[f, i]
    return spare


@njit(cache=True, nogil=True)
def unescape(
    seen: Bytes,
    data: Bytes,
    unit: int,
    size: int,
    order: Ints,
    start: Small,
    stop: Small,
    escaped: Bytes,
) -> None:
    """Values with doubled quotes → copies without them behind the first `size` units of `data`.

    `seen` are the bytes in which the places were found, one for each unit of `data`.
    """
    for i in range(len(escaped)):
        if not escaped[i]:
            continue
        for f in order:
            if f < 0 or start[f, i] >= 0:
                continue
            source, begin = ~start[f, i], size
            while source < stop[f, i]:
                for j in range(unit):
                    data[size * unit + j] = data[source * unit + j]
                source += 2 if seen[source] == QUOTE else 1
                size += 1
            start[f, i], stop[f, i] = begin, size
