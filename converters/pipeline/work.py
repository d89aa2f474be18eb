"""What a worker does with a chunk: convert it, and where asked convert the result back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pyarrow as pa

from converters import controls, findings, forms, mapping, residual, sorting
from converters.columns import Chunk, Ints, Mask, Spans, take
from converters.controls import Amounts
from converters.forms import PROBLEMS
from converters.kernels.records import OTHER
from converters.model import Field
from converters.pipeline import step
from converters.pipeline.marking import Marked
from converters.pipeline.plan import Lanes, Plan
from converters.pipeline.reading import Source
from converters.pipeline.step import Step, Written
from converters.residual import Made

__all__ = ["Done", "Lane", "convert", "return_trip", "through", "with_residual"]


@dataclass(frozen=True, slots=True)
class Lane:
    """The records of one type of a chunk, which are its `rows`, and what became of them.

    `read` and `written` are what the controls of the two sides count of them, `numbers` tells by
    which number each written record is placed.
    """

    kind: int
    rows: Ints
    step: Step
    read: Amounts | None = None
    written: Amounts | None = None
    numbers: Ints | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that went through: everything that was found, which of its records were rejected,
    and its types of records one by one; the rows of its residual where one is kept."""

    marked: Marked
    findings: pl.DataFrame
    rejected: Mask
    lanes: tuple[Lane, ...]
    residual: pa.Table | None = None

    @property
    def chunk(self) -> Chunk:
        return self.marked.chunk

    @property
    def filtered(self) -> Ints:
        """The numbers of the records that filters left out."""
        numbers = [found for lane in self.lanes for _, found in lane.step.dropped]
        return np.concatenate([np.empty(0, np.int64), *numbers])


Work = Callable[[int, Step], tuple[Step, pa.Table | None]]
"""What is done further with the step of a lane."""


def convert(lanes: Lanes, source: Source, marked: Marked) -> Done:
    """There, and no way back."""
    return _done(lanes, source, marked, lambda _lane, there: (there, None))


def with_residual(lanes: Lanes, back: Lanes, source: Source, marked: Marked) -> Done:
    """There and back; what did not come back as it was is kept."""

    def further(lane: int, there: Step) -> tuple[Step, pa.Table | None]:
        chunk = there.chunk
        assert there.written is not None
        filtered = np.zeros(chunk.records, np.bool_)
        for _, numbers in there.dropped:
            filtered[chunk.rows(numbers)] = True
        made = _made(back.plans[lane], there.written)
        return there, residual.rows(chunk, made, filtered, there.rejected)

    return _done(lanes, source, marked, further)


def return_trip(lanes: Lanes, back: Lanes, keep: bool, source: Source, marked: Marked) -> Done:
    """There and back, with a finding for each field that differs. With `keep` the residual is
    applied first, as the way back would."""

    def further(lane: int, there: Step) -> tuple[Step, pa.Table | None]:
        assert there.written is not None
        plan, made = lanes.plans[lane], _made(back.plans[lane], there.written)
        if keep:
            patches, _ = residual.compare(there.chunk, made)
            data, bounds = residual.applied(made, patches, there.chunk.data)
            made = Made(data, bounds, made.records)
        found = _differences(plan, source, there, made)
        if not len(found):
            return there, None
        return replace(there, findings=findings.in_order([there.findings, found])), None

    return _done(lanes, source, marked, further)


def _done(lanes: Lanes, source: Source, marked: Marked, further: Work) -> Done:
    """Every type of record of the chunk through its plan."""
    if not lanes.is_mixed:
        there, kept = further(0, step.run(lanes.plans[0], marked.chunk, source.order))
        lane = Lane(0, np.arange(0), step.lean(lanes.plans[0], there))
        return Done(marked, there.findings, there.rejected, (lane,), kept)
    chunk = marked.chunk
    rejected = np.zeros(chunk.records, np.bool_)
    parts, kept_rows, found = [], [], []
    for kind in range(len(lanes.plans)):
        rows = np.flatnonzero(marked.kinds == kind)
        if not len(rows):
            continue
        there, kept = further(kind, through(lanes, source, marked, (kind, rows)))
        rejected[rows] = there.rejected
        found.append(_named(there.findings, lanes.names(kind)[0]))
        parts.append(_lane(lanes, (kind, rows), there))
        kept_rows += [] if kept is None else [kept]
    rows = np.flatnonzero(marked.kinds == OTHER)
    if len(rows):
        unknown = sorting.picked(chunk, rows)
        broken = findings.from_records(unknown, PROBLEMS, unknown.codes, {})
        # Whatever a definition makes of the code: a record without fields cannot go on.
        found.append(findings.judge(broken, replace(lanes.policy, overrides=())))
        rejected[rows[unknown.rows(findings.errors(found[-1]))]] = True
        kept_rows += _unknown(unknown) if kept_rows or not parts else []
    frame = findings.in_order([one for one in found if len(one)] or found)
    table = pa.concat_tables(kept_rows).sort_by(residual.ORDER) if kept_rows else None
    return Done(marked, frame, rejected, tuple(parts), table)


def through(lanes: Lanes, source: Source, marked: Marked, which: tuple[int, Ints]) -> Step:
    """The records of one type through their plan."""
    kind, rows = which
    numbers = {
        mapping.parent(lanes.source.records[other].name): pl.Series(found[rows])
        for other, found in (marked.parents or {}).items()
    }
    return step.run(lanes.plans[kind], sorting.picked(marked.chunk, rows), source.order, numbers)


def _lane(lanes: Lanes, which: tuple[int, Ints], there: Step) -> Lane:
    """What is kept of a type's records until their turn in the commit."""
    (kind, rows), plan = which, lanes.plans[which[0]]
    read = written = numbers = None
    if lanes.controls:
        read = controls.amounts(lanes.controls, lanes.source.records[kind].name, there.batch)
    if lanes.written and there.written and lanes.target:
        name = lanes.target.records[lanes.targets[kind]].name
        written = controls.amounts(lanes.written, name, there.written.batch)
        numbers = _numbers(lanes, kind, there)
    return Lane(kind, rows, step.lean(plan, there), read, written, numbers)


def _numbers(lanes: Lanes, kind: int, there: Step) -> Ints:
    """What places each written record: its own number, or the one that it carries; 0 for none."""
    assert there.written is not None
    records = there.written.records
    if not lanes.places or not lanes.places[kind]:
        return records
    rows = np.searchsorted(there.batch.records, records).astype(np.int64)
    numbers, given = controls.units(take(there.batch[lanes.places[kind]], rows), 0)
    return np.where(given, numbers, 0)


def _named(frame: pl.DataFrame, prefix: str) -> pl.DataFrame:
    """Findings whose fields are named with the type of their record."""
    if not len(frame):
        return frame
    field = pl.col("field")
    return frame.with_columns(field=pl.when(field == "").then(field).otherwise(prefix + field))


def _unknown(chunk: Chunk) -> list[pa.Table]:
    """The residual of records that went through no plan."""
    nothing = Made(np.empty(0, np.uint8), np.zeros(1, np.int64), np.empty(0, np.int64))
    lost = np.ones(chunk.records, np.bool_)
    return [residual.rows(chunk, nothing, ~lost, lost)]


def _made(back: Plan, written: Written) -> Made:
    """The source records that come back from what was written, read as a file would be."""
    form = back.source.form
    data = forms.packed(form, written.data)
    if closing := form.closing():
        data = np.concatenate([data, np.frombuffer(closing, np.uint8)])
    split = form.split(data, eof=True)
    chunk = Chunk(0, 0, 1, 0, data, split.bounds, split.stop, split.codes, split.own)
    assert chunk.records == len(written.records), "the form reads other records than it wrote"
    returned = step.run(back, chunk, None).written
    assert returned is not None
    return Made(returned.data, returned.bounds, written.records[returned.records - 1])


def _differences(plan: Plan, source: Source, there: Step, made: Made) -> pl.DataFrame:
    """One finding per field of the source whose bytes did not come back."""
    chunk, side = there.chunk, plan.source
    patches, _ = residual.compare(chunk, made)
    gone = np.setdiff1d(there.written.records if there.written else [], made.records)
    if not len(patches) and not len(gone):
        return pl.DataFrame(schema=findings.JUDGED_SCHEMA)
    spans = side.form.spans(chunk, source.order)
    origin = side.origin(chunk, spans)
    places = patches[:, 3]
    rows = chunk.rows(made.records[patches[:, 0]])
    fields = _fields(spans, side.layout.record.fields, rows, places)
    problems = []
    for place, field in enumerate(side.layout.record.fields):
        hit = np.unique(rows[fields == place])
        if len(hit):
            problems.append(findings.ValueProblem(hit, field.name, "BAL-009"))
    lost = np.union1d(chunk.rows(gone.astype(np.int64)), rows[fields < 0])
    if len(lost):
        problems.append(findings.ValueProblem(lost.astype(np.int64), "", "BAL-009"))
    return findings.judged(origin, problems, plan.policy)


def _fields(spans: Spans, fields: tuple[Field, ...], rows: Ints, places: Ints) -> Ints:
    """The field whose bytes end behind each place, -1 where it lies behind all of them."""
    ends = np.array([_end(spans, place, field, rows) for place, field in enumerate(fields)])
    behind = ends > places
    first = np.argmin(np.where(behind, ends, np.iinfo(np.int64).max), axis=0)
    return np.where(behind.any(axis=0), first, -1)


def _end(spans: Spans, place: int, field: Field, rows: Ints) -> Ints:
    """Where a field ends in these rows, before all places where it is not there."""
    start, stop = (edge[rows] for edge in spans.of(place))
    return np.where(stop > start, stop, -1) if field.varies else stop
