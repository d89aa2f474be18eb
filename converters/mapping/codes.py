"""A code table, there and back: every value is looked up once, by all its bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from converters.columns import Text, text
from converters.comparing import choose, constant
from converters.kernels import lookup
from converters.mapping.pairs import (
    AMBIGUOUS,
    DEFAULT_USED,
    LOSSY,
    NO_REVERSE,
    NO_RULE,
    Mask,
)

__all__ = ["code_changes"]

Change = Callable[[Text], tuple[Text, list[tuple[Mask, str]]]]
Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """A code table ready for columns; `marked` are the keys that are not one to one."""

    keys: lookup.Lookup
    values: Text
    marked: npt.NDArray[np.bool_]


def code_changes(table: dict[str, str], unmapped: str) -> tuple[Change, Change]:
    """The change by a table, and the change back; of several origins the first listed returns."""
    origins: dict[str, list[str]] = {}
    for origin, value in table.items():
        origins.setdefault(value, []).append(origin)
    # A code that becomes blank has no way back.
    blank = origins.pop("", [])
    first = {value: found[0] for value, found in origins.items()}
    later = {origin for found in origins.values() for origin in found[1:]} | set(blank)
    shared = {value for value, found in origins.items() if len(found) > 1}
    forward, backward = _table(table, later), _table(first, shared)

    def there(values: Text) -> tuple[Text, list[tuple[Mask, str]]]:
        changed, numbers = _translated(values, forward)
        notes = [(_marked(forward, numbers), LOSSY)]
        missing = numbers == lookup.MISSING
        if not np.count_nonzero(missing):
            return changed, notes
        if unmapped == "error":
            return changed, [*notes, (missing, NO_RULE)]
        notes.append((missing, DEFAULT_USED))
        if unmapped == "keep":
            kept = choose(missing, values, changed)
            return kept, [*notes, (missing & _known(values, backward), LOSSY)]
        return choose(missing, constant(unmapped), changed), notes

    def back(values: Text) -> tuple[Text, list[tuple[Mask, str]]]:
        changed, numbers = _translated(values, backward)
        notes = [(_marked(backward, numbers), AMBIGUOUS)]
        missing = numbers == lookup.MISSING
        if not np.count_nonzero(missing):
            return changed, notes
        if unmapped != "keep":
            return changed, [*notes, (missing, NO_REVERSE)]
        kept = choose(missing, values, changed)
        return kept, [*notes, (missing & _known(values, forward), LOSSY)]

    return there, back


def _table(table: dict[str, str], marked: set[str]) -> Table:
    keys = lookup.build([key.encode() for key in table])
    values = text(pl.Series(list(table.values()), dtype=pl.String))
    return Table(keys, values, np.array([key in marked for key in table], np.bool_))


def _translated(column: Text, table: Table) -> tuple[Text, Numbers]:
    """The table's value of each key, blank where there is none, and the numbers of the keys."""
    numbers = lookup.find(table.keys, *column.raw)
    views = np.empty((len(numbers), 2), np.uint64)
    lookup.take(numbers, table.values.views, views, 0)
    return Text(views, table.values.data), numbers


def _known(column: Text, table: Table) -> npt.NDArray[np.bool_]:
    found: Numbers = lookup.find(table.keys, *column.raw)
    return found >= 0


def _marked(table: Table, numbers: Numbers) -> Mask:
    if not table.marked.any():
        return np.zeros(0, np.bool_)
    return table.marked[np.maximum(numbers, 0)] & (numbers >= 0)
