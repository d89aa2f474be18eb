"""Several files delivered together: who belongs to which member, keys and totals between them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from converters import filesets, report, spec
from converters.cli import main
from converters.errors import DefinitionError, EnvironmentFailure
from converters.groups import spool
from converters.pipeline import Job

PERSONS = """\
kind: layout
id: t/persons
charset: utf-8
framing: {delimited: {header: false, terminator: lf, quote: none}}
records:
- fields:
  - {name: 宛名番号, kind: digits, required: true}
  - {name: 世帯番号, kind: digits}
  - {name: 税額, kind: integer, digits: 9}
"""
HOMES = """\
kind: layout
id: t/homes
charset: cp932
framing: {fixed: {length: 7, terminator: lf}}
records:
- fields:
  - {name: 番号, bytes: 2, kind: digits, required: true}
  - {name: 区分, bytes: 1, kind: narrow}
  - {name: 合計, bytes: 4, kind: integer, digits: 4}
"""
SET = """\
kind: set
id: t/set
title: {{ja: 一式}}
files:
- {{name: person, layout: t/persons, match: "p*.csv"}}
- {{name: home, layout: t/homes, match: "h*.dat"}}
- {{name: outsider, layout: t/persons, match: "o*.csv", required: false}}
checks: [{checks}]
"""
REFERS = (
    "references: [{file: person, fields: [世帯番号]}, {file: home, fields: [番号]}], because: r"
)
TOTALS = "total: [{file: person, fields: [税額]}, {file: home, fields: [合計]}]"
COUNTS = "total: [{file: person}, {file: home}]"
ALONE = "unique: [{file: person, fields: [宛名番号]}, {file: outsider, fields: [宛名番号]}]"


def definitions(folder: Path, *checks: str) -> Path:
    """A root with the two layouts and a set."""
    (folder / "t").mkdir(parents=True)
    for name, text in (("persons", PERSONS), ("homes", HOMES)):
        (folder / "t" / f"{name}.yaml").write_text(text, encoding="utf-8")
    text = SET.format(checks=", ".join(f"{{{check}}}" for check in checks))
    (folder / "t" / "set.yaml").write_text(text, encoding="utf-8")
    return folder


def delivery(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="cp932")
    return folder


def checked(folder: Path, files: dict[str, str], *checks: str, **how: Any) -> filesets.Checked:
    known = spec.load_set("t/set", [definitions(folder / "layouts", *checks)])
    job = Job((), out=folder / "runs", samples="raw", pages=("html", "xlsx", "junit", "md"), **how)
    return filesets.check(known, delivery(folder / "in", files), job)


def found(folder: Path) -> list[Any]:
    frame = pl.read_parquet(folder / "runs" / "set" / "findings.parquet")
    return frame.select("file", "record", "field", "code", "value").rows()


def outcomes(of: filesets.Checked) -> list[str]:
    return [one["outcome"] for one in of.whole.report["steps"]]


def home(*numbers: str, kind: str = "A", total: int = 1) -> str:
    return "".join(f"{number}{kind}{total:4}\n" for number in numbers)


GOOD = {"p1.csv": "1,01,2\n", "h1.dat": home("01", total=2)}
CASES: list[tuple[str, dict[str, str], str, list[Any], str]] = [
    ("nothing wrong", GOOD, REFERS, [], "pass"),
    ("a key in several files of a member",
     {"p1.csv": "1,01,1\n", "p2.csv": "2,02,1\n", "h1.dat": home("02"), "h2.dat": home("01")},
     REFERS, [], "pass"),
    ("a key that is not there", GOOD | {"p2.csv": "2,,1\n3,02,1\n"}, REFERS,
     [(1, 2, "世帯番号", "XFL-001", "02")], "fail"),
    ("a zero more is another key", GOOD | {"p2.csv": "2,001,1\n"}, REFERS,
     [(1, 1, "世帯番号", "XFL-001", "001")], "fail"),
    ("a broken record that may be meant", {"p1.csv": "1,01,1\n", "h1.dat": "01A\n"},
     REFERS, [], "pass"),
    ("a reference of a broken record", {"p1.csv": "1,09\n", "h1.dat": home("01")},
     REFERS, [], "pass"),
    ("only some records refer", GOOD | {"p2.csv": "2,09,0\n"},
     REFERS.replace("fields: [世帯番号]", "fields: [世帯番号], when: {field: 税額, in: ['2']}"),
     [], "pass"),
    ("only some records are referred to", {"p1.csv": "1,01,1\n", "h1.dat": home("01", kind="B")},
     REFERS.replace("fields: [番号]", "fields: [番号], when: {field: 区分, equals: A}"),
     [(0, 1, "世帯番号", "XFL-001", "01")], "fail"),
    ("totals that differ", {"p1.csv": "1,01,2\n", "p2.csv": "2,01,\n", "h1.dat": home("01")},
     TOTALS, [(0, 0, "税額", "XFL-002", "2 > 1")], "fail"),
    ("totals that agree", {"p1.csv": "1,01,2\n2,01,1\n3,01,\n", "h1.dat": home("01", total=3)},
     TOTALS, [], "pass"),
    ("a total with a value that cannot be read", {"p1.csv": "1,01,x\n", "h1.dat": home("01")},
     TOTALS, [], "unevaluated"),
    ("a total with a broken record", {"p1.csv": "1,01\n", "h1.dat": home("01")},
     TOTALS, [], "unevaluated"),
    ("as many records", GOOD, COUNTS, [], "pass"),
    ("more records", GOOD | {"p2.csv": "2,01,1\n"}, COUNTS,
     [(0, 0, "person", "XFL-002", "2 > 1")], "fail"),
    ("a number of a person from outside", GOOD | {"o.csv": "2,,\n1,,\n"}, ALONE,
     [(2, 2, "宛名番号", "XFL-004", "1")], "fail"),
    ("twice in one member is its own affair", GOOD | {"o.csv": "2,,\n2,,\n"}, ALONE, [], "pass"),
    ("no persons from outside", GOOD, ALONE, [], "unevaluated"),
    ("no file of households", {"p1.csv": "1,01,1\n"}, REFERS,
     [(0, 0, "home", "XFL-003", "")], "unevaluated"),
    ("a file nobody asked for", GOOD | {"P1.csv": "", ".x": ""}, REFERS,
     [(0, 0, "P1.csv", "XFL-005", "")], "pass"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "check", "rows", "outcome"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_between_files(
    files: dict[str, str], check: str, rows: list[Any], outcome: str, tmp_path: Path
) -> None:
    made = checked(tmp_path, files, check)
    assert found(tmp_path) == rows
    assert outcomes(made) == [outcome]


def test_every_member_has_a_run_and_the_set_tells_of_all_files(tmp_path: Path) -> None:
    files = {"p1.csv": "1,01,1\n,01,1\n", "p2.csv": "3,02,1\n", "h.dat": home("01")}
    made = checked(tmp_path, files, REFERS, COUNTS)
    runs = sorted(path.name for path in (tmp_path / "runs").iterdir())
    assert runs == ["home", "person", "set"]
    assert (made.exit_code, made.members["home"].exit_code) == (3, 0)
    whole = made.whole.report
    Draft202012Validator(report.report_schema()).validate(whole)
    read = {Path(one["path"]).name: (one["layout"], one["findings"]) for one in whole["inputs"]}
    assert read == {
        "p1.csv": ("t/persons", {"info": 0, "warning": 0, "error": 2}),
        "p2.csv": ("t/persons", {"info": 0, "warning": 0, "error": 1}),
        "h.dat": ("t/homes", {"info": 0, "warning": 0, "error": 0}),
    }
    assert {key: whole["counts"][key] for key in ("read", "converted", "rejected")} == {
        "read": 4,
        "converted": 3,
        "rejected": 1,
    }
    roles = [(one["role"], one["id"]) for one in whole["definitions"]]
    assert roles == [("set", "t/set"), ("source", "t/persons"), ("source", "t/homes")]
    assert [one["limit"] for one in whole["steps"]] == ["", "3 = 1"]
    page = (tmp_path / "runs" / "set" / "report.html").read_text(encoding="utf-8")
    assert "ファイルの組" in page and "XFL-001" in page


def test_a_member_that_was_stopped_leaves_its_checks_unevaluated(tmp_path: Path) -> None:
    files = {"p.csv": ",01,1\n", "h.dat": home("02")}
    made = checked(tmp_path, files, REFERS, on_error="abort")
    assert (made.exit_code, outcomes(made), made.whole.report["complete"]) == (
        4,
        ["unevaluated"],
        False,
    )
    assert found(tmp_path) == []


def test_a_check_of_a_set_can_be_switched_off(tmp_path: Path) -> None:
    root = definitions(tmp_path / "layouts", REFERS)
    off = "severities: [{code: XFL-001, severity: off, because: sent later}]"
    with (root / "t" / "set.yaml").open("a", encoding="utf-8") as file:
        file.write(off)
    known = spec.load_set("t/set", [root])
    folder = delivery(tmp_path / "in", GOOD | {"p2.csv": "2,09,1\n"})
    made = filesets.check(known, folder, Job(()))
    assert (made.exit_code, outcomes(made)) == (0, ["skipped"])


def test_a_folder_without_any_file_of_the_set(tmp_path: Path) -> None:
    known = spec.load_set("t/set", [definitions(tmp_path / "layouts")])
    for folder in (tmp_path / "none", delivery(tmp_path / "in", {"x": ""})):
        with pytest.raises(EnvironmentFailure):
            filesets.check(known, folder, Job(()))


key = st.sampled_from(["", "1", "2", "3", "4", "x"])
lines = st.lists(st.tuples(key, key), max_size=10)


@settings(max_examples=30)
@given(lines, lines, st.lists(key, max_size=8), st.integers(1, 4), st.integers(1, 5))
def test_what_is_found_between_files_is_what_sets_find(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[tuple[str, str]],
    second: list[tuple[str, str]],
    homes: list[str],
    batch: int,
    held: int,
) -> None:
    files = {
        "p1.csv": "".join(f"{a},{b},1\n" for a, b in first),
        "p2.csv": "".join(f"{a},{b},1\n" for a, b in second),
        "h.dat": "".join(f"{number:<2}A   1\n" for number in homes),
        "o.csv": "".join(f"{number},,\n" for number in homes),
    }
    folder = tmp_path_factory.mktemp("whole")
    checked(folder, files, REFERS, ALONE)
    digits = {number for number in homes if number.isdigit()}
    due = [
        (file, at, "世帯番号", "XFL-001", b)
        for file, rows in enumerate((first, second))
        for at, (_, b) in enumerate(rows, 1)
        if b.isdigit() and b not in digits
    ]
    numbers = {a for a, _ in (*first, *second) if a.isdigit()}
    due += [
        (3, at, "宛名番号", "XFL-004", number)
        for at, number in enumerate(homes, 1)
        if number in numbers
    ]
    assert found(folder) == due
    again = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(spool.Spool.__init__, "__defaults__", (held,))
        checked(again, files, REFERS, ALONE, batch_records=batch, jobs=2)
    assert found(again) == due


FAULTS = [
    ("no such member", "references: [{file: x, fields: [番号]}, {file: home, fields: [番号]}]",
     "DEF-020"),
    ("no such field", "references: [{file: person, fields: [番]}, {file: home, fields: [番号]}]",
     "DEF-020"),
    ("no key", "references: [{file: person}, {file: home}]", "DEF-003"),
    ("keys of different width",
     "references: [{file: person, fields: [宛名番号, 世帯番号]}, {file: home, fields: [番号]}]",
     "DEF-050"),
    ("a total of texts",
     "total: [{file: person, fields: [世帯番号]}, {file: home, fields: [合計]}]", "DEF-050"),
    ("a total of two fields", "total: [{file: home, fields: [合計, 合計]},"
     " {file: home, fields: [合計, 合計]}]", "DEF-050"),
    ("a condition on a number of records",
     "total: [{file: person, when: {field: 税額, blank: true}}, {file: home}]", "DEF-003"),
    ("a type of record of a layout with one",
     "references: [{file: person, record: x, fields: [宛名番号]},"
     " {file: home, fields: [番号]}]", "DEF-020"),
    ("two questions", f"{COUNTS}, {ALONE}", "DEF-002"),
    ("a unique key of one member", "unique: [{file: person, fields: [宛名番号]}]", "DEF-002"),
    ("a condition on no field",
     "unique: [{file: person, fields: [宛名番号], when: {field: x, blank: true}},"
     " {file: outsider, fields: [宛名番号]}]", "DEF-020"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "code"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_of_a_set(check: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as refused:
        spec.load_set("t/set", [definitions(tmp_path, check)])
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("name: home", "name: person", "DEF-022"),
        ("name: home", "name: a/b", "DEF-002"),
        ("name: home", "name: set", "DEF-002"),
        ("layout: t/homes", "layout: t/home", "DEF-020"),
        ("layout: t/homes", "layout: t/set", "DEF-020"),
    ],
)
def test_a_fault_of_a_member(old: str, new: str, code: str, tmp_path: Path) -> None:
    path = definitions(tmp_path) / "t" / "set.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        spec.load_set("t/set", [tmp_path])
    assert {problem.code for problem in refused.value.problems} == {code}


def test_the_command_prints_verdicts_and_returns_the_gravest_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = definitions(tmp_path / "layouts", REFERS, ALONE)
    folder = delivery(tmp_path / "in", GOOD | {"p2.csv": "2,09,1\n"})
    options = [str(folder), "--set", "t/set", "--layouts", str(root), "--lang", "en"]
    assert main(["check", *options, "--out", str(tmp_path / "runs")]) == 3
    printed = capsys.readouterr().err
    assert "person: DONE" in printed and "XFL-001" in printed
    assert "could not be checked: unique person.宛名番号 / outsider.宛名番号" in printed
    assert "--layout t/persons --at 1" in printed and "rejects extract" not in printed
    assert main(["check", *options, "--json"]) == 3
    assert [*json.loads(capsys.readouterr().out)] == ["person", "home", "set"]
    assert main(["check", str(tmp_path / "no"), "--set", "t/set", "--layouts", str(root)]) == 6


MIXED = """\
kind: layout
id: t/homes
charset: cp932
framing: {fixed: {length: 4, terminator: lf}}
records:
- name: home
  when: [{at: 1, is: [H]}]
  fields:
  - {name: 種別, bytes: 1, kind: narrow}
  - {name: 番号, bytes: 2, kind: digits}
  - {filler: 1}
- name: end
  when: [{at: 1, is: [E]}]
  fields:
  - {name: 種別, bytes: 1, kind: narrow}
  - {name: 合計, bytes: 3, kind: integer, digits: 3}
checks: [{record: home, sequence: 番号, per: [種別]}]
"""


def test_a_part_may_be_one_type_of_record(tmp_path: Path) -> None:
    refers = REFERS.replace("file: home", "file: home, record: home")
    totals = TOTALS.replace("file: home", "file: home, record: end")
    root = definitions(tmp_path / "layouts", refers, totals)
    (root / "t" / "homes.yaml").write_text(MIXED, encoding="utf-8")
    known = spec.load_set("t/set", [root])
    files = {"p.csv": "1,01,2\n2,09,3\n", "h.dat": "H01 \nE  7\n"}
    job = Job((), out=tmp_path / "runs", samples="raw")
    made = filesets.check(known, delivery(tmp_path / "in", files), job)
    assert found(tmp_path) == [
        (0, 2, "世帯番号", "XFL-001", "09"),
        (0, 0, "税額", "XFL-002", "5 > 7"),
    ]
    assert outcomes(made) == ["fail", "fail"]


def test_the_shipped_set_has_its_layouts() -> None:
    known = spec.load_set("standard/juki/delivery")
    assert [*known.layouts] == ["resident", "household", "outsider"]
