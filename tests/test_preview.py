"""The preview: what stands under the ruler is the byte it says; no field is left out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from test_nested_rows import LEGS

from converters import charset, generate, preview, spec
from converters.errors import UsageError
from converters.findings import decoder
from converters.pipeline import Job, plan
from converters.preview.records import RecordView, records
from converters.preview.ruler import compact_hex, lines

CP932 = charset.load("cp932")


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("nothing", b"", ""),
        ("short runs stay", b"000", "303030"),
        ("a run of one byte", b" " * 30, "20×30"),
        ("a run of two bytes", "　".encode("cp932") * 15, "8140×15"),
        ("runs between others", b"12" + b"0" * 5 + b"\x8e", "3132 30×5 8e"),
    ],
)
def test_hex_is_compact_where_bytes_repeat(name: str, data: bytes, expected: str) -> None:
    assert compact_hex(data) == expected


def test_one_column_is_one_byte() -> None:
    data = "12住民ｱﾍﾞ".encode("cp932") + b"\x81\r\n"
    assert lines(decoder("cp932")(data), CP932, {0, 2, 6}, 20) == [
        ("....+....1..", "12住民ｱﾍﾞ�␍␊", "╵ ╵   ╵"),
    ]


def test_a_character_across_the_end_of_a_line_is_shown_once() -> None:
    found = lines("123456789住X", CP932, {0}, 10)
    assert [text for _, text, _ in found] == ["123456789住", " X"]


@given(st.binary(max_size=60), st.sampled_from(["cp932", "shift_jis", "utf-8"]))
def test_any_bytes_are_shown_at_their_places(data: bytes, name: str) -> None:
    found = lines(decoder(name)(data), charset.load(name), set(), 1000)
    assert [(len(scale), cell_len(text)) for scale, text, _ in found] == [
        (len(data), len(data)) for _ in range(bool(data))
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A small file of each vendor."""
    folder = tmp_path_factory.mktemp("preview")
    files = {name: folder / name for name in ("vendor-a", "vendor-b")}
    for name, path in files.items():
        generate.write(spec.load_layout(f"{name}/resident"), path, 30, seed=3)
    return files


def views(path: Path, wanted: range) -> list[RecordView]:
    layout = spec.load_layout(f"{path.name}/resident")
    found = records(plan.lanes(Job((str(path),), layout=layout)), [{}], str(path), wanted)
    return [each for each in found if isinstance(each, RecordView)]


def test_the_fields_of_a_fixed_record_tile_it(made: dict[str, Path]) -> None:
    data = made["vendor-a"].read_bytes()
    for view in views(made["vendor-a"], range(5, 8)):
        assert view.raw == data[view.offset : view.offset + len(view.raw)]
        assert b"".join(field.raw for field in view.fields) + b"\r\n" == view.raw
        assert all(view.raw[field.at - 1 :].startswith(field.raw) for field in view.fields)


def test_the_fields_of_a_csv_record_stand_where_they_say(made: dict[str, Path]) -> None:
    (view,) = views(made["vendor-b"], range(30, 31))
    assert view.number == 30
    assert all(view.raw[field.at - 1 :].startswith(field.raw) for field in view.fields if field.at)


def test_a_record_beyond_the_end_is_a_mistake_of_the_caller(made: dict[str, Path]) -> None:
    with pytest.raises(UsageError, match="no record 31, the last is 30"):
        views(made["vendor-a"], range(31, 32))


@pytest.mark.parametrize("vendor", ["vendor-a", "vendor-b"])
@pytest.mark.parametrize("lang", ["ja", "en"])
def test_every_field_and_item_is_on_the_page(vendor: str, lang: str, made: dict[str, Path]) -> None:
    definitions = spec.load_mapping(f"{vendor}/resident-to-standard")
    path = made[vendor]
    forward = plan.lanes(Job((str(path),), definitions))
    out = io.StringIO()
    console = Console(file=out, width=400)
    preview.show(forward, str(path), range(1, 2), (console, lang))
    page = out.getvalue()
    names = [field.name for field in definitions.source.record.fields]
    items = [item for rule in definitions.mapping.rules for item in rule.targets]
    assert [name for name in names if name not in page] == []
    assert [item for item in items if f"{item} = " not in page] == []


SAMPLES = Path(__file__).parent.parent / "samples"


def page(sample: str, of: str, record: int) -> list[str]:
    """The lines of one record of a sample, by its layout or through a mapping."""
    path = str(SAMPLES / sample / "input.dat")
    if of.endswith("-to-tables"):
        lanes = plan.lanes(Job((path,), spec.load_mapping(of)))
    else:
        lanes = plan.lanes(Job((path,), layout=spec.load_layout(of)))
    out = io.StringIO()
    wanted = range(record, record + 1)
    preview.show(lanes, path, wanted, (Console(file=out, width=200), "en"))
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


def test_rows_are_shown_with_the_values_of_their_fields() -> None:
    lines = page("host/orders-rows", "host/orders-to-tables", 2)
    first = lines.index("27 10 明細-1 P021␀␝␀␀␀ﾂ d7f0f2f1001d00000078 行番号 = 2")
    assert lines[first + 1 : first + 5] == [
        "明細番号 = 1",
        "27 4 品番 P021 d7f0f2f1 P021 品番 = P021",
        "31 2 数量 ␀␝ 001d -1 数量 = -1",
        "33 4 単価 ␀␀␀ﾂ 00000078 120 単価 = 120",
    ]
    assert "41 2 数量 ␀␌ 000c 0 数量 = 0" in lines
    plainly = page("host/orders-rows", "host/orders-rows", 2)
    assert "31 2 数量 ␀␝ 001d -1" in plainly


@pytest.mark.parametrize(
    ("sample", "record", "absent"),
    [
        ("host/orders", 2, ["生年月日 … filler-1", "品番-3 … 単価-5"]),
        ("host/orders", 5, ["法人番号"]),
        ("host/orders-rows", 2, ["生年月日 … filler-1", "明細-3 … 明細-5"]),
        ("host/deliveries", 2, ["車番-1 … 距離-1", "船名-2", "種別-3 … 個数-3-4"]),
    ],
)
def test_parts_that_a_record_does_not_have_are_named(
    sample: str, record: int, absent: list[str]
) -> None:
    lines = page(sample, sample, record)
    assert [one for one in absent if f"{one} (not in this record)" not in lines] == []


def test_a_row_shows_what_is_wrong_with_it_and_its_record_what_becomes_of_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "input.dat"
    data = (SAMPLES / "host/orders-rows" / "input.dat").read_bytes()
    path.write_bytes(data.replace(b"\xd7\xf0\xf2\xf2\x00\x0c", b"\xd7\xf0\xf2\xf2\x00\xac"))
    definitions = spec.load_mapping("host/orders-to-tables")
    lanes = plan.lanes(Job((str(path),), definitions))
    (view,) = records(lanes, [{}, {}], str(path), range(2, 3))
    assert isinstance(view, RecordView)
    assert view.fate == "rejected"
    wrong = [(one.name, one.at, one.problems[0].code) for one in view.fields if one.problems]
    assert wrong == [("数量", 41, "FLD-031")]


def test_a_row_with_a_table_of_its_own_shows_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "legs.yaml").write_text(
        LEGS.replace("FRAMING", "{variable: {length: 44}}").replace("COUNT", "zoned"), "utf-8"
    )
    body = b"00012A0701G\x12\x3cB0900NOTE  "
    path = tmp_path / "input.dat"
    path.write_bytes((len(body) + 4).to_bytes(2, "big") + b"\0\0" + body)
    lanes = plan.lanes(Job((str(path),), layout=spec.load_layout("legs", [tmp_path])))
    (view,) = records(lanes, [{}, {}], str(path), range(1, 2))
    assert isinstance(view, RecordView)
    rows = [(one.name, one.at, one.value, one.there) for one in view.fields if one.inner]
    assert [row for row in rows if row[3]] == [
        ("区分", 10, "A", True),
        ("車", 11, "07", True),
        ("荷数", 13, "1", True),
        ("品-1", 15, "G", True),
        ("量-1", 16, "123", True),
        ("区分", 18, "B", True),
        ("船", 19, "09", True),
        ("荷数", 21, "0", True),
    ]
    assert {row[0] for row in rows if not row[3]} == {"車", "船", "品-1", "品-2", "量-1", "量-2"}
