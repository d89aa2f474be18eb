"""What a layout of XML records says of names and paths: can they be, and do they agree?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from converters.charset import NAMES
from converters.errors import Problem, nearest
from converters.model import Layout, XmlFraming
from converters.spec.document import Document, Loc

__all__ = ["check_markup"]

FRAMING: Loc = ("framing", "xml")
FIELDS: Loc = ("records", 0, "fields")
DEEPEST: Final = 32
"""Elements that a path may lead through."""

FIRST: Final = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
NAME: Final = re.compile(f"[{FIRST}][-.0-9{FIRST}\xb7\u0300-\u036f\u203f\u2040]*")
"""A name without a colon, after Namespaces in XML 1.0."""


def check_markup(document: Document, layout: Layout) -> Iterator[Problem]:
    """Everything that is wrong with names and paths; nothing where the records are no XML."""
    framing = layout.framing.xml
    if framing is None:
        return
    if NAMES.get(layout.charset.lower()) != "utf-8" and layout.charset.lower() in NAMES:
        message = f"XML records are UTF-8, not {layout.charset}"
        yield document.problem(("charset",), "DEF-050", message, "charset: utf-8")
    for prefix, space in framing.namespaces.items():
        if (prefix and not NAME.fullmatch(prefix)) or prefix in ("xml", "xmlns"):
            where = (*FRAMING, "namespaces", prefix)
            yield document.problem(where, "DEF-002", f'"{prefix}" is no prefix of {space}')
    yield from _record(document, framing)
    if not document.node(FIELDS).doubtful:
        yield from _paths(document, layout, framing)


def _record(document: Document, framing: XmlFraming) -> Iterator[Problem]:
    """The path of the record: at least one element around it, which is called otherwise."""
    where = (*FRAMING, "record")
    for step in framing.steps:
        yield from _step(document, framing, step, where)
    if len(framing.steps) < 2:
        hint = "such as record: people/person"
        yield document.problem(where, "DEF-002", "there is no element around the records", hint)
    *around, own = (step.rpartition(":")[2] for step in framing.steps)
    if own in around:
        message = f"{own} is the record and stands around it"
        yield document.problem(where, "DEF-050", message)


def _paths(document: Document, layout: Layout, framing: XmlFraming) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    own = framing.steps[-1].rpartition(":")[2]
    for place, field in enumerate(layout.record.fields):
        loc: Loc = (*FIELDS, place)
        if field.is_filler:
            yield document.problem(loc, "DEF-050", "a filler has no place in an XML record")
            continue
        where = (*loc, "path") if field.path else (*loc, "name")
        path = field.path or field.name
        yield from _path(document, framing, path, where)
        if own in (step.rpartition(":")[2] for step in path.split("/")):
            message = f"{own} is the record and stands in it"
            yield document.problem(where, "DEF-050", message)
        if path in seen:
            hint = f"it stands first in line {document.node((*FIELDS, seen[path])).line}"
            yield document.problem(where, "DEF-022", f"the path {path} stands twice", hint)
        seen.setdefault(path, place)
    for path, place in seen.items():
        below = [other for other in seen if other.startswith(f"{path}/")]
        inner = [other for other in below if not other.startswith(f"{path}/@")]
        if inner:
            message = f"{path} holds a value and {inner[0]}"
            yield document.problem((*FIELDS, place), "DEF-050", message)


def _path(document: Document, framing: XmlFraming, path: str, where: Loc) -> Iterator[Problem]:
    """A path of elements, of which the last may be an attribute."""
    *elements, last = path.split("/")
    for step in (*elements, last.removeprefix("@")):
        yield from _step(document, framing, step, where)
    if len(elements) >= DEEPEST:
        yield document.problem(where, "DEF-002", f"the path has more than {DEEPEST} steps")


def _step(document: Document, framing: XmlFraming, step: str, where: Loc) -> Iterator[Problem]:
    prefix, _, local = step.rpartition(":")
    if not NAME.fullmatch(local):
        hint = "give its `path`" if where[-1] == "name" else "names, with / between them"
        yield document.problem(where, "DEF-002", f'"{step}" is no name of an element', hint)
    elif prefix and prefix not in framing.namespaces:
        message = f"there is no namespace {prefix}"
        yield document.problem(where, "DEF-020", message, nearest(prefix, framing.namespaces))
