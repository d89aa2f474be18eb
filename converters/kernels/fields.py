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
from converters.kernels.memory import equal64, first, leaf

__all__ = ["delimited_spans", "unescape"]


ALL: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


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
) -> int:
    """Records → where their fields lie, quotes left out; returns the bytes `unescape` needs.

    `order` is the field of each file column, -1 for none; `codes` are set where the number of
    columns is wrong. A start below 0 is the complement of the start of a value with doubled
    quotes, and `escaped` marks its record.
    """
    spare = 0
    for i in range(len(stops)):
        begin = bounds[i]
        found = -1
        if codes[i] == 0:
            found, doubled = _regular_fields(
                data, begin, stops[i], order, delimiter, start, stop, i
            )
            if found < 0:
                found, doubled = _plain_fields(
                    data, begin, stops[i], order, delimiter, start, stop, i
                )
            if found != len(order):
                codes[i] = RAGGED
            elif doubled:
                spare += _mark(data, begin, order, start, stop, i)
                escaped[i] = 1
        if codes[i]:
            for f in range(len(start)):
                start[f, i] = stop[f, i] = begin
    return spare


@leaf
def _regular_fields(
    data: Bytes,
    begin: int,
    end: int,
    order: Ints,
    delimiter: int,
    start: Small,
    stop: Small,
    i: int,
) -> tuple[int, bool]:
    """Number of columns and whether quotes are doubled; -1 when quotes are not regular."""
    block, column = begin, 0
    inside, before, closed, doubled = NONE, ONE, NONE, NONE
    while block < end:
        quotes, edges = _marks(data, block, end, delimiter)
        if quotes | inside | closed:
            within = parity(quotes) ^ inside
            opens = quotes & within
            follow = ((quotes & ~within) << ONE) | closed
            last = ALL if end - block >= 64 else (ONE << np.uint64(end - block)) - ONE
            if opens & ~(((edges | quotes) << ONE) | before) or follow & last & ~(edges | quotes):
                return -1, False
            doubled |= opens & follow
            before = (edges | quotes) >> LAST
            closed = (quotes & ~within) >> LAST
            inside = NONE - (within >> LAST)
            edges &= ~within
        else:
            before = edges >> LAST
        while edges:
            edge = block + first(edges)
            if column < len(order) and order[column] >= 0:
                quoted = begin < edge and data[begin] == QUOTE
                start[order[column], i] = begin + quoted
                stop[order[column], i] = edge - quoted
            begin = edge + 1
            column += 1
            edges &= edges - ONE
        block += 64
    if inside:
        return -1, False
    if column < len(order) and order[column] >= 0:
        quoted = begin < end and data[begin] == QUOTE
        start[order[column], i] = begin + quoted
        stop[order[column], i] = end - quoted
    return column + 1, doubled != NONE


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
    data: Bytes,
    begin: int,
    end: int,
    order: Ints,
    delimiter: int,
    start: Small,
    stop: Small,
    i: int,
) -> tuple[int, bool]:
    """The same byte by byte; -1 when text follows a closing quote."""
    column, state, doubled = 0, FRESH, False
    for k in range(begin, end + 1):
        after = step(state, data[k], delimiter) if k < end else FRESH
        if (state == CLOSED and after == PLAIN) or (state == QUOTED and k == end):
            return -1, False
        if state == CLOSED and after == QUOTED:
            doubled = True
        if after == FRESH:
            if column < len(order) and order[column] >= 0:
                start[order[column], i] = begin + (state == CLOSED)
                stop[order[column], i] = k - (state == CLOSED)
            begin = k + 1
            column += 1
        state = after
    return column, doubled


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
