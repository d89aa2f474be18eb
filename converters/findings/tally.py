"""Judged findings, batch after batch → exact counts and a few samples per code and field.

The size is bounded by the number of codes and fields, however many findings come, and the result
does not depend on how they were cut into batches.
"""

from __future__ import annotations

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
SHOWN: Final = ("public", "code")
"""Sensitivities of fields whose values are counted."""
TOP: Final = 20
"""Values shown per code and field."""
HELD: Final = 1 << 15
"""Findings held until they are counted: to group a chunk's few takes as long as to group these."""


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
        self._held: list[pl.DataFrame] = []
        self._rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Count the findings of one batch."""
        if not len(frame):
            return
        self._held.append(frame)
        self._rows += len(frame)
        if self._rows >= HELD:
            self._settle()

    def _settle(self) -> None:
        """Count the findings that are held."""
        if not self._held:
            return
        frame = pl.concat(self._held)
        self._held.clear()
        self._rows = 0
        for file, severity, count in frame.group_by("file", "severity").len().iter_rows():
            self._files[file, severity] = self._files.get((file, severity), 0) + count
        first = pl.struct(SAMPLE).head(SAMPLES)
        grouped = frame.group_by(KEY, maintain_order=True)
        for code, name, count, severity, samples in grouped.agg(
            pl.len(), pl.first("severity"), first
        ).iter_rows():
            group = self._groups.setdefault((code, name), _Group(severity))
            group.count += count
            room = SAMPLES - len(group.samples)
            group.samples += [Sample(**sample) for sample in samples[:room]]
        self._count_values(frame)

    def _count_values(self, frame: pl.DataFrame) -> None:
        """Values as they first appear, as long as there is room for different ones."""
        shown = {name for _, name in self._groups if self._policy.sensitivity(name) in SHOWN}
        rows = frame.filter(pl.col("field").is_in(shown) & (pl.col("value") != ""))
        counts = rows.group_by(*KEY, "value", maintain_order=True).len()
        for code, name, value, count in counts.iter_rows():
            values = self._groups[code, name].values
            if value in values or len(values) < DISTINCT:
                values[value] = values.get(value, 0) + count

    def files(self, count: int) -> list[dict[str, int]]:
        """Findings of each severity in each of so many files."""
        self._settle()
        return [
            {severity: self._files.get((file, severity), 0) for severity in SEVERITIES}
            for file in range(count)
        ]

    def problems(self) -> tuple[Problem, ...]:
        """Everything counted: errors first, then by code and field."""
        self._settle()
        found = [_problem(*key, group) for key, group in self._groups.items()]
        return tuple(sorted(found, key=_rank))


def _problem(code: str, name: str, group: _Group) -> Problem:
    top = sorted(group.values.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    others = group.count - sum(count for _, count in top) if top else 0
    samples = tuple(group.samples)
    return Problem(code, name, group.severity, group.count, samples, tuple(top), others)


def _rank(problem: Problem) -> tuple[int, str, str]:
    return -SEVERITIES.index(problem.severity), problem.code, problem.field
