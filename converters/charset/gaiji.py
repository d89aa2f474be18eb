"""A municipality's table of gaiji → rows laid over those of a charset.

A gaiji has no meaning of its own: code F040 is one character in one city and another in the next,
and the same glyph has other codes in other systems. A table therefore says charset, code and
characters, and serves all files of a municipality: each charset takes the entries of its own.
Charsets with the same double bytes (JEF with EBCDIK and with EBCDIC, CP930 and CP939) share them.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import replace
from functools import cache
from typing import Final

import numpy as np

from converters.charset.cells import Mask, Rows
from converters.charset.names import NAMES
from converters.charset.policy import Policy
from converters.charset.sources import HOSTS, IBM
from converters.charset.users import MOST, TableError, characters, is_character

__all__ = [
    "assigned",
    "entry",
    "key",
    "of",
    "read_characters",
    "read_code",
    "read_set",
    "substituted",
]

ENTRY: Final = re.compile(
    r"([^:]+):([0-9A-F]+) (U\+[0-9A-F]+(?: U\+[0-9A-F]+)*)(?: [MG]J[0-9]{6})?"
)
"""Set, code, characters and the name of a glyph, as one line."""

GETA: Final = "〓"

Entry = tuple[str, int, tuple[int, ...]]
"""The set of double bytes, the code, the code points."""

SHIFT_JIS: Final = ("81-9F E0-FC", "40-7E 80-FC")
EUC: Final = ("A1-FE", "A1-FE")
HOST: Final = ("41-FE", "41-FE")
PLACES: Final[dict[str, tuple[str, str]]] = {
    "16684": HOST,
    "300": HOST,
    "cp932": SHIFT_JIS,
    "euc-jp": EUC,
    "eucjp-ms": EUC,
    "iso-2022-jp": ("21-7E", "21-7E"),
    "jef": HOST,
    "jips-e": HOST,
    "jips-j": ("21-7E A1-FE", "21-7E A1-FE"),
    "keis78": HOST,
    "keis83": HOST,
    "shift_jis": SHIFT_JIS,
    "shift_jis-2004": SHIFT_JIS,
}
"""Set of double bytes → where the first and the second byte of its codes lie."""


def entry(line: str) -> Entry:
    """An entry such as `cp932:F040 U+9089 U+E0110`, a glyph's name behind it; TableError where it
    is none."""
    found = ENTRY.fullmatch(line)
    if not found:
        raise TableError(f"{line}: no gaiji; write it as cp932:F040 U+9089 U+E0110")
    codes = read_set(found[1])
    return codes, read_code(codes, found[2]), read_characters(found[3])


def key(codes: str, code: int) -> str:
    """A code of a set as one word."""
    return f"{codes}:{code:04X}"


def read_set(name: str) -> str:
    """The double bytes of a charset; TableError where there are none."""
    known = name.strip().lower()
    found = _double(NAMES.get(known, ""))
    if found in PLACES:
        return found
    if known in NAMES:
        raise TableError(f"{name} has no double-byte codes of its own")
    near = difflib.get_close_matches(known, NAMES, 1, 0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise TableError(f'the charset "{name}" is not known{hint}')


def read_code(codes: str, text: str) -> int:
    """A code in hexadecimal digits; TableError where the set can have no such code."""
    digits = text.strip().upper().removeprefix("0X")
    if not re.fullmatch("[0-9A-F]{4}|[0-9A-F]{6}", digits):
        raise TableError(f'"{text}" is no code: four hexadecimal digits are expected')
    code, (leads, trails) = bytes.fromhex(digits), _places(codes)
    if len(code) == 3 and codes in ("euc-jp", "eucjp-ms") and code[0] == 0x8F:
        code = code[1:]
    if len(code) != 2 or code[0] not in leads or code[1] not in trails:
        raise TableError(f"{codes} can have no code {digits}")
    return int(digits, 16)


@cache
def _places(codes: str) -> tuple[frozenset[int], frozenset[int]]:
    first, second = (
        frozenset(
            byte
            for edges in ranges.split()
            for byte in range(int(edges[:2], 16), int(edges[3:], 16) + 1)
        )
        for ranges in PLACES[codes]
    )
    return first, second


def read_characters(text: str) -> tuple[int, ...]:
    """The code points of `U+9089 U+E0110`; TableError where they are none."""
    if not re.fullmatch(r"U\+[0-9A-F]{4,6}( +U\+[0-9A-F]{4,6})*", text.strip().upper()):
        raise TableError(f'"{text}" is no character: U+XXXX is expected, blanks between several')
    points = characters(text)
    if not all(is_character(point) and not _is_control(point) for point in points):
        raise TableError(f'"{text}" is no character that a text can hold')
    if len(points) > MOST:
        raise TableError(f'"{text}": more than {MOST} code points')
    return points


def _is_control(point: int) -> bool:
    return point < 0x20 or 0x7F <= point < 0xA0


def of(charset: str, table: str) -> tuple[Entry, ...]:
    """The entries of a table, one a line, that are about the double bytes of a charset."""
    entries = map(entry, table.splitlines())
    return tuple(found for found in entries if found[0] == _double(charset))


def assigned(rows: Rows, entries: tuple[Entry, ...], state: int) -> Rows:
    """`rows` with the entries in place of their codes, as the last.

    A character that has a code already keeps it: the gaiji is read and not written. A gaiji whose
    character is still a private one of plane 0 has not been identified.
    """
    if not entries:
        return rows
    codes = np.array([code for _, code, _ in entries], np.int64)
    width = max(len(points) for _, _, points in entries)
    points = np.array([(*own, *[0] * (width - len(own))) for _, _, own in entries], np.int64)
    found = Rows.of(codes, points[:, 0], state, points[:, 1:])
    found = replace(found, gaiji=found.gaiji & (found.points < 1 << 16))
    return rows.take(~np.isin(rows.codes, codes)) + found


def _double(name: str) -> str:
    """The set of double bytes of a charset, which others may share; empty where it has none."""
    if name in HOSTS:
        return HOSTS[name][0]
    return IBM[name][1] if name in IBM else name


def substituted(rows: Rows, decided: Policy) -> Rows:
    """The rows with the substitute for every gaiji that has not been identified, where the layout
    wants that. It is never written in their place."""
    if decided.unmapped != "substitute":
        return rows
    here: Mask = rows.gaiji & (rows.codes > 0xFF)
    points = np.where(here, ord((decided.substitute or GETA)[0]), rows.points)
    rest = np.where(here[:, None], 0, rows.rest)
    return replace(rows, points=points, rest=rest, late=rows.late | here)
