"""Text with single-byte and double-byte states ↔ string views in UTF-8.

The arguments are those of `codes`. `marks` are the shift codes of `Shifts`, none where the data
holds none. `rule` says how a value lies in its field, as numbers at the places below. On writing
`out` needs four bytes per UTF-8 byte and row, 16 to spare.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters import status as outcome
from converters.kernels.arrays import Bytes, Cells, Ints, Views
from converters.kernels.codes import (
    BLANK,
    FLAGS,
    LONG,
    NO_CODE,
    ONCE,
    WIDE_BLANK,
    class_of,
    code_of,
    put,
    put_code,
    put_control,
    settle,
)
from converters.kernels.decode import AHEAD, CONTROL, outcome_of
from converters.kernels.memory import leaf, load8, load32, load64, prefetch, store32

__all__ = [
    "BEGIN",
    "CLOSED",
    "DOUBLE",
    "FILL",
    "KEPT",
    "RULE",
    "SKIP",
    "WIDTH",
    "decode_shifted",
    "encode_shifted",
    "mark_at",
]

DOUBLE = 0
"""The number of the double-byte state."""
BEGIN = 1
"""The state in which a value begins."""
CLOSED = 2
"""A value must end in a state below this one, on writing in the one it began in; 0: in any."""
KEPT = 3
"""1: shift codes are characters of their own, U+000E (to double-byte) and U+000F (back)."""
SKIP = 4
"""Spaces that stand where shift codes stood, in front of a value and behind it."""
FILL = 5
"""The byte of the space."""
WIDTH = 6
"""Bytes of the field on writing, 0 for no limit."""
RULE = 7
"""Numbers in a rule."""


@leaf
def filled_to(data: Bytes, first: int, last: int, blank: int) -> int:
    """`last` moved back over trailing spaces."""
    line = np.uint64(blank) * np.uint64(0x0101010101010101)
    while last - first >= 8 and load64(data, last - 8) == line:
        last -= 8
    while last > first and load8(data, last - 1) == blank:
        last -= 1
    return last


@leaf
def mark_at(data: Bytes, k: int, last: int, marks: Ints) -> int:
    """Which shift code stands at `k`, -1 for none."""
    for m in range(len(marks)):
        size = marks[m, 1]
        if last - k < size:
            continue
        found = 0
        for j in range(size):
            found |= np.int64(load8(data, k + j)) << 8 * j
        if found == marks[m, 0]:
            return m
    return -1


@njit(cache=True, nogil=True)
def decode_shifted(
    data: Bytes,
    start: Ints,
    stop: Ints,
    tables: tuple[Cells, Cells, Views],
    marks: Ints,
    rule: Ints,
    allowed: np.uint32,
    free: np.uint32,
    trim: bool,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """Text → UTF-8 in `out`; returns the bytes of `out` that are in use.

    `tables` are the charset's `single` (or `plain`, where no shift code is expected), `double`
    and `longs`. A value that ends in another state than it should is UNCLOSED_SHIFT, and stands.
    """
    single, double, longs = tables
    wide = rule[DOUBLE]
    used = 0
    count = len(start)
    for row in range(count):
        first = start[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        last = filled_to(data, first, stop[row], rule[FILL]) if trim else stop[row]
        k = first
        while k < last and k - first < rule[SKIP] and data[k] == rule[FILL]:
            k += 1
        state = rule[BEGIN]
        place = used
        end = used
        seen = np.uint32(0)
        failed = outcome.OK
        while k < last:
            if state == wide:
                while last - k >= 2:
                    cell = double[np.uint32(load8(data, k)) << np.uint32(8) | load8(data, k + 1)]
                    size = (cell >> np.uint32(24)) & np.uint32(3)
                    if size:
                        store32(out, place, cell)
                        place += size
                    elif cell & LONG:
                        place = put(cell, longs, out, place)
                    else:
                        break
                    k += 2
                    seen |= cell & FLAGS
                    if cell & ONCE != WIDE_BLANK:
                        end = place
                if k == last:
                    break
            cell = single[256 * state + load8(data, k)]
            if cell == cells.SHIFT:
                m = mark_at(data, k, last, marks)
                if m < 0:
                    failed = outcome.UNDECODABLE
                    break
                k += marks[m, 1]
                state = marks[m, 2]
                if rule[KEPT]:
                    out[place] = 0x0E if state == wide else 0x0F
                    place += 1
                    end = place
                continue
            if state == wide:
                cut = last - k == 1 or mark_at(data, k + 1, last, marks) >= 0
                failed = outcome.HALF_CHARACTER if cut else outcome.UNDECODABLE
                break
            if cell < CONTROL:
                failed = outcome.UNDECODABLE
                break
            k += 1
            if cell & FLAGS:
                place = put(cell, longs, out, place)
            else:
                place = put_control(cell, out, place)
                seen |= CONTROL
            seen |= cell & FLAGS
            if cell & ONCE != BLANK:
                end = place
        if failed:
            used = settle(views, status, row, out, used, used, failed)
            continue
        while trim and end > used and out[end - 1] == 0x20:
            end -= 1
        if not trim and end > used:
            end = place
        found = outcome.BLANK if end == used else outcome_of(seen & ~free, allowed)
        if 0 < rule[CLOSED] <= state:
            found = outcome.UNCLOSED_SHIFT
        used = settle(views, status, row, out, used, end, found)
    return used


@leaf
def put_shift(marks: Ints, state: int, out: Bytes, place: int) -> int:
    """The shift code that opens `state` to `out[place:]`; returns where it ends, -1 for none."""
    for m in range(len(marks)):
        if marks[m, 2] == state:
            for j in range(marks[m, 1]):
                out[place + j] = (marks[m, 0] >> 8 * j) & 0xFF
            return place + marks[m, 1]
    return -1


@leaf
def encode_value(
    source: Bytes,
    k: int,
    last: int,
    tables: tuple[Cells, Views, Cells],
    marks: Ints,
    rule: Ints,
    substitute: int,
    out: Bytes,
    place: int,
) -> tuple[int, np.uint32, int, int]:
    """One value to `out[place:]`: where it ends, the classes seen, OK or what went wrong, and how
    many of the bytes are shift codes. `substitute` is an encode cell."""
    encode, sequences, codes = tables
    seen = np.uint32(0)
    failed = outcome.OK
    state = rule[BEGIN]
    extra = 0
    for _ in range(rule[SKIP]):
        out[place] = rule[FILL]
        place += 1
    while k < last:
        byte = load8(source, k)
        if rule[KEPT] and (byte == 0x0E or byte == 0x0F):
            state = rule[DOUBLE] if byte == 0x0E else 0
            after = put_shift(marks, state, out, place)
            if after < 0:
                return place, seen, outcome.UNMAPPABLE, extra
            extra += after - place
            place = after
            k += 1
            continue
        cell, point, size = code_of(source, k, last, encode, sequences, codes)
        k += size
        if cell & NO_CODE == NO_CODE:
            if substitute == 0:
                return place, seen, outcome.UNMAPPABLE, extra
            failed = outcome.SUBSTITUTED
            cell = np.uint32(substitute)
        needed = np.int64(cell >> np.uint32(24)) & 7
        if needed != state:
            after = -1 if rule[KEPT] else put_shift(marks, needed, out, place)
            if after < 0:
                return place, seen, outcome.UNMAPPABLE, extra
            extra += after - place
            place = after
            state = needed
        seen |= class_of(point)
        place = put_code(cell & NO_CODE, out, place)
    if state != rule[BEGIN] and rule[CLOSED] and not rule[KEPT]:
        after = put_shift(marks, rule[BEGIN], out, place)
        extra += after - place
        place = after
    return place, seen, failed, extra


@njit(cache=True, nogil=True)
def encode_shifted(
    raw: Bytes,
    data: Bytes,
    tables: tuple[Cells, Views, Cells],
    marks: Ints,
    rule: Ints,
    allowed: np.uint32,
    free: np.uint32,
    substitute: int,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> int:
    """UTF-8 → the charset in `out`; returns how many bytes of it are in use.

    A value that only its shift codes, or the spaces in their place, make too long for the field
    is SHIFT_OVERFLOW; a character that no shift code leads to is UNMAPPABLE.
    """
    used = 0
    width = rule[WIDTH]
    for row in range(len(status)):
        length = np.int64(load32(raw, 16 * row))
        if length == 0:
            used = settle(views, status, row, out, used, used, outcome.BLANK)
            continue
        if length <= 12:
            k = row * 16 + 4
            place, seen, failed, extra = encode_value(
                raw, k, k + length, tables, marks, rule, substitute, out, used
            )
        else:
            k = np.int64(load32(raw, 16 * row + 12))
            place, seen, failed, extra = encode_value(
                data, k, k + length, tables, marks, rule, substitute, out, used
            )
        if failed == outcome.UNMAPPABLE:
            used = settle(views, status, row, out, used, used, failed)
            continue
        judged = outcome_of(seen & ~free, allowed)
        found = judged if judged else failed
        size = place - used + rule[SKIP]
        if width and size > width and size - extra - 2 * rule[SKIP] <= width:
            found = outcome.SHIFT_OVERFLOW
        used = settle(views, status, row, out, used, place, found)
    return used
