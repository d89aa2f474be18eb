"""Rows of a census → one page that works alone, in the look of the report.

The page is for looking and for talking about it; what is decided is written into the CSV.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from converters.pages.cells import Bar, Hash, Mark, Table, heads
from converters.pages.html import environment
from converters.pages.words import Said

__all__ = ["MOST", "Drawing", "Line", "Sheet", "render"]

MOST: Final = 4000
"""Codes that the page lists, the gravest first; the CSV has all."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """An outline, as the path of an SVG whose y goes up, and the box around it."""

    path: str
    box: tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One code as the page shows it. `drawing` stands in place of the glyph where there is one;
    `decide` and `kind` are keys, with their words."""

    glyph: str
    drawing: Drawing | None
    charset: str
    code: str
    decoded: str
    kind: tuple[str, Said]
    decide: tuple[str, Said]
    count: int
    returns: bool
    holds: bool
    first: Said


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything the page says. `files` are path, records and hash of what was read."""

    utsushi: str
    layout: str
    title: Said
    target: str
    files: Sequence[tuple[str, int, str]]
    lines: Sequence[Line]


def render(sheet: Sheet) -> bytes:
    """The page."""
    page = environment().get_template("characters.html")
    lines = sheet.lines
    undecided = [line for line in lines if line.decide[0]]
    return page.render(
        sheet=sheet,
        lines=lines[:MOST],
        most=max((line.count for line in lines), default=1),
        records=sum(records for _, records, _ in sheet.files),
        characters=sum(line.count for line in lines),
        undecided=len(undecided),
        reasons=_totals("census_reasons", "decide", [line.decide for line in lines], lines),
        classes=_totals("census_classes", "class", [line.kind for line in lines], lines),
        inputs=Table(
            "inputs",
            heads("file", "records", "sha256"),
            [(path, records, Hash(digest)) for path, records, digest in sheet.files],
        ),
        mark=_mark,
    ).encode()


GRAVE: Final = {"undecodable": "error", "unassigned": "error", "user-defined": "warning"}


def _mark(key: str, text: Said) -> Mark:
    """The sign of a reason."""
    return Mark(GRAVE.get(key, "info") if key else "pass", text)


def _totals(
    name: str, head: str, found: Sequence[tuple[str, Said]], lines: Sequence[Line]
) -> Table:
    """How many codes of each key, and how often they occur, in the order of the lines' words."""
    counts: dict[str, tuple[Said, int, int]] = {}
    for (key, text), line in zip(found, lines, strict=True):
        _, codes, times = counts.get(key, (text, 0, 0))
        counts[key] = (text, codes + 1, times + line.count)
    most = max((times for _, _, times in counts.values()), default=1)
    marked = head == "decide"
    rows = [
        [_mark(key, text) if marked else text, codes, Bar(times, most)]
        for key, (text, codes, times) in counts.items()
    ]
    return Table(name, heads(head, "codes", "times"), rows)
