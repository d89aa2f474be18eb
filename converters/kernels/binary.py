"""Binary fields (COMP, COMP-5) of up to 8 bytes ↔ 64-bit integers; bytes ↔ texts of bits."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.decimals import AS_NUMBER, filled, word_at
from converters.kernels.memory import leaf, load8, prefetch
from converters.kernels.packed import Found
from converters.kernels.views import put

__all__ = ["binary_column", "decode_binary", "decode_bits", "encode_binary", "encode_bits"]

AHEAD = 16
EIGHT = np.uint64(8)
WHOLE = np.uint64(64)
ZERO = np.uint64(0)
BYTE = np.uint64(0xFF)
TOP = np.uint64(63)


@leaf
def read_binary(data: Bytes, first: int, last: int, rule: Views) -> tuple[int, np.uint64]:
    """The outcome of a field of 1 to 8 bytes, and the 64 bits of its number.

    `rule` says whether it is little-endian and whether it has a sign; the greatest distance from
    zero, beyond which a number is SCALE, in its fourth word; and the rest as in
    `packed.read_packed`.
    """
    size = last - first
    word = ZERO
    if rule[0, 0]:
        for k in range(last - 1, first - 1, -1):
            word = word << EIGHT | np.uint64(load8(data, k))
    else:
        word = word_at(data, first, size)
    far = word
    if rule[0, 1]:
        word = widened(word, WHOLE - np.uint64(8 * size))
        far = ZERO - word if word >> TOP else word
    found = outcome.SCALE if far > rule[1, 1] else outcome.OK
    if rule[3, 0] != AS_NUMBER or rule[3, 1] != AS_NUMBER or rule[4, 0] != AS_NUMBER:
        kept = filled(data, first, last, rule, outcome.UNKNOWN)
        if kept != outcome.UNKNOWN:
            return kept, ZERO
    return found, word * rule[2, 0] if found == outcome.OK else ZERO


@leaf
def widened(word: np.uint64, shift: np.uint64) -> np.uint64:
    """A number of fewer bytes with its sign in all the bytes before them."""
    return np.uint64(np.int64(word << shift) >> np.int64(shift))


@njit(cache=True, nogil=True)
def decode_binary(
    data: Bytes, start: Ints, stop: Ints, rule: Views, step: int, values: Ints, status: Bytes
) -> None:
    """Spans → numbers; `rule` as in `read_binary`, `step` as in `packed`."""
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        found, word = outcome.BLANK, ZERO
        if first < last:
            found, word = read_binary(data, first, last, rule)
        status[row] = found
        values[row * step] = np.int64(word)
        if step == 2:
            values[row * step + 1] = np.int64(word) >> 63 if rule[0, 1] else 0


@njit(cache=True, nogil=True)
def binary_column(
    data: Bytes, begin: Ints, end: Ints, place: tuple[int, int], rule: Views, found: Found
) -> int:
    """Numbers at the same place of every record, as `packed.packed_column`."""
    values, status = found
    wrong = 0
    at, width = place
    for row in range(len(begin)):
        first = min(begin[row] + at, end[row])
        last = min(first + width, end[row])
        what, word = outcome.BLANK, ZERO
        if first < last:
            what, word = read_binary(data, first, last, rule)
        values[row] = np.int64(word)
        status[row] = what
        wrong += what != outcome.OK
    return wrong


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
