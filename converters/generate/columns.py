"""A layout → a plan of generators → typed columns, block by block.

Each field is given its source once: a facet of the residents, a number, or what its kind allows.
A block is then a few draws and one gather per field.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from converters import scripts
from converters.charset import Charset
from converters.checkdigits import SCHEMES
from converters.columns import Batch, Ints, Mask, Text, Values, are_blank, series, text
from converters.comparing import choose
from converters.conditions import Holds, holds
from converters.generate import days, facets, fallback, people, pools, shapes
from converters.generate import words as tables
from converters.generate.people import BLOCK, People
from converters.model import Condition, Field, Layout

__all__ = ["Plan", "columns", "compile"]

Source = Callable[[People, np.random.Generator], Values]
"""The facts of a block → one column, as long as the block."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A layout with a source for every field, fillers left out, in record order.

    `spare` has, for fields that are needed only at times, what stands where a value is missing.
    """

    layout: Layout
    sources: dict[str, Source]
    spare: dict[str, tuple[tuple[Holds, ...], Source]]


def compile(layout: Layout) -> Plan:
    """The plan of a layout."""
    charset = scripts.of(layout)
    fields = [field for field in layout.record.fields if not field.is_filler]
    return Plan(
        layout=layout,
        sources={field.name: _source(field, layout, charset) for field in fields},
        spare={
            field.name: (due, fallback.source(_needed(field), layout, charset))
            for field in fields
            if (due := _due(field, layout))
        },
    )


def columns(plan: Plan, seed: int, block: int) -> Batch:
    """Block `block` (0-based) of the endless file of that seed: `BLOCK` records, typed."""
    rng = np.random.default_rng([seed, block])
    numbers = np.arange(block * BLOCK + 1, (block + 1) * BLOCK + 1)
    found = people.people(tables.load(), numbers, rng)
    made = {name: source(found, rng) for name, source in plan.sources.items()}
    batch = Batch(numbers, made)
    for name, (due, source) in plan.spare.items():
        missing = are_blank(made[name])
        if missing.any():
            missing &= np.any([test(batch) for test in due], axis=0)
        if missing.any():
            made[name] = _filled(made[name], missing, source(found, rng))
    return shapes.shaped(plan.layout, batch, rng)


def _filled(column: Values, missing: Mask, spare: Values) -> Values:
    if isinstance(column, Text) and isinstance(spare, Text):
        return choose(missing, spare, column)
    return series(column).zip_with(pl.Series(~missing), series(spare))


def _due(field: Field, layout: Layout) -> tuple[Holds, ...]:
    """When the field must have a value although it need not always have one."""
    own = (field.required,) if isinstance(field.required, Condition) else ()
    also = (c.when for c in layout.checks if c.required == field.name and c.when is not None)
    return tuple(holds(when, layout.record.field(when.field)) for when in (*own, *also))


def _needed(field: Field) -> Field:
    return field.model_copy(update={"required": True})


def _source(field: Field, layout: Layout, charset: Charset) -> Source:
    hint = facets.facet(field.name)
    if hint is facets.NOTHING and field.required is not True:
        return _gather("none", pools.words([]))
    place = next((n for pattern, n in facets.NUMBERS if re.search(pattern, field.name)), None)
    alone = any(check.unique == (field.name,) for check in layout.checks)
    if field.kind in ("digits", "narrow") and (place or alone):
        return _number(field, place if place and not alone else "number")
    if field.kind in ("date", "wareki") and hint and hint.words() is days.VALUES:
        return _gather(hint.places, pools.dates(field))
    if hint and (words := pools.pool(hint.words, field, layout, charset)):
        return _gather(hint.places, words)
    if field.check and field.kind in ("digits", "narrow"):
        return _checked(field)
    return fallback.source(field, layout, charset)


def _gather(places: str, words: Text) -> Source:
    """Words by their places; -1, the last one, is none."""

    def source(found: People, rng: np.random.Generator) -> Text:
        return Text(words.views[found[places]], words.data)

    return source


def _width(field: Field) -> int:
    return field.chars or field.bytes or field.digits or 8


def _number(field: Field, places: str) -> Source:
    """Numbers that differ wherever the places do: steps of a prime number around the circle. The
    places in a household are counted plainly."""
    width = min(_width(field), 18)
    step = 7_919 if places in ("number", "head") else 104_729

    def source(found: People, rng: np.random.Generator) -> Text:
        values = found[places]
        if places != "member":
            values = (values * step + 10 ** (width - 1)) % 10**width
        return _digits(_split(values, width), _width(field))

    return source


def _checked(field: Field) -> Source:
    """Numbers with the right check digit, all different, on nine rows out of ten."""
    scheme = SCHEMES[field.check or ""]
    width = next((n for n in scheme.lengths if n == _width(field)), scheme.lengths[0])
    counts = np.array(
        [[scheme.counts(place, digit) for digit in range(10)] for place in range(width - 1)][::-1]
    )
    due = np.array(scheme.due)
    keep = 1.0 if field.required is True else 0.9

    def source(found: People, rng: np.random.Generator) -> Text:
        body = _split(found["number"] * 61_803_398_877 % 10 ** (width - 1), width - 1)
        total = sum(counts[place][body[:, place]] for place in range(width - 1))
        check = due[total % len(due)].astype(np.uint8)
        parts = [check[:, None], body] if scheme.leading else [body, check[:, None]]
        column = _digits(np.concatenate(parts, axis=1), width)
        return fallback.thinned(column, rng.random(len(column)) < keep)

    return source


def _split(values: Ints, width: int) -> NDArray[np.uint8]:
    """Decimal digits, a row per value."""
    rows = np.empty((len(values), width), np.uint8)
    for place in range(width - 1, -1, -1):
        values, rows[:, place] = np.divmod(values, 10)
    return rows


def _digits(rows: NDArray[np.uint8], width: int) -> Text:
    """Rows of digits as text, zeros before them up to the width."""
    padded = np.full((len(rows), width), ord("0"), np.uint8)
    padded[:, width - rows.shape[1] :] += rows
    offsets = np.arange(len(rows) + 1, dtype=np.int64) * width
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(padded)]
    array = pa.LargeStringArray.from_buffers(len(rows), *buffers[1:])
    return text(pl.Series(pl.from_arrow(array)))
