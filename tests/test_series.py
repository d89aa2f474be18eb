"""Reports of several runs: what changed, and what all came to, with nothing cancelled out."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import pipeline, series, spec
from converters.bounds import LARGEST
from converters.cli import main
from converters.errors import EnvironmentFailure, UsageError
from converters.pages.checklist import checklist
from converters.report import report_schema
from converters.series import sums
from converters.series.diff import PARTS

SAMPLES = Path(__file__).parent.parent / "samples" / "vendor-a"
MAPPING = "vendor-a/resident-to-standard"
Report = dict[str, Any]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The first and the last records of a file as one run each, all in one run, and a clean one."""
    folder = tmp_path_factory.mktemp("series")
    mapping = spec.load_mapping(MAPPING)
    lines = (SAMPLES / "defects" / "input.dat").read_bytes().splitlines(keepends=True)
    for name, part in (("first", lines[:50]), ("last", lines[50:])):
        (folder / f"{name}.dat").write_bytes(b"".join(part))
    jobs = {"first": ["first"], "last": ["last"], "both": ["first", "last"]}
    inputs = {name: [str(folder / f"{file}.dat") for file in files] for name, files in jobs.items()}
    inputs["clean"] = [str(SAMPLES / "clean" / "input.dat")]
    for name, files in inputs.items():
        pipeline.convert(pipeline.Job(tuple(files), mapping, out=folder / name))
    return {name: folder / name for name in inputs}


@pytest.fixture
def reports(runs: dict[str, Path]) -> dict[str, Report]:
    return {name: series.load(run) for name, run in runs.items()}


def test_a_run_does_not_differ_from_itself(reports: dict[str, Report]) -> None:
    assert series.difference(reports["clean"], reports["clean"]) == []
    assert not series.worse([], reports["clean"])


def test_every_change_is_told_with_both_values(reports: dict[str, Report]) -> None:
    found = series.difference(reports["clean"], reports["both"])
    told = {(one.part, one.name, one.what): (one.before, one.after) for one in found}
    assert told["counts", "", "read"] == (28, 60)
    assert told["verdict", "", "status"] == ("done", "findings")
    assert told["problems", "FLD-061 個人番号", "count"] == (None, 2)
    sums = {one["source"]: one["read"] for one in reports["both"]["balance"]["sums"]}
    assert told["sums", "均等割額", "read"][1] == sums["均等割額"]
    assert {one.part for one in found} < set(PARTS)
    back = series.difference(reports["both"], reports["clean"])
    assert {(one.part, one.name, one.what): (one.after, one.before) for one in back} == told


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [("clean", "both", True), ("both", "clean", False), ("last", "last", False)],
)
def test_more_errors_are_worse(
    before: str, after: str, expected: bool, reports: dict[str, Report]
) -> None:
    found = series.difference(reports[before], reports[after])
    assert series.worse(found, reports[after]) is expected


def test_a_balance_that_is_open_is_worse_whatever_was_before(reports: dict[str, Report]) -> None:
    reports["clean"]["counts"]["closed"] = False
    assert series.worse([], reports["clean"])


def test_runs_of_one_file_each_add_up_to_the_run_of_both(reports: dict[str, Report]) -> None:
    made = series.merged([("a", reports["first"]), ("b", reports["last"])])
    jsonschema.validate(made, report_schema(), jsonschema.Draft202012Validator)
    both = reports["both"]
    for name in ("counts", "findings", "inputs", "definitions", "policy", "status", "exit_code"):
        assert made[name] == both[name], name
    for name in ("problems", "fields", "steps"):
        assert made[name] == both[name], name
        assert made[f"{name}_total"] == both[f"{name}_total"]
    # Samples and hashes are added too; only the number of different codes cannot be known.
    assert without_distinct(made["balance"]) == without_distinct(both["balance"])
    assert made["run"]["merged"] == ["a", "b"]
    assert {one["path"].split("/")[0] for one in made["outputs"]} == {"a", "b"}


def without_distinct(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_distinct(one) for key, one in value.items() if key != "distinct"}
    return [without_distinct(one) for one in value] if isinstance(value, list) else value


def test_one_run_merged_is_itself(reports: dict[str, Report]) -> None:
    made, alone = series.merged([("a", reports["both"])]), reports["both"]
    assert {**made, "run": 0, "outputs": 0} == {**alone, "run": 0, "outputs": 0}


def test_two_wrongs_do_not_cancel_out(reports: dict[str, Report]) -> None:
    wrong = []
    for shift in (5, -5):
        one = copy.deepcopy(reports["clean"])
        amount = one["balance"]["sums"][0]
        amount["written"] = str(int(amount["written"]) + shift)
        told = {"code": "BAL-004", "field": amount["target"], "expected": "0", "found": str(shift)}
        one["balance"]["discrepancies"] = [told]
        wrong.append(one)
    made = series.merged([("a", wrong[0]), ("b", wrong[1])])
    assert made["balance"]["sums"][0]["converted"] == made["balance"]["sums"][0]["written"]
    assert len(made["balance"]["discrepancies"]) == 2
    (point,) = [one for one in checklist(made) if "Totals" in one.name.en]
    assert point.mark.key == "fail"


def test_runs_of_different_kinds_or_the_same_run_twice_are_refused(
    reports: dict[str, Report],
) -> None:
    other = {**reports["clean"], "command": "validate"}
    with pytest.raises(UsageError, match="convert, validate"):
        series.merged([("a", reports["clean"]), ("b", other)])
    with pytest.raises(UsageError, match="a is named twice"):
        series.merged([("a", reports["clean"]), ("a", reports["clean"])])


def test_a_merged_report_keeps_within_its_bound(reports: dict[str, Report]) -> None:
    big = reports["both"]
    big["problems"] = [
        {**big["problems"][0], "field": f"とても長い名前の項目_{number:05}"}
        for number in range(3000)
    ]
    big["problems_total"] = 3000
    made = series.merged([("a", big), ("b", reports["first"])])
    assert len(json.dumps(made, ensure_ascii=False, indent=1).encode()) <= LARGEST
    assert made["problems_total"] == 3000 + len(reports["first"]["problems"])


amounts = st.decimals(-(10**20), 10**20, places=2).map(lambda value: format(value, "f"))


@given(amounts, amounts, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_amounts_and_hashes_are_added_exactly(
    one: str, other: str, first: int, second: int
) -> None:
    from decimal import Decimal, localcontext

    blocks = [
        {
            "source": "額",
            "read": amount,
            "key": {"count": 1, "sum": f"{h:016x}", "xor": f"{h:016x}"},
        }
        for amount, h in ((one, first), (other, second))
    ]
    (made,) = sums.entries([[blocks[0]], [blocks[1]]])
    with localcontext() as context:
        context.prec = 60
        assert Decimal(made["read"]) == Decimal(one) + Decimal(other)
    assert int(made["key"]["sum"], 16) == (first + second) % 2**64
    assert int(made["key"]["xor"], 16) == first ^ second
    assert made["key"]["count"] == 2


@pytest.mark.parametrize(
    ("content", "error"),
    [(None, EnvironmentFailure), ("not json", UsageError), ("[]", UsageError), ("{}", UsageError)],
)
def test_what_is_no_report_is_told(
    content: str | None, error: type[Exception], tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "report.json").write_text(content, encoding="utf-8")
    with pytest.raises(error, match=r"report\.json"):
        series.load(tmp_path)


def test_diff_prints_what_changed_and_ends_with_3_when_it_is_worse(
    runs: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "diff", str(runs["clean"]), str(runs["both"]), "--lang", "en"]) == 3
    assert "| FLD-061 個人番号 | count |  | 2 | +2 |" in capsys.readouterr().out
    assert main(["report", "diff", str(runs["both"]), str(runs["clean"]), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"part", "name", "what", "before", "after"} == set(found[0])
    assert main(["report", "diff", str(runs["clean"]), str(runs["clean"]), "--lang", "ja"]) == 0
    assert "違いはありません" in capsys.readouterr().out


def test_merge_makes_a_run_with_pages_and_all_findings(
    runs: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(runs[name]) for name in ("first", "last")]
    assert main(["report", "merge", *given, "--out", str(tmp_path / "all"), "--lang", "en"]) == 3
    assert "read 60 = converted 31" in capsys.readouterr().err
    names = sorted(path.name for path in (tmp_path / "all").iterdir())
    assert names == ["findings.parquet", "manifest.json", "report.html", "report.json"]
    merged, both = (
        pl.read_parquet(run / "findings.parquet") for run in (tmp_path / "all", runs["both"])
    )
    assert merged.sort("file", "record", "code").equals(both.sort("file", "record", "code"))
    assert main(["report", "merge", *given, "--out", str(tmp_path / "all")]) == 2
    assert main(["report", "merge", *given, "--out", str(runs["first"]), "--force"]) == 2
    assert series.load(runs["first"])["counts"]["read"] == 50
