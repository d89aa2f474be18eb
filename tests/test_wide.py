"""Delimited files whose delimiters are no single ASCII bytes: UTF-16, shift codes, EBCDIC."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reference_forms import delimited_columns, delimited_records
from test_delimited import cells
from test_fixed import array, chunk, records, streamed, texts

from converters import forms, generate, pipeline, sorting, spec, status
from converters.charset import load, read, write
from converters.forms.delimited import Delimited
from converters.forms.framing import Beginning, FileProblem
from converters.model import Layout
from converters.pipeline import Job

UNITS = ("utf-16le", "utf-16be")
EBCDIC = (
    *("cp930", "cp939", "cp1390", "cp1399", "cp290", "cp1027", "cp037"),
    *("jef-ebcdik", "jef-ebcdic", "keis78", "keis78-ebcdic", "keis83", "keis83-ebcdic", "jips-e"),
)
JIS = ("iso-2022-jp", "jef-jis8", "jips-j")
WIDE = (*UNITS, *EBCDIC, *JIS)
SHIFTED = [name for name in WIDE if len(load(name).shifts.marks)]
RAGGED, UNCLOSED, BLANK = 3, 4, 5
FEW = settings(max_examples=15)


def layout(charset: str, *fields: dict[str, Any], **framing: Any) -> Layout:
    return Layout.model_validate(
        {
            "kind": "layout",
            "id": "test",
            "charset": charset,
            "framing": {"delimited": framing},
            "records": [{"fields": list(fields or ({"name": "a"}, {"name": "b"}))}],
        }
    )


def form(charset: str, *fields: dict[str, Any], **framing: Any) -> Delimited:
    script = load(charset)
    made = forms.form(
        layout(charset, *fields, **framing),
        lambda data: read(script, data),
        lambda text: write(script, text),
    )
    assert isinstance(made, Delimited)
    return made


def h(text: str) -> bytes:
    return bytes.fromhex(text)


def le(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


CASES: list[tuple[str, str, bytes, list[Any]]] = [
    ("units", "utf-16le", le("1,2\r\n3,4\n"), [[le("1"), le("2")], [le("3"), le("4")]]),
    (
        "halves of units are no delimiters",
        "utf-16le",
        le("\u2c22\u222c,\u0a0d\u2c00\n"),
        [[le("\u2c22\u222c"), le("\u0a0d\u2c00")]],
    ),
    ("the other order", "utf-16be", "ア,Ⰰ\r\n".encode("utf-16-be"), [
        ["ア".encode("utf-16-be"), "Ⰰ".encode("utf-16-be")]
    ]),
    ("quotes are units", "utf-16le", le('"a,""b""\r\n",c\n'), [[le('a,"b"\r\n'), le("c")]]),
    ("an odd byte at the end of a value", "utf-16le", le("1,2\r\n3,4") + b"x", [
        [le("1"), le("2")], [le("3"), le("4") + b"x"]
    ]),
    ("an odd byte behind the last record", "utf-16le", le("1,2\r\n") + b"x", [
        [le("1"), le("2")], RAGGED
    ]),
    ("an odd byte that ends in a quoted value", "utf-16le", le('1,"2""') + b"x", [UNCLOSED]),
    ("an odd byte that is an end-of-file mark", "utf-16le", le("1,2\r\n") + b"\x1a", [
        [le("1"), le("2")]
    ]),
    ("end-of-file marks", "utf-16le", le("1,2\r\n\x1a\x1a"), [[le("1"), le("2")]]),
    ("a lone surrogate", "utf-16le", le("\ud842,\udfb7\n"), [[le("\ud842"), le("\udfb7")]]),
    ("a blank line", "utf-16le", le("1,2\n\n"), [[le("1"), le("2")], BLANK]),
    ("nothing", "utf-16le", b"", []),
    ("EBCDIC", "cp939", h("F16BC115" "F26BC225" "F36BC30D25"), [
        [h("F1"), h("C1")], [h("F2"), h("C2")], [h("F3"), h("C3")]
    ]),
    ("ASCII bytes are letters", "cp939", h("2C226BC1" "0A25"), [[h("2C22"), h("C10A")]]),
    (
        "bytes between shift codes are no delimiters",
        "cp939",
        h("0E6B6B7F7F0F6B0E43156B250F25"),
        [[h("0E6B6B7F7F0F"), h("0E43")], [b"", b""], RAGGED],
    ),
    ("doubled quotes", "cp939", h("7F" "0E7F7F0F" "7F7F" "6B" "7F6BC115"), [
        [h("0E7F7F0F" "7F" "6B"), h("C1")]
    ]),
    ("a shift that is left open ends with its line", "cp939", h("C16B0E456515" "F16BF215"), [
        [h("C1"), h("0E4565")], [h("F1"), h("F2")]
    ]),
    ("half a character before the line end", "cp939", h("C16B0E45656B0D25" "F16BF215"), [
        RAGGED, [h("F1"), h("F2")]
    ]),
    ("an open shift before the closing quote", "cp939", h("7FC17F6B7F0E45657F15" "F16BF215"), [
        [h("C1"), h("0E4565")], [h("F1"), h("F2")]
    ]),
    ("an open shift in quotes ends with its line", "cp939", h("C16B7FC20E4565" "0D25" "F16BF215"), [
        [h("C1"), h("7FC20E4565")], [h("F1"), h("F2")]
    ]),
    ("an open shift behind a line end in quotes", "cp939", h("C16B7FC215" "0E456515" "7FF17F15"), [
        RAGGED
    ]),
    ("half a character before the shift back", "cp939", h("0E456B0F6BC115"), [
        [h("0E456B0F"), h("C1")]
    ]),
    ("shift codes of two bytes", "keis83", h("0A426BBB7FB30A416B7FC17F15"), [
        [h("0A426BBB7FB30A41"), h("C1")]
    ]),
    ("the three shift codes of JEF", "jef", h("28BBB3296B38BBB32915" "30E26BB3296BC115"), [
        [h("28BBB329"), h("38BBB329")], [h("30E26BB329"), h("C1")]
    ]),
    ("the mark of JIPS", "jips-j", h("1A70222C1A712C41" "0A1A"), [[h("1A70222C1A71"), h("41")]]),
    ("the mark of JIPS in EBCDIC", "jips-e", h("3F757F6B3F766BC1" "153F"), [
        [h("3F757F6B3F76"), h("C1")]
    ]),
    ("escape sequences", "iso-2022-jp", b"\x1b$B\x22\x2c\x1b(B,A\r\n", [
        [b"\x1b$B\x22\x2c\x1b(B", b"A"]
    ]),
    ("Roman letters delimit", "iso-2022-jp", b"\x1b(Ja,\"b\"\r\n", [[b"\x1b(Ja", b"b"]]),
    ("half-width katakana do not", "iso-2022-jp", b"\x1b(I,\x22\x1b(B,A\n", [
        [b"\x1b(I,\x22\x1b(B", b"A"]
    ]),
    ("a line end in them does", "iso-2022-jp", b"A,\x1b(I,\n1,2\n", [
        [b"A", b"\x1b(I,"], [b"1", b"2"]
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "charset", "data", "expected"), CASES, ids=[c[0] for c in CASES])
def test_fields_are_found(name: str, charset: str, data: bytes, expected: list[Any]):
    assert cells(form(charset), data) == expected


def tokens(charset: str) -> dict[str, bytes]:
    """A character of our own → bytes that are to be taken for it, alone in any place."""
    if charset in UNITS:
        plain = 'a,"\r\n\x1a\u2c2c\u0a22\u222c\ud842\udc00'
        return {one: one.encode(charset, "surrogatepass") for one in plain}
    script = load(charset)
    found = {one: write(script, one) for one in ("A", ",", '"', "\r", "\n")} | {"\n": b"\x15"}
    if not script.ebcdic:
        found |= {"\n": b"\n"}
    marks = reversed(script.shifts.marks.tolist())
    shifts = {opened: int(mark).to_bytes(size, "little") for mark, size, opened in marks}
    if not shifts:
        return found
    into, back = shifts[script.shifts.double], shifts[0]
    pair = write(script, "山").removeprefix(into).removesuffix(back)
    comma, quote = found[","], found['"']
    found |= {
        "x": into + comma * 2 + back,
        "y": into + quote * 2 + pair + back,
        "z": into + pair + comma + back,
        "w": into + pair * 20 + comma + quote + back,
        "v": into + pair + comma * 2 + back + into + back,
    }
    return found


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str, list[int], bytes]:
    """A charset, a text, the bytes of each of its characters, and all of them."""
    charset = draw(st.sampled_from(WIDE))
    known = tokens(charset)
    text = "".join(draw(st.lists(st.sampled_from([*known, ",", '"', "\n", '"']), max_size=60)))
    spelled = [known[one] for one in text]
    return charset, text, [len(one) for one in spelled], b"".join(spelled)


@given(spelled(), st.lists(st.integers(0, 60), max_size=12))
def test_any_text_in_any_pieces_gives_the_records_of_the_reference(
    made: tuple[str, str, list[int], bytes], cuts: list[int]
):
    charset, text, sizes, data = made
    edges = np.cumsum([0, *sizes]).tolist()
    expected, place = [], 0
    units = text.encode("utf-8", "surrogatepass")
    for raw, content, problem in delimited_records(units, b",", 1 << 20, False):
        count = len(raw.decode("utf-8", "surrogatepass"))
        end = place + len(content.decode("utf-8", "surrogatepass"))
        bytes_of = data[edges[place] : edges[place + count]], data[edges[place] : edges[end]]
        expected.append((*bytes_of, problem))
        place += count
    found, rest = streamed(form(charset), data, cuts)
    assert found == expected
    assert rest == data[edges[place] :]


@given(spelled())
def test_any_text_gives_the_columns_of_the_reference(made: tuple[str, str, list[int], bytes]):
    charset, text, _, data = made
    known = tokens(charset)
    units = text.encode("utf-8", "surrogatepass")
    expected: list[Any] = []
    for _, content, problem in delimited_records(units, b",", 1 << 20, False):
        values = None if problem else delimited_columns(content, b",")
        if values is None or len(values) != 2:
            bad = {"REC-005": BLANK, "REC-007": UNCLOSED}
            expected.append(bad.get(problem, RAGGED))
            continue
        inner = (value.decode("utf-8", "surrogatepass") for value in values)
        expected.append([b"".join(known[one] for one in value) for value in inner])
    assert cells(form(charset), data) == expected


@given(st.sampled_from(WIDE), st.binary(max_size=300), st.lists(st.integers(0, 40), max_size=8))
@example("cp939", h("0E") + b"\x6b" * 300, [])
@example("cp939", h("0E") + b"\x6b" * 149 + b"\x3f", [])
def test_any_bytes_in_any_pieces_are_all_there_and_cut_the_same(
    charset: str, data: bytes, cuts: list[int]
):
    make = replace(form(charset), limit=1 << 16)
    whole, tail = streamed(make, data, [])
    found, rest = streamed(make, data, cuts)
    assert (found, rest) == (whole, tail)
    assert b"".join(raw for raw, _, _ in found) + rest == data
    cells(make, data)


@pytest.mark.parametrize("charset", SHIFTED)
def test_behind_a_record_that_was_cut_shifts_begin_anew(charset: str):
    script = load(charset)
    make = replace(form(charset), limit=64)
    into = write(script, "山")[: len(write(script, "山")) // 2 - 1]
    data = into + write(script, ",") * 200 + make.newline
    found = records(data, make.split(array(data), True))
    place, expected = 0, []
    while place < len(data):
        part = make.split(array(data[place:]), True)
        expected.append(records(data[place:], part)[0])
        place += int(part.bounds[1])
    assert found == expected
    assert [code for _, _, code in found][:2] == ["REC-008", "REC-008"]


TEXTS = st.lists(
    st.sampled_from(["A", "12", '"', ",", "\r", "\n", " ", "山田", "ｱ", "　", "1" * 20, "表" * 9]),
    max_size=5,
).map("".join)


def held(charset: str, text: str) -> bytes:
    """The text without what the charset lacks."""
    script = load(charset)
    fit = []
    for one in re.findall("[\r\n]|[^\r\n]", text):
        try:
            write(script, one)
        except UnicodeEncodeError:
            continue
        fit.append(one)
    return write(script, "".join(fit))


@given(
    st.sampled_from(WIDE),
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS), max_size=30),
    st.sampled_from(["all", "needed"]),
    st.sampled_from([",", "\t", ";"]),
    st.data(),
)
def test_records_read_back_as_they_were_written(
    charset: str,
    rows: list[tuple[str, ...]],
    quote: str,
    delimiter: str,
    data: st.DataObject,
):
    ends = ["crlf", "lf", "nl"] if load(charset).ebcdic else ["crlf", "lf"]
    end = data.draw(st.sampled_from(ends))
    framing = {"quote": quote, "delimiter": delimiter, "terminator": end}
    make = form(charset, {"name": "a"}, {"name": "b"}, {"filler": 1}, {"name": "c"}, **framing)
    keep = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    values = [[held(charset, text) for text in row] for row in rows]
    columns = texts(*([row[k] for row in values] for k in range(3)))
    out, bounds = make.assemble(columns, np.array(keep, bool))
    kept = [row for row, one in zip(values, keep, strict=True) if one]
    assert cells(make, out.tobytes()) == [[a, b, b"", c] for a, b, c in kept]
    assert len(bounds) == len(kept) + 1
    found = make.split(array(out.tobytes()), True)
    assert found.bounds.tolist() == bounds.tolist()


def test_output_that_grows_over_the_first_guess_is_written_whole():
    value = le('"' * 40)
    pool = texts([value])[0]
    shared = type(pool)(np.repeat(pool.views, 3000, axis=0), pool.data)
    out, _ = form("utf-16le", {"name": "a"}).assemble([shared], np.ones(3000, bool))
    assert out.tobytes() == le('"' * 82 + "\r\n") * 3000


QUOTES: list[tuple[str, str, str, str]] = [
    ("needed", "cp939", "A,山", "7FC16B0E45650F7F6BF10D25"),
    ("needed", "cp939", "山", "0E45650F6BF10D25"),
    ("all", "cp939", 'A"', "7FC17F7F7F6B7FF17F0D25"),
    ("needed", "utf-16be", "A,", "00220041002C0022002C0031000D000A"),
    ("all", "iso-2022-jp", "山", "221B24423B331B2842222C22" + "31220D0A"),
]


@pytest.mark.parametrize(("quote", "charset", "text", "line"), QUOTES)
def test_values_are_quoted_in_the_bytes_of_the_charset(
    quote: str, charset: str, text: str, line: str
):
    script = load(charset)
    columns = texts([write(script, text)], [write(script, "1")])
    out, _ = form(charset, quote=quote).assemble(columns, np.array([True]))
    assert out.tobytes() == h(line)


def test_values_that_cannot_be_written_are_found():
    make = form(
        "cp939",
        {"name": "a", "bytes": 4, "quote": False},
        {"name": "b", "quote": False},
        {"name": "c", "shifts": "kept"},
    )
    values = [h("C1C2"), h("C16B"), h("C1C2C3C4C5"), h("0E6B7F0F"), h("0E4565"), b""]
    columns = make.fit(texts(values, values, values))
    found = [[] if column is None else column.tolist() for column in columns]
    unmappable, unclosed = status.UNMAPPABLE, status.UNCLOSED_SHIFT
    assert found[0] == [0, unmappable, status.OVERFLOW, 0, unclosed, 0]
    assert found[1] == [0, unmappable, 0, 0, unclosed, 0]
    assert found[2] == [0, 0, 0, 0, unclosed, 0]


def test_a_value_of_units_that_needs_quotes_is_found_where_there_are_none():
    make = form("utf-16le", {"name": "a"}, quote="none")
    [found] = make.fit(texts([le("\u2c22"), le("a,b"), le(""), le("\n")]))
    assert found is not None
    assert found.tolist() == [0, status.UNMAPPABLE, 0, status.UNMAPPABLE]


@pytest.mark.parametrize("charset", WIDE)
def test_the_opening_reads_back_as_the_beginning(charset: str):
    for quote in ("all", "needed"):
        fields = {"name": "AB 1"}, {"name": 'X,"Y'}
        make = form(charset, *fields, quote=quote, bom=charset in UNITS, eof="1a")
        opening = make.opening()
        assert make.begin(array(opening), True) == Beginning(len(opening), (0, 1), ())
        row = b"".join((write(load(charset), "1"), make.signs.spell(","), make.newline))
        data = opening + row + make.closing()
        start = len(opening)
        found = make.split(array(data[start:]), True)
        assert found.bounds.tolist() == [0, len(row)]
        assert found.used == len(data) - start


STRANGE = [
    ("utf-16le", b"\xfe\xff\0a", "utf-16be"),
    ("utf-16be", b"\xff\xfea\0", "utf-16le"),
    ("utf-16le", b"\xef\xbb\xbfa", "utf-8"),
    ("cp932", b"\xff\xfea\0", "utf-16le"),
    ("eucjp-ms", b"\xfe\xff\0a", "utf-16be"),
    ("utf-8", b"\xff\xfea\0", "utf-16le"),
    ("iso-2022-jp", b"\xff\xfea\0", "utf-16le"),
]


@pytest.mark.parametrize(("charset", "data", "name"), STRANGE)
@pytest.mark.parametrize("header", [True, False])
def test_the_mark_of_another_encoding_is_told(charset: str, data: bytes, name: str, header: bool):
    found = form(charset, header=header).begin(array(data), True)
    assert found == Beginning(0, None, (FileProblem("SRC-022", name, 0),))


def test_bytes_that_may_be_text_are_no_mark():
    for data in (h("FFFEC1"), h("FEFFC1")):
        found = form("cp037", header=False).begin(array(data), True)
        assert found is not None and "SRC-022" not in [one.code for one in found.problems]


def test_a_header_is_told_by_its_names():
    make = form("cp939", {"name": "氏名"}, {"name": "b"})
    data = write(load("cp939"), 'b,"氏名"') + h("15F16BF215")
    assert make.begin(array(data), False) == Beginning(
        len(data) - 4, (1, 0), (FileProblem("SRC-014", "b", 0),)
    )
    for size in range(1, len(data) - 4):
        assert make.begin(array(data[:size]), False) is None


def test_a_header_that_is_no_text_is_told_with_its_place():
    data = b"\xff\xfe" + le("a,\ud842,b\r\n1,2\r\n")
    found = form("utf-16le", bom=True).begin(array(data), False)
    assert found is not None
    assert [(p.code, p.offset) for p in found.problems] == [("SRC-003", 6)]
    assert found.used == 2


def test_columns_of_broken_records_are_guessed():
    make = form("utf-16le", {"name": "a"}, {"name": "b"}, {"name": "c"})
    data = le('"1",2\r\n') + le("3,4\r\n")
    found = make.split(array(data), True)
    spans = make.remains(chunk(data, found), np.array([0, 1]), None)
    assert spans is not None
    values = [
        [spans.data[a:b].tobytes() for a, b in zip(*spans.of(field), strict=True)]
        for field in range(3)
    ]
    assert values == [[le("1"), le("3")], [le("2"), le("4")], [b"", b""]]


FILE = """kind: layout
id: {id}
charset: {charset}
framing: {{delimited: {{{framing}}}}}
characters: {{controls: keep}}
codes: {{sex: {{"1": 男, "2": 女}}}}
records:
- key: [番号]
  fields:
  - {{name: 番号, kind: digits, required: true}}
  - {{name: 氏名, kind: wide}}
  - {{name: 住所}}
  - {{name: 生年月日, kind: wareki, style: GYY.MM.DD}}
  - {{name: 性別, kind: code, codes: sex}}
  - {{name: 金額, kind: decimal, digits: 9, scale: 2, sign: minus}}
"""
NAMES = ("番号", "氏名", "住所", "生年月日", "性別", "金額")
ROWS = (
    "番号,氏名,住所,生年月日,性別,金額\r\n"
    '1,山田　太郎,"東京都,""千代田区""1-2",S39.05.01,1,1234.50\r\n'
    '2,"表予能","一\n二",H01.01.08,2,-5.00\r\n'
    "3,,ABC,,,\n"
    "4,山,=1,H99.01.01,3,X\r\n"
    "5,X,-,S39.05.01,1\r\n"
    "6,亜,末尾,S39.05.01,1,000"
)
KINDS = {
    "utf-16le": "bom: true",
    "utf-16be": "quote: all, terminator: lf",
    "cp930": "terminator: nl",
    "cp1399": "",
    "iso-2022-jp": "quote: text",
    "jef": "",
    "jips-j": "eof: '1a'",
    "keis83": "terminator: lf",
}


class _Bench:
    """Definitions from a charset to UTF-8 and from there to it; guards the number of runs."""

    def __init__(self, folder: Path, charset: str) -> None:
        self.folder = folder
        self.runs = 0
        for name, encoding, framing in (("own", charset, KINDS[charset]), ("u", "utf-8", "")):
            text = FILE.format(id=name, charset=encoding, framing=framing)
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        rules = "".join(f"- {{to: {name}, from: {name}}}\n" for name in NAMES)
        for name, source, target in (("there", "own", "u"), ("back", "u", "own")):
            head = f"kind: mapping\nid: {name}\nsource: {source}\ntarget: {target}\nrules:\n"
            (folder / f"{name}.yaml").write_text(head + rules, encoding="utf-8")

    def run(self, data: bytes, command: str = "convert", name: str = "there", **how: Any) -> Any:
        self.runs += 1
        path = self.folder / f"{self.runs}.in"
        path.write_bytes(data)
        mapping = spec.load_mapping(name, roots=[self.folder])
        if command == "convert":
            how["out"] = self.folder / str(self.runs)
        return getattr(pipeline, command)(Job((str(path),), mapping=mapping, **how))


def encoded(charset: str, text: str) -> bytes:
    """A file whose values begin and end without a shift; its line ends are those of the text."""
    make, script = form(charset), load(charset)
    mark = b"\xff\xfe" if charset == "utf-16le" else b""
    parts = re.split('(\r\n|[\n,"])', text)
    return mark + b"".join(
        make.signs.spell(part) if re.fullmatch('\r\n|[\n,"]', part) else write(script, part)
        for part in parts
    )


def output(run: Any) -> bytes:
    paths = (one["path"] for one in run.report["outputs"] if "/" not in one["path"])
    path = next(path for path in paths if path != "findings.parquet")
    return bytes((run.run / path).read_bytes())


def findings(run: Any) -> list[tuple[Any, ...]]:
    return pl.read_parquet(run.run / "findings.parquet").rows()


@pytest.mark.parametrize("charset", KINDS)
def test_files_come_back_byte_for_byte_and_batches_do_not_show(tmp_path: Path, charset: str):
    bench, data = _Bench(tmp_path, charset), encoded(charset, ROWS)
    there = bench.run(data, keep_residual=True)
    counts = there.report["counts"]
    assert (counts["converted"], counts["rejected"]) == (4, 2)
    for size in (1, 2, 4):
        other = bench.run(data, batch_records=size)
        assert output(other) == output(there)
        assert findings(other) == findings(there)
    sound = encoded(charset, "".join(row + "\r\n" for row in ROWS.split("\r\n")[:3]))
    clean = bench.run(sound, keep_residual=True)
    again = bench.run(output(clean), back=True, residual=clean.run)
    assert output(again) == sound
    whole = bench.run(data, "roundtrip").report
    assert whole["counts"]["converted"] == 4


@pytest.mark.parametrize("charset", KINDS)
def test_findings_point_at_their_bytes(tmp_path: Path, charset: str):
    data = encoded(charset, ROWS)
    there = _Bench(tmp_path, charset).run(data)
    found = pl.read_parquet(there.run / "findings.parquet")
    rows = (row for row in ROWS.splitlines() if row[0] in "45")
    starts = {row[0]: data.index(encoded(charset, row).removeprefix(b"\xff\xfe")) for row in rows}
    codes = found.filter(pl.col("severity") == "error").select("record", "code", "offset").rows()
    assert {(record, code) for record, code, _ in codes} == {
        *((4, code) for code in ("FLD-030", "FLD-042", "FLD-050")),
        (5, "REC-006"),
    }
    for record, _, offset in codes:
        assert offset == starts[str(record)] or record == 4
        assert starts["4"] <= offset


@pytest.mark.parametrize("charset", KINDS)
def test_what_is_written_is_what_another_program_of_the_charset_would_write(
    tmp_path: Path, charset: str
):
    bench = _Bench(tmp_path, charset)
    rows = ROWS.split("\r\n")
    text = "\r\n".join([*rows[:3], ""])
    made = output(bench.run(text.encode(), name="back"))
    script = load(charset)
    plain = read(script, made.removeprefix(b"\xff\xfe"))
    plain = plain.replace("\x85", "\n").removesuffix("\x1a").replace("\r\n", "\n")
    expected = pl.read_csv(text.encode(), infer_schema=False)
    assert pl.read_csv(plain.encode(), infer_schema=False).equals(expected)
    again = bench.run(made, "roundtrip").report
    assert again["counts"]["converted"] == 2


@pytest.mark.parametrize("charset", KINDS)
def test_generated_files_are_sound(tmp_path: Path, charset: str):
    _Bench(tmp_path, charset)
    made = spec.load_layout("own", roots=[tmp_path])
    generate.write(made, tmp_path / "g", 300, 5)
    report = pipeline.validate(Job((str(tmp_path / "g"),), layout=made)).report
    assert (report["counts"]["read"], report["counts"]["rejected"]) == (300, 0)
    generate.write(made, tmp_path / "d", 300, 5, 0.1)
    truth = (tmp_path / "d.defects.csv").read_text("utf-8").splitlines()[1:]
    report = pipeline.validate(Job((str(tmp_path / "d"),), layout=made)).report
    assert report["counts"]["rejected"] == len(truth) > 10


@FEW
@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=400))
@example("utf-16le", b"\xff\xfe1")
@example("utf-16le", b"\xff")
@example("iso-2022-jp", b"\x1b")
def test_any_bytes_give_a_report(charset: str, data: bytes):
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder), charset)
        report = bench.run(data).report
    counts = report["counts"]
    assert counts["closed"]
    assert counts["read"] == counts["converted"] + counts["rejected"] + counts["filtered"]


MIXED = """kind: layout
id: m
charset: {charset}
framing: {{delimited: {{header: false}}}}
records:
- name: h
  when: [{{column: 1, is: ["1"]}}]
  fields: [{{name: 区分}}, {{name: 日}}]
- name: d
  when: [{{column: 1, is: ["2"]}}]
  fields: [{{name: k}}, {{name: 氏名}}, {{name: x}}]
order: h d*
"""


@pytest.mark.parametrize("charset", ["utf-16be", "cp930", "iso-2022-jp", "keis83"])
def test_types_of_records_are_told_by_their_columns(tmp_path: Path, charset: str):
    (tmp_path / "m.yaml").write_text(MIXED.format(charset=charset), encoding="utf-8")
    found = spec.load_layout("m", roots=[tmp_path])
    script = load(charset)
    make = form(charset)
    lines = ["1,A", '"2",山,A', "3,A", "2,B,C"]
    data = b"".join(write(script, line) + make.newline for line in lines)
    kinds, sorted_ = sorting.sort(
        sorting.compile(found), chunk(data, make.split(array(data), True))
    )
    assert kinds.tolist() == [0, 1, sorting.OTHER, 1]
    assert (sorted_.codes > 0).tolist() == [False, False, True, False]


LINED: list[tuple[str, str, str, bytes, int]] = [
    ("units", "utf-16le", "{fixed: {length: 8, terminator: crlf}}", le("1234\r\n56 8\r\n"), 2),
    ("big", "utf-16be", "{fixed: {length: 8, terminator: lf}}", b"\x001" * 4 + b"\0\n", 1),
    ("CR LF", "cp939", "{fixed: {length: 4, terminator: crlf}}", h("F1F2F3F40D25F5F640F80D25"), 2),
    ("NL", "jef", "{fixed: {length: 4, terminator: nl}}", h("F1F2F3F415F5F640F815"), 2),
    ("shifts", "cp939", "{fixed: {length: 4, terminator: lf}}", h("0E45650F250E45650F25"), 2),
    ("lines of units", "utf-16le", "{variable: {length: 8, by: lf}}", le("1234\n56\n5\n"), 3),
    ("lines of hosts", "keis83", "{variable: {length: 4, by: nl}}", h("F1F2F3F415F5F615"), 2),
    ("a mark", "cp939", "{variable: {length: 4, by: lf, eof: 1a}}", h("F1F2F3F425F5253F"), 2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "charset", "framing", "data", "count"), LINED, ids=[case[0] for case in LINED]
)
def test_records_in_fixed_places_end_as_the_charset_ends_lines(
    tmp_path: Path, name: str, charset: str, framing: str, data: bytes, count: int
):
    width = 8 if charset in UNITS else 4
    text = f"kind: layout\nid: x\ncharset: {charset}\nframing: {framing}\nrecords:\n- fields:\n"
    (tmp_path / "x.yaml").write_text(f"{text}  - {{name: a, bytes: {width}}}\n", encoding="utf-8")
    (tmp_path / "in").write_bytes(data)
    made = spec.load_layout("x", roots=[tmp_path])
    mapping = "kind: mapping\nid: m\nsource: x\ntarget: x\nrules:\n- {to: a, from: a}\n"
    (tmp_path / "m.yaml").write_text(mapping, encoding="utf-8")
    report = pipeline.validate(Job((str(tmp_path / "in"),), layout=made)).report
    assert (report["counts"]["read"], report["counts"]["rejected"]) == (count, 0)
    known = spec.load_mapping("m", roots=[tmp_path])
    run = pipeline.convert(Job((str(tmp_path / "in"),), mapping=known, out=tmp_path / "o"))
    assert output(run) == data
    for size in (1, 2):
        again = pipeline.validate(Job((str(tmp_path / "in"),), layout=made, batch_records=size))
        assert again.report["counts"] == report["counts"]


def test_a_record_in_units_that_is_short_spoils_no_other(tmp_path: Path):
    data = le("1234\r\n12\r\n5678\r\n123456\r\n8765\r\n") + b"x"
    text = "kind: layout\nid: x\ncharset: utf-16le\nframing: {fixed: {length: 8}}\n"
    fields = "records:\n- fields: [{name: a, bytes: 8, kind: digits}]\n"
    (tmp_path / "x.yaml").write_text(text + fields, encoding="utf-8")
    (tmp_path / "in").write_bytes(data)
    made = spec.load_layout("x", roots=[tmp_path])
    done = pipeline.validate(Job((str(tmp_path / "in"),), layout=made, out=tmp_path / "o"))
    rows = pl.read_parquet(tmp_path / "o" / "findings.parquet").select("record", "code", "offset")
    found = [row for row in rows.rows() if row[1][:3] == "REC"]
    assert found == [(2, "REC-001", 12), (4, "REC-002", 32), (6, "REC-001", 60)]
    assert done.report["counts"]["read"] == 6
