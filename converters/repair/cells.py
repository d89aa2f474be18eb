"""Bytes of a field ↔ the text in a cell of a sheet: what was read, spelled as the vendor spells it.

A byte that is no character, and a control character, stand as their code in ⟦ ⟧: ⟦8E⟧, ⟦0A⟧. So
every text of bytes has a cell of its own, and a spreadsheet has nothing to swallow.
"""

from __future__ import annotations

import re
from typing import Final

from converters.charset import Charset, write
from converters.findings import decoder

__all__ = ["OPEN", "codes", "is_written", "shown", "spelled"]

OPEN: Final = "⟦"
FIRST: Final = 0x10FF00
"""`findings.decoder` gives this private character plus a byte for a byte that is no character."""

BYTES: Final = f"\\U{FIRST:08x}-\\U{FIRST + 0xFF:08x}"
HIDDEN: Final = re.compile(f"[\x00-\x1f\x7f\ufeff\ufffe\uffff{OPEN}{BYTES}]")
"""What a cell does not show as it is: XML and spreadsheets change or refuse it."""
CODES: Final = re.compile(f"{OPEN}([0-9A-F]{{2}})⟧")


def shown(data: bytes, charset: Charset) -> str:
    """The cell of some bytes; `spelled` gives back their meaning, though not always the bytes:
    a character that has two codes is spelled with the preferred one."""
    text = decoder(charset.name)(data)
    return HIDDEN.sub(lambda found: _codes(found.group()), text)


def _codes(character: str) -> str:
    point = ord(character)
    return codes(bytes([point - FIRST]) if point >= FIRST else character.encode())


def codes(data: bytes) -> str:
    """The cell of bytes that are no text, such as a packed number."""
    return "".join(f"{OPEN}{byte:02X}⟧" for byte in data)


def is_written(cell: str, charset: Charset, shifts: str) -> bool:
    """Whether `spelled` can be trusted with the cell. Where shift codes are left out or kept, what
    is to be written depends on the data, and only bytes that are spelled out are."""
    return not len(charset.shifts.marks) or shifts == "present" or not CODES.sub("", cell)


def spelled(cell: str, charset: Charset) -> bytes:
    """The bytes of a cell. UnicodeEncodeError where a character has no code in the charset."""
    parts = CODES.split(cell)
    texts = [write(charset, text) if text else b"" for text in parts[::2]]
    coded = [bytes.fromhex(code) for code in parts[1::2]]
    return b"".join(part for pair in zip(texts, [*coded, b""], strict=True) for part in pair)
