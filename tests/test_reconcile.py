"""Two rehearsals, or a source and a target: what differs is told, and what differs too much."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from converters import generate, pipeline, rundir, spec
from converters.cli import main
from converters.errors import DefinitionError
from converters.model import MappingSet
from converters.pipeline import Job
from converters.reconcile import Difference, Limits, files, runs

ROOT = Path(__file__).parent.parent
NAME = "vendor-a/resident-to-standard"
GOOD = spec.load_mapping(NAME)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "in.dat"
    generate.write(GOOD.source, path, 300, 21)
    return path


def run(folder: Path, mapping: MappingSet, *inputs: Path) -> rundir.Published:
    outcome = pipeline.convert(Job(tuple(map(str, inputs)), mapping=mapping, out=folder))
    assert outcome.run is not None
    return rundir.published(outcome.run)


def beyond(found: list[Difference]) -> set[tuple[str, str]]:
    return {(one.code, one.name) for one in found if one.is_beyond}


# ---- the bug of 2025 ---------------------------------------------------------------------------
# 転居届出日 and 出生届出日 are two fields for one date. The mapping took the first only, and the
# certificate of everybody who had never moved said 年月日不詳.


def edited(folder: Path, *edits: tuple[str, str, str], more: str = "") -> Path:
    """The shipped definitions with some lines changed: file, old, new."""
    for name in ("standard", "vendor-a"):
        shutil.copytree(ROOT / "layouts" / name, folder / name)
    for file, old, new in edits:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), encoding="utf-8")
    path = folder / "vendor-a" / "resident-to-standard.yaml"
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    return folder


MAPPING = "vendor-a/resident-to-standard.yaml"
ONE_FIELD = (
    (
        MAPPING,
        "  - {to: 異動届出年月日, coalesce: [転居届出日, 出生届出日], conflict: warn, "
        "notes: 転居していない人は出生届出日だけにある}\n",
        "  - {to: 異動届出年月日, from: 転居届出日}\n",
    ),
    (MAPPING, "  - {to: 住民となった届出年月日, from: 出生届出日}\n", ""),
)
UNKNOWN = (
    (
        MAPPING,
        ONE_FIELD[0][1],
        '  - {to: 異動届出年月日, from: 転居届出日, default: "0000-00-00", lossy: 空白は不詳}\n',
    ),
    ONE_FIELD[1],
    (
        "standard/juki/resident.yaml",
        "- {name: 異動届出年月日, kind: date, style: YYYY-MM-DD}",
        "- {name: 異動届出年月日, kind: date, style: YYYY-MM-DD, partial: true}",
    ),
)
IGNORE = "ignore:\n  - {field: 出生届出日, because: 届出日は転居届出日にある}\n"
"""The reason somebody believed in."""


def test_a_field_that_nobody_reads_stops_the_mapping(tmp_path: Path) -> None:
    folder = edited(tmp_path / "bug", *ONE_FIELD)
    with pytest.raises(DefinitionError) as stopped:
        spec.load_mapping(NAME, [folder])
    told = [problem for problem in stopped.value.problems if problem.code == "DEF-041"]
    assert len(told) == 1 and "出生届出日" in told[0].message


def test_the_field_is_told_of_with_its_filled_values(tmp_path: Path, source: Path) -> None:
    bug = spec.load_mapping(NAME, [edited(tmp_path / "bug", *ONE_FIELD, more=IGNORE)])
    report = run(tmp_path / "run", bug, source).report
    [unread] = [one for one in report["balance"]["unread"] if one["field"] == "出生届出日"]
    assert unread["filled"] >= 30
    told = {(one["code"], one.get("field")) for one in report["problems"]}
    assert ("BAL-010", "出生届出日") in told


def test_the_blank_dates_are_a_drop_of_the_fill_rate(tmp_path: Path, source: Path) -> None:
    good = run(tmp_path / "good", GOOD, source)
    bug = spec.load_mapping(NAME, [edited(tmp_path / "bug", *ONE_FIELD, more=IGNORE)])
    bad = run(tmp_path / "bad", bug, source)
    found = beyond(runs(good, bad, Limits()))
    assert ("BAL-007", "異動届出年月日 (target)") in found
    assert ("BAL-013", "BAL-010 出生届出日") in found
    target = bad.path / "in.csv"
    _, found_in_file = files(Job((str(source),), mapping=GOOD), (str(target),))
    assert ("BAL-007", "異動届出年月日") in beyond(found_in_file)


def test_the_dates_that_became_unknown_are_a_rise(tmp_path: Path, source: Path) -> None:
    good = run(tmp_path / "good", GOOD, source)
    bug = spec.load_mapping(NAME, [edited(tmp_path / "bug", *UNKNOWN, more=IGNORE)])
    bad = run(tmp_path / "bad", bug, source)
    told = {(one["code"], one.get("field")) for one in bad.report["problems"]}
    assert {("BAL-011", "異動届出年月日"), ("BAL-010", "出生届出日")} <= told
    assert ("BAL-011", "異動届出年月日 (target)") in beyond(runs(good, bad, Limits()))


@pytest.mark.parametrize(("tolerance", "told"), [(0.0, True), (100.0, False)])
def test_a_mapping_says_how_much_may_become_unknown(
    tolerance: float, told: bool, tmp_path: Path, source: Path
) -> None:
    folder = edited(tmp_path / "bug", *UNKNOWN, more=IGNORE + f"tolerance: {tolerance}\n")
    report = run(tmp_path / "run", spec.load_mapping(NAME, [folder]), source).report
    assert any(one["code"] == "BAL-011" for one in report["problems"]) == told


# ---- two runs ----------------------------------------------------------------------------------


def test_a_run_does_not_differ_from_its_repetition(tmp_path: Path, source: Path) -> None:
    first, second = (run(tmp_path / name, GOOD, source) for name in ("1", "2"))
    assert runs(first, second, Limits()) == []


def test_a_city_that_goes_on_living_stays_within_the_limits(tmp_path: Path, source: Path) -> None:
    later = tmp_path / "in.dat"
    later.write_bytes(source.read_bytes()[: 602 * 299])
    first, second = run(tmp_path / "1", GOOD, source), run(tmp_path / "2", GOOD, later)
    found = runs(first, second, Limits())
    assert {"records", "key", "sum", "input"} <= {one.kind for one in found}
    assert Difference("records", "read", "300", "299") in found
    assert [one for one in found if one.is_beyond] == []


def test_limits_decide_what_is_beyond(tmp_path: Path, source: Path) -> None:
    later = tmp_path / "in.dat"
    later.write_bytes(source.read_bytes()[: 602 * 100])
    first, second = run(tmp_path / "1", GOOD, source), run(tmp_path / "2", GOOD, later)
    strict = Limits(0, 0, 0, 0)
    codes = {code for code, _ in beyond(runs(first, second, strict))}
    assert {"BAL-007", "BAL-008"} <= codes
    assert beyond(runs(first, second, Limits(100, 100, 100, 100))) == set()


def test_the_same_input_with_other_counts_is_beyond_any_limit(tmp_path: Path, source: Path) -> None:
    first, second = (run(tmp_path / name, GOOD, source) for name in ("1", "2"))
    changed = json.loads(json.dumps(second.report))
    changed["counts"]["converted"] -= 1
    changed["balance"]["sums"][0]["written"] = "0"
    changed["balance"]["keys"][0]["written"]["sum"] = "0" * 16
    found = beyond(runs(first, replace(second, report=changed), Limits(100, 100, 100, 100)))
    assert {code for code, _ in found} == {"BAL-012", "BAL-004", "BAL-005"}


# ---- a source and a target ---------------------------------------------------------------------


@pytest.mark.parametrize("back", [False, True])
def test_what_the_mapping_makes_is_proved(back: bool, tmp_path: Path, source: Path) -> None:
    target = run(tmp_path / "run", GOOD, source).path / "in.csv"
    pair = (target, source) if back else (source, target)
    block, found = files(Job((str(pair[0]),), mapping=GOOD, back=back), (str(pair[1]),))
    assert found == []
    assert block["closed"]


DAMAGE = {
    "a lost record": (lambda lines: [*lines[:5], *lines[6:]], {"BAL-012", "BAL-005", "BAL-004"}),
    "a doubled record": (lambda lines: [*lines[:5], *lines[4:]], {"BAL-012", "BAL-005"}),
    "other order": (lambda lines: [lines[0], *reversed(lines[1:])], set()),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_what_somebody_else_made_is_put_to_the_proof(
    case: str, tmp_path: Path, source: Path
) -> None:
    made = run(tmp_path / "run", GOOD, source).path / "in.csv"
    damage, due = DAMAGE[case]
    lines = made.read_bytes().split(b"\r\n")[:-1]
    theirs = tmp_path / "theirs.csv"
    theirs.write_bytes(b"".join(line + b"\r\n" for line in damage(lines)))
    _, found = files(Job((str(source),), mapping=GOOD), (str(theirs),))
    codes = {one.code for one in found}
    assert due <= codes if due else codes == set()


def test_a_changed_amount_and_a_changed_code_are_found(tmp_path: Path, source: Path) -> None:
    made = run(tmp_path / "run", GOOD, source).path / "in.csv"
    lines = [line.split(b",") for line in made.read_bytes().split(b"\r\n")[:-1]]
    heads = [cell.decode() for cell in lines[0]]
    lines[1][heads.index("独自項目_均等割額")] = b"1"
    lines[2][heads.index("性別")] = b"0"
    theirs = tmp_path / "theirs.csv"
    theirs.write_bytes(b"".join(b",".join(line) + b"\r\n" for line in lines))
    _, found = files(Job((str(source),), mapping=GOOD), (str(theirs),))
    assert {(one.code, one.name) for one in found} >= {
        ("BAL-004", "独自項目_均等割額"),
        ("BAL-006", "性別: 0"),
    }


def test_values_that_went_with_their_record_are_not_told_as_lost(
    tmp_path: Path, source: Path
) -> None:
    """One record is missing, and another has lost its 氏名: only that is a loss of values."""
    run(tmp_path / "run", GOOD, source)
    head, *rows = (tmp_path / "run" / "in.csv").read_text(encoding="utf-8").splitlines()
    place = head.split(",").index("氏名")
    filled = [n for n, row in enumerate(rows) if row.split(",")[place]]
    cells = rows[filled[1]].split(",")
    cells[place] = ""
    rows[filled[1]] = ",".join(cells)
    del rows[filled[0]]
    theirs = tmp_path / "theirs.csv"
    theirs.write_text("\r\n".join([head, *rows, ""]), encoding="utf-8", newline="")
    found = beyond(files(Job((str(source),), mapping=GOOD), (str(theirs),))[1])
    assert ("BAL-012", "written") in found
    assert {name for code, name in found if code == "BAL-007"} == {"氏名"}


def test_the_command_compares_and_ends_with_three_where_it_must(
    tmp_path: Path,
    source: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    for name in ("1", "2"):
        run(tmp_path / name, GOOD, source)
    assert main(["reconcile", "1", "2"]) == 0
    assert capsys.readouterr().err == "no differences\n"
    mapping = ["--mapping", NAME]
    assert main(["reconcile", str(source), "1/in.csv", *mapping]) == 0
    lines = Path("1/in.csv").read_bytes().split(b"\r\n")
    Path("theirs.csv").write_bytes(b"\r\n".join(lines[:-2] + lines[-1:]))
    assert main(["reconcile", str(source), "theirs.csv", *mapping]) == 3
    assert "BAL-012  records     written: 300 → 299" in capsys.readouterr().out
    assert main(["reconcile", str(source), "theirs.csv", *mapping, "--json"]) == 3
    rows = json.loads(capsys.readouterr().out)["differences"]
    assert {"kind": "records", "name": "written", "first": "300", "second": "299"}.items() <= rows[
        0
    ].items()
    assert main(["reconcile", "1", "none"]) == 6
    assert main(["reconcile", "1", "theirs.csv"]) == 6


# ---- several types of records --------------------------------------------------------------------

TYPES = {
    "zengin/transfers": "zengin/transfer-to-tables",
    "kokuho/exchange": "kokuho/exchange-to-tables",
    "host/slips": "host/slips-to-tables",
    "host/orders-rows": "host/orders-to-tables",
}


def sample(folder: Path, name: str) -> tuple[MappingSet, Path]:
    """A mapping between types of records, and its source without the records that are rejected."""
    mapping = spec.load_mapping(TYPES[name])
    generate.write(mapping.source, folder / "in.dat", 200, 4)
    run(folder / "run", mapping, folder / "in.dat")
    return mapping, folder / "in.dat"


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("name", TYPES)
def test_several_types_of_records_are_proved(name: str, back: bool, tmp_path: Path) -> None:
    mapping, path = sample(tmp_path, name)
    tables = pipeline.together(str(tmp_path / "run" / "in.csv"), mapping.target)
    pair = (tables, (str(path),)) if back else ((str(path),), tables)
    block, found = files(Job(pair[0], mapping=mapping, back=back), pair[1])
    assert found == []
    assert block["closed"]
    assert block["records"]["read"] == block["records"]["written"] > 100


def test_what_is_wrong_is_told_with_its_type_of_record(tmp_path: Path) -> None:
    mapping, path = sample(tmp_path, "host/slips")
    tables = pipeline.together(str(tmp_path / "run" / "in.csv"), mapping.target)
    rows = tmp_path / "run" / "in.item.csv"
    head, first, second, *lines = rows.read_bytes().split(b"\r\n")
    less = second.rpartition(b",")[0] + b",0"
    rows.write_bytes(b"\r\n".join([head, less, *lines]))
    amount = [int(line.rpartition(b",")[2]) for line in (first, second)]
    _, found = files(Job((str(path),), mapping=mapping), tables)
    told = {(one.code, one.kind, one.name) for one in found if one.is_beyond}
    assert ("BAL-012", "records", "item.written") in told
    assert (("BAL-004", "sum", "item.金額") in told) == (sum(amount) != 0)
    assert {name.partition(".")[0] for _, _, name in told} == {"item"}


def test_a_type_without_records_is_told(tmp_path: Path) -> None:
    mapping, path = sample(tmp_path, "zengin/transfers")
    tables = pipeline.together(str(tmp_path / "run" / "in.csv"), mapping.target)
    data = tmp_path / "run" / "in.data.csv"
    head = data.read_bytes().partition(b"\r\n")[0]
    data.write_bytes(head + b"\r\n")
    _, found = files(Job((str(path),), mapping=mapping), tables)
    assert ("BAL-012", "data.written") in beyond(found)
    assert {name.partition(".")[0] for _, name in beyond(found)} == {"data"}


def test_the_command_takes_the_files_of_all_types_by_one_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, path = sample(tmp_path, "zengin/transfers")
    tables = str(tmp_path / "run" / "in.csv")
    known = ["--mapping", mapping.mapping.id]
    assert main(["reconcile", str(path), tables, *known]) == 0
    assert main(["reconcile", tables, str(path), *known, "--back"]) == 0
    (tmp_path / "run" / "in.end.csv").unlink()
    assert main(["reconcile", str(path), tables, *known]) == 6
    assert "in.end.csv" in capsys.readouterr().err
