"""The words of a facet as a field spells them: one text column, looked up by place.

Spelling thousands of words takes longer than writing a block, so what two fields of the same shape
share is made once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl

from converters.charset import Charset
from converters.columns import Text, text
from converters.generate import days
from converters.generate.facets import Word, Words
from converters.generate.spelling import fitting
from converters.model import Field, Layout

__all__ = ["dates", "pool", "words"]

TEXTS = ("digits", "kana", "mixed", "narrow", "wide")


def words(spelled: Sequence[str | None]) -> Text:
    """The texts by place, and nothing at place -1."""
    return text(pl.Series([*spelled, None], dtype=pl.String))


def pool(meanings: Words, field: Field, layout: Layout, charset: Charset) -> Text | None:
    """The words as the field spells them; None where it can spell none of those there are."""
    if field.kind == "code":
        return _codes(meanings(), layout.code_table(field.codes) if field.codes else {})
    if field.kind not in TEXTS:
        return None
    return _texts(meanings, field.kind, (field.chars, field.bytes), field.pattern, charset)


def _usable(spelled: Sequence[str | None], meanings: Sequence[Word]) -> Text | None:
    if any(spelled) or all(word is None for word in meanings):
        return words(spelled)
    return None


def _codes(meanings: Sequence[Word], table: dict[str, str]) -> Text | None:
    known = {word: _code(word, table) for word in set(meanings)}
    return _usable([known[word] for word in meanings], meanings)


def _code(word: Word, table: dict[str, str]) -> str | None:
    """The code whose label is the word, or that is the word itself."""
    texts = (word,) if isinstance(word, str) else word or ()
    labelled = {label: code for code, label in reversed(table.items())}
    found = [labelled[text] for text in texts if text in labelled]
    return next(iter(found + [text for text in texts if text in table]), None)


@cache
def _texts(
    meanings: Words,
    kind: str,
    room: tuple[int | None, int | None],
    pattern: str,
    charset: Charset,
) -> Text | None:
    shape = Field.model_validate(
        {"kind": kind, "chars": room[0], "bytes": room[1], "pattern": pattern}
    )
    found = meanings()
    last = (word if isinstance(word, str) or word is None else word[-1] for word in found)
    spelled = [None if one is None else fitting(one, shape, charset) for one in last]
    return _usable(spelled, found)


def dates(field: Field) -> Text:
    """The dates of `days.VALUES`, as far as the field can hold them."""
    lenient = field.partial, field.impossible, bool(field.unknown), field.required is True
    return _dates(field.kind, *lenient)


@cache
def _dates(kind: str, partial: bool, impossible: bool, unknown: bool, required: bool) -> Text:
    shape = Field.model_validate(
        {
            "kind": kind,
            "partial": partial,
            "impossible": impossible,
            "unknown": ("0000-00-00",) if unknown else (),
            "required": required,
        }
    )
    special = (days.spelled(value, shape) for value in days.VALUES[days.DAYS :])
    return words([*days.VALUES[: days.DAYS], *special])
