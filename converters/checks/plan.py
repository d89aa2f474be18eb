"""A layout → its checks; a batch → its problems; the counts of a run → the outcome of each check.

A problem carries the place of its step, so that the report can say of every check that was due
whether it passed, failed, was switched off or could not run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.checks.steps import Step, Test, due
from converters.columns import Batch, Ints, series, take
from converters.errors import DefinitionError, Problem
from converters.findings import ValueProblem
from converters.model import Layout

__all__ = ["Checks", "compile"]


@dataclass(frozen=True, slots=True)
class Checks:
    """The checks of one layout. `tests[i]` belongs to `steps[i]`; a `unique` step has none."""

    steps: tuple[Step, ...]
    tests: tuple[Test | None, ...]

    @property
    def unique(self) -> dict[int, tuple[str, ...]]:
        """Place of each `unique` step and the fields of its key; `keys` checks them."""
        return {
            place: step.fields
            for place, step in enumerate(self.steps)
            if step.rule == "unique" and not step.off
        }

    def run(
        self, batch: Batch, unread: Mapping[str, npt.NDArray[np.bool_]] | None = None
    ) -> list[ValueProblem]:
        """All problems of a batch, in the order of the steps.

        `unread` marks, per field, the rows whose value could not be read: their finding is made
        already, and a null that stands for them is not a blank.
        """
        if not len(batch):
            return []
        columns, found = batch.columns.keys(), []
        for place, (step, test) in enumerate(zip(self.steps, self.tests, strict=True)):
            if test is None or step.off or not columns >= set(step.fields):
                continue
            rows = test(batch)
            if len(rows) and unread:
                rows = rows[~_any_unread(step.fields, unread, rows)]
            if len(rows):
                shown = _shown(step, batch, rows)
                found.append(ValueProblem(rows, step.fields[0], step.code, shown, place))
        return found

    def outcomes(self, failed: Mapping[int, int], columns: Collection[str]) -> list[dict[str, Any]]:
        """The steps as the report lists them.

        `failed` counts the failed records per step, `columns` are those that the batches had.
        """
        return [
            {
                "step": place,
                "code": step.code,
                "rule": step.rule,
                "fields": list(step.fields),
                "limit": step.limit,
                "because": step.because,
                "outcome": _outcome(step, failed.get(place, 0), columns),
                "failed": failed.get(place, 0),
            }
            for place, step in enumerate(self.steps)
        ]


def _outcome(step: Step, failed: int, columns: Collection[str]) -> str:
    if step.off:
        return "skipped"
    if not set(step.fields) <= set(columns):
        return "unevaluated"
    return "fail" if failed else "pass"


def _any_unread(
    fields: tuple[str, ...], unread: Mapping[str, npt.NDArray[np.bool_]], rows: Ints
) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(rows), np.bool_)
    for field in fields:
        if field in unread:
            found |= unread[field][rows]
    return found


def _shown(step: Step, batch: Batch, rows: Ints) -> pl.Series | None:
    """The values a finding shows; both dates where their order is wrong, none where none is."""
    if step.rule == "required":
        return None
    shown = _texts(batch, step.fields[0], rows)
    return shown + " > " + _texts(batch, step.fields[1], rows) if step.rule == "order" else shown


def _texts(batch: Batch, name: str, rows: Ints) -> pl.Series:
    return series(take(batch[name], rows)).cast(pl.String)


def compile(layout: Layout) -> Checks:
    """The checks of a layout; DefinitionError with every rule that cannot be meant."""
    steps: list[Step] = []
    tests: list[Test | None] = []
    problems = []
    for step, build in due(layout):
        try:
            tests.append(build())
            steps.append(replace(step, off=_is_off(step, layout)))
        except ValueError as exc:
            place = f"{'/'.join(step.fields)}: {step.rule} {step.limit}"
            problems.append(Problem(layout.id, 0, 0, "DEF-002", f"{place}: {exc}"))
    if problems:
        raise DefinitionError(tuple(problems))
    return Checks(tuple(steps), tuple(tests))


def _is_off(step: Step, layout: Layout) -> bool:
    return any(
        override.severity == "off"
        and override.code == step.code
        and (not override.fields or step.fields[0] in override.fields)
        for override in layout.severities
    )
