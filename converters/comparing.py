"""Columns of texts compared with each other, and chosen between."""

from __future__ import annotations

import numpy as np

from converters.columns import Bytes, Mask, Text
from converters.kernels import texts

__all__ = ["after", "choose", "constant", "differ", "surely_after"]


def constant(value: str) -> Text:
    """A column of one value, which stands for as many as it is compared with or chosen from."""
    data = value.encode()
    if len(data) > texts.INLINE:
        packed = len(data).to_bytes(4, "little") + data[:4] + bytes(8)
    else:
        packed = len(data).to_bytes(4, "little") + data.ljust(texts.INLINE, b"\0")
    return Text(np.frombuffer(packed, np.uint64).reshape(1, 2), np.frombuffer(data, np.uint8))


def after(column: Text, other: Text) -> Bytes:
    """1 where a value comes after the other one, byte by byte; blanks have no order."""
    found = np.empty(_rows(column, other), np.uint8)
    texts.after(*column.raw, *other.raw, _steps(column, other, found), found)
    return found


def surely_after(column: Text, other: Text) -> Bytes:
    """1 where an ISO date comes after the other one whatever their unknown parts may mean."""
    found = np.empty(_rows(column, other), np.uint8)
    texts.surely_after(column.raw[0], other.raw[0], _steps(column, other, found), found)
    return found


def differ(column: Text, other: Text, filled: bool = False) -> Bytes:
    """1 where the values are not the same; with `filled` only where both are filled."""
    found = np.empty(_rows(column, other), np.uint8)
    texts.differ(*column.raw, *other.raw, _steps(column, other, found), filled, found)
    return found


def choose(rows: Mask | Bytes, chosen: Text, other: Text) -> Text:
    """`chosen` in the marked rows, `other` elsewhere."""
    which = rows.view(np.uint8)
    views = np.empty((len(which), 2), np.uint64)
    data, moved = other.data, 0
    if chosen.data is not data and chosen.longest > texts.INLINE:
        moved = len(data)
        data = np.concatenate([data, chosen.data])
    steps = _steps(other, chosen, which)
    texts.choose(which, other.raw[0], chosen.raw[0], steps, moved, views)
    return Text(views, data)


def _rows(column: Text, other: Text) -> int:
    """As many as the longer one has; a column of one value stands for none as well."""
    return len(other) if len(column) == 1 else len(column)


def _steps(column: Text, other: Text, rows: Bytes) -> tuple[int, int]:
    """Bytes from one view to the next; none where one value stands for all."""
    return (16 * (len(column) == len(rows)), 16 * (len(other) == len(rows)))
