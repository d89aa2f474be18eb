"""Coverage: every source field, every target item and every loss is accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest
from definitions import BORN, NAME, SEX, found_in_mapping, mapping

from converters import spec
from converters.coverage import (
    LOST,
    WORDS,
    Coverage,
    Loss,
    Lost,
    SourceRow,
    TargetRow,
    coverage,
    render,
)

MAPPINGS = [entry.id for entry in spec.list_definitions() if entry.kind == "mapping"]


def account(folder: Path, rules: str, more: str = "") -> Coverage:
    """The account of a mapping between the two small layouts."""
    found_in_mapping(folder, mapping(rules) + more)
    return coverage(spec.load_mapping("m", [folder], unfinished=True))


def test_every_field_and_item_has_a_row_in_file_order(tmp_path: Path) -> None:
    found = account(
        tmp_path,
        "- {to: [氏名, 氏], split: 名}\n- {to: 備考, constant: x}\n",
        "ignore: [{field: 性, because: not asked for}]\n",
    )
    assert found.sources == (
        SourceRow("名", ("氏名", "氏"), ""),
        SourceRow("性", (), "not asked for"),
        SourceRow("日", (), ""),
    )
    assert found.targets == (
        TargetRow("氏名", ("名",), True),
        TargetRow("氏", ("名",), False),
        TargetRow("性別", (), False),
        TargetRow("生年月日", (), False),
        TargetRow("時刻", (), False),
        TargetRow("備考", ('"x"',), False),
    )
    assert found.losses == ()
    assert not found.complete


CASES = [
    ("all read and set", NAME + SEX + BORN, "", True),
    ("a field never read", NAME + SEX, "", False),
    ("a field ignored", NAME + SEX, "ignore: [{field: 日, because: x}]", True),
    ("a required item never set", SEX + BORN + "- {to: 氏, from: 名}\n", "", False),
    ("a loss", NAME + SEX + BORN + "- {to: 備考, from: 名, default: x}\n", "", False),
    ("a loss told", NAME + SEX + BORN + "- {to: 備考, from: 名, default: x, lossy: y}\n", "", True),
]


@pytest.mark.parametrize(("name", "rules", "more", "complete"), CASES, ids=[c[0] for c in CASES])
def test_an_account_is_complete_when_nothing_is_open(
    tmp_path: Path, name: str, rules: str, more: str, complete: bool
) -> None:
    assert account(tmp_path, rules, more).complete is complete


def test_a_loss_names_its_rule_and_what_is_lost(tmp_path: Path) -> None:
    rule = "- {to: 備考, substring: 名, chars: [1], lossy: only the initial}\n"
    found = account(tmp_path, NAME + SEX + BORN + rule)
    assert found.losses == (Loss(3, ("備考",), (Lost("rest", ("名",)),), "only the initial"),)


@pytest.mark.parametrize("id", MAPPINGS)
def test_shipped_mappings_are_complete(id: str) -> None:
    assert all(coverage(part).complete for part in spec.load_mapping(id).parts)


def test_the_text_shows_gaps_in_capitals_and_columns_in_line(tmp_path: Path) -> None:
    rule = "- {to: 備考, from: 性, default: x}\n"
    assert render(account(tmp_path, rule)) == (
        "m: NOT complete\n"
        "\n"
        "Source fields\n"
        "  名  NEVER READ\n"
        "  性  → 備考\n"
        "  日  NEVER READ\n"
        "\n"
        "Target items\n"
        "  氏名      NOT SET (required)\n"
        "  氏        -\n"
        "  性別      -\n"
        "  生年月日  -\n"
        "  時刻      -\n"
        "  備考      ← 性\n"
        "\n"
        "Losses on the way back\n"
        '  備考  a blank becomes "x" [NOT DECLARED]\n'
    )


def test_both_languages_have_the_same_words() -> None:
    assert LOST["ja"].keys() == LOST["en"].keys()
    assert WORDS["ja"].keys() == WORDS["en"].keys()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_loss_has_words(tmp_path: Path, language: str) -> None:
    rules = (
        "- {to: 氏名, substring: 名, chars: [1]}\n"
        "- {to: 氏, join: [名, 性], by: ''}\n"
        "- {to: 備考, from: 性, codes: t, unmapped: keep, default: x}\n"
        "- {to: 性別, from: 性, codes: u, unmapped: M}\n"
    )
    codes = 'codes: {t: {"1": "3", "2": ""}, u: {"1": M, "2": M}}\n'
    found_in_mapping(tmp_path, mapping(rules, codes))
    found = coverage(spec.load_mapping("m", [tmp_path], unfinished=True))
    assert {lost.what for loss in found.losses for lost in loss.lost} == set(LOST[language])
    assert "{" not in render(found, language)
