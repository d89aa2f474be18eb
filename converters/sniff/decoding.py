"""Bytes → for every charset, how the whole file reads in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import charset
from converters.charset import ABSENT, Charset
from converters.columns import Bytes
from converters.kernels import strict

__all__ = ["FAMILIES", "ORDER", "Reading", "Strict", "begin", "feed", "reading", "roles"]

FAMILIES: Final = {
    "cp037": "ebcdic",
    "cp1027": "ebcdic",
    "cp1390": "ibm",
    "cp1399": "ibm",
    "cp16684": "ibm-pure",
    "cp290": "ebcdic",
    "cp300": "ibm-pure",
    "cp930": "ibm",
    "cp932": "shift_jis",
    "cp939": "ibm",
    "euc-jp": "euc",
    "eucjp-ms": "euc",
    "iso-2022-jp": "iso-2022",
    "jef-ebcdic": "jef",
    "jef-ebcdik": "jef",
    "jef-jis8": "jef",
    "jips-e": "jips",
    "jips-j": "jips",
    "keis78": "keis",
    "keis78-ebcdic": "keis",
    "keis83": "keis",
    "keis83-ebcdic": "keis",
    "shift_jis": "shift_jis",
    "shift_jis-2004": "shift_jis",
    "utf-16be": "utf-16",
    "utf-16le": "utf-16",
    "utf-8": "utf-8",
}
"""Charset → the family whose members differ in a few codes only."""

ORDER: Final = (
    *("cp932", "utf-8", "shift_jis", "shift_jis-2004", "eucjp-ms", "euc-jp", "iso-2022-jp"),
    *("cp939", "cp930", "cp1399", "cp1390", "keis83", "keis83-ebcdic", "keis78", "keis78-ebcdic"),
    *("jef-ebcdik", "jef-ebcdic", "jef-jis8", "jips-e", "jips-j"),
    *("utf-16le", "utf-16be", "cp1027", "cp290", "cp037", "cp300", "cp16684"),
)
"""Of charsets that read a file equally well, the first is named."""

HOPELESS: Final = 5
"""A charset in which one byte of so many is bad is given up after the first block."""

LEVEL_1: Final = range(0x889F, 0x9873)
"""Kanji of level 1 in CP932; kana and punctuation lie in 8140-8396."""


Cells = npt.NDArray[np.uint32]
Tables = tuple[Cells, Cells, Cells, npt.NDArray[np.uint64]]


@dataclass(slots=True, eq=False)
class Strict:
    """The strict decoder of one charset on its way through a file: it guards the shift state, the
    bytes that wait for the rest of their character, and whether it was given up."""

    script: Charset
    state: npt.NDArray[np.int64]
    tally: npt.NDArray[np.int64]
    rest: Bytes
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file reads in one charset. `first` is the offset of the first bad byte, -1 for none;
    `read` is less than the file where the charset was given up. `score` is 0 to 100."""

    charset: str
    family: str
    score: float
    read: int
    characters: int
    bad: int
    first: int
    wide: int
    common: int
    kana: int
    gaiji: int
    controls: int
    shifts: int
    complete: bool


@cache
def _common() -> Bytes:
    """Code point → 1 for kana, usual punctuation and kanji of level 1."""
    encode = charset.load("cp932").encode
    found = np.zeros(1 << 16, np.uint8)
    codes = np.where(encode == ABSENT, 0, encode & 0xFFFF)
    found[: len(codes)] = ((codes >= 0x8140) & (codes <= 0x8396)) | (
        (codes >= LEVEL_1.start) & (codes < LEVEL_1.stop)
    )
    return found


def begin(place: int) -> list[Strict]:
    """A decoder for every charset; `place` bytes of mark stand before what they will be fed."""
    made = []
    for name in ORDER:
        script = charset.load(name)
        tally = np.zeros(strict.COUNTS, np.int64)
        tally[strict.FIRST], tally[strict.PLACE] = -1, place
        state = np.array([script.shifts.initial], np.int64)
        made.append(Strict(script, state, tally, np.zeros(0, np.uint8)))
    return made


def feed(one: Strict, block: Bytes, eof: bool) -> None:
    """The next bytes of the file."""
    if one.given_up:
        return
    data = np.concatenate([one.rest, block]) if len(one.rest) else block
    used = _scan(one, data, eof)
    one.rest = data[used:].copy()
    done = int(one.tally[strict.PLACE])
    one.given_up = not eof and int(one.tally[strict.BAD]) * HOPELESS > done


def _scan(one: Strict, data: Bytes, eof: bool) -> int:
    script = one.script
    if script.structure == "utf-8":
        return int(strict.scan_utf8(data, eof, _common(), np.zeros(0, np.uint8), one.tally))
    if script.structure == "utf-16":
        big = script.name == "utf-16be"
        return int(strict.scan_utf16(data, eof, big, _common(), one.tally))
    tables, marks, wide = _tables(script)
    return int(strict.scan_tables(data, eof, tables, marks, wide, _common(), one.state, one.tally))


def _tables(script: Charset) -> tuple[Tables, npt.NDArray[np.int64], int]:
    """The charset as the kernels take it; its double-byte state, -1 where nothing shifts."""
    tables = (script.single, script.double, script.triple, script.longs)
    shifted = script.structure == "shifted"
    return tables, script.shifts.marks, script.shifts.double if shifted else -1


def reading(one: Strict, size: int) -> Reading:
    """What the decoder found in a file of `size` bytes."""
    count = [int(value) for value in one.tally]
    name, done = one.script.name, count[strict.PLACE]
    return Reading(
        charset=name,
        family=FAMILIES[name],
        score=_score(one),
        read=done,
        characters=count[strict.CHARACTERS],
        bad=count[strict.BAD],
        first=count[strict.FIRST],
        wide=count[strict.WIDE],
        common=count[strict.COMMON],
        kana=count[strict.KANA],
        gaiji=count[strict.GAIJI],
        controls=count[strict.CONTROLS],
        shifts=count[strict.SHIFTS],
        complete=done >= size,
    )


def _score(one: Strict) -> float:
    """Usual characters count whole, unusual ones in part, control characters and bad bytes not.

    Weighed by bytes: 0 to 100. A charset of shifts gains where it finds them. Katakana beside
    lower-case letters tell IBM's two kinds of single bytes apart.
    """
    count = one.tally
    whole = int(count[strict.CHARACTERS] + count[strict.BAD])
    if not whole or one.given_up:
        return 0.0
    common, wide, kana = count[strict.COMMON], count[strict.WIDE], count[strict.KANA]
    usual = count[strict.ALPHABET] + common + 0.7 * kana
    rare = wide - common - count[strict.GAIJI]
    signs = count[strict.CHARACTERS] - count[strict.ALPHABET] - wide - kana - count[strict.CONTROLS]
    score = 100 * (usual + 0.3 * rare + 0.9 * signs) / whole
    score *= (1 - int(count[strict.BAD]) / whole) ** 2
    shifts = len(one.script.shifts.marks) and int(count[strict.SHIFTS])
    if shifts:  # Without any, katakana may be bytes of numbers.
        score *= 1 - int(count[strict.MIXED]) / whole
    if (len(one.script.shifts.marks) and not shifts) or FAMILIES[one.script.name] == "ebcdic":
        score *= 0.9
    return round(float(min(100.0, score + (5 if shifts else 0))), 2)


def roles(
    name: str, data: Bytes, start: npt.NDArray[np.int64], stop: npt.NDArray[np.int64]
) -> tuple[Bytes, int]:
    """The role of every byte of some records, and how many records end inside a character."""
    script = charset.load(name)
    found = np.full(len(data), strict.ROLE_NARROW, np.uint8)
    tally = np.zeros(strict.COUNTS, np.int64)
    if script.structure == "utf-8":
        strict.scan_utf8(data, True, _common(), found, tally)
        inside = found[np.minimum(stop, len(data) - 1)] == strict.ROLE_TRAIL
        return found, int((inside & (stop < len(data))).sum())
    if script.structure == "utf-16":
        return found, int(((stop - start) % 2).sum())
    tables, marks, wide = _tables(script)
    tally[strict.PLACE] = -1 if script.shifts.initial else 0
    strict.scan_records(data, start, stop, tables, marks, wide, _common(), found, tally)
    return found, int(tally[strict.CUT])
