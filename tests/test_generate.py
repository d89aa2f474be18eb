"""Synthetic records: repeatable, sound by the program's own reading and checks, with defects
whose truth holds."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import batches
import numpy as np
import polars as pl
import pytest

from converters import charset as charsets
from converters import checks, fields, forms, generate, pipeline, spec, status
from converters.columns import Batch, Chunk, Status
from converters.generate.columns import Plan, columns, compile
from converters.generate.days import VALUES, spelled
from converters.generate.patterns import matching
from converters.generate.spelling import fitting, half, wide
from converters.model import Field, Layout
from converters.pipeline import Job

LAYOUTS = [d.id for d in spec.list_definitions() if d.kind == "layout"]
VENDORS = ["vendor-a/resident", "vendor-b/resident"]


def bytes_of(layout: Layout, records: int, seed: int, path: Path, rate: float = 0.0) -> bytes:
    generate.write(layout, path, records, seed, rate)
    return path.read_bytes()


def block(plan: Plan, seed: int, number: int = 0) -> pl.DataFrame:
    """One block of the endless file."""
    return batches.frame(columns(plan, seed, number))


def read(layout: Layout, data: bytes) -> tuple[Batch, dict[str, Status]]:
    """The typed batch of a whole file, through the program's own reader."""
    charset = charsets.load(layout.charset)
    readers = fields.readers(fields.compile(layout))
    form = forms.form(
        layout, lambda b: b.decode(charset.name), lambda t: t.encode(charset.name), readers
    )
    raw = np.frombuffer(data, np.uint8)
    start = form.begin(raw, True)
    assert start is not None
    assert start.problems == ()
    rest = raw[start.used :]
    cut = form.split(rest, True)
    chunk = Chunk(0, 0, 1, start.used, rest, cut.bounds, cut.stop, cut.codes, cut.own)
    spans = form.spans(chunk, start.order)
    assert not spans.codes.any()
    return fields.decode(fields.compile(layout), spans, 1)


@pytest.mark.parametrize("name", LAYOUTS)
def test_generated_records_are_sound(name: str, tmp_path: Path) -> None:
    for part in spec.load_layout(name).parts:
        _sound(part, tmp_path)


def _sound(layout: Layout, tmp_path: Path) -> None:
    batch, outcomes = read(layout, bytes_of(layout, 1000, 7, tmp_path / "file"))
    assert len(batch) == 1000
    bad = {
        field: Counter(found[found >= status.PROBLEM].tolist())
        for field, found in outcomes.items()
        if np.isin(
            found, (status.OK, status.BLANK, status.UNKNOWN, status.GAIJI), invert=True
        ).any()
    }
    assert bad == {}
    assert [(p.field, p.code, p.rows.tolist()) for p in checks.compile(layout).run(batch)] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_generated_columns_are_read_back_as_they_were(name: str, tmp_path: Path) -> None:
    for part in spec.load_layout(name).parts:
        _read_back(part, tmp_path)


def _read_back(layout: Layout, tmp_path: Path) -> None:
    batch, _ = read(layout, bytes_of(layout, 500, 3, tmp_path / "file"))
    found, made = batches.frame(batch), block(compile(layout), 3).head(500)
    assert found.columns == made.columns
    differing = [c for c in found.columns if not found[c].equals(made[c], null_equal=True)]
    assert differing == []


@pytest.mark.parametrize("name", VENDORS)
def test_a_longer_file_begins_with_the_shorter_one(name: str, tmp_path: Path) -> None:
    layout = spec.load_layout(name)
    short = bytes_of(layout, 100, 5, tmp_path / "short")
    longer = bytes_of(layout, generate.BLOCK + 50, 5, tmp_path / "longer")
    assert longer.startswith(short)
    assert bytes_of(layout, 100, 6, tmp_path / "other") != short


def test_keys_differ_in_the_whole_file() -> None:
    plan = compile(spec.load_layout("vendor-a/resident"))
    keys = pl.concat([block(plan, 1, number)["宛名番号"] for number in range(4)])
    assert keys.n_unique() == 4 * generate.BLOCK


def test_households_share_number_address_and_surname_of_the_head() -> None:
    batch = block(compile(spec.load_layout("vendor-a/resident")), 1)
    grouped = batch.group_by("世帯番号").agg(pl.col("町字", "番地", "世帯主氏名").n_unique())
    assert grouped["町字"].max() == grouped["番地"].max() == grouped["世帯主氏名"].max() == 1
    heads = batch.filter(pl.col("続柄コード1") == "02")
    assert heads["世帯番号"].n_unique() == heads.height == grouped.height


RARE = {
    "氏名": ["髙橋", "山﨑", "髙﨑", "濵田", "德永", "\ue000藤", "渡\ue001"],
    "方書": ["～", "㈱", "①", "髙﨑", "\ue000"],
    "生年月日": [
        *("0000-00-00", "1912-07-30M", "1926-12-25T", "1953-02-29", "1912-07-30", "1926-12-25"),
        *("1989-01-08", "2019-05-01", "1989-01-07", "2019-04-30"),
    ],
    "番地": ["－"],
    "続柄表記": ["子の妻"],
    "通称": ["　"],
}


def test_rare_values_are_in_every_file_of_some_hundred_records() -> None:
    batch = block(compile(spec.load_layout("vendor-a/resident")), 1).head(300)
    missing = [
        (field, text)
        for field, texts in RARE.items()
        for text in texts
        if not batch[field].str.contains(text, literal=True).any()
    ]
    assert missing == []


def test_some_names_fill_their_field_to_the_last_byte(tmp_path: Path) -> None:
    batch = block(compile(spec.load_layout("vendor-a/resident")), 1).head(100)
    assert batch["氏名"].str.len_chars().max() == 15


def test_shift_jis_files_have_jis_x_0208_characters_only(tmp_path: Path) -> None:
    layout = spec.load_layout("vendor-b/resident")
    assert bytes_of(layout, 2000, 1, tmp_path / "b.csv").decode("shift_jis")


def test_an_unknown_birth_fills_the_three_items_of_the_standard() -> None:
    batch = block(compile(spec.load_layout("standard/juki/resident")), 1)
    unknown = batch.filter(pl.col("生年月日_不詳フラグ") == "1")
    assert unknown.height > 50
    assert unknown["生年月日"].null_count() == unknown.height
    assert unknown["生年月日_不詳表記"].null_count() == 0


GROUPED = {"history-order", "no-head", "period-gap", "period-overlap", "second-head"} | {
    "sequence-gap",
    "sequence-repeated",
}
"""Defects that need a layout with checks over the records of a key."""
SHAPED = (
    {"bad-nibble", "bad-sign-nibble", "bad-word", "bad-zone", "block-length", "cut-off"}
    | {"count-out-of-range", "malformed-record", "no-reading", "no-sign", "open-shift"}
    | {"record-length", "table-length", "too-large", "unknown-element", "unknown-record"}
    | {"wrong-count", "wrong-sum"}
)
"""Defects of files of other shapes; see `test_defects`."""


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("vendor-a/resident", GROUPED | {"out-of-range"}),
        (
            "vendor-b/resident",
            GROUPED | {"bad-sign", "date-order", "kanji-in-kana", "out-of-range"},
        ),
    ],
)
def test_defects_are_where_the_truth_says_and_nowhere_else(
    name: str, absent: set[str], tmp_path: Path
) -> None:
    layout = spec.load_layout(name)
    path = tmp_path / "file"
    clean = bytes_of(layout, 600, 2, path).split(b"\r\n")
    spoiled = bytes_of(layout, 600, 2, path, rate=0.2).split(b"\r\n")
    with Path(f"{path}.defects.csv").open(encoding="utf-8", newline="") as lines:
        truths = list(csv.DictReader(lines))
    header = 1 if layout.framing.delimited else 0
    changed = [k for k, (a, b) in enumerate(zip(clean, spoiled, strict=True), 1 - header) if a != b]
    assert [int(truth["record"]) for truth in truths] == changed
    assert 80 < len(changed) < 160
    starts = np.cumsum([0, *(len(line) + 2 for line in spoiled)])
    for truth in truths:
        line = int(truth["record"]) - 1 + header
        within = int(truth["offset"]) - starts[line]
        assert within == 0 if not truth["field"] else 0 <= within < len(spoiled[line])
    other = {"ragged-record"} if layout.framing.fixed else {"long-record", "short-record"}
    assert {truth["defect"] for truth in truths} == set(generate.DEFECTS) - SHAPED - other - absent


def test_thirty_kinds_of_defects_are_found_once_each_and_no_clean_record_is_accused(
    tmp_path: Path,
) -> None:
    """Whatever the batches and workers; a million records, by hand: docs/performance.md."""
    layout, path = spec.load_layout("vendor-a/roster"), tmp_path / "file"
    generate.write(layout, path, 30_000, 7, 0.02)
    with Path(f"{path}.defects.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len({row["defect"] for row in rows}) == 30
    truths = [(int(r["record"]), int(r["offset"]), r["field"], r["code"]) for r in rows]
    for number, how in enumerate(({"jobs": 1}, {"jobs": 2, "batch_records": 777})):
        run = tmp_path / str(number)
        job = Job((str(path),), layout=layout, out=run, pages=(), **how)
        outcome = pipeline.validate(job)
        findings = pl.read_parquet(run / "findings.parquet")
        errors = findings.filter(pl.col("severity") == "error")
        found = errors.select("record", "offset", "field", "code").rows()
        assert sorted(found) == sorted(truths)
        (read,) = outcome.report["inputs"]
        assert read["findings"]["error"] == len(truths)


def test_a_field_defect_of_a_fixed_record_keeps_its_length(tmp_path: Path) -> None:
    layout = spec.load_layout("vendor-a/resident")
    spoiled = bytes_of(layout, 600, 2, tmp_path / "file", rate=0.2).split(b"\r\n")[:-1]
    lengths = Counter(map(len, spoiled))
    assert set(lengths) == {593, 600, 605}


PATTERNS = ["[A-Z]{2}[0-9]{8}[A-Z]{2}", "[0-9]{2}-[0-9]{3}", "([0-9]{2}){1,4}", "AB?", r"\.[xy]"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_texts_of_a_plain_pattern_match_it(pattern: str) -> None:
    assert matching(pattern, 50, np.random.default_rng(0))


def test_a_pattern_that_is_not_understood_gives_nothing() -> None:
    assert matching("(?=x)y|z+", 50, np.random.default_rng(0)) == []


SPELLINGS = [
    # text, field, charset, as it is held
    ("髙﨑", Field(name="x", kind="wide"), "cp932", "髙﨑"),
    ("髙﨑", Field(name="x", kind="wide"), "shift_jis", "高崎"),
    ("Ａ－１～", Field(name="x", kind="wide"), "shift_jis", "Ａ−１〜"),
    ("AB 1", Field(name="x", kind="wide"), "cp932", "ＡＢ　１"),
    ("ガパ・ー　１", Field(name="x", kind="kana"), "cp932", "ｶﾞﾊﾟ･ｰ 1"),
    ("ガパ", Field(name="x", kind="kana", bytes=3), "cp932", "ｶﾞ"),
    ("山田　太郎", Field(name="x", kind="wide", bytes=6), "cp932", "山田"),
    ("山田", Field(name="x", kind="wide", bytes=4), "utf-8", "山"),
    ("山田", Field(name="x", kind="narrow"), "utf-8", None),
    ("12A", Field(name="x", kind="digits"), "utf-8", None),
    ("ab", Field(name="x", kind="narrow", pattern="[0-9]+"), "utf-8", None),
]


@pytest.mark.parametrize(("text", "field", "name", "held"), SPELLINGS)
def test_a_text_is_spelled_as_the_field_can_hold_it(
    text: str, field: Field, name: str, held: str | None
) -> None:
    assert fitting(text, field, charsets.load(name)) == held


def test_widths_of_letters_have_an_inverse() -> None:
    ascii_text = "".join(map(chr, range(0x20, 0x7F)))
    assert half(wide(ascii_text)) == ascii_text


DATES = [
    (Field(name="x", kind="wareki", partial=True), "1950-07-00", "1950-07-00"),
    (Field(name="x", kind="wareki"), "1926-12-25T", "1926-12-25T"),
    (Field(name="x", kind="date"), "1926-12-25T", "1926-12-25"),
    (Field(name="x", kind="date"), "1950-07-00", None),
    (Field(name="x", kind="date", required=True), "1950-07-00", "1950-07-01"),
    (Field(name="x", kind="date", partial=True), "0000-00-00", None),
    (Field(name="x", kind="date", unknown=("99999999",)), "0000-00-00", "0000-00-00"),
    (Field(name="x", kind="date"), "1953-02-29", "1953-03-01"),
    (Field(name="x", kind="date", impossible=True), "1953-02-29", "1953-02-29"),
]


@pytest.mark.parametrize(("field", "value", "held"), DATES)
def test_a_date_is_given_as_the_field_can_hold_it(
    field: Field, value: str, held: str | None
) -> None:
    assert value in VALUES
    assert spelled(value, field) == held
