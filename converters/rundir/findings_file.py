"""Judged and masked findings → findings.parquet: all of them, in input order, without words."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from converters.report import Output
from converters.rundir.directory import RunDirectory
from converters.rundir.sink import Stream

__all__ = ["FINDINGS", "FindingsFile"]

FINDINGS: Final = "findings.parquet"
ROWS: Final = 1 << 17
"""Rows of a row group. Frames are cut anew so that the file does not depend on the batch size."""

SCHEMA: Final = pa.schema(
    [
        pa.field("file", pa.uint16(), False),
        pa.field("record", pa.uint64(), False),
        pa.field("offset", pa.uint64(), False),
        pa.field("field", pa.string(), False),
        pa.field("code", pa.string(), False),
        pa.field("severity", pa.string(), False),
        pa.field("value", pa.string(), False),
        pa.field("action", pa.string(), False),
    ]
)


class FindingsFile:
    """Guards the Parquet writer and the rows that do not fill a row group yet."""

    def __init__(self, run: RunDirectory) -> None:
        self._run = run
        self._sink = run.sink(FINDINGS)
        self._writer = pq.ParquetWriter(
            pa.PythonFile(Stream(self._sink), mode="w"), SCHEMA, compression="zstd"
        )
        self._pending: list[pl.DataFrame] = []
        self._rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Write the findings of one batch."""
        if not len(frame):
            return
        self._pending.append(frame)
        self._rows += len(frame)
        while self._rows >= ROWS:
            whole = pl.concat(self._pending)
            self._flush(whole.head(ROWS))
            self._pending = [whole.slice(ROWS)]
            self._rows -= ROWS

    def append(self, path: Path, files: int) -> None:
        """Copy the findings of another run, whose inputs come behind `files` others."""
        if not path.is_file():
            return
        with pq.ParquetFile(path) as source:
            for batch in source.iter_batches(ROWS):
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                self.add(frame.with_columns(pl.col("file") + pl.lit(files, pl.UInt16)))

    def close(self) -> Output:
        """Finish the file."""
        if self._rows:
            self._flush(pl.concat(self._pending))
        self._writer.close()
        return self._run.close(self._sink)

    def _flush(self, frame: pl.DataFrame) -> None:
        table = frame.select(SCHEMA.names).to_arrow().cast(SCHEMA)
        self._writer.write_table(table, row_group_size=ROWS)
        self._sink.records += len(frame)
