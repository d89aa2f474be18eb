"""Rows of all records → the findings on their groups, a bucket of keys in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from converters.errors import EnvironmentFailure
from converters.groups.plan import Group
from converters.groups.rules import FOUND
from converters.keys import spool_file

__all__ = ["FOUND", "Spool"]

HELD: Final = 1 << 18
"""Rows in memory at a time."""
ORDERED: Final = 1 << 18
"""Findings that are put in the order of the input."""
ORDER: Final = ("file", "record", "code", "value")


class Spool:
    """Guards the rows of one grouped check: the newest in memory, the others in one file.

    The file has a row group per bucket and spill. Calls come from one thread in the order of the
    input. A group must fit into memory; its bucket does so when keys are many.
    """

    def __init__(self, group: Group, directory: Path, held: int = HELD) -> None:
        self.group = group
        self._directory = directory
        self._limit = held
        self._held: list[pa.Table] = []
        self._held_rows = 0
        self._path: Path | None = None
        self._writer: pq.ParquetWriter | None = None
        self._buckets: list[int] = []

    def add(self, rows: pa.Table) -> None:
        """The rows of one batch, as `plan.rows` makes them."""
        self._held.append(rows)
        self._held_rows += len(rows)
        if self._held_rows >= self._limit:
            self._spill()

    def finish(self) -> Iterator[pl.DataFrame]:
        """The findings, as frames of `FOUND`; the spool is then gone.

        They come in the order of the input, or, when there are very many, by bucket and then in
        that order; the size of the batches changes nothing.
        """
        try:
            yield from _in_order(self._judged(), ORDERED)
        except OSError as exc:
            raise EnvironmentFailure(str(self._directory), str(exc)) from exc
        finally:
            self.discard()

    def discard(self) -> None:
        """Everything forgotten, and the file removed."""
        self._held.clear()
        self._buckets.clear()
        self._close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
            self._path = None

    def _judged(self) -> Iterator[pl.DataFrame]:
        """The findings, bucket by bucket where rows were spilled."""
        if self._path is None:
            if self._held:
                yield self._judge(pl.DataFrame(pa.concat_tables(self._held)))
            return
        if self._held:
            self._spill()
        self._close()
        with pq.ParquetFile(self._path) as file:
            for bucket in sorted(set(self._buckets)):
                groups = [at for at, known in enumerate(self._buckets) if known == bucket]
                yield self._judge(pl.DataFrame(file.read_row_groups(groups, use_threads=False)))

    def _judge(self, rows: pl.DataFrame) -> pl.DataFrame:
        keys = [f"key{place}" for place in range(len(self.group.per))]
        found = self.group.judge(rows, keys)
        return found.filter(pl.col("code").is_in([*self.group.steps]))

    def _spill(self) -> None:
        """What is held goes to the file, a row group per bucket."""
        rows = pl.DataFrame(pa.concat_tables(self._held)).sort("bucket", maintain_order=True)
        counts = rows["bucket"].rle().struct.unnest()
        table = rows.to_arrow(compat_level=pl.CompatLevel.oldest())
        try:
            if self._writer is None:
                self._path, self._writer = spool_file(self._directory, "groups-", table.schema)
            done = 0
            for length, bucket in counts.iter_rows():
                self._writer.write_table(table.slice(done, length), row_group_size=length)
                self._buckets.append(bucket)
                done += length
        except OSError as exc:
            raise EnvironmentFailure(str(self._directory), str(exc)) from exc
        self._held.clear()
        self._held_rows = 0

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None


def _in_order(frames: Iterator[pl.DataFrame], limit: int) -> Iterator[pl.DataFrame]:
    """The findings in the order of the input; more than `limit` in that order by bucket."""
    held: list[pl.DataFrame] = []
    count = 0
    for frame in frames:
        for part in frame.sort("bucket", *ORDER).partition_by("bucket", maintain_order=True):
            if count <= limit < count + len(part):
                yield from held
                held.clear()
            count += len(part)
            if count > limit:
                yield part
            else:
                held.append(part)
    if held:
        yield pl.concat(held).sort(ORDER)
