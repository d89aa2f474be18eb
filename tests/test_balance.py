"""The balance: exact tallies that add up in any order, and every way a run can fail to close."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise
from typing import Any

import batches
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import status
from converters.balance import Books, KeyTotal, Tally, balance, counted, fields, merge, tally
from converters.balance.tallies import FieldTally
from converters.columns import Batch
from converters.model import Layout, Mapping, MappingSet

FIELDS: list[dict[str, Any]] = [
    {"name": "番号", "kind": "digits", "balance": "key"},
    {"name": "区分", "kind": "code", "codes": "c"},
    {"name": "税額", "kind": "integer", "digits": 18, "balance": "sum"},
    {"name": "率", "kind": "decimal", "digits": 38, "scale": 2, "balance": "sum"},
    {"name": "生年月日", "kind": "date", "style": "YYYY-MM-DD", "partial": True},
    {"name": "地区", "kind": "narrow", "balance": "category"},
    {"name": "備考", "kind": "mixed"},
]
TYPES = {
    "番号": pl.String,
    "区分": pl.String,
    "税額": pl.Int64,
    "率": pl.Decimal(38, 2),
    "生年月日": pl.String,
    "地区": pl.String,
    "備考": pl.String,
}


def layout(records: list[dict[str, Any]], key: tuple[str, ...] = (), name: str = "a") -> Layout:
    return Layout.model_validate(
        {
            "kind": "layout",
            "id": name,
            "charset": "utf-8",
            "framing": {"delimited": {}},
            "codes": {"c": {"1": "", "2": "", "9": ""}},
            "records": [{"fields": records, "key": list(key)}],
        }
    )


LAYOUT = layout(FIELDS, ("番号", "区分"))


def batch(rows: list[tuple[Any, ...]], types: dict[str, Any] = TYPES) -> Batch:
    columns = list(zip(*rows, strict=True)) if rows else [[] for _ in types]
    frame = pl.DataFrame(
        [pl.Series(name, list(values), dtype=kind, strict=True)
         for (name, kind), values in zip(types.items(), columns, strict=True)]
    )  # fmt: skip
    numbers = pl.Series("_record", range(1, frame.height + 1), pl.UInt64)
    return batches.of(frame.insert_column(0, numbers))


ROWS: list[tuple[Any, ...]] = [
    ("001", "1", 10**17, Decimal("0.10"), "1964-07-00", "A", None),
    ("002", "2", -3, Decimal("0.20"), "1964-07-01", None, "x"),
    (None, "1", None, None, None, "A", None),
]


def test_a_batch_is_counted_field_by_field() -> None:
    found = tally(batch(ROWS), counted(LAYOUT), {})
    key = found.fields["番号"].key
    assert key is not None and key.count == 2
    assert found.key is not None and found.key.count == 3
    assert found.records == 3
    assert found.fields == {
        "番号": FieldTally(2, key=key),
        "区分": FieldTally(3, categories={"1": 2, "2": 1}),
        "税額": FieldTally(2, total=10**17 - 3),
        "率": FieldTally(2, scale=2, total=30),
        "生年月日": FieldTally(2, unknown=1),
        "地区": FieldTally(2, categories={"A": 2}),
        "備考": FieldTally(1),
    }


def test_the_outcomes_of_reading_tell_unknown_dates() -> None:
    outcomes = {"生年月日": np.array([status.UNKNOWN, status.UNKNOWN, status.BLANK], np.uint8)}
    assert tally(batch(ROWS), counted(LAYOUT), outcomes).fields["生年月日"].unknown == 2


def test_sums_are_exact_beyond_64_and_128_bits() -> None:
    most = Decimal("9" * 36 + ".99")
    rows = [("1", "1", 10**18 - 1, most, None, None, None)] * 50
    found = tally(batch(rows), counted(LAYOUT), {})
    assert found.fields["税額"].total == 50 * (10**18 - 1)
    assert found.fields["率"].total == 50 * (10**38 - 1)
    shown = balance(Books(found, found), None)["sums"]
    assert [(line["source"], line["read"]) for line in shown] == [
        ("税額", "49999999999999999950"),
        ("率", "49999999999999999999999999999999999999.50"),
    ]


def test_an_empty_batch_changes_nothing() -> None:
    full, empty = tally(batch(ROWS), counted(LAYOUT), {}), tally(batch([]), counted(LAYOUT), {})
    assert merge(full, empty) == full == merge(empty, full)


def test_padding_with_zeros_does_not_change_the_key_total_of_digits() -> None:
    columns = {"番号": pl.String}
    of = layout(FIELDS[:1])
    short, long = ([("1",), ("20",)], [("00020",), ("00001",)])
    assert tally(batch(short, columns), counted(of), {}) == tally(
        batch(long, columns), counted(of), {}
    )


text = st.none() | st.sampled_from(["1", "2", "9", "A", "ｶﾅ", "漢字"])
row = st.tuples(
    text,
    text,
    st.none() | st.integers(-(10**18) + 1, 10**18 - 1),
    st.none() | st.decimals(-1000, 1000, places=2, allow_nan=False),
    st.none() | st.sampled_from(["1964-07-00", "1964-00-00", "0000-00-00", "1964-07-01"]),
    text,
    text,
)


@given(st.lists(row, max_size=30), st.lists(st.integers(0, 30), max_size=4))
def test_a_run_cut_anywhere_has_the_same_tally(
    rows: list[tuple[Any, ...]], cuts: list[int]
) -> None:
    places = sorted({0, len(rows), *(cut for cut in cuts if cut <= len(rows))})
    parts = [tally(batch(rows[a:b]), counted(LAYOUT), {}) for a, b in pairwise(places)]
    whole = tally(batch(rows), counted(LAYOUT), {})
    forward = backward = tally(batch([]), counted(LAYOUT), {})
    for part in parts:
        forward, backward = merge(forward, part), merge(part, backward)
    assert forward == backward == whole


@given(st.lists(st.lists(row, max_size=8), min_size=3, max_size=3))
def test_merging_is_associative(parts: list[list[tuple[Any, ...]]]) -> None:
    a, b, c = (tally(batch(part), counted(LAYOUT), {}) for part in parts)
    assert merge(merge(a, b), c) == merge(a, merge(b, c))


@given(st.lists(st.lists(st.integers(0, 30).map(str), max_size=25), min_size=1, max_size=5))
def test_kept_categories_have_exact_counts_and_the_others_are_counted_together(
    parts: list[list[str]],
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("converters.balance.tallies.DISTINCT", 5)
        of, columns = layout(FIELDS[5:6]), {"地区": pl.String}
        found = tally(batch([], columns), counted(of), {})
        for part in parts:
            found = merge(
                found, tally(batch([(value,) for value in part], columns), counted(of), {})
            )
    values = Counter(value for part in parts for value in part)
    kept = {value: values[value] for value in sorted(values)[:5]}
    assert found.fields["地区"].categories == kept
    assert found.fields["地区"].other == values.total() - sum(kept.values())


SOURCE = layout(
    [
        {"name": "番号", "kind": "digits", "balance": "key"},
        {"name": "区分", "kind": "code", "codes": "c"},
        {"name": "税額", "kind": "integer", "balance": "sum"},
        {"name": "生年月日", "kind": "date", "style": "YYYYMMDD", "partial": True},
        {"name": "届出1", "kind": "mixed"},
        {"name": "届出2", "kind": "mixed"},
        {"name": "予備", "kind": "mixed"},
    ],
    ("番号",),
)
TARGET = layout(
    [
        {"name": "宛名番号", "kind": "digits", "balance": "key"},
        {"name": "種別", "kind": "code", "codes": "c"},
        {"name": "額", "kind": "decimal", "scale": 1, "balance": "sum"},
        {"name": "生", "kind": "date", "style": "YYYY-MM-DD"},
        {"name": "生フラグ", "kind": "code", "codes": "c"},
        {"name": "生表記", "kind": "wide"},
        {"name": "届出", "kind": "mixed"},
        {"name": "固定", "kind": "mixed"},
    ],
    ("宛名番号",),
    "b",
)
MAPPING = Mapping.model_validate(
    {
        "kind": "mapping",
        "id": "m",
        "source": "a",
        "target": "b",
        "codes": {"k": {"1": "A", "2": "A"}},
        "rules": [
            {"to": "宛名番号", "from": "番号", "pad": 5},
            {"to": "種別", "from": "区分", "codes": "k", "unmapped": "keep"},
            {"to": "額", "from": "税額"},
            {"to": ["生", "生フラグ", "生表記"], "partial": "生年月日"},
            {"to": "届出", "coalesce": ["届出1", "届出2"]},
            {"to": "固定", "constant": "1"},
        ],
        "ignore": [{"field": "予備", "because": "filler"}],
    }
)
SET = MappingSet(MAPPING, SOURCE, TARGET)
BEFORE = {
    "番号": pl.String,
    "区分": pl.String,
    "税額": pl.Int64,
    "生年月日": pl.String,
    "届出1": pl.String,
    "届出2": pl.String,
    "予備": pl.String,
}
AFTER = {
    "宛名番号": pl.String,
    "種別": pl.String,
    "額": pl.Decimal(38, 1),
    "生": pl.String,
    "生フラグ": pl.String,
    "生表記": pl.String,
    "届出": pl.String,
    "固定": pl.String,
}
READ: list[tuple[Any, ...]] = [
    ("1", "1", 100, "1964-07-01", None, "x", None),
    ("2", "2", 250, "1964-07-00", None, "y", None),
    ("3", "9", -50, None, "z", None, None),
]
WRITTEN: list[tuple[Any, ...]] = [
    ("00001", "A", Decimal("100.0"), "1964-07-01", "0", None, "x", "1"),
    ("00002", "A", Decimal("250.0"), None, "1", "昭和３９年７月日不詳", "y", "1"),
    ("00003", "9", Decimal("-50.0"), None, "0", None, "z", "1"),
]


def changed(rows: list[tuple[Any, ...]], place: int, column: int, value: Any) -> list[Any]:
    found = [list(row) for row in rows]
    found[place][column] = value
    return [tuple(row) for row in found]


def books(read: list[Any] = READ, written: list[Any] = WRITTEN) -> Books:
    source = tally(batch(read, BEFORE), counted(SOURCE), {})
    return Books(source, source, tally(batch(written, AFTER), counted(TARGET), {}))


def test_a_run_that_lost_nothing_closes() -> None:
    block = balance(books(), SET)
    assert block["closed"] and block["discrepancies"] == []
    assert block["sums"] == [
        {"source": "税額", "target": "額", "read": "300", "left_out": "0", "converted": "300",
         "written": "300.0"}
    ]  # fmt: skip
    (line,) = block["categories"]
    assert line["read"] == {"counts": {"1": 1, "2": 1, "9": 1}, "distinct": 3, "other": 0}
    assert line["written"] == {"counts": {"9": 1, "A": 2}, "distinct": 2, "other": 0}
    whole, key = block["keys"]
    assert (key["source"], key["target"]) == ("番号", "宛名番号")
    assert key["read"] == key["converted"] == key["written"] == whole["written"]
    partial = block["fill"][3]
    assert partial["unknown_before"] == partial["unknown_after"] == 1
    assert partial["before"] == [{"field": "生年月日", "filled": 2}]


# name, rows read, rows written, code, field, expected, found
BROKEN: list[tuple[str, list[Any], list[Any], str, str, str, str]] = [
    ("an amount", READ, changed(WRITTEN, 0, 2, Decimal("100.1")),
     "BAL-004", "額", "300", "300.1"),
    ("a key", READ, changed(WRITTEN, 0, 0, "00009"), "BAL-005", "宛名番号", "3", "3"),
    ("a category", READ, changed(WRITTEN, 2, 1, "1"), "BAL-006", "種別", "1: 0", "1: 1"),
    ("a blank", READ, changed(WRITTEN, 2, 6, None), "", "", "", ""),
    ("two blanks", READ, changed(changed(WRITTEN, 2, 6, None), 1, 6, None),
     "BAL-007", "届出", "2", "1"),
    ("a date", READ, changed(WRITTEN, 0, 3, None), "BAL-007", "生", "1", "0"),
    ("an unread field", changed(READ, 1, 6, "!"), WRITTEN, "BAL-010", "予備", "0", "1"),
    ("a record", READ, WRITTEN[:2], "BAL-001", "", "3", "2 + 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("read", "written", "code", "name", "expected", "found"),
    [case[1:] for case in BROKEN],
    ids=[case[0] for case in BROKEN],
)
def test_what_is_lost_or_changed_is_named(
    read: list[Any], written: list[Any], code: str, name: str, expected: str, found: str
) -> None:
    lines = balance(books(read, written), SET)["discrepancies"]
    first = {"code": code, "field": name, "expected": expected, "found": found}
    assert lines[:1] == ([first] if code else [])


def test_the_equation_needs_every_record() -> None:
    four = Tally(4, {})
    two = Tally(2, {})
    assert Books(four, two, two, rejected=1, dropped={"moved": 1}).is_closed
    assert not Books(four, two, two, rejected=1).is_closed
    assert not Books(four, two, Tally(1, {}), rejected=1, dropped={"moved": 1}).is_closed
    assert Books(four, two, None, rejected=2).is_closed


def test_amounts_left_out_are_shown() -> None:
    source = tally(batch(READ, BEFORE), counted(SOURCE), {})
    accepted = tally(batch(READ[:2], BEFORE), counted(SOURCE), {})
    target = tally(batch(WRITTEN[:2], AFTER), counted(TARGET), {})
    block = balance(Books(source, accepted, target, rejected=1), SET)
    assert block["closed"] and block["discrepancies"] == []
    assert block["sums"][0]["left_out"] == "-50"


def test_back_the_same_books_close() -> None:
    there = books()
    assert there.target is not None
    back = Books(there.target, there.target, there.source)
    block = balance(back, SET, back=True)
    assert block["discrepancies"] == []
    assert [(line["source"], line["target"]) for line in block["sums"]] == [("額", "税額")]
    assert block["fill"][3]["unknown_before"] == 1


def test_a_validation_lists_what_it_counted() -> None:
    source = tally(batch(READ, BEFORE), counted(SOURCE), {})
    block = balance(Books(source, source), None)
    assert block["closed"] and block["discrepancies"] == [] and block["fill"] == []
    assert block["records"]["written"] is None
    lines = fields(Books(source, source))
    assert {"side": "source", "field": "生年月日", "records": 3, "filled": 2, "unknown": 1} in lines


def test_key_totals_add_up_without_order() -> None:
    a, b = KeyTotal(1, 2**64 - 1, 5), KeyTotal(2, 3, 6)
    assert a + b == b + a == KeyTotal(3, 2, 3)
