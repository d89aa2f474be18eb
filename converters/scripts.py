"""A layout and a field → the charset the field is written in, and a line that says how."""

from __future__ import annotations

from converters.charset import Charset, Policy, load
from converters.definition import Characters
from converters.model import Field, Layout

__all__ = ["described", "of"]

AS_NAMED = Characters()
"""Every decision left to the charset."""


def of(layout: Layout, field: Field | None = None) -> Charset:
    """The charset of a field, or of the file where none is given; KeyError for an unknown name."""
    chosen = layout.characters or AS_NAMED
    name = (field.charset if field is not None else None) or layout.charset
    decided = Policy(**{key: value or "" for key, value in chosen if key != "table"})
    return load(name, decided, chosen.table)


def described(layout: Layout) -> str:
    """The charset of a file and every decision about characters that its layout makes."""
    made = [f"{key}: {value}" for key, value in layout.characters or () if value]
    return f"{layout.charset} ({', '.join(made)})" if made else layout.charset
