"""findings.parquet → the first findings of every code and field, in bounded memory.

The file is masked already, so what is taken may be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow.parquet as pq

__all__ = ["NONE", "Listed", "listed"]

Row = tuple[int, int, int, str, str, str, str, str]
"""file, record, offset, field, code, severity, value, action."""

COLUMNS: Final = ("file", "record", "offset", "field", "code", "severity", "value", "action")


@dataclass(frozen=True, slots=True)
class Listed:
    """Findings in the order of the file; `total` is how many there are."""

    rows: tuple[Row, ...]
    total: int

    def first(self, most: int) -> Listed:
        """Fewer of them: of every code and field the first, as many of each as fit."""
        if len(self.rows) <= most:
            return self
        sizes = Counter((row[4], row[3]) for row in self.rows)
        share = _share(sizes, most)
        taken: Counter[tuple[str, str]] = Counter()
        kept = []
        for row in self.rows:
            group = row[4], row[3]
            taken[group] += 1
            if taken[group] <= share:
                kept.append(row)
        return Listed(tuple(kept[:most]), self.total)


NONE: Final = Listed((), 0)


def listed(path: Path, report: Mapping[str, Any], most: int) -> Listed:
    """At most `most` findings of a file, the first of every code and field.

    Reading stops as soon as every problem of the report has given what is wanted of it.
    """
    if not path.is_file():
        return NONE
    with pq.ParquetFile(path) as file:
        total = file.metadata.num_rows
        if total <= most:
            return Listed(tuple(_rows(file)), total)
        sizes = {
            (problem["code"], problem.get("field", "")): int(problem["count"])
            for problem in report["problems"]
        }
        share = _share(sizes, most)
        wanted = {group: min(size, share) for group, size in sizes.items()}
        return Listed(tuple(_taken(file, wanted)), total)


def _share(sizes: Mapping[tuple[str, str], int], most: int) -> int:
    """How many of each group may be listed so that all together are at most `most`."""
    low, high = 0, max(sizes.values(), default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(min(size, middle) for size in sizes.values()) <= most:
            low = middle
        else:
            high = middle - 1
    return low


def _rows(file: pq.ParquetFile) -> Iterator[Row]:
    for batch in file.iter_batches(columns=list(COLUMNS)):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _taken(file: pq.ParquetFile, wanted: dict[tuple[str, str], int]) -> Iterator[Row]:
    """One row group after the other; a group that has enough is not looked at again."""
    for batch in file.iter_batches(columns=list(COLUMNS)):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)
        place = pl.int_range(pl.len()).over("code", "field")
        due = pl.DataFrame(
            [(*group, count) for group, count in wanted.items() if count],
            schema={"code": pl.String, "field": pl.String, "due": pl.Int64},
            orient="row",
        )
        if not len(due):
            return
        joined = frame.with_columns(place=place).join(
            due, on=["code", "field"], maintain_order="left"
        )
        taken = joined.filter(pl.col("place") < pl.col("due"))
        for row in taken.select(COLUMNS).iter_rows():
            wanted[row[4], row[3]] -= 1
            yield row
