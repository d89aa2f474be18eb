"""Tables whose elements are rows of a second file: taken apart, put together, and judged."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from definitions import found, unmarked
from hypothesis import given, settings
from hypothesis import strategies as st
from test_varying import FORMS, NARROW, ORDER, Order, joined, placed

from converters import generate, pipeline, spec
from converters.errors import UsageError
from converters.model import MappingSet
from converters.pipeline import Job, kinship, weave
from converters.pipeline.kinship import TOLD

ROWS = ORDER.replace("depending: 件数", "depending: 件数\n        rows: true").replace(
    "    fields:\n      - {name: 番号", "    key: [番号]\n    fields:\n      - {name: 番号", 1
)
TABLES = """kind: layout
id: tables
charset: utf-8
framing: {delimited: {}}
records:
  - name: order
    fields:
      - {name: 行, kind: integer}
      - {name: 番号}
      - {name: 件数, kind: integer}
      - {name: 備考}
  - name: item
    fields:
      - {name: 行, kind: integer}
      - {name: 番, kind: integer}
      - {name: 番号}
      - {name: 品目}
      - {name: 数量, kind: integer, sign: minus}
"""
RULES = """kind: mapping
id: m
source: order
target: tables
records:
  - source: order
    target: order
    rules:
      - {to: 行, number: order}
      - {to: 番号, from: 番号}
      - {to: 件数, from: 件数}
      - {to: 備考, from: 備考}
  - source: 明細
    target: item
    rules:
      - {to: 行, number: order}
      - {to: 番, number: 明細}
      - {to: 番号, from: 番号}
      - {to: 品目, from: 品目}
      - {to: 数量, from: 数量}
"""
HEADS = {"order": "行,番号,件数,備考", "item": "行,番,番号,品目,数量"}
Told = tuple[str, int, str, str]


def definitions(folder: Path, form: str, rules: str = RULES) -> MappingSet:
    text = ROWS.replace("FRAMING", FORMS[form]).replace("COUNT", "zoned").replace("LEAST", "0")
    for name, content in (("order", text), ("tables", TABLES), ("m", rules)):
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return spec.load_mapping("m", [folder])


def lines(orders: list[Order]) -> dict[str, list[str]]:
    """The two files of some orders, as plainly as it can be said."""
    made: dict[str, list[str]] = {"order": [], "item": []}
    for line, (number, items, note) in enumerate(orders, 1):
        made["order"].append(f"{line},{number:04},{len(items)},{note.rstrip()}")
        for place, (name, value) in enumerate(items, 1):
            made["item"].append(f"{line},{place},{number:04},{name.rstrip()},{value}")
    return made


def written(folder: Path, made: dict[str, list[str]]) -> tuple[str, ...]:
    """The paths of the two files."""
    for name, rows in made.items():
        text = "".join(f"{line}\r\n" for line in [HEADS[name], *rows])
        (folder / f"x.{name}.csv").write_bytes(text.encode())
    return tuple(str(folder / f"x.{name}.csv") for name in made)


def back(folder: Path, form: str, made: dict[str, list[str]]) -> tuple[int, list[Told]]:
    """The exit code of the way back, and file, record, code and field of its findings."""
    job = Job(written(folder, made), definitions(folder, form), back=True, out=folder / "back")
    done = pipeline.convert(job)
    frame = pl.read_parquet(folder / "back" / "findings.parquet")
    names = pl.Series([*made])[frame["file"].cast(pl.Int64)]
    rows = frame.with_columns(name=names).select("name", "record", "code", "field").rows()
    counts = done.report["counts"]
    total = counts["converted"] + counts["rejected"]
    assert counts["read"] == total == sum(map(len, made.values()))
    assert counts["rejected"] == len({row[:2] for row in rows})
    return done.exit_code, rows


ORDERS = st.lists(
    st.tuples(
        st.integers(0, 9999),
        st.lists(st.tuples(NARROW, st.integers(-99999, 99999)), max_size=3),
        st.text("aｱ漢1", max_size=4),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("form", ["maximum", "padded", "rdw", "blocks", "tables"])
@settings(max_examples=6)
@given(orders=ORDERS, batch=st.integers(1, 4))
def test_records_and_rows_are_taken_apart_and_come_back_alike(
    form: str, orders: list[Order], batch: int
) -> None:
    data = joined(form, orders)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        known = definitions(folder, form)
        (folder / "x.dat").write_bytes(data)
        job = Job(
            (str(folder / "x.dat"),), known, out=folder / "there", batch_records=batch, jobs=2
        )
        assert pipeline.convert(job).exit_code == 0
        for name, rows in lines(orders).items():
            text = (folder / "there" / f"x.{name}.csv").read_text("utf-8")
            assert text.splitlines() == [HEADS[name], *rows]
        given_back = tuple(str(folder / "there" / f"x.{name}.csv") for name in HEADS)
        job = Job(given_back, known, back=True, out=folder / "back", batch_records=batch, jobs=2)
        assert pipeline.convert(job).exit_code == 0
        assert (folder / "back" / "x.dat").read_bytes() == data


def test_more_rows_than_are_woven_at_a_time_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weave, "ROWS", 3)
    monkeypatch.setattr(kinship, "STEP", 3)
    orders: list[Order] = [(n, [("A", n)] * (n % 4), "x") for n in range(1, 30)]
    assert back(tmp_path, "rdw", lines(orders)) == (0, [])
    assert (tmp_path / "back" / "x.dat").read_bytes() == joined("rdw", orders)


@pytest.mark.parametrize("form", ["maximum", "padded", "lines", "rdw at its maximum"])
def test_what_no_file_holds_comes_back_with_the_residual(tmp_path: Path, form: str) -> None:
    known = definitions(tmp_path, form)
    orders: list[Order] = [(1, [("A", 1)], "x"), (2, [], ""), (3, [("B", 2)] * 2, "")]
    data = b"".join(placed(form, order, b"\x00\xff??\x7f\x81") for order in orders)
    (tmp_path / "x.dat").write_bytes(data)
    there = Job((str(tmp_path / "x.dat"),), known, out=tmp_path / "there", keep_residual=True)
    assert pipeline.convert(there).exit_code == 0
    outputs = tuple(str(tmp_path / "there" / f"x.{name}.csv") for name in HEADS)
    job = Job(outputs, known, back=True, out=tmp_path / "back", residual=tmp_path / "there")
    assert pipeline.convert(job).exit_code == 0
    assert (tmp_path / "back" / "x.dat").read_bytes() == data
    assert pipeline.roundtrip(Job(there.inputs, known, keep_residual=True)).exit_code == 0


SOUND = {"order": ["1,0001,2,a", "2,0002,0,b", "5,0003,1,c"]}
SOUND["item"] = ["1,1,0001,A,1", "1,2,0001,B,-2", "5,1,0003,C,3"]
FAULTS: dict[str, tuple[str, int, str, set[tuple[str, int, str]]]] = {
    # the file, the line, what stands there instead, and what is found
    "a row that nobody has": (
        "item", 2, "4,1,0003,C,3", {("item", 3, "SET-030"), ("order", 3, "SET-032")}
    ),
    "a row of another key": (
        "item", 2, "5,1,0009,C,3", {("item", 3, "SET-030"), ("order", 3, "SET-033")}
    ),
    "a row without a number": (
        "item", 2, ",1,0003,C,3", {("item", 3, "SET-031"), ("order", 3, "SET-032")}
    ),
    "a row before its turn": (
        "item", 0, "5,1,0003,C,3",
        {("item", 1, "SET-033"), ("item", 2, "SET-031"), ("item", 3, "SET-031"),
         ("order", 1, "SET-032"), ("order", 3, "SET-032")},
    ),
    "a number that is missing": (
        "item", 1, "1,3,0001,B,-2",
        {("item", 2, "SET-031"), ("item", 1, "SET-033"), ("order", 1, "SET-033")},
    ),
    "a number that comes again": (
        "item", 1, "1,1,0001,B,-2",
        {("item", 2, "SET-031"), ("item", 1, "SET-033"), ("order", 1, "SET-033")},
    ),
    "a count that is too small": (
        "order", 0, "1,0001,1,a",
        {("order", 1, "SET-032"), ("item", 1, "SET-033"), ("item", 2, "SET-033")},
    ),
    "a count that is too large": (
        "order", 0, "1,0001,3,a",
        {("order", 1, "SET-032"), ("item", 1, "SET-033"), ("item", 2, "SET-033")},
    ),
    "a count beyond the table": (
        "order", 0, "1,0001,4,a",
        {("order", 1, "OUT-006"), ("item", 1, "SET-033"), ("item", 2, "SET-033")},
    ),
    "a count that is none": (
        "order", 0, "1,0001,x,a",
        {("order", 1, "FLD-030"), ("item", 1, "SET-033"), ("item", 2, "SET-033")},
    ),
    "a row that cannot be written": (
        "item", 0, "1,1,0001,A,100000",
        {("item", 1, "FLD-021"), ("item", 2, "SET-033"), ("order", 1, "SET-033")},
    ),
    "records out of order": (
        "order", 2, "1,0003,1,c", {("order", 3, "SET-031"), ("item", 3, "SET-030")}
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "line", "text", "due"), FAULTS.values(), ids=FAULTS)
def test_what_does_not_belong_together_is_told_and_kept(
    tmp_path: Path, name: str, line: int, text: str, due: set[tuple[str, int, str]]
) -> None:
    made = {key: list(rows) for key, rows in SOUND.items()}
    made[name][line] = text
    code, told = back(tmp_path, "rdw", made)
    assert (code, {row[:3] for row in told}) == (3, due)
    lost = {
        int(made[name][line - 1].split(",")[1 if name == "order" else 2]) for name, line, _ in due
    }
    orders: list[Order] = [(1, [("A", 1), ("B", -2)], "a"), (2, [], "b"), (3, [("C", 3)], "c")]
    kept = [order for order in orders if order[0] not in lost]
    assert (tmp_path / "back" / "x.dat").read_bytes() == joined("rdw", kept)
    for key, rows in made.items():
        paths = [*(tmp_path / "back" / "rejects").glob(f"x.{key}*.csv")]
        text = "".join(path.read_bytes().decode() for path in paths)
        lines = text.splitlines()[1:]
        assert lines == [rows[n - 1] for n in sorted({n for f, n, _ in due if f == key})]


def test_an_error_in_a_row_rejects_its_record_and_the_other_rows(tmp_path: Path) -> None:
    orders: list[Order] = [(1, [("A", 1), ("B", 2)], "a"), (2, [("C", 3)], "b")]
    data = joined("rdw", orders).replace(b"B \x00\x00\x2c", b"B \x00\x0a\x2c")
    (tmp_path / "x.dat").write_bytes(data)
    job = Job((str(tmp_path / "x.dat"),), definitions(tmp_path, "rdw"), out=tmp_path / "there")
    done = pipeline.convert(job)
    counts = done.report["counts"]
    assert (counts["read"], counts["converted"], counts["rejected"]) == (2, 1, 1)
    frame = pl.read_parquet(tmp_path / "there" / "findings.parquet")
    offset = data.index(b"B ") + 2
    assert frame.select("record", "offset", "code", "field").rows() == [
        (1, offset, "FLD-031", "明細.数量")
    ]
    assert (tmp_path / "there" / "rejects" / "x.dat").read_bytes() == placed(
        "rdw", orders[0]
    ).replace(b"B \x00\x00\x2c", b"B \x00\x0a\x2c")
    text = {name: (tmp_path / "there" / f"x.{name}.csv").read_text("utf-8") for name in HEADS}
    assert text["order"].splitlines()[1:] == ["2,0002,1,b"]
    assert text["item"].splitlines()[1:] == ["2,1,0002,C,3"]
    checked = pipeline.validate(Job((str(tmp_path / "x.dat"),), layout=job.mapping.source))  # type: ignore[union-attr]
    assert checked.report["counts"]["rejected"] == 1


def test_what_only_the_target_refuses_rejects_the_record_too_and_is_told(tmp_path: Path) -> None:
    known = definitions(tmp_path, "rdw")
    tables = TABLES.replace("kind: integer, sign: minus", "kind: integer, max: 99")
    (tmp_path / "tables.yaml").write_text(tables, encoding="utf-8")
    known = spec.load_mapping("m", [tmp_path])
    orders: list[Order] = [(1, [("A", 100), ("B", 2)], "a"), (2, [("C", 3)], "b")]
    (tmp_path / "x.dat").write_bytes(joined("rdw", orders))
    done = pipeline.convert(Job((str(tmp_path / "x.dat"),), known, out=tmp_path / "there"))
    assert done.exit_code == 3
    frame = pl.read_parquet(tmp_path / "there" / "findings.parquet")
    assert frame.select("record", "field").rows() == [(1, "明細.数量")]
    assert len((tmp_path / "there" / "x.item.csv").read_text("utf-8").splitlines()) == 2


@pytest.mark.parametrize("form", ["maximum", "rdw", "tables"])
@settings(max_examples=12)
@given(
    orders=ORDERS,
    spoils=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=4),
)
def test_whatever_is_broken_every_rejected_record_is_told_of(
    form: str, orders: list[Order], spoils: list[tuple[int, int]]
) -> None:
    data = bytearray(joined(form, orders))
    for place, byte in spoils:
        data[place % len(data)] = byte
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "x.dat").write_bytes(data)
        known = definitions(folder, form)
        job = Job((str(folder / "x.dat"),), known, out=folder / "there", keep_residual=True)
        counts = pipeline.convert(job).report["counts"]
        frame = pl.read_parquet(folder / "there" / "findings.parquet")
        told = frame.filter(action="record-rejected")["record"].n_unique()
        assert counts["read"] == counts["converted"] + counts["rejected"]
        assert counts["rejected"] == told
        outputs = tuple(str(folder / "there" / f"x.{name}.csv") for name in HEADS)
        back = Job(outputs, known, back=True, residual=folder / "there", out=folder / "back")
        assert pipeline.convert(back).exit_code in (0, 3)
        if not counts["rejected"]:
            assert (folder / "back" / "x.dat").read_bytes() == data


def test_rows_of_records_that_a_filter_leaves_out_are_left_out(tmp_path: Path) -> None:
    rules = RULES.replace(
        "  - source: 明細",
        '    filter: [{drop: {field: 件数, equals: "1"}, because: single}]\n  - source: 明細',
    )
    orders: list[Order] = [(1, [("A", 1), ("B", 2)], "a"), (2, [("C", 3)], "b")]
    (tmp_path / "x.dat").write_bytes(joined("rdw", orders))
    known = definitions(tmp_path, "rdw", rules)
    done = pipeline.convert(Job((str(tmp_path / "x.dat"),), known, out=tmp_path / "there"))
    counts = done.report["counts"]
    assert (counts["read"], counts["converted"], counts["rejected"]) == (2, 1, 0)
    assert done.exit_code == 0
    assert len((tmp_path / "there" / "x.item.csv").read_text("utf-8").splitlines()) == 3


def test_a_part_of_a_file_makes_no_round_trip(tmp_path: Path) -> None:
    inputs = written(tmp_path, SOUND)
    with pytest.raises(UsageError, match="all their types"):
        pipeline.roundtrip(Job(inputs, definitions(tmp_path, "rdw"), back=True))


@pytest.mark.parametrize("form", ["maximum", "rdw", "lines"])
def test_generated_files_have_rows(tmp_path: Path, form: str) -> None:
    path, known = tmp_path / "made.dat", definitions(tmp_path, form)
    generate.write(known.source, path, 200, 3)
    done = pipeline.validate(Job((str(path),), layout=known.source, out=tmp_path / "v"))
    assert (done.exit_code, done.report["counts"]["read"]) == (0, 200)


def kin(
    orders: list[tuple[int, int, bool]], rows: list[tuple[int, int, bool]]
) -> tuple[set[int], set[int]]:
    """Which records and rows may be written, as plainly as it can be said. Given are the number,
    the count or place, and whether each goes through."""
    kept, kept_rows = set(), set()
    last, seen = 0, set[int]()
    for place, (number, count, sound) in enumerate(orders):
        rising, last = number > last, max(last, number)
        own = [(at, row) for at, row in enumerate(rows) if row[0] == number]
        first = number not in seen
        seen.add(number)
        right = [row[1] for _, row in own] == list(range(1, count + 1))
        if sound and rising and first and right and all(row[2] for _, row in own):
            kept.add(place)
            kept_rows |= {at for at, _ in own}
    return kept, kept_rows


FEW = st.integers(1, 4)


@settings(max_examples=200)
@given(
    orders=st.lists(st.tuples(FEW, st.integers(0, 2), st.booleans()), max_size=5),
    rows=st.lists(st.tuples(FEW, st.integers(1, 2), st.booleans()), max_size=6).map(
        lambda found: sorted(found, key=lambda row: row[0])
    ),
    step=st.integers(1, 6),
)
def test_what_is_not_told_of_belongs_together(
    orders: list[tuple[int, int, bool]], rows: list[tuple[int, int, bool]], step: int
) -> None:
    whole, parts = np.zeros(len(orders), TOLD), np.zeros(len(rows), TOLD)
    last = 0
    for place, (number, count, sound) in enumerate(orders):
        whole[place] = (max(number, last), count, 0, sound, number > last)
        last = max(number, last)
    for place, (number, value, sound) in enumerate(rows):
        parts[place] = (number, value, 0, sound, True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinship, "STEP", step)
        judged = kinship._judged(whole, parts)
    told = [set[int](), set[int]()]
    for is_row, where, _ in judged:
        assert not told[is_row] & set(where.tolist()), "one finding for each"
        told[is_row] |= set(where.tolist())
    left = [
        {n for n, one in enumerate(given) if one[2] and n not in told[which]}
        for which, given in enumerate((orders, rows))
    ]
    kept, kept_rows = kin(orders, rows)
    assert left == [kept, kept_rows]


TABLE = ROWS.split("framing")[0].replace("id: order", "id: x")
N = (
    "framing: {fixed: {length: 12}}\nrecords:\n- name: r\n  fields:\n"
    "  - {name: N, bytes: 2, kind: integer}\n"
)
SPOILED = {
    "rows without occurs": (TABLE + N + "  - {name: A, «rows: true, bytes: 10}\n", "DEF-002"),
    "rows without a name": (
        TABLE + N + "  - {«rows: true, occurs: 2, fields: [{name: B, bytes: 5}]}\n",
        "DEF-002",
    ),
    "rows in a table": (
        TABLE
        + N
        + "  - {name: A, occurs: 2, fields: [{name: B, bytes: 1, «rows: true, occurs: 5}]}\n",
        "DEF-050",
    ),
    "a row with a wrong field": (
        TABLE
        + N
        + "  - {name: A, rows: true, occurs: 2, fields: [{name: B, bytes: 5, kind: «x}]}\n",
        "DEF-002",
    ),
}


@pytest.mark.parametrize(("text", "codes"), SPOILED.values(), ids=SPOILED)
def test_rows_that_cannot_be_meant_are_a_problem_at_their_place(
    tmp_path: Path, text: str, codes: str
) -> None:
    plain, due = unmarked(text, codes)
    assert set(due) <= set(found(tmp_path / "x.yaml", plain))


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ("      - {to: 番, number: 明細}\n", "", "DEF-042"),
        ("      - {to: 行, number: order}\n      - {to: 番,", "      - {to: 番,", "DEF-042"),
        ("      - {to: 行, number: order}\n      - {to: 番号", "      - {to: 番号", "DEF-042"),
        ("      - {to: 番号, from: 番号}\n      - {to: 品目", "      - {to: 品目", "DEF-041"),
        (
            "      - {to: 数量, from: 数量}\n",
            "      - {to: 数量, from: 数量}\n"
            "    filter: [{drop: {field: 品目, blank: true}, because: x}]\n",
            "DEF-050",
        ),
    ],
)
def test_rows_that_would_not_find_their_place_again_are_refused(
    tmp_path: Path, before: str, after: str, code: str
) -> None:
    definitions(tmp_path, "rdw")
    assert before in RULES
    (tmp_path / "m.yaml").write_text(RULES.replace(before, after, 1), encoding="utf-8")
    problems = spec.lint([tmp_path / "m.yaml"], [tmp_path])
    assert [problem.code for problem in problems] == [code]


MIXED = """kind: layout
id: order
charset: cp932
framing: {fixed: {length: 15, terminator: lf}}
order: (head data* tail)+
controls:
  - {field: tail.数, count: [data]}
records:
  - name: head
    when: [{at: 1, is: [H]}]
    fields: [{name: 区分, bytes: 1}, {name: 名, bytes: 14}]
  - name: data
    when: [{at: 1, is: [D]}]
    fields:
      - {name: 区分, bytes: 1}
      - {name: 番号, bytes: 2, kind: digits}
      - name: 月
        occurs: 3
        rows: true
        fields: [{name: 額, bytes: 3, kind: zoned, digits: 3}, {name: 印, bytes: 1}]
  - name: tail
    when: [{at: 1, is: [T]}]
    fields: [{name: 区分, bytes: 1}, {name: 数, bytes: 3, kind: integer}, {filler: 11}]
"""
PARTS = """kind: layout
id: tables
charset: utf-8
framing: {delimited: {}}
records:
  - {name: head, fields: [{name: 行, kind: integer}, {name: 区分}, {name: 名}]}
  - {name: data, fields: [{name: 行, kind: integer}, {name: 区分}, {name: 番号}]}
  - name: month
    fields:
      - {name: 行, kind: integer}
      - {name: 番, kind: integer}
      - {name: 先頭, kind: integer}
      - {name: 額, kind: integer}
      - {name: 印}
  - {name: tail, fields: [{name: 行, kind: integer}, {name: 区分}, {name: 数, kind: integer}]}
"""
BETWEEN = """kind: mapping
id: m
source: order
target: tables
records:
  - source: head
    target: head
    rules: [{to: 行, number: head}, {to: 区分, from: 区分}, {to: 名, from: 名}]
  - source: data
    target: data
    rules: [{to: 行, number: data}, {to: 区分, from: 区分}, {to: 番号, from: 番号}]
  - source: 月
    target: month
    rules:
      - {to: 行, number: data}
      - {to: 番, number: 月}
      - {to: 先頭, number: head}
      - {to: 額, from: 額}
      - {to: 印, from: 印}
  - source: tail
    target: tail
    rules: [{to: 行, number: tail}, {to: 区分, from: 区分}, {to: 数, from: 数}]
"""
FILE = (
    b"Hone           \nD01001a002b003 \nD02004c005d006e\nT002           \n"
    b"Htwo           \nD03007a008b009c\nT001           \n"
)


def mixed(folder: Path) -> MappingSet:
    for name, text in (("order", MIXED), ("tables", PARTS), ("m", BETWEEN)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return spec.load_mapping("m", [folder])


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_rows_without_a_count_stand_among_types_that_count_each_other(
    tmp_path: Path, batch: int
) -> None:
    known, path = mixed(tmp_path), tmp_path / "x.dat"
    path.write_bytes(FILE)
    job = Job((str(path),), known, out=tmp_path / "there", batch_records=batch)
    assert pipeline.convert(job).exit_code == 0
    rows = (tmp_path / "there" / "x.month.csv").read_text("utf-8").splitlines()
    assert rows[1:5] == ["2,1,1,1,a", "2,2,1,2,b", "2,3,1,3,", "3,1,1,4,c"]
    assert rows[7:] == ["6,1,5,7,a", "6,2,5,8,b", "6,3,5,9,c"]
    names = ("month", "tail", "data", "head")
    outputs = tuple(str(tmp_path / "there" / f"x.{name}.csv") for name in names)
    job = Job(outputs, known, back=True, out=tmp_path / "back", batch_records=batch)
    assert pipeline.convert(job).exit_code == 0
    assert (tmp_path / "back" / "x.dat").read_bytes() == FILE


def test_what_is_left_out_is_not_counted_in_what_is_written(tmp_path: Path) -> None:
    known, path = mixed(tmp_path), tmp_path / "x.dat"
    path.write_bytes(FILE)
    pipeline.convert(Job((str(path),), known, out=tmp_path / "there"))
    rows = tmp_path / "there" / "x.month.csv"
    rows.write_text(rows.read_text("utf-8").replace("3,2,1,5,d\n", ""), encoding="utf-8")
    names = ("head", "data", "month", "tail")
    outputs = tuple(str(tmp_path / "there" / f"x.{name}.csv") for name in names)
    assert pipeline.convert(Job(outputs, known, back=True, out=tmp_path / "back")).exit_code == 3
    left = FILE.replace(b"D02004c005d006e\n", b"").replace(b"T002", b"T001")
    assert (tmp_path / "back" / "x.dat").read_bytes() == left
