"""What a field of host numbers may say: widths against digits, signs, floats, rules of signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from converters.errors import Problem, nearest
from converters.model import Field, Layout
from converters.spec.document import Document, Loc

__all__ = ["RULES", "SIGNS", "check_host", "check_rule", "wrong_sign"]

SIGNS: Final = {
    "binary": ("none", "signed"),
    "decimal": ("none", "minus", "leading", "trailing"),
    "integer": ("none", "minus", "leading", "trailing"),
    "packed": ("none", "signed"),
    "zoned": ("none", "leading", "trailing", "leading-separate", "trailing-separate"),
}
"""Kind of number → where its sign may stand."""

RULES: Final = ("fujitsu", "ibm", "ibm-i", "letters", "microfocus", "nec", "realia")
"""The rules of signs that have a name; a test compares them with what the kinds know."""
WRITTEN: Final = "[0-9A-F]:[0-9A-F]+:[0-9A-F]+"

BINARY: Final = (2, 4, 7, 9, 12, 14, 16, 18)
"""Digits that 1 to 8 bytes hold whatever they are."""
STYLES: Final = ("ieee", "ibm")
SMALL: Final = 18
"""Digits of a number scaled by P, the zeros counted in."""


def check_host(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    """Everything that is wrong with one field that is stored as a host stores it."""
    if not layout.framing.placed:
        hint = "kind: integer or decimal"
        message = f"{field.kind} is no text and cannot stand in a file of texts"
        yield document.problem((*loc, "kind"), "DEF-050", message, hint)
    if field.kind == "float":
        yield from _float(document, field, loc)
    if field.kind in ("binary", "flags") and (field.bytes or 1) > 8:
        message = f"{field.kind} has at most 8 bytes"
        yield document.problem((*loc, "bytes"), "DEF-002", message)
    if field.signs:
        yield from check_rule(document, field.signs, (*loc, "signs"))
    if field.is_number:
        if field.sign not in SIGNS[field.kind]:
            yield from wrong_sign(document, field, loc)
        else:
            yield from _width(document, field, loc)
        yield from _scale(document, field, loc)


def check_rule(document: Document, rule: str, loc: Loc) -> Iterator[Problem]:
    """A rule of signs is one that has a name, or is written out."""
    if rule not in RULES and not re.fullmatch(WRITTEN, rule):
        hint = nearest(rule, RULES) or "or nibbles as zone:plus:minus, such as F:CAEF:DB"
        yield document.problem(loc, "DEF-020", f'"{rule}" is no rule of signs', hint)


def wrong_sign(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    """A sign that numbers of this kind do not have."""
    known = SIGNS[field.kind]
    message = f"the sign of kind {field.kind} cannot be {field.sign}"
    yield document.problem((*loc, "sign"), "DEF-002", message, f"one of {', '.join(known)}")


def _width(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    """Digits take the bytes that COBOL gives them; a packed number always has a sign nibble."""
    digits, size = field.digits, field.bytes
    if digits is None or size is None:
        return
    if field.kind == "packed":
        due = digits // 2 + 1
    elif field.kind == "zoned":
        due = digits + field.sign.endswith("-separate")
    else:
        due = size if digits <= BINARY[min(size, 8) - 1] else size + 1
    if due != size:
        needed = f"{due} bytes" if field.kind != "binary" else "more bytes"
        message = f"{digits} digits need {needed} as {field.kind}, the field has {size}"
        yield document.problem((*loc, "digits"), "DEF-050", message)


def _scale(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    if field.scale >= 0:
        return
    digits = field.digits or field.bytes or 1
    if field.digits is None and field.kind != "zoned":
        message = "a number scaled by P must say how many digits it has"
        yield document.problem((*loc, "scale"), "DEF-002", message, "`digits`")
    elif digits - field.scale > SMALL:
        message = f"{digits} digits and {-field.scale} zeros are more than {SMALL}"
        yield document.problem((*loc, "scale"), "DEF-050", message)


def _float(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    if field.bytes not in (4, 8):
        message = f"a float has 4 bytes (COMP-1) or 8 (COMP-2), not {field.bytes}"
        yield document.problem((*loc, "bytes"), "DEF-002", message)
    if field.style not in ("", *STYLES):
        message = f'"{field.style}" is no style of kind float'
        yield document.problem((*loc, "style"), "DEF-002", message, nearest(field.style, STYLES))
