"""Tables with a count and readings by a condition: told in a few lines of Python, and as files."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from definitions import found, unmarked
from hypothesis import assume, given
from hypothesis import strategies as st

from converters import fields, generate, pipeline, spec
from converters.cli import main
from converters.columns import Chunk, series
from converters.model import Layout, MappingSet
from converters.pipeline import Job
from converters.pipeline.plan import Side, side

Item = tuple[str, int]
Told = tuple[int, str, str]
Order = tuple[int, list[Item], str]
MOST = 3
LENGTH = 33
ORDER = """kind: layout
id: order
charset: cp932
framing: FRAMING
records:
  - name: order
    fields:
      - {name: 番号, bytes: 4, kind: digits, required: true}
      - {name: 件数, bytes: 2, kind: COUNT}
      - name: 明細
        occurs: 3
        depending: 件数
        least: LEAST
        fields:
          - {name: 品目, bytes: 2, kind: narrow, required: true}
          - {name: 数量, bytes: 3, kind: packed, digits: 5, sign: signed}
          - {filler: 1}
      - {name: 備考, bytes: 9, kind: mixed}
"""
FLAT = """kind: layout
id: flat
charset: utf-8
framing: {delimited: {}}
records:
  - fields:
      - {name: 番号}
      - {name: 件数, kind: integer}
      - {name: 明細, occurs: 3, fields: [{name: 品目}, {name: 数量, kind: integer}]}
      - {name: 備考}
"""
NAMES = ["番号", "件数", *(f"{n}-{k}" for k in (1, 2, 3) for n in ("品目", "数量")), "備考"]
MAPPING = "kind: mapping\nid: m\nsource: order\ntarget: flat\nrules:\n" + "".join(
    f"  - {{to: {name}, from: {name}}}\n" for name in NAMES
)
FORMS = {
    "maximum": "{fixed: {length: 33, terminator: lf}}",
    "padded": "{fixed: {length: 33, terminator: none}, tables: padded}",
    "rdw": "{variable: {length: 33}}",
    "rdw, little and bare": "{variable: {length: 33, endian: little, counted: false}}",
    "rdw at its maximum": "{variable: {length: 33}, tables: maximum}",
    "blocks": "{variable: {length: 33, block: {bytes: 90}}}",
    "lines": "{variable: {length: 33, by: lf}}",
    "tables": "{variable: {length: 33, by: tables}}",
}


def placed(form: str, order: Order, unused: bytes = b" " * 6) -> bytes:
    """An order in the bytes of a form, as its paper says it."""
    number, items, note = order
    head = f"{number:04}{len(items):02}".encode()
    body = b"".join(
        name.ljust(2).encode() + bytes.fromhex(f"{abs(n):05}{'D' if n < 0 else 'C'}") + b" "
        for name, n in items
    )
    gone, last = MOST - len(items), note.encode("cp932").ljust(9)
    short = head + body + last
    full = head + body + unused * gone + last
    if form == "maximum":
        return full + b"\n"
    if form == "padded":
        return short.ljust(LENGTH)
    if form == "lines":
        return short.rstrip(b" ") + b"\n"
    if form == "tables":
        return short
    content = full if "maximum" in form else short
    little = "little" in form
    size = len(content) + (0 if little else 4)
    return size.to_bytes(2, "little" if little else "big") + b"\0\0" + content


def joined(form: str, orders: list[Order]) -> bytes:
    """A file of orders; blocks are as full as they can be."""
    records = [placed(form, order) for order in orders]
    if form != "blocks":
        return b"".join(records)
    blocks: list[bytes] = []
    for record in records:
        if blocks and len(blocks[-1]) + len(record) <= 86:
            blocks[-1] += record
        else:
            blocks.append(record)
    return b"".join((len(one) + 4).to_bytes(2, "big") + b"\0\0" + one for one in blocks)


def columns(orders: list[Order]) -> list[list[Any]]:
    """The same orders as the columns of a table."""
    rows = []
    for number, items, note in orders:
        cells = [value for name, n in items for value in (name.rstrip() or None, n)]
        blank = [None] * (2 * (MOST - len(items)))
        rows.append([f"{number:04}", len(items), *cells, *blank, note.rstrip() or None])
    return [list(column) for column in zip(*rows, strict=True)]


def layout(folder: Path, form: str, count: str = "integer", least: int = 0) -> Layout:
    text = ORDER.replace("FRAMING", FORMS.get(form, form))
    text = text.replace("COUNT", count).replace("LEAST", str(least))
    (folder / "order.yaml").write_text(text, encoding="utf-8")
    return spec.load_layout("order", [folder])


def mapping(folder: Path, form: str) -> MappingSet:
    layout(folder, form)
    (folder / "flat.yaml").write_text(FLAT, encoding="utf-8")
    (folder / "m.yaml").write_text(MAPPING, encoding="utf-8")
    return spec.load_mapping("m", [folder])


@functools.cache
def compiled(form: str) -> Side:
    """The layout in one of the forms. No fixture: a failing law would print all of it."""
    with tempfile.TemporaryDirectory() as folder:
        return side(layout(Path(folder), form))


def chunked(of: Side, data: bytes) -> Chunk:
    split = of.form.split(np.frombuffer(data, np.uint8), True)
    return Chunk(
        0, 0, 1, 0, np.frombuffer(data, np.uint8), split.bounds, split.stop, split.codes, split.own
    )


NARROW = st.text("ABCxyz09", min_size=1, max_size=2)
ORDERS = st.lists(
    st.tuples(
        st.integers(0, 9999),
        st.lists(st.tuples(NARROW, st.integers(-99999, 99999)), max_size=MOST),
        st.text("aｱ漢 1", max_size=4),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("form", FORMS)
@given(orders=ORDERS)
def test_a_table_is_read_and_written_as_its_paper_says(form: str, orders: list[Order]) -> None:
    one = compiled(form)
    data = joined(form, orders)
    assume(form != "lines" or (b"\r" not in data and data.count(b"\n") == len(orders)))
    chunk = chunked(one, data)
    spans = one.form.spans(chunk, None)
    assert not spans.codes.any()
    batch, outcomes = fields.decode(one.fields, spans, 1)
    assert [series(batch[name]).to_list() for name in NAMES] == columns(orders)
    texts, written = fields.encode(one.fields, batch)
    assert all(int(status.max()) < 16 for status in (*outcomes.values(), *written.values()))
    made, _ = one.form.assemble(texts, np.ones(len(batch), np.bool_))
    packer = one.form.packer()
    whole = np.concatenate([packer.add(made), packer.finish()])
    assert whole.tobytes() == data


@pytest.mark.parametrize("form", FORMS)
@given(data=st.binary(max_size=200))
def test_any_bytes_are_records_or_findings(form: str, data: bytes) -> None:
    one = compiled(form)
    chunk = chunked(one, data)
    spans = one.form.spans(chunk, None)
    assert int(chunk.bounds[-1]) <= len(data)
    for place in range(len(one.layout.record.fields)):
        start, stop = spans.of(place)
        assert (start <= stop).all()
        assert (stop <= chunk.bounds[1:]).all()


def run(
    folder: Path, form: str, data: bytes, **more: Any
) -> tuple[int, list[tuple[int, str, str]]]:
    """The exit code of a conversion, and record, code and field of its findings."""
    path, out = folder / "input.dat", folder / "run"
    path.write_bytes(data)
    job = Job((str(path),), mapping=mapping(folder, form), out=out, force=True, **more)
    code = pipeline.convert(job).exit_code
    frame = pl.read_parquet(out / "findings.parquet").select("record", "code", "field")
    return code, frame.rows()


@pytest.mark.parametrize("form", [form for form in FORMS if form != "blocks"])
def test_what_stands_in_unused_elements_comes_back_with_the_residual(
    tmp_path: Path, form: str
) -> None:
    orders: list[Order] = [(1, [("A", 1)], "x"), (2, [], ""), (3, [("B", 2)] * 3, "漢字")]
    data = b"".join(placed(form, order, b"\x00\xff??\n\x81") for order in orders)
    if form == "padded":
        data = data[:LENGTH] + data[LENGTH : LENGTH + 15] + b"\x00\xff" * 9 + data[2 * LENGTH :]
    assert run(tmp_path, form, data, keep_residual=True) == (0, [])
    csv = tmp_path / "run" / "input.csv"
    assert csv.read_text("utf-8").splitlines()[1:] == [
        "0001,1,A,1,,,,,x",
        "0002,0,,,,,,,",
        "0003,3,B,2,B,2,B,2,漢字",
    ]
    back = Job(
        (str(csv),),
        mapping=mapping(tmp_path, form),
        back=True,
        residual=tmp_path / "run",
        out=tmp_path / "back",
    )
    assert pipeline.convert(back).exit_code == 0
    assert (tmp_path / "back" / "input.dat").read_bytes() == data


SOUND: Order = (7, [("A", 1)], "x")
WRONG = {
    "a count beyond the table": (
        "maximum",
        b"000104" + b" " * 27 + b"\n",
        [(1, "REC-014", "件数")],
    ),
    "a count that is no number": ("padded", b"0001x1".ljust(33), [(1, "REC-014", "件数")]),
    "a blank count": ("maximum", b"0001" + b" " * 29 + b"\n", [(1, "REC-014", "件数")]),
    "bytes of one element too many": (
        "rdw",
        b"\0\x1f\0\x00000101" + b" " * 21,
        [(1, "REC-015", "")],
    ),
    "bytes of one element too few": (
        "rdw",
        b"\0\x19\0\x00000102" + b" " * 15,
        [(1, "REC-015", "")],
    ),
    "a line that is too long": ("lines", b"000100" + b"x" * 10 + b"\n", [(1, "REC-015", "")]),
    "a line that ends in a number": ("lines", b"000101A \x00\n", [(1, "REC-001", "")]),
    "an element that lacks what it needs": (
        "maximum",
        placed("maximum", (1, [("A", 1), ("  ", 2)], "")),
        [(1, "FLD-001", "品目-2")],
    ),
    "a record that is cut off": ("tables", placed("tables", SOUND)[:-2], [(1, "REC-012", "")]),
}


@pytest.mark.parametrize(("form", "data", "due"), WRONG.values(), ids=WRONG)
def test_a_count_or_a_length_that_cannot_be_is_told_and_kept(
    tmp_path: Path, form: str, data: bytes, due: list[tuple[int, str, str]]
) -> None:
    before = b"" if form == "tables" else placed(form, SOUND)
    due = [(record + bool(before), code, field) for record, code, field in due]
    assert run(tmp_path, form, before + data) == (3, due)
    [rejects] = (tmp_path / "run" / "rejects").glob("input*.dat")
    assert rejects.read_bytes() == data


def test_where_a_count_is_none_nothing_tells_the_next_record(tmp_path: Path) -> None:
    data = placed("tables", SOUND) + b"0002zz" + placed("tables", SOUND) * 3
    assert run(tmp_path, "tables", data) == (3, [(2, "REC-014", "件数")])


UNWRITABLE = {
    "a value beyond the count": ("0001,1,A,1,B,,,,", [(1, "OUT-005", "品目-2")]),
    "a count beyond the table": ("0001,4,A,1,B,2,C,3,", [(1, "OUT-006", "件数")]),
    "a blank count": ("0001,,,,,,,,", [(1, "OUT-006", "件数")]),
    "a blank number in an element that is there": ("0001,1,A,,,,,,", [(1, "OUT-003", "数量-1")]),
}


@pytest.mark.parametrize(("row", "due"), UNWRITABLE.values(), ids=UNWRITABLE)
@pytest.mark.parametrize("form", ["maximum", "rdw"])
def test_what_the_table_cannot_hold_is_told_on_the_way_back(
    tmp_path: Path, form: str, row: str, due: list[tuple[int, str, str]]
) -> None:
    path = tmp_path / "input.csv"
    path.write_text(
        f"{','.join(NAMES)}\r\n{row}\r\n0007,0,,,,,,,x\r\n", encoding="utf-8", newline=""
    )
    job = Job((str(path),), mapping=mapping(tmp_path, form), back=True, out=tmp_path / "run")
    found = [one for one in due if one[1] != "OUT-005"] or due
    assert pipeline.convert(job).exit_code == 3
    frame = pl.read_parquet(tmp_path / "run" / "findings.parquet")
    told = frame.select("record", "code", "field").rows()
    assert set(found) <= set(told)
    assert {record for record, _, _ in told} == {1}
    assert (tmp_path / "run" / "input.dat").read_bytes() == placed(form, (7, [], "x"))


@pytest.mark.parametrize("count", ["zoned", "packed", "binary", "integer"])
def test_a_count_may_be_stored_in_any_way(tmp_path: Path, count: str) -> None:
    spelled = {"zoned": b"02", "integer": b"02", "packed": b"\x00\x2f", "binary": b"\x00\x02"}
    record = placed("tables", (1, [("A", 1), ("B", 2)], "x"))
    data = (record[:4] + spelled[count] + record[6:]) * 3
    one = side(layout(tmp_path, "tables", count))
    chunk = chunked(one, data)
    assert chunk.records == 3
    batch, _ = fields.decode(one.fields, one.form.spans(chunk, None), 1)
    assert series(batch["数量-2"]).to_list() == [2, 2, 2]


def test_a_table_may_have_a_fewest(tmp_path: Path) -> None:
    one = side(layout(tmp_path, "maximum", least=1))
    chunk = chunked(one, placed("maximum", (1, [], "")) + placed("maximum", SOUND))
    assert (one.form.spans(chunk, None).codes > 0).tolist() == [True, False]


PARTY = """kind: layout
id: party
charset: cp932
framing: {fixed: {length: 16, terminator: lf}}
records:
  - name: party
    fields:
      - {name: 区分, bytes: 1}
      - name: 個人欄
        when: {field: 区分, equals: "1"}
        fields:
          - {name: 生年月日, bytes: 8, kind: date, required: true}
          - {name: 所得, bytes: 4, kind: packed, digits: 7, sign: signed}
          - {filler: 1}
      - {name: 法人番号, bytes: 13, kind: digits, redefines: 個人欄, when: TWO}
      - {name: 欄, redefines: 個人欄, OPENbytes: 13, kind: mixed}
      - {name: 印, bytes: 2, kind: narrow, when: {field: 区分, blank: false}}
"""
TWO = '{field: 区分, in: ["2", "3"]}'
PARTIES = [
    (b"119800101\x00\x00\x12\x3c A ", ["1", "1980-01-01", 123, None, None, "A"]),
    (b"21234567890123B ", ["2", None, None, "1234567890123", None, "B"]),
    (b"3             CD", ["3", None, None, None, None, "CD"]),
    (b"9any bytes   !E ", ["9", None, None, None, "any bytes   !", "E"]),
]


def party(folder: Path, open: str = "") -> Side:
    (folder / "party.yaml").write_text(
        PARTY.replace("OPEN", open).replace("TWO", TWO), encoding="utf-8"
    )
    return side(spec.load_layout("party", [folder]))


@given(picked=st.lists(st.sampled_from(PARTIES), min_size=1, max_size=8))
def test_each_reading_has_its_columns_and_comes_back(picked: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one = party(Path(folder))
    data = b"".join(record + b"\n" for record, _ in picked)
    chunk = chunked(one, data)
    batch, outcomes = fields.decode(one.fields, one.form.spans(chunk, None), 1)
    found = [series(batch[name]).to_list() for name in one.fields.names]
    assert [list(row) for row in zip(*found, strict=True)] == [values for _, values in picked]
    texts, written = fields.encode(one.fields, batch)
    assert all(int(status.max()) < 16 for status in (*outcomes.values(), *written.values()))
    made, _ = one.form.assemble(texts, np.ones(len(batch), np.bool_))
    assert made.tobytes() == data


def test_a_record_that_no_reading_is_for_is_told(tmp_path: Path) -> None:
    one = party(tmp_path, 'when: {field: 区分, equals: "4"}, ')
    chunk = chunked(one, b"".join(record + b"\n" for record, _ in PARTIES))
    assert one.form.spans(chunk, None).codes.tolist() == [0, 0, 0, 19]
    batch, _ = fields.decode(one.fields, one.form.spans(chunk, None), 1)
    _, outcomes = fields.encode(one.fields, batch)
    assert outcomes["区分"].tolist() == [0, 0, 0, 49]


@pytest.mark.parametrize("form", [form for form in FORMS if form != "blocks"])
def test_generated_files_have_right_counts(tmp_path: Path, form: str) -> None:
    path = tmp_path / "made.dat"
    generate.write(layout(tmp_path, form), path, 300, 3)
    checked = pipeline.validate(
        Job((str(path),), layout=layout(tmp_path, form), out=tmp_path / "v")
    )
    assert checked.report["counts"]["read"] == 300
    assert checked.exit_code == 0


def test_generated_files_have_a_reading_for_each_record(tmp_path: Path) -> None:
    party(tmp_path, 'when: {field: 区分, equals: "4"}, ')
    one = spec.load_layout("party", [tmp_path])
    path = tmp_path / "made.dat"
    generate.write(one, path, 300, 3)
    assert pipeline.validate(Job((str(path),), layout=one, out=tmp_path / "v")).exit_code == 0
    assert {bytes([byte]) for byte in path.read_bytes()[::17]} == {b"1", b"2", b"3", b"4"}


def test_a_layout_shows_when_its_fields_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["layout", "show", "host/orders"]) == 0
    shown = capsys.readouterr().out
    for condition in ("[客区分 = 1]", "[客区分 = 2]", "[明細数 ≥ 1]", "[明細数 ≥ 5]"):
        assert condition in shown


TABLE = ORDER.split("framing")[0] + "framing: {fixed: {length: 12}}\nrecords:\n- fields:\n"
N = "  - {name: N, bytes: 2, kind: integer}\n"
FAULTS = {
    "a count that is not there": (
        TABLE + N + "  - {name: A, occurs: 5, depending: «X, bytes: 2}\n",
        "DEF-020",
    ),
    "a count of texts": (
        TABLE + "  - {name: N, bytes: 2}\n  - {name: A, occurs: 5, depending: «N, bytes: 2}\n",
        "DEF-050",
    ),
    "a count behind its table": (
        TABLE + "  - {name: A, occurs: 5, depending: «N, bytes: 2}\n" + N,
        "DEF-050",
    ),
    "more at least than at most": (
        TABLE + N + "  - {name: A, occurs: 5, least: «6, depending: N, bytes: 2}\n",
        "DEF-050",
    ),
    "no number of times": (TABLE + N + "  - {name: A, «occurs: x, bytes: 2}\n", "DEF-002"),
    "depending without occurs": (
        TABLE + N + "  - {name: A, «depending: N, bytes: 10}\n",
        "DEF-002",
    ),
    "a group with a kind": (
        TABLE + N + "  - {name: A, «kind: wide, fields: [{name: B, bytes: 10}]}\n",
        "DEF-003",
    ),
    "a reading of another width": (
        TABLE + N + "  - {name: A, bytes: 10, when: {field: N, equals: 1}}\n"
        "  - «{name: B, bytes: 9, redefines: A}\n",
        "DEF-012",
    ),
    "a reading of nothing": (
        TABLE + N + "  - {name: A, bytes: 10}\n  - {name: B, bytes: 10, redefines: «C}\n",
        "DEF-020",
    ),
    "tables without a table": (
        TABLE.replace("12}", "12}, «tables: padded") + N + "  - {name: A, bytes: 10}\n",
        "DEF-050",
    ),
    "a form of another framing": (
        TABLE.replace("framing: {", "framing: «{").replace("12}", "12}, tables: shifted")
        + N
        + "  - {name: A, occurs: 5, depending: N, bytes: 2}\n",
        "DEF-002",
    ),
    "a condition of no number": (
        TABLE + "  - {name: N, bytes: 2}\n  - {name: A, bytes: 10, when: {field: N, least: «1}}\n",
        "DEF-050",
    ),
}


@pytest.mark.parametrize(("text", "codes"), FAULTS.values(), ids=FAULTS.keys())
def test_a_table_that_cannot_be_meant_is_a_problem_at_its_place(
    tmp_path: Path, text: str, codes: str
) -> None:
    plain, due = unmarked(text.replace("id: order", "id: x"), codes)
    assert found(tmp_path / "x.yaml", plain) == due


def test_numbers_of_repetitions_go_from_the_outside_in(tmp_path: Path) -> None:
    text = (
        TABLE.replace("id: order", "id: x").replace("12}", "30}")
        + N
        + (
            "  - name: G\n    occurs: 2\n    fields:\n"
            "      - {name: K, bytes: 2, kind: integer}\n"
            "      - {name: A, occurs: 2, bytes: 2}\n"
            "      - {name: B, bytes: 4, when: {field: K, equals: 1}}\n"
            "      - {name: C, bytes: 4, redefines: B}\n"
            "      - {name: D, bytes: 4, required: {field: K, equals: 3}}\n"
        )
    )
    (tmp_path / "x.yaml").write_text(text, encoding="utf-8")
    record = spec.load_layout("x", [tmp_path]).record
    assert [field.name for field in record.fields] == [
        *("N", "K-1", "A-1-1", "A-1-2", "B-1", "C-1", "D-1"),
        *("K-2", "A-2-1", "A-2-2", "B-2", "C-2", "D-2"),
    ]
    assert record.offsets == (0, 2, 4, 6, 8, 8, 12, 16, 18, 20, 22, 22, 26)
    assert [field.when.field for field in record.fields if field.when] == ["K-1", "K-2"]
    assert record.field("C-2").redefines == "B-2"
    needed = record.field("D-2").required
    assert not isinstance(needed, bool)
    assert needed.field == "K-2"
