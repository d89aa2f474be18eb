"""What an unknown file is: every sample is recognised, seeds are layouts that read their file."""

from __future__ import annotations

import io
import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import charset, spec
from converters.cli import main
from converters.kernels import strict
from converters.model import Layout
from converters.pipeline import Job, validate
from converters.sniff import Answer, Candidate, decoding, record, sentences, sniff

SAMPLES = Path(__file__).parent.parent / "samples"
POSTAL = SAMPLES.parent.parent / "shared" / "data" / "SAMPLE_KEN.CSV"
FOLDERS = sorted(
    path.parent
    for path in SAMPLES.glob("*/*/case.toml")
    if "mapping" in tomllib.loads(path.read_text(encoding="utf-8"))
)
NAMES = [folder.relative_to(SAMPLES).as_posix() for folder in FOLDERS]

SPOILED = {
    "hosts/excel": "half of a character behind the last record",
    "hosts/ibm-csv": "a shift that hides delimiters",
    "hosts/jis": "shifts that hide delimiters",
    "host/notice": "a last record that is cut off",
    "host/orders-defects": "a defect of every kind",
    "kokuho/broken-exchange": "rows of several types, of several numbers of columns",
    "kokuho/exchange": "rows of several types, of several numbers of columns",
    "nta/corporations-xml": "facts before the records, and records that are damaged",
    "vendor-a/broken-file": "records of a wrong length on purpose",
    "vendor-a/defects": "a record cut, and one with bytes too many",
    "vendor-b/byte-order-mark": "a mark that no layout of Shift_JIS declares",
    "vendor-b/defects": "a row with a column too many",
    "vendor-b/ragged-rows": "rows of other numbers of columns on purpose",
}
"""Samples that have a finding about the file or a record whatever the layout says, and why."""


CHAINED = ("host/notice-blocks", "host/orders-defects")
"""Samples with a chain that is broken on purpose."""
FEW = ("host/orders", "host/orders-rows", "pension/notice")
"""Too few records for their length to show, or too little text for their charset."""


def input_of(name: str) -> Path:
    [path] = (SAMPLES / name).glob("input.*")
    return path


def answer_of(data: bytes) -> Answer:
    return sniff(io.BytesIO(data), "file")


def layout_of(name: str) -> Layout:
    asked = tomllib.loads((SAMPLES / name / "case.toml").read_text(encoding="utf-8"))
    sides = spec.load_mapping(asked["mapping"])
    return sides.target if asked["back"] else sides.source


def form_of(one: Candidate) -> tuple[object, ...]:
    if one.table is not None:
        return ("delimited", one.table.delimiter, bool(one.table.header), one.table.quote)
    if one.length is None:
        return (one.form,)
    return ("fixed", one.length.length, one.length.terminator)


def declared(layout: Layout) -> tuple[object, ...]:
    if (rows := layout.framing.delimited) is not None:
        return ("delimited", rows.delimiter, rows.header, rows.quote)
    if (sizes := layout.framing.variable) is not None:
        return ("bdw" if sizes.block else sizes.by,)
    if layout.framing.xml is not None:
        return ("xml",)
    assert layout.framing.fixed is not None
    return ("fixed", layout.framing.fixed.length, layout.framing.fixed.terminator)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CHAINED + FEW])
def test_a_sample_is_recognised(name: str) -> None:
    best, layout = answer_of(input_of(name).read_bytes()).candidates[0], layout_of(name)
    assert best.reading.family == decoding.FAMILIES[charset.NAMES[layout.charset]]
    found, expected = form_of(best), declared(layout)
    if expected[0] == "delimited" and expected[3] in ("needed", "text"):
        found, expected = found[:3], expected[:3]
    assert found == expected


@pytest.mark.skipif(not POSTAL.exists(), reason="the public files are not here")
def test_the_postal_codes_are_recognised() -> None:
    best = answer_of(POSTAL.read_bytes()).candidates[0]
    assert best.reading.family == "shift_jis"
    assert form_of(best) == ("delimited", ",", False, "text")
    assert best.table is not None and best.table.columns == 15


LINE = "0001,山田　太郎,ﾔﾏﾀﾞ,東京都千代田区霞が関１の２の３\r\n"
ROWS = "".join(LINE.replace("0001", f"{n:04}") for n in range(40))
FIXED = "".join(f"{n:06}" + "山田　太郎　　　" + "19640701" for n in range(40))


def spelled(name: str, end: str = "\r\n") -> bytes:
    """The rows in a charset, with the line end that is written so in its tables."""
    return charset.write(charset.load(name), ROWS.replace("\r\n", end))


CASES = [
    ("UTF-8 with a mark", b"\xef\xbb\xbf" + ROWS.encode(), "utf-8", "delimited"),
    ("UTF-8 without a mark", ROWS.encode(), "utf-8", "delimited"),
    ("CP932 rows", ROWS.encode("cp932"), "cp932", "delimited"),
    ("EUC rows", ROWS.encode("euc_jp"), "eucjp-ms", "delimited"),
    ("tabs", ROWS.replace(",", "\t").encode("cp932"), "cp932", "delimited"),
    ("JIS with escapes", ROWS.replace("ﾔﾏﾀﾞ", "").encode("iso2022_jp"), "iso-2022-jp", ""),
    ("JIS with katakana", spelled("iso-2022-jp"), "iso-2022-jp", "delimited"),
    ("UTF-16 with a mark", b"\xff\xfe" + ROWS.encode("utf-16le"), "utf-16le", "delimited"),
    ("UTF-16 without a mark", ROWS.encode("utf-16be"), "utf-16be", "delimited"),
    ("rows of IBM", spelled("cp939", "\x85"), "cp939", "delimited"),
    ("rows of IBM with katakana", spelled("cp930", "\x85"), "cp930", "delimited"),
    ("rows of Hitachi", spelled("keis83", "\n"), "keis83", "delimited"),
    ("rows of Fujitsu", spelled("jef"), "jef-ebcdik", "delimited"),
    ("rows of NEC", spelled("jips-e", "\n"), "jips-e", "delimited"),
    ("a file of digits is the narrowest guess", b"12345,6789\r\n" * 20, "cp932", "delimited"),
    ("no line ends in CP932", FIXED.encode("cp932"), "cp932", "fixed"),
    ("no line ends in EUC", FIXED.encode("euc_jp"), "eucjp-ms", "fixed"),
    ("records with RDW", b"\0\x0a\0\0\xf1\xf2\xf3\xf4\xf5\xf6" * 30, "", "rdw"),
    ("blocks with BDW", b"\0\x10\0\0\0\x0c\0\0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8" * 30, "", "bdw"),
]


@pytest.mark.parametrize(
    ("data", "name", "form"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_first_candidate_is_right(data: bytes, name: str, form: str) -> None:
    best = answer_of(data).candidates[0]
    assert name in ("", best.reading.charset)
    assert form in ("", best.form)


def test_a_record_that_ends_inside_a_character_speaks_against_its_charset() -> None:
    lines = ["あ" * 10 + "\r\n"] * 20
    cut = [line.encode("cp932")[:19] + b"\r\n" for line in lines]
    best, whole = (
        next(one for one in answer_of(data).candidates if one.reading.charset == "cp932")
        for data in (b"".join(cut), "".join(lines).encode("cp932"))
    )
    assert (best.cut, best.records) == (20, 20)
    assert (whole.cut, whole.records) == (0, 20)


@pytest.mark.parametrize(
    ("data", "newline", "eof"),
    [
        (b"a\r\nb\r\n\x1a", "crlf", 1),
        (b"a\nb\n", "lf", 0),
        (b"a\nb\r\n", "mixed", 0),
        (b"a\rb\r", "cr", 0),
        (b"ab\x1a\x1a", "none", 2),
    ],
)
def test_line_ends_and_marks_at_the_end_are_counted(data: bytes, newline: str, eof: int) -> None:
    shape = answer_of(data).shape
    assert (shape.newline, shape.eof) == (newline, eof)


def test_the_first_bad_byte_is_named_with_its_offset() -> None:
    data = ROWS.encode("cp932") + b"\xff\r\n"
    [found] = [one for one in answer_of(data).shape.readings if one.charset == "cp932"]
    assert (found.bad, found.first) == (1, len(data) - 3)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in CHAINED])
def test_a_seed_is_a_layout_that_reads_its_file(name: str, tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(answer_of(input_of(name).read_bytes()).layout, encoding="utf-8")
    assert spec.lint([seed]) == ()
    report = validate(Job((str(input_of(name)),), layout=spec.load_layout(str(seed)))).report
    structural = {p["code"] for p in report["problems"] if p["code"][:3] in ("SRC", "REC")}
    assert bool(structural) == (name in SPOILED), structural


WIDE = [
    (b"\xff\xfe" + ROWS.encode("utf-16le"), {"bom": True, "terminator": "crlf"}),
    (ROWS.replace("\r", "").encode("utf-16be"), {"bom": False, "terminator": "lf"}),
    (spelled("cp939", "\x85"), {"terminator": "nl"}),
    (spelled("cp939", "\n"), {"terminator": "lf"}),
    (spelled("keis83"), {"delimiter": ",", "header": False}),
    (spelled("iso-2022-jp"), {"terminator": "crlf"}),
    (spelled("jips-j") + b"\x1a", {"eof": "1a"}),
    (spelled("cp939") + b"\x0e\x41\x00\x0d\x25", {"terminator": "crlf"}),
    (ROWS.encode("utf-16le") + b"\x00\xd8\n\0", {"terminator": "crlf"}),
]


@pytest.mark.parametrize(("data", "framing"), WIDE)
def test_a_seed_of_rows_in_any_charset_is_a_layout_that_reads_them(
    data: bytes, framing: dict[str, object], tmp_path: Path
) -> None:
    seed, path = tmp_path / "seed.yaml", tmp_path / "data"
    seed.write_text(answer_of(data).layout, encoding="utf-8")
    path.write_bytes(data)
    assert spec.lint([seed]) == ()
    layout = spec.load_layout(str(seed))
    found = layout.framing.delimited
    assert found is not None and len(layout.record.fields) == 4
    assert {key: getattr(found, key) for key in framing} == framing
    counts = validate(Job((str(path),), layout=layout)).report["counts"]
    assert counts["read"] - counts["rejected"] == 40


def test_a_mark_at_the_end_that_could_open_a_shift_is_not_bad() -> None:
    for name, data in (
        ("jips-j", spelled("jips-j") + b"\x1a"),
        ("jips-e", spelled("jips-e") + b"?"),
    ):
        [found] = [one for one in answer_of(data).shape.readings if one.charset == name]
        assert found.bad == 0


def test_line_ends_that_are_no_bytes_of_ascii_are_told_with_the_rows() -> None:
    for data in (ROWS.encode("utf-16le"), spelled("cp939", "\x85")):
        first, *_ = sentences(answer_of(data), "en")
        assert "CRLF" not in first
    assert "CRLF 40" in next(sentences(answer_of(ROWS.encode()), "en"))


def words(*sizes: tuple[int, int], endian: str = "big", extra: int = 4) -> bytes:
    """Blocks as (records, bytes of each), all with their words."""
    out = b""
    for count, size in sizes:
        record = (size + extra).to_bytes(2, endian) + bytes(2) + b"\xc1" * size  # type: ignore[arg-type]
        out += (len(record) * count + extra).to_bytes(2, endian) + bytes(2) + record * count  # type: ignore[arg-type]
    return out


@pytest.mark.parametrize(
    "data",
    [
        input_of("host/notice").read_bytes(),
        b"\0\x0a\0\0\xf1\xf2\xf3\xf4\xf5\xf6" * 30,
        b"\x0a\0\0\0\xf1\xf2\xf3\xf4\xf5\xf6" * 30,
        b"\0\x06\0\0\xf1\xf2\xf3\xf4\xf5\xf6" * 30,
        words((3, 20), (2, 31)),
        words((3, 20), (2, 31), endian="little", extra=0),
    ],
    ids=["real", "rdw", "little", "not counted", "bdw", "bdw, little, not counted"],
)
def test_a_seed_of_words_is_a_layout_that_reads_its_file(data: bytes, tmp_path: Path) -> None:
    seed, path = tmp_path / "seed.yaml", tmp_path / "data"
    seed.write_text(answer_of(data).layout, encoding="utf-8")
    path.write_bytes(data)
    assert spec.lint([seed]) == ()
    report = validate(Job((str(path),), layout=spec.load_layout(str(seed)))).report
    found = {p["code"] for p in report["problems"] if p["code"][:3] in ("SRC", "REC")}
    assert found <= {"REC-012"}
    assert report["counts"]["read"] > 4


def decoders(name: str) -> decoding.Strict:
    return next(one for one in decoding.begin(0) if one.script.name == name)


@settings(max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=120), st.integers(1, 7), st.sampled_from(decoding.ORDER))
@pytest.mark.kernels
def test_blocks_of_any_size_read_the_same(data: bytes, size: int, name: str) -> None:
    one, other = decoders(name), decoders(name)
    decoding.feed(one, np.frombuffer(data, np.uint8), True)
    for place in range(0, len(data), size):
        decoding.feed(other, np.frombuffer(data[place : place + size], np.uint8), False)
        other.given_up = False
    decoding.feed(other, np.zeros(0, np.uint8), True)
    assert one.tally.tolist() == other.tally.tolist()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from([b"\x82\xa0", b"\xb1\xb2", b"\x8f\xb0\xa1", b"\x88", b"\xa0", b"5"])),
    st.sampled_from(["cp932", "shift_jis", "shift_jis-2004", "euc-jp", "eucjp-ms"]),
)
@pytest.mark.kernels
def test_a_charset_has_bad_bytes_where_its_own_reader_refuses(
    parts: list[bytes], name: str
) -> None:
    one, data = decoders(name), b"".join(parts)
    decoding.feed(one, np.frombuffer(data, np.uint8), True)
    try:
        charset.read(charset.load(name), data)
        fine = True
    except UnicodeDecodeError:
        fine = False
    assert (int(one.tally[strict.BAD]) == 0) == fine


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40) | st.binary(max_size=40))
@pytest.mark.kernels
def test_utf8_is_bad_where_python_says_so(given_: str | bytes) -> None:
    data = given_ if isinstance(given_, bytes) else given_.encode("utf-8", "surrogatepass")
    one = decoders("utf-8")
    decoding.feed(one, np.frombuffer(data, np.uint8), True)
    try:
        data.decode("utf-8")
        first = -1
    except UnicodeDecodeError as error:
        first = error.start
    assert int(one.tally[strict.FIRST]) == first


TAGS = ("<r>", "<b c='1'>", "</b>", "<b/>", "<a><b>x</b></a>", "x", "<n:d xmlns:n='u\"&amp;'/>")
tags = st.lists(st.sampled_from(TAGS), max_size=9).map(
    lambda all_: ("<r>" + "".join(all_)).encode()
)


@settings(max_examples=80, deadline=None)
@given(
    st.binary(max_size=300)
    | st.text('01,"\t\r\n 山ｱ;|', max_size=200).map(str.encode)
    | st.text('01,"\t\r\n 山ｱ;', max_size=200).map(lambda text: text.encode("utf-16le"))
    | st.text('01,"\t\r\n\x85 山ｱ;', max_size=200).map(
        lambda text: charset.write(charset.load("cp939"), text)
    )
    | tags
)
def test_any_bytes_give_an_answer_in_words_and_a_seed_that_is_clean(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    answer = answer_of(data)
    assert list(sentences(answer, "ja")) and list(sentences(answer, "en"))
    json.dumps(record(answer))
    if answer.layout:
        seed = tmp_path_factory.mktemp("seed") / "seed.yaml"
        seed.write_text(answer.layout, encoding="utf-8")
        assert spec.lint([seed]) == ()


def test_exit_codes_and_the_seed_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seed, empty, noise = tmp_path / "seed.yaml", tmp_path / "empty", tmp_path / "noise"
    empty.write_bytes(b"")
    noise.write_bytes(b"\x00\x01\x02\x03\x04\xff\xfe\xff\xff\x05" * 100)
    given_ = str(input_of("vendor-a/clean"))
    assert main(["sniff", given_, "--seed-out", str(seed)]) == 0
    assert main(["layout", "lint", str(seed)]) == 0
    assert main(["sniff", given_, "--seed-out", str(seed)]) == 2
    assert main(["sniff", str(empty)]) == 2
    assert main(["sniff", str(noise)]) == 3
    assert main(["sniff", str(tmp_path / "none")]) == 6
    capsys.readouterr()
    assert main(["sniff", given_, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["candidates"][0]["charset"] == "cp932"
