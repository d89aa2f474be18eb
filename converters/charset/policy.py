"""What a layout may decide about characters that vendors write in more than one way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from converters.charset.cells import Rows

__all__ = ["PAIRS", "Policy", "decided"]


@dataclass(frozen=True, slots=True)
class Policy:
    """The choices of one layout; empty means what the charset itself says.

    prefer     which of several codes is written: JIS X 0208 before NEC row 13 before IBM's
               extensions (windows), or NEC-selected before IBM's extensions (nec); as-received
               writes like windows and leaves the rest to the residual
    waves      8160 8161 817C 8191 8192 81CA as ～∥－￠￡￢ (microsoft) or 〜‖−¢£¬ (jis)
    backslash  what the single byte of the yen sign is: `\\` or `¥`
    tilde      what the single byte of the overline is: `~` or `‾`
    controls   control characters: report them, keep them, read them as a space, or refuse
    nul        the same for U+0000
    strays     bytes 80, A0, FD-FF of Shift_JIS: refuse, or keep (U+0080, U+F8F0-U+F8F3, as Windows)
    kanji78    the 22 pairs that JIS X 0208:1983 exchanged: by code position, or by glyph of 1978
    blanks     the host's double-byte space 4040: one wide space, or two narrow ones
    unmapped   gaiji that nobody has identified: keep them as private characters, read them as
               the substitute, or reject them
    """

    prefer: Literal["", "windows", "nec", "as-received"] = ""
    waves: Literal["", "microsoft", "jis"] = ""
    backslash: Literal["", "backslash", "yen"] = ""
    tilde: Literal["", "tilde", "overline"] = ""
    controls: Literal["", "report", "keep", "space", "refuse"] = ""
    nul: Literal["", "report", "keep", "space", "refuse"] = ""
    strays: Literal["", "refuse", "keep"] = ""
    kanji78: Literal["", "position", "glyph"] = ""
    blanks: Literal["", "wide", "narrow"] = ""
    unmapped: Literal["", "keep", "substitute", "reject"] = ""
    substitute: str = ""


WAVES: Final = {
    0x301C: 0xFF5E,
    0x2016: 0x2225,
    0x2212: 0xFF0D,
    0xA2: 0xFFE0,
    0xA3: 0xFFE1,
    0xAC: 0xFFE2,
}
"""The wave-dash family: JIS form → Microsoft form."""

PAIRS: Final = (
    *("鯵鰺", "鴬鶯", "蛎蠣", "撹攪", "竃竈", "潅灌", "諌諫", "頚頸", "砿礦", "蕊蘂", "靭靱"),
    *("賎賤", "壷壺", "砺礪", "梼檮", "涛濤", "迩邇", "蝿蠅", "桧檜", "侭儘", "薮藪", "篭籠"),
)
"""Level-1 and level-2 characters that JIS X 0208:1983 exchanged."""

STRAYS: Final = {0x80: 0x80, 0xA0: 0xF8F0, 0xFD: 0xF8F1, 0xFE: 0xF8F2, 0xFF: 0xF8F3}
YEN: Final = {0x5C: 0xA5}
OVERLINE: Final = {0x7E: 0x203E}


def decided(rows: Rows, policy: Policy, double_space: int) -> Rows:
    """The rows of a charset as the policy has them; `double_space` is the code of U+3000."""
    if policy.waves:
        jis = policy.waves == "jis"
        rows = _renamed(rows, {b: a for a, b in WAVES.items()} if jis else WAVES, 2)
    if policy.backslash:
        yen = policy.backslash == "yen"
        rows = _renamed(rows, YEN if yen else {b: a for a, b in YEN.items()}, 1)
    if policy.tilde:
        line = policy.tilde == "overline"
        rows = _renamed(rows, OVERLINE if line else {b: a for a, b in OVERLINE.items()}, 1)
    if policy.strays == "keep":
        codes, points = np.array(list(STRAYS.items()), np.int64).T
        rows = rows + Rows.of(codes, points)
    if policy.blanks == "narrow":
        here = rows.codes == double_space
        rest = rows.widened(1).rest
        rest[here, 0] = 0x20
        points = np.where(here, 0x20, rows.points)
        rows = replace(rows, points=points, rest=rest, late=rows.late | here)
    return _controls(rows, policy)


def _renamed(rows: Rows, names: dict[int, int], size: int) -> Rows:
    """Codes of one byte, or of more, get other characters; the ones they had lose their code.

    A renamed code goes before others that its new character has.
    """
    points = rows.points.copy()
    narrow = rows.codes < 1 << 8
    changed = np.zeros(len(points), np.bool_)
    for old, new in names.items():
        here = (rows.points == old) & (narrow if size == 1 else ~narrow) & rows.alone
        points[here] = new
        changed |= here
    return replace(rows, points=points).take(np.argsort(~changed, kind="stable"))


def _controls(rows: Rows, policy: Policy) -> Rows:
    """Control characters that are refused have no row; spaces are read only."""
    nul = rows.points == 0
    control = (rows.points < 0x20) | ((rows.points >= 0x7F) & (rows.points < 0xA0))
    for which, choice in ((control & ~nul, policy.controls), (nul, policy.nul)):
        if choice == "space":
            points = np.where(which, 0x20, rows.points)
            rows = replace(rows, points=points, late=rows.late | which)
    refused = np.zeros(len(rows.codes), np.bool_)
    if policy.controls == "refuse":
        refused |= control & ~nul
    if policy.nul == "refuse":
        refused |= nul
    return rows.take(~refused)
