"""What a cell of a table is: a value that is still exact, and how it wants to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from converters.pages.words import Said, said, words

__all__ = [
    "Amount",
    "Bar",
    "Cell",
    "Code",
    "Hash",
    "Mark",
    "Share",
    "Table",
    "grouped",
    "head",
    "heads",
]


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact number that may be too large for JSON, as its digits: `-1234.50`."""

    digits: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A count, drawn beside the greatest count of its column."""

    count: int
    most: int


@dataclass(frozen=True, slots=True)
class Code:
    """A finding code; it leads to its explanation."""

    code: str


@dataclass(frozen=True, slots=True)
class Hash:
    """Hexadecimal digits to compare, not to read."""

    digits: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An outcome or a severity: `key` names its colour and sign, `text` says it."""

    key: str
    text: Said


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, shown as a percentage and a bar; a whole of 0 has no share."""

    part: int
    whole: int

    @property
    def percent(self) -> str:
        """Cut, not rounded, so that 100.0 means all."""
        if not self.whole:
            return ""
        tenths = self.part * 1000 // self.whole
        return f"{tenths // 10}.{tenths % 10}"


Cell = Amount | Bar | Code | Hash | Mark | Said | Share | int | str | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `name` is the key of its title.

    `total` is the number of rows there are; fewer may be listed. `note` stands above the table.
    """

    name: str
    columns: Sequence[Said]
    rows: Sequence[Sequence[Cell]]
    total: int = -1
    note: Said | None = None

    @property
    def heads(self) -> list[tuple[Said, bool]]:
        """Every heading, and whether it stands over numbers."""
        numbers = {
            place
            for row in self.rows
            for place, cell in enumerate(row)
            if isinstance(cell, Amount | Bar | Share | int)
        }
        return [(name, place in numbers) for place, name in enumerate(self.columns)]

    @property
    def title(self) -> Said:
        return said(self.name)

    @property
    def cut(self) -> Said | None:
        """What to say where fewer rows are listed than there are."""
        if self.total <= len(self.rows):
            return None
        return said("cut", total=grouped(self.total), shown=grouped(len(self.rows)))


def heads(*keys: str) -> tuple[Said, ...]:
    """Headings of columns by their keys."""
    return tuple(said(f"col_{key}") for key in keys)


def head(name: str) -> Said:
    """The heading of a column that may have no words of its own."""
    return words().get(f"col_{name}", Said(name, name))


def grouped(number: int | str) -> str:
    """Digits in threes: 1234567.5 → 1,234,567.5."""
    whole, point, rest = str(number).partition(".")
    return f"{int(whole):,}{point}{rest}" if whole not in ("-0", "") else f"{whole}{point}{rest}"
