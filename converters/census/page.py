"""A census → its page."""

from __future__ import annotations

from pathlib import Path

from converters.census.glyphs import Draw
from converters.census.run import Census
from converters.census.sheet import Row
from converters.census.words import CLASS_WORDS, DECIDE_WORDS
from converters.pages import characters as pages
from converters.pages.characters import Drawing, Line, Sheet
from converters.pages.words import Said, said
from converters.report import program_version

__all__ = ["page"]


def page(census: Census, draw: Draw | None = None) -> bytes:
    """The page; `draw` gives the outlines of a font, where one is given."""
    layout = census.layout
    title = layout.title
    name = Said(title.ja, title.en or title.ja) if title else Said("", "")
    files = [(one.path, one.records, one.sha256) for one in census.counted.inputs]
    lines = [_line(row, draw(row.glyph) if draw else None) for row in census.rows]
    sheet = Sheet(program_version(), layout.id, name, census.target, files, lines)
    return pages.render(sheet)


def _line(row: Row, drawing: Drawing | None) -> Line:
    where = {"file": Path(row.file).name, "record": f"{row.record:,}", "field": row.field}
    return Line(
        glyph=row.glyph,
        drawing=drawing,
        charset=row.charset,
        code=row.code.removeprefix("0x"),
        decoded=row.decoded,
        kind=(row.kind, Said(*CLASS_WORDS[row.kind])),
        decide=(row.decide, Said(*DECIDE_WORDS[row.decide])),
        count=row.count,
        returns=row.returns,
        holds=row.holds,
        first=said("census_first", **where),
    )
