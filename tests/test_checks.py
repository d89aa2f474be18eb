"""Checks over typed columns: which rows of a batch each rule finds, and what the report can say."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import batches
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import checks
from converters.checks.values import shape
from converters.columns import Batch, text
from converters.comparing import surely_after
from converters.errors import DefinitionError
from converters.model import Layout


def layout(*fields: dict[str, Any], rules: tuple[dict[str, Any], ...] = (), **more: Any) -> Layout:
    return Layout.model_validate(
        {
            "kind": "layout",
            "id": "test/checks",
            "charset": "utf-8",
            "framing": {"delimited": {}},
            "records": [{"fields": list(fields)}],
            "checks": list(rules),
        }
        | more
    )


def batch(**columns: Any) -> Batch:
    frame = pl.DataFrame(columns)
    numbers = pl.Series("_record", range(1, frame.height + 1), pl.UInt64)
    return batches.of(frame.insert_column(0, numbers))


def failing(of: Layout, frame: Batch, **kwargs: Any) -> list[tuple[str, str, list[int]]]:
    found = checks.compile(of).run(frame, **kwargs)
    return [(problem.code, problem.field, problem.rows.tolist()) for problem in found]


DAYS = {"kind": "date", "style": "YYYY-MM-DD", "partial": True}

# name, field options, column, dtype, expected code, rows that fail
ONE_COLUMN: list[tuple[str, dict[str, Any], list[Any], Any, str, list[int]]] = [
    ("required", {"required": True}, ["a", None, "b", None], pl.String, "FLD-001", [1, 3]),
    ("chars, of bytes fewer", {"chars": 4}, ["abcd", None], pl.String, "", []),
    ("chars, of bytes more", {"chars": 4}, ["山田太郎", "𠮷田太郎"], pl.String, "", []),
    ("chars", {"chars": 4}, ["山田太郎", None, "山田太郎子"], pl.String, "FLD-020", [2]),
    ("chars, narrow", {"chars": 3}, ["abc", "abcd"], pl.String, "FLD-020", [1]),
    ("chars of an integer", {"kind": "integer", "chars": 3, "sign": "minus"},
     [999, -999, None, 1000, -1000], pl.Int64, "FLD-020", [3, 4]),
    ("chars beyond any integer", {"kind": "integer", "chars": 40}, [1], pl.Int64, "", []),
    ("integer range", {"kind": "integer", "min": "0", "max": "150"},
     [0, 150, None, -1, 151], pl.Int64, "FLD-033", [3, 4]),
    ("large integer range", {"kind": "integer", "digits": 20, "max": "1" + "0" * 19},
     [Decimal(10**19), Decimal(10**19 + 1)], pl.Decimal(38, 0), "FLD-033", [1]),
    ("decimal range", {"kind": "decimal", "scale": 2, "max": "1.05"},
     [Decimal("1.05"), Decimal("1.06"), None], pl.Decimal(38, 2), "FLD-033", [1]),
    ("digits range, equal widths", {"kind": "digits", "min": "010", "max": "900"},
     ["010", "009", "901", None], pl.String, "FLD-033", [1, 2]),
    ("digits range, any width", {"kind": "digits", "min": "9", "max": "100"},
     ["10", "8", "0009", "0101", None, "100"], pl.String, "FLD-033", [1, 3]),
    ("digits beyond 64 bits", {"kind": "digits", "max": "9" * 20},
     ["9" * 20, "1" + "0" * 20], pl.String, "FLD-033", [1]),
    ("date range", DAYS | {"min": "1900-01-01", "max": "2026-12-31"},
     ["1900-01-01", "1899-12-31", "2026-12-31", "2027-01-01", None], pl.String, "FLD-033", [1, 3]),
    ("partial dates outside for sure only", DAYS | {"min": "1900-06-15", "max": "1999-06-15"},
     ["1900-00-00", "1900-06-00", "1900-05-00", "1999-00-00", "1999-06-00", "1999-07-00",
      "0000-00-00", "1899-00-00"], pl.String, "FLD-033", [2, 5, 7]),
    ("the era letter is no part of the day", DAYS | {"kind": "wareki", "max": "1912-07-30"},
     ["1912-07-30M", "1912-07-31"], pl.String, "FLD-033", [1]),
    ("a sentinel is in no range", DAYS | {"max": "2030-01-01", "sentinels": {"0": "9999-12-31"}},
     ["9999-12-31", "9999-12-30"], pl.String, "FLD-033", [1]),
    ("code range", {"kind": "code", "codes": "c", "min": "10", "max": "19"},
     ["10", "09", "20"], pl.String, "FLD-033", [1, 2]),
    ("pattern", {"kind": "narrow", "pattern": "[A-Z]{2}[0-9]+"},
     ["AB1", "AB", None, "xAB1", "AB1\n", "AB１"], pl.String, "FLD-060", [1, 3, 4, 5]),
    ("pattern of alternatives is whole", {"pattern": "a|bc"},
     ["a", "bc", "ac", "abc"], pl.String, "FLD-060", [2, 3]),
    ("pattern of an integer", {"kind": "integer", "pattern": "[0-9]{2}"},
     [12, 3], pl.Int64, "FLD-060", [1]),
    ("check digit", {"kind": "digits", "check": "個人番号"},
     ["123456789018", None, "123456789019"], pl.String, "FLD-061", [2]),
    ("suspected check digit", {"kind": "digits", "check": "住民票コード"},
     ["12345678903", "12345678904"], pl.String, "FLD-062", [1]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "values", "dtype", "code", "rows"),
    [case[1:] for case in ONE_COLUMN],
    ids=[case[0] for case in ONE_COLUMN],
)
def test_one_column(
    options: dict[str, Any], values: list[Any], dtype: Any, code: str, rows: list[int]
) -> None:
    of = layout({"name": "x"} | options)
    frame = batch(x=pl.Series(values, dtype=dtype))
    assert failing(of, frame) == ([(code, "x", rows)] if rows else [])


A_DATE, B_DATE = {"name": "a"} | DAYS, {"name": "b"} | DAYS | {"kind": "wareki"}

# first, second, is the order surely wrong?
ORDER = [
    ("1990-01-01", "1990-01-01", False),
    ("1990-01-02", "1990-01-01", True),
    ("1990-01-02", None, False),
    (None, "1990-01-01", False),
    ("1990-01-00", "1990-01-01", False),
    ("1990-02-00", "1990-01-31", True),
    ("1990-02-15", "1990-02-00", False),
    ("1990-03-01", "1990-02-00", True),
    ("1990-12-31", "1990-00-00", False),
    ("1991-01-01", "1990-00-00", True),
    ("1991-00-00", "1990-00-00", True),
    ("1990-01-01", "0000-00-00", False),
    ("0000-00-00", "1990-01-01", False),
    ("1912-07-30M", "1912-07-30", False),
    ("1912-07-30", "1912-07-30M", False),
    ("1912-07-31", "1912-07-30M", True),
    ("1990-01-01", "9999-12-31", False),
]


@pytest.mark.parametrize(("first", "second", "wrong"), ORDER)
def test_dates_out_of_order_are_found_when_no_unknown_part_can_excuse_them(
    first: str | None, second: str | None, wrong: bool
) -> None:
    of = layout(A_DATE, B_DATE, rules=({"order": ["a", "b"]},))
    frame = batch(a=pl.Series([first], dtype=pl.String), b=pl.Series([second], dtype=pl.String))
    assert failing(of, frame) == ([("SET-008", "a", [0])] if wrong else [])


day = st.tuples(st.integers(1900, 1903), st.integers(0, 12), st.integers(0, 31)).map(
    lambda parts: "{:04d}-{:02d}-{:02d}".format(*parts)
)


def readings(value: str) -> list[str]:
    """Every day that a date with unknown parts may mean, and some that are none."""
    year, month, last = value.split("-")
    months = [month] if month != "00" else [f"{m:02d}" for m in range(1, 13)]
    days = [last] if last != "00" else [f"{d:02d}" for d in range(1, 32)]
    return [f"{year}-{m}-{d}" for m in months for d in days]


@given(day, day)
def test_a_date_is_surely_after_another_when_each_of_its_readings_is(one: str, other: str) -> None:
    first, second = (text(pl.Series([value])) for value in (one, other))
    found = bool(surely_after(first, second)[0])
    assert found == (min(readings(one)) > max(readings(other)))
    assert not surely_after(first, first)[0]


@given(day, st.sampled_from(["", "M", "S"]))
def test_an_era_letter_has_no_order(value: str, letter: str) -> None:
    lettered, bare = text(pl.Series([value + letter])), text(pl.Series([value]))
    assert not surely_after(lettered, bare)[0]
    assert not surely_after(bare, lettered)[0]


PERSON = (
    {"name": "kind", "kind": "code", "codes": "k"},
    {"name": "name", "kind": "wide", "required": {"field": "kind", "equals": "1"}},
    {"name": "land", "kind": "code", "codes": "l"},
    {"name": "age", "kind": "integer"},
    {"name": "alive", "kind": "boolean", "values": ["Y", "N"]},
)
FRAME = batch(
    kind=["1", "2", "1", None],
    name=["山田", None, None, None],
    land=[None, None, "JP", "JP"],
    age=[1, 2, None, 2],
    alive=[True, False, None, True],
)

# name, condition, the rows of which `land` is blank and the condition holds
CONDITIONS: list[tuple[str, dict[str, Any], list[int]]] = [
    ("equals", {"field": "kind", "equals": "2"}, [1]),
    ("among", {"field": "kind", "in": ["1", "2"]}, [0, 1]),
    ("filled", {"field": "name", "blank": False}, [0]),
    ("blank", {"field": "name", "blank": True}, [1]),
    ("an integer", {"field": "age", "equals": "1"}, [0]),
    ("a boolean, as the field spells it", {"field": "alive", "equals": "N"}, [1]),
    ("nothing", {"field": "kind", "equals": "9"}, []),
]


@pytest.mark.parametrize(
    ("when", "rows"), [case[1:] for case in CONDITIONS], ids=[case[0] for case in CONDITIONS]
)
def test_a_field_is_required_where_the_condition_holds(
    when: dict[str, Any], rows: list[int]
) -> None:
    own = ("SET-004", "name", [2])
    of = layout(*PERSON, rules=({"required": "land", "when": when},))
    assert failing(of, FRAME) == [own] + ([("SET-004", "land", rows)] if rows else [])


def test_a_value_that_could_not_be_read_is_not_called_blank() -> None:
    of = layout({"name": "a", "required": True}, {"name": "b", "required": True})
    frame = batch(a=pl.Series([None, None], dtype=pl.String), b=["x", "y"])
    unread = {"a": np.array([True, False]), "b": np.array([False, False])}
    assert failing(of, frame, unread=unread) == [("FLD-001", "a", [1])]


def test_problems_show_the_typed_values() -> None:
    of = layout(
        {"name": "n", "kind": "integer", "max": "9"},
        A_DATE | {"required": True},
        B_DATE,
        rules=({"order": ["a", "b"]},),
    )
    frame = batch(n=[5, 10], a=["1990-01-02", None], b=["1990-01-01", None])
    shown = [
        (problem.step, problem.values if problem.values is None else problem.values.to_list())
        for problem in checks.compile(of).run(frame)
    ]
    assert shown == [(0, ["10"]), (1, None), (2, ["1990-01-02 > 1990-01-01"])]


def test_the_steps_of_a_layout_say_what_is_due() -> None:
    of = layout(
        {"name": "id", "kind": "digits", "chars": 5, "required": True, "check": "団体コード"},
        {"name": "n", "kind": "integer", "min": "1"},
        rules=({"unique": ["id", "n"], "because": "law"},),
    )
    plan = checks.compile(of)
    assert [(step.code, step.rule, step.fields, step.limit) for step in plan.steps] == [
        ("FLD-001", "required", ("id",), ""),
        ("FLD-020", "chars", ("id",), "5"),
        ("FLD-061", "check-digit", ("id",), "団体コード"),
        ("FLD-033", "range", ("n",), "1.."),
        ("SET-001", "unique", ("id", "n"), ""),
    ]
    assert plan.unique == {4: ("id", "n")}


def test_a_check_that_passed_failed_was_off_or_could_not_run_is_told_apart() -> None:
    of = layout(
        {"name": "a", "required": True},
        {"name": "b", "required": True},
        {"name": "c", "required": True, "pattern": "x"},
        severities=[{"code": "FLD-060", "severity": "off", "because": "agreed"}],
    )
    plan = checks.compile(of)
    frame = batch(a=["1", None], c=["1", "2"])
    found = plan.run(frame)
    assert [(problem.code, problem.field) for problem in found] == [("FLD-001", "a")]
    outcomes = plan.outcomes({problem.step: len(problem.rows) for problem in found}, frame.columns)
    assert [(step["fields"], step["outcome"], step["failed"]) for step in outcomes] == [
        (["a"], "fail", 1),
        (["b"], "unevaluated", 0),
        (["c"], "pass", 0),
        (["c"], "skipped", 0),
    ]


def test_a_check_switched_off_for_one_field_still_runs_for_another() -> None:
    override = {"code": "FLD-060", "severity": "off", "because": "agreed", "fields": ["a"]}
    of = layout({"name": "a", "pattern": "x"}, {"name": "b", "pattern": "x"}, severities=[override])
    assert failing(of, batch(a=["y"], b=["y"])) == [("FLD-060", "b", [0])]


def test_all_rules_that_cannot_be_meant_are_told_at_once() -> None:
    of = layout(
        {"name": "a", "pattern": "(?=x)"},
        {"name": "b", "kind": "integer", "min": "ten"},
        {"name": "c", "kind": "decimal", "scale": 1, "max": "x"},
        {"name": "d", "kind": "boolean", "max": "1"},
        {"name": "e", "kind": "digits", "max": "-1"},
        {"name": "f", "kind": "integer", "check": "個人番号"},
        {"name": "g", "required": {"field": "zz", "equals": "1"}},
        rules=({"order": ["a", "b"]},),
    )
    with pytest.raises(DefinitionError) as caught:
        checks.compile(of)
    fields = {problem.message.split(":")[0] for problem in caught.value.problems}
    assert fields == {"a", "b", "c", "d", "e", "f", "g/zz", "a/b"}


def test_an_empty_batch_has_no_problems() -> None:
    of = layout({"name": "a", "required": True, "chars": 3, "kind": "digits", "max": "9"})
    assert failing(of, batch(a=pl.Series([], dtype=pl.String))) == []


@given(st.lists(st.none() | st.text(min_size=1, max_size=6), min_size=1, max_size=30))
def test_length_counts_code_points(values: list[str | None]) -> None:
    expected = [row for row, value in enumerate(values) if value is not None and len(value) > 3]
    frame = batch(x=pl.Series(values, dtype=pl.String))
    found = failing(layout({"name": "x", "chars": 3}), frame)
    assert found == ([("FLD-020", "x", expected)] if expected else [])


SHAPES = [
    ("[0-9]{7}", 7),
    ("[A-Z]{2}[0-9]{8}[A-Z]{2}", 12),
    ("[0-9]{2}-[0-9]{3}", 6),
    ("A[BC]", 2),
]
NO_SHAPES = [
    "",
    "[0-9]+",
    "[0-9]{1,4}",
    "([0-9]{2}){2}",
    "[^0-9]",
    "a|b",
    r"\d",
    "[あ-ん]",
    ".",
    "a?",
]


@pytest.mark.parametrize(("expression", "width"), SHAPES)
def test_a_run_of_ascii_classes_is_a_shape(expression: str, width: int) -> None:
    allowed = shape(expression)
    assert allowed is not None and len(allowed) == 256 * width


@pytest.mark.parametrize("expression", NO_SHAPES)
def test_anything_else_stays_an_expression(expression: str) -> None:
    assert shape(expression) is None


part = st.sampled_from(["[0-9]", "[A-C]{2}", "-", "[0-9A-F]", "x", "[a_]{0}", " ", "[A-B]{13}"])


@given(
    st.lists(part, min_size=1, max_size=4).map("".join),
    st.lists(st.none() | st.text("0A9Bx- あ", min_size=1, max_size=16), min_size=1, max_size=20),
    st.data(),
)
def test_a_shape_finds_what_the_expression_finds(
    expression: str, values: list[str | None], data: st.DataObject
) -> None:
    values.append(data.draw(st.from_regex(expression, fullmatch=True)) or None)
    expected = [
        row
        for row, value in enumerate(values)
        if value is not None and not re.fullmatch(expression, value)
    ]
    frame = batch(x=pl.Series(values, dtype=pl.String))
    found = failing(layout({"name": "x", "kind": "narrow", "pattern": expression}), frame)
    assert found == ([("FLD-060", "x", expected)] if expected else [])
