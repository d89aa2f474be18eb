"""The number of a record in its file, and of the record that it belongs to."""

from __future__ import annotations

import polars as pl

from converters.columns import Values, series, text
from converters.mapping.pairs import Made, Pair, Wiring
from converters.mapping.values import from_text

__all__ = ["number"]


def number(wiring: Wiring) -> Pair:
    """Record numbers → an item; 0 means that there is no such record, and is blank.

    On the way back they tell the order of the records, and no field comes from them.
    """
    (target,) = wiring.targets

    def apply(columns: list[Values]) -> Made:
        numbers = series(columns[0])
        shown = pl.select(pl.when(numbers > 0).then(numbers.cast(pl.String))).to_series()
        return [from_text(text(shown), target).values], []

    def inverse(_columns: list[Values]) -> Made:
        return [], []

    return Pair(apply, inverse)
