"""Twins of records whose fields are not always there: tables with counts, rows, readings."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import fields, generate, pipeline, spec
from converters.anonymize import Replaced, anonymize
from converters.columns import series
from converters.model import Layout
from converters.pipeline import Job
from converters.pipeline import plan as plans
from converters.pipeline.reading import Source, chunks

KEY = bytes(range(32))
FAMILY = """kind: layout
id: family
charset: CHARSET
framing: FRAMING
records:
  - name: family
    key: [番号]
    fields:
      - {name: 番号, bytes: 6, kind: digits, required: true}
      - {name: 区分, bytes: 1, kind: digits}
      - {name: 人数, bytes: 2, kind: zoned}
      - name: 家族
        occurs: 4
        depending: 人数
        fields:
          - {name: 氏名, bytes: 12, kind: wide}
          - {name: 保険番号, bytes: 8, kind: digits, required: true}
          - {name: 所得, bytes: 4, kind: packed, digits: 7, sign: signed}
      - {name: 生年月日, bytes: 8, kind: date, when: {field: 区分, equals: "1"}}
      - {name: 会社名, bytes: 8, redefines: 生年月日, when: {field: 区分, equals: "2"}}
      - {name: 電話, bytes: 10, kind: digits, when: {field: 区分, equals: "1"}}
"""
FORMS = {
    "one length": "{fixed: {length: 123, terminator: lf}}",
    "filled up": "{fixed: {length: 123, terminator: none}, tables: padded}",
    "slots": "{fixed: {length: 123, terminator: none, block: {bytes: 600}}}",
    "rdw": "{variable: {length: 123}}",
    "rdw in blocks": "{variable: {length: 123, block: {bytes: 500}}}",
    "lines": "{variable: {length: 123, by: lf}}",
    "tables": "{variable: {length: 123, by: tables}}",
}
SHAPES = [
    (form, charset, rows)
    for form in FORMS
    for charset in ("cp932", "cp939")
    for rows in (False, True)
    if form != "lines" or charset == "cp932"  # in EBCDIC a packed number may look like a line end
]


def family(form: str, charset: str = "cp932", rows: bool = False) -> Layout:
    text = FAMILY.replace("CHARSET", charset).replace("FRAMING", FORMS[form])
    if rows:
        text = text.replace("depending: 人数", "depending: 人数\n        rows: true")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "family.yaml").write_text(text, encoding="utf-8")
        return spec.load_layout("family", [Path(folder)])


def twin(layout: Layout, data: bytes, **job: int) -> tuple[bytes, Replaced]:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "in"), Path(folder, "out")
        path.write_bytes(data)
        done = anonymize(layout, str(path), out, KEY, Job((str(path),), **job))
        return out.read_bytes(), done


def made(layout: Layout, records: int, seed: int, rate: float = 0.0) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made")
        generate.write(layout, path, records, seed, rate)
        return path.read_bytes()


def findings(layout: Layout, data: bytes) -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        path, run = Path(folder, "in"), Path(folder, "run")
        path.write_bytes(data)
        pipeline.validate(Job((str(path),), layout=layout, out=run, pages=()))
        return pl.read_parquet(run / "findings.parquet").drop("value").rows()


def values(layout: Layout, data: bytes) -> dict[str, list[str | None]]:
    """The columns of a file in which nothing is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "in")
        path.write_bytes(data)
        lanes = plans.lanes(Job((str(path),), layout=layout))
        side, source = lanes.plans[0].source, Source(str(path), 0)
        [chunk] = chunks(source, lanes.form, None, lambda _: None)
        batch, _ = fields.decode(side.fields, side.form.spans(chunk, None), 1)
        names = side.fields.names
        return {name: series(batch[name]).cast(pl.String).to_list() for name in names}


@pytest.mark.parametrize(("form", "charset", "rows"), SHAPES)
def test_lengths_and_findings_stay(form: str, charset: str, rows: bool) -> None:
    layout = family(form, charset, rows)
    data = made(layout, 150, 5, 0.3)
    out, done = twin(layout, data)
    assert len(out) == len(data) and out != data
    found = findings(layout, data)
    # A record without a type is a further one.
    assert 150 <= done.records <= 150 + len(found)
    assert findings(layout, out) == found != []


@settings(max_examples=5)
@given(st.sampled_from(sorted(FORMS)), st.integers(0, 99), st.integers(1, 30))
def test_the_twin_is_the_same_however_the_file_is_cut(form: str, seed: int, batch: int) -> None:
    layout = family(form, rows=seed % 2 == 0)
    data = made(layout, 40, seed, 0.3)
    assert twin(layout, data, jobs=2, batch_records=batch)[0] == twin(layout, data)[0]


@settings(max_examples=40)
@given(st.sampled_from(sorted(FORMS)), st.booleans(), st.binary(max_size=300))
def test_any_bytes_have_a_twin_of_the_same_length(form: str, rows: bool, data: bytes) -> None:
    assert len(twin(family(form, rows=rows), data)[0]) == len(data)


@pytest.mark.parametrize("form", FORMS)
def test_counts_and_choices_stay_and_no_value_does(form: str) -> None:
    layout = family(form)
    data = made(layout, 200, 3)
    was, now = values(layout, data), values(layout, twin(layout, data)[0])
    assert (was["区分"], was["人数"]) == (now["区分"], now["人数"])
    told = [name for name in was if name not in ("区分", "人数")]
    for name in told:
        pairs = list(zip(was[name], now[name], strict=True))
        assert [one is None for one, _ in pairs] == [other is None for _, other in pairs]
        stayed = [one for one, other in pairs if one == other and one and one.strip("-0.")]
        assert stayed == [], name


def item(name: str, number: str, amount: str = "0000123C") -> bytes:
    return name.encode("cp932") + number.encode() + bytes.fromhex(amount)


def test_the_same_value_has_the_same_pseudonym_in_every_element() -> None:
    one, other = item("山田　花子　", "00012345"), item("佐藤　次郎　", "00099999")
    first = b"000001" + b"102" + one + other + b"19800101" + b"0312345678"
    second = b"000002" + b"104" + other + one + one + other + b"19800101" + b"0399999999"
    layout = family("tables")
    found = values(layout, twin(layout, first + second)[0])
    assert found["氏名-1"][0] == found["氏名-2"][1] == found["氏名-3"][1]
    assert found["氏名-2"][0] == found["氏名-1"][1] == found["氏名-4"][1]
    assert found["保険番号-1"][0] == found["保険番号-2"][1] == found["保険番号-3"][1]
    assert found["所得-1"][0] == found["所得-2"][0] != "123"
    assert found["所得-2"][1] == found["所得-3"][1]
    rows = family("tables", rows=True)
    assert twin(rows, first + second)[0] == twin(layout, first + second)[0]


@pytest.mark.parametrize("form", ["one length", "slots"])
def test_what_stands_where_no_field_is_does_not_stay(form: str) -> None:
    """Elements beyond the count, and a reading that is not chosen, hold what was there before."""
    layout = family(form)
    elements = item("山田　花子　", "00012345") + item("前の　住民　", "00054321") * 3
    record = b"000001" + b"101" + elements + b"19800101" + b"0312345678"
    company = b"000002" + b"200" + elements + "会社名だ".encode("cp932") + b"0312345678"
    end = b"\n" if form == "one length" else b""
    data = record + end + company + end
    if form == "slots":
        data = data.ljust(600, b"\0")
    out, _ = twin(layout, data)
    assert findings(layout, out) == findings(layout, data)
    assert len(out) == len(data)
    second = out[len(record + end) :][: len(company)]
    assert out[9 + 24 : 9 + 96] == b" " * 72
    assert second[9 : 9 + 96] == b" " * 96 and second[-10:] == b" " * 10
    assert second[9 + 96 : -10].decode("cp932") != "会社名だ"


@pytest.mark.parametrize("form", ["one length", "filled up", "rdw", "tables"])
def test_a_record_that_cannot_be_read_keeps_no_more_than_its_counts(form: str) -> None:
    layout = family(form)
    elements = item("山田　花子　", "00012345") * 4
    record = b"000001" + b"199" + elements + b"19800101" + b"0312345678"
    if form == "one length":
        record += b"\n"
    if form == "rdw":
        record = bytes([0, len(record) + 4, 0, 0]) + record
    out, done = twin(layout, record)
    assert findings(layout, out) == findings(layout, record)
    assert done.kept == {}
    at = record.index(b"000001") + 6
    assert out[at : at + 3] == b"199"
    assert np.all([piece not in out for piece in ("山田".encode("cp932"), b"00012345")])


@pytest.mark.parametrize("name", ["host/deliveries", "host/orders", "host/orders-rows"])
def test_samples_with_tables_have_twins(name: str) -> None:
    layout = spec.load_layout(name)
    [path] = Path(__file__).parent.parent.joinpath("samples", name).glob("input.*")
    for data in (path.read_bytes(), made(layout, 150, 2, 0.3)):
        out, _ = twin(layout, data)
        assert len(out) == len(data) and out != data
        assert findings(layout, out) == findings(layout, data)
