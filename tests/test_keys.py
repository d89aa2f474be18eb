"""Duplicate keys over all files, compared with a dict; nothing depends on batches or memory."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import batches
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import keys
from converters.errors import EnvironmentFailure
from converters.keys import FOUND, KeySpool

Key = tuple[str | None, ...]


def fill(spool: KeySpool, files: list[list[Key]], size: int) -> None:
    """Every key at record n lies at byte 10 × n of its file."""
    for file, values in enumerate(files):
        for start in range(0, len(values), size):
            part = values[start : start + size]
            record = np.arange(start + 1, start + 1 + len(part), dtype=np.uint64)
            columns: dict[str, Any] = {"_record": record}
            for place, field in enumerate(spool.fields):
                columns[field] = pl.Series([key[place] for key in part], dtype=pl.String)
            spool.add(file, batches.of(pl.DataFrame(columns)), record.astype(np.int64) * 10)


def found(files: list[list[Key]], directory: Path, size: int = 3, held: int = 5) -> list[Any]:
    width = len(files[0][0]) if files and files[0] else 1
    spool = KeySpool(tuple("abc"[:width]), directory, held)
    fill(spool, files, size)
    rows = [row for frame in spool.finish() for row in frame.rows()]
    assert list(directory.iterdir()) == []
    return rows


def expected(files: list[list[Key]]) -> set[Any]:
    first: dict[Key, tuple[int, int]] = {}
    rows = set()
    for file, values in enumerate(files):
        for record, key in enumerate(values, 1):
            if all(part is None for part in key):
                continue
            if key in first:
                shown = ", ".join(part or "" for part in key)
                rows.add((file, record, 10 * record, shown, *first[key]))
            else:
                first[key] = (file, record)
    return rows


CASES: list[tuple[str, list[list[Key]], list[Any]]] = [
    ("no records", [[]], []),
    ("all different", [[("1",), ("2",)], [("3",)]], []),
    ("twice in a file", [[("1",), ("2",), ("1",)]], [(0, 3, 30, "1", 0, 1)]),
    ("in two files", [[("1",)], [("2",), ("1",)]], [(1, 2, 20, "1", 0, 1)]),
    ("blanks are no key", [[(None,), (None,), ("1",)]], []),
    ("half a key is one", [[("1", None), ("1", "x"), ("1", None)]], [(0, 3, 30, "1, ", 0, 1)]),
    ("parts do not swap", [[("1", "2"), ("2", "1")]], []),
    ("long keys", [[("あ" * 30,), ("あ" * 29 + "い",), ("あ" * 30,)]],
     [(0, 3, 30, "あ" * 30, 0, 1)]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "rows"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_duplicates(files: list[list[Key]], rows: list[Any], tmp_path: Path) -> None:
    assert found(files, tmp_path) == rows
    assert found(files, tmp_path, held=10**6) == rows


few = st.sampled_from(["0", "1", "2", "長い名前の鍵です"]) | st.none()


@given(
    st.lists(st.lists(st.tuples(few, few), min_size=1, max_size=15), min_size=1, max_size=3),
    st.integers(1, 20),
    st.integers(1, 40),
)
def test_the_spool_finds_what_a_dict_finds(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[Key]], size: int, held: int
) -> None:
    rows = found(files, tmp_path_factory.mktemp("spool"), size, held)
    assert set(rows) == expected(files)
    assert rows == found(files, tmp_path_factory.mktemp("spool"), 50, held)


def test_very_many_hashes_are_looked_at_in_ranges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[list[Key]] = [[(str(n % 7),) for n in range(100)], [("3",)] * 50]
    whole = found(files, tmp_path)
    monkeypatch.setattr(keys, "SORTED", 4)
    assert found(files, tmp_path) == whole
    assert set(whole) == expected(files)


@pytest.mark.parametrize("held", [4, 10**6])
def test_keys_that_only_share_a_hash_are_no_duplicates(
    held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = lambda columns: np.full(len(columns[0]), 7, np.uint64)  # noqa: E731 (a stand-in)
    monkeypatch.setattr(keys, "hashes", same)
    files: list[list[Key]] = [[("1",), ("2",), ("3",), ("2",), ("4",)]]
    assert found(files, tmp_path, held=held) == [(0, 4, 40, "2", 0, 2)]


def test_numbers_are_keys_too(tmp_path: Path) -> None:
    spool = KeySpool(("n",), tmp_path)
    spool.add(0, batches.of(pl.DataFrame({"_record": [1, 2, 3], "n": [5, 6, 5]},
                              schema_overrides={"_record": pl.UInt64})),
              np.array([0, 4, 8]))  # fmt: skip
    (frame,) = spool.finish()
    assert frame.schema == FOUND
    assert frame.rows() == [(0, 3, 8, "5", 0, 1)]


def test_the_spool_is_private_and_goes_when_discarded(tmp_path: Path) -> None:
    spool = KeySpool(("a",), tmp_path / "run" / "keys", held=1)
    fill(spool, [[("1",), ("2",)]], 1)
    (file,) = (tmp_path / "run" / "keys").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    spool.discard()
    assert not file.exists()


def test_a_place_that_cannot_be_written_is_a_failure_of_the_surroundings(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    spool = KeySpool(("a",), tmp_path / "file", held=1)
    with pytest.raises(EnvironmentFailure):
        fill(spool, [[("1",)]], 1)


def test_the_hash_of_a_key_never_changes() -> None:
    columns = [batches.column(["1", None]), batches.column(["abc", "abc"])]
    assert keys.hashes(columns[1:]).tolist() == [0x44BC2CF5AD770999] * 2
    assert keys.hashes(columns).tolist() == [5821978460630282591, 5752840318302074469]
