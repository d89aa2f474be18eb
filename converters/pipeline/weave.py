"""Records of several types, each written by itself → one file in the order of their numbers.

What a type became waits on disk until all of it is there. Then the types are merged by the number
of each record in the file it first stood in, and the fields that count others are written anew:
what they hold is what the file holds.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from converters import controls, fields, forms, sorting
from converters import status as outcome
from converters.columns import Batch, Bytes, Chunk, Ints
from converters.controls import Controls, Counting
from converters.kernels.records import picked
from converters.pipeline import families
from converters.pipeline.plan import Lanes, Side
from converters.pipeline.work import Lane
from converters.sequence import START

__all__ = ["Block", "Weaver"]

Totals = npt.NDArray[np.object_]
ROWS: Final = 1 << 15
"""Records of a type that are looked at together."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Records in the order of the file: bytes, bounds, and the number each is placed by."""

    data: Bytes
    bounds: Ints
    numbers: Ints


@dataclass(slots=True)
class _Spool:
    """The records of one type, on disk. Guards its open files and the last number it was given."""

    path: Path
    files: dict[str, BinaryIO] = field(default_factory=dict)
    last: int = 0
    rows: int = 0
    bytes: int = 0

    def write(self, name: str, data: npt.NDArray[np.generic]) -> None:
        if name not in self.files:
            self.files[name] = self.path.with_name(f"{self.path.name}-{name}").open("w+b")
        self.files[name].write(np.ascontiguousarray(data).data)

    def read(self, name: str, kind: str, first: int, last: int) -> npt.NDArray[np.generic]:
        """Items from `first` to before `last`."""
        size = np.dtype(kind).itemsize
        file = self.files[name]
        file.seek(first * size)
        return np.frombuffer(bytearray(file.read((last - first) * size)), kind)

    def first(self, number: int) -> int:
        """The first record that is placed by the number, or behind it."""

        def placed(at: int) -> int:
            return int(self.read("numbers", "i8", at, at + 1)[0])

        return bisect_left(range(self.rows), number, key=placed)

    def close(self) -> None:
        for file in self.files.values():
            file.close()


class Weaver:
    """Guards the spools of one output while its records come in, type by type."""

    def __init__(self, lanes: Lanes, scratch: Path) -> None:
        assert lanes.written is not None and lanes.target is not None
        self._controls: Controls = lanes.written
        self._sides: dict[int, Side] = {
            kind: plan.target
            for kind, plan in zip(lanes.targets, lanes.plans, strict=True)
            if plan.target is not None
        }
        self._spools = [
            _Spool(scratch / f"type-{kind}") for kind in range(len(lanes.target.records))
        ]
        self._targets = lanes.targets
        self._families = [family for family in lanes.families if family.backward]
        self._rows = {lanes.targets[family.rows]: 0 for family in self._families}
        self.wrong: list[tuple[int, int]] = []
        self.ends = True
        self.left: list[tuple[int, str, str]] = []

    def add(self, lane: Lane, numbers: Ints) -> None:
        """The next records of a type. One without a number, or with one that is smaller than the
        one before, follows the one before it in its type."""
        assert lane.step.written is not None and lane.written is not None
        spool, written = self._spools[self._targets[lane.kind]], lane.step.written
        if not len(numbers):
            return
        placed = np.maximum.accumulate(np.maximum(numbers, spool.last))
        spool.last = int(placed[-1])
        spool.rows += len(placed)
        spool.write("numbers", placed.astype(np.int64))
        spool.write("ends", (written.bounds[1:] + spool.bytes).astype(np.int64))
        spool.write("data", written.data)
        spool.bytes += len(written.data)
        for control, values in lane.written.summed.items():
            spool.write(f"sum-{control}", values.astype(np.int64))

    def blocks(self, counted: bool) -> Iterator[Block]:
        """All records in order; with `counted` the fields that count others are written anew."""
        totals = self._totals()
        for taken in self._taken():
            parts = [self._part(kind, run, totals if counted else {}) for kind, run in taken.runs]
            data = np.concatenate([one for one, _ in parts])
            sizes = np.concatenate([np.diff(bounds) for _, bounds in parts])
            bounds = np.concatenate([[0], np.cumsum(sizes)])
            out, ends = picked(data, bounds, taken.order)
            yield Block(out, ends, taken.numbers)
        for spool in self._spools:
            spool.close()

    def _taken(self) -> Iterator[_Taken]:
        """Runs of each type that belong together, and the order of their records."""
        done = [0] * len(self._spools)
        whole = {kind: one for kind, one in enumerate(self._spools) if kind not in self._rows}
        while any(done[kind] < spool.rows for kind, spool in whole.items()):
            heads, limit = {}, np.iinfo(np.int64).max
            for kind, spool in whole.items():
                stop = min(done[kind] + ROWS, spool.rows)
                if done[kind] < stop:
                    heads[kind] = spool.read("numbers", "i8", done[kind], stop)
                    limit = min(limit, int(heads[kind][-1])) if stop < spool.rows else limit
            runs, numbers, kinds = [], [], []
            for kind, found in heads.items():
                count = int(np.searchsorted(found, limit, side="right"))
                runs.append((kind, (done[kind], done[kind] + count)))
                numbers.append(found[:count])
                kinds.append(np.full(count, kind, np.uint8))
                done[kind] += count
            every = np.concatenate(numbers)
            order = np.argsort(every, kind="stable").astype(np.int64)
            yield _Taken(runs, order, np.asarray(every[order], np.int64), np.concatenate(kinds))

    def _totals(self) -> dict[int, Totals]:
        """What each control should hold, for each record that holds it, in their order."""
        known, counting, state = self._controls, Counting(self._controls), START
        totals = {
            number: np.full(self._spools[holder].rows, None, object)
            for number, holder in enumerate(known.holders)
        }
        for taken in self._taken():
            kinds = taken.kinds[taken.order]
            rows = np.concatenate([np.arange(*run) for _, run in taken.runs])[taken.order]
            walk = sorting.walked(known.order, kinds, state)
            state = int(walk.states[-1])
            wrong = zip(taken.numbers[walk.wrong].tolist(), kinds[walk.wrong].tolist(), strict=True)
            self.wrong += list(wrong)[: 1 - len(self.wrong)]
            added = {number: self._added(number, taken) for number in totals}
            for closed in counting.add(kinds, walk.states, rows[:, None], added):
                totals[closed.control][closed.holders[:, 0]] = closed.totals
        for closed in counting.finish():
            totals[closed.control][closed.holders[:, 0]] = closed.totals
        self.ends = state == START or bool(known.order.ends[state])
        return totals

    def _added(self, number: int, taken: _Taken) -> Ints:
        """The values that a control adds up, in order; 0 for records that have none."""
        parts = []
        for kind, (first, last) in taken.runs:
            name = f"sum-{number}"
            found = np.zeros(last - first, np.int64)
            if name in self._spools[kind].files:
                found += np.asarray(self._spools[kind].read(name, "i8", first, last), np.int64)
            for family in self._families:
                if self._targets[family.whole] == kind and last > first:
                    found += self._of_rows(self._targets[family.rows], name, (kind, first, last))
            parts.append(found)
        return np.asarray(np.concatenate(parts)[taken.order], np.int64)

    def _of_rows(self, rows: int, name: str, run: tuple[int, int, int]) -> Ints:
        """What the rows in a run of records add to a control, by record. They know their records by
        number, and are found by it."""
        kind, first, last = run
        numbers, spool = self._spools[kind].read("numbers", "i8", first, last), self._spools[rows]
        found = np.zeros(last - first, np.int64)
        if name not in spool.files:
            return found
        begin, end = spool.first(int(numbers[0])), spool.first(int(numbers[-1]) + 1)
        owners = spool.read("numbers", "i8", begin, end)
        np.add.at(found, np.searchsorted(numbers, owners), spool.read(name, "i8", begin, end))
        return found

    def _part(
        self, kind: int, run: tuple[int, int], totals: dict[int, Totals]
    ) -> tuple[Bytes, Ints]:
        """The bytes of a run of one type, and their bounds."""
        spool, (first, last) = self._spools[kind], run
        ends = np.asarray(spool.read("ends", "i8", max(first - 1, 0), last), np.int64)
        edges = ends if first else np.concatenate([[0], ends])
        data = np.asarray(spool.read("data", "u1", int(edges[0]), int(edges[-1])), np.uint8)
        bounds = edges - edges[0]
        held = {
            self._controls.controls[number].item: (found[first:last], self._controls.scales[number])
            for number, found in totals.items()
            if self._controls.holders[number] == kind
        }
        if not held or first == last:
            return self._filled(kind, data, bounds)
        made, edges, unfit = _counted(self._sides[kind], data, bounds, held)
        for item, row in unfit.items():
            numbers, scale = held[item]
            self.left.append((kind, item, controls.spelled(numbers[row], scale)))
        return self._filled(kind, made, edges)

    def _filled(self, kind: int, data: Bytes, bounds: Ints) -> tuple[Bytes, Ints]:
        """Records with the next rows of their tables, which have come in the same order."""
        for family in self._families:
            place = self._targets[family.rows]
            if self._targets[family.whole] != kind or len(bounds) < 2:
                continue
            form = self._sides[kind].form
            starts, _ = forms.elements(form, data, bounds, family.table)
            first, spool = self._rows[place], self._spools[place]
            width = spool.bytes // max(spool.rows, 1)
            last = first + len(starts)
            if len(starts):
                rows = spool.read("data", "u1", first * width, last * width)
                known = np.asarray(rows, np.uint8)
                data, bounds = families.put(form, family, (data, bounds), known)
            self._rows[place] = last
        return data, bounds


@dataclass(frozen=True, slots=True, eq=False)
class _Taken:
    """Runs of the spools, from one row to before another, by type; `numbers` and `order` are those
    of all their records together, `kinds` their types before they are put in order."""

    runs: list[tuple[int, tuple[int, int]]]
    order: Ints
    numbers: Ints
    kinds: Bytes


def _counted(
    side: Side, data: Bytes, known: Ints, held: dict[str, tuple[Totals, int]]
) -> tuple[Bytes, Ints, dict[str, int]]:
    """Records with other values in the fields that count. A record with a field that is too small
    stays as it is; the first of them is told for each field."""
    whole = forms.packed(side.form, data)
    if closing := side.form.closing():
        whole = np.concatenate([whole, np.frombuffer(closing, np.uint8)])
    split = side.form.split(whole, True)
    chunk = Chunk(0, 0, 1, 0, whole, split.bounds, split.stop, split.codes, split.own)
    batch, _ = fields.decode(side.fields, side.form.spans(chunk, None), 1)
    record = side.layout.record
    fresh = {name: controls.column(record.field(name), *found) for name, found in held.items()}
    texts, outcomes = fields.encode(side.fields, Batch(batch.records, {**batch.columns, **fresh}))
    fitted = side.form.fit(texts)
    bad, unfit = np.zeros(len(batch), np.bool_), {}
    for name, status, width in zip(side.fields.names, outcomes.values(), fitted, strict=True):
        wrong = status >= outcome.PROBLEM
        if width is not None:
            wrong |= width >= outcome.PROBLEM
        if name in held and wrong.any():
            unfit[name] = int(np.argmax(wrong))
            bad |= wrong
    made, bounds = side.form.assemble(texts, np.ones(len(batch), np.bool_))
    if not bad.any():
        return made, bounds, unfit
    both = np.concatenate([made, data])
    edges = np.concatenate([bounds, known[1:] + bounds[-1]])
    rows = np.where(bad, np.arange(len(bad)) + len(bad), np.arange(len(bad)))
    return *picked(both, edges, rows), unfit
