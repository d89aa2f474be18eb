"""Law 2: every code of every table comes back, or stands among the named one-way codes."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest

from converters import charset as cells
from converters.charset import ABSENT, NAMES, Charset, load, read, write

CP932, SHIFT_JIS = load("cp932"), load("shift_jis")
NEC_SELECTED = {*range(0xED00, 0xEF00)}
ONE_WAY_IBM = {*range(0xFA4A, 0xFA55), 0xFA58, 0xFA59, 0xFA5A, 0xFA5B}
ONE_WAY_ROW_13 = {0x8790, 0x8791, 0x8792, 0x8795, 0x8796, 0x8797, 0x879A, 0x879B, 0x879C}


def codes(charset: Charset) -> list[bytes]:
    """Every code the charset reads."""
    single = [bytes([byte]) for byte in range(256) if charset.single[byte] > cells.LEAD]
    double = [int(code).to_bytes(2, "big") for code in np.flatnonzero(charset.double)]
    return single + double


def test_the_tables_have_the_counted_cells() -> None:
    assert np.count_nonzero(CP932.double) == 9604
    assert np.count_nonzero(SHIFT_JIS.double) == 6879
    assert np.count_nonzero(CP932.encode != ABSENT) == 9206 + 128 + 63


@pytest.mark.parametrize("charset", [CP932, SHIFT_JIS], ids=lambda charset: charset.name)
def test_every_code_returns_or_is_one_way(charset: Charset) -> None:
    one_way = {code for code in codes(charset) if write(charset, read(charset, code)) != code}
    marked = {
        int(code).to_bytes(2, "big")
        for code in np.flatnonzero(charset.double & np.uint32(cells.ONE_WAY))
    }
    assert one_way == marked


def test_the_one_way_codes_of_cp932_are_the_named_398() -> None:
    one_way = set(np.flatnonzero(CP932.double & np.uint32(cells.ONE_WAY)).tolist())
    selected = one_way & NEC_SELECTED
    assert len(one_way) == 398
    assert len(selected) == 374
    assert one_way - selected == {
        code for code in one_way if code in ONE_WAY_ROW_13 or 0xFA00 <= code <= 0xFC4B
    }
    assert len(one_way & ONE_WAY_ROW_13) == 9
    assert len(one_way - selected - ONE_WAY_ROW_13) == 15
    assert not len(np.flatnonzero(SHIFT_JIS.double & np.uint32(cells.ONE_WAY)))


@pytest.mark.parametrize(
    ("character", "code"),
    [
        ("髙", "FBFC"),
        ("﨑", "FAB1"),
        ("ⅰ", "FA40"),
        ("纊", "FA5C"),
        ("Ⅰ", "8754"),
        ("№", "8782"),
        ("㈱", "878A"),
        ("∵", "81E6"),
        ("￢", "81CA"),
        ("～", "8160"),
        ("－", "817C"),
        ("\ue000", "F040"),
        ("\ue757", "F9FC"),
        ("ｱ", "B1"),
        ("\\", "5C"),
        ("~", "7E"),
    ],
)
def test_cp932_writes_what_windows_writes(character: str, code: str) -> None:
    assert write(CP932, character) == bytes.fromhex(code)


@pytest.mark.parametrize(
    "data", [b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff", b"\x81", b"\x81\xad"]
)
def test_what_is_no_character_is_refused(data: bytes) -> None:
    with pytest.raises(UnicodeDecodeError):
        read(CP932, data)


@pytest.mark.parametrize("character", ["〜", "−", "‖", "¢", "£", "¬", "¥", "𠮷", "邉󠄐", "é"])
def test_what_has_no_code_is_refused(character: str) -> None:
    with pytest.raises(UnicodeEncodeError):
        write(CP932, character)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_leads_to_a_charset(name: str) -> None:
    assert load(name.upper()).name == NAMES[name]


@pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")
@pytest.mark.parametrize(
    ("charset", "theirs", "differences"),
    [
        (CP932, "CP932", {}),
        # glibc's SJIS has the yen sign and the overline where JIS X 0201 has them.
        (SHIFT_JIS, "SJIS", {b"\x5c": "¥", b"\x7e": "‾"}),
    ],
    ids=["cp932", "shift_jis"],
)
def test_iconv_reads_the_same_characters(
    charset: Charset, theirs: str, differences: dict[bytes, str]
) -> None:
    lines = [code for code in codes(charset) if code != b"\n"]
    done = subprocess.run(
        ["iconv", "-f", theirs, "-t", "UTF-8"],
        input=b"\n".join(lines),
        capture_output=True,
        check=True,
    )
    found = dict(zip(lines, done.stdout.decode().split("\n"), strict=True))
    ours = {code: read(charset, code) for code in lines}
    assert {code: text for code, text in found.items() if ours[code] != text} == differences


@pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")
def test_iconv_writes_the_same_codes() -> None:
    points = [int(point) for point in np.flatnonzero(CP932.encode != ABSENT) if point != 10]
    text = "\n".join(map(chr, points))
    done = subprocess.run(
        ["iconv", "-f", "UTF-8", "-t", "CP932"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    ours = [write(CP932, chr(point)) for point in points]
    assert done.stdout.split(b"\n") == ours
