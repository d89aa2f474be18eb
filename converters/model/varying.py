"""A record → which of its fields are not always there: elements of tables, and readings."""

from __future__ import annotations

from dataclasses import dataclass

from converters.model.layout import Element, Record, goes_on

__all__ = ["Table", "View", "choices", "tables"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the places of its fields in the record, all repetitions one behind the other.

    `count` is the place of the field that says how many there are, None where all of them always
    are there, `size` the bytes of one; `rows` tells that they are records of their own.
    """

    name: str
    count: int | None
    first: int
    each: int
    size: int
    times: int
    least: int
    rows: bool = False

    @property
    def stop(self) -> int:
        """The place behind its last field."""
        return self.first + self.each * self.times


@dataclass(frozen=True, slots=True)
class View:
    """One reading of a place: its fields, from `first` to before `stop`. `base` is the field at
    whose first byte it begins; `open` tells that it has no condition."""

    base: int
    first: int
    stop: int
    open: bool


def tables(record: Record) -> tuple[Table, ...]:
    """The tables with a count of their own, in file order."""
    found: dict[str, list[tuple[int, Element]]] = {}
    for place, field in enumerate(record.fields):
        if field.element:
            found.setdefault(field.element.table, []).append((place, field.element))
    made = []
    for name, elements in found.items():
        first, known = elements[0]
        each = sum(element.number == 1 for _, element in elements)
        size = sum(record.fields[place].bytes or 0 for place, _ in elements[:each])
        count = None if known.depending is None else record.index.get(known.depending, 0)
        what = (name, count, first, each, size, known.times, known.least, known.rows)
        made.append(Table(*what))
    return tuple(made)


def choices(record: Record) -> tuple[tuple[View, ...], ...]:
    """The readings of each place that has several, the one that is redefined first."""
    fields, index = record.fields, record.index
    found: dict[int, list[View]] = {}
    place = 0
    while place < len(fields):
        head = fields[place]
        stop = place + 1
        if head.redefines in index:
            while stop < len(fields) and goes_on(head, fields[stop]):
                stop += 1
            base = index[head.redefines]
            views = found.setdefault(base, [])
            if not views:
                views.append(View(base, base, place, fields[base].when is None))
            views.append(View(base, place, stop, head.when is None))
        place = stop
    return tuple(tuple(views) for views in found.values())
