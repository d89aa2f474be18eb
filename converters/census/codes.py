"""A row of a tally → the code's bytes, its character, its class, and whether it returns.

The class says where a code belongs, as the catalogues of characters are divided: by the code where
a maker added rows of its own (CP932, eucJP-ms), by the character everywhere else, so that the same
kanji is of the same level in the files of all vendors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from converters import charset
from converters.charset import Charset
from converters.charset.policy import WAVES
from converters.kernels import census as kernels

__all__ = [
    "CLASSES",
    "PLUS",
    "Code",
    "is_control",
    "is_ideograph",
    "is_private",
    "is_selector",
    "of",
]

CLASSES: Final = (
    "undecodable",
    "half-character",
    "unassigned",
    "shift",
    "control",
    "user-defined",
    "mj-plus",
    "ascii",
    "half-width-kana",
    "single-byte",
    "symbol",
    "level-1",
    "level-2",
    "level-3",
    "level-4",
    "nec-row-13",
    "nec-selected",
    "ibm-extension",
    "jis-x-0212",
    "ideograph",
    "variant",
    "selector",
    "other",
)
"""Every class:

undecodable     a byte that is part of no code
half-character  the first byte of a code whose others are missing
unassigned      a code of two or three bytes without a character
shift           a shift code where none should be, or a byte of one
control         a control character
user-defined    gaiji: a character of a private use area
mj-plus         plane 16, where 行政事務標準文字 has the characters that it adds to Unicode
ascii           letters, digits and signs of ASCII
single-byte     other characters in one byte
symbol          what JIS X 0208 and JIS X 0213 have that is no kanji
level-1 to -4   kanji of JIS X 0208 (1, 2) and JIS X 0213 (3, 4)
ideograph       other kanji of Unicode
variant         a character with a variation selector
selector        a variation selector where no character stands before it
"""

JIS: Final = {microsoft: jis for jis, microsoft in WAVES.items()} | {0x2014: 0x2015}
"""Characters that vendors write for one of JIS: the wave-dash family and the dash."""

IDEOGRAPHS: Final = ((0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFD))
PRIVATE: Final = ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD))
PLUS: Final = 0x100000
SELECTORS: Final = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a charset. `text` is empty where it has no character; `returns` tells whether its
    character is written with the same bytes."""

    bytes: bytes
    text: str
    kind: str
    returns: bool


def of(script: Charset, row: int) -> Code:
    """The code of a row of the charset's tally."""
    if not len(script.double):
        return _of_unicode(script, row)
    singles = kernels.BYTES * (script.shifts.double + 1)
    if row < singles:
        state, byte = divmod(row, kernels.BYTES)
        return _of_single(script, state, byte)
    number = row - singles
    size = 2 if number < kernels.PAIRS else 3
    code = number.to_bytes(2, "big") if size == 2 else _lead3(script) + _low(number)
    state = script.shifts.double if script.structure == "shifted" else 0
    if code in (
        mark.to_bytes(length, "little") for mark, length, _ in script.shifts.marks.tolist()
    ):
        return Code(code, "", "shift", False)
    text, returns = _read(script, state, code)
    return Code(code, text, _kind(script, code, text), returns)


def _of_unicode(script: Charset, row: int) -> Code:
    if row >= kernels.VARIANTS:
        point, selector = divmod(row - kernels.VARIANTS, kernels.BYTES)
        text = chr(point) + chr(selector + (0xFE00 if selector < 16 else 0xE0100 - 16))
        return Code(text.encode(script.name), text, "variant", True)
    if row >= kernels.POINTS:
        return Code(bytes([row - kernels.POINTS]), "", "undecodable", False)
    text = chr(row)
    if 0xD800 <= row < 0xE000:
        return Code(text.encode(script.name, "surrogatepass"), "", "undecodable", False)
    code = text.encode(script.name)
    return Code(code, text, _class(text, one=len(code) == 1), True)


def _of_single(script: Charset, state: int, byte: int) -> Code:
    """A single byte. In double-byte state it is half a character; one of a set that a shift code
    opens (ISO-2022-JP) stands behind that shift code."""
    code = bytes([byte])
    wide = script.structure == "shifted" and state == script.shifts.double
    cell = script.single[kernels.BYTES * state + byte]
    if wide or cell in (charset.LEAD, charset.LEAD3):
        return Code(code, "", "half-character", False)
    if cell == charset.SHIFT:
        return Code(code, "", "shift", False)
    text, returns = _read(script, state, code)
    shown = _mark(script, state) + code if state > 0 else code
    return Code(shown, text, _class(text, one=True) if text else "undecodable", returns)


def _lead3(script: Charset) -> bytes:
    """The byte that opens the charset's codes of three bytes."""
    (leads,) = (script.single[: kernels.BYTES] == charset.LEAD3).nonzero()
    return bytes([int(leads[0])])


def _low(number: int) -> bytes:
    return (number - kernels.PAIRS).to_bytes(2, "big")


def _mark(script: Charset, state: int) -> bytes:
    """The shift code that opens a state, the first of several."""
    marks = script.shifts.marks.tolist()
    return next(int(mark).to_bytes(size, "little") for mark, size, to in marks if to == state)


def _read(script: Charset, state: int, code: bytes) -> tuple[str, bool]:
    """The character of a code, and whether it is written with the same code."""
    begin = script.shifts.initial
    before, after = b"", b""
    if state != begin:
        before, after = _mark(script, state), _mark(script, begin)
    try:
        text = charset.read(script, before + code)
    except UnicodeDecodeError:
        return "", False
    try:
        return text, charset.write(script, text) == before + code + after
    except UnicodeEncodeError:
        return text, False


def _kind(script: Charset, code: bytes, text: str) -> str:
    """The class of a code of two or three bytes."""
    if not text:
        return "unassigned"
    found = _class(text, one=False)
    if found in ("user-defined", "control"):
        return found
    if script.name == "cp932":
        return {0x87: "nec-row-13", 0xED: "nec-selected", 0xEE: "nec-selected"}.get(
            code[0], "ibm-extension" if code[0] >= 0xFA else found
        )
    if script.name == "eucjp-ms":
        rows = {b"\xad": "nec-row-13", b"\x8f\xf3": "ibm-extension", b"\x8f\xf4": "ibm-extension"}
        return rows.get(code[:-1], found)
    return found


def _class(text: str, one: bool) -> str:
    """The class of a character; `one` tells that it is a single byte."""
    point = ord(text[0])
    if len(text) > 1 and is_selector(ord(text[-1])):
        return "variant"
    if is_control(point):
        return "control"
    if is_private(point):
        return "mj-plus" if point >= PLUS else "user-defined"
    if point < 0x7F:
        return "ascii"
    if 0xFF61 <= point <= 0xFF9F:
        return "half-width-kana"
    if one:
        return "single-byte"
    return "selector" if is_selector(point) else _level(text)


def _level(text: str) -> str:
    """The level of a kanji, or what else the character is."""
    text = chr(JIS.get(ord(text), ord(text))) if len(text) == 1 else text
    kanji = is_ideograph(ord(text[0]))
    basic, extended, supplement = _jis()
    if code := _code(basic, text):  # 仝 is a kanji that stands among the symbols
        return "symbol" if code[0] < 0xB0 else "level-1" if code[0] < 0xD0 else "level-2"
    if code := _code(extended, text):
        return "symbol" if not kanji else "level-4" if code[0] >= 0xF0 else "level-3"
    if _code(supplement, text):
        return "jis-x-0212"
    return "ideograph" if kanji else "other"


@cache
def _jis() -> tuple[Charset, Charset, Charset]:
    """JIS X 0208, JIS X 0213 and JIS X 0212 (with 0208), each in a charset that has it."""
    return charset.load("iso-2022-jp"), charset.load("shift_jis-2004"), charset.load("euc-jp")


def _code(script: Charset, text: str) -> bytes:
    """The code of a character, shift codes left out; empty where it has none."""
    try:
        code = charset.write(script, text)
    except UnicodeEncodeError:
        return b""
    if script.name == "iso-2022-jp":
        return bytes(byte | 0x80 for byte in code[3:5]) if code[:3] == b"\x1b$B" else b""
    return code


def is_control(point: int) -> bool:
    """Whether a code point is a control character."""
    return point < 0x20 or 0x7F <= point < 0xA0


def is_ideograph(point: int) -> bool:
    """Whether a code point is a kanji."""
    return any(first <= point <= last for first, last in IDEOGRAPHS)


def is_private(point: int) -> bool:
    """Whether a code point belongs to nobody: its meaning is agreed upon elsewhere."""
    return any(first <= point <= last for first, last in PRIVATE)


def is_selector(point: int) -> bool:
    """Whether a code point only chooses a form of the character before it."""
    return any(first <= point <= last for first, last in SELECTORS)
