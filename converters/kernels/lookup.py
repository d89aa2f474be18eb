"""Values of a column → their numbers in a small table, through a hash of their bytes.

The table is open-addressed: `slots` holds key numbers + 1 (0 is free), its size a power of two at
least twice the number of keys, so that a probe ends soon. All bytes are compared; a hash alone
never decides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes, Ints, Small, Views
from converters.kernels.memory import leaf, load8, load32, load64

__all__ = [
    "BLANK",
    "MISSING",
    "Distinct",
    "Lookup",
    "build",
    "distinct",
    "find",
    "judge",
    "take",
]

BLANK = -2
MISSING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A set of byte strings: key k is `pool[bounds[k]:bounds[k + 1]]`."""

    slots: npt.NDArray[np.int32]
    pool: npt.NDArray[np.uint8]
    bounds: npt.NDArray[np.int64]


def build(keys: list[bytes]) -> Lookup:
    """The table of these keys; of equal keys the first keeps its number."""
    size = 4
    while size < 2 * len(keys):
        size *= 2
    pool = np.frombuffer(b"".join(keys) or b"\0", np.uint8)
    bounds = np.concatenate([[0], np.cumsum([len(key) for key in keys])]).astype(np.int64)
    slots = np.zeros(size, np.int32)
    _fill(slots, pool, bounds)
    return Lookup(slots, pool, bounds)


def find(lookup: Lookup, views: Bytes, data: Bytes) -> npt.NDArray[np.int32]:
    """The key number of each value of `columns.Text.raw`: MISSING where it is no key, BLANK where
    it is empty."""
    found = np.empty(len(views) // 16, np.int32)
    _find(views, data, lookup.slots, lookup.pool, lookup.bounds, found)
    return found


def judge(lookup: Lookup, views: Bytes, data: Bytes, problem: int, status: Bytes) -> None:
    """`problem` into the status of each value that is no key and not blank; `columns.Text.raw`."""
    _judge(views, data, lookup.slots, lookup.pool, lookup.bounds, problem, status)


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The different values of a column, in the order in which they come: the row each is first
    seen in and how often it comes; and the number of each row's value, `BLANK` of a blank one."""

    firsts: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int32]


def distinct(views: Bytes, data: Bytes, most: int) -> Distinct | None:
    """The different values of `columns.Text.raw`; None where there are more than `most`."""
    size = 4
    while size < 2 * most:
        size *= 2
    firsts, counts = np.empty(most, np.int64), np.empty(most, np.int64)
    numbers = np.empty(len(views) // 16, np.int32)
    found = _distinct(views, data, np.zeros(size, np.int32), firsts, counts, numbers)
    return Distinct(firsts[:found], counts[:found], numbers) if found >= 0 else None


@leaf
def _step(value: np.uint64, byte: int) -> np.uint64:
    return (value ^ np.uint64(byte)) * np.uint64(0x100000001B3)


@leaf
def _place(value: np.uint64, size: int) -> int:
    return np.int64((value ^ value >> np.uint64(29)) & np.uint64(size - 1))


@njit(cache=True, nogil=True)
def _fill(slots: Small, pool: Bytes, bounds: Ints) -> None:
    for key in range(len(bounds) - 1):
        first, last = bounds[key], bounds[key + 1]
        value = np.uint64(0xCBF29CE484222325)
        for k in range(first, last):
            value = _step(value, pool[k])
        slot = _place(value, len(slots))
        known = False
        while slots[slot] and not known:
            other = slots[slot] - 1
            known = bounds[other + 1] - bounds[other] == last - first
            for k in range(last - first):
                if not known:
                    break
                known = pool[first + k] == pool[bounds[other] + k]
            slot = (slot + 1) & (len(slots) - 1)
        if not known:
            slots[slot] = key + 1


@leaf
def hashed(views: Bytes, data: Bytes, at: int, length: int) -> np.uint64:
    """The hash of the value whose view is at `at`."""
    value = np.uint64(0xCBF29CE484222325)
    if length <= 12:
        for k in range(length):
            value = _step(value, load8(views, at + 4 + k))
    else:
        base = np.int64(load32(views, at + 12))
        for k in range(length):
            value = _step(value, load8(data, base + k))
    return value


@leaf
def _key(views: Bytes, data: Bytes, row: int, slots: Small, pool: Bytes, bounds: Ints) -> int:
    """The key number of the value whose view is in row `row` of `views`."""
    at = 16 * row
    length = np.int64(load32(views, at))
    if length == 0:
        return BLANK
    slot = _place(hashed(views, data, at, length), len(slots))
    inline = length <= 12
    first = at + 4 if inline else np.int64(load32(views, at + 12))
    while slots[slot]:
        key = slots[slot] - 1
        begin = bounds[key]
        if bounds[key + 1] - begin == length:
            k = 0
            while k < length and pool[begin + k] == (
                load8(views, first + k) if inline else load8(data, first + k)
            ):
                k += 1
            if k == length:
                return key
        slot = (slot + 1) & (len(slots) - 1)
    return MISSING


@njit(cache=True, nogil=True)
def _find(views: Bytes, data: Bytes, slots: Small, pool: Bytes, bounds: Ints, found: Small) -> None:
    for row in range(len(found)):
        found[row] = _key(views, data, row, slots, pool, bounds)


@njit(cache=True, nogil=True)
def _judge(
    views: Bytes,
    data: Bytes,
    slots: Small,
    pool: Bytes,
    bounds: Ints,
    problem: int,
    status: Bytes,
) -> None:
    for row in range(len(status)):
        if _key(views, data, row, slots, pool, bounds) == MISSING:
            status[row] = problem


@njit(cache=True, nogil=True)
def take(numbers: Small, source: Views, views: Views, data_offset: int) -> None:
    """Views of the table rows named by `numbers`; empty where a number is negative.

    `source` holds the table's views; `data_offset` is added to the place of the long ones.
    """
    for row in range(len(numbers)):
        key = numbers[row]
        if key < 0:
            views[row, 0] = 0
            views[row, 1] = 0
            continue
        views[row, 0] = source[key, 0]
        views[row, 1] = source[key, 1]
        if source[key, 0] & np.uint64(0xFFFFFFFF) > np.uint64(12):
            views[row, 1] += np.uint64(data_offset) << np.uint64(32)


@njit(cache=True, nogil=True)
def _distinct(
    views: Bytes, data: Bytes, slots: Small, firsts: Ints, counts: Ints, numbers: Small
) -> int:
    """How many different values a column has, -1 when `firsts` is too short; see `distinct`.

    `slots` must be zeros, a power of two in number and at least twice as many as `firsts`.
    """
    found = 0
    for row in range(len(numbers)):
        at = 16 * row
        length = np.int64(load32(views, at))
        if length == 0:
            numbers[row] = BLANK
            continue
        value = hashed(views, data, at, length)
        slot = _place(value, len(slots))
        known = slots[slot] - 1
        while known >= 0 and not same(views, data, at, 16 * firsts[known], length):
            slot = (slot + 1) & (len(slots) - 1)
            known = slots[slot] - 1
        if known < 0:
            if found == len(firsts):
                return -1
            known = found
            firsts[known] = row
            counts[known] = 0
            found += 1
            slots[slot] = found
        counts[known] += 1
        numbers[row] = known
    return found


@leaf
def same(views: Bytes, data: Bytes, at: int, other: int, length: int) -> bool:
    """Whether the views at two places show equal values, the first of `length` bytes."""
    if load64(views, at) != load64(views, other):
        return False
    if length <= 12:
        return load64(views, at + 8) == load64(views, other + 8)
    left, right = np.int64(load32(views, at + 12)), np.int64(load32(views, other + 12))
    for k in range(length):
        if load8(data, left + k) != load8(data, right + k):
            return False
    return True
