"""The grouped checks of a layout → for each, what it needs of a batch and how it judges a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from converters.checks import Checks
from converters.columns import Batch, Chunk, Mask, series
from converters.conditions import Holds, holds
from converters.groups import columns, rules
from converters.keys import as_text, hashes
from converters.model import GROUPED, Check, Layout

__all__ = ["Group", "compile", "nothing", "rows"]

Judge = Callable[[pl.DataFrame, list[str]], pl.DataFrame]
"""The rows of whole groups, in the order of the input, and their key columns → `rules.FOUND`."""

BUCKET: Final = np.uint64(58)
"""The bits of a hash above these are its bucket: 64 of them, 300,000 rows at 20 million keys."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One grouped check. `steps` is finding code to place of its step, those left out that are off.

    `fields` are all that it reads; `values` makes its own columns; `when` limits the records. With
    a `sink` the rows go there, and nothing is judged here.
    """

    per: tuple[str, ...]
    fields: tuple[str, ...]
    steps: Mapping[str, int]
    values: Callable[[Batch], dict[str, pl.Series]]
    judge: Judge
    when: Holds | None = None
    sink: Callable[[pa.Table], None] | None = None


def compile(layout: Layout, checks: Checks) -> tuple[Group, ...]:
    """The grouped checks of a layout that are not switched off."""
    found = []
    for number, check in enumerate(layout.checks):
        steps = {
            step.code: place
            for place, step in enumerate(checks.steps)
            if step.check == number and not step.off
        }
        if check.question in GROUPED and steps:
            found.append(_group(layout, check, steps))
    return tuple(found)


def nothing(_batch: Batch) -> dict[str, pl.Series]:
    """No columns but those of the key."""
    return {}


def _group(layout: Layout, check: Check, steps: Mapping[str, int]) -> Group:
    values, judge, names = _QUESTIONS[check.question](layout, check)
    when = None
    if check.when is not None:
        when = holds(check.when, layout.record.field(check.when.field))
        names = (*names, check.when.field)
    fields = tuple(dict.fromkeys((*check.per, *names)))
    return Group(check.per, fields, steps, values, judge, when)


Question = tuple[Callable[[Batch], dict[str, pl.Series]], Judge, tuple[str, ...]]


def _one(layout: Layout, check: Check) -> Question:
    assert check.one is not None
    test = holds(check.one, layout.record.field(check.one.field))
    judge = partial(rules.one, "+".join(check.per))
    return partial(columns.hits, test), judge, (check.one.field,)


def _complete(layout: Layout, check: Check) -> Question:
    assert check.complete is not None
    field = layout.record.field(check.complete)
    due = check.values or tuple(value for value in layout.code_table(field.codes) if value)
    return (
        partial(columns.texts, field.name),
        partial(rules.complete, field.name, due),
        (field.name,),
    )


def _sequence(layout: Layout, check: Check) -> Question:
    assert check.sequence is not None
    judge = partial(rules.sequence, check.sequence, check.start)
    return partial(columns.numbers, "number", check.sequence), judge, (check.sequence,)


def _ascending(layout: Layout, check: Check) -> Question:
    assert check.ascending is not None
    field = layout.record.field(check.ascending)
    first = columns.days if field.kind in columns.DATES else columns.bounds
    parts = [partial(first, "at", check.ascending)]
    if check.by is not None:
        parts.append(partial(columns.numbers, "by", check.by))
    names = (check.ascending, *([check.by] if check.by else []))
    return partial(columns.joined, parts), partial(rules.ascending, check.ascending), names


def _periods(layout: Layout, check: Check) -> Question:
    assert check.periods is not None
    first, last = check.periods
    parts = [partial(columns.days, "from", first), partial(columns.days, "to", last)]
    included = check.ends == "included"
    judge = partial(rules.periods, f"{first}+{last}", included, check.gaps)
    return partial(columns.joined, parts), judge, (first, last)


_QUESTIONS: dict[str, Callable[[Layout, Check], Question]] = {
    "ascending": _ascending,
    "complete": _complete,
    "one": _one,
    "periods": _periods,
    "sequence": _sequence,
}


def rows(
    group: Group,
    chunk: Chunk,
    batch: Batch,
    unread: Mapping[str, Mask],
    torn: Batch | None = None,
) -> pa.Table | None:
    """The records of a batch that the check concerns: bucket, place, key, its values, and `doubt`.

    A row is in doubt when a field the check reads could not be read: it has no values, and its
    group may have what seems to be missing. So is every row of `torn`, broken records of which at
    most the key is known. None where no record has a key or is in doubt.
    """
    doubt = np.zeros(len(batch), np.bool_)
    for name in group.fields:
        doubt |= unread.get(name, False)
    frame = _keyed(group, chunk, batch).with_columns(doubt=pl.Series(doubt))
    made = group.values(batch)
    if doubt.any():
        made = {name: _unless(doubt, column) for name, column in made.items()}
    frame = frame.hstack([column.alias(name) for name, column in made.items()])
    if group.when is not None:
        frame = frame.filter(pl.Series(group.when(batch) | doubt))
    if torn is not None and len(torn):
        further = _keyed(group, chunk, torn).with_columns(doubt=pl.lit(True))
        frame = pl.concat([frame, further], how="diagonal")
    keyed = pl.any_horizontal(pl.col("^key[0-9]+$").is_not_null())
    frame = frame.filter(keyed | pl.col("doubt"))
    # The older form is a copy of the values alone; a view would keep the whole batch alive.
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()) if len(frame) else None


def _keyed(group: Group, chunk: Chunk, batch: Batch) -> pl.DataFrame:
    """Bucket, place and key of each record."""
    keys = [as_text(batch[name]) for name in group.per]
    offsets = chunk.offsets(chunk.rows(batch.records))
    table = {
        "bucket": (hashes(keys) >> BUCKET).astype(np.uint8),
        "file": np.full(len(batch), chunk.file, np.uint16),
        "record": batch.records.astype(np.uint64),
        "offset": offsets.astype(np.uint64),
    }
    return pl.DataFrame(table | {f"key{at}": series(key) for at, key in enumerate(keys)})


def _unless(doubt: Mask, column: pl.Series) -> pl.Series:
    return pl.select(pl.when(pl.Series(~doubt)).then(column)).to_series()
