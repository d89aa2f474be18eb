"""Files of records and of the rows of their tables → which of them do not belong together.

Before such files become one, they are read once: what a record says of its rows, and a row of its
record, is spooled. A record and its rows are written together or not at all, so that what is wrong
with one of them is a finding on each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from converters.columns import Chunk, Ints, Mask
from converters.findings import ValueProblem
from converters.pipeline.plan import Family, Lanes
from converters.pipeline.work import Done, Told

__all__ = ["Kinship", "Wrong", "problems"]

ORPHAN, ORDER, COUNT, KIN = "SET-030", "SET-031", "SET-032", "SET-033"
STEP: Final = 1 << 18
"""Records that are looked at together with their rows."""

TOLD: Final = np.dtype(
    [("number", "i8"), ("value", "i8"), ("keys", "u8"), ("sound", "?"), ("ordered", "?")]
)
"""What is kept of a record or row: the number of the record, rising; the count of its rows, or the
row's own number; a hash of its keys; whether it goes through, and whether its number rises."""

Wrong = Mapping[int, Sequence[tuple[Ints, str]]]
"""By lane, the rows of its file that a code is to be told of."""


@dataclass(slots=True)
class _Spool:
    """What is kept of one file. Guards its open file, and the last number."""

    path: Path
    file: BinaryIO
    last: int = 0
    count: int = 0

    def add(self, told: Told, rows: bool) -> None:
        placed = np.maximum.accumulate(np.maximum(told.numbers, self.last))
        before = np.concatenate([[self.last], placed[:-1]])
        entries = np.empty(len(placed), TOLD)
        entries["number"], entries["value"], entries["keys"] = placed, told.values, told.keys
        entries["sound"] = told.sound
        entries["ordered"] = told.numbers >= before if rows else told.numbers > before
        self.file.write(entries.tobytes())
        self.count += len(placed)
        self.last = int(placed[-1]) if len(placed) else self.last

    def read(self) -> npt.NDArray[np.void]:
        self.file.flush()
        if not self.count:
            return np.empty(0, TOLD)
        return np.memmap(self.path, TOLD, "r", shape=(self.count,))


@dataclass(slots=True)
class Kinship:
    """Guards the spools of all files that become one."""

    lanes: Lanes
    scratch: Path
    spools: dict[int, _Spool] = field(default_factory=dict)

    def add(self, done: Done) -> None:
        """The next chunk of a file."""
        for lane in done.lanes:
            for family, told in lane.told:
                rows = family.rows == lane.kind
                name = f"kin-{lane.kind}-{family.rows}"
                key = lane.kind * len(self.lanes.plans) + family.rows
                if key not in self.spools:
                    path = self.scratch / name
                    self.spools[key] = _Spool(path, path.open("w+b"))
                self.spools[key].add(told, rows)

    def finish(self) -> Wrong:
        """What is wrong between them, by lane."""
        found: dict[int, list[tuple[Ints, str]]] = {}
        for family in self.lanes.families:
            if not family.backward:
                continue
            whole, rows = (self._read(lane, family) for lane in (family.whole, family.rows))
            for lane, part, code in _judged(whole, rows):
                found.setdefault(family.rows if lane else family.whole, []).append((part, code))
        for spool in self.spools.values():
            spool.file.close()
        return found

    def _read(self, lane: int, family: Family) -> npt.NDArray[np.void]:
        spool = self.spools.get(lane * len(self.lanes.plans) + family.rows)
        return spool.read() if spool else np.empty(0, TOLD)


Judged = list[tuple[bool, Ints, str]]


def _judged(whole: npt.NDArray[np.void], rows: npt.NDArray[np.void]) -> Judged:
    """Is it a row, which of them, and the code; a part of the records at a time."""
    found: Judged = []
    low = first = 0
    while first < max(len(whole), 1):
        last, high = min(first + STEP, len(whole)), len(rows)
        if last < len(whole):
            # Records of one number stay together.
            last = int(np.searchsorted(whole["number"], whole["number"][last - 1], "right"))
        if last < len(whole):
            high = int(np.searchsorted(rows["number"], whole["number"][last]))
        parts = np.array(whole[first:last]), np.array(rows[low:high])
        for is_row, part, code in _compared(*parts):
            found.append((is_row, part + (low if is_row else first), code))
        low, first = high, max(last, first + 1)
    return found


def _compared(whole: npt.NDArray[np.void], rows: npt.NDArray[np.void]) -> Judged:
    """Some records with the rows that belong to them, or to nobody."""
    numbers, sought = whole["number"], rows["number"]
    of = np.minimum(np.searchsorted(numbers, sought), max(len(whole) - 1, 0))
    known: Mask = rows["ordered"].copy()
    known &= numbers[of] == sought if len(whole) else False
    other = known.copy()
    other[known] = rows["keys"][known] != whole["keys"][of[known]]
    alone = rows["ordered"] & ~known
    orphan = rows["sound"] & (alone | (other & _sound(whole, of, known)))
    passed = np.cumsum(rows["ordered"])
    begun = np.searchsorted(sought, sought)
    place = passed - (passed - rows["ordered"])[begun]
    astray = rows["sound"] & (~rows["ordered"] | (known & (rows["value"] != place)))
    have = np.bincount(of[known], minlength=len(whole))
    differs = whole["sound"] & whole["ordered"] & (whole["value"] >= 0) & (whole["value"] != have)
    twice = whole["sound"] & ~whole["ordered"]
    lost = ~whole["sound"] | differs | twice
    lost[of[known & (~rows["sound"] | orphan | astray)]] = True
    kin = whole["sound"] & lost & ~differs & ~twice
    kin_rows = rows["sound"] & known & ~orphan & ~astray
    kin_rows[known] &= lost[of[known]]
    told = (
        (True, orphan, ORPHAN),
        (True, astray & ~orphan, ORDER),
        (False, differs, COUNT),
        (False, twice & ~differs, ORDER),
        (False, kin, KIN),
        (True, kin_rows, KIN),
    )
    return [(is_row, np.flatnonzero(mask), code) for is_row, mask, code in told if mask.any()]


def _sound(whole: npt.NDArray[np.void], of: Ints, known: Mask) -> Mask:
    """Which rows have a record whose keys are known."""
    found = np.zeros(len(of), np.bool_)
    found[known] = whole["sound"][of[known]]
    return found


def problems(wrong: Sequence[tuple[Ints, str]], chunk: Chunk) -> list[ValueProblem]:
    """What is to be told of the records of a chunk."""
    first = chunk.first - 1
    found = []
    for rows, code in wrong:
        low, high = np.searchsorted(rows, (first, first + chunk.records))
        if low < high:
            found.append(ValueProblem(rows[low:high] - first, "", code))
    return found
