"""A file and a record number → what the program makes of the records from there on.

The records go through the same step as in a run; nothing is decoded here a second time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl

from converters.columns import Batch, Ints, Spans, series
from converters.errors import UsageError
from converters.forms import FileProblem
from converters.kernels.records import OTHER
from converters.pipeline.families import Kin
from converters.pipeline.marking import Marked, Marker
from converters.pipeline.output import kind_of
from converters.pipeline.plan import Lanes, Plan
from converters.pipeline.reading import Source, chunks
from converters.pipeline.step import Step
from converters.pipeline.work import family

Values = Mapping[str, str | None]
Pairs = Mapping[str, tuple[str, ...]]
"""Source field to the target items made from it, "" to those made from none."""

__all__ = ["FieldView", "Problem", "RecordView", "Target", "records"]

Target = tuple[str, str | None]
"""A target item and its value."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding without words; `value` is its text, bytes that are no character as codes."""

    field: str
    code: str
    severity: str
    value: str


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field: 1-based place in the record (0 where quotes hide it), bytes, value, findings.

    `targets` are the items a mapping makes from it; one that is made from several fields stands at
    the first of them. `there` tells whether the record has it; `inner` that it is a field of the
    row before it, which is a record of its own.
    """

    name: str
    at: int
    raw: bytes
    value: str | None
    problems: tuple[Problem, ...]
    targets: tuple[Target, ...]
    there: bool = True
    inner: bool = False


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record: number, 0-based place in the file, all its bytes, and what becomes of it.

    `lane` is its type; a record of no known type has no fields.

    `problems` are those of the record as a whole and of target items, `constants` the items that
    come from no field. `fate` is empty, `rejected`, or why the record is left out.
    """

    number: int
    offset: int
    raw: bytes
    fields: tuple[FieldView, ...]
    problems: tuple[Problem, ...]
    constants: tuple[Target, ...]
    fate: str
    lane: int = 0


def records(
    lanes: Lanes, pairs: Sequence[Pairs], name: str, wanted: range
) -> Iterator[FileProblem | RecordView]:
    """The problems of the file's beginning, then the wanted records (1-based numbers); `pairs` are
    those of each lane.

    UsageError when the file has fewer records than the first one that is wanted.
    """
    source = Source(name, 0)
    kind = kind_of(name, lanes)[1] if lanes.source.is_apart else None
    marker = Marker(lanes, kind)
    shown = 0
    for chunk in chunks(source, lanes.plans[kind or 0].source.form, None, lambda _bytes: None):
        marked = marker.mark(chunk)
        if not shown:
            yield from source.problems
        low = max(wanted.start - chunk.first, 0)
        high = min(wanted.stop - chunk.first, chunk.records)
        if low < high:
            shown += high - low
            for lane, rows in _runs(marked, low, high):
                there, kin = family(lanes, source, marked, (lane, rows))
                spans = lanes.plans[lane].source.form.spans(there.chunk, source.order)
                inner = tuple(_Inner(one, lanes.plans[one.family.rows], pairs) for one in kin)
                look = _Look(lanes.plans[lane], pairs[lane], there, spans, lane, inner)
                yield from (_record(look, row) for row in range(len(rows)))
        if chunk.first + chunk.records >= wanted.stop:
            return
    if not shown:
        raise UsageError(f"{name}: there is no record {wanted.start}, the last is {source.records}")


def _runs(marked: Marked, low: int, high: int) -> Iterator[tuple[int, Ints]]:
    """Rows from `low` to before `high` in runs of one type; those of no type go with the first."""
    kinds = np.where(marked.kinds == OTHER, 0, marked.kinds)[low:high]
    edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), high - low]
    for first, last in pairwise(edges):
        yield int(kinds[first]), np.arange(low + first, low + last)


@dataclass(frozen=True, slots=True)
class _Look:
    """A chunk that went through the plan, and where its fields lie."""

    plan: Plan
    pairs: Pairs
    step: Step
    spans: Spans
    lane: int
    inner: tuple[_Inner, ...]


@dataclass(frozen=True, slots=True)
class _Inner:
    """The rows of one table, which went through the plan of their own."""

    kin: Kin
    plan: Plan
    pairs: Sequence[Pairs]

    def views(self, row: int, number: int, whole: FieldView) -> Iterator[FieldView]:
        """Row `number` of the record at `row` and its fields; `whole` is what is known of it."""
        step, chunk, at = self.kin.step, self.kin.chunk, whole.at
        place = int(np.flatnonzero(self.kin.rows == row)[number - 1])
        name = int(chunk.numbered(np.array([place]))[0])
        values, problems = _values(step.batch, name), _problems(step, name)
        mapped = _values(step.written.batch, name) if step.written else {}
        pairs, record = self.pairs[self.kin.family.rows], self.plan.source.layout.record
        yield replace(whole, targets=_targets(pairs, "", mapped))
        spans, family = self.plan.source.form.spans(chunk, None), self.kin.family
        own = int(chunk.bounds[place]) + family.at
        for column, one in enumerate(record.fields):
            start, stop = (int(edge[place]) for edge in spans.of(column))
            # Beside its own fields a row has the keys of its record.
            if own <= start < own + family.table.size:
                yield FieldView(
                    one.name,
                    at + start - own,
                    spans.data[start:stop].tobytes(),
                    values.get(one.name),
                    tuple(each for each in problems if each.field == one.name),
                    _targets(pairs, one.name, mapped),
                    column not in spans.there or bool(spans.there[column][place]),
                    True,
                )


def _record(look: _Look, row: int) -> RecordView:
    step, chunk = look.step, look.step.chunk
    number = chunk.first + row
    begin, end = int(chunk.bounds[row]), int(chunk.bounds[row + 1])
    problems = _problems(step, number)
    mapped = _values(step.written.batch, number) if step.written else {}
    whole = chunk.codes[row] == look.spans.codes[row] == 0
    return RecordView(
        number,
        chunk.offset + begin,
        chunk.data[begin:end].tobytes(),
        tuple(_fields(look, row, problems, mapped)) if whole else (),
        tuple(each for each in problems if each.field not in look.plan.source.index),
        _targets(look.pairs, "", mapped),
        _fate(step, row),
        look.lane,
    )


def _fields(look: _Look, row: int, problems: list[Problem], mapped: Values) -> Iterator[FieldView]:
    chunk, spans = look.step.chunk, look.spans
    values = _values(look.step.batch, chunk.first + row)
    for place, field in enumerate(look.plan.source.layout.record.fields):
        start, stop = (int(edge[row]) for edge in spans.of(place))
        at = start - int(chunk.bounds[row]) + 1 if start < len(chunk.data) else 0
        there = place not in spans.there or bool(spans.there[place][row])
        whole = FieldView(
            field.name,
            at,
            spans.data[start:stop].tobytes(),
            values.get(field.name),
            tuple(each for each in problems if each.field == field.name),
            _targets(look.pairs, field.name, mapped),
            there,
        )
        table = field.element.table if there and field.element and field.element.rows else None
        inner = next((one for one in look.inner if one.kin.family.table.name == table), None)
        if inner is not None and field.element is not None:
            yield from inner.views(row, field.element.number, whole)
        else:
            yield whole


def _targets(pairs: Pairs, field: str, mapped: Values) -> tuple[Target, ...]:
    return tuple((item, mapped[item]) for item in pairs.get(field, ()) if item in mapped)


def _problems(step: Step, number: int) -> list[Problem]:
    found = step.findings.filter(pl.col("record") == number)
    columns = (found[name].to_list() for name in ("field", "code", "severity", "value"))
    return [Problem(*row) for row in zip(*columns, strict=True)]


def _values(batch: Batch, number: int) -> Values:
    """Column to value as text, of the row with that record number; empty when it is not there."""
    row = batch.take(np.flatnonzero(batch.records == number))
    if not len(row):
        return {}
    found = {name: series(column).item() for name, column in row.columns.items()}
    return {name: None if value is None else str(value) for name, value in found.items()}


def _fate(step: Step, row: int) -> str:
    if step.rejected[row]:
        return "rejected"
    number = step.chunk.first + row
    return next((because for because, numbers in step.dropped if number in numbers), "")
