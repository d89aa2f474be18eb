"""Rejected records → a sheet to repair: one row per record, the reason beside each cell.

Columns that begin with `_` are ours: input and record say which record a row is, `_check` proves
that it is that record and tells whether a cell was changed, `_action` may say `remove`, `_raw` is
the whole record where it does not come apart into fields.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from converters import scripts
from converters.findings import message
from converters.kinds import TEXTUAL
from converters.model import Layout
from converters.pipeline.plan import Lanes
from converters.repair.cells import codes, shown
from converters.repair.columns import Column, Columns, columns
from converters.repair.rejected import Rejected, Selection, chosen, findings
from converters.repair.sheets import is_excel, write
from converters.rundir import Published

__all__ = ["OWN", "RAW", "cell", "cells", "check", "extract", "readable"]

RAW: Final = "_raw"
OWN: Final = ("_input", "_record", "_check", "_action", "_reasons", RAW)
"""Our columns; the fields follow."""
REASON: Final = "{} ※"
"""Header of the column with the reasons of the field before it."""
BLANKS: Final = " 　"
NUMBERS: Final = ("decimal", "integer")


def extract(run: Published, lanes: Lanes, selection: Selection, out: Path, lang: str) -> int:
    """Write the sheet; how many records it has."""
    readable(out)
    named = set(findings(run, selection).select("field").unique().collect()["field"])
    sheet = _Sheet(columns(lanes.source), named, lang)
    rows = (sheet.row(one) for one in chosen(run, lanes, selection))
    return write(out, sheet.head(), rows)


def readable(path: Path) -> None:
    """UsageError where the ending of a sheet's name tells nothing."""
    is_excel(path)


class _Sheet:
    """What the columns of a sheet are; holds nothing of its rows."""

    def __init__(self, known: Columns, named: set[str], lang: str) -> None:
        self._known = known
        self._lang = lang
        self._shown = [
            (column.name, column.name in named)
            for column in known
            if not column.field.is_filler or column.name in named
        ]

    def head(self) -> list[str]:
        """The header row."""
        found = [*OWN]
        for name, reasons in self._shown:
            found += [name, REASON.format(name)] if reasons else [name]
        return found

    def row(self, one: Rejected) -> tuple[list[str], frozenset[int]]:
        """The row of a record, and the columns that are to stand out."""
        known = {RAW, *(name for name, _ in self._shown)}
        texts = {name: text for name, text in cells(self._known, one).items() if name in known}
        every = "\n".join(self._reason(reason.field, reason.code) for reason in one.reasons)
        proof = check(one.data, texts)
        row = [one.file, str(one.record), proof, "", every, texts.get(RAW, "")]
        loud = {OWN.index(RAW)} if RAW in texts else set()
        for name, reasons in self._shown:
            row.append(texts.get(name, ""))
            if not reasons:
                continue
            found = [each.code for each in one.reasons if each.field == name]
            if found:
                loud |= {len(row) - 1, len(row)}
            row.append("\n".join(self._reason(name, code) for code in found))
        return row, frozenset(loud)

    def _reason(self, field: str, code: str) -> str:
        return f"{code} {message(code, self._lang, field, '…')}"


def cells(known: Columns, one: Rejected) -> dict[str, str]:
    """Column → text of its cell; a record that does not come apart has the one cell `_raw`."""
    if one.values is None:
        content = one.data[: len(one.data) - one.ending]
        return {RAW: shown(content, scripts.of(known.layout))}
    fields = zip(known.types[one.kind], one.values, strict=True)
    return {
        column.name: cell(known.layout, column, value)
        for column, value in fields
        if value is not None
    }


def cell(layout: Layout, column: Column, value: bytes) -> str:
    """The text of a value; of a fixed record without the blanks that fill its field."""
    field = column.field
    if field.kind not in TEXTUAL:
        return codes(value)
    text = shown(value, column.script)
    if layout.framing.fixed is None:
        return text
    text = text.rstrip(BLANKS)
    return text.lstrip(" ") if field.align == "right" or field.kind in NUMBERS else text


def check(data: bytes, texts: dict[str, str]) -> str:
    """What a row carries to be known again: a hash of the record, and one of its filled cells."""
    return f"{_short([data])}-{_short(_marked(texts))}"


def _marked(texts: dict[str, str]) -> Iterator[bytes]:
    for name, text in texts.items():
        if not text:
            continue
        yield f"{name}={len(text)}:{text}\n".encode("utf-8", "surrogatepass")


def _short(parts: Sequence[bytes] | Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]
