"""What the checks of a layout ask for: fields that are there, of kinds that can answer."""

from __future__ import annotations

from collections.abc import Iterator

from converters.errors import Problem
from converters.model import GROUPED, QUESTIONS, Check, Field, Layout
from converters.spec.document import Document, Loc
from converters.spec.references import (
    FIELDS,
    check_condition,
    check_name,
    check_value,
    item_names,
)

__all__ = ["check_checks"]

ABOUT = ("because", "notes", "record")
"""Keys that every check may have."""
DATES = frozenset({"date", "wareki"})


def check_checks(document: Document, layout: Layout) -> Iterator[Problem]:
    """The checks name fields of the layout and ask nothing that their kinds cannot answer."""
    if document.node(FIELDS).doubtful:
        return
    for number, check in enumerate(layout.checks):
        loc: Loc = ("checks", number)
        yield from _out_of_place(document, check, loc)
        for place, name in _named(check, loc):
            yield from check_name(document, item_names(layout), name, place)
        for key in ("one", "when"):
            condition = getattr(check, key)
            if condition is not None:
                yield from check_condition(document, layout, condition, (*loc, key))
        yield from _answers(document, layout, check, loc)


def _out_of_place(document: Document, check: Check, loc: Loc) -> Iterator[Problem]:
    """Keys that belong to another question."""
    known = (check.question, *QUESTIONS[check.question], *ABOUT)
    for key in sorted(check.model_fields_set - set(known)):
        owners = " or ".join(name for name, keys in QUESTIONS.items() if key in keys)
        message = f"`{key}` belongs to {owners} and means nothing here"
        yield document.key_problem((*loc, key), "DEF-003", message)


def _named(check: Check, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """The fields that a check names, conditions left out, and where."""
    for key in ("unique", "order", "periods", "per"):
        for at, name in enumerate(getattr(check, key) or ()):
            yield (*loc, key, at), name
    for key in ("required", "sequence", "ascending", "by", "complete"):
        name = getattr(check, key)
        if name is not None:
            yield (*loc, key), name


def _answers(document: Document, layout: Layout, check: Check, loc: Loc) -> Iterator[Problem]:
    """Kinds that cannot answer the question of a check."""
    if check.order is not None and set(check.order) <= set(item_names(layout)):
        kinds = {layout.record.field(name).kind for name in check.order}
        if not kinds <= DATES and (len(kinds) > 1 or kinds == {"boolean"}):
            message = f"{' and '.join(sorted(kinds))} have no order"
            yield document.problem((*loc, "order"), "DEF-050", message)
    if check.question not in GROUPED:
        return
    for place, name, what in _kinds(check, loc):
        if name in item_names(layout) and not _is(layout.record.field(name), what):
            kind = layout.record.field(name).kind
            message = f"{name} is a {kind}; {' or '.join(what)} is needed"
            yield document.problem(place, "DEF-050", message)
    if check.complete is not None and check.complete in item_names(layout):
        yield from _values(document, layout, check, loc)


def _kinds(check: Check, loc: Loc) -> Iterator[tuple[Loc, str, tuple[str, ...]]]:
    """Fields of a grouped check, and what each must be."""
    for at, name in enumerate(check.periods or ()):
        yield (*loc, "periods", at), name, ("date",)
    for key in ("sequence", "by"):
        name = getattr(check, key)
        if name is not None:
            yield (*loc, key), name, ("number",)
    if check.ascending is not None:
        yield (*loc, "ascending"), check.ascending, ("date", "number")


def _is(field: Field, what: tuple[str, ...]) -> bool:
    whole = field.kind == "digits" or (field.is_number and field.scale <= 0)
    return ("date" in what and field.kind in DATES) or ("number" in what and whole)


def _values(document: Document, layout: Layout, check: Check, loc: Loc) -> Iterator[Problem]:
    """The values that every key must have: those that are named, or a whole code table."""
    assert check.complete is not None
    field = layout.record.field(check.complete)
    for at, value in enumerate(check.values):
        yield from check_value(document, layout, field, value, (*loc, "values", at))
    if not check.values and (field.kind != "code" or not field.codes):
        message = f"{field.name} has no code table; name the values"
        yield document.problem((*loc, "complete"), "DEF-003", message)
