"""A mapping with its two layouts → a program from batches of the one to batches of the other.

Forward, every rule is applied to the whole batch. Back, every rule is undone: a source field that
several rules read comes from the one that is exact, and the others are applied to the result to see
that the batch says nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.columns import Batch, Values
from converters.conditions import Holds, holds
from converters.findings import ValueProblem
from converters.kinds import dtype
from converters.mapping.choice import coalesce, constant
from converters.mapping.pairs import LOSSY, Pair, Step, Wiring, flagged
from converters.mapping.partial import partial_date
from converters.mapping.parts import cut, join, split, substring
from converters.mapping.place import number
from converters.mapping.rename import rename
from converters.mapping.values import blank, unlike
from converters.model import Field, Layout, Mapping, Rule

__all__ = ["OPERATIONS", "Dropped", "Mapped", "Program", "compile", "parent"]

OPERATIONS: Final[dict[str, Callable[[Wiring], Pair]]] = {
    "coalesce": coalesce,
    "constant": constant,
    "cut": cut,
    "join": join,
    "number": number,
    "partial": partial_date,
    "source": rename,
    "split": split,
    "substring": substring,
}
"""Operation of a rule → what makes its pair."""


@dataclass(frozen=True, slots=True, eq=False)
class Dropped:
    """Records left out by one filter: which rows of the batch that came in, and why."""

    rows: npt.NDArray[np.bool_]
    because: str


@dataclass(frozen=True, slots=True, eq=False)
class Mapped:
    """A batch of the target, without the dropped rows.

    Rows of `problems` and `dropped` are positions in the batch that came in.
    """

    batch: Batch
    problems: list[ValueProblem]
    dropped: list[Dropped]


@dataclass(frozen=True, slots=True)
class Task:
    """A step with the columns it reads, and the columns it makes (empty: made but not wanted).

    A step that reads none is given the record numbers. Those of the records that others belong to,
    and those of the rows of a table in their record, stand in columns named `parent` of their
    types.
    """

    reads: tuple[str, ...]
    makes: tuple[str, ...]
    run: Step


@dataclass(frozen=True, slots=True)
class Audit:
    """A rule applied to what came back: its targets must be what the batch had."""

    reads: tuple[str, ...]
    targets: tuple[str, ...]
    run: Step


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled mapping, one way. It holds nothing that changes, so threads may share it."""

    fields: tuple[Field, ...]
    filters: tuple[tuple[Holds, str], ...]
    tasks: tuple[Task, ...]
    audits: tuple[Audit, ...]

    def run(self, batch: Batch) -> Mapped:
        """The mapped batch: all fields in layout order, blank where no rule is."""
        dropped, rows = _dropped(self.filters, batch), batch
        if dropped:
            kept = np.flatnonzero(~_any(dropped, len(batch)))
            rows = batch.take(kept)
        made, problems = _made(self.tasks, rows)
        for audit in self.audits:
            problems += _audited(audit, rows, made)
        if dropped:
            problems = [replace(problem, rows=kept[problem.rows]) for problem in problems]
        return Mapped(Batch(rows.records, self._columns(made, len(rows))), problems, dropped)

    def _columns(self, made: dict[str, Values], rows: int) -> dict[str, Values]:
        """All fields in order; those that no rule sets share one blank column of their type."""
        blanks: dict[pl.DataType, Values] = {}
        columns = {}
        for field in self.fields:
            values = made.get(field.name)
            if values is None:
                kind = dtype(field)
                if kind not in blanks:
                    blanks[kind] = blank(field, rows)
                values = blanks[kind]
            columns[field.name] = values
        return columns


def _made(tasks: tuple[Task, ...], rows: Batch) -> tuple[dict[str, Values], list[ValueProblem]]:
    made: dict[str, Values] = {}
    numbers = pl.Series(rows.records)
    problems: list[ValueProblem] = []
    for task in tasks:
        columns, further = task.run([rows[name] for name in task.reads] or [numbers])
        problems += further
        made |= {name: v for name, v in zip(task.makes, columns, strict=True) if name}
    return made, problems


def _dropped(filters: tuple[tuple[Holds, str], ...], batch: Batch) -> list[Dropped]:
    """The rows that each filter drops; a row that several would drop counts for the first."""
    found: list[Dropped] = []
    for test, because in filters:
        rows = test(batch) & ~_any(found, len(batch))
        if rows.any():
            found.append(Dropped(rows, because))
    return found


def _any(dropped: list[Dropped], rows: int) -> npt.NDArray[np.bool_]:
    marks = np.zeros(rows, np.bool_)
    for one in dropped:
        marks |= one.rows
    return marks


def _audited(audit: Audit, rows: Batch, made: dict[str, Values]) -> list[ValueProblem]:
    """Values of the batch that what came back does not lead to."""
    again, _ = audit.run([made[name] for name in audit.reads])
    problems: list[ValueProblem] = []
    for name, values in zip(audit.targets, again, strict=True):
        problems += flagged(unlike(rows[name], values), name, rows[name], LOSSY)
    return problems


def compile(mapping: Mapping, source: Layout, target: Layout, back: bool) -> Program:
    """The program of a mapping from source to target, or back."""
    owners = _owners(mapping)
    wirings = [_wiring(rule, mapping, (source, target), owners) for rule in mapping.rules]
    pairs = [
        OPERATIONS[rule.operation](wiring)
        for rule, wiring in zip(mapping.rules, wirings, strict=True)
    ]
    if back:
        return _backward(mapping.rules, pairs, owners, source)
    tasks = [
        Task(_reads(rule, source), rule.targets, pair.apply)
        for rule, pair in zip(mapping.rules, pairs, strict=True)
    ]
    filters = tuple(
        (holds(entry.drop, source.record.field(entry.drop.field)), entry.because)
        for entry in mapping.filter
    )
    return Program(_fields(target), filters, tuple(tasks), ())


def parent(record: str) -> str:
    """The column of a batch with the number of the last record of a type, 0 where none is."""
    return f"#{record}"


def _reads(rule: Rule, source: Layout) -> tuple[str, ...]:
    """The columns a rule reads: its fields, or the numbers of other records."""
    own = rule.number == source.record.name and source.record.within is None
    if rule.number is None or own:
        return rule.sources
    return (parent(rule.number),)


def _backward(
    rules: tuple[Rule, ...], pairs: list[Pair], owners: dict[str, Rule], source: Layout
) -> Program:
    tasks, audits = [], []
    for rule, pair in zip(rules, pairs, strict=True):
        owned = tuple(name if owners[name] is rule else "" for name in rule.sources)
        if any(owned) or not owned:
            tasks.append(Task(rule.targets, owned, pair.inverse))
        if not all(owned):
            audits.append(Audit(rule.sources, rule.targets, pair.apply))
    return Program(_fields(source), (), tuple(tasks), tuple(audits))


def _owners(mapping: Mapping) -> dict[str, Rule]:
    """The rule that each source field comes back by: exact ones before those that may lose."""
    found: dict[str, Rule] = {}
    for rule in sorted(mapping.rules, key=_doubt):
        for name in rule.sources:
            found.setdefault(name, rule)
    return found


def _doubt(rule: Rule) -> int:
    """A plain rename is the surest way back, a coalesce or a declared loss the least."""
    if rule.lossy:
        return 3
    plain = rule.source and not (rule.codes or rule.width or rule.pad)
    return 2 if rule.coalesce else 0 if plain else 1


def _wiring(
    rule: Rule, mapping: Mapping, layouts: tuple[Layout, Layout], owners: dict[str, Rule]
) -> Wiring:
    source, target = layouts
    needed = not rule.sources or any(owners[name] is rule for name in rule.sources)
    sources = tuple(source.record.field(name) for name in rule.sources)
    targets = tuple(target.record.field(name) for name in rule.targets)
    return Wiring(rule, mapping, sources, targets, bool(rule.lossy) or not needed, _floor(sources))


def _floor(sources: tuple[Field, ...]) -> int:
    """The characters a value keeps when zeros are taken off: all of a field of digits.

    Digits are identifiers: they fill their field with zeros of their own. Numbers do not.
    """
    if len(sources) != 1 or sources[0].kind != "digits" or sources[0].pad == "0":
        return 1
    return sources[0].chars or sources[0].bytes or 1


def _fields(layout: Layout) -> tuple[Field, ...]:
    return tuple(field for field in layout.record.fields if not field.is_filler)
