"""Defects that one field cannot show: a sound record → what to change so that a check fails.

Each function knows one question of `checks`. A group is a run of records; at most one of them gets
a defect, so that none hides another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from converters.model import Check, Condition, Layout

__all__ = [
    "Around",
    "Change",
    "Crossed",
    "date_order",
    "history_order",
    "no_head",
    "period_gap",
    "period_overlap",
    "required_when",
    "second_head",
    "sequence_gap",
    "sequence_repeated",
]

Values = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a record: `before` are the fields of the one before, none where it is
    damaged; `follows` says that they share their group, `ends` that the next one does not."""

    before: Values
    follows: bool
    ends: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The field to change, its new bytes, and the field of the finding that is due; with `whole`
    the finding stands at the record."""

    name: str
    content: bytes
    field: str
    whole: bool = True


Crossed = Callable[[Check, Values, Layout, Around], Change | None]
"""A check, the fields of a record, its layout and neighbours → the change; None where this record
cannot have the defect."""

SOME_DAYS = 10


def date_order(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """The date that should be later lies before all others."""
    if check.order is None:
        return None
    first, second = check.order
    early = _spelled(layout, second, date(1873, 1, 1))
    start, known = _day(layout, first, values), _day(layout, second, values)
    if early is None or start is None or known is None or start <= date(1873, 1, 1):
        return None
    return Change(second, early, first, whole=False)


def required_when(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """Blank although another field requires it."""
    name = check.required
    if name is None or check.when is None or not _holds(check.when, values):
        return None
    content = values.get(name, b"")
    if not content.strip():
        return None
    blank = b" " * len(content) if layout.framing.placed else b""
    return Change(name, blank, name, whole=False)


def second_head(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """One more record that may be there once."""
    one = check.one
    if one is None or one.equals is None or check.when or not around.follows:
        return None
    if _holds(one, values):
        return None
    return Change(one.field, one.equals.encode(), "+".join(check.per))


def no_head(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """The first record of a group is no longer the one that must be there."""
    one = check.one
    if one is None or one.equals is None or check.when or around.follows:
        return None
    field = layout.record.field(one.field)
    if not _holds(one, values) or not field.codes:
        return None
    other = next((code for code in layout.code_table(field.codes) if code != one.equals), None)
    return Change(one.field, other.encode(), "+".join(check.per)) if other else None


def sequence_gap(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """The last number of a group is too great."""
    return _numbered(check, values, around, 5)


def sequence_repeated(
    check: Check, values: Values, layout: Layout, around: Around
) -> Change | None:
    """The last number of a group is the one before."""
    return _numbered(check, values, around, -1)


def period_gap(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """The last period of a group begins some days late."""
    return None if check.gaps else _moved(check, values, layout, around, SOME_DAYS)


def period_overlap(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """The last period of a group begins some days early."""
    return _moved(check, values, layout, around, -SOME_DAYS)


def history_order(check: Check, values: Values, layout: Layout, around: Around) -> Change | None:
    """The last date of a group lies before the one of the record before."""
    name = check.ascending
    if name is None or check.when or not (around.follows and around.ends):
        return None
    before = _day(layout, name, around.before)
    if before is None or not values.get(name, b"").strip():
        return None
    earlier = _spelled(layout, name, before - timedelta(1))
    return Change(name, earlier, name) if earlier is not None else None


def _numbered(check: Check, values: Values, around: Around, step: int) -> Change | None:
    name = check.sequence
    if name is None or check.when or not (around.follows and around.ends):
        return None
    content = values.get(name, b"")
    if not content.isdigit():
        return None
    return Change(name, b"%0*d" % (len(content), int(content) + step), name)


def _moved(
    check: Check, values: Values, layout: Layout, around: Around, step: int
) -> Change | None:
    if check.periods is None or check.when or not (around.follows and around.ends):
        return None
    first, last = check.periods
    start = _day(layout, first, values)
    content = _spelled(layout, first, start + timedelta(step)) if start is not None else None
    return Change(first, content, f"{first}+{last}") if content is not None else None


def _holds(condition: Condition, values: Values) -> bool:
    wanted = condition.among if condition.equals is None else (condition.equals,)
    content = values.get(condition.field, b"").strip()
    return any(content == value.encode() for value in wanted or ())


STYLES = {"YYYY-MM-DD": "%Y-%m-%d", "YYYY/MM/DD": "%Y/%m/%d", "YYYYMMDD": "%Y%m%d"}
ERAS = {"M": 1868, "T": 1912, "S": 1926, "H": 1989, "R": 2019}
"""Era letter to its first year, as the wareki style g1YYMMDD writes it."""


def _day(layout: Layout, name: str, values: Values) -> date | None:
    """The day that a field shows plainly; None for blanks, unknown parts and other styles."""
    field, content = layout.record.field(name), values.get(name, b"").decode("ascii", "replace")
    try:
        if field.style in STYLES:
            digits = content.replace("-", "").replace("/", "")
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if field.style == "g1YYMMDD" and field.eras:
            year = ERAS[field.eras[content[0]]] + int(content[1:3]) - 1
            return date(year, int(content[3:5]), int(content[5:]))
    except (KeyError, IndexError, ValueError):
        return None
    return None


def _spelled(layout: Layout, name: str, day: date) -> bytes | None:
    """The day as the field writes it; of era dates only those of 明治, which `date_order` needs."""
    field = layout.record.field(name)
    if field.style in STYLES:
        return day.strftime(STYLES[field.style]).encode()
    codes = {letter: code for code, letter in field.eras.items()}
    if field.style == "g1YYMMDD" and "M" in codes and day.year < ERAS["T"]:
        return f"{codes['M']}{day.year - ERAS['M'] + 1:02}{day:%m%d}".encode()
    return None
