"""Rules forward and back: a table of cases, then the laws that hold for all of them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import batches
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import mapping
from converters.columns import Batch
from converters.kinds import dtype
from converters.mapping import OPERATIONS, Mapped, Program
from converters.mapping.unknown import read, words
from converters.model import Layout, Mapping, Rule

pytestmark = pytest.mark.kernels

Fields = dict[str, Any]
Columns = dict[str, list[Any]]

TEXT = {"kind": "mixed"}
ERA_DATE = {"kind": "wareki", "style": "g1YYMMDD"}
DATE = {"kind": "date", "style": "YYYY-MM-DD"}
YEN = {"kind": "decimal", "digits": 9, "scale": 2}
NUMBER = {"kind": "integer", "digits": 9}
YES = {"kind": "boolean", "values": ["Y", "N"]}
DIGITS = {"kind": "digits", "chars": 5}
TRIPLE = {"to": ["d", "f", "w"], "partial": "x"}
QUADRUPLE = {"to": ["d", "f", "w", "e"], "partial": "x"}
LOSS = {"lossy": "declared"}


def layout(name: str, fields: Fields) -> Layout:
    named = [{"name": field, **options} for field, options in fields.items()]
    return Layout.model_validate(
        {
            "kind": "layout",
            "id": name,
            "charset": "utf-8",
            "framing": {"delimited": {}},
            "records": [{"fields": named}],
        }
    )


def frame(of: Layout, columns: Columns) -> pl.DataFrame:
    fields = of.record.fields
    count = len(next(iter(columns.values())))
    numbers = pl.Series("_record", range(101, 101 + count), pl.UInt64)
    return pl.DataFrame(
        [numbers, *(pl.Series(f.name, columns[f.name], dtype(f), strict=False) for f in fields)]
    )


def batch(of: Layout, columns: Columns) -> Batch:
    return batches.of(frame(of, columns))


def run(
    rules: list[dict[str, Any]], sides: tuple[Fields, Fields], columns: Columns, **options: Any
) -> Mapped:
    back = options.pop("back", False)
    of, program = compiled(json.dumps([rules, sides, options]), back)
    return program.run(batch(of, columns))


@cache
def compiled(definition: str, back: bool) -> tuple[Layout, Program]:
    """The layout that is read and the program of a definition; laws ask for the same many times."""
    rules, sides, options = json.loads(definition)
    read = {"kind": "mapping", "id": "m", "source": "s", "target": "t", "rules": rules} | options
    source, target = layout("s", sides[0]), layout("t", sides[1])
    program = mapping.compile(Mapping.model_validate(read), source, target, back=back)
    return target if back else source, program


def told(mapped: Mapped) -> list[tuple[int, str, str]]:
    """Every problem as row, field and code."""
    return sorted(
        (row, problem.field, problem.code)
        for problem in mapped.problems
        for row in problem.rows.tolist()
    )


def columns(mapped: Mapped) -> Columns:
    return batches.frame(mapped.batch).drop("_record").to_dict(as_series=False)


X, T = {"x": TEXT}, {"t": TEXT}
CODES = {"c": {"1": "M", "2": "F", "3": "M", "M": "Z"}, "b": {"0": "", "1": "1"}}
DATES = {"d": DATE, "f": {"kind": "code"}, "w": {"kind": "wide"}, "e": {"kind": "code"}}

# name, rule, source fields, target fields, source values, target values, problems
FORWARD: list[tuple[str, dict[str, Any], Fields, Fields, Columns, Columns, list[Any]]] = [
    ("a record has its number", {"to": "t", "number": "record"}, X, {"t": NUMBER},
     {"x": ["a", "b"]}, {"t": [101, 102]}, []),
    ("a rename keeps the column", {"to": "t", "from": "x"}, X, T,
     {"x": ["a", None]}, {"t": ["a", None]}, []),
    ("text digits become a number", {"to": "t", "from": "x"}, X, {"t": NUMBER},
     {"x": ["12", "-3", "012", "1x", "１", "1.0", "99999999999999999999", None]},
     {"t": [12, -3, 12, None, None, None, None, None]},
     [(2, "x", "MAP-003")] + [(row, "x", "MAP-002") for row in (3, 4, 5, 6)]),
    ("text becomes a decimal", {"to": "t", "from": "x"}, X, {"t": YEN},
     {"x": ["1.50", "1.5", "1.505", "1e3", ".5"]},
     {"t": ["1.50", "1.50", None, None, None]},
     [(1, "x", "MAP-003")] + [(row, "x", "MAP-002") for row in (2, 3, 4)]),
    ("a decimal becomes text with all its decimals", {"to": "t", "from": "x"}, {"x": YEN}, T,
     {"x": ["1.5", "-0.05", None]}, {"t": ["1.50", "-0.05", None]}, []),
    ("a decimal with a fraction is no integer", {"to": "t", "from": "x"}, {"x": YEN},
     {"t": NUMBER}, {"x": ["2", "2.5", None]}, {"t": [2, None, None]}, [(1, "x", "MAP-002")]),
    ("a boolean becomes what its field spells", {"to": "t", "from": "x"}, {"x": YES}, T,
     {"x": [True, False, None]}, {"t": ["Y", "N", None]}, []),
    ("text becomes a boolean by its spelling", {"to": "t", "from": "x"}, X, {"t": YES},
     {"x": ["Y", "N", "1", None]}, {"t": [True, False, None, None]}, [(2, "x", "MAP-002")]),
    ("a boolean stays one whatever the spellings", {"to": "t", "from": "x"}, {"x": YES},
     {"t": {"kind": "boolean"}}, {"x": [True, None]}, {"t": [True, None]}, []),
    ("a date leaves the era letter", {"to": "t", "from": "x"}, {"x": ERA_DATE}, {"t": DATE},
     {"x": ["1912-07-30M", "1912-07-30", None]}, {"t": ["1912-07-30", "1912-07-30", None]},
     [(0, "x", "MAP-003")]),
    ("codes go through the table", {"to": "t", "from": "x", "codes": "c"}, X, T,
     {"x": ["1", "2", "3", "9", None]}, {"t": ["M", "F", "M", None, None]},
     [(2, "x", "MAP-003"), (3, "x", "MAP-001")]),
    ("unmapped codes are kept when told", {"to": "t", "from": "x", "codes": "c",
     "unmapped": "keep"}, X, T, {"x": ["1", "9", "F", "長い長い長い値"]},
     {"t": ["M", "9", "F", "長い長い長い値"]},
     [(1, "x", "MAP-004"), (2, "x", "MAP-003"), (2, "x", "MAP-004"), (3, "x", "MAP-004")]),
    ("unmapped codes take the value given", {"to": "t", "from": "x", "codes": "c",
     "unmapped": "他", **LOSS}, X, T, {"x": ["1", "9", None]}, {"t": ["M", "他", None]},
     [(1, "x", "MAP-004")]),
    ("a code may become blank", {"to": "t", "from": "x", "codes": "b"}, X, T,
     {"x": ["0", "1", None]}, {"t": [None, "1", None]}, [(0, "x", "MAP-003")]),
    ("half width becomes full", {"to": "t", "from": "x", "width": "full"}, X, T,
     {"x": ["ﾔﾏﾀﾞ ﾀﾛｳ", "ｶ゛カ", None]}, {"t": ["ヤマダ　タロウ", "カ゛カ", None]},
     [(1, "x", "MAP-003")]),
    ("only kana become full", {"to": "t", "from": "x", "width": "full", "scope": "kana"}, X, T,
     {"x": ["ﾊﾟ a1"]}, {"t": ["パ a1"]}, []),
    ("full width becomes half", {"to": "t", "from": "x", "width": "half", "scope": "alnum"}, X, T,
     {"x": ["１－２　ア", "1"]}, {"t": ["1-2 ア", "1"]}, [(1, "x", "MAP-003")]),
    ("zeros fill on the left", {"to": "t", "from": "x", "pad": 5}, X, T,
     {"x": ["12", "-1", "012", "123456", None]},
     {"t": ["00012", "-0001", "00012", "123456", None]}, [(2, "x", "MAP-003")]),
    ("digits come back with their own zeros", {"to": "t", "from": "x", "pad": 8},
     {"x": DIGITS}, T, {"x": ["00012", "12", None]}, {"t": ["00000012", "00000012", None]},
     [(1, "x", "MAP-003")]),
    ("a blank takes the default", {"to": "t", "from": "x", "default": "0", **LOSS}, X, T,
     {"x": ["a", None]}, {"t": ["a", "0"]}, [(1, "x", "MAP-004")]),
    ("codes, width and zeros follow each other", {"to": "t", "from": "x", "codes": "c",
     "width": "full", "pad": 3}, X, T, {"x": ["2"]}, {"t": ["00Ｆ"]}, []),
    ("a constant stands everywhere", {"to": "t", "constant": "7"}, X, {"t": NUMBER},
     {"x": ["a", None]}, {"t": [7, 7]}, []),
    ("a join puts separators up to the last part", {"to": "t", "join": ["x", "y", "z"],
     "by": "-"}, {"x": TEXT, "y": TEXT, "z": TEXT}, T,
     {"x": ["a", "a", None, None, "a-b"], "y": ["b", None, None, None, "c"],
      "z": ["c", None, "c", None, None]},
     {"t": ["a-b-c", "a", "--c", None, "a-b-c"]}, [(4, "x", "MAP-003")]),
    ("a split gives the rest to the last", {"to": ["t", "u"], "split": "x"}, X,
     {"t": TEXT, "u": TEXT}, {"x": ["山田　太郎", "王", "ａ　ｂ　ｃ", "山田　", "　名", None]},
     {"t": ["山田", "王", "ａ", "山田", None, None],
      "u": ["太郎", None, "ｂ　ｃ", None, "名", None]}, [(3, "x", "MAP-003")]),
    ("a cut counts characters", {"to": ["t", "u"], "cut": "x", "chars": [2, 3]}, X,
     {"t": TEXT, "u": TEXT}, {"x": ["01𠮷乙丙", "0", "012345", None]},
     {"t": ["01", "0", "01", None], "u": ["𠮷乙丙", None, "234", None]}, [(2, "x", "MAP-005")]),
    ("a substring is a piece", {"to": "t", "substring": "x", "at": 2, "chars": [2], **LOSS}, X, T,
     {"x": ["abcd", "a", None]}, {"t": ["bc", None, None]}, []),
    ("a coalesce takes the first filled", {"to": "t", "coalesce": ["x", "y"]},
     {"x": TEXT, "y": TEXT}, T,
     {"x": ["a", None, "a", "a", None], "y": [None, "b", "b", "a", None]},
     {"t": ["a", "b", "a", "a", None]},
     [(1, "y", "MAP-003"), (2, "t", "MAP-008"), (2, "y", "MAP-003"), (3, "y", "MAP-003")]),
    ("a coalesce may refuse a conflict", {"to": ["t", "n"], "coalesce": ["x", "y"],
     "conflict": "error"}, {"x": TEXT, "y": TEXT}, {"t": TEXT, "n": NUMBER},
     {"x": ["a", None, None], "y": ["b", "b", None]},
     {"t": ["a", "b", None], "n": [1, 2, None]}, [(0, "t", "MAP-010"), (0, "y", "MAP-003")]),
    ("a partial date is put into words", QUADRUPLE, {"x": ERA_DATE}, DATES,
     {"x": ["1964-07-15", "1964-07-00", "1964-00-00", "0000-00-00", "1912-07-30M",
            "1926-12-00T", "1989-01-00S", "1860-00-00", None, "x"]},
     {"d": ["1964-07-15", None, None, None, "1912-07-30", None, None, None, None, None],
      "f": ["0", "1", "1", "1", "0", "1", "1", "1", "0", "0"],
      "w": [None, "昭和３９年７月日不詳", "昭和３９年月日不詳", "年月日不詳", None,
            "大正１５年１２月日不詳", "昭和６４年１月日不詳", "１８６０年月日不詳", None, None],
      "e": ["3", "3", "3", None, "1", "2", "3", None, None, None]}, [(9, "x", "MAP-002")]),
    ("without the era a letter is lost", TRIPLE, {"x": ERA_DATE},
     {name: DATES[name] for name in "dfw"},
     {"x": ["1912-07-30M", "1912-07-00M"]}, {"d": ["1912-07-30", None], "f": ["0", "1"],
      "w": [None, "明治４５年７月日不詳"]}, [(0, "x", "MAP-003")]),
    ("the flag may be a boolean and the era a number", QUADRUPLE, {"x": ERA_DATE},
     {"d": DATE, "f": YES, "w": TEXT, "e": NUMBER}, {"x": ["2020-00-00", "2020-02-29"]},
     {"d": [None, "2020-02-29"], "f": [True, False], "w": ["令和２年月日不詳", None],
      "e": [5, 5]}, []),
]  # fmt: skip

# name, rule, source fields, target fields, target values, source values, problems
BACK: list[tuple[str, dict[str, Any], Fields, Fields, Columns, Columns, list[Any]]] = [
    ("codes come back by the first of their origins", {"to": "t", "from": "x", "codes": "c"}, X,
     T, {"t": ["M", "F", "Q", None]}, {"x": ["1", "2", None, None]},
     [(0, "t", "MAP-007"), (2, "t", "MAP-009")]),
    ("a declared loss is not told twice", {"to": "t", "from": "x", "codes": "c", **LOSS}, X, T,
     {"t": ["M"]}, {"x": ["1"]}, []),
    ("kept codes come back as they are", {"to": "t", "from": "x", "codes": "c",
     "unmapped": "keep"}, X, T, {"t": ["9", "1"]}, {"x": ["9", "1"]}, [(1, "t", "MAP-003")]),
    ("a default stays", {"to": "t", "from": "x", "default": "0", **LOSS}, X, T,
     {"t": ["0", "a"]}, {"x": ["0", "a"]}, []),
    ("a default the table cannot take is a blank", {"to": "t", "from": "x", "codes": "c",
     "default": "-", **LOSS}, X, T, {"t": ["-", "F"]}, {"x": [None, "2"]}, []),
    ("zeros are taken off", {"to": "t", "from": "x", "pad": 5}, X, T,
     {"t": ["00012", "00000", "12", None]}, {"x": ["12", "0", "12", None]},
     [(2, "t", "MAP-003")]),
    ("another value than the constant is told", {"to": "t", "constant": "7"}, X, {"t": NUMBER},
     {"t": [7, 8, None]}, {"x": [None, None, None]}, [(1, "t", "MAP-003"), (2, "t", "MAP-003")]),
    ("a number sets no field", {"to": "t", "number": "record"}, X, {"t": NUMBER},
     {"t": [5, None]}, {"x": [None, None]}, []),
    ("a separator in a part is told", {"to": ["t", "u"], "split": "x"}, X,
     {"t": TEXT, "u": TEXT}, {"t": ["a　b", "a"], "u": ["c", "b　c"]},
     {"x": ["a　b　c", "a　b　c"]}, [(0, "t", "MAP-003")]),
    ("a short piece before another is told", {"to": ["t", "u"], "cut": "x", "chars": [2, 3]}, X,
     {"t": TEXT, "u": TEXT}, {"t": ["0", "01", "0", None], "u": ["234", "2345", None, "2"]},
     {"x": ["0234", "012345", "0", "2"]},
     [(0, "t", "MAP-003"), (1, "u", "MAP-003"), (3, "t", "MAP-003")]),
    ("a piece is the whole value", {"to": "t", "substring": "x", "chars": [2], **LOSS}, X, T,
     {"t": ["ab"]}, {"x": ["ab"]}, []),
    ("a joined value without separator is the first part's", {"to": "t", "join": ["x", "y"],
     "by": "", **LOSS}, {"x": TEXT, "y": TEXT}, T, {"t": ["ab"]}, {"x": ["ab"], "y": [None]}, []),
    ("a value goes to the first field", {"to": "t", "coalesce": ["x", "y"]},
     {"x": TEXT, "y": TEXT}, T, {"t": ["a", None]}, {"x": ["a", None], "y": [None, None]}, []),
    ("a value goes to the field with its number", {"to": ["t", "n"], "coalesce": ["x", "y"]},
     {"x": TEXT, "y": TEXT}, {"t": TEXT, "n": NUMBER},
     {"t": ["a", "b", "c", "d", None], "n": [1, 2, 3, None, 2]},
     {"x": ["a", None, "c", "d", None], "y": [None, "b", None, None, None]},
     [(2, "n", "MAP-009"), (3, "n", "MAP-003"), (4, "n", "MAP-003")]),
    ("words come back as a partial date", QUADRUPLE, {"x": ERA_DATE}, DATES,
     {"d": ["1912-07-30", "1912-07-30", None, None, None, None, None, "2000-01-01", None],
      "f": ["0", "0", "1", "1", "1", "0", "1", "1", None],
      "w": [None, None, "大正１５年１２月日不詳", "年月日不詳", "昭和三十年頃",
            "１９６４年７月日不詳", None, None, None],
      "e": ["1", "2", "2", None, None, "3", None, "4", None]},
     {"x": ["1912-07-30M", "1912-07-30", "1926-12-00T", "0000-00-00", None, "1964-07-00",
            "0000-00-00", "2000-01-01", None]},
     [(4, "w", "MAP-009"), (5, "f", "MAP-003"), (5, "w", "MAP-003"), (6, "w", "MAP-003"),
      (7, "f", "MAP-003")]),
    ("an era that cannot be is told", QUADRUPLE, {"x": ERA_DATE}, DATES,
     {"d": ["1990-01-01", "1990-01-01", "1990-01-01", None], "f": ["0", "0", "0", "1"],
      "w": [None, None, None, "平成２年月日不詳"], "e": ["5", "9", None, "3"]},
     {"x": ["1990-01-01", "1990-01-01", "1990-01-01", "1990-00-00"]},
     [(0, "e", "MAP-009"), (1, "e", "MAP-009"), (2, "e", "MAP-003"), (3, "e", "MAP-003")]),
]  # fmt: skip


@pytest.mark.parametrize("case", FORWARD, ids=[case[0] for case in FORWARD])
def test_forward(case: Any) -> None:
    _, rule, source, target, given_values, expected, problems = case
    mapped = run([rule], (source, target), given_values, codes=CODES)
    wanted = frame(layout("t", target), expected).drop("_record")
    assert columns(mapped) == wanted.to_dict(as_series=False)
    assert told(mapped) == sorted(problems)


@pytest.mark.parametrize("case", BACK, ids=[case[0] for case in BACK])
def test_back(case: Any) -> None:
    _, rule, source, target, given_values, expected, problems = case
    mapped = run([rule], (source, target), given_values, codes=CODES, back=True)
    wanted = frame(layout("s", source), expected).drop("_record")
    assert columns(mapped) == wanted.to_dict(as_series=False)
    assert told(mapped) == sorted(problems)


def test_every_operation_stands_in_the_table() -> None:
    tried = {Rule.model_validate(rule).operation for _, rule, *_ in FORWARD}
    assert tried == set(OPERATIONS)


def test_the_page_has_a_section_for_every_operation_and_every_finding() -> None:
    page = (Path(__file__).parent.parent / "docs" / "mapping.md").read_text(encoding="utf-8")
    headings = {word for line in page.splitlines() if line[:3] == "## " for word in line.split()}
    assert set(OPERATIONS) - {"source"} | {"from", "filter"} <= headings
    codes = {code for *_, problems in FORWARD + BACK for _, _, code in problems}
    assert all(code in page.split("## Findings")[1] for code in codes)


def test_filters_drop_and_count_each_record_once() -> None:
    filters = [
        {"drop": {"field": "x", "in": ["8", "9"]}, "because": "not ours"},
        {"drop": {"field": "x", "blank": True}, "because": "blank"},
        {"drop": {"field": "x", "equals": "8"}, "because": "came too late"},
    ]
    rule = {"to": "t", "from": "x", "codes": "c"}
    mapped = run(
        [rule], (X, T), {"x": ["8", "1", None, "7", "9", "6"]}, codes=CODES, filter=filters
    )
    assert batches.frame(mapped.batch).to_dict(as_series=False) == {
        "_record": [102, 104, 106],
        "t": ["M", None, None],
    }
    dropped = [(one.because, np.flatnonzero(one.rows).tolist()) for one in mapped.dropped]
    assert dropped == [("not ours", [0, 4]), ("blank", [2])]
    assert told(mapped) == [(3, "x", "MAP-001"), (5, "x", "MAP-001")]
    assert [
        problem.values.to_list() for problem in mapped.problems if problem.values is not None
    ] == [["7", "6"]]


def test_filters_do_nothing_on_the_way_back() -> None:
    filters = [{"drop": {"field": "x", "equals": "8"}, "because": "not ours"}]
    mapped = run([{"to": "t", "from": "x"}], (X, T), {"t": ["8"]}, back=True, filter=filters)
    assert (columns(mapped), mapped.dropped) == ({"x": ["8"]}, [])


def test_a_batch_has_all_fields_in_layout_order_and_no_filler() -> None:
    target = {"u": NUMBER, "t": TEXT, "gap": {"kind": "filler", "bytes": 2}, "v": YEN, "b": YES}
    mapped = run([{"to": "t", "from": "x"}], (X, target), {"x": ["a"]})
    assert batches.frame(mapped.batch).to_dict(as_series=False) == {
        "_record": [101], "u": [None], "t": ["a"], "v": [None], "b": [None],
    }  # fmt: skip
    types = [pl.UInt64, pl.Int64, pl.String, pl.Decimal(38, 2), pl.Boolean]
    assert batches.frame(mapped.batch).dtypes == types


def test_a_plain_rename_copies_nothing() -> None:
    source, target = layout("s", X), layout("t", T)
    rules = {"kind": "mapping", "id": "m", "source": "s", "target": "t"}
    definition = Mapping.model_validate(rules | {"rules": [{"to": "t", "from": "x"}]})
    given_batch = batch(source, {"x": ["a long enough value"]})
    made = mapping.compile(definition, source, target, back=False).run(given_batch).batch
    assert made["t"] is given_batch["x"]


NAMES = [
    {"to": ["t", "u"], "split": "x"},
    {"to": "v", "from": "x"},
    {"to": "w", "substring": "x", "chars": [1], **LOSS},
]
NAME_ITEMS = {"t": TEXT, "u": TEXT, "v": TEXT, "w": TEXT}


def test_a_field_that_comes_back_by_another_rule_loses_nothing() -> None:
    mapped = run(NAMES, (X, NAME_ITEMS), {"x": ["山田　", "山田　太郎"]})
    assert told(mapped) == []
    assert columns(mapped)["v"] == ["山田　", "山田　太郎"]


def test_targets_that_contradict_the_way_back_are_told() -> None:
    values = {
        "t": ["山田", "山口"],
        "u": ["太郎", "太郎"],
        "v": ["山田　太郎"] * 2,
        "w": ["山", "川"],
    }
    mapped = run(NAMES, (X, NAME_ITEMS), values, back=True)
    assert columns(mapped) == {"x": ["山田　太郎"] * 2}
    assert told(mapped) == [(1, "t", "MAP-003"), (1, "w", "MAP-003")]


def test_a_coalesce_over_fields_with_their_own_rules_loses_nothing() -> None:
    rules = [
        {"to": "t", "coalesce": ["x", "y"], "conflict": "first"},
        {"to": "u", "from": "x"},
        {"to": "v", "from": "y"},
    ]
    sides = {"x": TEXT, "y": TEXT}, {"t": TEXT, "u": TEXT, "v": TEXT}
    given_values = {"x": ["a", None, "a"], "y": ["b", "b", None]}
    there = run(rules, sides, given_values)
    back = run(rules, sides, columns(there), back=True)
    assert (columns(back), told(there), told(back)) == (given_values, [], [])


def test_a_program_is_shared_by_threads() -> None:
    source, target = layout("s", X), layout("t", {"t": TEXT, "u": TEXT})
    rules = [{"to": "t", "from": "x", "width": "full"}, {"to": "u", "from": "x", "codes": "c"}]
    definition = {"kind": "mapping", "id": "m", "source": "s", "target": "t", "codes": CODES}
    read = Mapping.model_validate(definition | {"rules": rules})
    program = mapping.compile(read, source, target, back=False)
    many = [batch(source, {"x": [str(row % n) for row in range(5000)]}) for n in (2, 3, 5)]
    alone = [program.run(one).batch for one in many]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda one: program.run(one).batch, many * 4))
    pairs = zip(alone * 4, together, strict=True)
    assert all(batches.frame(a).equals(batches.frame(b)) for a, b in pairs)


def test_an_empty_batch_goes_through_every_rule() -> None:
    for _, rule, source, target, values, *_ in FORWARD:
        there = run([rule], (source, target), dict.fromkeys(values, ()), codes=CODES)
        back = run([rule], (source, target), columns(there), codes=CODES, back=True)
        assert len(there.batch) == len(back.batch) == 0


@pytest.mark.parametrize(
    "text, date",
    [
        ("令和元年５月日不詳", "2019-05-00"),
        ("平成３１年５月日不詳", "2019-05-00H"),
        ("昭和６４年月日不詳", "1989-00-00S"),
        ("年７月日不詳", "0000-07-00"),
        ("令和２年１３月日不詳", None),
        ("令和２年１月１日不詳", None),
        ("令和２年", None),
        ("推定昭和３９年頃", None),
    ],
)
def test_words_for_unknown_dates_are_read(text: str, date: str | None) -> None:
    found = read(text)
    assert (found and found.date) == date


@given(st.integers(1, 5), st.integers(1, 64), st.integers(0, 12))
def test_words_come_back_as_the_date_they_were_made_of(era: int, counted: int, month: int) -> None:
    year = (1867, 1911, 1925, 1988, 2018)[era - 1] + counted
    found = read(words(year * 10000 + month * 100, era))
    assert found is not None
    assert (found.date[:10], found.era, found.exact) == (f"{year:04}-{month:02}-00", era, True)
