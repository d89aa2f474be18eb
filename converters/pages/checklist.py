"""report.json → the points a city signs: what had to agree, and whether it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from converters.pages import tables
from converters.pages.cells import Mark, Table, grouped
from converters.pages.tables import Report
from converters.pages.words import Said, said

__all__ = ["Point", "checklist"]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the list; `place` is the part of the page with the details."""

    name: Said
    mark: Mark
    detail: Said
    place: str


def checklist(report: Report) -> list[Point]:
    """Every point that applies to the run, in the order in which a city reads them."""
    return [
        _complete(report),
        _equation(report),
        *_agreements(report),
        *_come_back(report),
        *_fill(report),
        *_unread(report),
        _checks(report),
    ]


def _point(name: str, good: bool, detail: Said, place: str, bad: str = "fail") -> Point:
    key = "pass" if good else bad
    return Point(said(f"point_{name}"), Mark(key, said(f"mark_{key}")), detail, place)


def _complete(report: Report) -> Point:
    count = grouped(sum(int(one["records"]) for one in report["inputs"]))
    word = "detail_complete" if report["complete"] else "detail_incomplete"
    detail = said(word, files=len(report["inputs"]), records=count)
    return _point("complete", report["complete"], detail, "files")


def _equation(report: Report) -> Point:
    counts = {name: grouped(report["counts"][name]) for name in EQUATION}
    detail = said("detail_equation", **counts)
    return _point("equation", report["counts"]["closed"], detail, "balance")


EQUATION = ("read", "converted", "rejected", "filtered")


def _agreements(report: Report) -> Iterator[Point]:
    """Sums and keys of what was converted against what was written; codes that were translated."""
    for table, code in ((tables.sums(report), "BAL-004"), (tables.keys(report), "BAL-005")):
        compared = [row for row in table.rows if _outcome(row) != "skipped"]
        if compared:
            # In a merged report two differences may have cancelled out; they are told apart there.
            wrong = sum(_outcome(row) == "fail" for row in compared)
            yield _counted(table, len(compared), max(wrong, len(_found(report, code))))
    coded = [one for one in report["balance"].get("categories", ()) if one.get("written")]
    if coded:
        differing = {one["field"] for one in _found(report, "BAL-006")}
        detail = said("detail_agree", total=len(coded), wrong=len(differing))
        yield _point("categories", not differing, detail, "codes")


def _outcome(row: object) -> str:
    assert isinstance(row, tuple) and isinstance(row[-1], Mark)
    return row[-1].key


def _counted(table: Table, total: int, wrong: int) -> Point:
    detail = said("detail_agree", total=grouped(total), wrong=grouped(wrong))
    return _point(table.name, not wrong, detail, "balance")


def _come_back(report: Report) -> Iterator[Point]:
    """After a round trip: fields whose bytes came back differently."""
    if report["command"] != "roundtrip":
        return
    differing = [one for one in report["problems"] if one["code"] == "BAL-009"]
    count = sum(int(one["count"]) for one in differing)
    detail = said("detail_come_back", count=grouped(count))
    yield _point("come_back", not count, detail, "problems")


def _fill(report: Report) -> Iterator[Point]:
    rules = report["balance"].get("fill", ())
    if rules:
        wrong = len(tables.lost(report))
        detail = said("detail_fill", total=grouped(len(rules)), wrong=grouped(wrong))
        yield _point("fill", not wrong, detail, "balance")


def _unread(report: Report) -> Iterator[Point]:
    """Fields that hold values and are read by no rule; a reason does not make them read."""
    if report["command"] == "validate":
        return
    found = report["balance"].get("unread", ())
    silent = [one for one in found if not one["because"]]
    detail = said("detail_unread", total=len(found), silent=len(silent))
    yield _point("unread", not found, detail, "balance", "fail" if silent else "look")


def _checks(report: Report) -> Point:
    """Every check that was due; one that could not run is never passed over."""
    outcomes = [one["outcome"] for one in report["steps"]]
    failed, open_ = outcomes.count("fail"), outcomes.count("unevaluated")
    total = grouped(report["steps_total"])
    detail = said("detail_checks", total=total, failed=grouped(failed), open=grouped(open_))
    return _point("checks", not failed and not open_, detail, "checks", "look")


def _found(report: Report, code: str) -> list[Report]:
    return [one for one in report["balance"].get("discrepancies", ()) if one["code"] == code]
