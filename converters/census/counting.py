"""Files of a layout → every code of their texts, how often it occurs and where it stands first.

The files are read and framed as for a conversion, chunk by chunk on several threads. A thread
counts into a tally of its own; counts are sums and of two places the earlier one is kept, so that
neither batches nor threads show.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import charset, forms, scripts
from converters.charset import Charset
from converters.columns import Bytes, Chunk, Ints
from converters.kernels import census as kernels
from converters.kinds import coding
from converters.kinds.text import ALLOWED
from converters.model import Field, Layout
from converters.pipeline import Job
from converters.pipeline.loop import in_order
from converters.pipeline.reading import Source, chunks

__all__ = ["Counted", "Found", "Input", "count"]

Counter = Callable[[Bytes, Ints, Ints, kernels.Where, Ints], None]
Tally = dict[str, Ints]


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
    """How the texts of a layout are counted: place in the record, charset, counter of each."""

    layout: Layout
    form: forms.Form
    texts: tuple[tuple[int, Charset, Counter], ...]


@dataclass(slots=True)
class _Tallies:
    """Guards the tallies of one file: as many as threads were at work at the same time."""

    plan: _Plan
    idle: list[Tally] = field(default_factory=list)
    broken: int = 0

    def take(self) -> Tally:
        """A tally that no other thread counts into."""
        try:
            return self.idle.pop()
        except IndexError:
            known = {script.name: script for _, script, _ in self.plan.texts}
            shapes = {name: (_rows(script), kernels.COLUMNS) for name, script in known.items()}
            return {name: np.zeros(shape, np.int64) for name, shape in shapes.items()}


def count(layout: Layout, job: Job) -> Counted:
    """The census of the job's inputs; `job` gives threads, batch size and progress."""
    plan = _plan(layout)
    known: dict[tuple[str, int], Found] = {}
    inputs = []
    for number, name in enumerate(job.inputs):
        source = Source(name, number)
        read, tallies = _file(plan, source, job)
        inputs.append(read)
        for found in _listed(plan, source, tallies):
            before = known.setdefault((found.charset, found.row), found)
            if before is not found:
                known[found.charset, found.row] = _more(before, found.count)
    return Counted(tuple(known[key] for key in sorted(known)), tuple(inputs))


def _more(found: Found, times: int) -> Found:
    where = (found.file, found.record, found.field, found.offset)
    return Found(found.charset, found.row, found.count + times, *where)


def _plan(layout: Layout) -> _Plan:
    script = scripts.of(layout)
    form = forms.form(layout, partial(charset.read, script), partial(charset.write, script))
    fixed = layout.framing.placed
    texts = tuple(
        (place, scripts.of(layout, one), _counter(one, scripts.of(layout, one), fixed))
        for place, one in enumerate(layout.record.fields)
        if one.kind in ALLOWED
    )
    return _Plan(layout, form, texts)


def _rows(script: Charset) -> int:
    """Rows of a charset's tally."""
    if not len(script.double):
        return kernels.POINTS + kernels.BYTES
    more = kernels.PAIRS if len(script.triple) else 0
    return kernels.BYTES * (script.shifts.double + 1) + kernels.PAIRS + more


def _counter(one: Field, script: Charset, trim: bool) -> Counter:
    """The kernel for the texts of a field, with all but the data given."""
    if script.unicode:
        return lambda data, start, stop, where, tally: kernels.count_utf8(
            data, start, stop, trim, where, tally
        )
    if script.structure == "utf-16":
        big = script.name == "utf-16be"
        return lambda data, start, stop, where, tally: kernels.count_utf16(
            data, start, stop, big, trim, where, tally
        )
    if script.structure == "shifted":
        marks, rule = coding.shift_rule(one, script)
        tables = (script.single if len(marks) else script.plain, script.double)
        return lambda data, start, stop, where, tally: kernels.count_shifted(
            data, start, stop, tables, marks, rule, trim, where, tally
        )
    single, trails = script.single, _trails(script)
    return lambda data, start, stop, where, tally: kernels.count_coded(
        data, start, stop, single, trails, trim, where, tally
    )


def _trails(script: Charset) -> npt.NDArray[np.uint8]:
    """The bytes that end codes of two, and of three, bytes in the charset's tables."""
    flags = np.zeros((2, kernels.BYTES), np.uint8)
    for number, table in enumerate((script.double, script.triple)):
        if len(table):
            flags[number] = (table.reshape(kernels.BYTES, kernels.BYTES) != 0).any(axis=0)
    return flags.reshape(-1)


FIELDS: Final = kernels.STEP
"""Fields of a record at most: keys are record × FIELDS + field."""


def _file(plan: _Plan, source: Source, job: Job) -> tuple[Input, Tally]:
    """One input, counted on the job's threads."""
    digest = hashlib.sha256()

    def seen(block: Bytes) -> None:
        digest.update(block.data)
        job.progress(len(block))

    tallies = _Tallies(plan)
    tasks = chunks(source, plan.form, job.batch_records, seen)
    broken = sum(in_order(tasks, partial(_chunk, tallies, source), job.jobs))
    read = Input(source.name, source.size, digest.hexdigest(), source.records, broken)
    return read, _merged(tallies.idle or [tallies.take()])


def _chunk(tallies: _Tallies, source: Source, chunk: Chunk) -> int:
    """Count one chunk; how many of its records are broken, and left out."""
    spans = tallies.plan.form.spans(chunk, source.order)
    broken = np.maximum(chunk.codes, spans.codes) != 0
    tally = tallies.take()
    for place, script, counter in tallies.plan.texts:
        start, stop = spans.of(place)
        if broken.any():
            stop = np.where(broken, start, stop)
        key = chunk.first * FIELDS + place
        where = (chunk.bounds, key, chunk.offset, len(chunk.data))
        counter(spans.data, start, stop, where, tally[script.name])
    tallies.idle.append(tally)
    return int(broken.sum())


def _merged(tallies: list[Tally]) -> Tally:
    """The sum of all tallies, in the first of them."""
    whole, *others = tallies
    for other in others:
        for name, more in other.items():
            mine = whole[name]
            counts, keys = mine[:, kernels.COUNT], mine[:, kernels.KEY]
            earlier = more[:, kernels.COUNT] > 0
            earlier &= (counts == 0) | (more[:, kernels.KEY] < keys)
            mine[earlier, kernels.KEY :] = more[earlier, kernels.KEY :]
            counts += more[:, kernels.COUNT]
    return whole


def _listed(plan: _Plan, source: Source, tally: Tally) -> Iterator[Found]:
    """The codes of a file that occur at all."""
    fields = plan.layout.record.fields
    for name, counted in tally.items():
        for row in np.flatnonzero(counted[:, kernels.COUNT]).tolist():
            times, key, offset = counted[row].tolist()
            record, place = divmod(key, FIELDS)
            field_name = fields[place].name
            yield Found(name, row, times, source.number, record, field_name, offset)
