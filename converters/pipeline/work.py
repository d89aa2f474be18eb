"""What a worker does with a chunk: convert it, and where asked convert the result back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pyarrow as pa

from converters import findings, forms, residual
from converters.columns import Chunk, Ints, Spans
from converters.pipeline import step
from converters.pipeline.plan import Plan
from converters.pipeline.reading import Source
from converters.pipeline.step import Step, Written
from converters.residual import Made

__all__ = ["Done", "convert", "return_trip", "with_residual"]


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that went through, and the rows of its residual where one is kept."""

    step: Step
    residual: pa.Table | None = None


def convert(plan: Plan, source: Source, chunk: Chunk) -> Done:
    """There, and no way back."""
    return Done(step.lean(plan, step.run(plan, chunk, source.order)))


def with_residual(plan: Plan, back: Plan, source: Source, chunk: Chunk) -> Done:
    """There and back; what did not come back as it was is kept."""
    there = step.run(plan, chunk, source.order)
    assert there.written is not None
    made = _made(back, there.written)
    filtered = np.zeros(chunk.records, np.bool_)
    for _, numbers in there.dropped:
        filtered[numbers - chunk.first] = True
    return Done(step.lean(plan, there), residual.rows(chunk, made, filtered, there.rejected))


def return_trip(plan: Plan, back: Plan, keep: bool, source: Source, chunk: Chunk) -> Done:
    """There and back, with a finding for each field that differs. With `keep` the residual is
    applied first, as the way back would."""
    there = step.run(plan, chunk, source.order)
    assert there.written is not None
    made = _made(back, there.written)
    if keep:
        patches, _ = residual.compare(chunk, made)
        data, bounds = residual.applied(made, patches, chunk.data)
        made = Made(data, bounds, made.records)
    found = _differences(plan, source, there, made)
    if not len(found):
        return Done(step.lean(plan, there))
    whole = replace(there, findings=findings.in_order([there.findings, found]))
    return Done(step.lean(plan, whole))


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
    rows = made.records[patches[:, 0]] - chunk.first
    fields = _fields(spans, len(side.layout.record.fields), rows, places)
    problems = []
    for place, field in enumerate(side.layout.record.fields):
        hit = np.unique(rows[fields == place])
        if len(hit):
            problems.append(findings.ValueProblem(hit, field.name, "BAL-009"))
    lost = np.union1d(gone.astype(np.int64) - chunk.first, rows[fields < 0])
    if len(lost):
        problems.append(findings.ValueProblem(lost.astype(np.int64), "", "BAL-009"))
    return findings.judged(origin, problems, plan.policy)


def _fields(spans: Spans, count: int, rows: Ints, places: Ints) -> Ints:
    """The field whose bytes end behind each place, -1 where it lies behind all of them."""
    ends = np.array([spans.of(field)[1][rows] for field in range(count)])
    behind = ends > places
    first = np.argmin(np.where(behind, ends, np.iinfo(np.int64).max), axis=0)
    return np.where(behind.any(axis=0), first, -1)
