"""A typed batch → its counts, sums, categories and key totals, which add up batch by batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from converters import status as outcome
from converters.columns import (
    Batch,
    Status,
    Text,
    Values,
    are_blank,
    blanks,
    series,
)
from converters.kernels.texts import unknown_parts
from converters.keys import as_text, hashes
from converters.model import Field, Layout
from converters.numbers import Number

__all__ = [
    "DISTINCT",
    "Counted",
    "FieldTally",
    "KeyTotal",
    "Tally",
    "counted",
    "merge",
    "tally",
]

LARGEST: Final = 1 << 63
"""A sum that stays below cannot leave 64 bits."""
DISTINCT: Final = 10_000
"""Categories that are counted one by one. The smallest values are kept, not the most frequent:
only so is the count of every kept value exact however the batches were cut."""
DATES: Final = frozenset({"date", "wareki"})
WORD: Final = (1 << 64) - 1
SAFE: Final = 1 << 126
"""A sum that stays below cannot leave 128 bits."""


@dataclass(frozen=True, slots=True)
class KeyTotal:
    """A set of keys, independent of their order: count, sum and exclusive or of their hashes."""

    count: int
    sum: int
    xor: int

    def __add__(self, other: KeyTotal) -> KeyTotal:
        total = (self.sum + other.sum) & WORD
        return KeyTotal(self.count + other.count, total, self.xor ^ other.xor)


@dataclass(frozen=True, slots=True)
class FieldTally:
    """One field: filled values, those with an unknown part, and what its `balance` asks for.

    `total` is the sum in units of 10 to the power of -`scale`. `categories` maps value to count;
    filled values that are in none are beyond `DISTINCT`.
    """

    filled: int
    unknown: int = 0
    scale: int = 0
    total: int | None = None
    categories: Mapping[str, int] | None = None
    key: KeyTotal | None = None

    @property
    def other(self) -> int:
        """Filled values whose category is not counted by itself."""
        return 0 if self.categories is None else self.filled - sum(self.categories.values())


@dataclass(frozen=True, slots=True)
class Tally:
    """The records of one layout: their number, their fields by name, the total of their keys."""

    records: int
    fields: Mapping[str, FieldTally]
    key: KeyTotal | None = None


def merge(first: Tally, second: Tally) -> Tally:
    """The tally of the records of both; a field that only one of them has is kept."""
    fields = dict(first.fields)
    for name, found in second.fields.items():
        fields[name] = _merged(fields[name], found) if name in fields else found
    return Tally(first.records + second.records, fields, _both(first.key, second.key))


def _both(first: KeyTotal | None, second: KeyTotal | None) -> KeyTotal | None:
    return first + second if first is not None and second is not None else first or second


def _merged(first: FieldTally, second: FieldTally) -> FieldTally:
    total, categories = first.total, first.categories
    if total is not None and second.total is not None:
        total += second.total
    if categories is not None and second.categories is not None:
        counts = dict(categories)
        for value, count in second.categories.items():
            counts[value] = counts.get(value, 0) + count
        categories = _smallest(counts)
    return FieldTally(
        first.filled + second.filled,
        first.unknown + second.unknown,
        first.scale,
        total,
        categories,
        _both(first.key, second.key),
    )


def _smallest(counts: dict[str, int]) -> dict[str, int]:
    """The categories in order, as many as are kept."""
    return {value: counts[value] for value in sorted(counts)[:DISTINCT]}


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is counted of a field besides its filled values; of a `plain` one nothing is."""

    name: str
    field: Field
    dated: bool
    categorical: bool
    plain: bool


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """What is counted of the records of a layout: its fields, and those of its key."""

    fields: tuple[Asked, ...]
    key: tuple[Field, ...]


def counted(layout: Layout) -> Counted:
    """What is counted of a layout, found out once for all batches."""
    record = layout.record
    asked = tuple(_asked(field) for field in record.fields if not field.is_filler)
    return Counted(asked, tuple(record.field(name) for name in record.key))


def _asked(field: Field) -> Asked:
    dated = field.kind in DATES
    categorical = field.kind in ("code", "boolean") or field.balance == "category"
    plain = not (dated or categorical or field.is_number or field.balance)
    return Asked(field.name, field, dated, categorical, plain)


def tally(batch: Batch, what: Counted, outcomes: Mapping[str, Status]) -> Tally:
    """The tally of a batch. `outcomes` per field tell unknown dates; where they are missing the
    dates themselves are asked."""
    columns = batch.columns
    fields = {
        asked.name: _field(columns[asked.name], asked, outcomes.get(asked.name))
        for asked in what.fields
        if asked.name in columns
    }
    return Tally(len(batch), fields, _record_key(batch, what.key, fields))


def _record_key(
    batch: Batch, key: tuple[Field, ...], fields: Mapping[str, FieldTally]
) -> KeyTotal | None:
    if not key or any(field.name not in fields for field in key):
        return None
    if len(key) == 1 and fields[key[0].name].key is not None:
        return fields[key[0].name].key
    return _total([batch[field.name] for field in key], list(key))


def _field(column: Values, asked: Asked, outcomes: Status | None) -> FieldTally:
    filled = len(column) - blanks(column)
    if asked.plain:
        return FieldTally(filled)
    kind, field = None if isinstance(column, Text) else column.dtype, asked.field
    return FieldTally(
        filled,
        unknown=_unknown(column, field, outcomes) if asked.dated else 0,
        scale=kind.scale if isinstance(kind, pl.Decimal) else 0,
        total=_sum(column) if field.balance == "sum" else None,
        categories=_categories(column) if asked.categorical else None,
        key=_total([column], [field]) if field.balance == "key" else None,
    )


def _unknown(column: Values, field: Field, outcomes: Status | None) -> int:
    if outcomes is not None:
        return int(np.count_nonzero(outcomes == outcome.UNKNOWN))
    if not (field.partial or field.unknown) or not isinstance(column, Text):
        return 0
    return unknown_parts(column.raw[0])


def _sum(values: Values) -> int:
    """The exact sum in units of the column's scale; digit strings are numbers here."""
    if isinstance(values, Number):
        there = values.units if values.missing is None else values.units[~values.missing]
        if not len(there) or max(-int(there.min()), int(there.max())) * len(there) < LARGEST:
            return int(there.sum())
    column = series(values)
    if column.dtype == pl.String:
        column = column.cast(pl.Int128, strict=False)
    units = column.to_physical()
    least, most = units.min(), units.max()
    if not isinstance(least, int) or not isinstance(most, int):
        return 0
    furthest = max(-least, most) * len(units)
    if furthest >= LARGEST:
        units = units.cast(pl.Int128)
    return int(units.sum()) if furthest < SAFE else sum(units.drop_nulls().to_list())


def _categories(column: Values) -> dict[str, int]:
    if blanks(column) == len(column):
        return {}
    if isinstance(column, pl.Series) and column.dtype == pl.Boolean:
        yes = int(column.sum())
        counts = {"false": len(column) - column.null_count() - yes, "true": yes}
        return {value: count for value, count in counts.items() if count}
    found = as_text(column)
    different = found.different
    if different is not None:
        values = [found.value(row).decode() for row in different.firsts.tolist()]
        return _smallest(dict(zip(values, different.counts.tolist(), strict=True)))
    frame = series(found, "value").drop_nulls().value_counts()
    return _smallest(dict(zip(frame["value"], frame["count"], strict=True)))


def _total(columns: list[Values], fields: list[Field]) -> KeyTotal:
    """The key total of the rows that have any part of the key.

    Digits are hashed without leading zeros, so that padding is no change.
    """
    digits = tuple(place for place, field in enumerate(fields) if field.kind == "digits")
    found = hashes(columns, digits)
    if all(blanks(column) for column in columns):
        blank = np.logical_and.reduce([are_blank(column) for column in columns])
        found = found[~blank]
    return KeyTotal(len(found), int(found.sum()), int(np.bitwise_xor.reduce(found)))
