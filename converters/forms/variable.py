"""Records of varying length whose fields lie in fixed places: bytes ↔ records.

A record is shorter than the layout where its end was blank, or is of a kind that has fewer fields:
what is missing is blank. A field of host numbers that is cut off in the middle makes the record
short. Records stand behind descriptor words (RDW, as transfers of variable host files leave them),
say their length in a field, or are lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import charset, scripts
from converters.columns import Bytes, Chunk, Ints, Order, Placed, Spans, Status, Text
from converters.forms import punctuation
from converters.forms.fixed import Fixed, slots
from converters.forms.framing import Beginning, Ending, Loose, Packer, Split, ended, split
from converters.forms.punctuation import LINES, Punctuation
from converters.kernels import counted
from converters.kernels.frame import SHORT
from converters.kernels.tables import split_tabled
from converters.kernels.variable import WORD, split_described, split_lines, wrap
from converters.model import Layout, Table, VariableFraming, opened, standing, tables

__all__ = ["Tables", "Variable", "form", "tabled"]

NEWLINE: Final = {"crlf": 2, "field": 0, "lf": 1, "nl": 1, "rdw": 0, "tables": 0}
"""Characters of the line end; 0 where there is none."""

KINDS: Final = {
    "binary": counted.BINARY,
    "integer": counted.TEXT,
    "packed": counted.PACKED,
    "text": counted.TEXT,
    "zoned": counted.ZONED,
}
"""How a length is written."""

Rule = tuple[int, int, int, int, int, int]
Tables = tuple[Ints, Ints]
"""The tables of a record, and the steps in which they are read; see `kernels.tables`."""

LARGEST: Final = 1 << 16
"""A record, or what is given up as one, is no longer than a descriptor word can say."""


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """The variable form of one layout; see `framing.Form`.

    `fixed` lays the fields of one record side by side; `hosts` are the fields that may not be cut;
    `ending` is the line end that is written, `signs` those that are read;
    `way` tells how a descriptor word is written (see `kernels.variable`), `rule` how the length in
    a field is (see `kernels.counted`); `floor` is the shortest record that is written, `space` the
    byte that may be left out at the end.
    """

    fixed: Fixed
    hosts: Ints
    newline: int
    way: int
    floor: int
    space: Bytes
    ending: Bytes
    signs: Punctuation
    rule: Rule | None = None
    tables: Tables | None = None

    @property
    def lead(self) -> int:
        """Bytes of a record that stand before its fields."""
        return 0 if self.newline or self.rule or self.tables is not None else WORD

    @property
    def longest(self) -> int:
        return max(LARGEST + WORD, 2 * self.fixed.length)

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        return self.fixed.begin(data, eof)

    def opening(self) -> bytes:
        return b""

    def closing(self) -> bytes:
        return self.signs.spell("\x1a") if self.fixed.closing() else b""

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        return ended(tail, unended and self.newline > 0, place)

    def packer(self, kept: bytes = b"") -> Packer:
        return Loose()

    def split(self, data: Bytes, eof: bool) -> Split:
        if self.rule:
            how = (self.fixed.length, self.longest, self.rule)
            return split(counted.split_counted, data, eof, how, 64)
        if self.tables is not None:
            rows = (self.fixed.length, self.longest, *self.tables)
            return split(split_tabled, data, eof, rows, 64)
        kernel = split_lines if self.newline else split_described
        shape = (self.fixed.length, self.way, self.longest)
        return self.signs.split(kernel, data, eof, shape, 64)

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        at, width = self.fixed.at, self.fixed.width
        begin = chunk.bounds[:-1] + self.lead
        end = np.where(chunk.codes == 0, chunk.stop, begin)
        codes = chunk.codes.copy()
        for field in self.hosts:
            cut = (begin + at[field] < end) & (end < begin + at[field] + width[field])
            codes[cut & (codes == 0)] = SHORT
        end = np.where(codes == 0, end, begin)

        def of(field: int) -> tuple[Ints, Ints]:
            """By arithmetic, as far as the record goes."""
            start = np.minimum(begin + at[field], end)
            return start, np.minimum(start + width[field], end)

        return Spans(chunk.data, of, codes, placed=Placed(begin, end, at, width))

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        return self.fixed.remains(chunk, rows, order)

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        return self.fixed.fit(texts)

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        rows, whole = self.fixed.assemble(texts, keep)
        bounds = np.zeros(len(whole), np.int64)
        out = np.empty(len(rows) + (len(whole) - 1) * (len(self.ending) + self.lead), np.uint8)
        shape = (self.fixed.length, self.floor)
        if self.rule:
            counted.wrap_counted(rows, (*shape, int(self.space[0])), self.rule, out, bounds)
            return out[: bounds[-1]], bounds
        wrap(rows, shape, self.space, self.way, self.ending, out, bounds)
        return out[: bounds[-1]], bounds


def form(layout: Layout) -> Variable:
    """The form of a layout with variable framing."""
    framing = layout.framing.variable
    assert framing is not None, "a variable form needs variable framing"
    fields = layout.record.fields
    hosts = [place for place, field in enumerate(fields) if field.is_host]
    newline, script = NEWLINE[framing.by], scripts.of(layout)
    signs = punctuation.lines(script) if newline else punctuation.BYTES
    trims = framing.trim if framing.trim is not None else newline > 0
    ends = [layout.record.offsets[place] + (fields[place].bytes or 0) for place in hosts]
    ends += [framing.size.at + framing.size.bytes - 1] if framing.size else []
    return Variable(
        fixed=slots(layout, (framing.length, "none", framing.eof)),
        hosts=np.array(hosts, np.int64),
        newline=newline,
        way=framing.counted + 2 * (framing.endian == "little"),
        # A line without a single character would be a blank one.
        floor=max([signs.unit, *ends]) if trims else framing.length,
        space=np.frombuffer(script.blank, np.uint8),
        ending=np.frombuffer(signs.spell(LINES[framing.by]) if newline else b"", np.uint8),
        signs=signs,
        rule=_rule(layout, framing),
        tables=tabled(opened(layout)) if framing.by == "tables" else None,
    )


def tabled(layout: Layout) -> Tables:
    """The tables of a record as `kernels.tables` takes them."""
    record, known = layout.record, tables(layout.record)
    order = {table.name: number for number, table in enumerate(known)}
    rows, steps = [], list[tuple[int, int, int]]()
    for number, table in enumerate(known):
        place = record.offsets[table.first]
        what = (place, table.size, table.times, table.least if table.count is not None else 0)
        home = (-1, 0)
        if table.count is not None:
            inside = standing(record.fields[table.count])
            home = (order[inside[-1][0]], inside[-1][1]) if inside else home
            steps.append((record.offsets[table.count], number, 1))
        rows.append((*_count(layout, table), *what, table.within, table.number, *home))
        steps.append((place + table.size * table.times, number, 0))
    steps.sort(key=lambda step: (step[0], step[2]))
    found = np.array(rows, np.int64).reshape(-1, 13)
    return found, np.array(steps, np.int64).reshape(-1, 3)


def _count(layout: Layout, table: Table) -> tuple[int, int, int, bool, int]:
    """Where the count of a table stands, and how it is written."""
    if table.count is None:
        return 0, 0, 0, False, 0
    field = layout.record.fields[table.count]
    zone = charset.write(scripts.of(layout, field), "0")[0] >> 4
    little = (field.endian or layout.numbers.endian) == "little"
    return layout.record.offsets[table.count], field.bytes or 0, KINDS[field.kind], little, zone


def _rule(layout: Layout, framing: VariableFraming) -> Rule | None:
    """How the length is written that stands in a field of its own."""
    size = framing.size
    if size is None:
        return None
    zone = charset.write(scripts.of(layout), "0")[0] >> 4
    little = framing.endian == "little"
    return size.at - 1, size.bytes, KINDS[size.kind], little, zone, size.adds
