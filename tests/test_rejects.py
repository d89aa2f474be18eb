"""Rejects go out to a sheet, come back repaired, and the run is whole: nothing else moved."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import charset, generate, pipeline, repair, rundir, spec
from converters.cli import main
from converters.errors import EnvironmentFailure, UsageError
from converters.pipeline import Job, Outcome
from converters.pipeline import plan as plans
from converters.repair import Selection
from converters.repair.cells import shown, spelled
from converters.repair.repairs import Repair, merged
from converters.repair.sheets import read, write
from converters.repair.spliced import Patch, Spliced

VENDORS = ("vendor-a", "vendor-b")
MAPPINGS = {name: spec.load_mapping(f"{name}/resident-to-standard") for name in VENDORS}
SAMPLES = Path(__file__).parent.parent / "samples"


class _Desk:
    """A folder with a faulty file of a vendor and its run; guards nothing but their places."""

    def __init__(self, folder: Path, vendor: str, data: bytes) -> None:
        self.folder = folder
        self.vendor = vendor
        self.path = folder / "in.dat"
        self.path.write_bytes(data)
        self.outcome = pipeline.convert(self.job("run"))
        self.run = rundir.published(folder / "run")

    def job(self, out: str) -> Job:
        return Job((str(self.path),), mapping=MAPPINGS[self.vendor], out=self.folder / out)

    def extract(self, name: str, selection: Selection | None = None) -> Path:
        path = self.folder / name
        lanes = plans.lanes(self.job("run"))
        repair.extract(self.run, lanes, selection or Selection(), path, "ja")
        return path

    def replay(
        self, *sheets: Path, out: str = "again", run: rundir.Published | None = None
    ) -> Outcome:
        lanes = plans.lanes(self.job(out))
        return repair.replay(run or self.run, lanes, sheets, self.job(out), False)


def table(path: Path) -> list[dict[str, str]]:
    rows = [row for _, row in read(path)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def save(path: Path, rows: list[dict[str, str]]) -> Path:
    head = list(rows[0])
    write(path, head, (([row[name] for name in head], frozenset()) for row in rows))
    return path


def tree(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def replayed(outcome: Outcome) -> dict[str, int]:
    counts = dict(outcome.report["lineage"]["replayed"])
    left = sum(counts[key] for key in ("converted", "rejected", "filtered", "removed"))
    assert left == counts["records"]
    return counts


@pytest.fixture(params=VENDORS)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> _Desk:
    name: str = request.param
    return _Desk(tmp_path, name, (SAMPLES / name / "defects" / suffix(name)).read_bytes())


def suffix(vendor: str) -> str:
    return "input.dat" if vendor == "vendor-a" else "input.csv"


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rows_that_nobody_touched_replay_as_their_original_bytes(desk: _Desk, ending: str) -> None:
    before = tree(desk.run.path)
    sheet = desk.extract(f"repair.{ending}")
    again = desk.replay(sheet)
    assert again.run is not None
    counts = replayed(again)
    assert (counts["edited"], counts["records"]) == (0, desk.outcome.report["counts"]["rejected"])
    assert again.report["counts"] == desk.outcome.report["counts"]
    for name in ("in.csv", "findings.parquet", "rejects/in.dat", "rejects/index.csv"):
        assert (again.run / name).read_bytes() == (desk.run.path / name).read_bytes()
    assert again.report["inputs"][0]["sha256"] == desk.outcome.report["inputs"][0]["sha256"]
    assert tree(desk.run.path) == before


REPAIRS = {
    "vendor-a": {"FLD-061": {"個人番号": "123456789018"}, "FLD-034": {"最新フラグ": "1"}},
    "vendor-b": {"FLD-061": {"個人番号": "123456789018"}, "FLD-034": {"最新": "Y"}},
}


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_repaired_cells_are_converted_and_the_rest_keeps_its_bytes(
    desk: _Desk, ending: str
) -> None:
    sheet = desk.extract(f"repair.{ending}")
    rows, edited = table(sheet), 0
    for row in rows:
        for code, cells in REPAIRS[desk.vendor].items():
            if code in row["_reasons"] and any(name in row["_reasons"] for name in cells):
                row.update(cells)
                edited += 1
    assert edited
    again = desk.replay(save(sheet, rows))
    counts = replayed(again)
    assert (counts["edited"], counts["converted"]) == (edited, edited)
    first, second = desk.outcome.report["counts"], again.report["counts"]
    assert second["read"] == first["read"] and second["closed"]
    assert second["converted"] == first["converted"] + edited
    assert second["rejected"] == first["rejected"] - edited
    assert again.report["balance"]["closed"]
    was, now = desk.path.read_bytes(), spliced(desk, again)
    changed = sum(a != b for a, b in zip(was, now, strict=True)) if len(was) == len(now) else None
    assert changed is None or 0 < changed <= 13 * edited


def spliced(desk: _Desk, again: Outcome) -> bytes:
    """What the second run has read, put together by another way: from the index of its repairs."""
    assert again.run is not None
    data, out, place = desk.path.read_bytes(), b"", 0
    kept = (again.run / "repairs" / "in.dat").read_bytes()
    with (again.run / "repairs" / "index.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["before"] == row["after"]:
                continue
            begin, now = int(row["offset"]), int(row["now"])
            out += data[place:begin] + kept[:now]
            assert hashlib.sha256(kept[:now]).hexdigest() == row["after"]
            kept, place = kept[now:], begin + int(row["bytes"])
    out += data[place:]
    assert hashlib.sha256(out).hexdigest() == again.report["inputs"][0]["sha256"]
    return out


def test_the_manifest_names_run_inputs_and_counts(desk: _Desk) -> None:
    again = desk.replay(desk.extract("repair.csv", Selection(("FLD-061",))))
    assert again.run is not None
    lineage = json.loads((again.run / "manifest.json").read_text(encoding="utf-8"))["lineage"]
    assert lineage == again.report["lineage"]
    assert (lineage["run"], lineage["manifest"]) == ("run", desk.run.sha256)
    assert lineage["inputs"][0]["sha256"] == hashlib.sha256(desk.path.read_bytes()).hexdigest()
    assert lineage["before"] == desk.outcome.report["counts"]
    index = pl.read_csv(again.run / "repairs" / "index.csv")
    assert len(index) == lineage["replayed"]["records"] > 0
    assert set(index.columns) == {
        *("file", "record", "offset", "bytes", "now", "before", "after", "fields")
    }


def test_a_replay_can_be_replayed(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, "vendor-b", (SAMPLES / "vendor-b/defects/input.csv").read_bytes())
    rows = table(desk.extract("one.csv", Selection(("FLD-034",))))
    for row in rows:
        row["最新"] = "Y"
    first = desk.replay(save(tmp_path / "one.csv", rows), out="one")
    assert first.run is not None
    desk.run = rundir.published(first.run)
    rows = table(desk.extract("two.csv", Selection(("FLD-061",), ("個人番号",))))
    for row in rows:
        row["個人番号"] = "123456789018"
    second = desk.replay(save(tmp_path / "two.csv", rows), out="two")
    lineage = second.report["lineage"]
    assert len(lineage["ancestors"]) == 1
    assert replayed(second)["converted"] == len(rows) > 0
    assert second.report["counts"]["converted"] > first.report["counts"]["converted"]
    assert spliced(desk, second).count(b"123456789018") >= len(rows)


def test_broken_records_are_repaired_as_a_whole(tmp_path: Path) -> None:
    """Two halves of a record: the first gets the second's bytes, the second goes."""
    folder = SAMPLES / "vendor-a" / "broken-file"
    desk = _Desk(tmp_path, "vendor-a", (folder / "input.dat").read_bytes())
    rows = table(desk.extract("repair.xlsx"))
    halves = [row for row in rows if row["_raw"] and int(row["_record"]) in (7, 8)]
    assert len(halves) == 2
    halves[0]["_raw"] += halves[1]["_raw"]
    halves[1]["_action"] = "remove"
    again = desk.replay(save(tmp_path / "repair.xlsx", rows))
    counts = replayed(again)
    assert (counts["edited"], counts["removed"], counts["converted"]) == (2, 1, 1)
    assert again.report["counts"]["read"] == desk.outcome.report["counts"]["read"] - 1


def test_a_record_that_is_cut_in_two_counts_twice(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, "vendor-a", joined_lines())
    rows = table(desk.extract("repair.csv"))
    assert [row["_record"] for row in rows] == ["2"]
    raw = rows[0]["_raw"]
    rows[0]["_raw"] = raw[: len(raw) // 2] + "⟦0D⟧⟦0A⟧" + raw[len(raw) // 2 :]
    again = desk.replay(save(tmp_path / "repair.csv", rows))
    assert again.report["lineage"]["replayed"]["added"] == 1
    assert again.report["counts"]["read"] == desk.outcome.report["counts"]["read"] + 1
    assert again.report["counts"]["rejected"] == 0


def joined_lines() -> bytes:
    """Four clean records; the line end between the second and the third is lost. The cut is by
    characters, so both are made of single bytes only where they meet: at the middle."""
    data = (SAMPLES / "vendor-a" / "clean" / "input.dat").read_bytes()
    lines = data.split(b"\r\n")[:4]
    lines[2] = lines[1]
    lines[1] = lines[1][:10].replace(lines[1][:10], b"9999999999") + lines[1][10:]
    return b"\r\n".join([lines[0], lines[1] + lines[2], lines[3], b""])


def test_a_selection_takes_records_by_code_and_field(desk: _Desk) -> None:
    frame = pl.read_parquet(desk.run.path / "findings.parquet")
    stops = frame.filter(pl.col("action") == "record-rejected")
    whole, groups = repair.groups(desk.run, Selection())
    assert whole == desk.outcome.report["counts"]["rejected"]
    assert sum(group.records for group in groups) == len(stops.unique(("record", "code", "field")))
    for selection in (Selection(("FLD-061",)), Selection((), ("個人番号",)), Selection(("ABC-1",))):
        due = stops
        if selection.codes:
            due = due.filter(pl.col("code").is_in(selection.codes))
        if selection.fields:
            due = due.filter(pl.col("field").is_in(selection.fields))
        records = sorted(due["record"].unique().to_list())
        rows = table(desk.extract("some.csv", selection))
        assert [int(row["_record"]) for row in rows] == records
        assert repair.groups(desk.run, selection)[0] == len(records)


def test_the_reason_stands_beside_its_cell(desk: _Desk) -> None:
    [row, *_] = table(desk.extract("some.xlsx", Selection(("FLD-061",), ("個人番号",))))
    names = list(row)
    assert names[names.index("個人番号") + 1] == "個人番号 ※"
    assert row["個人番号 ※"].startswith("FLD-061 ")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_sheet_is_readable_by_its_owner_only(desk: _Desk) -> None:
    for name in ("a.csv", "a.xlsx"):
        assert desk.extract(name).stat().st_mode & 0o777 == 0o600


FAULTS = {
    "row-of-another-record": ({"_check": "0000000000000000-0000000000000000"}, "another record"),
    "unknown-record": ({"_record": "9999"}, "not among the rejects"),
    "no-number": ({"_record": "x"}, "no number"),
    "unknown-action": ({"_action": "drop"}, "_action"),
    "too-long": ({"氏名": "あ" * 200}, "bytes, the field has"),
    "no-code": ({"氏名": "𠮷"}, "has no code for U.20BB7"),
    "raw-of-a-whole-record": ({"_raw": "x"}, "leave _raw blank"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_sheet_that_cannot_be_meant_is_refused_with_its_place(case: str, tmp_path: Path) -> None:
    desk = _Desk(tmp_path, "vendor-a", (SAMPLES / "vendor-a/defects/input.dat").read_bytes())
    rows = table(desk.extract("repair.xlsx", Selection(("FLD-061",))))
    cells, words = FAULTS[case]
    rows[0].update(cells)
    with pytest.raises(UsageError, match=words):
        desk.replay(save(tmp_path / "repair.xlsx", rows))
    assert not (tmp_path / "again").exists()


def test_zeros_that_a_spreadsheet_took_are_refused(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, "vendor-a", (SAMPLES / "vendor-a/defects/input.dat").read_bytes())
    rows = table(desk.extract("repair.csv", Selection(("FLD-061",))))
    row = next(row for row in rows if row["宛名番号"])
    row["_reasons"] = "no matter"
    place = next(name for name in row if row[name].startswith("0") and row[name].strip("0"))
    row[place] = row[place].lstrip("0")
    with pytest.raises(UsageError, match="took zeros"):
        desk.replay(save(tmp_path / "repair.csv", rows))


def test_an_input_that_changed_is_refused(desk: _Desk) -> None:
    sheet = desk.extract("repair.csv")
    desk.path.write_bytes(desk.path.read_bytes()[:-10])
    with pytest.raises(EnvironmentFailure, match="is not the file"):
        desk.replay(sheet)
    assert not (desk.folder / "again").exists()


def test_rejects_that_changed_are_refused(desk: _Desk) -> None:
    rejects = desk.run.path / "rejects" / "in.dat"
    rejects.write_bytes(rejects.read_bytes()[:-1])
    with pytest.raises(EnvironmentFailure, match="changed since"):
        desk.extract("repair.csv")


def test_a_repair_that_swallows_other_records_is_refused(tmp_path: Path) -> None:
    desk = _Desk(tmp_path, "vendor-b", (SAMPLES / "vendor-b/ragged-rows/input.csv").read_bytes())
    rows = table(desk.extract("repair.csv"))
    row = next(row for row in rows if row["_raw"] and int(row["_record"]) < 5)
    row["_raw"] += ',"'
    with pytest.raises(UsageError, match="runs into others"):
        desk.replay(save(tmp_path / "repair.csv", rows))


def test_the_commands_list_extract_and_replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    source = SAMPLES / "vendor-a" / "defects" / "input.dat"
    mapping = ["--mapping", "vendor-a/resident-to-standard"]
    assert main(["convert", str(source), *mapping, "--out", "run", "-q"]) == 3
    assert main(["rejects", "list", "run"]) == 0
    assert "FLD-061" in capsys.readouterr().out
    assert main(["rejects", "list", "run", "--json", "--code", "fld-061"]) == 0
    assert json.loads(capsys.readouterr().out)["records"] == 2
    assert main(["rejects", "extract", "run", "-o", "r.ods"]) == 2
    assert main(["rejects", "extract", "run", "-o", "r.xlsx"]) == 0
    assert main(["rejects", "extract", "run", "-o", "r.xlsx"]) == 2
    assert main(["rejects", "replay", "run", "r.xlsx", "--out", "again"]) == 3
    assert "replayed of run 29" in capsys.readouterr().err
    assert main(["rejects", "replay", "run", "none.xlsx", "--out", "more"]) == 6
    assert main(["rejects", "replay", "nothing", "--out", "more"]) == 6
    assert main(["rejects", "list", "."]) == 2


def test_changed_definitions_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mapping was wrong and the records were right: the rejects are replayed as they are."""
    monkeypatch.chdir(tmp_path)
    text = (
        "kind: layout\nid: l\nversion: 1.0.0\ncharset: utf-8\n"
        "framing: {{delimited: {{header: false}}}}\ncodes: {{c: {codes}}}\n"
        "records:\n- fields:\n  - {{name: 区分, kind: code, codes: c}}\n"
    )
    Path("l.yaml").write_text(text.format(codes='{"1": い}'), encoding="utf-8")
    Path("in.csv").write_bytes(b"1\r\n2\r\n1\r\n")
    assert main(["validate", "in.csv", "--layout", "l.yaml", "--out", "run", "-q"]) == 3
    Path("l.yaml").write_text(text.format(codes='{"1": い, "2": ろ}'), encoding="utf-8")
    command = ["rejects", "replay", "run", "--layout", "l.yaml", "--out", "again"]
    assert main(command) == 2
    assert "--changed-definitions" in capsys.readouterr().err
    assert main([*command, "--changed-definitions"]) == 0
    report = json.loads(Path("again/report.json").read_text(encoding="utf-8"))
    assert report["lineage"]["definitions"] == "changed"
    assert report["lineage"]["replayed"]["converted"] == 1


CHARSETS = ("cp932", "utf-8")


@settings(max_examples=80)
@given(st.sampled_from(CHARSETS), st.binary(max_size=30))
def test_a_cell_keeps_any_bytes_apart(name: str, data: bytes) -> None:
    """The cell of any bytes gives back bytes with the same cell; canonical bytes come back."""
    table = charset.load(name)
    cell = shown(data, table)
    assert not any(ord(character) < 0x20 for character in cell)
    back = spelled(cell, table)
    assert shown(back, table) == cell
    if name == "utf-8":
        assert back == data


PIECES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 9), st.binary(max_size=9)), max_size=5
)


def _patches(pieces: list[tuple[int, int, bytes]], length: int) -> list[Patch]:
    found, place = [], 0
    for gap, size, data in pieces:
        if place + gap + size > length:
            break
        found.append(Patch(place + gap, size, data))
        place += gap + size + 1
    return found


def _applied(data: bytes, patches: list[Patch]) -> bytes:
    for one in reversed(patches):
        data = data[: one.offset] + one.data + data[one.offset + one.size :]
    return data


@given(st.binary(max_size=120), PIECES, st.integers(1, 40))
def test_a_file_is_read_with_its_patches_in_place(
    tmp_path_factory: pytest.TempPathFactory,
    data: bytes,
    pieces: list[tuple[int, int, bytes]],
    step: int,
) -> None:
    path = tmp_path_factory.mktemp("spliced") / "file"
    path.write_bytes(data)
    patches = _patches(pieces, len(data))
    with Spliced(path, patches) as stream:
        found = b"".join(iter(lambda: stream.read(step) or b"", b""))
        digest = stream.digest()
    assert found == _applied(data, patches)
    assert digest == hashlib.sha256(data).hexdigest()


@given(st.binary(min_size=40, max_size=120), PIECES, PIECES)
def test_repairs_of_repairs_are_repairs_of_the_file(
    data: bytes, first: list[tuple[int, int, bytes]], second: list[tuple[int, int, bytes]]
) -> None:
    def repairs(patches: list[Patch]) -> list[Repair]:
        return [Repair("f", 1, one, len(one.data), "a", "b") for one in patches]

    one = _patches(first, len(data))
    between = _applied(data, one)
    later = [each for each in _patches(second, len(between)) if not _crosses(each, one)]
    whole = [each.patch for each in merged(repairs(one), repairs(later))]
    assert _applied(data, whole) == _applied(between, later)


def _crosses(later: Patch, earlier: list[Patch]) -> bool:
    """A later repair is of a record: it lies inside an earlier one or apart from it."""
    shift = 0
    for one in earlier:
        begin, end = one.offset + shift, one.offset + shift + len(one.data)
        shift += len(one.data) - one.size
        inside = begin <= later.offset and later.offset + later.size <= end and begin < end
        apart = later.offset + later.size < begin or later.offset > end
        if not (inside or apart):
            return True
    return False


@settings(max_examples=6)
@given(st.sampled_from(VENDORS), st.integers(0, 50), st.sampled_from(["csv", "xlsx"]))
def test_whatever_was_rejected_replays_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int, ending: str
) -> None:
    folder = tmp_path_factory.mktemp("replay")
    generate.write(MAPPINGS[name].source, folder / "made", 30, seed, 0.5)
    desk = _Desk(folder, name, (folder / "made").read_bytes())
    again = desk.replay(desk.extract(f"repair.{ending}"))
    assert replayed(again)["edited"] == 0
    assert again.report["counts"] == desk.outcome.report["counts"]
    assert again.report["balance"] == desk.outcome.report["balance"]
    assert tree(desk.run.path).keys() <= tree(desk.folder / "again").keys()


def test_a_host_charset_is_shown_and_repaired(tmp_path: Path) -> None:
    """IBM-939 with shift codes: a cell shows the characters, and takes them or bytes."""
    layout = spec.load_layout("hosts/ibm")
    data = bytearray((SAMPLES / "hosts" / "ibm" / "input.dat").read_bytes())
    data[:6] = b"\x40" * 6
    (tmp_path / "in.dat").write_bytes(data[: 2 * 103])
    job = Job((str(tmp_path / "in.dat"),), layout=layout, out=tmp_path / "run")
    assert pipeline.validate(job).report["counts"]["rejected"] >= 1
    run, lanes = rundir.published(tmp_path / "run"), plans.lanes(job)
    repair.extract(run, lanes, Selection(), tmp_path / "r.csv", "en")
    row, *_ = table(tmp_path / "r.csv")
    name = layout.record.fields[0].name
    assert row[name] == "" and row["氏名"]
    for cell in ("1", "⟦F1⟧⟦F2⟧"):
        sheet = save(tmp_path / "s.csv", [row | {name: cell}])
        job = Job(job.inputs, layout=layout, out=tmp_path / "again")
        again = repair.replay(run, lanes, [sheet], job, False)
        assert replayed(again)["edited"] == 1
        shutil.rmtree(tmp_path / "again")
