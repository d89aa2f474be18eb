"""The definitions that ship with the program: sound, complete, and true to their sources."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from converters import pipeline, spec
from converters.model import Field, KindName, Layout, Mapping, MappingSet
from converters.pipeline import Job

ROOT = Path(__file__).parent.parent / "layouts"
PUBLIC = ROOT.parent.parent / "shared" / "data"
OFFICIAL = PUBLIC / "jutogai-atena-item-definition.xlsx"
POSTAL = PUBLIC / "SAMPLE_KEN.CSV"
LAYOUTS = [d.id for d in spec.list_definitions() if d.kind == "layout"]
MAPPINGS = [d.id for d in spec.list_definitions() if d.kind == "mapping"]
SETS = [d.id for d in spec.list_definitions() if d.kind == "set"]


def test_every_shipped_definition_is_sound() -> None:
    assert spec.lint([ROOT]) == ()
    assert len(LAYOUTS) + len(MAPPINGS) + len(SETS) == len(list(ROOT.rglob("*.yaml")))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_says_where_it_comes_from(name: str) -> None:
    layout = spec.load_layout(name)
    assert layout.source
    assert layout.title


def test_only_items_read_from_the_official_file_are_called_official() -> None:
    editions = {name: spec.load_layout(name).edition for name in LAYOUTS}
    official = {name for name, edition in editions.items() if edition == "official"}
    assert official == {"standard/jutogai/atena"}
    reference = {name for name, edition in editions.items() if edition == "reference"}
    assert reference == {
        *("kokuho/exchange", "kokuho/exchange-tables"),
        *("pension/notice", "pension/notice-tables"),
        *("zengin/transfer", "zengin/transfer-tables"),
        *("nta/corporations", "nta/corporations-xml"),
        *("standard/juki/household", "standard/juki/resident"),
    }


def test_a_record_of_vendor_a_is_600_bytes_and_its_places_are_given() -> None:
    layout = spec.load_layout("vendor-a/resident")
    assert sum(field.bytes or 0 for field in layout.record.fields) == 600
    assert len(layout.record.fields) > 40
    given = [(field.at or 0) - 1 for field in layout.record.fields]
    assert given == list(layout.record.offsets)


def test_the_invented_vendors_and_hosts_use_every_kind() -> None:
    used = {
        field.kind
        for name in ("host/amounts", "vendor-a/resident", "vendor-b/resident")
        for field in spec.load_layout(name).record.fields
    }
    assert used == set(get_args(KindName))


def test_the_mappings_use_every_operation_and_modifier() -> None:
    rules = [rule for name in MAPPINGS for rule in spec.load_mapping(name).mapping.rules]
    operations = {rule.operation for rule in rules}
    assert operations == {
        *("coalesce", "constant", "cut", "join", "partial", "source", "split", "substring")
    }
    modified = {
        key
        for rule in rules
        for key in ("codes", "default", "lossy", "pad", "width")
        if getattr(rule, key)
    }
    assert modified == {"codes", "default", "lossy", "pad", "width"}


@pytest.mark.parametrize("name", ["vendor-a/resident-to-standard", "vendor-b/resident-to-standard"])
def test_a_resident_mapping_loses_nothing(name: str) -> None:
    mapping = spec.load_mapping(name).mapping
    assert [rule for rule in mapping.rules if rule.lossy] == []
    assert mapping.ignore == ()


def test_the_standard_residents_have_the_published_item_names() -> None:
    names = set(spec.load_layout("standard/juki/resident").record.index)
    assert {
        *("宛名番号", "世帯番号", "住民種別", "住民状態", "住民票コード", "個人番号", "最新フラグ"),
        *("個人履歴番号", "個人履歴番号_枝番号", "異動年月日", "異動年月日_不詳フラグ"),
        *("異動年月日_不詳表記", "異動届出年月日", "異動事由", "転入通知年月日", "氏名"),
        *(
            "氏_日本人",
            "名_日本人",
            "氏名_外国人ローマ字",
            "氏名_外国人漢字",
            "氏名_フリガナ",
            "旧氏",
            "通称",
        ),
        *("氏名優先区分", "氏名_優先", "性別", "生年月日", "生年月日_不詳フラグ", "続柄コード1"),
        *("続柄コード4", "続柄表記", "住所_市区町村コード", "住所_町字コード", "住所_都道府県"),
        *("住所_市区郡町村名", "住所_町字", "住所_番地号表記", "住所_方書", "住所_郵便番号"),
        *("住民となった年月日", "住定日", "消除の届出年月日", "消除の異動年月日"),
        *("国籍等_国名コード",),
        *("第30条45規定区分", "在留カード等番号", "在留資格等コード", "在留期間の満了の日"),
    } <= names
    assert 55 <= len(names) <= 80


def test_names_that_are_ours_are_marked_as_provisional() -> None:
    layout = spec.load_layout("standard/juki/resident")
    ours = [field for field in layout.record.fields if field.name.startswith("独自項目_")]
    assert ours
    assert all("仮の項目" in field.notes for field in ours)


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the official item definition is not here")
def test_the_official_items_stand_as_the_official_file_has_them() -> None:
    layout = spec.load_layout("standard/jutogai/atena")
    assert [_item(field) for field in layout.record.fields] == _official_items()


@pytest.mark.skipif(not POSTAL.exists(), reason="the postal code file is not here")
def test_the_postal_code_file_of_japan_post_has_no_findings() -> None:
    layout = spec.load_layout("post/ken-all")
    done = pipeline.validate(Job((str(POSTAL),), layout=layout))
    assert done.exit_code == 0
    assert done.report["problems"] == []
    assert int(done.report["counts"]["read"]) == 3000


@pytest.mark.skipif(not POSTAL.exists(), reason="the postal code file is not here")
def test_the_postal_code_file_is_written_as_it_was_read() -> None:
    layout = spec.load_layout("post/ken-all")
    rules = [{"to": f.name, "from": f.name} for f in layout.record.fields]
    same = Mapping.model_validate(
        {"kind": "mapping", "id": "same", "source": layout.id, "target": layout.id, "rules": rules}
    )
    job = Job((str(POSTAL),), mapping=MappingSet(same, layout, layout))
    assert pipeline.roundtrip(job).report["problems"] == []


def _official_items() -> list[dict[str, Any]]:
    """The 29 rows of the item definition; data begin in row 7, marks `e` surround them."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(str(OFFICIAL)).get_sheet_by_index(0).to_python()[6:]
    return [
        {
            "name": row[3],
            "romaji": row[4],
            "key": row[6] == "○",
            "type": _whole(row[11]),
            "digits": _whole(row[12]),
            "code": _whole(row[13]).lstrip("0") in ("1", "2"),
            "condition": row[15],
            "column": row[19] == "○",
        }
        for row in rows
        if row[0] != "e"
    ]


def _whole(cell: object) -> str:
    """A cell as text; the workbook holds some numbers as numbers."""
    return str(int(cell)) if isinstance(cell, float) else str(cell)


def _item(field: Field) -> dict[str, Any]:
    """What our field says, in the words of the item definition."""
    plain = {"narrow": "X", "wide": "Ｎ", "date": "DATE", "time": "TIME"}
    kind = plain.get(field.kind) or ("9" if field.codes == "代表宛名フラグ" else "X")
    conditional = "条件付き必須" if "※※" in field.notes else "任意"
    return {
        "name": field.name,
        "romaji": field.romaji,
        "key": field.name == "宛名番号",
        "type": kind,
        "digits": str(field.chars),
        "code": field.kind == "code",
        "condition": "必須" if field.required is True else conditional,
        "column": field.column,
    }


def _tables(layout: Layout) -> list[dict[str, str]]:
    return [layout.code_table(name) for name in layout.codes]


def test_code_values_have_labels() -> None:
    for name in LAYOUTS:
        for table in _tables(spec.load_layout(name)):
            assert all(label for label in table.values())


@pytest.mark.parametrize("name", ["vendor-a/resident-to-standard", "vendor-b/resident-to-standard"])
def test_code_tables_map_a_code_to_the_code_of_the_same_meaning(name: str) -> None:
    found = spec.load_mapping(name)
    for rule in found.mapping.rules:
        if not rule.codes or rule.source is None:
            continue
        [target] = rule.targets
        left = found.source.code_table(found.source.record.field(rule.source).codes)
        right = found.target.code_table(found.target.record.field(target).codes)
        table = found.mapping.code_table(rule.codes)
        for code, other in table.items():
            assert _meaning(left[code]) == _meaning(right[other]), (rule.source, code)
        assert len(set(table.values())) == len(table)


def _meaning(label: str) -> str:
    """Labels differ in wording only where the standard has its own word."""
    return re.sub("（.*）", "", label).replace("現住", "住民")
