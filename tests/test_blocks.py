"""Records in blocks, behind their own lengths, between headers and footers: framed and written."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from converters import forms, pipeline, spec
from converters.columns import Chunk
from converters.forms import Form, Kept, framing
from converters.kinds.spellings import views
from converters.model import Layout
from converters.pipeline import Job

FIELDS = ({"name": "番号", "bytes": 3, "kind": "digits"}, {"name": "備考", "bytes": 5})
LENGTH = 8
Record = tuple[bytes, bytes, str]
"""Raw bytes, bytes of the record itself, problem."""


def form(framing_: dict[str, Any]) -> Form:
    known = {"kind": "layout", "id": "t", "charset": "cp932", "framing": framing_}
    layout = Layout.model_validate({**known, "records": [{"fields": FIELDS}]})
    return forms.form(layout, bytes.decode, lambda text: text.encode("cp932"))


def rdw(block: dict[str, Any] | None = None, **options: Any) -> Form:
    more = {} if block is None else {"block": {"bytes": 40, **block}}
    return form({"variable": {"length": LENGTH, **options, **more}})


def slots(block: int = 20, fill: str = "00") -> Form:
    how = {"length": LENGTH, "terminator": "none", "block": {"bytes": block, "fill": fill}}
    return form({"fixed": how})


def counted(adds: int = 0, endian: str = "big", **size: Any) -> Form:
    how = {"at": 1, "bytes": 2, "adds": adds, **size}
    return form({"variable": {"length": LENGTH, "by": "field", "endian": endian, "size": how}})


def array(data: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.frombuffer(data, np.uint8)


def chunk(of: Form, data: bytes, eof: bool = True) -> tuple[Chunk, bytes]:
    """The records of some bytes, and what is left over."""
    found = of.split(array(data), eof)
    whole = int(found.bounds[-1])
    one = Chunk(0, 0, 1, 0, array(data)[:whole], found.bounds, found.stop, found.codes, found.own)
    return one, data[whole:]


def records(of: Form, data: bytes, eof: bool = True) -> tuple[list[Record], bytes]:
    found, rest = chunk(of, data, eof)
    edges = zip(found.bounds[:-1], found.bounds[1:], *found.edges, found.codes, strict=True)
    rows = [
        (data[a:b], data[c:d], framing.PROBLEMS.get(int(code), "")) for a, b, c, d, code in edges
    ]
    return rows, rest


def values(of: Form, data: bytes) -> list[list[bytes]]:
    found, _ = chunk(of, data)
    spans = of.spans(found, None)
    edges = [spans.of(field) for field in range(len(FIELDS))]
    return [[data[a[r] : b[r]] for a, b in edges] for r in range(found.records)]


def word(size: int, endian: str = "big") -> bytes:
    return size.to_bytes(2, endian) + b"\0\0"  # type: ignore[arg-type]


def block(*contents: bytes) -> bytes:
    """Records behind their words, behind the word of their block."""
    body = b"".join(word(len(one) + 4) + one for one in contents)
    return word(len(body) + 4) + body


ONE, TWO = b"001ab   ", b"002"
CASES: list[tuple[str, Form, bytes, list[tuple[int, int, str]]]] = [
    # name, form, file, raw bytes, own bytes and problem of each record
    ("one block", rdw({}), block(ONE, TWO), [(16, 12, ""), (7, 7, "")]),
    ("two blocks", rdw({}), block(ONE) + block(TWO), [(16, 12, ""), (11, 7, "")]),
    ("an empty block", rdw({}), word(4) + block(TWO), [(4, 4, "REC-005"), (11, 7, "")]),
    ("no block", rdw({}), ONE + ONE, [(16, 16, "REC-021")]),
    (
        "a record beyond its block, and all is well behind it",
        rdw({}),
        word(20) + word(12) + ONE + word(9) + block(TWO),
        [(16, 12, ""), (4, 4, "REC-022"), (11, 7, "")],
    ),
    ("no record in a block", rdw({}), word(8) + b"1234", [(8, 8, "REC-022")]),
    ("a long record", rdw({}), block(b"123456789"), [(17, 13, "REC-002")]),
    ("cut in a record", rdw({}), block(ONE, TWO)[:-1], [(16, 12, ""), (6, 6, "REC-012")]),
    ("cut between records", rdw({}), block(ONE, TWO)[:16], [(16, 12, ""), (0, 0, "REC-012")]),
    (
        "words that do not count themselves",
        rdw({"counted": False}, counted=False),
        word(7) + word(3) + TWO,
        [(11, 7, "")],
    ),
    (
        "words whose low byte comes first",
        rdw({}, endian="little"),
        word(11, "little") + word(7, "little") + TWO,
        [(11, 7, "")],
    ),
    ("slots", slots(), ONE * 2 + b"\0" * 4 + ONE, [(8, 8, ""), (12, 8, ""), (8, 8, "")]),
    ("an unused slot", slots(), ONE + b"\0" * 12 + ONE, [(20, 8, ""), (8, 8, "")]),
    ("a block of nothing", slots(), bytes(20) + ONE, [(20, 20, "REC-005"), (8, 8, "")]),
    (
        "a cut slot",
        slots(),
        ONE * 2 + b"\0" * 4 + b"001",
        [(8, 8, ""), (12, 8, ""), (3, 3, "REC-001")],
    ),
    ("blanks as a filler", slots(fill="20"), ONE + b" " * 12, [(20, 8, "")]),
    ("a length in front", counted(adds=2), b"\0\x06123456\0\x011", [(8, 8, ""), (3, 3, "")]),
    ("a whole length", counted(), b"\0\x04ab\0\x02", [(4, 4, ""), (2, 2, "")]),
    ("low byte first", counted(endian="little"), b"\x04\0ab", [(4, 4, "")]),
    ("digits", counted(kind="text"), b"05abc03a", [(5, 5, ""), (3, 3, "")]),
    ("digits behind", counted(kind="text", at=3), b"ab05cxy04", [(5, 5, ""), (4, 4, "")]),
    ("a signed zone", counted(kind="zoned"), b"0\xc4ab", [(4, 4, "")]),
    ("packed", counted(kind="packed"), b"\x00\x4cab\x00\x3fa", [(4, 4, ""), (3, 3, "")]),
    ("no digits", counted(kind="text"), b"0xabc", [(5, 5, "REC-011")]),
    ("less than itself", counted(), b"\0\x01ab", [(4, 4, "REC-011")]),
    ("longer than the layout", counted(), b"\0\x09abcdefg", [(9, 9, "REC-002")]),
    ("cut off", counted(), b"\0\x05ab", [(4, 4, "REC-012")]),
    ("cut in its length", counted(), b"\0\x02\0", [(2, 2, ""), (1, 1, "REC-012")]),
]


@pytest.mark.parametrize(
    ("of", "data", "due"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_records_are_found_with_what_stands_around_them(
    of: Form, data: bytes, due: list[tuple[int, int, str]]
) -> None:
    found, rest = records(of, data)
    assert [(len(raw), len(own), code) for raw, own, code in found] == due
    assert b"".join(raw for raw, _, _ in found) + rest == data


def test_fields_begin_behind_the_words() -> None:
    assert values(rdw({}), block(ONE, TWO)) == [[b"001", b"ab   "], [b"002", b""]]
    assert values(slots(), ONE * 2 + b"\0" * 4 + ONE) == [[b"001", b"ab   "]] * 3


FORMS = {
    "words": rdw({}),
    "little words": rdw({}, endian="little", counted=False),
    "slots": slots(),
    "length": counted(adds=2),
    "packed length": counted(kind="packed"),
    "edges": form({"header": 3, "footer": 2, "fixed": {"length": LENGTH}}),
}
pieces = st.one_of(
    st.sampled_from([ONE, TWO, block(ONE), block(ONE, TWO), bytes(20), word(7), b"\0\x04ab"]),
    st.binary(max_size=6),
)
files = st.lists(pieces, max_size=8).map(b"".join)


@pytest.mark.kernels
@given(files, st.sampled_from(sorted(FORMS)), st.lists(st.integers(0, 30), max_size=6))
def test_how_any_bytes_arrive_changes_nothing(data: bytes, name: str, cuts: list[int]) -> None:
    of = FORMS[name]
    found: list[Record] = []
    buffer, place = b"", 0
    for size in [*cuts, len(data)]:
        buffer += data[place : place + size]
        place += size
        rows, buffer = records(of, buffer, place >= len(data))
        found += rows
        if place >= len(data):
            break
    assert (found, buffer) == records(of, data)
    assert b"".join(raw for raw, _, _ in found) + buffer == data


rows = st.lists(
    st.tuples(
        st.text("123456789", min_size=3, max_size=3).map(str.encode),
        st.text("abc", max_size=5).map(str.encode),
    ),
    max_size=12,
)


def written(of: Form, given_: list[tuple[bytes, ...]], cuts: list[int]) -> bytes:
    """The file of the rows, handed over in pieces."""
    packer, out = of.packer(), of.opening()
    for low, high in itertools.pairwise(sorted({0, *cuts, len(given_)})):
        part = given_[low:high]
        texts = [views([row[k] for row in part]) for k in range(len(FIELDS))]
        out += packer.add(of.assemble(texts, np.ones(len(part), np.bool_))[0]).tobytes()
    return out + packer.finish().tobytes() + of.closing()


@pytest.mark.kernels
@given(rows, st.sampled_from(["words", "little words", "slots"]), st.sets(st.integers(1, 11)))
def test_blocks_are_the_same_however_the_records_come(
    given_: list[tuple[bytes, ...]], name: str, cuts: set[int]
) -> None:
    of = FORMS[name]
    whole = written(of, given_, [])
    assert written(of, given_, [cut for cut in cuts if cut < len(given_)]) == whole
    found = values(of, whole)
    assert [[a, b.rstrip()] for a, b in found] == [list(row) for row in given_]


def test_no_block_is_larger_than_the_layout_says_and_none_could_hold_the_next_record() -> None:
    of = rdw({"bytes": 40})
    data = written(of, [(b"%03d" % n, b"") for n in range(1, 11)], [])
    assert [data[k : k + 4] for k in range(0, len(data), 40)] == [word(40)] * 3 + [word(16)]


@pytest.mark.kernels
@given(rows, st.integers(0, 4), st.sampled_from(["binary", "text", "zoned", "packed"]))
def test_a_length_is_written_as_it_is_read(
    given_: list[tuple[bytes, ...]], trims: int, kind: str
) -> None:
    size = {"at": 4, "bytes": 2, "kind": kind}
    how = {"length": LENGTH, "by": "field", "size": size, "trim": trims > 1}
    of = form({"variable": how})
    data = written(of, given_, [])
    found, rest = records(of, data)
    assert ([code for _, _, code in found], rest) == ([""] * len(given_), b"")
    assert [raw[:3] for raw, _, _ in found] == [row[0] for row in given_]
    assert sum(len(raw) for raw, _, _ in found) == len(data)


@given(files, st.sampled_from(["words", "little words", "slots"]), st.integers(1, 5))
def test_what_stands_around_records_can_be_put_back(data: bytes, name: str, size: int) -> None:
    of, kept = FORMS[name], Kept()
    whole, rest = chunk(of, data)
    bodies = []
    for low in range(0, whole.records, size):
        high = min(low + size, whole.records)
        a, b = int(whole.bounds[low]), int(whole.bounds[high])
        assert whole.own is not None
        part = Chunk(
            0,
            0,
            low + 1,
            a,
            whole.data[a:b],
            whole.bounds[low : high + 1] - a,
            whole.stop[low:high] - a,
            whole.codes[low:high],
            whole.own[low:high] - a,
        )
        kept.add(part)
        begin, end = part.edges
        bodies.append([part.data[x:y] for x, y in zip(begin, end, strict=True)])
    if any(whole.codes):
        return
    packer = of.packer(kept.packed())
    parts = [packer.add(np.concatenate([array(b""), *body])).tobytes() for body in bodies]
    assert b"".join(parts) + packer.finish().tobytes() + rest == data


def test_headers_and_footers_are_no_records() -> None:
    of = FORMS["edges"]
    data = b"HDR" + ONE + b"\r\n" + ONE + b"\r\n" + b"TR"
    beginning = of.begin(array(data), True)
    assert beginning is not None
    assert (beginning.used, beginning.problems) == (3, ())
    found, rest = records(of, data[3:])
    assert ([raw for raw, _, _ in found], rest) == ([ONE + b"\r\n"] * 2, b"TR")
    ending = of.end(b"\x1aTR", False, 23, None)
    assert [one.code for one in ending.problems] == ["SRC-007"]
    assert ending.trailer == b"TR"
    assert (of.opening(), of.closing()) == (b"   ", b"  ")


def test_a_file_shorter_than_its_header_and_footer_is_told() -> None:
    of = FORMS["edges"]
    assert of.begin(array(b"HD"), False) is None
    for data, code in ((b"", "SRC-001"), (b"HD", "SRC-016"), (b"HDRT", "SRC-016")):
        beginning = of.begin(array(data), True)
        assert beginning is not None
        assert [one.code for one in beginning.problems] == [code]


WRONG: list[tuple[str, dict[str, Any]]] = [
    (
        "a block smaller than a record",
        {"fixed": {"length": 8, "terminator": "none", "block": {"bytes": 7}}},
    ),
    ("a block of lines", {"fixed": {"length": 8, "block": {"bytes": 80}}}),
    ("a block without words", {"variable": {"length": 8, "by": "lf", "block": {"bytes": 80}}}),
    ("a block too small", {"variable": {"length": 8, "block": {"bytes": 15}}}),
    (
        "a filler that is no byte",
        {"fixed": {"length": 8, "terminator": "none", "block": {"bytes": 9, "fill": "x"}}},
    ),
    ("a field without size", {"variable": {"length": 8, "by": "field"}}),
    ("size without a field", {"variable": {"length": 8, "size": {"at": 1, "bytes": 2}}}),
    ("a length outside", {"variable": {"length": 8, "by": "field", "size": {"at": 8, "bytes": 2}}}),
    (
        "too few digits",
        {
            "variable": {
                "length": 8,
                "by": "field",
                "size": {"at": 1, "bytes": 1, "kind": "packed", "adds": -5},
            }
        },
    ),
    (
        "no number for the shortest",
        {"variable": {"length": 8, "by": "field", "size": {"at": 1, "bytes": 2, "adds": 3}}},
    ),
]


@pytest.mark.parametrize("how", [case[1] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_framing_that_cannot_be_is_refused(how: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form(how)


HOW: dict[str, tuple[str, Callable[[list[bytes]], bytes]]] = {
    # framing, and how records are spread over a file
    "words": (
        "{variable: {length: 8, block: {bytes: 100}}}",
        lambda all_: block(*all_[:1]) + block(*all_[1:4]) + block(*all_[4:]),
    ),
    "slots": (
        '{fixed: {length: 8, terminator: none, block: {bytes: 30, fill: "40"}}}',
        lambda all_: b"".join(
            b"".join(all_[k : k + 3]).ljust(24, b"@") + b"junk@@" for k in range(0, len(all_), 3)
        ),
    ),
    "edges": (
        "{header: 4, footer: 5, fixed: {length: 8, terminator: lf}}",
        lambda all_: b"HEAD" + b"".join(one + b"\n" for one in all_) + b"FOOT!",
    ),
    "length": (
        "{variable: {length: 10, by: field, size: {at: 1, bytes: 2, adds: 2}}}",
        lambda all_: b"".join(bytes([0, len(one)]) + one for one in all_),
    ),
}


def definitions(folder: Path, name: str) -> Path:
    """A layout framed so, a CSV, and the mapping between them."""
    first = "{filler: 2}, " if name == "length" else ""
    fields = "{name: 番号, bytes: 3, kind: digits}, {name: 備考, bytes: 5, kind: narrow}"
    head = "kind: layout\ncharset: cp932\n"
    files = {
        "host": f"{head}id: host\nframing: {HOW[name][0]}\nrecords:\n- fields: [{first}{fields}]\n",
        "csv": f"{head}id: csv\nframing: {{delimited: {{}}}}\nrecords:\n- fields: [{fields}]\n",
        "there": "kind: mapping\nid: there\nsource: host\ntarget: csv\nrules:\n"
        "- {to: 番号, from: 番号}\n- {to: 備考, from: 備考}\n",
    }
    for file, text in files.items():
        (folder / f"{file}.yaml").write_text(text, encoding="utf-8")
    return folder / "there.yaml"


RECORDS = [b"%03d%-5s" % (n, b"abcde"[: n % 6]) for n in range(1, 12)]


@pytest.mark.parametrize("name", sorted(HOW))
@pytest.mark.parametrize("bad", [None, 3])
def test_a_file_goes_there_and_back(name: str, bad: int | None, tmp_path: Path) -> None:
    records_ = [b"x" + one[1:] if n == bad else one for n, one in enumerate(RECORDS)]
    (tmp_path / "data").write_bytes(HOW[name][1](records_))
    mapping = spec.load_mapping(str(definitions(tmp_path, name)))
    there, back, rest = (tmp_path / folder for folder in ("there", "back", "rest"))
    how: dict[str, Any] = {"mapping": mapping, "batch_records": 2}
    done = pipeline.convert(
        Job((str(tmp_path / "data"),), out=there, keep_residual=True, jobs=2, **how)
    )
    assert done.report["counts"]["converted"] == len(RECORDS) - (bad is not None)
    assert not [one for one in done.report["problems"] if one["code"] == "REC-010"]
    made = Job((str(there / "data.csv"),), back=True, out=back, residual=there, **how)
    assert pipeline.convert(made).exit_code == 0
    returned = (back / "data.dat").read_bytes()
    if bad is None:
        assert returned == (tmp_path / "data").read_bytes()
        assert pipeline.roundtrip(Job((str(tmp_path / "data"),), **how)).exit_code in (0, 3)
        return
    plain = {**how, "mapping": None, "layout": mapping.source}
    again = pipeline.validate(Job((str(back / "data.dat"),), **plain)).report
    assert again["counts"]["read"] == len(RECORDS) - 1
    refused = Job((str(there / "rejects" / "data"),), out=rest, **how)
    counts = pipeline.convert(refused).report["counts"]
    assert (counts["read"], counts["rejected"]) == (1, 1)


@pytest.mark.parametrize("name", sorted(HOW))
def test_batches_and_workers_change_nothing(name: str, tmp_path: Path) -> None:
    (tmp_path / "data").write_bytes(HOW[name][1](RECORDS))
    mapping = spec.load_mapping(str(definitions(tmp_path, name)))
    pipeline.convert(Job((str(tmp_path / "data"),), mapping=mapping, out=tmp_path / "there"))
    made = []
    for size, jobs in ((1, 1), (4, 2), (1000, 1)):
        out = tmp_path / f"back-{size}"
        job = Job((str(tmp_path / "there" / "data.csv"),), mapping=mapping, back=True, out=out)
        pipeline.convert(replace(job, batch_records=size, jobs=jobs))
        made.append((out / "data.dat").read_bytes())
    assert made[0] == made[1] == made[2]
    plain = Job((str(out / "data.dat"),), layout=mapping.source)
    assert pipeline.validate(plain).report["counts"]["read"] == len(RECORDS)
