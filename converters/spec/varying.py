"""Fields that are not always there: what they ask, and what the physical form makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from converters.errors import Problem
from converters.model import Element, Layout, Record, Table, View, choices, standing, tables
from converters.spec.document import Document, Loc
from converters.spec.references import check_condition, check_name, item_names

__all__ = ["check_varying"]

FIELDS: Loc = ("records", 0, "fields")
COUNTING: Final = ("binary", "integer", "packed", "zoned")
"""Kinds of a field that can say how many elements a table has."""
FIRST: Final = "name the first field of the first reading, in the same element of a table"


@dataclass(frozen=True, slots=True)
class _Work:
    """A layout that is looked at: its readings by the place of each of their fields."""

    document: Document
    layout: Layout
    views: Mapping[int, View]

    @property
    def record(self) -> Record:
        return self.layout.record


def check_varying(document: Document, layout: Layout) -> Iterator[Problem]:
    """Everything about the tables and the readings of a record."""
    if document.node(FIELDS).doubtful:
        return
    found = [view for choice in choices(layout.record) for view in choice]
    views = {place: view for view in found for place in range(view.first, view.stop)}
    work = _Work(document, layout, views)
    problems: list[Problem] = []
    for place, field in enumerate(layout.record.fields):
        if field.varies and not layout.framing.placed:
            message = f"{field.name} is not always there: that needs fields in fixed places"
            yield document.problem((*FIELDS, place), "DEF-050", message)
            continue
        problems += _field(work, place)
    if not problems and layout.framing.placed:
        problems += _readings(work)
    # A member of a table is a field once for each repetition.
    yield from {(one.line, one.column, one.code): one for one in reversed(problems)}.values()
    yield from _form(document, layout)


def _field(work: _Work, place: int) -> Iterator[Problem]:
    field, loc = work.record.fields[place], (*FIELDS, place)
    for depth, element in enumerate(reversed(field.element.chain) if field.element else ()):
        first = all(one.number == 1 for one in element.chain)
        if first and element.depending is not None:
            yield from _count(work, (place, element), (*loc, "element", *["within"] * depth))
    if field.when:
        yield from check_condition(work.document, work.layout, field.when, (*loc, "when"))
        yield from _sure(work, field.when.field, place, (*loc, "when", "field"))
    if field.redefines is not None:
        yield from _redefined(work, place)


def _count(work: _Work, where: tuple[int, Element], loc: Loc) -> Iterator[Problem]:
    """The count of a table is a whole number that stands before it."""
    (place, element), document = where, work.document
    name, known, loc = element.depending or "", item_names(work.layout), (*loc, "depending")
    yield from check_name(document, known, name, loc)
    if name not in known:
        return
    field = work.record.field(name)
    if field.kind not in COUNTING or field.scale:
        message = f"{name} is no count: it must be a whole number of {', '.join(COUNTING)}"
        yield document.problem(loc, "DEF-050", message)
    if work.record.index[name] > place:
        message = f"the count {name} stands behind its table"
        yield document.problem(loc, "DEF-050", message)
    if element.least > element.times:
        message = f"least {element.least} is greater than occurs {element.times}"
        yield document.problem((*loc[:-1], "least"), "DEF-050", message)
    yield from _sure(work, name, place, loc)


def _sure(work: _Work, name: str, place: int, loc: Loc) -> Iterator[Problem]:
    """What others ask is there wherever they are: in their own elements of tables or in those
    around; and in no reading, but that a table may ask what stands in its own."""
    if name not in work.record.index:
        return
    asked = work.record.field(name)
    around, inside = standing(asked), standing(work.record.fields[place])
    view = work.views.get(work.record.index[name])
    own = loc[-1] == "depending" and view is not None and view.first <= place < view.stop
    apart = (view is not None or asked.when is not None) and not own
    if apart or around != inside[: len(around)]:
        yield work.document.problem(loc, "DEF-050", f"{name} is not always there itself")


def _redefined(work: _Work, place: int) -> Iterator[Problem]:
    record, loc = work.record, (*FIELDS, place, "redefines")
    target = record.fields[place].redefines or ""
    known = [one.name for one in record.fields[:place]]
    yield from check_name(work.document, known, target, loc)
    if target in known and record.field(target).redefines is not None:
        yield work.document.problem(loc, "DEF-050", f"{target} cannot be redefined", FIRST)


def _readings(work: _Work) -> Iterator[Problem]:
    """Readings stand in one element of a table, or the table in one of them; and then it is known
    before them which one is there."""
    record, document = work.record, work.document
    for choice in choices(record):
        first, stop = choice[0].first, choice[-1].stop
        loc: Loc = (*FIELDS, choice[1].first, "redefines")
        near = [one for one in tables(record) if one.first < stop and first < one.stop]
        held = [one for one in near if any(_holds(view, one) for view in choice)]
        if any(one not in held and not _in_one(one, first, stop) for one in near):
            message = f"{record.fields[first].name} cannot be redefined"
            yield document.problem(loc, "DEF-050", message, FIRST)
        for view in choice if held else ():
            when = record.fields[view.first].when
            if when and record.index[when.field] >= first:
                message = f"{when.field} must stand before these readings, as one has a table"
                yield document.problem((*FIELDS, view.first, "when", "field"), "DEF-050", message)


def _holds(view: View, table: Table) -> bool:
    return view.first <= table.first and table.stop <= view.stop


def _in_one(table: Table, first: int, stop: int) -> bool:
    """Do these places lie in one element?"""
    elements = {(place - table.first) // table.each for place in (first, stop - 1)}
    return table.first <= first and stop <= table.stop and len(elements) == 1


def _form(document: Document, layout: Layout) -> Iterator[Problem]:
    """Keys of the framing that need tables, or fields that stand before all of them."""
    found, variable = tables(layout.record), layout.framing.variable
    if not found:
        if layout.framing.tables or (variable and variable.by == "tables"):
            message = "no table of the record has a count"
            hint = "occurs, with depending"
            key = ("framing", "tables") if layout.framing.tables else ("framing", "variable", "by")
            yield document.key_problem(key, "DEF-050", message, hint)
        return
    if variable and variable.by == "tables" and _in_readings(layout.record):
        message = "where only the counts part the records, no table can stand in a reading"
        yield document.key_problem(("framing", "variable", "by"), "DEF-050", message)
    if layout.record.within is not None and layout.framing.slides:
        yield from _unequal(document, layout)
    size = variable.size if variable else None
    if size and size.at > layout.record.offsets[found[0].first] and layout.framing.slides:
        message = "the length must stand before the first table, which moves what is behind it"
        yield document.problem(("framing", "variable", "size"), "DEF-050", message)


def _unequal(document: Document, layout: Layout) -> Iterator[Problem]:
    """Rows keep the room of full tables until they are in their records: all can be full then."""
    most: dict[int | None, int] = {}
    for table in tables(layout.record):
        if table.count is not None and most.setdefault(table.count, table.times) != table.times:
            name = layout.record.fields[table.count].name
            message = f"{name} counts tables of {most[table.count]} and of {table.times} elements"
            hint = "in rows of a file where bytes move up, they have the same `occurs`"
            yield document.problem((*FIELDS, table.first), "DEF-050", message, hint)


def _in_readings(record: Record) -> bool:
    """Is there a table in a reading?"""
    views = [view for choice in choices(record) for view in choice]
    return any(_holds(view, table) for table in tables(record) for view in views)
