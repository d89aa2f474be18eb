"""How systems write the sign of a decimal number: zones of zoned digits, nibbles of packed ones.

A rule is named (`ibm`) or written out as three groups of nibbles, `zone:plus:minus`, the first of
each group being the one that is written: `F:CAEF:DB`. The field's rule holds before the layout's,
and the layout's before that of the system whose characters the file has.

Sources: IBM Enterprise COBOL, "Sign representation of zoned and packed-decimal data"; Micro Focus
COBOL, numeric sign of DISPLAY items (ASCII); GnuCOBOL, runtime display of signs; Fujitsu NetCOBOL,
internal form of external decimal items.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from converters.charset import Charset
from converters.columns import Bytes
from converters.kernels.zoned import MINUS, PLUS
from converters.model import Field, Layout

__all__ = ["RULES", "Signs", "packed_signs", "sign_bytes", "sign_meanings", "zoned_signs"]


@dataclass(frozen=True, slots=True)
class Signs:
    """Nibbles of a sign: `zone` of a number without one, those that are plus, those that are minus.

    `letters` is given where a sign byte is no zone and digit: the bytes of +0 to +9 and -0 to -9.
    """

    zone: int
    plus: tuple[int, ...]
    minus: tuple[int, ...]
    letters: bytes = b""


def _rule(text: str) -> Signs:
    zone, plus, minus = text.split(":")
    nibbles = [tuple(int(nibble, 16) for nibble in group) for group in (zone, plus, minus)]
    return Signs(nibbles[0][0], nibbles[1], nibbles[2])


HOST: Final = "F:CAEF:DB"

RULES: Final[dict[str, tuple[Signs, Signs]]] = {
    "fujitsu": (_rule("3:43:5"), _rule(HOST)),
    "ibm": (_rule(HOST), _rule(HOST)),
    "ibm-i": (_rule("F:FACE:DB"), _rule("F:FACE:DB")),
    "letters": (Signs(3, (3,), (), b"{ABCDEFGHI}JKLMNOPQR"), _rule(HOST)),
    "microfocus": (_rule("3:3:7"), _rule(HOST)),
    "nec": (_rule(HOST), _rule(HOST)),
    "realia": (_rule("3:3:2"), _rule(HOST)),
}
"""Rule → the signs of zoned and of packed numbers."""


def zoned_signs(field: Field, layout: Layout, charset: Charset) -> Signs:
    """The rule of a zoned field."""
    return _signs(field, layout, charset)[0]


def packed_signs(field: Field, layout: Layout, charset: Charset) -> Signs:
    """The rule of a packed field."""
    return _signs(field, layout, charset)[1]


def _signs(field: Field, layout: Layout, charset: Charset) -> tuple[Signs, Signs]:
    name = field.signs or layout.numbers.signs
    if not name:
        name = "microfocus" if charset.ascii else "ibm"
    if name in RULES:
        return RULES[name]
    return _rule(name), _rule(name)


def sign_meanings(signs: Signs) -> Bytes:
    """What each byte means where a zoned number has its sign (see `kernels.zoned`)."""
    found = np.zeros(256, np.uint8)
    for digit in range(10):
        for zones, meaning in ((signs.minus, MINUS), (signs.plus, PLUS)):
            for zone in zones:
                found[zone << 4 | digit] = meaning | digit
    for place, letter in enumerate(signs.letters):
        found[letter] = (PLUS if place < 10 else MINUS) | place % 10
    return found


def sign_bytes(signs: Signs) -> Bytes:
    """The sign byte of +0 to +9 and of -0 to -9, as it is written."""
    if signs.letters:
        return np.frombuffer(signs.letters, np.uint8)
    zones = (signs.plus[0],) * 10 + (signs.minus[0],) * 10
    return np.array([zone << 4 | place % 10 for place, zone in enumerate(zones)], np.uint8)
