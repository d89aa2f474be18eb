"""Checks over the records of one key, compared with plain loops; batches and memory do not show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import groups, pipeline
from converters.errors import EnvironmentFailure
from converters.groups import spool
from converters.model import Layout
from converters.pipeline import Job

FIELDS = (
    {"name": "世帯", "kind": "digits"},
    {"name": "番号", "kind": "digits"},
    {"name": "続柄", "kind": "code", "codes": "続柄"},
    {"name": "始", "kind": "date", "style": "YYYY-MM-DD", "partial": True},
    {"name": "終", "kind": "date", "style": "YYYY-MM-DD", "partial": True,
     "unknown": ["0000-00-00"]},
    {"name": "状態", "kind": "narrow"},
)  # fmt: skip
Row = tuple[str, str, str, str, str, str]
"""世帯, 番号, 続柄, 始, 終, 状態"""


def layout(*checks: dict[str, Any], **more: Any) -> Layout:
    return Layout.model_validate(
        {
            "kind": "layout",
            "id": "test/groups",
            "charset": "utf-8",
            "framing": {"delimited": {"header": False, "terminator": "lf", "quote": "none"}},
            "codes": {"続柄": {"1": "世帯主", "2": "子", "3": "妻"}},
            "records": [{"fields": list(FIELDS)}],
            "checks": list(checks),
        }
        | more
    )


def validated(of: Layout, files: Iterable[list[Row]], folder: Path, **how: Any) -> pipeline.Outcome:
    folder.mkdir(parents=True, exist_ok=True)
    names = []
    for number, rows in enumerate(files):
        path = folder / f"{number}.csv"
        path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
        names.append(str(path))
    job = Job(tuple(names), layout=of, out=folder / "run", samples="raw", **how)
    return pipeline.validate(job)


def found(of: Layout, files: Iterable[list[Row]], folder: Path, **how: Any) -> list[Any]:
    """File, record, code and value of every finding of the SET family, in the order written."""
    outcome = validated(of, files, folder, **how)
    assert outcome.run is not None
    frame = pl.read_parquet(outcome.run / "findings.parquet")
    frame = frame.filter(pl.col("code").str.starts_with("SET-"))
    return frame.select("file", "record", "code", "value").rows()


def row(group: str = "1", number: str = "", kin: str = "", start: str = "", end: str = "",
        state: str = "") -> Row:  # fmt: skip
    return group, number, kin, start, end, state


HEAD = {"one": {"field": "続柄", "equals": "1"}, "per": ["世帯"]}
PERIODS = {"periods": ["始", "終"], "per": ["世帯"]}
NUMBERS = {"sequence": "番号", "per": ["世帯"]}
RISING = {"ascending": "始", "by": "番号", "per": ["世帯"]}
KINDS = {"complete": "続柄", "per": ["世帯"]}


def period(start: str, end: str = "") -> Row:
    return row(start=start, end=end)


def dated(number: str, day: str) -> Row:
    return row(number=number, start=day)


CASES: list[tuple[str, dict[str, Any], list[Row], list[Any]]] = [
    ("one head", HEAD, [row(kin="2"), row(kin="1")], []),
    ("no head", HEAD, [row("7", kin="2"), row("7", kin="3")], [(0, 1, "SET-005", "7")]),
    ("two heads", HEAD, [row(kin="1"), row(kin="2"), row(kin="1")], [(0, 3, "SET-009", "1")]),
    ("nobody without a household", HEAD, [row("", kin="2")], []),
    ("a head that could not be read", HEAD, [row(kin="9"), row(kin="2")], []),
    ("a second head beside one that could not be read", HEAD,
     [row(kin="9"), row(kin="1"), row(kin="1")], [(0, 3, "SET-009", "1")]),
    ("only those who live there", HEAD | {"when": {"field": "状態", "equals": "A"}},
     [row(kin="1", state="B"), row(kin="2", state="A"), row("2", kin="2", state="B")],
     [(0, 2, "SET-005", "1")]),
    ("numbers from one", NUMBERS, [row(number="1"), row(number="3"), row(number="2")], []),
    ("a number left out", NUMBERS, [row(number="1"), row(number="4"), row(number="5")],
     [(0, 2, "SET-006", "2 > 4")]),
    ("the first left out", NUMBERS, [row(number="2")], [(0, 1, "SET-006", "1 > 2")]),
    ("a number twice", NUMBERS, [row(number="1"), row(number="1"), row(number="2")],
     [(0, 2, "SET-012", "1")]),
    ("a number that could not be read", NUMBERS, [row(number="1"), row(number="x"),
     row(number="3")], []),
    ("a blank number", NUMBERS, [row(number="1"), row(), row(number="3")], []),
    ("numbers from zero", NUMBERS | {"start": 0}, [row(number="0"), row(number="1")], []),
    ("below the first number", NUMBERS, [row(number="0"), row(number="1")],
     [(0, 1, "SET-006", "1 > 0")]),
    ("periods side by side", PERIODS,
     [period("2024-02-01", "2024-02-29"), period("2024-03-01"), period("2023-01-01", "2024-01-31")],
     []),
    ("a gap", PERIODS, [period("2024-01-01", "2024-01-31"), period("2024-02-02")],
     [(0, 2, "SET-010", "2024-01-31 > 2024-02-02")]),
    ("a gap that is allowed", PERIODS | {"gaps": True},
     [period("2024-01-01", "2024-01-31"), period("2024-02-02")], []),
    ("an overlap of a day", PERIODS, [period("2024-01-01", "2024-02-01"), period("2024-02-01")],
     [(0, 2, "SET-007", "2024-02-01 > 2024-02-01")]),
    ("the last day excluded", PERIODS | {"ends": "excluded"},
     [period("2024-01-01", "2024-02-01"), period("2024-02-01")], []),
    ("a gap of a day with the last day excluded", PERIODS | {"ends": "excluded"},
     [period("2024-01-01", "2024-01-31"), period("2024-02-01")],
     [(0, 2, "SET-010", "2024-01-31 > 2024-02-01")]),
    ("a period inside another", PERIODS,
     [period("2024-01-01", "2024-12-31"), period("2024-02-01", "2024-02-02"),
      period("2024-12-01", "2024-12-31")],
     [(0, 2, "SET-007", "2024-12-31 > 2024-02-01"), (0, 3, "SET-007", "2024-02-02 > 2024-12-01")]),
    ("an open period that is not the last", PERIODS, [period("2024-01-01"), period("2024-02-01")],
     [(0, 2, "SET-007", " > 2024-02-01")]),
    ("a month that may fit", PERIODS, [period("2024-01-01", "2024-02-00"), period("2024-02-20")],
     []),
    ("a month that cannot", PERIODS, [period("2024-01-01", "2024-03-00"), period("2024-02-20")],
     [(0, 2, "SET-007", "2024-03-00 > 2024-02-20")]),
    ("an unknown end", PERIODS, [period("2024-01-01", "0000-00-00"), period("2025-02-20")], []),
    ("an unknown beginning hides a gap", PERIODS,
     [period("2024-01-01", "2024-01-31"), period("", "2024-02-10"), period("2024-03-01")], []),
    ("a period that is turned says nothing", PERIODS,
     [period("2024-02-01", "2024-01-01"), period("2024-03-01", "2024-03-31")], []),
    ("dates that rise", RISING, [dated("2", "2024-01-02"), dated("1", "2024-01-01")], []),
    ("a date that falls", RISING,
     [dated("1", "2024-01-02"), dated("2", "2024-01-01"), dated("3", "2024-01-01")],
     [(0, 2, "SET-011", "2024-01-02 > 2024-01-01")]),
    ("a date that may not fall", RISING, [dated("1", "2024-01-20"), dated("2", "2024-01-00")], []),
    ("dates in the order of the input", {"ascending": "始", "per": ["世帯"]},
     [dated("2", "2024-01-02"), dated("1", "2024-01-01")],
     [(0, 2, "SET-011", "2024-01-02 > 2024-01-01")]),
    ("numbers that fall", {"ascending": "番号", "per": ["世帯"]},
     [row(number="10"), row(number="9")], [(0, 2, "SET-011", "10 > 9")]),
    ("every kind", KINDS, [row(kin="1"), row(kin="3"), row(kin="2")], []),
    ("a kind missing", KINDS | {"values": ["1", "2"]}, [row(kin="1"), row("2", kin="2")],
     [(0, 1, "SET-003", "2"), (0, 2, "SET-003", "1")]),
    ("a kind that could not be read", KINDS, [row(kin="1"), row(kin="3"), row(kin="9")], []),
    ("a key of two fields", NUMBERS | {"per": ["世帯", "状態"]},
     [row("1", "1", state="A"), row("1", "1", state="B"), row("1", "1"), row("1", "1")],
     [(0, 4, "SET-012", "1")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "rows", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_groups(check: dict[str, Any], rows: list[Row], expected: Any, tmp_path: Path) -> None:
    assert found(layout(check), [rows], tmp_path) == expected


FIXED = {
    "kind": "layout",
    "id": "test/fixed",
    "charset": "cp932",
    "framing": {"fixed": {"length": 4, "terminator": "lf"}},
    "codes": {"続柄": {"1": "世帯主", "2": "子"}},
    "records": [
        {
            "fields": [
                {"name": "世帯", "bytes": 2, "kind": "digits"},
                {"name": "続柄", "bytes": 1, "kind": "code", "codes": "続柄"},
                {"filler": 1},
            ]
        }
    ],
    "checks": [HEAD],
}
TORN = [
    ("a household whose head is torn behind the key", b"012 \n011\n022 \n", ["02"]),
    ("a household whose head is too long", b"011 xx\n012 \n", []),
    ("a key that is torn", b"012 \n0\n", ["01"]),
]


@pytest.mark.parametrize(("data", "keys"), [one[1:] for one in TORN], ids=[one[0] for one in TORN])
def test_a_broken_record_may_be_the_head_of_its_household(
    data: bytes, keys: list[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(data)
    job = Job((str(tmp_path / "file"),), layout=Layout.model_validate(FIXED), samples="raw")
    problems = pipeline.validate(job).report["problems"]
    shown = [one["samples"] for one in problems if one["code"] == "SET-005"]
    assert [sample["value"] for samples in shown for sample in samples] == keys


RAGGED = [
    ("a column too many", ("1", "", "1", "", "", "", "x"), []),
    ("columns missing", ("1", "", "1"), []),
    ("in quotes", ('"1"', "", "1"), []),
    ("nothing but an end", ("", ""), ["1"]),
]


@pytest.mark.parametrize(("torn", "keys"), [o[1:] for o in RAGGED], ids=[o[0] for o in RAGGED])
def test_a_ragged_record_may_be_the_head_of_its_household(
    torn: Any, keys: list[str], tmp_path: Path
) -> None:
    files = [[torn, row("1", kin="2"), torn]]
    assert [value for *_, value in found(layout(HEAD), files, tmp_path)] == keys


def test_the_key_of_a_ragged_record_is_where_the_heading_says(tmp_path: Path) -> None:
    framing = {"delimited": {"header": True, "terminator": "lf", "quote": "none"}}
    heading: Any = ("続柄", "世帯", "番号", "始", "終", "状態")
    files = [[heading, ("1", "7"), ("2", "7", "", "", "", "")]]
    assert found(layout(HEAD, framing=framing), files, tmp_path) == []


def test_a_head_whose_field_is_blank_without_leave_is_not_missed(tmp_path: Path) -> None:
    fields = [one | {"required": one["name"] == "続柄"} for one in FIELDS]
    rows = [row("1"), row("1", kin="2"), row("2", kin="2")]
    known = layout(HEAD, records=[{"fields": fields}])
    assert found(known, [rows], tmp_path) == [(0, 3, "SET-005", "2")]


def test_groups_go_over_all_files(tmp_path: Path) -> None:
    files = [[row("1", kin="1"), row("2", kin="2")], [row("1", kin="1"), row("2", kin="1")]]
    assert found(layout(HEAD), files, tmp_path) == [(1, 1, "SET-009", "1")]


def test_a_check_that_is_off_finds_nothing_and_the_report_says_so(tmp_path: Path) -> None:
    off = {"code": "SET-005", "severity": "off", "because": "households are split over two files"}
    rows = [row("1", kin="2"), row("2", kin="1"), row("2", kin="1")]
    outcome = validated(layout(HEAD, severities=[off]), [rows], tmp_path)
    steps = [step for step in outcome.report["steps"] if step["rule"] == "one"]
    assert [(step["code"], step["outcome"], step["failed"]) for step in steps] == [
        ("SET-005", "skipped", 0),
        ("SET-009", "fail", 1),
    ]
    assert outcome.report["counts"]["rejected"] == 0


def test_the_key_of_a_group_is_masked_like_the_field(tmp_path: Path) -> None:
    folder = tmp_path / "masked"
    validated(layout(HEAD), [[row("4711", kin="2")]], folder)
    job = Job((str(folder / "0.csv"),), layout=layout(HEAD))
    (problem,) = pipeline.validate(job).report["problems"]
    assert (problem["field"], problem["samples"][0]["value"]) == ("世帯", "9999")


# ---- laws -----------------------------------------------------------------------------------

ALL = layout(HEAD, NUMBERS, RISING, PERIODS, KINDS)
DAY = date(2024, 1, 1)
days = st.integers(0, 6).map(lambda n: (DAY + timedelta(n)).isoformat())
rows = st.builds(
    row,
    st.sampled_from(["", "1", "2", "3"]),
    st.sampled_from(["", "1", "2", "3", "4", "x"]),
    st.sampled_from(["", "1", "2", "3", "9"]),
    days | st.sampled_from(["", "2024-13-01"]),
    days | st.just(""),
)
files = st.lists(st.lists(rows, max_size=12), min_size=1, max_size=2)


def expected(of: list[list[Row]]) -> list[Any]:
    """The same findings, by loops over the records of one household at a time."""
    households: dict[str, list[tuple[tuple[int, int], Row]]] = defaultdict(list)
    for file, records in enumerate(of):
        for number, record in enumerate(records, 1):
            if record[0]:
                households[record[0]].append(((file, number), record))
    told: list[Any] = []
    for key, members in households.items():
        for judge in (_heads, _numbers, _order, _periods, _kinds):
            told += [(*place, *what) for place, *what in judge(key, members)]
    return sorted(told)


Members = list[tuple[tuple[int, int], Row]]


def _heads(key: str, members: Members) -> Iterable[Any]:
    heads = [place for place, record in members if record[2] == "1"]
    unread = any(record[2] == "9" for _, record in members)
    if not heads and not unread:
        yield members[0][0], "SET-005", key
    for place in heads[1:]:
        yield place, "SET-009", key


def _numbers(key: str, members: Members) -> Iterable[Any]:
    known = sorted((int(r[1]), place) for place, r in members if r[1] not in ("", "x"))
    doubt = len(known) < len(members)
    before = 0
    for number, place in known:
        if number == before:
            yield place, "SET-012", str(number)
        elif number > before + 1 and not doubt:
            yield place, "SET-006", f"{before + 1} > {number}"
        before = number


def _day(text: str) -> date | None:
    return None if text in ("", "2024-13-01") else date.fromisoformat(text)


def _order(key: str, members: Members) -> Iterable[Any]:
    known = [(int(r[1]), p, r[3]) for p, r in members if r[1] not in ("", "x") and _day(r[3])]
    known.sort()
    for (_, _, earlier), (_, place, later) in pairwise(known):
        if later < earlier:
            yield place, "SET-011", f"{earlier} > {later}"


def _periods(key: str, members: Members) -> Iterable[Any]:
    known, doubt = [], False
    for place, record in members:
        start, end = _day(record[3]), _day(record[4])
        if start is None or (end is not None and end < start):
            doubt = True
            continue
        if record[3] == "2024-13-01" or record[4] == "2024-13-01":
            doubt = True
        known.append((start, place, end or date.max, record[4]))
    known.sort()
    last = date.min
    shown = ""
    for at, (start, place, end, text) in enumerate(known):
        if at and last >= start:
            yield place, "SET-007", f"{shown} > {start}"
        elif at and last + timedelta(1) < start and not doubt:
            yield place, "SET-010", f"{shown} > {start}"
        last, shown = max(last, end), text


def _kinds(key: str, members: Members) -> Iterable[Any]:
    have = {record[2] for _, record in members}
    if "9" not in have:
        for kind in "123":
            if kind not in have:
                yield members[0][0], "SET-003", kind


@settings(max_examples=60)
@given(files, st.integers(1, 5), st.integers(1, 6))
def test_the_groups_find_what_loops_find(
    tmp_path_factory: pytest.TempPathFactory, of: list[list[Row]], batch: int, held: int
) -> None:
    folder = tmp_path_factory.mktemp("groups")
    whole = found(ALL, of, folder / "whole")
    assert sorted(whole) == expected(of)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spool.Spool.__init__, "__defaults__", (held,))
        assert found(ALL, of, folder / "parts", batch_records=batch, jobs=2) == whole


def test_very_many_findings_come_by_bucket_whatever_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row(str(n), kin="2") for n in range(200)]
    monkeypatch.setattr(spool, "ORDERED", 10)
    whole = found(layout(HEAD), [rows], tmp_path / "whole")
    monkeypatch.setattr(spool.Spool.__init__, "__defaults__", (7,))
    assert found(layout(HEAD), [rows], tmp_path / "parts", batch_records=3) == whole
    assert sorted(whole) == [(0, n + 1, "SET-005", str(n)) for n in range(200)]


def test_a_place_that_cannot_be_written_is_a_failure_of_the_surroundings(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    compiled = pipeline.plan.side(layout(HEAD))
    full = groups.Spool(compiled.groups[0], tmp_path / "file", held=1)
    table = pl.DataFrame({"bucket": pl.Series([1], dtype=pl.UInt8), "record": [1], "offset": [0]})
    with pytest.raises(EnvironmentFailure):
        full.add(table.to_arrow())
