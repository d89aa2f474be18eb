"""A published run → which codes in which fields rejected how many records."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from converters.repair.rejected import Selection, available, findings
from converters.rundir import Published

__all__ = ["Group", "groups"]


@dataclass(frozen=True, slots=True)
class Group:
    """One code in one field: how many records have it, and the first of them with its input."""

    code: str
    field: str
    records: int
    input: str
    first: int


def groups(run: Published, selection: Selection) -> tuple[int, tuple[Group, ...]]:
    """How many records are selected, and what rejected them, the most frequent first.

    A record with two reasons is counted in both groups and once in the sum.
    """
    if not available(run):
        return 0, ()
    frame = findings(run, selection)
    records = frame.select(pl.struct("file", "record").n_unique()).collect().item()
    found = (
        frame.group_by("code", "field", maintain_order=True)
        .agg(
            pl.struct("file", "record").n_unique().alias("records"),
            pl.col("input").first(),
            pl.col("record").first().alias("first"),
        )
        .sort("records", "code", "field", descending=[True, False, False])
        .collect()
    )
    return records, tuple(Group(*row) for row in found.iter_rows())
