"""Bytes of an unknown charset → how they read: characters by class, bad bytes, roles of bytes.

`tally` has a place for each count below, `state[0]` is the shift state. A scan stops where a code
may go on in the next block and returns how many bytes it is done with; with `eof` it reads all.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import charset as cells
from converters.kernels.arrays import Bytes, Cells, Ints, Views
from converters.kernels.memory import leaf

__all__ = [
    "ALPHABET",
    "BAD",
    "CHARACTERS",
    "COMMON",
    "CONTROLS",
    "COUNTS",
    "CUT",
    "FIRST",
    "GAIJI",
    "KANA",
    "MIXED",
    "PLACE",
    "ROLE_BAD",
    "ROLE_BLANK",
    "ROLE_DIGIT",
    "ROLE_KANA",
    "ROLE_NARROW",
    "ROLE_SHIFT",
    "ROLE_TRAIL",
    "ROLE_WIDE",
    "SHIFTS",
    "WIDE",
    "scan_records",
    "scan_tables",
    "scan_utf8",
    "scan_utf16",
]

CHARACTERS = 0
BAD = 1
"""Bytes that are part of no character."""
FIRST = 2
"""Offset of the first of them, -1 for none."""
COMMON = 3
"""Kana and kanji of level 1."""
WIDE = 4
"""All full-width characters."""
KANA = 5
GAIJI = 6
CONTROLS = 7
"""Control characters other than tab, line ends and the end-of-file mark."""
SHIFTS = 8
ALPHABET = 9
"""Space, digits and Latin letters."""
PLACE = 10
"""Bytes scanned before."""
CUT = 11
"""Codes that the end of the data cuts in two."""
MIXED = 12
"""Half-width katakana beside lower-case letters, which no text has."""
BESIDE = 13
"""The class of the last character: KANA, ALPHABET for a lower-case letter, 0 for all others."""
COUNTS = 14

ROLE_BLANK = 0
ROLE_DIGIT = 1
ROLE_NARROW = 2
ROLE_KANA = 3
ROLE_WIDE = 4
ROLE_TRAIL = 5
ROLE_SHIFT = 6
ROLE_BAD = 7


@leaf
def count_bad(tally: Ints, place: int, size: int) -> int:
    """Bytes at `place` of this block read as nothing; their role comes back."""
    if tally[FIRST] < 0:
        tally[FIRST] = tally[PLACE] + place
    tally[BAD] += size
    return ROLE_BAD


@leaf
def count_point(point: int, common: Bytes, tally: Ints, place: int) -> int:
    """One character more, by its class; its role comes back."""
    tally[CHARACTERS] += 1
    kana, lower = 0xFF61 <= point <= 0xFF9F, 0x61 <= point <= 0x7A
    beside = tally[BESIDE]
    tally[MIXED] += (kana and beside == ALPHABET) or (lower and beside == KANA)
    tally[BESIDE] = KANA if kana else ALPHABET if lower else 0
    if point < 0x80:
        if point == 0x20 or 0x30 <= point <= 0x39:
            tally[ALPHABET] += 1
            return ROLE_BLANK if point == 0x20 else ROLE_DIGIT
        letter = point | 0x20
        if 0x61 <= letter <= 0x7A:
            tally[ALPHABET] += 1
        if point < 0x20 or point == 0x7F:
            fine = point == 9 or point == 10 or point == 13 or point == 0x1A
            tally[CONTROLS] += 0 if fine else 1
        return ROLE_NARROW
    if point < 0xA0:
        tally[CONTROLS] += 1
        return ROLE_NARROW
    if kana:
        tally[KANA] += 1
        return ROLE_KANA
    tally[WIDE] += 1
    if point >= 0xE000 and (point <= 0xF8FF or point >= 0xF0000):
        tally[GAIJI] += 1
    elif point < 0x10000 and common[point]:
        tally[COMMON] += 1
    return ROLE_WIDE


@leaf
def point_of(cell: np.uint32, longs: Views) -> int:
    """The first code point of a cell, -1 where it is no character."""
    size = np.int64((cell >> np.uint32(24)) & np.uint32(3))
    word = np.int64(cell & np.uint32(0xFFFFFF))
    if size == 0:
        if cell & np.uint32(cells.LONG):
            word = np.int64(longs[cell & np.uint32(0xFFFF)] & np.uint64(0xFFFFFFFF))
        elif np.uint32(cells.CONTROL) <= cell < np.uint32(cells.LONG):
            return np.int64(cell & np.uint32(0xFF))
        else:
            return -1
    head = word & 0xFF
    one, two, three = word >> 8 & 0x3F, word >> 16 & 0x3F, word >> 24 & 0x3F
    if head < 0x80:
        return head
    if head < 0xE0:
        return (head & 0x1F) << 6 | one
    if head < 0xF0:
        return (head & 0x0F) << 12 | one << 6 | two
    return (head & 0x07) << 18 | one << 12 | two << 6 | three


@leaf
def shift_at(data: Bytes, k: int, last: int, marks: Ints) -> int:
    """Which shift code stands at `k`; -1 for none, -2 where it is one if the data goes on."""
    for m in range(len(marks)):
        size = min(marks[m, 1], last - k)
        same = True
        for j in range(size):
            same &= data[k + j] == (marks[m, 0] >> 8 * j) & 0xFF
        if same:
            return m if size == marks[m, 1] else -2
    return -1


@leaf
def step(
    data: Bytes,
    k: int,
    last: int,
    tables: tuple[Cells, Cells, Cells, Views],
    marks: Ints,
    wide: int,
    common: Bytes,
    state: Ints,
    tally: Ints,
) -> tuple[int, int]:
    """The code at `k`: its bytes, 0 where the data ends before it does, and its role."""
    single, double, triple, longs = tables
    cell = single[256 * state[0] + data[k]]
    if cell == np.uint32(cells.SHIFT):
        m = shift_at(data, k, last, marks)
        if m == -2:
            return 0, ROLE_BAD
        if m >= 0:
            state[0] = marks[m, 2]
            tally[SHIFTS] += 1
            return marks[m, 1], ROLE_SHIFT
    size = 1
    if state[0] == wide:
        if data[k] == 10 or data[k] == 13:
            state[0] = 0
            return 1, ROLE_NARROW
        size = 2
    elif cell == np.uint32(cells.LEAD):
        size = 2
    elif cell == np.uint32(cells.LEAD3):
        size = 3
    if k + size > last:
        return 0, ROLE_BAD
    if size == 2:
        cell = double[256 * np.int64(data[k]) + np.int64(data[k + 1])]
    elif size == 3:
        cell = triple[256 * np.int64(data[k + 1]) + np.int64(data[k + 2])]
    point = point_of(cell, longs)
    if point >= 0:
        return size, count_point(point, common, tally, k)
    if state[0] != wide:
        size = 1
    elif len(marks):
        state[0] = 0  # a shift that was left open: what follows is read again from its start
        size = 1
    return size, count_bad(tally, k, size)


@njit(cache=True, nogil=True)
def scan_tables(
    data: Bytes,
    eof: bool,
    tables: tuple[Cells, Cells, Cells, Views],
    marks: Ints,
    wide: int,
    common: Bytes,
    state: Ints,
    tally: Ints,
) -> int:
    """Counts the characters of a charset with tables; `wide` is its double-byte state, -1 for
    charsets in which nothing shifts."""
    k, last = 0, len(data)
    while k < last:
        size, _ = step(data, k, last, tables, marks, wide, common, state, tally)
        if size == 0:
            if not eof:
                break
            # A last byte that would open a shift code of two may be an end-of-file mark.
            if last - k > 1 or (data[k] != 0x1A and data[k] != 0x3F):
                tally[CUT] += 1
                count_bad(tally, k, last - k)
            k = last
        k += size
    tally[PLACE] += k
    return k


@njit(cache=True, nogil=True)
def scan_records(
    data: Bytes,
    start: Ints,
    stop: Ints,
    tables: tuple[Cells, Cells, Cells, Views],
    marks: Ints,
    wide: int,
    common: Bytes,
    roles: Bytes,
    tally: Ints,
) -> None:
    """Reads each record for itself: the role of every byte, and the codes that its end cuts."""
    state = np.zeros(1, np.int64)
    for row in range(len(start)):
        state[0] = wide if len(marks) == 0 and wide == 1 and tally[PLACE] < 0 else 0
        k, last = start[row], stop[row]
        while k < last:
            size, role = step(data, k, last, tables, marks, wide, common, state, tally)
            if size == 0:
                tally[CUT] += 1
                size = last - k
            for j in range(size):
                roles[k + j] = ROLE_TRAIL if j and role == ROLE_WIDE else role
            k += size
        if len(marks) and state[0] == wide:
            tally[CUT] += 1


@njit(cache=True, nogil=True)
def scan_utf8(data: Bytes, eof: bool, common: Bytes, roles: Bytes, tally: Ints) -> int:
    """Counts the characters of UTF-8; overlong forms and surrogates are bad.

    `roles` may be empty."""
    k, last = 0, len(data)
    while k < last:
        head = np.int64(data[k])
        size = 1 if head < 0x80 else 2 if 0xC2 <= head < 0xE0 else 3 if 0xE0 <= head < 0xF0 else 4
        if 0x80 <= head < 0xC2 or head > 0xF4:
            role = count_bad(tally, k, 1)
            size = 1
        else:
            if k + size > last and not eof:
                break
            point = head if size == 1 else head & (0x7F >> size)
            fine = k + size <= last
            for j in range(1, size if fine else 1):
                fine &= data[k + j] & 0xC0 == 0x80
                point = point << 6 | np.int64(data[k + j] & 0x3F)
            fine &= not (size == 3 and (point < 0x800 or 0xD800 <= point < 0xE000))
            fine &= not (size == 4 and (point < 0x10000 or point > 0x10FFFF))
            if fine:
                role = count_point(point, common, tally, k)
            else:
                tally[CUT] += k + size > last
                role = count_bad(tally, k, 1)
                size = 1
        for j in range(size if len(roles) else 0):
            roles[k + j] = ROLE_TRAIL if j and role == ROLE_WIDE else role
        k += size
    tally[PLACE] += k
    return k


@njit(cache=True, nogil=True)
def scan_utf16(data: Bytes, eof: bool, big: bool, common: Bytes, tally: Ints) -> int:
    """Counts the characters of UTF-16; a surrogate alone is bad, one with its other half is not."""
    k, last = 0, len(data)
    while k < last:
        if last - k < 2:
            if eof:
                tally[CUT] += 1
                count_bad(tally, k, 1)
                k = last
            break
        high, low = (k, k + 1) if big else (k + 1, k)
        unit = np.int64(data[high]) << 8 | np.int64(data[low])
        size = 2
        if 0xD800 <= unit < 0xE000:
            if last - k < 4 and not eof:
                break
            second = np.int64(data[high + 2]) & 0xFC if last - k >= 4 else 0
            if unit < 0xDC00 and second == 0xDC:
                size = 4
                count_point(0x20000, common, tally, k)
            else:
                count_bad(tally, k, 2)
        elif unit >= 0xFFFE:
            count_bad(tally, k, 2)
        else:
            count_point(unit, common, tally, k)
        k += size
    tally[PLACE] += k
    return k
