"""Personal values stay in outputs and rejects: a run's other artefacts and its log are searched."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import polars as pl
import pytest

from converters import generate, rundir, spec
from converters.cli import main
from converters.columns import Chunk
from converters.errors import UsageError
from converters.findings import decoder, sensitivity
from converters.pipeline import plan as plans
from converters.repair import Selection, groups
from converters.report import report_schema

VENDORS = ("vendor-a", "vendor-b")
PERSONAL = ("personal", "secret")
CHANCE = {"9999999", "99999999", "9999.99.99", "check"}
"""Unknown dates look like masks of dates, and one remark is a word that reports use."""
SHORTEST = 5
"""Values of fewer characters are found by chance in any number or hash."""


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each vendor; half of the records have a defect, in any field."""
    folder = tmp_path_factory.mktemp("faulty")
    for name in VENDORS:
        layout = spec.load_layout(f"{name}/resident")
        generate.write(layout, folder / f"{name}.dat", 160, 5, 0.5)
    return {name: folder / f"{name}.dat" for name in VENDORS}


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")


def raw_values(path: Path, name: str, levels: tuple[str, ...]) -> set[str]:
    """What stands in the fields of those sensitivities, read by the form and Python's codec."""
    side = plans.side(spec.load_layout(f"{name}/resident"))
    data = np.frombuffer(path.read_bytes(), np.uint8)
    begun = side.form.begin(data, True)
    assert begun is not None
    data = data[begun.used :]
    split = side.form.split(data, True)
    chunk = Chunk(0, 0, 1, 0, data, split.bounds, split.stop, split.codes)
    spans = side.form.spans(chunk, begun.order)
    decode = decoder(side.layout.charset)
    found = set()
    for place, field in enumerate(side.layout.record.fields):
        if not field.is_filler and sensitivity(field) in levels:
            start, stop = spans.of(place)
            ends = zip(start.tolist(), stop.tolist(), strict=True)
            found |= {decode(spans.data[a:b].tobytes()).strip(" 　") for a, b in ends}
    return {value for value in found if len(value) >= SHORTEST and len(set(value)) > 2}


def artefacts(run: Path, log: str, kept: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every file of a run but those of `kept`, as text: bytes of any kind, and cells of Parquet."""
    yield "log", log
    for path in run.rglob("*"):
        name = path.relative_to(run).as_posix()
        if path.is_file() and not name.startswith(kept):
            yield name, path.read_bytes().decode("utf-8", "replace")
            yield name, path.read_bytes().decode("cp932", "replace")
            if path.suffix == ".parquet":
                yield name, "\n".join(map(str, pl.read_parquet(path).rows()))


def leaks(found: Iterator[tuple[str, str]], values: set[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, text in found for value in values if value in text]


def run(command: str, path: Path, name: str, *more: str) -> None:
    what = ["--mapping", f"{name}/resident-to-standard"]
    if command == "validate":
        what = ["--layout", f"{name}/resident"]
    assert main([command, str(path), *what, "--out", "run", "-v", *more]) == 3


OUTPUTS = ("vendor", "rejects/vendor", "residual/")


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("command", ["convert", "validate", "roundtrip"])
def test_no_artefact_and_no_log_holds_a_personal_value(
    name: str, command: str, faulty: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run(command, faulty[name], name)
    out, err = capsys.readouterr()
    values = raw_values(faulty[name], name, PERSONAL) - CHANCE
    assert len(values) > 150
    assert leaks(artefacts(Path("run"), out + err, OUTPUTS), values) == []
    assert main(["rejects", "list", "run"]) == 0
    assert leaks(iter([("list", capsys.readouterr().out)]), values) == []


@pytest.mark.parametrize("name", VENDORS)
@pytest.mark.parametrize("samples", ["masked", "raw"])
def test_a_secret_stands_in_outputs_and_rejects_only(
    name: str, samples: str, faulty: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run("convert", faulty[name], name, "--samples", samples)
    log = "".join(capsys.readouterr())
    secrets = raw_values(faulty[name], name, ("secret",))
    assert len(secrets) > 60
    assert leaks(artefacts(Path("run"), log, OUTPUTS), secrets) == []


def test_raw_samples_are_asked_for_and_told_of(
    faulty: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run("validate", faulty["vendor-a"], "vendor-a", "--samples", "raw")
    assert "as they are (--samples raw)" in " ".join(capsys.readouterr().err.split())
    report = json.loads(Path("run/report.json").read_text(encoding="utf-8"))
    assert report["policy"]["samples"] == "raw"
    values = raw_values(faulty["vendor-a"], "vendor-a", ("personal",))
    assert leaks(artefacts(Path("run"), "", OUTPUTS), values)


LAYOUT = """kind: layout
id: l
charset: utf-8
framing: {delimited: {}}
records:
- fields:
  - {name: 氏名, kind: wide, balance: category%s}
  - {name: 区分, kind: code}
"""


@pytest.mark.parametrize(
    ("more", "samples", "shown"),
    [
        ("", "masked", {"漢漢漢漢": 3}),
        ("", "raw", {"山田太郎": 2, "鈴木花子": 1}),
        (", sensitivity: public", "masked", {"山田太郎": 2, "鈴木花子": 1}),
        (", sensitivity: secret", "raw", {"***": 3}),
    ],
)
def test_categories_of_persons_are_counted_by_what_may_be_shown(
    more: str, samples: str, shown: dict[str, int]
) -> None:
    Path("l.yaml").write_text(LAYOUT % more, encoding="utf-8")
    text = "氏名,区分\r\n山田太郎,1\r\n鈴木花子,1\r\n山田太郎,2\r\n"
    Path("in.csv").write_bytes(text.encode())
    command = ["validate", "in.csv", "--layout", "l.yaml", "--out", "run", "-q"]
    assert main([*command, "--samples", samples]) == 0
    report = json.loads(Path("run/report.json").read_text(encoding="utf-8"))
    [names, kinds] = report["balance"]["categories"]
    assert names["read"] == {"counts": shown, "distinct": 2, "other": 0}
    assert kinds["read"]["counts"] == {"1": 2, "2": 1}


def test_a_bug_is_told_without_the_data_it_met(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> int:
        raise ValueError("cannot read 山田太郎")

    monkeypatch.setattr("converters.cli.entry._run", fail)
    assert main(["layout", "list"]) == 1
    err = capsys.readouterr().err
    assert "ValueError at test_privacy.py:" in err and "山田" not in err


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("outputs", [False, True])
def test_a_purged_run_keeps_its_proof_and_no_value(
    outputs: bool, faulty: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    run("convert", faulty["vendor-b"], "vendor-b", "--keep-residual", "--samples", "raw")
    Path("run/report.html").write_text("a page", encoding="utf-8")
    before = hashes(Path("run"))
    old = json.loads(Path("run/report.json").read_text(encoding="utf-8"))
    command = ["purge", "run", *(["--outputs"] if outputs else [])]
    assert main([*command, "--dry-run"]) == 0
    assert hashes(Path("run")) == before
    planned = capsys.readouterr().out
    assert main(command) == 0
    assert capsys.readouterr().out == planned
    after = hashes(Path("run"))
    kept = {"manifest.json", "report.json", "findings.parquet"}
    assert set(after) == kept | (set() if outputs else {"vendor-b.csv"})
    values = raw_values(faulty["vendor-b"], "vendor-b", PERSONAL) - CHANCE
    assert leaks(artefacts(Path("run"), planned, ("vendor",)), values) == []
    manifest = json.loads(Path("run/manifest.json").read_text(encoding="utf-8"))
    report = json.loads(Path("run/report.json").read_text(encoding="utf-8"))
    jsonschema.validate(report, report_schema())
    assert report["purged"] == manifest["purged"]
    gone = {one["path"]: one for one in manifest["purged"]}
    assert all(one["sha256"] == before[path] for path, one in gone.items())
    assert set(before) - set(after) <= set(gone)
    for key in ("counts", "findings", "inputs", "fields"):
        assert report[key] == old[key]
    assert report["balance"]["sums"] == old["balance"]["sums"]
    assert {one["path"]: one["sha256"] for one in manifest["outputs"]}.items() <= after.items()
    frame = pl.read_parquet("run/findings.parquet")
    assert len(frame) == sum(old["findings"].values()) and set(frame["value"]) == {""}


def test_a_purged_run_is_purged_and_says_so(faulty: dict[str, Path]) -> None:
    run("convert", faulty["vendor-a"], "vendor-a")
    assert main(["purge", "run"]) == 0
    before = hashes(Path("run"))
    assert main(["purge", "run"]) == 0
    assert hashes(Path("run")) == before
    with pytest.raises(UsageError, match="purged"):
        groups(rundir.published(Path("run")), Selection())
    assert main(["rejects", "extract", "run", "-o", "r.csv"]) == 2
    assert not Path("r.csv").exists()


def test_what_is_no_run_is_not_purged() -> None:
    Path("folder").mkdir()
    Path("folder/file").write_text("mine", encoding="utf-8")
    assert main(["purge", "folder"]) == 2
    assert main(["purge", "none"]) == 6
    assert Path("folder/file").exists()


def test_a_run_that_was_tampered_with_is_not_purged(faulty: dict[str, Path]) -> None:
    run("convert", faulty["vendor-a"], "vendor-a")
    copy = Path("copy")
    shutil.copytree("run", copy)
    (copy / "vendor-a.csv").write_bytes(b"other")
    assert main(["purge", "copy"]) == 6
    assert (copy / "rejects").exists()
    assert not list(Path().glob(".copy*"))
