"""Several types of records in one file: told apart, counted, written apart and put together."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converters import generate, pipeline, sorting, spec, summary
from converters.columns import Chunk
from converters.controls import Counting, compile
from converters.errors import UsageError
from converters.kernels.records import OTHER
from converters.model import Layout
from converters.pipeline import Job
from converters.sequence import START
from converters.sorting import walked

sys.path.insert(0, str(Path(__file__).parent.parent / "samples"))

from banks import damaged, data, end, header, joined, trailer, transfers
from exchange import care

ROOT = Path(__file__).parent.parent
TYPES = ("header", "data", "trailer", "end")
UNKNOWN = b"7" + b" " * 119
GOOD = (header(), data(100), data(250), trailer(2, 350), end())


def found(tmp_path: Path, *records: bytes, **more: Any) -> list[tuple[int, str, str, str]]:
    """Record, code, field and value of what validation finds in these records."""
    path, out = tmp_path / "file.dat", tmp_path / "run"
    path.write_bytes(joined(*records))
    layout = spec.load_layout("zengin/transfer")
    done = pipeline.validate(Job((str(path),), layout=layout, out=out, force=True, **more))
    frame = pl.read_parquet(out / "findings.parquet")
    assert done.exit_code == (3 if len(frame) else 0)
    columns = (frame[name].to_list() for name in ("record", "code", "field", "value"))
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize(
    ("name", "records", "due"),
    [
        ("right", GOOD, []),
        (
            "the count of a trailer is wrong",
            (header(), data(100), data(250), trailer(3, 350), end()),
            [(4, "BAL-002", "trailer.合計件数", "3 > 2")],
        ),
        (
            "the sum of a trailer is wrong",
            (header(), data(100), data(250), trailer(2, 351), end()),
            [(4, "BAL-003", "trailer.合計金額", "351 > 350")],
        ),
        (
            "a trailer is missing between groups",
            (header(), data(1), *GOOD),
            [(1, "BAL-014", "", "trailer"), (3, "SET-020", "", "header")],
        ),
        (
            "the last trailer is missing",
            (header(), data(1)),
            [(0, "SET-021", "", ""), (1, "BAL-014", "", "trailer")],
        ),
        (
            "a type of record is unknown",
            (header(), UNKNOWN, data(350), trailer(1, 350), end()),
            [(2, "REC-013", "", "")],
        ),
        (
            "groups are out of order",
            (*GOOD, *GOOD[:-1]),
            [(0, "SET-021", "", ""), (6, "SET-020", "", "header")],
        ),
        (
            "a broken record is counted as none",
            (header(), data(1)[:50], data(350), trailer(1, 350), end()),
            [(2, "REC-001", "", "50")],
        ),
    ],
)
def test_what_is_wrong_with_groups_has_a_code(
    tmp_path: Path, name: str, records: tuple[bytes, ...], due: list[Any]
) -> None:
    assert found(tmp_path, *records) == due


def test_records_out_of_order_are_converted_and_unknown_ones_set_aside(tmp_path: Path) -> None:
    path, out = tmp_path / "bad.dat", tmp_path / "run"
    path.write_bytes(damaged())
    mapping = spec.load_mapping("zengin/transfer-to-tables")
    done = pipeline.convert(Job((str(path),), mapping=mapping, out=out))
    counts = done.report["counts"]
    assert (done.exit_code, counts["read"], counts["converted"], counts["rejected"]) == (
        3,
        19,
        17,
        2,
    )
    balance = done.report["balance"]
    assert balance["closed"] and balance["records"]["read"] == 19
    assert balance["sums"][0]["source"] == "data.振込金額"
    assert (out / "rejects" / "bad.dat").read_bytes().startswith(b"5" + b" " * 119 + b"\r\n")


def test_every_type_has_a_table_with_its_place_and_its_header(tmp_path: Path) -> None:
    path, out = tmp_path / "in.dat", tmp_path / "run"
    path.write_bytes(transfers())
    mapping = spec.load_mapping("zengin/transfer-to-tables")
    pipeline.convert(Job((str(path),), mapping=mapping, out=out))
    tables = {name: pl.read_csv(out / f"in.{name}.csv", infer_schema=False) for name in TYPES}
    assert tables["header"]["行番号"].to_list() == ["1", "6"]
    assert tables["data"]["ヘッダー行番号"].to_list() == ["1", "1", "1"]
    assert tables["trailer"].select("行番号", "ヘッダー行番号").rows() == [("5", "1"), ("7", "6")]
    assert tables["end"].rows() == [("8", "9")]


def returned(tmp_path: Path, tables: Path, **more: Any) -> tuple[int, bytes]:
    """The file that tables become again, and the exit code."""
    mapping, out = spec.load_mapping("zengin/transfer-to-tables"), tmp_path / "back"
    inputs = tuple(str(path) for path in sorted(tables.glob("in.*.csv")))
    done = pipeline.convert(Job(inputs, mapping=mapping, back=True, out=out, force=True, **more))
    return done.exit_code, (out / "in.dat").read_bytes()


def tables_of(tmp_path: Path, content: bytes, **more: Any) -> Path:
    path, out = tmp_path / "in.dat", tmp_path / "there"
    path.write_bytes(content)
    mapping = spec.load_mapping("zengin/transfer-to-tables")
    pipeline.convert(Job((str(path),), mapping=mapping, out=out, force=True, **more))
    return out


def test_tables_become_the_file_again(tmp_path: Path) -> None:
    assert returned(tmp_path, tables_of(tmp_path, transfers())) == (0, transfers())


def test_counts_and_sums_are_written_anew(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, joined(*GOOD))
    path = tables / "in.data.csv"
    text = path.read_text(encoding="utf-8").replace(",100,", ",101,")
    added = text.splitlines()[2].replace("3,1,", ",,", 1).replace(",250,", ",999,")
    path.write_text(text + added + "\r\n", encoding="utf-8", newline="")
    due = joined(header(), data(101), data(250), data(999), trailer(3, 1350), end())
    assert returned(tmp_path, tables) == (0, due)


def test_a_total_too_long_for_its_field_is_left_as_it_was(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, joined(*GOOD))
    path = tables / "in.data.csv"
    head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
    row = rows[0].replace(",100,", ",9999999999,")
    path.write_text(head + row * 101, encoding="utf-8", newline="")
    code, content = returned(tmp_path, tables)
    assert content.split(b"\r\n")[102] == trailer(2, 350)
    assert code == 3


def test_with_the_residual_a_wrong_trailer_comes_back_wrong(tmp_path: Path) -> None:
    content = joined(header(), data(100), data(250), trailer(3, 9)[:20] + b"X" * 100, end())
    tables = tables_of(tmp_path, content, keep_residual=True)
    assert returned(tmp_path, tables, residual=tables) == (0, content)


def test_what_stands_in_front_of_its_records_is_counted_anew_too(tmp_path: Path) -> None:
    mapping = spec.load_mapping("kokuho/exchange-to-tables")
    there, back = tmp_path / "there", tmp_path / "back"
    (tmp_path / "in.csv").write_bytes(care())
    pipeline.convert(Job((str(tmp_path / "in.csv"),), mapping=mapping, out=there))
    details = there / "in.detail.csv"
    head, *rows = details.read_text(encoding="utf-8").splitlines(keepends=True)
    details.write_text("".join([head, *rows[:-2]]), encoding="utf-8", newline="")
    inputs = tuple(str(path) for path in sorted(there.glob("in.*.csv")))
    done = pipeline.convert(Job(inputs, mapping=mapping, back=True, out=back))
    lines = (back / "in.csv").read_bytes().decode("cp932").splitlines()
    assert done.exit_code == 0
    assert lines == [
        "1,1,0,3,711,0,0,1370000001,0,1,202410,",
        '2,2,J111,01,0000000101,"見本　花子",1',
        "2,3,J111,02,111111,1200",
        '2,4,J111,01,0000000102,"見本　二郎",0',
        "3,5",
    ]


@pytest.mark.parametrize("id", ["kokuho/exchange", "pension/notice", "zengin/transfer"])
def test_a_synthetic_file_of_groups_is_right(tmp_path: Path, id: str) -> None:
    layout, path = spec.load_layout(id), tmp_path / "made"
    for records in (9, 20_000):
        generate.write(layout, path, records, seed=3)
        report = pipeline.validate(Job((str(path),), layout=layout)).report
        told = [one["code"] for one in report["problems"] if one["severity"] == "error"]
        assert (told, report["counts"]["read"] > records - 4) == ([], True)
    again = tmp_path / "again"
    generate.write(layout, again, 20_000, seed=3)
    assert again.read_bytes() == path.read_bytes()


def test_a_synthetic_file_has_every_type_or_is_refused(tmp_path: Path) -> None:
    layout = spec.load_layout("zengin/transfer")
    with pytest.raises(UsageError, match="3 records at least"):
        generate.write(layout, tmp_path / "made", 2, seed=0)
    with pytest.raises(UsageError, match="a file of its own"):
        generate.write(spec.load_layout("zengin/transfer-tables"), tmp_path / "made", 9, seed=0)


PAYMENTS = """kind: layout
id: x
charset: cp932
framing: {fixed: {length: 4}}
order: a b*
controls: [{field: a.n, count: [b]}]
records:
- name: a
  when: [{at: 1, is: ["1"]}]
  fields: [{name: k, bytes: 1}, {name: n, bytes: 3, kind: integer}]
- name: b
  when: [{at: 1, is: ["2"]}]
  fields: [{name: k, bytes: 1}, {name: n, bytes: 3, kind: integer}]
"""
LINES = PAYMENTS.replace("id: x", "id: y").replace(
    "{fixed: {length: 4}}", "{delimited: {header: false}}"
)
LINES = LINES.replace("{at: 1,", "{column: 1,").replace("bytes: 1", "chars: 1")
LINES = LINES.replace("bytes: 3", "chars: 3").replace("order: a b*", "order: a+ b*")
PAIRS = """kind: mapping
id: x-to-y
source: x
target: y
records:
- {source: a, target: a, rules: [{to: k, from: k}, {to: n, from: n}]}
- source: b
  target: b
  rules: [{to: k, from: k}, {to: n, from: n}]
  filter: [{drop: {field: n, equals: "9"}, because: nine}]
"""


def both_ways(tmp_path: Path, content: bytes, **more: Any) -> tuple[bytes, bytes, list[str]]:
    """A file of several types becomes another one, and comes back; and what was found."""
    for name, text in (
        ("x", PAYMENTS.replace("a b*", "a (b | a)*")),
        ("y", LINES),
        ("x-to-y", PAIRS),
    ):
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    mapping = spec.load_mapping("x-to-y", [tmp_path])
    source, there, back = tmp_path / "in.dat", tmp_path / "there", tmp_path / "back"
    source.write_bytes(content)
    options: dict[str, Any] = {"mapping": mapping, "force": True}
    one = pipeline.convert(Job((str(source),), out=there, **options, **more))
    found = there / "in.csv"
    residual = {"residual": there} if more.get("keep_residual") else {}
    pipeline.convert(Job((str(found),), out=back, back=True, **options, **residual))
    codes = [problem["code"] for problem in one.report["problems"]]
    return found.read_bytes(), (back / "in.dat").read_bytes(), codes


def test_a_file_of_types_becomes_another_one_in_its_order(tmp_path: Path) -> None:
    content = b"1002\r\n2005\r\n2007\r\n"
    assert both_ways(tmp_path, content) == (b"1,2\r\n2,5\r\n2,7\r\n", content, [])


def test_what_filters_leave_out_is_no_longer_counted(tmp_path: Path) -> None:
    found, back, codes = both_ways(tmp_path, b"1003\r\n2005\r\n2009\r\n2007\r\n")
    assert found == b"1,2\r\n2,5\r\n2,7\r\n"
    assert (back, codes) == (b"1002\r\n2005\r\n2007\r\n", [])


def test_an_order_that_the_target_does_not_have_is_told(tmp_path: Path) -> None:
    _, _, codes = both_ways(tmp_path, b"1001\r\n2005\r\n1001\r\n")
    assert codes == ["SET-020"]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(
        st.sampled_from([b"1001", b"2 05", b"2009", b"27  ", b"1 12", b"20x5", b"3999"])
    ),
    batch=st.sampled_from([1, 2, 3, None]),
)
def test_a_file_of_types_comes_back_with_its_residual(
    tmp_path: Path, records: list[bytes], batch: int | None
) -> None:
    content = b"".join(record + b"\r\n" for record in [b"1000", *records])
    _, back, _ = both_ways(tmp_path, content, keep_residual=True, batch_records=batch)
    kept = (record for record in [b"1000", *records] if record not in (b"20x5", b"3999"))
    assert back == b"".join(record + b"\r\n" for record in kept)


FAULTS = (
    ("nothing", "", "", []),
    ("a name that stands twice", "- name: b", "- name: a", ["DEF-002", "DEF-020", "DEF-022"]),
    ("a name with a dot", "- name: b", "- name: b.c", ["DEF-002", "DEF-002", "DEF-020"]),
    ("a key without a value", 'is: ["2"]', "is: []", ["DEF-002"]),
    ("a key in a column", '{at: 1, is: ["2"]}', '{column: 1, is: ["2"]}', ["DEF-003"]),
    ("a key of bytes that are none", 'is: ["2"]', 'hex: ["2"]', ["DEF-002"]),
    ("a key that the charset lacks", 'is: ["2"]', "is: [é]", ["DEF-050"]),
    ("two types without keys", '  when: [{at: 1, is: ["1"]}]\n', "", []),
    ("no keys at all", "when:", "notes: x #", ["DEF-003"]),
    ("an order that is ambiguous", "a b*", "a b* b", ["DEF-002"]),
    ("a control of no field", "field: a.n", "field: a.x", ["DEF-020"]),
    ("a control that is no number", "field: a.n", "field: a.k", ["DEF-050"]),
    ("a count of no record", "count: [b]", "count: [c]", ["DEF-020"]),
    ("a sum of no field", "count: [b]", "sum: [b.x]", ["DEF-020"]),
    ("two questions", "count: [b]", "count: [b], number: true", ["DEF-002"]),
    ("a gap in the second record", "{name: n, bytes: 3", "{name: n, at: 3, bytes: 2", ["DEF-011"]),
    ("a record of another length", "{name: n, bytes: 3", "{name: n, bytes: 4", ["DEF-012"]),
    ("a check of no record", "records:", "checks: [{unique: [n]}]\nrecords:", ["DEF-002"]),
    ("a check of a record", "records:", "checks: [{record: b, unique: [n]}]\nrecords:", []),
    ("a check of no field", "records:", "checks: [{record: b, unique: [z]}]\nrecords:",
     ["DEF-020"]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "due"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_in_types_of_records_is_told(
    tmp_path: Path, name: str, old: str, new: str, due: list[str]
) -> None:
    path = tmp_path / "x.yaml"
    text = PAYMENTS
    if "second record" in name:
        text = text[::-1].replace(old[::-1], new[::-1], 1)[::-1]
    else:
        text = text.replace(old, new, -1 if name == "no keys at all" else 1) if old else text
    path.write_text(text, encoding="utf-8")
    assert sorted(problem.code for problem in spec.lint([path])) == due


def test_a_record_without_a_type_is_set_aside_whatever_its_severity(tmp_path: Path) -> None:
    text = (ROOT / "layouts/zengin/transfer.yaml").read_text(encoding="utf-8")
    milder = "severities: [{code: REC-013, severity: 'off', because: x}]\norder:"
    (tmp_path / "zengin").mkdir()
    (tmp_path / "zengin/transfer.yaml").write_text(text.replace("order:", milder), encoding="utf-8")
    path, out = tmp_path / "file.dat", tmp_path / "run"
    path.write_bytes(joined(header(), UNKNOWN, trailer(0, 0), end()))
    layout = spec.load_layout("zengin/transfer", [tmp_path])
    report = pipeline.validate(Job((str(path),), layout=layout, out=out)).report
    assert (report["counts"]["converted"], report["counts"]["rejected"]) == (3, 1)
    assert (out / "rejects/file.dat").read_bytes() == UNKNOWN + b"\r\n"


KEYS = (
    ("1,2", [0]),
    ('"1",2', [0]),
    ("2,x,J111,01", [1]),
    ('2,"a,b",J111,"01"', [1]),
    ('2,"a""b",J111,02', [2]),
    ("2,x,J111,03", [OTHER]),
    ("2,x,J111", [OTHER]),
    ("22,x,J111,01", [OTHER]),
    ("3", [3]),
    ("", [OTHER]),
)


@pytest.mark.parametrize(("line", "kinds"), KEYS, ids=[line for line, _ in KEYS])
def test_columns_tell_the_type_of_a_line(line: str, kinds: list[int]) -> None:
    layout = spec.load_layout("kokuho/exchange")
    content = np.frombuffer(line.encode(), np.uint8)
    ends = np.array([len(content)], np.int64)
    bounds = np.concatenate([[0], ends])
    chunk = Chunk(0, 0, 1, 0, content, bounds, ends, np.zeros(1, np.uint8))
    found, told = sorting.sort(sorting.compile(layout), chunk)
    assert found.tolist() == kinds
    assert (told.codes > 0).tolist() == [kinds == [OTHER]]


def test_bytes_in_hexadecimal_tell_the_type_of_a_record() -> None:
    kinds = [
        {"name": n, "when": [{"at": 2, "hex": [key]}]} for n, key in (("p", "C1F1"), ("q", "00"))
    ]
    fields = {"fields": [{"name": "x", "bytes": 4}]}
    records = [{**kind, **fields} for kind in kinds] + [{"name": "rest", **fields}]
    framing = {"fixed": {"length": 4, "terminator": "none"}}
    known = {"kind": "layout", "id": "t", "charset": "cp037", "framing": framing}
    sorter = sorting.compile(Layout.model_validate({**known, "records": records}))
    content = np.frombuffer(bytes.fromhex("40C1F140 40004040 40C1C1F1 40404040"), np.uint8)
    bounds = np.arange(5, dtype=np.int64) * 4
    chunk = Chunk(0, 0, 1, 0, content, bounds, bounds[1:], np.zeros(4, np.uint8))
    assert sorting.sort(sorter, chunk)[0].tolist() == [0, 1, 2, 2]


@given(rows=st.lists(st.integers(0, 5), unique=True).map(sorted))
def test_records_picked_out_keep_their_numbers_and_places(rows: list[int]) -> None:
    content = b"abbcccddddeeeeeffffff"
    bounds = np.array([0, 1, 3, 6, 10, 15, 21], np.int64)
    data = np.frombuffer(content, np.uint8)
    chunk = Chunk(0, 0, 101, 1000, data, bounds, bounds[1:], np.arange(6, dtype=np.uint8))
    part = sorting.picked(chunk, np.array(rows, np.int64))
    every = np.arange(len(rows))
    assert part.data.tobytes() == b"".join(content[bounds[r] : bounds[r + 1]] for r in rows)
    assert part.numbered(every).tolist() == [101 + row for row in rows]
    assert part.rows(part.numbered(every)).tolist() == every.tolist()
    assert part.offsets(every).tolist() == [1000 + int(bounds[row]) for row in rows]
    assert part.codes.tolist() == rows


RECORDS = {
    "h": header(),
    "d": data(100),
    "e": data(3),
    "t": trailer(2, 200),
    "u": trailer(1, 3),
    "z": end(),
    "x": UNKNOWN,
    "s": data(5)[:70],
    "n": data(7)[:80] + b"12345678XX" + data(7)[90:],
}


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kinds=st.text("hddeettuzxsn", min_size=1, max_size=14),
    batch=st.sampled_from([1, 2, 3, 5]),
    jobs=st.sampled_from([1, 2]),
)
def test_batches_and_workers_do_not_show(tmp_path: Path, kinds: str, batch: int, jobs: int) -> None:
    content = joined(*(RECORDS[kind] for kind in kinds))
    runs = []
    for options in ({}, {"batch_records": batch, "jobs": jobs}):
        out = tables_of(tmp_path, content, keep_residual=True, **options)
        files = {path.name: path.read_bytes() for path in out.glob("*.csv")}
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
        facts = [report[key] for key in ("counts", "balance", "problems", "fields", "steps")]
        runs.append((files, pl.read_parquet(out / "findings.parquet").rows(), facts))
        _, back = returned(tmp_path, out, residual=out, **options)
        assert back == joined(*(RECORDS[kind] for kind in kinds if kind not in "xsn"))
    assert runs[0] == runs[1]


LAYOUT = {
    "kind": "layout",
    "id": "t",
    "charset": "cp932",
    "framing": {"fixed": {"length": 20}},
    "order": "(a b* (c b*)* d)* e?",
    "controls": [
        {"field": "a.数", "count": ["b", "c"]},
        {"field": "c.数", "sum": ["b.数"]},
        {"field": "d.数", "sum": ["b.数", "c.数"]},
        {"field": "e.数", "count": ["d"], "within": "file"},
        {"field": "b.数", "number": True},
    ],
    "records": [
        {
            "name": name,
            "when": [{"at": 1, "is": [name]}],
            "fields": [
                {"name": "種別", "bytes": 1, "kind": "narrow"},
                {"name": "数", "bytes": 19, "kind": "integer"},
            ],
        }
        for name in "abcde"
    ],
}
COUNTED = compile(Layout.model_validate(LAYOUT))


def plainly(kinds: list[int], values: list[int]) -> Iterator[tuple[int, int, int]]:
    """(control, row, number) for every record that holds a control, group by group."""
    controls, order = COUNTED, COUNTED.order
    types = np.array(kinds, np.uint8)
    states = walked(order, types, START).states
    for number, control in enumerate(controls.controls):
        starts = np.flatnonzero(order.starts(controls.levels[number], types, states)).tolist()
        for first, last in zip(starts, [*starts[1:], len(kinds)], strict=False):
            rows = range(first, last)
            summed = {name.partition(".")[0] for name in control.sum or control.count or ()}
            members = [row for row in rows if kinds[row] < 5 and "abcde"[kinds[row]] in summed]
            total = sum(values[row] if control.sum else 1 for row in members)
            for row in rows:
                if kinds[row] == controls.holders[number]:
                    yield number, row, row - first + 1 if control.number else total


@given(
    records=st.lists(
        st.tuples(st.sampled_from([0, 1, 1, 2, 3, 4, OTHER]), st.integers(0, 10**18)), max_size=30
    ),
    cuts=st.integers(1, 9),
)
def test_counting_chunk_by_chunk_is_counting_group_by_group(
    records: list[tuple[int, int]], cuts: int
) -> None:
    kinds, values = [kind for kind, _ in records], [value for _, value in records]
    counting, state, found = Counting(COUNTED), START, []
    for first in range(0, len(kinds), cuts):
        part = np.array(kinds[first : first + cuts], np.uint8)
        walk = walked(COUNTED.order, part, state)
        state = int(walk.states[-1])
        added = {
            number: np.array(
                [
                    value if kind < 5 and f"{'abcde'[kind]}.数" in (control.sum or ()) else 0
                    for kind, value in records[first : first + cuts]
                ],
                np.int64,
            )
            for number, control in enumerate(COUNTED.controls)
        }
        rows = np.arange(first, first + len(part))[:, None]
        found += counting.add(part, walk.states, rows, added)
    found += counting.finish()
    seen = {
        (one.control, int(row), int(total))
        for one in found
        for row, total in zip(one.holders[:, 0], one.totals, strict=True)
    }
    assert seen == set(plainly(kinds, values))


def test_the_repair_of_several_types_is_proposed(tmp_path: Path) -> None:
    sample = Path(__file__).parent.parent / "samples" / "zengin" / "damaged" / "input.dat"
    known = spec.load_mapping("zengin/transfer-to-tables")
    run = tmp_path / "run"
    report = pipeline.convert(Job((str(sample),), mapping=known, out=run)).report
    assert [one.get("types") for one in report["definitions"]] == [4, 4, None]
    last = list(summary.next_commands(report))[-1]
    assert last == f"utsushi rejects extract {run} -o repair.xlsx"
