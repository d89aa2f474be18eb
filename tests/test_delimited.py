"""Delimited records: what RFC 4180 says, and what files do that have not read it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reference_forms import delimited_columns, delimited_line, delimited_records
from test_fixed import array, chunk, records, streamed, texts

from converters import status
from converters.forms.delimited import Delimited
from converters.forms.delimited import form as delimited
from converters.forms.framing import Beginning, FileProblem, Split
from converters.kernels.numbers import LEADING, MINUS, TRAILING, UNSIGNED
from converters.model import Layout
from converters.numbers import Spelled, Style
from converters.texts import Text


def form(names: str = "a b", charset: str = "cp932", /, **framing: Any) -> Delimited:
    """A form whose fields are the given names; `a:decimal` gives a kind."""
    fields = []
    for name in names.split():
        name, _, kind = name.partition(":")
        fields.append({"name": name, "kind": kind or "mixed"})
    return made(*fields, charset=charset, **framing)


def made(*fields: dict[str, Any], charset: str = "cp932", **framing: Any) -> Delimited:
    layout = Layout.model_validate(
        {
            "kind": "layout",
            "id": "test",
            "charset": charset,
            "framing": {"delimited": framing},
            "records": [{"fields": list(fields)}],
        }
    )
    return delimited(layout, lambda raw: raw.decode(charset), lambda text: text.encode(charset))


def cells(make: Delimited, data: bytes, order: tuple[int, ...] | None = None) -> list[Any]:
    """The values of each record, or the number of its problem."""
    found = make.split(array(data), eof=True)
    spans = make.spans(chunk(data, found), order)
    return [
        int(spans.codes[i])
        or [
            spans.data[a:b].tobytes()
            for a, b in ((edge[i] for edge in spans.of(f)) for f in range(len(make.fields)))
        ]
        for i in range(len(found.stop))
    ]


CASES = [
    ("plain", b"1,2\r\n3,4\r\n", [[b"1", b"2"], [b"3", b"4"]]),
    (
        "mixed line ends, none at the end",
        b"1,2\n3,4\r\n5,6",
        [[b"1", b"2"], [b"3", b"4"], [b"5", b"6"]],
    ),
    ("quoted", b'"1","2"\r\n', [[b"1", b"2"]]),
    ("everything in quotes", b'"a,\r\n""b""","\n"\r\n1,2\n', [[b'a,\r\n"b"', b"\n"], [b"1", b"2"]]),
    ("blank values", b',\r\n"",""\r\n', [[b"", b""], [b"", b""]]),
    ("a quote inside is data", b'5"6,a"b"\n"1",2\n', [[b'5"6', b'a"b"'], [b"1", b"2"]]),
    ("a space before a quote is data", b'1, "2"\n', [[b"1", b' "2"']]),
    ("only doubled quotes", b'"""","""""\n"\n', [[b'"', b'""\n']]),
    ("a CR alone is data", b"1\r2,3\r\r\n", [[b"1\r2", b"3\r"]]),
    ("one column short and one long", b"1\n1,2,3\n1,2\n", [3, 3, [b"1", b"2"]]),
    ("a blank line", b"1,2\n\r\n3,4\n", [[b"1", b"2"], 5, [b"3", b"4"]]),
    ("text behind a closing quote", b'"1"x,2\n"1","2" \n3,4\n', [3, 3, [b"3", b"4"]]),
    ("a quote that is never closed", b'1,"2\n3,4\n5,6\n', [4, [b"3", b"4"], [b"5", b"6"]]),
    ("nothing but an open quote", b'"', [4]),
    (
        "Shift_JIS trail bytes",
        "表,ソ\n".encode("cp932"),
        [["表".encode("cp932"), "ソ".encode("cp932")]],
    ),
    ("EOF mark", b"1,2\n\x1a", [[b"1", b"2"]]),
    ("EOF mark behind content", b"1,2\x1a", [[b"1", b"2"]]),
    ("nothing", b"", []),
]


@pytest.mark.parametrize(("name", "data", "expected"), CASES)
@pytest.mark.parametrize("shift", range(0, 70, 23))
def test_fields_are_found(name: str, data: bytes, expected: list[Any], shift: int):
    lead = b"x" * shift + b",y\n" if shift else b""
    want = [[b"x" * shift, b"y"], *expected] if shift else expected
    assert cells(form(), lead + data) == want


def test_a_blank_line_is_a_record_where_there_is_one_field():
    assert cells(form("a"), b"1\n\n2\n") == [[b"1"], [b""], [b"2"]]


def test_columns_are_put_where_their_fields_are():
    data = b"1,2,3\n4,5,6\n"
    assert cells(form("a b c"), data, (2, -1, 0)) == [[b"3", b"", b"1"], [b"6", b"", b"4"]]


def test_an_absent_column_is_blank_at_the_start_of_its_record():
    data = b'1,2\n"x""y",5\n'
    make = form("a b c")
    spans = make.spans(chunk(data, make.split(array(data), eof=True)), (2, 1))
    assert [edge.tolist() for edge in spans.of(0)] == [[0, 4], [0, 4]]
    start, stop = spans.of(2)
    assert spans.data[start[1] : stop[1]].tobytes() == b'x"y'


def test_other_delimiters_are_taken_from_the_layout():
    assert cells(form(delimiter="\t"), b'1,1\t"a\tb"\n') == [[b"1,1", b"a\tb"]]


PIECES = st.sampled_from(
    [
        b"a",
        b",",
        b",",
        b'"',
        b'""',
        b"\n",
        b"\r\n",
        b"\r",
        b"\x1a",
        b'","',
        b'"\n"',
        b"x" * 9,
        b"1" * 61 + b",",
        b'"' + b"y" * 60 + b'",',
        "表".encode("cp932"),
    ]
)
BYTES = st.lists(PIECES, max_size=40).map(b"".join)
CUTS = st.lists(st.integers(0, 80), max_size=12)
LIMITS = st.sampled_from([1, 3, 16, 70, 200, 1 << 20])


@given(BYTES, LIMITS, CUTS, st.sampled_from(["a", "a b"]))
@example(b'"' + b"\n" * 80, 200, [], "a b")
@example(b'"a"' + b"\n" * 80, 200, [], "a b")
@example(b"x" * 70 + b"\n", 70, [], "a b")
def test_any_bytes_in_any_pieces_give_the_records_of_the_reference(
    data: bytes, limit: int, cuts: list[int], names: str
):
    make = replace(form(names), limit=limit)
    found, rest = streamed(make, data, cuts)
    assert found == delimited_records(data, b",", limit, names == "a")
    assert b"".join(raw for raw, _, _ in found) + rest == data
    assert not rest.strip(b"\x1a")


VALUES = st.sampled_from([b"", b"", b"1", b"x" * 70, b'""', b'"a,b"', b'"a""b"', b'a"b', b'"\n"'])


@given(
    st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=50),
    st.lists(st.integers(0, 49), max_size=2),
    st.sampled_from([None, (0, 1, 2), (2, -1, 0), (-1, 2, 1)]),
)
def test_records_of_any_number_give_the_columns_of_the_reference(
    rows: list[list[bytes]], ragged: list[int], order: tuple[int, ...] | None
) -> None:
    rows = [row[:2] if place in ragged else row for place, row in enumerate(rows)]
    rows = [row if any(row) else [b"1", *row[1:]] for row in rows]
    data, make = b"".join(b",".join(row) + b"\r\n" for row in rows), form("a b c")
    expected = []
    for row in rows:
        values = delimited_columns(b",".join(row), b",") or []
        placed = dict(zip(order or range(3), values, strict=False))
        expected.append([placed.get(f, b"") for f in range(3)] if len(values) == 3 else 3)
    assert cells(make, data, order) == expected
    spans = make.spans(chunk(data, make.split(array(data), eof=True)), order)
    for f in spans.empty:
        assert not any(row[f] for row in expected if row != 3)


@given(BYTES)
@example(b'"' + b"a" * 62 + b'"' + b"b,c")
@example(b'"' + b"a" * 62 + b'"' + b",c")
def test_any_record_gives_the_columns_of_the_reference(data: bytes):
    found = delimited_records(data, b",", 1 << 20, True)
    for count in {content.count(b",") + 1 for _, content, _ in found}:
        make = form(" ".join(f"f{k}" for k in range(count)))
        expected = []
        for _, content, problem in delimited_records(data, b",", 1 << 20, count == 1):
            values = delimited_columns(content, b",") if not problem else []
            bad = {"REC-005": 5, "REC-007": 4}.get(problem)
            ragged = values is None or len(values) != count
            expected.append(bad or (3 if ragged else values))
        assert cells(make, data) == expected


VALUES = st.lists(
    st.sampled_from([b"a", b"12", b'"', b",", b"\r", b"\n", b" ", "髙".encode("cp932"), b"z" * 12]),
    max_size=6,
).map(b"".join)
QUOTING = {"all": "always", "needed": "needed"}


@given(
    st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=150),
    st.sampled_from(sorted(QUOTING)),
    st.sampled_from([b"\r\n", b"\n"]),
    st.data(),
)
def test_records_are_those_of_the_reference_and_read_back(
    rows: list[tuple[bytes, ...]], quote: str, newline: bytes, data: st.DataObject
):
    keep = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    make = form("a b c", quote=quote, terminator="crlf" if newline == b"\r\n" else "lf")
    columns = texts(*([row[k] for row in rows] for k in range(3)))
    out, bounds = make.assemble(columns, np.array(keep, bool))
    kept = [row for row, kept in zip(rows, keep, strict=True) if kept]
    lines = [delimited_line(list(row), b",", [QUOTING[quote]] * 3) + newline for row in kept]
    assert out.tobytes() == b"".join(lines)
    assert bounds.tolist() == np.cumsum([0, *map(len, lines)]).tolist()
    assert cells(make, out.tobytes()) == [list(row) for row in kept]


STYLES = st.builds(
    Style,
    sign=st.sampled_from([UNSIGNED, MINUS, LEADING, TRAILING]),
    plus=st.sampled_from([*b'+ ,"']),
    decimals=st.integers(0, 18),
    least=st.integers(1, 18),
).map(lambda one: replace(one, least=max(one.least, one.decimals + 1)))
EDGES = [10**n + k for n in range(19) for k in (-1, 0, 1)]
UNITS = st.one_of(
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.sampled_from([sign * n for n in EDGES for sign in (1, -1)]),
)


def digits(style: Style, value: int) -> bytes:
    """A number as its style has it."""
    shown = str(abs(value)).zfill(style.least)
    if style.decimals:
        shown = f"{shown[: -style.decimals]}.{shown[-style.decimals :]}"
    mark = "-" if value < 0 else chr(style.plus)
    before = mark if style.sign == LEADING or (style.sign == MINUS and value < 0) else ""
    return (before + shown + (mark if style.sign == TRAILING else "")).encode()


@given(
    columns=st.lists(st.tuples(STYLES, st.booleans()), min_size=1, max_size=4),
    quote=st.sampled_from([*QUOTING, "none"]),
    delimiter=st.sampled_from([",", "\t", "-"]),
    data=st.data(),
)
def test_numbers_are_written_into_records_as_the_reference_spells_them(
    columns: list[tuple[Style, bool]], quote: str, delimiter: str, data: st.DataObject
):
    count = data.draw(st.integers(1, 70))
    numbers, shown = [], []
    for style, gapped in columns:
        units = data.draw(st.lists(UNITS, min_size=count, max_size=count))
        if style.sign == UNSIGNED:
            units = [max(unit, 0) for unit in units]
        there = [not gapped or unit % 3 > 0 for unit in units]
        outcomes = np.where(there, status.OK, status.BLANK).astype(np.uint8)
        spelled = Spelled(np.array(units, np.int64), outcomes, there.count(False), style)
        numbers.append(Text.of(spelled))
        shown.append(
            [
                digits(style, unit) if is_there else b""
                for unit, is_there in zip(units, there, strict=True)
            ]
        )
        assert numbers[-1].longest >= max(map(len, shown[-1]))
    names = " ".join("abcd"[: len(columns)])
    make = form(names + " z", quote=quote, delimiter=delimiter, terminator="lf")
    others = texts([b"x" * row for row in range(count)])[0]
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=count, max_size=count)), bool)
    out, bounds = make.assemble([*numbers, others], keep)
    quoting = [QUOTING.get(quote, "never")] * (len(columns) + 1)
    rows = zip(*shown, [b"x" * row for row in range(count)], strict=True)
    lines = [delimited_line(list(row), delimiter.encode(), quoting) + b"\n" for row in rows]
    kept = [line for line, is_kept in zip(lines, keep, strict=True) if is_kept]
    assert out.tobytes() == b"".join(kept)
    assert bounds.tolist() == np.cumsum([0, *map(len, kept)]).tolist()
    for number, texts_due in zip(numbers, shown, strict=True):
        assert [number.value(row) for row in range(count)] == texts_due


def test_output_that_grows_over_the_first_guess_is_written_whole():
    value = b'"' * 40
    pool = texts([value])[0]
    shared = type(pool)(np.repeat(pool.views, 3000, axis=0), pool.data)
    out, bounds = form("a").assemble([shared], np.ones(3000, bool))
    assert out.tobytes() == (b'"' * 82 + b"\r\n") * 3000
    assert bounds[-1] == len(out)


QUOTES = [
    ("needed", {}, b'a b,1.5,"x,""y"\r\n'),
    ("all", {}, b'"a b","1.5","x,""y"\r\n'),
    ("text", {}, b'"a b",1.5,"x,""y"\r\n'),
    ("none", {}, b'a b,1.5,x,"y\r\n'),
    ("needed", {"quote": True}, b'"a b",1.5,"x,""y"\r\n'),
    ("all", {"quote": False}, b'a b,"1.5","x,""y"\r\n'),
]


@pytest.mark.parametrize(("quote", "first", "line"), QUOTES)
def test_values_are_quoted_as_the_layout_says(quote: str, first: dict[str, Any], line: bytes):
    make = made({"name": "a"} | first, {"name": "b", "kind": "decimal"}, {"name": "c"}, quote=quote)
    out, _ = make.assemble(texts([b"a b"], [b"1.5"], [b'x,"y']), np.array([True]))
    assert out.tobytes() == line


def test_a_filler_is_written_blank():
    make = made({"name": "a"}, {"filler": 3}, {"name": "b"})
    out, _ = make.assemble(texts([b"1", b"2"], [b"3", b"4"]), np.array([True, True]))
    assert out.tobytes() == b"1,,3\r\n2,,4\r\n"


def test_values_that_cannot_be_written_are_found():
    make = made({"name": "a", "bytes": 3, "quote": False}, {"name": "b", "bytes": 3}, {"name": "c"})
    values = [b"abc", b"a,b", b"abcd", b'"', b""]
    found = make.fit(texts(values, values, values))
    unmappable = [0, status.UNMAPPABLE, status.OVERFLOW, status.UNMAPPABLE, 0]
    assert [None if column is None else column.tolist() for column in found] == [
        unmappable,
        [0, 0, status.OVERFLOW, 0, 0],
        None,
    ]


def problem(code: str, detail: str, offset: int = 0) -> FileProblem:
    return FileProblem(code, detail, offset)


HEADERS = [
    ("as the layout has it", "a,b", (0, 1), ()),
    ("quoted", '"a","b"', (0, 1), ()),
    ("reordered", "b,a", (1, 0), (problem("SRC-014", "b"),)),
    ("a column too many", "a,x,b", (0, -1, 1), (problem("SRC-013", "x"),)),
    ("a column is missing", "b", (1,), (problem("SRC-012", "a"),)),
    ("twice the same", "a,b,a", (0, 1, -1), (problem("SRC-015", "a"),)),
    ("names that hold anything", 'a,"b,\n""x"""', (0, -1), None),
]


@pytest.mark.parametrize(("name", "row", "order", "problems"), HEADERS)
def test_a_header_is_matched_by_name(
    name: str, row: str, order: tuple[int, ...], problems: tuple[FileProblem, ...] | None
):
    data = row.encode() + b"\r\n1,2\r\n"
    if problems is None:
        problems = (problem("SRC-013", 'b,\n"x"'), problem("SRC-012", "b"))
    assert form().begin(array(data), False) == Beginning(len(row) + 2, order, problems)


def test_a_mark_before_a_header_of_another_charset_is_eaten():
    data = b"\xef\xbb\xbfa,b\r\n1,2\r\n"
    found = form().begin(array(data), False)
    assert found == Beginning(8, (0, 1), (problem("SRC-004", "present"),))


def test_a_file_without_its_header_keeps_its_first_record():
    data = b"1,2\r\n"
    assert form().begin(array(data), False) == Beginning(0, None, (problem("SRC-010", ""),))
    assert form(header=False).begin(array(data), False) == Beginning(0, None, ())


def test_a_header_in_another_charset_is_no_header():
    data = b"\xff\x80,b\r\n"
    start = form("a b", "utf-8").begin(array(data), False)
    assert start is not None
    assert [p.code for p in start.problems] == ["SRC-003"]
    assert start.used == 0


def test_a_column_that_may_be_absent_is_no_problem():
    make = made({"name": "a", "column": False}, {"name": "b"})
    assert make.begin(array(b"b\n"), False) == Beginning(2, (1,), ())


def test_a_filler_column_is_known_by_its_place():
    make = made({"name": "a"}, {"filler": 3}, {"name": "b"})
    assert make.begin(array("a,予備,b\n".encode("cp932")), False) == Beginning(9, (0, 1, 2), ())
    assert make.begin(array(b"a,b\n"), False) == Beginning(4, (0, 2), ())


def test_a_header_asks_for_more_until_it_is_whole():
    data = b'\xef\xbb\xbf"a\r\n",b\r\n'
    make = form("a b", "utf-8", bom=True)
    for size in range(len(data)):
        assert make.begin(array(data[:size]), False) is None
    assert make.begin(array(data), True) is not None
    absent = make.begin(array(b"a,b"), True)
    assert absent == Beginning(3, (0, 1), (problem("SRC-004", "absent"),))


def test_the_opening_reads_back_as_the_beginning():
    for quote in ("all", "needed"):
        make = form('住所 x,"y', "utf-8", bom=True, quote=quote)
        opening = make.opening()
        assert make.begin(array(opening), True) == Beginning(len(opening), (0, 1), ())
    assert form(header=False, bom=True).opening() == b"\xef\xbb\xbf"
    assert form(eof="1a").closing() == b"\x1a"
    assert form().closing() == b""


def test_a_limit_bounds_the_search_for_a_closing_quote():
    data = b'1,"2\n' + b"3,4\n" * 40
    found: Split = replace(form(), limit=100).split(array(data), eof=False)
    assert [problem for _, _, problem in records(data, found)] == ["REC-007"] + [""] * 40
