"""Delimited records (CSV, TSV): bytes ↔ records of columns, after RFC 4180 and what is really met.

A quote opens only at the start of a column and is doubled inside; a quoted value may hold line
ends and delimiters. LF and CRLF both end a record; a CR alone is data. All this is looked for in
narrow bytes (see `punctuation`), which are those of the file itself in Shift_JIS, EUC and UTF-8.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import room, scripts, status
from converters.columns import Bytes, Chunk, Ints, Mask, Order, Spans, Status, Text
from converters.forms import heading, punctuation
from converters.forms.framing import (
    MARK,
    Beginning,
    Columns,
    Ending,
    FileProblem,
    Loose,
    Packer,
    Split,
    ended,
    mark,
    marked,
    plain_number,
    split,
    strange,
    view,
)
from converters.forms.heading import Heading
from converters.forms.punctuation import LINES, Punctuation
from converters.kernels.arrays import Small
from converters.kernels.delimited import (
    ALWAYS,
    NEEDED,
    NEVER,
    assemble_delimited,
    judge,
)
from converters.kernels.fields import delimited_spans, unescape
from converters.kernels.frame import (
    BLANK,
    LF,
    UNCLOSED,
    record_end,
    split_delimited,
)
from converters.kernels.narrow import OPEN, SPECIAL, assemble_wide, look_at
from converters.model import DelimitedFraming, Field, Layout

__all__ = ["Delimited", "form", "raw_columns"]

LONGEST: Final = 1 << 20
"""Bytes after which a record without an end, or with an open quote, is cut."""

MARKS: Final = 4096
"""At most so many bytes 1A at the end are an end-of-file mark; old systems fill a block."""

NUMBERS: Final = ("decimal", "integer")


@dataclass(frozen=True, slots=True, eq=False)
class Delimited:
    """The delimited form of one layout; see `framing.Form`. `modes`: when each field is quoted."""

    framing: DelimitedFraming
    fields: tuple[Field, ...]
    marked: bytes
    strange: Mapping[bytes, str]
    signs: Punctuation
    heading: Heading
    modes: Ints
    limit: int = LONGEST

    @property
    def delimiter(self) -> int:
        return ord(self.framing.delimiter)

    @property
    def special(self) -> bytes:
        """What no value without quotes may have."""
        return b'"\r\n' + self.framing.delimiter.encode()

    @property
    def longest(self) -> int:
        return self.limit + MARKS

    @property
    def newline(self) -> bytes:
        """The line end that is written."""
        return self.signs.spell(LINES[self.framing.terminator])

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        start = mark(data, eof, self.marked, self.framing.bom)
        if start is None or not len(data):
            return start
        head = data[:3].tobytes()
        if other := next((name for one, name in self.strange.items() if head.startswith(one)), ""):
            return Beginning(0, None, (FileProblem("SRC-022", other, 0),))
        if not self.framing.header:
            return start
        rest = data[start.used :]
        seen = _unmarked(self.signs.narrow(rest))
        unit = self.signs.unit
        end, stop, _ = record_end(seen, 0, eof, self.delimiter, self.limit // unit)
        if end < 0:
            return None
        row = rest[: stop * unit].tobytes(), seen[:stop].tobytes()
        header = heading.read(self.heading, *row, start.used)
        used = start.used
        used += 0 if header.order is None else min(end * unit, len(rest))
        return Beginning(used, header.order, start.problems + header.problems)

    def opening(self) -> bytes:
        lead = (self.marked or MARK) if self.framing.bom else b""
        if not self.framing.header:
            return lead
        return lead + heading.write(self.heading, self.framing.quote) + self.newline

    def closing(self) -> bytes:
        return self.signs.spell("\x1a") if self.framing.eof == "1a" else b""

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        return ended(tail, unended, place)

    def packer(self, kept: bytes = b"") -> Packer:
        return Loose()

    def split(self, data: Bytes, eof: bool) -> Split:
        unit, size = self.signs.unit, len(data)
        whole = data if eof or unit == 1 else data[: size // unit * unit]
        found = _split(self, whole, eof)
        bounds, stop = (self.signs.places(each, size) for each in (found.bounds, found.stop))
        return Split(bounds, stop, found.codes, size if eof else found.used * unit)

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        columns = np.array(range(len(self.fields)) if order is None else order, np.int64)
        seen, unit = self.signs.narrowed(chunk), self.signs.unit
        start, stop = _places(len(self.fields), chunk.records)
        absent = sorted(set(range(len(self.fields))) - set(columns.tolist()))
        start[absent] = stop[absent] = seen.bounds[:-1]
        codes, escaped = chunk.codes.copy(), np.zeros(chunk.records, np.uint8)
        filled = np.zeros(len(self.fields), np.uint8)
        spare = delimited_spans(
            seen.data,
            seen.bounds,
            seen.stop,
            codes,
            columns,
            self.delimiter,
            start,
            stop,
            escaped,
            filled,
        )
        data = chunk.data
        if spare:
            size = len(seen.data)
            data = np.empty((size + spare) * unit, np.uint8)
            data[: len(chunk.data)] = chunk.data
            unescape(seen.data, data, unit, size, columns, start, stop, escaped)

        def of(field: int) -> tuple[Ints, Ints]:
            begin, end = start[field].astype(np.int64), stop[field].astype(np.int64)
            return self.signs.places(begin, len(data)), self.signs.places(end, len(data))

        return Spans(data, of, codes, empty=frozenset(np.flatnonzero(filled == 0).tolist()))

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        seen = self.signs.narrowed(chunk)
        data, begin, end = seen.data, seen.edges[0][rows], seen.stop[rows]
        edges = np.append(np.flatnonzero(data == self.delimiter), len(data))
        first = np.searchsorted(edges, begin)
        columns = {field: at for at, field in enumerate(order or range(len(self.fields)))}

        def of(field: int) -> tuple[Ints, Ints]:
            column = columns.get(field, len(edges))
            before = edges[np.minimum(first + column - 1, len(edges) - 1)]
            start = begin if column == 0 else before + 1
            stop = np.minimum(edges[np.minimum(first + column, len(edges) - 1)], end)
            there = start <= stop
            start, stop = np.where(there, start, begin), np.where(there, stop, begin)
            quoted = (stop > start + 1) & (data[np.minimum(start, len(data) - 1)] == ord('"'))
            size = len(chunk.data)
            return self.signs.places(start + quoted, size), self.signs.places(stop - quoted, size)

        return Spans(chunk.data, of, np.zeros(len(rows), np.uint8))

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        used = [f for f, field in enumerate(self.fields) if not field.is_filler]
        return [_fit(self, f, text) for f, text in zip(used, texts, strict=True)]

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        rows = np.flatnonzero(keep)
        given = iter(texts)
        columns = view(
            [None if field.is_filler else next(given) for field in self.fields],
            self.special if self.signs.look is None else None,
        )
        bounds = np.zeros(len(rows) + 1, np.int64)
        out = np.empty(_guess(self, columns, len(keep)) + 4096, np.uint8)
        done = 0
        while True:
            done = _assemble(self, columns, rows, done, out, bounds)
            if done == len(rows):
                return out[: bounds[-1]], bounds
            more = np.empty(2 * len(out), np.uint8)
            more[: bounds[done]] = out[: bounds[done]]
            out = more


def form(
    layout: Layout, decode: Callable[[bytes], str], encode: Callable[[str], bytes]
) -> Delimited:
    """The form of a layout with delimited framing; the callables are for the header row."""
    framing, script = layout.framing.delimited, scripts.of(layout)
    assert framing is not None, "a delimited form needs delimited framing"
    fields = layout.record.fields
    modes = np.array([_mode(field, framing.quote) for field in fields], np.int64)
    signs = punctuation.of(layout)
    heads = Heading(fields, framing.delimiter, signs, decode, encode)
    own, other = marked(script), strange(script)
    return Delimited(framing, fields, own, other, signs, heads, modes)


def _places(fields: int, records: int) -> tuple[Small, Small]:
    """Room for where each field of each record begins and ends. A chunk has less than 2 GB, and
    half the bytes are written and read in half the time."""
    size, shape = fields * records * 4, (fields, records)
    start, stop = (room.lend(size).view(np.int32).reshape(shape) for _ in range(2))
    return start, stop


def _mode(field: Field, quote: str) -> int:
    """When the values of a field are quoted."""
    if field.quote is not None:
        return ALWAYS if field.quote else NEVER
    if quote == "text":
        return NEEDED if field.kind in NUMBERS else ALWAYS
    return {"all": ALWAYS, "needed": NEEDED, "none": NEVER}[quote]


def _unmarked(data: Bytes) -> Bytes:
    """The bytes without what is an end-of-file mark if nothing follows it."""
    tail = data[-MARKS:]
    other = np.flatnonzero(tail != 0x1A)
    return data[: len(data) - len(tail) + (int(other[-1]) + 1 if len(other) else 0)]


def _split(form: Delimited, data: Bytes, eof: bool) -> Split:
    """The whole records of `data`, in places of its narrow bytes.

    Behind a record that was given up in the middle shifts and quotes begin anew, as they would if
    the bytes that are read at a time ended there.
    """
    empty = 0 if len(form.fields) == 1 else BLANK
    shape = (form.delimiter, form.limit // form.signs.unit, empty)
    parts, place = [], 0
    while True:
        seen = _unmarked(form.signs.narrow(data[place:]))
        found = split(split_delimited, seen, eof, shape, 48 // form.signs.unit)
        cut = _cut(form, seen, found, len(data) - place)
        if not cut:
            break
        parts.append((place, cut, found))
        place += int(found.bounds[cut])
    if not parts:
        return found
    parts.append((place, len(found.stop), found))
    bounds = [np.zeros(1, np.int64), *(one.bounds[1 : n + 1] + at for at, n, one in parts)]
    stop = [one.stop[:n] + at for at, n, one in parts]
    codes = [one.codes[:n] for _, n, one in parts]
    joined = np.concatenate(bounds), np.concatenate(stop), np.concatenate(codes)
    return Split(*joined, place + found.used)


def _cut(form: Delimited, seen: Bytes, found: Split, size: int) -> int:
    """How many records there are up to the first that was given up in the middle, before the end
    of the bytes, where shifts are open or closed; 0 where none was."""
    if not form.signs.shifted:
        return 0
    ends = found.bounds[1:]
    given_up = (seen[ends - 1] != LF) | (found.codes == UNCLOSED)
    cut = np.flatnonzero(given_up & (ends < size))
    return int(cut[0]) + 1 if len(cut) else 0


def raw_columns(content: bytes, delimiter: bytes) -> list[bytes]:
    """The columns of a whole record as they stand there, quotes and all."""
    stop = re.escape(delimiter)
    pattern = rb'((?:"(?:[^"]|"")*"[^%b]*|[^%b]*))(%b|\Z)' % (stop, stop, stop)
    found, place = [], 0
    for match in re.compile(pattern, re.DOTALL).finditer(content):
        if match.start() != place:
            break
        found.append(match[1])
        place = match.end()
        if not match[2]:
            break
    return found


def _fit(form: Delimited, place: int, text: Text) -> Status | None:
    """What cannot be written: too many bytes, a value that needs quotes where there are none, or
    one that leaves its shift open, which would hide the delimiter behind it."""
    width, bare = form.fields[place].bytes, form.modes[place] == NEVER
    looked = form.signs.shifted or (bare and plain_number(text, form.special) is None)
    if not looked and (width is None or text.longest <= width):
        return None
    found = np.zeros(len(text.views), np.uint8)
    if looked:
        special, unclosed = _looked_at(form, text)
        found[unclosed] = status.UNCLOSED_SHIFT
        found[special & bare] = status.UNMAPPABLE
    if width is not None:
        found[text.lengths > width] = status.OVERFLOW
    return found


def _looked_at(form: Delimited, text: Text) -> tuple[Mask, Mask]:
    """Which values could not be told from what stands around them without quotes, and which leave
    a shift open."""
    column, rows = view([text]), np.arange(len(text.views))
    cells = (column.views[0], column.steps[0], column.pools[0])
    if form.signs.look is None:
        plans = np.empty((len(rows), 1), np.int64)
        judge(column.pool, *cells, rows, NEEDED, form.delimiter, 0, np.empty_like(plans), plans)
        return plans[:, 0] & 3 > 0, np.zeros(len(rows), np.bool_)
    found = np.empty(len(rows), np.uint8)
    look_at(column.pool, *cells, form.signs.look, text.longest, found)
    return found & SPECIAL > 0, found & OPEN > 0


def _guess(form: Delimited, columns: Columns, rows: int) -> int:
    """Room that is enough unless many values have quotes of their own."""
    return columns.total + 3 * form.signs.unit * rows * len(columns.views)


def _assemble(
    form: Delimited, columns: Columns, rows: Ints, done: int, out: Bytes, bounds: Ints
) -> int:
    """Writes rows from `done` on, as many as surely fit; returns the first one left over."""
    cells = (columns.pool, columns.views, columns.steps, columns.pools)
    left: int
    if form.signs.look is None:
        how = (form.delimiter, len(form.newline))
        left = assemble_delimited(*cells, columns.styles, rows, form.modes, *how, done, out, bounds)
        return left
    signs = form.signs.spell('"' + form.framing.delimiter) + form.newline
    look = (form.signs.look, np.frombuffer(signs, np.uint8), columns.longest)
    left = assemble_wide(*cells, rows, form.modes, *look, done, out, bounds)
    return left
