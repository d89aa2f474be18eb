"""Records with fields that are not always there, around the fixed and the variable form.

A field that is not there has an empty place on reading. Behind a table that is not full the bytes
stay where they are (`maximum`), or move up, and the record is shorter (`shifted`) or filled up at
its end (`padded`). Of several readings of one place, the one that is there is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from converters import presence
from converters.columns import (
    Batch,
    Blamed,
    Bytes,
    Chunk,
    Ints,
    Order,
    Spans,
    Status,
    Text,
    Values,
)
from converters.forms.fixed import Fixed
from converters.forms.framing import Beginning, Ending, Packer, Split
from converters.forms.variable import Variable
from converters.kernels.counted import put_lengths
from converters.kernels.frame import COUNT, DIFFERS, NO_VIEW, SHORT
from converters.kernels.tables import close_up
from converters.kernels.variable import WORD
from converters.model import Table, View
from converters.presence import Presence, Reader, Seen

__all__ = ["Found", "Part", "Varying", "described", "elements", "ended"]

NO_END = np.frombuffer(b"", np.uint8)
"""No line end."""

Texts = Sequence[Text]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Fields that are written by themselves: their form, their texts among all, the first byte."""

    form: Fixed
    texts: tuple[int, ...]
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What is there in some records: `moved` by how many bytes each field stands before its place,
    only for fields that need it; `short` by how many a row is shorter than others. `gone` are the
    bytes that are missing of the whole; `blamed` is the field that a code is to be told of, with
    its edges.
    """

    seen: Seen
    moved: dict[int, Ints]
    short: dict[int, Ints]
    gone: Ints
    codes: Status
    blamed: Blamed


@dataclass(frozen=True, slots=True, eq=False)
class Varying:
    """A form around that of the records; see `framing.Form`.

    `readers` read the fields that tell which others are there, by their place in the record;
    `slides` tells that bytes behind a table move up, `tables` are those of `kernels.tables` in the
    order in which they end, as they are `ordered` here, and `ends` has those that end before each
    field; `base` writes a record with the first reading of each place, `parts` write the others.
    `inside` are rows that are not equally long, by the place of each in the record: their form, and
    a row with full tables, which keeps their room; see `settling`.
    """

    inner: Fixed | Variable
    known: Presence
    readers: Mapping[int, tuple[str, Reader]]
    slides: bool
    tables: Ints
    ordered: tuple[Table, ...]
    ends: Mapping[int, list[Table]]
    base: Part
    parts: Mapping[View, Part]
    blank: bytes
    inside: Mapping[int, tuple[Varying, Bytes]]

    @property
    def longest(self) -> int:
        return self.inner.longest

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        return self.inner.begin(data, eof)

    def split(self, data: Bytes, eof: bool) -> Split:
        return self.inner.split(data, eof)

    def opening(self) -> bytes:
        return self.inner.opening()

    def closing(self) -> bytes:
        return self.inner.closing()

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        return self.inner.end(tail, unended, place, order)

    def packer(self, kept: bytes = b"") -> Packer:
        return self.inner.packer(kept)

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        return self.inner.remains(chunk, rows, order)

    def fit(self, texts: Texts) -> list[Status | None]:
        return self.fixed.fit(texts)

    @property
    def fixed(self) -> Fixed:
        return self.inner if isinstance(self.inner, Fixed) else self.inner.fixed

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        at, width = self.fixed.at, self.fixed.width
        lead = 0 if isinstance(self.inner, Fixed) else self.inner.lead
        sound = chunk.codes == 0
        # Where a count is none, it is still to be told which one.
        read = sound | (chunk.codes == COUNT)
        begin = chunk.bounds[:-1] + np.where(read, lead, 0)
        end = np.where(read, chunk.stop, begin)
        found = self.found(chunk.data, begin, end, self.slides)
        codes = np.where(sound, found.codes, chunk.codes)
        codes = np.where(codes == 0, self._lengths(found, begin, end), codes)
        end = np.where(codes == 0, end, begin)
        masks = found.seen.masks

        def of(field: int) -> tuple[Ints, Ints]:
            """By arithmetic, as far as the record goes; empty where the field is not there."""
            start = begin + at[field] - found.moved.get(field, 0)
            start = np.minimum(start, end)
            stop = np.minimum(start + width[field] - found.short.get(field, 0), end)
            if field in masks:
                stop = np.where(masks[field], stop, start)
            return start, stop

        status = codes.astype(np.uint8)
        found.blamed.fields[status != found.codes] = -1
        return Spans(chunk.data, of, status, there=masks, blamed=found.blamed)

    def assemble(self, texts: Texts, keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        rows, length = self._written(texts, keep), self.fixed.length
        count = int(keep.sum())
        begin = np.arange(count, dtype=np.int64) * length
        found = self.found(rows, begin, begin + length, False)
        if not isinstance(self.inner, Fixed):
            return _framed(self, self.inner, rows, found)
        if self.slides:
            rows = self._padded(rows, found)
        return ended(rows, length, self.inner.ending, count)

    def written(self, data: Bytes, bounds: Ints) -> Spans:
        """Where the fields lie in records as `assemble` made them."""
        codes = np.zeros(len(bounds) - 1, np.uint8)
        chunk = Chunk(0, 0, 1, 0, data, bounds, bounds[1:] - len(self.inner.ending), codes)
        return self.spans(chunk, None)

    def elements(self, data: Bytes, bounds: Ints, table: Table) -> tuple[Ints, Ints]:
        """Where the elements of a table begin in records as `assemble` made them, one behind the
        other, and the row that each belongs to."""
        starts, _, rows, _ = elements(self.written(data, bounds), table)
        return starts, rows

    def found(self, data: Bytes, begin: Ints, end: Ints, closed: bool) -> Found:
        """What is there, as far as it can be read from the records themselves; `closed` tells that
        bytes behind tables have moved up already."""
        at, width = self.fixed.at, self.fixed.width
        gone = np.zeros(len(begin), np.int64)
        columns: dict[str, Values] = {}
        batch, seen = Batch(np.arange(len(begin), dtype=np.int64), columns), Seen()
        edges: dict[int, tuple[Ints, Ints]] = {}
        moved: dict[int, Ints] = {}
        short: dict[int, Ints] = {}
        for field in range(len(at) + 1):
            if closed and field - 1 in self.inside:
                # A row is as long as its own counts say.
                start = begin + at[field - 1] - gone
                short[field - 1], edges[field - 1] = self._row(field - 1, seen, data, start, end)
                gone = gone + short[field - 1]
            for table in self.ends.get(field, ()):
                gone = gone + seen.lacking[table] * table.size
            for part in self.known.steps.get(field, ()):
                presence.settle(self.known, part, batch, seen)
            if field in self.readers:
                name, read = self.readers[field]
                start = np.minimum(begin + at[field] - (gone if closed else 0), end)
                stop = np.minimum(start + width[field], end)
                edges[field] = start, np.where(seen.masks.get(field, True), stop, start)
                columns[name] = read(data, *edges[field], {})[0]
            if self.slides and self.ordered:
                moved[field] = gone
        gone = gone if self.slides else np.zeros_like(gone)
        return Found(seen, moved, short, gone, *_judged(seen, edges, len(begin)))

    def _row(
        self, field: int, seen: Seen, data: Bytes, start: Ints, end: Ints
    ) -> tuple[Ints, tuple[Ints, Ints]]:
        """The bytes that a row lacks, and where the count stands that is wrong in it."""
        there, form = seen.masks[field], self.inside[field][0]
        start = np.minimum(start, end)
        stop = np.minimum(start + self.fixed.width[field], end)
        found = form.found(data, start, np.where(there, stop, start), True)
        seen.wrong.append((field, there & (found.codes != 0), True))
        return np.where(there, found.gone, 0), (found.blamed.starts, found.blamed.stops)

    def _lengths(self, found: Found, begin: Ints, end: Ints) -> Status:
        """Records whose length is not what their counts say, or that end inside of a number."""
        codes = np.zeros(len(begin), np.uint8)
        if isinstance(self.inner, Fixed):
            return codes
        size, due = end - begin, self.fixed.length - found.gone
        at, width = self.fixed.at, self.fixed.width
        for field in self.inner.hosts:
            start = at[field] - found.moved.get(int(field), 0)
            cut = (start < size) & (size < start + width[field])
            codes[cut & found.seen.masks.get(int(field), True)] = SHORT
        if self.slides and self.ordered:
            differs = size > due if self.inner.newline else size != due
            codes[differs] = DIFFERS
        return codes

    def _written(self, texts: Texts, keep: npt.NDArray[np.bool_]) -> Bytes:
        """The kept records with full tables, side by side; each place in the reading it has."""
        data, _ = self.base.form.assemble([texts[k] for k in self.base.texts], keep)
        whole = data.reshape(-1, self.fixed.length)
        for field, (_, full) in self.inside.items():
            at = self.fixed.at[field]
            whole[:, at : at + len(full)] = full
        if not self.parts:
            return data
        begin = np.arange(len(whole), dtype=np.int64) * whole.shape[1]
        seen = self.found(data, begin, begin + whole.shape[1], False).seen
        for view, part in self.parts.items():
            here = seen.views[view]
            also = np.zeros(len(keep), np.bool_)
            also[np.flatnonzero(keep)[here]] = True
            made, _ = part.form.assemble([texts[k] for k in part.texts], also)
            width = part.form.length
            whole[here, part.at : part.at + width] = made.reshape(-1, width)
        return data

    def _padded(self, rows: Bytes, found: Found) -> Bytes:
        """Records whose tables are closed up, filled at the end."""
        length = self.fixed.length
        sizes = length - found.gone
        packed = _closed(self, rows, found, (0, NO_END, -1))[0]
        pad = np.resize(np.frombuffer(self.blank, np.uint8), length)
        out = np.tile(pad, (len(sizes), 1))
        out[np.arange(length) < sizes[:, None]] = packed
        return out.reshape(-1)


def elements(spans: Spans, table: Table) -> tuple[Ints, Ints, Ints, Ints]:
    """The elements of a table that are there, in the order of the file: where each begins and
    ends, its record's row, and its number from 1. The end of a line may be cut off."""
    places = range(table.first, table.stop, table.each)
    edges = np.array([spans.of(place) for place in places], np.int64)
    there = np.stack([spans.there[place] for place in places], 1) & (spans.codes == 0)[:, None]
    rows, numbers = np.nonzero(there)
    return edges[numbers, 0, rows], edges[numbers, 1, rows], rows, numbers + 1


def _judged(
    seen: Seen, edges: Mapping[int, tuple[Ints, Ints]], count: int
) -> tuple[Status, Blamed]:
    """The first field of each record that leads to no shape of it, as a record problem."""
    codes = np.zeros(count, np.uint8)
    blamed = Blamed(np.full(count, -1), np.zeros(count, np.int64), np.zeros(count, np.int64))
    for field, rows, counts in seen.wrong:
        fresh = np.flatnonzero(rows & (codes == 0))
        if len(fresh) and field in edges:
            codes[fresh] = COUNT if counts else NO_VIEW
            blamed.fields[fresh] = field
            blamed.starts[fresh], blamed.stops[fresh] = (edge[fresh] for edge in edges[field])
    return codes, blamed


def _closed(
    form: Varying, rows: Bytes, found: Found, around: tuple[int, Bytes, int]
) -> tuple[Bytes, Ints]:
    """Records without the elements that are not there; `around` are the bytes before a record, its
    line end, and the space of `close_up`."""
    length, count = form.fixed.length, len(found.gone)
    lead, ending, space = around
    out = np.empty(count * (length + lead + len(ending)), np.uint8)
    bounds = np.empty(count + 1, np.int64)
    counts = np.tile(form.tables[:, 7], (count, 1))
    for number, table in enumerate(form.ordered if form.slides else ()):
        counts[:, number] -= found.seen.lacking[table]
    shape = (length, lead, space)
    close_up(rows, shape, ending, form.tables, counts, _floors(form, found), out, bounds)
    return out[: bounds[-1]], bounds


def _framed(form: Varying, inner: Variable, rows: Bytes, found: Found) -> tuple[Bytes, Ints]:
    """Records closed up, each behind its descriptor word, with its length, or as a line."""
    # Where only its tables make a record shorter, its length must say how full they are.
    one = len(inner.space) == 1
    trims = inner.floor < form.fixed.length and (inner.newline > 0 or not form.slides)
    # A space of two bytes stays.
    around = (inner.lead, inner.ending, int(inner.space[0]) if trims and one else -1)
    out, bounds = _closed(form, rows, found, around)
    described(inner, out, bounds)
    return out, bounds


def described(inner: Variable, out: Bytes, bounds: Ints) -> None:
    """Writes the length of each record where it says it."""
    if inner.rule:
        put_lengths(out, bounds, inner.rule)
    elif inner.lead:
        sizes = np.diff(bounds) - (0 if inner.way & 1 else WORD)
        order = "<u2" if inner.way & 2 else ">u2"
        words = np.zeros((len(sizes), WORD), np.uint8)
        words[:, :2] = sizes.astype(order).view(np.uint8).reshape(-1, 2)
        out[bounds[:-1, None] + np.arange(WORD)] = words


def _floors(form: Varying, found: Found) -> Ints:
    """The bytes of each record that are kept whatever stands there: no number is cut off."""
    floors = np.ones(len(found.gone), np.int64)
    if isinstance(form.inner, Fixed):
        return floors
    at, width = form.fixed.at, form.fixed.width
    for field in form.inner.hosts:
        end = at[field] + width[field] - found.moved.get(int(field), 0)
        floors = np.maximum(floors, np.where(found.seen.masks.get(int(field), True), end, 0))
    for table in form.known.tables:
        if table.rows:
            # Their bytes are put in later.
            end = at[table.first] - found.moved.get(table.first, 0)
            floors = np.maximum(floors, end + found.seen.counts[table] * table.size)
    if form.inner.rule:
        floors = np.maximum(floors, form.inner.rule[0] + form.inner.rule[1])
    return floors


def ended(rows: Bytes, length: int, ending: Bytes, count: int) -> tuple[Bytes, Ints]:
    """Records of one length with their line ends."""
    bounds = np.arange(count + 1, dtype=np.int64) * (length + len(ending))
    if not len(ending):
        return rows, bounds
    out = np.empty((count, length + len(ending)), np.uint8)
    out[:, :length] = rows.reshape(count, length)
    out[:, length:] = ending
    return out.reshape(-1), bounds
