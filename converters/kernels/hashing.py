"""Byte strings → 64-bit hashes: XXH64 with seed 0, the same on every machine and in every version.

Anybody can compute the hashes again: the algorithm is public and other implementations agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes
from converters.kernels.memory import load8, load32, load64

__all__ = ["combine", "hash_spans", "hash_views"]

Hashes = npt.NDArray[np.uint64]
Place = int | np.int64

INLINE = 12
P1 = np.uint64(0x9E3779B185EBCA87)
P2 = np.uint64(0xC2B2AE3D27D4EB4F)
P3 = np.uint64(0x165667B19E3779F9)
P4 = np.uint64(0x85EBCA77C2B2AE63)
P5 = np.uint64(0x27D4EB2F165667C5)
WORD = np.uint64(64)


@njit(cache=True, nogil=True)
def turned(word: np.uint64, bits: int) -> np.uint64:
    """A word rotated left."""
    return word << np.uint64(bits) | word >> WORD - np.uint64(bits)


@njit(cache=True, nogil=True)
def mixed(lane: np.uint64, word: np.uint64) -> np.uint64:
    """A lane after eight more bytes."""
    return turned(lane + word * P2, 31) * P1


@njit(cache=True, nogil=True)
def stripes(data: Bytes, first: Place, last: Place) -> np.uint64:
    """The state after all whole stripes of 32 bytes, read in four lanes."""
    a, b, c, d = P1 + P2, P2, np.uint64(0), np.uint64(0) - P1
    while last - first >= 32:
        a = mixed(a, load64(data, first))
        b = mixed(b, load64(data, first + 8))
        c = mixed(c, load64(data, first + 16))
        d = mixed(d, load64(data, first + 24))
        first += 32
    state = turned(a, 1) + turned(b, 7) + turned(c, 12) + turned(d, 18)
    for lane in (a, b, c, d):
        state = (state ^ mixed(np.uint64(0), lane)) * P1 + P4
    return state


@njit(cache=True, nogil=True)
def xxh64(data: Bytes, first: Place, last: Place) -> np.uint64:
    """The hash of `data[first:last]`."""
    length = last - first
    state = P5
    if length >= 32:
        state = stripes(data, first, last)
        first = last - length % 32
    state += np.uint64(length)
    while last - first >= 8:
        state = turned(state ^ mixed(np.uint64(0), load64(data, first)), 27) * P1 + P4
        first += 8
    if last - first >= 4:
        state = turned(state ^ np.uint64(load32(data, first)) * P1, 23) * P2 + P3
        first += 4
    while first < last:
        state = turned(state ^ np.uint64(load8(data, first)) * P5, 11) * P1
        first += 1
    state = (state ^ state >> np.uint64(33)) * P2
    state = (state ^ state >> np.uint64(29)) * P3
    return state ^ state >> np.uint64(32)


@njit(cache=True, nogil=True)
def xxh64_after(data: Bytes, first: Place, last: Place, skip: int) -> np.uint64:
    """The hash of `data[first:last]` without the bytes `skip` it begins with; none where -1."""
    if skip >= 0:
        while first < last and np.int64(load8(data, first)) == skip:
            first += 1
    return xxh64(data, first, last)


@njit(cache=True, nogil=True)
def hash_views(views: Bytes, data: Bytes, skip: int) -> Hashes:
    """The hash of each value of a text column, given as `Text.raw`; blank has no bytes.

    Bytes `skip` at the front of a value are left out; -1 leaves out nothing.
    """
    count = len(views) // 16
    hashes = np.empty(count, np.uint64)
    for row in range(count):
        length = np.int64(load32(views, 16 * row))
        if length <= INLINE:
            hashes[row] = xxh64_after(views, 16 * row + 4, 16 * row + 4 + length, skip)
        else:
            first = np.int64(load32(views, 16 * row + 12))
            hashes[row] = xxh64_after(data, first, first + length, skip)
    return hashes


@njit(cache=True, nogil=True)
def hash_spans(data: Bytes, start: npt.NDArray[np.int64], stop: npt.NDArray[np.int64]) -> Hashes:
    """The hash of each `data[start[i]:stop[i]]`."""
    hashes = np.empty(len(start), np.uint64)
    for row in range(len(start)):
        hashes[row] = xxh64(data, start[row], stop[row])
    return hashes


def combine(first: Hashes, second: Hashes) -> Hashes:
    """One hash for two values side by side; swapped values hash differently."""
    word = second * P2
    word = (word << np.uint64(31) | word >> np.uint64(33)) * P1
    word ^= first
    return (word << np.uint64(27) | word >> np.uint64(37)) * P1 + P4
