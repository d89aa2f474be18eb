"""Judged findings, batch after batch → exact counts and a few samples per code and field.

The size is bounded by the number of codes and fields, however many findings come, and the result
does not depend on how they were cut into batches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from converters.findings.policy import SEVERITIES, Policy

__all__ = ["Problem", "Sample", "Tally"]

SAMPLES: Final = 5
"""Samples kept per code and field: the first ones."""
DISTINCT: Final = 1000
"""Values counted per code and field; the rest is counted together."""
KEY: Final = ("code", "field")
SAMPLE: Final = ("file", "record", "offset", "value")
TOP: Final = 20
"""Values shown per code and field."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One finding to look at; `value` is what may be shown."""

    file: int
    record: int
    offset: int
    value: str


@dataclass(frozen=True, slots=True)
class Problem:
    """All findings of one code on one field.

    `values` are the most frequent values with their counts, where values may be shown; `others` is
    the number of findings whose value is not among them.
    """

    code: str
    field: str
    severity: str
    count: int
    samples: tuple[Sample, ...]
    values: tuple[tuple[str, int], ...] = ()
    others: int = 0


class _Group:
    """What is known so far about one code and field."""

    __slots__ = ("count", "samples", "severity", "values")

    def __init__(self, severity: str) -> None:
        self.severity = severity
        self.count = 0
        self.samples: list[Sample] = []
        self.values: dict[str, int] = {}


class Tally:
    """Guards the counts of a run; `add` takes judged and masked frames in input order."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._groups: dict[tuple[str, str], _Group] = {}
        self._files: dict[tuple[int, str], int] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Count the findings of one batch."""
        if not len(frame):
            return
        for file, severity, count in frame.group_by("file", "severity").len().iter_rows():
            self._files[file, severity] = self._files.get((file, severity), 0) + count
        places: dict[tuple[str, str], list[int]] = {}
        for row, key in enumerate(zip(*(frame[name].to_list() for name in KEY), strict=True)):
            places.setdefault(key, []).append(row)
        values = frame["value"].to_list()
        for key, rows in places.items():
            if key not in self._groups:
                self._groups[key] = _Group(frame["severity"][rows[0]])
            group = self._groups[key]
            group.count += len(rows)
            for row in rows[: SAMPLES - len(group.samples)]:
                group.samples.append(Sample(*(frame[name][row] for name in SAMPLE)))
            if self._policy.sensitivity(key[1]) in ("public", "code"):
                _count_values(group, Counter(values[row] for row in rows))

    def count(self, severity: str) -> int:
        """Findings of that severity so far."""
        return sum(group.count for group in self._groups.values() if group.severity == severity)

    def files(self, count: int) -> list[dict[str, int]]:
        """Findings of each severity in each of so many files."""
        return [
            {severity: self._files.get((file, severity), 0) for severity in SEVERITIES}
            for file in range(count)
        ]

    def problems(self) -> tuple[Problem, ...]:
        """Everything counted: errors first, then by code and field."""
        found = [_problem(*key, group) for key, group in self._groups.items()]
        return tuple(sorted(found, key=_rank))


def _count_values(group: _Group, counts: Mapping[str, int]) -> None:
    """Values as they first appear, as long as there is room for different ones."""
    for value, count in counts.items():
        if value and (value in group.values or len(group.values) < DISTINCT):
            group.values[value] = group.values.get(value, 0) + count


def _problem(code: str, name: str, group: _Group) -> Problem:
    top = sorted(group.values.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    others = group.count - sum(count for _, count in top) if top else 0
    samples = tuple(group.samples)
    return Problem(code, name, group.severity, group.count, samples, tuple(top), others)


def _rank(problem: Problem) -> tuple[int, str, str]:
    return -SEVERITIES.index(problem.severity), problem.code, problem.field
