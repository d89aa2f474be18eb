"""Variable records: every byte belongs to one record, whatever is cut off where."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import forms
from converters.columns import Chunk
from converters.forms import framing, variable
from converters.forms.variable import Variable
from converters.kinds.spellings import views
from converters.model import Layout

Record = tuple[bytes, bytes, str]
FIELDS = (
    {"name": "番号", "bytes": 3, "kind": "digits"},
    {"name": "額", "bytes": 2, "kind": "packed"},
    {"name": "備考", "bytes": 4, "kind": "narrow"},
)
LENGTH = 9


def form(**options: Any) -> Variable:
    known = {"kind": "layout", "id": "t", "charset": "cp932"}
    how = {"variable": {"length": LENGTH, **options}}
    layout = Layout.model_validate({**known, "framing": how, "records": [{"fields": FIELDS}]})
    found = forms.form(layout, bytes.decode, lambda text: text.encode("cp932"))
    assert isinstance(found, Variable)
    return found


def split(of: Variable, data: bytes, eof: bool = True) -> tuple[list[Record], bytes]:
    """Records as raw bytes, content with its header, and problem; and the bytes left over."""
    found = of.split(np.frombuffer(data, np.uint8), eof)
    edges = zip(found.bounds[:-1], found.bounds[1:], found.stop, found.codes, strict=True)
    records = [
        (data[a:b], data[a:stop], framing.PROBLEMS.get(int(code), "")) for a, b, stop, code in edges
    ]
    return records, data[int(found.bounds[-1]) :]


def described(data: bytes, endian: str, counted: bool, limit: int) -> list[Record]:
    """The records of a whole file, as plainly as it can be said."""
    records = []
    while data:
        word, size = data[:4], int.from_bytes(data[:2], endian) + (0 if counted else 4)  # type: ignore[arg-type]
        if len(word) < 4 or word[2:] != b"\0\0" or size < 4:
            raw, code = data[:limit], "REC-011"
        elif size > len(data):
            raw, code = data, "REC-012"
        else:
            raw, code = data[:size], "REC-002" if size - 4 > LENGTH else ""
        records.append((raw, raw, code))
        data = data[len(raw) :]
    return records


def lines(data: bytes, limit: int) -> list[Record]:
    records = []
    while data.strip(b"\x1a") or len(data) > limit:
        head, end, _ = data.partition(b"\n")
        raw, code = head + end, ""
        content = head.removesuffix(b"\r") if end else head.rstrip(b"\x1a")
        if not end:
            raw = content
        if len(head) >= limit:
            raw = content = data[:limit]
            code = "REC-008"
        elif len(content) > LENGTH:
            code = "REC-002"
        elif not content:
            code = "REC-005"
        records.append((raw, content, code))
        data = data[len(raw) :]
    return records


CASES: list[tuple[str, dict[str, Any], bytes, list[tuple[int, str]]]] = [
    # name, framing, file, records as bytes and problem
    ("two records", {}, b"\0\x0d\0\x00123456789\0\x07\0\x00123", [(13, ""), (7, "")]),
    ("not counted", {"counted": False}, b"\0\x03\0\x00123", [(7, "")]),
    ("little", {"endian": "little"}, b"\x07\0\0\x00123", [(7, "")]),
    ("nothing but a word", {}, b"\0\x04\0\0", [(4, "")]),
    ("too long", {}, b"\0\x0e\0\x000123456789", [(14, "REC-002")]),
    ("cut off", {}, b"\0\x0d\0\x00123", [(7, "REC-012")]),
    ("half a word", {}, b"\0\x07\0\x00123\0\x07", [(7, ""), (2, "REC-011")]),
    ("no word", {}, b"123456789", [(9, "REC-011")]),
    ("a length below the word", {}, b"\0\x03\0\x00123", [(7, "REC-011")]),
    ("lines", {"by": "crlf"}, b"123\r\n12345\n", [(5, ""), (6, "")]),
    ("a long line", {"by": "lf"}, b"1234567890\n1\n", [(11, "REC-002"), (2, "")]),
    ("an empty line", {"by": "lf"}, b"1\n\n2", [(2, ""), (1, "REC-005"), (1, "")]),
    ("an end-of-file mark", {"by": "lf"}, b"1\n\x1a", [(2, "")]),
]


@pytest.mark.parametrize(
    ("how", "data", "due"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_a_file_is_split_at_its_records(
    how: dict[str, Any], data: bytes, due: list[tuple[int, str]]
) -> None:
    assert [(len(raw), code) for raw, _, code in split(form(**how), data)[0]] == due


words = st.builds(
    lambda size, body: (size).to_bytes(2, "big") + b"\0\0" + body,
    st.integers(0, 16),
    st.binary(max_size=12),
)


@given(st.lists(words, max_size=6).map(b"".join), st.booleans(), st.sampled_from(["big", "little"]))
def test_words_are_found_as_the_reference_finds_them(
    data: bytes, counted: bool, endian: str
) -> None:
    of = form(counted=counted, endian=endian)
    assert split(of, data) == (described(data, endian, counted, of.longest), b"")


texts = st.text(st.sampled_from("12 \r\n\x1a"), max_size=40).map(str.encode)


@given(texts)
def test_lines_are_found_as_the_reference_finds_them(data: bytes) -> None:
    of = form(by="crlf")
    found, rest = split(of, data)
    assert found == lines(data, of.longest)
    assert b"".join(raw for raw, _, _ in found) + rest == data


@given(st.lists(words, max_size=6).map(b"".join), st.lists(st.integers(0, 9), max_size=8))
def test_how_a_file_arrives_changes_nothing(data: bytes, cuts: list[int]) -> None:
    of = form()
    found, buffer, place = [], b"", 0
    for size in [*cuts, len(data)]:
        buffer += data[place : place + size]
        place += size
        eof = place >= len(data)
        records, buffer = split(of, buffer, eof)
        found += records
        if eof:
            break
    assert found == split(of, data)[0]


def spans(of: Variable, data: bytes) -> tuple[list[list[bytes]], list[str]]:
    """The bytes of the fields of each record, and its problem."""
    found = of.split(np.frombuffer(data, np.uint8), True)
    chunk = Chunk(0, 0, 1, 0, np.frombuffer(data, np.uint8), found.bounds, found.stop, found.codes)
    where = of.spans(chunk, None)
    edges = [where.of(field) for field in range(len(FIELDS))]
    rows = [[data[a[row] : b[row]] for a, b in edges] for row in range(len(found.stop))]
    return rows, [framing.PROBLEMS.get(int(code), "") for code in where.codes]


def test_what_is_missing_is_blank_and_half_a_host_number_makes_the_record_short() -> None:
    data = b"123\x12\x3fabcd\n123\x12\x3fa\n12\n123\x12\n"
    rows, problems = spans(form(by="lf"), data)
    assert rows[:3] == [
        [b"123", b"\x12\x3f", b"abcd"],
        [b"123", b"\x12\x3f", b"a"],
        [b"12", b"", b""],
    ]
    assert problems == ["", "", "", "REC-001"]
    assert rows[3] == [b"", b"", b""]


def test_fields_begin_behind_the_word() -> None:
    rows, problems = spans(form(), b"\0\x09\0\x00123\x12\x3f\0\x0a\0\x00456\x45\x6f ")
    assert rows == [[b"123", b"\x12\x3f", b""], [b"456", b"\x45\x6f", b" "]]
    assert problems == ["", ""]


def written(of: Variable, rows: list[list[bytes]], keep: list[bool]) -> list[bytes]:
    columns = [views([row[place] for row in rows]) for place in range(len(FIELDS))]
    out, bounds = of.assemble(columns, np.array(keep, np.bool_))
    data = out.tobytes()
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


@pytest.mark.parametrize(
    ("how", "due"),
    [
        ({}, [b"\0\x0d\0\x0012 \x12\x3fab  ", b"\0\x0d\0\x00123\x12\x20    "]),
        ({"trim": True}, [b"\0\x0b\0\x0012 \x12\x3fab", b"\0\x09\0\x00123\x12\x20"]),
        (
            {"endian": "little", "counted": False, "trim": True},
            [b"\x07\0\0\x0012 \x12\x3fab", b"\x05\0\0\x00123\x12\x20"],
        ),
        ({"by": "crlf"}, [b"12 \x12\x3fab\r\n", b"123\x12\x20\r\n"]),
        ({"by": "lf", "trim": False}, [b"12 \x12\x3fab  \n", b"123\x12\x20    \n"]),
    ],
)
def test_records_are_written_with_their_word_or_line_end(
    how: dict[str, Any], due: list[bytes]
) -> None:
    rows = [[b"12", b"\x12\x3f", b"ab"], [b"9", b"\x12\x3f", b""], [b"123", b"\x12\x20", b""]]
    assert written(form(**how), rows, [True, False, True]) == due


rows = st.lists(
    st.tuples(
        st.text("0123456789", min_size=3, max_size=3).map(str.encode),
        st.binary(min_size=2, max_size=2).filter(
            lambda data: b"\n" not in data and b"\r" not in data
        ),
        st.text("abc", max_size=4).map(str.encode),
    ).map(list),
    max_size=9,
)


@given(rows, st.sampled_from(["rdw", "crlf", "lf"]), st.sampled_from([None, False, True]))
def test_what_was_written_is_found_again(
    given_: list[list[bytes]], by: str, trim: bool | None
) -> None:
    of = form(by=by, trim=trim)
    data = b"".join(written(of, given_, [True] * len(given_)))
    found, problems = spans(of, data)
    assert [[a, b, c.rstrip()] for a, b, c in found] == given_
    assert set(problems) <= {""}


def test_the_registry_gives_a_variable_form() -> None:
    assert variable.NEWLINE.keys() == {"rdw", "crlf", "field", "lf", "nl", "tables"}
    assert form(eof="1a", by="lf").closing() == b"\x1a"
