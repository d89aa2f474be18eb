"""A report → the same report within 1 MB, whatever the data: shorter lists, and their true lengths.

Less is shown, step by step, until it fits. Counts are never touched: beside every list that may be
cut stands how many entries it had.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["LARGEST", "bounded"]

LARGEST: Final = 1 << 20
"""Bytes of report.json at most."""

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Limits:
    """How much of a report is shown.

    `lists` is for checks and fields, `entries` for each list of the balance, `counts` for the
    values of a code in it.
    """

    problems: int
    samples: int
    values: int
    lists: int
    entries: int
    counts: int


STEPS: Final = (
    _Limits(problems=200, samples=5, values=20, lists=2000, entries=2000, counts=100),
    _Limits(problems=200, samples=2, values=5, lists=1000, entries=500, counts=20),
    _Limits(problems=100, samples=1, values=0, lists=200, entries=100, counts=5),
    _Limits(problems=20, samples=1, values=0, lists=0, entries=10, counts=0),
)


def bounded(full: Report) -> dict[str, Any]:
    """The report, cut as little as needed."""
    for limits in STEPS:
        made = _cut(full, limits)
        if len(json.dumps(made, ensure_ascii=False, indent=1).encode()) <= LARGEST:
            break
    return made


def _cut(full: Report, limits: _Limits) -> dict[str, Any]:
    return {
        **full,
        "balance": _balance(full["balance"], limits),
        "steps": full["steps"][: limits.lists],
        "problems": [_problem(found, limits) for found in _worst(full, limits.problems)],
        "fields": full["fields"][: limits.lists],
    }


def _worst(full: Report, limit: int) -> list[Report]:
    """The most frequent problems of each severity, in the order of the full list.

    That list is sorted by severity, the gravest first.
    """
    known = full["problems"]
    grades = [*dict.fromkeys(found["severity"] for found in known)]
    order = sorted(
        range(len(known)),
        key=lambda at: (grades.index(known[at]["severity"]), -int(known[at]["count"]), at),
    )
    return [known[place] for place in sorted(order[:limit])]


def _problem(found: Report, limits: _Limits) -> dict[str, Any]:
    """A problem with fewer samples and values; `others` counts the values that are not shown."""
    made = {**found, "samples": found["samples"][: limits.samples]}
    if "values" in found:
        shown = found["values"][: limits.values]
        made["values"] = shown
        made["others"] = int(found["count"]) - sum(int(one["count"]) for one in shown)
        if not shown:
            del made["values"], made["others"]
    return made


def _balance(full: Report, limits: _Limits) -> dict[str, Any]:
    """The balance with shorter lists; `totals` says how long each one was."""
    lists = {name: entries for name, entries in full.items() if isinstance(entries, list)}
    if not lists:
        return dict(full)
    made = {name: entries[: limits.entries] for name, entries in lists.items()}
    if "categories" in made:
        made["categories"] = [_categories(one, limits.counts) for one in made["categories"]]
    return {**full, **made, "totals": {name: len(entries) for name, entries in lists.items()}}


def _categories(one: Report, limit: int) -> dict[str, Any]:
    return {
        name: _frequencies(side, limit) if isinstance(side, Mapping) else side
        for name, side in one.items()
    }


def _frequencies(side: Report, limit: int) -> dict[str, Any]:
    """The most frequent values of a code; the others are counted together."""
    counts = side["counts"]
    if len(counts) <= limit:
        return dict(side)
    kept = dict(sorted(counts.items(), key=lambda item: (-int(item[1]), item[0]))[:limit])
    rest = sum(int(count) for value, count in counts.items() if value not in kept)
    return {**side, "counts": dict(sorted(kept.items())), "other": int(side["other"]) + rest}
