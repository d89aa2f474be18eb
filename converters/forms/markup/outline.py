"""The beginning of an XML file → the path of what repeats in it, and the paths of its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from lxml import etree

from converters.forms.markup.judge import SAFE

__all__ = ["Outline", "outline"]

DEEPEST = 8
"""Elements around a record that are looked through."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What an XML file seems to hold: `record` is the path of its records, of which `records` are
    in the sample, `namespaces` those of the prefixes used, `values` the path of each value with
    the values it has."""

    record: str
    records: int
    namespaces: dict[str, str]
    values: dict[str, tuple[str, ...]]


def outline(sample: bytes) -> Outline | None:
    """The records of the sample: the children of the first element that has several of one name,
    as far as it is well-formed. None where it is no XML, or nothing repeats."""
    if not sample.lstrip().startswith(b"<"):
        return None
    parser = etree.XMLPullParser(events=("start",), **SAFE)
    with suppress(etree.XMLSyntaxError):
        parser.feed(sample)
    root = next((element for _, element in parser.read_events()), None)
    if root is None:
        return None
    spaces = _Spaces()
    steps, here = [spaces.named(root)], root
    for _ in range(DEEPEST):
        counts = Counter(child.tag for child in here)
        tag, count = counts.most_common(1)[0] if counts else ("", 0)
        if count > 1:
            return _found(spaces, steps, [child for child in here if child.tag == tag])
        if count == 0:
            return None
        here = max(here, key=len)
        steps.append(spaces.named(here))
    return None


def _found(spaces: _Spaces, steps: list[str], records: list[Any]) -> Outline | None:
    # The sample may end inside of the last one.
    records = records[:-1] if len(records) > 1 else records
    values: dict[str, list[str]] = {}
    for record in records:
        for path, text in _values(spaces, record, ""):
            values.setdefault(path, []).append(text)
    own = spaces.named(records[0])
    if not values or own.rpartition(":")[2] in (step.rpartition(":")[2] for step in steps):
        return None
    known = {path: tuple(texts) for path, texts in values.items()}
    return Outline("/".join([*steps, own]), len(records), spaces.prefixes, known)


def _values(spaces: _Spaces, element: Any, above: str) -> Iterator[tuple[str, str]]:
    """Paths and values of what stands in an element."""
    for name, text in element.items():
        if not name.startswith("{"):
            yield f"{above}@{name}", text
    for child in element:
        path = above + spaces.named(child)
        yield from _values(spaces, child, f"{path}/")
        if not len(child):
            yield path, child.text or ""


class _Spaces:
    """Gives every namespace a prefix. It guards those given so far."""

    def __init__(self) -> None:
        self.prefixes: dict[str, str] = {}

    def named(self, element: Any) -> str:
        """The name of an element with its prefix."""
        name = etree.QName(element)
        if not name.namespace:
            return str(name.localname)
        known = {space: prefix for prefix, space in self.prefixes.items()}
        prefix = known.get(name.namespace) or f"n{len(known) + 1}"
        self.prefixes[prefix] = name.namespace
        return f"{prefix}:{name.localname}"
