"""Dates, era dates and times of day: a written style ↔ ISO text.

Eras are a table, never code. Source of the first days: 改元 as in
住民記録システム標準仕様書 1.1.8, which asks that 明治45-07-30 and 大正15-12-25 be accepted although
the next era has begun.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from converters import status as outcome
from converters.charset import Charset, write
from converters.columns import Bytes, Ints, Status, Text, series
from converters.kernels.arrays import Views
from converters.kernels.dates import (
    D,
    E,
    H,
    M,
    N,
    S,
    Y,
    are_iso,
    decode_dates,
    decode_times,
    write_dates,
    write_iso,
    write_times,
)
from converters.kinds.spellings import Others, TextDecode, TextEncode, patched, reading, writing
from converters.model import Field, Layout

__all__ = [
    "ERAS",
    "date_decoder",
    "date_encoder",
    "time_decoder",
    "time_encoder",
]

ERAS: Final[dict[str, tuple[str, int, int, int]]] = {
    "M": ("明治", 1867, 1868_01_25, 1912_07_30),
    "T": ("大正", 1911, 1912_07_30, 1926_12_25),
    "S": ("昭和", 1925, 1926_12_25, 1989_01_07),
    "H": ("平成", 1988, 1989_01_08, 2019_04_30),
    "R": ("令和", 2018, 2019_05_01, 9999_12_31),
}
"""Era letter → name, the year before its year 1, first day, last day (both as YYYYMMDD)."""

ERA_TOKENS: Final = {"GG": 2, "G": 1, "g1": 1, "g2": 2}
FIRST_YEAR: Final = "元"
NEVER: Final = 9999_99_99
ISO: Final = "YYYY-MM-DD"
NO_BYTES: Final = np.empty(0, np.uint8)
SLACK: Final = 16


def era_number(letter: str) -> int:
    """1 for 明治 to 5 for 令和."""
    return 1 + list(ERAS).index(letter)


def style_of(field: Field, layout: Layout) -> str:
    """The field's style; the plain form of its kind where none is given."""
    if field.style:
        return field.style
    fixed = layout.framing.placed
    if field.kind == "time":
        return "HHMMSS" if fixed else "HH:MM:SS"
    return "YYYYMMDD" if fixed else "YYYY-MM-DD"


def _form(template: Ints, field: Field, first_year: int) -> tuple[Ints, Ints]:
    """A template as the reading kernel wants it: places and sizes, and the literal bytes."""
    places = {part: np.flatnonzero(template == part) for part in (Y, M, D, E)}
    first = {part: int(found[0]) if len(found) else 0 for part, found in places.items()}
    flags = int(field.partial) | int(field.impossible) << 1
    form = [len(template), first[Y], len(places[Y]), first[M], first[D]]
    form += [first[E], len(places[E]), first_year, flags]
    literals = [(place, byte) for place, byte in enumerate(template.tolist()) if byte > E]
    return np.array(form, np.int64), np.array(literals, np.int64).reshape(-1, 2)


def _template(style: str, kind: str, charset: Charset, first_year: bool = False) -> Ints:
    """The kernel's template of a style; with `first_year` the year is the literal 元."""
    letters = {"Y": Y, "M": M, "D": D} if kind != "time" else {"H": H, "M": N, "S": S}
    found: list[int] = []
    rest = style
    for token in ("GG", "g1", "g2", "G"):
        if rest.startswith(token):
            width = ERA_TOKENS[token] * (len(write(charset, "明")) if token == "GG" else 1)
            found += [E] * width
            rest = rest.removeprefix(token)
            break
    rest = rest.removeprefix(FIRST_YEAR)
    if first_year:
        found += list(write(charset, FIRST_YEAR))
        rest = rest.removeprefix("YY")
    for character in rest:
        if character in letters:
            found.append(letters[character])
        else:
            found += list(write(charset, character))
    return np.array(found, np.int64)


def _era_table(field: Field, style: str, charset: Charset) -> Ints:
    """Code, year before the first, first and last day, letter and end of each era, for kernels."""
    if field.kind != "wareki":
        return np.zeros((0, 6), np.int64)
    codes = field.eras or _era_codes(style)
    rows = []
    for code, letter in codes.items():
        _, before, first, last = ERAS[letter]
        number = int.from_bytes(write(charset, code), "big")
        later = [day for _, _, day, _ in ERAS.values() if day > first]
        rows.append([number, before, first, last, ord(letter), min(later, default=NEVER)])
    return np.array(rows, np.int64)


def _era_codes(style: str) -> dict[str, str]:
    """Era code → era letter where the layout names none."""
    if style.startswith("GG"):
        return {name: letter for letter, (name, *_) in ERAS.items()}
    if style.startswith("g2"):
        return {f"{era_number(letter):02}": letter for letter in ERAS}
    if style.startswith("g1") or not style.startswith("G"):
        return {str(era_number(letter)): letter for letter in ERAS}
    return {letter: letter for letter in ERAS}


class _EraRows:
    """Which row of the era table applies to each value of an era-less style."""

    __slots__ = ("constant", "field", "numbers")

    def __init__(self, field: Field, style: str) -> None:
        codes = list((field.eras or _era_codes(style)).items())
        letters = [letter for _, letter in codes]
        self.constant = letters.index(field.era) if field.era in letters else -1
        self.field = field.era if field.era and self.constant < 0 else ""
        self.numbers = {code: row for row, (code, _) in enumerate(codes)}
        self.numbers |= {letter: row for row, letter in enumerate(letters)}

    def __call__(self, count: int, others: Others) -> Ints:
        if self.constant >= 0:
            return np.full(count, self.constant, np.int64)
        if not self.field:
            return np.empty(0, np.int64)
        eras = series(others[self.field]).cast(pl.String)
        rows = eras.replace_strict(self.numbers, default=-1, return_dtype=pl.Int64)
        return rows.fill_null(-1).to_numpy()


def date_decoder(field: Field, layout: Layout, charset: Charset) -> TextDecode:
    """Reads a date or era date: FLD-040 for no date, FLD-041 partial, FLD-042 outside its era."""
    style = style_of(field, layout)
    eras, era_rows = _era_table(field, style, charset), _EraRows(field, style)
    forms = [_form(_template(style, field.kind, charset), field, 0)]
    if "年" in style:
        forms.append(_form(_template(style, field.kind, charset, first_year=True), field, 1))

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        rows = era_rows(len(start), others)
        found, status = np.empty((len(start), 2), np.uint64), np.empty(len(start), np.uint8)
        decode_dates(data, start, stop, *forms[0], eras, rows, found, status)
        for form in forms[1:]:
            failed = np.flatnonzero(status == outcome.BAD_DATE)
            again, judged = np.empty((len(failed), 2), np.uint64), np.empty(len(failed), np.uint8)
            spans = start[failed], stop[failed]
            some = rows[failed] if len(rows) else rows
            decode_dates(data, *spans, *form, eras, some, again, judged)
            found[failed], status[failed] = again, judged
        return Text(found, NO_BYTES), status

    return reading(field, charset, decode)


def date_encoder(field: Field, layout: Layout, charset: Charset) -> TextEncode:
    """Writes a date or era date; year 1 of an era is written 01 where the style has no 元."""
    style = style_of(field, layout)
    if style == ISO:
        return writing(field, charset, lambda column, _: _plain(column))
    form = _form(_template(style, field.kind, charset), field, 0)
    first = None
    if FIRST_YEAR in style:
        first = _form(_template(style, field.kind, charset, first_year=True), field, 1)
    eras, era_rows = _era_table(field, style, charset), _EraRows(field, style)

    def encode(column: Text, others: Others) -> tuple[Text, Status]:
        found, status = _in_form(column.views, form, eras, era_rows(len(column), others))
        return (
            found if first is None else _first_years(column, found, (form, first), eras)
        ), status

    return writing(field, charset, encode)


Form = tuple[Ints, Ints]


def _in_form(words: Views, form: Form, eras: Ints, rows: Ints) -> tuple[Text, Status]:
    """Dates in one form; see `write_dates`."""
    count = len(words)
    found, status = np.empty((count, 2), np.uint64), np.empty(count, np.uint8)
    out = np.empty(count * int(form[0][0]) + SLACK, np.uint8)
    write_dates(words, *form, eras, rows, found, out, status)
    return Text(found, out), status


def _first_years(column: Text, found: Text, forms: tuple[Form, Form], eras: Ints) -> Text:
    """What was written in the first form, the year 01 of an era in the second one."""
    (shape, _), first = forms
    width, year = int(shape[0]), int(shape[1])
    places = found.data[: len(column) * width].reshape(-1, width)[:, year : year + 2]
    rows = np.flatnonzero((places == (ord("0"), ord("1"))).all(axis=1) & (found.lengths > 0))
    if not len(rows):
        return found
    again, _ = _in_form(column.views[rows], first, eras, np.empty(0, np.int64))
    return patched(found, rows, again, np.arange(len(rows)))


def _plain(column: Text) -> tuple[Text, Status]:
    status = np.empty(len(column), np.uint8)
    if are_iso(column.raw[0], status):
        return column, status
    found = np.empty(column.views.shape, np.uint64)
    write_iso(column.views, found, status)
    return Text(found, NO_BYTES), status


def time_decoder(field: Field, layout: Layout, charset: Charset) -> TextDecode:
    """Reads a time of day, FLD-045 where it is none."""
    template = _template(style_of(field, layout), "time", charset)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        found, status = np.empty((len(start), 2), np.uint64), np.empty(len(start), np.uint8)
        decode_times(data, start, stop, template, found, status)
        return Text(found, NO_BYTES), status

    return reading(field, charset, decode)


def time_encoder(field: Field, layout: Layout, charset: Charset) -> TextEncode:
    """Writes a time of day."""
    template = _template(style_of(field, layout), "time", charset)

    def encode(column: Text, others: Others) -> tuple[Text, Status]:
        count = len(column.views)
        found, status = np.empty((count, 2), np.uint64), np.empty(count, np.uint8)
        out = np.empty(count * len(template) + SLACK, np.uint8)
        flat = column.views.view(np.uint8).reshape(-1)
        write_times(column.views, flat, template, found, out, status)
        return Text(found, out), status

    return writing(field, charset, encode)
