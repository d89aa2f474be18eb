"""A file → its anonymised twin, chunk by chunk, each checked against the findings of before."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import polars as pl

from converters import sorting
from converters.anonymize import varied
from converters.anonymize.methods import structural
from converters.anonymize.treatment import (
    Opened,
    Treatment,
    apply,
    opened,
    strangers,
    treatment,
)
from converters.columns import Bytes, Chunk, Ints, Order
from converters.errors import EnvironmentFailure, UsageError
from converters.model import Layout
from converters.pipeline import Job, families, step
from converters.pipeline import plan as plans
from converters.pipeline.loop import in_order
from converters.pipeline.output import kind_of
from converters.pipeline.plan import Family, Lanes, Plan
from converters.pipeline.reading import Source, chunks

__all__ = ["KEY", "Replaced", "anonymize"]

KEY: Final = 16
"""Bytes of a key at least."""
ATTEMPTS: Final = 6
"""How often other values are tried where the first would change what is wrong with a record."""
ORDER: Final = "SET-008"

Pairs = list[tuple[int, int]]


@dataclass(slots=True)
class Replaced:
    """What became of a file: its records, and per field the values that had to stay."""

    records: int = 0
    kept: dict[str, int] = field(default_factory=dict)


def anonymize(layout: Layout, source: str, out: Path, key: bytes, job: Job) -> Replaced:
    """Write the twin of a file; it appears whole or not at all, for its owner only.

    UsageError for a key that is too short. `job` gives threads, batch size and progress.
    """
    if len(key) < KEY:
        raise UsageError(f"the key has {len(key)} bytes; {KEY} are due at least")
    partial_ = out.with_name(f".{out.name}.partial-{os.getpid()}")
    try:
        descriptor = os.open(partial_, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            done = _written(layout, Source(source, 0), file, key, job)
            file.flush()
            os.fsync(file.fileno())
        partial_.replace(out)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, out) from exc
    finally:
        partial_.unlink(missing_ok=True)
    return done


def _written(layout: Layout, source: Source, file: BinaryIO, key: bytes, job: Job) -> Replaced:
    framing = layout.framing
    if framing.header or framing.footer or (framing.xml and framing.xml.extra != "reject"):
        what = "headers or footers of bytes, and no elements that the layout does not know"
        raise UsageError(f"{layout.id}: anonymize takes no {what}")
    made = _made(plans.lanes(replace(job, layout=layout)), key, source)
    form = made.lanes.form
    tasks = chunks(source, form, job.batch_records, lambda data: job.progress(len(data)))
    done, begun = Replaced(), False
    for data, kept in in_order(tasks, partial(_by_type, made, source), job.jobs):
        if not begun:
            file.write(source.opening)
            begun = True
        file.write(data.data)
        for name, count in kept.items():
            done.kept[name] = done.kept.get(name, 0) + count
    file.write(b"" if begun else source.opening)
    file.write(source.tail)
    done.records = source.records
    return done


@dataclass(frozen=True, slots=True, eq=False)
class _Made:
    """The treatment of each type of record; `kind` is the type where the file has one only."""

    lanes: Lanes
    treatments: tuple[Treatment, ...]
    kind: int | None


def _made(lanes: Lanes, key: bytes, source: Source) -> _Made:
    kept, found = structural(lanes.source), []
    for one in lanes.plans:
        prefix = f"{one.source.layout.record.name}."
        names = (name.removeprefix(prefix) for name in kept if name.startswith(prefix))
        found.append(treatment(one.source, key, frozenset(names)))
    kind = kind_of(source.name, lanes)[1] if lanes.source.is_apart else None
    return _Made(lanes, tuple(found), 0 if lanes.sorter is None and kind is None else kind)


def _by_type(made: _Made, source: Source, chunk: Chunk) -> tuple[Bytes, dict[str, int]]:
    """The bytes of a chunk about nobody, type by type of its records, and how many values of which
    field stayed."""
    if made.kind is not None:
        return _treated(made, made.kind, source, chunk)
    assert made.lanes.sorter is not None, "several types are told apart"
    before = chunk
    kinds, chunk = sorting.sort(made.lanes.sorter, before)
    kept: dict[str, int] = {}
    out = chunk.data.copy()
    for kind in np.unique(kinds).tolist():
        rows = np.flatnonzero(kinds == kind)
        part = sorting.picked(chunk, rows)
        data, stayed = _treated(made, 0 if kind == sorting.OTHER else kind, source, part)
        _back(chunk, rows, data, out)
        for name, count in stayed.items():
            kept[name] = kept.get(name, 0) + count
    again, _ = sorting.sort(made.lanes.sorter, replace(before, data=out))
    strange = np.flatnonzero(again != kinds)
    _back(chunk, strange, sorting.picked(chunk, strange).data, out)
    if len(strange):
        kept[""] = kept.get("", 0) + len(strange)
    return out, kept


def _back(chunk: Chunk, rows: Ints, data: Bytes, out: Bytes) -> None:
    """The bytes of picked records, put where those records lie."""
    sizes = chunk.bounds[rows + 1] - chunk.bounds[rows]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    out[np.repeat(chunk.bounds[rows], sizes) + within] = data


def _treated(
    every_type: _Made, kind: int, source: Source, chunk: Chunk
) -> tuple[Bytes, dict[str, int]]:
    """The same of records of one type, and of the records that are rows of their tables."""
    made = every_type.treatments[kind]
    given = opened(made, chunk, source.order)
    out, kept = _replaced(every_type, kind, source, given)
    sound = np.flatnonzero(~given.broken)
    edges = given.start[:, sound], given.stop[:, sound]
    varied.blanked(made.side, edges, made.within(chunk, sound), out)
    if every_type.kind is None:
        kept = _named(made, kept)
    for family in every_type.lanes.families:
        if family.whole == kind and not family.backward:
            kept |= _rows_of(every_type, family, source, given, out)
    return out, kept


def _named(made: Treatment, kept: dict[str, int]) -> dict[str, int]:
    """Fields with the type of their record."""
    record = made.side.layout.record.name
    return {f"{record}.{name}" if name else "": count for name, count in kept.items()}


def _rows_of(
    every_type: _Made, family: Family, source: Source, given: Opened, out: Bytes
) -> dict[str, int]:
    """Replaces the rows of a table where they stand, those of a record as the same person's."""
    lanes = every_type.lanes
    spans = lanes.plans[family.whole].source.form.spans(given.chunk, source.order)
    taken = families.taken_out(lanes, family, given.chunk, spans)
    if not len(taken.rows):
        return {}
    inside = opened(every_type.treatments[family.rows], taken.chunk, None)
    inside = replace(inside, persons=given.persons[taken.rows])
    data, kept = _replaced(every_type, family.rows, source, inside)
    sizes = taken.stops - taken.starts
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    goal = np.repeat(taken.starts, sizes) + within
    out[goal] = data[np.repeat(taken.chunk.bounds[:-1] + family.at, sizes) + within]
    return _named(every_type.treatments[family.rows], kept)


def _replaced(
    every_type: _Made, kind: int, source: Source, given: Opened
) -> tuple[Bytes, dict[str, int]]:
    """The values of fields, so that the findings stay as they are."""
    plan, made, chunk = every_type.lanes.plans[kind], every_type.treatments[kind], given.chunk
    out = chunk.data.copy()
    whole, broken = np.flatnonzero(~given.broken), np.flatnonzero(given.broken)
    names = [field.name for field in made.side.layout.record.fields]
    kept = {
        name: count
        for place, name in enumerate(names)
        if (count := apply(made, given, out, (place, whole), 0))
    }
    count = apply(made, given, out, (-1, broken), 0) + strangers(made, given, source.order, out)
    kept |= {"": count} if count else {}
    every = np.arange(chunk.records)
    before = _findings(plan, chunk, source.order, every)
    now = replace(chunk, data=out)
    wrong = _wrong(made, before, _findings(plan, now, source.order, every))
    for attempt in range(1, ATTEMPTS):
        if not wrong:
            return out, kept
        _again(made, given, out, wrong, attempt)
        rows = np.unique([row for _, row in wrong])
        there = before.filter(pl.col("row").is_in(rows))
        wrong = _wrong(made, there, _findings(plan, now, source.order, rows))
    for name, count in _restored(made, given, out, wrong).items():
        kept[name] = kept.get(name, 0) + count
    return out, kept


def _findings(plan: Plan, chunk: Chunk, order: Order, rows: Ints) -> pl.DataFrame:
    """What is wrong with some rows of a chunk: row, field and code."""
    pieces = [chunk.data[chunk.bounds[row] : chunk.bounds[row + 1]] for row in rows.tolist()]
    if len(rows) == chunk.records:
        pieces = [chunk.data]
    starts = chunk.bounds[rows]
    bounds = np.concatenate([[0], np.cumsum(chunk.bounds[rows + 1] - starts)])
    stop = chunk.stop[rows] - starts + bounds[:-1]
    data = np.concatenate(pieces)
    moved = (bounds[:-1] - starts)[:, None]
    own = None if chunk.own is None else chunk.own[rows] + moved
    part = Chunk(chunk.file, 0, 1, 0, data, bounds, stop, chunk.codes[rows], own)
    found = step.run(plan, part, order).findings.select("record", "field", "code").unique()
    numbers = pl.Series("row", rows, pl.Int64)
    return found.select(numbers.gather(found["record"] - 1).alias("row"), "field", "code")


def _wrong(made: Treatment, before: pl.DataFrame, after: pl.DataFrame) -> Pairs:
    """Field and row of everything that is found now and was not, or was and is not. Where dates
    are out of order all dates of the record are meant."""
    keys = ["row", "field", "code"]
    differing = pl.concat([before.join(after, keys, "anti"), after.join(before, keys, "anti")])
    found: set[tuple[int, int]] = set()
    index = made.side.index
    for row, name, code in differing.iter_rows():
        if code == ORDER:
            found |= {(p, row) for p, how in enumerate(made.methods) if how == "date"}
        for part in [name] if name in index else name.split("+"):
            found.add((index.get(part, -1), row))
    return sorted(found)


def _rows(wrong: Pairs) -> dict[int, Any]:
    places = {place for place, _ in wrong}
    return {place: np.array([row for at, row in wrong if at == place]) for place in places}


def _again(made: Treatment, given: Opened, out: Bytes, wrong: Pairs, attempt: int) -> None:
    for place, rows in _rows(wrong).items():
        _restore(given, out, place, rows)
        apply(made, given, out, (place, rows), attempt)


def _restored(made: Treatment, given: Opened, out: Bytes, wrong: Pairs) -> dict[str, int]:
    """Values for which no twin was found get their own bytes back, and are counted."""
    names = [each.name for each in made.side.layout.record.fields]
    kept = {}
    for place, rows in _rows(wrong).items():
        _restore(given, out, place, rows)
        kept[names[place] if place >= 0 else ""] = len(rows)
    return kept


def _restore(given: Opened, out: Bytes, place: int, rows: Any) -> None:
    chunk = given.chunk
    start = chunk.bounds[:-1] if place < 0 else given.start[place]
    stop = chunk.stop if place < 0 else given.stop[place]
    for row in rows.tolist():
        out[start[row] : stop[row]] = chunk.data[start[row] : stop[row]]
