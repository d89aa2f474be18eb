"""What a run remembers while its chunks go by: counts, tallies, findings, keys and rejects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from converters import balance, findings, forms
from converters.balance import Books, Tally
from converters.columns import Ints
from converters.errors import StoppedByPolicy
from converters.forms import FileProblem, Form
from converters.keys import KeySpool
from converters.pipeline import privacy
from converters.pipeline.plan import Plan, Side
from converters.pipeline.step import Step
from converters.report import Counts
from converters.rundir import FindingsFile, Rejects, RunDirectory

__all__ = ["Ledger"]


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
        self._keys = [_spools(side, scratch / name) for name, side in _sides(plan)]

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
        self._add_keys(step)
        self._stop_if_due()

    def finish(self) -> None:
        """What can only be said at the end: keys that appear twice, and the balance."""
        known: pl.DataFrame | None = None
        for side, spools in enumerate(self._keys):
            for place, spool in spools.items():
                for frame in spool.finish():
                    new = frame if known is None else frame.join(known, ("file", "record"), "anti")
                    self._duplicates(side, place, spool.fields, new)
                    seen = frame.select("file", "record")
                    known = seen if known is None else pl.concat([known, seen])
        self._balanced()
        if self._rejects:
            self._rejects.close()
        if self._file:
            self._file.close()

    def discard(self) -> None:
        """Forget the keys that were spooled."""
        for spools in self._keys:
            for spool in spools.values():
                spool.discard()

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

    def _add_keys(self, step: Step) -> None:
        chunk = step.chunk
        batches = (step.batch, step.written.batch if step.written else None)
        for spools, batch in zip(self._keys, batches, strict=False):
            if not spools or batch is None or not len(batch):
                continue
            offsets: Ints = chunk.bounds[batch.records - chunk.first] + chunk.offset
            for spool in spools.values():
                spool.add(chunk.file, batch, offsets)

    def _duplicates(
        self, side: int, place: int, fields: tuple[str, ...], found: pl.DataFrame
    ) -> None:
        """Findings on the records whose key was there before."""
        if not len(found):
            return
        failed = self._failed[side]
        failed[place] = failed.get(place, 0) + len(found)
        frame = found.select(
            "file",
            "record",
            "offset",
            field=pl.lit("+".join(fields)),
            code=pl.lit("SET-001"),
            value=pl.col("key").cast(pl.Binary),
            action=pl.lit(""),
        )
        self._add(findings.judge(frame.cast(findings.SCHEMA), self._policy))  # type: ignore[arg-type]

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


def _spools(side: Side, directory: Path) -> dict[int, KeySpool]:
    if not side.checks.unique:
        return {}
    directory.mkdir(mode=0o700)
    return {place: KeySpool(fields, directory) for place, fields in side.checks.unique.items()}
