"""The reports of rehearsal n and n+1 → what changed, and what changed too much.

Sums, key totals and counts may differ because the city has gone on living: they are shown. Rates
should not: they have limits. Where both runs read the same bytes by the same definitions nothing
may differ at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from converters.reconcile.values import Difference
from converters.rundir import Published

__all__ = ["Limits", "runs"]

Report = Mapping[str, Any]
Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a rate may change before it is beyond: percentage points of the records of a field
    (`fill_drop`, `unknown_rise`, `shift`), findings per hundred records (`rise`)."""

    fill_drop: float = 1.0
    unknown_rise: float = 1.0
    shift: float = 1.0
    rise: float = 0.0


def runs(first: Published, second: Published, limits: Limits) -> list[Difference]:
    """Everything that is not the same, in a fixed order."""
    a, b = first.report, second.report
    same = _origins(a) == _origins(b)
    found = [*_made_of(a, b), *_records(a, b, same), *_sums(a, b, same), *_keys(a, b, same)]
    found += [*_categories(a, b, limits), *_rates(a, b, limits), *_findings(a, b, limits)]
    return found


def _origins(report: Report) -> list[tuple[str, str]]:
    """What a result depends on: hashes of inputs and definitions."""
    known = [("input", one["sha256"]) for one in report["inputs"]]
    return known + [(one["role"], one["sha256"]) for one in report["definitions"]]


def _made_of(a: Report, b: Report) -> Iterator[Difference]:
    first, second = ({d["role"]: d for d in each["definitions"]} for each in (a, b))
    for role in sorted(first.keys() | second.keys()):
        one, two = (_definition(each.get(role)) for each in (first, second))
        if one != two:
            yield Difference("definition", role, one, two)
    hashes = [", ".join(one["sha256"][:12] for one in each["inputs"]) for each in (a, b)]
    if hashes[0] != hashes[1]:
        yield Difference("input", "sha256", *hashes)


def _definition(known: Report | None) -> str:
    return "" if known is None else f"{known['id']} {known['version']} {known['sha256'][:12]}"


def _records(a: Report, b: Report, same: bool) -> Iterator[Difference]:
    for name in ("read", "converted", "rejected", "filtered"):
        one, two = (int(each["counts"][name]) for each in (a, b))
        if one != two:
            yield Difference("records", name, str(one), str(two), "BAL-012" if same else "")
    for name, one, two in _pairs(_reasons(a), _reasons(b)):
        yield Difference("records", name, str(one), str(two), "BAL-012" if same else "")


def _reasons(report: Report) -> dict[str, int]:
    return {one["because"]: int(one["records"]) for one in report["counts"]["reasons"]}


def _pairs(first: Counts, second: Counts) -> Iterator[tuple[str, int, int]]:
    """What is counted differently, by name; 0 where there is none."""
    for name in sorted(first.keys() | second.keys()):
        one, two = first.get(name, 0), second.get(name, 0)
        if one != two:
            yield name, one, two


def _sums(a: Report, b: Report, same: bool) -> Iterator[Difference]:
    yield from _texts("sum", (_amounts(a), _amounts(b)), "BAL-004" if same else "")


def _amounts(report: Report) -> dict[str, str]:
    found = {}
    for one in report["balance"].get("sums", ()):
        for side in ("read", "converted", "written"):
            if one.get(side) is not None:
                found[f"{one['source']} ({side})"] = str(one[side])
    return found


def _keys(a: Report, b: Report, same: bool) -> Iterator[Difference]:
    yield from _texts("key", (_totals(a), _totals(b)), "BAL-005" if same else "")


def _totals(report: Report) -> dict[str, str]:
    found = {}
    for one in report["balance"].get("keys", ()):
        for side in ("read", "converted", "written"):
            if one.get(side) is not None:
                total = one[side]
                found[f"{one['source'] or 'key'} ({side})"] = f"{total['count']} {total['sum']}"
    return found


def _texts(
    kind: str, sides: tuple[Mapping[str, str], Mapping[str, str]], code: str
) -> Iterator[Difference]:
    first, second = sides
    for name in sorted(first.keys() | second.keys()):
        one, two = first.get(name, ""), second.get(name, "")
        if one != two:
            yield Difference(kind, name, one, two, code)


def _categories(a: Report, b: Report, limits: Limits) -> Iterator[Difference]:
    first, second = _frequencies(a), _frequencies(b)
    records = [max(int(each["counts"]["read"]), 1) for each in (a, b)]
    for field in sorted(first.keys() | second.keys()):
        one, two = first.get(field, {}), second.get(field, {})
        for value, before, after in _pairs(one, two):
            shift = abs(_share(after, records[1]) - _share(before, records[0]))
            code = "BAL-008" if shift > limits.shift else ""
            yield Difference("category", f"{field}: {value}", str(before), str(after), code)


def _frequencies(report: Report) -> dict[str, dict[str, int]]:
    """Field and side → value → count."""
    found = {}
    for one in report["balance"].get("categories", ()):
        for side, name in (("read", one["source"]), ("written", one["target"])):
            if one.get(side) is not None:
                counts = {value: int(count) for value, count in one[side]["counts"].items()}
                found[f"{name} ({side})"] = counts | {"…": int(one[side]["other"])}
    return found


def _share(count: int, records: int) -> float:
    """Per hundred."""
    return 100 * count / records if records else 0.0


def _rates(a: Report, b: Report, limits: Limits) -> Iterator[Difference]:
    """Filled and unknown values per hundred records. The source is shown too: if it changed as
    much, the mapping is not to blame."""
    first, second = _fields(a), _fields(b)
    for side, name in sorted(first.keys() & second.keys()):
        one, two = first[side, name], second[side, name]
        rates = [_share(int(each["filled"]), int(each["records"])) for each in (one, two)]
        code = "BAL-007" if rates[0] - rates[1] > limits.fill_drop else ""
        yield from _rate("fill", f"{name} ({side})", rates, code)
        rates = [_share(int(each["unknown"]), int(each["records"])) for each in (one, two)]
        code = "BAL-011" if rates[1] - rates[0] > limits.unknown_rise else ""
        yield from _rate("unknown", f"{name} ({side})", rates, code)
    for side, name in sorted(first.keys() ^ second.keys()):
        there = ["here" if (side, name) in each else "not here" for each in (first, second)]
        yield Difference("fill", f"{name} ({side})", there[0], there[1])


def _rate(kind: str, name: str, rates: list[float], code: str) -> Iterator[Difference]:
    if rates[0] != rates[1]:
        yield Difference(kind, name, f"{rates[0]:.2f} %", f"{rates[1]:.2f} %", code)


def _fields(report: Report) -> dict[tuple[str, str], Report]:
    return {(one["side"], one["field"]): one for one in report["fields"]}


def _findings(a: Report, b: Report, limits: Limits) -> Iterator[Difference]:
    read = [max(int(each["counts"]["read"]), 1) for each in (a, b)]
    for name, one, two in _pairs(_problems(a), _problems(b)):
        rise = 100 * (two / read[1] - one / read[0])
        code = "BAL-013" if two > one and rise > limits.rise else ""
        yield Difference("finding", name, str(one), str(two), code)


def _problems(report: Report) -> dict[str, int]:
    return {
        f"{one['code']} {one.get('field', '')}".strip(): int(one["count"])
        for one in report["problems"]
    }
