"""Every shipped table: its counts, and law 2 for each of its codes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from converters import charset as cells
from converters.charset import NAMES, Charset, Policy, TableError, load, read, write

TABLES = sorted({name for name in NAMES.values() if not name.startswith("utf-")})


def opened(charset: Charset, state: int) -> bytes:
    """What brings a value into a state; nothing for the one it begins in."""
    for mark, size, leads_to in charset.shifts.marks.tolist():
        if leads_to == state != charset.shifts.initial:
            return int(mark).to_bytes(size, "little")
    return b""


def single_codes(charset: Charset) -> list[tuple[int, bytes]]:
    """Every code of one byte with its state. Bytes that open a shift code are not among them."""
    count = charset.shifts.double if charset.structure == "shifted" else 1
    cells_of = charset.single.reshape(-1, 256)[:count]
    special = (cells.UNDEFINED, cells.LEAD, cells.LEAD3, cells.SHIFT)
    states, codes = np.nonzero(~np.isin(cells_of, special))
    return [(state, bytes([code])) for state, code in zip(states.tolist(), codes, strict=True)]


def long_codes(charset: Charset) -> list[tuple[int, bytes]]:
    """Every code of two or three bytes with its state."""
    state = charset.shifts.double if charset.structure == "shifted" else 0
    double = [(state, int(code).to_bytes(2, "big")) for code in np.flatnonzero(charset.double)]
    triple = [b"\x8f" + int(code).to_bytes(2, "big") for code in np.flatnonzero(charset.triple)]
    return double + [(0, code) for code in triple]


def alone(charset: Charset, state: int, code: bytes) -> bytes:
    """One code as a whole value."""
    before = opened(charset, state)
    return before + code + (opened_back(charset) if before else b"")


def opened_back(charset: Charset) -> bytes:
    """What brings a value back into its first state."""
    for mark, size, leads_to in charset.shifts.marks.tolist():
        if leads_to == charset.shifts.initial:
            return int(mark).to_bytes(size, "little")
    return b""


@pytest.mark.parametrize("name", TABLES)
def test_every_code_returns_or_is_marked_one_way(name: str) -> None:
    charset = load(name)
    values = [alone(charset, *code) for code in single_codes(charset) + long_codes(charset)]
    lost = {value for value in values if write(charset, read(charset, value)) != value}
    marked = set()
    for state, code in single_codes(charset) + long_codes(charset):
        table = {1: charset.single[256 * state :], 2: charset.double, 3: charset.triple}[len(code)]
        if table[int.from_bytes(code[-2:], "big")] & np.uint32(cells.ONE_WAY):
            marked.add(alone(charset, state, code))
    assert lost == marked


ONE_WAY = {
    "cp1390": {"42E1"},  # € of CP16684: the single byte E1 is written
    "cp1399": {"42E1"},
    "jef-ebcdic": {"A1A1"},  # the other full-width space
    "jef-ebcdik": {"A1A1"},
    "jef-jis8": {"A1A1"},
    "keis78": {"A1A1"},
    "keis78-ebcdic": {"A1A1"},
    "keis83": {"A1A1"},
    "keis83-ebcdic": {"A1A1"},
}
"""Two-byte codes that are read and never written, CP932's 398 and eucJP-ms's aside."""


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("cp932", "eucjp-ms")])
def test_the_one_way_codes_are_the_named_ones(name: str) -> None:
    found = np.flatnonzero(load(name).double & np.uint32(cells.ONE_WAY))
    assert {f"{code:04X}" for code in found} == ONE_WAY.get(name, set())


ALSO_0212 = (0xA2B7, 0xA2F1)
"""～ and № of JIS X 0212, which have codes of two bytes too."""


def test_eucjp_ms_writes_row_13_and_jis_before_ibm_extensions() -> None:
    charset = load("eucjp-ms")
    double = np.flatnonzero(charset.double & np.uint32(cells.ONE_WAY))
    triple = np.flatnonzero(charset.triple & np.uint32(cells.ONE_WAY))
    assert {code >> 8 for code in double.tolist()} == {0xAD}
    assert {code >> 8 for code in triple.tolist() if code not in ALSO_0212} <= {0xF3, 0xF4}
    assert (len(double), len(triple)) == (9, 15)


@pytest.mark.parametrize(
    ("name", "double", "triple", "pairs"),
    [
        ("cp16684", 22_102, 0, 25),
        ("cp300", 11_635, 0, 0),
        ("cp932", 9_604, 0, 0),
        ("euc-jp", 6_879 + 63, 6_067, 0),
        ("eucjp-ms", 7_902 + 63, 7_113, 0),
        ("iso-2022-jp", 6_879, 0, 0),
        ("shift_jis", 6_879, 0, 0),
        ("shift_jis-2004", 11_233, 0, 25),
    ],
)
def test_the_tables_have_the_counted_codes(name: str, double: int, triple: int, pairs: int) -> None:
    charset = load(name)
    assert np.count_nonzero(charset.double) == double
    assert np.count_nonzero(charset.triple) == triple
    assert len(charset.sequences) == pairs


@pytest.mark.parametrize(
    ("name", "cells_", "first", "last"),
    [
        ("cp932", 1_880, "F040", "F9FC"),
        ("cp300", 4_370, "6941", "7FFE"),
        ("cp16684", 6_205, "6941", "89BD"),
        ("jef-ebcdik", 3_102, "80A1", "A0FE"),
        ("keis78", 3_008, "81A1", "A0FE"),
        ("keis83", 3_008, "81A1", "A0FE"),
        ("jips-j", 1_034 + 2_914, "7421", "FEFE"),
        ("eucjp-ms", 940, "F5A1", "FEFE"),
    ],
)
def test_user_defined_areas_have_the_counted_cells(
    name: str, cells_: int, first: str, last: str
) -> None:
    codes = np.flatnonzero(load(name).double & np.uint32(cells.GAIJI))
    assert (len(codes), f"{codes[0]:04X}", f"{codes[-1]:04X}") == (cells_, first, last)


def test_jips_e_is_jips_j_byte_by_byte() -> None:
    one, other = load("jips-j"), load("jips-e")
    assert np.count_nonzero(one.double) == np.count_nonzero(other.double)
    assert write(other, "山　\ue40a").hex() == "3f75" + "5ef3" + "4f4f" + "b842" + "3f76"
    assert write(one, "山　\ue40a").hex() == "1a70" + "3b33" + "2121" + "e0a1" + "1a71"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("cp930", "ｱa", "8162"),
        ("cp939", "髙a", "0E67 6B0F81".replace(" ", "")),
        ("cp1399", "か゚", "0EECB50F"),
        ("cp300", "　", "4040"),
        ("eucjp-ms", "①髙ｱ", "ADA18FF4FB8EB1"),
        ("iso-2022-jp", "山A", "1B2442 3B33 1B2842 41".replace(" ", "")),
        ("jef", "山A", "28BBB329C1"),
        ("jef-jis8", "山A", "1B6DBBB31B6E41"),
        ("keis83", "山a", "0A42BBB30A4159"),
        ("shift_jis-2004", "か゚𠂉", "82F5F040"),
        ("utf-16be", "山", "5C71"),
        ("utf-16le", "山", "715C"),
    ],
)
def test_texts_are_written_with_their_shift_codes(name: str, text: str, code: str) -> None:
    charset = load(name)
    assert write(charset, text).hex().upper() == code
    assert read(charset, bytes.fromhex(code)) == text


@pytest.mark.parametrize("mark", ["28", "38", "30E2"])
def test_jef_reads_all_three_kanji_in_codes(mark: str) -> None:
    assert read(load("jef"), bytes.fromhex(mark + "BBB329")) == "山"


def test_the_22_pairs_are_read_by_glyph_or_by_position() -> None:
    code = bytes.fromhex("28B0B3F2CD29")
    assert read(load("jef"), code) == "鰺鯵"
    assert read(load("jef", Policy(kanji78="position")), code) == "鯵鰺"
    glyph, place = load("keis78"), load("keis78", Policy(kanji78="position"))
    assert np.count_nonzero(glyph.double != place.double) == 44


@pytest.mark.parametrize(
    ("name", "decided", "code", "text"),
    [
        ("cp932", {"waves": "jis"}, "8160817C", "〜−"),
        ("eucjp-ms", {"waves": "jis"}, "A1C1A1DD", "〜−"),
        ("euc-jp", {"waves": "microsoft"}, "A1C1A1DD", "～－"),
        ("cp932", {"backslash": "yen"}, "5C", "¥"),
        ("cp932", {"tilde": "overline"}, "7E", "‾"),
        ("jef", {"tilde": "tilde"}, "A1", "~"),
        ("cp932", {"prefer": "nec"}, "EEE0", "髙"),
        ("cp932", {"strays": "keep"}, "80A0FDFEFF", "\x80\uf8f0\uf8f1\uf8f2\uf8f3"),
        ("cp932", {"controls": "keep"}, "0941", "\tA"),
    ],
)
def test_a_decision_holds_in_both_directions(
    name: str, decided: dict[str, str], code: str, text: str
) -> None:
    charset = load(name, Policy(**decided))  # type: ignore[arg-type]
    assert read(charset, bytes.fromhex(code)) == text
    assert write(charset, text) == bytes.fromhex(code)


def test_what_a_decision_takes_away_has_no_code() -> None:
    with pytest.raises(UnicodeEncodeError):
        write(load("cp932", Policy(waves="jis")), "～")
    with pytest.raises(UnicodeEncodeError):
        write(load("cp932", Policy(backslash="yen")), "\\")
    with pytest.raises(UnicodeDecodeError):
        read(load("cp932", Policy(controls="refuse")), b"\t")
    assert read(load("cp932", Policy(nul="space")), b"\0A") == " A"
    assert read(load("keis83", Policy(blanks="narrow")), bytes.fromhex("0A4240400A41")) == "  "


def test_under_the_nec_preference_398_other_codes_are_one_way() -> None:
    found = np.flatnonzero(load("cp932", Policy(prefer="nec")).double & np.uint32(cells.ONE_WAY))
    leads = [code >> 8 for code in found.tolist()]
    assert len(leads) == 398
    assert (sum(lead >= 0xFA for lead in leads), leads.count(0x87), leads.count(0xEE)) == (
        388,
        9,
        1,
    )


USER_TABLES = {
    "a.csv": "code,unicode,options\n41A1,9089 E0110\n80A1,U+2000B,decode_only # seen once\n",
    "a.json": '[{"code": "41A1", "unicode": "9089_E0110", "options": []},'
    ' {"jef": "80A1", "unicode": "2000B", "options": ["decode_only"]}]',
    "a.txt": "41A1 9089_E0110\n80A1 2000B decode_only\n",
}


@pytest.mark.parametrize("name", sorted(USER_TABLES))
def test_a_users_table_goes_before_ours(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(USER_TABLES[name], encoding="utf-8")
    charset = load("jef", Policy(), str(tmp_path / name))
    assert read(charset, bytes.fromhex("2841A180A180A2BBB329")) == "邉󠄐𠀋\ue001山"
    assert write(charset, "邉󠄐山").hex() == "2841a1bbb329"
    with pytest.raises(UnicodeEncodeError):
        write(charset, "𠀋")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[1]",
        "[{",
        "41A1,\n",
        f"41A1,9089{9 * ' 3099'}\n",
        "41A1,D842\n",
        "zz,9089\nyy,1\n",
    ],
)
def test_a_table_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "x").write_text(text, encoding="utf-8")
    with pytest.raises(TableError):
        load("jef", Policy(), str(tmp_path / "x"))
