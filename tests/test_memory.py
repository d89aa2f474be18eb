"""Words at any position of a byte array, compared with struct."""

from __future__ import annotations

import struct

import numpy as np
from numba import njit

from converters.kernels.memory import bits, equal64, first, load32, load64, store32, store64, window

DATA = np.arange(1, 33, dtype=np.uint8) * np.uint8(7)


@njit
def _load32(data, i):  # type: ignore[no-untyped-def]
    return load32(data, i)


@njit
def _load64(data, i):  # type: ignore[no-untyped-def]
    return load64(data, i)


@njit
def _store32(data, i, value):  # type: ignore[no-untyped-def]
    store32(data, i, value)


@njit
def _store64(data, i, value):  # type: ignore[no-untyped-def]
    store64(data, i, value)


@njit
def _equal64(data, i, byte):  # type: ignore[no-untyped-def]
    mask = equal64(data, i, byte)
    return mask, first(mask), bits(mask)


def test_a_word_is_loaded_little_endian_from_any_position():
    raw = DATA.tobytes()
    for i in range(len(raw) - 7):
        assert _load64(DATA, i) == struct.unpack_from("<Q", raw, i)[0]
        assert _load32(DATA, i) == struct.unpack_from("<I", raw, i)[0]


def test_the_high_bit_stays_unsigned():
    assert _load64(np.full(8, 255, np.uint8), 0) == 2**64 - 1


def test_a_stored_word_changes_its_own_bytes_only():
    for i in range(17):
        data = DATA.copy()
        _store64(data, i, np.uint64(0xF1E2D3C4B5A69788))
        expected = bytearray(DATA.tobytes())
        struct.pack_into("<Q", expected, i, 0xF1E2D3C4B5A69788)
        assert data.tobytes() == bytes(expected)
        _store32(data, i, np.uint32(0x89ABCDEF))
        struct.pack_into("<I", expected, i, 0x89ABCDEF)
        assert data.tobytes() == bytes(expected)


def test_a_read_only_array_can_be_loaded_from():
    data = np.frombuffer(DATA.tobytes(), np.uint8)
    assert _load64(data, 3) == _load64(DATA, 3)


def test_a_view_starts_at_its_own_first_byte():
    assert _load64(DATA[5:], 2) == _load64(DATA, 7)


def test_equal_bytes_set_their_bits():
    data = np.frombuffer((b"a,bb,,c" * 20)[:100], np.uint8)
    for i in range(100 - 63):
        found = [k for k in range(64) if data[i + k] == 44]
        mask = sum(1 << k for k in found)
        assert _equal64(data, i, np.uint8(44)) == (mask, found[0], len(found))
    assert _equal64(data, 0, np.uint8(0)) == (0, 64, 0)


def test_a_window_shows_every_array_at_its_place():
    arrays = [DATA, np.arange(6, dtype=np.uint64).reshape(3, 2), np.empty(0, np.uint8), DATA[3:7]]
    pool, places = window(arrays)
    for array, place in zip(arrays, places, strict=True):
        assert pool[place : place + array.nbytes].tobytes() == array.tobytes()
    assert window([])[1] == []
