"""Texts too long for their field → texts that fit, cut between two characters.

Only for fields that ask for it (`overflow: cut`), and never without a word: each is FLD-023.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np

from converters import status as outcome
from converters.columns import Ints, Status, Text
from converters.kinds.spellings import patched, views

__all__ = ["shortened"]

Encode = Callable[[Text], tuple[Text, Status]]

SELECTORS = (0xFE00, 0xFE0F), (0xE0100, 0xE01EF)


def shortened(column: Text, width: int, encode: Encode) -> tuple[Text, Status]:
    """The column encoded, values of more than `width` bytes without their last characters.

    Overlong values are few: a Python loop over them alone is what a kernel would cost to compile.
    """
    found, status = encode(column)
    rows = _overlong(found, status, width)
    status[rows] = outcome.CUT
    texts = [column.value(int(row)).decode() for row in rows]
    while len(rows):
        texts = [_without_last(text) for text in texts]
        again, judged = encode(views([text.encode() for text in texts]))
        long = np.isin(np.arange(len(rows)), _overlong(again, judged, width))
        found = patched(found, rows[~long], again, np.flatnonzero(~long))
        texts = [text for text, still in zip(texts, long, strict=True) if still]
        rows = rows[long]
    return found, status


def _overlong(found: Text, status: Status, width: int) -> Ints:
    return np.flatnonzero((found.lengths > width) | (status == outcome.SHIFT_OVERFLOW))


def _without_last(text: str) -> str:
    """A text without its last character; selectors and marks go with the one they belong to."""
    while len(text) > 1 and _belongs_to_another(text[-1]):
        text = text[:-1]
    return text[:-1]


def _belongs_to_another(character: str) -> bool:
    point = ord(character)
    return unicodedata.combining(character) > 0 or any(a <= point <= b for a, b in SELECTORS)
