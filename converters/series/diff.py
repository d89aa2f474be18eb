"""Two reports → what changed from the first to the second: rehearsal n against n + 1."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from converters.series.load import Report

__all__ = ["PARTS", "Difference", "difference", "worse"]

Value = int | str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed.

    `part` is one of PARTS, `name` says which thing of that part, `what` which number of it. None
    is a thing that one of the two runs does not have.
    """

    part: str
    name: str
    what: str
    before: Value
    after: Value


Facts = dict[tuple[str, str], Value]
"""(name, what) → value."""


def difference(before: Report, after: Report) -> list[Difference]:
    """Everything that is not the same, part by part; nothing about clock and machine."""
    found: list[Difference] = []
    for part, facts in PARTS.items():
        first, second = dict(facts(before)), dict(facts(after))
        for key in dict.fromkeys([*first, *second]):
            one, other = first.get(key), second.get(key)
            if one != other:
                found.append(Difference(part, *key, one, other))
    return found


def worse(found: Iterable[Difference], after: Report) -> bool:
    """Did something get worse: more errors of some kind, a balance that is open, a run stopped?"""
    if after["status"] == "stopped" or not after["counts"]["closed"]:
        return True
    errors = {_name(one) for one in after["problems"] if one["severity"] == "error"}
    return any(
        one.part == "problems" and one.name in errors and int(one.after or 0) > int(one.before or 0)
        for one in found
    )


def _verdict(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    yield ("", "status"), report["status"]
    yield ("", "exit_code"), report["exit_code"]
    yield ("", "utsushi"), report["utsushi"]
    yield ("", "complete"), str(report["complete"]).lower()


def _counts(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for name in ("read", "converted", "rejected", "filtered"):
        yield ("", name), _exact(report["counts"][name])
    for one in report["counts"]["reasons"]:
        yield (one["because"], "filtered"), _exact(one["records"])


def _definitions(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["definitions"]:
        for what in ("version", "sha256"):
            yield (f"{one['role']} {one['id']}", what), one[what]


def _inputs(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["inputs"]:
        for what in ("records", "bytes", "sha256"):
            yield (one["path"], what), one[what]


def _problems(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["problems"]:
        yield (_name(one), "count"), _exact(one["count"])


def _name(problem: Report) -> str:
    return f"{problem['code']} {problem.get('field', '')}".rstrip()


def _sums(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["balance"].get("sums", ()):
        for what in ("read", "converted", "written"):
            yield (one["source"], what), one.get(what)


def _keys(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["balance"].get("keys", ()):
        for what in ("read", "written"):
            total = one.get(what)
            yield (one["source"], f"keys_{what}"), None if total is None else _exact(total["count"])
            yield (one["source"], f"hash_{what}"), None if total is None else total["sum"]


def _fields(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["fields"]:
        if one.get("side") in ("source", "target"):
            for what in ("filled", "unknown"):
                yield (f"{one['side']} {one['field']}", what), _exact(one[what])


def _categories(report: Report) -> Iterator[tuple[tuple[str, str], Value]]:
    for one in report["balance"].get("categories", ()):
        for side in ("read", "written"):
            for value, count in (one.get(side) or {"counts": {}})["counts"].items():
                yield (f"{one['source']} {value}", side), _exact(count)


def _exact(count: int | str) -> int:
    return int(count)


PARTS: Final[dict[str, Callable[[Report], Iterator[tuple[tuple[str, str], Value]]]]] = {
    "verdict": _verdict,
    "counts": _counts,
    "problems": _problems,
    "sums": _sums,
    "keys": _keys,
    "fields": _fields,
    "categories": _categories,
    "definitions": _definitions,
    "inputs": _inputs,
}
"""What is compared, the most telling first."""
