"""Tables of gaiji: what is read, what is refused, and that every code comes back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from batches import column, listed
from definitions import unmarked
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import fields, pipeline, scripts, spec, status
from converters.charset import Policy, TableError, gaiji, load, read, write
from converters.errors import DefinitionError
from converters.model import Field, Layout
from converters.pipeline import Job, Outcome

OK, ONE_WAY = status.OK, status.ONE_WAY

TABLES = [
    # name, the table with marks where its problems stand, their codes
    ("nothing", "«", "DEF-002 DEF-002 DEF-002"),
    ("no charset", "«code,unicode\nF040,U+4E00\n", "DEF-002"),
    ("a misspelt column", "«charset,code,unicod\n", "DEF-002"),
    ("an unknown charset", "charset,code,unicode\n«cp923,F040,U+4E00\n", "DEF-002"),
    ("a charset without codes", "charset,code,unicode\n«utf-8,F040,U+4E00\n", "DEF-002"),
    ("single bytes", "charset,code,unicode\n«cp290,F040,U+4E00\n", "DEF-002"),
    ("a code of one byte", "charset,code,unicode\ncp932,«41,U+4E00\n", "DEF-002"),
    ("no hexadecimal code", "charset,code,unicode\ncp932,«F0G0,U+4E00\n", "DEF-002"),
    ("an impossible code", "charset,code,unicode\ncp932,«F03F,U+4E00\n", "DEF-002"),
    ("three bytes elsewhere", "charset,code,unicode\ncp932,«8FF5A1,U+4E00\n", "DEF-002"),
    ("no U+", "charset,code,unicode\ncp932,F040,«4E00\n", "DEF-002"),
    ("half a surrogate pair", "charset,code,unicode\ncp932,F040,«U+D842 U+DFB7\n", "DEF-002"),
    ("a control character", "charset,code,unicode\ncp932,F040,«U+000A\n", "DEF-002"),
    ("too far", "charset,code,unicode\ncp932,F040,«U+110000\n", "DEF-002"),
    ("nine", f"charset,code,unicode\ncp932,F040,«{'U+4E00 ' * 9}\n", "DEF-002"),
    ("no glyph", "charset,code,unicode,mj\ncp932,F040,U+4E00,«MJ1\n", "DEF-002"),
    ("twice", "charset,code,unicode\ncp932,F040,U+4E00\nms932,«f040,U+4E8C\n", "DEF-031"),
    (
        "twice by another name",
        "charset,code,unicode\nkeis83,81A1,U+4E00\nkeis83-ebcdic,«81A1,U+4E8C\n",
        "DEF-031",
    ),
    ("too short", "charset,code,unicode\n«cp932,F040\ncp932,«F0,U+4E00\n", "DEF-002 DEF-002"),
    ("an open quote", 'charset,code,unicode\ncp932,F040,«"U+4E00\n', "DEF-001"),
    (
        "behind quotes and a line break",
        'charset,code,unicode,note\ncp932,F040,U+4E00,"a\nb""c"\n"cp932","F041",«X,"a,b"\n',
        "DEF-002",
    ),
    (
        "all at once",
        "charset,code,unicode,mj\n«cp,F040,«X,«Y\ncp932,F041,«Z,\n",
        "DEF-002 DEF-002 DEF-002 DEF-002",
    ),
]


@pytest.mark.parametrize(("name", "text", "codes"), TABLES, ids=[case[0] for case in TABLES])
def test_every_fault_of_a_table_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, codes: str
) -> None:
    plain, due = unmarked(text, " ".join(codes.split()[: max(text.count("«"), 1)]))
    due = due if text.count("«") > 1 else due * len(codes.split())
    with pytest.raises(DefinitionError) as raised:
        _layout(tmp_path, plain)
    problems = raised.value.problems
    assert [(p.line, p.column, p.code) for p in problems] == due
    assert all(p.path.endswith("gaiji.csv") for p in problems)


def test_a_sheet_of_a_census_is_a_table(tmp_path: Path) -> None:
    text = (
        "\ufeffcount,Charset,CODE,class,unicode,mj,note\r\n"
        '12,cp932,F040,gaiji,U+FA47,MJ030268,"漢, ""not"" 漢"\r\n'
        "7,cp932,F041,gaiji,,,nobody knows\r\n"
        "9,cp932,41,latin,,,\r\n"
    )
    characters = _layout(tmp_path, text).characters
    assert characters is not None
    assert characters.gaiji == {"cp932:F040": "U+FA47 MJ030268"}


DECISIONS = [
    ("a table that is not there", "{gaiji: «no.csv}", "DEF-020"),
    ("no substitute", "«{unmapped: substitute}", "DEF-002"),
    ("a substitute for nothing", "{«substitute: 〓}", "DEF-003"),
    ("a long substitute", "{unmapped: substitute, substitute: «〓〓}", "DEF-002"),
    ("no character", "{unmapped: substitute, substitute: «𠮷}", "DEF-002"),
    ("another word", "{unmapped: «drop}", "DEF-002"),
]


@pytest.mark.parametrize(("name", "text", "codes"), DECISIONS, ids=[c[0] for c in DECISIONS])
def test_a_decision_that_cannot_be_meant_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, codes: str
) -> None:
    whole = LAYOUT.format(charset="cp932", characters=text)
    plain, due = unmarked(whole, codes)
    (tmp_path / "x.yaml").write_text(plain, encoding="utf-8")
    assert [(p.line, p.column, p.code) for p in spec.lint([tmp_path / "x.yaml"])] == due


def test_a_substitute_needs_codes_to_stand_for() -> None:
    with pytest.raises(DefinitionError) as raised:
        _decided("utf-8", "unmapped: substitute, substitute: 〓")
    assert [p.code for p in raised.value.problems] == ["DEF-050"]


@pytest.mark.parametrize("entry", ["F040", "cp932:F040", "cp932:F040 4E00", "cp93:F040 U+4E00"])
def test_an_entry_that_stands_in_the_layout_itself_is_checked(entry: str) -> None:
    with pytest.raises(TableError):
        load("cp932", Policy(), "", entry)
    code, _, text = entry.partition(" ")
    with pytest.raises(DefinitionError) as raised:
        _decided("cp932", f'gaiji: {{"{code}": "{text}"}}')
    assert [p.code for p in raised.value.problems] == ["DEF-020"]


CASES = [
    # name, charset, gaiji, field, bytes, text, outcome, bytes it returns to
    ("base and selector", "cp932", "F040 U+9089 U+E0110", "F040", "邉󠄐", OK, "F040"),
    ("plane 2", "cp932", "F040 U+20BB7", "96EC F040", "野𠮷", OK, "96EC F040"),
    ("plane 16", "cp932", "F040 U+100001", "F040", "\U00100001", OK, "F040"),
    ("three code points", "cp932", "F040 U+304B U+3099 U+309A", "F040", "が゚", OK, "F040"),
    (
        "five code points",
        "keis83",
        "81A1 U+682A U+5F0F U+4F1A U+793E U+FF0E",
        "0A42 81A1 BBB3 0A41",
        "株式会社．山",
        OK,
        "0A42 81A1 BBB3 0A41",
    ),
    (
        "one begins like the other",
        "cp932",
        "F040 U+9089 U+E0110|F041 U+9089 U+E0110 U+E0111|F042 U+9089 U+E0111",
        "F042F041F040E7B3",
        "邉󠄑邉󠄐󠄑邉󠄐邉",
        OK,
        "F042F041F040E7B3",
    ),
    ("other charsets", "cp932", "F040 U+9089|81A1 U+4E00", "F041", "\ue001", status.GAIJI, "F041"),
    ("a code already", "cp932", "F040 U+9089", "F040", "邉", ONE_WAY, "E7B3"),
    ("two of one", "cp932", "F041 U+20BB7|F040 U+20BB7", "F040F041", "𠮷𠮷", ONE_WAY, "F041F041"),
    ("private still", "cp932", "F040 U+E100", "F040", "\ue100", status.GAIJI, None),
    ("in place of another", "cp932", "FA5C U+20BB7", "FA5C", "𠮷", OK, "FA5C"),
    ("eucJP-ms", "eucjp-ms", "8FF5A1 U+20BB7 U+E0100", "8FF5A1", "𠮷󠄀", OK, "8FF5A1"),
    ("JEF", "jef-ebcdic", "80A1 U+20BB7", "28 80A1 29", "𠮷", OK, "28 80A1 29"),
    ("CP930", "cp930", "6941 U+20BB7", "0E 6941 0F", "𠮷", OK, "0E 6941 0F"),
    ("JIPS(J)", "jips-j", "7421 U+20BB7", "1A70 7421 1A71", "𠮷", OK, "1A70 7421 1A71"),
    ("ISO-2022-JP", "iso-2022-jp", "7E7E U+20BB7", "1B2442 7E7E 1B2842", "𠮷", OK, None),
]


@pytest.mark.parametrize(
    ("name", "charset", "table", "code", "text", "outcome", "back"),
    CASES,
    ids=[c[0] for c in CASES],
)
def test_a_gaiji_is_read_and_written(
    name: str, charset: str, table: str, code: str, text: str, outcome: int, back: str | None
) -> None:
    of = _decided(charset, _inline(charset, table))
    assert _read(of, [_bytes(code)]) == [(text, outcome)]
    if back is not None:
        assert _written(of, [text]) == [(_bytes(back), OK)]
    script = scripts.of(of)
    assert read(script, _bytes(code)) == text
    assert back is None or write(script, text) == _bytes(back)


@pytest.mark.parametrize("charset", ["cp930", "cp939", "cp300"])
def test_charsets_with_the_same_double_bytes_share_a_table(charset: str) -> None:
    script = load(charset, Policy(), "", f"{gaiji.read_set('cp939')}:6941 U+20BB7")
    assert write(script, "𠮷").strip(b"\x0e\x0f").hex() == "6941"


UNMAPPED = [
    # name, charset, decision, field, bytes, text, outcome
    ("kept", "cp932", "keep", "mixed", "F041", "\ue001", status.GAIJI),
    ("read as another", "cp932", "substitute", "mixed", "8E52F041", "山〓", status.GAIJI_REPLACED),
    ("refused", "cp932", "reject", "mixed", "F041", "\ue001", status.GAIJI_REFUSED),
    ("identified", "cp932", "reject", "mixed", "F040", "𠮷", OK),
    ("a host's", "keis83", "substitute", "wide", "81A2", "〓", status.GAIJI_REPLACED),
    ("a host's refused", "keis83", "reject", "wide", "81A2", "\ue001", status.GAIJI_REFUSED),
    ("in UTF-8", "utf-8", "reject", "mixed", "EE8081", "\ue001", status.GAIJI_REFUSED),
    ("in UTF-16", "utf-16be", "reject", "mixed", "E001", "\ue001", status.GAIJI_REFUSED),
    # A fault that a layout may forgive must not hide a gaiji that is replaced.
    ("a class as well", "cp932", "substitute", "kana", "F041", "〓", status.GAIJI_REFUSED),
    ("a class, no gaiji", "cp932", "substitute", "kana", "8E52", "山", status.CHARACTER_CLASS),
    ("a control as well", "cp932", "substitute", "mixed", "F04107", "〓\a", status.GAIJI_REFUSED),
    ("a class, kept", "cp932", "keep", "kana", "F041", "\ue001", status.CHARACTER_CLASS),
]


@pytest.mark.parametrize(
    ("name", "charset", "decision", "kind", "code", "text", "outcome"),
    UNMAPPED,
    ids=[c[0] for c in UNMAPPED],
)
def test_a_gaiji_that_nobody_has_identified_is_treated_as_the_layout_says(
    name: str, charset: str, decision: str, kind: str, code: str, text: str, outcome: int
) -> None:
    table = {"cp932": "F040 U+20BB7", "keis83": "81A1 U+20BB7"}.get(charset, "")
    more = ", substitute: 〓" if decision == "substitute" else ""
    table = f"{_inline(charset, table)}, " if table else ""
    of = _decided(charset, f"{table}unmapped: {decision}{more}", kind=kind, shifts="absent")
    assert _read(of, [_bytes(code)]) == [(text, outcome)]


CODES = {
    "cp300": range(0x6941, 0x69FF),
    "cp932": range(0xF040, 0xF07F),
    "eucjp-ms": range(0xF5A1, 0xF5FF),
    "keis83": range(0x81A1, 0x81FF),
    "shift_jis-2004": range(0xF040, 0xF07F),
}
PLACES = st.sampled_from([0x28, 0x41, 0x304B, 0x4E00, 0x9089, 0x20BB7, 0x100001, 0xE0110, 0xE0111])
TEXTS = st.lists(PLACES, min_size=1, max_size=8).map(lambda points: "".join(map(chr, points)))


@settings(max_examples=40)
@given(
    st.sampled_from(sorted(CODES)),
    st.lists(TEXTS, min_size=1, max_size=20, unique=True),
    st.lists(st.integers(0, 19), max_size=9),
)
def test_every_code_of_any_table_returns_and_any_text_is_read_as_it_was_written(
    charset: str, texts: list[str], picked: list[int]
) -> None:
    table = dict(zip(CODES[charset], texts, strict=False))
    lines = [_line(charset, code, text) for code, text in table.items()]
    script = load(charset, Policy(), "", "\n".join(lines))
    of = _decided(charset, f"gaiji: {{{', '.join(_pair(line) for line in lines)}}}", bytes=22)
    shipped = load(charset)
    for code, text in table.items():
        data = _between_shifts(charset, code.to_bytes(2, "big"))
        assert read(script, data) == text
        assert (write(script, text) == data) == (not _writes(shipped, text)), text
    chosen = [list(table)[place % len(table)] for place in picked] or [next(iter(table))]
    value = _between_shifts(charset, b"".join(code.to_bytes(2, "big") for code in chosen))
    [(found, _)] = _read(of, [value])
    assert found == "".join(table[code] for code in chosen)
    [(data, outcome)] = _written(of, [found])
    if outcome == status.UNMAPPABLE:
        # The longest character is taken first: of X, XX and XY the text X·XY becomes XX and Y.
        with pytest.raises(UnicodeEncodeError):
            write(script, found)
    else:
        assert outcome == OK and read(script, data) == found
        assert data == write(script, found)


def _between_shifts(charset: str, data: bytes) -> bytes:
    return b"\x0a\x42" + data + b"\x0a\x41" if charset == "keis83" else data


def _writes(script: Any, text: str) -> bool:
    """Whether a text is one code point, and the shipped codes have it."""
    try:
        return bool(write(script, text)) and len(text) == 1
    except UnicodeEncodeError:
        return False


def test_a_keis_file_with_3000_gaiji_is_mapped_whole_and_returns_byte_by_byte(
    tmp_path: Path,
) -> None:
    codes = [lead << 8 | trail for lead in range(0x81, 0xA1) for trail in range(0xA1, 0xFF)][:3000]
    texts = [_identified(place) for place in range(3000)]
    lines = [f"keis83,{code:04X},{_spelled(text)}" for code, text in zip(codes, texts, strict=True)]
    folder = _folder(tmp_path, "charset,code,unicode\n" + "\n".join(lines))
    names = [code.to_bytes(2, "big") for code in codes]
    rows = [b"%06d" % n for n in range(3000)]
    rows = [bytes(byte + 0xC0 for byte in row) for row in rows]
    data = b"".join(
        row + (name + b"\xbb\xb3").ljust(20, b"\x40") for row, name in zip(rows, names, strict=True)
    )
    there = _convert(folder, data, tmp_path / "there")
    assert (there.exit_code, there.report["problems"]) == (0, [])
    frame = pl.read_csv(tmp_path / "there" / "in.csv", schema_overrides={"番号": pl.String})
    assert frame["氏名"].to_list() == [text + "山" for text in texts]
    standard = (tmp_path / "there" / "in.csv").read_bytes()
    back = _convert(folder, standard, tmp_path / "back", "in.csv", back=True)
    assert back.exit_code == 0
    assert (tmp_path / "back" / "in.dat").read_bytes() == data


def test_a_finding_about_a_gaiji_shows_record_offset_and_code_and_the_residual_brings_it_back(
    tmp_path: Path,
) -> None:
    folder = _folder(
        tmp_path,
        "charset,code,unicode\nkeis83,81A1,U+20BB7\n",
        "unmapped: substitute, substitute: 〓",
    )
    rows = [b"\xf1" * 6 + _bytes(name).ljust(20, b"\x40") for name in ("81A1", "BBB381A2", "BBB3")]
    out = tmp_path / "there"
    there = _convert(folder, b"".join(rows), out, keep_residual=True)
    assert there.exit_code == 0
    found = pl.read_parquet(out / "findings.parquet")
    assert found.select("record", "offset", "field", "code", "value").rows() == [
        (2, 32, "氏名", "FLD-018", "漢<81A2>")
    ]
    assert "〓" in (out / "in.csv").read_text(encoding="utf-8")
    back = _convert(
        folder, (out / "in.csv").read_bytes(), tmp_path / "back", "in.csv", back=True, residual=out
    )
    assert back.exit_code == 0
    assert (tmp_path / "back" / "in.dat").read_bytes() == b"".join(rows)


def test_a_rejected_gaiji_sets_its_record_aside(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "charset,code,unicode\n", "unmapped: reject")
    rows = [b"\xf1" * 6 + _bytes(name).ljust(20, b"\x40") for name in ("81A1", "BBB3")]
    there = _convert(folder, b"".join(rows), tmp_path / "there")
    assert there.exit_code == 3
    assert (tmp_path / "there" / "rejects" / "in.dat").read_bytes() == rows[0]


LAYOUT = """\
kind: layout
format: 1
id: x
charset: {charset}
characters: {characters}
framing: {{fixed: {{length: 20, terminator: none}}}}
records:
  - fields:
      - {{name: a, bytes: 20, kind: mixed}}
"""

CITY = {
    "city/keis.yaml": """\
kind: layout
format: 1
id: city/keis
charset: keis83
characters: {{gaiji: gaiji.csv{more}}}
framing: {{fixed: {{length: 26, terminator: none}}}}
records:
  - fields:
      - {{name: 番号, bytes: 6, kind: digits}}
      - {{name: 氏名, bytes: 20, kind: wide, shifts: absent}}
""",
    "city/csv.yaml": """\
kind: layout
format: 1
id: city/csv
charset: utf-8
framing: {{delimited: {{header: true}}}}
records:
  - fields:
      - {{name: 番号, chars: 6, kind: digits}}
      - {{name: 氏名, chars: 80, kind: wide}}
""",
    "city/to.yaml": """\
kind: mapping
format: 1
id: city/to
source: city/keis
target: city/csv
rules:
  - {{to: 番号, from: 番号}}
  - {{to: 氏名, from: 氏名}}
""",
}


def _folder(place: Path, table: str, more: str = "") -> Path:
    """A search folder with a mapping whose source has this table of gaiji."""
    for name, text in CITY.items():
        path = place / "layouts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.format(more=f", {more}" if more else ""), encoding="utf-8")
    (place / "layouts" / "city" / "gaiji.csv").write_text(table, encoding="utf-8")
    return place / "layouts"


def _convert(folder: Path, data: bytes, out: Path, name: str = "in.dat", **more: Any) -> Outcome:
    path = out.with_suffix(".in") / name
    path.parent.mkdir()
    path.write_bytes(data)
    mapping = spec.load_mapping("city/to", (folder,))
    return pipeline.convert(Job((str(path),), mapping=mapping, out=out, **more))


def _identified(place: int) -> str:
    """Base and selector, plane 2, plane 16, three code points: one after the other."""
    kinds = [chr(0x4E00 + place) + "\U000e0100", chr(0x20000 + place), chr(0x100000 + place)]
    return [*kinds, chr(0x4E00 + place) + "゙゚"][place % 4]


def _spelled(text: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in text)


def _line(charset: str, code: int, text: str) -> str:
    return f"{gaiji.key(gaiji.read_set(charset), code)} {_spelled(text)}"


def _pair(line: str) -> str:
    code, _, text = line.partition(" ")
    return f'"{code}": "{text}"'


def _inline(charset: str, table: str) -> str:
    """`F040 U+4E00|F041 …` as a key of `characters`."""
    codes = gaiji.read_set(charset)
    return f"gaiji: {{{', '.join(_pair(f'{codes}:{line}') for line in table.split('|'))}}}"


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text)


def _layout(folder: Path, table: str) -> Layout:
    """A layout with this table of gaiji beside it."""
    (folder / "gaiji.csv").write_text(table, encoding="utf-8", newline="")
    whole = LAYOUT.format(charset="cp932", characters="{gaiji: gaiji.csv}")
    (folder / "x.yaml").write_text(whole, encoding="utf-8")
    return spec.load_layout(str(folder / "x.yaml"))


def _decided(charset: str, characters: str, **options: Any) -> Layout:
    """A layout of one field with these decisions."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.yaml")
        text = LAYOUT.format(charset=charset, characters=f"{{{characters}}}")
        path.write_text(text, encoding="utf-8")
        layout = spec.load_layout(str(path))
    options = {"name": "a", "bytes": 20, "kind": "mixed", **options}
    if charset in ("cp932", "utf-8", "utf-16be"):
        options.pop("shifts", None)
    record = layout.record.model_copy(update={"fields": (Field.model_validate(options),)})
    return layout.model_copy(update={"records": (record,)})


def _read(of: Layout, values: list[bytes]) -> list[tuple[Any, int]]:
    """What the field holds, and the outcomes."""
    [(_, _, decode, _)] = fields.compile(of).values
    sizes = np.array([len(value) for value in values], np.int64)
    stop = np.cumsum(sizes)
    data = np.frombuffer(b"".join(values) + bytes(16), np.uint8)
    found, outcomes = decode(data, stop - sizes, stop, {})
    return list(zip(listed(found), outcomes.tolist(), strict=True))


def _written(of: Layout, values: list[str]) -> list[tuple[bytes, int]]:
    """What is written of texts, and the outcomes."""
    [(_, _, _, encode)] = fields.compile(of).values
    texts, outcomes = encode(column([*values]), {})
    return [(texts.value(row), int(outcome)) for row, outcome in enumerate(outcomes)]
