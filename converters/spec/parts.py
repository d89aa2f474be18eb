"""A definition of several types of records → one definition for each, as if it stood alone.

The nodes keep their lines and columns, so that what is wrong with a part is told where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from converters.model import Layout
from converters.spec.document import Document, Node

__all__ = ["layout_parts", "mapping_part"]


def layout_parts(document: Document, layout: Layout) -> list[tuple[Document, Layout]]:
    """Each type of record by itself: its document and its layout."""
    if not layout.is_mixed:
        return [(document, layout)]
    found = []
    for place, part in enumerate(layout.parts):
        name = part.record.name
        one = _with(document, "records", lambda at, _, place=place: at == place)  # type: ignore[misc]
        part = part.model_copy(update={"severities": ()})  # they name fields of all types
        own = _with(one, "checks", lambda _, node, name=name: _text(node, "record") == name)  # type: ignore[misc]
        found.append((own, part))
    return found


def mapping_part(document: Document, place: int) -> Document:
    """The document of a mapping as it would be with only the rules of one pair of records."""
    root = document.root
    part = document.node(("records", place))
    assert isinstance(root.value, dict) and isinstance(part.value, dict)
    values = {key: node for key, node in root.value.items() if key != "records"} | part.value
    return replace(document, root=replace(root, value=values, keys=root.keys | part.keys))


def _with(document: Document, key: str, keeps: Callable[[int, Node], bool]) -> Document:
    """The document with those items of a list that are kept."""
    root = document.root
    assert isinstance(root.value, dict)
    listed = root.value.get(key)
    if listed is None or not isinstance(listed.value, tuple):
        return document
    kept = tuple(node for at, node in enumerate(listed.value) if keeps(at, node))
    values = root.value | {key: replace(listed, value=kept)}
    return replace(document, root=replace(root, value=values))


def _text(node: Node, key: str) -> str:
    below = node.value.get(key) if isinstance(node.value, dict) else None
    return below.value if below is not None and isinstance(below.value, str) else ""
