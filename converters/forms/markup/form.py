"""The verbs of the XML form: records are found by their tags, and read a chunk at a time.

A record is the bytes of its element and the white space behind it. Comments and the tags of groups
between records are no record's own (`Chunk.own`); anything else between them is a bad record, so
that nothing is passed over. What belongs to all records, their namespaces, is handed from the
beginning of the file to them as the start tags around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import status
from converters.columns import Bytes, Chunk, Ints, Order, Spans, Status, Text, series
from converters.forms.around import Again
from converters.forms.framing import (
    MARK,
    Beginning,
    Ending,
    FileProblem,
    Loose,
    Packer,
    Split,
    mark,
)
from converters.forms.markup import judge, paths, writing
from converters.forms.markup.paths import Element
from converters.kernels.elements import elements, plain_values, room_for_values
from converters.kernels.frame import EXTRA, MALFORMED, REPEATED
from converters.kernels.markup import next_tag, split_markup
from converters.model import Layout, XmlFraming

__all__ = ["Markup", "form"]

LONGEST: Final = 1 << 20
"""Bytes after which a record without an end, with what stands before it, is given up."""

Places = tuple[Ints, Ints, Status]
"""Start and stop of each field and record, and which values do not stand there as they read."""

SHOWN: Final = 60
"""Bytes of a name that are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Markup:
    """The XML form of one layout; see `framing.Form`.

    `root` is the record's element, `names` what the splitting kernel knows it by, `widths` the
    most bytes of each value, 0 for any number.
    """

    framing: XmlFraming
    root: Element
    names: tuple[Bytes, Ints]
    widths: tuple[int, ...]
    limit: int = LONGEST

    @property
    def longest(self) -> int:
        return self.limit

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        start = mark(data, eof, MARK, self.framing.bom)
        if start is None or not len(data):
            return start
        rest = data[start.used :][: self.limit]
        pool, bounds = self.names
        place = int(next_tag(rest, 0, len(rest), (pool, bounds[:2]), False))
        if place == len(rest) and not eof and len(rest) < self.limit:
            return None
        due = paths.around(self.framing)
        if place < len(rest):
            opening = judge.opening(rest[:place].tobytes(), due)
            tags, problems = opening.tags or None, opening.problems
        else:
            tags, problems, place = None, judge.whole(rest.tobytes(), due), 0
        found = tuple(FileProblem(code, detail, start.used) for code, detail in problems)
        return Beginning(start.used + place, tags, start.problems + found)

    def split(self, data: Bytes, eof: bool) -> Split:
        room, place = len(data) // 64 + 64, 0
        parts: list[tuple[Ints, Ints, Status, Ints]] = []
        while True:
            numbers = [np.empty(room, np.int64) for _ in range(3)]
            out = numbers[0], numbers[1], np.empty(room, np.uint8), numbers[2]
            count, place = split_markup(data, place, eof, self.limit, self.names, out)
            parts.append((out[0][:count], out[1][:count], out[2][:count], out[3][:count]))
            if count < room:
                break
        ends, stop, codes, begins = (np.concatenate(part) for part in zip(*parts, strict=True))
        bounds = np.concatenate([np.zeros(1, np.int64), ends])
        used = len(data) if eof else place
        return Split(bounds, stop, codes, used, np.column_stack([begins, ends]))

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        tags = order if isinstance(order, bytes) else self._tags()
        codes = chunk.codes.copy()
        begin, end = chunk.edges
        sound = np.flatnonzero(codes == 0)
        parts = [chunk.data[begin[row] : end[row]].tobytes() for row in sound.tolist()]
        details = {int(sound[k]): why for k, why in judge.records(tags, parts).items()}
        codes[list(details)] = MALFORMED
        found, where = self._found(chunk.data, np.column_stack([begin, end]), codes, tags)
        start, stop, _ = found
        for row in np.flatnonzero((codes == EXTRA) | (codes == REPEATED)).tolist():
            details[row] = _named(chunk.data[where[row] - 1 :][:SHOWN].tobytes())
        data = chunk.data
        if room := int(room_for_values(found)):
            data = np.concatenate([data, np.empty(room, np.uint8)])
            plain_values(data, len(chunk.data), found)
        return Spans(data, lambda field: (start[field], stop[field]), codes, details)

    def places(self, record: bytes, order: Order) -> list[tuple[int, int]]:
        """Where each value of a sound record is written, references and all; behind the tag where
        an element has no end tag, (0, 0) where the record does not have it."""
        tags = order if isinstance(order, bytes) else self._tags()
        data, edges = np.frombuffer(record, np.uint8), np.array([[0, len(record)]])
        (start, stop, _), _ = self._found(data, edges, np.zeros(1, np.uint8), tags)
        return list(zip(start[:, 0].tolist(), stop[:, 0].tolist(), strict=True))

    def written(self, chunk: Chunk, order: Order) -> Places:
        """Where the values of the records of a chunk are written, references and all."""
        tags = order if isinstance(order, bytes) else self._tags()
        return self._found(chunk.data, np.column_stack(chunk.edges), chunk.codes.copy(), tags)[0]

    def _found(self, data: Bytes, edges: Ints, codes: Status, tags: bytes) -> tuple[Places, Ints]:
        """Where the values of records lie, as they are written; and where a problem is, which
        `codes` then tells."""
        shape = len(self.widths), len(edges)
        found = np.empty(shape, np.int64), np.empty(shape, np.int64), np.empty(shape, np.uint8)
        where = np.zeros(len(edges), np.int64)
        table = paths.table(self.root, judge.bindings(tags))
        elements(data, edges, codes, table, self.framing.extra == "reject", found, where)
        return found, where

    def opening(self) -> bytes:
        lead = MARK if self.framing.bom else b""
        return lead + b'<?xml version="1.0" encoding="UTF-8"?>\n' + self._tags() + b"\n"

    def closing(self) -> bytes:
        ends = [f"</{step}>" for step in reversed(self.framing.steps[:-1])]
        return "".join(ends).encode() + b"\n"

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        tags = order if isinstance(order, bytes) else self._tags()
        why, trailer = judge.ending(tags, tail)
        problems = (FileProblem("SRC-019", why, place),) if why else ()
        return Ending(problems, trailer)

    def packer(self, kept: bytes = b"") -> Packer:
        return Again(self, kept) if kept else Loose()

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        return None

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        return [_fit(text, width) for text, width in zip(texts, self.widths, strict=True)]

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        frame = pl.DataFrame([series(text, str(place)) for place, text in enumerate(texts)])
        rows = frame.filter(pl.Series(keep)).select(writing.record(self.root, self.framing.blank))
        column = rows.to_series().rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        _, offsets, data = column.buffers()
        bounds = np.frombuffer(offsets, np.int64)[column.offset :][: len(column) + 1]
        whole = np.frombuffer(data, np.uint8) if data else np.empty(0, np.uint8)
        return whole[bounds[0] : bounds[-1]], bounds - bounds[0]

    def _tags(self) -> bytes:
        """The start tags that are written around records."""
        spaces = dict(self.framing.namespaces)
        if self.framing.blank == "nil":
            spaces["xsi"] = paths.INSTANCE
        return judge.start_tags(self.framing.steps[:-1], spaces)


def form(layout: Layout) -> Markup:
    """The form of a layout with XML framing."""
    framing = layout.framing.xml
    assert framing is not None, "an XML form needs XML framing"
    widths = tuple(field.bytes or 0 for field in layout.record.fields)
    return Markup(framing, paths.tree(layout), paths.names(framing), widths)


def _fit(text: Text, width: int) -> Status:
    """What cannot be written: characters that XML does not have, and too many bytes."""
    found = np.zeros(len(text), np.uint8)
    hit = series(text).str.contains(writing.FORBIDDEN).fill_null(False).to_numpy()
    found[hit] = status.UNMAPPABLE
    if width:
        found[text.lengths > width] = status.OVERFLOW
    return found


def _named(data: bytes) -> str:
    """The name that begins at the second byte; text is not shown."""
    if data[:1] == b">" or data[1:2] == b"<":
        return "#text"
    name = data[1:].replace(b"/", b" ").replace(b">", b" ").replace(b"=", b" ").split()[:1]
    return b"".join(name).decode("utf-8", "replace")
