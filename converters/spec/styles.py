"""How dates and times may be written: the styles a definition can name, and their widths."""

from __future__ import annotations

from typing import Final

__all__ = ["DEFAULTS", "ERA_LETTERS", "STYLES", "era_token", "written"]

STYLES: Final[dict[str, tuple[str, ...]]] = {
    "date": ("YYYYMMDD", "YYYY-MM-DD", "YYYY/MM/DD"),
    "time": ("HHMMSS", "HH:MM:SS", "HHMM", "HH:MM"),
    "wareki": (
        "g1YYMMDD",
        "g2YYMMDD",
        "GYYMMDD",
        "GYY-MM-DD",
        "GYY.MM.DD",
        "GYY/MM/DD",
        "GGYY年MM月DD日",
        "GG元YY年MM月DD日",
        "YYMMDD",
        "YY-MM-DD",
        "YY.MM.DD",
        "YY/MM/DD",
    ),
}
"""Kind → the styles it can be written in; a test writes and reads each."""

DEFAULTS: Final = {
    ("date", "delimited"): "YYYY-MM-DD",
    ("date", "fixed"): "YYYYMMDD",
    ("date", "xml"): "YYYY-MM-DD",
    ("time", "delimited"): "HH:MM:SS",
    ("time", "fixed"): "HHMMSS",
    ("time", "xml"): "HH:MM:SS",
}
"""The style of a field that names none, by kind and form."""

ERA_LETTERS: Final = ("M", "T", "S", "H", "R")
FIRST_YEAR: Final = "元"
"""In front of the year: it stands for the year 1."""
ERA_TOKENS: Final = {"GG": "明治", "G": "M", "g1": "1", "g2": "01"}
"""Era token → an era as it writes it, longest token first."""


def era_token(style: str) -> str:
    """The era token of an era style; empty where the era is not written."""
    return next((token for token in ERA_TOKENS if style.startswith(token)), "")


def written(style: str) -> tuple[str, ...]:
    """Texts of the characters and the lengths that the style writes."""
    token = era_token(style)
    era, rest = ERA_TOKENS.get(token, ""), style.removeprefix(token)
    if not rest.startswith(FIRST_YEAR):
        return (era + rest,)
    rest = rest.removeprefix(FIRST_YEAR)
    return era + rest, era + FIRST_YEAR + rest.removeprefix("YY")
