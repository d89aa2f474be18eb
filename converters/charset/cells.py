"""Codes and their characters → the tables that kernels read.

A table cell is one `uint32`. Its low 24 bits hold the UTF-8 bytes of the character (first byte
lowest), bits 24-25 their number, bits 26-31 the classes below. A cell whose number is 0 is
special: `UNDEFINED`; `LEAD`, `LEAD3` (the byte opens a code of two or three bytes); `SHIFT` (the
byte may open a shift code); `CONTROL` plus a control character; or `LONG` plus the length and the
place of four bytes and more in `longs`.

An encode cell is the code (24 bits, big-endian), the shift state it needs (bits 24-26) and
`OPENS`.

Characters of several code points are a tree. `sequences` holds its edges in ascending order: the
node that an edge leaves << SECOND | the next code point. A first code point is a node by itself,
and edge number n leads to node NODE + n. `sequence_codes` has the encode cell of each edge's end:
NO_CODE where only longer characters go through it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["Rows", "Tables", "tables"]

UNDEFINED: Final = 0
LEAD: Final = 1
LEAD3: Final = 2
SHIFT: Final = 3
CONTROL: Final = 0x100
"""Special cells: CONTROL + c is control character c."""
LONG: Final = 1 << 23
"""Special cells: LONG + length << 16 + place of the first of eight bytes each in `longs`."""

ASCII: Final = 1 << 26
"""Printable ASCII other than lower-case letters."""
LOWER: Final = 1 << 27
"""Lower-case Latin letters and `{|}~` (bytes 60-7E)."""
KANA: Final = 1 << 28
"""Half-width katakana, U+FF61-U+FF9F."""
WIDE: Final = 1 << 29
"""Full-width characters: all that are neither ASCII nor half-width katakana."""
GAIJI: Final = 1 << 30
"""Private use: the meaning is the municipality's own."""
ONE_WAY: Final = 1 << 31
"""The code is read, but the preferred code of its character is another one."""

ABSENT: Final = 0xFFFFFFFF
"""In `encode`: the charset has no code for this character."""
OPENS: Final = 1 << 31
"""In `encode`: with some next code point this one makes another character."""
NO_CODE: Final = 0xFFFFFF
"""In `encode`, under OPENS: the code point alone has no code."""

SECOND: Final = 21
"""Bits of a code point."""
NODE: Final = 1 << SECOND
"""The node behind edge 0 of the tree of characters of several code points."""

Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint32]
Words = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A charset as a list, the preferred code of a character before its others.

    `states` is the shift state of each code. `rest` (n × k) holds the code points behind the first
    one, 0 where there is none. `late` tells which codes are never written, `gaiji` which stand for
    a character that is the municipality's own and has not been identified.
    """

    codes: Ints
    points: Ints
    rest: Ints
    states: Ints
    late: Mask
    gaiji: Mask

    @staticmethod
    def of(codes: Ints, points: Ints, state: int = 0, rest: Ints | None = None) -> Rows:
        """Rows of one code point each, or of more."""
        count = len(codes)
        more = np.zeros((count, 0), np.int64) if rest is None else rest
        none = np.zeros(count, np.bool_)
        return Rows(codes, points, more, np.full(count, state), none, private(points))

    @property
    def alone(self) -> Mask:
        """Which characters are one code point."""
        found: Mask = np.all(self.rest == 0, axis=1)
        return found

    def take(self, which: Mask | Ints) -> Rows:
        """Some of the rows, or all in another order."""
        return Rows(*(column[which] for column in self._columns()))

    def __add__(self, more: Rows) -> Rows:
        width = max(self.rest.shape[1], more.rest.shape[1])
        one, other = self.widened(width)._columns(), more.widened(width)._columns()
        return Rows(*(np.concatenate(pair) for pair in zip(one, other, strict=True)))

    def widened(self, width: int) -> Rows:
        """The same rows with room for `width` code points behind the first."""
        more = max(width - self.rest.shape[1], 0)
        return replace(self, rest=np.pad(self.rest, ((0, 0), (0, more))))

    def _columns(self) -> tuple[npt.NDArray[Any], ...]:
        return self.codes, self.points, self.rest, self.states, self.late, self.gaiji


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What `tables` makes of rows; see `Charset` for the shapes."""

    single: Cells
    double: Cells
    triple: Cells
    longs: Words
    encode: Cells
    sequences: Words
    sequence_codes: Cells
    longest: int


def tables(rows: Rows, states: int, leads: Iterable[int] = ()) -> Tables:
    """The tables of a charset with so many single-byte states (1 where nothing shifts).

    `leads` open codes of two bytes even where no such code has a character.
    """
    encode, sequences, sequence_codes, written = _encode(rows)
    cells, longs = _cells(rows)
    cells[~written & (cells >= 1 << 24)] |= np.uint32(ONE_WAY)
    single = np.full(256 * (states + 1), UNDEFINED, np.uint32)
    one = rows.codes < 1 << 8
    single[256 * rows.states[one] + rows.codes[one]] = cells[one]
    two, three = ~one & (rows.codes < 1 << 16), rows.codes >= 1 << 16
    double = np.full(1 << 16, UNDEFINED, np.uint32)
    double[rows.codes[two]] = cells[two]
    triple = np.full(1 << 16 if three.any() else 0, UNDEFINED, np.uint32)
    triple[rows.codes[three] & 0xFFFF] = cells[three]
    if states == 1 and not rows.states.any():
        single[list(leads)] = LEAD
        single[np.unique(rows.codes[two] >> 8)] = LEAD
        single[np.unique(rows.codes[three] >> 16)] = LEAD3
    long = cells[(cells >> 24 & 3 == 0) & (cells & LONG > 0)]
    longest = int((long >> 16 & 0x7F).max(initial=4))
    return Tables(single, double, triple, longs, encode, sequences, sequence_codes, longest)


def _encode(rows: Rows) -> tuple[Cells, Words, Cells, Mask]:
    """Code points and sequences of them → encode cells, and which rows their character is written
    with: of several the first."""
    size = 1 << 16 if rows.points.max(initial=0) < 1 << 16 else int(rows.points.max()) + 1
    encode = np.full(size, ABSENT, np.uint32)
    own = (rows.codes | rows.states << 24).astype(np.uint32)
    plain = np.flatnonzero(rows.alone & ~rows.late)
    encode[rows.points[plain[::-1]]] = own[plain[::-1]]
    written = np.zeros(len(own), np.bool_)
    written[plain] = encode[rows.points[plain]] == own[plain]
    longer = np.flatnonzero(~rows.alone & ~rows.late)
    sequences, ends, nodes = _tree(rows.take(longer), own[longer])
    written[longer] = ends[nodes] & np.uint32(~OPENS & 0xFFFFFFFF) == own[longer]
    firsts = rows.points[longer]
    encode[firsts[encode[firsts] == ABSENT]] = NO_CODE
    encode[firsts] |= np.uint32(OPENS)
    return encode, sequences, ends, written


def _tree(rows: Rows, own: Cells) -> tuple[Words, Cells, Ints]:
    """The tree of characters of several code points: its edges, the cell at the end of each, and
    the edge that each row ends with. A level at a time, so that the edges are in order."""
    nodes, width, count = rows.points.copy(), rows.rest.shape[1], 0
    keys, cells = [np.zeros(0, np.int64)], [np.zeros(0, np.uint32)]
    last = np.column_stack([rows.rest[:, 1:] == 0, np.ones(len(own), np.bool_)])
    for depth in range(width):
        here = np.flatnonzero(rows.rest[:, depth])
        level, places = np.unique(
            nodes[here] << SECOND | rows.rest[here, depth], return_inverse=True
        )
        ends = np.full(len(level), NO_CODE, np.uint32)
        done = last[here, depth]
        ends[places[done][::-1]] = own[here[done]][::-1]
        ends[places[~done]] |= np.uint32(OPENS)
        nodes[here] = NODE + count + places
        count += len(level)
        keys.append(level)
        cells.append(ends)
    return np.concatenate(keys).astype(np.uint64), np.concatenate(cells), nodes - NODE


def _cells(rows: Rows) -> tuple[Cells, Words]:
    """The decode cell of each row, classes included, and the bytes of the long ones."""
    words, sizes = utf8(rows.points)
    cells = words | (sizes << 24).astype(np.uint64)
    more = np.flatnonzero((sizes > 3) | ~rows.alone)
    cells[more], longs = _long(rows.take(more))
    cells |= _classes(rows).astype(np.uint64)
    control = (rows.points < 0x20) | ((rows.points >= 0x7F) & (rows.points < 0xA0))
    cells[control] = (CONTROL | rows.points[control]).astype(np.uint64)
    return cells.astype(np.uint32), longs


def _long(rows: Rows) -> tuple[Words, Words]:
    """Cells of characters beyond plane 0 and of several code points, and their bytes."""
    pool, places, cells = bytearray(), dict[bytes, int](), list[int]()
    for first, rest in zip(rows.points.tolist(), rows.rest.tolist(), strict=True):
        text = "".join(map(chr, (first, *filter(None, rest)))).encode()
        if len(text) < 4:
            cells.append(int.from_bytes(text, "little") | len(text) << 24)
            continue
        if text not in places:
            places[text] = len(pool) >> 3
            pool += text.ljust(len(text) + 7 & ~7, b"\0")
        cells.append(LONG | len(text) << 16 | places[text])
    assert len(pool) < 1 << 19, "places in `longs` have 16 bits"
    return np.array(cells, np.uint64), np.frombuffer(bytes(pool), np.uint64)


def utf8(points: Ints) -> tuple[Words, Ints]:
    """The UTF-8 bytes of code points, the first lowest, and how many there are."""
    size = 1 + (points >= 0x80) + (points >= 0x800) + (points >= 0x10000).astype(np.int64)
    heads = np.array([0, 0, 0xC0, 0xE0, 0xF0])[size]
    found = points >> 6 * (size - 1) | heads
    for k in range(1, 4):
        tail = 0x80 | points >> 6 * np.maximum(size - 1 - k, 0) & 0x3F
        found |= np.where(k < size, tail << 8 * k, 0)
    return found.astype(np.uint64), size


def private(points: Ints) -> Mask:
    """Which code points are private: the user-defined characters of the charsets lie there."""
    found: Mask = (points >= 0xE000) & (points <= 0xF8FF) | (points >= 0xF0000)
    return found


def _classes(rows: Rows) -> Ints:
    points = rows.points
    kinds = [points < 0x60, points < 0x80, (points >= 0xFF61) & (points <= 0xFF9F)]
    found = np.select(kinds, [ASCII, LOWER, KANA], WIDE)
    found[rows.gaiji] |= GAIJI
    return found
