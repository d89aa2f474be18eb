"""The laws of mappings: what is not told comes back, no record is lost, batches do not matter."""

from __future__ import annotations

from typing import Any

import batches
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_mapping import (
    CODES,
    DATE,
    DIGITS,
    ERA_DATE,
    LOSS,
    NUMBER,
    TEXT,
    YEN,
    YES,
    Columns,
    Fields,
    columns,
    frame,
    layout,
    run,
    told,
)

from converters.mapping import Mapped
from converters.mapping.pairs import AMBIGUOUS

World = tuple[list[dict[str, Any]], tuple[Fields, Fields], Columns]
LETTERS = st.text("aｱｶﾞ゛ガ　　1１--", min_size=1, max_size=16)
PLAIN = st.one_of(st.none(), LETTERS)
DIGIT_TEXT = st.one_of(st.none(), st.text("0123", min_size=1, max_size=7))
CODE = st.sampled_from([None, "1", "2", "3", "9", "M"])
INTEGERS = st.one_of(st.none(), st.integers(-(10**9), 10**9))
DECIMALS = st.one_of(st.none(), st.decimals(-1000, 1000, places=2).map(str))
ISO = st.builds(
    lambda year, month, day, letter: (
        f"{year:04}-{month:02}-{day if month else 0:02}{letter if year > 2018 else ''}"
    ),
    st.sampled_from([1866, 1868, 1912, 1926, 1964, 1989, 2019, 2024]),
    st.integers(0, 12),
    st.integers(0, 28),
    st.sampled_from(["", *"MTSHR"]),
)
DAYS = st.one_of(st.none(), st.just("0000-00-00"), ISO)

# Operation → the kind of each source and its values, the kinds of the targets, the options.
SHAPES: dict[str, list[tuple[list[tuple[Fields, Any]], list[Fields], dict[str, Any]]]] = {
    "coalesce": [
        ([(TEXT, PLAIN)] * 2, [TEXT], {}),
        ([(TEXT, PLAIN)] * 3, [TEXT, NUMBER], {"conflict": "error"}),
        ([(ERA_DATE, DAYS)] * 2, [DATE], {}),
    ],
    "constant": [([], [TEXT], {})],
    "cut": [([(TEXT, PLAIN)], [TEXT] * 3, {"chars": [2, 4, 6]})],
    "join": [
        ([(TEXT, PLAIN)] * 2, [TEXT], {}),
        ([(DIGITS, DIGIT_TEXT)] * 3, [TEXT], {"by": "-"}),
    ],
    "partial": [
        ([(ERA_DATE, DAYS)], [DATE, {"kind": "code"}, TEXT], {}),
        ([(ERA_DATE, DAYS)], [DATE, YES, TEXT, NUMBER], {}),
    ],
    "source": [
        ([(TEXT, PLAIN)], [TEXT], {}),
        ([(TEXT, PLAIN)], [TEXT], {"width": "full"}),
        ([(TEXT, PLAIN)], [TEXT], {"width": "half", "scope": "kana"}),
        ([(TEXT, DIGIT_TEXT)], [NUMBER], {}),
        ([(TEXT, DIGIT_TEXT)], [TEXT], {"pad": 6}),
        ([(DIGITS, DIGIT_TEXT)], [TEXT], {"pad": 6, "width": "full"}),
        ([(NUMBER, INTEGERS)], [TEXT], {"pad": 6}),
        ([(NUMBER, INTEGERS)], [YEN], {}),
        ([(YEN, DECIMALS)], [TEXT], {}),
        ([(YEN, DECIMALS)], [NUMBER], {}),
        ([(YES, st.sampled_from([None, True, False]))], [TEXT], {}),
        ([(TEXT, CODE)], [TEXT], {"codes": "c"}),
        ([(TEXT, CODE)], [TEXT], {"codes": "c", "unmapped": "keep"}),
        ([(ERA_DATE, DAYS)], [DATE], {}),
    ],
    "split": [
        ([(TEXT, PLAIN)], [TEXT] * 2, {}),
        ([(TEXT, PLAIN)], [TEXT] * 3, {"by": "-"}),
    ],
    "substring": [([(TEXT, PLAIN)], [TEXT], {"chars": [3], **LOSS})],
}
KEYS = {"source": "from"}


ALL = [(operation, shape) for operation, found in SHAPES.items() for shape in found]


def world(draw: st.DrawFn, chosen: list[Any]) -> World:
    """Rules of the chosen shapes, the two layouts they stand between, a batch of the source."""
    rows = draw(st.integers(1, 6))
    rules: list[dict[str, Any]] = [{"to": "last", "from": "only"}]
    source: Fields = {"only": TEXT}
    target: Fields = {"last": TEXT}
    values: Columns = {"only": [None] * rows}
    for number, (operation, (reads, sets, options)) in enumerate(chosen):
        froms = [f"x{number}{place}" for place in range(len(reads))]
        tos = [f"t{number}{place}" for place in range(len(sets))]
        for name, (field, one) in zip(froms, reads, strict=True):
            source[name] = field
            values[name] = draw(st.lists(one, min_size=rows, max_size=rows))
        target |= dict(zip(tos, sets, strict=True))
        read_of: Any = froms if operation in ("coalesce", "join") else (froms or ["7"])[0]
        rule = {"to": tos if len(tos) > 1 else tos[0], KEYS.get(operation, operation): read_of}
        rules.append(rule | options)
    return rules, (source, target), values


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Rules of any shapes together."""
    return world(draw, draw(st.lists(st.sampled_from(ALL), max_size=4)))


def check_the_way_back(
    rules: list[dict[str, Any]], sides: tuple[Fields, Fields], values: Columns
) -> None:
    """Rows without a finding come back as they were, and without a loss."""
    there = run(rules, sides, values, codes=CODES)
    back = run(rules, sides, columns(there), codes=CODES, back=True)
    before = frame(layout("s", sides[0]), values).drop("_record")
    lossy = {rule.get("substring") for rule in rules}
    marked = {row for row, *_ in told(there)}
    fine = [row for row in range(len(before)) if row not in marked]
    kept = [name for name in before.columns if name not in lossy]
    assert batches.frame(back.batch)[fine].select(kept).equals(before[fine].select(kept))
    assert not {row for row, _, code in told(back) if code != AMBIGUOUS} & set(fine)


@pytest.mark.parametrize(
    "shape", ALL, ids=[f"{name}{number}" for number, (name, _) in enumerate(ALL)]
)
@given(data=st.data())
def test_what_a_rule_does_not_tell_comes_back(shape: Any, data: st.DataObject) -> None:
    check_the_way_back(*world(data.draw, [shape]))


@given(worlds())
def test_what_rules_together_do_not_tell_comes_back(found: World) -> None:
    check_the_way_back(*found)


@given(worlds(), st.data())
def test_a_batch_may_be_cut_anywhere(found: World, data: st.DataObject) -> None:
    rules, sides, values = found
    rows = len(values["only"])
    place = data.draw(st.integers(0, rows))
    whole = run(rules, sides, values, codes=CODES)
    parts = [
        run(rules, sides, {name: column[piece] for name, column in values.items()}, codes=CODES)
        for piece in (slice(0, place), slice(place, rows))
    ]
    assert pl.concat([columns_only(part) for part in parts]).equals(columns_only(whole))
    later = [(row + place, field, code) for row, field, code in told(parts[1])]
    assert sorted(told(parts[0]) + later) == told(whole)


def columns_only(mapped: Mapped) -> pl.DataFrame:
    return batches.frame(mapped.batch).drop("_record")


@given(worlds(), st.sampled_from(["1", "9", "M"]))
def test_records_in_are_records_out_and_dropped(found: World, value: str) -> None:
    rules, sides, values = found
    rows = len(values["only"])
    values = values | {"only": (["1", "9", None, "M", "1", "9"])[:rows]}
    filters = [
        {"drop": {"field": "only", "equals": value}, "because": "a value"},
        {"drop": {"field": "only", "blank": True}, "because": "blank"},
    ]
    mapped = run(rules, sides, values, codes=CODES, filter=filters)
    dropped = {row + 101 for one in mapped.dropped for row in np.flatnonzero(one.rows).tolist()}
    left = mapped.batch.records.tolist()
    assert sorted([*left, *dropped]) == list(range(101, 101 + rows))
    assert all(row + 101 in left for row, *_ in told(mapped))
