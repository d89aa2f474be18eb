"""Fields chosen from (coalesce), and values that stand in every record (constant)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

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
from converters.mapping.values import as_text, convert, from_text
from converters.model import Field

__all__ = ["coalesce", "constant"]

Ints = npt.NDArray[np.int64]
CONFLICT = {"error": COALESCE_REFUSED, "warn": COALESCE_CONFLICT}


def coalesce(wiring: Wiring) -> Pair:
    """The first filled field; a second target takes the number of that field, counted from 1."""
    sources, (target, *numbered) = wiring.sources, wiring.targets

    def apply(columns: list[pl.Series]) -> Made:
        found = [convert(v, field, target) for v, field in zip(columns, sources, strict=True)]
        problems: list[ValueProblem] = []
        for one, field, values in zip(found, sources, columns, strict=True):
            problems += reported(wiring, one, field.name, values)
        candidates = [one.values for one in found]
        chosen = candidates[0]
        for other in candidates[1:]:
            chosen = chosen.zip_with(chosen.is_not_null(), other)
        problems += _disagreeing(wiring, candidates, chosen)
        if wiring.quiet and not numbered:
            return [chosen], problems
        filled = np.array([column.is_not_null().to_numpy() for column in candidates])
        problems += _unreturned(wiring, filled, columns)
        return [chosen, *(_number(filled, field) for field in numbered)], problems

    def inverse(columns: list[pl.Series]) -> Made:
        values = columns[0]
        numbers, problems = _numbers(wiring, columns)
        made = []
        for place, field in enumerate(sources):
            converted = convert(values, target, field)
            problems += reported(wiring, converted, target.name, values) if not place else []
            mine = pl.Series(numbers == place)
            nothing = pl.Series([None], dtype=converted.values.dtype)
            made.append(converted.values.zip_with(mine, nothing))
        return made, problems

    return Pair(apply, inverse)


def _disagreeing(
    wiring: Wiring, candidates: list[pl.Series], chosen: pl.Series
) -> list[ValueProblem]:
    """Filled fields that differ from the one chosen; both values are shown."""
    if wiring.rule.conflict == "first":
        return []
    code, name = CONFLICT[wiring.rule.conflict], wiring.targets[0].name
    found: list[ValueProblem] = []
    for other in candidates[1:]:
        rows = (other != chosen).fill_null(False).to_numpy()
        shown = chosen.cast(pl.String) + " / " + other.cast(pl.String) if rows.any() else chosen
        found += flagged(rows, name, shown, code)
    return found


def _unreturned(
    wiring: Wiring, filled: npt.NDArray[np.bool_], columns: list[pl.Series]
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


def _number(filled: npt.NDArray[np.bool_], field: Field) -> pl.Series:
    """The number of the first filled field, from 1; null where there is none."""
    numbers = pl.Series(np.argmax(filled, axis=0) + 1).cast(pl.String)
    nothing = pl.Series([None], dtype=pl.String)
    return from_text(numbers.zip_with(pl.Series(filled.any(axis=0)), nothing), field).values


def _numbers(wiring: Wiring, columns: list[pl.Series]) -> tuple[Ints, list[ValueProblem]]:
    """Which source each value goes to, from 0: the first where the batch does not say."""
    values, *numbered = columns
    if not numbered:
        return np.zeros(len(values), np.int64), []
    field, given = wiring.targets[1], numbered[0]
    numbers = as_text(given, field).cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    good = (numbers >= 1) & (numbers <= len(wiring.sources))
    named = given.is_not_null().to_numpy()
    problems = flagged(named & ~good, field.name, given, NO_REVERSE)
    odd = values.is_null().to_numpy() != given.is_null().to_numpy()
    return np.where(good, numbers - 1, 0), problems + wiring.lost(odd, field.name, given)


def constant(wiring: Wiring) -> Pair:
    """The same value in every record; on the way back any other value is told."""
    (target,) = wiring.targets
    written = from_text(pl.Series([wiring.rule.constant], dtype=pl.String), target).values

    def apply(columns: list[pl.Series]) -> Made:
        return [written.new_from_index(0, len(columns[0]))], []

    def inverse(columns: list[pl.Series]) -> Made:
        (values,) = columns
        other = values.ne_missing(written.new_from_index(0, len(values))).to_numpy()
        return [], wiring.lost(other, target.name, values)

    return Pair(apply, inverse)
