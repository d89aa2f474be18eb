"""Arrow string views → bytes in a row and back: what the kernels that rewrite texts work on.

    pack   views and the bytes they point into → `pool` and `bounds`: value i is
           `pool[bounds[i]:bounds[i + 1]]`, and `SPARE` bytes may be read beyond the last one
    put    a piece of a pool → a view
    put_all  all its pieces, as `pack` leaves them → a column of views

A function with a loop or a branch that takes arrays costs a counted reference an array and call,
10 ns, where the work itself costs 2; so `put` is straight-line code, and kernels have long bodies.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.memory import load8, load32, load64, prefetch, store32, store64

__all__ = ["INLINE", "SPARE", "pack", "put", "put_all"]


INLINE: Final = 12
"""A view holds values up to this many bytes itself."""
SPARE: Final = 32
AHEAD: Final = 16
"""Long values lie far apart where they were not moved: they are asked for so many values ahead."""
HALF_WORD = np.uint64(32)

# By length, 13 for all that are longer: which bytes of the first four and of the next eight belong
# to the value, and whether the second word is a place.
HEADS = np.array([(1 << 8 * min(n, 4)) - 1 for n in range(14)], np.uint64)
RESTS = np.array([(1 << 8 * max(n - 4, 0)) - 1 for n in range(13)] + [0], np.uint64)
PLACES = np.array([0] * 13 + [(1 << 64) - 1], np.uint64)


@njit(cache=True, nogil=True)
def pack(raw: Bytes, data: Bytes, at: int, pool: Bytes, bounds: Ints) -> int:
    """The values of a column (`columns.Text.raw`) into `pool` from `at` on; returns their end.

    `pool` needs `SPARE` bytes beyond the end.
    """
    bounds[0] = at
    count = len(bounds) - 1
    for row in range(count):
        length = np.int64(load32(raw, 16 * row))
        ahead = 16 * min(row + AHEAD, count - 1)
        if load32(raw, ahead) > INLINE:
            prefetch(data, load32(raw, ahead + 12))
        if length > INLINE:
            place = np.int64(load32(raw, 16 * row + 12))
            if place + length + 8 <= len(data):
                for k in range(0, length, 8):
                    store64(pool, at + k, load64(data, place + k))
            else:
                for k in range(length):
                    pool[at + k] = load8(data, place + k)
        else:
            store64(pool, at, load64(raw, 16 * row + 4))
            store32(pool, at + 8, load32(raw, 16 * row + 12))
        at += length
        bounds[row + 1] = at
    return at


@njit(cache=True, nogil=True, inline="always")
def put(views: npt.NDArray[np.uint64], row: int, pool: Bytes, place: int, length: int) -> None:
    """The view of `pool[place:place + length]`; 12 bytes from `place` on must be readable."""
    kept = min(length, INLINE + 1)
    head = np.uint64(load32(pool, place)) & HEADS[kept]
    rest = load64(pool, place + 4) & RESTS[kept]
    views[row, 0] = np.uint64(length) | head << HALF_WORD
    views[row, 1] = rest | np.uint64(place) << HALF_WORD & PLACES[kept]


@njit(cache=True, nogil=True)
def put_all(pool: Bytes, bounds: Ints, views: npt.NDArray[np.uint64]) -> None:
    """A view for each value between two `bounds`; `SPARE` bytes beyond the last are readable."""
    for row in range(len(views)):
        put(views, row, pool, bounds[row], bounds[row + 1] - bounds[row])
