"""`partial`: a date with unknown parts ↔ date, 不詳フラグ, 不詳表記 and, if asked, 元号.

A whole date goes to the first target, the words for a partly unknown one to the third; the flag
says which. The era is a number, 1 for 明治 to 5 for 令和. Together they hold all there is to know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.columns import Bytes, Ints, Text, series, text
from converters.findings import ValueProblem
from converters.kernels.partial import BLANK, PARTIAL, STRANGE, WHOLE, read_dates
from converters.mapping.pairs import FAILED, NO_REVERSE, Made, Pair, Wiring, flagged
from converters.mapping.rename import reported
from converters.mapping.unknown import ERA_ROWS, LETTERS, read, words
from converters.mapping.values import as_text, from_text
from converters.model import Field

__all__ = ["partial_date"]

Bools = npt.NDArray[np.bool_]
NO_DATA = np.empty(0, np.uint8)
NUMBERS = pl.Series([None, *(str(number + 1) for number in range(len(LETTERS)))], dtype=pl.String)
"""The era of a date as the fourth target has it, by its number."""
LETTER_OF = pl.Series(["", *LETTERS], dtype=pl.String)
FLAGS = pl.Series(["0", "1"], dtype=pl.String)
NOTHING = pl.Series([None], dtype=pl.String)
UNKNOWN = pl.Series(["0000-00-00"], dtype=pl.String)


@dataclass(frozen=True, slots=True, eq=False)
class Dates:
    """A column of dates taken apart (`kernels.partial`); `whole` has the whole ones, bare."""

    states: Bytes
    days: Ints
    written: Bytes
    implied: Bytes
    whole: pl.Series


def partial_date(wiring: Wiring) -> Pair:
    """The pair of a `partial` rule."""
    (source,), targets = wiring.sources, wiring.targets

    def apply(columns: list[pl.Series]) -> Made:
        (values,) = columns
        dates = _dates(as_text(values, source))
        unknown = dates.states == PARTIAL
        made = [
            dates.whole,
            _flags(unknown, targets[1]),
            _words(dates, unknown),
            *(from_text(NUMBERS.gather(dates.written), era).values for era in targets[3:]),
        ]
        problems = flagged(dates.states == STRANGE, source.name, values, FAILED)
        if len(targets) < 4:
            lettered = (dates.states == WHOLE) & (dates.written != dates.implied)
            problems += wiring.lost(lettered, source.name, values)
        return made, problems

    def inverse(columns: list[pl.Series]) -> Made:
        found, problems = _returned(wiring, columns)
        converted = from_text(found, source)
        return [converted.values], problems + reported(wiring, converted, targets[0].name, found)

    return Pair(apply, inverse)


def _dates(values: pl.Series) -> Dates:
    rows, (raw, _) = len(values), text(values).raw
    states, written, implied = (np.empty(rows, np.uint8) for _ in range(3))
    days, views = np.empty(rows, np.int64), np.empty((rows, 2), np.uint64)
    read_dates(raw, ERA_ROWS, states, days, written, implied, views)
    return Dates(states, days, written, implied, series(values.name, Text(views, NO_DATA)))


def _flags(unknown: Bools, field: Field) -> pl.Series:
    """0 known, 1 unknown, as the field holds it."""
    if field.kind == "boolean":
        return pl.Series(unknown)
    if not unknown.any():
        return from_text(FLAGS.head(1), field).values.new_from_index(0, len(unknown))
    return from_text(FLAGS, field).values.gather(unknown.astype(np.uint8))


def _words(dates: Dates, unknown: Bools) -> pl.Series:
    """The words for the unknown dates; each different one is put into words once."""
    rows = np.flatnonzero(unknown)
    if not len(rows):
        return NOTHING.new_from_index(0, len(unknown))
    keys, which = np.unique(dates.days[rows] * 8 + dates.written[rows], return_inverse=True)
    found = pl.Series([words(key // 8, key % 8) for key in keys.tolist()] + [None])
    places = np.full(len(unknown), len(keys), np.int64)
    places[rows] = which
    return found.gather(places)


def _returned(wiring: Wiring, columns: list[pl.Series]) -> tuple[pl.Series, list[ValueProblem]]:
    """The dates the targets stand for, and what these say beyond them."""
    dated, flagging, worded, *era = wiring.targets
    given, worded_values = as_text(columns[0], dated), as_text(columns[2], worded)
    dates, flag = _dates(given), _set(columns[1])
    told, bare = worded_values.is_not_null().to_numpy(), dates.states == BLANK
    speech = _speech(worded_values, bare & told)
    mute = bare & flag & ~told
    found: pl.Series = given
    problems: list[ValueProblem] = []
    if era:
        found, problems = _lettered(wiring, dates, speech.eras, columns[3])
    found = found.zip_with(pl.Series(~(bare & told)), speech.dates)
    if mute.any():
        found = found.zip_with(pl.Series(~mute), UNKNOWN)
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


def _set(flags: pl.Series) -> Bools:
    """Whether the flag says unknown."""
    if flags.dtype == pl.Boolean():
        return flags.fill_null(False).to_numpy()
    one: str | int = "1" if flags.dtype == pl.String() else 1
    return (flags == one).fill_null(False).to_numpy()


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """Words read: the dates, their eras, the rows that other words would stand for, or none."""

    dates: pl.Series
    eras: Ints
    inexact: Bools
    unread: Bools


def _speech(values: pl.Series, told: Bools) -> Speech:
    """The marked words; each different one is read once."""
    rows, none = np.flatnonzero(told), np.zeros(len(told), np.bool_)
    eras = np.zeros(len(told), np.int64)
    if not len(rows):
        return Speech(NOTHING.new_from_index(0, len(told)), eras, none, none)
    spoken = values.gather(rows)
    different = spoken.unique(maintain_order=True)
    which = spoken.replace_strict(
        different, pl.Series(range(len(different))), return_dtype=pl.Int64
    ).to_numpy()
    found = [read(word) for word in different]
    places = np.full(len(told), len(found), np.int64)
    places[rows] = which
    dates = pl.Series([one and one.date for one in found] + [None], dtype=pl.String)
    inexact = np.array([one is not None and not one.exact for one in found] + [False])
    unread = np.array([one is None for one in found] + [False])
    numbers = np.array([one.era if one else 0 for one in found] + [0])
    return Speech(dates.gather(places), numbers[places], inexact[places], unread[places])


def _lettered(
    wiring: Wiring, dates: Dates, spoken: Ints, given: pl.Series
) -> tuple[pl.Series, list[ValueProblem]]:
    """The whole dates with the era's letter where the day does not imply it, by the era given."""
    field = wiring.targets[3]
    numbers = as_text(given, field).replace_strict(
        NUMBERS.tail(len(LETTERS)), pl.Series(range(1, 1 + len(LETTERS))), default=None
    )
    eras = numbers.fill_null(0).to_numpy()
    whole = dates.states == WHOLE
    early = whole & (eras > 0) & (dates.days // 10000 <= ERA_ROWS[np.maximum(eras, 1) - 1, 2])
    wrong = early | (given.is_not_null() & numbers.is_null()).to_numpy()
    odd = ~wrong & (eras != np.where(whole, np.where(eras > 0, eras, dates.implied), spoken))
    problems = flagged(wrong, field.name, given, NO_REVERSE)
    problems += wiring.lost(odd, field.name, given)
    rows = whole & ~wrong & (eras > 0) & (eras != dates.implied)
    if not rows.any():
        return dates.whole, problems
    letters = LETTER_OF.gather(eras)
    return (dates.whole + letters).zip_with(pl.Series(rows), dates.whole), problems
