"""Pages: every number is the report's, nothing of a person, nothing from outside, within bounds."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tomllib
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import polars as pl
import pytest
from browser import NEEDS_CHROMIUM, page
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as markup
from python_calamine import CalamineWorkbook

from converters import pages, pipeline, spec
from converters.cli import main, options
from converters.findings import catalogue
from converters.pages import html, sample, workbook
from converters.pages.cells import Share, grouped
from converters.pages.words import said, words
from converters.rundir import FindingsFile, RunDirectory

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples" / "vendor-a"
MAPPING = "vendor-a/resident-to-standard"
Report = dict[str, Any]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A conversion with defects, told in every format."""
    out = tmp_path_factory.mktemp("pages") / "run"
    inputs = (str(SAMPLES / "defects" / "input.dat"), str(SAMPLES / "clean" / "input.dat"))
    job = pipeline.Job(inputs, spec.load_mapping(MAPPING), out=out, pages=(*pages.FORMATS,))
    pipeline.convert(job)
    return out


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    found: Report = json.loads((run / "report.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def tree(run: Path) -> Any:
    return markup.fromstring((run / "report.html").read_bytes())


@pytest.fixture(scope="module")
def sheets(run: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(run / "report.xlsx"))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def large(folder: Path, report: Report, findings: int) -> tuple[Report, Path]:
    """A report with very many problems, and the findings to it."""
    rows = [
        (n % 3, n + 1, n * 600, f"とても長い名前の項目_{n % 400:03}", code, "error", "漢字漢字", "")
        for n in range(findings)
        for code in [("FLD-040", "FLD-010")[n % 2]]
    ]
    names = ["file", "record", "offset", "field", "code", "severity", "value", "action"]
    frame = pl.DataFrame(rows, names, orient="row")
    with RunDirectory(folder / "run") as place:
        file = FindingsFile(place)
        file.add(frame)
        file.close()
        place.publish({}, {})
    counts = Counter((row[4], row[3]) for row in rows)
    found = report["problems"][0]
    problems = [
        {**found, "code": code, "field": field, "count": count}
        for (code, field), count in counts.items()
    ]
    totals = {**report["findings"], "error": findings}
    changed = {"problems": problems, "problems_total": len(problems), "findings": totals}
    return {**report, **changed}, folder / "run" / "findings.parquet"


# ---- every number is the report's --------------------------------------------------------------


def rows_of(tree: Any, name: str) -> list[list[str]]:
    """The cells of a table as they are read in English."""
    found = []
    for row in tree.xpath(f"//table[@id='table-{name}']/tbody/tr"):
        found.append([text_of(cell) for cell in row.xpath("th|td")])
    return found


def text_of(element: Any) -> str:
    for japanese in element.xpath(".//*[@lang='ja']"):
        japanese.drop_tree()
    return str(element.text_content()).strip()


def dash(value: Any) -> str:
    return "–" if value in (None, "") else str(value)


def number(value: Any) -> str:
    return "–" if value is None else grouped(value)


def expected_rows(report: Report) -> dict[str, list[list[str]]]:
    """What the tables with numbers must say, taken from report.json once more, the plain way."""
    balance = report["balance"]
    sides: dict[str, dict[str, Report]] = {"source": {}, "accepted": {}, "target": {}}
    for one in report["fields"]:
        sides[one["side"]][one["field"]] = one

    def filled(one: Report) -> list[str]:
        rate = Share(one["filled"], one["records"]).percent
        shown = f"{rate}%" if rate else "–"
        return [number(one["records"]), number(one["filled"]), shown, number(one["unknown"])]

    return {
        "sums": [
            [one["source"], dash(one["target"])]
            + [number(one.get(name)) for name in ("read", "left_out", "converted", "written")]
            for one in balance["sums"]
        ],
        "keys": [
            [number(one[name]["count"]) for name in ("read", "converted", "written")]
            for one in balance["keys"]
        ],
        "fill": [
            [
                number(max([part["filled"] for part in one[side]], default=0))
                for side in ("before", "after")
            ]
            + [number(one["unknown_before"]), number(one["unknown_after"])]
            for one in balance["fill"]
        ],
        "before": [
            [name, *filled(one), number(sides["accepted"][name]["filled"])]
            for name, one in sides["source"].items()
        ],
        "after": [[name, *filled(one)] for name, one in sides["target"].items()],
        "inputs": [
            [number(one["records"]), number(one["bytes"])]
            + [number(one["findings"][name]) for name in ("error", "warning")]
            + [one["sha256"]]
            for one in report["inputs"]
        ],
        "outputs": [
            [one["path"], number(one["records"]), number(one["bytes"]), one["sha256"]]
            for one in report["outputs"]
        ],
    }


def test_every_number_of_the_tables_is_that_of_the_report(run: Path, report: Report) -> None:
    tree = markup.fromstring((run / "report.html").read_bytes())
    columns = {"keys": (1, 2, 3), "fill": (2, 3, 4, 5), "inputs": (1, 2, 5, 6, 7)}
    for name, expected in expected_rows(report).items():
        rows = rows_of(tree, name)
        places = columns.get(name, range(len(expected[0])))
        assert [[row[place] for place in places] for row in rows] == expected, name


def test_every_count_of_the_first_part_is_that_of_the_report(tree: Any, report: Report) -> None:
    shown = tree.xpath("//*[@data-of]")
    assert len(shown) == 7
    for element in shown:
        block, name = element.get("data-of").split(".")
        assert element.text_content() == grouped(report[block][name])


def test_every_problem_is_listed_with_its_count(run: Path, report: Report) -> None:
    tree = markup.fromstring((run / "report.html").read_bytes())
    shown = {(row[1], row[3], row[4]) for row in rows_of(tree, "problems")}
    due = {
        (one["code"], dash(one.get("field")), grouped(one["count"])) for one in report["problems"]
    }
    assert shown == due


def test_every_code_frequency_is_listed(run: Path, report: Report) -> None:
    tree = markup.fromstring((run / "report.html").read_bytes())
    shown = Counter((row[2], row[3]) for row in rows_of(tree, "categories"))
    due = Counter(
        (value, grouped(count))
        for one in report["balance"]["categories"]
        for side in ("read", "converted", "written")
        for value, count in one.get(side, {"counts": {}})["counts"].items()
    )
    assert due and due <= shown


def test_every_finding_is_listed_as_it_stands_in_the_file(run: Path) -> None:
    tree = markup.fromstring((run / "report.html").read_bytes())
    frame = pl.read_parquet(run / "findings.parquet")
    due = [
        [row["code"], row["field"], str(row["file"] + 1), number(row["record"]), row["value"]]
        for row in frame.to_dicts()
    ]
    shown = [[row[place] for place in (1, 2, 3, 4, 6)] for row in rows_of(tree, "findings")]
    assert [[*row[:3], row[3].replace("–", "0"), row[4]] for row in shown] == [
        [*row[:4], row[4].strip()] for row in due
    ]


def test_every_number_of_the_workbook_is_that_of_the_report(
    sheets: dict[str, list[list[Any]]], report: Report
) -> None:
    assert tuple(sheets) == workbook.SHEETS
    counted = {str(row[0]).split(" / ")[0]: row[1] for row in sheets["概要"] if row[1] != ""}
    assert [counted[name] for name in ("入力", "変換", "除外(エラー)", "エラー")] == [
        report["counts"]["read"],
        report["counts"]["converted"],
        report["counts"]["rejected"],
        report["findings"]["error"],
    ]
    sums = [row[2:6] for row in sheets["照合"] if row[0] in ("均等割額", "所得割額")][:2]
    assert sums == [
        [one[name] for name in ("read", "left_out", "converted", "written")]
        for one in report["balance"]["sums"]
    ]
    problems = {(row[1], row[3], row[4]) for row in sheets["エラー集計"][1:]}
    assert problems == {
        (one["code"], one.get("field", ""), one["count"]) for one in report["problems"]
    }
    filled = {(row[0], row[1], row[2]) for row in sheets["項目別"]}
    sides = ("source", "target")
    assert filled >= {
        (one["field"], one["records"], one["filled"])
        for one in report["fields"]
        if one["side"] in sides
    }


def test_the_workbook_lists_the_findings_and_says_how_many_there_are(
    sheets: dict[str, list[list[Any]]], run: Path
) -> None:
    frame = pl.read_parquet(run / "findings.parquet")
    note, _, *rows = sheets["エラー明細"]
    assert str(len(frame)) in note[0]
    assert [(row[1], row[2], row[5]) for row in rows] == list(
        frame.select("code", "field", "offset").iter_rows()
    )


def test_the_tests_of_a_build_server_are_the_checks_of_the_run(run: Path, report: Report) -> None:
    root = ElementTree.parse(run / "report.junit.xml").getroot()
    suites = {suite.get("name"): suite for suite in root}
    assert set(suites) == {"balance", "checks", "findings"}
    failed = [one for one in report["steps"] if one["outcome"] == "fail"]
    assert int(suites["checks"].get("tests", 0)) == report["steps_total"]
    assert int(suites["checks"].get("failures", 0)) == len(failed) > 0
    for suite in root:
        assert int(suite.get("tests", 0)) == len(suite)
        assert int(suite.get("failures", 0)) == len(suite.findall("testcase/failure"))
    covered = sum(len(suites[name].findall("testcase/failure")) for name in ("checks", "findings"))
    assert covered == sum(one["severity"] == "error" for one in report["problems"])


def test_markdown_tells_the_counts(run: Path, report: Report) -> None:
    text = (run / "report.md").read_text("utf-8")
    counts = {name: grouped(report["counts"][name]) for name in ("read", "converted", "rejected")}
    assert f"{counts['read']} = {counts['converted']} + {counts['rejected']} + 0" in text
    for one in report["problems"]:
        assert f"`{one['code']}`" in text


# ---- nothing of a person, nothing from outside ---------------------------------------------------


def values(names: tuple[str, ...]) -> set[str]:
    """What stands in fields of the input with defects, rejected records included."""
    places, begin = {}, 0
    for field in spec.load_layout("vendor-a/resident").record.fields:
        places[field.name] = slice(begin, begin + (field.bytes or 0))
        begin += field.bytes or 0
    records = (SAMPLES / "defects" / "input.dat").read_bytes().split(b"\r\n")
    texts = (
        record[places[name]].decode("cp932", "ignore").strip()
        for record in records
        for name in names
        if len(record) == begin
    )
    return {text for text in texts if len(text) > 4 and set(text) != {"9"}}


def test_no_value_of_a_resident_is_on_any_page(run: Path) -> None:
    hidden = values(("個人番号", "氏名", "氏名カナ", "番地", "住民票コード", "宛名番号"))
    assert len(hidden) > 100
    for content in map(readable, sorted(run.glob("report.*"))):
        assert [value for value in hidden if value in content] == []


def test_a_secret_is_on_no_page_even_where_samples_are_raw(tmp_path: Path) -> None:
    source = (str(SAMPLES / "defects" / "input.dat"),)
    formats = (*pages.FORMATS,)
    layout = spec.load_layout("vendor-a/resident")
    job = pipeline.Job(source, layout=layout, out=tmp_path / "run", samples="raw", pages=formats)
    pipeline.validate(job)
    secrets = values(("個人番号",))
    assert len(secrets) > 30
    found = [readable(path) for path in sorted((tmp_path / "run").glob("report.*"))]
    assert [value for value in secrets for content in found if value in content] == []
    shown = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert said("raw_samples").ja in shown and said("values_raw").en in shown


def readable(path: Path) -> str:
    if path.suffix != ".xlsx":
        return path.read_text("utf-8")
    with zipfile.ZipFile(path) as book:
        return "\n".join(book.read(name).decode() for name in book.namelist())


def test_the_page_allows_its_own_script_and_style_and_nothing_else(tree: Any) -> None:
    (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for name, rule in (("script", "script-src"), ("style", "style-src")):
        (inline,) = tree.xpath(f"//{name}")
        digest = hashlib.sha256(inline.text.encode()).digest()
        assert rules[rule] == f"'sha256-{base64.b64encode(digest).decode()}'"
    names = {name for element in tree.iter() for name in element.attrib}
    assert [name for name in names if name.startswith("on") or name in ("style", "src")] == []


def test_the_page_names_nothing_outside_itself(run: Path, tree: Any) -> None:
    links = tree.xpath("//@href")
    targets = set(tree.xpath("//@id"))
    assert links and {link[1:] for link in links} <= targets
    assert all(link.startswith("#") for link in links)
    text = (run / "report.html").read_text("utf-8")
    assert re.findall(r"https?:|url\(|@import|eval\(|new Function", text) == []


def test_every_code_on_the_page_leads_to_its_whole_explanation(tree: Any, report: Report) -> None:
    articles = {one.get("id"): one.text_content() for one in tree.xpath("//article")}
    assert {one["code"] for one in report["problems"]} <= set(articles)
    for code, text in articles.items():
        entry = catalogue()[code]
        for one in (entry.ja, entry.en):
            for told in (one.explain, one.example, one.hint, one.change):
                assert told in text


class Nesting(HTMLParser):
    """Fails where a tag is closed that is not open; forgets the void ones."""

    VOID = ("meta", "input", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"{tag}: {names}"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<path/>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()


def test_the_page_is_well_formed(run: Path, tree: Any) -> None:
    parser = Nesting()
    parser.feed((run / "report.html").read_text("utf-8"))
    assert parser.open == []
    ids = tree.xpath("//@id")
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    levels = [int(one.tag[1]) for one in tree.xpath("//h1|//h2|//h3")]
    assert levels[0] == 1 and levels.count(1) == 1
    for table in tree.xpath("//table"):
        heads = table.xpath("./thead/tr/th[@scope='col']")
        assert all(len(row) == len(heads) for row in table.xpath("./tbody/tr"))


def test_both_languages_say_as_much(tree: Any) -> None:
    texts = {
        lang: [one for one in tree.xpath(f"//*[@lang='{lang}']") if one.tag in ("span", "div")]
        for lang in ("ja", "en")
    }
    assert len(texts["ja"]) == len(texts["en"]) > 100
    assert all(one.text_content().strip() for one in [*texts["ja"], *texts["en"]])


def test_what_looks_like_a_tag_or_a_formula_is_a_text(tmp_path: Path, report: Report) -> None:
    evil = '<script>alert(1)</script>"><b>=1+1'
    problem = {**report["problems"][0], "field": evil, "values": [{"value": "=1+1", "count": 1}]}
    changed = {**report, "problems": [problem], "problems_total": 1}
    rows = ((0, 1, 0, "=cmd|x", "FLD-040", "error", evil, ""),)
    found = sample.Listed(rows, 1)
    shown = markup.fromstring(html.render(changed, found))
    assert len(shown.xpath("//script")) == 1
    assert evil in shown.text_content()
    file = tmp_path / "report.xlsx"
    file.write_bytes(workbook.render(changed, found))
    book = CalamineWorkbook.from_path(str(file))
    assert book.get_sheet_by_name("エラー明細").to_python()[2][2] == "=cmd|x"
    assert book.get_sheet_by_name("エラー集計").to_python()[1][6] == "=1+1"
    with zipfile.ZipFile(file) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
    text = pages.render(changed, tmp_path / "none", ["md"])[0][1].decode()
    assert "<script>" not in text


# ---- within bounds -------------------------------------------------------------------------------


def test_a_run_with_very_many_findings_stays_in_its_budgets(tmp_path: Path, report: Report) -> None:
    grown, path = large(tmp_path, report, 24_000)
    made = dict(pages.render(grown, path, (*pages.FORMATS,)))
    assert len(made["report.html"]) <= html.LARGEST
    shown = len(markup.fromstring(made["report.html"]).xpath("//table[@id='table-findings']//tr"))
    assert 300 < shown <= 2001
    assert "24,000" in made["report.html"].decode()
    file = tmp_path / "report.xlsx"
    file.write_bytes(made["report.xlsx"])
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("エラー明細").to_python()
    assert len(sheet) == 24_002
    assert "24,000" in sheet[0][0]


def test_a_page_that_would_grow_too_large_lists_less(
    tmp_path: Path, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown, path = large(tmp_path, report, 5_000)
    monkeypatch.setattr(html, "LARGEST", 500_000)
    made = html.render(grown, sample.listed(path, grown, 2000))
    assert len(made) <= 500_000
    assert "5,000" in made.decode()


@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(1, 40))
def test_fewer_findings_are_the_first_of_every_kind(kinds: list[str], most: int) -> None:
    rows = tuple((0, n, 0, kind, "FLD-040", "error", "", "") for n, kind in enumerate(kinds))
    kept = sample.Listed(rows, len(rows)).first(most)
    assert len(kept.rows) <= most and kept.total == len(rows)
    assert list(kept.rows) == sorted(kept.rows)
    sizes, taken = Counter(kinds), Counter(row[3] for row in kept.rows)
    if len(sizes) <= most:
        assert set(taken) == set(sizes)
    for kind, count in taken.items():
        first = [n for n, found in enumerate(kinds) if found == kind][:count]
        assert [row[1] for row in kept.rows if row[3] == kind] == first


def test_findings_are_taken_from_the_file_as_from_memory(tmp_path: Path, report: Report) -> None:
    grown, path = large(tmp_path, report, 5_000)
    whole = sample.listed(path, grown, 5_000)
    assert len(whole.rows) == whole.total == 5_000
    assert sample.listed(path, grown, 1_000) == whole.first(1_000)
    assert sample.listed(tmp_path / "none", grown, 10) == sample.NONE


def test_characters_are_shown_where_the_report_has_them(tmp_path: Path, report: Report) -> None:
    census = {
        "cells": 1234,
        "codes": [{"code": "FBFC", "count": 7}, {"code": "F040", "note": "外"}],
    }
    counted = {**report, "characters": census}
    made = dict(pages.render(counted, tmp_path / "none", ["html", "xlsx"]))
    tree = markup.fromstring(made["report.html"])
    assert rows_of(tree, "characters-1") == [["cells", "1,234"]]
    assert rows_of(tree, "characters-2") == [["FBFC", "7", "–"], ["F040", "–", "外"]]
    assert tree.xpath("//nav//a[@href='#characters']")
    file = tmp_path / "report.xlsx"
    file.write_bytes(made["report.xlsx"])
    sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("文字一覧").to_python()
    assert ["FBFC", 7.0] in [row[:2] for row in sheet]


def test_a_discrepancy_is_on_the_first_page_and_beside_its_rule(report: Report) -> None:
    field = report["balance"]["fill"][0]["after"][0]["field"]
    told = {"code": "BAL-007", "field": field, "expected": "60", "found": "31"}
    changed = {**report, "balance": {**report["balance"], "discrepancies": [told]}}
    tree = markup.fromstring(html.render(changed, sample.NONE))
    assert rows_of(tree, "fill")[0][-1] == said("differs").en
    assert rows_of(tree, "discrepancies") == [["BAL-007", field, "60", "31"]]
    marks = {row[0]: row[1] for row in rows_of(tree, "checklist")}
    assert marks[said("point_fill").en] == said("mark_fail").en
    assert marks[said("point_sums").en] == said("mark_pass").en


@pytest.mark.parametrize("command", ["validate", "roundtrip", "empty", "back"])
def test_every_kind_of_run_has_pages(command: str, tmp_path: Path) -> None:
    formats, out = (*pages.FORMATS,), tmp_path / "run"
    mapping = spec.load_mapping(MAPPING)
    if command == "back":
        standard = (str(SAMPLES / "clean" / "expected" / "input.csv"),)
        pipeline.convert(pipeline.Job(standard, mapping, back=True, out=out, pages=formats))
    elif command == "empty":
        (tmp_path / "nothing.dat").touch()
        job = pipeline.Job((str(tmp_path / "nothing.dat"),), mapping, out=out, pages=formats)
        pipeline.convert(job)
    else:
        source = (str(SAMPLES / "defects" / "input.dat"),)
        job = pipeline.Job(source, mapping, mapping.source, out=out, pages=formats, lang="en")
        getattr(pipeline, command)(job)
    parser = Nesting()
    parser.feed((out / "report.html").read_text("utf-8"))
    assert parser.open == []
    ElementTree.parse(out / "report.junit.xml")
    assert (out / "report.md").read_text("utf-8").startswith("# ")
    assert CalamineWorkbook.from_path(str(out / "report.xlsx")).sheet_names == [*workbook.SHEETS]


# ---- the rest ------------------------------------------------------------------------------------


def test_pages_can_be_made_again_and_are_the_same(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path.name: path.read_bytes() for path in run.glob("report.*")}
    for path in run.glob("report.*"):
        if path.name != "report.json":
            path.unlink()
    formats = ",".join(pages.FORMATS)
    assert main(["report", "render", str(run), "--format", formats, "--lang", "ja"]) == 0
    assert {path.name: path.read_bytes() for path in run.glob("report.*")} == before
    assert "report.html" in capsys.readouterr().err
    assert [path.name for path in run.glob(".*")] == []


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ([], {"report.html"}),
        (["--report", "none"], set()),
        (["--report", "md, junit"], {"report.md", "report.junit.xml"}),
    ],
)
def test_a_run_writes_the_pages_that_were_asked_for(
    option: list[str], written: set[str], tmp_path: Path
) -> None:
    source = str(SAMPLES / "clean" / "input.dat")
    layout = ["--layout", "vendor-a/resident"]
    assert main(["validate", source, *layout, "--out", str(tmp_path / "run"), "-q", *option]) == 0
    found = {path.name for path in (tmp_path / "run").glob("report.*")} - {"report.json"}
    assert found == written
    run = json.loads((tmp_path / "run" / "report.json").read_text("utf-8"))["run"]
    assert set(run.get("pages", ())) == written


def test_the_command_line_knows_every_format() -> None:
    assert tuple(pages.FORMATS) == options.FORMATS


def test_every_word_has_the_same_places_in_both_languages() -> None:
    for key, text in words().items():
        assert text.ja and text.en, key
        assert set(re.findall(r"{(\w+)}", text.ja)) == set(re.findall(r"{(\w+)}", text.en)), key
    source = (ROOT / "converters" / "data" / "pages" / "words.toml").read_text("utf-8")
    assert list(tomllib.loads(source)) == list(words())
    assert said("times", count=3).words("en") == "×3"


@pytest.mark.parametrize(
    ("share", "percent"),
    [
        ((0, 0), ""),
        ((0, 3), "0.0"),
        ((999, 1000), "99.9"),
        ((9999, 10000), "99.9"),
        ((7, 7), "100.0"),
    ],
)
def test_a_hundred_percent_means_all(share: tuple[int, int], percent: str) -> None:
    assert Share(*share).percent == percent


@pytest.mark.parametrize(
    ("digits", "shown"),
    [("0", "0"), ("-1234567.50", "-1,234,567.50"), ("-0.5", "-0.5"), (2**70, f"{2**70:,}")],
)
def test_a_number_is_grouped_and_stays_exact(digits: int | str, shown: str) -> None:
    assert grouped(digits) == shown


@NEEDS_CHROMIUM
def test_the_page_works_in_a_browser_and_asks_for_nothing(run: Path, tmp_path: Path) -> None:
    address = (run / "report.html").as_uri()
    visible = "[...document.querySelectorAll('#table-findings tbody tr')].filter(r => !r.hidden)"
    with page(tmp_path) as browser:
        browser.open(f"{address}?lang=ja")
        total = browser.run(f"{visible}.length")
        assert browser.run("document.documentElement.lang + document.title") == (
            "ja" + said("title_convert").ja
        )
        fill = "const f = document.getElementById('filter'); f.elements.%s.value = '%s';"
        typed = "f.dispatchEvent(new Event('input', {bubbles: true}));"
        browser.run(f"{{{fill % ('code', 'FLD-061')} {typed}}}")
        shown = browser.run(f"{visible}.map(r => r.cells[1].textContent)")
        assert shown == ["FLD-061"] * 2
        status = "document.querySelector('#filter output [lang=ja]').textContent"
        assert browser.run(status) == said("filter_count", shown=2, total=total).ja
        browser.run(f"{{{fill % ('text', 'no such text')} {typed}}}")
        assert browser.run(f"{visible}.length") == 0
        browser.run("document.querySelector('#filter [type=reset]').click()")
        browser.run("new Promise(done => setTimeout(done))")
        assert browser.run(f"{visible}.length") == total
        browser.run("document.querySelector('[data-lang=en]').click()")
        assert browser.run("document.title") == said("title_convert").en
        hidden = "getComputedStyle(document.querySelector('h1 [lang=%s]')).display"
        assert [browser.run(hidden % lang) for lang in ("ja", "en")] == ["none", "inline"]
        wide = "document.documentElement.scrollWidth <= innerWidth"
        size = {"height": 800, "deviceScaleFactor": 1, "mobile": True}
        browser.call("Emulation.setDeviceMetricsOverride", width=390, **size)
        assert browser.run(wide), "no sideways scrolling on a telephone"
        printed = browser.call("Page.printToPDF", preferCSSPageSize=True)["data"]
        assert base64.b64decode(printed).startswith(b"%PDF")
        assert browser.said == []
        assert browser.asked == [f"{address}?lang=ja"]


def test_a_template_that_was_kept_makes_the_same_page(tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        kept = html._kept(tmp_path)
        assert kept is not None
        once = html.environment().overlay(bytecode_cache=kept)
        made.append(str(once.get_template("signs.html").module))
    assert made[0] == made[1] == str(html.environment().get_template("signs.html").module)
    assert "<svg" in made[0] and len(list((tmp_path / "__pycache__").iterdir())) == 1


def test_templates_are_compiled_anew_where_nothing_may_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert html._kept(tmp_path / "file") is None
