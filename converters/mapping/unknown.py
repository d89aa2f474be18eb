"""Dates with unknown parts ↔ the words for them: `1964-07-00` ↔ 昭和３９年７月日不詳.

One value at a time: a file has few different ones. The era is the one the date carries; a date
before all eras has its western year, an unknown year none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from converters.kinds.date import ERAS

__all__ = ["ERA_ROWS", "LETTERS", "Reading", "read", "words"]

LETTERS: Final = "".join(ERAS)
NAMES: Final = tuple(name for name, *_ in ERAS.values())
BEFORE: Final = tuple(before for _, before, *_ in ERAS.values())
FIRST: Final = tuple(first for _, _, first, _ in ERAS.values())
ERA_ROWS: Final = np.array(
    [[FIRST[era], ord(LETTERS[era]), BEFORE[era]] for era in range(len(ERAS))], np.int64
)
"""First day, letter, year before the first: what `kernels.partial` reads dates by."""
FIRST_YEAR: Final = "元"
WIDE: Final = str.maketrans("0123456789", "０１２３４５６７８９")
NARROW: Final = str.maketrans("０１２３４５６７８９", "0123456789")
MET: Final = 1 << 12
"""Dates and words that are remembered: every chunk of a file has the same few."""
WORDS: Final = re.compile(
    rf"(?:({'|'.join(NAMES)})({FIRST_YEAR}|[０-９]{{1,4}})|([０-９]{{1,4}}))?"
    r"年([０-９]{1,2})?月([０-９]{1,2})?日不詳"
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What words say: the date with its letter where it needs one, and the number of its era (0
    for none). `exact` tells whether the date gives these very words."""

    date: str
    era: int
    exact: bool


@lru_cache(MET)
def words(day: int, era: int) -> str:
    """A day as YYYYMMDD, 0 for unknown parts, in the words of an era (1 for 明治, 0 for none)."""
    year, month, date = day // 10000, day // 100 % 100, day % 100
    counted = year - BEFORE[era - 1] if era else year
    number = FIRST_YEAR if era and counted == 1 else _digits(counted)
    name = NAMES[era - 1] if era else ""
    return f"{name}{number}年{_digits(month)}月{_digits(date)}日不詳"


@lru_cache(MET)
def read(text: str) -> Reading | None:
    """The date that words stand for; None when they cannot be read."""
    found = WORDS.fullmatch(text)
    if found is None:
        return None
    name, counted, western, *parts = found.groups()
    era = NAMES.index(name) + 1 if name else 0
    year = _number(western)
    if era:
        year = BEFORE[era - 1] + (1 if counted == FIRST_YEAR else _number(counted))
    month, date = (_number(part) for part in parts)
    if month > 12 or date > 31 or (year and month and date):
        return None
    day = year * 10000 + month * 100 + date
    era = era or _implied(day)
    letter = LETTERS[era - 1] if era != _implied(day) else ""
    return Reading(f"{year:04}-{month:02}-{date:02}{letter}", era, words(day, era) == text)


def _implied(day: int) -> int:
    """The era of the latest day that a date with unknown parts may stand for."""
    latest = day + (0 if day // 100 % 100 else 1200) + (0 if day % 100 else 31)
    return sum(latest >= first for first in FIRST) if day >= 10000 else 0


def _digits(number: int) -> str:
    """Full-width digits; nothing for an unknown part."""
    return str(number).translate(WIDE) if number else ""


def _number(digits: str | None) -> int:
    return int(digits.translate(NARROW)) if digits else 0
