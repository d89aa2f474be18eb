"""The words synthetic records are made of: small data files → tables of names, towns and terms.

No row is a person: surnames are common ones or odd on purpose, given names are put together from
two parts, house numbers and postal codes are made up.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["OVERLONG", "Words", "load"]

Row = tuple[str, ...]

OVERLONG = ("勅使河原", "テシガワラ", "寿限無" * 40, "ジユゲム" * 40)
"""A name that fills any field to its last character: surname, kana, given name, kana."""


@dataclass(frozen=True, slots=True)
class Words:
    """The tables, in file order; a person is a place in `surnames` times a place in `givens`."""

    surnames: tuple[Row, ...]
    givens: tuple[Row, ...]
    towns: tuple[Row, ...]
    buildings: tuple[Row, ...]
    families: tuple[Row, ...]
    foreign_givens: tuple[Row, ...]
    relationships: tuple[Row, ...]
    terms: tuple[Row, ...]

    @property
    def boys(self) -> int:
        """How many of the given names, which stand first, are men's."""
        return sum(sex == "1" for sex, *_ in self.givens)


@cache
def load() -> Words:
    """All tables of `converters/data`."""
    return Words(
        surnames=_table("surnames"),
        givens=_table("given-names"),
        towns=_table("towns"),
        buildings=_table("buildings"),
        families=_table("foreign-families"),
        foreign_givens=_table("foreign-givens"),
        relationships=_table("relationships"),
        terms=_table("words"),
    )


def _table(name: str) -> tuple[Row, ...]:
    text = files("converters").joinpath("data", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(tuple(row) for row in csv.reader(text.splitlines()[1:]))
