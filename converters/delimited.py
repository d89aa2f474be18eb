"""Delimited records (CSV, TSV): bytes ↔ records of columns, after RFC 4180 and what is really met.

A quote opens only at the start of a column and is doubled inside; a quoted value may hold line
ends and delimiters. LF and CRLF both end a record; a CR alone is data. Quote, delimiter, CR and LF
are bytes below 40, which are never part of a longer character in Shift_JIS, CP932 (trail bytes are
40-7E and 80-FC) or UTF-8, so bytes can be looked at without knowing the charset.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import scripts, status
from converters.columns import Bytes, Chunk, Ints, Order, Spans, Status, Text
from converters.framing import (
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
    split,
    view,
)
from converters.kernels.assemble import (
    ALWAYS,
    NEEDED,
    NEVER,
    assemble_delimited,
    judge,
)
from converters.kernels.fields import delimited_spans, unescape
from converters.kernels.frame import (
    BLANK,
    record_end,
    split_delimited,
)
from converters.model import DelimitedFraming, Field, Layout

__all__ = ["Delimited", "form", "raw_columns"]

LONGEST: Final = 1 << 20
"""Bytes after which a record without an end, or with an open quote, is cut."""

MARKS: Final = 4096
"""At most so many bytes 1A at the end are an end-of-file mark; old systems fill a block."""

NEWLINE: Final = {"crlf": b"\r\n", "lf": b"\n"}

NUMBERS: Final = ("decimal", "integer")


@dataclass(frozen=True, slots=True, eq=False)
class Delimited:
    """The delimited form of one layout; see `framing.Form`. `modes`: when each field is quoted."""

    framing: DelimitedFraming
    fields: tuple[Field, ...]
    marked: bytes
    decode: Callable[[bytes], str]
    encode: Callable[[str], bytes]
    modes: Ints
    limit: int = LONGEST

    @property
    def delimiter(self) -> int:
        return ord(self.framing.delimiter)

    @property
    def longest(self) -> int:
        return self.limit + MARKS

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        start = mark(data, eof, self.marked, self.framing.bom)
        if start is None or not self.framing.header or not len(data):
            return start
        rest = _unmarked(data[start.used :])
        end, stop, _ = record_end(rest, 0, eof, self.delimiter, self.limit)
        if end < 0:
            return None
        header = _header(self, rest[:stop].tobytes(), start.used)
        used = start.used if header.order is None else start.used + end
        return Beginning(used, header.order, start.problems + header.problems)

    def opening(self) -> bytes:
        lead = MARK if self.framing.bom else b""
        if not self.framing.header:
            return lead
        names = [self.encode(field.name) for field in self.fields]
        row = self.encode(self.framing.delimiter).join(_quoted(self, name) for name in names)
        return lead + row + NEWLINE[self.framing.terminator]

    def closing(self) -> bytes:
        return b"\x1a" if self.framing.eof == "1a" else b""

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        return ended(tail, unended, place)

    def packer(self, kept: bytes = b"") -> Packer:
        return Loose()

    def split(self, data: Bytes, eof: bool) -> Split:
        empty = 0 if len(self.fields) == 1 else BLANK
        found = split(
            split_delimited, _unmarked(data), eof, (self.delimiter, self.limit, empty), 48
        )
        return Split(found.bounds, found.stop, found.codes, len(data) if eof else found.used)

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        columns = np.array(range(len(self.fields)) if order is None else order, np.int64)
        shape = (len(self.fields), chunk.records)
        start, stop = np.empty(shape, np.int64), np.empty(shape, np.int64)
        absent = sorted(set(range(len(self.fields))) - set(columns.tolist()))
        start[absent] = stop[absent] = chunk.bounds[:-1]
        codes, escaped = chunk.codes.copy(), np.zeros(chunk.records, np.uint8)
        spare = delimited_spans(
            chunk.data,
            chunk.bounds,
            chunk.stop,
            codes,
            columns,
            self.delimiter,
            start,
            stop,
            escaped,
        )
        data = chunk.data
        if spare:
            data = np.empty(len(chunk.data) + spare, np.uint8)
            data[: len(chunk.data)] = chunk.data
            unescape(data, len(chunk.data), columns, start, stop, escaped)
        return Spans(data, lambda field: (start[field], stop[field]), codes)

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        data, begin, end = chunk.data, chunk.edges[0][rows], chunk.stop[rows]
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
            return start + quoted, stop - quoted

        return Spans(data, of, np.zeros(len(rows), np.uint8))

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        used = [f for f, field in enumerate(self.fields) if not field.is_filler]
        return [_fit(self, f, text) for f, text in zip(used, texts, strict=True)]

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        rows = np.flatnonzero(keep)
        given = iter(texts)
        columns = view([None if field.is_filler else next(given) for field in self.fields])
        bounds = np.zeros(len(rows) + 1, np.int64)
        out = np.empty(_guess(columns, len(keep)) + 4096, np.uint8)
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
    framing = layout.framing.delimited
    assert framing is not None, "a delimited form needs delimited framing"
    fields = layout.record.fields
    modes = np.array([_mode(field, framing.quote) for field in fields], np.int64)
    mark_of = marked(scripts.of(layout))
    return Delimited(framing, fields, mark_of, decode, encode, modes)


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


def _header(form: Delimited, row: bytes, offset: int) -> Beginning:
    """The header row → which field each column is."""
    try:
        names = [form.decode(name) for name in _cells(row, form.framing.delimiter.encode())]
    except UnicodeDecodeError as fault:
        return Beginning(
            0, None, (FileProblem("SRC-003", str(fault.reason), offset + fault.start),)
        )
    order, problems = _order(form.fields, names)
    if all(field < 0 for field in order):
        return Beginning(0, None, (FileProblem("SRC-010", "", offset),))
    return Beginning(0, order, tuple(FileProblem(code, name, offset) for code, name in problems))


def _cells(row: bytes, delimiter: bytes) -> list[bytes]:
    """One record → its columns, quotes taken off."""
    stop = re.escape(delimiter)
    cell = re.compile(rb'(?:"((?:[^"]|"")*)"|([^%b]*))(%b|\Z)' % (stop, stop))
    found, place = [], 0
    while match := cell.match(row, place):
        quoted, plain, more = match.groups()
        found.append(plain if quoted is None else quoted.replace(b'""', b'"'))
        place = match.end()
        if not more:
            break
    return found


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


def _order(
    fields: tuple[Field, ...], names: list[str]
) -> tuple[tuple[int, ...], list[tuple[str, str]]]:
    """Column names → the field of each column, and what is wrong with which name."""
    index = {field.name: place for place, field in enumerate(fields)}
    order: list[int] = []
    problems = []
    for place, name in enumerate(names):
        field = index.get(name, -1)
        if field in order and field >= 0:
            problems.append(("SRC-015", name))
            field = -1
        elif field < 0 and place < len(fields) and fields[place].is_filler and place not in order:
            # A filler has no name of its own; it is known by its place.
            field = place
        elif field < 0:
            problems.append(("SRC-013", name))
        order.append(field)
    known = [field for field in order if field >= 0]
    absent = set(range(len(fields))) - set(known)
    lost = [fields[place] for place in sorted(absent)]
    problems += [("SRC-012", field.name) for field in lost if field.column and not field.is_filler]
    moved = [fields[a].name for a, b in zip(known, sorted(known), strict=True) if a != b]
    return tuple(order), problems + [("SRC-014", name) for name in moved[:1]]


def _quoted(form: Delimited, name: bytes) -> bytes:
    """A column name as the header row writes it."""
    special = re.search(rb'["\r\n]|' + re.escape(form.framing.delimiter.encode()), name)
    if form.framing.quote in ("all", "text") or (special and form.framing.quote == "needed"):
        return b'"' + name.replace(b'"', b'""') + b'"'
    return name


def _fit(form: Delimited, place: int, text: Text) -> Status | None:
    """What cannot be written: too many bytes, or a value that needs quotes where there are none."""
    width, bare = form.fields[place].bytes, form.modes[place] == NEVER
    if not bare and (width is None or text.longest <= width):
        return None
    found = np.zeros(len(text.views), np.uint8)
    if bare:
        found[_need_quotes(text, form.delimiter)] = status.UNMAPPABLE
    if width is not None:
        found[text.lengths > width] = status.OVERFLOW
    return found


def _need_quotes(text: Text, delimiter: int) -> npt.NDArray[np.bool_]:
    """Which values could not be told from what stands around them without quotes."""
    column, rows = view([text]), np.arange(len(text.views))
    cells = (column.views[0], column.steps[0], column.pools[0])
    plans = np.empty((len(rows), 1), np.int64)
    judge(column.pool, *cells, rows, NEEDED, delimiter, 0, np.empty_like(plans), plans)
    return plans[:, 0] & 3 > 0


def _guess(columns: Columns, rows: int) -> int:
    """Room that is enough unless many values have quotes of their own."""
    return columns.total + 3 * rows * len(columns.views)


def _assemble(
    form: Delimited, columns: Columns, rows: Ints, done: int, out: Bytes, bounds: Ints
) -> int:
    """Writes rows from `done` on, as many as surely fit; returns the first one left over."""
    left: int = assemble_delimited(
        columns.pool,
        columns.views,
        columns.steps,
        columns.pools,
        rows,
        form.modes,
        form.delimiter,
        len(NEWLINE[form.framing.terminator]),
        done,
        out,
        bounds,
    )
    return left
