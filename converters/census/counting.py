"""Files of a layout → every code of their texts, how often it occurs and where it stands first.

The files are read and framed as for a conversion, chunk by chunk on several threads. A thread
counts into a tally of its own; counts are sums and of two places the earlier one is kept, so that
neither batches nor threads show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

import numpy as np

from converters import scripts, sorting
from converters.census import counters
from converters.census.counters import Counter, Tally
from converters.charset import Charset
from converters.columns import Bytes, Chunk, Ints
from converters.kernels import census as kernels
from converters.kinds.text import ALLOWED
from converters.model import Layout
from converters.pipeline import Job
from converters.pipeline.loop import in_order
from converters.pipeline.output import kind_of
from converters.pipeline.plan import Lanes, lanes
from converters.pipeline.reading import Source, chunks

__all__ = ["Counted", "Found", "Input", "count"]

FIELDS: Final = 1 << 16
"""Fields of a layout at most: keys are record × FIELDS + field."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file as it was read; `broken` are its records that have no fields (see `validate`)."""

    path: str
    bytes: int
    sha256: str
    records: int
    broken: int


@dataclass(frozen=True, slots=True)
class Found:
    """A code of a charset: its row in the tally, how often it occurs, and where it does first.

    `file` is the place of the input in their list, `record` 1-based, `offset` 0-based in the file.
    """

    charset: str
    row: int
    count: int
    file: int
    record: int
    field: str
    offset: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a census counted, by charset and code, and the files that it read."""

    codes: tuple[Found, ...]
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """How the texts of a layout are counted: for each type of record the place in the record, the
    number among all fields, charset and counter of each. `names` are the fields by that number."""

    lanes: Lanes
    texts: tuple[tuple[tuple[int, int, Charset, Counter], ...], ...]
    names: tuple[str, ...]

    @property
    def scripts(self) -> dict[str, Charset]:
        """The charsets by their names."""
        return {script.name: script for lane in self.texts for _, _, script, _ in lane}


@dataclass(slots=True)
class _Tallies:
    """Guards the tallies of one file: as many as threads were at work at the same time. `kind` is
    the type of all its records, None where they must be told apart."""

    plan: _Plan
    kind: int | None
    idle: list[dict[str, Tally]] = field(default_factory=list)

    def take(self) -> dict[str, Tally]:
        """A tally that no other thread counts into."""
        try:
            return self.idle.pop()
        except IndexError:
            return {name: counters.tally(script) for name, script in self.plan.scripts.items()}


def count(layout: Layout, job: Job) -> Counted:
    """The census of the job's inputs; `job` gives threads, batch size and progress."""
    plan = _plan(layout, job)
    known: dict[tuple[str, int], Found] = {}
    inputs = []
    for number, name in enumerate(job.inputs):
        source = Source(name, number)
        read, found_in = _file(plan, source, job)
        inputs.append(read)
        for found in _listed(plan, source, found_in):
            before = known.setdefault((found.charset, found.row), found)
            if before is not found:
                known[found.charset, found.row] = _more(before, found.count)
    return Counted(tuple(known[key] for key in sorted(known)), tuple(inputs))


def _more(found: Found, times: int) -> Found:
    where = (found.file, found.record, found.field, found.offset)
    return Found(found.charset, found.row, found.count + times, *where)


def _plan(layout: Layout, job: Job) -> _Plan:
    known = lanes(replace(job, layout=layout))
    trim = layout.framing.placed
    texts, names = [], list[str]()
    for lane, part in enumerate(known.plans):
        record, before = part.source.layout.record, known.names(lane)[0]
        found = [
            (place, len(names) + place, script, counters.counter(one, script, trim))
            for place, one in enumerate(record.fields)
            for script in [scripts.of(part.source.layout, one)]
            if one.kind in ALLOWED
        ]
        texts.append(tuple(found))
        names += [before + one.name for one in record.fields]
    return _Plan(known, tuple(texts), tuple(names))


def _file(plan: _Plan, source: Source, job: Job) -> tuple[Input, dict[str, Ints]]:
    """One input, counted on the job's threads: by charset, see `_joined`."""
    digest = hashlib.sha256()

    def seen(block: Bytes) -> None:
        digest.update(block.data)
        job.progress(len(block))

    tallies = _Tallies(plan, _kind(plan, source.name))
    form = plan.lanes.plans[tallies.kind or 0].source.form
    tasks = chunks(source, form, job.batch_records, seen)
    broken = sum(in_order(tasks, partial(_chunk, tallies, source), job.jobs))
    read = Input(source.name, source.size, digest.hexdigest(), source.records, broken)
    return read, {name: _joined([one[name] for one in tallies.idle]) for name in plan.scripts}


def _kind(plan: _Plan, name: str) -> int | None:
    """The type of all records of a file; None where they must be told apart."""
    if plan.lanes.source.is_apart:
        return kind_of(name, plan.lanes)[1]
    return None if plan.lanes.is_mixed else 0


def _chunk(tallies: _Tallies, source: Source, chunk: Chunk) -> int:
    """Count one chunk; how many of its records are broken, or of no type, and left out."""
    tally = tallies.take()
    broken = 0
    if tallies.kind is not None:
        broken = _records(tallies.plan, (tallies.kind, chunk), source, tally)
    else:
        assert tallies.plan.lanes.sorter is not None, "several types in a file are told apart"
        kinds, chunk = sorting.sort(tallies.plan.lanes.sorter, chunk)
        broken = int((kinds == sorting.OTHER).sum())
        for kind in range(len(tallies.plan.lanes.plans)):
            rows = np.flatnonzero(kinds == kind)
            if len(rows):
                part = sorting.picked(chunk, rows)
                broken += _records(tallies.plan, (kind, part), source, tally)
    tallies.idle.append(tally)
    return broken


def _records(plan: _Plan, which: tuple[int, Chunk], source: Source, tally: dict[str, Tally]) -> int:
    """Count records of one type; how many of them are broken."""
    kind, chunk = which
    spans = plan.lanes.plans[kind].source.form.spans(chunk, source.order)
    broken = np.maximum(chunk.codes, spans.codes) != 0
    every = np.arange(chunk.records)
    keys, places = chunk.numbered(every) * FIELDS, chunk.offsets(every)
    for place, number, script, counter in plan.texts[kind]:
        start, stop = spans.of(place)
        if broken.any():
            stop = np.where(broken, start, stop)
        where = (chunk.bounds, keys + number, places, len(chunk.data))
        counter(spans.data, start, stop, where, tally[script.name])
    return int(broken.sum())


def _joined(tallies: list[Tally]) -> Ints:
    """Row, count, key and place of every code that any thread has seen, by row."""
    parts = [np.empty((0, 1 + kernels.COLUMNS), np.int64)]
    for tally in tallies:
        rows = np.flatnonzero(tally.rows[:, kernels.COUNT])
        pairs = tally.pairs[tally.pairs[:, kernels.PAIR] > 0]
        pairs[:, kernels.PAIR] += kernels.VARIANTS - 1
        parts += [np.column_stack([rows, tally.rows[rows]]), pairs]
    whole = np.concatenate(parts)
    whole = whole[np.lexsort((whole[:, 1 + kernels.KEY], whole[:, 0]))]
    _, firsts = np.unique(whole[:, 0], return_index=True)
    found = whole[firsts]
    if len(found):
        found[:, 1 + kernels.COUNT] = np.add.reduceat(whole[:, 1 + kernels.COUNT], firsts)
    return found


def _listed(plan: _Plan, source: Source, counted: dict[str, Ints]) -> Iterator[Found]:
    """The codes of a file."""
    for name, table in counted.items():
        for row, times, key, offset in table.tolist():
            record, number = divmod(key, FIELDS)
            yield Found(name, row, times, source.number, record, plan.names[number], offset)
