"""report.json → JUnit XML: a case per check that was due, per point of the balance, per problem.

A build server shows which checks failed; it is never flooded with a case per record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from converters.findings import SEVERITIES, at_least
from converters.pages.checklist import checklist
from converters.pages.sample import Listed
from converters.pages.tables import Report

__all__ = ["render"]

OUTCOMES: Final = {"fail": "failure", "skipped": "skipped", "unevaluated": "error"}
"""Outcome of a check → the element that says so; a check that passed has none."""


def render(report: Report, _findings: Listed, lang: str = "ja") -> bytes:
    """The suites: balance, checks, and the findings that come from no check."""
    root = ElementTree.Element("testsuites", name=f"utsushi {report['command']}")
    for name, cases in (
        ("balance", _balance(report, lang)),
        ("checks", _checks(report, lang)),
        ("findings", _findings_alone(report, lang)),
    ):
        _suite(root, name, report, list(cases))
    ElementTree.indent(root, " ")
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _suite(
    root: ElementTree.Element, name: str, report: Report, cases: list[ElementTree.Element]
) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=name, tests=str(len(cases)))
    for counted in OUTCOMES.values():
        plural = counted if counted == "skipped" else f"{counted}s"
        suite.set(plural, str(sum(case.find(counted) is not None for case in cases)))
    suite.set("timestamp", report["run"]["started"])
    suite.extend(cases)


def _case(name: str, group: str, outcome: str = "pass", message: str = "") -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_clean(group), name=_clean(name))
    if outcome in OUTCOMES:
        ElementTree.SubElement(case, OUTCOMES[outcome], message=_clean(message))
    return case


def _balance(report: Report, lang: str) -> Iterator[ElementTree.Element]:
    """The points that a city signs, but for the checks, which have a suite of their own."""
    for point in checklist(report):
        if point.place != "checks":
            outcome = "fail" if point.mark.key == "fail" else "pass"
            detail = point.detail.words(lang)
            yield _case(point.name.words(lang), "balance", outcome, detail)


def _checks(report: Report, lang: str) -> Iterator[ElementTree.Element]:
    """A check fails where its findings fail the run; what is only a warning is told, and passes."""
    known = {(one["code"], one.get("field")): one for one in report["problems"]}
    for step in report["steps"]:
        fields = "+".join(step.get("fields", ()))
        code = step.get("code", "")
        name = " ".join(filter(None, (code, step.get("rule"), fields, step.get("limit"))))
        problem = known.get((code, next(iter(step.get("fields", ())), None)))
        outcome, message = step["outcome"], str(step.get("failed", ""))
        if problem is not None and outcome == "fail":
            message = f"{step['failed']}: {problem['message'][lang]}"
            outcome = "fail" if _counts(report, problem) else "pass"
        yield _case(name, f"checks.{step.get('side', '')}", outcome, message)


def _findings_alone(report: Report, lang: str) -> Iterator[ElementTree.Element]:
    """Problems of reading, converting and writing, which belong to no check."""
    checked = {
        (step.get("code"), next(iter(step.get("fields", ())), None)) for step in report["steps"]
    }
    for problem in report["problems"]:
        if (problem["code"], problem.get("field")) not in checked:
            name = " ".join(filter(None, (problem["code"], problem["slug"], problem.get("field"))))
            outcome = "fail" if _counts(report, problem) else "pass"
            message = f"{problem['count']}: {problem['message'][lang]}"
            yield _case(name, f"findings.{problem['scope']}", outcome, message)


def _counts(report: Report, problem: Report) -> bool:
    """Does the problem fail the run?"""
    assert problem["severity"] in SEVERITIES
    return at_least(problem["severity"], report["policy"]["fail_on"])


def _clean(text: str) -> str:
    """XML has no place for control characters."""
    return "".join(sign if sign >= " " or sign == "\t" else "\ufffd" for sign in text)
