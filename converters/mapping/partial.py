"""`partial`: a date with unknown parts ↔ date, 不詳フラグ, 不詳表記 and, if asked, 元号.

A whole date goes to the first target, the words for a partly unknown one to the third; the flag
says which. The era is a number, 1 for 明治 to 5 for 令和. Together they hold all there is to know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.columns import Bytes, Ints, Text, Values, are_blank, series, take, texts
from converters.comparing import choose, constant, differ
from converters.findings import ValueProblem
from converters.kernels import lookup
from converters.kernels.lookup import distinct
from converters.kernels.partial import BLANK, PARTIAL, STRANGE, WHOLE, read_dates
from converters.mapping.pairs import FAILED, NO_REVERSE, Made, Pair, Wiring, flagged
from converters.mapping.rename import reported
from converters.mapping.unknown import ERA_ROWS, LETTERS, read, words
from converters.mapping.values import as_text, from_text
from converters.model import Field

__all__ = ["partial_date"]

Bools = npt.NDArray[np.bool_]
NO_DATA = np.empty(0, np.uint8)
NUMBERS = texts(["", *(str(number + 1) for number in range(len(LETTERS)))])
"""The era of a date as the fourth target has it, by its number."""
ERAS_BY_NUMBER = lookup.build([str(number + 1).encode() for number in range(len(LETTERS))])
FLAGS = texts(["0", "1"])
UNKNOWN = constant("0000-00-00")
ONE = constant("1")


@dataclass(frozen=True, slots=True, eq=False)
class Dates:
    """A column of dates taken apart (`kernels.partial`); `whole` has the whole ones, bare."""

    states: Bytes
    days: Ints
    written: Bytes
    implied: Bytes
    whole: Text


def partial_date(wiring: Wiring) -> Pair:
    """The pair of a `partial` rule."""
    (source,), targets = wiring.sources, wiring.targets

    def apply(columns: list[Values]) -> Made:
        (values,) = columns
        dates = _dates(as_text(values, source))
        unknown = dates.states == PARTIAL
        made: list[Values] = [
            dates.whole,
            _flags(unknown, targets[1]),
            _spelled(dates, dates.written, unknown, words),
            *(from_text(_eras(dates), era).values for era in targets[3:]),
        ]
        problems = flagged(dates.states == STRANGE, source.name, values, FAILED)
        if len(targets) < 4:
            lettered = (dates.states == WHOLE) & (dates.written != dates.implied)
            problems += wiring.lost(lettered, source.name, values)
        return made, problems

    def inverse(columns: list[Values]) -> Made:
        found, problems = _returned(wiring, columns)
        converted = from_text(found, source)
        return [converted.values], problems + reported(wiring, converted, targets[0].name, found)

    return Pair(apply, inverse)


def _dates(values: Text) -> Dates:
    rows, (raw, _) = len(values), values.raw
    states, written, implied = (np.empty(rows, np.uint8) for _ in range(3))
    days, views = np.empty(rows, np.int64), np.empty((rows, 2), np.uint64)
    read_dates(raw, ERA_ROWS, states, days, written, implied, views)
    return Dates(states, days, written, implied, Text(views, NO_DATA))


def _eras(dates: Dates) -> Text:
    """The numbers of the eras as text; none for a date without one."""
    return take(NUMBERS, dates.written.astype(np.int64))


def _flags(unknown: Bools, field: Field) -> Values:
    """0 known, 1 unknown, as the field holds it."""
    if field.kind == "boolean":
        return pl.Series(unknown)
    return take(from_text(FLAGS, field).values, unknown.astype(np.int64))


def _spelled(
    dates: Dates, eras: Ints | Bytes, marked: Bools, how: Callable[[int, int], str]
) -> Text:
    """How the marked dates of these eras are spelled, each different one once; blank elsewhere."""
    rows = np.flatnonzero(marked)
    if not len(rows):
        return Text(np.zeros((len(marked), 2), np.uint64), NO_DATA)
    keys, which = np.unique(dates.days[rows] * 8 + eras[rows], return_inverse=True)
    places = np.full(len(marked), len(keys), np.int64)
    places[rows] = which
    return take(texts([*(how(key // 8, key % 8) for key in keys.tolist()), ""]), places)


def _returned(wiring: Wiring, columns: list[Values]) -> tuple[Text, list[ValueProblem]]:
    """The dates the targets stand for, and what these say beyond them."""
    dated, flagging, worded, *era = wiring.targets
    given, worded_values = as_text(columns[0], dated), as_text(columns[2], worded)
    dates, flag = _dates(given), _set(columns[1])
    told, bare = ~are_blank(worded_values), dates.states == BLANK
    speech = _speech(worded_values, bare & told)
    mute = bare & flag & ~told
    found = given
    problems: list[ValueProblem] = []
    if era:
        found, problems = _lettered(wiring, dates, speech.eras, columns[3])
    found = choose(bare & told, speech.dates, found)
    if mute.any():
        found = choose(mute, UNKNOWN, found)
    whole = dates.states == WHOLE
    lettered = whole & (dates.written != dates.implied)
    for rows, field, values in [
        (lettered | (dates.states == PARTIAL), dated, columns[0]),
        (whole & flag | bare & told & ~flag, flagging, columns[1]),
        (whole & told | speech.inexact | mute, worded, columns[2]),
    ]:
        problems += wiring.lost(rows, field.name, values)
    problems += flagged(dates.states == STRANGE, dated.name, columns[0], NO_REVERSE)
    return found, problems + flagged(speech.unread, worded.name, columns[2], NO_REVERSE)


def _set(flags: Values) -> Bools:
    """Whether the flag says unknown."""
    if isinstance(flags, Text):
        return np.equal(differ(flags, ONE), 0)
    given = series(flags)
    if given.dtype == pl.Boolean():
        return given.fill_null(False).to_numpy()
    return (given == 1).fill_null(False).to_numpy()


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Words read: the dates, their eras, the rows that other words would stand for, or none."""

    dates: Text
    eras: Ints
    inexact: Bools
    unread: Bools


def _speech(values: Text, told: Bools) -> Speech:
    """The marked words; each different one is read once."""
    rows, none = np.flatnonzero(told), np.zeros(len(told), np.bool_)
    eras = np.zeros(len(told), np.int64)
    if not len(rows):
        return Speech(Text(np.zeros((len(told), 2), np.uint64), NO_DATA), eras, none, none)
    spoken = take(values, rows)
    different = distinct(*spoken.raw, len(rows))
    assert different is not None
    found = [read(spoken.value(row).decode()) for row in different.firsts.tolist()]
    places = np.full(len(told), len(found), np.int64)
    places[rows] = different.numbers
    dates = texts([*(one.date if one else "" for one in found), ""])
    inexact = np.array([one is not None and not one.exact for one in found] + [False])
    unread = np.array([one is None for one in found] + [False])
    numbers = np.array([one.era if one else 0 for one in found] + [0])
    return Speech(take(dates, places), numbers[places], inexact[places], unread[places])


def _lettered(
    wiring: Wiring, dates: Dates, spoken: Ints, given: Values
) -> tuple[Text, list[ValueProblem]]:
    """The whole dates with the era's letter where the day does not imply it, by the era given."""
    field = wiring.targets[3]
    numbers = lookup.find(ERAS_BY_NUMBER, *as_text(given, field).raw)
    eras = np.maximum(numbers + 1, 0).astype(np.int64)
    whole = dates.states == WHOLE
    early = whole & (eras > 0) & (dates.days // 10000 <= ERA_ROWS[np.maximum(eras, 1) - 1, 2])
    wrong = early | (numbers == lookup.MISSING)
    odd = ~wrong & (eras != np.where(whole, np.where(eras > 0, eras, dates.implied), spoken))
    problems = flagged(wrong, field.name, given, NO_REVERSE)
    problems += wiring.lost(odd, field.name, given)
    rows = whole & ~wrong & (eras > 0) & (eras != dates.implied)
    return choose(rows, _spelled(dates, eras, rows, _letter), dates.whole), problems


def _letter(day: int, era: int) -> str:
    """A whole date with the letter of an era that its day does not imply."""
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}{LETTERS[era - 1]}"
