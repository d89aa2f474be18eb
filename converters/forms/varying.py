"""Records with fields that are not always there, around the fixed and the variable form.

A field that is not there has an empty place on reading. Behind a table that is not full the bytes
stay where they are (`maximum`), or move up, and the record is shorter (`shifted`) or filled up at
its end (`padded`). Of several readings of one place, the one that is there is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from converters import presence, scripts
from converters.columns import Batch, Bytes, Chunk, Ints, Mask, Order, Spans, Status, Text, Values
from converters.forms.fixed import Fixed, slots
from converters.forms.framing import Beginning, Ending, Packer, Split
from converters.forms.variable import Variable, tabled
from converters.kernels.counted import put_lengths
from converters.kernels.frame import COUNT, DIFFERS, NO_VIEW, SHORT
from converters.kernels.tables import close_up
from converters.kernels.variable import WORD
from converters.model import Layout, Record, Table, View
from converters.presence import Presence, Reader

__all__ = ["Varying", "elements", "form"]

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
class _Found:
    """What is there in some records: `masks` by the place of a field, `moved` by how many bytes
    each field stands before its place; both only for fields that need it. `counts` has a column
    for each table, `gone` the bytes that are missing of the whole."""

    masks: dict[int, Mask]
    moved: dict[int, Ints]
    counts: Ints
    gone: Ints
    codes: Status


@dataclass(frozen=True, slots=True, eq=False)
class Varying:
    """A form around that of the records; see `framing.Form`.

    `readers` read the fields that tell which others are there, by their place in the record;
    `slides` tells that bytes behind a table move up, `tables` are those of `kernels.tables`;
    `base` writes a record with the first reading of each place, `parts` write the others.
    """

    inner: Fixed | Variable
    known: Presence
    readers: Mapping[int, tuple[str, Reader]]
    slides: bool
    tables: Ints
    base: Part
    parts: Mapping[View, Part]
    blank: bytes

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
        return self._fixed.fit(texts)

    @property
    def _fixed(self) -> Fixed:
        return self.inner if isinstance(self.inner, Fixed) else self.inner.fixed

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        at, width = self._fixed.at, self._fixed.width
        lead = 0 if isinstance(self.inner, Fixed) else self.inner.lead
        sound = chunk.codes == 0
        begin = chunk.bounds[:-1] + np.where(sound, lead, 0)
        end = np.where(sound, chunk.stop, begin)
        found = self._found(chunk.data, begin, end, self.slides)
        codes = np.where(sound, found.codes, chunk.codes)
        codes = np.where(codes == 0, self._lengths(found, begin, end), codes)
        end = np.where(codes == 0, end, begin)

        def of(field: int) -> tuple[Ints, Ints]:
            """By arithmetic, as far as the record goes; empty where the field is not there."""
            start = begin + at[field] - found.moved.get(field, 0)
            start = np.minimum(start, end)
            stop = np.minimum(start + width[field], end)
            if field in found.masks:
                stop = np.where(found.masks[field], stop, start)
            return start, stop

        return Spans(chunk.data, of, codes.astype(np.uint8), there=found.masks)

    def assemble(self, texts: Texts, keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        rows, length = self._written(texts, keep), self._fixed.length
        count = int(keep.sum())
        begin = np.arange(count, dtype=np.int64) * length
        found = self._found(rows, begin, begin + length, False)
        if not isinstance(self.inner, Fixed):
            return _framed(self, self.inner, rows, found)
        if self.slides:
            rows = self._padded(rows, found)
        return _ended(rows, length, self.inner.ending, count)

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

    def _found(self, data: Bytes, begin: Ints, end: Ints, closed: bool) -> _Found:
        """What is there, as far as it can be read from the records themselves; `closed` tells that
        bytes behind tables have moved up already."""
        at, width = self._fixed.at, self._fixed.width
        gone = np.zeros(len(begin), np.int64)
        counted = np.zeros((len(begin), len(self.known.tables)), np.int64)
        found = _Found({}, {}, counted, gone, np.zeros(len(begin), np.uint8))
        columns: dict[str, Values] = {}
        starts = {table.first: n for n, table in enumerate(self.known.tables)}
        for field in range(len(at)):
            if field in self.readers:
                name, read = self.readers[field]
                start = np.minimum(begin + at[field] - (gone if closed else 0), end)
                columns[name] = read(data, start, np.minimum(start + width[field], end), {})[0]
            if self.slides and len(starts):
                found.moved.setdefault(field, gone)
            if field in starts:
                table = self.known.tables[starts[field]]
                self._counted(found, starts[field], columns, gone)
                gone = gone + (table.times - counted[:, starts[field]]) * table.size
        batch = Batch(np.arange(len(begin), dtype=np.int64), columns)
        self._chosen(batch, found)
        return replace(found, gone=gone if self.slides else np.zeros_like(gone))

    def _counted(
        self, found: _Found, number: int, columns: Mapping[str, Values], gone: Ints
    ) -> None:
        """Which elements of a table are there; they have moved as far as its first one."""
        table = self.known.tables[number]
        counts: Ints = np.full(len(gone), table.times, np.int64)
        if table.count is not None:
            counts, wrong = presence.counts(table, columns[self.readers[table.count][0]])
            found.codes[wrong] = COUNT
        found.counts[:, number] = counts
        for place in range(table.first, table.stop):
            found.masks[place] = counts > (place - table.first) // table.each
            if self.slides:
                found.moved[place] = gone

    def _chosen(self, batch: Batch, found: _Found) -> None:
        """Which reading of each place is there, and which single fields."""
        for choice in self.known.choices:
            views = self.known.views(batch, choice)
            found.codes[~np.any(views, axis=0) & (found.codes == 0)] = NO_VIEW
            for view, mask in zip(choice, views, strict=True):
                found.masks.update((place, mask) for place in range(view.first, view.stop))
        for place in self.known.lone:
            found.masks[place] = self.known.tests[place](batch)

    def _lengths(self, found: _Found, begin: Ints, end: Ints) -> Status:
        """Records whose length is not what their counts say, or that end inside of a number."""
        codes = np.zeros(len(begin), np.uint8)
        if isinstance(self.inner, Fixed):
            return codes
        size, due = end - begin, self._fixed.length - found.gone
        at, width = self._fixed.at, self._fixed.width
        for field in self.inner.hosts:
            start = at[field] - found.moved.get(int(field), 0)
            cut = (start < size) & (size < start + width[field])
            codes[cut & found.masks.get(int(field), True)] = SHORT
        if self.slides and len(self.tables):
            differs = size > due if self.inner.newline else size != due
            codes[differs] = DIFFERS
        return codes

    def _written(self, texts: Texts, keep: npt.NDArray[np.bool_]) -> Bytes:
        """The kept records with full tables, side by side; each place in the reading it has."""
        data, _ = self.base.form.assemble([texts[k] for k in self.base.texts], keep)
        if not self.parts:
            return data
        whole = data.reshape(-1, self._fixed.length)
        begin = np.arange(len(whole), dtype=np.int64) * whole.shape[1]
        masks = self._found(data, begin, begin + whole.shape[1], False).masks
        for view, part in self.parts.items():
            here = masks[view.first]
            also = np.zeros(len(keep), np.bool_)
            also[np.flatnonzero(keep)[here]] = True
            made, _ = part.form.assemble([texts[k] for k in part.texts], also)
            width = part.form.length
            whole[here, part.at : part.at + width] = made.reshape(-1, width)
        return data

    def _padded(self, rows: Bytes, found: _Found) -> Bytes:
        """Records whose tables are closed up, filled at the end."""
        length = self._fixed.length
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


def _closed(
    form: Varying, rows: Bytes, found: _Found, around: tuple[int, Bytes, int]
) -> tuple[Bytes, Ints]:
    """Records without the elements that are not there; `around` are the bytes before a record, its
    line end, and the space of `close_up`."""
    length, count = form._fixed.length, len(found.gone)
    lead, ending, space = around
    out = np.empty(count * (length + lead + len(ending)), np.uint8)
    bounds = np.empty(count + 1, np.int64)
    counts = found.counts
    if not form.slides:
        counts = np.broadcast_to(form.tables[:, 7], counts.shape).copy()
    shape = (length, lead, space)
    close_up(rows, shape, ending, form.tables, counts, _floors(form, found), out, bounds)
    return out[: bounds[-1]], bounds


def _framed(form: Varying, inner: Variable, rows: Bytes, found: _Found) -> tuple[Bytes, Ints]:
    """Records closed up, each behind its descriptor word, with its length, or as a line."""
    # Where only its tables make a record shorter, its length must say how full they are.
    one = len(inner.space) == 1
    trims = inner.floor < form._fixed.length and (inner.newline > 0 or not form.slides)
    # A space of two bytes stays.
    around = (inner.lead, inner.ending, int(inner.space[0]) if trims and one else -1)
    out, bounds = _closed(form, rows, found, around)
    if inner.rule:
        put_lengths(out, bounds, inner.rule)
    elif inner.lead:
        sizes = np.diff(bounds) - (0 if inner.way & 1 else WORD)
        order = "<u2" if inner.way & 2 else ">u2"
        words = np.zeros((len(sizes), WORD), np.uint8)
        words[:, :2] = sizes.astype(order).view(np.uint8).reshape(-1, 2)
        out[bounds[:-1, None] + np.arange(WORD)] = words
    return out, bounds


def _floors(form: Varying, found: _Found) -> Ints:
    """The bytes of each record that are kept whatever stands there: no number is cut off."""
    floors = np.ones(len(found.gone), np.int64)
    if isinstance(form.inner, Fixed):
        return floors
    at, width = form._fixed.at, form._fixed.width
    for field in form.inner.hosts:
        end = at[field] + width[field] - found.moved.get(int(field), 0)
        floors = np.maximum(floors, np.where(found.masks.get(int(field), True), end, 0))
    for number, table in enumerate(form.known.tables):
        if table.rows:
            # Their bytes are put in later.
            end = at[table.first] - found.moved.get(table.first, 0)
            floors = np.maximum(floors, end + found.counts[:, number] * table.size)
    if form.inner.rule:
        floors = np.maximum(floors, form.inner.rule[0] + form.inner.rule[1])
    return floors


def _ended(rows: Bytes, length: int, ending: Bytes, count: int) -> tuple[Bytes, Ints]:
    """Records of one length with their line ends."""
    bounds = np.arange(count + 1, dtype=np.int64) * (length + len(ending))
    if not len(ending):
        return rows, bounds
    out = np.empty((count, length + len(ending)), np.uint8)
    out[:, :length] = rows.reshape(count, length)
    out[:, length:] = ending
    return out.reshape(-1), bounds


def form(layout: Layout, inner: Fixed | Variable, readers: Mapping[str, Reader]) -> Varying:
    """The form of a layout with fields that are not always there. `readers` are those of the
    fields that `presence.asked` names."""
    record, known = layout.record, presence.compile(layout.record)
    others = [view for choice in known.choices for view in choice[1:]]
    elsewhere = {place for view in others for place in range(view.first, view.stop)}
    base = [place for place in range(len(record.fields)) if place not in elsewhere]
    return Varying(
        inner=inner,
        known=known,
        readers={record.index[name]: (name, read) for name, read in readers.items()},
        slides=layout.framing.slides,
        tables=tabled(layout),
        base=_part(layout, base),
        parts={view: _part(layout, range(view.first, view.stop)) for view in others},
        blank=scripts.of(layout).blank,
    )


def _part(layout: Layout, places: Sequence[int]) -> Part:
    """The fields at these places, side by side."""
    record = layout.record
    texts = [place for place, field in enumerate(record.fields) if not field.is_filler]
    fields = tuple(record.fields[place].model_copy(update={"redefines": None}) for place in places)
    own = layout.model_copy(update={"records": (Record(name=record.name, fields=fields),)})
    length = sum(field.bytes or 0 for field in fields)
    here = set(places)
    kept = tuple(k for k, place in enumerate(texts) if place in here)
    return Part(slots(own, (length, "none", "")), kept, record.offsets[places[0]])
