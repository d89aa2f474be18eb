"""Half-width characters ↔ full-width characters: kana, with their marks, and ASCII.

The tables are our own, never Unicode normalisation: only what they name changes, and what changed
comes back. See `rewrite` for how columns come and go.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.memory import load32, store32
from converters.kernels.views import INLINE, put

__all__ = ["FULL", "HALF", "MARKS", "narrow", "widen"]


HALF: Final = "".join(map(chr, range(0xFF61, 0xFFA0)))
FULL: Final = (
    "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ"
    "ハヒフヘホマミムメモヤユヨラリルレロワン゛゜"
)
"""The full-width partner of each half-width character of kana text, in the same order."""
MARKS: Final = (
    (
        "カキクケコサシスセソタチツテトハヒフヘホウワヲ",
        "ガギグゲゴザジズゼゾダヂヅデドバビブベボヴヷヺ",
    ),
    ("ハヒフヘホ", "パピプペポ"),
)
"""Kana and what they become with a dakuten, and with a handakuten."""


def _packed(character: str) -> int:
    """The three UTF-8 bytes of a character as a little-endian number."""
    return int.from_bytes(character.encode(), "little")


def _tables() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Full-width bytes, bytes after merging a mark, and the way back; see the names below."""
    single = np.zeros(64, np.uint32)
    merged = np.zeros(3 * 64, np.uint32)
    narrowed = np.zeros(256, np.uint32)
    for place, character in enumerate(FULL, 1):
        single[place] = _packed(character)
        narrowed[ord(character) & 0xFF] = place
    for mark, (plain, marked) in enumerate(MARKS, 1):
        for before, after in zip(plain, marked, strict=True):
            place = FULL.index(before) + 1
            merged[64 * mark + place] = _packed(after)
            narrowed[ord(after) & 0xFF] = place | mark << 8
    return single, merged, narrowed


# SINGLE[p]: full-width bytes of half-width kana p (1 is U+FF61). MERGED[64 m + p]: the same with
# mark m (1 dakuten, 2 handakuten), 0 where p takes no such mark. NARROWED[c]: p, and the mark in
# bits 8-9, for U+3000 + c; 0 where there is no half-width form.
SINGLE, MERGED, NARROWED = _tables()
HALVES = np.array([0, *map(_packed, HALF)], np.uint32)
DAKUTEN: Final = 62
"""The place of ﾞ; ﾟ is the next."""


@njit(cache=True, nogil=True)
def _mark(half: np.int64) -> np.int64:
    """1 for ﾞ, 2 for ﾟ, 0 for all other kana."""
    return half - DAKUTEN + 1 if half >= DAKUTEN else np.int64(0)


@njit(cache=True, nogil=True)
def widen(
    pool: Bytes, bounds: Ints, kana: bool, alnum: bool, views: Views, out: Bytes, flags: Bytes
) -> int:
    """Half-width characters → full-width, kana merged with their marks. Flag 1: had wide ones.

    `out` needs three bytes per byte of the column.
    """
    rows, used = len(flags), 0
    for row in range(rows):
        place, stop = bounds[row], bounds[row + 1]
        at = used
        before = 0
        mixed = False
        while place < stop:
            word = np.int64(load32(pool, place))
            lead = word & 255
            bits = word >> 2 & 0xFC0 | word >> 16 & 63
            half = bits - 0xF60
            if lead == 0xEF and kana and 0 < half < 64:
                joined = MERGED[np.uint64(_mark(half) * 64 + before)]
                # Without branches: whether a mark follows is as good as random.
                back = np.int64(joined != 0)
                at -= 3 * back
                store32(out, at, joined | SINGLE[np.uint64(half * (1 - back))])
                at += 3
                place += 3
                before = half
                continue
            before = 0
            if lead < 0x80:
                if alnum and 0x20 <= lead < 0x7F:
                    code = 0xFEE0 + lead if lead > 0x20 else 0x3000
                    store32(out, at, 0xE0 | code >> 12 | (0x80 | code >> 6 & 63) << 8)
                    out[at + 2] = 0x80 | code & 63
                    at += 3
                else:
                    out[at] = lead
                    at += 1
                place += 1
                continue
            if lead == 0xE3:
                if bits < 256:
                    mixed |= (kana and NARROWED[bits] != 0) or (alnum and bits == 0)
            elif lead == 0xEF:
                mixed |= alnum and 0xF00 < bits < 0xF5F
            store32(out, at, word)
            size = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            at += size
            place += size
        flags[row] = mixed
        put(views, row, out, used, at - used)
        if at - used > INLINE:
            used = at
    return used


@njit(cache=True, nogil=True)
def narrow(
    pool: Bytes, bounds: Ints, kana: bool, alnum: bool, views: Views, out: Bytes, flags: Bytes
) -> int:
    """Full-width characters → half-width. Flag 1: the value would not come back by `widen`.

    `out` needs two bytes per byte of the column.
    """
    rows, used = len(flags), 0
    for row in range(rows):
        place, stop = bounds[row], bounds[row + 1]
        at = used
        before = 0
        mixed = False
        while place < stop:
            word = np.int64(load32(pool, place))
            lead = word & 255
            bits = word >> 2 & 0xFC0 | word >> 16 & 63
            found = NARROWED[bits & 255] if kana and lead == 0xE3 and bits < 256 else np.uint32(0)
            if found:
                half = np.int64(found & np.uint32(63))
                mark = np.int64(found >> np.uint32(8))
                mixed |= MERGED[_mark(half) * 64 + before] != 0
                store32(out, at, HALVES[half])
                store32(out, at + 3, HALVES[DAKUTEN - 1 + mark])
                at += 6 if mark else 3
                place += 3
                before = 0 if mark else half
                continue
            before = 0
            size = 1 if lead < 0x80 else 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            if alnum and lead == 0xE3 and bits == 0:
                out[at] = 0x20
                at += 1
            elif alnum and lead == 0xEF and 0xF00 < bits < 0xF5F:
                out[at] = bits - 0xEE0
                at += 1
            else:
                mixed |= kana and lead == 0xEF and 0xF60 < bits < 0xFA0
                mixed |= alnum and 0x20 <= lead < 0x7F
                store32(out, at, word)
                at += size
            place += size
        flags[row] = mixed
        put(views, row, out, used, at - used)
        if at - used > INLINE:
            used = at
    return used
