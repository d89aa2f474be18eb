"""Tests of one column: values → the rows whose value is wrong.

Every test first asks a question that one fast pass answers for clean data; rows are looked at one
by one only where that pass found a suspect.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import checkdigits
from converters.columns import Bytes, Ints, Text, Values, series, take, text
from converters.comparing import after, constant, surely_after
from converters.conditions import Typed, typed
from converters.kernels.shapes import misshapen
from converters.kernels.utf8 import code_points
from converters.model import Field

__all__ = [
    "NONE",
    "Rows",
    "check_digit",
    "length",
    "pattern",
    "places",
    "shape",
    "span",
]

Rows = Callable[[Values], Ints]

NONE: Ints = np.empty(0, np.int64)

DATES = frozenset({"date", "wareki"})
PLAIN = "[A-Za-z0-9 _/:,]"
MEMBER = re.compile(rf"({PLAIN}|-)(?:-({PLAIN}))?")
PART = re.compile(rf"(?:\[((?:{PLAIN}(?:-{PLAIN})?)+)\]|({PLAIN}|-))(?:\{{([0-9]+)\}})?")
SHAPE = re.compile(rf"(?:{PART.pattern})*")
WIDEST = 64
"""The longest shape that is kept as a table."""


def places(found: pl.Series) -> Ints:
    """Where a boolean series is true; null is not true."""
    return found.arg_true().to_numpy().astype(np.int64) if found.any() else NONE


def length(limit: int) -> Rows:
    """Texts of more than `limit` characters. No more bytes than that cannot be more characters."""

    def test(column: Values) -> Ints:
        assert isinstance(column, Text), "the length of a number is counted in digits"
        if column.longest <= limit:
            return NONE
        counts = np.empty(len(column), np.int64)
        code_points(*column.raw, counts)
        return np.flatnonzero(counts > limit)

    return test


def digits(limit: int) -> Rows:
    """Integers of more than `limit` digits, sign and leading zeros not counted."""
    bound = 10**limit

    def test(column: Values) -> Ints:
        numbers = series(column)
        # No column holds more digits, and polars does not compare with more.
        if limit > (18 if numbers.dtype == pl.Int64() else 37):
            return NONE
        return places((numbers >= bound) | (numbers <= -bound))

    return test


def pattern(expression: str) -> Rows:
    """Values that the expression does not match from end to end; ValueError when it is not one."""
    whole = rf"\A(?:{expression})\z"
    try:
        pl.Series([""]).str.contains(whole)
    except pl.exceptions.ComputeError as exc:
        raise ValueError(str(exc).splitlines()[-1].removeprefix("error: ")) from exc

    allowed = shape(expression)

    def test(column: Values) -> Ints:
        if allowed is not None and isinstance(column, Text):
            return np.flatnonzero(misshapen(*column.raw, allowed))
        return places(~series(column).cast(pl.String).str.contains(whole))

    return test


def shape(expression: str) -> Bytes | None:
    """The bytes allowed at each place, if the expression is a run of ASCII classes of one length.

    Such are most patterns of identifiers, and a table is eight times as fast as an expression.
    """
    if not SHAPE.fullmatch(expression):
        return None
    rows: list[npt.NDArray[np.uint8]] = []
    for members, single, count in PART.findall(expression):
        row = np.zeros(256, np.uint8)
        for first, last in MEMBER.findall(members or single):
            row[ord(first) : ord(last or first) + 1] = 1
        rows += [row] * int(count or 1)
    return np.concatenate(rows) if 0 < len(rows) <= WIDEST else None


def check_digit(scheme: str) -> Rows:
    """Numbers that disagree with their check digit."""

    def test(column: Values) -> Ints:
        assert isinstance(column, Text), "a number with a check digit is kept as text"
        return np.flatnonzero(checkdigits.wrong(scheme, column))

    return test


def span(field: Field) -> Rows:
    """Values below `min` or above `max`; a date only when it lies outside whatever it means.

    What a sentinel stands for, such as the open end 9999-12-31, is in no range and never outside.
    """
    outside = _span(field)
    if not field.sentinels:
        return outside
    meant = list(field.sentinels.values())

    def test(column: Values) -> Ints:
        rows = outside(column)
        if not len(rows):
            return NONE
        return rows[places(~series(take(column, rows)).cast(pl.String).is_in(meant))]

    return test


def _span(field: Field) -> Rows:
    if field.kind == "boolean":
        raise ValueError("a boolean has no range")
    if field.kind == "digits":
        return _digits_outside(field.min, field.max)
    if field.kind in DATES:
        return _days_outside(field.min, field.max)
    low = None if field.min is None else typed(field, field.min)
    high = None if field.max is None else typed(field, field.max)
    return lambda column: _outside(column, low, high)


def _outside(column: Values, low: Typed | None, high: Typed | None) -> Ints:
    if isinstance(column, Text):
        below = NONE if low is None else np.flatnonzero(after(constant(str(low)), column))
        above = NONE if high is None else np.flatnonzero(after(column, constant(str(high))))
    else:
        below = NONE if low is None else places(series(column) < low)
        above = NONE if high is None else places(series(column) > high)
    return np.union1d(below, above) if len(above) else below


def _days_outside(low: str | None, high: str | None) -> Rows:
    def test(column: Values) -> Ints:
        assert isinstance(column, Text), "dates are texts"
        below = NONE if low is None else np.flatnonzero(surely_after(constant(low), column))
        above = NONE if high is None else np.flatnonzero(surely_after(column, constant(high)))
        return np.union1d(below, above) if len(above) else below

    return test


def _digits_outside(low: str | None, high: str | None) -> Rows:
    """Digit strings compare as text once they are equally long."""
    limits = [limit for limit in (low, high) if limit is not None]
    if any(not (limit.isascii() and limit.isdigit()) for limit in limits):
        raise ValueError("the range of digits is given in digits")
    least = max(len(limit) for limit in limits)

    def test(column: Values) -> Ints:
        assert isinstance(column, Text), "digits are texts"
        width = max(least, column.longest)
        if np.any((column.lengths != width) & (column.lengths > 0)):
            column = text(series(column).str.zfill(width))
        ends = [None if limit is None else limit.zfill(width) for limit in (low, high)]
        return _outside(column, ends[0], ends[1])

    return test
