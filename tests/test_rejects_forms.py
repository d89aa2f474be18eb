"""Rejects of every form go out and come back: types of records, lengths, blocks, elements."""

from __future__ import annotations

from pathlib import Path

import pytest

from converters import pipeline, repair, rundir, spec
from converters.errors import UsageError
from converters.pipeline import Job, Outcome
from converters.pipeline import plan as plans
from converters.repair import Selection
from converters.repair.sheets import read, write

SAMPLES = Path(__file__).parent.parent / "samples"

FORMS = {
    "types of records in fixed places": ("zengin/damaged", "zengin/transfer-to-tables"),
    "types of records in columns": ("kokuho/broken-exchange", "kokuho/exchange-to-tables"),
    "records behind their length": ("host/notice", "host/notice-to-csv"),
    "records in blocks": ("host/notice-blocks", "host/notice-blocks-to-csv"),
    "elements": ("nta/corporations-xml", "nta/corporations-xml-to-csv"),
    "numbers of hosts": ("host/amounts", "host/amounts-to-csv"),
    "a host charset": ("hosts/keis", "hosts/keis-to-citizen"),
    "a table in UTF-16": ("hosts/excel", "hosts/excel-to-citizen"),
    "a table of a host": ("hosts/ibm-csv", "hosts/ibm-csv-to-citizen"),
    "a table with escapes": ("hosts/jis", "hosts/jis-to-citizen"),
}


class _Desk:
    """A file of some form, its run, and what is done with its rejects; guards their places."""

    def __init__(self, folder: Path, mapping: str, data: bytes, name: str = "in.dat") -> None:
        self.folder = folder
        self.path = folder / name
        self.path.write_bytes(data)
        self.mapping = spec.load_mapping(mapping)
        self.outcome = pipeline.convert(self.job("run"))
        self.run = rundir.published(folder / "run")

    def job(self, out: str) -> Job:
        return Job((str(self.path),), mapping=self.mapping, out=self.folder / out)

    def rows(self) -> list[dict[str, str]]:
        """The sheet of all rejects."""
        sheet = self.folder / "sheet.csv"
        repair.extract(self.run, plans.lanes(self.job("-")), Selection(), sheet, "en")
        head, *rows = (row for _, row in read(sheet))
        return [dict(zip(head, row, strict=True)) for row in rows]

    def replay(self, rows: list[dict[str, str]]) -> Outcome:
        sheet = self.folder / "repaired.csv"
        head = list(rows[0])
        write(sheet, head, (([row[name] for name in head], frozenset()) for row in rows))
        return repair.replay(
            self.run, plans.lanes(self.job("-")), [sheet], self.job("again"), False
        )


def desk(folder: Path, form: str) -> _Desk:
    sample, mapping = FORMS[form]
    [path] = (SAMPLES / sample).glob("input.*")
    return _Desk(folder, mapping, path.read_bytes())


@pytest.mark.parametrize("form", FORMS)
def test_rows_that_nobody_touched_replay_as_they_came(form: str, tmp_path: Path) -> None:
    one = desk(tmp_path, form)
    rows = one.rows()
    assert len(rows) == one.outcome.report["counts"]["rejected"] > 0
    again = one.replay(rows)
    assert again.report["counts"] == one.outcome.report["counts"]
    assert again.report["lineage"]["replayed"]["edited"] == 0
    for path in one.run.path.glob("*/*"):
        assert (tmp_path / "again" / path.relative_to(one.run.path)).read_bytes() == (
            path.read_bytes()
        )


REPAIRS: dict[str, tuple[str, str, dict[str, str], int]] = {
    "a field of one of several types": (
        "types of records in fixed places",
        "14",
        {"data.振込金額": "1234567"},
        1,
    ),
    "a record of no type is taken out": (
        "types of records in fixed places",
        "11",
        {"_action": "remove"},
        0,
    ),
    "a type that is right now": (
        "types of records in columns",
        "5",
        {"_raw": '2,6,J111,02,0000000101,"見本　花子",2'},
        0,
    ),
    "a record that was cut short is whole": (
        "records behind their length",
        "5",
        {"_raw": "⟦00⟧⟦18⟧⟦00⟧⟦00⟧0000000520240405⟦00⟧⟦05⟧⟦00⟧⟦0C⟧"},
        1,
    ),
    "a packed number in a block": (
        "records in blocks",
        "2",
        {"金額": "⟦00⟧⟦12⟧⟦34⟧⟦5C⟧"},
        1,
    ),
    "the text of an element": ("elements", "8", {"法人番号": "1990000000008"}, 1),
    "the text of an element with a line end": (
        "elements",
        "7",
        {"変更事由の詳細": "合併 <A & B>"},
        1,
    ),
    "an element that was empty": (
        "elements",
        "8",
        {"法人番号": "1990000000008", "商号又は名称イメージID": "00000012"},
        1,
    ),
    "a name in units": ("a table in UTF-16", "6", {"氏名": "𠮷山"}, 1),
    "a value in units that needs quotes": ("a table in UTF-16", "5", {"住所": '"表"町'}, 1),
    "a name between shift codes": ("a table of a host", "9", {"氏名": "山田"}, 1),
    "a record with its delimiters": ("a table of a host", "7", {"_raw": "000007,山,,,,3"}, 1),
    "a record with escapes": ("a table with escapes", "5", {"_raw": '"5","山","","","",""'}, 1),
    "a packed number in digits": ("numbers of hosts", "10", {"税率": "1.234"}, 1),
    "a zoned number in digits": ("numbers of hosts", "7", {"件数": "123"}, 1),
    "a packed number": ("numbers of hosts", "10", {"税率": "⟦01⟧⟦23⟧⟦4F⟧"}, 1),
}
"""The form, the record, what somebody writes, and how many records more are converted."""


@pytest.mark.parametrize("case", REPAIRS)
def test_a_repair_is_read_by_the_run_that_follows(case: str, tmp_path: Path) -> None:
    form, record, cells, more = REPAIRS[case]
    one = desk(tmp_path, form)
    [row] = (row for row in one.rows() if row["_record"] == record)
    assert set(cells) <= set(row)
    again = one.replay([row | cells])
    before, after = (outcome.report["counts"] for outcome in (one.outcome, again))
    assert after["converted"] == before["converted"] + more
    replayed = again.report["lineage"]["replayed"]
    assert (replayed["edited"], replayed["records"]) == (1, 1)


FAULTS = {
    "a number that is none": (
        "numbers of hosts",
        "10",
        {"税率": "１"},
        "税率: write bytes, or a number",
    ),
    "a number with too many digits": (
        "numbers of hosts",
        "10",
        {"税率": "12345"},
        "税率: the number gives FLD-021",
    ),
    "a record in a block is taken out": ("records in blocks", "2", {"_action": "remove"}, "block"),
    "a record in a block grows": (
        "records in blocks",
        "6",
        {"_raw": "⟦00⟧"},
        "stay as many",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_what_has_no_place_is_refused_with_its_row(case: str, tmp_path: Path) -> None:
    form, record, cells, words = FAULTS[case]
    one = desk(tmp_path, form)
    [row] = (row for row in one.rows() if row["_record"] == record)
    with pytest.raises(UsageError, match=words):
        one.replay([row | cells])
    assert not (tmp_path / "again").exists()


def test_an_element_that_is_not_there_is_refused_with_its_row(tmp_path: Path) -> None:
    data = (SAMPLES / "nta" / "corporations-xml" / "input.xml").read_bytes()
    place = data.index(b"<furigana/>", data.index(b"2990000000008"))
    data = data[:place] + data[place:].replace(b"<furigana/>", b"", 1)
    one = _Desk(tmp_path, "nta/corporations-xml-to-csv", data)
    [row] = (row for row in one.rows() if row["_record"] == "8")
    with pytest.raises(UsageError, match="フリガナ: the record has no such element"):
        one.replay([row | {"フリガナ": "ミホン"}])


def test_a_record_that_grows_says_its_new_length(tmp_path: Path) -> None:
    content = b"0000000520249999" + bytes.fromhex("0000005C")
    one = _Desk(tmp_path, "host/notice-to-csv", b"\x00\x18\x00\x00" + content)
    [row] = one.rows()
    again = one.replay([row | {"通知日": "20240405", "備考": "備考"}])
    assert again.report["counts"]["converted"] == 1
    made = (tmp_path / "again" / "repairs" / "in.dat").read_bytes()
    due = content.replace(b"9999", b"0405") + "備考".encode("cp932")
    assert made[4:].rstrip(b"\x81\x40 ") == due
    assert int.from_bytes(made[:2], "big") == len(made)


def test_a_table_of_one_type_is_repaired_on_its_way_back(tmp_path: Path) -> None:
    mapping = spec.load_mapping("zengin/transfer-to-tables")
    source = SAMPLES / "zengin" / "transfers" / "input.dat"
    pipeline.convert(Job((str(source),), mapping=mapping, out=tmp_path / "there"))
    tables = sorted((tmp_path / "there").glob("*.csv"))
    [data] = (path for path in tables if path.suffixes[0] == ".data")
    data.write_bytes(data.read_bytes().replace(b",250000,", b",25000x,"))
    job = Job(tuple(map(str, tables)), mapping=mapping, back=True, out=tmp_path / "run")
    assert pipeline.convert(job).report["counts"]["rejected"] == 1
    run, lanes = rundir.published(tmp_path / "run"), plans.lanes(job)
    repair.extract(run, lanes, Selection(), tmp_path / "r.csv", "en")
    head, row = (row for _, row in read(tmp_path / "r.csv"))
    cells = [cell.replace("25000x", "250000") for cell in row]
    write(tmp_path / "s.csv", head, [(cells, frozenset())])
    job = Job(job.inputs, mapping=mapping, back=True, out=tmp_path / "again")
    again = repair.replay(run, lanes, [tmp_path / "s.csv"], job, False)
    assert again.report["counts"]["rejected"] == 0
    assert (tmp_path / "again" / "input.dat").read_bytes() == source.read_bytes()


def test_a_value_whose_shift_codes_are_left_out_is_repaired_by_its_bytes(tmp_path: Path) -> None:
    one = desk(tmp_path, "a host charset")
    row = next(row for row in one.rows() if row["氏名"])
    with pytest.raises(UsageError, match="write bytes"):
        one.replay([row | {"氏名": "山田"}])
    assert one.replay([row | {"氏名": "⟦BB⟧⟦B3⟧"}]).report["lineage"]["replayed"]["edited"] == 1
