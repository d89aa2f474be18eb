"""XML records: found by their tags, read as a real parser reads them, and written back."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from definitions import fixed, found, unmarked
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from converters import forms, pipeline, spec
from converters.cli import main
from converters.columns import Chunk
from converters.forms import Beginning, framing
from converters.forms.markup import Markup
from converters.kinds.spellings import views
from converters.model import Layout
from converters.pipeline import Job

SPACE = "urn:example:people"
FIELDS = ({"name": "no", "path": "@no"}, {"name": "name"}, {"name": "city", "path": "home/city"})
HOW = {"record": "people/person"}
SPACED = (
    {"name": "no", "path": "@no"},
    {"name": "name", "path": "p:name"},
    {"name": "city", "path": "p:home/p:city"},
)
SPACED_HOW = {"record": "p:people/p:person", "namespaces": {"p": SPACE}}


def form(fields: Any = FIELDS, **how: Any) -> Markup:
    known = {"kind": "layout", "id": "t", "charset": "utf-8"}
    xml = {"xml": {**HOW, **how}}
    layout = Layout.model_validate({**known, "framing": xml, "records": [{"fields": fields}]})
    found = forms.form(layout, bytes.decode, str.encode)
    assert isinstance(found, Markup)
    return found


def array(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(data, np.uint8)


def begun(of: Markup, data: bytes) -> Beginning:
    found = of.begin(array(data), True)
    assert found is not None
    return found


def chunk(of: Markup, data: bytes, eof: bool = True) -> tuple[Chunk, bytes]:
    found = of.split(array(data), eof)
    whole = int(found.bounds[-1])
    one = Chunk(0, 0, 1, 0, array(data)[:whole], found.bounds, found.stop, found.codes, found.own)
    return one, data[whole:]


def problems(codes: Any) -> list[str]:
    return [framing.PROBLEMS.get(int(code), "") for code in codes]


def read(of: Markup, data: bytes) -> tuple[list[list[str]], list[str], dict[int, str], bytes]:
    """The values and problems of the records behind the beginning, details, and the rest."""
    start = begun(of, data)
    found, rest = chunk(of, data[start.used :])
    spans = of.spans(found, start.order)
    edges = [spans.of(field) for field in range(len(of.widths))]
    rows = [
        [spans.data[a[row] : b[row]].tobytes().decode() for a, b in edges]
        for row in range(found.records)
    ]
    return rows, problems(spans.codes), dict(spans.details), rest


def file(*records: str, space: str = "") -> bytes:
    return f"<?xml version='1.0'?>\n<people{space}>\n{''.join(records)}</people>\n".encode()


VALUES: list[tuple[str, str, list[str]]] = [
    # name, record, values
    (
        "attribute, element, nested",
        "<person no='1'><name>山田</name><home><city>市</city></home></person>",
        ["1", "山田", "市"],
    ),
    (
        "any order",
        '<person no = "1" ><home><city>市</city></home><name>x</name></person>',
        ["1", "x", "市"],
    ),
    ("nothing", "<person/>", ["", "", ""]),
    ("empty elements", "<person no=''><name/><home/></person>", ["", "", ""]),
    (
        "references",
        "<person no='&lt;&#x41;'><name>&amp;&gt;&quot;&apos;&#12354;&#x29E3D;</name></person>",
        ["<A", "&>\"'あ𩸽", ""],
    ),
    ("a section", "<person><name>a<![CDATA[<b>&amp;]]]>c</name></person>", ["", "a<b>&amp;]c", ""]),
    ("a comment", "<person><name>a<!-- <name> -->b<?x y?>c</name></person>", ["", "abc", ""]),
    (
        "line ends",
        "<person no='a\r\nb\tc'><name>a\r\nb\rc</name></person>",
        ["a b c", "a\nb\nc", ""],
    ),
    (
        "line ends in a section",
        "<person><name><![CDATA[a\r\nb\r]]></name></person>",
        ["", "a\nb\n", ""],
    ),
    ("spaces", "<person>\n  <name> a </name>\n</person >", ["", " a ", ""]),
    ("a > in a value", "<person no='>'><name>></name></person>", [">", ">", ""]),
    (
        "nil",
        "<person xsi:nil='false'><name xsi:nil='true'/></person>",
        ["", "", ""],
    ),
]


@pytest.mark.parametrize(
    ("record", "due"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES]
)
def test_values_are_read_as_xml_says(record: str, due: list[str]) -> None:
    space = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    assert read(form(), file(record, space=space)) == ([due], [""], {}, b"</people>\n")


BROKEN: list[tuple[str, str, list[str], dict[int, str]]] = [
    # name, records, problems, details
    ("a stray element", "<person/><sum>1</sum><person/>", ["", "REC-031", ""], {}),
    ("stray text", "<person/> total 1 <!-- c --><person/>", ["", "REC-031", ""], {}),
    ("a stray end", "<person/></person><person/>", ["", "REC-031", ""], {}),
    ("not closed", "<person><name>a</name><person/>", ["REC-032", ""], {}),
    (
        "a broken tag",
        "<person><name</person><person/>",
        ["REC-033", ""],
        {0: "1:14 ERR_GT_REQUIRED"},
    ),
    (
        "a wrong end",
        "<person><name>a</city></person>",
        ["REC-033"],
        {0: "1:23 ERR_TAG_NAME_MISMATCH"},
    ),
    (
        "no entity",
        "<person>\n<name>&x;</name></person>",
        ["REC-033"],
        {0: "2:10 ERR_UNDECLARED_ENTITY"},
    ),
    (
        "no namespace",
        "<person><q:name/></person>",
        ["REC-033"],
        {0: "1:16 NS_ERR_UNDEFINED_NAMESPACE"},
    ),
    (
        "an attribute twice",
        "<person no='1' no='2'/>",
        ["REC-033"],
        {0: "1:22 ERR_ATTRIBUTE_REDEFINED"},
    ),
    ("an unknown element", "<person><tel>1</tel></person>", ["REC-034"], {0: "tel"}),
    ("an unknown attribute", "<person age='1'/>", ["REC-034"], {0: "age"}),
    ("an element in a value", "<person><name>a<b/></name></person>", ["REC-034"], {0: "b"}),
    ("text where none is due", "<person>secret</person>", ["REC-034"], {0: "#text"}),
    ("a section where none is due", "<person><![CDATA[x]]></person>", ["REC-034"], {0: "#text"}),
    ("a namespace of its own", "<person xmlns='urn:x'/>", ["REC-034"], {0: "xmlns"}),
    ("twice", "<person><name>a</name><name>b</name></person>", ["REC-035"], {0: "name"}),
]


@pytest.mark.parametrize(
    ("records", "due", "details"),
    [case[1:] for case in BROKEN],
    ids=[case[0] for case in BROKEN],
)
def test_what_is_wrong_with_a_record_is_told_and_the_next_one_is_read(
    records: str, due: list[str], details: dict[int, str]
) -> None:
    rows, found, more, rest = read(form(), file("<person no='7'/>", records, "<person no='8'/>"))
    assert (found, rest) == (["", *due, ""], b"</people>\n")
    assert more == {row + 1: text for row, text in details.items()}
    assert (rows[0][0], rows[-1][0]) == ("7", "8")
    assert [any(row) for row, code in zip(rows, found, strict=True) if code] == [False] * (
        len(due) - due.count("")
    )


def test_bytes_that_are_no_text_are_a_record_that_is_not_well_formed() -> None:
    data = file("<person><name>a</name></person>", "<person no='8'/>").replace(
        b">a<", b">\x82\xa0<"
    )
    assert read(form(), data)[1] == ["REC-033", ""]


def test_unknown_parts_can_be_passed_over() -> None:
    record = "<person age='1'>x<tel><name>no</name></tel><name>a<b>c</b></name></person>"
    rows, found, _, _ = read(form(extra="ignore"), file(record))
    assert found == [""]
    assert rows[0][2] == ""
    assert read(form(extra="ignore"), file("<person><name>a</name><name/></person>"))[1] == [
        "REC-035"
    ]


@pytest.mark.parametrize(
    ("names", "due"),
    [
        (
            '<p:people xmlns:p="urn:example:people"><p:person no="1"><p:name>a</p:name></p:person>',
            1,
        ),
        ('<people xmlns="urn:example:people"><person no="1"><name>a</name></person>', 1),
        (
            '<q:people xmlns:q="urn:example:people"><q:person no="1"><q:name>a</q:name></q:person>',
            1,
        ),
        ('<people xmlns="urn:example:others"><person no="1"><name>a</name></person>', 0),
        ('<people><person no="1"><name>a</name></person>', 0),
    ],
)
def test_a_namespace_counts_and_its_prefix_does_not(names: str, due: int) -> None:
    of = form(SPACED, **SPACED_HOW)
    data = names.encode()
    rows, found, _, _ = read(of, data)
    codes = [one.code for one in begun(of, data).problems]
    if due:
        assert (rows, found, codes) == ([["1", "a", ""]], [""], [])
    else:
        assert (found, codes) == (["REC-034"], ["SRC-020"])


TOPS: list[tuple[str, bytes, list[str]]] = [
    ("plain", b"<people><person/></people>", []),
    ("a mark", b"\xef\xbb\xbf<people><person/></people>", ["SRC-004"]),
    ("empty", b"", ["SRC-001"]),
    ("no records", b"<people/>", []),
    ("no records of another root", b"<list/>", ["SRC-020"]),
    ("not XML", b"1,2,3\n", ["SRC-019"]),
    ("another root", b"<list><person/></list>", ["SRC-020"]),
    ("deeper", b"<people><group><person/></group></people>", ["SRC-020"]),
    ("a comment with a record", b"<!-- <person/> --><people><person/></people>", []),
    ("an encoding", b"<?xml version='1.0' encoding='Shift_JIS'?><people><person/>", ["SRC-017"]),
    (
        "a document type",
        b"<!DOCTYPE people [<!ENTITY x '<person/>'>]><people><person/>",
        ["SRC-018"],
    ),
    ("other elements", b"<people><count>1</count><person/></people>", ["SRC-021"]),
    ("a broken top", b"<people><count></people><person/>", ["SRC-019"]),
]


@pytest.mark.parametrize(
    ("data", "due"), [case[1:] for case in TOPS], ids=[case[0] for case in TOPS]
)
def test_the_top_of_a_file_is_judged(data: bytes, due: list[str]) -> None:
    assert [one.code for one in begun(form(), data).problems] == due


def test_entities_are_not_replaced_and_files_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    inside = "".join(f"<!ENTITY e{n} '&e{n - 1};&e{n - 1};'>" for n in range(1, 40))
    for declared, name in (
        (f"<!ENTITY x SYSTEM '{tmp_path}/secret'>", "x"),
        (f"<!ENTITY e0 'a'>{inside}", "e39"),
    ):
        data = (
            f"<!DOCTYPE people [{declared}]><people><person><name>&{name};</name></person></people>"
        )
        rows, found, _, _ = read(form(), data.encode())
        assert (rows, found) == ([["", "", ""]], ["REC-033"])


@pytest.mark.parametrize(
    ("tail", "code", "trailer"),
    [
        (b"</people>\n", [], b"</people>\n"),
        (b"<!-- end --></people ><!-- bye -->", [], b"</people ><!-- bye -->"),
        (b"", ["SRC-019"], b"</people>"),
        (b"</peo", ["SRC-019"], b"</people>"),
        (b"</people></people>", ["SRC-019"], b"</people>"),
    ],
)
def test_the_end_of_a_file_is_judged(tail: bytes, code: list[str], trailer: bytes) -> None:
    found = form().end(tail, False, 5, b"<people>")
    assert [one.code for one in found.problems] == code
    assert found.trailer.endswith(trailer)


def test_a_record_without_end_is_given_up() -> None:
    of = replace(form(), limit=60)
    data = (
        b"<person no='1'/>" + b"<person><name>" + b"x" * 100 + b"</name></person><person/></people>"
    )
    found, rest = chunk(of, data)
    assert (problems(found.codes)[:2], rest) == (["", "REC-008"], b"</people>")
    assert b"".join(data[a:b] for a, b in itertools.pairwise(found.bounds.tolist())) + rest == data


PIECES = [
    *("<person>", "</person>", "<person/>", "<person no='1'", "<name>", "</name>", "<name/>", "a<"),
    *("<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "&amp;", "&", "'", '"', " ", "x", "あ", "<a>"),
    *("</people>", "<people>", "<home><city>c</city></home>", "<!DOCTYPE", "[", "]", "\r\n"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join).map(str.encode)


@pytest.mark.kernels
@settings(deadline=None)
@given(
    texts | st.binary(max_size=20), st.lists(st.integers(1, 12), max_size=12), st.integers(20, 60)
)
def test_how_any_bytes_arrive_changes_nothing(data: bytes, cuts: list[int], limit: int) -> None:
    of = replace(form(), limit=limit)
    found: list[tuple[bytes, bytes, str]] = []
    buffer, place = b"", 0
    for size in [*cuts, len(data)]:
        buffer += data[place : place + size]
        place += size
        eof = place >= len(data)
        one, rest = chunk(of, buffer, eof)
        found += listed(one)
        buffer = rest
        if eof:
            break
    whole, rest = chunk(of, data)
    assert (found, buffer) == (listed(whole), rest)
    assert b"".join(raw for raw, _, _ in found) + rest == data


SOUND_PIECES = [
    "<name>x</name>",
    "<name no='1'>a&amp;<![CDATA[<]]>\r\n</name>",
    "<home><city>c</city></home>",
    "<tel><name>n</name></tel>",
    "<home/>",
    "<city>d</city>",
    "<!-- </person> -->",
    "<?pi ?>",
    "text",
]
sound = st.lists(st.sampled_from(SOUND_PIECES), max_size=4).map("".join).map(str.encode)


def listed(one: Chunk) -> list[tuple[bytes, bytes, str]]:
    begin, end = one.edges
    raw = [one.data[a:b].tobytes() for a, b in itertools.pairwise(one.bounds.tolist())]
    own = [one.data[a:b].tobytes() for a, b in zip(begin, end, strict=True)]
    return list(zip(raw, own, problems(one.codes), strict=True))


@pytest.mark.kernels
@settings(deadline=None)
@given(st.lists(texts | sound, max_size=4))
def test_any_records_are_read_alike_together_and_alone_and_as_the_parser_reads_them(
    bodies: list[bytes],
) -> None:
    of = form(extra="ignore")
    data = b"".join(b"<person>" + body + b"</person>" for body in bodies)
    whole, _ = chunk(of, data)
    spans = of.spans(whole, b"<people>")
    values = [spans.of(field) for field in range(len(FIELDS))]
    for row, (_, own, problem) in enumerate(listed(whole)):
        alone, _ = chunk(of, own)
        if problem:
            continue
        assert problems(of.spans(alone, b"<people>").codes) == problems(spans.codes[row : row + 1])
        if spans.codes[row] == 0:
            found = [spans.data[a[row] : b[row]].tobytes().decode() for a, b in values]
            assert found == oracle(own)
        elif problems(spans.codes[row : row + 1]) == ["REC-033"]:
            with pytest.raises(etree.XMLSyntaxError):
                etree.fromstring(own)


def oracle(record: bytes) -> list[str]:
    """The values of a record as lxml finds them."""
    root = etree.fromstring(record, etree.XMLParser(remove_comments=True, remove_pis=True))
    city = root.find("home/city")
    found = [root.get("no"), root.find("name"), city]
    return ["" if one is None else one if isinstance(one, str) else one.text or "" for one in found]


cells = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="\ufffe\uffff")
    | st.sampled_from("\r\n\t<>&\"']"),
    max_size=6,
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=5),
    st.sampled_from(["empty", "omit", "nil"]),
    st.booleans(),
)
def test_what_is_written_is_read_again_by_us_and_by_a_parser(
    rows: list[tuple[str, ...]], blank: str, spaced: bool
) -> None:
    of = form(SPACED, blank=blank, **SPACED_HOW) if spaced else form(blank=blank)
    columns = [views([row[k].encode() for row in rows]) for k in range(len(FIELDS))]
    assert not any(status.any() for status in of.fit(columns))
    data, bounds = of.assemble(columns, np.ones(len(rows), np.bool_))
    whole = of.opening() + data.tobytes() + of.closing()
    found, codes, _, rest = read(of, whole)
    assert [tuple(row) for row in found] == rows
    assert (set(codes), rest) == ({""}, of.closing())
    assert len(etree.fromstring(whole)) == len(rows) == len(bounds) - 1
    assert begun(of, whole).problems == ()


def test_characters_that_xml_lacks_cannot_be_written() -> None:
    column = views([b"a", b"\x01", "\uffff".encode(), b"a\nb", b""])
    [status] = form(({"name": "name"},)).fit([column])
    assert (status > 0).tolist() == [False, True, True, False, False]


BLANKS = [
    ("empty", '<person no=""><name/><home><city/></home></person>\n'),
    ("omit", "<person><home></home></person>\n"),
    ("nil", '<person><name xsi:nil="true"/><home><city xsi:nil="true"/></home></person>\n'),
]


@pytest.mark.parametrize(("blank", "due"), BLANKS)
def test_a_blank_is_written_as_the_layout_says(blank: str, due: str) -> None:
    data, _ = form(blank=blank).assemble([views([b""])] * 3, np.ones(1, np.bool_))
    assert data.tobytes().decode() == due


LAYOUT = """kind: layout
id: people
charset: utf-8
framing: {xml: {record: people/person}}
records:
- key: [no]
  fields:
  - {name: no, path: "@no", kind: digits}
  - {name: name}
  - {name: born, kind: date, path: life/born}
"""
CSV = """kind: layout
id: table
charset: utf-8
framing: {delimited: {}}
records:
- fields: [{name: no, kind: digits}, {name: name}, {name: born, kind: date}]
"""
MAPPING = """kind: mapping
id: there
source: people
target: table
rules: [{to: no, from: no}, {to: name, from: name}, {to: born, from: born}]
"""
PEOPLE = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- made by hand -->
<people>
  <made>2024-04-01</made>
  <person no="1"><name>一&amp;二</name><life><born>2001-02-03</born></life></person>
  <!-- between --> <person no="2"><name></name><life/></person>
  <person no="3"/>
</people><person no='x4'><name>BAD</name></person>
<people><person no = "5"><life><born>2001-02-30</born></life></person>
  <person no="6"><name>a</name></person  >
<people></people></people>
""".replace("</people><person no='x4'>", "<person no='x4'>").replace(
    "<people><person no =", "<person no ="
)


def files(folder: Path, people: str) -> Path:
    for name, text in (("people", LAYOUT), ("table", CSV), ("there", MAPPING)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    path = folder / "data.xml"
    path.write_text(people, encoding="utf-8", newline="")
    return path


SOUND = PEOPLE.replace("'x4'", "'4'").replace("02-30", "02-28").replace("<people></people>", "")


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_a_file_goes_there_and_back_byte_by_byte(batch: int, tmp_path: Path) -> None:
    path = files(tmp_path, SOUND)
    mapping = spec.load_mapping(str(tmp_path / "there.yaml"))
    there, back = tmp_path / "there", tmp_path / "back"
    how: dict[str, Any] = {"mapping": mapping, "batch_records": batch, "jobs": 2}
    done = pipeline.convert(Job((str(path),), out=there, keep_residual=True, **how))
    assert done.report["counts"]["converted"] == 6
    assert {one["code"] for one in done.report["problems"]} == {"SRC-021"}
    job = Job((str(there / "data.csv"),), back=True, out=back, residual=there, **how)
    assert pipeline.convert(job).exit_code == 0
    assert (back / "data.xml").read_bytes() == path.read_bytes()
    plain = Job((str(there / "data.csv"),), back=True, out=tmp_path / "plain", **how)
    pipeline.convert(plain)
    assert (
        (tmp_path / "plain" / "data.xml")
        .read_bytes()
        .startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<people>\n<person no="1"><name>')
    )
    assert pipeline.roundtrip(Job((str(path),), **how)).report["counts"]["converted"] == 6


def test_rejects_are_a_file_that_can_be_read_again(tmp_path: Path) -> None:
    path = files(tmp_path, PEOPLE.replace("<people></people>", ""))
    mapping = spec.load_mapping(str(tmp_path / "there.yaml"))
    done = pipeline.convert(Job((str(path),), mapping=mapping, out=tmp_path / "there"))
    assert done.exit_code == 3
    assert done.report["counts"]["rejected"] == 2
    again = tmp_path / "there" / "rejects" / "data.xml"
    etree.parse(str(again))
    report = pipeline.validate(Job((str(again),), layout=mapping.source)).report
    assert (report["counts"]["read"], report["counts"]["rejected"]) == (2, 2)


def test_the_command_ends_with_the_right_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = files(tmp_path, SOUND)
    layout = str(tmp_path / "people.yaml")
    assert main(["validate", str(path), "--layout", layout]) == 0
    path.write_text(SOUND.replace("</people>", ""), encoding="utf-8")
    assert main(["validate", str(path), "--layout", layout]) == 3
    assert "SRC-019" in capsys.readouterr().err
    path.write_bytes(SOUND.encode("utf-16"))
    assert main(["validate", str(path), "--layout", layout]) == 3


def test_a_made_up_file_is_sound_and_any_can_be_looked_at(tmp_path: Path) -> None:
    path, out = str(files(tmp_path, SOUND)), str(tmp_path / "out")
    layout = str(tmp_path / "people.yaml")
    assert main(["generate", layout, "--records", "9", "--out", out]) == 0
    assert main(["validate", out, "--layout", layout]) == 0
    assert main(["preview", path, "--layout", layout]) == 0


def test_a_record_that_was_not_well_formed_can_be_repaired_and_replayed(tmp_path: Path) -> None:
    people = SOUND.replace('no="6"><name>a</name>', 'no="6"><name>a</nam>')
    path, run, out = files(tmp_path, people), tmp_path / "run", tmp_path / "out"
    sheet, roots = tmp_path / "sheet.csv", ["--layouts", str(tmp_path)]
    job = ["--mapping", str(tmp_path / "there.yaml"), "--out", str(run)]
    assert main(["convert", str(path), *job]) == 3
    assert main(["rejects", "extract", str(run), "--out", str(sheet), *roots]) == 0
    text = sheet.read_text(encoding="utf-8-sig").replace("</nam>", "</name>")
    sheet.write_text(text, encoding="utf-8-sig", newline="")
    assert main(["rejects", "replay", str(run), str(sheet), "--out", str(out), *roots]) == 0
    assert b"\n6,a," in (out / "data.csv").read_bytes()


def layout_text(record: str, *fields: str, charset: str = "utf-8") -> str:
    """A layout of XML records: the framing in line 4, the first field in line 7."""
    head = f"kind: layout\nid: x\ncharset: {charset}\nframing: {{xml: {{record: {record}}}}}\n"
    marks = ("«" if one.startswith("«") else "" for one in fields)
    lines = (
        f"  - {mark}{{{one.removeprefix(mark)}}}\n" for mark, one in zip(marks, fields, strict=True)
    )
    return head + "records:\n- fields:\n" + "".join(lines)


FAULTS = [
    ("a charset", layout_text("a/b", "name: c", charset="«cp932"), "DEF-050"),
    ("nothing around", layout_text("«a", "name: c"), "DEF-002"),
    ("itself around it", layout_text("«a/b/b", "name: c"), "DEF-050"),
    ("itself in it", layout_text("a/b", "name: c, path: «d/b"), "DEF-050"),
    ("no prefix", layout_text("«q:a/b", "name: c"), "DEF-020"),
    ("no prefix in a path", layout_text("a/b", "name: c, path: «q:c"), "DEF-020"),
    ("a path twice", layout_text("a/b", "name: c", "name: d, path: «c"), "DEF-022"),
    (
        "a value and more",
        layout_text("a/b", "name: c", "name: d, path: c/d").replace("{name: c", "«{name: c"),
        "DEF-050",
    ),
    ("a name that is none", layout_text("a/b", "name: «c(d)"), "DEF-002"),
    ("something in an attribute", layout_text("a/b", "name: c, path: «'@x/y'"), "DEF-002"),
    ("an empty step", layout_text("«a//b", "name: c"), "DEF-002"),
    (
        "a filler",
        layout_text("a/b", "name: c", "filler: 3").replace("{filler", "«{filler"),
        "DEF-050",
    ),
    ("a place", layout_text("a/b", "name: c, «at: 1"), "DEF-003"),
    ("a host number", layout_text("a/b", "name: c, kind: «packed"), "DEF-050"),
    ("a reserved prefix", layout_text("a/b, namespaces: {xml: «x}", "name: c"), "DEF-002"),
    ("a path elsewhere", fixed("name: a, bytes: 4, «path: b"), "DEF-003"),
]


@pytest.mark.parametrize(
    ("text", "codes"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
def test_a_layout_that_cannot_be_is_told_where(text: str, codes: str, tmp_path: Path) -> None:
    plain, due = unmarked(text, codes)
    assert found(tmp_path / "x.yaml", plain) == due
