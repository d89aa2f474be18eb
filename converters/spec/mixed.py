"""What a layout of several types of records says of them: keys, order, controls; and the pairs of
a mapping between two such layouts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from converters import sequence
from converters.errors import Problem, nearest
from converters.model import Control, Field, Layout, MappingSet, Record, Rule, When
from converters.spec.document import Document, Loc
from converters.spec.fields import encoded_length
from converters.spec.references import check_name, check_overrides, item_names

__all__ = ["check_mixed", "check_pairs", "with_elements"]

LARGEST: Final = 18
"""Digits of a number that is counted."""


def check_mixed(document: Document, layout: Layout) -> Iterator[Problem]:
    """Everything about the types of records together."""
    types = [record.name for record in layout.records]
    for number, check in enumerate(layout.checks):
        where: Loc = ("checks", number)
        if check.record is not None:
            yield from check_name(document, types, check.record, (*where, "record"), "record")
        elif layout.is_mixed:
            message = "the check needs `record`: there are several types of records"
            yield document.problem(where, "DEF-002", message)
    if not layout.is_mixed:
        for key in ("order", "controls"):
            if getattr(layout, key):
                message = f"`{key}` needs several types of records"
                yield document.key_problem((key,), "DEF-003", message)
        return
    yield from _names(document, layout)
    yield from _keys(document, layout)
    if layout.order:
        whole = [record.name for record in layout.records if record.within is None]
        try:
            sequence.compile(layout.order, whole)
        except sequence.PatternError as exc:
            yield document.problem(("order",), "DEF-002", f"the order cannot be used: {exc}")
    for number, control in enumerate(layout.controls):
        yield from _control(document, layout, control, ("controls", number))
    every = [name for part in layout.parts for name in item_names(part)]
    yield from check_overrides(document, every, layout.severities)


def _names(document: Document, layout: Layout) -> Iterator[Problem]:
    seen: set[str] = set()
    for place, record in enumerate(layout.records):
        loc: Loc = ("records", place, "name")
        if record.name in seen:
            yield document.problem(loc, "DEF-022", f"the record {record.name} stands twice")
        if set(record.name) & set(".()|*+? /\\"):
            message = f"{record.name} is no name of a record: no spaces and none of .()|*+?/\\"
            yield document.problem(loc, "DEF-002", message)
        seen.add(record.name)


def _keys(document: Document, layout: Layout) -> Iterator[Problem]:
    """Where the types share a file each has keys, but for one that takes what is left."""
    whole = [record for record in layout.records if record.within is None]
    variable = layout.framing.variable
    if variable and variable.by == "tables" and len(whole) > 1:
        message = "where only counts part the records there is one type of them"
        yield document.problem(("framing", "variable", "by"), "DEF-050", message)
    if layout.is_apart:
        if layout.order or layout.controls:
            key = "order" if layout.order else "controls"
            message = f"`{key}` needs `when`: without it each type has a file of its own"
            yield document.key_problem((key,), "DEF-003", message)
        return
    if layout.framing.delimited and layout.framing.delimited.header:
        where: Loc = ("framing", "delimited", "header")
        message = "no row of column names fits several types of records"
        yield document.problem(where, "DEF-050", message, "header: false")
    bare = [place for place, record in enumerate(layout.records) if _is_rest(record)]
    for place in bare[1:]:
        message = "only one type of record can be without `when`"
        yield document.problem(("records", place), "DEF-002", message)
    for place, record in enumerate(layout.records):
        for at, when in enumerate(record.when):
            yield from _key(document, layout, when, ("records", place, "when", at))


def _is_rest(record: Record) -> bool:
    """Is it a type that takes what is left?"""
    return not record.when and record.within is None


def _key(document: Document, layout: Layout, when: When, loc: Loc) -> Iterator[Problem]:
    wanted, other = ("column", "at") if layout.framing.delimited else ("at", "column")
    if getattr(when, other) is not None:
        message = f"`{other}` has no meaning here"
        yield document.key_problem((*loc, other), "DEF-003", message, f"{wanted}: 1")
    for at, text in enumerate(when.among):
        if encoded_length(layout, text) is None:
            message = f'"{text}" cannot be written in {layout.charset}'
            yield document.problem((*loc, "is", at), "DEF-050", message)
    for at, digits in enumerate(when.hex):
        try:
            bytes.fromhex(digits)
        except ValueError:
            yield document.problem((*loc, "hex", at), "DEF-002", f'"{digits}" is no hexadecimal')


def with_elements(layout: Layout) -> Layout:
    """The layout whose sums name the elements of tables one by one."""
    items = _items(layout, True)
    controls = tuple(
        one.model_copy(
            update={"sum": tuple(name for whole in one.sum for name in _elements(items, whole))}
        )
        if one.sum is not None
        else one
        for one in layout.controls
    )
    return layout.model_copy(update={"controls": controls}) if controls else layout


def _elements(items: Iterable[str], name: str) -> list[str]:
    """A field, or the numbered fields of a table that are called so."""
    numbered = re.compile(rf"{re.escape(name)}(-[0-9]+)+")
    return [name] if name in items else [one for one in items if numbered.fullmatch(one)]


def _control(document: Document, layout: Layout, control: Control, loc: Loc) -> Iterator[Problem]:
    yield from _item(document, _items(layout, False), control.field, (*loc, "field"))
    for at, name in enumerate(control.count or ()):
        yield from check_name(document, layout.types, name, (*loc, "count", at), "record")
    items = _items(layout, True)
    for at, name in enumerate(control.sum or ()):
        for one in _elements(items, name) or [name]:
            yield from _item(document, items, one, (*loc, "sum", at))


def _items(layout: Layout, rows: bool) -> dict[str, Field]:
    """The fields by their names with their records; with `rows` those of rows of tables too."""
    return {
        f"{record.name}.{field.name}": field
        for record in layout.records
        for field in record.fields
        if not field.is_filler and (rows or record.within is None)
    }


def _item(document: Document, items: Mapping[str, Field], name: str, loc: Loc) -> Iterator[Problem]:
    """`record.field` is there, and holds a number."""
    if name not in items:
        hint = nearest(name, items)
        yield document.problem(loc, "DEF-020", f"there is no field {name}", hint)
    elif not (items[name].is_number or items[name].kind == "digits"):
        message = f"{name} holds no number; its kind is {items[name].kind}"
        yield document.problem(loc, "DEF-050", message)
    elif (items[name].digits or items[name].bytes or items[name].chars or 0) > LARGEST:
        message = f"{name} holds more than {LARGEST} digits, which are not counted"
        yield document.problem(loc, "DEF-050", message)


def check_pairs(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    """A mapping between layouts of several types has rules for each pair, and each type once."""
    mapping, sides = mapping_set.mapping, (mapping_set.source, mapping_set.target)
    yield from _numbers(document, mapping_set)
    if not mapping.records:
        for key, side in zip(("source", "target"), sides, strict=True):
            if side.is_mixed:
                message = f"{side.id} has several types of records"
                hint = "write `records`, with rules for each of them"
                yield document.problem((key,), "DEF-050", message, hint)
        return
    for key, side in zip(("source", "target"), sides, strict=True):
        named = [getattr(part, key) for part in mapping.records]
        for place, name in enumerate(named):
            loc: Loc = ("records", place, key)
            yield from check_name(document, side.types, name, loc, "record")
            if name in named[:place]:
                yield document.problem(loc, "DEF-022", f"the record {name} stands twice")
        for name in side.types:
            if name not in named:
                message = f"no rules for the record {name} of {side.id}"
                yield document.key_problem(("records",), "DEF-041", message)
    yield from _rows(document, mapping_set)


def _rows(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    """The rows of a table go to a file of their own, with the two numbers by which they find their
    place again, and none is left out."""
    mapping, source, target = mapping_set.mapping, mapping_set.source, mapping_set.target
    if any(record.within for record in target.records):
        message = f"{target.id} has rows in its records; it must be the source"
        yield document.problem(("target",), "DEF-050", message)
        return
    for place, part in enumerate(mapping.records):
        known = source.types.get(part.source)
        record = source.records[known] if known is not None else None
        wholes = {one.within for one in source.records if one.within}
        if record is None or (record.within is None and record.name not in wholes):
            continue
        if not target.is_apart:
            message = f"the rows of {source.id} need a file for each type of record"
            yield document.problem(("target",), "DEF-050", message, "a target without `when`")
            return
        numbers = {rule.number for rule in part.rules}
        for due in (record.within or record.name, *([record.name] if record.within else [])):
            if due not in numbers:
                message = f"by nothing does {record.name} find its place again"
                hint = f"a rule with number: {due}"
                yield document.problem(("records", place), "DEF-042", message, hint)
        if record.within and part.filter:
            message = "the rows of a table are moved with their record, or not at all"
            yield document.key_problem(("records", place, "filter"), "DEF-050", message)


def _numbers(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    """The types of records whose numbers are asked for are there."""
    mapping, source = mapping_set.mapping, mapping_set.source
    own = source.record.name
    rules: list[tuple[Loc, Rule, str]] = [
        (("rules", at), rule, own) for at, rule in enumerate(mapping.rules)
    ]
    for place, part in enumerate(mapping.records):
        loc: Loc = ("records", place, "rules")
        rules += [((*loc, at), rule, part.source) for at, rule in enumerate(part.rules)]
    for loc, rule, record in rules:
        if rule.number is None:
            continue
        where = (*loc, "number")
        yield from check_name(document, source.types, rule.number, where, "record")
        if source.is_apart and rule.number != record:
            message = f"{rule.number} stands in another file than {record}, not before it"
            yield document.problem(where, "DEF-050", message)
