"""What the mapping cannot bring back, kept beside a run so that the way back is byte-identical.

Each chunk is converted back in memory and compared with its source; only the differences are
stored, keyed by the source's record number. A patch is applied only to the bytes it was made for:
the hash of the regenerated record says so. Records that did not go through the mapping (rejected
or filtered) are listed too, because the rows of the standard file have no number of their own.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from converters.columns import Bytes, Chunk, Ints
from converters.errors import EnvironmentFailure
from converters.kernels.hashing import hash_spans
from converters.kernels.patch import applied_bounds, apply_patches, count_runs, runs

__all__ = [
    "FILTERED",
    "ORDER",
    "PATCH",
    "REJECTED",
    "WHOLE",
    "Made",
    "Reader",
    "Writer",
    "applied",
    "compare",
    "restored",
    "rows",
]

PATCH, FILTERED, REJECTED, WHOLE = range(4)
"""Kinds of rows: a difference; a filtered record with its bytes; a rejected one without (they are
in rejects/); a record that could not be written back at all, with its bytes."""

SCHEMA: Final = pa.schema(
    [
        ("record", pa.uint64()),
        ("kind", pa.uint8()),
        ("at", pa.uint32()),
        ("drop", pa.uint32()),
        ("insert", pa.binary()),
        ("hash", pa.uint64()),
    ]
)
ORDER: Final = [("record", "ascending"), ("at", "ascending")]
"""How rows follow each other."""

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Made:
    """Regenerated records: bytes, bounds, and the source record each stands for, ascending."""

    data: Bytes
    bounds: Ints
    records: Ints


def compare(chunk: Chunk, made: Made) -> tuple[Ints, Ints]:
    """Patches (see `kernels.patch`) from regenerated records to the chunk's own bytes.

    Returns them and the hash of each regenerated record as int64 bits.
    """
    rows = chunk.rows(made.records)
    begin, end = chunk.edges
    spans = np.column_stack([begin[rows], end[rows]])
    made_spans = np.column_stack([made.bounds[:-1], made.bounds[1:]])
    patches = np.empty((count_runs(made.data, made_spans, chunk.data, spans), 5), np.int64)
    runs(made.data, made_spans, chunk.data, spans, patches)
    return patches, _hashes(made)


def _hashes(made: Made) -> Ints:
    return hash_spans(made.data, made.bounds[:-1], made.bounds[1:]).view(np.int64)


def applied(made: Made, patches: Ints, original: Bytes) -> tuple[Bytes, Ints]:
    """The regenerated records with their patches, and the new bounds."""
    bounds = np.zeros(len(made.bounds), np.int64)
    applied_bounds(made.bounds, patches, bounds)
    out = np.empty(int(bounds[-1]), np.uint8)
    apply_patches(made.data, made.bounds, patches, original, out)
    return out, bounds


def rows(chunk: Chunk, made: Made, filtered: Mask, rejected: Mask) -> pa.Table:
    """Everything about one chunk that the way back needs, in the order of its records."""
    patches, hashes = compare(chunk, made)
    begin, end = chunk.edges
    lost = ~(filtered | rejected)
    lost[chunk.rows(made.records)] = False
    parts = [
        _table(
            made.records[patches[:, 0]],
            PATCH,
            (patches[:, 1], patches[:, 2]),
            _slices(chunk.data, patches[:, 3], patches[:, 4]),
            hashes[patches[:, 0]],
        )
    ]
    for mask, kind in ((filtered, FILTERED), (lost, WHOLE)):
        found = np.flatnonzero(mask)
        inserts = _slices(chunk.data, begin[found], end[found])
        parts.append(_plain(chunk.numbered(found), kind, inserts))
    found = np.flatnonzero(rejected)
    nothing = _slices(chunk.data, found * 0, found * 0)
    parts.append(_plain(chunk.numbered(found), REJECTED, nothing))
    return pa.concat_tables(parts).sort_by(ORDER)


def _plain(records: Ints, kind: int, inserts: pa.Array) -> pa.Table:
    zeros = np.zeros(len(records), np.int64)
    return _table(records, kind, (zeros, zeros), inserts, zeros)


def _table(
    records: Ints, kind: int, run: tuple[Ints, Ints], inserts: pa.Array, hashes: Ints
) -> pa.Table:
    columns = [
        pa.array(records.astype(np.uint64)),
        pa.array(np.full(len(records), kind, np.uint8)),
        pa.array(run[0].astype(np.uint32)),
        pa.array(run[1].astype(np.uint32)),
        inserts,
        pa.array(hashes.view(np.uint64)),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _slices(data: Bytes, first: Ints, last: Ints) -> pa.Array:
    """Spans of bytes as a binary column."""
    sizes = last - first
    offsets = np.zeros(len(first) + 1, np.int32)
    np.cumsum(sizes, out=offsets[1:])
    places = np.repeat(first - offsets[:-1], sizes) + np.arange(offsets[-1])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data[places])]
    return pa.Array.from_buffers(pa.binary(), len(first), buffers)


class Writer:
    """The residual of one input file, written as the run goes. Guards the open Parquet file."""

    def __init__(self, file: IO[bytes] | pa.NativeFile) -> None:
        self._writer = pq.ParquetWriter(file, SCHEMA, compression="zstd")

    def add(self, table: pa.Table) -> None:
        """The rows of the next chunk."""
        if len(table):
            self._writer.write_table(table)

    def close(self, edges: dict[str, bytes]) -> None:
        """Finish; `edges` are the bytes before the first record and after the last one."""
        known = {name: base64.b64encode(value).decode() for name, value in edges.items()}
        self._writer.add_key_value_metadata(known)
        self._writer.close()


class Reader:
    """The residual of one input file, read in step with the records that come back.

    It guards the rows read but not used, and the number of the source record that comes next.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = pq.ParquetFile(path)
        except (OSError, pa.ArrowInvalid) as exc:
            raise EnvironmentFailure(str(path), f"no residual: {exc}") from exc
        self._batches = self._file.iter_batches(batch_size=65536)
        self._rest = pl.DataFrame(SCHEMA.empty_table())
        self._next = 1

    def edge(self, name: str) -> bytes:
        """The bytes before the first record (`opening`) or after the last (`tail`)."""
        known = self._file.schema_arrow.metadata or {}
        metadata = self._file.metadata.metadata or known
        return base64.b64decode(metadata.get(name.encode(), b""))

    def take(self, count: int) -> tuple[Ints, pl.DataFrame]:
        """The numbers of the next `count` records that went through, and the rows up to them."""
        absent = (FILTERED, REJECTED)
        last = self._next + count - 1
        self._fill(last)
        while True:
            due = self._rest.filter(pl.col("record") <= last)
            missing = due.filter(pl.col("kind").is_in(absent))["record"]
            wanted = self._next + count - 1 + len(missing)
            if wanted == last:
                break
            last = wanted
            self._fill(last)
        numbers = np.arange(self._next, last + 1)
        numbers = numbers[~np.isin(numbers, missing.to_numpy().astype(np.int64))]
        self._rest = self._rest.filter(pl.col("record") > last)
        self._next = last + 1
        return numbers, due

    def until(self, last: int) -> pl.DataFrame:
        """The rows up to the record of that number."""
        self._fill(last)
        due = self._rest.filter(pl.col("record") <= last)
        self._rest = self._rest.filter(pl.col("record") > last)
        return due

    def remaining(self) -> pl.DataFrame:
        """The rows behind the last record that came back."""
        parts = [self._rest, *(pl.DataFrame(batch) for batch in self._batches)]
        self._rest = self._rest.clear()
        return pl.concat(parts)

    def _fill(self, last: int) -> None:
        """Read until the rows reach beyond record `last`, or end."""
        while not len(self._rest) or int(self._rest["record"][-1]) <= last:
            batch = next(self._batches, None)
            if batch is None:
                return
            self._rest = pl.concat([self._rest, pl.DataFrame(batch)])


def restored(made: Made, kept: pl.DataFrame) -> tuple[Bytes, Ints]:
    """Regenerated records with the residual's rows: patches, records put back, in source order.

    Returns the bytes and the numbers of the records whose patch does not fit what is there now.
    """
    order = {int(number): row for row, number in enumerate(made.records)}
    patches = kept.filter(pl.col("kind") == PATCH)
    fits, misfits = _fitting(made, patches, order)
    pool, inserts = _pool(fits)
    table = np.empty((len(fits), 5), np.int64)
    table[:, 0] = [order[int(number)] for number in fits["record"]]
    table[:, 1], table[:, 2] = fits["at"].to_numpy(), fits["drop"].to_numpy()
    table[:, 3], table[:, 4] = inserts[:-1], inserts[1:]
    data, bounds = applied(made, table, pool)
    return _interleaved(data, bounds, made.records, kept), misfits


def _fitting(made: Made, patches: pl.DataFrame, order: dict[int, int]) -> tuple[pl.DataFrame, Ints]:
    hashes = _hashes(made).view(np.uint64)
    places = np.array([order.get(int(number), -1) for number in patches["record"]], np.int64)
    there = places >= 0
    good = there.copy()
    good[there] = hashes[places[there]] == patches["hash"].to_numpy()[there]
    wrong = np.unique(patches["record"].to_numpy()[~good]).astype(np.int64)
    return patches.filter(pl.Series(good)), wrong


def _pool(fits: pl.DataFrame) -> tuple[Bytes, Ints]:
    """All inserts one after the other, and their bounds."""
    inserts = fits["insert"].to_list()
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in inserts])]).astype(np.int64)
    return np.frombuffer(b"".join(inserts) or b"\0", np.uint8), bounds


def _interleaved(data: Bytes, bounds: Ints, records: Ints, kept: pl.DataFrame) -> Bytes:
    """Records and the ones that are put back whole, in the order of their numbers."""
    whole = kept.filter(pl.col("kind").is_in((FILTERED, WHOLE)))
    parts, done = [], 0
    for number, insert in whole.select("record", "insert").iter_rows():
        row = int(np.searchsorted(records, number))
        parts += [data[bounds[done] : bounds[row]], np.frombuffer(insert, np.uint8)]
        # A record that was put back whole replaces whatever the way back made of it.
        done = row + (row < len(records) and records[row] == number)
    parts.append(data[bounds[done] : bounds[-1]])
    return np.concatenate(parts)
