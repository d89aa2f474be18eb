"""Openings, records and endings of an XML file → are they well-formed, and what holds there.

The parser is libxml2 with everything off that reaches beyond the bytes it is given: entities are
not replaced, no document type is read, no file or network is touched, depth and sizes keep its
bounds. What it is given is at most one chunk of records.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from lxml import etree

from converters.forms.markup.paths import Bindings, Name

__all__ = ["Opening", "bindings", "ending", "opening", "records", "start_tags", "whole"]

SAFE: Final[dict[str, Any]] = {
    "dtd_validation": False,
    "huge_tree": False,
    "load_dtd": False,
    "no_network": True,
    "remove_comments": True,
    "remove_pis": True,
    "resolve_entities": False,
}
ENCODINGS: Final = {"ASCII", "US-ASCII", "UTF-8"}
"""What a declaration may say of a file that is UTF-8."""

DECLARATION: Final = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([-.\w]+)["']""", re.ASCII)
TAG: Final = re.compile(rb"""<([^\s>]+)(?:"[^"]*"|'[^']*'|[^>"'])*>""")


@dataclass(frozen=True, slots=True)
class Opening:
    """What stands before the first record: the start tags that are open there, and what is to be
    said of it, as codes with details."""

    tags: bytes
    problems: tuple[tuple[str, str], ...]


def opening(data: bytes, due: Sequence[Name]) -> Opening:
    """The bytes before the first record, where the elements `due` have to be open."""
    parser = etree.XMLPullParser(events=("start", "end"), **SAFE)
    problems: list[tuple[str, str]] = []
    try:
        # The parser waits for what comes behind a tag before it tells of it.
        parser.feed(data + b"<_/>")
    except etree.XMLSyntaxError as fault:
        problems.append(("SRC-019", _detail(fault)))
    open_: list[Any] = []
    closed = 0
    for event, element in parser.read_events():
        if event == "start":
            open_.append(element)
        else:
            open_.pop()
            closed += _shown(element.tag) != "_"
    if open_ and _shown(open_[-1].tag) == "_":
        open_.pop()
    if open_:
        problems += _declared(data, open_[0])
    if not problems and tuple(_name(one.tag) for one in open_) != tuple(due):
        problems.append(("SRC-020", "/".join(_shown(one.tag) for one in open_)))
    if closed:
        problems.append(("SRC-021", ""))
    return Opening(_start_tags(open_), tuple(problems))


def whole(data: bytes, due: Sequence[Name]) -> tuple[tuple[str, str], ...]:
    """What is to be said of a file in which no record was found."""
    try:
        root = etree.fromstring(data, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as fault:
        return (("SRC-019", _detail(fault)),)
    problems = _declared(data, root)
    if due and _name(root.tag) != due[0]:
        problems.append(("SRC-020", _shown(root.tag)))
    return tuple(problems)


def bindings(tags: bytes) -> Bindings:
    """The namespaces that hold inside of some start tags."""
    found: Bindings = _innermost(
        etree.fromstring(_closed(tags, b""), etree.XMLParser(**SAFE))
    ).nsmap
    return found


def records(tags: bytes, parts: Sequence[bytes]) -> dict[int, str]:
    """Which of some elements are not well-formed where these tags are open, and why.

    All are read at once; where that fails, each by itself, so that it does not matter which ones
    come together.
    """
    if _count(tags, b"".join(parts)) == len(parts):
        return {}
    found = {}
    for number, part in enumerate(parts):
        try:
            etree.fromstring(_closed(tags + b"\n", part), etree.XMLParser(**SAFE))
        except etree.XMLSyntaxError as fault:
            found[number] = _detail(fault, 1)
    return found


def ending(tags: bytes, tail: bytes) -> tuple[str, bytes]:
    """What is wrong with the end of a file, and what closes the tags."""
    try:
        etree.fromstring(tags + tail, etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError as fault:
        return _detail(fault), _closed(tags, b"")[len(tags) :]
    return "", tail


def start_tags(steps: Sequence[str], spaces: Mapping[str, str]) -> bytes:
    """Start tags of our own, the first with these namespaces."""
    first, *others = steps
    return "".join([_tag(first, spaces), *(f"<{step}>" for step in others)]).encode()


def _tag(name: str, spaces: Mapping[str, str]) -> str:
    declared = (
        f" xmlns:{prefix}={quoteattr(space)}" if prefix else f" xmlns={quoteattr(space)}"
        for prefix, space in spaces.items()
    )
    return f"<{name}{''.join(declared)}>"


def _start_tags(elements: Sequence[Any]) -> bytes:
    """The start tags of some elements that stand in each other, with their namespaces only."""
    found = ""
    known: dict[str, str] = {}
    for one in elements:
        spaces = {prefix or "": space for prefix, space in one.nsmap.items()}
        local = etree.QName(one).localname
        fresh = {p: space for p, space in spaces.items() if known.get(p) != space}
        gone = {"": ""} if known.get("") and "" not in spaces else {}
        found += _tag(f"{one.prefix}:{local}" if one.prefix else local, fresh | gone)
        known = spaces
    return found.encode()


def _closed(tags: bytes, body: bytes) -> bytes:
    """A document of some start tags, a body, and the end tags."""
    ends = [b"</" + name + b">" for name in reversed(TAG.findall(tags))]
    return b"".join([tags, body, *ends])


def _innermost(root: Any) -> Any:
    while len(root):
        root = root[0]
    return root


def _declared(data: bytes, root: Any) -> list[tuple[str, str]]:
    """What is to be said of the declarations at the top of a file."""
    found = [("SRC-018", "")] if root.getroottree().docinfo.doctype else []
    declared = DECLARATION.match(data)
    encoding = declared[1].decode() if declared else "UTF-8"
    return found + ([("SRC-017", encoding)] if encoding.upper() not in ENCODINGS else [])


def _name(tag: str) -> Name:
    name = etree.QName(tag)
    return name.namespace or "", name.localname


def _shown(tag: str) -> str:
    return str(etree.QName(tag).localname)


def _detail(fault: Any, above: int = 0) -> str:
    """Line, column and sort of a fault, in a text that begins `above` lines further down."""
    line, column = fault.position
    sort = fault.error_log.last_error.type_name if len(fault.error_log) else ""
    return f"{line - above}:{column} {sort}".strip()


def _count(tags: bytes, body: bytes) -> int:
    """The elements in a body; -1 where it is not well-formed."""
    try:
        root = etree.fromstring(_closed(tags, body), etree.XMLParser(**SAFE))
    except etree.XMLSyntaxError:
        return -1
    for _ in range(len(TAG.findall(tags)) - 1):
        root = root[0]
    return len(root)
