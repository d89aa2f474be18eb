"""Tables in tables and readings in them, against a reading that recurses over a tree of parts."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import reference_tables as reference
from definitions import found, unmarked
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from reference_tables import Choice, Columns, Count, Fixed, Leaf, Part, Table, Value, Wrong

from converters import fields, generate, pipeline, spec
from converters.columns import Chunk, series
from converters.kernels.frame import COUNT, NO_VIEW
from converters.model import Layout
from converters.pipeline import Job, plan
from converters.pipeline.plan import Side

FORMS = {
    "maximum": "{fixed: {length: SIZE, terminator: lf}}",
    "padded": "{fixed: {length: SIZE, terminator: none}, tables: padded}",
    "rdw": "{variable: {length: SIZE}}",
    "rdw at its maximum": "{variable: {length: SIZE}, tables: maximum}",
    "lines": "{variable: {length: SIZE, by: lf}}",
    "tables": "{variable: {length: SIZE, by: tables}}",
}
CLOSED = {"padded", "rdw", "lines", "tables"}
TEXT = st.text("ABCxyz09", max_size=3)


def side(parts: tuple[Part, ...], form: str) -> Side:
    with tempfile.TemporaryDirectory() as folder:
        text = reference.layout(parts, FORMS[form])
        (Path(folder) / "x.yaml").write_text(text, encoding="utf-8")
        return plan.side(spec.load_layout("x", [Path(folder)]))


def placed(parts: tuple[Part, ...], form: str, value: Value) -> bytes:
    """A record in the bytes of a form."""
    data = reference.written(parts, value, form in CLOSED)
    if form == "maximum":
        return data + b"\n"
    if form == "padded":
        return data.ljust(reference.full(parts))
    if form == "lines":
        return data.rstrip(b" ") + b"\n"
    if form.startswith("rdw"):
        return (len(data) + 4).to_bytes(2, "big") + b"\0\0" + data
    return data


def chunked(of: Side, data: bytes) -> Chunk:
    raw = np.frombuffer(data, np.uint8)
    split = of.form.split(raw, True)
    return Chunk(0, 0, 1, 0, raw, split.bounds, split.stop, split.codes, split.own)


class Names:
    """Guards which names are given."""

    def __init__(self) -> None:
        self.given = 0

    def next(self, letter: str) -> str:
        self.given += 1
        return f"{letter}{self.given}"


@st.composite
def trees(draw: st.DrawFn, choices: bool = True) -> tuple[Part, ...]:
    """The parts of a record with a table at least."""
    names = Names()
    first: Part = Leaf("HEAD", 1)
    counts = tuple(Count(names.next("N"), 1) for _ in range(draw(st.integers(0, 2))))
    known = tuple(one.name for one in counts)
    inside = _below(draw, (names, known, choices), 0)
    return (first, *counts, *inside, *_table(draw, (names, known, choices), 0))


Around = tuple[Names, tuple[str, ...], bool]


def _below(draw: st.DrawFn, around: Around, depth: int) -> tuple[Part, ...]:
    names, known, choices = around
    found: list[Part] = []
    for _ in range(draw(st.integers(1, 2))):
        sort = draw(st.sampled_from(["leaf", "table", "fixed", "choice"]))
        if sort == "table" and depth < 3:
            found += _table(draw, (names, known, choices), depth)
        elif sort == "fixed" and depth < 3:
            inner = _below(draw, around, depth + 1)
            found.append(Fixed(names.next("F"), draw(st.integers(1, 2)), inner))
        elif sort == "choice" and choices and depth < 3:
            asks = Leaf(names.next("K"), 1)
            inside = (names, known, False)
            readings = [("1", _below(draw, inside, depth + 1))]
            readings.append((draw(st.sampled_from(["2", None])), _below(draw, inside, depth + 1)))
            found += [asks, Choice(names.next("C"), asks.name, tuple(readings))]
        else:
            found.append(Leaf(names.next("L"), draw(st.integers(1, 3))))
    return tuple(found)


def _table(draw: st.DrawFn, around: Around, depth: int) -> tuple[Part, ...]:
    """A table behind its count, or with one that is known already."""
    names, known, choices = around
    most = draw(st.integers(1, 3 if depth < 2 else 2))
    if known and draw(st.booleans()):
        # A count may be asked twice, so that all numbers fit all tables.
        head: tuple[Part, ...] = ()
        count, least, most = draw(st.sampled_from(known)), 0, 3
    else:
        head = (Count(names.next("N"), draw(st.integers(1, 2))),)
        count, least = head[0].name, draw(st.integers(0, most))
    inner = _below(draw, (names, (*known, count), choices), depth + 1)
    return (*head, Table(names.next("T"), count, least, most, inner))


def bounds(parts: tuple[Part, ...]) -> dict[str, tuple[int, int]]:
    """The fewest and the most that each count may say."""
    found: dict[str, tuple[int, int]] = {}
    for part in parts:
        inner: list[tuple[Part, ...]] = []
        if isinstance(part, Table):
            least, most = found.get(part.count, (0, 9))
            found[part.count] = (max(least, part.least), min(most, part.most))
        if isinstance(part, Table | Fixed):
            inner = [part.parts]
        elif isinstance(part, Choice):
            inner = [below for _, below in part.readings]
        for name, (low, high) in (one for below in inner for one in bounds(below).items()):
            least, most = found.get(name, (0, 9))
            found[name] = (max(least, low), min(most, high))
    return found


def drawn(draw: st.DrawFn, parts: tuple[Part, ...], around: Value, limits: Any) -> Value:
    """A record, or an element of a table, that can be."""
    value: Value = {}
    for part in parts:
        known = {**around, **value}
        if isinstance(part, Count):
            value[part.name] = draw(st.integers(*limits.get(part.name, (0, 9))))
        elif isinstance(part, Leaf):
            is_asked = part.name.startswith("K")
            value[part.name] = draw(st.sampled_from("12")) if is_asked else draw(TEXT)[: part.size]
        elif isinstance(part, Choice):
            asked = known[part.asks]
            due = [one for one, _ in part.readings]
            number = due.index(asked) if asked in due else due.index(None)
            below = part.readings[number][1]
            value[part.name] = (number, drawn(draw, below, known, limits))
        else:
            times = part.most if isinstance(part, Fixed) else known[part.count]
            value[part.name] = [drawn(draw, part.parts, known, limits) for _ in range(times)]
    return value


@st.composite
def files(draw: st.DrawFn, choices: bool = True) -> tuple[tuple[Part, ...], list[Value]]:
    parts = draw(trees(choices))
    limits = bounds(parts)
    records = [drawn(draw, parts, {}, limits) for _ in range(draw(st.integers(1, 4)))]
    for record in records:
        record["HEAD"] = "X"
    return parts, records


def fits(parts: tuple[Part, ...]) -> bool:
    return len(Columns(parts).names) < 400


def in_readings(parts: tuple[Part, ...], inside: bool = False) -> bool:
    """Does a table with a count stand in a reading?"""
    for part in parts:
        if isinstance(part, Table) and inside:
            return True
        if isinstance(part, Table | Fixed) and in_readings(part.parts, inside):
            return True
        if isinstance(part, Choice) and any(in_readings(below, True) for _, below in part.readings):
            return True
    return False


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.filter_too_much])
@given(known=files())
def test_nested_tables_are_read_and_written_as_a_tree_says(
    form: str, known: tuple[tuple[Part, ...], list[Value]]
) -> None:
    parts, records = known
    assume(fits(parts) and not (form == "tables" and in_readings(parts)))
    one, columns = side(parts, form), Columns(parts)
    data = b"".join(placed(parts, form, record) for record in records)
    chunk = chunked(one, data)
    assert chunk.records == len(records)
    spans = one.form.spans(chunk, None)
    assert not spans.codes.any()
    batch, outcomes = fields.decode(one.fields, spans, 1)
    cells = [series(batch[name]).to_list() for name in columns.names]
    assert [list(row) for row in zip(*cells, strict=True)] == [columns.row(r) for r in records]
    texts, written = fields.encode(one.fields, batch)
    assert all(int(status.max()) < 16 for status in (*outcomes.values(), *written.values()))
    made, _ = one.form.assemble(texts, np.ones(len(batch), np.bool_))
    assert made.tobytes() == data


@pytest.mark.parametrize("form", ["maximum", "padded"])
@settings(max_examples=40)
@given(known=files(), spoils=st.lists(st.tuples(st.integers(0), st.sampled_from(b"0123A9"))))
def test_a_count_or_choice_that_cannot_be_is_told_where_it_stands(
    form: str, known: tuple[tuple[Part, ...], list[Value]], spoils: list[tuple[int, int]]
) -> None:
    parts, records = known
    assume(fits(parts))
    one, size = side(parts, form), reference.full(parts)
    raw = bytearray(placed(parts, form, records[0]))
    for place, byte in spoils:
        raw[place % size] = byte
    spans = one.form.spans(chunked(one, bytes(raw)), None)
    try:
        reference.read(parts, bytes(raw[:size]), form in CLOSED)
    except Wrong as wrong:
        name, place = wrong.args
        blame = spans.blamed
        assert blame is not None and spans.codes[0] in (COUNT, NO_VIEW)
        assert one.layout.record.fields[int(blame.fields[0])].name == name
        assert blame.starts[0] == place
    else:
        assert not spans.codes.any()


@settings(max_examples=40)
@given(known=files(choices=False), cut=st.integers(0), junk=st.binary(max_size=30))
def test_records_that_only_counts_part_end_where_a_tree_says(
    known: tuple[tuple[Part, ...], list[Value]], cut: int, junk: bytes
) -> None:
    parts, records = known
    assume(fits(parts))
    one = side(parts, "tables")
    data = b"".join(placed(parts, "tables", record) for record in records)
    split = one.form.split(np.frombuffer(data + junk, np.uint8), True)
    sizes = [reference.length(parts, placed(parts, "tables", record)) for record in records]
    assert np.diff(split.bounds)[: len(records)].tolist() == sizes
    assert split.bounds[-1] <= len(data) + len(junk)
    part = data[: cut % (len(data) + 1)]
    fewer = one.form.split(np.frombuffer(part, np.uint8), False)
    whole = int(np.searchsorted(np.cumsum(sizes), len(part), "right"))
    assert len(fewer.bounds) - 1 == whole


PUBLIC = """kind: layout
id: x
charset: cp932
framing: FRAMING
records:
  - name: r
    fields:
      - {name: COUNT, bytes: 1, kind: zoned}
      - name: GROUP
        occurs: 2
        depending: COUNT
        fields:
          - {name: INNER-COUNT, bytes: 1, kind: zoned}
          - name: INNER-GROUP
            occurs: 3
            depending: INNER-COUNT
            fields: [{name: FIELD, bytes: 1}]
"""
NAMES = [
    *("COUNT", "INNER-COUNT-1", "FIELD-1-1", "FIELD-1-2", "FIELD-1-3"),
    *("INNER-COUNT-2", "FIELD-2-1", "FIELD-2-2", "FIELD-2-3"),
]


def public(folder: Path, framing: str = "{variable: {length: 9, by: tables}}") -> Layout:
    (folder / "x.yaml").write_text(PUBLIC.replace("FRAMING", framing), encoding="utf-8")
    return spec.load_layout("x", [folder])


def test_elements_of_a_table_may_have_tables_of_different_sizes(tmp_path: Path) -> None:
    one, data = plan.side(public(tmp_path)), b"01012AB21A2BC21A1B"
    chunk = chunked(one, data)
    assert np.diff(chunk.bounds).tolist() == [1, 2, 4, 6, 5]
    batch, _ = fields.decode(one.fields, one.form.spans(chunk, None), 1)
    rows = zip(*(series(batch[name]).to_list() for name in NAMES), strict=True)
    told = [[value for value in row if value is not None] for row in rows]
    assert told == [[0], [1, 0], [1, 2, "A", "B"], [2, 1, "A", 2, "B", "C"], [2, 1, "A", 1, "B"]]
    texts, _ = fields.encode(one.fields, batch)
    assert one.form.assemble(texts, np.ones(5, np.bool_))[0].tobytes() == data


def findings(folder: Path, data: bytes, framing: str) -> list[tuple[Any, ...]]:
    (folder / "x.dat").write_bytes(data)
    job = Job((str(folder / "x.dat"),), layout=public(folder, framing), out=folder / "run")
    pipeline.validate(job)
    frame = pl.read_parquet(folder / "run" / "findings.parquet")
    return frame.select("record", "offset", "field", "code", "value").rows()


WRONG = {
    "a count of an element": (
        "{fixed: {length: 9, terminator: lf}}",
        b"21A  2BC \n21A  4BCD\n",
        [(2, 15, "INNER-COUNT-2", "REC-014", "9")],
    ),
    "one behind an element that is not full": (
        "{fixed: {length: 9, terminator: none}, tables: padded}",
        b"21A2BC   21AxBC   ",
        [(2, 12, "INNER-COUNT-2", "REC-014", "a")],
    ),
    "one of an element that is not there": (
        "{fixed: {length: 9, terminator: lf}}",
        b"11A  xBC \n",
        [],
    ),
    "the outer count": (
        "{variable: {length: 9}}",
        b"\0\x06\0\x0010\0\x08\0\x003000",
        [(2, 10, "COUNT", "REC-014", "9")],
    ),
    "where only the counts part the records": (
        "{variable: {length: 9, by: tables}}",
        b"01021A9XYZ",
        [(3, 6, "INNER-COUNT-2", "REC-014", "9")],
    ),
    "a length that the counts contradict": (
        "{variable: {length: 9}}",
        b"\0\x06\0\x0010\0\x07\0\x0012A",
        [(2, 6, "", "REC-015", "")],
    ),
    "a record that ends within an inner table": (
        "{variable: {length: 9, by: tables}}",
        b"01013AB",
        [(3, 3, "", "REC-012", "")],
    ),
}


@pytest.mark.parametrize(("framing", "data", "due"), WRONG.values(), ids=WRONG)
def test_a_wrong_inner_count_is_told_with_its_field_and_place(
    tmp_path: Path, framing: str, data: bytes, due: list[tuple[Any, ...]]
) -> None:
    assert findings(tmp_path, data, framing) == due


FLAT = """kind: layout
id: flat
charset: utf-8
framing: {delimited: {}}
records:
  - fields:
      - {name: COUNT, kind: integer}
      - name: GROUP
        occurs: 2
        fields:
          - {name: INNER-COUNT, kind: integer}
          - {name: FIELD, occurs: 3}
"""


def back(folder: Path, row: str, framing: str) -> tuple[bytes, list[tuple[Any, ...]]]:
    """The records of a table that come back, and what is told of them."""
    public(folder, framing)
    rules = "".join(f"  - {{to: {name}, from: {name}}}\n" for name in NAMES)
    head = "kind: mapping\nid: m\nsource: x\ntarget: flat\nrules:\n"
    (folder / "flat.yaml").write_text(FLAT, encoding="utf-8")
    (folder / "m.yaml").write_text(head + rules, encoding="utf-8")
    path = folder / "x.csv"
    path.write_text(f"{','.join(NAMES)}\r\n{row}\r\n0,,,,,,,,\r\n", encoding="utf-8", newline="")
    job = Job((str(path),), spec.load_mapping("m", [folder]), back=True, out=folder / "run")
    pipeline.convert(job)
    frame = pl.read_parquet(folder / "run" / "findings.parquet")
    told = frame.select("record", "code", "field").rows()
    return (folder / "run" / "x.dat").read_bytes(), told


ROWS = {
    "elements of different sizes": ("2,2,A,B,,1,C,,", b"22AB1C", []),
    "an element without a count": ("2,1,A,,,,,,", b"", [(1, "OUT-006", "INNER-COUNT-2")]),
    "a count in an element that is not there": (
        "1,1,A,,,0,,,",
        b"",
        [(1, "OUT-005", "INNER-COUNT-2")],
    ),
    "a value beyond an inner count": ("1,1,A,B,,,,,", b"", [(1, "OUT-005", "FIELD-1-2")]),
    "an inner count beyond its table": ("1,4,A,B,C,,,,", b"", [(1, "OUT-006", "INNER-COUNT-1")]),
}


@pytest.mark.parametrize(("row", "data", "due"), ROWS.values(), ids=ROWS)
def test_nested_tables_are_written_whole_or_not_at_all(
    tmp_path: Path, row: str, data: bytes, due: list[tuple[Any, ...]]
) -> None:
    written, told = back(tmp_path, row, "{variable: {length: 9, by: tables}}")
    assert (written, set(due) <= set(told)) == (data + b"0", True)
    assert {record for record, _, _ in told} == {record for record, _, _ in due}


@pytest.mark.parametrize(
    "framing",
    [
        "{fixed: {length: 9, terminator: lf}}",
        "{fixed: {length: 9, terminator: none}, tables: padded}",
        "{variable: {length: 9}}",
        "{variable: {length: 9, block: {bytes: 40}}}",
        "{variable: {length: 9, by: crlf}}",
        "{variable: {length: 9, by: tables}}",
    ],
)
def test_generated_records_have_right_counts_in_all_elements(tmp_path: Path, framing: str) -> None:
    one = public(tmp_path, framing)
    generate.write(one, tmp_path / "made.dat", 300, 3)
    job = Job((str(tmp_path / "made.dat"),), layout=one, out=tmp_path / "run")
    checked = pipeline.validate(job)
    assert (checked.exit_code, checked.report["counts"]["read"]) == (0, 300)


HEAD = "kind: layout\nid: x\ncharset: cp932\nframing: FORM\nrecords:\n- fields:\n"
FIXED = HEAD.replace("FORM", "{fixed: {length: 21}}")
N = "  - {name: N, bytes: 1, kind: integer}\n"
FAULTS = {
    "a count in another table": (
        FIXED + N + "  - {name: A, occurs: 5, depending: N, fields: [{name: M, bytes: 1, kind:"
        " integer}, {name: X, bytes: 1}]}\n  - {name: B, occurs: 10, depending: «M, bytes: 1}\n",
        "DEF-020",
    ),
    "a count in one element of another table": (
        FIXED + N + "  - {name: A, occurs: 5, depending: N, fields: [{name: M, bytes: 1, kind:"
        " integer}, {name: X, bytes: 1}]}\n  - {name: B, occurs: 10, depending: «M-1, bytes: 1}\n",
        "DEF-050",
    ),
    "a condition on a field of another table": (
        FIXED + N + "  - {name: A, occurs: 10, depending: N, fields: [{name: K, bytes: 1}]}\n"
        "  - {name: B, bytes: 10, when: {field: «K-1, equals: x}}\n",
        "DEF-050",
    ),
    "a reading in a reading": (
        FIXED + N + "  - name: G\n    when: {field: N, equals: 1}\n"
        "    fields: [{name: A, bytes: 10, «when: {field: N, equals: 2}}, {name: B, bytes: 10}]\n",
        "DEF-050",
    ),
    "a table in a reading without another": (
        FIXED + N + "  - name: G\n    when: {field: N, equals: 1}\n"
        "    fields: [{name: A, bytes: 2, occurs: 10, «depending: N}]\n",
        "DEF-050",
    ),
    "a table that is a reading": (
        FIXED + N + "  - {name: A, bytes: 20}\n  - {name: B, redefines: A, occurs: 10, "
        "«depending: N, bytes: 2}\n",
        "DEF-050",
    ),
    "rows in a table": (
        FIXED + N + "  - {name: A, occurs: 10, depending: N, fields: [{name: B, occurs: 2, "
        "«rows: true, bytes: 1}]}\n",
        "DEF-050",
    ),
    "a choice behind readings with tables": (
        HEAD.replace("FORM", "{fixed: {length: 5}}") + N + "  - name: G\n"
        "    when: {field: «K, equals: x}\n    fields: [{name: A, occurs: 3, depending: N, bytes:"
        " 1}]\n  - {name: H, redefines: G, bytes: 3}\n  - {name: K, bytes: 1}\n",
        "DEF-050",
    ),
    "rows whose tables are never full at once": (
        HEAD.replace("FORM", "{variable: {length: 7}}") + N + "  - {name: A, occurs: 1, depending:"
        " N, rows: true, fields: [{name: M, bytes: 1, kind: integer}, {name: B, occurs: 2,"
        " depending: M, bytes: 1}, «{name: C, occurs: 3, depending: M, bytes: 1}]}\n",
        "DEF-050",
    ),
    "two tables of one name": (
        HEAD.replace("FORM", "{fixed: {length: 7}}") + N + "  - {name: A, occurs: 3, depending: N,"
        " fields: [{name: B, bytes: 1}]}\n  - {«name: A, occurs: 3, depending: N, fields: [{name:"
        " C, bytes: 1}]}\n",
        "DEF-022",
    ),
    "readings across the elements of a table": (
        HEAD.replace("FORM", "{fixed: {length: 4}}") + N + "  - {name: A, occurs: 3, depending: N,"
        " bytes: 1}\n  - {name: B, redefines: «A-2, when: {field: N, equals: 1}, bytes: 2}\n",
        "DEF-050",
    ),
    "readings with tables where only counts part the records": (
        HEAD.replace("FORM", "{variable: {length: 4, «by: tables}}") + N + "  - name: G\n"
        "    when: {field: N, equals: 1}\n    fields: [{name: A, occurs: 3, depending: N, bytes:"
        " 1}]\n  - {name: H, redefines: G, bytes: 3}\n",
        "DEF-050",
    ),
}


@pytest.mark.parametrize(("text", "codes"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_stand_in_a_table_is_a_problem_at_its_place(
    tmp_path: Path, text: str, codes: str
) -> None:
    plain, due = unmarked(text, codes)
    assert found(tmp_path / "x.yaml", plain) == due
