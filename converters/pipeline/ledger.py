"""What a run remembers while its chunks go by: counts, tallies, findings, keys and rejects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from converters import balance, findings, forms
from converters.balance import Books, Tally
from converters.errors import StoppedByPolicy
from converters.forms import FileProblem, Form
from converters.pipeline import privacy
from converters.pipeline.crossing import Crossing
from converters.pipeline.plan import Lanes, Plan, Side
from converters.pipeline.step import Step
from converters.pipeline.work import Done, Lane
from converters.report import Counts
from converters.rundir import FindingsFile, Rejects, RunDirectory

__all__ = ["Counted", "Ledger"]

SAME = ["file", "record"]
"""What the checks of the source found on a record is not told again by those of the target."""


@dataclass(slots=True)
class _Account:
    """What became of the records of one type so far. Guards its tallies and what the checks over
    all of them need, on both sides. Those `apart` stand in other records, and are not counted."""

    plan: Plan
    names: tuple[str, str]
    crossings: list[Crossing]
    rejected: int = 0
    apart: bool = False
    filtered: dict[str, int] = field(default_factory=dict)
    failed: tuple[dict[int, int], dict[int, int]] = field(default_factory=lambda: ({}, {}))
    tallies: list[Tally | None] = field(default_factory=lambda: [None, None, None])

    def add(self, step: Step) -> None:
        """One chunk's records of the type."""
        self.rejected += int(step.rejected.sum())
        for because, numbers in step.dropped:
            self.filtered[because] = self.filtered.get(because, 0) + len(numbers)
        for known, new in zip(self.failed, step.failed, strict=True):
            for place, count in new.items():
                known[place] = known.get(place, 0) + count
        tallies = (step.source, step.converted, step.target)
        self.tallies = [
            new if old is None else old if new is None else balance.merge(old, new)
            for old, new in zip(self.tallies, tallies, strict=True)
        ]
        for crossing in self.crossings:
            crossing.add(step)

    def books(self) -> Books | None:
        """The tallies so far; None where there were no records."""
        source, converted, target = self.tallies
        if source is None or converted is None:
            return None
        return Books(source, converted, target, self.rejected, dict(self.filtered))


@dataclass(frozen=True, slots=True)
class Counted:
    """The records of one type, counted: of what they are read as and, where there is a mapping, of
    what they become. `names` stand before the names of the fields on either side; those `apart`
    stand in other records. `books` is None where there were none."""

    plan: Plan
    names: tuple[str, str]
    apart: bool
    books: Books | None


class Ledger:
    """Guards everything about a run that outlives a chunk. Calls come from one thread, in order.

    `run` is the run directory or None; `names` the inputs; `scratch` a private folder for keys.
    """

    def __init__(
        self, lanes: Lanes, run: RunDirectory | None, names: tuple[str, ...], scratch: Path
    ) -> None:
        self._policy = lanes.policy
        self._seen = findings.Tally(lanes.policy)
        self._file = FindingsFile(run) if run else None
        self._rejects = Rejects(run, names, _alone(lanes.form)) if run else None
        self._read = self._converted = self._rejected = 0
        self._accounts = [
            _Account(
                plan,
                lanes.names(lane),
                [
                    Crossing(side, place, scratch / str(lane))
                    for place, (_, side) in enumerate(_sides(plan))
                ],
                apart=plan.source.layout.record.within is not None,
            )
            for lane, plan in enumerate(lanes.plans)
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

    def found(self, frame: pl.DataFrame) -> None:
        """Findings on an input that only its order or its end could show."""
        if len(frame):
            self._add(findings.judge(frame, self._policy))

    def add(self, done: Done) -> None:
        """One chunk. StoppedByPolicy when its findings are more than the policy bears."""
        self._add(done.findings)
        rejected = int(done.rejected.sum())
        if rejected and self._rejects:
            self._rejects.add(done.chunk, done.findings)
        self._read += done.chunk.records
        self._rejected += rejected
        for lane in done.lanes:
            account = self._accounts[lane.kind]
            account.add(lane.step)
            self._converted += 0 if account.apart else _converted(lane)
        self._stop_if_due()

    def finish(self) -> None:
        """What can only be said at the end: keys that appear twice, and the balance."""
        for account in self._accounts:
            self._crossed(account)
        self._balanced()
        if self._rejects:
            self._rejects.close()
        if self._file:
            self._file.close()

    def discard(self) -> None:
        """Forget the keys that were spooled."""
        for account in self._accounts:
            for crossing in account.crossings:
                crossing.discard()

    @property
    def counts(self) -> Counts:
        """The equation so far."""
        filtered: dict[str, int] = {}
        for account in self._accounts:
            for because, count in () if account.apart else account.filtered.items():
                filtered[because] = filtered.get(because, 0) + count
        return Counts(self._read, self._converted, self._rejected, tuple(sorted(filtered.items())))

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
        blocks = [
            (account.names, _block(account, books))
            for account in self._accounts
            if (books := account.books()) is not None
        ]
        return balance.joined(blocks, self._rejected) if blocks else {}

    def fields(self) -> list[dict[str, Any]]:
        """Filled and unknown values of every field, before and after."""
        return [
            row | {"field": account.names[row["side"] == "target"] + row["field"]}
            for account in self._accounts
            if (books := account.books()) is not None
            for row in balance.fields(books)
        ]

    def counted(self) -> tuple[Counted, ...]:
        """The tallies of each type of record."""
        return tuple(Counted(one.plan, one.names, one.apart, one.books()) for one in self._accounts)

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
        for account in self._accounts:
            sides = _sides(account.plan)
            for (name, side), failed in zip(sides, account.failed, strict=False):
                for outcome in side.checks.outcomes(failed, side.fields.names):
                    before = account.names[name == "target"]
                    fields = [before + one for one in outcome["fields"]]
                    found.append({"side": name, **outcome, "fields": fields})
        return found

    def _add(self, judged: pl.DataFrame) -> None:
        if not len(judged):
            return
        self._seen.add(judged)
        if self._file:
            self._file.add(judged)

    def _crossed(self, account: _Account) -> None:
        """What the checks over all records of a type find."""
        told: dict[str, pl.DataFrame] = {}
        for side, (crossing, failed) in enumerate(
            zip(account.crossings, account.failed, strict=False)
        ):
            seen: list[pl.DataFrame] = []
            for place, frame in crossing.finish():
                code = frame["code"][0]
                new = frame.join(told[code], SAME, "anti") if code in told else frame
                failed[place] = failed.get(place, 0) + len(new)
                named = new.with_columns(field=account.names[side] + pl.col("field"))
                self._add(findings.judge(named, self._policy))
                seen.append(frame.select(*SAME, "code"))
            told = _by_code(seen) if crossing is not account.crossings[-1] else {}

    def _stop_if_due(self) -> None:
        policy = self._policy
        if policy.on_error == "abort" and self._rejected:
            raise StoppedByPolicy("on-error")
        if policy.max_errors is not None and self._rejected > policy.max_errors:
            raise StoppedByPolicy("max-errors")


NONE: Final = {"read": 0, "converted": 0, "rejected": 0, "filtered": {}, "written": 0}


def _block(account: _Account, books: Books) -> dict[str, Any]:
    """The balance of a type; rows that stand in other records count as none themselves."""
    block = balance.balance(books, account.plan.definitions, account.plan.back)
    return block | {"records": NONE} if account.apart else block


KEY = ("file", "record")
"""What names a record in the spools."""


def _converted(lane: Lane) -> int:
    """How many of a lane's records went through."""
    step = lane.step
    if step.written is not None:
        return len(step.written.records)
    return step.chunk.records - int(step.rejected.sum())


def _sides(plan: Plan) -> list[tuple[str, Side]]:
    named = [("source", plan.source), ("target", plan.target)]
    return [(name, side) for name, side in named if side is not None]


def _alone(form: Form) -> Callable[[bytes], bytes] | None:
    """The bytes of a record → what it is in a file; None where that is the same."""
    if isinstance(form.packer(), forms.Loose):
        return None
    return lambda data: forms.packed(form, np.frombuffer(data, np.uint8)).tobytes()


def _by_code(seen: list[pl.DataFrame]) -> dict[str, pl.DataFrame]:
    if not seen:
        return {}
    parts = pl.concat(seen).partition_by("code", as_dict=True, include_key=False)
    return {str(code): part for (code,), part in parts.items()}
