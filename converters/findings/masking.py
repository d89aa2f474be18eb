"""Values of persons → texts that show their shape and not their content.

A masked text has one sign per character, the sign of its class: 漢 for kanji, あ ア ｱ for kana,
9 A a for half-width and ９ Ａ ａ for full-width digits and letters, 外 for gaiji, * and ＊ for the
rest. Spaces stay. The one thing shown as it is are bytes and characters that somebody must repair,
as codes in angle brackets: <8E> a byte that is no character, <0A> a control character, <F040> a
gaiji, <U+E000> one that has no code of its own, or a character that has no place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from converters.charset import load, write
from converters.findings.reading import BYTE

__all__ = ["GAIJI", "Mode", "Sensitivity", "kin", "mask", "mask_all"]

Mode = Literal["masked", "raw", "none"]
Points = npt.NDArray[np.uint32]
Sensitivity = Literal["public", "code", "personal", "secret"]
"""`public` is shown as it is, `code` only if it looks like a code, `secret` never."""

MARK, END = 0xFFFE, 0xFFFF
"""No characters: the first stands before a place that is shown, the second behind a value."""
MARKED: Final = re.compile(f"{chr(MARK)}(.)", re.DOTALL)

SECRET: Final = "***"
LONGEST: Final = 64
"""Characters of a value that a finding shows."""
REVEALED_AT_MOST: Final = 4
"""Places of one value that are shown; a name in a wrong encoding must not get through whole."""
CODES: Final = 12
"""Bytes of gaiji's codes that are shown; they say nothing of a person."""

RANGES: Final = (
    ("9", 0x30, 0x3A),
    ("A", 0x41, 0x5B),
    ("a", 0x61, 0x7B),
    ("あ", 0x3041, 0x30A0),
    ("ア", 0x30A1, 0x3100),
    ("漢", 0x3005, 0x3008),
    ("漢", 0x3400, 0x4DC0),
    ("漢", 0x4E00, 0xA000),
    ("外", 0xE000, 0xF900),
    ("漢", 0xF900, 0xFB00),
    ("９", 0xFF10, 0xFF1A),
    ("Ａ", 0xFF21, 0xFF3B),
    ("ａ", 0xFF41, 0xFF5B),
    ("ｱ", 0xFF61, 0xFFA0),
    ("漢", 0x20000, 0x32000),
    ("外", 0xF0000, BYTE),
)
KEPT: Final = (0x20, 0x2026, 0x3000)


@cache
def _signs() -> npt.NDArray[np.uint32]:
    """The sign of every code point. Bytes that are no character become ■."""
    signs = np.full(0x110000, ord("＊"), np.uint32)
    signs[:0x80] = ord("*")
    for sign, first, stop in RANGES:
        signs[first:stop] = ord(sign)
    signs[BYTE : BYTE + 0x100] = ord("■")
    for kept in KEPT:
        signs[kept] = kept
    return signs


def mask(value: str, sensitivity: Sensitivity, mode: Mode, code: str = "", target: str = "") -> str:
    """What a report may show of one value; see `mask_all`."""
    return mask_all([value], sensitivity, mode, code, target)[0]


def mask_all(
    values: Sequence[str], sensitivity: Sensitivity, mode: Mode, code: str = "", target: str = ""
) -> list[str]:
    """What a report may show of many values of one field.

    `code` is the finding they are shown for, `target` the charset that is written.
    """
    if mode == "none":
        return [""] * len(values)
    if sensitivity == "secret":
        return [SECRET if value else "" for value in values]
    short = [_short(value if code in PADDED else value.rstrip(" 　")) for value in values]
    whole = _whole if code in GAIJI else str
    if mode == "raw" or sensitivity == "public":
        return [whole(_visible(value)) for value in short]
    if sensitivity == "code":
        return [_code_shown(value, code) for value in short]
    signs = _signs_of(short, _telling(code, target), CODES if code in GAIJI else REVEALED_AT_MOST)
    return [
        whole(sign) if value[:2] != "X'" and code != CHOSEN else _special(value, sign, code)
        for value, sign in zip(short, signs, strict=True)
    ]


def kin(code: str) -> str:
    """The code, or "" where the findings of a code are shown like those of most."""
    return code if code in UNLIKE else ""


def _code_shown(value: str, code: str) -> str:
    plain = _looks_like_a_code(value) or (code == CHOSEN and CHOICE.fullmatch(value))
    return _visible(value) if plain else _signs_of([value], _none, 0)[0]


def _special(value: str, sign: str, code: str) -> str:
    """Bytes in hex lose their digits; a choice is shown as it is."""
    if code == CHOSEN and CHOICE.fullmatch(value):
        return _visible(value)
    return DIGIT.sub("9", value) if HEX.fullmatch(value) else sign


HEX: Final = re.compile("X'[0-9A-F]*'")
"""Bytes of a number that is no text. Its digits are hidden, the nibbles that are none are not."""
DIGIT: Final = re.compile("[0-9]")
PADDED: Final = ("FLD-070", "REC-010")
"""These are about the blanks that fill a field, which others leave out."""


def _short(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def _looks_like_a_code(value: str) -> bool:
    """A column that is shifted can bring a name into a code field."""
    return len(value) <= (8 if value.isascii() else 2)


CHOICE: Final = re.compile(r"\S{1,4}( U\+[0-9A-F]{4,6})+ → \S{1,8}( U\+[0-9A-F]{4,6})+ \S+")
"""MAP-012 shows one character and what became of it, and nothing of the value they stand in."""
GAIJI: Final = ("FLD-017", "FLD-018", "FLD-019")
"""Findings about gaiji, which show their codes."""
PIECES: Final = re.compile("<8F><([0-9A-F]{2})><([0-9A-F]{2})>|<([0-9A-F]{2})><([0-9A-F]{2})>")
"""The bytes of a gaiji's code; those of EUC have three behind 8F."""
REVEALED: Final = {
    "FLD-010": ((BYTE, BYTE + 0x100),),
    "FLD-011": ((BYTE, BYTE + 0x100),),
    "FLD-016": ((0x00, 0x20), (0x7F, 0xA0)),
    **dict.fromkeys(GAIJI, ((0xE000, 0xF900), (BYTE, BYTE + 0x100))),
}
"""Code points that a finding shows of a personal value; without them nobody could repair it."""
UNMAPPABLE: Final = ("OUT-002", "MAP-006")
"""These show the characters that the target charset lacks."""
CHOSEN: Final = "MAP-012"
UNLIKE: Final = frozenset({CHOSEN, *PADDED, *GAIJI, *REVEALED, *UNMAPPABLE})
"""Findings whose values are shown in a manner of their own."""


def _none(points: Points) -> npt.NDArray[np.bool_]:
    return np.zeros(len(points), np.bool_)


def _telling(code: str, target: str) -> Callable[[Points], npt.NDArray[np.bool_]]:
    """Which code points the finding is about."""

    def within(points: Points) -> npt.NDArray[np.bool_]:
        found = _none(points)
        for first, stop in REVEALED[code]:
            found |= (points >= first) & (points < stop)
        return found

    def lacking(points: Points) -> npt.NDArray[np.bool_]:
        different, place = np.unique(points, return_inverse=True)
        return np.array([_lacks(target, chr(point)) for point in different], np.bool_)[place]

    if code in UNMAPPABLE:
        return lacking
    return within if code in REVEALED else _none


@cache
def _lacks(target: str, character: str) -> bool:
    try:
        write(load(target or "utf-8"), character)
    except UnicodeEncodeError:
        return True
    return False


def _whole(text: str) -> str:
    """A shown value with the bytes of each gaiji's code in one pair of brackets."""
    return PIECES.sub(lambda found: f"<{found[0].replace('><', '')[1:-1]}>", text)


def _signs_of(
    values: Sequence[str], telling: Callable[[Points], npt.NDArray[np.bool_]], most: int
) -> list[str]:
    """All values in one array of code points, instead of a loop of Python's over characters.

    The first places of each value that are telling, at most `most`, are shown as codes.
    """
    points = np.frombuffer("".join(values).encode("utf-32-le"), "<u4")
    ends = np.cumsum([len(value) for value in values], dtype=np.int64)
    shown = _signs()[points]
    hits = _first_few(np.flatnonzero(telling(points)), ends, most)
    shown[hits] = points[hits]
    marks = np.full(len(ends) + len(hits), MARK, np.uint32)
    marks[: len(ends)] = END
    shown = np.insert(shown, np.concatenate([ends, hits]), marks)
    text = shown.astype("<u4").tobytes().decode("utf-32-le")
    return MARKED.sub(lambda found: _code(ord(found.group(1))), text).split(chr(END))[:-1]


def _first_few(
    hits: npt.NDArray[np.intp], ends: npt.NDArray[np.int64], most: int
) -> npt.NDArray[np.intp]:
    """At most so many of the hits within each value."""
    before = np.searchsorted(hits, np.concatenate([[0], ends[:-1]]))
    value = np.searchsorted(ends, hits, "right")
    return hits[np.arange(len(hits)) - before[value] < most]


INVISIBLE: Final = re.compile(f"[\x00-\x1f\x7f-\x9f\ue000-\uf8ff\\U000f0000-\\U{BYTE + 0xFF:08x}]")


def _visible(value: str) -> str:
    """The value with everything that a terminal cannot show, or would obey, as a code."""
    return INVISIBLE.sub(lambda found: _code(ord(found.group())), value)


def _code(point: int) -> str:
    if point >= BYTE:
        return f"<{point - BYTE:02X}>"
    return f"<{point:02X}>" if point < 0xA0 else f"<U+{point:04X}>"
