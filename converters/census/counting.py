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

SLOTS: Final = 1 << 10
"""Places for characters with selectors at first."""


@dataclass(slots=True)
class Tally:
    """Guards what one thread counted in one charset; see `kernels.census`."""

    rows: Ints
    pairs: Ints


Counter = Callable[[Bytes, Ints, Ints, kernels.Where, Tally], None]


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
    idle: list[dict[str, Tally]] = field(default_factory=list)

    def take(self) -> dict[str, Tally]:
        """A tally that no other thread counts into."""
        try:
            return self.idle.pop()
        except IndexError:
            known = {script.name: script for _, script, _ in self.plan.texts}
            return {name: _tally(script) for name, script in known.items()}


def count(layout: Layout, job: Job) -> Counted:
    """The census of the job's inputs; `job` gives threads, batch size and progress."""
    plan = _plan(layout)
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


def _plan(layout: Layout) -> _Plan:
    script = scripts.of(layout.of_one_type())
    form = forms.form(layout, partial(charset.read, script), partial(charset.write, script))
    fixed = layout.framing.placed
    texts = tuple(
        (place, scripts.of(layout, one), _counter(one, scripts.of(layout, one), fixed))
        for place, one in enumerate(layout.record.fields)
        if one.kind in ALLOWED
    )
    return _Plan(layout, form, texts)


def _tally(script: Charset) -> Tally:
    """A charset's tally with nothing in it."""
    if not len(script.double):
        size = kernels.VARIANTS
    else:
        more = kernels.PAIRS if len(script.triple) else 0
        size = kernels.BYTES * (script.shifts.double + 1) + kernels.PAIRS + more
    rows = np.zeros((size, kernels.COLUMNS), np.int64)
    return Tally(rows, np.zeros((SLOTS, 1 + kernels.COLUMNS), np.int64))


def _counter(one: Field, script: Charset, trim: bool) -> Counter:
    """The kernel for the texts of a field, with all but the data given."""
    if script.unicode:
        return _unicode_counter(
            lambda data, start, stop, begin, where, tally: kernels.count_utf8(
                data, start, stop, begin, trim, where, tally.rows, tally.pairs
            )
        )
    if script.structure == "utf-16":
        big = script.name == "utf-16be"
        return _unicode_counter(
            lambda data, start, stop, begin, where, tally: kernels.count_utf16(
                data, start, stop, begin, big, trim, where, tally.rows, tally.pairs
            )
        )
    if script.structure == "shifted":
        marks, rule = coding.shift_rule(one, script)
        tables = (script.single if len(marks) else script.plain, script.double)
        return lambda data, start, stop, where, tally: kernels.count_shifted(
            data, start, stop, tables, marks, rule, trim, where, tally.rows
        )
    single, trails = script.single, _trails(script)
    return lambda data, start, stop, where, tally: kernels.count_coded(
        data, start, stop, single, trails, trim, where, tally.rows
    )


def _unicode_counter(
    kernel: Callable[[Bytes, Ints, Ints, int, kernels.Where, Tally], int],
) -> Counter:
    """A counter that gives the kernel more room for pairs where it asks for it."""

    def counter(data: Bytes, start: Ints, stop: Ints, where: kernels.Where, tally: Tally) -> None:
        row = 0
        while (row := kernel(data, start, stop, row, where, tally)) < len(start):
            _widen(tally, int(stop[row] - start[row]))

    return counter


def _widen(tally: Tally, size: int) -> None:
    """Room for as many pairs again, and for those of a value of `size` bytes."""
    known = tally.pairs[tally.pairs[:, kernels.PAIR] > 0]
    slots = 2 * len(tally.pairs)
    while slots <= 2 * (len(known) + size // kernels.SHORTEST):
        slots *= 2
    tally.pairs = np.zeros((slots, 1 + kernels.COLUMNS), np.int64)
    kernels.put_pairs(known, tally.pairs)


def _trails(script: Charset) -> npt.NDArray[np.uint8]:
    """The bytes that end codes of two, and of three, bytes in the charset's tables."""
    flags = np.zeros((2, kernels.BYTES), np.uint8)
    for number, table in enumerate((script.double, script.triple)):
        if len(table):
            flags[number] = (table.reshape(kernels.BYTES, kernels.BYTES) != 0).any(axis=0)
    return flags.reshape(-1)


FIELDS: Final = kernels.STEP
"""Fields of a record at most: keys are record × FIELDS + field."""


def _file(plan: _Plan, source: Source, job: Job) -> tuple[Input, dict[str, Ints]]:
    """One input, counted on the job's threads: by charset, see `_joined`."""
    digest = hashlib.sha256()

    def seen(block: Bytes) -> None:
        digest.update(block.data)
        job.progress(len(block))

    tallies = _Tallies(plan)
    tasks = chunks(source, plan.form, job.batch_records, seen)
    broken = sum(in_order(tasks, partial(_chunk, tallies, source), job.jobs))
    read = Input(source.name, source.size, digest.hexdigest(), source.records, broken)
    names = {script.name for _, script, _ in plan.texts}
    return read, {name: _joined([one[name] for one in tallies.idle]) for name in names}


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
    fields = plan.layout.record.fields
    for name, table in counted.items():
        for row, times, key, offset in table.tolist():
            record, place = divmod(key, FIELDS)
            yield Found(name, row, times, source.number, record, fields[place].name, offset)
