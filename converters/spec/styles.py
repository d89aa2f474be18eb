"""How dates and times may be written: the styles a definition can name, and their widths."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["DATES", "DEFAULTS", "ERA_LETTERS", "TIMES", "WAREKI", "era_token", "is_wareki", "width"]

DATES: Final = ("YYYYMMDD", "YYYY-MM-DD", "YYYY/MM/DD")
TIMES: Final = ("HHMMSS", "HH:MM:SS", "HHMM", "HH:MM")
WAREKI: Final = (
    "g1YYMMDD",
    "g2YYMMDD",
    "GYYMMDD",
    "GYY.MM.DD",
    "GYY/MM/DD",
    "GGYY年MM月DD日",
    "YYMMDD",
)
"""The era styles met in practice; every other style made of the same parts is accepted too."""

DEFAULTS: Final = {
    ("date", "delimited"): "YYYY-MM-DD",
    ("date", "fixed"): "YYYYMMDD",
    ("time", "delimited"): "HH:MM:SS",
    ("time", "fixed"): "HHMMSS",
}
"""The style of a field that names none, by kind and form."""

ERA_LETTERS: Final = "MTSHR"

_TEMPLATE: Final = re.compile(r"(?:(g1|g2|GG|G)[./ -]?)?YY[./ 年-]?MM[./ 月-]?DD日?")
_ERA_WIDTHS: Final = {"": 0, "G": 1, "GG": 2, "g1": 1, "g2": 2}


def is_wareki(style: str) -> bool:
    """Is this an era style: one era token or none, then YY, MM and DD?"""
    return _TEMPLATE.fullmatch(style) is not None


def era_token(style: str) -> str:
    """The era token of an era style: g1, g2, G, GG, or empty where the era is not written."""
    found = _TEMPLATE.fullmatch(style)
    return (found[1] or "") if found else ""


def width(kind: str, style: str) -> str:
    """A text as long as what the style writes; kanji stand for kanji."""
    if kind != "wareki":
        return style
    token = era_token(style)
    written = {"GG": "明治"}.get(token, "0" * _ERA_WIDTHS[token])
    return written + style.removeprefix(token)
