"""A set and a folder → a run for every member that has files, and one for what is between them."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from converters import findings, pages, pipeline
from converters.filesets.between import Question, questions
from converters.filesets.members import Members, members
from converters.findings import Policy
from converters.model import SetOfFiles
from converters.pipeline import Job, Outcome
from converters.report import Counts, Definition, Input, Run, RunFacts, report, verdict
from converters.rundir import FINDINGS, FindingsFile, RunDirectory

__all__ = ["Checked", "check"]

RESULT = "set"
"""The folder of what is said about the files together, beside those of the members."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of each member that has files, and of the set; the gravest exit code."""

    members: Mapping[str, Outcome]
    whole: Outcome

    @property
    def exit_code(self) -> int:
        return max(one.exit_code for one in (*self.members.values(), self.whole))


def check(known: SetOfFiles, folder: Path, job: Job) -> Checked:
    """Every member against its layout, then the set; `job` says how.

    `job.out` becomes a folder with a run directory for each member and one called `set`. A member
    whose run is stopped leaves the checks that need it unevaluated. EnvironmentFailure as in
    `members`.
    """
    found = members(known.definition, folder)
    begun, started = datetime.now(UTC), time.monotonic()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="utsushi-")))
        asked = questions(known, scratch)
        outcomes: dict[str, Outcome] = {}
        before = 0
        for name, files in found.files.items():
            if files:
                outcomes[name] = _member(known, name, (files, before), asked, job)
                before += len(files)
        policy = _policy(known, job)
        run = Run(begun, time.monotonic() - started, jobs=job.jobs)
        return Checked(outcomes, _whole(known, (found, outcomes, asked), job, (policy, run)))


def _member(
    known: SetOfFiles,
    name: str,
    place: tuple[tuple[Path, ...], int],
    asked: list[Question],
    job: Job,
) -> Outcome:
    """The files of one member against their layout, which come behind so many others."""
    files, before = place
    layout = known.layouts[name]
    gather = tuple(group for one in asked for group in one.gather(name, layout, before))
    out = job.out / name if job.out is not None else None
    inputs = tuple(str(path) for path in files)
    outcome = pipeline.validate(replace(job, inputs=inputs, layout=layout, out=out, gather=gather))
    if outcome.report["complete"]:
        for one in asked:
            one.read[name] = int(outcome.report["counts"]["read"])
    return outcome


def _policy(known: SetOfFiles, job: Job) -> Policy:
    found = findings.policy([*known.layouts.values()], job.fail_on, samples=job.samples)
    return replace(found, overrides=known.definition.severities, target="")


Gathered = tuple[Members, Mapping[str, Outcome], list[Question]]


def _whole(known: SetOfFiles, gathered: Gathered, job: Job, made: tuple[Policy, Run]) -> Outcome:
    """What is said about the files together, published as a run where there is a place for it."""
    policy, run = made
    with ExitStack() as stack:
        place = None
        if job.out is not None:
            place = stack.enter_context(RunDirectory(job.out / RESULT, job.force))
            run = replace(run, directory=str(place.path), pages=pages.names(job.pages))
        tally = findings.Tally(policy)
        file = FindingsFile(place) if place else None
        for frame in _findings(gathered):
            judged = findings.judge(frame, policy)
            tally.add(judged)
            if file:
                file.add(judged)
        if file:
            file.close()
        facts = _facts(known, gathered, (policy, run), tally)
        shown = report(facts)
        if place is None:
            return Outcome(verdict(facts)[1], shown, None)
        views = pages.render(shown, place.written(FINDINGS), job.pages, job.lang)
        return Outcome(verdict(facts)[1], shown, place.publish(shown, _manifest(facts), views))


def _findings(gathered: Gathered) -> Iterator[pl.DataFrame]:
    """Members without a file, files without a member, then what the checks found."""
    found, _, asked = gathered
    for name in found.missing:
        yield findings.single(0, "XFL-003", name)
    for name in found.strangers:
        yield findings.single(0, "XFL-005", name)
    for one in asked:
        yield from one.finish()


def _facts(
    known: SetOfFiles, gathered: Gathered, made: tuple[Policy, Run], tally: findings.Tally
) -> RunFacts:
    _, outcomes, asked = gathered
    policy, run = made
    reports = [outcome.report for outcome in outcomes.values()]
    return RunFacts(
        command="validate",
        back=False,
        definitions=_definitions(known, reports),
        inputs=_inputs(reports, tally),
        outputs=[],
        counts=Counts(_sum(reports, "read"), _sum(reports, "converted"), _sum(reports, "rejected")),
        policy=policy,
        problems=tally.problems(),
        run=run,
        complete=all(found["complete"] for found in reports),
        steps=[
            one.step(place, policy.severity(one.code, "") == "off")
            for place, one in enumerate(asked)
        ],
    )


def _inputs(reports: list[dict[str, Any]], tally: findings.Tally) -> list[Input]:
    """All files in the order of the members, with their own findings and those between them."""
    read = [
        {**one, "layout": found["definitions"][0]["reference"]}
        for found in reports
        for one in found["inputs"]
    ]
    further = tally.files(len(read))
    return [
        Input(**{**one, "findings": {name: one["findings"][name] + new[name] for name in new}})
        for one, new in zip(read, further, strict=True)
    ]


def _sum(reports: list[dict[str, Any]], key: str) -> int:
    return sum(int(found["counts"][key]) for found in reports)


def _definitions(known: SetOfFiles, reports: list[dict[str, Any]]) -> list[Definition]:
    """The set, then the layouts of the members that have files."""
    one = known.definition
    title = one.title.model_dump() if one.title else {}
    digest = pipeline.fingerprint(one)
    found = [Definition(RESULT, one.id, one.version, digest, one.id, title)]
    for made in reports:
        for layout in made["definitions"]:
            of = Definition(**{"edition": "", "title": {}, **layout})
            if of not in found:
                found.append(of)
    return found


def _manifest(facts: RunFacts) -> dict[str, object]:
    """What the run was made from; nothing in it depends on the clock."""
    return {
        "manifest": 1,
        "command": "check",
        "back": False,
        "inputs": [
            {"path": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in facts.inputs
        ],
        "definitions": [
            {"role": one.role, "id": one.id, "version": one.version, "sha256": one.sha256}
            for one in facts.definitions
        ],
    }
