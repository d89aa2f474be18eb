"""A slow, obvious census: the codes of one value, by what the makers' papers say of their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

SHIFT_JIS_LEADS = {*range(0x81, 0xA0), *range(0xE0, 0xFD)}
SHIFT_JIS_TRAILS = {*range(0x40, 0x7F), *range(0x80, 0xFD)}
EUC_TRAILS = {*range(0xA1, 0xFF)}
EUC_LEADS = EUC_TRAILS | {0x8E, 0x8F}
MARKS = {
    "cp939": {b"\x0e": 1, b"\x0f": 0},
    "jef-ebcdik": {b"\x28": 1, b"\x38": 1, b"\x30\xe2": 1, b"\x29": 0},
    "keis83": {b"\x0a\x42": 1, b"\x0a\x41": 0},
}

SELECTORS = {chr(point) for point in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}

Value = tuple[int, bytes, bool]
"""The place of a code in its value, its bytes, and whether they are half a character."""


def codes(charset: str, data: bytes) -> Iterator[Value]:
    """The codes of a value that lies in a field of fixed width."""
    if charset in MARKS:
        return _shifted(data.rstrip(b"\x40"), MARKS[charset])
    if charset == "utf-8":
        return _utf8(data.rstrip(b" "))
    return _coded(charset, data.rstrip(b" "))


def _coded(charset: str, data: bytes) -> Iterator[Value]:
    place = 0
    while place < len(data):
        size = 1
        lead, rest = data[place], {*data[place + 1 : place + 2]}
        if charset == "cp932":
            size += lead in SHIFT_JIS_LEADS and bool(rest & SHIFT_JIS_TRAILS)
        elif lead == 0x8F:
            more = data[place + 1 : place + 3]
            size = 3 if len(more) == 2 and {*more} <= EUC_TRAILS else 1
        else:
            size += lead in EUC_LEADS and bool(rest & EUC_TRAILS)
        half = size == 1 and lead in (SHIFT_JIS_LEADS if charset == "cp932" else EUC_LEADS)
        yield place, data[place : place + size], half
        place += size


def _shifted(data: bytes, marks: dict[bytes, int]) -> Iterator[Value]:
    """A shift code is none where its first byte begins a code of two bytes."""
    place, double = 0, 0
    while place < len(data):
        mark = next((mark for mark in marks if data.startswith(mark, place)), b"")
        if mark:
            double, place = marks[mark], place + len(mark)
            continue
        cut = len(data) - place == 1 or any(data.startswith(m, place + 1) for m in marks)
        size = 2 if double and not cut else 1
        yield place, data[place : place + size], bool(double) and size == 1
        place += size


def _utf8(data: bytes) -> Iterator[Value]:
    """Characters as Python reads them, a selector with the character before it; each byte of none
    is a code of its own."""
    place = 0
    while place < len(data):
        text = _character(data[place:])
        size = len(text.encode()) or 1
        after = _character(data[place + size :])
        if text and after in SELECTORS:
            size += len(after.encode())
        yield place, data[place : place + size], False
        place += size


def _character(data: bytes) -> str:
    """The character that the data begins with, if it does."""
    for size in (1, 2, 3, 4):
        try:
            return data[:size].decode()[:1]
        except UnicodeDecodeError:
            continue
    return ""


Spot = tuple[int, int, str, int]
"""The file, the record, the field and the offset of a code."""


def census(
    files: Iterable[bytes], length: int, fields: dict[str, tuple[int, int, str]]
) -> dict[tuple[str, bytes, bool], tuple[int, Spot]]:
    """Charset, code, is it half → how often, and where first.

    `fields` are name to start, stop, charset.
    """
    found: dict[tuple[str, bytes, bool], tuple[int, Spot]] = {}
    for number, data in enumerate(files):
        for record, begin in enumerate(range(0, len(data), length), 1):
            for name, (start, stop, charset) in fields.items():
                for place, code, half in codes(charset, data[begin + start : begin + stop]):
                    spot = (number, record, name, begin + start + place)
                    key = (charset, code, half)
                    count, first = found.get(key, (0, spot))
                    found[key] = (count + 1, first)
    return found
