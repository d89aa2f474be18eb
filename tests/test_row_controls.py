"""Controls over rows of tables and over elements of tables: counted, verified and written anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

import polars as pl
import pytest
from definitions import found, unmarked
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import generate, pipeline, spec
from converters.pipeline import Job, weave

Slip = tuple[list[tuple[str, int]], list[int]]
"""The items of a slip, and its discounts."""
AMOUNT = st.integers(-9_999_999, 9_999_999)
ITEMS = st.lists(st.tuples(st.text("ABC", min_size=1, max_size=4), AMOUNT), max_size=5)
SLIPS = st.lists(st.tuples(ITEMS, st.lists(AMOUNT, max_size=3)), max_size=6)


def packed(number: int, width: int) -> bytes:
    return bytes.fromhex(f"{abs(number):0{2 * width - 1}}{'d' if number < 0 else 'c'}")


def zoned(number: int, width: int) -> bytes:
    return f"{number:0{width}}".encode("cp037")


def record(content: bytes) -> bytes:
    return (len(content) + 4).to_bytes(2, "big") + b"\0\0" + content


def slip(number: int, one: Slip) -> bytes:
    items, discounts = one
    rows = b"".join(name.ljust(4).encode("cp037") + packed(n, 4) for name, n in items)
    head = "S".encode("cp037") + zoned(number, 6) + zoned(len(items), 2)
    return record(
        head + rows + zoned(len(discounts), 2) + b"".join(packed(n, 4) for n in discounts)
    )


def tail(slips: list[Slip], count: int = 0, amount: int = 0) -> bytes:
    """What the trailer should say; `count` and `amount` are added to what it says of items."""
    items = [n for one, _ in slips for _, n in one]
    discounts = [n for _, one in slips for n in one]
    told = zoned(len(slips), 6) + zoned(len(items) + count, 6)
    return record(
        "T".encode("cp037") + told + packed(sum(items) + amount, 8) + packed(sum(discounts), 8)
    )


def file(groups: list[list[Slip]], **wrong: int) -> bytes:
    made, number = b"", 0
    for slips in groups:
        made += record("H20260401".encode("cp037"))
        for one in slips:
            number += 1
            made += slip(number, one)
        made += tail(slips, **wrong)
    return made


def checked(folder: Path, data: bytes, **how: int) -> list[tuple[int, int, str, str]]:
    path = folder / "x.dat"
    path.write_bytes(data)
    layout = spec.load_layout("host/slips")
    pipeline.validate(Job((str(path),), layout=layout, out=folder / "v", force=True, **how))
    frame = pl.read_parquet(folder / "v" / "findings.parquet")
    return frame.select("record", "offset", "code", "field").rows()


@settings(max_examples=15)
@given(groups=st.lists(SLIPS, min_size=1, max_size=3), batch=st.integers(1, 5))
def test_what_the_trailer_says_of_rows_and_elements_is_verified(
    groups: list[list[Slip]], batch: int
) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        assert checked(folder, file(groups), batch_records=batch) == []
        wrong = checked(folder, file(groups, count=1, amount=-1), batch_records=batch)
    codes = [(code, field) for _, _, code, field in wrong]
    due = [("BAL-002", "tail.明細件数"), ("BAL-003", "tail.明細金額")]
    assert codes == due * len(groups)


@settings(max_examples=15)
@given(groups=st.lists(SLIPS, min_size=1, max_size=3), batch=st.integers(1, 5))
def test_counts_and_sums_of_rows_are_written_anew(groups: list[list[Slip]], batch: int) -> None:
    """The tables say nothing true of them; the file that is made does."""
    data, mapping = file(groups), spec.load_mapping("host/slips-to-tables")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "x.dat").write_bytes(data)
        there = Job((str(folder / "x.dat"),), mapping, out=folder / "there", batch_records=batch)
        assert pipeline.convert(there).exit_code == 0
        tails = folder / "there" / "x.tail.csv"
        head, *rows = tails.read_text("utf-8").splitlines()
        lines = [",".join([*row.split(",")[:2], "1", "2", "3", "4"]) for row in rows]
        tails.write_bytes("".join(f"{line}\r\n" for line in [head, *lines]).encode())
        paths = tuple(str(path) for path in sorted((folder / "there").glob("x.*.csv")))
        back = Job(paths, mapping, back=True, out=folder / "back", batch_records=batch, jobs=2)
        assert pipeline.convert(back).exit_code == 0
        assert (folder / "back" / "x.dat").read_bytes() == data


def test_rows_are_found_by_the_number_of_their_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weave, "ROWS", 3)
    groups: list[list[Slip]] = [[([("A", n)] * (n % 5), [n] * (n % 3)) for n in range(20)]] * 2
    test = test_counts_and_sums_of_rows_are_written_anew.hypothesis.inner_test  # type: ignore[attr-defined]
    test(groups, 7)


def test_the_rows_of_a_broken_record_cannot_be_counted(tmp_path: Path) -> None:
    slips: list[Slip] = [([("A", 5), ("B", 7)], []), ([("C", 1)], [])]
    data = file([slips]).replace(zoned(1, 6) + zoned(2, 2), zoned(1, 6) + zoned(9, 2))
    found = checked(tmp_path, data)
    assert [(number, code, field) for number, _, code, field in found] == [
        (2, "REC-014", "slip.件数"),
        (4, "BAL-002", "tail.明細件数"),
        (4, "BAL-003", "tail.明細金額"),
    ]


def test_a_row_with_an_error_counts(tmp_path: Path) -> None:
    slips: list[Slip] = [([("A", 5), ("B", 7)], []), ([("C", 1)], [])]
    data = file([slips]).replace("B   ".encode("cp037"), "    ".encode("cp037"))
    found = checked(tmp_path, data)
    assert [(number, code, field) for number, _, code, field in found] == [
        (2, "FLD-001", "明細.品番")
    ]


def test_made_up_files_have_right_counts_of_rows(tmp_path: Path) -> None:
    layout, path = spec.load_layout("host/slips"), tmp_path / "made.dat"
    generate.write(layout, path, 500, 3)
    assert checked(tmp_path, path.read_bytes()) == []


LAYOUT = """kind: layout
id: x
charset: cp932
framing: {variable: {length: 20, by: rdw}}
controls: [CONTROL]
records:
  - name: data
    when: [{at: 1, is: ["1"]}]
    fields:
      - {name: K, bytes: 1}
      - {name: N, bytes: 1, kind: zoned}
      - {name: T, occurs: 2, depending: N, rows: true, fields: [{name: A, bytes: 3, kind: packed}]}
      - {name: B, occurs: 2, bytes: 3, kind: packed}
      - {name: C, occurs: 2, bytes: 3}
  - name: end
    when: [{at: 1, is: ["9"]}]
    fields: [{name: K, bytes: 1}, {name: S, bytes: 9, kind: zoned}, {filler: 10}]
"""
CONTROLS = {
    "rows": ("{field: end.S, count: [T]}", ""),
    "a field of rows": ("{field: end.S, sum: [T.A]}", ""),
    "all elements": ("{field: end.S, sum: [data.B]}", ""),
    "one element": ("{field: end.S, sum: [data.B-2]}", ""),
    "a table that is not there": ("{field: end.S, sum: [«data.X]}", "DEF-020"),
    "elements that are no numbers": ("{field: end.S, sum: [««data.C]}", "DEF-050 DEF-050"),
    "a row that would hold the number": ("{field: «T.A, sum: [data.B]}", "DEF-020"),
}


@pytest.mark.parametrize(("control", "codes"), CONTROLS.values(), ids=CONTROLS)
def test_controls_name_rows_and_tables(control: str, codes: str, tmp_path: Path) -> None:
    text, due = unmarked(LAYOUT.replace("CONTROL", control), codes)
    assert found(tmp_path / "x.yaml", text) == due


def test_a_sum_over_a_table_is_one_over_its_elements(tmp_path: Path) -> None:
    text = LAYOUT.replace("CONTROL", "{field: end.S, sum: [data.B, T.A]}")
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    [control] = spec.load_layout("x", [tmp_path]).controls
    assert control.sum == ("data.B-1", "data.B-2", "T.A")
