"""report.json → Markdown for a ticket or a merge request: verdict, points, problems, balance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from converters import summary
from converters.pages import tables
from converters.pages.cells import Amount, Bar, Cell, Code, Hash, Mark, Share, Table, grouped, heads
from converters.pages.checklist import checklist
from converters.pages.sample import Listed
from converters.pages.tables import Report
from converters.pages.words import Said, said

__all__ = ["difference", "render"]

Changed = tuple[str, str, str, int | str | None, int | str | None]
"""part, name, what, before, after: a difference of `series`."""

ROWS: Final = 50
"""Rows of a table at most; the true number stands above it."""


def render(report: Report, _findings: Listed, lang: str = "ja") -> bytes:
    """The page in one language."""
    return ("\n".join(_lines(report, lang)) + "\n").encode()


def difference(rows: Sequence[Changed], names: tuple[str, str], lang: str) -> str:
    """What changed from one run to the next, as a page."""
    lines = [f"# {said('difference').words(lang)}", "", f"{names[0]} → {names[1]}"]
    if not rows:
        lines += ["", said("no_difference").words(lang)]
    for part in dict.fromkeys(row[0] for row in rows):
        cells = [
            (name, said(f"what_{what}"), before, after, _step(before, after))
            for of, name, what, before, after in rows
            if of == part
        ]
        columns = heads("name", "what", "was", "is", "step")
        lines += _table(Table(f"part_{part}", columns, cells), lang, len(cells))
    return "\n".join(lines) + "\n"


def _step(before: int | str | None, after: int | str | None) -> str | None:
    """How much a count went up or down."""
    if isinstance(before, str) or isinstance(after, str):
        return None
    return f"{(after or 0) - (before or 0):+,}"


def _lines(report: Report, lang: str) -> Iterator[str]:
    _, word, sentence = summary.headline(report, lang)
    yield f"# {said('title_' + report['command']).words(lang)}"
    yield ""
    yield f"**{word}** {sentence}"
    yield ""
    for point in checklist(report):
        cells = (point.mark.text, point.name, point.detail)
        mark, name, detail = (text.words(lang) for text in cells)
        yield f"- [{'x' if point.mark.key == 'pass' else ' '}] {name}: {detail} ({mark})"
    for table in (
        tables.problems(report),
        tables.discrepancies(report),
        tables.sums(report),
        tables.keys(report),
        tables.unread(report),
        tables.inputs(report),
        tables.outputs(report),
        tables.definitions(report),
    ):
        yield from _table(table, lang)
    commands = list(summary.next_commands(report))
    if commands:
        yield from ("", f"## {said('section_next').words(lang)}", "", "```", *commands, "```")


def _table(table: Table, lang: str, most: int = ROWS) -> Iterator[str]:
    if not table.rows:
        return
    yield from ("", f"## {table.title.words(lang)}", "")
    total = max(table.total, len(table.rows))
    if total > min(len(table.rows), most):
        shown = min(len(table.rows), most)
        yield from (said("cut", total=grouped(total), shown=shown).words(lang), "")
    yield _row([name.words(lang) for name, _ in table.heads])
    yield _row(["--:" if number else "---" for _, number in table.heads])
    for row in table.rows[:most]:
        yield _row([_text(cell, lang) for cell in row])


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _text(cell: Cell, lang: str) -> str:
    match cell:
        case None:
            return ""
        case Said():
            return _quoted(cell.words(lang))
        case Mark():
            return _quoted(cell.text.words(lang))
        case Code(code=text) | Hash(digits=text):
            return f"`{text}`"
        case Amount(digits=number) | Bar(count=number) | int(number):
            return grouped(number)
        case Share():
            return f"{cell.percent}%" if cell.whole else ""
    return _quoted(cell)


MARKS: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_{}[]<>#|~&"} | {"\n": " "})


def _quoted(text: str) -> str:
    """A text that Markdown leaves as it is."""
    return text.translate(MARKS)
