"""Fixed records: every byte belongs to one record, and one bad record spoils no other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference_forms import Record, fixed_line, fixed_records

from converters import status
from converters.columns import Chunk, Text
from converters.forms import framing
from converters.forms.fixed import Fixed
from converters.forms.fixed import form as fixed
from converters.kernels.frame import split_fixed
from converters.model import Layout

TERMINATORS = {"crlf": b"\r\n", "lf": b"\n", "none": b""}
FIELDS = (
    {"name": "番号", "bytes": 4, "kind": "integer"},
    {"name": "氏名", "bytes": 6, "kind": "wide"},
    {"filler": 2},
)


def form(
    *fields: dict[str, Any], terminator: str = "crlf", charset: str = "cp932", eof: str = "none"
) -> Fixed:
    length = sum(field.get("bytes", field.get("filler")) for field in fields)
    layout = Layout.model_validate(
        {
            "kind": "layout",
            "id": "test",
            "charset": charset,
            "framing": {"fixed": {"length": length, "terminator": terminator, "eof": eof}},
            "records": [{"fields": list(fields)}],
        }
    )
    return fixed(layout)


def array(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def chunk(data: bytes, found: framing.Split) -> Chunk:
    return Chunk(0, 0, 1, 0, array(data), found.bounds, found.stop, found.codes)


def records(data: bytes, found: framing.Split) -> list[Record]:
    edges = zip(found.bounds[:-1], found.bounds[1:], found.stop, found.codes, strict=True)
    return [
        (data[a:b], data[a:stop], framing.PROBLEMS.get(int(code), "")) for a, b, stop, code in edges
    ]


def texts(*columns: list[bytes]) -> list[Text]:
    """Columns of byte strings as views; long values lie in one pool with something before them."""
    made = []
    for values in columns:
        views, pool = np.zeros((len(values), 4), np.uint32), b"???"
        for row, value in enumerate(values):
            views[row, 0] = len(value)
            if len(value) <= 12:
                views[row].view(np.uint8)[4 : 4 + len(value)] = array(value)
            else:
                views[row, 1], views[row, 3] = int.from_bytes(value[:4], "little"), len(pool)
                pool += value
        made.append(Text(views.view(np.uint64), array(pool)))
    return made


def streamed(make: Fixed, data: bytes, cuts: list[int]) -> tuple[list[Record], bytes]:
    """The records when the file arrives in pieces of the given sizes, and the rest."""
    found, buffer, place = [], b"", 0
    for size in [*cuts, len(data)]:
        buffer += data[place : place + size]
        place += size
        eof = place >= len(data)
        part = make.split(array(buffer), eof)
        found += records(buffer, part)
        rest, buffer = buffer[part.bounds[-1] : part.used], buffer[part.used :]
        if eof:
            assert not buffer
            return found, rest
        assert not rest
    raise AssertionError("the last piece ends the file")


CASES = [
    ("whole records", "crlf", b"abcd\r\nefgh\r\n", ["", ""], b""),
    ("no terminator at the end", "crlf", b"abcd\r\nefgh", ["", ""], b""),
    ("half a terminator at the end", "crlf", b"abcd\r", ["REC-002"], b""),
    ("short", "crlf", b"abcd\r\nabc\r\nefgh\r\n", ["", "REC-001", ""], b""),
    ("long", "crlf", b"abcde\r\nefgh\r\n", ["REC-002", ""], b""),
    ("LF where CRLF is due", "crlf", b"abcd\nefgh\r\n", ["REC-001", ""], b""),
    ("CRLF where LF is due", "lf", b"abcd\r\nefgh\n", ["REC-002", ""], b""),
    ("an empty line", "lf", b"abcd\n\nefgh\n", ["", "REC-005", ""], b""),
    ("a line end as data", "lf", b"ab\nd\nefgh\n", ["", ""], b""),
    ("short at the end", "lf", b"abcd\nef", ["", "REC-001"], b""),
    ("long at the end", "lf", b"abcd\nefghi", ["", "REC-002"], b""),
    ("EOF mark", "crlf", b"abcd\r\n\x1a", [""], b"\x1a"),
    ("EOF marks behind content", "crlf", b"abcd\x1a\x1a", [""], b"\x1a\x1a"),
    ("content that ends like a mark", "crlf", b"abc\x1a", [""], b""),
    ("short, then a mark", "crlf", b"ab\x1a", ["REC-001"], b"\x1a"),
    ("a mark on its own line", "crlf", b"abcd\r\n\x1a\r\n", ["", "REC-001"], b""),
    ("nothing", "crlf", b"", [], b""),
    ("no terminators", "none", b"abcdefgh", ["", ""], b""),
    ("no terminators, line ends are data", "none", b"ab\r\nefgh", ["", ""], b""),
    ("no terminators, short at the end", "none", b"abcdef", ["", "REC-001"], b""),
    ("no terminators, EOF mark", "none", b"abcdefgh\x1a", ["", ""], b"\x1a"),
]


@pytest.mark.parametrize(("name", "terminator", "data", "problems", "rest"), CASES)
def test_records_are_found(
    name: str, terminator: str, data: bytes, problems: list[str], rest: bytes
):
    make = form({"name": "a", "bytes": 4}, terminator=terminator)
    found, left = streamed(make, data, [])
    assert [problem for _, _, problem in found] == problems
    assert left == rest
    assert b"".join(raw for raw, _, _ in found) + left == data


def test_a_record_without_an_end_is_cut():
    make = form({"name": "a", "bytes": 4}, terminator="lf")
    data = b"x" * (make.longest + 3) + b"\nabcd\n"
    found = make.split(array(data), eof=False)
    assert [problem for _, _, problem in records(data, found)] == ["REC-008", "REC-001", ""]
    assert found.bounds[1] == make.longest


PIECES = st.sampled_from(
    [b"abcd", b"abc", b"x", b"\r\n", b"\n", b"\r", b"\x1a", "髙".encode("cp932")]
)
BYTES = st.lists(PIECES, max_size=30).map(b"".join)
LENGTHS = st.integers(1, 9)
CUTS = st.lists(st.integers(0, 9), max_size=12)


@given(BYTES, LENGTHS, st.sampled_from(sorted(TERMINATORS)), CUTS)
@example(b"\x1a\x1a\x1a", 1, "none", [1])
@example(b"x\r\n", 2, "crlf", [])
def test_any_bytes_in_any_pieces_give_the_records_of_the_reference(
    data: bytes, length: int, terminator: str, cuts: list[int]
):
    make = form({"name": "a", "bytes": length}, terminator=terminator)
    expected = fixed_records(data, length, TERMINATORS[terminator], make.longest)
    found, rest = streamed(make, data, cuts)
    assert found == expected
    assert b"".join(raw for raw, _, _ in found) + rest == data
    assert not rest.strip(b"\x1a")


@given(BYTES, LENGTHS, st.integers(1, 2), st.integers(1, 20))
def test_a_limit_cuts_where_the_reference_cuts(data: bytes, length: int, newline: int, limit: int):
    shape = (length, newline, limit + length + newline)
    found = framing.split(split_fixed, array(data), True, shape, 1 << 20)
    expected = fixed_records(data, length, b"\r\n"[2 - newline :], shape[2])
    assert records(data, found) == expected


def test_more_records_than_expected_are_found_all_the_same():
    data = b"abcde\n" * 5000
    found = form({"name": "a", "bytes": 90}, terminator="lf").split(array(data), eof=True)
    assert len(found.stop) == 5000
    assert found.bounds.tolist() == list(range(0, 30001, 6))


def test_fields_lie_at_their_offsets_and_a_broken_record_has_none():
    data = b"0001aabbccXX\r\n0002dd\r\n0003eeffggYY\r\n"
    make = form(*FIELDS)
    spans = make.spans(chunk(data, make.split(array(data), eof=True)), None)
    cells = [
        [bytes(spans.data[a:b]) for a, b in zip(*pair, strict=True)]
        for pair in map(spans.of, range(len(FIELDS)))
    ]
    assert cells == [
        [b"0001", b"", b"0003"],
        [b"aabbcc", b"", b"eeffgg"],
        [b"XX", b"", b"YY"],
    ]
    assert [int(spans.of(field)[0][1]) for field in range(len(FIELDS))] == [14, 14, 14]


def test_a_byte_order_mark_is_eaten_where_it_can_be_no_text():
    data = b"\xef\xbb\xbfabcd\r\n"
    problem = (framing.FileProblem("SRC-004", "present", 0),)
    field = {"name": "a", "bytes": 4}
    utf8 = form(field, charset="utf-8")
    assert utf8.begin(array(data), True) == framing.Beginning(3, None, problem)
    assert form(field).begin(array(data), True) == framing.Beginning(3, None, problem)
    kanji = form(field, charset="euc-jp")
    assert kanji.begin(array(data), True) == framing.Beginning(0, None, problem)
    assert utf8.begin(array(data[:2]), False) is None
    assert utf8.begin(array(data[3:]), False) == framing.Beginning(0, None, ())
    assert utf8.begin(array(b""), True) == framing.Beginning(
        0, None, (framing.FileProblem("SRC-001", "", 0),)
    )


SPACE = "　".encode("cp932")
PADDED = [
    ("a number is filled with zeros", {"kind": "integer"}, b"12", b"000012"),
    ("a blank number with spaces", {"kind": "integer"}, b"", b"      "),
    ("a sign stays in front", {"kind": "integer", "sign": "minus"}, b"-12", b"-00012"),
    ("no sign, no place for it", {"kind": "integer", "sign": "minus"}, b"12", b"000012"),
    ("a leading sign stays too", {"kind": "decimal", "sign": "leading"}, b"+12", b"+00012"),
    ("a trailing sign is at the end", {"kind": "integer", "sign": "trailing"}, b"12-", b"00012-"),
    (
        "a number padded with spaces",
        {"kind": "integer", "sign": "minus", "pad": " "},
        b"-1",
        b"    -1",
    ),
    ("a number on the left", {"kind": "integer", "align": "left", "pad": " "}, b"12", b"12    "),
    ("text is filled with spaces", {"kind": "narrow"}, b"ab", b"ab    "),
    ("text on the right", {"kind": "digits", "align": "right", "pad": "0"}, b"12", b"000012"),
    ("a blank is never zeros", {"kind": "digits", "align": "right", "pad": "0"}, b"", b"      "),
    ("wide text", {"kind": "wide"}, SPACE[::-1], SPACE[::-1] + SPACE * 2),
    ("wide blank", {"kind": "wide"}, b"", SPACE * 3),
    ("no room for a wide space", {"kind": "wide"}, b"abc", b"abc" + SPACE + b" "),
    ("wide on the right", {"kind": "wide", "align": "right"}, b"abc", b" " + SPACE + b"abc"),
    ("too long is cut", {"kind": "narrow"}, b"abcdefgh", b"abcdef"),
    ("a long one too", {"kind": "narrow"}, b"abcdefghijklmnopq", b"abcdef"),
    ("exact", {"kind": "wide"}, SPACE[::-1] * 3, SPACE[::-1] * 3),
]


@pytest.mark.parametrize(("name", "field", "value", "slot"), PADDED)
@pytest.mark.parametrize("behind", [0, 30])
def test_a_value_is_padded(
    name: str, field: dict[str, Any], value: bytes, slot: bytes, behind: int
):
    last = [{"name": "z", "bytes": behind}] if behind else []
    make = form({"name": "a", "bytes": 6} | field, *last, terminator="lf")
    columns = texts([value], [b"z"])[: 1 + len(last)]
    out, bounds = make.assemble(columns, np.array([True]))
    assert out.tobytes()[:6] == slot
    assert out.tobytes()[6:] == (b"z" + b" " * 29 if behind else b"") + b"\n"
    assert bounds.tolist() == [0, 7 + behind]


def test_wide_spaces_of_three_bytes_fill_a_field():
    make = form({"name": "a", "bytes": 32, "kind": "wide"}, terminator="none", charset="utf-8")
    out, _ = make.assemble(texts(["山".encode()]), np.array([True]))
    assert out.tobytes() == ("山" + "　" * 9).encode() + b"  "


def test_what_is_longer_than_its_field_is_found():
    make = form(*FIELDS)
    found = make.fit(texts([b"1234", b"12345"], [b"", b"1234567"]))
    assert [column.tolist() for column in found] == [[0, status.OVERFLOW]] * 2


def test_an_end_mark_is_written_when_the_layout_has_one():
    assert form(*FIELDS, eof="1a").closing() == b"\x1a"
    assert form(*FIELDS).closing() == form(*FIELDS).opening() == b""


def test_no_rows_make_no_bytes():
    out, bounds = form(*FIELDS).assemble(texts([b"1"], [b"2"]), np.array([False]))
    assert (out.tobytes(), bounds.tolist()) == (b"", [0])


VALUES = st.binary(max_size=30).map(lambda raw: raw.replace(b"\n", b"n"))
STYLES = {
    "narrow": ("left", b" "),
    "wide": ("left", SPACE),
    "integer": ("right", b"0"),
    "decimal": ("sign", b"0"),
}


@given(st.data())
def test_records_are_those_of_the_reference_and_read_back(data: st.DataObject):
    kinds = data.draw(st.lists(st.sampled_from(sorted(STYLES)), min_size=1, max_size=6))
    widths = [data.draw(st.integers(1, 40)) for _ in kinds]
    rows = data.draw(st.lists(st.tuples(*[VALUES for _ in kinds]), min_size=1, max_size=40))
    keep = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    fields = [
        {
            "name": str(n),
            "bytes": width,
            "kind": kind,
            "sign": "minus" if kind == "decimal" else "none",
        }
        for n, (width, kind) in enumerate(zip(widths, kinds, strict=True))
    ]
    make = form(*fields, {"filler": 3})
    columns = texts(*(list(column) for column in zip(*rows, strict=True)))
    out, bounds = make.assemble(columns, np.array(keep))
    pads = [STYLES[kind] for kind in kinds]
    lines = [
        fixed_line(list(row), widths, pads) + b"   \r\n"
        for row, kept in zip(rows, keep, strict=True)
        if kept
    ]
    assert out.tobytes() == b"".join(lines)
    found = make.split(out, eof=True)
    assert found.bounds.tolist() == bounds.tolist()
    assert not found.codes.any()
