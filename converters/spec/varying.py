"""Fields that are not always there: what they ask, and what the physical form makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from converters.errors import Problem
from converters.model import Field, Layout, tables
from converters.spec.document import Document, Loc
from converters.spec.references import check_condition, check_name, item_names

__all__ = ["check_varying"]

FIELDS: Loc = ("records", 0, "fields")
COUNTING: Final = ("binary", "integer", "packed", "zoned")
"""Kinds of a field that can say how many elements a table has."""


def check_varying(document: Document, layout: Layout) -> Iterator[Problem]:
    """Everything about the tables and the readings of a record."""
    if document.node(FIELDS).doubtful:
        return
    for place, field in enumerate(layout.record.fields):
        loc: Loc = (*FIELDS, place)
        if field.varies and not layout.framing.placed:
            message = f"{field.name} is not always there: that needs fields in fixed places"
            yield document.problem(loc, "DEF-050", message)
            continue
        if field.element and field.element.number == 1 and field.element.depending is not None:
            yield from _count(document, layout, place)
        if field.when:
            yield from check_condition(document, layout, field.when, (*loc, "when"))
            yield from _sure(document, layout, field.when.field, (*loc, "when", "field"))
        if field.redefines is not None:
            yield from _redefined(document, layout, place)
    yield from _form(document, layout)


def _count(document: Document, layout: Layout, place: int) -> Iterator[Problem]:
    """The count of a table is a whole number that stands before it."""
    element = layout.record.fields[place].element
    assert element is not None and element.depending is not None, "the table has a count"
    loc: Loc = (*FIELDS, place, "element", "depending")
    name = element.depending
    yield from check_name(document, item_names(layout), name, loc)
    if name not in item_names(layout):
        return
    field = layout.record.field(name)
    if field.kind not in COUNTING or field.scale:
        message = f"{name} is no count: it must be a whole number of {', '.join(COUNTING)}"
        yield document.problem(loc, "DEF-050", message)
    if layout.record.index[name] > place:
        message = f"the count {name} stands behind its table"
        yield document.problem(loc, "DEF-050", message)
    if element.least > element.times:
        message = f"least {element.least} is greater than occurs {element.times}"
        yield document.problem((*FIELDS, place, "element", "least"), "DEF-050", message)
    yield from _sure(document, layout, name, loc)


def _sure(document: Document, layout: Layout, name: str, loc: Loc) -> Iterator[Problem]:
    """What others depend on is always there itself, and stands before them."""
    if name in layout.record.index and layout.record.field(name).varies:
        message = f"{name} is not always there itself"
        yield document.problem(loc, "DEF-050", message)


def _redefined(document: Document, layout: Layout, place: int) -> Iterator[Problem]:
    field, loc = layout.record.fields[place], (*FIELDS, place, "redefines")
    known = [one.name for one in layout.record.fields[:place]]
    yield from check_name(document, known, field.redefines or "", loc)
    target = layout.record.index.get(field.redefines or "", place)
    if target < place and _is_no_target(layout.record.fields[target]):
        message = f"{field.redefines} cannot be redefined"
        hint = "name the first field of the first reading, outside of a table with a count"
        yield document.problem(loc, "DEF-050", message, hint)


def _is_no_target(field: Field) -> bool:
    return field.redefines is not None or field.element is not None


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
    size = variable.size if variable else None
    if size and size.at > layout.record.offsets[found[0].first] and layout.framing.slides:
        message = "the length must stand before the first table, which moves what is behind it"
        yield document.problem(("framing", "variable", "size"), "DEF-050", message)
