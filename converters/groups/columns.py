"""Fields of a batch → the columns by which the records of a group are compared.

A day of which a part is unknown becomes the first and the last day that it can mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from converters.columns import Batch, series
from converters.conditions import Holds

__all__ = ["DATES", "bounds", "days", "hits", "joined", "numbers", "texts"]

Made = dict[str, pl.Series]

DATES: Final = frozenset({"date", "wareki"})
ISO: Final = 10
"""Characters of YYYY-MM-DD; an era letter may follow."""


def joined(parts: Sequence[Callable[[Batch], Made]], batch: Batch) -> Made:
    """The columns of several makers."""
    return {name: column for part in parts for name, column in part(batch).items()}


def hits(test: Holds, batch: Batch) -> Made:
    """`hit`: does the condition hold?"""
    return {"hit": pl.Series(test(batch))}


def texts(field: str, batch: Batch) -> Made:
    """`value`: the field as text."""
    return {"value": series(batch[field]).cast(pl.String)}


def numbers(name: str, field: str, batch: Batch) -> Made:
    """The field as whole numbers; what is no number of 64 bits is none."""
    return {name: series(batch[field]).cast(pl.Int64, strict=False)}


def bounds(name: str, field: str, batch: Batch) -> Made:
    """A number as `days` gives a date: its least, its greatest meaning, and how it is shown."""
    number = series(batch[field]).cast(pl.Int64, strict=False)
    return {f"{name}_low": number, f"{name}_high": number, name: number.cast(pl.String)}


def days(name: str, field: str, batch: Batch) -> Made:
    """A date as `name_low` and `name_high`, the first and last day it can mean counted from 1970,
    and `name`, how it is shown. Of a date that is wholly unknown, or never was, both are null."""
    shown = series(batch[field])
    iso = pl.col(name).str.head(ISO)
    known = pl.when(iso != "0000-00-00").then(iso)
    low = known.str.replace_all("-00", "-01", literal=True).str.to_date("%Y-%m-%d", strict=False)
    month = iso.str.ends_with("-00")
    year = iso.str.ends_with("-00-00")
    last = low.dt.offset_by("1y").dt.offset_by("-1d")
    high = pl.when(year).then(last).when(month).then(low.dt.month_end()).otherwise(low)
    made = pl.DataFrame({name: shown}).select(
        low.cast(pl.Int64).alias(f"{name}_low"), high.cast(pl.Int64).alias(f"{name}_high"), name
    )
    return {column.name: column for column in made.get_columns()}
