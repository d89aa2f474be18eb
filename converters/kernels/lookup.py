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
from converters.kernels.memory import leaf, load32, load64

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
INLINE = 12
LENGTH = np.uint64(0xFFFFFFFF)
FACTOR = np.uint64(0x9E3779B97F4A7C15)
HALF = np.uint64(32)


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A set of byte strings: `raw` and `data` of the keys are those of `columns.Text`."""

    slots: npt.NDArray[np.int32]
    raw: npt.NDArray[np.uint8]
    data: npt.NDArray[np.uint8]


def build(keys: list[bytes]) -> Lookup:
    """The table of these keys; of equal keys the first keeps its number."""
    size = 4
    while size < 2 * len(keys):
        size *= 2
    raw, data = _column(keys)
    slots = np.zeros(size, np.int32)
    _fill(slots, raw, data)
    return Lookup(slots, raw, data)


def _column(keys: list[bytes]) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Byte strings as `columns.Text.raw`."""
    parts, data = [], b""
    for key in keys:
        size = len(key).to_bytes(4, "little")
        if len(key) <= INLINE:
            parts.append(size + key.ljust(INLINE, b"\0"))
        else:
            parts.append(size + key[:4] + bytes(4) + len(data).to_bytes(4, "little"))
            data += key
    return np.frombuffer(b"".join(parts), np.uint8), np.frombuffer(data, np.uint8)


def find(lookup: Lookup, views: Bytes, data: Bytes) -> npt.NDArray[np.int32]:
    """The key number of each value of `columns.Text.raw`: MISSING where it is no key, BLANK where
    it is empty."""
    found = np.empty(len(views) // 16, np.int32)
    _find(views, data, lookup.slots, lookup.raw, lookup.data, found)
    return found


def judge(lookup: Lookup, views: Bytes, data: Bytes, problem: int, status: Bytes) -> None:
    """`problem` into the status of each value that is no key and not blank; `columns.Text.raw`."""
    _judge(views, data, lookup.slots, lookup.raw, lookup.data, problem, status)


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
def _step(value: np.uint64, word: np.uint64) -> np.uint64:
    value = (value ^ word) * FACTOR
    return value ^ value >> HALF


@leaf
def hashed(raw: Bytes, data: Bytes, at: int) -> np.uint64:
    """The hash of the value whose view is at `at`."""
    word = load64(raw, at)
    value, length = _step(FACTOR, word), np.int64(word & LENGTH)
    if length <= INLINE:
        return _step(value, load64(raw, at + 8))
    base = np.int64(load32(raw, at + 12))
    for k in range(4, length - 8, 8):
        value = _step(value, load64(data, base + k))
    # The last eight, whether or not some of them were looked at before.
    return _step(value, load64(data, base + length - 8))


@leaf
def same(raw: Bytes, data: Bytes, at: int, other: Bytes, other_data: Bytes, there: int) -> bool:
    """Whether the views at two places show equal values."""
    word = load64(raw, at)
    if word != load64(other, there):
        return False
    length = np.int64(word & LENGTH)
    if length <= INLINE:
        return load64(raw, at + 8) == load64(other, there + 8)
    left, right = np.int64(load32(raw, at + 12)), np.int64(load32(other, there + 12))
    for k in range(4, length - 8, 8):
        if load64(data, left + k) != load64(other_data, right + k):
            return False
    return load64(data, left + length - 8) == load64(other_data, right + length - 8)


@njit(cache=True, nogil=True)
def _fill(slots: Small, raw: Bytes, data: Bytes) -> None:
    last = np.uint64(len(slots) - 1)
    for key in range(len(raw) // 16):
        slot, known = hashed(raw, data, 16 * key) & last, False
        while slots[slot] and not known:
            known = same(raw, data, 16 * key, raw, data, 16 * (slots[slot] - 1))
            slot = (slot + np.uint64(1)) & last
        if not known:
            slots[slot] = key + 1


@leaf
def _key(raw: Bytes, data: Bytes, row: int, slots: Small, keys: Bytes, pool: Bytes) -> int:
    """The key number of the value whose view is in row `row` of `raw`."""
    at, last = 16 * row, np.uint64(len(slots) - 1)
    if load32(raw, at) == 0:
        return BLANK
    slot = hashed(raw, data, at) & last
    while slots[slot]:
        key = slots[slot] - 1
        if same(raw, data, at, keys, pool, 16 * key):
            return key
        slot = (slot + np.uint64(1)) & last
    return MISSING


@njit(cache=True, nogil=True)
def _find(views: Bytes, data: Bytes, slots: Small, keys: Bytes, pool: Bytes, found: Small) -> None:
    for row in range(len(found)):
        found[row] = _key(views, data, row, slots, keys, pool)


@njit(cache=True, nogil=True)
def _judge(
    views: Bytes,
    data: Bytes,
    slots: Small,
    keys: Bytes,
    pool: Bytes,
    problem: int,
    status: Bytes,
) -> None:
    for row in range(len(status)):
        if _key(views, data, row, slots, keys, pool) == MISSING:
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
    found, last = 0, np.uint64(len(slots) - 1)
    for row in range(len(numbers)):
        at = 16 * row
        if load32(views, at) == 0:
            numbers[row] = BLANK
            continue
        slot = hashed(views, data, at) & last
        known = slots[slot] - 1
        while known >= 0 and not same(views, data, at, views, data, 16 * firsts[known]):
            slot = (slot + np.uint64(1)) & last
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
