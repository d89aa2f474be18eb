"""Typed blocks → a file, through the same encoders and form as the program itself; with defects,
the ground truth beside it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from converters import charset as charsets
from converters import fields, forms, scripts
from converters import status as outcome
from converters.columns import Bytes, Ints
from converters.errors import EnvironmentFailure, UsageError
from converters.forms import Form
from converters.generate import groups
from converters.generate.columns import columns, compile
from converters.generate.defects import Truth
from converters.generate.people import BLOCK
from converters.generate.spoiling import Spoiler, spoil, spoiler, truths
from converters.model import Layout

__all__ = ["blocks", "write"]

SOUND = (outcome.OK, outcome.BLANK, outcome.UNKNOWN, outcome.GAIJI)
"""Outcomes that a generated value may have; another one is a fault of the generator."""


def write(layout: Layout, path: Path, records: int, seed: int, defects: float = 0.0) -> None:
    """Writes a synthetic file; with a defect rate above 0 also PATH.defects.csv.

    The same layout, number of records, seed and rate give the same bytes. UsageError where each
    type of record has a file of its own.
    """
    if layout.is_apart:
        raise UsageError(f"{layout.id}: each type of record has a file of its own")
    parts = tuple(_form(part) for part in layout.parts)
    spoils = spoiler(layout, parts, seed, defects) if defects > 0 else None
    try:
        with path.open("wb") as out:
            _write(out, parts[0], blocks(layout, records, seed), spoils)
        if spoils is not None:
            opening = len(parts[0].opening())
            _write_truths(path.with_name(path.name + ".defects.csv"), truths(spoils, opening))
    except OSError as fault:
        raise EnvironmentFailure.of(fault, path) from fault


def _write(
    out: BinaryIO, form: Form, made: Iterator[tuple[Bytes, Ints]], spoils: Spoiler | None
) -> None:
    """The blocks of a file, one after the other; the last one is known by what follows it."""
    out.write(form.opening())
    packer = form.packer()
    block, here = 0, next(made, None)
    while here is not None:
        after = next(made, None)
        data = here[0] if spoils is None else spoil(spoils, block, here, after is None)
        out.write(packer.add(data).data)
        block, here = block + 1, after
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


def _write_truths(path: Path, found: Iterable[Truth]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["record", "offset", "field", "defect", "code"])
        rows.writerows([t.record, t.offset, t.field, t.defect, t.code] for t in found)
