"""The text operations of `mapping`, slow and obvious, one value at a time.

Null is None. Whether a value comes back is not reasoned about here: it is tried.
"""

from __future__ import annotations

import unicodedata

__all__ = ["concat", "cut", "join", "narrow", "pad", "split", "unpad", "widen"]

HALF = [chr(code) for code in range(0xFF61, 0xFFA0)]
DAKUTEN, HANDAKUTEN = "ﾞ", "ﾟ"
COMBINING = {DAKUTEN: "\u3099", HANDAKUTEN: "\u309a"}


def _full(character: str) -> str:
    marks = {DAKUTEN: "゛", HANDAKUTEN: "゜"}
    return marks.get(character) or unicodedata.normalize("NFKC", character)


KANA = {character: _full(character) for character in HALF}
PAIRS = {
    plain + mark: merged
    for plain in HALF
    for mark, combining in COMBINING.items()
    if len(merged := unicodedata.normalize("NFC", _full(plain) + combining)) == 1
}
ASCII = {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "　"}


def _table(kana: bool, alnum: bool) -> dict[str, str]:
    return (KANA | PAIRS if kana else {}) | (ASCII if alnum else {})


def widen(value: str, kana: bool, alnum: bool) -> str:
    table, found, place = _table(kana, alnum), "", 0
    while place < len(value):
        size = 2 if value[place : place + 2] in table else 1
        piece = value[place : place + size]
        found += table.get(piece, piece)
        place += size
    return found


def narrow(value: str, kana: bool, alnum: bool) -> str:
    table = {full: half for half, full in _table(kana, alnum).items()}
    return "".join(table.get(character, character) for character in value)


def split(value: str | None, by: str, parts: int) -> list[str | None]:
    found = value.split(by, parts - 1) if value else []
    return [part or None for part in found] + [None] * (parts - len(found))


def join(parts: list[str | None], by: str) -> str | None:
    while parts and not parts[-1]:
        parts = parts[:-1]
    return by.join(part or "" for part in parts) or None


def cut(value: str | None, chars: list[int]) -> list[str | None]:
    found, rest = [], value or ""
    for size in chars:
        found.append(rest[:size] or None)
        rest = rest[size:]
    return found


def concat(pieces: list[str | None]) -> str | None:
    return "".join(piece or "" for piece in pieces) or None


def _signed(value: str) -> tuple[str, str]:
    return (value[0], value[1:]) if value[0] in "+-" else ("", value)


def pad(value: str, size: int) -> str:
    sign, digits = _signed(value)
    return sign + "0" * (size - len(value)) + digits


def unpad(value: str, floor: int) -> str:
    sign, digits = _signed(value)
    while digits[:1] == "0" and len(digits) > 1 and len(sign + digits) > floor:
        digits = digits[1:]
    return sign + digits
