"""Delimiters, quotes and line ends as a charset has them, and how they are told from all else.

In Shift_JIS, EUC and UTF-8 they are single bytes below 40 that are never part of a longer
character: such a file is looked at as it is. Of all others narrow bytes are made first (see
`kernels.narrow`). EBCDIC ends lines with NL (15), LF (25) or CR LF (0D25), whatever a maker's
table calls the two; its end-of-file mark is 3F.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from converters import charset, scripts
from converters.charset import Charset
from converters.columns import Bytes, Chunk, Ints
from converters.forms.framing import Split, Splitter, split
from converters.kernels.frame import CR, LF, MARK, QUOTE
from converters.kernels.narrow import OPENS, OTHER, Look, narrow
from converters.model import Layout

__all__ = ["BYTES", "LINES", "Punctuation", "lines", "newline", "of"]

LINES: Final = {"crlf": "\r\n", "lf": "\n", "nl": "\x85", "none": ""}
"""Each terminator, in the characters that `spell` knows."""

ASCII: Final = {"\t": b"\x09", "\n": b"\x0a", "\r": b"\x0d", "\x1a": b"\x1a"}
EBCDIC: Final = {"\t": b"\x05", "\n": b"\x25", "\r": b"\x0d", "\x1a": b"\x3f", "\x85": b"\x15"}
"""Control characters → their bytes, by what the hosts do with them."""

SEEN: Final = {"\t": 9, "\n": LF, "\r": CR, "\x1a": MARK, "\x85": LF}
"""What framing takes each of them for."""

Shape = tuple[int, int, int]
"""The length of a record, what ends it, and the bytes after which it is given up."""

CHARACTER: Final = 0x3FFFFFF
"""The bits of a cell that say which character it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Punctuation:
    """The punctuation of a charset. `unit` bytes make one narrow byte; `look` says how, None where
    the bytes of the file are narrow themselves; `spelled` has the bytes of what is written."""

    unit: int
    look: Look | None
    spelled: Mapping[str, bytes]

    @property
    def shifted(self) -> bool:
        """Does what a byte is depend on shift codes before it?"""
        return self.look is not None and len(self.look[6]) > 0

    def narrow(self, data: Bytes, bounds: Ints | None = None) -> Bytes:
        """The narrow bytes of records, or of a stretch that begins with one.

        Half a unit at the end becomes one that is no punctuation.
        """
        if self.look is None:
            return data
        edges = np.array([0, len(data)], np.int64) if bounds is None else bounds
        out = np.empty(-(-len(data) // self.unit), np.uint8)
        narrow(data, edges, self.look, out)
        return out

    def narrowed(self, chunk: Chunk) -> Chunk:
        """A chunk whose data are narrow bytes, and whose places are places in them."""
        if self.look is None:
            return chunk
        data = self.narrow(chunk.data, chunk.bounds)
        bounds, stop = (-(-places // self.unit) for places in (chunk.bounds, chunk.stop))
        return replace(chunk, data=data, bounds=bounds, stop=stop)

    def split(self, kernel: Splitter, data: Bytes, eof: bool, shape: Shape, typical: int) -> Split:
        """`framing.split` by narrow bytes; the lengths of `shape` are bytes, as what comes back."""
        if self.look is None:
            return split(kernel, data, eof, shape, typical)
        unit, size = self.unit, len(data)
        seen = self.narrow(data if eof else data[: size // unit * unit])
        found = split(kernel, seen, eof, (shape[0] // unit, shape[1], shape[2] // unit), typical)
        bounds, stop = (self.places(each, size) for each in (found.bounds, found.stop))
        return Split(bounds, stop, found.codes, size if eof else found.used * unit)

    def places(self, narrow: Ints, size: int) -> Ints:
        """Places in narrow bytes → places in the `size` bytes they were made of."""
        return narrow if self.unit == 1 else np.minimum(narrow * self.unit, size)

    def spell(self, text: str) -> bytes:
        """Punctuation as the file has it."""
        return b"".join(self.spelled[character] for character in text)

    def ending(self, data: bytes) -> int:
        """Bytes of the line end behind a record."""
        seen = self.narrow(np.frombuffer(data, np.uint8))[-2:].tobytes()
        if not seen.endswith(b"\n"):
            return 0
        return self.unit * (2 if seen == b"\r\n" else 1)


BYTES: Final = Punctuation(1, None, ASCII)
"""The punctuation of bytes that are no text of any charset."""


def of(layout: Layout) -> Punctuation:
    """The punctuation of a delimited file; UnicodeEncodeError where its charset lacks some."""
    assert layout.framing.delimited is not None, "punctuation is that of delimited files"
    script, delimiter = scripts.of(layout), layout.framing.delimited.delimiter
    if script.ascii:
        return Punctuation(1, None, ASCII | {one: one.encode() for one in ('"', delimiter)})
    if script.structure == "utf-16":
        return _units(script, delimiter)
    controls = EBCDIC if script.ebcdic else ASCII
    spelled = {one: charset.write(script, one) for one in {'"', delimiter} - {*ASCII}} | controls
    shifts, table = script.shifts, _table(script, spelled, delimiter)
    marks = np.ascontiguousarray(shifts.marks)
    look = (1, 0, shifts.double, shifts.latin, ord(delimiter), table, marks)
    return Punctuation(1, look, spelled)


def lines(script: Charset) -> Punctuation:
    """The line ends of files whose fields lie in fixed places. Any bytes may stand in a field, so
    shift codes and quotes mean nothing."""
    if script.ascii or not (script.structure == "utf-16" or script.ebcdic):
        return BYTES
    if script.structure == "utf-16":
        return _units(script, ",")
    table = np.full(256, OTHER, np.uint8)
    for character, byte in EBCDIC.items():
        table[byte[0]] = SEEN[character]
    return Punctuation(1, (1, 0, 1, 1, 0, table, np.zeros((0, 3), np.int64)), EBCDIC)


def newline(layout: Layout) -> bytes:
    """The line end that a delimited file is written with."""
    framing = layout.framing.delimited
    assert framing is not None, "punctuation is that of delimited files"
    return of(layout).spell(LINES[framing.terminator])


def ending(layout: Layout) -> bytes:
    """The line end that the records of a layout are written with, empty where they have none."""
    framing = layout.framing
    if framing.delimited is not None:
        return newline(layout)
    placed = framing.fixed.terminator if framing.fixed else framing.variable and framing.variable.by
    text = LINES.get(placed or "", "")
    return lines(scripts.of(layout)).spell(text) if text else b""


def _units(script: Charset, delimiter: str) -> Punctuation:
    """UTF-16: units of two bytes, which tell for themselves what they are."""
    spelled = {one: one.encode(script.name) for one in (*ASCII, '"', delimiter)}
    big, none = int(script.name == "utf-16be"), np.zeros((0, 3), np.int64)
    return Punctuation(2, (2, big, 1, 1, ord(delimiter), np.zeros(0, np.uint8), none), spelled)


def _table(script: Charset, spelled: Mapping[str, bytes], delimiter: str) -> Bytes:
    """What each byte is in each state: punctuation in the single-byte states that have it where
    the first one does, line ends everywhere."""
    table = np.full((script.shifts.double + 1, 256), OTHER, np.uint8)
    plain = script.plain.reshape(-1, 256) & CHARACTER
    for character, byte in spelled.items():
        place = byte[0]
        if character in ("\r", "\n", "\x85"):
            table[:, place] = SEEN[character]
        elif character in ('"', delimiter):
            same = plain[:-1, place] == plain[0, place]
            table[:-1, place][same] = QUOTE if character == '"' else ord(delimiter)
        elif character == "\x1a":
            table[0, place] = MARK
    table[:, np.unique(script.shifts.marks[:, 0] & 0xFF)] |= OPENS
    return table.reshape(-1)
