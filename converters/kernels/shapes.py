"""Fixed shapes such as two letters and eight digits: which values of a column have another one."""

from __future__ import annotations

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes
from converters.kernels.memory import load8, load32

__all__ = ["misshapen"]


INLINE = 12


@njit(cache=True, nogil=True)
def fits(text: Bytes, first: int | np.int64, allowed: Bytes) -> bool:
    """Whether every byte from `text[first]` is one allowed at its place."""
    seen = np.uint8(1)
    for place in range(len(allowed) // 256):
        seen &= load8(allowed, 256 * place + np.int64(load8(text, first + place)))
    return bool(seen)


@njit(cache=True, nogil=True)
def misshapen(views: Bytes, data: Bytes, allowed: Bytes) -> Bytes:
    """1 where a value is not of the shape, 0 where it is or is blank.

    `views` and `data` are those of `Text.raw`. `allowed[256 * p + b]` is 1 where byte b may stand
    at place p; its length is that of the shape.
    """
    width = len(allowed) // 256
    count = len(views) // 16
    wrong = np.zeros(count, np.uint8)
    for row in range(count):
        length = np.int64(load32(views, 16 * row))
        if length == 0:
            continue
        if length != width:
            wrong[row] = 1
        elif length <= INLINE:
            wrong[row] = not fits(views, 16 * row + 4, allowed)
        else:
            wrong[row] = not fits(data, np.int64(load32(views, 16 * row + 12)), allowed)
    return wrong
