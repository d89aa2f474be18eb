"""What a target can hold: the repertoire of a charset, of JIS X 0213, or of the standard."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Final

from converters import charset
from converters.census.codes import PLUS, is_control, is_ideograph, is_private, is_selector
from converters.charset import Charset
from converters.errors import UsageError
from converters.model import Layout

__all__ = ["SETS", "STANDARD", "of_layout", "repertoire"]

Holds = Callable[[str], bool]

STANDARD: Final = "standard"


def repertoire(name: str) -> Holds:
    """Whether a target of that name (a key of `SETS`, or a charset) can hold a character.

    UsageError for a name that is neither.
    """
    known = name.strip().lower()
    if known in SETS:
        return SETS[known]
    try:
        return partial(_in_charset, charset.load(known))
    except KeyError:
        raise UsageError(f"{name}: neither a charset nor one of {', '.join(SETS)}") from None


def of_layout(layout: Layout) -> str:
    """The name of what a layout can hold: the standard's characters where it is in Unicode."""
    name = charset.NAMES[layout.charset.lower()]
    return STANDARD if name.startswith("utf-") else name


def _in_charset(script: Charset, text: str) -> bool:
    """Whether the charset has a code for the character; Unicode has one for all."""
    try:
        charset.write(script, text)
    except UnicodeEncodeError:
        return False
    return True


@cache
def _jis() -> Charset:
    return charset.load("shift_jis-2004")


def _jis_x_0213(text: str) -> bool:
    """The 11,233 characters of JIS X 0213 with ASCII and half-width katakana: what the systems
    around 番号制度 exchange."""
    if text.isascii():
        return text.isprintable()
    return _in_charset(_jis(), text) and not any(map(is_control, map(ord, text)))


def _standard(text: str) -> bool:
    """What 行政事務標準文字 can be: JIS X 0213, kanji of Unicode and their selectors, plane 16.

    Which kanji are in the list of 文字情報基盤 is not looked up: the list is not shipped.
    """
    if _jis_x_0213(text):
        return True
    points = [ord(character) for character in text]
    return all(
        is_ideograph(point) or is_selector(point) or (is_private(point) and point >= PLUS)
        for point in points
    )


SETS: Final[dict[str, Holds]] = {"jis-x-0213": _jis_x_0213, STANDARD: _standard}
"""Targets that are no charset."""
