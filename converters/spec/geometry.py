"""Where the fields of a fixed record lie: gaps, overlaps, and the length of the whole."""

from __future__ import annotations

from collections.abc import Iterator

from converters.errors import Problem
from converters.model import Layout, View, choices
from converters.spec.document import Document, Loc

__all__ = ["check_geometry"]

FIELDS: Loc = ("records", 0, "fields")


def check_geometry(document: Document, layout: Layout) -> Iterator[Problem]:
    """Positions against widths; nothing is said behind a field whose width is in doubt."""
    if layout.framing.length is None or document.node(FIELDS).doubtful:
        return
    end: int | None = 0
    before = ""
    heads = {view.first: view for choice in choices(layout.record) for view in choice}
    for place, field in enumerate(layout.record.fields):
        view = heads.get(place)
        if field.redefines is not None and field.redefines not in layout.record.index:
            return
        if view and view.first != view.base:
            if size := _differs(layout, view, end):
                yield _unequal(document, view, size)
                return
            end, before = layout.record.offsets[view.base], ""
        if field.at is not None and end is not None and field.at != end + 1:
            yield _misplaced(document, place, field.at - (end + 1), (end, before))
        start = field.at - 1 if field.at is not None else end
        is_known = field.bytes is not None and not _in_doubt(document, place)
        end = start + (field.bytes or 0) if start is not None and is_known else None
        before = field.name
    yield from _length_field(document, layout)
    length = layout.framing.length
    form = "variable" if layout.framing.variable else "fixed"
    where: Loc = ("framing", form, "length")
    if end is not None and end != length and not document.node(where[:-1]).doubtful:
        message = f"the fields end at byte {end}, the record at {length}"
        yield document.problem(where, "DEF-012", message, _difference(length - end))


def _differs(layout: Layout, view: View, end: int | None) -> tuple[int, int] | None:
    """The width of a reading and of the one before it, which ends at `end`, if they differ."""
    record = layout.record
    size = sum(field.bytes or 0 for field in record.fields[view.first : view.stop])
    due = end - record.offsets[view.base] if end is not None else size
    return (size, due) if size != due else None


def _unequal(document: Document, view: View, sizes: tuple[int, int]) -> Problem:
    """A reading is as wide as the one that it redefines."""
    message = f"this reading has {_bytes(sizes[0])}, the one before it {_bytes(sizes[1])}"
    hint = "a filler at the end makes the shorter one as wide"
    return document.problem((*FIELDS, view.first), "DEF-012", message, hint)


def _length_field(document: Document, layout: Layout) -> Iterator[Problem]:
    """The length of a record stands in a filler, or a field, that is as wide as it."""
    size = layout.framing.variable and layout.framing.variable.size
    if not size:
        return
    fields = zip(layout.record.offsets, layout.record.fields, strict=True)
    if (size.at, size.bytes) not in [(at + 1, field.bytes) for at, field in fields]:
        message = f"there is no filler or field of {_bytes(size.bytes)} at byte {size.at}"
        hint = f"such as {{at: {size.at}, filler: {size.bytes}}}"
        yield document.problem(("framing", "variable", "size"), "DEF-020", message, hint)


def _misplaced(document: Document, place: int, distance: int, last: tuple[int, str]) -> Problem:
    """The field begins `distance` bytes after the last one's end (below 0: before it)."""
    end, before = last
    after = f"{before} ends at byte {end}" if before else "the record begins at byte 1"
    if distance < 0:
        message = f"an overlap of {_bytes(-distance)}: {after}"
        return document.problem((*FIELDS, place, "at"), "DEF-010", message, f"at: {end + 1}")
    hint = f"at: {end + 1}, or {{filler: {distance}}} before it"
    message = f"a gap of {_bytes(distance)}: {after}"
    return document.problem((*FIELDS, place, "at"), "DEF-011", message, hint)


def _in_doubt(document: Document, place: int) -> bool:
    """Was a part of the field taken out, and is its width no longer given?"""
    node = document.node((*FIELDS, place))
    keys = node.value if isinstance(node.value, dict) else {}
    return node.doubtful and not {"bytes", "filler"} & set(keys)


def _difference(missing: int) -> str:
    if missing > 0:
        return f"{_bytes(missing)} missing, such as {{filler: {missing}}} at the end"
    return f"{_bytes(-missing)} too many"


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{count} bytes"
