"""Slow, obvious decoders and encoders, one value at a time: the oracle of the kernels."""

from __future__ import annotations

from converters import charset as cells
from converters import status
from converters.charset import Charset

CONTROLS = {*range(0x20), 0x7F}


def classes(character: str) -> int:
    """The class of one character, by its code point alone."""
    point = ord(character)
    if point in CONTROLS:
        return cells.CONTROL
    if point < 0x80:
        return cells.ASCII if point < 0x60 else cells.LOWER
    if 0xFF61 <= point <= 0xFF9F:
        return cells.KANA
    private = 0xE000 <= point <= 0xF8FF or point >= 0xF0000
    return cells.WIDE | (cells.GAIJI if private else 0)


def characters(charset: Charset, data: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """Characters with their bytes up to the first fault, and the outcome (OK or the fault)."""
    return _utf8(data) if charset.unicode else _table(charset.name, data)


def _utf8(data: bytes) -> tuple[list[tuple[str, bytes]], int]:
    found: list[tuple[str, bytes]] = []
    place = 0
    while place < len(data):
        for size in (1, 2, 3, 4):
            piece = data[place : place + size]
            try:
                character = piece.decode()
            except UnicodeDecodeError:
                continue
            found.append((character, piece))
            place += len(piece)
            break
        else:
            return found, _utf8_fault(data[place:])
    return found, status.OK


def _utf8_fault(rest: bytes) -> int:
    """A character that is only cut off is half; Python's incremental rules decide."""
    try:
        rest[:4].decode()
    except UnicodeDecodeError as exc:
        cut = exc.reason == "unexpected end of data" and len(rest) < 4
        return status.HALF_CHARACTER if cut else status.UNDECODABLE
    raise AssertionError("no fault")


def _table(name: str, data: bytes) -> tuple[list[tuple[str, bytes]], int]:
    """Python's codec by single characters, without the bytes it should not accept."""
    found: list[tuple[str, bytes]] = []
    place = 0
    while place < len(data):
        byte = data[place]
        lead = 0x81 <= byte <= 0x9F or 0xE0 <= byte <= 0xFC
        if not lead and not (byte < 0x80 or 0xA1 <= byte <= 0xDF):
            return found, status.UNDECODABLE
        if lead and place + 1 == len(data):
            return found, status.HALF_CHARACTER
        piece = data[place : place + (2 if lead else 1)]
        try:
            found.append((piece.decode(name), piece))
        except UnicodeDecodeError:
            return found, status.UNDECODABLE
        place += len(piece)
    return found, status.OK


def decoded(charset: Charset, data: bytes, allowed: int, trim: bool) -> tuple[str, int]:
    """A text value and its outcome; an unreadable or blank value is the empty string."""
    if not data.strip(b" "):
        return "", status.BLANK
    if trim:
        data = data.rstrip(b" ")
    found, fault = characters(charset, data)
    if fault:
        return "", fault
    text = "".join(character for character, _ in found)
    if not text.strip(" 　"):
        return "", status.BLANK
    return (text.rstrip(" 　") if trim else text), judged(charset, found, allowed)


def judged(charset: Charset, found: list[tuple[str, bytes]], allowed: int) -> int:
    """The outcome of a value from its characters."""
    seen = 0
    one_way = False
    for character, piece in found:
        seen |= classes(character)
        one_way |= not charset.unicode and cells.write(charset, character) != piece
    everything = cells.ASCII | cells.LOWER | cells.KANA | cells.WIDE
    if seen & cells.CONTROL:
        return status.CONTROL
    if seen & everything & ~allowed:
        return status.CHARACTER_CLASS
    if seen & cells.GAIJI:
        return status.GAIJI
    return status.ONE_WAY if one_way else status.OK


def encoded(charset: Charset, text: str, allowed: int) -> tuple[bytes, int]:
    """A text value in the charset, and its outcome."""
    if not text:
        return b"", status.BLANK
    found = []
    for character in text:
        try:
            found.append((character, cells.write(charset, character)))
        except UnicodeEncodeError:
            return b"", status.UNMAPPABLE
    outcome = judged(charset, found, allowed)
    if outcome == status.GAIJI:
        outcome = status.OK
    return b"".join(piece for _, piece in found), outcome
