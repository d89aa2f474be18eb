"""A municipality's table of gaiji in a CSV file → the entries of a layout, and its faults.

The columns `charset`, `code` and `unicode` are read by their names, `mj` is kept, all others are
for people; a row whose `unicode` is empty has not been identified and is no entry.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from converters.charset import TableError, gaiji
from converters.errors import Problem, nearest
from converters.spec.document import Node, shown_path, text_of

__all__ = ["load_gaiji"]

T = TypeVar("T")

NEEDED: Final = ("charset", "code", "unicode")
CELL: Final = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')
ENDS: Final = re.compile(r"\r\n|\r|\n|,|\Z")
NAME: Final = re.compile(r"(MJ|GJ)[0-9]{6}")
"""A glyph of the MJ list, or one of those that 行政事務標準文字 adds to it."""


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of a CSV file and where it begins, 1-based."""

    line: int
    column: int
    value: str


def load_gaiji(path: Path) -> tuple[dict[str, Node], list[Problem]]:
    """The entries of the file by `charset:code`, and every fault in it.

    DefinitionError where the file is no UTF-8, EnvironmentFailure where it cannot be read.
    """
    entries: dict[str, Node] = {}
    problems = list(_read(shown_path(path), text_of(path), entries))
    return entries, problems


def _read(path: str, text: str, entries: dict[str, Node]) -> Iterator[Problem]:
    rows = list(_rows(text))
    if rows and isinstance(rows[-1], _Cell):
        where = rows.pop()
        assert isinstance(where, _Cell)
        yield Problem(path, where.line, where.column, "DEF-001", "no CSV: a stray quote")
    table = [row for row in rows if isinstance(row, list)]
    header = [cell.value.strip().lower() for cell in table[0]] if table else []
    for name in NEEDED:
        if name not in header:
            message = f"the column {name} is missing"
            near = nearest(name, header)
            hint = f"the first line names the columns{near and '; '}{near}"
            yield Problem(path, 1, 1, "DEF-002", message, hint)
    if set(NEEDED) <= set(header):
        for row in table[1:]:
            yield from _row(path, header, row, entries)


def _rows(text: str) -> Iterator[list[_Cell] | _Cell]:
    """The rows of a CSV text that are not empty; at a quote that ends nowhere, its place."""
    place, line, begin = 0, 1, 0
    row: list[_Cell] = []
    while place < len(text):
        found = CELL.match(text, place)
        assert found
        here = _Cell(line, place - begin + 1, "")
        quoted = found[1]
        value = found[2] if quoted is None else quoted.replace('""', '"')
        row.append(_Cell(here.line, here.column, value))
        if breaks := list(re.finditer(r"\r\n|\r|\n", found[0])):
            line += len(breaks)
            begin = place + breaks[-1].end()
        end = ENDS.match(text, found.end())
        if end is None:
            yield here
            return
        place = end.end()
        if end[0] == ",":
            continue
        line, begin = line + 1, place
        if len(row) > 1 or row[0].value:
            yield row
        row = []
    if row:
        yield row


def _row(
    path: str, header: list[str], row: list[_Cell], entries: dict[str, Node]
) -> Iterator[Problem]:
    """Add the entry of one row, or say what is wrong with it."""
    if len(row) != len(header):
        message = f"the row has {len(row)} values, the header {len(header)}"
        hint = "quote a value that contains a comma"
        yield Problem(path, row[0].line, row[0].column, "DEF-002", message, hint)
        return
    cells = dict(zip(header, row, strict=True))
    if not cells["unicode"].value.strip():
        return
    faults: list[Problem] = []

    def read(name: str, reader: Callable[[str], T]) -> T | None:
        cell = cells[name]
        try:
            return reader(cell.value)
        except TableError as exc:
            faults.append(Problem(path, cell.line, cell.column, "DEF-002", str(exc)))
            return None

    codes = read("charset", gaiji.read_set)
    code = None if codes is None else read("code", partial(gaiji.read_code, codes))
    points = read("unicode", gaiji.read_characters)
    name = read("mj", _name) if "mj" in cells else ""
    yield from faults
    if faults or codes is None or code is None:
        return
    word, where = gaiji.key(codes, code), cells["code"]
    if word in entries:
        hint = f"it stands first in line {entries[word].line}"
        message = f"the gaiji {where.value.strip()} stands twice"
        yield Problem(path, where.line, where.column, "DEF-031", message, hint)
        return
    text = " ".join([*(f"U+{point:04X}" for point in points or ()), *filter(None, [name])])
    entries[word] = Node(where.line, where.column, text)


def _name(text: str) -> str:
    """The name of a glyph, or none."""
    if text.strip() and not NAME.fullmatch(text.strip()):
        raise TableError(f'"{text}" is no name of a glyph such as MJ000001')
    return text.strip()
