"""What a rule is compiled to: a pair of steps over whole columns, `apply` and its `inverse`.

apply    the columns of the rule's sources → the columns of its targets, and what went wrong
inverse  the columns of the targets → the columns of the sources, and what cannot return
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.columns import Values, series, take
from converters.findings import ValueProblem
from converters.model import Field, Mapping, Rule

__all__ = [
    "AMBIGUOUS",
    "COALESCE_CONFLICT",
    "COALESCE_REFUSED",
    "DEFAULT_USED",
    "FAILED",
    "LOSSY",
    "NO_REVERSE",
    "NO_RULE",
    "TRUNCATED",
    "Made",
    "Mask",
    "Pair",
    "Step",
    "Wiring",
    "flagged",
]

Mask = npt.NDArray[np.bool_] | npt.NDArray[np.uint8]
Made = tuple[list[Values], list[ValueProblem]]
"""The columns a step makes, and its problems; rows are positions in the columns it was given."""
Step = Callable[[list[Values]], Made]

NO_RULE = "MAP-001"
FAILED = "MAP-002"
LOSSY = "MAP-003"
DEFAULT_USED = "MAP-004"
TRUNCATED = "MAP-005"
AMBIGUOUS = "MAP-007"
COALESCE_CONFLICT = "MAP-008"
NO_REVERSE = "MAP-009"
COALESCE_REFUSED = "MAP-010"


@dataclass(frozen=True, slots=True)
class Wiring:
    """A rule with the fields it stands between.

    `quiet` keeps losses to itself: they are declared, or the fields come back by other rules.
    `floor` is the least number of characters that a value of the source keeps.
    """

    rule: Rule
    mapping: Mapping
    sources: tuple[Field, ...]
    targets: tuple[Field, ...]
    quiet: bool
    floor: int

    def lost(self, rows: Mask, field: str, values: Values, code: str = LOSSY) -> list[ValueProblem]:
        """The values that would not come back, unless losses are to be kept quiet."""
        return [] if self.quiet else flagged(rows, field, values, code)


@dataclass(frozen=True, slots=True)
class Pair:
    """A rule's two directions."""

    apply: Step
    inverse: Step


def flagged(rows: Mask, field: str, values: Values, code: str) -> list[ValueProblem]:
    """The problem `code` on the marked rows of a column; none when no row is marked."""
    if not np.count_nonzero(rows):
        return []
    places = np.flatnonzero(rows)
    return [ValueProblem(places, field, code, series(take(values, places)).cast(pl.String))]
