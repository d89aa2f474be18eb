"""A published run → its rejected records, one after the other, with the reasons of each.

Read in blocks of the index, so that memory stays flat however many records were rejected.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

import numpy as np
import polars as pl

from converters import scripts, sorting
from converters.columns import Chunk, Order
from converters.errors import EnvironmentFailure, UsageError
from converters.forms import punctuation
from converters.pipeline.output import kind_of
from converters.pipeline.plan import Lanes, Side
from converters.rundir import Published, reject_names, unchanged

__all__ = ["BLOCK", "Reason", "Rejected", "Selection", "available", "chosen", "findings", "inputs"]

BLOCK: Final = 4096
"""Rejected records that are looked at together."""
FOLDER: Final = "rejects"
INDEX: Final = "rejects/index.csv"
STOPS: Final = "record-rejected"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rejected records are meant: those with an error of one of the codes in one of the
    fields. Empty means any."""

    codes: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def condition(self) -> pl.Expr:
        """The findings that select their record."""
        found = pl.col("action") == STOPS
        if self.codes:
            found &= pl.col("code").is_in(self.codes)
        if self.fields:
            found &= pl.col("field").is_in(self.fields)
        return found


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding on a record; the field is empty where it is about the record as a whole."""

    field: str
    code: str


Values = tuple[bytes | None, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """One rejected record: its input, its number, where it began in what the run read, its bytes,
    of which the last `ending` are the line end. What belongs to its block is not among them.

    `kind` is its type of record, a place in the layout. `values` are the bytes of each field of the
    type, None where the record does not come apart into fields; a field whose column the file lacks
    has None. `order` is that of the file's `framing.Beginning`.
    """

    file: str
    record: int
    offset: int
    data: bytes
    reasons: tuple[Reason, ...]
    values: Values | None
    ending: int
    order: Order
    kind: int = 0


def available(run: Published) -> bool:
    """Whether the run rejected anything. UsageError where its rejects were purged."""
    if any(one["path"] == INDEX for one in run.manifest.get("purged", ())):
        raise UsageError(f"the rejects of {run.path} were purged")
    return INDEX in run.files


def inputs(run: Published) -> dict[str, str]:
    """Name of the file of rejects → path of its input. Stdin cannot be read again."""
    paths = [one["path"] for one in run.manifest["inputs"]]
    return dict(zip(reject_names(paths), paths, strict=True))


def findings(run: Published, selection: Selection) -> pl.LazyFrame:
    """The findings of a run that select a record, less the values."""
    names = reject_names([one["path"] for one in run.manifest["inputs"]])
    known = pl.LazyFrame({"file": range(len(names)), "input": names}).cast({"file": pl.UInt16})
    frame = pl.scan_parquet(unchanged(run, "findings.parquet"))
    return frame.filter(selection.condition()).drop("value").join(known, on="file", how="left")


def chosen(run: Published, lanes: Lanes, selection: Selection) -> Iterator[Rejected]:
    """The selected records in the order of the index. EnvironmentFailure where the run's files
    are not as they were written."""
    if not available(run):
        return
    frame = pl.scan_parquet(unchanged(run, "findings.parquet"))
    paths = inputs(run)
    numbers = {name: number for number, name in enumerate(paths)}
    readers: dict[str, _Reader] = {}
    with unchanged(run, INDEX).open(encoding="utf-8", newline="") as lines, ExitStack() as stack:
        rows = csv.DictReader(lines)
        while block := list(islice(rows, BLOCK)):
            for name in dict.fromkeys(row["file"] for row in block):
                if name not in readers:
                    file = stack.enter_context(unchanged(run, f"{FOLDER}/{name}").open("rb"))
                    readers[name] = _Reader(file, lanes, paths[name])
                part = [row for row in block if row["file"] == name]
                first, last = int(part[0]["record"]), int(part[-1]["record"])
                reasons = _reasons(frame, numbers[name], (first, last), selection)
                yield from readers[name].records(part, reasons)


def _reasons(
    frame: pl.LazyFrame, file: int, between: tuple[int, int], selection: Selection
) -> dict[int, tuple[Reason, ...]]:
    """Record → everything that was found there, for the records that are selected."""
    near = frame.filter(pl.col("file") == file, pl.col("record").is_between(*between)).collect()
    wanted = near.filter(selection.condition())["record"].unique()
    found: dict[int, tuple[Reason, ...]] = {}
    rows = near.filter(pl.col("record").is_in(wanted.implode()))
    for record, field, code in rows.select("record", "field", "code").iter_rows():
        found[record] = (*found.get(record, ()), Reason(field, code))
    return found


class _Reader:
    """Guards the open file of rejects of one input, and the order of its columns. `path` is the
    input, whose name tells its type of record where each has a file of its own."""

    def __init__(self, file: BinaryIO, lanes: Lanes, path: str) -> None:
        self._file = file
        self._lanes = lanes
        self._kind = kind_of(path, lanes)[1] if lanes.source.is_apart else 0
        self._form = lanes.plans[self._kind].source.form
        head = np.frombuffer(self._file.read(1 << 22), np.uint8)
        begun = self._form.begin(head, len(head) < 1 << 22)
        if begun is None:
            raise EnvironmentFailure(file.name, "has no end of its first record")
        self._order = begun.order
        self._file.seek(begun.used)

    def records(
        self, rows: list[dict[str, str]], reasons: dict[int, tuple[Reason, ...]]
    ) -> Iterator[Rejected]:
        """The records of these rows of the index that have reasons.

        One record at a time: what a broken record holds must not run into the next one.
        """
        for row in rows:
            data, record = self._file.read(int(row["bytes"])), int(row["record"])
            if record in reasons:
                data, kind, values = self._values(data)
                ending = _ending(self._lanes.plans[kind].source, data)
                place = row["file"], record, int(row["offset"])
                yield Rejected(*place, data, reasons[record], values, ending, self._order, kind)

    def _values(self, data: bytes) -> tuple[bytes, int, Values | None]:
        """The record without its block, its type, and the values of its fields."""
        form, kind = self._form, self._kind
        whole = np.frombuffer(data + form.closing(), np.uint8)
        split = form.split(whole, eof=True)
        if len(split.stop) != 1 or split.bounds[-1] != len(data) or split.codes[0]:
            return data, kind, None
        chunk = Chunk(0, 0, 1, 0, whole, split.bounds, split.stop, split.codes, split.own)
        begin, end = (int(edge[0]) for edge in chunk.edges)
        if self._lanes.sorter is not None:
            kinds, chunk = sorting.sort(self._lanes.sorter, chunk)
            if chunk.codes[0]:
                return data[begin:end], kind, None
            kind = int(kinds[0])
        side = self._lanes.plans[kind].source
        spans = side.form.spans(chunk, self._order)
        if spans.codes[0]:
            return data[begin:end], kind, None
        places = [spans.of(place) for place in range(len(side.layout.record.fields))]
        found = [spans.data[begin[0] : end[0]].tobytes() for begin, end in places]
        absent = set() if not isinstance(self._order, tuple) else _absent(found, self._order)
        values = tuple(None if place in absent else one for place, one in enumerate(found))
        return data[begin:end], kind, values


def _absent(found: Sequence[bytes], order: tuple[int, ...]) -> set[int]:
    """The fields whose columns the file lacks."""
    return set(range(len(found))) - set(order)


def _ending(side: Side, data: bytes) -> int:
    """Bytes of the line end; none where the form has none."""
    framing = side.layout.framing
    if framing.delimited is not None:
        return punctuation.of(side.layout).ending(data)
    if framing.fixed is not None and framing.fixed.terminator == "none":
        return 0
    if framing.variable is not None and framing.variable.by in ("field", "rdw"):
        return 0
    return punctuation.lines(scripts.of(side.layout)).ending(data)
