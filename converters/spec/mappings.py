"""What a mapping says of its two layouts, rule by rule and as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from converters.coverage import coverage, wording
from converters.errors import Problem
from converters.model import Field, Layout, MappingSet, Rule
from converters.spec.document import Document, Loc
from converters.spec.references import (
    check_condition,
    check_name,
    check_overrides,
    check_value,
    item_names,
)

__all__ = ["check_coverage", "check_mapping"]

KEYS: Final = {"source": "from"}
"""Attributes of a rule whose key in the file has another name."""

MODIFIERS: Final[dict[str, tuple[str, ...]]] = {
    "at": ("substring",),
    "by": ("join", "split"),
    "chars": ("cut", "substring"),
    "codes": ("source",),
    "conflict": ("coalesce",),
    "default": ("source",),
    "pad": ("source",),
    "scope": ("source",),
    "unmapped": ("source",),
    "width": ("source",),
}
"""Key → the operations it belongs to."""

NEEDS: Final = {"scope": "width", "unmapped": "codes"}
"""Key → the key without which it means nothing."""

TARGETS: Final[dict[str, tuple[int, int]]] = {
    "coalesce": (1, 2),
    "partial": (3, 4),
    "split": (2, 0),
}
"""Operation → the least and the most items it sets (0: no limit); others set one."""

FAMILY: Final = {
    "binary": "number",
    "boolean": "number",
    "date": "date",
    "decimal": "number",
    "float": "number",
    "integer": "number",
    "packed": "number",
    "time": "time",
    "wareki": "date",
    "zoned": "number",
}
"""Kind → what its values are; every other kind is text, and text may become anything."""


def check_mapping(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    """Names, counts and modifiers of every rule; filters, ignored fields, severities."""
    mapping, source, target = mapping_set.mapping, mapping_set.source, mapping_set.target
    for number, rule in enumerate(mapping.rules):
        loc: Loc = ("rules", number)
        yield from _names(document, mapping_set, rule, loc)
        yield from _counts(document, rule, loc)
        yield from _modifiers(document, rule, loc)
        yield from _types(document, mapping_set, rule, loc)
        yield from _values(document, mapping_set, rule, loc)
    yield from _set_twice(document, mapping_set)
    yield from _ignored(document, mapping_set)
    for number, entry in enumerate(mapping.filter):
        yield from check_condition(document, source, entry.drop, ("filter", number, "drop"))
    known = [*item_names(source), *item_names(target)]
    yield from check_overrides(document, known, mapping.severities)


def check_coverage(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    """Fields never read, required items never set, losses not declared."""
    account = coverage(mapping_set)
    is_whole = not document.node(("rules",)).doubtful and not document.node(("ignore",)).doubtful
    for source in account.sources:
        if is_whole and not source.is_covered:
            message = f"the source field {source.field} is never read"
            hint = "a rule with it, or an entry under `ignore` with a reason"
            yield document.key_problem(("rules",), "DEF-041", message, hint)
    for target in account.targets:
        if is_whole and not target.is_covered:
            message = f"the required target item {target.item} is never set"
            yield document.key_problem(("rules",), "DEF-040", message)
    for loss in account.losses:
        if not loss.declared:
            message = f"no exact way back: {wording(loss.lost)}"
            hint = "say why that is right: lossy: <reason>"
            yield document.problem(("rules", loss.rule), "DEF-042", message, hint)


def _names(document: Document, mapping_set: MappingSet, rule: Rule, loc: Loc) -> Iterator[Problem]:
    """Every field and item and code table that a rule names must be there."""
    targets = item_names(mapping_set.target)
    for where, name in _located(rule.to, (*loc, "to")):
        yield from check_name(document, targets, name, where, "target item")
    sources = item_names(mapping_set.source)
    for where, name in _read(rule, loc):
        yield from check_name(document, sources, name, where, "source field")
    if rule.codes:
        known = mapping_set.mapping.codes
        yield from check_name(document, known, rule.codes, (*loc, "codes"), "code table")


def _located(value: str | tuple[str, ...], loc: Loc) -> list[tuple[Loc, str]]:
    """A name, or each name of a list, with its place."""
    if isinstance(value, str):
        return [(loc, value)]
    return [((*loc, at), name) for at, name in enumerate(value)]


def _read(rule: Rule, loc: Loc) -> list[tuple[Loc, str]]:
    """The source fields of a rule with their places."""
    if rule.constant is not None or rule.number is not None:
        return []
    return _located(getattr(rule, rule.operation), (*loc, _key(rule.operation)))


def _key(attribute: str) -> str:
    return KEYS.get(attribute, attribute)


def _counts(document: Document, rule: Rule, loc: Loc) -> Iterator[Problem]:
    """As many targets as the operation makes, as many sources as it needs."""
    operation, targets = rule.operation, len(rule.targets)
    least, most = TARGETS.get(operation, (1, 1))
    if operation == "cut":
        least = most = max(2, len(rule.chars))
    if not least <= targets <= (most or targets):
        expected = str(least) if least == most else f"{least} or {most or 'more'}"
        message = f"{_key(operation)} sets {expected} items, `to` names {targets}"
        yield document.problem((*loc, "to"), "DEF-002", message)
    if operation in ("join", "coalesce") and len(rule.sources) < 2:
        message = f"{operation} needs two fields or more"
        yield document.problem((*loc, operation), "DEF-002", message, "for one field write from")
    if operation == "substring" and len(rule.chars) != 1:
        yield document.problem(loc, "DEF-002", "substring needs its length", "such as chars: [2]")
    if operation == "split" and not rule.by:
        yield document.problem((*loc, "by"), "DEF-002", "there is no splitting at nothing")


def _modifiers(document: Document, rule: Rule, loc: Loc) -> Iterator[Problem]:
    """Keys that the operation of the rule does not know."""
    for key in sorted(rule.model_fields_set & set(MODIFIERS)):
        if rule.operation not in MODIFIERS[key]:
            belongs = " and ".join(_key(operation) for operation in MODIFIERS[key])
            message = f"`{key}` belongs to {belongs}, not to {_key(rule.operation)}"
            yield document.key_problem((*loc, key), "DEF-003", message)
        elif key in NEEDS and not getattr(rule, NEEDS[key]):
            message = f"`{key}` means nothing without `{NEEDS[key]}`"
            yield document.key_problem((*loc, key), "DEF-003", message)


def _types(document: Document, mapping_set: MappingSet, rule: Rule, loc: Loc) -> Iterator[Problem]:
    """Kinds that do not turn into each other."""
    if rule.constant is not None or rule.codes:
        return
    sources = _fields(mapping_set.source, _read(rule, loc))
    targets = _fields(mapping_set.target, _located(rule.to, (*loc, "to")))
    if rule.partial is not None:
        targets = targets[:1]
        for where, field in sources:
            if FAMILY.get(field.kind) != "date":
                message = f"partial is for dates; the kind of {field.name} is {field.kind}"
                yield document.problem(where, "DEF-043", message)
    if rule.operation not in ("source", "coalesce", "partial"):
        return
    for _, field in sources:
        for where, target in targets:
            families = {FAMILY.get(field.kind), FAMILY.get(target.kind)}
            if len(families) > 1 and None not in families:
                message = f"{field.name} ({field.kind}) does not become a {target.kind}"
                yield document.problem(where, "DEF-043", message)


def _fields(layout: Layout, located: list[tuple[Loc, str]]) -> list[tuple[Loc, Field]]:
    """The fields of those names that are there, with the places of the names."""
    names = item_names(layout)
    return [(loc, layout.record.field(name)) for loc, name in located if name in names]


def _values(document: Document, mapping_set: MappingSet, rule: Rule, loc: Loc) -> Iterator[Problem]:
    """Constants, defaults and mapped codes that the tables of the two sides do not have."""
    written = {key: getattr(rule, key) for key in ("constant", "default", "unmapped")}
    given = {key: value for key, value in written.items() if value not in (None, "error", "keep")}
    targets = [field for _, field in _fields(mapping_set.target, _located(rule.to, loc))]
    for field in targets:
        most = field.chars or field.bytes
        if rule.pad and most and rule.pad > most:
            message = f"{field.name} holds {most} characters, `pad` makes {rule.pad}"
            yield document.problem((*loc, "pad"), "DEF-050", message)
        for key, value in given.items():
            yield from check_value(document, mapping_set.target, field, value, (*loc, key))
    table = mapping_set.mapping.codes.get(rule.codes)
    if not isinstance(table, dict):
        return
    here: Loc = (*loc, "codes")
    for _, field in _fields(mapping_set.source, _read(rule, loc)):
        for code in table:
            yield from check_value(document, mapping_set.source, field, code, here)
    for field in targets:
        for code in filter(None, dict.fromkeys(table.values())):
            yield from check_value(document, mapping_set.target, field, code, here)


def _set_twice(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    first: dict[str, Loc] = {}
    for number, rule in enumerate(mapping_set.mapping.rules):
        for where, item in _located(rule.to, ("rules", number, "to")):
            if item in first:
                hint = f"it is set first in line {document.node(first[item]).line}"
                yield document.problem(where, "DEF-050", f"{item} is set twice", hint)
            first.setdefault(item, where)


def _ignored(document: Document, mapping_set: MappingSet) -> Iterator[Problem]:
    """Ignored fields are there, are ignored once, and are not read."""
    read = {name for rule in mapping_set.mapping.rules for name in rule.sources}
    fields = [field.name for field in mapping_set.source.record.fields]
    seen: set[str] = set()
    for number, entry in enumerate(mapping_set.mapping.ignore):
        where: Loc = ("ignore", number, "field")
        yield from check_name(document, fields, entry.field, where, "source field")
        if entry.field in read:
            yield document.problem(
                where, "DEF-050", f"{entry.field} is ignored, yet a rule reads it"
            )
        if entry.field in seen:
            yield document.problem(where, "DEF-022", f"{entry.field} is ignored twice")
        seen.add(entry.field)
