"""Codes and their characters → the tables that kernels read.

A table cell is one `uint32`. Its low 24 bits hold the UTF-8 bytes of the character (first byte
lowest), bits 24-25 their number, bits 26-31 the classes below. A cell whose number is 0 is
special: `UNDEFINED`; `LEAD`, `LEAD3` (the byte opens a code of two or three bytes); `SHIFT` (the
byte may open a shift code); `CONTROL` plus a control character; or `LONG` plus the length and the
place of four to eight bytes in `longs`.

An encode cell is the code (24 bits, big-endian), the shift state it needs (bits 24-26) and
`OPENS`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

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
"""Special cells: LONG + length << 16 + place in `longs`."""

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
"""In `encode`: with some second code point this one makes a character of its own."""
NO_CODE: Final = 0xFFFFFF
"""In `encode`, under OPENS: the code point alone has no code."""

SECOND: Final = 21
"""A character of two code points is the number first << SECOND | second."""

Ints = npt.NDArray[np.int64]
Cells = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """A charset as a list, the preferred code of a character before its others.

    `states` is the shift state of each code, `seconds` the second code point or 0, `late` tells
    which codes are never written.
    """

    codes: Ints
    points: Ints
    seconds: Ints
    states: Ints
    late: npt.NDArray[np.bool_]

    @staticmethod
    def of(codes: Ints, points: Ints, state: int = 0, late: bool = False) -> Rows:
        """Rows of one code point each."""
        none = np.zeros(len(codes), np.int64)
        return Rows(codes, points, none, none + state, np.full(len(codes), late))

    def take(self, which: npt.NDArray[np.bool_] | Ints) -> Rows:
        """Some of the rows, or all in another order."""
        return Rows(
            self.codes[which],
            self.points[which],
            self.seconds[which],
            self.states[which],
            self.late[which],
        )

    def __add__(self, more: Rows) -> Rows:
        return Rows(
            np.concatenate([self.codes, more.codes]),
            np.concatenate([self.points, more.points]),
            np.concatenate([self.seconds, more.seconds]),
            np.concatenate([self.states, more.states]),
            np.concatenate([self.late, more.late]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """What `tables` makes of rows; see `Charset` for the shapes."""

    single: Cells
    double: Cells
    triple: Cells
    longs: npt.NDArray[np.uint64]
    encode: Cells
    sequences: npt.NDArray[np.uint64]
    sequence_codes: Cells


def tables(rows: Rows, states: int, leads: Iterable[int] = ()) -> Tables:
    """The tables of a charset with so many single-byte states (1 where nothing shifts).

    `leads` open codes of two bytes even where no such code has a character.
    """
    encode, sequences, sequence_codes = _encode(rows)
    cells, longs = _cells(rows)
    plain = _written(rows, encode, sequences, sequence_codes)
    cells[~plain & (cells >= 1 << 24)] |= np.uint32(ONE_WAY)
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
    return Tables(single, double, triple, longs, encode, sequences, sequence_codes)


def _encode(rows: Rows) -> tuple[Cells, npt.NDArray[np.uint64], Cells]:
    """Code points and pairs of them → encode cells. Of several codes the first row's is taken."""
    size = 1 << 16 if rows.points.max(initial=0) < 1 << 16 else int(rows.points.max()) + 1
    encode = np.full(size, ABSENT, np.uint32)
    chosen = (rows.codes | rows.states << 24).astype(np.uint32)
    plain = np.flatnonzero((rows.seconds == 0) & ~rows.late)[::-1]
    encode[rows.points[plain]] = chosen[plain]
    pairs = np.flatnonzero((rows.seconds > 0) & ~rows.late)
    keys = (rows.points[pairs] << SECOND | rows.seconds[pairs]).astype(np.uint64)
    sequences, places = np.unique(keys, return_index=True)
    firsts = rows.points[pairs]
    bare = firsts[encode[firsts] == ABSENT]
    encode[bare] = NO_CODE
    encode[firsts] |= np.uint32(OPENS)
    return encode, sequences, chosen[pairs][places]


def _written(
    rows: Rows, encode: Cells, sequences: npt.NDArray[np.uint64], sequence_codes: Cells
) -> npt.NDArray[np.bool_]:
    """Which rows are the ones that their character is written with."""
    own = (rows.codes | rows.states << 24).astype(np.uint32)
    written: npt.NDArray[np.bool_] = encode[rows.points] & np.uint32(~OPENS & 0xFFFFFFFF) == own
    pairs = np.flatnonzero(rows.seconds > 0)
    keys = (rows.points[pairs] << SECOND | rows.seconds[pairs]).astype(np.uint64)
    places = np.minimum(np.searchsorted(sequences, keys), max(len(sequences) - 1, 0))
    written[pairs] = False
    if len(sequences):
        written[pairs] = (sequences[places] == keys) & (sequence_codes[places] == own[pairs])
    return written


def _cells(rows: Rows) -> tuple[Cells, npt.NDArray[np.uint64]]:
    """The decode cell of each row, classes included, and the bytes of the long ones."""
    words, sizes = utf8(rows.points)
    more, extra = utf8(rows.seconds)
    pairs = rows.seconds > 0
    words[pairs] |= more[pairs] << (8 * sizes[pairs]).astype(np.uint64)
    sizes[pairs] += extra[pairs]
    assert sizes.max(initial=0) <= 8, "a character has at most eight bytes"
    long = sizes > 3
    longs, places = np.unique(words[long], return_inverse=True)
    cells = words | (sizes << 24).astype(np.uint64)
    cells[long] = (LONG | sizes[long] << 16 | places).astype(np.uint64)
    cells |= _classes(rows.points).astype(np.uint64)
    control = (rows.points < 0x20) | ((rows.points >= 0x7F) & (rows.points < 0xA0))
    cells[control] = (CONTROL | rows.points[control]).astype(np.uint64)
    return cells.astype(np.uint32), longs


def utf8(points: Ints) -> tuple[npt.NDArray[np.uint64], Ints]:
    """The UTF-8 bytes of code points, the first lowest, and how many there are."""
    size = 1 + (points >= 0x80) + (points >= 0x800) + (points >= 0x10000).astype(np.int64)
    heads = np.array([0, 0, 0xC0, 0xE0, 0xF0])[size]
    found = points >> 6 * (size - 1) | heads
    for k in range(1, 4):
        tail = 0x80 | points >> 6 * np.maximum(size - 1 - k, 0) & 0x3F
        found |= np.where(k < size, tail << 8 * k, 0)
    return found.astype(np.uint64), size


def _classes(points: Ints) -> Ints:
    private = (points >= 0xE000) & (points <= 0xF8FF) | (points >= 0xF0000)
    kinds = [points < 0x60, points < 0x80, (points >= 0xFF61) & (points <= 0xFF9F), private]
    return np.select(kinds, [ASCII, LOWER, KANA, WIDE | GAIJI], WIDE)
