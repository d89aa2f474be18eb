"""What a run remembers for the checks over all its records: keys and groups, spooled."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from converters import findings
from converters.columns import Ints
from converters.groups import Spool
from converters.keys import KeySpool
from converters.pipeline.plan import Side
from converters.pipeline.step import Step

__all__ = ["Crossing"]

SIDES = ("source", "target")


class Crossing:
    """Guards the spools of one side of a run; `place` is 0 for the source, 1 for the target.

    Calls come from one thread in the order of the input.
    """

    def __init__(self, side: Side, place: int, scratch: Path) -> None:
        self._place = place
        directory = scratch / SIDES[place]
        self._keys = {at: KeySpool(of, directory) for at, of in side.checks.unique.items()}
        self._groups = [Spool(group, directory) for group in side.groups]
        if self._keys or self._groups:
            directory.mkdir(mode=0o700, parents=True)

    def add(self, step: Step) -> None:
        """The keys and rows of one chunk."""
        for spool, rows in zip(self._groups, step.groups[self._place], strict=True):
            if rows is not None:
                spool.group.sink(rows) if spool.group.sink else spool.add(rows)
        chunk = step.chunk
        written = step.written.batch if step.written else None
        batch = (step.batch, written)[self._place]
        if not self._keys or batch is None or not len(batch):
            return
        offsets: Ints = chunk.offsets(chunk.rows(batch.records))
        for keys in self._keys.values():
            keys.add(chunk.file, batch, offsets)

    def finish(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """The place of a step, and findings (`findings.SCHEMA`) that it leads to."""
        for place, keys in self._keys.items():
            for frame in keys.finish():
                field, code = pl.lit("+".join(keys.fields)), pl.lit("SET-001")
                yield place, _findings(frame.with_columns(field=field, code=code, value="key"))
        for spool in self._groups:
            for frame in spool.finish():
                for (code,), part in frame.partition_by("code", as_dict=True).items():
                    yield spool.group.steps[str(code)], _findings(part)

    def discard(self) -> None:
        """Forget what was spooled."""
        for keys in self._keys.values():
            keys.discard()
        for spool in self._groups:
            spool.discard()


def _findings(frame: pl.DataFrame) -> pl.DataFrame:
    found = frame.select(
        "file",
        "record",
        "offset",
        "field",
        "code",
        value=pl.col("value").cast(pl.Binary),
        action=pl.lit(""),
    )
    return found.cast(findings.SCHEMA)  # type: ignore[arg-type]  # a plain dict is its stub's type
