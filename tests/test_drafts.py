"""Drafts: the CSV of a layout and the mapping to it, and what a draft leaves to a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from converters import drafts, pipeline, spec
from converters.cli import main
from converters.drafts.names import near, partners
from converters.errors import UsageError
from converters.pipeline import Job

LAYOUTS = [
    "host/amounts",
    "host/customer",
    "host/notice",
    "host/notice-blocks",
    "host/orders",
    "host/orders-rows",
    "hosts/ibm",
    "kokuho/exchange",
    "nta/corporations-xml",
    "pension/notice",
    "post/ken-all",
    "vendor-a/resident",
    "vendor-a/roster",
    "vendor-b/resident",
    "zengin/transfer",
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my").mkdir()
    return tmp_path


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_goes_to_its_csv_and_comes_back(name: str, folder: Path) -> None:
    source = spec.load_layout(name)
    (folder / "my" / "csv.yaml").write_text(drafts.plain(source, "my/csv"), "utf-8")
    target = spec.load_layout("my/csv", (folder,))
    (folder / "my" / "to-csv.yaml").write_text(drafts.draft(source, target, "my/to-csv"), "utf-8")
    assert spec.lint([folder / "my"], (folder,)) == ()
    data = folder / "data"
    assert main(["generate", name, "--records", "60", "--seed", "5", "-o", str(data)]) == 0
    mapping = spec.load_mapping("my/to-csv", (folder,))
    report = pipeline.roundtrip(Job((str(data),), mapping=mapping)).report
    counts = report["counts"]
    assert counts["converted"] == counts["read"] >= 59
    assert not [one for one in report["problems"] if one["severity"] == "error"]


def test_the_commands_print_what_lint_accepts(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["layout", "plain", "host/amounts", "--id", "my/amounts"]) == 0
    (folder / "my" / "amounts.yaml").write_text(capsys.readouterr().out, "utf-8")
    there = ["--layouts", str(folder)]
    assert main(["mapping", "draft", "host/amounts", "my/amounts", *there]) == 0
    assert "\nid: host/amounts-to-amounts\n" in capsys.readouterr().out
    named = ["--id", "my/mapping", *there]
    assert main(["mapping", "draft", "host/amounts", "my/amounts", *named]) == 0
    text = capsys.readouterr().out
    (folder / "my" / "mapping.yaml").write_text(text, "utf-8")
    assert main(["mapping", "lint", str(folder / "my" / "mapping.yaml"), *there]) == 0


def test_what_the_summary_tells_to_type_next_finds_the_definitions(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command, name in (
        (["layout", "plain", "host/amounts", "--id", "my/csv"], "csv"),
        (["mapping", "draft", "host/amounts", "my/csv", "--layouts", ".", "--id", "my/map"], "map"),
    ):
        assert main(command) == 0
        (folder / "my" / f"{name}.yaml").write_text(capsys.readouterr().out, "utf-8")
    assert main(["generate", "host/amounts", "--records", "9", "-o", "data"]) == 0
    there = ["--mapping", "my/map", "--layouts", "."]
    assert main(["convert", "data", *there, "--out", "runs", "--lang", "en"]) == 0
    told = capsys.readouterr().err.splitlines()[-1].split()
    assert told[:2] == ["utsushi", "convert"]
    assert main(told[1:]) == 0
    assert (folder / "runs-back" / "data.dat").read_bytes() == (folder / "data").read_bytes()


def test_a_draft_to_the_standard_says_what_is_left_to_do() -> None:
    source, target = (
        spec.load_layout(one) for one in ("vendor-a/resident", "standard/juki/resident")
    )
    text = drafts.draft(source, target, "my/draft", "en")
    assert "  - {to: 氏名, from: 氏名}\n" in text
    assert (
        "{to: [生年月日, 生年月日_不詳フラグ, 生年月日_不詳表記, 生年月日_元号], partial: 生年月日}"
        in text
    )
    assert "# required, and not set yet: 住民種別 (near: 住民区分)\n" in text
    assert "# not read yet: 番地\n" in text
    assert "# codes that the target does not know: 異動事由 (" in text
    again = drafts.draft(source, target, "my/draft")
    assert "# 必須なのに設定されていない: 住民種別 (近い名前: 住民区分)\n" in again


def test_layouts_without_an_item_in_common_make_no_mapping() -> None:
    source, target = (spec.load_layout(one) for one in ("host/amounts", "post/ken-all"))
    with pytest.raises(UsageError, match="no item of the same name"):
        drafts.draft(source, target, "my/draft")


@pytest.mark.parametrize(
    ("targets", "sources", "found"),
    [
        (["氏名"], ["氏名", "氏_名"], {"氏名": "氏名"}),
        (["ＴＥＬ"], ["tel"], {"ＴＥＬ": "tel"}),
        (["住所-コード"], ["住所_コード"], {"住所-コード": "住所_コード"}),
        (["a-b"], ["a_b", "A.B"], {}),
        (["a-b", "a_b"], ["ab"], {}),
        (["カナ"], ["ｶﾅ"], {"カナ": "ｶﾅ"}),
        (["氏名"], ["世帯主氏名"], {}),
    ],
    ids=["same", "width and case", "separators", "two fields", "two items", "kana", "part"],
)
def test_partners_are_those_whose_names_leave_no_doubt(
    targets: list[str], sources: list[str], found: dict[str, str]
) -> None:
    assert partners(targets, sources) == found


def test_the_names_that_look_most_like_one_are_told() -> None:
    assert near("氏名_フリガナ", ["氏名カナ", "番地", "性別"]) == ["氏名カナ"]
    assert near("番地", ["住所", "氏名"]) == []
