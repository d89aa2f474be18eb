"""Typed blocks → a file, through the same encoders and form as the program itself; with defects,
the ground truth beside it."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np

from converters import charset as charsets
from converters import fields, forms, scripts
from converters import status as outcome
from converters.columns import Bytes, Chunk, Ints
from converters.errors import EnvironmentFailure, UsageError
from converters.forms import Form, punctuation
from converters.generate import groups
from converters.generate.columns import columns, compile
from converters.generate.crossed import Around
from converters.generate.defects import DEFECTS, Lying, Truth, Turns, damaged, turns
from converters.generate.people import BLOCK
from converters.model import Layout

__all__ = ["blocks", "write"]

DAMAGED = ("cp932", "shift_jis", "shift_jis-2004", "utf-8")
"""Charsets in which every defect is what its name says."""
SOUND = (outcome.OK, outcome.BLANK, outcome.UNKNOWN, outcome.GAIJI)
"""Outcomes that a generated value may have; another one is a fault of the generator."""


def write(layout: Layout, path: Path, records: int, seed: int, defects: float = 0.0) -> None:
    """Writes a synthetic file; with a defect rate above 0 also PATH.defects.csv.

    The same layout, number of records, seed and rate give the same bytes. UsageError for defects
    in a form whose records cannot be damaged one by one.
    """
    odd = layout.framing.xml or layout.framing.blocked or layout.is_mixed or layout.record.varies
    if defects > 0 and odd:
        kinds = "XML, in blocks, in several types of records, or where fields are not always there"
        raise UsageError(f"{layout.id}: defects cannot be made in {kinds}")
    if defects > 0:
        _damageable(layout)
    if layout.is_apart:
        raise UsageError(f"{layout.id}: each type of record has a file of its own")
    try:
        with path.open("wb") as out:
            truths = list(_written(layout, out, records, seed, defects))
        if defects > 0:
            _write_truths(path.with_name(path.name + ".defects.csv"), truths)
    except OSError as fault:
        raise EnvironmentFailure.of(fault, path) from fault


def _damageable(layout: Layout) -> None:
    """UsageError where defects, which are bytes, would be others than they are meant to be."""
    for script in {scripts.of(layout, field).name for field in layout.record.fields}:
        if script not in DAMAGED:
            raise UsageError(f"{layout.id}: defects cannot be made in {script}")


def _written(
    layout: Layout, out: BinaryIO, records: int, seed: int, defects: float
) -> Iterator[Truth]:
    form = _form(layout.parts[0])
    opening = form.opening()
    out.write(opening)
    place, taken = len(opening), turns(layout)
    packer = form.packer()
    for block, (data, bounds) in enumerate(blocks(layout, records, seed)):
        if defects > 0:
            spoiler = _Spoiler(layout, form, np.random.default_rng([seed, block, 1]), taken)
            data, truths = _spoiled(spoiler, data, bounds, defects)
            first = block * BLOCK
            for one in truths:
                yield replace(one, record=first + one.record, offset=place + one.offset)
        out.write(packer.add(data).data)
        place += len(data)
    out.write(packer.finish().data)
    out.write(form.closing())


def blocks(layout: Layout, records: int, seed: int) -> Iterator[tuple[Bytes, Ints]]:
    """The records of a file, block by block: their bytes and bounds."""
    if layout.is_mixed:
        yield from groups.blocks(layout, [_form(part) for part in layout.parts], records, seed)
        return
    plan, codec, form = compile(layout), fields.compile(layout), _form(layout)
    for block in range((records + BLOCK - 1) // BLOCK):
        batch = columns(plan, seed, block)
        if records < (block + 1) * BLOCK:
            batch = batch.take(np.arange(records - block * BLOCK))
        texts, outcomes = fields.encode(codec, batch)
        for name, status in outcomes.items():
            assert int(status.max(initial=0)) in SOUND, f"{name}: {np.unique(status)}"
        yield form.assemble(texts, np.ones(len(batch), np.bool_))


def _form(layout: Layout) -> Form:
    charset = scripts.of(layout)
    return forms.form(
        layout,
        lambda data: charsets.read(charset, data),
        lambda text: charsets.write(charset, text),
        fields.readers(fields.compile(layout)),
    )


@dataclass(frozen=True, slots=True)
class _Spoiler:
    """What damaging a block takes: the form that finds the fields, random numbers, and the turn
    of the kinds, which goes on from block to block."""

    layout: Layout
    form: Form
    rng: np.random.Generator
    turns: Turns


def _spoiled(
    spoiler: _Spoiler, data: Bytes, bounds: Ints, rate: float
) -> tuple[Bytes, list[Truth]]:
    """The block with some records damaged. The loop runs over the damaged records only."""
    rows = np.flatnonzero(spoiler.rng.random(len(bounds) - 1) < rate)
    places = _places(spoiler, data, bounds)
    grouped, drawn = _grouped(spoiler.layout), set(rows.tolist())

    @lru_cache(3)  # a record is the neighbour of two others
    def values(row: int) -> dict[str, bytes]:
        return {field.name: data[a:b].tobytes() for field, a, b in places(row)}

    pieces, truths, done, shift, spent = [], [], 0, 0, b""
    for row in rows.tolist():
        start, stop = int(bounds[row]), int(bounds[row + 1])
        around, group = _around(values, row, drawn, grouped)
        if grouped and group == spent:
            continue
        record = data[start:stop].tobytes()
        lying = [(field, first - start, last - start) for field, first, last in places(row)]
        damage = damaged(record, lying, spoiler.turns, (spoiler.rng, around))
        if damage is None:
            continue
        spent = group
        code = DEFECTS[damage.defect].code
        offset = start + shift + damage.at
        truths.append(Truth(row + 1, offset, damage.field, damage.defect, code))
        pieces += [data[done:start], np.frombuffer(damage.record, np.uint8)]
        done, shift = stop, shift + len(damage.record) - len(record)
    return np.concatenate([*pieces, data[done:]]), truths


def _grouped(layout: Layout) -> tuple[str, ...]:
    """The key by which the checks of the layout group its records; none where none does."""
    return next((check.per for check in layout.checks if check.per), ())


def _around(
    values: Callable[[int], dict[str, bytes]],
    number: int,
    drawn: set[int],
    grouped: tuple[str, ...],
) -> tuple[Around, bytes]:
    """What stands around a record, and the key of its group. A neighbour that is drawn for damage
    itself has no fields to copy from."""

    def group(of: dict[str, bytes]) -> bytes:
        return b"\0".join(of.get(name, b"") for name in grouped)

    here = values(number)
    before, after = values(number - 1), values(number + 1)
    follows = bool(grouped) and bool(before) and group(before) == group(here)
    ends = not after or group(after) != group(here)
    sound = follows or number - 1 not in drawn
    return Around(before if sound else {}, follows, ends), group(here)


def _places(spoiler: _Spoiler, data: Bytes, bounds: Ints) -> Callable[[int], Lying]:
    """Row → its fields and where they lie in the block; values with doubled quotes are left out.
    A row that is not there has none."""
    ends = bounds[1:] - _newline(spoiler.layout)
    chunk = Chunk(0, 0, 1, 0, data, bounds, ends, np.zeros(len(ends), np.uint8))
    spans = spoiler.form.spans(chunk, None)
    fields = spoiler.layout.record.fields
    used = [place for place, field in enumerate(fields) if not field.is_filler]
    # Once for the block: to find the spans of a field takes as long for a row as for all.
    edges = np.stack([np.stack(spans.of(place)) for place in used])

    def places(row: int) -> Lying:
        if not 0 <= row < len(ends):
            return []
        lying = zip(used, *edges[:, :, row].T.tolist(), strict=True)
        return [(fields[at], start, stop) for at, start, stop in lying if stop <= len(data)]

    return places


def _newline(layout: Layout) -> int:
    """Bytes of the line end."""
    framing = layout.framing
    if framing.delimited is not None:
        return len(punctuation.newline(layout))
    if framing.fixed is not None:
        return {"crlf": 2, "lf": 1, "none": 0}[framing.fixed.terminator]
    assert framing.variable is not None, "a layout has one of the forms"
    return {"crlf": 2, "lf": 1}.get(framing.variable.by, 0)


def _write_truths(path: Path, truths: list[Truth]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["record", "offset", "field", "defect", "code"])
        rows.writerows([t.record, t.offset, t.field, t.defect, t.code] for t in truths)
