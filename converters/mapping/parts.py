"""Texts in parts: join and split are opposites, so are cut and putting the pieces together."""

from __future__ import annotations

import numpy as np

from converters.columns import Status, Text, Values
from converters.findings import ValueProblem
from converters.mapping import texts
from converters.mapping.pairs import TRUNCATED, Made, Pair, Step, Wiring, flagged
from converters.mapping.rename import reported
from converters.mapping.values import as_text, blank, from_text
from converters.model import Field

__all__ = ["cut", "join", "split", "substring"]


def split(wiring: Wiring) -> Pair:
    """One field in parts between separators; the last part takes the rest."""
    return Pair(*_splitting(wiring, wiring.sources[0], wiring.targets))


def join(wiring: Wiring) -> Pair:
    """Parts in one field, separators between; the opposite of `split`."""
    (target,) = wiring.targets
    if wiring.rule.by:
        apart, together = _splitting(wiring, target, wiring.sources)
        return Pair(together, apart)

    def apply(columns: list[Values]) -> Made:
        parts = _texts(columns, wiring.sources)
        return _made(wiring, texts.join(parts, "")[0], target, wiring.sources[0], columns[0])

    def inverse(columns: list[Values]) -> Made:
        """The whole value for the first part: where it ends is not known."""
        (values,) = columns
        whole = as_text(values, target)
        first, *others = wiring.sources
        made, problems = _made(wiring, whole, first, target, values)
        return made + [blank(field, len(values)) for field in others], problems

    return Pair(apply, inverse)


def _splitting(wiring: Wiring, whole: Field, parts: tuple[Field, ...]) -> tuple[Step, Step]:
    by = wiring.rule.by

    def apart(columns: list[Values]) -> Made:
        (values,) = columns
        found, flags = texts.split(as_text(values, whole), by, len(parts))
        made, problems = _made_all(wiring, found, parts, whole, values)
        return made, wiring.lost(flags, whole.name, values) + problems

    def together(columns: list[Values]) -> Made:
        joined, flags = texts.join(_texts(columns, parts), by)
        made, problems = _made(wiring, joined, whole, parts[0], columns[0])
        return made, _lost_parts(wiring, flags, parts, columns) + problems

    return apart, together


def cut(wiring: Wiring) -> Pair:
    """One field in pieces of fixed numbers of characters."""
    (source,), targets, chars = wiring.sources, wiring.targets, wiring.rule.chars

    def apply(columns: list[Values]) -> Made:
        (values,) = columns
        pieces, longer = texts.cut(as_text(values, source), chars)
        made, problems = _made_all(wiring, pieces, targets, source, values)
        return made, flagged(longer, source.name, values, TRUNCATED) + problems

    def inverse(columns: list[Values]) -> Made:
        whole, flags = texts.concat(_texts(columns, targets), chars)
        made, problems = _made(wiring, whole, source, targets[0], columns[0])
        return made, _lost_parts(wiring, flags, targets, columns) + problems

    return Pair(apply, inverse)


def substring(wiring: Wiring) -> Pair:
    """Some characters of a field, a declared loss; the way back has only them."""
    (source,), (target,) = wiring.sources, wiring.targets
    before = wiring.rule.at - 1
    chars = (before, *wiring.rule.chars)

    def apply(columns: list[Values]) -> Made:
        (values,) = columns
        (_, piece), _ = texts.cut(as_text(values, source), chars)
        return _made(wiring, piece, target, source, values)

    def inverse(columns: list[Values]) -> Made:
        (values,) = columns
        return _made(wiring, as_text(values, target), source, target, values)

    return Pair(apply, inverse)


def _texts(columns: list[Values], fields: tuple[Field, ...]) -> list[Text]:
    return [as_text(values, field) for values, field in zip(columns, fields, strict=True)]


def _made(wiring: Wiring, found: Text, field: Field, origin: Field, values: Values) -> Made:
    """A text as the values of a field; problems are told of the field it came from."""
    converted = from_text(found, field)
    return [converted.values], reported(wiring, converted, origin.name, values)


def _made_all(
    wiring: Wiring,
    found: list[Text],
    fields: tuple[Field, ...],
    origin: Field,
    values: Values,
) -> Made:
    made: list[Values] = []
    problems: list[ValueProblem] = []
    for one, field in zip(found, fields, strict=True):
        columns, further = _made(wiring, one, field, origin, values)
        made += columns
        problems += further
    return made, problems


def _lost_parts(
    wiring: Wiring, flags: Status, parts: tuple[Field, ...], columns: list[Values]
) -> list[ValueProblem]:
    """Flags of 1 + the number of a part, told of the field of that part."""
    if not flags.any():
        return []
    found: list[ValueProblem] = []
    for number in np.unique(flags[flags > 0]) - 1:
        rows = flags == number + 1
        found += wiring.lost(rows, parts[number].name, columns[number])
    return found
