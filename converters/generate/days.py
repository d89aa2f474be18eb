"""The calendar of synthetic records: every day and every kind of unknown date has a place.

A date travels as its place in `VALUES`; what a field cannot hold is spelled otherwise by `spelled`.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from converters.columns import Ints
from converters.model import Field

__all__ = [
    "DAYS",
    "FORCED",
    "NOW",
    "UNKNOWN",
    "VALUES",
    "month_only",
    "place",
    "spelled",
    "year_only",
]

FIRST: Final = np.datetime64("1873-01-01", "D")
"""明治6: before it, systems disagree about the calendar."""
DAYS: Final = int((np.datetime64("2050-01-01", "D") - FIRST).astype(np.int64))
"""How many plain days there are; their places come first."""


def place(iso: str) -> int:
    """The place of a calendar day."""
    return int((np.datetime64(iso, "D") - FIRST).astype(np.int64))


NOW: Final = place("2026-03-31")
"""No event of a synthetic life is later."""

_YEARS: Final = range(1873, 2050)
_MONTH_ONLY: Final = DAYS
_YEAR_ONLY: Final = _MONTH_ONLY + 12 * len(_YEARS)
UNKNOWN: Final = _YEAR_ONLY + len(_YEARS)
"""The place of the wholly unknown date; what follows it are days of two eras and of none."""

VALUES: Final[tuple[str, ...]] = (
    *np.datetime_as_string(FIRST + np.arange(DAYS)).tolist(),
    *(f"{year}-{month:02}-00" for year in _YEARS for month in range(1, 13)),
    *(f"{year}-00-00" for year in _YEARS),
    "0000-00-00",
    "1912-07-30M",
    "1926-12-25T",
    "1953-02-29",
)

FORCED: Final[tuple[tuple[int, int], ...]] = (
    (UNKNOWN, place("1950-01-01")),
    (UNKNOWN + 1, place("1912-07-30")),
    (UNKNOWN + 2, place("1926-12-25")),
    (UNKNOWN + 3, place("1953-03-01")),
    *(
        (place(day), place(day))
        for day in (
            *("1912-07-29", "1912-07-30", "1926-12-24", "1926-12-25", "1989-01-07", "1989-01-08"),
            *("2000-02-29", "2019-04-30", "2019-05-01"),
        )
    ),
)
"""Birth dates that every generated file has, and the day that stands behind each: 不詳, days of
two eras, a day that never was, first and last days of eras, a leap day."""


def month_only(days: Ints) -> Ints:
    """The same dates with the day unknown."""
    return _MONTH_ONLY + _months(days)


def year_only(days: Ints) -> Ints:
    """The same dates with month and day unknown."""
    return _YEAR_ONLY + _months(days) // 12


def _months(days: Ints) -> Ints:
    since = (FIRST + days).astype("datetime64[M]").astype(np.int64)
    return since - int(np.datetime64("1873-01", "M").astype(np.int64))


def spelled(value: str, field: Field) -> str | None:
    """The value as this field can hold it: null where it cannot hold an unknown date.

    A field that needs a value and allows no unknown one gets the first day of what is known.
    """
    iso = value if field.kind == "wareki" else value[:10]
    if "-00" not in iso:
        return iso if field.impossible or iso != "1953-02-29" else "1953-03-01"
    if iso == "0000-00-00" and field.unknown:
        return iso
    if field.partial and iso != "0000-00-00":
        return iso
    if field.required is not True:
        return None
    return iso.replace("0000", "1950").replace("-00", "-01")
