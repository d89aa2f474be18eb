"""A check over records that share a key → its steps, one for each finding it can lead to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from converters.conditions import wording
from converters.model import Check

__all__ = ["Step", "grouped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One check that is due: `fields[0]` is the field a finding names, `limit` what is allowed.

    `check` is the place among the layout's `checks` of one that is made over several records.
    """

    code: str
    rule: str
    fields: tuple[str, ...]
    limit: str = ""
    because: str = ""
    off: bool = False
    check: int = -1


def grouped(check: Check, number: int) -> Iterator[Step]:
    """The steps of check `number` of a layout, when it is one of `GROUPED`."""
    per, rule = check.per, check.question
    for code, fields, limit in _STEPS[rule](check):
        when = f" when {wording(check.when)}" if check.when is not None else ""
        allowed = f"{limit} per {', '.join(per)}{when}".strip()
        names = tuple(dict.fromkeys((*fields, *per)))
        yield Step(code, rule, names, allowed, check.because, check=number)


Limits = list[tuple[str, tuple[str, ...], str]]
"""Code, the fields a finding names, and what is allowed."""


def _ascending(check: Check) -> Limits:
    assert check.ascending is not None
    return [("SET-011", (check.ascending,), f"by {check.by}" if check.by else "")]


def _complete(check: Check) -> Limits:
    assert check.complete is not None
    return [("SET-003", (check.complete,), ", ".join(check.values))]


def _one(check: Check) -> Limits:
    assert check.one is not None
    limit = wording(check.one)
    return [("SET-005", check.per, limit), ("SET-009", check.per, limit)]


def _periods(check: Check) -> Limits:
    assert check.periods is not None
    found: Limits = [("SET-007", check.periods, "")]
    return found if check.gaps else [*found, ("SET-010", check.periods, "")]


def _sequence(check: Check) -> Limits:
    assert check.sequence is not None
    limit = f"from {check.start}"
    return [("SET-006", (check.sequence,), limit), ("SET-012", (check.sequence,), limit)]


_STEPS = {
    "ascending": _ascending,
    "complete": _complete,
    "one": _one,
    "periods": _periods,
    "sequence": _sequence,
}
