"""Columns of text → columns of text through the kernels: width, zeros, join, split and cut.

Opposites stand together. Each gives its columns and a flag per value, 0 where the opposite would
bring the value back. Null stays null, and an empty result is null.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from converters.columns import Bytes, Ints, Status, Text
from converters.kernels import rewrite, width
from converters.kernels.views import SPARE, pack

__all__ = ["concat", "cut", "join", "narrow", "pad", "split", "unpad", "widen"]

Views = npt.NDArray[np.uint64]
Scope = tuple[bool, bool]
"""Whether kana, and whether ASCII, change their width."""
ANY_LENGTH = np.empty(0, np.int64)


def widen(values: Text, scope: Scope) -> tuple[Text, Status]:
    """Half-width → full-width; flag 1: the value had full-width characters already."""
    pool, bounds = _packed([values])
    views, flags, out = _room(len(values), 3 * len(pool))
    used = width.widen(pool, bounds, *scope, views, out, flags)
    return Text(views, out[:used]), flags


def narrow(values: Text, scope: Scope) -> tuple[Text, Status]:
    """Full-width → half-width; flag 1: the value would not come back."""
    pool, bounds = _packed([values])
    views, flags, out = _room(len(values), 2 * len(pool))
    used = width.narrow(pool, bounds, *scope, views, out, flags)
    return Text(views, out[:used]), flags


def pad(values: Text, sizes: tuple[int, int]) -> tuple[Text, Status]:
    """Filled with zeros on the left to the first of `sizes` in characters; see `unpad`."""
    pool, bounds = _packed([values])
    views, flags, out = _room(len(values), len(pool) + sizes[0] * (len(values) + 1))
    used = rewrite.pad(pool, bounds, *sizes, views, out, flags)
    return Text(views, out[:used]), flags


def unpad(values: Text, sizes: tuple[int, int]) -> tuple[Text, Status]:
    """Without leading zeros, down to the second of `sizes` in characters."""
    pool, bounds = _packed([values])
    views, flags, out = _room(len(values), len(pool))
    used = rewrite.unpad(pool, bounds, *sizes, views, out, flags)
    return Text(views, out[:used]), flags


def split(values: Text, by: str, parts: int) -> tuple[list[Text], Status]:
    """Parts between separators; flag 1: a separator at the end that a join would not write."""
    pool, bounds = _packed([values])
    views, flags = np.zeros((parts * len(values), 2), np.uint64), np.empty(len(values), np.uint8)
    rewrite.split(pool, bounds, _bytes(by), parts, views, flags)
    return _columns(views, pool, parts), flags


def join(parts: list[Text], by: str) -> tuple[Text, Status]:
    """The parts with separators between; flag: 1 + the part that a split would not give."""
    return _joined(parts, by, ANY_LENGTH)


def cut(values: Text, chars: tuple[int, ...]) -> tuple[list[Text], Status]:
    """Pieces of so many characters; flag 1: the value is longer, and its end is left out."""
    pool, bounds = _packed([values])
    parts = len(chars)
    views, flags = np.zeros((parts * len(values), 2), np.uint64), np.empty(len(values), np.uint8)
    rewrite.cut(pool, bounds, np.array(chars, np.int64), views, flags)
    return _columns(views, pool, parts), flags


def concat(pieces: list[Text], chars: tuple[int, ...]) -> tuple[Text, Status]:
    """The pieces one after the other; flag: 1 + the piece that a cut would not give."""
    return _joined(pieces, "", np.array(chars, np.int64))


def _joined(parts: list[Text], by: str, chars: Ints) -> tuple[Text, Status]:
    rows = len(parts[0])
    pool, bounds = _packed(parts)
    separator = _bytes(by)
    views, flags, out = _room(rows, len(pool) + rows * len(parts) * len(separator))
    used = rewrite.join(pool, bounds, len(parts), separator, chars, views, out, flags)
    return Text(views, out[:used]), flags


def _packed(columns: list[Text]) -> tuple[Bytes, Ints]:
    """The values of the columns in one pool, column after column, and their bounds."""
    rows = len(columns[0])
    size = sum(int(column.lengths.sum(dtype=np.int64)) for column in columns)
    pool, bounds = np.empty(size + SPARE, np.uint8), np.empty(len(columns) * rows + 1, np.int64)
    end = 0
    for number, one in enumerate(columns):
        first = number * rows
        end = pack(*one.raw, end, pool, bounds[first : first + rows + 1])
    return pool, bounds


def _room(rows: int, size: int) -> tuple[Views, Status, Bytes]:
    """Where a kernel writes: views, flags, and `size` bytes of values."""
    out = np.empty(size + SPARE, np.uint8)
    return np.empty((rows, 2), np.uint64), np.empty(rows, np.uint8), out


def _columns(views: Views, pool: Bytes, count: int) -> list[Text]:
    rows = len(views) // count
    return [Text(views[rows * number : rows * (number + 1)], pool) for number in range(count)]


def _bytes(value: str) -> Bytes:
    return np.array(list(value.encode()), np.uint8)
