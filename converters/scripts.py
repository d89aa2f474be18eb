"""A layout and a field → the charset the field is written in, and a line that says how."""

from __future__ import annotations

from dataclasses import fields

from converters.charset import Charset, Policy, load, opening
from converters.definition import Characters
from converters.model import Field, Layout

__all__ = ["described", "of", "opened"]

AS_NAMED = Characters()
"""Every decision left to the charset."""
IN_DOUBLE = ("absent", "implied")
"""Shift rules under which full-width text begins in double-byte state."""
DECIDED = tuple(field.name for field in fields(Policy))


def of(layout: Layout, field: Field | None = None) -> Charset:
    """The charset of a field, or of the file where none is given; KeyError for an unknown name."""
    chosen = layout.characters or AS_NAMED
    name = (field.charset if field is not None else None) or layout.charset
    decided = Policy(**{key: getattr(chosen, key) or "" for key in DECIDED})
    return load(name, decided, chosen.table, chosen.entries)


def opened(field: Field, charset: Charset) -> bytes:
    """The shift code that is left out in front of a field's text."""
    return opening(charset) if field.kind == "wide" and field.shifts in IN_DOUBLE else b""


def described(layout: Layout) -> str:
    """The charset of a file and every decision about characters that its layout makes."""
    chosen = layout.characters or AS_NAMED
    values = {key: getattr(chosen, key) for key in type(chosen).model_fields}
    values["gaiji"] = len(values["gaiji"])
    values["shrink"] = chosen.shrink and (", ".join(chosen.shrink.rules) or "own pairs")
    made = [f"{key}: {value}" for key, value in values.items() if value]
    return f"{layout.charset} ({', '.join(made)})" if made else layout.charset
