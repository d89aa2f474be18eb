"""Binary fields (COMP, COMP-5) of up to 8 bytes ↔ 64-bit integers; bytes ↔ texts of bits."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.decimals import AS_NUMBER, filled, word_at
from converters.kernels.memory import load8, prefetch
from converters.kernels.views import put

__all__ = ["decode_binary", "decode_bits", "encode_binary", "encode_bits"]

AHEAD = 16
EIGHT = np.uint64(8)
WHOLE = np.uint64(64)
ZERO = np.uint64(0)
BYTE = np.uint64(0xFF)


@njit(cache=True, nogil=True)
def decode_binary(
    data: Bytes,
    start: Ints,
    stop: Ints,
    little: bool,
    signed: bool,
    limit: np.uint64,
    fill: tuple[int, int, int, int],
    values: Ints,
    status: Bytes,
) -> None:
    """Spans of 1 to 8 bytes → the 64 bits of each number.

    A number further from zero than `limit` is SCALE. `fill` is the space, and what becomes of a
    field full of spaces, 00 and FF (see `decimals.filled`).
    """
    space, spaces, lows, highs = fill
    special = spaces != AS_NUMBER or lows != AS_NUMBER or highs != AS_NUMBER
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        values[row] = 0
        if first == last:
            status[row] = outcome.BLANK
            continue
        size = last - first
        word = ZERO
        if little:
            for k in range(last - 1, first - 1, -1):
                word = word << EIGHT | np.uint64(load8(data, k))
        else:
            word = word_at(data, first, size)
        far = word
        if signed:
            shift = WHOLE - np.uint64(8 * size)
            number = np.int64(word << shift) >> np.int64(shift)
            word = np.uint64(number)
            far = ZERO - word if number < 0 else word
        found = outcome.SCALE if far > limit else outcome.OK
        if special:
            kept = filled(data, first, last, space, spaces, lows, highs, outcome.UNKNOWN)
            if kept != outcome.UNKNOWN:
                status[row] = kept
                continue
        status[row] = found
        if found == outcome.OK:
            values[row] = np.int64(word)


@njit(cache=True, nogil=True)
def encode_binary(
    values: Ints, width: int, little: bool, views: Views, out: Bytes, status: Bytes
) -> None:
    """The low `width` bytes of integers, where the status is OK; `out` needs 12 bytes to spare."""
    for row in range(len(status)):
        views[row, 0] = 0
        views[row, 1] = 0
        if status[row] != outcome.OK:
            continue
        word, first = np.uint64(values[row]), row * width
        for k in range(width):
            place = first + k if little else first + width - 1 - k
            out[place] = np.uint8(word & BYTE)
            word >>= EIGHT
        put(views, row, out, first, width)


@njit(cache=True, nogil=True)
def decode_bits(
    data: Bytes, start: Ints, stop: Ints, views: Views, out: Bytes, status: Bytes
) -> None:
    """Bytes → eight `0` or `1` each, the highest bit first; `out` holds eight for each byte of the
    spans, and 12 to spare."""
    at = 0
    for row in range(len(start)):
        first, last, begin = start[row], stop[row], at
        views[row, 0] = 0
        views[row, 1] = 0
        status[row] = outcome.OK if last > first else outcome.BLANK
        if first == last:
            continue
        for k in range(first, last):
            byte = load8(data, k)
            for bit in range(7, -1, -1):
                out[at] = 0x30 + (byte >> bit & 1)
                at += 1
        put(views, row, out, begin, at - begin)


@njit(cache=True, nogil=True)
def encode_bits(
    pool: Bytes, bounds: Ints, width: int, views: Views, out: Bytes, status: Bytes
) -> None:
    """Texts of `8 * width` bits → bytes; any other text is NOT_NUMBER, a blank has no bits set."""
    for row in range(len(status)):
        first, last, begin = bounds[row], bounds[row + 1], width * row
        found = outcome.OK if last - first == 8 * width else outcome.NOT_NUMBER
        if first == last:
            found = outcome.BLANK
        for k in range(width):
            out[begin + k] = 0
        for k in range(last - first if found == outcome.OK else 0):
            digit = load8(pool, first + k)
            if digit != 0x30 and digit != 0x31:
                found = outcome.NOT_NUMBER
                break
            out[begin + k // 8] |= (digit & 1) << (7 - k % 8)
        status[row] = found
        views[row, 0] = 0
        views[row, 1] = 0
        if found < outcome.PROBLEM:
            put(views, row, out, begin, width)
