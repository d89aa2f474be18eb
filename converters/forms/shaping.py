"""A layout with fields that are not always there → the form that reads and writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from converters import presence, scripts
from converters.columns import Bytes
from converters.forms.fixed import Fixed, slots
from converters.forms.variable import Variable, tabled
from converters.forms.varying import Part, Varying
from converters.kernels.counted import put_lengths
from converters.model import Layout, Record, Table, row
from converters.presence import Reader

__all__ = ["form"]


def form(layout: Layout, inner: Fixed | Variable, readers: Mapping[str, Reader]) -> Varying:
    """The form of a layout with fields that are not always there. `readers` are those of the
    fields that `presence.asked` names."""
    record, known = layout.record, presence.compile(layout.record)
    others = [view for choice in known.choices for view in choice[1:]]
    elsewhere = {place for view in others for place in range(view.first, view.stop)}
    base = [place for place in range(len(record.fields)) if place not in elsewhere]
    # Those in an element of another table end before it, or with it.
    order = sorted(range(len(known.tables)), key=lambda n: (known.tables[n].stop, -n))
    ordered = tuple(known.tables[number] for number in order)
    ends: dict[int, list[Table]] = {}
    for table in ordered:
        ends.setdefault(table.stop, []).append(table)
    return Varying(
        inner=inner,
        known=known,
        readers={record.index[n]: (n, read) for n, read in readers.items() if n in record.index},
        slides=layout.framing.slides,
        tables=tabled(layout)[0][order],
        ordered=ordered,
        ends=ends,
        base=_part(layout, base),
        parts={view: _part(layout, range(view.first, view.stop)) for view in others},
        blank=scripts.of(layout).blank,
        inside=_inside(layout, readers),
    )


def _inside(layout: Layout, readers: Mapping[str, Reader]) -> dict[int, tuple[Varying, Bytes]]:
    """The rows of a record that are not equally long, by their places."""
    found: dict[int, tuple[Varying, Bytes]] = {}
    known: dict[str, tuple[Varying, Bytes]] = {}
    for place, field in enumerate(layout.record.fields):
        if not field.fields or field.element is None:
            continue
        name = field.element.table
        if name not in known:
            inner = row(layout, field)
            own = {
                asked.removeprefix(f"{name}/"): read
                for asked, read in readers.items()
                if asked.startswith(f"{name}/")
            }
            known[name] = (
                form(inner, slots(inner, (field.bytes or 0, "none", "")), own),
                _full(inner),
            )
        found[place] = known[name]
    return found


def _full(layout: Layout) -> Bytes:
    """A row with full tables, and nothing else in it."""
    size = layout.record.size
    out = np.resize(np.frombuffer(scripts.of(layout).blank, np.uint8), size).copy()
    for at, width, kind, little, zone, _, _, times, *_ in tabled(layout)[0].tolist():
        put_lengths(out, np.array([0, times]), (at, width, kind, little, zone, 0))
    return out


def _part(layout: Layout, places: Sequence[int]) -> Part:
    """The fields at these places, side by side."""
    record = layout.record
    texts = [place for place, field in enumerate(record.fields) if not field.is_filler]
    fields = tuple(record.fields[place].model_copy(update={"redefines": None}) for place in places)
    own = layout.model_copy(update={"records": (Record(name=record.name, fields=fields),)})
    length = sum(field.bytes or 0 for field in fields)
    here = set(places)
    kept = tuple(k for k, place in enumerate(texts) if place in here)
    return Part(slots(own, (length, "none", "")), kept, record.offsets[places[0]])
