"""What a worker does with a chunk: convert it, and where asked convert the result back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from converters import controls, findings, forms, mapping, presence, residual, sorting
from converters.columns import Chunk, Ints, Mask, Spans, take
from converters.controls import Amounts
from converters.forms import PROBLEMS
from converters.kernels.records import OTHER
from converters.model import Field
from converters.pipeline import families, step
from converters.pipeline.families import Kin
from converters.pipeline.marking import Marked
from converters.pipeline.plan import Family, Lanes, Plan
from converters.pipeline.reading import Source
from converters.pipeline.step import Aside, Step, Written
from converters.residual import Made

__all__ = ["Done", "Lane", "Told", "convert", "family", "return_trip", "through", "with_residual"]


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What records say of the rows of a table, or rows of their record: its number (0 where it is
    not known), the count of its rows (below 0 where it is not known) or the row's own number, a
    hash of its keys; and whether they went through."""

    numbers: Ints
    values: Ints
    keys: Words
    sound: Mask


@dataclass(frozen=True, slots=True)
class Lane:
    """The records of one type of a chunk, which are its `rows`, and what became of them.

    `read` and `written` are what the controls of the two sides count of them, `numbers` tells by
    which number each written record is placed, `told` what it says of the rows of its tables, or as
    such a row of its record.
    """

    kind: int
    rows: Ints
    step: Step
    read: Amounts | None = None
    written: Amounts | None = None
    numbers: Ints | None = None
    told: tuple[tuple[Family, Told], ...] = ()


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


Words = npt.NDArray[np.uint64]
Work = Callable[[int, Step, tuple[Kin, ...]], tuple[Step, pa.Table | None]]
"""What is done further with the step of a lane and its rows."""


def convert(lanes: Lanes, source: Source, marked: Marked) -> Done:
    """There, and no way back."""
    return _done(lanes, source, marked, lambda _lane, there, _kin: (there, None))


def with_residual(lanes: Lanes, back: Lanes, source: Source, marked: Marked) -> Done:
    """There and back; what did not come back as it was is kept."""

    def further(lane: int, there: Step, kin: tuple[Kin, ...]) -> tuple[Step, pa.Table | None]:
        chunk = there.chunk
        assert there.written is not None
        filtered = np.zeros(chunk.records, np.bool_)
        for _, numbers in there.dropped:
            filtered[chunk.rows(numbers)] = True
        made = _made(back, lane, there.written, kin)
        return there, residual.rows(chunk, made, filtered, there.rejected)

    return _done(lanes, source, marked, further)


def return_trip(lanes: Lanes, back: Lanes, keep: bool, source: Source, marked: Marked) -> Done:
    """There and back, with a finding for each field that differs. With `keep` the residual is
    applied first, as the way back would."""

    def further(lane: int, there: Step, kin: tuple[Kin, ...]) -> tuple[Step, pa.Table | None]:
        assert there.written is not None
        plan, made = lanes.plans[lane], _made(back, lane, there.written, kin)
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
        there, kept = further(0, step.run(lanes.plans[0], marked.chunk, source.order), ())
        lane = Lane(0, np.arange(0), step.lean(lanes.plans[0], there))
        return Done(marked, there.findings, there.rejected, (lane,), kept)
    chunk = marked.chunk
    rejected = np.zeros(chunk.records, np.bool_)
    parts, kept_rows, found = [], [], []
    for kind in range(len(lanes.plans)):
        rows = np.flatnonzero(marked.kinds == kind)
        if not len(rows):
            continue
        there, kin = family(lanes, source, marked, (kind, rows))
        there, kept = further(kind, there, kin)
        rejected[rows] = there.rejected
        found.append(_named(there.findings, lanes.names(kind)[0]))
        found += [_of_rows(lanes, one, there.findings) for one in kin]
        parts.append(_lane(lanes, (kind, rows), there))
        parts += [_lane(lanes, (one.family.rows, rows[one.rows]), one.step) for one in kin]
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


def family(
    lanes: Lanes, source: Source, marked: Marked, which: tuple[int, Ints]
) -> tuple[Step, tuple[Kin, ...]]:
    """The records of one type and the rows that stand in them: written together or not at all."""
    there = through(lanes, source, marked, which)
    kin, lost = families.stepped(lanes, marked, which[0], there)
    if lost is None:
        return there, kin
    # What is lost is not converted, so only the first time tells what is wrong with it.
    whole = _as_told(through(lanes, source, marked, which, lost), there)
    again, _ = families.stepped(lanes, marked, which[0], whole)
    pairs = zip(again, kin, strict=True)
    return whole, tuple(replace(one, step=_as_told(one.step, old.step)) for one, old in pairs)


def _as_told(made: Step, first: Step) -> Step:
    """A step with what was found by another one over the same records."""
    return replace(made, findings=first.findings, failed=first.failed)


def _of_rows(lanes: Lanes, kin: Kin, whole: pl.DataFrame) -> pl.DataFrame:
    """What was found in rows, told of the records they stand in. What was found of those, `whole`,
    is not told again of the keys that go along with each row."""
    family, frame = kin.family, kin.step.findings
    if not len(frame):
        return frame
    told = frame.with_columns(record=(pl.col("record") // family.most).cast(pl.UInt64))
    again = told.join(whole, ["record", "field", "code"], "semi", maintain_order="left")
    keys = again.filter(pl.col("field").is_in(list(family.keys)))
    told = told.join(keys, ["record", "field", "code"], "anti", maintain_order="left")
    return _named(told, lanes.names(family.rows)[0])


def through(
    lanes: Lanes,
    source: Source,
    marked: Marked,
    which: tuple[int, Ints],
    lost: Mask | None = None,
) -> Step:
    """The records of one type through their plan; those that are lost as if they were rejected."""
    kind, rows = which
    numbers = {
        mapping.parent(lanes.source.records[other].name): pl.Series(found[rows])
        for other, found in (marked.parents or {}).items()
    }
    chunk = sorting.picked(marked.chunk, rows)
    aside = Aside(numbers, lost, marked.problems)
    return step.run(lanes.plans[kind], chunk, source.order, aside)


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
    told = tuple(
        (family, _told(lanes, family, kind, there))
        for family in lanes.families
        if family.backward and kind in (family.rows, family.whole)
    )
    return Lane(kind, rows, step.lean(plan, there), read, written, numbers, told)


def _told(lanes: Lanes, family: Family, kind: int, there: Step) -> Told:
    """What records say of their rows, or rows of their records."""
    count, written = there.chunk.records, there.written
    assert written is not None and lanes.target is not None
    rows = there.chunk.rows(written.records)
    sound = np.zeros(count, np.bool_)
    sound[rows] = True
    given, known = controls.units(there.batch[lanes.places[kind]], 0)
    numbers = np.where(known, given, 0)
    values, found = np.full(count, -1, np.int64), np.zeros(count, np.uint64)
    if kind == family.rows:
        given, known = controls.units(there.batch[family.item], 0)
        values = np.where(known, given, 0)
    elif family.table.count is None:
        values[rows] = family.table.times
    else:
        name = lanes.target.records[lanes.targets[kind]].fields[family.table.count].name
        values[rows] = presence.counts(family.table, written.batch[name])[0]
    if family.keys:
        found[rows] = families.hashes(lanes, family, kind, written)
    return Told(numbers, values, found, sound)


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


def _made(back: Lanes, lane: int, written: Written, kin: tuple[Kin, ...]) -> Made:
    """The source records that come back from what was written, with the rows that stand in them."""
    made, target = _returned(back.plans[lane], written), back.plans[lane].target
    for one in kin:
        assert one.step.written is not None and target is not None
        rows = _returned(back.plans[one.family.rows], one.step.written)
        made = families.joined(target.form, one.family, made, rows)
    return made


def _returned(back: Plan, written: Written) -> Made:
    """The records that come back from what was written, read as a file would be."""
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
