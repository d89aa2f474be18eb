"""Memory that is lent: never to two at a time, and again once nobody looks at it."""

from __future__ import annotations

import gc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import room
from converters.columns import Text


@given(st.integers(0, 3 << 20))
def test_a_piece_is_as_large_as_asked(size: int) -> None:
    assert len(room.lend(size)) == size


VIEWS = [
    ("a slice", lambda array: array[5:9]),
    ("a slice of a slice", lambda array: array[5:900][3:4]),
    ("another type", lambda array: array[:64].view(np.uint64)),
    ("a shape", lambda array: array[:64].reshape(8, 8)[1]),
    ("a buffer", lambda array: array[1:].data),
    ("an Arrow buffer", lambda array: pa.py_buffer(array[1:])),
    ("a text", lambda array: Text(np.zeros((1, 2), np.uint64), array[3:])),
]


@pytest.mark.parametrize("view", [view for _, view in VIEWS], ids=[name for name, _ in VIEWS])
def test_whoever_looks_at_a_piece_keeps_it(view) -> None:  # type: ignore[no-untyped-def]
    first = room.lend(7 << 20)
    address = first.ctypes.data
    held = view(first)
    del first
    gc.collect()
    other = room.lend(7 << 20)
    assert other.ctypes.data != address
    del held
    gc.collect()
    assert room.lend(7 << 20).ctypes.data == address


def test_pieces_that_nobody_looks_at_go_back() -> None:
    held, idle = room.lend(5 << 20), room.lend(5 << 20)
    held[0] = 7
    del idle
    room.clear()
    assert held[0] == 7
    del held
    gc.collect()
    assert not any(room._free.values())
