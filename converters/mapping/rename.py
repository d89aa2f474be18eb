"""`from` and its modifiers: code table, width, zero fill and default, in this order.

Each modifier is a pair of changes to a text column, and the way back undoes them in reverse.
Without modifiers a rename costs nothing: the target gets the source's own column.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from converters.columns import Status, Text, Values, are_blank, blanks
from converters.comparing import choose, constant, differ
from converters.findings import ValueProblem
from converters.mapping import texts
from converters.mapping.codes import code_changes
from converters.mapping.pairs import (
    AMBIGUOUS,
    DEFAULT_USED,
    FAILED,
    LOSSY,
    Made,
    Mask,
    Pair,
    Wiring,
    flagged,
)
from converters.mapping.values import Converted, as_text, convert, from_text
from converters.model import Field

__all__ = ["rename", "reported"]

Change = Callable[[Text], tuple[Text, list[tuple[Mask, str]]]]
"""A text column → another, and the rows with the code of what happened to them."""
Changes = tuple[Change, Change]
Options = TypeVar("Options")
KERNELS = {"full": (texts.widen, texts.narrow), "half": (texts.narrow, texts.widen)}


def rename(wiring: Wiring) -> Pair:
    """The pair of a `from` rule."""
    (source,), (target,) = wiring.sources, wiring.targets
    changes = _changes(wiring)
    forward = [there for there, _ in changes]
    backward = [back for _, back in reversed(changes)]
    return Pair(
        partial(_run, wiring, forward, (source, target)),
        partial(_run, wiring, backward, (target, source)),
    )


def _run(
    wiring: Wiring, changes: list[Change], ends: tuple[Field, Field], columns: list[Values]
) -> Made:
    """The column of the one field, changed step by step, as a column of the other."""
    (values,), (here, there) = columns, ends
    if not changes:
        converted = convert(values, here, there)
        return [converted.values], reported(wiring, converted, here.name, values)
    problems: list[ValueProblem] = []
    changed = as_text(values, here)
    for change in changes:
        changed, notes = change(changed)
        for rows, code in notes:
            report = wiring.lost if code in (LOSSY, AMBIGUOUS) else flagged
            problems += report(rows, here.name, values, code)
    converted = from_text(changed, there)
    return [converted.values], problems + reported(wiring, converted, here.name, values)


def reported(
    wiring: Wiring, converted: Converted, field: str, values: Values
) -> list[ValueProblem]:
    """What a conversion between kinds has to say about the values it was given."""
    failed = flagged(converted.failed, field, values, FAILED)
    return failed + wiring.lost(converted.changed, field, values)


def _changes(wiring: Wiring) -> list[Changes]:
    rule = wiring.rule
    found: list[Changes] = []
    if rule.codes:
        found.append(code_changes(wiring.mapping.code_table(rule.codes), rule.unmapped))
    if rule.width is not None:
        scope = (rule.scope in ("kana", "all"), rule.scope in ("alnum", "all"))
        there, back = KERNELS[rule.width]
        found.append((partial(_noted, there, scope), partial(_noted, back, scope)))
    if rule.pad is not None:
        sizes = (rule.pad, wiring.floor)
        found.append((partial(_noted, texts.pad, sizes), partial(_noted, texts.unpad, sizes)))
    if rule.default is not None:
        found.append(_default(wiring, rule.default))
    return found


def _noted(
    kernel: Callable[[Text, Options], tuple[Text, Status]],
    options: Options,
    values: Text,
) -> tuple[Text, list[tuple[Mask, str]]]:
    """A change by a kernel that flags what its opposite would not bring back."""
    changed, flags = kernel(values, options)
    return changed, [(flags, LOSSY)]


def _default(wiring: Wiring, value: str) -> Changes:
    """The default for blanks. It stays on the way back, unless the code table cannot take it."""
    rule = wiring.rule
    known = not rule.codes or value in wiring.mapping.code_table(rule.codes).values()
    filling, nothing = constant(value), constant("")

    def there(values: Text) -> tuple[Text, list[tuple[Mask, str]]]:
        if not blanks(values):
            return values, []
        blank = are_blank(values)
        return choose(blank, filling, values), [(blank, DEFAULT_USED)]

    def back(values: Text) -> tuple[Text, list[tuple[Mask, str]]]:
        if known:
            return values, []
        return choose(differ(values, filling), values, nothing), []

    return there, back
