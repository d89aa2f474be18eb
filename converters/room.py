"""Large pieces of memory, lent for as long as somebody looks at them and then lent again.

Memory that is fresh from the system must be cleared page by page before it is filled, which costs
as much as filling it; a chunk needs about as much of it as the chunk before.
"""

from __future__ import annotations

import weakref
from typing import Final

import numpy as np

from converters.columns import Bytes

__all__ = ["clear", "lend"]

GRAIN: Final = 1 << 20
"""Sizes are rounded up to whole ones of these bytes, so that a piece serves again; the memory
behind what is used is never touched and costs nothing."""

_free: Final[dict[int, list[bytearray]]] = {}
"""Pieces that nobody looks at, by their size. Lists are safe to be shared by threads."""


def lend(size: int) -> Bytes:
    """An array of `size` bytes with anything in them."""
    whole = -(-size // GRAIN) * GRAIN
    pieces = _free.setdefault(whole, [])
    try:
        piece = pieces.pop()
    except IndexError:
        piece = bytearray(whole)
    # Beneath this array lies no other, so that every view of it holds it and not what it is made
    # of: when it is gone nobody looks at the piece.
    array = np.frombuffer(piece, np.uint8)
    weakref.finalize(array, pieces.append, piece).atexit = False
    return array[:size]


def clear() -> None:
    """Gives pieces that nobody looks at back to the system."""
    _free.clear()
