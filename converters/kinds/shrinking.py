"""Characters that a charset lacks → others that it has, as the layout's list of rules chooses.

縮退 loses what told two characters apart, so it happens only where a layout asks for it with a
reason, only to characters that could not be written, and every choice is a finding. Texts that
need it are few; each different character is looked up once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as attribute
from functools import partial
from typing import Final

import numpy as np

from converters import charset as tables
from converters import status as outcome
from converters.charset import ABSENT, OPENS, Charset
from converters.columns import Ints, Status, Text
from converters.kinds.spellings import patched, views
from converters.model import BASE, Field, Layout

__all__ = ["Choice", "Shrinker", "choices", "shrinker", "shrinking"]

Encode = Callable[[Text], tuple[Text, Status]]

SELECTOR: Final = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
SELECTORS: Final = re.compile(f"{SELECTOR.pattern}*")
UNIT: Final = re.compile(f".{SELECTOR.pattern}*", re.DOTALL)
"""A code point with its selectors."""
OWN: Final = "own"
"""What findings call the pairs that stand in the layout itself."""
TEXTS: Final = ("kana", "mixed", "narrow", "wide")
LACKING: Final = (outcome.UNMAPPABLE, outcome.SUBSTITUTED)


@dataclass(frozen=True, slots=True)
class Choice:
    """A character, what was written for it, and the rule that says so."""

    before: str
    after: str
    rule: str

    def __str__(self) -> str:
        return f"{_named(self.before)} → {_named(self.after)} {self.rule}"


def _named(text: str) -> str:
    return f"{text} {' '.join(f'U+{ord(character):04X}' for character in text)}"


@dataclass(frozen=True, slots=True, eq=False)
class Shrinker:
    """What a layout's map has for the characters that its charset lacks.

    `known` remembers the choice for each character that was asked for. With one of `opening` a
    character of several code points may begin.
    """

    charset: Charset
    candidates: dict[str, str]
    rules: tuple[str, ...]
    opening: frozenset[str]
    known: dict[str, Choice | None] = attribute(default_factory=dict)

    def choice(self, character: str) -> Choice | None:
        """The first candidate that the charset has; None where it has the character itself."""
        if character not in self.known:
            held = tables.reach(self.charset, character, 0) == len(character)
            self.known[character] = None if held else self._first(character)
        return self.known[character]

    def _first(self, character: str) -> Choice | None:
        bare = SELECTOR.sub("", character) if BASE in self.rules else character
        asked = (character,) if self._holds(bare) else (character, bare)
        for rule in ("", *self.rules):
            if rule == BASE and bare != character and self._holds(bare):
                return Choice(character, bare, BASE)
            for candidate in " ".join(self.candidates.get(one, "") for one in asked).split():
                name, _, text = candidate.rpartition("=")
                if name == rule and self._holds(text):
                    return Choice(character, text, rule or OWN)
        return None

    def _holds(self, text: str) -> bool:
        """Whether the charset has every character of a text."""
        place = 0
        while place < len(text) and (size := tables.reach(self.charset, text, place)):
            place += size
        return 0 < place == len(text)


def shrinker(field: Field, layout: Layout, charset: Charset) -> Shrinker | None:
    """The shrinker of a text, where its layout asks for one. UTF-8 and UTF-16 lack nothing, and a
    code is what it is."""
    asked = layout.characters.shrink if layout.characters is not None else None
    if asked is None or field.kind not in TEXTS or not len(charset.encode):
        return None
    assert isinstance(asked.map, dict), "spec loads maps"
    opens = (charset.encode != ABSENT) & (charset.encode & np.uint32(OPENS) != 0)
    opening = frozenset(map(chr, np.flatnonzero(opens).tolist()))
    return Shrinker(charset, asked.map, asked.rules, opening)


def choices(one: Shrinker, text: str) -> list[tuple[str, Choice | None]]:
    """The text in pieces: what stays, and what is written in place of what cannot stay.

    A Python loop: some 10 µs for a name, and only for those that cannot be written as they are.
    """
    found: list[tuple[str, Choice | None]] = []
    place = 0
    while place < len(text):
        unit = UNIT.match(text, place)
        assert unit is not None
        piece = unit[0]
        if text[place] in one.opening and (size := tables.reach(one.charset, text, place)) > 1:
            whole = SELECTORS.match(text, place + size)
            assert whole is not None
            piece = text[place : whole.end()]
        found.append((piece, one.choice(piece)))
        place += len(piece)
    return found


def shrinking(field: Field, layout: Layout, charset: Charset, encode: Encode) -> Encode:
    """A text encoder that shrinks what the charset lacks, where the layout asks for it."""
    one = shrinker(field, layout, charset)
    return encode if one is None else partial(_encoded, one, encode)


def _encoded(one: Shrinker, encode: Encode, column: Text) -> tuple[Text, Status]:
    """The column encoded, characters that the charset lacks shrunk where the map knows how."""
    found, status = encode(column)
    rows: Ints = np.flatnonzero(np.isin(status, LACKING))
    if not len(rows):
        return found, status
    texts = [_shrunk(one, column.value(int(row)).decode()) for row in rows]
    changed = np.array([text is not None for text in texts])
    again, judged = encode(views([text.encode() for text in texts if text is not None]))
    rows = rows[changed]
    status[rows] = np.where(judged == outcome.OK, outcome.SHRUNK, judged)
    return patched(found, rows, again, np.arange(len(rows))), status


def _shrunk(one: Shrinker, text: str) -> str | None:
    """A text with everything shrunk that can be; None where nothing can."""
    pieces = choices(one, text)
    if all(choice is None for _, choice in pieces):
        return None
    return "".join(piece if choice is None else choice.after for piece, choice in pieces)
