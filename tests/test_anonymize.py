"""An anonymised file has the shape, the findings and the codes of the original, and no value."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import checkdigits, fields, generate, pipeline, sorting, spec, status
from converters.anonymize import Replaced, anonymize
from converters.anonymize.methods import method, structural
from converters.cli import main
from converters.columns import Chunk, Spans, series
from converters.errors import UsageError
from converters.generate.words import load
from converters.model import Field, Layout
from converters.pipeline import Job
from converters.pipeline import plan as plans
from converters.pipeline.marking import Marker
from converters.pipeline.reading import Source, chunks

VENDORS = ("vendor-a", "vendor-b")
SIDES = {name: plans.side(spec.load_layout(f"{name}/resident")) for name in VENDORS}
SAMPLES = Path(__file__).parent.parent / "samples"
KEY = bytes(range(32))
FEW = settings(max_examples=5)


def made(name: str, records: int, seed: int, defects: float = 0.0) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "made")
        generate.write(SIDES[name].layout, path, records, seed, defects)
        return path.read_bytes()


def twin(name: str, data: bytes, key: bytes = KEY, **job: int) -> tuple[bytes, Replaced]:
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "in"), Path(folder, "out")
        path.write_bytes(data)
        done = anonymize(SIDES[name].layout, str(path), out, key, Job((str(path),), **job))
        return out.read_bytes(), done


def findings(name: str, data: bytes) -> list[tuple[object, ...]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "in")
        path.write_bytes(data)
        run = Path(folder, "run")
        pipeline.validate(Job((str(path),), layout=SIDES[name].layout, out=run))
        return pl.read_parquet(run / "findings.parquet").drop("value").rows()


def values(name: str, data: bytes) -> tuple[Spans, Chunk]:
    side = SIDES[name]
    array = np.frombuffer(data, np.uint8)
    begun = side.form.begin(array, True)
    assert begun is not None
    array = array[begun.used :]
    split = side.form.split(array, True)
    chunk = Chunk(0, 0, 1, begun.used, array, split.bounds, split.stop, split.codes)
    return side.form.spans(chunk, begun.order), chunk


def cells(name: str, data: bytes, field: Field) -> list[bytes]:
    spans, _ = values(name, data)
    start, stop = spans.of(SIDES[name].layout.record.index[field.name])
    ends = zip(start.tolist(), stop.tolist(), strict=True)
    return [spans.data[a:b].tobytes() for a, b in ends]


@FEW
@given(st.sampled_from(VENDORS), st.integers(0, 99))
def test_lengths_and_findings_stay(name: str, seed: int) -> None:
    data = made(name, 60, seed, 0.4)
    out, _ = twin(name, data)
    assert len(out) == len(data)
    before, after = values(name, data)[0], values(name, out)[0]
    for place in range(len(SIDES[name].layout.record.fields)):
        assert np.array_equal(before.of(place), after.of(place))
    assert findings(name, out) == findings(name, data)


@FEW
@given(st.sampled_from(VENDORS), st.integers(0, 99))
def test_no_value_of_a_sound_record_stays(name: str, seed: int) -> None:
    """Names, numbers, cards, amounts and known dates: each differs from what it was."""
    data = made(name, 80, seed)
    out, done = twin(name, data)
    assert done == Replaced(80)
    layout = SIDES[name].layout
    for field in layout.record.fields:
        if method(field) not in ("amount", "date", "name", "number"):
            continue
        unknown = {*(each.encode() for each in field.unknown)}
        pairs = zip(cells(name, data, field), cells(name, out, field), strict=True)
        for was, now in pairs:
            blank = not was.strip(b" 0+-.\x81\x40") or was in unknown
            vague = method(field) == "date" and (was[-2:] == b"00" or was[-4:] == b"0229")
            assert blank or vague or was != now, field.name


@pytest.mark.parametrize("name", VENDORS)
def test_codes_places_and_unknown_dates_stay(name: str) -> None:
    data = made(name, 500, 2)
    out, _ = twin(name, data)
    for field in SIDES[name].layout.record.fields:
        was, now = cells(name, data, field), cells(name, out, field)
        if method(field) == "keep":
            assert was == now
        for spelled in field.unknown:
            at = [row for row, each in enumerate(was) if each == spelled.encode()]
            assert [now[row] for row in at] == [was[row] for row in at]


@pytest.mark.parametrize("name", VENDORS)
def test_numbers_keep_valid_check_digits_and_wrong_ones_stay_wrong(name: str) -> None:
    data = made(name, 300, 9, 0.3)
    out, _ = twin(name, data)
    for field in SIDES[name].layout.record.fields:
        if field.check and method(field) == "number":
            pairs = zip(cells(name, data, field), cells(name, out, field), strict=True)
            numbers = [(a.decode(), b.decode()) for a, b in pairs if a.isdigit()]
            assert len(numbers) > 100
            for was, now in numbers:
                assert valid(field.check, was) == valid(field.check, now)


def valid(scheme: str, number: str) -> bool:
    rule = checkdigits.SCHEMES[scheme]
    if len(number) not in rule.lengths:
        return False
    body = number[1:] if rule.leading else number[:-1]
    return checkdigits.with_check_digit(scheme, body) == number


@FEW
@given(st.sampled_from(VENDORS), st.integers(0, 99), st.integers(1, 30))
def test_the_same_key_gives_the_same_file_however_it_is_cut(
    name: str, seed: int, batch: int
) -> None:
    data = made(name, 40, seed, 0.3)
    out, _ = twin(name, data)
    assert twin(name, data, jobs=2, batch_records=batch)[0] == out
    assert twin(name, data, KEY[::-1])[0] != out


@FEW
@given(st.sampled_from(VENDORS), st.integers(0, 99))
def test_a_person_is_the_same_in_every_file(name: str, seed: int) -> None:
    """Names and numbers go by value, dates by person: a file of half of the records, in another
    order, has the same records."""
    data = made(name, 40, seed)
    _, chunk = values(name, data)
    rows = [chunk.data[a:b].tobytes() for a, b in zip(chunk.bounds, chunk.bounds[1:], strict=False)]
    head = data[: chunk.offset]
    whole, _ = twin(name, data)
    part, _ = twin(name, head + b"".join(reversed(rows[::2])))
    _, all_of = values(name, whole)
    ends = zip(all_of.bounds, all_of.bounds[1:], strict=False)
    became = [all_of.data[a:b].tobytes() for a, b in ends]
    assert part == head + b"".join(reversed(became[::2]))


@pytest.mark.parametrize(
    "case", ["vendor-a/broken-file", "vendor-b/ragged-rows", "vendor-b/quotes"]
)
def test_broken_records_stay_as_broken(case: str) -> None:
    name = case.split("/")[0]
    [path] = (SAMPLES / case).glob("input.*")
    data = path.read_bytes()
    out, _ = twin(name, data)
    assert findings(name, out) == findings(name, data)
    assert len(out) == len(data) and out != data
    assert [out.count(byte) for byte in b'\r\n"'] == [data.count(byte) for byte in b'\r\n"']


def test_a_column_that_the_layout_does_not_know_is_about_nobody_too() -> None:
    head, *rows = made("vendor-b", 5, 3).split(b"\r\n")[:-1]
    names = ["山田　太郎", '田中　"花"子', "佐藤　次郎", "", "鈴木　三郎"]
    cells = [f'"{name.replace(chr(34), chr(34) * 2)}"'.encode("cp932") for name in names]
    lines = [head + b',"NOTE"', *(row + b"," + cell for row, cell in zip(rows, cells, strict=True))]
    out, _ = twin("vendor-b", b"\r\n".join(lines) + b"\r\n")
    now = [line.rpartition(b",")[2] for line in out.split(b"\r\n")[1:-1]]
    assert [len(cell) for cell in now] == [len(cell) for cell in cells]
    changed = [a != b for a, b in zip(now, cells, strict=True)]
    assert changed == [True, True, True, False, True]
    assert findings("vendor-b", out) == findings("vendor-b", b"\r\n".join(lines) + b"\r\n")


@settings(max_examples=30)
@given(st.sampled_from(VENDORS), st.binary(max_size=400))
def test_any_bytes_have_a_twin_of_the_same_length(name: str, data: bytes) -> None:
    assert len(twin(name, data)[0]) == len(data)


def test_names_are_made_of_names_of_the_same_length() -> None:
    data = made("vendor-a", 200, 4)
    out, _ = twin("vendor-a", data)
    field = SIDES["vendor-a"].layout.record.field("氏名")
    surnames = {row[0] for row in load().surnames}
    pairs = zip(cells("vendor-a", data, field), cells("vendor-a", out, field), strict=True)
    names = [(a.decode("cp932").split(), b.decode("cp932").split()) for a, b in pairs]
    assert all([*map(len, a)] == [*map(len, b)] for a, b in names)
    listed = sum(b[0] in surnames for _, b in names if b)
    assert listed > len(names) * 0.7


def test_a_key_must_be_long_enough_and_the_file_appears_whole(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(made("vendor-a", 2, 1))
    with pytest.raises(UsageError, match="16"):
        anonymize(SIDES["vendor-a"].layout, str(path), tmp_path / "out", b"short", Job(()))
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_what_cannot_be_replaced_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"")
    layout = spec.load_layout("vendor-a/resident")
    framing = layout.framing.model_copy(update={"header": 10})
    layout = layout.model_copy(update={"framing": framing})
    with pytest.raises(UsageError, match="headers or footers"):
        anonymize(layout, str(tmp_path / "in"), tmp_path / "out", KEY, Job(()))


def private(layout: Layout) -> Layout:
    """The layout with every field that says it is public being personal."""
    fields = [
        field.model_copy(update={"sensitivity": None if field.codes else "personal"})
        for field in layout.record.fields
    ]
    record = layout.record.model_copy(update={"fields": tuple(fields)})
    return layout.model_copy(update={"records": (record,)})


def test_xml_keeps_its_tags_and_references(tmp_path: Path) -> None:
    layout = private(spec.load_layout("nta/corporations-xml"))
    data = (SAMPLES / "nta" / "corporations-xml" / "input.xml").read_bytes()
    path, out = tmp_path / "in.xml", tmp_path / "out.xml"
    path.write_bytes(data)
    done = anonymize(layout, str(path), out, KEY, Job((str(path),)))
    made = out.read_bytes()
    assert len(made) == len(data) and done.records == 12
    assert judged(layout, out, tmp_path / "b") == judged(layout, path, tmp_path / "a")
    assert made.count("別表記".encode()) == 0 < data.count("<![CDATA[<別表記>]]>".encode())
    marks = re.compile(rb"<!\[CDATA\[|\]\]>|</?[a-zA-Z?][^<>]*>|&[^;]*;")
    assert marks.findall(made) == marks.findall(data)
    was, now = texts(layout, path), texts(layout, out)
    for name in ("商号又は名称", "法人番号", "国内所在地_丁目番地等", "フリガナ", "変更年月日"):
        pairs = zip(was[f"法人.{name}"], now[f"法人.{name}"], strict=True)
        stayed = [one for one, other in pairs if one and one == other]
        assert len(stayed) <= done.kept.get(name, 0), (name, stayed)


FORMS = {
    "a table in UTF-16": "hosts/excel",
    "a table of a host": "hosts/ibm-csv",
    "a table with escapes": "hosts/jis",
    "EUC": "hosts/euc",
    "IBM with shift codes": "hosts/ibm",
    "KEIS, names without shift codes": "hosts/keis",
    "gaiji with a table": "hosts/gaiji",
    "a record whose numbers are packed": "host/customer",
    "numbers of every kind": "host/amounts",
    "records behind their length": "host/notice",
    "records in blocks": "host/notice-blocks",
    "types of records in columns": "kokuho/exchange",
    "types of records in columns, broken": "kokuho/broken-exchange",
    "types of records in fixed places": "zengin/transfers",
    "types of records in fixed places, broken": "zengin/damaged",
    "types of records, totals per town": "pension/notice",
}
LAYOUTS = {
    "kokuho/broken-exchange": "kokuho/exchange",
    "zengin/damaged": "zengin/transfer",
    "zengin/transfers": "zengin/transfer",
}
"""Samples whose layout is called otherwise."""
STAYING = "0\U00100000"
"""Zeros and gaiji without a character stay."""


def judged(layout: Layout, path: Path, run: Path) -> list[tuple[object, ...]]:
    pipeline.validate(Job((str(path),), layout=layout, out=run))
    return pl.read_parquet(run / "findings.parquet").drop("file", "value").rows()


def texts(layout: Layout, path: Path) -> dict[str, list[str]]:
    """Field and its values as text, of the records whose value is sound; types apart."""
    lanes = plans.lanes(Job((str(path),), layout=layout))
    source = Source(str(path), 0)
    found: dict[str, list[str]] = {}
    for chunk in chunks(source, lanes.form, None, lambda _: None):
        marked = Marker(lanes, None).mark(chunk)
        for kind, plan in enumerate(lanes.plans):
            part = sorting.picked(marked.chunk, np.flatnonzero(marked.kinds == kind))
            spans = plan.source.form.spans(part, source.order)
            batch, outcomes = fields.decode(plan.source.fields, spans, 1)
            record = plan.source.layout.record
            for name in plan.source.fields.names:
                column = series(batch[name]).cast(pl.String).to_list()
                sound = outcomes[name] < status.PROBLEM
                values = [one or "" for one, ok in zip(column, sound, strict=True) if ok]
                found[f"{record.name}.{name}"] = values
    return found


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_a_twin(form: str, tmp_path: Path) -> None:
    layout = spec.load_layout(LAYOUTS.get(FORMS[form], FORMS[form]))
    [path] = (SAMPLES / FORMS[form]).glob("input.*")
    out = tmp_path / path.name
    done = anonymize(layout, str(path), out, KEY, Job((str(path),)))
    assert out.stat().st_size == path.stat().st_size
    assert judged(layout, out, tmp_path / "b") == judged(layout, path, tmp_path / "a")
    kept, was, now = structural(layout), texts(layout, path), texts(layout, out)
    for record in layout.records:
        for field in record.fields:
            name = f"{record.name}.{field.name}"
            if name not in kept and method(field) in ("amount", "name", "number", "text"):
                pairs = zip(was.get(name, ()), now.get(name, ()), strict=True)
                stayed = [one for one, other in pairs if one == other and one.strip(STAYING)]
                counted = done.kept.get(name if layout.is_mixed else field.name, 0)
                assert len(stayed) <= counted, (name, stayed)


@FEW
@given(st.sampled_from(["hosts/ibm", "hosts/keis", "hosts/euc"]), st.integers(0, 99))
def test_a_host_file_has_the_same_twin_however_it_is_cut(name: str, seed: int) -> None:
    layout = spec.load_layout(name)
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "in"), Path(folder, "out")
        generate.write(layout, path, 40, seed)
        data = bytearray(path.read_bytes())
        for place in range(seed, len(data), 517):
            data[place] ^= 0x5A
        path.write_bytes(data)
        made = []
        for batch in (None, 7):
            job = Job((str(path),), jobs=2, batch_records=batch)
            anonymize(layout, str(path), out, KEY, job)
            made.append(out.read_bytes())
        assert made[0] == made[1] != path.read_bytes()
        before = judged(layout, path, Path(folder, "a"))
        assert judged(layout, out, Path(folder, "b")) == before


def test_packed_numbers_keep_the_sign_that_stands_there(tmp_path: Path) -> None:
    """C and D are signs, F is none: a nibble that is read stays whichever it is."""
    layout = spec.load_layout("host/amounts")
    data = bytearray((SAMPLES / "host" / "amounts" / "input.dat").read_bytes()[:120])
    data[30:36] = bytes.fromhex("00001234567F")
    data[90:96] = bytes.fromhex("00001234567C")
    (tmp_path / "in").write_bytes(data)
    anonymize(layout, str(tmp_path / "in"), tmp_path / "out", KEY, Job(()))
    out = (tmp_path / "out").read_bytes()
    amounts = [out[30:36].hex(), out[90:96].hex()]
    assert [each[-1] for each in amounts] == ["f", "c"]
    assert all(each[:4] == "0000" and each[4] != "0" for each in amounts)
    assert all(each[4:11] != "1234567" for each in amounts)


def test_the_command_writes_a_twin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    data = made("vendor-b", 30, 3)
    Path("in.csv").write_bytes(data)
    Path("key").write_bytes(KEY.hex().encode() + b"\n")
    command = ["anonymize", "in.csv", "--layout", "vendor-b/resident", "--key-file", "key"]
    assert main([*command, "-o", "out.csv", "-q"]) == 0
    assert "wrote 30 records" in capsys.readouterr().err
    assert main([*command, "-o", "out.csv"]) == 2
    assert main([*command, "-o", "in.csv", "--force"]) == 2
    assert main([*command[:-1], "none", "-o", "more.csv"]) == 6
    assert Path("in.csv").read_bytes() == data
    assert Path("out.csv").read_bytes() == twin("vendor-b", data, KEY.hex().encode())[0]
    assert main(["validate", "out.csv", "--layout", "vendor-b/resident", "-q"]) == 0
