"""Reports of the runs of one migration → one report: counts added, the worst verdict, all problems.

Every number of the result is the sum of those of the runs, and every discrepancy of a run is kept,
so that two wrongs cannot cancel out. The runs may have read different layouts; fields and rules of
one name are counted together. A key that occurs in two of the runs is not found: for that the files
belong into one run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any, Final

from converters.bounds import bounded
from converters.errors import UsageError
from converters.findings import SEVERITIES
from converters.report import plain
from converters.series import sums
from converters.series.load import Report

__all__ = ["merged"]

Named = tuple[str, Report]
"""The directory of a run and its report."""

STATUSES: Final = ("done", "findings", "stopped")
OUTCOMES: Final = ("skipped", "pass", "unevaluated", "fail")
FAIL_ON: Final = ("never", *reversed(SEVERITIES))
SAMPLES: Final = ("none", "masked", "raw")
SHOWN: Final = 5
"""Samples of a problem."""


def merged(runs: Sequence[Named]) -> dict[str, Any]:
    """One report of all runs. UsageError where they cannot be meant together."""
    _refuse(runs)
    reports = [report for _, report in runs]
    worst = max(reports, key=lambda one: STATUSES.index(one["status"]))
    made = {
        **{name: worst[name] for name in ("report", "command", "back", "status", "exit_code")},
        "utsushi": max(one["utsushi"] for one in reports),
        "complete": all(one["complete"] for one in reports),
        "stopped": worst.get("stopped"),
        "definitions": _distinct(reports, "definitions"),
        "policy": _policy(reports),
        "inputs": [one for report in reports for one in report["inputs"]],
        "outputs": [
            {**one, "path": f"{name}/{one['path']}"} for name, run in runs for one in run["outputs"]
        ],
        "counts": _counts(reports),
        "balance": _balance(reports),
        "steps": _steps(reports),
        "findings": {name: _sum(one["findings"][name] for one in reports) for name in SEVERITIES},
        "problems": _problems(reports),
        "fields": sums.entries([one["fields"] for one in reports]),
        "run": _run(runs),
    }
    for name in ("steps", "problems", "fields"):
        made[f"{name}_total"] = len(made[name]) + _unlisted(reports, name)
    return plain(bounded(plain(made)))


def _refuse(runs: Sequence[Named]) -> None:
    names = [name for name, _ in runs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"{twice} is named twice")
    kinds = {(report["command"], report["back"]) for _, report in runs}
    if len(kinds) > 1:
        shown = ", ".join(command + (" --back" if back else "") for command, back in sorted(kinds))
        raise UsageError(f"runs of different kinds cannot be merged: {shown}")


def _unlisted(reports: Iterable[Report], name: str) -> int:
    """Entries that the reports had no room for; some of them may be the same."""
    return sum(one[f"{name}_total"] - len(one[name]) for one in reports)


def _distinct(reports: Iterable[Report], name: str) -> list[Report]:
    found: list[Report] = []
    for report in reports:
        found += [one for one in report[name] if one not in found]
    return found


def _policy(reports: Sequence[Report]) -> Report:
    """What was in force for the whole: the strictest threshold, the most open samples."""
    known = [one["policy"] for one in reports]
    overrides: list[Report] = []
    for policy in known:
        overrides += [one for one in policy["overrides"] if one not in overrides]
    limits = {policy.get("max_errors") for policy in known}
    return {
        "fail_on": max((one["fail_on"] for one in known), key=FAIL_ON.index),
        "on_error": min(one["on_error"] for one in known),
        "max_errors": limits.pop() if len(limits) == 1 else None,
        "samples": max((one["samples"] for one in known), key=SAMPLES.index),
        "overrides": overrides,
    }


def _counts(reports: Sequence[Report]) -> Report:
    known = [one["counts"] for one in reports]
    reasons: dict[str, int] = {}
    for counts in known:
        for one in counts["reasons"]:
            reasons[one["because"]] = reasons.get(one["because"], 0) + int(one["records"])
    names = ("read", "converted", "rejected", "filtered")
    return {
        **{name: _sum(one[name] for one in known) for name in names},
        "reasons": [{"because": name, "records": count} for name, count in sorted(reasons.items())],
        "closed": all(one["closed"] for one in known),
    }


def _sum(counts: Iterable[int | str]) -> int:
    return sum(map(int, counts))


def _problems(reports: Sequence[Report]) -> list[Report]:
    """The problems of one code and field together; files are numbered through."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    files = 0
    for report in reports:
        for one in report["problems"]:
            key = one["code"], one.get("field", "")
            moved = [{**sample, "file": sample["file"] + files} for sample in one["samples"]]
            new = {**one, "samples": moved, "count": int(one["count"])}
            found[key] = _both_problems(found[key], new) if key in found else new
        files += len(report["inputs"])
    return [found[key] for key in sorted(found, key=lambda key: (_grade(found[key]), *key))]


def _grade(problem: Report) -> int:
    return -SEVERITIES.index(problem["severity"])


def _both_problems(one: Report, other: Report) -> dict[str, Any]:
    count = one["count"] + other["count"]
    values = _frequent(one.get("values", ()), other.get("values", ()))
    shown = sum(int(value["count"]) for value in values)
    return {
        **one,
        "severity": max(one["severity"], other["severity"], key=SEVERITIES.index),
        "count": count,
        "samples": [*one["samples"], *other["samples"]][:SHOWN],
        "values": values or None,
        "others": count - shown if values else None,
        "redacted": one["redacted"] or other["redacted"],
    }


def _frequent(one: Iterable[Report], other: Iterable[Report]) -> list[Report]:
    """Values with their counts added, the most frequent first."""
    counts: dict[str, int] = {}
    for value in (*one, *other):
        counts[value["value"]] = counts.get(value["value"], 0) + int(value["count"])
    order = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"value": value, "count": count} for value, count in order]


def _steps(reports: Iterable[Report]) -> list[Report]:
    """A check that was due in several runs is one check; its worst outcome counts."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for report in reports:
        for one in report["steps"]:
            names = ("side", "code", "rule", "limit", "because")
            key = (*(one.get(name) for name in names), *one.get("fields", ()))
            old = found.setdefault(key, {**one, "outcome": "skipped", "failed": 0})
            old["outcome"] = max(one["outcome"], old["outcome"], key=OUTCOMES.index)
            old["failed"] += int(one.get("failed", 0))
    return [*found.values()]


def _balance(reports: Sequence[Report]) -> Report:
    """The balances added up, list by list; discrepancies stand one after the other."""
    known = [one["balance"] for one in reports if one["balance"]]
    if not known:
        return {}
    return {
        "closed": all(one["closed"] for one in known),
        "records": reduce(sums.added, (one["records"] for one in known)),
        **{name: sums.entries([one.get(name, ()) for one in known]) for name in ADDED},
        "discrepancies": [entry for one in known for entry in one.get("discrepancies", ())],
    }


ADDED: Final = ("sums", "keys", "fill", "categories", "unread")


def _run(runs: Sequence[Named]) -> Report:
    """When the first one began, and how long all of them took."""
    known = [report["run"] for _, report in runs]
    first = min(known, key=lambda run: str(run["started"]))
    return {
        **{name: first[name] for name in ("started", "python", "platform")},
        "seconds": round(sum(run["seconds"] for run in known), 3),
        "jobs": max(run["jobs"] for run in known),
        "merged": [name for name, _ in runs],
    }
