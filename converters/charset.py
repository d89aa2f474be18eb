"""A `Charset` value per encoding: the tables that turn a vendor's bytes into UTF-8 and back.

A table cell is one `uint32`. Its low 24 bits hold the UTF-8 bytes of the character (first byte
lowest), bits 24-25 their number, bits 26-31 the classes below. A cell whose number is 0 is
special: `UNDEFINED`, `LEAD` (the byte opens a two-byte code) or `CONTROL` plus the byte itself.

The tables are filled from Python's codecs cell by cell, because every implementation decodes the
double-byte cells alike (9,604 of them for CP932). Python's codecs are not used as they stand: they
accept 80, A0 and FD-FF, and they write 髙 as EEE0 where Windows writes FBFC.
Source: Microsoft code page 932; JIS X 0208 with the Shift_JIS coding of JIS X 0208:1997 annex 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["ABSENT", "NAMES", "Charset", "load", "read", "write"]

UNDEFINED: Final = 0
LEAD: Final = 1
CONTROL: Final = 0x100
"""Special cells: CONTROL + c is control character c."""

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

NAMES: Final[dict[str, str]] = {
    "932": "cp932",
    "cp932": "cp932",
    "ms932": "cp932",
    "mskanji": "cp932",
    "shift-jis": "shift_jis",
    "shift_jis": "shift_jis",
    "sjis": "shift_jis",
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-31j": "cp932",
    "windows31j": "cp932",
}
"""Every accepted name, in lower case, and the charset it stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Charset:
    """One encoding.

    `unicode` charsets are UTF-8 and need no tables. `single` has 256 cells, `double` 65,536
    indexed by lead byte × 256 + trail byte, `encode` 65,536 codes indexed by code point.
    `space` is the full-width space in this charset.
    """

    name: str
    unicode: bool
    single: npt.NDArray[np.uint32]
    double: npt.NDArray[np.uint32]
    encode: npt.NDArray[np.uint32]
    space: bytes


def read(charset: Charset, data: bytes) -> str:
    """One text of a definition or a header row, decoded by the charset's tables.

    UnicodeDecodeError where a byte is no character. Data goes through `kernels`, not through here.
    """
    if charset.unicode:
        return data.decode()
    found = bytearray()
    place = 0
    while place < len(data):
        size = 2 if charset.single[data[place]] == LEAD else 1
        code = data[place : place + size]
        table = charset.double if size == 2 else charset.single
        cell = int(table[int.from_bytes(code, "big")])
        if len(code) < size or cell == UNDEFINED:
            raise UnicodeDecodeError(charset.name, data, place, place + len(code), "no character")
        found += code if cell < 1 << 24 else cell.to_bytes(4, "little")[: cell >> 24 & 3]
        place += size
    return found.decode()


def write(charset: Charset, text: str) -> bytes:
    """One text of a definition or a header row, encoded as the charset prefers.

    UnicodeEncodeError where a character has no code.
    """
    if charset.unicode:
        return text.encode()
    found = bytearray()
    for place, character in enumerate(text):
        point = ord(character)
        code = int(charset.encode[point]) if point < len(charset.encode) else ABSENT
        if code == ABSENT:
            raise UnicodeEncodeError(charset.name, text, place, place + 1, "no code")
        found += code.to_bytes(2 if code > 0xFF else 1, "big")
    return bytes(found)


@cache
def load(name: str) -> Charset:
    """The charset of that name or alias; KeyError when there is none."""
    canonical = NAMES[name.lower()]
    if canonical == "utf-8":
        none = np.zeros(0, np.uint32)
        return Charset(canonical, True, none, none, none, "　".encode())
    return _table(canonical)


def _table(name: str) -> Charset:
    single = np.full(256, UNDEFINED, np.uint32)
    double = np.full(65536, UNDEFINED, np.uint32)
    encode = np.full(65536, ABSENT, np.uint32)
    for byte in (*range(0x80), *range(0xA1, 0xE0)):
        character = bytes([byte]).decode(name)
        single[byte] = CONTROL + byte if byte < 0x20 or byte == 0x7F else _cell(character)
        encode[ord(character)] = byte
    for lead in (*range(0x81, 0xA0), *range(0xE0, 0xFD)):
        single[lead] = LEAD
    for code in _codes_by_preference():
        try:
            character = code.to_bytes(2, "big").decode(name)
        except UnicodeDecodeError:
            continue
        double[code] = _cell(character)
        if encode[ord(character)] == ABSENT:
            encode[ord(character)] = code
        else:
            double[code] |= ONE_WAY
    return Charset(name, False, single, double, encode, "　".encode(name))


def _codes_by_preference() -> Iterable[int]:
    """Two-byte codes in the order in which Windows prefers them when a character has several:
    JIS X 0208, NEC row 13, IBM extensions, user-defined, and NEC-selected IBM never."""
    trails = (*range(0x40, 0x7F), *range(0x80, 0xFD))
    row13, ibm, user, selected = {0x87}, {0xFA, 0xFB, 0xFC}, set(range(0xF0, 0xFA)), {0xED, 0xEE}
    jis = {*range(0x81, 0xA0), *range(0xE0, 0xEB)} - row13
    for leads in (jis, row13, ibm, user, selected):
        for lead in sorted(leads):
            for trail in trails:
                yield lead << 8 | trail


def _cell(character: str) -> int:
    encoded = character.encode()
    assert len(encoded) <= 3, "a cell holds characters of the basic plane"
    return int.from_bytes(encoded, "little") | len(encoded) << 24 | _classes(ord(character))


def _classes(point: int) -> int:
    if point < 0x60:
        return ASCII
    if point < 0x80:
        return LOWER
    if 0xFF61 <= point <= 0xFF9F:
        return KANA
    if 0xE000 <= point <= 0xF8FF:
        return WIDE | GAIJI
    return WIDE
