"""Frames of polars, which tests can write down, as the batches that travel, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from converters.columns import Batch, Text, Values, series, text

RECORD = "_record"
"""The column of a frame that holds the record numbers."""


def values_of(column: pl.Series) -> Values:
    """A polars column as a column of a batch."""
    return text(column) if column.dtype == pl.String else column


def of(frame: pl.DataFrame) -> Batch:
    """A frame with the column `_record` as a batch."""
    columns = {name: values_of(frame[name]) for name in frame.columns if name != RECORD}
    return Batch(frame[RECORD].to_numpy().astype(np.int64), columns)


def frame(batch: Batch) -> pl.DataFrame:
    """The opposite of `of`."""
    numbers = pl.Series(RECORD, batch.records.astype(np.uint64))
    return pl.DataFrame([numbers, *(series(v, name) for name, v in batch.columns.items())])


def column(values: list[str | None]) -> Text:
    """A column of texts."""
    return text(pl.Series(values, dtype=pl.String))


def listed(values: Values) -> list[Any]:
    """The values of a column; None for a blank."""
    return series(values).to_list()
