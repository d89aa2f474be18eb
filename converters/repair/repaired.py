"""Repaired sheets → which records are replayed, and what somebody changed in them.

A row whose cells have the hash they were given is kept as a number only; memory grows with the
rows that were changed by hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from converters.errors import UsageError
from converters.repair.columns import Columns
from converters.repair.extract import OWN, RAW, REASON, check
from converters.repair.sheets import is_excel, read

__all__ = ["Changed", "Faults", "Repaired", "repaired"]

REMOVE: Final = "remove"
MOST: Final = 50
"""Faults that are shown; the others are counted."""


class Faults:
    """Guards the list of everything that is wrong with the sheets, to tell it at once."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, place: str, text: str) -> None:
        """One fault; `place` is file and row."""
        self._found.append(f"{place}: {text}")

    def stop(self) -> None:
        """UsageError where there is any fault."""
        if self._found:
            more = len(self._found) - MOST
            last = [f"... and {more} more"] if more > 0 else []
            raise UsageError("\n".join([*self._found[:MOST], *last]))


@dataclass(frozen=True, slots=True)
class Changed:
    """A row somebody changed: where it stands, what its cells say, whether the record is to go.

    `typed` is True where every cell is a text for sure.
    """

    place: str
    cells: dict[str, str]
    remove: bool
    typed: bool


@dataclass(frozen=True, slots=True)
class Repaired:
    """Input and record → the hash of the record's bytes; and the rows that were changed."""

    records: dict[tuple[str, int], str] = field(default_factory=dict)
    changed: dict[tuple[str, int], Changed] = field(default_factory=dict)


def repaired(paths: Iterable[Path], fields: Columns, faults: Faults) -> Repaired:
    """Everything the sheets say. What cannot be meant goes to `faults`."""
    found = Repaired()
    for path in paths:
        rows = read(path)
        _, head = next(rows, (0, []))
        columns = _columns(path, head, fields, faults)
        if columns is None:
            continue
        for number, row in rows:
            if any(row):
                _row(found, f"{path}:{number}", (columns, row, is_excel(path)), faults)
    return found


def _columns(path: Path, head: list[str], fields: Columns, faults: Faults) -> dict[str, int] | None:
    """Column by name; the columns of reasons are not read."""
    known = {*OWN, *fields.named}
    reasons = {REASON.format(name) for name in fields.named}
    columns: dict[str, int] = {}
    for place, name in enumerate(head):
        if name in columns:
            faults.add(f"{path}:1", f"column {name} appears twice")
        elif name in known:
            columns[name] = place
        elif name and name not in reasons:
            near = get_close_matches(name, known, n=1)
            faults.add(f"{path}:1", f"unknown column {name}" + (f" ({near[0]}?)" if near else ""))
    missing = [name for name in ("_input", "_record", "_check") if name not in columns]
    for name in missing:
        faults.add(f"{path}:1", f"column {name} is missing")
    return None if missing else columns


def _row(
    found: Repaired, place: str, what: tuple[dict[str, int], list[str], bool], faults: Faults
) -> None:
    columns, row, typed = what
    texts = {name: row[column] if column < len(row) else "" for name, column in columns.items()}
    if not texts["_record"].isdecimal():
        faults.add(place, f"_record is no number: {texts['_record']!r}")
        return
    key = texts["_input"], int(texts["_record"])
    if key in found.records:
        faults.add(place, f"record {key[1]} of {key[0]} appears twice")
        return
    action = texts.get("_action", "").strip().lower()
    if action not in ("", REMOVE):
        faults.add(place, f"_action is {REMOVE} or blank, not {action!r}")
    data, _, _ = texts["_check"].partition("-")
    found.records[key] = data
    cells = {name: text for name, text in texts.items() if name == RAW or name not in OWN}
    if action == REMOVE or not _is_as_given(texts["_check"], cells):
        found.changed[key] = Changed(place, cells, action == REMOVE, typed)


def _is_as_given(proof: str, cells: dict[str, str]) -> bool:
    """Whether no cell was changed: the second part of the proof is the hash of the cells."""
    return check(b"", cells).partition("-")[2] == proof.partition("-")[2]
