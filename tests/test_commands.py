"""The commands on real samples: what they print where, and how they end."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from converters.cli import main

SAMPLES = Path(__file__).parent.parent / "samples"
CLEAN = SAMPLES / "vendor-a" / "clean" / "input.dat"
DEFECTS = SAMPLES / "vendor-a" / "defects" / "input.dat"
LAYOUT = ["--layout", "vendor-a/resident"]
MAPPING = ["--mapping", "vendor-a/resident-to-standard"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")


@pytest.mark.parametrize(
    ("options", "code", "published"),
    [
        ([], 3, True),
        (["--fail-on", "never"], 0, True),
        (["--on-error", "abort"], 4, False),
        (["--max-errors", "0"], 4, False),
        (["--max-errors", "1000"], 3, True),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_file_with_errors_ends_as_the_policy_says(
    options: list[str],
    code: int,
    published: bool,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["convert", str(DEFECTS), *MAPPING, "--out", "run", *options]) == code
    assert (tmp_path / "run" / "manifest.json").exists() == published
    assert published or list(tmp_path.iterdir()) == []
    assert ("report.json" in capsys.readouterr().err) == published


def test_the_summary_goes_to_stderr_and_names_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(CLEAN), *MAPPING, "--out", "run", "-v"]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "read 28 = converted 28" in err
    assert "source   vendor-a/resident 1.0.0 " in err


@pytest.mark.parametrize("batch", [[], ["--batch-records", "1"]], ids=["whole", "one by one"])
def test_line_ends_of_two_sorts_are_told_once_with_their_place(
    batch: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (SAMPLES / "vendor-b" / "clean" / "input.csv").read_bytes().split(b"\r\n")
    mixed = b"\r\n".join(lines[:4]) + b"\n" + b"\n".join(lines[4:])
    (tmp_path / "joined.csv").write_bytes(mixed)
    main(["validate", "joined.csv", "--layout", "vendor-b/resident", "--json", *batch])
    found = json.loads(capsys.readouterr().out)["problems"]
    [told] = [one for one in found if one["code"] == "SRC-005"]
    place = len(b"\r\n".join(lines[:3])) + 2
    assert (told["count"], told["samples"][0]["offset"]) == (1, place)


def test_a_missing_file_names_the_code_that_explains_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["validate", "nobody.dat", *LAYOUT]) == 6
    assert capsys.readouterr().err == "nobody.dat: no such file (SYS-001)\n"


def test_quiet_leaves_the_verdict_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(CLEAN), *LAYOUT, "-q"]) == 0
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_json_prints_the_report_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(DEFECTS), *LAYOUT, "--json"]) == 3
    out, err = capsys.readouterr()
    assert err == ""
    report = json.loads(out)
    assert (report["command"], report["exit_code"]) == ("validate", 3)


def test_an_existing_run_is_kept_unless_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["convert", str(CLEAN), *MAPPING, "--out", "run"]
    assert main(command) == 0
    before = (tmp_path / "run" / "manifest.json").stat().st_mtime_ns
    assert main(command) in (2, 6)
    assert "run" in capsys.readouterr().err
    assert (tmp_path / "run" / "manifest.json").stat().st_mtime_ns == before
    assert main([*command, "--force"]) == 0


def test_stdin_to_stdout_gives_the_bytes_of_a_file(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    with CLEAN.open("rb") as data:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
        assert main(["convert", "-", *MAPPING, "--to", "-", "-q"]) == 0
    expected = CLEAN.parent / "expected" / "input.csv"
    assert capfdbinary.readouterr().out == expected.read_bytes()


def test_there_and_back_with_the_residual_is_the_same_file(tmp_path: Path) -> None:
    source = SAMPLES / "vendor-a" / "fillers" / "input.dat"
    there = ["convert", str(source), *MAPPING, "--out", "there", "--keep-residual"]
    back = ["convert", "there/input.csv", *MAPPING, "--back", "--residual", "there"]
    assert main(there) in (0, 3)
    assert main([*back, "--out", "back"]) == 0
    assert (tmp_path / "back" / "input.dat").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    "command",
    [
        ["layout", "lint", "bad.yaml"],
        ["mapping", "lint", "bad.yaml"],
        ["layout", "show", "bad.yaml"],
        ["validate", str(CLEAN), "--layout", "bad.yaml"],
        ["preview", str(CLEAN), "--layout", "bad.yaml"],
        ["generate", "bad.yaml", "--records", "1", "-o", "made"],
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_bad_definition_is_told_with_every_place(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "kind: layout\nid: bad\ncharset: cp932\nframign: {}\nrecords: []\n"
    (tmp_path / "bad.yaml").write_text(bad, encoding="utf-8")
    assert main(command) == 5
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 1
    assert all(line.startswith("bad.yaml:") for line in lines)
    assert any(line.startswith("bad.yaml:4:1: DEF-003") for line in lines)


def test_definitions_of_the_users_own_folder_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (SAMPLES.parent / "layouts" / "post" / "ken-all.yaml").read_text(encoding="utf-8")
    (tmp_path / "mine").mkdir()
    mine = text.replace("id: post/ken-all", "id: postal")
    (tmp_path / "mine" / "postal.yaml").write_text(mine, encoding="utf-8")
    assert main(["layout", "show", "postal"]) == 5
    assert main(["layout", "show", "postal", "--layouts", "mine"]) == 0
    monkeypatch.setenv("UTSUSHI_LAYOUTS", "mine")
    capsys.readouterr()
    assert main(["layout", "show", "postal"]) == 0
    assert "郵便番号" in capsys.readouterr().out


def test_a_generated_file_is_made_once_and_has_its_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [
        "generate",
        "vendor-b/resident",
        "--records",
        "50",
        "--defects",
        "0.2",
        "-o",
        "b.csv",
    ]
    assert main(command) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.csv", "b.csv.defects.csv"]
    assert main(command) == 2
    assert "--force" in capsys.readouterr().err


def test_coverage_of_an_incomplete_mapping_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = SAMPLES.parent / "layouts" / "vendor-b" / "resident-to-standard.yaml"
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "from: 最新}" not in line]
    assert len(kept) < len(lines)
    folder = tmp_path / "vendor-b"
    folder.mkdir()
    for table in (source.parent / "codes").iterdir():
        (folder / "codes").mkdir(exist_ok=True)
        (folder / "codes" / table.name).write_bytes(table.read_bytes())
    (folder / source.name).write_text("".join(kept), encoding="utf-8")
    assert main(["mapping", "coverage", f"vendor-b/{source.name}"]) == 5
    assert "NEVER READ" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["layout", "mapping", "report"])
def test_a_schema_is_json(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", name]) == 0
    assert "$schema" in json.loads(capsys.readouterr().out)


def test_every_line_of_a_page_ends_where_its_text_ends(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layout", "show", "vendor-a/resident", "--lang", "ja"]) == 0
    assert main(["preview", str(CLEAN), *LAYOUT, *MAPPING, "-n", "2", "--at", "27"]) == 0
    assert [line for line in capsys.readouterr().out.split("\n") if line.endswith(" ")] == []


def test_a_preview_of_the_way_back_reads_the_standard_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    standard = CLEAN.parent / "expected" / "input.csv"
    side = ["--layout", "standard/juki/resident"]
    assert main(["preview", str(standard), *side, *MAPPING]) == 0
    assert "宛名番号 = " in capsys.readouterr().out
    assert main(["preview", str(CLEAN), "--layout", "vendor-b/resident", *MAPPING]) == 2
