"""Deliberate defects: whatever the form of a file, what the truth names is found, once, and nothing
else is."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from converters import generate, pipeline, spec
from converters.model import Layout
from converters.pipeline import Job

LAYOUTS = [
    one.id
    for one in spec.list_definitions()
    if one.kind == "layout" and not spec.load_layout(one.id).is_apart
]
Line = tuple[int, int, str, str]


def spoiled(layout: Layout, path: Path, records: int, rate: float) -> list[dict[str, str]]:
    """The ground truth of a file that was made."""
    generate.write(layout, path, records, 7, rate)
    with Path(f"{path}.defects.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def due(rows: list[dict[str, str]]) -> list[Line]:
    return sorted((int(r["record"]), int(r["offset"]), r["field"], r["code"]) for r in rows)


def found(layout: Layout, path: Path, **how: Any) -> list[Line]:
    """The errors that a validation finds."""
    run = path.parent / "run"
    pipeline.validate(Job((str(path),), layout=layout, out=run, pages=(), force=True, **how))
    errors = pl.read_parquet(run / "findings.parquet").filter(pl.col("severity") == "error")
    return sorted(errors.select("record", "offset", "field", "code").rows())


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_defect_is_found_once_and_no_sound_record_is_accused(
    name: str, tmp_path: Path
) -> None:
    layout, path = spec.load_layout(name), tmp_path / "file"
    truth = due(spoiled(layout, path, 700, 0.2))
    assert len(truth) > 70
    assert found(layout, path, batch_records=333) == truth


PROPER = {
    "host/amounts": {"bad-nibble", "bad-sign-nibble", "bad-zone", "no-sign", "too-large"},
    "host/notice": {"bad-word", "long-record", "short-record"},
    "host/notice-blocks": {"block-length", "long-record", "short-record"},
    "host/orders": {"count-out-of-range", "no-reading", "open-shift", "table-length"},
    "hosts/excel": {"kanji-in-kana", "narrow-in-wide", "undecodable-byte"},
    "kokuho/exchange": {"wrong-count"},
    "nta/corporations-xml": {"malformed-record", "unknown-element"},
    "zengin/transfer": {"unknown-record", "wrong-count", "wrong-sum"},
}
"""Defects that only files of such a shape can have."""


@pytest.mark.parametrize("name", PROPER)
def test_files_of_every_shape_have_the_defects_of_their_shape(name: str, tmp_path: Path) -> None:
    rows = spoiled(spec.load_layout(name), tmp_path / "file", 700, 0.3)
    assert PROPER[name] <= {row["defect"] for row in rows}


FIELDS = """records:
  - name: order
    key: [番号]
    fields:
      - {name: 番号, bytes: 4, kind: digits, required: true}
      - {name: 区分, bytes: 2, kind: digits}
      - {name: 件数, bytes: 2, kind: zoned, digits: 2}
      - name: 明細
        occurs: 3
        depending: 件数
        ROWS
        fields:
          - {name: 品目, bytes: 4, kind: narrow, required: true}
          - {name: 数量, bytes: 4, kind: packed, digits: 7, sign: signed}
      - name: 個人
        when: {field: 区分, equals: "01"}
        fields: [{name: 生年月日, bytes: 8, kind: date}]
      - {name: 会社, bytes: 8, kind: zoned, redefines: 個人, when: {field: 区分, equals: "02"}}
      - {name: 備考, bytes: 10, kind: mixed}
"""
FORMS = {
    "one length": "{fixed: {length: 50, terminator: lf}}",
    "one length, filled up": "{fixed: {length: 50, terminator: none}, tables: padded}",
    "one length in blocks": "{fixed: {length: 50, terminator: none, block: {bytes: 330}}}",
    "behind a header": "{fixed: {length: 50, terminator: crlf}, header: 33, footer: 7}",
    "rdw": "{variable: {length: 50}}",
    "rdw, little and bare": "{variable: {length: 50, endian: little, counted: false}}",
    "rdw at its maximum": "{variable: {length: 50}, tables: maximum}",
    "rdw in blocks": "{variable: {length: 50, block: {bytes: 200}}}",
    "nothing but tables": "{variable: {length: 50, by: tables}}",
}


@pytest.mark.parametrize("rows", ["", "rows: true"])
@pytest.mark.parametrize("charset", ["cp932", "cp939", "keis83"])
@pytest.mark.parametrize("form", FORMS)
def test_records_with_tables_and_readings_are_spoiled_in_every_form(
    form: str, charset: str, rows: str, tmp_path: Path
) -> None:
    head = f"kind: layout\nid: order\ncharset: {charset}\nframing: {FORMS[form]}\n"
    text = head + FIELDS.replace("ROWS\n", rows + "\n")
    (tmp_path / "order.yaml").write_text(text, encoding="utf-8")
    layout, path = spec.load_layout("order", [tmp_path]), tmp_path / "file"
    made = spoiled(layout, path, 300, 0.3)
    assert found(layout, path) == due(made)
    kinds = {row["defect"] for row in made}
    assert {"bad-nibble", "bad-zone", "no-reading", "required-blank"} <= kinds
    assert ("count-out-of-range" in kinds) == (form != "nothing but tables")


def test_the_last_record_shows_what_a_file_without_line_ends_can_have(tmp_path: Path) -> None:
    head = "kind: layout\nid: order\ncharset: cp932\nframing: {variable: {length: 50}}\n"
    (tmp_path / "order.yaml").write_text(head + FIELDS.replace("ROWS\n", "\n"), encoding="utf-8")
    layout = spec.load_layout("order", [tmp_path])
    last = Counter[str]()
    for records in range(40, 46):
        row = spoiled(layout, tmp_path / "file", records, 0.2)[-1]
        assert int(row["record"]) == records
        last[row["defect"]] += 1
    assert set(last) <= {"bad-word", "cut-off", "record-length", *generate.DEFECTS}
    assert {"bad-word", "cut-off", "record-length"} & set(last)


def test_every_kind_of_defect_is_documented() -> None:
    page = Path(__file__).parent.parent / "docs" / "synthetic.md"
    text = page.read_text(encoding="utf-8")
    assert [name for name in generate.DEFECTS if f"`{name}`" not in text] == []
