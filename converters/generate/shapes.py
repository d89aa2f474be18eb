"""Columns of synthetic records → the same with counts and choices that lead to a shape of the
record, and with nothing in the fields that are not there."""

from __future__ import annotations

import numpy as np
import polars as pl

from converters import presence
from converters.columns import Batch, Mask, Text, Values, series, text
from converters.conditions import typed
from converters.model import Layout, Record
from converters.presence import Presence

__all__ = ["shaped"]


def shaped(layout: Layout, batch: Batch, rng: np.random.Generator) -> Batch:
    """The batch as records of that layout can be."""
    record = layout.record
    if not record.varies:
        return batch
    known, columns = presence.compile(record), dict(batch.columns)
    for name, values in [
        *_counts(known, record, len(batch), rng),
        *_chosen(known, record, len(batch), rng),
    ]:
        columns[name] = _typed(values, columns[name])
    found = Batch(batch.records, columns)
    _, masks = presence.found(known, record, found)
    for place, there in masks.items():
        field = record.fields[place]
        if not field.is_filler:
            columns[field.name] = _only(columns[field.name], there)
    return Batch(batch.records, columns)


def _counts(
    known: Presence, record: Record, rows: int, rng: np.random.Generator
) -> list[tuple[str, pl.Series]]:
    """How many elements the tables have; several may share one count."""
    bounds: dict[str, tuple[int, int]] = {}
    for table in known.tables:
        if table.count is None:
            continue
        name = record.fields[table.count].name
        least, most = bounds.get(name, (0, table.times))
        bounds[name] = max(least, table.least), min(most, table.times)
    return [
        (name, pl.Series(rng.integers(least, max(least, most), rows, endpoint=True)))
        for name, (least, most) in bounds.items()
    ]


def _chosen(
    known: Presence, record: Record, rows: int, rng: np.random.Generator
) -> list[tuple[str, pl.Series]]:
    """Values that the conditions of readings ask for, where no reading takes what is left."""
    found = []
    for choice in known.choices:
        asked = [when for view in choice if (when := record.fields[view.first].when) is not None]
        among = [value for when in asked for value in (when.among or (when.equals,)) if value]
        if any(view.open for view in choice) or not among:
            continue
        field = record.field(asked[0].field)
        values = [typed(field, value) for value in among]
        drawn = rng.integers(0, len(values), rows)
        found.append((field.name, pl.Series(values, strict=False).gather(pl.Series(drawn))))
    return found


def _typed(values: pl.Series, like: Values) -> Values:
    """The values as a column of the same type."""
    return text(values) if isinstance(like, Text) else values.cast(like.dtype)


def _only(column: Values, there: Mask) -> Values:
    """The column with its values only where they are there."""
    if there.all():
        return column
    kept = series(column)
    left = pl.select(pl.when(pl.Series(there)).then(kept).otherwise(None)).to_series()
    return text(left) if isinstance(column, Text) else left
