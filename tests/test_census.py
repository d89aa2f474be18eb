"""The census of characters: what is counted, what each code is, and the sheet it makes."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import lxml.html
import polars as pl
import pytest
from browser import NEEDS_CHROMIUM, page
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given, settings
from hypothesis import strategies as st
from reference_census import census as reference

from converters import census, charset, spec
from converters.census import codes, counting, sheet
from converters.census.repertoire import repertoire
from converters.cli import main
from converters.errors import UsageError
from converters.kernels import census as kernels
from converters.model import Layout
from converters.pages import characters as pages
from converters.pages.characters import MOST, Drawing, Line, Sheet
from converters.pages.words import Said
from converters.pipeline import Job

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"

WIDTHS = (11, 8)
LENGTH = sum(WIDTHS) + 4
FIELDS = "".join(f"  - {{name: f{n}, bytes: {width}}}\n" for n, width in enumerate(WIDTHS))


def layout_of(folder: Path, name: str, fields: str = FIELDS, length: int = LENGTH) -> Layout:
    """A fixed layout: two texts, and a number between them that no census looks at."""
    first, second = fields.splitlines(keepends=True)[:2]
    text = (
        f"kind: layout\nid: x\ncharset: {name}\n"
        f"framing: {{fixed: {{length: {length}, terminator: none}}}}\nrecords:\n- fields:\n"
        f"{first}  - {{name: n, bytes: 4, kind: packed, digits: 7}}\n{second}"
    )
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return spec.load_layout(str(path), ())


def counted(
    layout: Layout, folder: Path, files: list[bytes], jobs: int = 1, batch: int | None = None
) -> counting.Counted:
    paths = []
    for number, data in enumerate(files):
        path = folder / f"{number}.dat"
        path.write_bytes(data)
        paths.append(str(path))
    return counting.count(layout, Job(tuple(paths), jobs=jobs, batch_records=batch))


def listed(found: counting.Counted) -> dict[tuple[str, bytes, bool], tuple[int, object]]:
    """In the terms of the reference."""
    known = [(one, codes.of(charset.load(one.charset), one.row)) for one in found.codes]
    return {
        (one.charset, code.bytes, code.kind == "half-character"): (
            one.count,
            (one.file, one.record, one.field, one.offset),
        )
        for one, code in known
    }


def hexed(codes: str) -> list[bytes]:
    return [bytes.fromhex(code) for code in codes.split()]


POOLS: dict[str, list[bytes]] = {
    "cp932": [
        *(text.encode("cp932") for text in ("山", "表", "ｱ", "A", "　", " ", "①")),
        *hexed("F040 ED40 FA5C 8540 EFFC 81 FF 00"),
    ],
    "cp939": hexed("0E 0F 4565 4563 6941 4040 C1 40 FEFE 01 8F"),
    "eucjp-ms": [
        *(text.encode("euc_jp") for text in ("山", "表", "ｱ", "A", " ")),
        *hexed("ADA1 F5A1 8FF3F3 8FF5A1 8FA2AF 8FFE A9A1"),
    ],
    "jef-ebcdik": hexed("28 38 30E2 30 29 BBB3 80A1 C1 40 4040 41A1"),
    "keis83": hexed("0A42 0A41 0A BBB3 81A1 A0FE F4A7 C1 40 4040 FFFF 59A1"),
    "utf-8": [
        *(text.encode() for text in ("山", "邉󠄐", "A", " ", "é")),
        *hexed("FF E381 EDA0 F3A08480 F3A087AF F3A087B0 EFB880 EFB890"),
    ],
}
"""Charset → codes of all sorts, halves and bytes of none among them."""


def values(name: str, width: int) -> st.SearchStrategy[bytes]:
    """A value of a field: codes of the pool, or any bytes, cut and filled up to the width."""
    fill = charset.load(name).blank
    mixed = st.lists(st.sampled_from(POOLS[name]), max_size=8).map(b"".join)
    either = mixed | st.binary(max_size=width)
    return either.map(lambda data: data[:width].ljust(width, fill))


def files(name: str) -> st.SearchStrategy[list[bytes]]:
    first, second = (values(name, width) for width in WIDTHS)
    record = st.tuples(first, st.binary(min_size=4, max_size=4), second).map(b"".join)
    one = st.lists(record, min_size=1, max_size=12).map(b"".join)
    return st.lists(one, min_size=1, max_size=2)


@pytest.mark.parametrize("name", POOLS)
def test_a_census_counts_what_the_reference_counts(name: str, tmp_path: Path) -> None:
    layout = layout_of(tmp_path, name)
    places = {"f0": (0, WIDTHS[0], name), "f1": (WIDTHS[0] + 4, LENGTH, name)}

    @given(files(name))
    def law(data: list[bytes]) -> None:
        assert listed(counted(layout, tmp_path, data)) == reference(data, LENGTH, places)

    law()


@pytest.mark.parametrize("name", POOLS)
def test_neither_batches_nor_threads_change_a_census(name: str, tmp_path: Path) -> None:
    layout = layout_of(tmp_path, name)

    @settings(max_examples=10)
    @given(files(name), st.integers(1, 5), st.integers(1, 3))
    def law(data: list[bytes], batch: int, jobs: int) -> None:
        whole = counted(layout, tmp_path, data)
        assert counted(layout, tmp_path, data, jobs, batch) == whole

    law()


def test_every_field_is_counted_in_its_own_charset_and_by_its_own_shifts(tmp_path: Path) -> None:
    fields = (
        "  - {name: a, bytes: 6, charset: cp300, kind: wide}\n"
        "  - {name: b, bytes: 6, kind: wide, shifts: absent}\n"
    )
    layout = layout_of(tmp_path, "keis83", fields, 16)
    data = bytes.fromhex("4565456540400000000CBBB3BBB34040")
    assert listed(counted(layout, tmp_path, [data])) == {
        ("cp300", b"\x45\x65", False): (2, (0, 1, "a", 0)),
        ("keis83", b"\xbb\xb3", False): (2, (0, 1, "b", 10)),
    }


def delimited(folder: Path, name: str, fields: str) -> Layout:
    path = folder / "d.yaml"
    path.write_text(
        f"kind: layout\nid: d\ncharset: {name}\nframing: {{delimited: {{}}}}\n"
        f"records:\n- fields:\n{fields}",
        encoding="utf-8",
    )
    return spec.load_layout(str(path), ())


def test_quotes_are_no_characters_and_a_field_that_had_doubled_ones_stands_at_its_record(
    tmp_path: Path,
) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n  - {name: b}\n")
    data = b'x,"y"\r\n1,"a""b "\r\n'
    found = listed(counted(layout, tmp_path, [data]))
    assert found["cp932", b"y", False] == (1, (0, 1, "b", 3))
    assert found["cp932", b'"', False] == (1, (0, 2, "b", 7))
    assert found["cp932", b" ", False] == (1, (0, 2, "b", 7))


def test_a_record_without_fields_is_left_out_and_told(tmp_path: Path) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n  - {name: b}\n")
    found = counted(layout, tmp_path, [b"b,a\r\nc,d,e\r\nf,g\r\n"])
    assert [one.broken for one in found.inputs] == [1]
    assert {code for _, code, _ in listed(found)} == {b"f", b"g"}


MIXED = """kind: layout
id: m
charset: cp932
framing: {fixed: {length: 5, terminator: none}}
records:
- {name: head, when: [{at: 1, is: [H]}], fields: [{name: t, bytes: 1}, {name: a, bytes: 4}]}
- {name: row, when: [{at: 1, is: [R]}], fields: [{name: t, bytes: 1}, {name: b, bytes: 4}]}
"""


def test_fields_of_several_types_of_records_are_counted_each_by_its_type(tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(MIXED, encoding="utf-8")
    layout = spec.load_layout(str(tmp_path / "m.yaml"), ())
    data = b"H" + "山".encode("cp932") + b"  RA  1X????R" + "山A".encode("cp932") + b" "
    for batch in (None, 1, 2):
        whole = counted(layout, tmp_path, [data], 2, batch)
        assert [one.broken for one in whole.inputs] == [1]
        assert listed(whole) == {
            ("cp932", b"H", False): (1, (0, 1, "head.t", 0)),
            ("cp932", b"R", False): (2, (0, 2, "row.t", 5)),
            ("cp932", b"A", False): (2, (0, 2, "row.b", 6)),
            ("cp932", b" ", False): (2, (0, 2, "row.b", 7)),
            ("cp932", b"1", False): (1, (0, 2, "row.b", 9)),
            ("cp932", "山".encode("cp932"), False): (2, (0, 1, "head.a", 1)),
        }


def test_files_of_one_type_of_records_each_tell_it_by_their_name(tmp_path: Path) -> None:
    text = MIXED.replace("fixed: {length: 5, terminator: none}", "delimited: {header: false}")
    for when in ("when: [{at: 1, is: [H]}], ", "when: [{at: 1, is: [R]}], "):
        text = text.replace(when, "")
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    layout = spec.load_layout(str(tmp_path / "m.yaml"), ())
    paths = []
    for name in ("x.row.csv", "x.head.csv"):
        (tmp_path / name).write_bytes(b"1,A\r\n")
        paths.append(str(tmp_path / name))
    found = counting.count(layout, Job(tuple(paths)))
    assert {(one.field, one.count) for one in found.codes} == {("row.t", 2), ("row.b", 2)}
    with pytest.raises(UsageError, match="must end in"):
        counting.count(layout, Job((str(tmp_path / "m.yaml"),)))


@pytest.mark.parametrize(
    ("name", "data", "spelled"),
    [
        ("utf-16be", "A𠮷".encode("utf-16be") + b"\xd8\x00\x00", "0041 D842DFB7 D800 00"),
        ("utf-16le", "A𠮷 ".encode("utf-16le"), "4100 42D8B7DF"),
        ("utf-16be", "山\U000e0100山\ufe0f".encode("utf-16be"), "5C71DB40DD00 5C71FE0F"),
        ("utf-16be", b"\xd8\x00\xfe\x00" + "\ufe00".encode("utf-16be"), "D800 FE00FE00"),
    ],
)
def test_a_census_reads_utf_16(name: str, data: bytes, spelled: str, tmp_path: Path) -> None:
    fields = f"  - {{name: a, bytes: {len(data)}}}\n  - {{name: b, bytes: 2}}\n"
    layout = layout_of(tmp_path, name, fields, len(data) + 6)
    found = listed(counted(layout, tmp_path, [data + b"\0\0\0\x0c" + " ".encode(name)]))
    assert {code for _, code, _ in found} == {bytes.fromhex(one) for one in spelled.split()}


def test_characters_with_selectors_find_room_whatever_their_number(tmp_path: Path) -> None:
    layout = delimited(tmp_path, "utf-8", "  - {name: a}\n  - {name: b}\n")
    texts = [chr(0x4E00 + n) + chr(0xE0100 + n % 240) for n in range(3000)]
    lines = [f"{text},{''.join(texts[n : n + 400])}\r\n" for n, text in enumerate(texts)]
    found = counted(layout, tmp_path, ["".join(lines).encode()], 2, 100)
    counts = {codes.of(charset.load("utf-8"), one.row).text: one.count for one in found.codes}
    assert counts == {text: min(n + 1, 400) + 1 for n, text in enumerate(texts)}


CODES = [
    ("cp932", "41", "A", "ascii", True),
    ("cp932", "B1", "ｱ", "half-width-kana", True),
    ("cp932", "09", "\t", "control", True),
    ("cp932", "FF", "", "undecodable", False),
    ("cp932", "81", "", "half-character", False),
    ("cp932", "8140", "　", "symbol", True),
    ("cp932", "8160", "～", "symbol", True),
    ("cp932", "815C", "―", "symbol", True),
    ("cp932", "8157", "仝", "symbol", True),
    ("cp932", "889F", "亜", "level-1", True),
    ("cp932", "989F", "弌", "level-2", True),
    ("cp932", "8740", "①", "nec-row-13", True),
    ("cp932", "8790", "≒", "nec-row-13", False),
    ("cp932", "ED40", "纊", "nec-selected", False),
    ("cp932", "FA5C", "纊", "ibm-extension", True),
    ("cp932", "F040", "\ue000", "user-defined", True),
    ("cp932", "8540", "", "unassigned", False),
    ("shift_jis", "F040", "", "unassigned", False),
    ("shift_jis-2004", "F040", "𠂉", "level-4", True),
    ("shift_jis-2004", "82F5", "か゚", "symbol", True),
    ("eucjp-ms", "ADA1", "①", "nec-row-13", True),
    ("eucjp-ms", "F5A1", "\ue000", "user-defined", True),
    ("eucjp-ms", "8FF5A1", "\ue3ac", "user-defined", True),
    ("eucjp-ms", "8FF3F3", "ⅰ", "ibm-extension", True),
    ("eucjp-ms", "8FB0A1", "丂", "level-4", True),
    ("euc-jp", "8FB0A3", "丅", "jis-x-0212", True),
    ("cp939", "C1", "A", "ascii", True),
    ("cp939", "4565", "山", "level-1", True),
    ("cp939", "6941", "\ue000", "user-defined", True),
    ("cp939", "FEFE", "", "unassigned", False),
    ("cp939", "0E", "", "shift", False),
    ("cp1399", "42E1", "€", "symbol", False),
    ("keis83", "4040", "　", "symbol", True),
    ("keis83", "A1A1", "　", "symbol", False),
    ("keis83", "81A1", "\ue000", "user-defined", True),
    ("jips-e", "3F", "", "shift", False),
    ("jips-e", "3F75", "", "shift", False),
    ("utf-8", "E4B882", "丂", "level-4", True),
    ("utf-8", "F0A0AE9F", "𠮟", "level-3", True),
    ("utf-8", "E9AB99", "髙", "ideograph", True),
    ("utf-8", "E38182", "あ", "symbol", True),
    ("utf-8", "F3A08490", "\U000e0110", "selector", True),
    ("utf-8", "EE8080", "\ue000", "user-defined", True),
    ("utf-8", "F4808080", "\U00100000", "mj-plus", True),
    ("utf-8", "F0A08080", "𠀀", "ideograph", True),
    ("utf-8", "E0A485", "अ", "other", True),
]


def row_of(name: str, code: bytes) -> int:
    """The row of a code in a tally of its charset."""
    script = charset.load(name)
    if script.unicode:
        return ord(code.decode())
    pairs = kernels.BYTES * (script.shifts.double + 1)
    return {1: code[0], 2: pairs, 3: pairs + kernels.PAIRS}[len(code)] + (
        int.from_bytes(code[-2:], "big") if len(code) > 1 else 0
    )


@pytest.mark.parametrize(("name", "code", "text", "kind", "returns"), CODES)
def test_a_code_has_its_character_and_its_class(
    name: str, code: str, text: str, kind: str, returns: bool
) -> None:
    found = codes.of(charset.load(name), row_of(name, bytes.fromhex(code)))
    assert found == codes.Code(bytes.fromhex(code), text, kind, returns)


def test_a_byte_of_a_set_that_a_shift_code_opens_stands_behind_it() -> None:
    found = codes.of(charset.load("iso-2022-jp"), 2 * kernels.BYTES + 0x31)
    assert found == codes.Code(b"\x1b(I\x31", "ｱ", "half-width-kana", True)


def test_the_classes_of_cp932_have_the_numbers_of_its_parts() -> None:
    script = charset.load("cp932")
    cells = product([*range(0x81, 0xA0), *range(0xE0, 0xFD)], range(0x40, 0xFD))
    kinds = [codes.of(script, row_of("cp932", bytes(cell))).kind for cell in cells]
    sizes = {kind: kinds.count(kind) for kind in codes.CLASSES}
    assert sizes["level-1"] == 2965 and sizes["level-2"] == 3390
    assert (sizes["nec-row-13"], sizes["nec-selected"], sizes["ibm-extension"]) == (83, 374, 388)
    assert (sizes["user-defined"], sizes["symbol"]) == (1880, 524)


HELD = [
    ("A山～ｱ", "cp932", "yyyy"),
    ("〜髙𠮷", "cp932", "nyn"),
    ("A山〜ｱ𠮟①か", "jis-x-0213", "yyyyyyy"),
    ("髙𠮷\ue000\t𠀀\U00100000\U000e0110", "jis-x-0213", "nnnnnnn"),
    ("A山〜ｱ髙𠮷①𠀀\U00100000\U000e0110", "standard", "y" * 10),
    ("￤\ue000\t\U000f0000अ", "standard", "nnnnn"),
    ("\ue000अ", "utf-8", "yy"),
]


@pytest.mark.parametrize(("text", "target", "held"), HELD)
def test_a_target_holds_what_it_can_hold(text: str, target: str, held: str) -> None:
    holds = repertoire(target)
    assert "".join("y" if holds(character) else "n" for character in text) == held


def rows_of(layout: Layout, folder: Path, data: bytes, target: str = "standard") -> list[sheet.Row]:
    return sheet.rows(layout, counted(layout, folder, [data]), target)


def test_what_needs_a_decision_comes_first(tmp_path: Path) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n")
    data = bytes.fromhex("41FF8540F040ED4009EEFAFA55889F") + b"\r\n"
    rows = rows_of(layout, tmp_path, data)
    assert [(row.code, row.decide) for row in rows] == [
        ("0xFF", "undecodable"),
        ("0x8540", "unassigned"),
        ("0xF040", "user-defined"),
        ("0xED40", "one-way"),
        ("0xEEFA", "one-way"),
        ("0x09", "not-holdable"),
        ("0xFA55", "not-holdable"),
        ("0x41", ""),
        ("0x889F", ""),
    ]


def test_the_sheet_begins_with_the_columns_of_a_table_of_gaiji_and_leaves_them_empty(
    tmp_path: Path,
) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n")
    rows = rows_of(layout, tmp_path, bytes.fromhex("F040") + b"\r\n")
    head, only = csv.reader(io.StringIO(sheet.as_csv(rows).decode("utf-8-sig")))
    assert head[:5] == ["charset", "code", "unicode", "mj", "note"]
    assert only[:9] == [
        *("cp932", "0xF040", "", "", "", "user-defined", "user-defined", "U+E000", "\ue000"),
    ]


def test_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n  - {name: b}\n")
    rows = rows_of(layout, tmp_path, '山,"A,B"\r\n髙①,=1\r\n'.encode("cp932"))
    frame = sheet.as_frame(rows)
    text = csv.DictReader(io.StringIO(sheet.as_csv(rows).decode("utf-8-sig")))
    assert frame.columns == list(sheet.COLUMNS)
    flags = {True: "yes", False: "no"}
    assert list(text) == [
        {k: flags[v] if isinstance(v, bool) else str(v) for k, v in row.items()}
        for row in frame.iter_rows(named=True)
    ]


def filled(rows: list[sheet.Row], texts: dict[str, str]) -> bytes:
    """The sheet with characters written into the rows of some codes."""
    return sheet.as_csv([replace(row, unicode=texts.get(row.code, "")) for row in rows])


def with_gaiji(layout: Layout, folder: Path, table: bytes) -> Layout:
    """The layout that the file of `layout_of` or `delimited` becomes with that table of gaiji."""
    (folder / "gaiji.csv").write_bytes(table)
    path = next(path for path in folder.glob("*.yaml"))
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}characters: {{gaiji: gaiji.csv}}\n", encoding="utf-8")
    return spec.load_layout(str(path), ())


def test_the_filled_in_sheet_is_a_table_of_gaiji(tmp_path: Path) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n")
    data = "山A".encode("cp932") + bytes.fromhex("F040F04185408A") + b"\r\n"
    rows = rows_of(layout, tmp_path, data)
    texts = {"0xF040": "U+9089 U+E0110", "0x8540": "U+2000B"}
    after = rows_of(with_gaiji(layout, tmp_path, filled(rows, texts)), tmp_path, data)
    assert [(row.code, row.unicode, row.decoded, row.kind, row.decide) for row in after] == [
        ("0x8A", "", "", "half-character", "undecodable"),
        ("0xF041", "", "U+E001", "user-defined", "user-defined"),
        ("0x41", "", "U+0041", "ascii", ""),
        ("0x8540", "U+2000B", "U+2000B", "user-defined", ""),
        ("0x8E52", "", "U+5C71", "level-1", ""),
        ("0xF040", "U+9089 U+E0110", "U+9089 U+E0110", "user-defined", ""),
    ]


def test_what_was_identified_stays_in_the_next_sheet(tmp_path: Path) -> None:
    layout = delimited(tmp_path, "cp932", "  - {name: a}\n")
    table = b"charset,code,unicode,mj\ncp932,F040,U+9089 U+E0110,MJ026193\n"
    known = with_gaiji(layout, tmp_path, table)
    (row,) = rows_of(known, tmp_path, bytes.fromhex("F040") + b"\r\n")
    assert (row.unicode, row.mj) == ("U+9089 U+E0110", "MJ026193")


def test_all_gaiji_of_keis_are_found_identified_and_return(tmp_path: Path) -> None:
    area = [bytes(pair) for pair in product(range(0x81, 0xA1), range(0xA1, 0xFF))]
    data = b"".join(
        b"\x0a\x42" + code + b"\x0a\x41" + code[:1] + b"    " + b"\x40" * 12 for code in area
    )
    fields = "  - {name: a, bytes: 6}\n  - {name: b, bytes: 13}\n"
    layout = layout_of(tmp_path, "keis83", fields, 23)
    rows = rows_of(layout, tmp_path, data)
    unknown = [row for row in rows if row.decide == "user-defined"]
    assert [row.code for row in unknown] == [f"0x{code.hex().upper()}" for code in area]
    texts = {row.code: f"U+{0x20000 + place:04X}" for place, row in enumerate(unknown)}
    after = rows_of(with_gaiji(layout, tmp_path, filled(rows, texts)), tmp_path, data)
    named = {row.code: row for row in after if row.unicode}
    assert len(named) == 3008
    assert all(row.decoded == texts[code] and row.decide == "" for code, row in named.items())


def test_gaiji_are_shown_as_they_are_where_the_layout_substitutes_them(tmp_path: Path) -> None:
    layout = spec.load_layout("hosts/gaiji", ())
    path = SAMPLES / "hosts" / "gaiji" / "input.dat"
    rows = sheet.rows(layout, counting.count(layout, Job((str(path),))), "standard")
    unknown = [row for row in rows if row.decide == "user-defined"]
    assert unknown and all(0xE000 <= ord(row.glyph) <= 0xF8FF for row in unknown)
    assert any(row.mj for row in rows)


CLEAN = SAMPLES / "vendor-a" / "characters"


def run(*arguments: str | Path) -> int:
    return main(["characters", str(CLEAN / "input.dat"), *map(str, arguments)])


def test_the_command_makes_a_directory_that_is_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "census"
    assert run("--layout", "vendor-a/resident", "--out", out, "--lang", "ja") == 0
    assert "第一水準" in capsys.readouterr().out
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "characters" and manifest["inputs"][0]["records"] > 0
    assert {one["path"] for one in manifest["outputs"]} == {path.name for path in out.iterdir()} - {
        "manifest.json"
    }
    frame = pl.read_parquet(out / "characters.parquet")
    assert frame["count"].sum() == manifest["characters"]
    assert run("--layout", "vendor-a/resident", "--out", out) == 2
    assert run("--layout", "vendor-a/resident", "--out", out, "--force", "-q") == 0


def test_the_census_as_json_has_all_rows_and_nothing_else_on_stdout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("--mapping", "vendor-a/resident-to-standard", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["target"] == "standard"
    assert sum(one["count"] for one in found["codes"]) == found["characters"]
    assert sum(one["codes"] for one in found["classes"].values()) == len(found["codes"])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["--layout", "vendor-a/resident", "--mapping", "vendor-a/resident-to-standard"], 2),
        (["--layout", "vendor-a/resident", "--back"], 2),
        (["--layout", "vendor-a/resident", "--target", "klingon"], 2),
        (["--layout", "vendor-a/no-such-layout"], 5),
    ],
)
def test_a_census_that_cannot_be_made_says_why(arguments: list[str], code: int) -> None:
    assert run(*arguments) == code


def test_the_way_back_asks_what_the_vendor_can_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = ("--mapping", "vendor-a/resident-to-standard")
    out = tmp_path / "run"
    assert main(["convert", str(CLEAN / "input.dat"), *mapping, "--out", str(out)]) in (0, 3)
    (data,) = out.glob("*.csv")
    capsys.readouterr()
    assert main(["characters", str(data), *mapping, "--back", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["target"] == "cp932"


@pytest.fixture(scope="module")
def font(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A font with a square for U+E000 and for 山, and a smaller one for 山 with a selector."""
    builder = FontBuilder(1000, isTTF=True)
    names = [".notdef", "gaiji", "usual", "form", "empty"]
    glyphs = {name: TTGlyphPen(None) for name in names}
    for name, size in (("gaiji", 700), ("usual", 800), ("form", 600)):
        pen = glyphs[name]
        pen.moveTo((0, 0))
        for point in ((0, size), (size, size), (size, 0)):
            pen.lineTo(point)
        pen.closePath()
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(
        {0xE000: "gaiji", 0x5C71: "usual", 0xE001: "empty"},
        uvs=[(0x5C71, 0xE0100, None), (0x5C71, 0xE0101, "form")],
    )
    builder.setupGlyf({name: pen.glyph() for name, pen in glyphs.items()})
    builder.setupHorizontalMetrics({name: (1000, 0) for name in names})
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    path: Path = tmp_path_factory.mktemp("font") / "gaiji.ttf"
    builder.save(path)
    return path


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("\ue000", 700),
        ("山\U000e0101", 600),
        ("山\U000e0100", 800),
        ("山\U000e0105", 800),
        ("山", 0),
        ("\ue001", 0),
        ("\ue002", 0),
        ("𠮷", 0),
        ("\U000e0101", 0),
        ("", 0),
    ],
)
def test_rare_characters_are_drawn_from_the_font(text: str, size: int, font: Path) -> None:
    found = census.outlines(font)(text)
    expected = Drawing(f"M0 0V{size}H{size}V0Z", (0, -880, 1000, 1000)) if size else None
    assert found == expected


@pytest.mark.parametrize("path", ["no-such-font.ttf", "pyproject.toml"])
def test_a_font_that_is_none_says_so(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = 6 if path.startswith("no") else 2
    assert run("--layout", "vendor-a/resident", "--out", "o", "--font", ROOT / path) == code
    assert path in capsys.readouterr().err


@pytest.fixture(scope="module")
def sheet_page(font: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a small file with a code of each sort."""
    folder = tmp_path_factory.mktemp("page")
    layout = delimited(folder, "cp932", "  - {name: a}\n  - {name: b}\n")
    (folder / "x.csv").write_bytes(
        bytes.fromhex("F040F0408540FA5CED402C093C623E8E5226410D0A812C0D0A")
    )
    job = Job((str(folder / "x.csv"),))
    made = census.take(layout, "standard", job)
    path = folder / "characters.html"
    path.write_bytes(census.page(made, census.outlines(font)))
    return path


def test_the_page_has_a_row_per_code_and_carries_the_outlines(sheet_page: Path) -> None:
    tree = lxml.html.fromstring(sheet_page.read_bytes())
    rows = tree.xpath("//table[@id='table-codes']/tbody/tr")
    assert [row.get("data-decide") for row in rows[:5]] == [
        *("undecodable", "unassigned", "user-defined", "one-way", "not-holdable"),
    ]
    assert rows[2].xpath(".//path/@d") == ["M0 0V700H700V0Z"]
    assert len(tree.xpath("//td[@class='glyph']/svg")) == 1
    assert [row.xpath("string(td[1])") for row in rows if row.get("data-kind") == "ascii"] == [
        *("&", "<", ">", "A", "b"),
    ]


def test_the_page_needs_nothing_but_itself(sheet_page: Path) -> None:
    text = sheet_page.read_text(encoding="utf-8")
    assert "http:" not in text and "https:" not in text and "url(" not in text
    (policy,) = lxml.html.fromstring(text).xpath("//meta[@http-equiv]/@content")
    assert policy.startswith("default-src 'none'; style-src 'sha256-")


def test_a_page_lists_the_gravest_and_says_how_many_there_are() -> None:
    word = Said("語", "word")
    lines = [
        Line(
            "字", None, "cp932", f"{n:04X}", "U+5B57", ("ascii", word), ("", word), 1, *flags, word
        )
        for n in range(MOST + 1)
        for flags in [(True, True)]
    ]
    made = pages.render(Sheet("1", "x", word, "standard", [("f", 1, "00")], lines)).decode()
    assert made.count("<tr data-decide") == MOST
    assert f"{MOST + 1:,}" in made


@NEEDS_CHROMIUM
def test_the_page_of_characters_works_in_a_browser_and_asks_for_nothing(
    sheet_page: Path, tmp_path: Path
) -> None:
    address = f"{sheet_page.as_uri()}?lang=ja"
    visible = "[...document.querySelectorAll('#table-codes tbody tr')].filter(r => !r.hidden)"
    typed = "form.dispatchEvent(new Event('input'))"
    with page(tmp_path) as browser:
        browser.open(address)
        total = browser.run(f"{visible}.length")
        choose = "const form = document.getElementById('filter'); form.elements.%s.value = '%s';"
        browser.run(f"{{{choose % ('decide', 'user-defined')} {typed}}}")
        assert browser.run(f"{visible}.map(r => r.cells[1].textContent)") == ["F040 cp932"]
        browser.run(f"{{{choose % ('decide', '')} form.elements.text.value = 'FA5C'; {typed}}}")
        assert browser.run(f"{visible}.length") == 1 < total
        assert browser.said == []
        assert browser.asked == [address]
