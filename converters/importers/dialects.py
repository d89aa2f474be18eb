"""The rules of COBOL compilers that differ from system to system, and the bytes of an item.

Sources: IBM Enterprise COBOL Language Reference, "SYNCHRONIZED clause" and "Storage sizes of binary
items"; GnuCOBOL, config/*.conf.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from converters.importers.entries import Entry
from converters.importers.pictures import Picture
from converters.importers.source import failure

__all__ = ["DIALECTS", "Dialect", "size"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """`sizes`: the digits that binary fields of each size hold, without and with a sign.

    `align` is the largest boundary that SYNCHRONIZED keeps, `native` the byte order of COMP-5 and
    floats, `float` the style of floats, `signs` the rule of signs that a layout names, empty for
    that of its charset.
    """

    sizes: tuple[tuple[int, int, int], ...]
    align: int
    native: str
    float: str
    signs: str


HALVES: Final = ((2, 4, 4), (4, 9, 9), (8, 18, 18))
BYTES: Final = (
    *((1, 2, 2), (2, 4, 4), (3, 7, 6), (4, 9, 9)),
    *((5, 12, 11), (6, 14, 14), (7, 16, 16), (8, 19, 18)),
)
DIALECTS: Final[dict[str, Dialect]] = {
    "fujitsu": Dialect(HALVES, 8, "little", "ieee", "fujitsu"),
    "gnucobol": Dialect(((1, 2, 2), *HALVES), 8, "little", "ieee", "microfocus"),
    "ibm": Dialect(HALVES, 4, "big", "ibm", ""),
    "microfocus": Dialect(BYTES, 1, "little", "ieee", "microfocus"),
}
"""Compiler → how it stores binary numbers."""

FLOATS: Final = {"float-4": 4, "float-8": 8}
LONGEST: Final = 36
"""Digits of a number that kinds hold, decimals included."""


def size(entry: Entry, usage: str, sign: str, dialect: Dialect) -> int:
    """The bytes of an elementary item with that usage and sign, which it may have inherited."""
    picture = entry.picture
    if usage in FLOATS:
        return FLOATS[usage]
    if usage.startswith("binary-"):
        return int(usage[-1])
    if picture is None:
        raise failure(entry.line, "DEF-061", f"{entry.name or 'FILLER'} has no PICTURE")
    if picture.category != "number":
        if entry.usage not in ("", "display"):
            raise failure(entry.line, "DEF-061", f"USAGE {entry.usage} is for numbers only")
        return picture.size * (2 if picture.category == "wide" else 1)
    if usage in ("binary", "native"):
        return _binary_size(entry, picture, dialect)
    if picture.digits > LONGEST:
        message = f"{picture.digits} digits are too many: a number has {LONGEST} at most"
        hint = "as text with --replacing: PIC X"
        raise failure(entry.line, "DEF-060", message, hint if usage == "display" else "")
    if usage == "packed":
        return picture.digits // 2 + 1
    return picture.digits + (picture.signed and sign.endswith("-separate"))


def _binary_size(entry: Entry, picture: Picture, dialect: Dialect) -> int:
    for bytes_, plain, signed in dialect.sizes:
        if picture.digits <= (signed if picture.signed else plain):
            return bytes_
    most = dialect.sizes[-1][2 if picture.signed else 1]
    message = f"{picture.digits} digits fit no binary field: {most} at most, in 8 bytes"
    raise failure(entry.line, "DEF-060", message)
