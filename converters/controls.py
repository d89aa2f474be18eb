"""Fields that count other records: what they should hold, group by group, and whether they do.

A control counts within the innermost group around its record (`sequence`), or over the whole file,
so its number is known when the group has ended. Counting goes on from chunk to chunk in the order
of the file; numbers are whole, in units of the last decimal place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import sequence
from converters.columns import Batch, Bytes, Ints, Mask, Values, series, text
from converters.kinds import dtype
from converters.model import Control, Field, Layout
from converters.sequence import Sequenced

__all__ = [
    "Amounts",
    "Closed",
    "Controls",
    "Counting",
    "amounts",
    "column",
    "compile",
    "spelled",
    "units",
]

EXACT = Context(prec=60)
SAFE = 1 << 62
"""A sum below this needs no more than 64 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Controls:
    """The controls of a layout, the place of the type that holds each, and the order of types.

    `scales` are the decimal places each is counted in, `rows` the types that are rows of tables:
    they count at the record they stand in.
    """

    controls: tuple[Control, ...]
    holders: tuple[int, ...]
    counted: tuple[tuple[int, ...], ...]
    scales: tuple[int, ...]
    levels: tuple[int, ...]
    order: Sequenced
    rows: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """What the records of one type have to do with the controls: for each control (by number) the
    values to add up (1 for each row that is counted), and the values held; `given` tells which of
    those are filled and readable."""

    summed: Mapping[int, Ints]
    held: Mapping[int, Ints]
    given: Mapping[int, Mask]


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """One control in groups that have ended: a row of `holders` for each record that holds it, its
    true number in `totals`; a row of `missing` for each group without such a record."""

    control: int
    holders: Ints
    totals: npt.NDArray[np.object_] | Ints
    missing: Ints


def compile(layout: Layout) -> Controls:
    """The controls of a layout whose types of records share a file."""
    whole = [record.name for record in layout.records if record.within is None]
    order = sequence.compile(layout.order, whole)
    holders = tuple(layout.types[control.holder] for control in layout.controls)
    return Controls(
        layout.controls,
        holders,
        tuple(
            tuple(layout.types[name] for name in control.count or ()) for control in layout.controls
        ),
        tuple(_scale(layout, control) for control in layout.controls),
        tuple(
            0 if control.within == "file" else order.level[holder]
            for control, holder in zip(layout.controls, holders, strict=True)
        ),
        order,
        frozenset(record.name for record in layout.records if record.within),
    )


def _scale(layout: Layout, control: Control) -> int:
    """The most decimal places of the fields that a control has to do with."""
    names = (control.field, *(control.sum or ()))
    return max(0, *(_field(layout, name).scale for name in names))


def _field(layout: Layout, name: str) -> Field:
    record, _, item = name.partition(".")
    return layout.records[layout.types[record]].field(item)


def amounts(controls: Controls, record: str, batch: Batch) -> Amounts:
    """What the records of one type, in their order, have to do with the controls."""
    summed: dict[int, Ints] = {}
    held: dict[int, Ints] = {}
    given: dict[int, Mask] = {}
    for number, control in enumerate(controls.controls):
        scale = controls.scales[number]
        if record in controls.rows and record in (control.count or ()):
            summed[number] = np.ones(len(batch), np.int64)
        for name in control.sum or ():
            kind, _, item = name.partition(".")
            if kind == record:
                values, known = units(batch[item], scale)
                values = np.where(known, values, 0)
                summed[number] = summed[number] + values if number in summed else values
        if control.holder == record:
            held[number], given[number] = units(batch[control.item], scale)
    return Amounts(summed, held, given)


def units(values: Values, scale: int) -> tuple[Ints, Mask]:
    """Whole numbers in units of 10 to the power of -`scale`, and which are there at all."""
    column = series(values)
    if column.dtype == pl.String:
        column = column.cast(pl.Int64, strict=False)
    if isinstance(column.dtype, pl.Decimal) or scale:
        column = column.cast(pl.Decimal(38, scale), strict=False).to_physical()
    whole = column.cast(pl.Int64, strict=False)
    return whole.fill_null(0).to_numpy(), whole.is_not_null().to_numpy()


def spelled(number: int | None, scale: int) -> str:
    """A whole number in units of 10 to the power of -`scale` as text; empty for none."""
    return "" if number is None else format(Decimal(int(number)).scaleb(-scale, EXACT), "f")


def column(field: Field, numbers: npt.NDArray[np.object_], scale: int) -> Values:
    """Whole numbers, None for a blank, as a column of the field; digits fill it with zeros."""
    texts = [spelled(number, scale) for number in numbers]
    if field.kind == "digits":
        width = field.bytes or field.chars or 0
        texts = [one and one.zfill(width) for one in texts]
    known = pl.Series([one or None for one in texts], dtype=pl.String)
    kind = dtype(field)
    return text(known) if kind == pl.String() else known.cast(kind)


@dataclass(slots=True)
class _Group:
    """The group that is open for one control. Guards its total so far, where it began, and the
    records in it that hold the control."""

    total: int = 0
    begun: Ints | None = None
    waiting: list[Ints] = field(default_factory=list)


class Counting:
    """Guards the open group of every control while the records go by."""

    def __init__(self, controls: Controls) -> None:
        self._controls = controls
        self._groups = [_Group() for _ in controls.controls]

    def add(
        self,
        kinds: Bytes,
        states: npt.NDArray[np.int16],
        rows: Ints,
        added: Mapping[int, Ints],
    ) -> list[Closed]:
        """The next records: their types, the states around them, and a row of `rows` for each,
        which says what it is to whoever counts. `added` has the values to add up per control, and
        the rows in its records of one that counts rows."""
        found = []
        for number, control in enumerate(self._controls.controls):
            starts = self._controls.order.starts(self._controls.levels[number], kinds, states)
            if control.number:
                values = np.ones(len(kinds), np.int64)
            elif control.count is not None:
                values = np.isin(kinds, self._controls.counted[number]).astype(np.int64)
                values += added.get(number, 0)
            else:
                values = added[number]
            holders = np.flatnonzero(kinds == self._controls.holders[number])
            seen = (starts, values, holders, rows)
            if control.number:
                found.append(self._numbered(number, seen))
            else:
                found.append(self._closed(number, seen))
        return found

    def finish(self) -> list[Closed]:
        """The groups that the end of the file ends."""
        found = []
        for number, group in enumerate(self._groups):
            if group.begun is not None and not self._controls.controls[number].number:
                found.append(_ended(number, group))
        self._groups = [_Group() for _ in self._groups]
        return found

    def _numbered(self, number: int, seen: tuple[Mask, Ints, Ints, Ints]) -> Closed:
        """Running numbers are known at once."""
        starts, values, holders, rows = seen
        group = self._groups[number]
        sums = np.cumsum(values)
        before = np.concatenate([[-group.total], sums[:-1][starts[1:]] if len(starts) else []])
        if len(starts) and starts[0]:
            before[0] = 0
        segment = np.cumsum(starts) - int(len(starts) > 0 and bool(starts[0]))
        totals = sums - before.astype(np.int64)[segment]
        group.total = int(totals[-1]) if len(totals) else group.total
        return Closed(number, rows[holders], totals[holders], rows[:0])

    def _closed(self, number: int, seen: tuple[Mask, Ints, Ints, Ints]) -> Closed:
        starts, values, holders, rows = seen
        group = self._groups[number]
        edges = np.flatnonzero(starts)
        if not len(edges):
            group.total += _sum(values)
            group.waiting += [rows[holders]] if len(holders) else []
            return Closed(number, rows[:0], np.empty(0, np.int64), rows[:0])
        bounds = np.concatenate([edges, [len(values)]])
        segment = np.searchsorted(edges, holders, side="right") - 1
        group.total += _sum(values[: edges[0]])
        group.waiting.append(rows[holders[segment < 0]])
        found = [_ended(number, group)] if group.begun is not None else []
        whole = segment[(segment >= 0) & (segment < len(edges) - 1)]
        sums = _sums(values, bounds[:-1])
        held = holders[(segment >= 0) & (segment < len(edges) - 1)]
        empty = np.setdiff1d(np.arange(len(edges) - 1), whole)
        found.append(Closed(number, rows[held], sums[whole], rows[edges[empty]]))
        last = int(edges[-1])
        self._groups[number] = _Group(
            int(sums[-1]), rows[last], [rows[holders[segment == len(edges) - 1]]]
        )
        return _joined(number, found)


def _ended(number: int, group: _Group) -> Closed:
    """The open group as one that has ended."""
    assert group.begun is not None
    held = np.concatenate([group.begun[None][:0], *group.waiting])
    totals = np.full(len(held), group.total, object)
    return Closed(number, held, totals, group.begun[None][: not len(held)])


def _joined(number: int, found: list[Closed]) -> Closed:
    if len(found) == 1:
        return found[0]
    return Closed(
        number,
        np.concatenate([one.holders for one in found]),
        np.concatenate([one.totals for one in found]),
        np.concatenate([one.missing for one in found]),
    )


def _sum(values: Ints) -> int:
    return int(_sums(values, np.zeros(1, np.int64))[0]) if len(values) else 0


def _sums(values: Ints, starts: Ints) -> npt.NDArray[np.object_] | Ints:
    """The sum from each start to before the next, exact however large."""
    most = int(np.abs(values).max(initial=0))
    exact = values if most * len(values) < SAFE else values.astype(object)
    found: npt.NDArray[np.object_] | Ints = np.add.reduceat(exact, starts)
    return found
