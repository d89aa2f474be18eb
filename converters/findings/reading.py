"""Bytes of values → text for people, in which no byte is lost.

Only messages are decoded here; data goes through `kinds`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

from converters.charset import NAMES, Charset, code, load, read

__all__ = ["BYTE", "Decoder", "decoder"]

BYTE: Final = 0x10FF00
"""This private character plus a byte stands for a byte that is no character."""

CODECS: Final = ("cp932", "shift_jis", "utf-8")
"""Charsets that a codec of Python reads for people as well as our tables do."""

BETWEEN: Final = b"\n"
"""Stands between values that are read together. In the charsets of `CODECS` it is never a part of
another character, so a value that is cut off does not run into the next one."""

LOOSE: Final = {0x80: 0x80, 0xA0: 0xA0, 0xF8F0: 0xA0, 0xF8F1: 0xFD, 0xF8F2: 0xFE, 0xF8F3: 0xFF}
"""What Python's cp932 makes of single bytes that the encoding does not have."""


LOOSE_ONES: Final = re.compile(f"[{''.join(map(chr, LOOSE))}]")


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads values as text; bytes that are no character are kept (`BYTE`).

    `has_state` where what a byte means may depend on those before it; such values are read one by
    one.
    """

    read: Callable[[bytes], str]
    has_state: bool = True

    def __call__(self, value: bytes) -> str:
        return self.read(value)

    def all(self, values: Sequence[bytes]) -> list[str]:
        """Many values; a codec takes as long for a call as for a hundred characters."""
        joined = BETWEEN.join(values)
        if self.has_state or not values or joined.count(BETWEEN) >= len(values):
            return [self.read(value) for value in values]
        return self.read(joined).split(BETWEEN.decode())


@cache
def decoder(charset: str, gaiji: str = "", coded: bool = False) -> Decoder:
    """The decoder of a charset. `gaiji` are those that the layout's table has a character for; with
    `coded` the others are kept as the bytes of their codes."""
    plain = NAMES[charset.lower()] in CODECS and not gaiji
    read = _by_codec(charset) if plain else partial(_by_table, load(charset, gaiji=gaiji))
    codes = _gaiji_codes(charset) if coded else {}
    if not codes:
        return Decoder(read, not plain)
    return Decoder(lambda value: read(value).translate(codes), not plain)


def _by_codec(charset: str) -> Callable[[bytes], str]:
    codecs.register_error("converters.findings", _keep_bytes)

    def decode(value: bytes) -> str:
        text = value.decode(charset, "converters.findings")
        return LOOSE_ONES.sub(_kept, text) if charset == "cp932" else text

    return decode


def _kept(found: re.Match[str]) -> str:
    return chr(BYTE + LOOSE[ord(found.group())])


@cache
def _gaiji_codes(charset: str) -> dict[int, str]:
    """Private characters and the bytes of the gaiji they stand for."""
    encode = load(charset).encode
    points = range(0xE000, min(0xF900, len(encode)))
    codes = {point: code(encode, point) for point in points}
    return {
        point: "".join(chr(BYTE + byte) for byte in found)
        for point, found in codes.items()
        if len(found) > 1
    }


def _by_table(charset: Charset, value: bytes) -> str:
    """What our own tables make of a value. Behind a fault the shift state begins anew."""
    found = ""
    while True:
        try:
            return found + read(charset, value)
        except UnicodeDecodeError as fault:
            bad = value[fault.start : fault.end]
            found += read(charset, value[: fault.start])
            found += "".join(chr(BYTE + byte) for byte in bad)
            value = value[fault.end :]


def _keep_bytes(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeDecodeError)
    bad = problem.object[problem.start : problem.end]
    return "".join(chr(BYTE + byte) for byte in bad), problem.end
