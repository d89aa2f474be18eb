"""Columns of texts → records of one length: values padded into their slots.

All columns are read through one `window` of memory: column f begins at `views[f]`, its next value
lies `steps[f]` bytes on (0 repeats one blank value), and the values over 12 bytes lie from
`pools[f]` on. Values and pads are stored in words and may spill over to the right, where the next
value is written over them; so `out` has `SPILL` bytes to spare.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.memory import leaf, load8, load64, store64

__all__ = [
    "LEFT",
    "RIGHT",
    "SIGN",
    "SIGN_MINUS",
    "SPILL",
    "assemble_fixed",
    "copy",
    "value_at",
]

Words = npt.NDArray[np.uint64]

SPILL: Final = 24
"""Bytes that `out` needs beyond the last record."""

LEFT: Final = 0
RIGHT: Final = 1
SIGN_MINUS: Final = 2
"""Right, and a first byte that is no digit stays in front of the pad."""
SIGN: Final = 3
"""Right, and the first byte stays in front of the pad."""

CR: Final = 0x0D
LF: Final = 0x0A
INLINE: Final = 12
SIZE: Final = np.uint64(0xFFFFFFFF)
HALF: Final = np.uint64(32)
SPACES: Final = np.uint64(0x2020202020202020)


@njit(cache=True, nogil=True)
def assemble_fixed(
    pool: Bytes,
    views: Ints,
    steps: Ints,
    pools: Ints,
    rows: Ints,
    slots: Ints,
    pads: Words,
    newline: int,
    out: Bytes,
) -> None:
    """The values of `rows` into records of one length.

    `slots` has a row per field: place in the record, width, side, bytes of the pad and of the
    blank pad; `pads` three words of the pad, repeated, and three of what a blank is filled with.
    """
    length = slots[-1, 0] + slots[-1, 1] + newline
    # Records are made in a tile with room between them for what spills over, column by column.
    stride = length + SPILL
    count = max(16, (1 << 16) // stride)
    tile = np.empty(count * stride, np.uint8)
    for low in range(0, len(rows), count):
        near = rows[low : low + count]
        for f in range(len(slots)):
            _place(pool, views[f], steps[f], pools[f], near, slots[f], pads[f], stride, tile)
        for r in range(len(near)):
            if newline:
                tile[r * stride + length - newline] = CR
                tile[r * stride + length - 1] = LF
            for k in range(0, length, 8):
                store64(out, (low + r) * length + k, load64(tile, r * stride + k))


@njit(cache=True, nogil=True)
def _place(
    pool: Bytes,
    view: int,
    step: int,
    base: int,
    rows: Ints,
    slot: Ints,
    pads: Words,
    stride: int,
    tile: Bytes,
) -> None:
    """One column into its slot of the records of a tile."""
    place, width, side = slot[0], slot[1], slot[2]
    for r in range(len(rows)):
        source, size = value_at(pool, view + step * rows[r], base)
        size = min(size, width)
        if side == LEFT or size == 0:
            _left(pool, source, size, tile, place, width, slot, pads)
        else:
            _right(pool, source, size, tile, place, width, slot, pads)
        place += stride


@leaf
def value_at(pool: Bytes, place: int, base: int) -> tuple[Any, Any]:
    """Where the value of a view lies, and its size."""
    size = np.int64(load64(pool, place) & SIZE)
    if size > INLINE:
        return base + np.int64(load64(pool, place + 8) >> HALF), size
    return place + 4, size


@leaf
def _left(
    pool: Bytes,
    source: int,
    size: int,
    out: Bytes,
    place: int,
    width: int,
    slot: Ints,
    pads: Words,
) -> None:
    """A value on the left of its slot, or a blank; spaces where no whole pad character fits."""
    copy(pool, source, out, place, size)
    blank = 0 if size else 1
    gap = width - size
    spare = _spare(gap, slot[3 + blank])
    _fill(out, place + size, gap - spare, pads[3 * blank], pads[3 * blank + 1], pads[3 * blank + 2])
    store64(out, place + width - spare, SPACES)


@leaf
def _right(
    pool: Bytes,
    source: int,
    size: int,
    out: Bytes,
    place: int,
    width: int,
    slot: Ints,
    pads: Words,
) -> None:
    """A value on the right of its slot; its sign may stay in front of the pad."""
    end = place + width
    first = load8(pool, source)
    if slot[2] == SIGN or (slot[2] == SIGN_MINUS and (first < 0x30 or first > 0x39)):
        out[place] = first
        place += 1
        source += 1
        size -= 1
    gap = end - place - size
    spare = _spare(gap, slot[3])
    store64(out, place, SPACES)
    _fill(out, place + spare, gap - spare, pads[0], pads[1], pads[2])
    copy(pool, source, out, end - size, size)


@leaf
def copy(pool: Bytes, source: int, out: Bytes, place: int, size: int) -> None:
    """`size` bytes of a value; up to 7 bytes behind them change as well.

    At least 8 bytes can be read from a value of any size: short ones lie in a view of 16.
    """
    if size < 8:
        store64(out, place, load64(pool, source))
        return
    last = size - 8
    k = 0
    while k < last - 24:
        store64(out, place + k, load64(pool, source + k))
        store64(out, place + k + 8, load64(pool, source + k + 8))
        k += 16
    # Up to four words that overlap as the size has it: no branch to be guessed wrong.
    store64(out, place + k, load64(pool, source + k))
    m, n = min(k + 8, last), min(k + 16, last)
    store64(out, place + m, load64(pool, source + m))
    store64(out, place + n, load64(pool, source + n))
    store64(out, place + last, load64(pool, source + last))


@leaf
def _fill(out: Bytes, place: int, size: int, a: np.uint64, b: np.uint64, c: np.uint64) -> None:
    """`size` bytes of a pad; up to 23 bytes behind them change as well."""
    if size > 0:
        store64(out, place, a)
        store64(out, place + 8, b)
        store64(out, place + 16, c)
    for k in range(24, size, 24):
        store64(out, place + k, a)
        store64(out, place + k + 8, b)
        store64(out, place + k + 16, c)


@leaf
def _spare(size: int, period: int) -> int:
    """Bytes of `size` that no whole pad character fits into; divided only where it must be."""
    if period <= 2:
        return size & (period - 1)
    return size % period
