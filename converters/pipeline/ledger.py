"""What a run remembers while its chunks go by: counts, tallies, findings, keys and rejects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from converters import balance, findings, forms
from converters.balance import Books, Tally
from converters.errors import StoppedByPolicy
from converters.forms import FileProblem, Form
from converters.pipeline import privacy
from converters.pipeline.crossing import Crossing
from converters.pipeline.plan import Plan, Side
from converters.pipeline.step import Step
from converters.report import Counts
from converters.rundir import FindingsFile, Rejects, RunDirectory

__all__ = ["Ledger"]

SAME = ["file", "record"]
"""What the checks of the source found on a record is not told again by those of the target."""


class Ledger:
    """Guards everything about a run that outlives a chunk. Calls come from one thread, in order.

    `run` is the run directory or None; `names` the inputs; `scratch` a private folder for keys.
    """

    def __init__(
        self, plan: Plan, run: RunDirectory | None, names: tuple[str, ...], scratch: Path
    ) -> None:
        self._plan = plan
        self._policy = plan.policy
        self._seen = findings.Tally(plan.policy)
        self._file = FindingsFile(run) if run else None
        self._rejects = Rejects(run, names, _alone(plan.source.form)) if run else None
        self._read = self._converted = self._rejected = 0
        self._filtered: dict[str, int] = {}
        self._failed: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self._tallies: list[Tally | None] = [None, None, None]
        self._crossings = [
            Crossing(side, place, scratch) for place, (_, side) in enumerate(_sides(plan))
        ]

    def heading(self, file: int, opening: bytes) -> None:
        """What stands before the first record of an input."""
        if self._rejects:
            self._rejects.heading(file, opening)

    def trailer(self, file: int, data: bytes) -> None:
        """What a file of some records of an input has to end with."""
        if self._rejects:
            self._rejects.trailer(file, data)

    def file(self, number: int, problems: list[FileProblem]) -> None:
        """Findings on a file as a whole; the list is emptied."""
        parts = [
            findings.single(number, problem.code, problem.detail, offset=problem.offset)
            for problem in problems
        ]
        problems.clear()
        if parts:
            self._add(findings.judge(pl.concat(parts), self._policy))

    def misfits(self, number: int, records: list[int]) -> None:
        """Records of an input whose residual was made for other bytes."""
        parts = [findings.single(number, "MAP-011", record=record) for record in records]
        if parts:
            self._add(findings.judge(pl.concat(parts), self._policy))

    def add(self, step: Step) -> None:
        """One chunk. StoppedByPolicy when its findings are more than the policy bears."""
        self._add(step.findings)
        rejected = int(step.rejected.sum())
        if rejected and self._rejects:
            self._rejects.add(step.chunk, step.findings)
        self._read += step.chunk.records
        self._rejected += rejected
        if step.written is not None:
            self._converted += len(step.written.records)
        else:
            self._converted += step.chunk.records - rejected
        for because, numbers in step.dropped:
            self._filtered[because] = self._filtered.get(because, 0) + len(numbers)
        for known, new in zip(self._failed, step.failed, strict=True):
            for place, count in new.items():
                known[place] = known.get(place, 0) + count
        tallies = (step.source, step.converted, step.target)
        self._tallies = [
            new if old is None else old if new is None else balance.merge(old, new)
            for old, new in zip(self._tallies, tallies, strict=True)
        ]
        for crossing in self._crossings:
            crossing.add(step)
        self._stop_if_due()

    def finish(self) -> None:
        """What can only be said at the end: keys that appear twice, and the balance."""
        told: dict[str, pl.DataFrame] = {}
        for crossing, failed in zip(self._crossings, self._failed, strict=False):
            seen: list[pl.DataFrame] = []
            for place, frame in crossing.finish():
                code = frame["code"][0]
                new = frame.join(told[code], SAME, "anti") if code in told else frame
                failed[place] = failed.get(place, 0) + len(new)
                self._add(findings.judge(new, self._policy))
                seen.append(frame.select(*SAME, "code"))
            told = _by_code(seen) if crossing is not self._crossings[-1] else {}
        self._balanced()
        if self._rejects:
            self._rejects.close()
        if self._file:
            self._file.close()

    def discard(self) -> None:
        """Forget the keys that were spooled."""
        for crossing in self._crossings:
            crossing.discard()

    @property
    def counts(self) -> Counts:
        """The equation so far."""
        return Counts(
            self._read, self._converted, self._rejected, tuple(sorted(self._filtered.items()))
        )

    @property
    def problems(self) -> tuple[findings.Problem, ...]:
        """Everything found so far, the gravest first."""
        return self._seen.problems()

    def files(self, count: int) -> list[dict[str, int]]:
        """Findings of each severity in each of so many inputs."""
        return self._seen.files(count)

    def balance(self) -> dict[str, Any]:
        """The balance block of the report; empty for a run without records."""
        block = self._balance()
        return privacy.shown(block, self._policy) if block else {}

    def _balance(self) -> dict[str, Any]:
        books = self.books()
        return balance.balance(books, self._plan.definitions, self._plan.back) if books else {}

    def fields(self) -> list[dict[str, Any]]:
        """Filled and unknown values of every field, before and after."""
        books = self.books()
        return balance.fields(books) if books else []

    def books(self) -> Books | None:
        """The tallies so far; None for a run without records."""
        source, converted, target = self._tallies
        if source is None or converted is None:
            return None
        return Books(source, converted, target, self._rejected, dict(self._filtered))

    def _balanced(self) -> None:
        """Findings on what does not agree; a count that does not close stops the run."""
        found = self._balance().get("discrepancies", ())
        for one in found:
            shown = f"{one['expected']} > {one['found']}".encode()
            frame = findings.single(0, one["code"], one["field"])
            frame = frame.with_columns(value=pl.lit(shown, pl.Binary))
            self._add(findings.judge(frame, self._policy))
        if any(one["code"] == "BAL-001" for one in found):
            raise StoppedByPolicy("balance")

    def steps(self) -> list[dict[str, object]]:
        """Every check that was due, with its outcome."""
        found = []
        for (name, side), failed in zip(_sides(self._plan), self._failed, strict=False):
            for outcome in side.checks.outcomes(failed, side.fields.names):
                found.append({"side": name, **outcome})
        return found

    def _add(self, judged: pl.DataFrame) -> None:
        if not len(judged):
            return
        self._seen.add(judged)
        if self._file:
            self._file.add(judged)

    def _stop_if_due(self) -> None:
        policy = self._policy
        if policy.on_error == "abort" and self._rejected:
            raise StoppedByPolicy("on-error")
        if policy.max_errors is not None and self._rejected > policy.max_errors:
            raise StoppedByPolicy("max-errors")


def _sides(plan: Plan) -> list[tuple[str, Side]]:
    named = [("source", plan.source), ("target", plan.target)]
    return [(name, side) for name, side in named if side is not None]


def _alone(form: Form) -> Callable[[bytes], bytes]:
    """The bytes of a record → what it is in a file."""
    return lambda data: forms.packed(form, np.frombuffer(data, np.uint8)).tobytes()


def _by_code(seen: list[pl.DataFrame]) -> dict[str, pl.DataFrame]:
    if not seen:
        return {}
    parts = pl.concat(seen).partition_by("code", as_dict=True, include_key=False)
    return {str(code): part for (code,), part in parts.items()}
