"""The rules of a mapping, seen by the accountant: which fields go into which, and how alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from converters.model import Layout, MappingSet, Rule

__all__ = ["Pair", "pairs", "unread"]

Translate = Callable[[str], str | None]
"""A category before → the category after, None where the rule lets no such record pass."""


TEXTS = frozenset({"code", "digits", "kana", "mixed", "narrow", "wide"})


@dataclass(frozen=True, slots=True)
class Pair:
    """One rule in the direction of the run: `sources` become `targets`.

    `same_number`: sums must agree. `same_key`: key totals must agree. `translate` gives the
    categories that must come out; None where nothing can be said.
    """

    operation: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    same_number: bool = False
    same_key: bool = False
    translate: Translate | None = None

    @property
    def is_renaming(self) -> bool:
        return self.operation == "from"


def pairs(definitions: MappingSet, back: bool) -> tuple[Pair, ...]:
    """The rules as pairs, in file order; `back` swaps their sides."""
    return tuple(_pair(definitions, rule, back) for rule in definitions.mapping.rules)


def _pair(definitions: MappingSet, rule: Rule, back: bool) -> Pair:
    operation = "from" if rule.operation == "source" else rule.operation
    pair = Pair(operation, rule.sources, rule.targets)
    if rule.operation == "source" and rule.default is None:
        kinds = _kinds(definitions, rule)
        exact = not rule.codes and rule.width is None
        pair = replace(
            pair,
            same_number=exact,
            same_key=exact and _same_key(kinds, rule),
            translate=_translation(definitions, rule, back) if _same_text(kinds) else None,
        )
    return replace(pair, sources=pair.targets, targets=pair.sources) if back else pair


def _kinds(definitions: MappingSet, rule: Rule) -> tuple[str, str]:
    source, target = definitions.source.record, definitions.target.record
    return source.field(rule.sources[0]).kind, target.field(rule.targets[0]).kind


def _same_text(kinds: tuple[str, str]) -> bool:
    """Whether equal values of two kinds are equal as the text that categories are."""
    return set(kinds) <= TEXTS or kinds in (("boolean", "boolean"), ("integer", "integer"))


def _same_key(kinds: tuple[str, str], rule: Rule) -> bool:
    """Key totals of digits bear zeros on the left; those of other texts do not."""
    if "digits" in kinds:
        return kinds[0] == kinds[1]
    return _same_text(kinds) and rule.pad is None


def _translation(definitions: MappingSet, rule: Rule, back: bool) -> Translate | None:
    if not rule.codes:
        return None if rule.width is not None or rule.pad is not None else lambda value: value
    if back:
        return None
    table = definitions.mapping.code_table(rule.codes)
    if rule.unmapped == "keep":
        return lambda value: table.get(value, value)
    other = None if rule.unmapped == "error" else rule.unmapped
    return lambda value: table.get(value, other)


def unread(definitions: MappingSet, back: bool) -> dict[str, str]:
    """The fields that no rule reads in this direction, with the reason where one is given."""
    mapping = definitions.mapping
    layout: Layout = definitions.target if back else definitions.source
    known = {name for rule in mapping.rules for name in (rule.targets if back else rule.sources)}
    known |= set() if back else {rule.drop.field for rule in mapping.filter}
    reasons = {} if back else {ignored.field: ignored.because for ignored in mapping.ignore}
    return {
        field.name: reasons.get(field.name, "")
        for field in layout.record.fields
        if not field.is_filler and field.name not in known
    }
