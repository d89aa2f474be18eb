"""Texts → rewritten texts: join, split, cut, and zeros on the left.

A column comes as its `pool` and `bounds` (see `views`), all UTF-8. Kernels fill the views of the
result and one flag per value, 0 when the opposite operation would bring the value back. A kernel
that makes new bytes writes them to `out`, which needs `SPARE` bytes beyond all results, and returns
how many are in use; the results of `split` and `cut` point into the pool itself.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.memory import load8, load64, store64
from converters.kernels.views import INLINE, put

__all__ = ["cut", "join", "pad", "split", "unpad"]


@njit(cache=True, nogil=True)
def split(pool: Bytes, bounds: Ints, by: Bytes, parts: int, views: Views, flags: Bytes) -> None:
    """One column → `parts` columns, split at each `by`; the last part takes the rest.

    `views` holds the columns one after the other, zeroed. Flag 1: the value ends with a separator
    that a join would not write.
    """
    rows = len(flags)
    for row in range(rows):
        place, stop = bounds[row], bounds[row + 1]
        part = 0
        at = place
        while part < parts - 1 and at <= stop - len(by):
            same = 0
            while same < len(by) and load8(pool, at + same) == by[same]:
                same += 1
            if same == len(by):
                put(views, part * rows + row, pool, place, at - place)
                at += same
                place = at
                part += 1
            else:
                at += 1
        put(views, part * rows + row, pool, place, stop - place)
        flags[row] = part > 0 and place == stop


@njit(cache=True, nogil=True)
def cut(pool: Bytes, bounds: Ints, chars: Ints, views: Views, flags: Bytes) -> None:
    """One column → columns of pieces of `chars` characters each.

    `views` holds the columns one after the other. Flag 1: the value is longer than its pieces
    together; what is beyond them is left out.
    """
    rows = len(flags)
    for row in range(rows):
        place, stop = bounds[row], bounds[row + 1]
        for part in range(len(chars)):
            at = place
            left = chars[part]
            while at < stop:
                left -= (load8(pool, at) & 0xC0) != 0x80
                if left < 0:
                    break
                at += 1
            put(views, part * rows + row, pool, place, at - place)
            place = at
        flags[row] = place < stop


@njit(cache=True, nogil=True)
def join(
    pool: Bytes,
    bounds: Ints,
    parts: int,
    by: Bytes,
    chars: Ints,
    views: Views,
    out: Bytes,
    flags: Bytes,
) -> int:
    """Columns of parts → one column, `by` between them up to the last that is filled.

    `bounds` holds the columns one after the other, value i of column c at place i + c × rows. The
    flag is 1 + the number of the part that the opposite operation would not give: `split`, or `cut`
    where there are `chars`. Without `by` and `chars` nothing is looked for.
    """
    rows, used = len(flags), 0
    ends = np.zeros(parts, np.int64)
    for row in range(rows):
        last = parts - 1
        while last >= 0 and bounds[last * rows + row] == bounds[last * rows + row + 1]:
            last -= 1
        at = used
        for part in range(last + 1):
            place = bounds[part * rows + row]
            length = bounds[part * rows + row + 1] - place
            for k in range(0, length, 8):
                store64(out, at + k, load64(pool, place + k))
            at += length
            ends[part] = at
            if part < last:
                for k in range(len(by)):
                    out[at + k] = by[k]
                at += len(by)
        flag = 0
        if len(by):
            # The parts come back when `by` is found behind each, and in none but the last.
            place = used
            for part in range(min(last + 1, parts - 1)):
                found = place
                same = 0
                while found <= at - len(by):
                    same = 0
                    while same < len(by) and load8(out, found + same) == by[same]:
                        same += 1
                    if same == len(by):
                        break
                    found += 1
                if (same == len(by)) != (part < last) or (part < last and found != ends[part]):
                    flag = part + 1
                    break
                place = found + len(by)
        elif len(chars):
            place = used
            for part in range(last + 1):
                count = 0
                while place < ends[part]:
                    count += (load8(out, place) & 0xC0) != 0x80
                    place += 1
                if count > chars[part] or (count < chars[part] and part < last):
                    flag = part + 1
                    break
        flags[row] = flag
        put(views, row, out, used, at - used)
        if at - used > INLINE:
            used = at
    return used


@njit(cache=True, nogil=True)
def pad(
    pool: Bytes, bounds: Ints, width: int, floor: int, views: Views, out: Bytes, flags: Bytes
) -> int:
    """Numbers as text → filled with zeros on the left, behind a sign, to `width` characters.

    Flag 1: `unpad` with the same `floor` would not give the value back. `out` needs `width` bytes a
    value beyond the bytes of the column.
    """
    rows, used = len(flags), 0
    for row in range(rows):
        place = bounds[row]
        length = bounds[row + 1] - place
        first = load8(pool, place)
        signed = length > 0 and (first == 0x2B or first == 0x2D)
        count = 0
        for k in range(length):
            count += (load8(pool, place + k) & 0xC0) != 0x80
        missing = max(width - count, 0) if length else 0
        at = used
        if signed:
            out[at] = first
            at += 1
        for k in range(missing):
            out[at + k] = 0x30
        body = length - signed
        for k in range(0, body, 8):
            store64(out, at + missing + k, load64(pool, place + signed + k))
        zeros = 0
        most = missing + min(body - 1, count - floor)
        while zeros < most and out[at + zeros] == 0x30:
            zeros += 1
        flags[row] = length > 0 and zeros != missing
        put(views, row, out, used, length + missing)
        if length + missing > INLINE:
            used += length + missing
    return used


@njit(cache=True, nogil=True)
def unpad(
    pool: Bytes, bounds: Ints, width: int, floor: int, views: Views, out: Bytes, flags: Bytes
) -> int:
    """Numbers as text → without leading zeros, but with `floor` characters left where it had them.

    Flag 1: `pad` would not give the value back.
    """
    rows, used = len(flags), 0
    for row in range(rows):
        place = bounds[row]
        length = bounds[row + 1] - place
        first = load8(pool, place)
        signed = length > 0 and (first == 0x2B or first == 0x2D)
        body = length - signed
        count = 0
        for k in range(length):
            count += (load8(pool, place + k) & 0xC0) != 0x80
        most = min(body - 1, count - floor)
        zeros = 0
        while zeros < most and load8(pool, place + signed + zeros) == 0x30:
            zeros += 1
        flags[row] = length > 0 and count != width and (count < width or zeros > 0)
        at = used
        if signed:
            out[at] = first
            at += 1
        for k in range(0, body - zeros, 8):
            store64(out, at + k, load64(pool, place + signed + zeros + k))
        put(views, row, out, used, length - zeros)
        if length - zeros > INLINE:
            used += length - zeros
    return used
