"""Hashes over columns and spans, compared with a plain XXH64 and its published vectors."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.columns import text
from converters.kernels.hashing import combine, hash_spans, hash_views

MASK = 2**64 - 1
P = (
    0x9E3779B185EBCA87,
    0xC2B2AE3D27D4EB4F,
    0x165667B19E3779F9,
    0x85EBCA77C2B2AE63,
    0x27D4EB2F165667C5,
)

VECTORS = [
    (b"", 0xEF46DB3751D8E999),
    (b"a", 0xD24EC4F1A98C6E5B),
    (b"abc", 0x44BC2CF5AD770999),
    (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
]


def turned(word: int, bits: int) -> int:
    return (word << bits | word >> 64 - bits) & MASK


def xxh64(raw: bytes) -> int:
    """XXH64, seed 0, as its specification reads."""

    def mixed(lane: int, word: int) -> int:
        return turned((lane + word * P[1]) & MASK, 31) * P[0] & MASK

    state, rest = P[4], raw
    if len(raw) >= 32:
        lanes = [(P[0] + P[1]) & MASK, P[1], 0, -P[0] & MASK]
        while len(rest) >= 32:
            words = [int.from_bytes(rest[k : k + 8], "little") for k in range(0, 32, 8)]
            lanes = [mixed(lane, word) for lane, word in zip(lanes, words, strict=True)]
            rest = rest[32:]
        state = sum(turned(lane, n) for lane, n in zip(lanes, (1, 7, 12, 18), strict=True)) & MASK
        for lane in lanes:
            state = ((state ^ mixed(0, lane)) * P[0] + P[3]) & MASK
    state = (state + len(raw)) & MASK
    while len(rest) >= 8:
        word = mixed(0, int.from_bytes(rest[:8], "little"))
        state = (turned(state ^ word, 27) * P[0] + P[3]) & MASK
        rest = rest[8:]
    if len(rest) >= 4:
        word = int.from_bytes(rest[:4], "little") * P[0] & MASK
        state = (turned(state ^ word, 23) * P[1] + P[2]) & MASK
        rest = rest[4:]
    for byte in rest:
        state = turned(state ^ byte * P[4] & MASK, 11) * P[0] & MASK
    state = (state ^ state >> 33) * P[1] & MASK
    state = (state ^ state >> 29) * P[2] & MASK
    return state ^ state >> 32


def spans(values: list[bytes]) -> list[int]:
    data = np.frombuffer(b"".join(values), np.uint8)
    stop = np.cumsum([len(value) for value in values], dtype=np.int64)
    start = np.concatenate([np.zeros(1, np.int64), stop[:-1]])
    return hash_spans(data, start, stop).tolist() if values else []


@pytest.mark.parametrize(("raw", "expected"), VECTORS)
def test_the_published_vectors_hold(raw: bytes, expected: int) -> None:
    assert xxh64(raw) == expected
    assert spans([raw]) == [expected]


@given(st.lists(st.binary(max_size=100), max_size=20))
def test_spans_hash_like_the_plain_algorithm(values: list[bytes]) -> None:
    assert spans(values) == [xxh64(value) for value in values]


@given(st.lists(st.none() | st.text(min_size=1, max_size=30), max_size=20))
def test_a_column_hashes_like_its_bytes(values: list[str | None]) -> None:
    column = text(pl.Series(values, dtype=pl.String))
    expected = [xxh64((value or "").encode()) for value in values]
    assert hash_views(*column.raw, -1).tolist() == expected


@given(st.lists(st.text("012", max_size=20), max_size=20))
def test_zeros_at_the_front_can_be_left_out(values: list[str]) -> None:
    column = text(pl.Series([value or None for value in values], dtype=pl.String))
    expected = [xxh64(value.lstrip("0").encode()) for value in values]
    assert hash_views(*column.raw, ord("0")).tolist() == expected


def test_the_order_of_combined_values_matters() -> None:
    a, b = np.array([1, 7], np.uint64), np.array([2, 7], np.uint64)
    assert combine(a, b)[0] != combine(b, a)[0]
    assert combine(a, b)[1] == combine(b, a)[1]
