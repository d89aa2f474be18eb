"""A record → which of its fields are not always there: elements of tables, and readings."""

from __future__ import annotations

from dataclasses import dataclass

from converters.model.framing import FixedFraming, Framing
from converters.model.layout import Element, Field, Layout, Record, goes_on

__all__ = ["Table", "View", "choices", "opened", "row", "standing", "tables"]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the places of its fields in the record, all repetitions one behind the other.

    `count` is the place of the field that says how many there are, None where all of them always
    are there, `size` the bytes of one; `rows` tells that they are records of their own. A table in
    a repetition of another one stands `within` that one, a place among `tables`, in its repetition
    `number`; -1 and 0 where it stands in none.
    """

    name: str
    count: int | None
    first: int
    each: int
    size: int
    times: int
    least: int
    rows: bool = False
    within: int = -1
    number: int = 0

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
    """The tables with a count or rows of their own, in file order; one that stands in another one
    comes behind it, once for each repetition of that."""
    found: dict[str, list[tuple[int, Element]]] = {}
    for place, field in enumerate(record.fields):
        for element in field.element.chain if field.element else ():
            found.setdefault(element.table, []).append((place, element))
    order = {name: place for place, name in enumerate(found)}
    return tuple(_table(record, name, elements, order) for name, elements in found.items())


def _table(
    record: Record, name: str, elements: list[tuple[int, Element]], order: dict[str, int]
) -> Table:
    first, known = elements[0]
    each = sum(element.number == 1 for _, element in elements)
    return Table(
        name=name,
        count=None if known.depending is None else record.index.get(known.depending, 0),
        first=first,
        each=each,
        size=_end(record, first, first + each) - record.offsets[first],
        times=known.times,
        least=known.least,
        rows=known.rows,
        within=order[known.within.table] if known.within else -1,
        number=known.within.number if known.within else 0,
    )


def _end(record: Record, first: int, stop: int) -> int:
    """The byte behind all of some fields."""
    return max(
        record.offsets[place] + (record.fields[place].bytes or 0) for place in range(first, stop)
    )


def standing(field: Field) -> tuple[tuple[str, int], ...]:
    """The repetitions of tables that a field stands in, the outermost first: table and number."""
    chain = field.element.chain if field.element else ()
    return tuple((element.table, element.number) for element in chain)


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


def row(layout: Layout, field: Field) -> Layout:
    """The layout of a row by itself, of those that stand in records; see `Layout.parts`."""
    record = Record(name=field.name, fields=field.fields)
    framing = Framing(fixed=FixedFraming(length=record.size, terminator="none"), tables="padded")
    return layout.model_copy(update={"records": (record,), "framing": framing})


def opened(layout: Layout) -> Layout:
    """The layout with the fields of its rows instead of the rows, named `ROW/FIELD`."""
    record, found = layout.record, list[Field]()
    if not any(field.fields for field in record.fields):
        return layout
    for field in record.fields:
        inside = [_named(one, f"{field.name}/", field.element) for one in field.fields]
        found += inside or [field]
    whole = record.model_copy(update={"fields": tuple(found)})
    for known in ("offsets", "index"):
        whole.__dict__.pop(known, None)
    return layout.model_copy(update={"records": (whole,)})


def _named(field: Field, prefix: str, around: Element | None) -> Field:
    """A field of a row, as one of the record."""
    redefined = field.redefines and prefix + field.redefines
    told = {"name": prefix + field.name, "redefines": redefined}
    return field.model_copy(update={**told, "element": _placed(field.element, prefix, around)})


def _placed(element: Element | None, prefix: str, around: Element | None) -> Element | None:
    """An element of a table in a row, as one in the record."""
    if element is None:
        return around
    counted = element.depending and prefix + element.depending
    told = {"table": prefix + element.table, "depending": counted}
    return element.model_copy(update={**told, "within": _placed(element.within, prefix, around)})
