"""What only the whole of a file can show: records out of order, groups and files without their end,
and fields that count others wrong.

These findings belong to records that were read already, so they reject none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import findings
from converters.columns import Ints
from converters.controls import Closed, Counting, spelled
from converters.findings import SCHEMA
from converters.pipeline.plan import Lanes
from converters.pipeline.reading import Source
from converters.pipeline.weave import Weaver
from converters.pipeline.work import Done

__all__ = ["Audit", "woven"]

ORDER, UNFINISHED, RUNNING = "SET-020", "SET-021", "SET-022"
COUNT, SUM, ABSENT, NARROW = "BAL-002", "BAL-003", "BAL-014", "BAL-015"
NUMBER, PLACE, HELD, GIVEN = range(4)
"""What is known of each record that may be reported: its number, its place in the file, what a
control of it holds, and whether it holds anything."""


class Audit:
    """Guards the order and the counting of one input. Findings wait for the end of the file, so
    that they stand in the order of its records however it was cut."""

    def __init__(self, lanes: Lanes, file: int) -> None:
        self._lanes = lanes
        self._file = file
        self._controls = lanes.controls
        self._counting = Counting(lanes.controls) if lanes.controls else None
        self._found: list[pl.DataFrame] = []
        self._steps: dict[int, int] = {}

    def add(self, done: Done) -> None:
        """The next chunk."""
        marked, controls = done.marked, self._controls
        if controls is None or self._counting is None or marked.states is None:
            return
        count = marked.chunk.records
        rows = np.zeros((count, 2), np.int64)
        every = np.arange(count)
        rows[:, NUMBER], rows[:, PLACE] = marked.chunk.numbered(every), marked.chunk.offsets(every)
        self._disordered(done, rows)
        added = {n: np.zeros(count, np.int64) for n in range(len(controls.controls))}
        for lane in done.lanes:
            for number, values in (lane.read.summed if lane.read else {}).items():
                # Several rows may stand in one record.
                np.add.at(added[number], lane.rows, values)
        held = [self._held(done, number, rows) for number in added]
        wide = np.concatenate([rows, *held], axis=1) if held else rows
        for closed in self._counting.add(marked.kinds, marked.states, wide, added):
            self._compared(closed)

    def finish(self, source: Source, state: int) -> pl.DataFrame:
        """All findings on the input, now that it has ended."""
        if self._controls is None or self._counting is None:
            return pl.DataFrame(schema=SCHEMA)
        for closed in self._counting.finish():
            self._compared(closed)
        if source.records and not self._controls.order.ends[state]:
            self._found.append(_frame(self._file, UNFINISHED, [(0, source.size, "", "")]))
        return findings.in_order(self._found) if self._found else pl.DataFrame(schema=SCHEMA)

    def _disordered(self, done: Done, rows: Ints) -> None:
        assert done.marked.wrong is not None
        wrong = np.flatnonzero(done.marked.wrong)
        names = [record.name for record in self._lanes.source.records]
        kinds = [names[kind] for kind in done.marked.kinds[wrong].tolist()]
        listed = [
            (number, place, "", name)
            for (number, place), name in zip(rows[wrong].tolist(), kinds, strict=True)
        ]
        if listed:
            self._found.append(_frame(self._file, ORDER, listed))

    def _held(self, done: Done, number: int, rows: Ints) -> Ints:
        """Two columns: what each record holds of a control, and whether it does."""
        found = np.zeros((len(rows), 2), np.int64)
        for lane in done.lanes:
            if lane.read and number in lane.read.held:
                found[lane.rows, 0] = lane.read.held[number]
                found[lane.rows, 1] = lane.read.given[number]
        return found

    def _compared(self, closed: Closed) -> None:
        """Findings where a control does not hold what was counted, or is not there."""
        assert self._controls is not None
        control = self._controls.controls[closed.control]
        held = closed.holders[:, 2 + 2 * closed.control]
        given = closed.holders[:, 3 + 2 * closed.control] > 0
        if control.number:
            self._running(closed, held, given)
            return
        wrong = np.flatnonzero((held.astype(object) != closed.totals) | ~given)
        scale = self._controls.scales[closed.control]
        code = COUNT if control.count is not None else SUM
        listed = [
            (*closed.holders[row, :2].tolist(), control.field, shown)
            for row in wrong.tolist()
            for shown in [_both(held[row] if given[row] else None, closed.totals[row], scale)]
        ]
        if listed:
            self._found.append(_frame(self._file, code, listed))
        first = next(
            n
            for n, other in enumerate(self._controls.controls)
            if other.holder == control.holder and not other.number
        )
        if first == closed.control and len(closed.missing):
            absent = [(*row[:2], "", control.holder) for row in closed.missing.tolist()]
            self._found.append(_frame(self._file, ABSENT, absent))

    def _running(self, closed: Closed, held: Ints, given: npt.NDArray[np.bool_]) -> None:
        """A running number that does not go on from the one before; those behind it that do are
        not told again."""
        assert self._controls is not None
        control = self._controls.controls[closed.control]
        apart = held - np.asarray(closed.totals, np.int64)
        before = np.concatenate([[self._steps.get(closed.control, 0)], apart[:-1]])
        wrong = np.flatnonzero((apart != before) & given)
        if len(apart):
            self._steps[closed.control] = int(apart[-1])
        listed = [
            (*closed.holders[row, :2].tolist(), control.field, _both(held[row], due, 0))
            for row in wrong.tolist()
            for due in [int(closed.totals[row]) + int(before[row])]
        ]
        if listed:
            self._found.append(_frame(self._file, RUNNING, listed))


def _both(held: int | None, counted: int, scale: int) -> str:
    """What stands there, and what was counted."""
    return f"{spelled(held, scale)} > {spelled(counted, scale)}"


def woven(lanes: Lanes, file: int, made: Weaver | None) -> pl.DataFrame:
    """Findings on an output whose types of records were put together: the first that stands where
    it may not, an end that may be none, and numbers that do not fit the fields that count."""
    if made is None or lanes.target is None:
        return pl.DataFrame(schema=SCHEMA)
    names = [record.name for record in lanes.target.records]
    found = [_frame(file, ORDER, [(number, 0, "", names[kind])]) for number, kind in made.wrong]
    if not made.ends:
        found.append(_frame(file, UNFINISHED, [(0, 0, "", "")]))
    for kind, item, total in made.left[:1]:
        found.append(_frame(file, NARROW, [(0, 0, f"{names[kind]}.{item}", total)]))
    return findings.in_order(found) if found else pl.DataFrame(schema=SCHEMA)


def _frame(file: int, code: str, listed: list[tuple[int, int, str, str]]) -> pl.DataFrame:
    """Findings of one code: record, place, field and value of each."""
    rows = [
        (file, record, place, field, code, value.encode(), "")
        for record, place, field, value in listed
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
