"""The written records of an input → its output files, and its residual on the way there or back.

The records of one type make one file. Records of several types make a file each where the target
layout says so; else they are woven into one, in the order of the file they come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

import numpy as np
import pyarrow as pa

from converters import residual
from converters.columns import Bytes, Chunk, Ints
from converters.errors import EnvironmentFailure, UsageError
from converters.forms import Kept, Packer
from converters.model import Layout
from converters.pipeline.job import STDIN, Job
from converters.pipeline.plan import Lanes, Side
from converters.pipeline.reading import Source
from converters.pipeline.weave import Weaver
from converters.pipeline.work import Done
from converters.residual import Made
from converters.rundir import RunDirectory, Sink, Stream, standard_output

__all__ = ["Group", "Output", "groups", "kind_of", "names", "opened", "together"]

FOLDER = "residual"


class Output(Protocol):
    """The outputs of a group of inputs while they are written.

    `misfits` are the records whose residual was made for other bytes, `woven` what is to be said
    of types of records that were put together.
    """

    misfits: list[int]
    woven: Weaver | None

    def add(self, done: Done) -> None:
        """The records of the next chunk."""

    def finish(self, source: Source) -> None:
        """What stands behind the last record; `source` is the last input."""


class _Plain:
    """One type of record, one file. Guards its sink, and the residual it uses."""

    def __init__(self, target: Side, sink: Sink, use: residual.Reader | None) -> None:
        self.misfits: list[int] = []
        self.woven: Weaver | None = None
        self._target = target
        self._sink = sink
        self._use = use
        self._packer = target.form.packer(use.edge("blocks") if use else b"")
        sink.write(use.edge("opening") if use else target.form.opening())

    def add(self, done: Done) -> None:
        [lane] = done.lanes
        written, chunk = lane.step.written, done.chunk
        assert written is not None, "an output has records to write"
        data = written.data
        if self._use:
            numbers, rows = self._use.take(chunk.records)
            made = Made(data, written.bounds, numbers[chunk.rows(written.records)])
            data, misfits = residual.restored(made, rows)
            self.misfits += _places(chunk, numbers, misfits)
        self._sink.write(self._packer.add(data), len(written.records))

    def finish(self, source: Source) -> None:
        _end(self._sink, self._packer, self._use, self._target.form.closing())


class _Apart:
    """A file for each type of record. Guards their sinks."""

    def __init__(self, lanes: Lanes, sinks: Sequence[Sink]) -> None:
        self.misfits: list[int] = []
        self.woven: Weaver | None = None
        self._sinks = sinks
        self._forms = [_target(lanes, lane).form for lane in range(len(sinks))]
        self._packers = [form.packer() for form in self._forms]
        for form, sink in zip(self._forms, sinks, strict=True):
            sink.write(form.opening())

    def add(self, done: Done) -> None:
        for lane in done.lanes:
            assert lane.step.written is not None, "an output has records to write"
            data, count = lane.step.written.data, len(lane.step.written.records)
            self._sinks[lane.kind].write(self._packers[lane.kind].add(data), count)

    def finish(self, source: Source) -> None:
        for sink, packer, form in zip(self._sinks, self._packers, self._forms, strict=True):
            _end(sink, packer, None, form.closing())


class _Woven:
    """Several types of records in one file. Guards the sink, the weaver that waits for all of them,
    and two readers of the residual: one in step with the records that come in, one with the merged.

    Where a residual is used or kept, it knows the records as the mapping makes them, so nothing is
    counted anew.
    """

    def __init__(
        self, lanes: Lanes, sink: Sink, use: Sequence[residual.Reader], how: tuple[Path, bool]
    ) -> None:
        scratch, self._counts = how
        self.misfits: list[int] = []
        self._form = _target(lanes, 0).form
        self._sink = sink
        self._weaver = Weaver(lanes, scratch)
        self.woven: Weaver | None = self._weaver
        self._use = use
        self._carried = bool(lanes.places)

    def add(self, done: Done) -> None:
        known = None
        if self._use and not self._carried:
            known, _ = self._use[0].take(done.chunk.records)
        for lane in done.lanes:
            assert lane.numbers is not None, "woven records have numbers"
            numbers = lane.numbers if known is None else known[done.chunk.rows(lane.numbers)]
            self._weaver.add(lane, numbers)

    def finish(self, source: Source) -> None:
        use = self._use[1] if self._use else None
        self._sink.write(use.edge("opening") if use else self._form.opening())
        packer = self._form.packer(use.edge("blocks") if use else b"")
        for block in self._weaver.blocks(self._counts):
            data: Bytes = block.data
            if use and len(block.numbers):
                made = Made(data, block.bounds, block.numbers)
                data, misfits = residual.restored(made, use.until(int(block.numbers[-1])))
                self.misfits += misfits.tolist()
            self._sink.write(packer.add(data), len(block.numbers))
        _end(self._sink, packer, use, self._form.closing())


class _Keeping:
    """An output that keeps the residual of what it writes. Guards the open file of it."""

    def __init__(self, output: Output, keep: residual.Writer) -> None:
        self._output = output
        self._keep = keep
        self._kept: Kept | None = Kept()
        self.misfits, self.woven = output.misfits, output.woven

    def add(self, done: Done) -> None:
        if done.residual is not None:
            self._keep.add(done.residual)
            self._keep_blocks(done)
        self._output.add(done)

    def _keep_blocks(self, done: Done) -> None:
        """Blocks are put back as they were only where all of their records come back."""
        if done.rejected.any():
            self._kept = None
        elif self._kept:
            self._kept.add(done.chunk)

    def finish(self, source: Source) -> None:
        self._output.finish(source)
        self.misfits = self._output.misfits
        blocks = self._kept.packed() if self._kept else b""
        self._keep.close({"opening": source.opening, "tail": source.tail, "blocks": blocks})


def _end(sink: Sink, packer: Packer, use: residual.Reader | None, closing: bytes) -> None:
    """The records behind the last one that came back, and what stands behind all of them."""
    if use:
        nothing = Made(np.empty(0, np.uint8), np.zeros(1, np.int64), np.empty(0, np.int64))
        sink.write(packer.add(residual.restored(nothing, use.remaining())[0]))
    sink.write(packer.finish())
    sink.write(use.edge("tail") if use else closing)


def _target(lanes: Lanes, lane: int) -> Side:
    found = lanes.plans[lane].target
    assert found is not None, "an output has a target"
    return found


def _places(chunk: Chunk, numbers: Ints, misfits: Ints) -> list[int]:
    """Record numbers of this run's input for record numbers of the first run's source."""
    rows = np.searchsorted(numbers, misfits)
    return [int(row) + chunk.first for row in rows]


@dataclass(frozen=True, slots=True)
class Group:
    """Inputs that become one output: their places in the job, and the type of record of each where
    it has a file of its own. `label` is the name of the file they stand for, `name` of the output.
    """

    label: str
    name: str
    members: tuple[tuple[int, int | None], ...]


@contextmanager
def opened(
    lanes: Lanes, group: Group, run: RunDirectory | None, job: Job, scratch: Path
) -> Iterator[Output]:
    """The output of a group of inputs: files of the run, or stdout. The caller finishes it."""
    used = _residual_of(job.residual, group.label) if job.residual else None
    paths = _paths(lanes, group.name)
    if run is None and len(paths) > 1:
        raise UsageError("--to - writes one file; each type of record has one of its own")
    sinks = [run.sink(path) if run else standard_output() for path in paths]
    counts = used is None and not job.keep_residual
    output = _made(lanes, sinks, used, (scratch, counts))
    kept = None
    if run is not None and job.keep_residual:
        kept = run.sink(f"{FOLDER}/{group.name}.parquet")
        writer = residual.Writer(pa.PythonFile(Stream(kept), mode="w"))
        output = _Keeping(output, writer)
    yield output
    for sink in (*sinks, *filter(None, [kept])):
        if run is None:
            sink.close()
        else:
            run.close(sink)


def _made(lanes: Lanes, sinks: Sequence[Sink], used: Path | None, how: tuple[Path, bool]) -> Output:
    if lanes.written is not None:
        use = [residual.Reader(used), residual.Reader(used)] if used else []
        return _Woven(lanes, sinks[0], use, how)
    if lanes.is_mixed:
        return _Apart(lanes, sinks)
    return _Plain(_target(lanes, 0), sinks[0], residual.Reader(used) if used else None)


def _paths(lanes: Lanes, name: str) -> list[str]:
    """The output file, or that of each type of record in the order of the lanes."""
    if not lanes.is_mixed or lanes.written is not None:
        return [name]
    path = PurePath(name)
    types = [_target(lanes, lane).layout.record.name for lane in range(len(lanes.plans))]
    return [f"{path.stem}.{one}{path.suffix}" for one in types]


def groups(inputs: Sequence[str], lanes: Lanes) -> list[Group]:
    """The inputs by what they become: each by itself, or all types of records of one file.

    UsageError where the name of a file does not tell which type of record it holds.
    """
    together: list[tuple[str, list[tuple[int, int | None]]]] = []
    for place, given in enumerate(inputs):
        if not lanes.source.is_apart:
            together.append((given, [(place, None)]))
            continue
        label, kind = kind_of(given, lanes)
        members = next((members for name, members in together if name == label), None)
        if members is None:
            members = []
            together.append((label, members))
        if kind in [known for _, known in members]:
            raise UsageError(f"{given}: there are two files of this type for {label}")
        members.append((place, kind))
    labels = [label for label, _ in together]
    found = names(labels, lanes.target) if lanes.target else labels
    return [
        Group(label, name, tuple(members))
        for (label, members), name in zip(together, found, strict=True)
    ]


def kind_of(given: str, lanes: Lanes) -> tuple[str, int]:
    """The file that `NAME.TYPE.csv` was part of, and the place of its type of record."""
    path = PurePath(given)
    known = PurePath(path.stem)
    kind = lanes.source.types.get(known.suffix[1:])
    if kind is None:
        types = ", ".join(lanes.source.types)
        raise UsageError(f"{given}: the name must end in .TYPE{path.suffix}, of {types}")
    return str(path.with_name(known.stem + path.suffix)), kind


def together(given: str, layout: Layout) -> tuple[str, ...]:
    """The files that a file is in: itself, or `NAME.TYPE.csv` for each type of record where those
    have files of their own."""
    path = PurePath(given)
    if not layout.is_apart:
        return (given,)
    return tuple(str(path.with_name(f"{path.stem}.{name}{path.suffix}")) for name in layout.types)


def names(inputs: Sequence[str], layout: Layout) -> list[str]:
    """Output names for the inputs: their stems with the target form's ending, numbered where two
    would be the same."""
    suffix = ".dat"
    if layout.framing.xml is not None:
        suffix = ".xml"
    if layout.framing.delimited is not None:
        suffix = ".tsv" if layout.framing.delimited.delimiter == "\t" else ".csv"
    found: list[str] = []
    for given in inputs:
        stem = "stdin" if given == STDIN else PurePath(given).stem
        name, number = stem + suffix, 1
        while name.lower() in {known.lower() for known in found}:
            number += 1
            name = f"{stem}-{number}{suffix}"
        found.append(name)
    return found


def _residual_of(run: Path, name: str) -> Path:
    """The residual that belongs to an input: by the name of the output it was kept for, or the
    only one there is."""
    found = sorted((run / FOLDER).glob("*.parquet"))
    named = [path for path in found if path.stem == PurePath(name).name]
    if named or len(found) == 1:
        return (named or found)[0]
    reason = "the run kept no residual" if not found else "no residual for this input"
    raise EnvironmentFailure(str(run / FOLDER), f"{reason}: {name}")
