"""Facts of a run → report.json: bounded, in a fixed order, valid against its published schema.

Everything that people are shown later (summary, HTML, Excel, JUnit) is rendered from this alone.
Only the block `run` depends on the clock and the machine.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import Any, Final

from converters.bounds import bounded
from converters.findings import SEVERITIES, Policy, Problem, Sample, at_least, catalogue, message

__all__ = [
    "Counts",
    "Definition",
    "Input",
    "Output",
    "Run",
    "RunFacts",
    "plain",
    "program_version",
    "report",
    "report_schema",
    "verdict",
]

FORMAT: Final = 1
EXACT: Final = 1 << 53
"""Greater integers would be rounded by readers of JSON, so they are written as texts."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition as it was resolved.

    `role` is mapping, source (the layout that was read) or target; `reference` is what names the
    definition on the command line, an id or a path. `types` is how many types of records a layout
    has, 0 for one.
    """

    role: str
    id: str
    version: str
    sha256: str
    reference: str
    title: Mapping[str, str] = field(default_factory=dict)
    edition: str = ""
    types: int = 0


@dataclass(frozen=True, slots=True)
class Input:
    """One input as it was read; `form` is fixed or delimited.

    `findings` counts those on the file and its records by severity, `layout` names its layout
    where the inputs of a run have different ones.
    """

    path: str
    bytes: int
    sha256: str
    records: int
    charset: str
    form: str
    findings: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(SEVERITIES, 0))
    layout: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """A finished output. `path` is relative to the run and uses `/`; `-` is stdout."""

    path: str
    bytes: int
    sha256: str
    records: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The equation of the run: read = converted + rejected + filtered.

    Validation converts nothing: `converted` are the records without an error. `filtered` is reason
    and count.
    """

    read: int
    converted: int
    rejected: int
    filtered: tuple[tuple[str, int], ...] = ()

    @property
    def closed(self) -> bool:
        return self.read == self.converted + self.rejected + self.out

    @property
    def out(self) -> int:
        """Records left out by a filter, for whatever reason."""
        return sum(count for _, count in self.filtered)


@dataclass(frozen=True, slots=True)
class Run:
    """What differs from run to run although nothing else does. `directory` is empty for none;
    `pages` are the files for people that the run wrote into it, `layouts` the folders in which
    definitions were looked for."""

    started: datetime
    seconds: float
    directory: str = ""
    arguments: tuple[str, ...] = ()
    jobs: int = 1
    pages: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunFacts:
    """Everything a report is made of.

    `command` is convert, validate or roundtrip. `stopped` says why nothing was published: on-error,
    max-errors or balance; empty where the run went through. `complete` is False where not all
    records were read. `balance`, `steps`, `fields`, `characters` and `lineage` go into the report
    as they are.
    """

    command: str
    back: bool
    definitions: Sequence[Definition]
    inputs: Sequence[Input]
    outputs: Sequence[Output]
    counts: Counts
    policy: Policy
    problems: Sequence[Problem]
    run: Run
    stopped: str = ""
    complete: bool = True
    balance: Mapping[str, Any] = field(default_factory=dict)
    steps: Sequence[Mapping[str, Any]] = ()
    fields: Sequence[Mapping[str, Any]] = ()
    characters: Mapping[str, Any] = field(default_factory=dict)
    lineage: Mapping[str, Any] = field(default_factory=dict)


@cache
def program_version() -> str:
    """The installed version; a checkout without an installation has none."""
    try:
        return version("utsushi")
    except PackageNotFoundError:
        return "0"


@cache
def report_schema() -> dict[str, Any]:
    """The JSON Schema of report.json."""
    text = files("converters").joinpath("data/report.schema.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def verdict(facts: RunFacts) -> tuple[str, int]:
    """How the run ended, and its exit code: done 0, findings 3, stopped 4."""
    if facts.stopped:
        return "stopped", 4
    grave = any(at_least(problem.severity, facts.policy.fail_on) for problem in facts.problems)
    return ("findings", 3) if grave else ("done", 0)


def report(facts: RunFacts) -> dict[str, Any]:
    """The report as a JSON object, within its bound."""
    status, code = verdict(facts)
    made = {
        "report": FORMAT,
        "utsushi": program_version(),
        "command": facts.command,
        "back": facts.back,
        "status": status,
        "exit_code": code,
        "complete": facts.complete,
        "stopped": facts.stopped or None,
        "definitions": [_definition(known) for known in facts.definitions],
        "policy": _policy(facts.policy),
        "inputs": [asdict(known) | {"layout": known.layout or None} for known in facts.inputs],
        "outputs": [asdict(known) for known in facts.outputs],
        "counts": _counts(facts.counts),
        "balance": dict(facts.balance),
        "steps": list(facts.steps),
        "steps_total": len(facts.steps),
        "findings": _totals(facts.problems),
        "problems": [_problem(found, facts.policy) for found in sorted(facts.problems, key=_rank)],
        "problems_total": len(facts.problems),
        "fields": list(facts.fields),
        "fields_total": len(facts.fields),
        "characters": dict(facts.characters) or None,
        "lineage": dict(facts.lineage) or None,
        "run": _run(facts.run),
    }
    return plain(bounded(plain(made)))


def _definition(known: Definition) -> dict[str, Any]:
    found = asdict(known)
    rest = {"edition": known.edition or None, "types": known.types or None}
    return {**found, "title": dict(known.title) or None, **rest}


def _policy(policy: Policy) -> dict[str, Any]:
    return {
        "fail_on": policy.fail_on,
        "on_error": policy.on_error,
        "max_errors": policy.max_errors,
        "samples": policy.samples,
        "overrides": [override.model_dump(mode="json") for override in policy.overrides],
    }


def _counts(counts: Counts) -> dict[str, Any]:
    return {
        "read": counts.read,
        "converted": counts.converted,
        "rejected": counts.rejected,
        "filtered": counts.out,
        "reasons": [{"because": reason, "records": count} for reason, count in counts.filtered],
        "closed": counts.closed,
    }


def _totals(problems: Sequence[Problem]) -> dict[str, int]:
    return {
        severity: sum(problem.count for problem in problems if problem.severity == severity)
        for severity in SEVERITIES
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "started": run.started.isoformat(timespec="seconds"),
        "seconds": round(run.seconds, 3),
        "directory": run.directory or None,
        "arguments": list(run.arguments) or None,
        "jobs": run.jobs,
        "layouts": list(run.layouts) or None,
        "pages": list(run.pages) or None,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
    }


def _rank(problem: Problem) -> tuple[int, str, str]:
    return -SEVERITIES.index(problem.severity), problem.code, problem.field


def _problem(problem: Problem, policy: Policy) -> dict[str, Any]:
    known = catalogue()[problem.code]
    words = {"ja": known.ja, "en": known.en}
    example = problem.samples[0].value if problem.samples else ""
    return {
        "code": problem.code,
        "slug": known.slug,
        "severity": problem.severity,
        "scope": known.scope,
        "official": known.official or None,
        "field": problem.field or None,
        "count": problem.count,
        "message": {lang: message(problem.code, lang, problem.field, example) for lang in words},
        "hint": {lang: text.hint for lang, text in words.items()},
        "samples": [_sample(sample) for sample in problem.samples],
        "values": [{"value": value, "count": count} for value, count in problem.values] or None,
        "others": problem.others if problem.values else None,
        "redacted": _redacted(problem, policy),
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "file": sample.file,
        "record": sample.record or None,
        "offset": sample.offset,
        "value": sample.value or None,
    }


def _redacted(problem: Problem, policy: Policy) -> bool:
    """May values have been hidden?"""
    sensitivity = policy.sensitivity(problem.field)
    return sensitivity == "secret" or (sensitivity != "public" and policy.samples != "raw")


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """An object as JSON holds it: no None, exact numbers, texts for what has no type there."""
    return {str(key): _plain(item) for key, item in value.items() if item is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, bool | str | float) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) <= EXACT else str(value)
    assert isinstance(value, Decimal), f"no JSON for {type(value).__name__}"
    return str(value)
