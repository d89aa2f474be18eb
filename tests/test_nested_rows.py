"""Rows of a second file that have tables of their own: taken apart, put together, and judged."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import anonymize, generate, pipeline, spec
from converters.model import MappingSet
from converters.pipeline import Job

LEGS = """kind: layout
id: legs
charset: cp932
framing: FRAMING
records:
  - name: order
    key: [番号]
    fields:
      - {name: 番号, bytes: 4, kind: digits, required: true}
      - {name: 便数, bytes: 1, kind: integer}
      - name: 便
        occurs: 3
        depending: 便数
        rows: true
        fields:
          - {name: 区分, bytes: 1, kind: narrow}
          - {name: 車, bytes: 2, kind: narrow, when: {field: 区分, equals: A}}
          - {name: 船, bytes: 2, kind: digits, redefines: 車}
          - {name: 荷数, bytes: 2, kind: COUNT}
          - name: 荷
            occurs: 2
            depending: 荷数
            fields:
              - {name: 品, bytes: 1, kind: narrow}
              - {name: 量, bytes: 2, kind: packed, digits: 3, sign: signed}
      - {name: 備考, bytes: 6, kind: mixed}
"""
TABLES = """kind: layout
id: tables
charset: utf-8
framing: {delimited: {}}
records:
  - name: order
    fields: [{name: 行, kind: integer}, {name: 番号}, {name: 便数, kind: integer}, {name: 備考}]
  - name: leg
    fields:
      - {name: 行, kind: integer}
      - {name: 番, kind: integer}
      - {name: 番号}
      - {name: 区分}
      - {name: 車}
      - {name: 船}
      - {name: 荷数, kind: integer}
      - {name: 荷, occurs: 2, fields: [{name: 品}, {name: 量, kind: integer, sign: minus}]}
"""
ITEMS = ["番号", "区分", "車", "船", "荷数", "品-1", "量-1", "品-2", "量-2"]
RULES = (
    "kind: mapping\nid: m\nsource: legs\ntarget: tables\nrecords:\n"
    "  - source: order\n    target: order\n    rules:\n      - {to: 行, number: order}\n"
    + "".join(f"      - {{to: {name}, from: {name}}}\n" for name in ("番号", "便数", "備考"))
    + "  - source: 便\n    target: leg\n    rules:\n      - {to: 行, number: order}\n"
    "      - {to: 番, number: 便}\n"
    + "".join(f"      - {{to: {name}, from: {name}}}\n" for name in ITEMS)
)
HEADS = {"order": ["行", "番号", "便数", "備考"], "leg": ["行", "番", *ITEMS]}
SIZE, LEG, LENGTH = 3, 11, 44
FORMS = {
    "maximum": "{fixed: {length: 44, terminator: lf}}",
    "padded": "{fixed: {length: 44, terminator: none}, tables: padded}",
    "padded lines": "{fixed: {length: 44, terminator: crlf}, tables: padded}",
    "rdw": "{variable: {length: 44}}",
    "blocks": "{variable: {length: 44, block: {bytes: 100}}}",
    "tables": "{variable: {length: 44, by: tables}}",
}
Leg = tuple[str, int, list[tuple[str, int]]]
Order = tuple[int, list[Leg], str]


def leg(one: Leg, closed: bool, zoned: bool, unused: bytes) -> bytes:
    """The bytes of a leg; its goods move up in a closed record."""
    way, number, goods = one
    count = b"%02d" % len(goods) if zoned else len(goods).to_bytes(2, "big")
    head = way.encode() + b"%02d" % number + count
    body = b"".join(
        name.encode() + bytes.fromhex(f"{abs(value):03}{'D' if value < 0 else 'C'}")
        for name, value in goods
    )
    return head + (body if closed else body.ljust(2 * SIZE, unused))


def placed(form: str, order: Order, zoned: bool = True, unused: bytes = b" ") -> bytes:
    """An order in the bytes of a form."""
    number, legs, note = order
    closed = form != "maximum"
    body = b"".join(leg(one, closed, zoned, unused) for one in legs)
    body = body if closed else body.ljust(3 * LEG, unused)
    record = b"%04d%d" % (number, len(legs)) + body + note.encode().ljust(6)
    if form.startswith(("maximum", "padded")):
        return record.ljust(LENGTH, unused) + {"maximum": b"\n", "padded lines": b"\r\n"}.get(
            form, b""
        )
    if form in ("rdw", "blocks"):
        return (len(record) + 4).to_bytes(2, "big") + b"\0\0" + record
    return record


def joined(form: str, orders: list[Order], zoned: bool = True) -> bytes:
    """A file of orders; blocks are as full as they can be."""
    records = [placed(form, order, zoned) for order in orders]
    if form != "blocks":
        return b"".join(records)
    blocks: list[bytes] = []
    for record in records:
        if blocks and len(blocks[-1]) + len(record) <= 96:
            blocks[-1] += record
        else:
            blocks.append(record)
    return b"".join((len(one) + 4).to_bytes(2, "big") + b"\0\0" + one for one in blocks)


def lines(orders: list[Order]) -> dict[str, list[str]]:
    """The two files of some orders."""
    made: dict[str, list[str]] = {"order": [], "leg": []}
    for row, (number, legs, note) in enumerate(orders, 1):
        made["order"].append(f"{row},{number:04},{len(legs)},{note}")
        for place, (way, ship, goods) in enumerate(legs, 1):
            there = f"{ship:02}," if way == "A" else f",{ship:02}"
            cells = [f"{name},{value}" for name, value in goods] + [","] * (2 - len(goods))
            ends = ",".join([way, there, str(len(goods)), *cells])
            made["leg"].append(f"{row},{place},{number:04},{ends}")
    return made


def definitions(folder: Path, form: str, count: str = "integer") -> MappingSet:
    text = LEGS.replace("FRAMING", FORMS[form]).replace("COUNT", count)
    for name, content in (("legs", text), ("tables", TABLES), ("m", RULES)):
        (folder / f"{name}.yaml").write_text(content, encoding="utf-8")
    return spec.load_mapping("m", [folder])


def written(folder: Path, made: dict[str, list[str]]) -> tuple[str, ...]:
    for name, rows in made.items():
        text = "".join(f"{line}\r\n" for line in [",".join(HEADS[name]), *rows])
        (folder / f"x.{name}.csv").write_bytes(text.encode())
    return tuple(str(folder / f"x.{name}.csv") for name in made)


ORDERS = st.lists(
    st.tuples(
        st.integers(0, 9999),
        st.lists(
            st.tuples(
                st.sampled_from("ABC"),
                st.integers(0, 99),
                st.lists(st.tuples(st.sampled_from("XYZ"), st.integers(-999, 999)), max_size=2),
            ),
            max_size=3,
        ),
        st.text("abc", max_size=6),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=6)
@given(orders=ORDERS, batch=st.integers(1, 4), count=st.sampled_from(["integer", "binary"]))
def test_rows_of_different_sizes_are_taken_apart_and_come_back_alike(
    form: str, orders: list[Order], batch: int, count: str
) -> None:
    data = joined(form, orders, count == "integer")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        known = definitions(folder, form, count)
        (folder / "x.dat").write_bytes(data)
        path = str(folder / "x.dat")
        job = Job((path,), known, out=folder / "there", batch_records=batch, jobs=2)
        assert pipeline.convert(job).exit_code == 0
        for name, rows in lines(orders).items():
            text = (folder / "there" / f"x.{name}.csv").read_text("utf-8")
            assert text.splitlines() == [",".join(HEADS[name]), *rows]
        paths = tuple(str(folder / "there" / f"x.{name}.csv") for name in HEADS)
        job = Job(paths, known, back=True, out=folder / "back", batch_records=batch, jobs=2)
        assert pipeline.convert(job).exit_code == 0
        assert (folder / "back" / "x.dat").read_bytes() == data


@pytest.mark.parametrize("form", ["maximum", "padded", "rdw", "tables"])
def test_what_stands_in_unused_elements_of_rows_comes_back_with_the_residual(
    tmp_path: Path, form: str
) -> None:
    orders: list[Order] = [(n, [("A", n, [("X", n)] * (n % 3))] * (n % 4), "x") for n in range(9)]
    data = b"".join(placed(form, order, unused=b"\xff") for order in orders)
    known = definitions(tmp_path, form)
    (tmp_path / "x.dat").write_bytes(data)
    job = Job((str(tmp_path / "x.dat"),), known, out=tmp_path / "there", keep_residual=True)
    assert pipeline.convert(job).exit_code == 0
    paths = tuple(str(tmp_path / "there" / f"x.{name}.csv") for name in HEADS)
    back = {"back": True, "residual": tmp_path / "there", "out": tmp_path / "back"}
    assert pipeline.convert(Job(paths, known, **back)).exit_code == 0  # type: ignore[arg-type]
    assert (tmp_path / "back" / "x.dat").read_bytes() == data


def findings(folder: Path) -> list[tuple[Any, ...]]:
    frame = pl.read_parquet(folder / "findings.parquet")
    return frame.select("record", "offset", "field", "code").rows()


TWO: list[Order] = [(1, [("A", 1, [("X", 1)]), ("B", 2, [])], "one"), (2, [("A", 3, [])], "two")]
WRONG = {
    "a count in a row": (
        joined("rdw", TWO).replace(b"B0200", b"B0203"),
        [(1, 20, "order.便-2", "REC-014")],
    ),
    "a count in a row, and full rooms": (
        joined("maximum", TWO).replace(b"B0200", b"B0203"),
        [(1, 19, "便.荷数", "REC-014")],
    ),
    "a number in a row": (
        joined("rdw", TWO).replace(b"X\x00\x1c", b"X\x0a\x1c"),
        [(1, 15, "便.量-1", "FLD-031")],
    ),
    "rows that take too little": (
        joined("rdw", TWO).replace(b"B0200", b"B0201"),
        [(1, 0, "", "REC-015")],
    ),
}


@pytest.mark.parametrize(("data", "due"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_row_is_told_of_its_record(
    tmp_path: Path, data: bytes, due: list[tuple[Any, ...]]
) -> None:
    known = definitions(tmp_path, "rdw" if data.startswith(b"\0") else "maximum")
    (tmp_path / "x.dat").write_bytes(data)
    job = Job((str(tmp_path / "x.dat"),), known, out=tmp_path / "there")
    assert pipeline.convert(job).exit_code == 3
    assert findings(tmp_path / "there") == due
    [rejects] = (tmp_path / "there" / "rejects").glob("x*.dat")
    assert rejects.read_bytes() == data[: 45 if data.startswith(b"0") else 28]


@pytest.mark.parametrize("form", ["padded lines", "rdw", "tables"])
def test_a_row_with_a_count_of_nothing_is_rejected_with_its_record(
    tmp_path: Path, form: str
) -> None:
    made = lines(TWO)
    made["leg"][0] = made["leg"][0].replace(",1,X", ",5,X")
    known = definitions(tmp_path, form)
    job = Job(written(tmp_path, made), known, back=True, out=tmp_path / "back")
    assert pipeline.convert(job).exit_code == 3
    assert (tmp_path / "back" / "x.dat").read_bytes() == placed(form, TWO[1])


@pytest.mark.parametrize("form", FORMS)
def test_generated_rows_have_tables_of_their_own(tmp_path: Path, form: str) -> None:
    layout = definitions(tmp_path, form).source
    generate.write(layout, tmp_path / "x.dat", 300, 3)
    job = Job((str(tmp_path / "x.dat"),), layout=layout, out=tmp_path / "run")
    checked = pipeline.validate(job)
    assert (checked.exit_code, checked.report["counts"]["read"]) == (0, 300)


@pytest.mark.parametrize("form", FORMS)
def test_twins_have_rows_of_the_same_sizes(tmp_path: Path, form: str) -> None:
    layout = definitions(tmp_path, form).source
    path, twin = tmp_path / "x.dat", tmp_path / "twin.dat"
    generate.write(layout, path, 100, 3)
    anonymize.anonymize(layout, str(path), twin, bytes(16), Job((str(path),)))
    job = Job((str(twin),), layout=layout, out=tmp_path / "run")
    checked = pipeline.validate(job)
    assert (checked.exit_code, checked.report["counts"]["read"]) == (0, 100)
    assert len(twin.read_bytes()) == len(path.read_bytes())
    assert twin.read_bytes() != path.read_bytes()
