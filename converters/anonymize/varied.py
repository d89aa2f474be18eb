"""Records whose fields are not always there → which of their bytes belong to no field, and which
must stay although nothing is known of the record."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from converters import fields, presence, scripts
from converters.columns import Batch, Bytes, Chunk, Ints, Mask, Values
from converters.model import Layout
from converters.pipeline.plan import Side
from converters.presence import Seen

__all__ = ["between", "blanked", "structure"]


def structure(layout: Layout) -> set[str]:
    """The fields that say which others are there, and those that are records of their own."""
    record = layout.record
    rows = {one.name for one in record.fields if one.element is not None and one.element.rows}
    return (presence.asked(record) if record.varies else set()) | rows


def blanked(side: Side, edges: tuple[Ints, Ints], where: tuple[Ints, Ints], out: Bytes) -> None:
    """Writes blanks over the bytes of records that belong to no field: unused elements, readings
    that have none, the end behind tables that moved up. Nobody reads them, and whose they were
    nobody knows.

    `edges` are the places of all fields (field × record), `where` those of the records.
    """
    if not side.layout.record.varies or not len(where[0]):
        return
    size = len(out) + 1
    taken, inside = (_covered(one, size) for one in (edges, where))
    places = np.flatnonzero(inside & ~taken)
    blank = np.frombuffer(scripts.of(side.layout).blank, np.uint8)
    begun = where[0][np.searchsorted(where[0], places, side="right") - 1]
    out[places] = blank[(places - begun) % len(blank)]


def _covered(edges: tuple[Ints, Ints], size: int) -> Mask:
    """Which of so many bytes lie between the edges of some stretches."""
    first, last = (np.bincount(one.reshape(-1), minlength=size) for one in edges)
    found: Mask = np.cumsum(first - last) > 0
    return found


def between(side: Side, chunk: Chunk, where: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    """The stretches of broken records between the fields that say which others are there, as far
    as those can be found; and which of the records each is of."""
    begins, ends = where
    every = np.arange(len(begins))
    if not side.layout.record.varies:
        return np.stack([begins, ends]), every
    place, spans, rows = begins, [], []
    for start, stop in _asked(side, chunk.data, begins, ends):
        spans.append(np.stack([np.minimum(place, start), start]))
        rows.append(every)
        place = np.maximum(place, stop)
    spans.append(np.stack([place, np.maximum(place, ends)]))
    return np.concatenate(spans, axis=1), np.concatenate([*rows, every])


def _asked(side: Side, data: Bytes, begins: Ints, ends: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Where the fields lie that say which others are there; a count that is none counts as 0."""
    record, readers = side.layout.record, fields.readers(side.fields)
    known, seen = presence.compile(record), Seen()
    columns: dict[str, Values] = {}
    batch = Batch(np.arange(len(begins), dtype=np.int64), columns)
    gone: Ints = np.zeros(len(begins), np.int64)
    for place, one in enumerate(record.fields):
        if side.layout.framing.slides:
            for table in known.tables:
                if table.stop == place:
                    gone = gone + seen.lacking[table] * table.size
        for part in known.steps.get(place, ()):
            presence.settle(known, part, batch, seen)
        if one.name in readers:
            start = np.minimum(begins + record.offsets[place] - gone, ends)
            stop = np.minimum(start + (one.bytes or 0), ends)
            stop = np.where(seen.masks.get(place, True), stop, start)
            columns[one.name] = readers[one.name](data, start, stop, {})[0]
            yield start, stop
