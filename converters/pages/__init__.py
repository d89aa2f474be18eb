"""report.json and some findings → pages for people: HTML, Excel, JUnit, Markdown.

Everything is made from what a run left behind, so a page can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from converters.pages import html, junit, markdown
from converters.pages.markdown import difference
from converters.pages.sample import Listed, listed
from converters.pages.tables import Report

__all__ = ["FORMATS", "Page", "difference", "names", "render"]

Render = Callable[[Report, Listed, str], bytes]
Page = tuple[str, bytes]
"""A file name and what is in it."""


def _workbook(report: Report, findings: Listed, lang: str) -> bytes:
    # xlsxwriter would cost every run that asks for no workbook a tenth of a second.
    from converters.pages import workbook

    return workbook.render(report, findings, lang)


FORMATS: Final[dict[str, tuple[str, Render, int]]] = {
    "html": ("report.html", html.render, 2_000),
    "junit": ("report.junit.xml", junit.render, 0),
    "md": ("report.md", markdown.render, 0),
    "xlsx": ("report.xlsx", _workbook, 50_000),
}
"""Format → its file, what makes it, and how many findings it lists at most."""


def names(formats: Sequence[str]) -> tuple[str, ...]:
    """The files that hold these formats."""
    return tuple(FORMATS[name][0] for name in sorted(set(formats)))


def render(report: Report, findings: Path, formats: Sequence[str], lang: str = "ja") -> list[Page]:
    """The pages of a run in these formats; `findings` is its findings.parquet, if there is one."""
    most = max((FORMATS[name][2] for name in formats), default=0)
    found = listed(findings, report, most)
    made = []
    for name in sorted(set(formats)):
        file, make, rows = FORMATS[name]
        made.append((file, make(report, found.first(rows), lang)))
    return made
