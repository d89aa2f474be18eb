"""Fields chosen from (coalesce), and values that stand in every record (constant)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.columns import Bytes, Mask, Text, Values, are_blank, series, take, text
from converters.comparing import choose, differ
from converters.findings import ValueProblem
from converters.mapping.pairs import (
    COALESCE_CONFLICT,
    COALESCE_REFUSED,
    NO_REVERSE,
    Made,
    Pair,
    Wiring,
    flagged,
)
from converters.mapping.rename import reported
from converters.mapping.values import as_text, blank, convert, from_text, repeated, unlike
from converters.model import Field

__all__ = ["coalesce", "constant"]

Ints = npt.NDArray[np.int64]
CONFLICT = {"error": COALESCE_REFUSED, "warn": COALESCE_CONFLICT}


def coalesce(wiring: Wiring) -> Pair:
    """The first filled field; a second target takes the number of that field, counted from 1."""
    sources, (target, *numbered) = wiring.sources, wiring.targets

    def apply(columns: list[Values]) -> Made:
        found = [convert(v, field, target) for v, field in zip(columns, sources, strict=True)]
        problems: list[ValueProblem] = []
        for one, field, values in zip(found, sources, columns, strict=True):
            problems += reported(wiring, one, field.name, values)
        candidates = [one.values for one in found]
        chosen = candidates[0]
        for other in candidates[1:]:
            chosen = _where(are_blank(chosen), other, chosen)
        problems += _disagreeing(wiring, candidates, chosen)
        if wiring.quiet and not numbered:
            return [chosen], problems
        filled = np.array([~are_blank(column) for column in candidates])
        problems += _unreturned(wiring, filled, columns)
        return [chosen, *(_number(filled, field) for field in numbered)], problems

    def inverse(columns: list[Values]) -> Made:
        values = columns[0]
        numbers, problems = _numbers(wiring, columns)
        made: list[Values] = []
        for place, field in enumerate(sources):
            converted = convert(values, target, field)
            problems += reported(wiring, converted, target.name, values) if not place else []
            nothing = blank(field, len(values))
            made.append(_where(numbers == place, converted.values, nothing))
        return made, problems

    return Pair(apply, inverse)


def _disagreeing(wiring: Wiring, candidates: list[Values], chosen: Values) -> list[ValueProblem]:
    """Filled fields that differ from the one chosen; both values are shown."""
    if wiring.rule.conflict == "first":
        return []
    code, name = CONFLICT[wiring.rule.conflict], wiring.targets[0].name
    found: list[ValueProblem] = []
    for other in candidates[1:]:
        rows = np.flatnonzero(_disagree(other, chosen))
        if len(rows):
            both = [series(take(column, rows)).cast(pl.String) for column in (chosen, other)]
            found.append(ValueProblem(rows, name, code, both[0] + " / " + both[1]))
    return found


def _disagree(column: Values, other: Values) -> Mask | Bytes:
    """Which values are both filled and not the same."""
    if isinstance(column, Text) and isinstance(other, Text):
        return differ(column, other, filled=True)
    return (series(column) != series(other)).fill_null(False).to_numpy()


def _where(rows: Mask, chosen: Values, other: Values) -> Values:
    """`chosen` in the marked rows, `other` elsewhere."""
    if isinstance(chosen, Text) and isinstance(other, Text):
        return choose(rows, chosen, other)
    return series(chosen).zip_with(pl.Series(rows), series(other))


def _unreturned(
    wiring: Wiring, filled: npt.NDArray[np.bool_], columns: list[Values]
) -> list[ValueProblem]:
    """Values that the way back does not put where they were."""
    found: list[ValueProblem] = []
    seen = np.zeros(filled.shape[1], np.bool_)
    for place, field in enumerate(wiring.sources):
        second = filled[place] & seen & (wiring.rule.conflict != "first")
        elsewhere = filled[place] & ~seen & (place > 0 and len(wiring.targets) < 2)
        found += wiring.lost(second | elsewhere, field.name, columns[place])
        seen |= filled[place]
    return found


def _number(filled: npt.NDArray[np.bool_], field: Field) -> Values:
    """The number of the first filled field, from 1; null where there is none."""
    numbers = pl.Series(np.argmax(filled, axis=0) + 1).cast(pl.String)
    nothing = pl.Series([None], dtype=pl.String)
    shown = numbers.zip_with(pl.Series(filled.any(axis=0)), nothing)
    return from_text(text(shown), field).values


def _numbers(wiring: Wiring, columns: list[Values]) -> tuple[Ints, list[ValueProblem]]:
    """Which source each value goes to, from 0: the first where the batch does not say."""
    values, *numbered = columns
    if not numbered:
        return np.zeros(len(values), np.int64), []
    field, given = wiring.targets[1], numbered[0]
    numbers = series(as_text(given, field)).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    good = (numbers >= 1) & (numbers <= len(wiring.sources))
    named = ~are_blank(given)
    problems = flagged(named & ~good, field.name, given, NO_REVERSE)
    odd = are_blank(values) != are_blank(given)
    return np.where(good, numbers - 1, 0), problems + wiring.lost(odd, field.name, given)


def constant(wiring: Wiring) -> Pair:
    """The same value in every record; on the way back any other value is told."""
    (target,) = wiring.targets
    given = text(pl.Series([wiring.rule.constant], dtype=pl.String))
    written = from_text(given, target).values

    def apply(columns: list[Values]) -> Made:
        return [repeated(written, len(columns[0]))], []

    def inverse(columns: list[Values]) -> Made:
        (values,) = columns
        other = unlike(values, repeated(written, len(values)))
        return [], wiring.lost(other, target.name, values)

    return Pair(apply, inverse)
