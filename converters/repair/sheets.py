"""Rows of texts ↔ a sheet on the disk: CSV for any number of rows, XLSX for people with Excel.

CSV is UTF-8 with a byte order mark, quoted throughout. In XLSX every cell is a text, so that no
program takes a zero from the left or makes a date of a number.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from converters.errors import MISSING, EnvironmentFailure, UsageError

__all__ = ["Row", "is_excel", "read", "write"]

Row = Sequence[str]

ROWS: Final = 1_048_576
"""Rows of a sheet, the header row included; Excel's own limit."""
LONGEST: Final = 32_767
"""UTF-16 units of a cell at most; Excel's own limit."""
HUGE: Final = 1 << 26
"""Characters of a CSV cell at most: a record whose quote was never closed is one cell, and each of
its bytes may stand as a code."""
WIDTH: Final = 16
SHEET: Final = "rejects"


def is_excel(path: Path) -> bool:
    """CSV or XLSX, by the ending; UsageError for another one."""
    ending = path.suffix.lower()
    if ending not in (".csv", ".xlsx"):
        raise UsageError(f"{path}: end the name with .csv or .xlsx")
    return ending == ".xlsx"


def write(path: Path, head: Row, rows: Iterable[tuple[Row, frozenset[int]]]) -> int:
    """A new sheet, readable by its owner only; how many rows it has.

    Each row comes with the columns that are to stand out. Nothing is left where it fails.
    """
    partial = path.with_name(f".{path.name}.partial-{os.getpid()}")
    try:
        with _private(partial, "wb" if is_excel(path) else "w") as file:
            written = _excel(file, head, rows) if is_excel(path) else _csv(file, head, rows)
        partial.replace(path)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    finally:
        partial.unlink(missing_ok=True)
    return written


def _private(path: Path, mode: str) -> IO:  # type: ignore[type-arg]  # text or bytes, by the mode
    def opener(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    if "b" in mode:
        return open(path, mode, opener=opener)
    return open(path, mode, encoding="utf-8-sig", newline="", opener=opener)


def _csv(file: IO[str], head: Row, rows: Iterable[tuple[Row, frozenset[int]]]) -> int:
    out, count = csv.writer(file, quoting=csv.QUOTE_ALL), 0
    out.writerow(head)
    for count, (row, _) in enumerate(rows, 1):  # noqa: B007  (the last count is the answer)
        out.writerow(row)
    return count


def _excel(file: IO[bytes], head: Row, rows: Iterable[tuple[Row, frozenset[int]]]) -> int:
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_numbers": False})
    sheet = book.add_worksheet(SHEET)
    plain = book.add_format({"num_format": "@"})
    marked = book.add_format({"num_format": "@", "bg_color": "#FFD9D9"})
    bold = book.add_format({"num_format": "@", "bold": True})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, WIDTH, plain)
    count = 0
    _line(sheet, 0, head, [bold] * len(head))
    for count, (row, loud) in enumerate(rows, 1):
        formats = [marked if column in loud else plain for column in range(len(row))]
        _line(sheet, count, row, formats)
    sheet.autofilter(0, 0, count, len(head) - 1)
    book.close()
    return count


def _line(sheet: xlsxwriter.worksheet.Worksheet, number: int, row: Row, formats: list) -> None:  # type: ignore[type-arg]
    """One row of texts. xlsxwriter reports what does not fit by a number and goes on."""
    for column, (text, style) in enumerate(zip(row, formats, strict=True)):
        if text and sheet.write_string(number, column, text, style):
            limit = f"{ROWS - 1:,} rows" if number >= ROWS else f"{LONGEST:,} characters in a cell"
            raise UsageError(f"Excel holds {limit}; write a .csv, or select fewer records")


def read(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet with their numbers, the header row first.

    EnvironmentFailure where it cannot be read, UsageError where it is no sheet.
    """
    try:
        yield from _excel_rows(path) if is_excel(path) else _csv_rows(path)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    except (CalamineError, UnicodeDecodeError, csv.Error) as exc:
        raise UsageError(f"{path} is not a sheet that can be read: {exc}") from exc


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    usual = csv.field_size_limit(HUGE)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from enumerate(csv.reader(file, strict=True), 1)
    finally:
        csv.field_size_limit(usual)


def _excel_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    if not path.exists():
        raise EnvironmentFailure(str(path), "no such file", MISSING)
    book = CalamineWorkbook.from_path(str(path))
    sheet = book.get_sheet_by_index(0)
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, [_text(value) for value in row]


def _text(value: object) -> str:
    """A cell as its text. Somebody may have typed a number where Excel lets them."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
