"""What a file set says of its members: names, fields, and checks that can be made."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from converters.errors import Problem
from converters.model import Between, FileSet, Layout, Portion
from converters.spec.document import Document, Loc
from converters.spec.references import check_condition, check_name, check_overrides, item_names

__all__ = ["check_set"]

NAME = re.compile(r"\w[\w-]*")
"""A member gives its name to the folder of its run."""
RESULT = "set"
"""The folder of what is said about the files together."""


def check_set(
    document: Document, known: FileSet, layouts: Mapping[str, Layout]
) -> Iterator[Problem]:
    """`layouts` has those members whose layout could be loaded; the others are told already."""
    names = [member.name for member in known.files]
    for number, name in enumerate(names):
        if name in names[:number]:
            message = f"there are two members {name}"
            yield document.problem(("files", number, "name"), "DEF-022", message)
        if name == RESULT or not NAME.fullmatch(name):
            message = f'"{name}" cannot be the name of a folder of its own'
            yield document.problem(("files", number, "name"), "DEF-002", message)
    for number, check in enumerate(known.checks):
        loc: Loc = ("checks", number, check.question)
        for at, part in enumerate(check.parts):
            place = (*loc, at)
            yield from check_name(document, names, part.file, (*place, "file"), "member")
            layout, found = _layout(document, part, layouts, place)
            yield from found
            if layout is None:
                continue
            for field, name in enumerate(part.fields):
                yield from check_name(document, item_names(layout), name, (*place, "fields", field))
            if part.when is not None:
                yield from check_condition(document, layout, part.when, (*place, "when"))
        yield from _comparable(document, check, loc)
        yield from _summable(document, check, layouts, loc)
    parts = [part for layout in layouts.values() for part in layout.parts]
    fields = [name for part in parts for name in item_names(part)]
    yield from check_overrides(document, fields, known.severities)


def _layout(
    document: Document, part: Portion, layouts: Mapping[str, Layout], loc: Loc
) -> tuple[Layout | None, list[Problem]]:
    """The layout that the fields of a portion stand in; none where its member has none."""
    known = layouts.get(part.file)
    if known is None or (known.is_mixed and not part.fields):
        return None, []
    layout = part.layout(known)
    if layout is not None:
        return layout, []
    names = ", ".join(record.name for record in known.records)
    message = "the layout has one type of record" if not known.is_mixed else f"one of {names}"
    where = (*loc, "record") if part.record is not None else loc
    return None, [document.problem(where, "DEF-020", f"record: {message}")]


def _comparable(document: Document, check: Between, loc: Loc) -> Iterator[Problem]:
    """All parts have as many fields, and a key has some."""
    widths = {len(part.fields) for part in check.parts}
    if len(widths) > 1:
        yield document.problem(loc, "DEF-050", "the parts have different numbers of fields")
    elif check.question != "total" and widths == {0}:
        yield document.problem(loc, "DEF-003", f"{check.question} needs the fields of a key")
    elif check.question == "total" and max(widths) > 1:
        yield document.problem(loc, "DEF-050", "a total is that of one field")
    for at, part in enumerate(check.parts):
        for key in ("when", "record"):
            if getattr(part, key) is not None and not part.fields:
                message = f"`{key}` needs a field that is added up"
                yield document.key_problem((*loc, at, key), "DEF-003", message)


def _summable(
    document: Document, check: Between, layouts: Mapping[str, Layout], loc: Loc
) -> Iterator[Problem]:
    """A total is that of numbers."""
    for at, part in enumerate(check.parts if check.total is not None else ()):
        known = layouts.get(part.file)
        layout = part.layout(known) if known is not None else None
        for place, name in enumerate(part.fields if layout is not None else ()):
            assert layout is not None
            if name in item_names(layout) and not layout.record.field(name).is_number:
                message = f"{name} is a {layout.record.field(name).kind}; a number is needed"
                yield document.problem((*loc, at, "fields", place), "DEF-050", message)
