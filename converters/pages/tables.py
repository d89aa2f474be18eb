"""report.json → the tables that every page shows, each cell still exact.

HTML, Excel and Markdown lay out the same tables, so a number is taken from the report once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from converters.findings import SEVERITIES
from converters.pages.cells import Amount, Bar, Cell, Code, Hash, Mark, Share, Table, head, heads
from converters.pages.words import Said, said, words

__all__ = [
    "Report",
    "after",
    "before",
    "categories",
    "characters",
    "definitions",
    "discrepancies",
    "fill",
    "inputs",
    "keys",
    "lost",
    "outputs",
    "overrides",
    "problems",
    "severity",
    "steps",
    "sums",
    "unread",
]

Report = Mapping[str, Any]
Rows = list[tuple[Cell, ...]]

SIDES: Final = ("source", "accepted", "target")
ELSEWHERE: Final = ("BAL-001", "BAL-004", "BAL-005", "BAL-006", "BAL-010")
"""Discrepancies of counts, amounts, keys, codes and unread fields: those have their own lists."""


def problems(report: Report) -> Table:
    """What was found, by code and field, the gravest first."""
    most = max((int(found["count"]) for found in report["problems"]), default=0)
    rows: Rows = [
        (
            severity(found["severity"]),
            Code(found["code"]),
            found.get("official"),
            found.get("field"),
            Bar(int(found["count"]), most),
            Said(**found["message"]),
            _example(found),
        )
        for found in sorted(report["problems"], key=_gravest)
    ]
    columns = heads("severity", "code", "official", "field", "count", "message", "example")
    return Table("problems", columns, rows, report["problems_total"])


def _gravest(problem: Report) -> tuple[int, int, str, str]:
    grade = SEVERITIES.index(problem["severity"])
    return -grade, -int(problem["count"]), problem["code"], problem.get("field", "")


def _example(problem: Report) -> str | None:
    """The most frequent value where values are counted, else that of the first sample."""
    if problem.get("values"):
        return str(problem["values"][0]["value"])
    return next((one["value"] for one in problem["samples"] if "value" in one), None)


@cache
def severity(name: str) -> Mark:
    return Mark(name, said(name))


def sums(report: Report) -> Table:
    """Exact totals of amounts: what was read is what was left out and what was converted."""
    rows: Rows = []
    for one in _entries(report, "sums"):
        written = one.get("written")
        agrees = written is None or _same(one["converted"], written)
        amounts = (one["read"], one["left_out"], one["converted"], written)
        shown = (None if digits is None else Amount(digits) for digits in amounts)
        names = (one["source"], one["target"] or None)
        rows.append((*names, *shown, _agrees(agrees, written is not None)))
    columns = heads("source", "target", "read", "left_out", "converted", "written", "outcome")
    return Table("sums", columns, rows, _total(report, "sums"))


def _same(first: str, second: str) -> bool:
    """Equal as numbers: 10 and 10.00 are."""
    whole, _, rest = first.partition(".")
    other, _, fraction = second.partition(".")
    return (whole, rest.rstrip("0")) == (other, fraction.rstrip("0"))


def _agrees(agrees: bool, compared: bool = True) -> Mark:
    key = ("agrees" if agrees else "differs") if compared else "not_compared"
    return Mark({"agrees": "pass", "differs": "fail"}.get(key, "skipped"), said(key))


def keys(report: Report) -> Table:
    """How many keys there are, and totals of their hashes that no order of records changes."""
    rows: Rows = []
    for one in _entries(report, "keys"):
        found = [one.get(name) for name in ("read", "converted", "written")]
        name = one["source"] or said("record_key")
        counts = (None if total is None else int(total["count"]) for total in found)
        agrees = _agrees(found[1] == found[2], found[2] is not None)
        shown = [None if total is None else Hash(total["sum"]) for total in found[1:]]
        rows.append((name, *counts, *shown, agrees))
    columns = heads("key", "read", "converted", "written", "hash_before", "hash_after", "outcome")
    return Table("keys", columns, rows, _total(report, "keys"))


def fill(report: Report) -> Table:
    """Filled and unknown values of every rule, before and after."""
    short = lost(report)
    rows: Rows = []
    for one in _entries(report, "fill"):
        sides = [one["before"], one["after"]]
        names = ["、".join(part["field"] for part in side) or None for side in sides]
        counts = [max((int(part["filled"]) for part in side), default=0) for side in sides]
        unknown = (int(one["unknown_before"]), int(one["unknown_after"]))
        fine = not any(part["field"] in short for part in one["after"])
        rows.append((*names, *counts, *unknown, _agrees(fine)))
    columns = heads(
        "source",
        "target",
        "filled_before",
        "filled_after",
        "unknown_before",
        "unknown_after",
        "outcome",
    )
    return Table("fill", columns, rows, _total(report, "fill"))


def lost(report: Report) -> set[str]:
    """Target items into which fewer values, or more unknown ones, came than went out."""
    found = _entries(report, "discrepancies")
    return {one["field"] for one in found if one["code"] not in ELSEWHERE}


def discrepancies(report: Report) -> Table:
    """What does not agree."""
    rows: Rows = [
        (Code(one["code"]), one["field"] or None, one["expected"], one["found"])
        for one in _entries(report, "discrepancies")
    ]
    columns = heads("code", "field", "expected", "found")
    return Table("discrepancies", columns, rows, _total(report, "discrepancies"))


def unread(report: Report) -> Table:
    """Source fields that hold values and that no rule reads."""
    rows: Rows = [
        (one["field"], int(one["filled"]), one["because"] or None)
        for one in _entries(report, "unread")
    ]
    return Table("unread", heads("field", "filled", "because"), rows, _total(report, "unread"))


def categories(report: Report) -> Table:
    """Codes and categories with their frequencies: read, converted, written."""
    rows: Rows = []
    for one in _entries(report, "categories"):
        field = f"{one['source']} → {one['target']}" if one["target"] else one["source"]
        names = ("read", "converted", "written")
        listed = [one[name] for name in names if one.get(name) is not None]
        most = max((int(count) for side in listed for count in side["counts"].values()), default=0)
        for name in names:
            if one.get(name) is None:
                continue
            stage = said(f"stage_{name}")
            for value, count in one[name]["counts"].items():
                rows.append((field, stage, value, Bar(int(count), most)))
            if int(one[name]["other"]):
                rest = said("other_values", distinct=one[name]["distinct"])
                rows.append((field, stage, rest, Bar(int(one[name]["other"]), most)))
    return Table("categories", heads("field", "stage", "value", "count"), rows)


def before(report: Report) -> Table:
    """Every source field: filled in what was read and in what was converted."""
    found = _fields(report)
    kept = {one["field"]: one for one in found["accepted"]}
    rows: Rows = []
    for one in found["source"]:
        accepted = kept.get(one["field"])
        share = Share(int(one["filled"]), int(one["records"]))
        after = None if accepted is None else int(accepted["filled"])
        counts = (int(one["records"]), int(one["filled"]), share, int(one["unknown"]))
        rows.append((one["field"], *counts, after))
    columns = heads("field", "records", "filled", "rate", "unknown", "filled_converted")
    return Table("before", columns, rows, note=_cut_fields(report))


def after(report: Report) -> Table:
    """Every target item: filled in what was written."""
    rows: Rows = [
        (
            one["field"],
            int(one["records"]),
            int(one["filled"]),
            Share(int(one["filled"]), int(one["records"])),
            int(one["unknown"]),
        )
        for one in _fields(report)["target"]
    ]
    return Table("after", heads("field", "records", "filled", "rate", "unknown"), rows)


def _fields(report: Report) -> dict[str, list[Report]]:
    return {side: [one for one in report["fields"] if one.get("side") == side] for side in SIDES}


def _cut_fields(report: Report) -> Said | None:
    if report["fields_total"] <= len(report["fields"]):
        return None
    return said("cut", total=report["fields_total"], shown=len(report["fields"]))


def inputs(report: Report) -> Table:
    """The files that were read."""
    rows: Rows = [
        (
            one["path"],
            int(one["records"]),
            int(one["bytes"]),
            one["charset"],
            words().get(one["form"], one["form"]),
            int(one["findings"]["error"]),
            int(one["findings"]["warning"]),
            Hash(one["sha256"]),
        )
        for one in report["inputs"]
    ]
    names = ("path", "records", "bytes", "charset", "form", "errors", "warnings", "sha256")
    return Table("inputs", heads(*names), rows)


def outputs(report: Report) -> Table:
    """The files that were written."""
    rows: Rows = [
        (one["path"], int(one["records"]), int(one["bytes"]), Hash(one["sha256"]))
        for one in report["outputs"]
    ]
    return Table("outputs", heads("path", "records", "bytes", "sha256"), rows)


def definitions(report: Report) -> Table:
    """The layouts and the mapping that were used."""
    rows: Rows = []
    for one in report["definitions"]:
        title = one.get("title")
        name = None if title is None else Said(title["ja"], title.get("en") or title["ja"])
        facts = (one["id"], one["version"], name, one.get("edition"), Hash(one["sha256"]))
        rows.append((said(f"role_{one['role']}"), *facts))
    return Table("definitions", heads("role", "id", "version", "name", "edition", "sha256"), rows)


def overrides(report: Report) -> Table:
    """Findings whose severity the definitions change, and why."""
    rows: Rows = [
        (
            Code(one["code"]),
            "、".join(one["fields"]) or said("every_field"),
            severity(one["severity"]),
            one["because"],
        )
        for one in report["policy"]["overrides"]
    ]
    return Table("overrides", heads("code", "field", "severity", "because"), rows)


def steps(report: Report) -> Table:
    """Every check that was due, the failed ones first."""
    order = ("fail", "unevaluated", "skipped", "pass")
    rows: Rows = [
        (
            Mark(one["outcome"], said(f"step_{one['outcome']}")),
            Code(one["code"]) if one.get("code") else None,
            said(f"role_{one['side']}") if one.get("side") else None,
            "、".join(one.get("fields", ())) or None,
            _rule(one),
            int(one.get("failed", 0)),
        )
        for one in sorted(report["steps"], key=lambda one: order.index(one["outcome"]))
    ]
    columns = heads("outcome", "code", "role", "field", "rule", "failed")
    return Table("steps", columns, rows, report["steps_total"])


def _rule(step: Report) -> str | None:
    parts = (step.get("rule"), step.get("limit"), step.get("because"))
    return " ".join(part for part in parts if part) or None


def characters(report: Report) -> list[Table]:
    """The census of characters, as far as the report has one: totals, then each of its lists."""
    found = report.get("characters", {})
    totals: Rows = [(name, _plain(value)) for name, value in found.items() if _is_plain(value)]
    made = [Table("characters", heads("name", "value"), totals)] if totals else []
    for rows in found.values():
        if isinstance(rows, list) and rows and all(isinstance(row, Mapping) for row in rows):
            names = [*dict.fromkeys(name for row in rows for name in row)]
            cells: Rows = [tuple(_plain(row.get(name)) for name in names) for row in rows]
            made.append(Table("characters", tuple(map(head, names)), cells))
    return made


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float)


def _plain(value: object) -> Cell:
    if value is None or isinstance(value, int):
        return value
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _entries(report: Report, name: str) -> list[Report]:
    found: list[Report] = report["balance"].get(name, [])
    return found


def _total(report: Report, name: str) -> int:
    """How many entries of the balance there are, where not all are in the report."""
    total: int = report["balance"].get("totals", {}).get(name, -1)
    return total
