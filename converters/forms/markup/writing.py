"""Columns of texts → the elements of records, as one column of texts."""

from __future__ import annotations

from typing import Final

import polars as pl

from converters.forms.markup.paths import Element

__all__ = ["FORBIDDEN", "escaped", "record"]

FORBIDDEN: Final = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
"""Characters that XML does not have, not even as references."""

TEXT: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
ATTRIBUTE: Final = TEXT | {'"': "&quot;", "\n": "&#10;", "\t": "&#9;"}
"""Characters that would not be read as they are."""

Parts = list[pl.Expr]


def record(root: Element, blank: str) -> pl.Expr:
    """One record as a text, from columns that are called by the numbers of their fields.

    `blank` says how a blank is written: empty, omit or nil.
    """
    return pl.concat_str([*_element(root, blank), pl.lit("\n")])


def escaped(value: bytes, attribute: bool) -> bytes:
    """A value as it is written in an element, or in an attribute with either quote."""
    marks = ATTRIBUTE | {"'": "&apos;"} if attribute else TEXT
    for sign, reference in marks.items():
        value = value.replace(sign.encode(), reference.encode())
    return value


def _element(element: Element, blank: str) -> Parts:
    """The parts of an element, to be put together."""
    name, attributes = element.written, _attributes(element, blank)
    if element.place < 0:
        inner = [part for child in element.children.values() for part in _element(child, blank)]
        return [pl.lit(f"<{name}"), *attributes, pl.lit(">"), *inner, pl.lit(f"</{name}>")]
    value = _column(element.place)
    parts = [pl.lit(f"<{name}"), *attributes, pl.lit(">"), _escaped(value, TEXT)]
    filled = pl.concat_str([*parts, pl.lit(f"</{name}>")])
    bare = _blank(name, attributes, blank)
    return [pl.when(value.is_null()).then(bare).otherwise(filled)]


def _blank(name: str, attributes: Parts, blank: str) -> pl.Expr:
    """An element without a value. Where it would be left out, its attributes keep it."""
    nil = ' xsi:nil="true"' if blank == "nil" else ""
    bare = pl.concat_str([pl.lit(f"<{name}"), *attributes, pl.lit(f"{nil}/>")])
    if blank != "omit":
        return bare
    if not attributes:
        return pl.lit("")
    none = pl.concat_str(attributes) == ""
    return pl.when(none).then(pl.lit("")).otherwise(bare)


def _attributes(element: Element, blank: str) -> Parts:
    """The attributes of an element; a blank one is written only where blanks are empty."""
    parts = []
    for name, place in element.attributes.values():
        value = _column(place)
        filled = pl.concat_str([pl.lit(f' {name}="'), _escaped(value, ATTRIBUTE), pl.lit('"')])
        bare = f' {name}=""' if blank == "empty" else ""
        parts.append(pl.when(value.is_null()).then(pl.lit(bare)).otherwise(filled))
    return parts


def _column(place: int) -> pl.Expr:
    return pl.col(str(place))


def _escaped(value: pl.Expr, marks: dict[str, str]) -> pl.Expr:
    return value.str.replace_many(list(marks), list(marks.values()))
