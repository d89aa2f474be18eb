"""Tables whose elements are records of their own: taken out of the records they stand in, and put
back there."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import forms, mapping, scripts
from converters.columns import Bytes, Chunk, Ints, Mask, Spans, Values
from converters.forms import Form, varying
from converters.kernels.hashing import hash_spans
from converters.kernels.records import picked
from converters.kernels.tables import gather, scatter
from converters.pipeline import step
from converters.pipeline.marking import Marked
from converters.pipeline.plan import Family, Lanes
from converters.pipeline.step import Aside, Step, Written
from converters.residual import Made

__all__ = ["Kin", "Taken", "hashes", "joined", "put", "stepped", "taken_out"]


Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Kin:
    """The rows of one table in the records of a chunk: as a chunk of their own, and what became of
    them. `rows` is the row of the record of each."""

    family: Family
    chunk: Chunk
    rows: Ints
    step: Step


def stepped(
    lanes: Lanes, marked: Marked, kind: int, whole: Step
) -> tuple[tuple[Kin, ...], Mask | None]:
    """The rows that stand in the records of a type, through their own plans; and which of those
    records are lost because of their rows. Rows of records that are not written are lost."""
    mine = [one for one in lanes.families if one.whole == kind and not one.backward]
    if not mine:
        return (), None
    side = lanes.plans[kind].source
    spans = side.form.spans(whole.chunk, None)
    gone = whole.rejected.copy()
    for _, numbers in whole.dropped:
        gone[whole.chunk.rows(numbers)] = True
    found = [_kin(lanes, marked, (one, whole.chunk, spans), gone) for one in mine]
    lost = np.zeros(whole.chunk.records, np.bool_)
    for kin in found:
        lost[kin.rows[kin.step.rejected]] = True
    lost &= ~gone
    return tuple(found), lost if lost.any() else None


def _kin(lanes: Lanes, marked: Marked, where: tuple[Family, Chunk, Spans], gone: Mask) -> Kin:
    """The rows of one table; those of records that are gone are lost."""
    family, chunk, _ = where
    taken = taken_out(lanes, *where)
    columns = _columns(lanes, family, (marked, chunk, taken.rows), (taken.owners, taken.numbers))
    aside = Aside(columns, gone[taken.rows] if gone.any() else None)
    done = step.run(lanes.plans[family.rows], taken.chunk, None, aside)
    return Kin(family, taken.chunk, taken.rows, done)


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """The rows of one table as a chunk of their own: where each begins and ends among the bytes of
    its record, the row and the number of that record, and its own number in it."""

    chunk: Chunk
    starts: Ints
    stops: Ints
    rows: Ints
    owners: Ints
    numbers: Ints


def taken_out(lanes: Lanes, family: Family, chunk: Chunk, spans: Spans) -> Taken:
    """The rows of one table that stand in the records of a chunk. Beside the bytes of each are
    those of the keys of its record."""
    starts, stops, rows, numbers = varying.elements(spans, family.table)
    own = lanes.plans[family.rows].source.layout
    around = lanes.plans[family.whole].source.layout.record
    width = own.framing.length or 1
    data = np.resize(np.frombuffer(scripts.of(own).blank, np.uint8), len(starts) * width)
    gather(chunk.data, starts, stops, data, family.at, width)
    for name in family.keys:
        first, last = (edge[rows] for edge in spans.of(around.index[name]))
        gather(chunk.data, first, last, data, own.record.offsets[own.record.index[name]], width)
    bounds = np.arange(len(starts) + 1, dtype=np.int64) * width
    owners = chunk.numbered(rows)
    found = Chunk(
        chunk.file,
        chunk.ordinal,
        chunk.first,
        chunk.offset,
        data,
        bounds,
        bounds[1:],
        np.zeros(len(starts), np.uint8),
        numbers=owners * family.most + numbers,
        places=chunk.offsets(rows) + starts - chunk.bounds[rows] - family.at,
    )
    return Taken(found, starts, stops, rows, owners, numbers)


def _columns(
    lanes: Lanes, family: Family, where: tuple[Marked, Chunk, Ints], known: tuple[Ints, Ints]
) -> dict[str, Values]:
    """The numbers that go along with rows: their own, that of their record and of others."""
    marked, chunk, rows = where
    records = lanes.source.records
    at = marked.chunk.rows(chunk.numbered(rows))
    columns: dict[str, Values] = {
        mapping.parent(records[kind].name): pl.Series(found[at])
        for kind, found in (marked.parents or {}).items()
    }
    columns[mapping.parent(records[family.whole].name)] = pl.Series(known[0])
    columns[mapping.parent(records[family.rows].name)] = pl.Series(known[1])
    return columns


def put(form: Form, family: Family, records: tuple[Bytes, Ints], rows: Bytes) -> tuple[Bytes, Ints]:
    """Written records with the bytes of their rows, which come in the same order."""
    data, bounds = records
    starts, _ = forms.elements(form, data, bounds, family.table)
    if not len(starts):
        return data, bounds
    out, width = data.copy(), len(rows) // len(starts)
    assert width * len(starts) == len(rows), "every element has its row"
    scatter(rows[family.at :], width, family.table.size, starts, out)
    return forms.settled(form, out, bounds, starts, family.table)


def joined(form: Form, family: Family, made: Made, rows: Made) -> Made:
    """Records that came back with their rows that came back, whose numbers are those of `Kin`.
    Records that lack a row, or have too many, are left out."""
    _, owners = forms.elements(form, made.data, made.bounds, family.table)
    due = np.bincount(owners, minlength=len(made.records))
    of = rows.records // family.most
    at = np.minimum(np.searchsorted(made.records, of), max(len(made.records) - 1, 0))
    known = made.records[at] == of if len(made.records) else np.zeros(len(of), np.bool_)
    sound = due == np.bincount(at[known], minlength=len(made.records))
    if not sound.all():
        kept = np.flatnonzero(sound)
        data, bounds = picked(made.data, made.bounds, kept)
        made, known = Made(data, bounds, made.records[kept]), known & sound[at]
    data, _ = picked(rows.data, rows.bounds, np.flatnonzero(known))
    data, bounds = put(form, family, (made.data, made.bounds), data)
    return replace(made, data=data, bounds=bounds)


def hashes(lanes: Lanes, family: Family, lane: int, written: Written) -> Words:
    """A hash of the keys of written records, or of the rows that name them."""
    target = lanes.plans[lane].target
    assert target is not None, "what is written has a target"
    record = target.layout.record
    size = {name: record.field(name).bytes or 0 for name in family.keys}
    if lane == family.whole:
        spans = forms.varied(target.form).written(written.data, written.bounds)
        starts = {name: spans.of(record.index[name])[0] for name in family.keys}
    else:
        # Keys stand before what moves.
        first = written.bounds[:-1]
        starts = {name: first + record.offsets[record.index[name]] for name in family.keys}
    width, at = sum(size.values()), 0
    found = np.empty(len(written.records) * width, np.uint8)
    for name in family.keys:
        gather(written.data, starts[name], starts[name] + size[name], found, at, width)
        at += size[name]
    ends = np.arange(1, len(written.records) + 1, dtype=np.int64) * width
    return hash_spans(found, ends - width, ends)
