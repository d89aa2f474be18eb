"""The fields of a layout → the elements and attributes they are, and their names in a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from converters.columns import Bytes, Ints
from converters.kernels.elements import FIELD, IGNORED, NODE
from converters.model import Layout, XmlFraming

__all__ = [
    "INSTANCE",
    "Bindings",
    "Element",
    "Name",
    "around",
    "names",
    "resolved",
    "table",
    "tree",
]

INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
ALWAYS = ("nil", "noNamespaceSchemaLocation", "schemaLocation", "type")
"""Attributes of XML Schema that say nothing of their own: `nil` stands on blanks only."""

Name = tuple[str, str]
"""A namespace, empty for none, and a local name."""
Bindings = Mapping[str | None, str]
"""Prefix to namespace; None is the prefix of names that have none."""


@dataclass(slots=True)
class Element:
    """An element of a record: the field of its value (-1: it has none), its attributes, what stands
    in it.

    `written` is its name as the layout writes it. Never changed once the tree is made.
    """

    name: Name
    written: str
    place: int = -1
    attributes: dict[Name, tuple[str, int]] = field(default_factory=dict)
    children: dict[Name, Element] = field(default_factory=dict)


def resolved(step: str, framing: XmlFraming, attribute: bool = False) -> Name:
    """A name as a layout writes it → its namespace and local name."""
    prefix, _, local = step.rpartition(":")
    if not prefix and attribute:
        return "", local
    return framing.namespaces.get(prefix, ""), local


def around(framing: XmlFraming) -> tuple[Name, ...]:
    """The elements around all records, from the root."""
    return tuple(resolved(step, framing) for step in framing.steps[:-1])


def tree(layout: Layout) -> Element:
    """The record's element, with everything the layout knows in it."""
    framing = layout.framing.xml
    assert framing is not None, "paths need xml framing"
    root = Element(resolved(framing.steps[-1], framing), framing.steps[-1])
    for place, one in enumerate(layout.record.fields):
        here = root
        for step in (one.path or one.name).split("/"):
            if step.startswith("@"):
                here.attributes[resolved(step[1:], framing, True)] = step[1:], place
                break
            name = resolved(step, framing)
            here = here.children.setdefault(name, Element(name, step))
        else:
            here.place = place
    return root


def names(framing: XmlFraming) -> tuple[Bytes, Ints]:
    """Local names as the splitting kernel wants them: the record's, then those around it."""
    steps = [step.rpartition(":")[2].encode() for step in reversed(framing.steps)]
    return _pool(steps)


def table(root: Element, bindings: Bindings) -> tuple[Bytes, Ints]:
    """The tree as the kernel wants it (see `kernels.elements`), with the names of one file."""
    rows = list(_rows(root, -1, _Counter(), bindings))
    pool, bounds = _pool([row[-1] for row in rows])
    entries = [
        (node, attribute, what, to, at, len(name), own)
        for (node, attribute, what, to, own, name), at in zip(rows, bounds, strict=False)
    ]
    return pool, np.array(entries, np.int64)


def _pool(parts: list[bytes]) -> tuple[Bytes, Ints]:
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in parts])]).astype(np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), bounds


class _Counter:
    """Numbers elements as they come. It guards the last number."""

    def __init__(self) -> None:
        self._last = -1

    def next(self) -> int:
        self._last += 1
        return self._last


Row = tuple[int, int, int, int, int, bytes]


def _rows(element: Element, parent: int, numbers: _Counter, bindings: Bindings) -> Iterator[Row]:
    """An entry for each name an element may have, then those of what stands in it."""
    own = numbers.next()
    what = FIELD if element.place >= 0 else NODE
    for name in _spelled(element.name, bindings, False):
        yield parent, 0, what, element.place, own, name
    for known in ALWAYS:
        for name in _spelled((INSTANCE, known), bindings, True):
            yield own, 1, IGNORED, -1, -1, name
    for attribute, (_, place) in element.attributes.items():
        for name in _spelled(attribute, bindings, True):
            yield own, 1, FIELD, place, -1, name
    for child in element.children.values():
        yield from _rows(child, own, numbers, bindings)


def _spelled(name: Name, bindings: Bindings, attribute: bool) -> Iterator[bytes]:
    """Every way a name can be written where these prefixes hold."""
    space, local = name
    if not space:
        if attribute or not bindings.get(None):
            yield local.encode()
        return
    for prefix, bound in bindings.items():
        if bound == space and (prefix or not attribute):
            yield f"{prefix}:{local}".encode() if prefix else local.encode()
