"""Single texts ↔ bytes of a charset, for definitions and header rows; data goes through kernels.

Python here, not the kernels: a definition has a few texts, and a kernel is compiled first.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from converters.charset.cells import (
    ABSENT,
    CONTROL,
    GAIJI,
    LEAD,
    LEAD3,
    LONG,
    NO_CODE,
    NODE,
    OPENS,
    SECOND,
    SHIFT,
    UNDEFINED,
)
from converters.charset.value import Charset

__all__ = ["code", "codes", "holds_gaiji", "opening", "reach", "read", "write"]

HEAD = 4
"""Bytes that a shift code or a code has at most."""
KNOWN = 1 << 15
"""Answers that are kept."""
WORDS = 4
"""Places in `longs` that one character has at most."""


def code(encode: npt.NDArray[np.uint32], point: int) -> bytes:
    """The code of one code point, empty where it has none."""
    cell = int(encode[point]) if point < len(encode) else ABSENT
    number = cell & NO_CODE
    return b"" if number == NO_CODE else number.to_bytes(max(1, number.bit_length() + 7 >> 3))


def read(charset: Charset, data: bytes) -> str:
    """One text, decoded by the charset's tables.

    UnicodeDecodeError where a byte is no character.
    """
    if charset.unicode or charset.structure == "utf-16":
        return data.decode(charset.name)
    return b"".join(_bytes(charset, cell) for cell in _cells(charset, data)).decode()


def holds_gaiji(charset: Charset, data: bytes) -> bool:
    """Whether a text holds gaiji that nobody has identified; what is no character ends it."""
    try:
        if charset.unicode or charset.structure == "utf-16":
            return any(0xE000 <= ord(c) <= 0xF8FF for c in data.decode(charset.name, "replace"))
        return any(cell >> 24 and cell & GAIJI for cell in _cells(charset, data))
    except UnicodeDecodeError:
        return False


def codes(charset: Charset, data: bytes) -> Iterator[tuple[int, int, str]]:
    """Where each code stands, its bytes, and what it is read as; "" for what is no character."""
    if charset.unicode or charset.structure == "utf-16":
        # Half a unit at the end of UTF-16 is left out; half a pair, and a bad byte, read as "".
        errors = "surrogateescape" if charset.unicode else "surrogatepass"
        whole, place = data if charset.unicode else data[: len(data) // 2 * 2], 0
        for character in whole.decode(charset.name, errors):
            size = len(character.encode(charset.name, errors))
            yield place, size, "" if "\ud800" <= character <= "\udfff" else character
            place += size
        return
    for place, size, cell in _places(charset, data):
        yield place, size, "" if cell == UNDEFINED else _bytes(charset, cell).decode()


def _cells(charset: Charset, data: bytes) -> Iterator[int]:
    """The cell of each code; UnicodeDecodeError where there is none."""
    for place, size, cell in _places(charset, data):
        if cell == UNDEFINED:
            raise UnicodeDecodeError(charset.name, data, place, place + size, "no character")
        yield cell


def _places(charset: Charset, data: bytes) -> Iterator[tuple[int, int, int]]:
    """The place of each code, its bytes, and its cell; one that is cut off is UNDEFINED."""
    place, state = 0, charset.shifts.initial
    while place < len(data):
        head = data[place : place + HEAD]
        mark = _mark(charset, head, state)
        if mark:
            _, size, state = mark
            place += size
            continue
        cell, size = _cell(charset, head, state)
        if place + size > len(data):
            cell, size = UNDEFINED, len(data) - place
        yield place, size, cell
        place += size


@lru_cache(KNOWN)
def _mark(charset: Charset, head: bytes, state: int) -> tuple[int, int, int] | None:
    """The shift code that these bytes begin with: it, the number of its bytes, the state it opens.

    What was asked once is known: findings ask for thousands of values, and most of what fills them
    is blanks.
    """
    if charset.structure != "shifted" or charset.single[256 * state + head[0]] != SHIFT:
        return None
    for mark, size, opened in charset.shifts.marks.tolist():
        if head[:size] == mark.to_bytes(size, "little"):
            return mark, size, opened
    return None


@lru_cache(KNOWN)
def _cell(charset: Charset, head: bytes, state: int) -> tuple[int, int]:
    """The cell of the code that these bytes begin with, and the number of its bytes."""
    if charset.structure == "shifted":
        size = 2 if state == charset.shifts.double else 1
    else:
        size = {LEAD: 2, LEAD3: 3}.get(int(charset.single[head[0]]), 1)
    number = int.from_bytes(head[:size], "big")
    if size == 1:
        return int(charset.plain[256 * state + number]), size
    table = charset.double if size == 2 else charset.triple
    return int(table[number & 0xFFFF]), size


@lru_cache(KNOWN)
def _bytes(charset: Charset, cell: int) -> bytes:
    """The UTF-8 bytes of a cell."""
    size = cell >> 24 & 3
    if size:
        return cell.to_bytes(4, "little")[:size]
    if cell & LONG:
        return charset.longs[cell & 0xFFFF :][:WORDS].tobytes()[: cell >> 16 & 0x7F]
    return chr(cell - CONTROL).encode()


def write(charset: Charset, text: str) -> bytes:
    """One text, encoded as the charset prefers, shift codes included.

    UnicodeEncodeError where a character has no code.
    """
    if charset.unicode or charset.structure == "utf-16":
        return text.encode(charset.name)
    found, place, state = bytearray(), 0, charset.shifts.initial
    while place < len(text):
        cell, size = _encoded(charset, text, place)
        if cell & NO_CODE == NO_CODE:
            raise UnicodeEncodeError(charset.name, text, place, place + 1, "no code")
        needed = cell >> 24 & 7
        if charset.structure == "shifted" and needed != state:
            found += _shift(charset, text, needed, place)
            state = needed
        number = cell & NO_CODE
        found += number.to_bytes(max(1, number.bit_length() + 7 >> 3))
        place += size
    if state != charset.shifts.initial:
        found += _shift(charset, text, charset.shifts.initial, len(text))
    return bytes(found)


def opening(charset: Charset) -> bytes:
    """The shift code that opens double-byte state, empty where there is none."""
    for mark, size, opened in charset.shifts.marks.tolist():
        if opened == charset.shifts.double:
            return int(mark).to_bytes(size, "little")
    return b""


def _shift(charset: Charset, text: str, state: int, place: int) -> bytes:
    for mark, size, opened in charset.shifts.marks.tolist():
        if opened == state:
            return int(mark).to_bytes(size, "little")
    raise UnicodeEncodeError(charset.name, text, place, place + 1, "no shift code")


def reach(charset: Charset, text: str, place: int) -> int:
    """How many code points of a text are written as one code at a place, 0 for none."""
    cell, size = _encoded(charset, text, place)
    return 0 if cell & NO_CODE == NO_CODE else size


def _encoded(charset: Charset, text: str, place: int) -> tuple[int, int]:
    """The encode cell of the longest character at a place, and its code points."""
    node = ord(text[place])
    cell = int(charset.encode[node]) if node < len(charset.encode) else ABSENT
    best, taken = cell & ~OPENS, 1
    for size, point in enumerate(map(ord, text[place + 1 :]), 2):
        edge = node << SECOND | point
        at = int(np.searchsorted(charset.sequences, np.uint64(edge)))
        opens = cell != ABSENT and cell & OPENS and at < len(charset.sequences)
        if not opens or int(charset.sequences[at]) != edge:
            break
        cell, node = int(charset.sequence_codes[at]), NODE + at
        if cell & NO_CODE != NO_CODE:
            best, taken = cell & ~OPENS, size
    return best, taken
