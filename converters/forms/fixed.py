"""Records of fixed length: bytes ↔ records of fields that lie side by side.

A record is taken whole when the terminator stands where the length says. Where it does not, the
record is short or long, and the next one begins behind the next line end. Bytes that look like a
line end inside a record of the right length are the field's own affair: its kind reports them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import charset, scripts, status
from converters.charset import Charset
from converters.columns import Bytes, Chunk, Ints, Order, Placed, Spans, Status, Text
from converters.forms import punctuation
from converters.forms.framing import (
    Beginning,
    Ending,
    Loose,
    Packer,
    Split,
    ended,
    mark,
    marked,
    view,
)
from converters.forms.punctuation import Punctuation
from converters.kernels.assemble import LEFT, RIGHT, SIGN, SIGN_MINUS, SPILL, assemble_fixed
from converters.kernels.frame import split_fixed
from converters.model import Field, Layout

__all__ = ["Fixed", "form", "slots"]

NEWLINE: Final = {"crlf": 2, "lf": 1, "nl": 1, "none": 0}
"""Characters of each terminator."""

LONGEST: Final = 1 << 20
"""Bytes after which a record without an end is cut, for records up to 64 KiB."""

NUMBERS: Final = ("decimal", "integer")


@dataclass(frozen=True, slots=True, eq=False)
class Fixed:
    """The fixed form of one layout; see `framing.Form`.

    `marked` is the byte order mark of the charset, `bom` whether it is expected. `slots` and `pads`
    tell where and how each field is written (see `kernels.assemble`); `fillers` which fields have
    no text.
    """

    length: int
    newline: int
    signs: Punctuation
    ending: Bytes
    marked: bytes
    bom: bool
    mark: bytes
    at: Ints
    width: Ints
    fillers: tuple[bool, ...]
    slots: Ints
    pads: npt.NDArray[np.uint64]

    @property
    def longest(self) -> int:
        return max(LONGEST, 16 * self.length)

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        return mark(data, eof, self.marked, self.bom)

    def opening(self) -> bytes:
        return self.marked if self.bom else b""

    def closing(self) -> bytes:
        return self.mark

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        return ended(tail, unended and self.newline > 0, place)

    def packer(self, kept: bytes = b"") -> Packer:
        return Loose()

    def split(self, data: Bytes, eof: bool) -> Split:
        shape = (self.length, self.newline, self.longest)
        return self.signs.split(split_fixed, data, eof, shape, self.length + self.newline)

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        begin, broken = chunk.bounds[:-1], np.flatnonzero(chunk.codes)

        def of(field: int) -> tuple[Ints, Ints]:
            """By arithmetic; a broken record has no fields."""
            start = begin + self.at[field]
            stop = start + self.width[field]
            if len(broken):
                start[broken] = stop[broken] = begin[broken]
            return start, stop

        end = begin + self.length
        end[broken] = begin[broken]
        placed = Placed(begin, end, self.at, self.width)
        return Spans(chunk.data, of, chunk.codes, placed=placed)

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        begin, end = chunk.edges[0][rows], chunk.stop[rows]

        def of(field: int) -> tuple[Ints, Ints]:
            start = begin + self.at[field]
            stop = start + self.width[field]
            return np.where(stop <= end, start, begin), np.where(stop <= end, stop, begin)

        return Spans(chunk.data, of, np.zeros(len(rows), np.uint8))

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        widths = [
            width for width, filler in zip(self.width, self.fillers, strict=True) if not filler
        ]
        return [
            (text.lengths > width).astype(np.uint8) * np.uint8(status.OVERFLOW)
            if text.longest > width
            else None
            for text, width in zip(texts, widths, strict=True)
        ]

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        rows = np.flatnonzero(keep)
        newline = self.newline if self.signs.look is None else 0
        row = self.length + newline
        out = np.empty(len(rows) * row + SPILL, np.uint8)
        given = iter(texts)
        columns = view([None if filler else next(given) for filler in self.fillers])
        assemble_fixed(
            columns.pool,
            columns.views,
            columns.steps,
            columns.pools,
            rows,
            self.slots,
            self.pads,
            newline,
            out,
        )
        if newline < self.newline:
            return _terminated(out[: len(rows) * row].reshape(len(rows), row), self.ending)
        return out[: len(rows) * row], np.arange(len(rows) + 1, dtype=np.int64) * row


def _terminated(rows: Bytes, ending: Bytes) -> tuple[Bytes, Ints]:
    """Records of one length, a row each, with a line end that is no ASCII."""
    count, length = rows.shape
    size = length + len(ending)
    out = np.empty((count, size), np.uint8)
    out[:, :length] = rows
    out[:, length:] = ending
    return out.reshape(-1), np.arange(count + 1, dtype=np.int64) * size


def form(layout: Layout) -> Fixed:
    """The form of a layout with fixed framing."""
    framing = layout.framing.fixed
    assert framing is not None, "a fixed form needs fixed framing"
    return slots(layout, (framing.length, framing.terminator, framing.eof), framing.bom)


def slots(layout: Layout, shape: tuple[int, str, str], bom: bool = False) -> Fixed:
    """The fields of a layout side by side; `shape` is the length, the terminator and the
    end-of-file mark. Without terminators the mark is a byte 1A in any charset."""
    length, terminator, eof = shape
    signs = punctuation.lines(scripts.of(layout)) if terminator != "none" else punctuation.BYTES
    fields = layout.record.fields
    own = [scripts.of(layout, field) for field in fields]
    sides, pads = zip(*map(_padding, fields, own), strict=True)
    blanks = [
        pad if pad in (script.blank, script.space) else script.blank
        for pad, script in zip(pads, own, strict=True)
    ]
    at = np.array(layout.record.offsets, np.int64)
    width = np.array([field.bytes or 0 for field in fields], np.int64)
    sizes = [[len(pad) for pad in pads], [len(blank) for blank in blanks]]
    return Fixed(
        length=length,
        newline=NEWLINE[terminator],
        signs=signs,
        ending=np.frombuffer(signs.spell(punctuation.LINES[terminator]), np.uint8),
        marked=marked(scripts.of(layout)),
        bom=bom,
        mark=signs.spell("\x1a") if eof == "1a" else b"",
        at=at,
        width=width,
        fillers=tuple(field.is_filler for field in fields),
        slots=np.array([at, width, sides, *sizes], np.int64).T.copy(),
        pads=np.array(
            [_words(p) + _words(b) for p, b in zip(pads, blanks, strict=True)], np.uint64
        ),
    )


def _padding(field: Field, script: Charset) -> tuple[int, bytes]:
    """The side a value stands on, and the bytes that fill the rest."""
    number = field.kind in NUMBERS
    zero, space = charset.write(script, "0") if number else b"", script.space or script.blank
    pad = zero if number else space if field.kind == "wide" else script.blank
    if field.pad is not None:
        pad = space if field.pad == "　" else charset.write(script, field.pad)
    if field.align == "left" or (field.align is None and not number):
        return LEFT, pad
    if number and pad == zero and field.sign in ("leading", "minus"):
        return SIGN if field.sign == "leading" else SIGN_MINUS, pad
    return RIGHT, pad


def _words(pad: bytes) -> list[int]:
    """A pad repeated over three words of 8 bytes; pads have 1, 2, 3 or 4 bytes."""
    line = pad * (24 // len(pad))
    return [int.from_bytes(line[k : k + 8], "little") for k in range(0, 24, 8)]
