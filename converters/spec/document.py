"""YAML text → a tree of nodes that know where they stand: the only code that knows yaml.

Every scalar stays the text it is: `012`, `no` and `12:30` are what they look like. The tree is
built from events, because a composer recurses and follows aliases without a limit; nesting, size
and the growth through aliases are bounded here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import yaml

from converters.errors import DefinitionError, EnvironmentFailure, Problem

__all__ = ["Document", "Loc", "Node", "plain", "read", "shown_path", "text_of", "without"]

Loc = tuple[int | str, ...]
"""The way from the top of a file to a value: keys and 0-based positions."""

DEEPEST: Final = 40
LARGEST: Final = 100_000
"""Values in one file, counted as often as aliases repeat them."""
LONGEST: Final = 16 << 20
"""Bytes in one definition file or code table."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it begins, 1-based.

    `keys` tells where each key stands, `twice` which keys came again, and `doubtful` that a part
    was taken out because it could not be used.
    """

    line: int
    column: int
    value: str | tuple[Node, ...] | dict[str, Node]
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    twice: tuple[tuple[str, int, int], ...] = ()
    size: int = 1
    depth: int = 1
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """One definition file: its path as the user knows it, and its tree."""

    path: str
    root: Node

    def node(self, loc: Loc) -> Node:
        """The value at `loc`, or the nearest one above it that exists."""
        here = self.root
        for part in loc:
            below = _child(here, part)
            if below is None:
                break
            here = below
        return here

    def problem(self, loc: Loc, code: str, message: str, hint: str = "") -> Problem:
        """A problem that stands at the value at `loc`."""
        node = self.node(loc)
        return Problem(self.path, node.line, node.column, code, message, hint)

    def key_problem(self, loc: Loc, code: str, message: str, hint: str = "") -> Problem:
        """A problem that stands at the key that `loc` ends with."""
        node = self.node(loc[:-1])
        line, column = node.keys.get(str(loc[-1]), (node.line, node.column))
        return Problem(self.path, line, column, code, message, hint)

    def repeated_keys(self) -> Iterator[Problem]:
        """A key that stands twice; in a code table it is a code that stands twice."""
        for loc, node in _walk((), self.root):
            for key, line, column in node.twice:
                code = "DEF-031" if loc[:1] == ("codes",) and len(loc) == 2 else "DEF-022"
                first = f"it stands first in line {node.keys[key][0]}"
                yield Problem(self.path, line, column, code, f"`{key}` stands twice", first)


class _Stop(Exception):
    """The text cannot be read on from here; line and column are 1-based."""

    def __init__(self, line: int, column: int, message: str, hint: str = "") -> None:
        self.place = (line, column)
        self.message = message
        self.hint = hint
        super().__init__(message)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    mark: Any
    anchor: str | None
    is_mapping: bool
    items: list[Node]

    def close(self) -> Node:
        size = 1 + sum(node.size for node in self.items)
        depth = 1 + max((node.depth for node in self.items), default=0)
        if size > LARGEST or depth > DEEPEST:
            raise _stop(
                self.mark, "aliases make this value too large", "write it out, or less of it"
            )
        line, column = self.mark.line + 1, self.mark.column + 1
        if not self.is_mapping:
            return Node(line, column, tuple(self.items), size=size, depth=depth)
        values: dict[str, Node] = {}
        keys: dict[str, tuple[int, int]] = {}
        twice = []
        for key, value in zip(self.items[::2], self.items[1::2], strict=True):
            if not isinstance(key.value, str):
                raise _Stop(key.line, key.column, "a key must be a single value")
            if key.value in values:
                twice.append((key.value, key.line, key.column))
                continue
            values[key.value] = value
            keys[key.value] = (key.line, key.column)
        return Node(line, column, values, keys, tuple(twice), size, depth)


def read(path: Path) -> Document:
    """The document in a file; DefinitionError DEF-001 when it is no YAML that can be used."""
    shown = shown_path(path)
    text = text_of(path)
    try:
        return Document(shown, _tree(text))
    except _Stop as stop:
        raise _syntax(shown, *stop.place, stop.message, stop.hint) from None
    except yaml.reader.ReaderError as exc:
        before = text.encode()[: exc.position].decode("utf-8", "ignore")
        message = f"the character U+{ord(text[len(before)]):04X} may not stand in YAML"
        raise _syntax(shown, *_place(before), message) from None
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise _syntax(shown, line, column, exc.problem or "no YAML", _advice(exc)) from None


def shown_path(path: Path) -> str:
    """The path as messages show it: short where the file lies below the working directory."""
    whole = path.resolve()
    here = Path.cwd()
    return str(whole.relative_to(here) if whole.is_relative_to(here) else whole)


def text_of(path: Path, most: int = LONGEST) -> str:
    """The text of a UTF-8 file, a byte order mark left out; DEF-001 where a byte does not fit, or
    the file is longer than `most`."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    if len(data) > most:
        raise _syntax(shown_path(path), 0, 0, f"the file is larger than {most >> 20} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        skipped = exc.object[: exc.start].decode("utf-8-sig", "ignore")
        message = f"the byte {exc.object[exc.start]:02X} is no UTF-8"
        hint = "save the file as UTF-8"
        raise _syntax(shown_path(path), *_place(skipped), message, hint) from None


def plain(node: Node) -> Any:
    """The bare lists, dicts and texts of a tree."""
    if isinstance(node.value, str):
        return node.value
    if isinstance(node.value, tuple):
        return [plain(item) for item in node.value]
    return {key: plain(item) for key, item in node.value.items()}


def without(node: Node, locs: set[Loc]) -> Node:
    """The tree without the values at `locs`; what lost a part becomes doubtful."""
    gone = {loc[0] for loc in locs if len(loc) == 1}
    below: dict[int | str, set[Loc]] = {}
    for loc in locs:
        if len(loc) > 1 and loc[0] not in gone:
            below.setdefault(loc[0], set()).add(loc[1:])

    def kept(part: int | str, child: Node) -> Node:
        return without(child, below[part]) if part in below else child

    value = node.value
    if isinstance(value, dict):
        value = {key: kept(key, child) for key, child in value.items() if key not in gone}
    elif isinstance(value, tuple):
        value = tuple(kept(at, child) for at, child in enumerate(value) if at not in gone)
    return replace(node, value=value, doubtful=node.doubtful or bool(gone))


def _tree(text: str) -> Node:
    root: Node | None = None
    stack: list[_Open] = []
    anchors: dict[str, Node] = {}
    for event in yaml.parse(text, Loader=yaml.CBaseLoader):
        if isinstance(event, yaml.DocumentStartEvent) and root is not None:
            raise _stop(event.start_mark, "a second document begins here", "one file, one document")
        node = _node(event, stack, anchors)
        if node is None:
            continue
        if anchor := getattr(event, "anchor", None):
            anchors[anchor] = node
        if stack:
            stack[-1].items.append(node)
        else:
            root = node
    if root is None:
        raise _Stop(1, 1, "the file is empty")
    return root


def _node(event: Any, stack: list[_Open], anchors: dict[str, Node]) -> Node | None:
    """The value that an event completes, if it completes one."""
    mark = event.start_mark
    if getattr(event, "tag", None) is not None:
        raise _stop(mark, f"the tag {event.tag} is not used here", "write the plain value")
    if isinstance(event, yaml.ScalarEvent):
        return Node(mark.line + 1, mark.column + 1, event.value)
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise _stop(mark, f"*{event.anchor} has no finished &{event.anchor} before it")
        return anchors[event.anchor]
    if isinstance(event, yaml.CollectionStartEvent):
        if len(stack) >= DEEPEST:
            raise _stop(mark, f"nested more than {DEEPEST} deep")
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        stack.append(_Open(mark, event.anchor, is_mapping, []))
    if isinstance(event, yaml.CollectionEndEvent):
        closed = stack.pop()
        node = closed.close()
        if closed.anchor:
            anchors[closed.anchor] = node
        return node
    return None


def _stop(mark: Any, message: str, hint: str = "") -> _Stop:
    return _Stop(mark.line + 1, mark.column + 1, message, hint)


def _syntax(path: str, line: int, column: int, message: str, hint: str = "") -> DefinitionError:
    return DefinitionError((Problem(path, line, column, "DEF-001", message, hint),))


def _place(before: str) -> tuple[int, int]:
    """Line and column, 1-based, of what follows this text."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")


_ADVICE: Final = {
    "could not find expected ':'": "a key needs a colon and a space after it",
    "did not find expected ',' or ']'": "a comma or the closing ] is missing",
    "did not find expected ',' or '}'": "a comma or the closing } is missing",
    "did not find expected key": "look at the indentation",
    "found character that cannot start any token": "indent with spaces, and quote @ and `",
    "found unexpected end of stream": "a quote is not closed",
    "mapping values are not allowed in this context": "quote a value that contains a colon",
}


def _advice(exc: yaml.MarkedYAMLError) -> str:
    """What to do about the errors that people make."""
    return _ADVICE.get(exc.problem or "", "")


def _child(node: Node, part: int | str) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(part))
    if isinstance(node.value, tuple) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def _walk(loc: Loc, node: Node) -> Iterator[tuple[Loc, Node]]:
    yield loc, node
    if isinstance(node.value, dict):
        for key, child in node.value.items():
            yield from _walk((*loc, key), child)
    elif isinstance(node.value, tuple):
        for at, child in enumerate(node.value):
            yield from _walk((*loc, at), child)
