"""Text as a field can hold it: one word → its spelling by kind, charset and width, or null."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import accumulate
from typing import Final

from converters.charset import Charset, code
from converters.model import Field

__all__ = ["fitting", "half", "size", "wide"]

_WIDE: Final = {0x20: "　"} | {code: chr(code + 0xFEE0) for code in range(0x21, 0x7F)}
_HALF: Final = {ord(full): chr(code) for code, full in _WIDE.items()}
_KANA: Final = {
    unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0xFF61, 0xFFA0)
} | {"\u3099": "ﾞ", "\u309a": "ﾟ"}
"""Full-width katakana and marks to their half-width forms."""

_PLAIN: Final = {
    "髙": "高",
    "﨑": "崎",
    "濵": "浜",
    "德": "徳",
    "𠮷": "吉",
    "①": "１",
    "㈱": "（株）",
    "～": "〜",
    "－": "−",
    "\ue000": "斎",
    "\ue001": "辺",
}
"""What a charset without the character gets instead; waves and dashes change their mapping only."""


def wide(text: str) -> str:
    """ASCII → full-width forms."""
    return text.translate(_WIDE)


def half(text: str) -> str:
    """Full-width katakana, letters and digits → half-width, voicing marks on their own."""
    return "".join(map(_half, text))


@cache
def _half(character: str) -> str:
    character = character.translate(_HALF)
    halves = [_KANA.get(part) for part in unicodedata.normalize("NFD", character)]
    return character if None in halves else "".join(filter(None, halves))


@cache
def size(character: str, charset: Charset) -> int:
    """Bytes of the character in this charset; 0 where it has no code for it."""
    if charset.unicode:
        return len(character.encode())
    if charset.structure == "utf-16":
        return len(character.encode(charset.name))
    return len(code(charset.encode, ord(character)))


def shifting(character: str, field: Field, charset: Charset) -> int:
    """Bytes of the shift codes that may stand around the character."""
    around = field.shifts == "present" and charset.structure == "shifted"
    if not around or size(character, charset) < 2:
        return 0
    return _around(charset)


@cache
def _around(charset: Charset) -> int:
    """Bytes of the longest shift codes before and behind a stretch."""
    return 2 * int(charset.shifts.marks[:, 1].max(initial=0))


def fitting(text: str, field: Field, charset: Charset) -> str | None:
    """The text spelled and cut for the field; null where the field cannot hold it."""
    spelled = [_spelled(character, field.kind, charset) for character in text]
    if None in spelled:
        return None
    text = _cut("".join(filter(None, spelled)), field, charset)
    if not text or (field.pattern and not re.fullmatch(field.pattern, text)):
        return None
    return text


@cache
def _spelled(character: str, kind: str, charset: Charset) -> str | None:
    """One character by kind and charset, perhaps as several; null where the kind forbids it."""
    text = _by_kind(character, kind)
    if not all(size(c, charset) for c in text):
        text = "".join(c if size(c, charset) else _PLAIN.get(c, "") for c in text)
    return text if all(_allowed(c, kind) for c in text) else None


def _by_kind(text: str, kind: str) -> str:
    if kind == "wide":
        return wide(text)
    return half(text) if kind in ("kana", "narrow", "digits") else text


def _allowed(character: str, kind: str) -> bool:
    point = ord(character)
    if kind == "wide":
        return point > 0x7F and not 0xFF61 <= point <= 0xFF9F
    if kind == "kana":
        return point < 0x60 or 0xFF61 <= point <= 0xFF9F
    if kind == "digits":
        return 0x30 <= point <= 0x39
    return kind != "narrow" or point < 0x7F


def _cut(text: str, field: Field, charset: Charset) -> str:
    """The text without what the width has no room for, and without a blank or mark left over."""
    kept = text[: field.chars or len(text)]
    room = field.bytes
    if room is not None and (4 * len(kept) > room or charset.structure == "shifted"):
        once = max((shifting(c, field, charset) for c in kept), default=0)
        if field.kind == "wide":
            room, once = room - once, 0
        ends = accumulate(size(c, charset) + min(once, shifting(c, field, charset)) for c in kept)
        kept = kept[: sum(end <= room for end in ends)]
    if kept != text and text[len(kept)] in "ﾞﾟ":
        kept = kept[:-1]
    return kept.rstrip(" 　")
