"""report.json and some findings → report.xlsx, for those who work on in Excel.

A text is written as a text, whatever it looks like: no formula, no lost zero. xlsxwriter drops what
does not fit without an exception, so every return code is looked at.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import xlsxwriter

from converters import summary
from converters.pages import tables
from converters.pages.cells import Amount, Bar, Cell, Code, Hash, Mark, Share, Table, grouped, heads
from converters.pages.checklist import checklist
from converters.pages.sample import Listed
from converters.pages.tables import Report
from converters.pages.words import Said, said

__all__ = ["SHEETS", "render"]

SHEETS: Final = (
    "概要",
    "照合",
    "エラー集計",
    "エラー明細",
    "項目別",
    "コード頻度",
    "文字一覧",
    "定義",
)
EXACT: Final = 10**15
"""Excel keeps 15 digits of a number; longer ones are written as texts."""
WIDEST: Final = 60
"""Characters of a column at most; longer texts are wrapped."""
LONGEST: Final = 32767
"""Characters that a cell of Excel holds."""
COLOURS: Final = {
    "error": "#A8232B",
    "fail": "#A8232B",
    "look": "#8A5600",
    "pass": "#1E6B45",
    "unevaluated": "#8A5600",
    "warning": "#8A5600",
}


class _Sheet:
    """Guards the next free row of one worksheet, and how wide its columns want to be."""

    def __init__(self, book: Any, name: str, formats: dict[str, Any]) -> None:
        self._sheet = book.add_worksheet(name)
        self._formats = formats
        self._row = 0
        self._widths: dict[int, int] = {}
        self._sheet.set_paper(9)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer("&L&A&R&P / &N")

    def line(self, text: Said | str, look: str = "text") -> None:
        """One text across the sheet, in both languages."""
        self._put(0, _both(text), look, wide=False)
        self._sheet.set_row(self._row, LINES.get(look, HEIGHT))
        self._row += 1

    def gap(self) -> None:
        self._row += 1

    def table(self, table: Table) -> None:
        """Title, headings and rows; nothing for a table without rows."""
        if not table.rows:
            return
        self.line(table.title, "title")
        if table.cut or table.note:
            self.line(table.cut or table.note or "", "note")
        self.rows(table)
        self.gap()

    def rows(self, table: Table, frozen: bool = False) -> None:
        """Headings and rows; `frozen` keeps the headings in sight and offers a filter."""
        first = self._row
        for column, name in enumerate(table.columns):
            self._put(column, f"{name.ja}\n{name.en}", "head")
        self._sheet.set_row(self._row, 2 * HEIGHT)
        self._row += 1
        if frozen:
            self._sheet.freeze_panes(self._row, 0)
            self._sheet.repeat_rows(first)
            self._sheet.autofilter(first, 0, first + len(table.rows), len(table.columns) - 1)
        for row in table.rows:
            for column, cell in enumerate(row):
                self._cell(column, cell)
            self._row += 1

    def close(self) -> None:
        """Set the widths that were seen."""
        for column, width in self._widths.items():
            self._sheet.set_column(column, column, min(width, WIDEST) + 2)

    def _cell(self, column: int, cell: Cell) -> None:
        match cell:
            case None:
                self._put(column, "", "text")
            case Mark():
                self._put(column, _both(cell.text), cell.key if cell.key in COLOURS else "text")
            case Said():
                self._put(column, _both(cell), "text")
            case Share():
                self._share(column, cell)
            case Amount(digits=digits):
                self._put(column, digits, "amount")
            case Hash(digits=text) | Code(code=text):
                self._put(column, text, "text")
            case Bar(count=number) | int(number):
                self._number(column, number)
            case str():
                self._put(column, cell, "text")

    def _share(self, column: int, share: Share) -> None:
        if not share.whole:
            self._put(column, "", "text")
            return
        part = share.part / share.whole
        _must(self._sheet.write_number(self._row, column, part, self._formats["share"]))

    def _number(self, column: int, number: int) -> None:
        if abs(number) >= EXACT:
            self._put(column, str(number), "amount")
            return
        if self._row < MEASURED:
            self._widen(column, grouped(number))
        _must(self._sheet.write_number(self._row, column, number, self._formats["number"]))

    def _put(self, column: int, text: str, look: str, wide: bool = True) -> None:
        if wide:
            self._widen(column, text)
        short = text[:LONGEST]
        _must(self._sheet.write_string(self._row, column, short, self._formats[look]))

    def _widen(self, column: int, text: str) -> None:
        if self._row >= MEASURED:
            return
        width = max(sum(1 + (sign > "ÿ") for sign in line) for line in text.split("\n"))
        self._widths[column] = max(self._widths.get(column, 6), width)
        if width > WIDEST:
            self._sheet.set_row(self._row, -(-width // WIDEST) * HEIGHT)


HEIGHT: Final = 17
"""Points of a line."""
LINES: Final = {"title": 22, "verdict": 28}
"""Points of a line in a larger letter."""
MEASURED: Final = 500
"""Rows whose texts are measured for the width of their column."""


def _must(code: int) -> None:
    """xlsxwriter tells of a lost cell by its return code alone."""
    assert code == 0, f"Excel cannot hold a cell: {code}"


def _both(text: Said | str) -> str:
    """Both languages in one cell, once where they are the same."""
    if isinstance(text, str) or text.ja == text.en:
        return text if isinstance(text, str) else text.ja
    return f"{text.ja} / {text.en}"


def render(report: Report, findings: Listed, _lang: str = "ja") -> bytes:
    """The workbook, its sheets in the order of SHEETS."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    # The same run gives the same bytes, whenever the workbook is made.
    started = datetime.fromisoformat(report["run"]["started"]).replace(tzinfo=None)
    book.set_properties({"created": started})
    formats = _formats(book)
    sheets = [_Sheet(book, name, formats) for name in SHEETS]
    fills: tuple[Callable[[_Sheet, Report], None], ...] = (
        _overview,
        _balance,
        _problems,
        lambda sheet, _: _findings(sheet, findings),
        _fields,
        _codes,
        _characters,
        _definitions,
    )
    for sheet, fill in zip(sheets, fills, strict=True):
        fill(sheet, report)
        sheet.close()
    book.close()
    return file.getvalue()


def _formats(book: Any) -> dict[str, Any]:
    plain = {"font_name": "游ゴシック", "font_size": 10, "valign": "vcenter", "num_format": "@"}
    looks: dict[str, dict[str, Any]] = {
        "amount": {"align": "right"},
        "head": {"bold": True, "bg_color": "#E7EBF2", "bottom": 1, "text_wrap": True},
        "note": {"font_color": "#586273"},
        "number": {"num_format": "#,##0"},
        "share": {"num_format": "0.0%"},
        "text": {"text_wrap": True, "indent": 1},
        "title": {"bold": True, "font_size": 12, "font_color": "#1F3F6E"},
        "verdict": {"bold": True, "font_size": 16},
    }
    looks |= {key: {"bold": True, "font_color": colour} for key, colour in COLOURS.items()}
    return {name: book.add_format(plain | look) for name, look in looks.items()}


def _overview(sheet: _Sheet, report: Report) -> None:
    """Verdict, counts, what is to be confirmed, files."""
    _, *japanese = summary.headline(report, "ja")
    _, *english = summary.headline(report, "en")
    sheet.line(said(f"title_{report['command']}"), "title")
    sheet.line(Said(*(" ".join(words) for words in (japanese, english))), "verdict")
    sheet.gap()
    command = report["command"]
    counts = [("read", "read")]
    counts += [(name, f"{name}_{command}") for name in ("converted", "rejected", "filtered")]
    rows: list[Sequence[Cell]] = [
        (said(word), _exact(report["counts"][name])) for name, word in counts
    ]
    rows += [(said(name), _exact(count)) for name, count in report["findings"].items()]
    sheet.table(Table("equation", heads("name", "count"), rows))
    points = [(point.name, point.mark, point.detail) for point in checklist(report)]
    sheet.table(Table("checklist", heads("point", "outcome", "detail"), points))
    for table in (tables.inputs(report), tables.outputs(report)):
        sheet.table(_without_hash(table))


def _without_hash(table: Table) -> Table:
    """The files without their sha256, which stands among the definitions."""
    return replace(table, columns=table.columns[:-1], rows=[row[:-1] for row in table.rows])


def _exact(count: int | str) -> Cell:
    return count if isinstance(count, int) else Amount(count)


def _balance(sheet: _Sheet, report: Report) -> None:
    for make in (tables.discrepancies, tables.sums, tables.keys, tables.unread, tables.fill):
        sheet.table(make(report))


def _problems(sheet: _Sheet, report: Report) -> None:
    made = tables.problems(report)
    if made.cut:
        sheet.line(made.cut, "note")
    sheet.rows(made, frozen=True)


def _findings(sheet: _Sheet, findings: Listed) -> None:
    """The findings that are listed, and how many there are."""
    total, shown = grouped(findings.total), grouped(len(findings.rows))
    sheet.line(said("listed", total=total, shown=shown), "note")
    rows: list[Sequence[Cell]] = [
        (tables.severity(severity), Code(code), field, file + 1, record, offset, value)
        for file, record, offset, field, code, severity, value, _ in findings.rows
    ]
    names = ("severity", "code", "field", "file", "record", "offset", "value")
    sheet.rows(Table("findings", heads(*names), rows), frozen=True)


def _fields(sheet: _Sheet, report: Report) -> None:
    sheet.table(tables.before(report))
    sheet.table(tables.after(report))


def _codes(sheet: _Sheet, report: Report) -> None:
    sheet.rows(tables.categories(report), frozen=True)


def _characters(sheet: _Sheet, report: Report) -> None:
    found = tables.characters(report)
    if not found:
        sheet.line(said("no_characters"))
    for table in found:
        sheet.table(table)


def _definitions(sheet: _Sheet, report: Report) -> None:
    for make in DEFINITIONS:
        sheet.table(make(report))


DEFINITIONS: Final = (
    tables.definitions,
    tables.inputs,
    tables.outputs,
    tables.overrides,
    tables.steps,
)
