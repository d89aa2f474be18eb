"""A charset → its characters by class, and the words of names by script and length.

A character is only ever replaced by one of its own class, which has the same number of bytes. Of
a charset whose bytes are replaced by way of UTF-8 (see `ways`) these are its characters in UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from converters import charset as charsets
from converters.charset import LEAD, ONE_WAY, Charset
from converters.generate.spelling import half, wide
from converters.generate.words import load

__all__ = ["Alphabet", "alphabet"]

(KANJI, DIGIT, WIDE_DIGIT, UPPER, LOWER, WIDE_UPPER, WIDE_LOWER, HIRAGANA, KATAKANA, HALF_KANA) = (
    range(1, 11)
)
SECOND, RARE, OTHER, BEYOND = range(11, 15)
CLASSES: Final = 15
"""KANJI and SECOND are the two levels of JIS X 0208, RARE the vendors' extensions of Shift_JIS,
OTHER the ideographs that it lacks, BEYOND those outside the basic plane. In EUC those of three
bytes are OTHER, and all of two are in the first three."""

STAYING: Final = frozenset(
    "丁目番地号条線のーｰﾞﾟァィゥェォッャュョヮヵヶｧｨｩｪｫｬｭｮｯぁぃぅぇぉっゃゅょゎ々"
)
"""Of a class and yet kept: the words of an address, and signs that need the one before them."""

CODE_POINTS: Final = 0x2A6E0
LONGEST: Final = 64
"""Bytes of a word of a name at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Alphabet:
    """What `kernels.pseudonym` takes: the classes of a charset, and its words of names."""

    classes: tuple[Any, ...]
    words: tuple[Any, ...]


@cache
def alphabet(name: str) -> Alphabet:
    """The alphabet of the charset of that name."""
    table = charsets.load(name)
    classes = _classes(table)
    return Alphabet(classes, _words(table))


def _by_utf8(table: Charset) -> bool:
    return table.structure != "pairs"


def _classes(table: Charset) -> tuple[Any, ...]:
    limit = CODE_POINTS if _by_utf8(table) else 0x10000
    kinds, index = np.zeros(limit, np.uint8), np.full(limit, -1, np.int64)
    members: list[list[int]] = [[] for _ in range(CLASSES)]
    for code, character in _characters(table):
        kind = _class(character, table)
        kinds[code] = kind
        if kind and character not in STAYING:
            index[code] = len(members[kind])
            members[kind].append(code)
    sizes = np.array([len(each) for each in members], np.int64)
    codes = np.array([code for each in members for code in each], np.int64)
    return _lead(table), kinds, index, codes, np.cumsum(sizes) - sizes, sizes, _by_utf8(table)


def _lead(table: Charset) -> npt.NDArray[np.uint8]:
    """Bytes of a character by its first byte."""
    if not _by_utf8(table):
        return np.where(table.single == LEAD, 2, 1).astype(np.uint8)
    lead = np.zeros(256, np.uint8)
    lead[:0x80], lead[0xC2:0xE0], lead[0xE0:0xF0], lead[0xF0:0xF5] = 1, 2, 3, 4
    return lead


def _characters(table: Charset) -> Iterator[tuple[int, str]]:
    """Codes and characters, without the codes that are read and never written."""
    if _by_utf8(table):
        tabled = table.structure in ("long", "shifted")
        for point in (*range(0x20, 0xD800), *range(0xF900, CODE_POINTS)):
            if not tabled or charsets.code(table.encode, point):
                yield point, chr(point)
        return
    for cells in (table.single, table.double):
        for code in np.flatnonzero((cells >> 24 & 3 > 0) & (cells & ONE_WAY == 0)).tolist():
            cell = int(cells[code])
            yield code, cell.to_bytes(4, "little")[: cell >> 24 & 3].decode()


RANGES: Final = (
    (DIGIT, "0", "9"),
    (UPPER, "A", "Z"),
    (LOWER, "a", "z"),
    (HIRAGANA, "ぁ", "ん"),
    (KATAKANA, "ァ", "ー"),
    (WIDE_DIGIT, "０", "９"),
    (WIDE_UPPER, "Ａ", "Ｚ"),
    (WIDE_LOWER, "ａ", "ｚ"),
    (HALF_KANA, "ｦ", "ﾟ"),
)


def _class(character: str, table: Charset) -> int:
    found = _script(character)
    if table.structure != "long" or found not in (KANJI, SECOND, RARE, OTHER, BEYOND):
        return found
    size = len(charsets.code(table.encode, ord(character)))
    return OTHER if size > 2 else RARE if found in (OTHER, BEYOND) else found


def _script(character: str) -> int:
    for kind, first, last in RANGES:
        if first <= character <= last and character not in "・":
            return kind
    if "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character == "々":
        return _level(character)
    return BEYOND if character >= "\U00020000" else 0


def _level(character: str) -> int:
    """Where Shift_JIS has the ideograph: its place there is the level of JIS X 0208."""
    try:
        code = int.from_bytes(character.encode("cp932"), "big")
    except UnicodeEncodeError:
        return OTHER
    if character == "々" or 0x889F <= code <= 0x9872:
        return KANJI
    return SECOND if 0x989F <= code <= 0xEAA4 else RARE


def _words(table: Charset) -> tuple[Any, ...]:
    """All words, and where those of a script, a part of a name and a length begin and end."""
    found: dict[tuple[int, int, int], set[bytes]] = {}
    for part, texts in enumerate(_names()):
        for text in texts:
            for spelled in (text, half(text), wide(text)):
                try:
                    data = charsets.write(table, spelled)
                except UnicodeEncodeError:
                    continue
                data = spelled.encode() if _by_utf8(table) else data
                scripts = {_class(character, table) for character in spelled}
                if len(scripts) == 1 and len(data) < LONGEST:
                    found.setdefault((scripts.pop(), part, len(data)), set()).add(data)
    begins, counts = np.zeros((2, CLASSES, 2, LONGEST), np.int64)
    pool = b""
    for key, words in sorted(found.items()):
        begins[key], counts[key] = len(pool), len(words)
        pool += b"".join(sorted(words))
    return np.frombuffer(pool, np.uint8), begins, counts


def _names() -> tuple[list[str], list[str]]:
    """Surnames and given names, spelled and read, in kanji, kana and letters."""
    tables = load()
    surnames = [cell for row in tables.surnames for cell in row[:2]]
    surnames += [cell for row in tables.families for cell in row[:2]]
    givens = [cell for row in tables.givens for cell in row[1:3]]
    givens += [cell for row in tables.foreign_givens for cell in row[:2]]
    return surnames, givens
