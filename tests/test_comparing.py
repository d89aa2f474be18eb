"""Columns of texts: taken, measured, compared and chosen from, as lists would be."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from batches import column, listed
from hypothesis import given
from hypothesis import strategies as st

from converters.columns import Batch, are_blank, blanks, take
from converters.comparing import after, choose, constant, differ
from converters.kernels.texts import unknown_parts

pytestmark = pytest.mark.kernels

VALUES = st.none() | st.text("ab山𠮷0-", min_size=1, max_size=14)
"""Blank, inline and long values; many of them begin alike."""
PAIRS = st.lists(st.tuples(VALUES, VALUES), max_size=12)


def sides(pairs: list[tuple[str | None, str | None]]) -> tuple[list[str | None], list[str | None]]:
    return [a for a, _ in pairs], [b for _, b in pairs]


def key(value: str | None) -> bytes:
    return (value or "").encode()


@given(PAIRS)
def test_what_comes_after_another_is_decided_by_its_bytes(
    pairs: list[tuple[str | None, str | None]],
) -> None:
    left, right = sides(pairs)
    expected = [bool(a and b and key(a) > key(b)) for a, b in pairs]
    assert after(column(left), column(right)).tolist() == expected


@given(PAIRS, st.booleans())
def test_values_differ_when_their_bytes_do(
    pairs: list[tuple[str | None, str | None]], filled: bool
) -> None:
    left, right = sides(pairs)
    expected = [a != b and (not filled or bool(a and b)) for a, b in pairs]
    assert differ(column(left), column(right), filled).tolist() == expected


@given(st.lists(VALUES, max_size=12), VALUES)
def test_one_value_stands_for_a_column_of_any_length(
    values: list[str | None], value: str | None
) -> None:
    one = constant(value or "")
    assert differ(column(values), one).tolist() == [v != value for v in values]
    assert after(one, column(values)).tolist() == [
        bool(v and value and key(value) > key(v)) for v in values
    ]


@given(st.lists(st.tuples(VALUES, VALUES, st.booleans()), max_size=12))
def test_each_row_is_chosen_from_one_of_two_columns(
    rows: list[tuple[str | None, str | None, bool]],
) -> None:
    marks = np.array([mark for *_, mark in rows], np.bool_)
    found = choose(marks, column([a for a, *_ in rows]), column([b for _, b, _ in rows]))
    assert listed(found) == [a if mark else b for a, b, mark in rows]


@given(st.lists(st.tuples(VALUES, st.booleans()), max_size=12), VALUES)
def test_a_constant_may_be_chosen_or_give_way(
    rows: list[tuple[str | None, bool]], value: str | None
) -> None:
    marks = np.array([mark for _, mark in rows], np.bool_)
    values, one = column([v for v, _ in rows]), constant(value or "")
    assert listed(choose(marks, one, values)) == [value if mark else v for v, mark in rows]
    assert listed(choose(marks, values, one)) == [v if mark else value for v, mark in rows]


@given(st.lists(VALUES, max_size=20), st.lists(st.integers(0, 19), max_size=20))
def test_rows_are_taken_and_measured(values: list[str | None], wanted: list[int]) -> None:
    rows = [row for row in wanted if row < len(values)]
    taken = take(column(values), np.array(rows, np.int64))
    expected = [values[row] for row in rows]
    assert listed(taken) == expected
    sizes = [len(key(value)) for value in expected]
    assert (taken.blanks, taken.longest, taken.total) == (
        sizes.count(0),
        max(sizes, default=0),
        sum(sizes),
    )
    assert are_blank(taken).tolist() == [value is None for value in expected]


def test_a_batch_is_taken_column_by_column_and_shares_what_is_shared() -> None:
    name = column(["a", None, "a long enough value"])
    count = pl.Series([1, None, 3])
    batch = Batch(np.array([7, 8, 9]), {"x": name, "y": name, "n": count})
    rows = batch.take(np.array([0, 2]))
    assert rows["x"] is rows["y"]
    assert [listed(rows[field]) for field in ("x", "n")] == [["a", "a long enough value"], [1, 3]]
    assert rows.records.tolist() == [7, 9]
    assert [blanks(column) for column in batch.columns.values()] == [1, 1, 1]


def test_unknown_parts_of_dates_are_counted() -> None:
    dates = ["2024-01-31", "2024-00-00", "2024-02-00", "0000-00-00", "1989-01-07S", None]
    assert unknown_parts(column(dates).raw[0]) == 3
