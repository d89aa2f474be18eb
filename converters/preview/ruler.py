"""Bytes of a record → lines in which one column of the terminal is one byte.

Half-width characters take one column and, in Shift_JIS, one byte; full-width ones take two of
both, so the ruler needs no marks inside the text and a field moved by one byte is seen at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial

from rich.cells import cell_len

from converters.charset import Charset, code

__all__ = ["compact_hex", "lines", "visible"]

KEPT = 0x10FF00
"""From here on a character stands for one byte that is none (`findings.decoder`)."""

UNREADABLE = "\N{REPLACEMENT CHARACTER}"
CONTROLS = {byte: 0x2400 + byte for byte in range(0x20)} | {0x7F: 0x2421}
"""Control characters as their pictures, so that the terminal does not obey them."""

RUN = re.compile(r"(.{1,2}?)\1{3,}", re.DOTALL)
"""One or two bytes that stand four times or more in a row."""


def visible(text: str) -> str:
    """A decoded text with a sign for what a terminal cannot show."""
    return "".join(UNREADABLE if ord(each) >= KEPT else each for each in text.translate(CONTROLS))


def compact_hex(data: bytes) -> str:
    """Hex; four or more equal bytes or byte pairs in a row are written `20×30`."""
    parts, position = [], 0
    for run in RUN.finditer(data.decode("latin-1")):
        unit = run[1].encode("latin-1").hex()
        parts += [data[position : run.start()].hex(), f"{unit}×{len(run[0]) // len(run[1])}"]
        position = run.end()
    return " ".join(part for part in [*parts, data[position:].hex()] if part)


def lines(
    text: str, charset: Charset, starts: Collection[int], width: int
) -> list[tuple[str, str, str]]:
    """Scale, text and marks of where fields start, in blocks of `width` bytes.

    `text` is the record, decoded so that bytes which are no character are kept.
    """
    columns = _columns(text, partial(_size, charset))
    found = []
    for begin in range(0, len(columns), width):
        end = min(begin + width, len(columns))
        row = columns[begin:end]
        cut = next((place for place, cell in enumerate(row) if cell), len(row))
        marks = "".join("╵" if place in starts else " " for place in range(begin, end))
        found.append((_scale(begin, end), " " * cut + "".join(row), marks.rstrip()))
    return found


def _size(charset: Charset, character: str) -> int:
    """Bytes of a character without shift codes; what was no character is one byte."""
    if ord(character) >= KEPT:
        return 1
    if charset.unicode or charset.structure == "utf-16":
        return len(character.encode(charset.name))
    return len(code(charset.encode, ord(character))) or 1


def _columns(text: str, size: Callable[[str], int]) -> list[str]:
    """One string per byte: a character stands at its first byte and is padded to its bytes."""
    columns: list[str] = []
    for each in text:
        bytes, shown = size(each), visible(each)
        columns += [shown + " " * (bytes - cell_len(shown))] + [""] * (bytes - 1)
    return columns


def _scale(begin: int, end: int) -> str:
    """`....+....1....+....2`, the digit standing on the tenth, twentieth ... byte."""
    return "".join(
        str(place // 10 % 10) if place % 10 == 0 else "+" if place % 5 == 0 else "."
        for place in range(begin + 1, end + 1)
    )
