"""A sample of text → its delimiter, how values are quoted, whether the first row is a header."""

from __future__ import annotations

import csv
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

__all__ = ["Table", "table"]

DELIMITERS: Final = (",", "\t", ";")
"""No `|`: it can be the second byte of a kanji, and layouts refuse it."""

STEADY: Final = 0.6
"""The share of rows that must have the same number of columns."""
MANY: Final = 4
"""Columns of half the rows, and none without a delimiter: rows of several types side by side."""

ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Table:
    """A delimited text. `share` of its rows have as many columns as most; `rows` are some of those
    without the header, `header` is empty where the first row is none. `terminator` is crlf, lf or
    nl."""

    delimiter: str
    quote: str
    header: tuple[str, ...]
    columns: int
    share: float
    rows: tuple[tuple[str, ...], ...]
    terminator: str


def table(text: str, whole: bool, terminator: str) -> Table | None:
    """The table with the steadiest columns, None where nothing delimits.

    The last row of a text that is not `whole` is left out.
    """
    found = [one for mark in DELIMITERS if (one := _table(text, mark, whole)) is not None]
    best = max(found, key=lambda one: (one.share >= 0.9, one.columns * one.share), default=None)
    return None if best is None else replace(best, terminator=terminator)


def _table(text: str, mark: str, whole: bool) -> Table | None:
    if mark not in text:
        return None
    lines = text.replace("\0", " ").rstrip("\x1a").splitlines(keepends=True)
    try:
        rows = [tuple(row) for row in csv.reader(lines[: ROWS + 1], delimiter=mark) if row]
    except csv.Error:  # a value beyond the module's limit: no table
        return None
    if len(rows) > 1 and not whole and len(lines) <= ROWS + 1:
        rows.pop()
    if not rows:
        return None
    columns, count = Counter(map(len, rows)).most_common(1)[0]
    sizes = sorted(map(len, rows))
    mixed = sizes[0] > 1 and sizes[len(sizes) // 2] >= MANY
    if columns < 2 or (count / len(rows) < STEADY and not mixed):
        return None
    header = rows[0] if len(rows[0]) == columns and _is_header(rows) else ()
    body = tuple(row for row in rows[1 if header else 0 :] if len(row) == columns)
    return Table(mark, _quoting(text, mark), header, columns, count / len(rows), body, "")


def _is_header(rows: list[tuple[str, ...]]) -> bool:
    """Names are all there, all different, and hold no value-like text; some column below differs
    from its name in kind."""
    first = rows[0]
    if len(set(first)) < len(first) or not all(first):
        return False
    return not any(re.fullmatch(r"[-+0-9./: ]+", name) for name in first)


def _quoting(text: str, mark: str) -> str:
    """all, text, needed or none, by how many values open with a quote."""
    opened = len(re.findall(rf'(?:^|[\n{re.escape(mark)}])"', text))
    plain = len(re.findall(rf'(?:^|[\n{re.escape(mark)}])[^"\r\n]', text))
    if not opened:
        return "none"
    return "all" if opened > 19 * plain else "text" if opened > plain / 4 else "needed"
