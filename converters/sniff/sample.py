"""The beginning of a file → its text in one charset, with line ends that a reader of rows knows."""

from __future__ import annotations

import re
from typing import Final

from converters import charset
from converters.charset import Charset

__all__ = ["Sample", "take", "terminator"]

TEXT: Final = 1 << 18
"""Bytes that are read as rows; a quarter of them where they go code by code through shifts."""

LINE: Final = re.compile(rb"[^\n]*\n|[^\n]+")
HOST_LINE: Final = re.compile(rb"[^\x15\x25]*[\x15\x25]|[^\x15\x25]+")
HOST_ENDS: Final = {"crlf": b"\x0d\x25", "lf": b"\x25", "nl": b"\x15"}

Sample = tuple[str, bool]
"""A text, and whether it is that of the whole file."""


def take(script: Charset, body: bytes, size: int) -> Sample | None:
    """The sample as text, None where there is no line end in it; `size` is that of the file's body.

    A line that does not decode shows what is left of it in ASCII or EBCDIC.
    """
    data = body[: TEXT if script.structure != "shifted" else TEXT >> 2]
    text = _text(script, data)
    if script.ebcdic:
        text = text.replace("\x85", "\n")
    return (text, size <= len(data)) if "\n" in text else None


def _text(script: Charset, data: bytes) -> str:
    if script.unicode or script.structure == "utf-16":
        return data.decode(script.name, "replace")
    if script.ebcdic and not re.search(rb"[\x15\x25]", data):
        return ""
    try:
        return charset.read(script, data)
    except UnicodeDecodeError:
        lines = (HOST_LINE if script.ebcdic else LINE).findall(data)
        return "".join(_line(script, line) for line in lines)


def _line(script: Charset, line: bytes) -> str:
    try:
        return charset.read(script, line)
    except UnicodeDecodeError:
        return line.decode("cp037" if script.ebcdic else "ascii", "replace")


def terminator(script: Charset, body: bytes, text: str) -> str:
    """The commonest line end: crlf, lf or nl."""
    if script.ebcdic:
        data = body[: TEXT >> 2]
        count = {name: data.count(end) for name, end in HOST_ENDS.items()}
    else:
        count = {"crlf": text.count("\r\n"), "lf": text.count("\n")}
    count["lf"] -= count["crlf"]
    return max(count, key=lambda name: count[name])
