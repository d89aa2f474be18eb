"""Synthetic files of several types of records: in an order that the layout lets them have, with
counts, sums and running numbers that are right.

The order is drawn first, record by record; then the records are made block by block, twice where
values are added up, because a number may stand in front of what it counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import controls, fields, sorting
from converters.columns import Batch, Bytes, Ints, Values, text
from converters.controls import Controls, Counting
from converters.errors import UsageError
from converters.fields import Fields
from converters.forms import Form, elements, settled
from converters.generate.columns import Plan, columns, compile
from converters.generate.people import BLOCK
from converters.kernels.records import picked
from converters.kernels.tables import scatter
from converters.model import Layout, Table, When, tables
from converters.sequence import START, Sequenced

__all__ = ["blocks"]

AGAIN: Final = 9
"""How much likelier a type is that repeats the one before."""
FAR: Final = 1 << 30


@dataclass(frozen=True, slots=True, eq=False)
class _Type:
    """One type of record: what makes its columns, writes them, and what its keys are."""

    layout: Layout
    plan: Plan
    codec: Fields
    form: Form
    keys: dict[str, str]


def blocks(
    layout: Layout, forms: Sequence[Form], records: int, seed: int
) -> Iterator[tuple[Bytes, Ints]]:
    """The records of a file, block by block: their bytes and bounds. There are `records` of them,
    or a few less where the order does not let them be as many; `forms` write the types.

    UsageError where there is no file of so few, or where a key is no field of its record.
    """
    known = controls.compile(layout)
    types = [
        _Type(part, compile(part), fields.compile(part), form, _keys(part))
        for part, form in zip(layout.parts, forms, strict=True)
    ]
    kinds = _order(layout, known.order, records, np.random.default_rng([seed, 7]))
    totals = _totals(known, types, kinds, seed)
    for block in range(0, len(kinds), BLOCK):
        yield _block(known, types, (kinds, block, seed), totals)


def _keys(part: Layout) -> dict[str, str]:
    """The fields that tell the type, and what stands in them."""
    return {_key(part, when): when.among[0] for when in part.record.when if when.among}


def _key(part: Layout, when: When) -> str:
    """The field that a key stands in."""
    record = part.record
    for place, field in enumerate(record.fields):
        here = place + 1 if when.column else record.offsets[place] + 1
        if here == (when.column or when.at) and not field.is_filler:
            return field.name
    raise UsageError(f"{part.id}: a key of {record.name} is no field, so none can be made")


def _order(
    layout: Layout, order: Sequenced, records: int, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """A sequence of types that the order accepts. The loop takes a microsecond or two a record."""
    left, state = _distances(order), START
    if records < left[START]:
        raise UsageError(f"{layout.id}: a file has {left[START]} records at least")
    found: list[int] = []
    while options := [
        kind
        for kind, after in enumerate(order.follow[state].tolist())
        if after >= 0 and left[after] < records - len(found)
    ]:
        going = [kind for kind in options if (order.follow[order.follow[state, kind]] >= 0).any()]
        options = going or options
        weights = [AGAIN if order.follow[state, kind] == state else 1 for kind in options]
        drawn = rng.random() * sum(weights)
        place = int(np.searchsorted(np.cumsum(weights), drawn, side="right"))
        found.append(options[place])
        state = int(order.follow[state, options[place]])
    return np.array(found, np.uint8)


def _distances(order: Sequenced) -> list[int]:
    """How many records a file needs behind each state, to end where it may."""
    left = [0 if ends else FAR for ends in order.ends.tolist()]
    for _ in left:
        for state, follow in enumerate(order.follow.tolist()):
            left[state] = min([left[state], *(left[after] + 1 for after in follow if after >= 0)])
    return left


def _batch(one: _Type, kind: int, many: int, where: tuple[int, int], count: int) -> Batch:
    """The `count` records of a type in a block, with their keys."""
    block, seed = where
    made = columns(one.plan, seed, block // BLOCK * many + kind).take(np.arange(count))
    fixed: dict[str, Values] = {
        name: text(pl.Series([value] * count, dtype=pl.String)) for name, value in one.keys.items()
    }
    return Batch(made.records, {**made.columns, **fixed})


def _totals(
    known: Controls, types: list[_Type], kinds: npt.NDArray[np.uint8], seed: int
) -> list[npt.NDArray[np.object_]]:
    """What each control holds at each record, None where it does not stand."""
    counting = Counting(known)
    totals = [np.full(len(kinds), None, object) for _ in known.controls]
    states = sorting.walked(known.order, kinds, START).states
    closed = []
    for block in range(0, len(kinds), BLOCK):
        part = kinds[block : block + BLOCK]
        rows = np.arange(block, block + len(part))[:, None]
        added = _added(known, types, part, (block, seed))
        closed += counting.add(part, states[block : block + len(part) + 1], rows, added)
    for one in [*closed, *counting.finish()]:
        totals[one.control][one.holders[:, 0]] = one.totals
    return totals


def _added(
    known: Controls, types: list[_Type], kinds: npt.NDArray[np.uint8], where: tuple[int, int]
) -> dict[int, Ints]:
    """The values that controls add up in a block; only types that have any are made."""
    added = {number: np.zeros(len(kinds), np.int64) for number in range(len(known.controls))}
    summed = {name.partition(".")[0] for one in known.controls for name in one.sum or ()}
    summed |= known.rows & {name for one in known.controls for name in one.count or ()}
    for kind, one in enumerate(types):
        name, rows = one.layout.record.name, np.flatnonzero(kinds == kind)
        if name in summed - known.rows and len(rows):
            batch = _batch(one, kind, len(types), where, len(rows))
            for number, values in controls.amounts(known, name, batch).summed.items():
                added[number][rows] += values
        inside = {other.layout.record.name for other in _within(types, name).values()}
        if summed & inside and len(rows):
            batch = _batch(one, kind, len(types), where, len(rows))
            texts, _ = fields.encode(one.codec, batch)
            data, bounds = one.form.assemble(texts, np.ones(len(rows), np.bool_))
            for inner in _rows(types, (kind, *where), data, bounds):
                found = controls.amounts(known, inner.name, inner.batch).summed
                for number, values in found.items():
                    np.add.at(added[number], rows[inner.owners], values[inner.places])
    return added


@dataclass(frozen=True, slots=True, eq=False)
class _Inner:
    """The rows of one table in some records: the record that each stands in, and its place in the
    batch, whose rows come again where more of them are needed."""

    name: str
    of: _Type
    table: Table
    owners: Ints
    places: Ints
    batch: Batch


def _within(types: list[_Type], name: str) -> dict[int, _Type]:
    """The types that are rows of tables of a record, by their places."""
    return {n: one for n, one in enumerate(types) if one.layout.record.within == name}


def _rows(
    types: list[_Type], where: tuple[int, int, int], data: Bytes, bounds: Ints
) -> Iterator[_Inner]:
    """The rows of the tables in records of a type as they were assembled."""
    kind, block, seed = where
    record = types[kind].layout.record
    for number, one in _within(types, record.name).items():
        name = one.layout.record.name
        table = next(one for one in tables(record) if one.name == name)
        starts, owners = elements(types[kind].form, data, bounds, table)
        batch = _batch(one, number, len(types), (block, seed), BLOCK)
        yield _Inner(name, one, table, owners, np.arange(len(starts)) % BLOCK, batch)


def _with_rows(
    types: list[_Type], where: tuple[int, int, int], data: Bytes, bounds: Ints
) -> tuple[Bytes, Ints]:
    """Records with rows in their tables."""
    form = types[where[0]].form
    for inner in list(_rows(types, where, data, bounds)):
        texts, _ = fields.encode(inner.of.codec, inner.batch)
        made, _ = inner.of.form.assemble(texts, np.ones(BLOCK, np.bool_))
        width, record = len(made) // BLOCK, inner.of.layout.record
        rows = made.reshape(BLOCK, width)[inner.places].reshape(-1)
        at = record.size - inner.table.size if record.is_counted else 0
        # Rows of another table may have moved them.
        starts, _ = elements(form, data, bounds, inner.table)
        scatter(rows[at:], width, inner.table.size, starts, data)
        data, bounds = settled(form, data, bounds, starts, inner.table)
    return data, bounds


def _block(
    known: Controls,
    types: list[_Type],
    place: tuple[npt.NDArray[np.uint8], int, int],
    totals: list[npt.NDArray[np.object_]],
) -> tuple[Bytes, Ints]:
    """One block of records in their order."""
    kinds, block, seed = place[0][place[1] : place[1] + BLOCK], place[1], place[2]
    pieces, sizes, order = [], [], []
    for kind, one in enumerate(types):
        rows = np.flatnonzero(kinds == kind)
        batch = _batch(one, kind, len(types), (block, seed), len(rows))
        held = {
            control.item: controls.column(
                one.layout.record.field(control.item), totals[n][rows + block], known.scales[n]
            )
            for n, control in enumerate(known.controls)
            if known.holders[n] == kind
        }
        texts, _ = fields.encode(one.codec, Batch(batch.records, {**batch.columns, **held}))
        data, bounds = one.form.assemble(texts, np.ones(len(rows), np.bool_))
        data, bounds = _with_rows(types, (kind, block, seed), data, bounds)
        pieces.append(data)
        sizes.append(np.diff(bounds))
        order.append(rows)
    whole, lengths = np.concatenate(pieces), np.concatenate(sizes)
    places = np.argsort(np.concatenate(order), kind="stable").astype(np.int64)
    return picked(whole, np.concatenate([[0], np.cumsum(lengths)]), places)
