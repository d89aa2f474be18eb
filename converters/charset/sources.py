"""Charset name → its codes, from the shipped tables and from what their makers published.

The tables and where each comes from: converters/data/charsets/README.md. The host codes of
Fujitsu, Hitachi and NEC are JIS X 0208 at another place, shift codes, spaces and a user's area;
what else their makers added was never published and comes from a table of the user (`tables`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from converters.charset.cells import Rows
from converters.charset.policy import PAIRS, Policy

__all__ = ["HOSTS", "IBM", "MARKS", "ebcdic", "host", "ibm", "iso2022", "stored"]

Ints = npt.NDArray[np.int64]

USER: Final = 0xE000
"""Where user-defined areas lie in Unicode, by convention."""

IBM: Final = {
    "cp037": ("037", ""),
    "cp1027": ("1027", ""),
    "cp1390": ("290e", "16684"),
    "cp1399": ("1027e", "16684"),
    "cp16684": ("", "16684"),
    "cp290": ("290", ""),
    "cp300": ("", "300"),
    "cp930": ("290", "300"),
    "cp939": ("1027", "300"),
}
"""IBM's charsets: their single-byte and double-byte tables."""

HOSTS: Final = {
    "jef-ebcdic": ("jef", "ebcdic"),
    "jef-ebcdik": ("jef", "ebcdik"),
    "jef-jis8": ("jef", "jis8"),
    "jips-e": ("jips-e", "nec"),
    "jips-j": ("jips-j", "jis8"),
    "keis78": ("keis78", "hitachi"),
    "keis78-ebcdic": ("keis78", "ebcdic"),
    "keis83": ("keis83", "hitachi"),
    "keis83-ebcdic": ("keis83", "ebcdic"),
}
"""The other makers' charsets: their double-byte and single-byte parts."""

DOUBLE: Final = 1
MARKS: Final[dict[str, tuple[tuple[bytes, int], ...]]] = {
    "ibm": ((b"\x0e", DOUBLE), (b"\x0f", 0)),
    "iso-2022-jp": (
        (b"\x1b(B", 0),
        (b"\x1b(J", 1),
        (b"\x1b(I", 2),
        (b"\x1b$B", 3),
        (b"\x1b$@", 3),
    ),
    "jef": ((b"\x28", DOUBLE), (b"\x38", DOUBLE), (b"\x30\xe2", DOUBLE), (b"\x29", 0)),
    "jef-jis8": ((b"\x1b\x6d", DOUBLE), (b"\x1b\x6e", 0)),
    "jips-e": ((b"\x3f\x75", DOUBLE), (b"\x3f\x76", 0)),
    "jips-j": ((b"\x1a\x70", DOUBLE), (b"\x1a\x71", 0)),
    "keis": ((b"\x0a\x42", DOUBLE), (b"\x0a\x41", 0)),
}
"""Shift codes and the state they open; of several for one state the first is written.

JEF's three kanji-in codes stand for 12, 9 and 7 point characters."""

# Katakana of EBCDIK, U+FF61 on: the places are those of IBM's page 290.
KATAKANA: Final = bytes.fromhex(
    "41424344454647484951525354555658"
    "8182838485868788898A8C8D8E8F9091929394959697"
    "98999A9D9E9FA2A3A4A5A6A7A8A9AAACADAEAFBABBBCBDBEBF"
)
# Lower-case letters where a katakana table has room for them (Hitachi's link to PCs).
SMALL: Final = bytes.fromhex(
    "5962636465666768697071727374757677788 08B9B9CA0ABB0B1".replace(" ", "")
)
# The EBCDIC code of each code of JIS8, by which NEC turns JIPS(J) into JIPS(E) byte by byte.
JIS8_TO_EBCDIC: Final = bytes.fromhex(
    "00010203372D2E2F1605150B0C0D0E0F101112133C3D322618193F271C1D1E1F"
    "404F7F7BE06C507D4D5D5C4E6B604B61F0F1F2F3F4F5F6F7F8F97A5E4C7E6E6F"
    "7CC1C2C3C4C5C6C7C8C9D1D2D3D4D5D6D7D8D9E2E3E4E5E6E7E8E94A5B5A5F6D"
    "79818283848586878889919293949596979899A2A3A4A5A6A7A8A9C06AD0A107"
    "202122232425061728292A2B2C090A1B30311A333435360838393A3B04143EE1"
    "41424344454647484951525354555657585962636465666768697071727374 75"
    "767778808A8B8C8D8E8F909A9B9C9D9E9FA0AAABACADAEAFB0B1B2B3B4B5B6B7"
    "B8B9BABBBCBDBEBFCACBCCCDCECFDADBDCDDDEDFEAEBECEDEEEFFAFBFCFDFEFF".replace(" ", "")
)
FULL_WIDTH: Final = {0xA2: 0xFFE0, 0xA3: 0xFFE1, 0xAC: 0xFFE2}
"""Where single bytes hold ¢ £ ¬ themselves, the double-byte ones are the full-width forms."""
FUJITSU: Final = {0x4A: "£", 0x4F: "|", 0x5A: "!", 0x5F: "¬", 0x6A: "¦", 0xA1: "‾"}
HITACHI: Final = {0x4A: "[", 0x4F: "!", 0x5A: "]", 0x5F: "^", 0x6A: "|", 0xA1: "~"}
"""Where the makers' EBCDIC differ from each other. 5B is the backslash or yen sign in both."""


@cache
def _file(name: str) -> dict[str, npt.NDArray[np.int64]]:
    """The arrays of one shipped file."""
    with (files("converters") / "data" / "charsets" / f"{name}.npz").open("rb") as stream:
        packed = np.load(stream)
        return {key: packed[key].astype(np.int64) for key in packed.files}


def stored(name: str, table: str, state: int = 0) -> Rows:
    """A shipped table, in the order of its codes."""
    found = _file(name)
    codes, points, seconds = (
        np.cumsum(found[f"{table}.{key}"]) for key in ("codes", "points", "seconds")
    )
    rows = Rows.of(codes, points, state, seconds[:, None])
    return replace(rows, late=np.isin(codes, found[f"{table}.late"]))


def ibm(name: str) -> Rows:
    """The codes of an IBM charset. Double-byte state is 1."""
    single, double = IBM[name]
    parts = [stored("ibm", single)] if single else []
    parts += [stored("ibm", double, DOUBLE)] if double else []
    if len(parts) > 1:
        return parts[0] + parts[1]
    # The euro sign of 16684 is written as a single byte only where there are single bytes.
    return replace(parts[0], late=parts[0].late & False)


def jis() -> Rows:
    """JIS X 0208 by its codes 2121-7E7E."""
    rows = stored("jis", "euc-jp")
    rows = rows.take((rows.codes >= 0xA1A1) & (rows.codes < 1 << 16))
    return Rows.of(rows.codes - 0x8080, rows.points)


def iso2022() -> Rows:
    """ASCII, JIS X 0201 Roman and katakana, JIS X 0208, in states 0 to 3."""
    ascii, roman, kana = np.arange(0x80), np.arange(0x21, 0x7F), np.arange(0x21, 0x60)
    ascii = ascii[ascii != 0x1B]
    yen = np.where(roman == 0x5C, 0xA5, np.where(roman == 0x7E, 0x203E, roman))
    wide = jis()
    return (
        Rows.of(ascii, ascii)
        + Rows.of(roman, yen, 1)
        + Rows.of(kana, kana + (0xFF61 - 0x21), 2)
        + Rows.of(wide.codes, wide.points, 3)
    )


def host(name: str, policy: Policy) -> Rows:
    """The codes of a charset of Fujitsu, Hitachi or NEC. Double-byte state is 1."""
    double, single = HOSTS[name]
    wide = _old_pairs(jis()) if _by_glyph(double, policy) else jis()
    if double.startswith("jips"):
        wide = _jips(wide)
        if double == "jips-e":
            wide = _bytewise(wide)
    else:
        wide = _shifted(wide, 0x81 if double.startswith("keis") else 0x80)
    if double == "keis78":
        wide = _keis78(wide)
    narrow = ebcdic(single)
    for point, full in FULL_WIDTH.items():
        if point in narrow.points:
            wide.points[wide.points == point] = full
    return narrow + Rows.of(wide.codes, wide.points, DOUBLE)


def _by_glyph(double: str, policy: Policy) -> bool:
    """JEF, KEIS78 and JIPS have the shapes of 1978 unless the layout says otherwise."""
    return double != "keis83" and policy.kanji78 != "position"


def _old_pairs(rows: Rows) -> Rows:
    """The 22 pairs as JIS C 6226:1978 had them."""
    points = rows.points.copy()
    for pair in PAIRS:
        one, other = map(ord, pair)
        a, b = points == one, points == other
        points[a], points[b] = other, one
    return replace(rows, points=points)


def _area(leads: range, first: int) -> Rows:
    """A user-defined area: 94 cells for each lead byte."""
    codes = np.array([lead << 8 | trail for lead in leads for trail in range(0xA1, 0xFF)])
    return Rows.of(codes, first + np.arange(len(codes)))


def _shifted(rows: Rows, user: int) -> Rows:
    """JIS + 8080, the space 4040 before A1A1, and a user's area from `user` A1 to A0FE."""
    space = Rows.of(np.array([0x4040]), np.array([0x3000]))
    return space + Rows.of(rows.codes + 0x8080, rows.points) + _area(range(user, 0xA1), USER)


def _jips(rows: Rows) -> Rows:
    """JIS at its own place, user's areas 7421-7E7E and E0A1-FEFE."""
    low = _area(range(0xF4, 0xFF), USER)
    low = Rows.of(low.codes - 0x8080, low.points)
    return rows.take(rows.codes < 0x7421) + low + _area(range(0xE0, 0xFF), USER + len(low.codes))


def _bytewise(rows: Rows) -> Rows:
    """JIPS(J) → JIPS(E)."""
    table = np.frombuffer(JIS8_TO_EBCDIC, np.uint8).astype(np.int64)
    return Rows.of(table[rows.codes >> 8] << 8 | table[rows.codes & 0xFF], rows.points)


def _keis78(rows: Rows) -> Rows:
    """KEIS78 has ⊂ and ⊃ the other way round, and ruled lines at places not published."""
    points = rows.points.copy()
    a, b = rows.codes == 0xA2BE, rows.codes == 0xA2BF
    points[a], points[b] = rows.points[b], rows.points[a]
    return Rows.of(rows.codes, points).take((rows.codes < 0xA8A1) | (rows.codes > 0xA8FE))


def ebcdic(kind: str) -> Rows:
    """A single-byte part: ebcdic, ebcdik, hitachi, nec, jis8."""
    kana = np.arange(0xFF61, 0xFFA0)
    codes = np.arange(0x80)
    jis8 = Rows.of(codes, codes) + Rows.of(np.arange(0xA1, 0xE0), kana)
    if kind == "jis8":
        return jis8
    table = np.frombuffer(JIS8_TO_EBCDIC, np.uint8).astype(np.int64)
    if kind == "nec":
        return Rows.of(table[jis8.codes], jis8.points)
    low = np.arange(0xA0)
    controls = Rows.of(table[low], low).take((low < 0x20) | (low >= 0x7F))
    controls = controls.take((controls.codes < 0x40) | (controls.codes == 0xFF))
    plain = np.array([c for c in range(0x20, 0x7F) if chr(c) not in "!|[]^~" and c not in SMALLS])
    special = HITACHI if kind == "hitachi" else FUJITSU
    found = controls + Rows.of(table[plain], plain)
    found = found + Rows.of(np.array(list(special)), np.array([ord(c) for c in special.values()]))
    letters = np.array(list(SMALLS))
    if kind == "ebcdic":
        return found + Rows.of(table[letters], letters)
    if kind == "hitachi":
        found = found + Rows.of(np.frombuffer(SMALL, np.uint8).astype(np.int64), letters)
    return found + Rows.of(np.frombuffer(KATAKANA, np.uint8).astype(np.int64), kana)


SMALLS: Final = range(ord("a"), ord("z") + 1)
