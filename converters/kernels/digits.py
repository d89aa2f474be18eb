"""Check digits over a whole column: eight digits weighed at a time.

A word of eight ASCII digits less "00000000" holds one digit per byte. Its even and its odd bytes
are four lanes of 16 bits each; one multiplication by four weights adds the four products up in the
highest lane. A number is covered by its first and its last eight digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.memory import load8, load32, load64

__all__ = ["disagree"]

INLINE = 12
ZEROS = np.uint64(0x3030303030303030)
SIXES = np.uint64(0x0606060606060606)
HIGH = np.uint64(0xF0F0F0F0F0F0F0F0)
TENS = np.uint64(0x7676767676767676)
ONES = np.uint64(0x0101010101010101)
EVEN = np.uint64(0x00FF00FF00FF00FF)
SEVEN = np.uint64(7)
EIGHT = np.uint64(8)
NINE = np.uint64(9)
TOP = np.uint64(48)


@njit(cache=True, nogil=True, inline="always")
def weighed(digits: np.uint64, even: np.uint64, odd: np.uint64, twice: np.uint64) -> np.uint64:
    """The weighted sum of eight digits; those under `twice` count the digits of their double."""
    digits += digits & twice
    digits -= NINE * ((digits + TENS) >> SEVEN & ONES)
    return ((digits & EVEN) * even >> TOP) + ((digits >> EIGHT & EVEN) * odd >> TOP)


@njit(cache=True, nogil=True, inline="always")
def differs(
    text: npt.NDArray[np.uint8],
    first: int | np.int64,
    shape: tuple[int, int],
    plan: npt.NDArray[np.uint64],
    due: npt.NDArray[np.uint8],
) -> bool:
    """Whether the number at `text[first]` is not digits, or has another check digit."""
    width, place = shape
    head = (load64(text, first) | plan[6]) ^ ZEROS
    tail = (load64(text, first + max(width - 8, 0)) | plan[6]) ^ ZEROS
    if (head | head + SIXES | tail | tail + SIXES) & HIGH:
        return True
    total = weighed(head, plan[0], plan[1], plan[2]) + weighed(tail, plan[3], plan[4], plan[5])
    return bool(due[total] != load8(text, first + place))


@njit(cache=True, nogil=True)
def disagree(
    views: npt.NDArray[np.uint8],
    data: npt.NDArray[np.uint8],
    shape: tuple[int, int],
    plan: npt.NDArray[np.uint64],
    due: npt.NDArray[np.uint8],
) -> npt.NDArray[np.uint8]:
    """1 where a number and its check digit disagree, 0 where they agree or nothing stands.

    `views` are the bytes of string views, 16 a value. `shape` is the width of a number and the
    place of its check digit. `plan`: weights of the even and of the odd digits and the doubled
    ones, of the first and of the last eight digits, and what fills up a number of fewer than eight.
    `due[sum]` is the check digit as a byte. A value of another width, or with a byte that is no
    ASCII digit, disagrees.
    """
    width = shape[0]
    count = len(views) // 16
    wrong = np.zeros(count, np.uint8)
    for row in range(count):
        length = np.int64(load32(views, 16 * row))
        if length == 0:
            continue
        if length != width:
            wrong[row] = 1
        elif length <= INLINE:
            wrong[row] = differs(views, 16 * row + 4, shape, plan, due)
        else:
            place = np.int64(load32(views, 16 * row + 12))
            wrong[row] = differs(data, place, shape, plan, due)
    return wrong
