"""The written records of one input → its output file, and its residual on the way there or back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePath

import numpy as np
import pyarrow as pa

from converters import residual
from converters.columns import Chunk
from converters.errors import EnvironmentFailure
from converters.forms import Kept
from converters.model import Layout
from converters.pipeline.job import STDIN
from converters.pipeline.plan import Side
from converters.pipeline.reading import Source
from converters.pipeline.step import Step
from converters.pipeline.work import Done
from converters.residual import Made
from converters.rundir import RunDirectory, Sink, Stream, standard_output

__all__ = ["Output", "names", "opened"]

FOLDER = "residual"


class Output:
    """One output while it is written. Guards its sink, and the residual it makes or uses."""

    def __init__(
        self,
        target: Side,
        sink: Sink,
        keep: residual.Writer | None = None,
        use: residual.Reader | None = None,
    ) -> None:
        self.misfits: list[int] = []
        self._target = target
        self._sink = sink
        self._keep = keep
        self._use = use
        self._kept: Kept | None = Kept()
        self._packer = target.form.packer(use.edge("blocks") if use else b"")
        sink.write(use.edge("opening") if use else target.form.opening())

    def add(self, done: Done) -> None:
        """The records of the next chunk."""
        written = done.step.written
        assert written is not None, "an output has records to write"
        if self._keep and done.residual is not None:
            self._keep.add(done.residual)
            self._keep_blocks(done.step)
        data = written.data
        if self._use:
            numbers, rows = self._use.take(done.step.chunk.records)
            made = Made(data, written.bounds, numbers[written.records - done.step.chunk.first])
            data, misfits = residual.restored(made, rows)
            self.misfits += _places(done.step.chunk, numbers, misfits)
        self._sink.write(self._packer.add(data), len(written.records))

    def _keep_blocks(self, step: Step) -> None:
        """Blocks are put back as they were only where all of their records come back."""
        if step.rejected.any():
            self._kept = None
        elif self._kept:
            self._kept.add(step.chunk)

    def finish(self, source: Source) -> None:
        """What stands behind the last record."""
        if self._use:
            nothing = Made(np.empty(0, np.uint8), np.zeros(1, np.int64), np.empty(0, np.int64))
            last = residual.restored(nothing, self._use.remaining())[0]
            self._sink.write(self._packer.add(last))
        self._sink.write(self._packer.finish())
        self._sink.write(self._use.edge("tail") if self._use else self._target.form.closing())
        if self._keep:
            blocks = self._kept.packed() if self._kept else b""
            edges = {"opening": source.opening, "tail": source.tail, "blocks": blocks}
            self._keep.close(edges)


def _places(chunk: Chunk, numbers: np.ndarray, misfits: np.ndarray) -> list[int]:
    """Record numbers of this run's input for record numbers of the first run's source."""
    rows = np.searchsorted(numbers, misfits)
    return [int(row) + chunk.first for row in rows]


@contextmanager
def opened(
    target: Side,
    name: str,
    source: Source,
    run: RunDirectory | None,
    job_residual: tuple[bool, Path | None],
) -> Iterator[Output]:
    """The output of one input: a file of the run, or stdout. Closed whole, or left to the run."""
    keeps, used = job_residual
    use = residual.Reader(_residual_of(used, source)) if used else None
    if run is None:
        sink = standard_output()
        output = Output(target, sink, None, use)
        yield output
        output.finish(source)
        sink.close()
        return
    sink = run.sink(name)
    kept = run.sink(f"{FOLDER}/{name}.parquet") if keeps else None
    keep = residual.Writer(pa.PythonFile(Stream(kept), mode="w")) if kept else None
    output = Output(target, sink, keep, use)
    yield output
    output.finish(source)
    run.close(sink)
    if kept:
        run.close(kept)


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


def _residual_of(run: Path, source: Source) -> Path:
    """The residual that belongs to an input: by the name of the output it was kept for, or the
    only one there is."""
    found = sorted((run / FOLDER).glob("*.parquet"))
    named = [path for path in found if path.stem == PurePath(source.name).name]
    if named or len(found) == 1:
        return (named or found)[0]
    reason = "the run kept no residual" if not found else "no residual for this input"
    raise EnvironmentFailure(str(run / FOLDER), f"{reason}: {source.name}")
