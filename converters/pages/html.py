"""report.json and some findings → one page that works alone: no network, no other file, no eval.

The page holds both languages and shows one; the reader chooses. It is built from templates with
autoescape on, and a policy in its head lets the browser run our script and style, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import jinja2

from converters import summary
from converters.findings import SEVERITIES, Entry, catalogue
from converters.pages import tables
from converters.pages.cells import Cell, Table, grouped
from converters.pages.checklist import checklist
from converters.pages.sample import Listed
from converters.pages.tables import Report
from converters.pages.words import Said, asset, said, words

__all__ = ["LARGEST", "environment", "render"]

LARGEST: Final = 2_000_000
"""Bytes of a page at most, whatever the data."""
JAPAN: Final = timezone(timedelta(hours=9))
BIGGEST: Final = 8
"""Problems that are told at the top, with what to do."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """Rows that a page lists; beside every list stands how many there are."""

    findings: int
    rows: int


STEPS: Final = (
    _Limits(findings=2000, rows=1000),
    _Limits(findings=1000, rows=500),
    _Limits(findings=300, rows=200),
    _Limits(findings=100, rows=50),
)


def render(report: Report, findings: Listed, _lang: str = "ja") -> bytes:
    """The page; fewer rows are listed, step by step, where it would grow too large."""
    for limits in STEPS:
        page = _page(report, findings, limits)
        if len(page) <= LARGEST:
            break
    return page


def _page(report: Report, findings: Listed, limits: _Limits) -> bytes:
    def cut(table: Table) -> Table:
        total = max(table.total, len(table.rows))
        return replace(table, rows=table.rows[: limits.rows], total=total)

    shown = {name: cut(make(report)) for name, make in TABLES.items()}
    page = _template().render(
        report=report,
        tables=SimpleNamespace(**shown),
        characters=[cut(table) for table in tables.characters(report)],
        findings=findings.first(limits.findings),
        checklist=checklist(report),
        verdict=_verdict(report),
        biggest=_biggest(report),
        started=_started(report),
        explained=_explained(report),
        next_commands=list(summary.next_commands(report)),
        parts=_parts(report),
        totals=_totals(report),
    )
    return page.encode()


TABLES: Final = {
    "after": tables.after,
    "before": tables.before,
    "categories": tables.categories,
    "definitions": tables.definitions,
    "discrepancies": tables.discrepancies,
    "fill": tables.fill,
    "inputs": tables.inputs,
    "keys": tables.keys,
    "outputs": tables.outputs,
    "overrides": tables.overrides,
    "problems": tables.problems,
    "steps": tables.steps,
    "sums": tables.sums,
    "unread": tables.unread,
}


def _verdict(report: Report) -> dict[str, Any]:
    """The key of its colour, a word and a sentence."""
    ja, en = (summary.headline(report, lang) for lang in ("ja", "en"))
    return {"key": ja[0], "word": Said(ja[1], en[1]), "sentence": Said(ja[2], en[2])}


def _biggest(report: Report) -> list[dict[str, Any]]:
    """The gravest problems, each with the width of its bar of 100."""
    order = (*reversed(SEVERITIES),)
    found = sorted(
        report["problems"],
        key=lambda one: (order.index(one["severity"]), -int(one["count"]), one["code"]),
    )[:BIGGEST]
    most = max((int(one["count"]) for one in found), default=1)
    return [{**one, "width": _width(int(one["count"]), most)} for one in found]


def _started(report: Report) -> str:
    """Minute of the start, in Japan."""
    started = datetime.fromisoformat(report["run"]["started"])
    return started.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M")


def _explained(report: Report) -> list[Entry]:
    """Every code that the page shows, in the order of the catalogue."""
    shown = {one["code"] for one in report["problems"]}
    shown |= {one["code"] for one in report["balance"].get("discrepancies", ())}
    shown |= {one["code"] for one in report["steps"] if "code" in one}
    shown |= {one["code"] for one in report["policy"]["overrides"]}
    return [entry for code, entry in catalogue().items() if code in shown]


PARTS: Final = ("converted", "rejected", "filtered")


def _parts(report: Report) -> list[dict[str, Any]]:
    """What became of the records that were read, as pieces of a bar of 1000."""
    counts = {name: int(report["counts"][name]) for name in PARTS}
    read = max(int(report["counts"]["read"]), 1)
    found, begin = [], 0
    for name, count in counts.items():
        width = min(1000 - begin, max(count * 1000 // read, 4 if count else 0))
        found.append({"name": name, "count": count, "begin": begin, "width": width})
        begin += width
    return found


def _totals(report: Report) -> list[tuple[str, int]]:
    return [(name, int(report["findings"][name])) for name in reversed(SEVERITIES)]


def _width(part: int, whole: int) -> int:
    """A bar of 100; what is there at all can be seen."""
    return max(part * 100 // whole, 1 if part else 0) if whole else 0


def _kind(cell: Cell) -> str:
    """Which macro of the template draws the cell."""
    return type(cell).__name__


def _template() -> jinja2.Template:
    return environment().get_template("report.html")


@cache
def environment() -> jinja2.Environment:
    """The templates with their style and script, and a policy that allows these two by hash."""
    loader = jinja2.FunctionLoader(asset)
    found = jinja2.Environment(
        loader=loader,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_kept(Path(str(files("converters").joinpath("data/pages")))),
    )
    found.filters |= {"grouped": grouped, "kind": _kind}
    style, script = asset("report.css"), asset("report.js")
    found.globals |= {
        "policy": f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'",
        "said": said,
        "script": script,
        "style": style,
        "width": _width,
        "words": words(),
    }
    return found


def _kept(folder: Path) -> jinja2.BytecodeCache | None:
    """Compiled templates beside the templates, as Python keeps its modules: to compile them takes a
    tenth of a second, in every run. None where nothing may be written there."""
    kept = folder / "__pycache__"
    try:
        kept.mkdir(exist_ok=True)
    except OSError:
        return None
    return jinja2.FileSystemBytecodeCache(str(kept)) if os.access(kept, os.W_OK) else None


def _source(text: str) -> str:
    """What a policy calls an inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
