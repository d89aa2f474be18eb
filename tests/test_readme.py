"""The examples of both READMEs run, in their order, and say the same in both languages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from converters.cli import main

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "README.ja.md")
FINE = (0, 3)
"""Samples have findings on purpose."""


def examples(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"^\$ utsushi (.+)$", text, re.MULTILINE)


def test_both_languages_show_the_same_commands() -> None:
    assert examples(PAGES[0]) == examples(PAGES[1])


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_runs(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    found = examples(page)
    assert len(found) >= 8
    assert [line for line in found if main(shlex.split(line)) not in FINE] == []


@pytest.mark.parametrize("page", [*PAGES, "docs/README.md", "docs/architecture.md"])
def test_every_link_of_the_page_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text)
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_place_the_page_says_to_touch_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| .+`(converters|tests)/", line)]
    places = [
        place for row in rows for place in re.findall(r"`((?:converters|tests)/[^`<]+)`", row)
    ]
    assert len(places) >= 8
    assert [place for place in places if not (ROOT / place).exists()] == []
