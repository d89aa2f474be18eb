"""Text in UTF-16 ↔ string views in UTF-8. The arguments are those of `codes`; `big` is the order.

A value is made of whole units; half a unit at its end, or half a surrogate pair, is HALF_CHARACTER
at the edge and UNDECODABLE within. `out` needs two bytes per source byte on reading and writing,
16 to spare.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.codes import class_of, point_at, settle
from converters.kernels.decode import GAIJI, WIDE, outcome_of
from converters.kernels.memory import leaf, load8, load32

__all__ = ["decode_utf16", "encode_utf16"]


@leaf
def unit(data: Bytes, k: int, big: bool) -> np.uint32:
    """The unit at `k`."""
    a, b = np.uint32(load8(data, k)), np.uint32(load8(data, k + 1))
    return a << np.uint32(8) | b if big else b << np.uint32(8) | a


@leaf
def put_point(point: np.uint32, out: Bytes, place: int) -> int:
    """A code point in UTF-8 to `out[place:]`; returns where it ends."""
    if point < 0x80:
        out[place] = point
        return place + 1
    if point < 0x800:
        out[place] = 0xC0 | point >> 6
        out[place + 1] = 0x80 | point & 0x3F
        return place + 2
    if point < 0x10000:
        out[place] = 0xE0 | point >> 12
        out[place + 1] = 0x80 | (point >> 6) & 0x3F
        out[place + 2] = 0x80 | point & 0x3F
        return place + 3
    out[place] = 0xF0 | point >> 18
    out[place + 1] = 0x80 | (point >> 12) & 0x3F
    out[place + 2] = 0x80 | (point >> 6) & 0x3F
    out[place + 3] = 0x80 | point & 0x3F
    return place + 4


@njit(cache=True, nogil=True)
def decode_utf16(
    data: Bytes,
    start: Ints,
    stop: Ints,
    big: bool,
    allowed: np.uint32,
    free: np.uint32,
    trim: bool,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """Text → UTF-8 in `out`; returns the bytes of `out` that are in use."""
    used = 0
    for row in range(len(start)):
        k, last = start[row], stop[row]
        place = used
        end = used
        seen = np.uint32(0)
        failed = outcome.OK
        while k < last:
            if last - k == 1:
                failed = outcome.HALF_CHARACTER
                break
            point = unit(data, k, big)
            k += 2
            if 0xD800 <= point < 0xE000:
                if last - k < 2:
                    failed = outcome.HALF_CHARACTER if point < 0xDC00 else outcome.UNDECODABLE
                    break
                low = unit(data, k, big)
                if point >= 0xDC00 or low < 0xDC00 or low >= 0xE000:
                    failed = outcome.UNDECODABLE
                    break
                k += 2
                point = np.uint32(0x10000) + ((point & np.uint32(0x3FF)) << np.uint32(10))
                point |= low & np.uint32(0x3FF)
            seen |= class_of(point)
            if 0xE000 <= point < 0xF900 or point >= 0xF0000:
                seen |= GAIJI | WIDE
            place = put_point(point, out, place)
            if point != 0x20 and point != 0x3000:
                end = place
        if failed:
            used = settle(views, status, row, out, used, used, failed)
            continue
        if not trim and end > used:
            end = place
        found = outcome.BLANK if end == used else outcome_of(seen & ~free, allowed)
        used = settle(views, status, row, out, used, end, found)
    return used


@leaf
def encode_value(
    source: Bytes, k: int, last: int, big: bool, out: Bytes, place: int
) -> tuple[int, np.uint32]:
    """One value to `out[place:]`: where it ends, and the classes seen."""
    seen = np.uint32(0)
    high, low = (0, 1) if big else (1, 0)
    while k < last:
        point, size = point_at(source, k)
        k += size
        seen |= class_of(point)
        if point >= 0x10000:
            lead = 0xD800 | (point - 0x10000) >> 10
            out[place + high] = lead >> 8
            out[place + low] = lead & 0xFF
            place += 2
            point = np.uint32(0xDC00 | point & 0x3FF)
        out[place + high] = point >> np.uint32(8)
        out[place + low] = point & np.uint32(0xFF)
        place += 2
    return place, seen


@njit(cache=True, nogil=True)
def encode_utf16(
    raw: Bytes,
    data: Bytes,
    big: bool,
    allowed: np.uint32,
    free: np.uint32,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """UTF-8 → UTF-16 in `out`; returns how many bytes of it are in use."""
    used = 0
    for row in range(len(status)):
        length = np.int64(load32(raw, 16 * row))
        if length == 0:
            used = settle(views, status, row, out, used, used, outcome.BLANK)
            continue
        if length <= 12:
            k = row * 16 + 4
            place, seen = encode_value(raw, k, k + length, big, out, used)
        else:
            k = np.int64(load32(raw, 16 * row + 12))
            place, seen = encode_value(data, k, k + length, big, out, used)
        used = settle(views, status, row, out, used, place, outcome_of(seen & ~free, allowed))
    return used
