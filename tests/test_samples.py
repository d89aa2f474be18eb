"""Every folder under samples/ is a test: the same bytes, findings and counts, and the way back."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
sys.path.insert(0, str(SAMPLES))

from cases import CASES  # noqa: E402  (samples/ is a folder of data with two scripts, no package)
from journey import given, walked  # noqa: E402
from journeys import JOURNEYS  # noqa: E402
from run import (  # noqa: E402
    CENSUS,
    census_csv,
    differing,
    findings_csv,
    input_of,
    question,
    result,
    there_and_back,
)

FOLDERS = sorted(path.parent for path in SAMPLES.glob("*/*/case.toml"))
KINDS = {
    folder.relative_to(SAMPLES).as_posix(): "commands" in question(folder) for folder in FOLDERS
}
NAMES = [name for name, has_commands in KINDS.items() if not has_commands]
WITH_COMMANDS = [name for name, has_commands in KINDS.items() if has_commands]


def content(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_gives_what_is_expected(name: str) -> None:
    folder = SAMPLES / name
    found, asked = result(folder), question(folder)
    expected = folder / "expected"
    assert findings_csv(found.findings) == (expected / "findings.csv").read_text(encoding="utf-8")
    files = content(expected)
    assert found.files == {name: data for name, data in files.items() if name != "findings.csv"}
    assert (found.exit_code, found.counts) == (asked["exit"], asked["counts"])
    counts = found.counts
    assert counts["read"] == counts["converted"] + counts["rejected"] + counts["filtered"]


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_returns_to_the_bytes_it_came_from(name: str) -> None:
    folder = SAMPLES / name
    how = question(folder)["returns"]
    if how == "identical":
        assert differing(folder) == 0
    if how:
        assert there_and_back(folder) == _accepted(folder)


def _accepted(folder: Path) -> bytes:
    """The input without the records that were rejected."""
    data, index = input_of(folder).read_bytes(), folder / "expected" / "rejects" / "index.csv"
    if not index.exists():
        return data
    with index.open(encoding="utf-8", newline="") as lines:
        spans = [(int(row["offset"]), int(row["bytes"])) for row in csv.DictReader(lines)]
    kept, place = b"", 0
    for offset, size in spans:
        kept += data[place:offset]
        place = offset + size
    return kept + data[place:]


@pytest.mark.parametrize(
    "name", [name for name in NAMES if (SAMPLES / name / "truth.csv").exists()]
)
def test_every_known_defect_is_found_where_it_is(name: str) -> None:
    folder = SAMPLES / name
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    truth = [(int(r["record"]), int(r["offset"]), r["field"], r["code"]) for r in rows]
    found = {finding[1:5] for finding in result(folder).findings}
    assert [one for one in truth if one not in found] == []


@pytest.mark.parametrize("name", WITH_COMMANDS)
def test_the_commands_of_a_sample_end_and_leave_what_is_expected(name: str) -> None:
    folder = SAMPLES / name
    found = walked(folder)
    assert found.exits == [asked["exit"] for asked in question(folder)["commands"]]
    assert found.files == content(folder / "expected")


@pytest.mark.parametrize("name", JOURNEYS)
def test_what_commands_find_is_what_the_script_writes(name: str) -> None:
    written = {file: data() for file, data in JOURNEYS[name].files.items()}
    assert given(SAMPLES / name) == written


def test_a_folder_without_a_source_of_its_input_is_written_by_hand_on_purpose() -> None:
    assert set(CASES) <= set(NAMES)
    assert set(JOURNEYS) <= set(WITH_COMMANDS)


@pytest.mark.parametrize("name", [name for name in NAMES if (SAMPLES / name / CENSUS).exists()])
def test_a_sample_has_the_characters_that_are_expected(name: str) -> None:
    assert census_csv(SAMPLES / name) == (SAMPLES / name / CENSUS).read_bytes()


def test_the_inputs_are_what_the_script_writes() -> None:
    differing = [
        name for name, case in CASES.items() if input_of(SAMPLES / name).read_bytes() != case.data()
    ]
    assert differing == []
