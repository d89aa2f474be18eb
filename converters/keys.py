"""Keys of all records of all files → the records whose key was there before, in bounded memory.

Keys are spooled beside their hash and their place. A first look reads the hashes alone, a range of
them at a time, and finds those that appear again: none, for clean data. A second look reads the
rows that have one of them and compares the keys: two keys that share a hash are no duplicates.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from converters.columns import Batch, Ints, Text, Values, are_blank, arrow, series, take, text
from converters.errors import EnvironmentFailure
from converters.kernels.hashing import combine, hash_views

__all__ = ["FOUND", "KeySpool", "as_text", "hashes", "spool_file"]

Hashes = npt.NDArray[np.uint64]

HELD: Final = 1 << 18
"""Keys in memory at a time; about 50 bytes each."""
SORTED: Final = 1 << 21
"""Hashes sorted at a time, 8 bytes each."""

ZERO: Final = ord("0")
NOTHING: Final = -1
"""Which byte at the front of a value is not hashed."""
RISING: Final = ("file", "record", "offset")
"""Columns that take almost no room as differences; the disk is what a spool waits for."""

FOUND: Final[dict[str, pl.DataType]] = {
    "file": pl.UInt16(),
    "record": pl.UInt64(),
    "offset": pl.UInt64(),
    "key": pl.String(),
    "first_file": pl.UInt16(),
    "first_record": pl.UInt64(),
}
"""A record whose key was there before: its place, its key, and where the key was first."""


def as_text(column: Values) -> Text:
    """A column as the texts that identify its values."""
    return column if isinstance(column, Text) else text(series(column).cast(pl.String))


def hashes(columns: Sequence[Values], digits: tuple[int, ...] = ()) -> Hashes:
    """One hash per row over the texts of the columns, the same on every machine.

    Of the columns at the places in `digits` the leading zeros are left out.
    """
    first, *others = [
        hash_views(*as_text(column).raw, ZERO if place in digits else NOTHING)
        for place, column in enumerate(columns)
    ]
    for other in others:
        first = combine(first, other)
    return first


def spool_file(directory: Path, prefix: str, schema: pa.Schema) -> tuple[Path, pq.ParquetWriter]:
    """A new file of `directory` for rows of places and keys, which are read once and soon."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(".parquet", prefix, directory)
    os.close(handle)
    writer = pq.ParquetWriter(
        name,
        schema,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        column_encoding=dict.fromkeys(RISING, "DELTA_BINARY_PACKED"),
    )
    return Path(name), writer


class KeySpool:
    """Guards the keys met so far: the newest in memory, the others in one file of `directory`.

    Calls come from one thread in the order of the input, so that the first record of a key is the
    first one added. Rows without any part of the key are left out; `required` is their check.
    """

    def __init__(self, fields: tuple[str, ...], directory: Path, held: int = HELD) -> None:
        self.fields = fields
        self._directory = directory
        self._limit = held
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._rows = 0
        self._path: Path | None = None
        self._writer: pq.ParquetWriter | None = None

    def add(self, file: int, batch: Batch, offsets: Ints) -> None:
        """The keys of a batch whose records lie at `offsets` in the file."""
        columns = [as_text(batch[field]) for field in self.fields]
        numbers = batch.records
        if all(column.blanks for column in columns):
            blank = np.logical_and.reduce([are_blank(column) for column in columns])
            rows = np.flatnonzero(~blank)
            columns = [take(column, rows) for column in columns]
            numbers, offsets = numbers[rows], offsets[rows]
        table = {
            "hash": hashes(columns),
            "file": np.full(len(numbers), file, np.uint16),
            "record": numbers.astype(np.uint64),
            "offset": offsets.astype(np.uint64),
        }
        keys = {name: arrow(column) for name, column in zip(self._keys, columns, strict=True)}
        self._held.append(pa.table(table | keys))
        self._held_rows += len(numbers)
        self._rows += len(numbers)
        if self._held_rows >= self._limit:
            self._spill()

    def finish(self) -> Iterator[pl.DataFrame]:
        """Every record whose key was there before, as frames of `FOUND`; the spool is then gone.

        The rows come in the order of the input, or, when there are very many, by range of the hash
        and then in that order; the size of the batches changes nothing.
        """
        try:
            self._close()
            again, rows = self._repeated()
            passes = -(-rows // self._limit)
            for number in range(passes):
                wanted = again[_range(again, passes) == number]
                if len(wanted):
                    yield from self._duplicates(wanted)
        except OSError as exc:
            raise EnvironmentFailure(str(self._directory), str(exc)) from exc
        finally:
            self.discard()

    def discard(self) -> None:
        """Everything forgotten, and the file removed."""
        self._held.clear()
        self._close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None

    @property
    def _keys(self) -> list[str]:
        return [f"key{place}" for place in range(len(self.fields))]

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _spill(self) -> None:
        """What is held goes to the file, as one row group."""
        table = pa.concat_tables(self._held)
        try:
            if self._writer is None:
                self._path, self._writer = spool_file(self._directory, "keys-", table.schema)
            self._writer.write_table(table, row_group_size=max(len(table), 1))
        except OSError as exc:
            raise EnvironmentFailure(str(self._directory), str(exc)) from exc
        self._held.clear()
        self._held_rows = 0

    def _tables(self) -> Iterator[tuple[Hashes, Callable[[], pa.Table]]]:
        """The hashes of all rows, some at a time in the order of the input, with their rows."""
        if self._path is not None:
            with pq.ParquetFile(self._path) as file:
                for group in range(file.metadata.num_row_groups):
                    read = partial(file.read_row_group, group, use_threads=False)
                    yield read(columns=["hash"])["hash"].to_numpy(), read
        for table in self._held:
            yield table["hash"].to_numpy(), partial(pa.Table.slice, table)

    def _repeated(self) -> tuple[Hashes, int]:
        """The hashes that appear more than once, ascending, and how many rows have one."""
        ranges = -(-self._rows // SORTED)
        found, rows = [np.empty(0, np.uint64)], 0
        for number in range(ranges):
            parts = [part[_range(part, ranges) == number] for part, _ in self._tables()]
            ordered = np.concatenate(parts)
            ordered.sort()
            again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
            rows += int(np.sum(np.searchsorted(ordered, again, "right")))
            rows -= int(np.sum(np.searchsorted(ordered, again, "left")))
            found.append(again)
        return np.concatenate(found), rows

    def _duplicates(self, again: Hashes) -> Iterator[pl.DataFrame]:
        """The later rows of each key whose hash is in `again`."""
        seen: pl.DataFrame | None = None
        for rows in self._portions(again):
            found, seen = _later(rows.clear() if seen is None else seen, rows, self._keys)
            if found.height:
                yield _shown(found, self._keys)

    def _portions(self, again: Hashes) -> Iterator[pl.DataFrame]:
        """The rows whose hash is in `again`, about as many at a time as memory may hold."""
        held: list[pl.DataFrame] = []
        count = 0
        for found, read in self._tables():
            place = np.minimum(np.searchsorted(again, found), len(again) - 1)
            is_wanted = again[place] == found
            if not is_wanted.any():
                continue
            rows = pl.DataFrame(read().take(pa.array(np.flatnonzero(is_wanted))))
            held.append(rows)
            count += rows.height
            if count >= self._limit:
                yield pl.concat(held)
                held, count = [], 0
        if count:
            yield pl.concat(held)


def _range(found: Hashes, ranges: int) -> Hashes:
    """Which of so many equal ranges each hash lies in."""
    half = np.uint64(32)
    return (found >> half) * np.uint64(ranges) >> half


def _later(
    seen: pl.DataFrame, rows: pl.DataFrame, keys: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows whose key is in `seen` or in an earlier row, and the first row of every key."""
    both = pl.concat([seen, rows]).with_columns(
        pl.col("file").first().over(keys).alias("first_file"),
        pl.col("record").first().over(keys).alias("first_record"),
    )
    is_first = (pl.col("file") == pl.col("first_file")) & (
        pl.col("record") == pl.col("first_record")
    )
    found = both[seen.height :].filter(~is_first)
    return found, both.filter(is_first).select(rows.columns)


def _shown(found: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    parts = [pl.col(key).fill_null("") for key in keys]
    key = pl.concat_str(parts, separator=", ").alias("key")
    return found.with_columns(key).select(*FOUND)
