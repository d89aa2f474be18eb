"""Records whose host numbers lie in the same places → all of those columns in one call.

A few records at a time, column by column: their bytes are read from far once, and what is the same
for a column stays in registers while its numbers are read.
"""

from __future__ import annotations

from typing import Final

from numba import njit

from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.binary import binary_column
from converters.kernels.memory import prefetch
from converters.kernels.packed import packed_column
from converters.kernels.zoned import zoned_column

__all__ = ["BINARY", "PACKED", "ZONED", "decode_hosts"]

BINARY: Final = 0
PACKED: Final = 1
ZONED: Final = 2

LINE: Final = 64
"""Bytes that the processor fetches at a time."""
NEAR: Final = 1 << 17
"""Bytes of records that are read column by column, fewer than the second cache holds."""


@njit(cache=True, nogil=True)
def decode_hosts(
    data: Bytes,
    begin: Ints,
    end: Ints,
    places: Ints,
    rules: Views,
    signs: Bytes,
    values: Ints,
    status: Bytes,
    wrong: Ints,
) -> None:
    """Records from `begin` to `end` → the numbers of each column, and their outcomes, a row each.

    `places` has a row for each column: its kind, where it lies in the record, how many bytes it
    has, and where its sign stands; `rules` and `signs` what the kernel of the kind reads it by.
    `wrong` is set to how many numbers of a column are not OK.
    """
    wrong[:] = 0
    count = len(begin)
    # How far records are apart is guessed: it changes nothing but the speed.
    tile = max(16, NEAR * count // (len(data) + 1))
    for low in range(0, count, tile):
        high = min(low + tile, count)
        for k in range(end[high - 1], end[min(high + tile, count) - 1], LINE):
            prefetch(data, k)
        for f in range(len(places)):
            place = (places[f, 1], places[f, 2])
            cells = (values[f, low:high], status[f, low:high])
            near = (begin[low:high], end[low:high])
            if places[f, 0] == PACKED:
                wrong[f] += packed_column(data, *near, place, rules[f], cells)
            elif places[f, 0] == ZONED:
                wrong[f] += zoned_column(
                    data, *near, place, rules[f], places[f, 3], signs[f], cells
                )
            else:
                wrong[f] += binary_column(data, *near, place, rules[f], cells)
