"""A document with groups and tables → the same with a plain list of fields.

A group gives way to its fields, a table to its repetitions: `名` becomes `名-1`, `名-2` and so on.
The nodes keep their lines and columns, so that what is wrong with a repetition is told where it
stands in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from converters.errors import Problem
from converters.spec.document import Document, Node

__all__ = ["expand"]

GROUP: Final = {
    *("depending", "fields", "least", "name", "notes", "occurs", "redefines", "rows", "title"),
    "when",
}
"""The keys that a group may have."""
ALONE: Final = {"at", "balance", "check", "required"}
"""Keys that hold for a field in its own record only."""
VIEW: Final = {"redefines", "when"}
REFERRING: Final = {"era", "redefines", "required", "when"}
"""Keys that name another field."""
MOST: Final = 20_000
"""Fields of a record, all repetitions counted."""
TIMES: Final = 10_000
"""Repetitions of one table."""

Keys = dict[str, Node]


@dataclass(frozen=True, slots=True)
class _Above:
    """What a field inherits: the numbers of its repetitions, and those that each name carries; the
    element of a table that it stands in; and the view it belongs to, and whether that is the only
    one of its place."""

    numbers: tuple[int, ...] = ()
    names: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    element: Node | None = None
    view: Keys = field(default_factory=dict)
    lone: bool = False


@dataclass(slots=True)
class _Expansion:
    """One document on its way. Guards the problems found, and how many fields there are."""

    document: Document
    problems: list[Problem] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    rows: list[tuple[Node, list[Node]]] = field(default_factory=list)
    count: int = 0

    def wrong(self, node: Node, key: str, code: str, message: str, hint: str = "") -> None:
        line, column = node.keys.get(key, (node.line, node.column))
        self.problems.append(Problem(self.document.path, line, column, code, message, hint))

    def fields(self, nodes: Iterable[Node], above: _Above) -> list[Node]:
        found: list[Node] = []
        listed = tuple(nodes)
        targets = {_text(_keys(node).get("redefines")) for node in listed}
        for node in listed:
            here = above
            if "when" in _keys(node) and "redefines" not in _keys(node):
                here = replace(above, lone=above.lone or not targets & set(_firsts(node)))
            found += self._field(node, here)
        return found

    def _field(self, node: Node, above: _Above) -> Iterator[Node]:
        keys = node.value
        if isinstance(keys, dict) and above.view and VIEW & set(keys):
            message = "a reading cannot stand in another one"
            self.wrong(node, min(VIEW & set(keys)), "DEF-050", message)
            return
        if not isinstance(keys, dict) or not {"fields", "occurs", "depending", "rows"} & set(keys):
            self.count += 1
            yield self._named(node, above)
            return
        if not self._sound(node, keys, above):
            return
        occurs = keys.get("occurs")
        times = int(_text(occurs)) if occurs else 1
        inside = self._inside(keys, above)
        if "rows" in keys and _text(keys["rows"]) == "true":
            yield from self._apart(node, keys, times)
            return
        members = _members(node, keys)
        if self.count + times * len(members) > MOST:
            self.wrong(node, "occurs", "DEF-050", f"the record has more than {MOST} fields")
            return
        for number in range(1, times + 1):
            here = self._repeated(inside, (keys, members), number) if occurs else inside
            made = self.fields(members if number == 1 else map(_elsewhere, members), here)
            if number == 1:
                made = self._begun(keys, made)
            yield from made

    def _sound(self, node: Node, keys: Keys, above: _Above) -> bool:
        """Can the group be expanded? Else it is told why not, and left out."""
        before = len(self.problems)
        for key in sorted(set(keys) - GROUP) if "fields" in keys else ():
            if not key.startswith("x-"):
                self.wrong(node, key, "DEF-003", f"`{key}` is not an option of a group")
        if "fields" in keys and not isinstance(keys["fields"].value, tuple):
            self.wrong(node, "fields", "DEF-002", "a list is expected", "write [a, b]")
        times = _text(keys.get("occurs"))
        if "occurs" in keys and not (
            times.isascii() and times.isdigit() and 0 < int(times) <= TIMES
        ):
            self.wrong(node, "occurs", "DEF-002", f"a number from 1 to {TIMES} is expected")
        if {"depending", "rows"} & set(keys):
            self._depending(node, keys, above)
        return len(self.problems) == before

    def _depending(self, node: Node, keys: Keys, above: _Above) -> None:
        key = "depending" if "depending" in keys else "rows"
        if "occurs" not in keys:
            message = "`occurs` is missing: the most times that it can stand there"
            self.wrong(node, key, "DEF-002", message)
        if "name" not in keys:
            self.wrong(node, key, "DEF-002", "a table needs a name")
        name = _numbered(_text(keys.get("name")), above.numbers)
        if name in self.tables:
            self.wrong(node, "name", "DEF-022", f"there is another table {name}")
        self.tables.add(name)
        message = hint = ""
        if VIEW & set(keys) or above.lone:
            message = "a table with a count cannot be a reading, or stand in one that has no other"
            hint = "put it into a group that is one of several readings; or let its count be 0"
        elif "rows" in keys and (above.element or above.view or above.numbers):
            message = "a table with rows cannot stand in another one, or in a reading"
        if message:
            self.wrong(node, key, "DEF-050", message, hint)

    def _apart(self, node: Node, keys: Keys, times: int) -> Iterator[Node]:
        """A table whose repetitions are records of their own: here are only their bytes."""
        made = self.fields(map(_elsewhere, _members(node, keys)), _Above())
        name = _text(keys["name"])
        size = sum(_width(one) for one in made if "redefines" not in _keys(one))
        self.rows.append((keys["name"], made))
        for number in range(1, times + 1):
            told = {"table": name, "number": str(number), "times": str(times)}
            leaves = {key: _leaf(node, text) for key, text in {**told, "rows": "true"}.items()}
            counted = {key: keys[key] for key in ("least", "depending") if key in keys}
            element = Node(node.line, node.column, leaves | counted)
            own = {"name": f"{name}-{number}", "filler": str(max(size, 1))}
            value = {key: _leaf(node, text) for key, text in own.items()}
            yield replace(node, value={**value, "element": element})

    def _inside(self, keys: Keys, above: _Above) -> _Above:
        """What the members of a group inherit."""
        view: Keys = {key: keys[key] for key in sorted(VIEW) if key in keys}
        view = {key: self._renamed(key, node, above) for key, node in view.items()}
        return replace(above, view=above.view or view)

    def _repeated(self, above: _Above, table: tuple[Keys, tuple[Node, ...]], number: int) -> _Above:
        """What the members of one repetition inherit."""
        keys, members = table
        numbers = (*above.numbers, number)
        names = {**above.names, **dict.fromkeys(_names(members), numbers)}
        element = above.element
        if "depending" in keys:
            node, name = keys["depending"], _numbered(_text(keys.get("name")), above.numbers)
            told = {
                "table": _leaf(node, name),
                "number": _leaf(node, str(number)),
                "times": keys["occurs"],
                "least": keys.get("least", _leaf(keys["occurs"], "0")),
                "depending": _referred(node, above),
            }
            around = {"within": above.element} if above.element else {}
            element = Node(node.line, node.column, told | around)
        return replace(above, numbers=numbers, names=names, element=element)

    def _renamed(self, key: str, node: Node, above: _Above) -> Node:
        """The name that a field refers to, as it is in this repetition; that of the first field
        where it is a group."""
        if key == "redefines" and isinstance(node.value, str) and node.value in self.groups:
            return _leaf(node, self.groups[node.value])
        return _referred(node, above)

    def _named(self, node: Node, above: _Above) -> Node:
        """A field with the numbers of its repetitions, and what it inherits."""
        if not isinstance(node.value, dict):
            return node
        keys = {**above.view, **node.value}
        for key in REFERRING & set(node.value):
            keys[key] = self._renamed(key, keys[key], above)
        item = _text(keys.get("name"))
        if item:
            keys["name"] = _leaf(keys["name"], _numbered(item, above.numbers))
        if above.element:
            keys["element"] = above.element
        return replace(node, value=keys)

    def _begun(self, keys: Keys, made: list[Node]) -> list[Node]:
        """The first field of a group stands for it where it is redefined."""
        if not made or "fields" not in keys or "name" not in keys:
            return made
        first, name = made[0], _text(keys["name"])
        if isinstance(first.value, dict) and "name" not in first.value:
            made = [replace(first, value={**first.value, "name": keys["name"]}), *made[1:]]
        head = made[0].value
        if isinstance(head, dict):
            self.groups[name] = _text(head.get("name"))
        return made


def expand(document: Document) -> tuple[Document, list[Problem]]:
    """The document of a layout with every field by itself, and what is wrong with its groups."""
    root = document.root
    records = root.value.get("records") if isinstance(root.value, dict) else None
    if records is None or not isinstance(records.value, tuple):
        return document, []
    problems: list[Problem] = []
    made: list[Node] = []
    rows: list[Node] = []
    for record in records.value:
        value = record.value
        listed = value.get("fields") if isinstance(value, dict) else None
        if isinstance(value, dict) and listed is not None and isinstance(listed.value, tuple):
            work = _Expansion(document)
            found = tuple(work.fields(listed.value, _Above()))
            fields = replace(listed, value=found, doubtful=listed.doubtful or bool(work.problems))
            rows += [_rows(record, name, members) for name, members in work.rows]
            record = replace(record, value={**value, "fields": fields})
            # A member of a table is looked at once for each repetition.
            problems += dict.fromkeys(work.problems)
        made.append(record)
    made += rows
    assert isinstance(root.value, dict)
    whole = root.value | {"records": replace(records, value=tuple(made))}
    return replace(document, root=replace(root, value=whole)), problems


def _rows(record: Node, name: Node, members: list[Node]) -> Node:
    """The type of record that the repetitions of a table are: their fields, and the key of the
    record they stand in; before fields that move, behind others."""
    value = record.value
    assert isinstance(value, dict) and isinstance(value["fields"].value, tuple)
    listed = value.get("key")
    keys = (
        {_text(one) for one in listed.value} if listed and isinstance(listed.value, tuple) else ()
    )
    own = {_text(one.value.get("name")) for one in members if isinstance(one.value, dict)}
    carried = [
        replace(one, value={key: node for key, node in one.value.items() if key not in ALONE})
        for one in value["fields"].value
        if isinstance(one.value, dict) and _text(one.value.get("name")) in set(keys) - own
    ]
    parent = value.get("name", _leaf(record, "record"))
    counted = any("element" in _keys(one) for one in members)
    placed = (*carried, *members) if counted else (*members, *carried)
    fields = Node(name.line, name.column, placed)
    return Node(name.line, name.column, {"name": name, "within": parent, "fields": fields})


def _width(node: Node) -> int:
    """The bytes of a field, as far as the file says them."""
    value = node.value if isinstance(node.value, dict) else {}
    text = _text(value.get("bytes")) or _text(value.get("filler"))
    return int(text) if text.isascii() and text.isdigit() else 0


def _members(node: Node, keys: Keys) -> tuple[Node, ...]:
    """The fields of a group; a repeated field is a group of its own."""
    if "fields" in keys:
        listed = keys["fields"].value
        assert isinstance(listed, tuple), "the group is sound"
        return listed
    own = {
        key: one for key, one in keys.items() if key not in ("occurs", "depending", "least", "rows")
    }
    return (replace(node, value=own),)


def _names(members: Iterable[Node]) -> Iterator[str]:
    """The names of the fields and groups in a group."""
    for node in members:
        if isinstance(node.value, dict):
            yield _text(node.value.get("name"))
            below = node.value.get("fields")
            if below is not None and isinstance(below.value, tuple):
                yield from _names(below.value)


def _elsewhere(node: Node) -> Node:
    """A field without its place, which only the first repetition has."""
    if not isinstance(node.value, dict):
        return node
    kept = {key: one for key, one in node.value.items() if key != "at"}
    if "fields" in kept and isinstance(kept["fields"].value, tuple):
        below = tuple(map(_elsewhere, kept["fields"].value))
        kept["fields"] = replace(kept["fields"], value=below)
    return replace(node, value=kept)


def _referred(node: Node, above: _Above) -> Node:
    """A name, or a condition on one, that means the field of the same repetition."""
    if isinstance(node.value, str) and node.value in above.names:
        return _leaf(node, _numbered(node.value, above.names[node.value]))
    if isinstance(node.value, dict) and "field" in node.value:
        return replace(node, value={**node.value, "field": _referred(node.value["field"], above)})
    return node


def _firsts(node: Node) -> Iterator[str]:
    """The names by which a group can be redefined: its own, and those that stand first in it."""
    keys = _keys(node)
    yield _text(keys.get("name"))
    listed = keys["fields"].value if "fields" in keys else ()
    if isinstance(listed, tuple) and listed:
        yield from _firsts(listed[0])


def _numbered(name: str, numbers: Iterable[int]) -> str:
    return "-".join([name, *map(str, numbers)])


def _keys(node: Node) -> Keys:
    return node.value if isinstance(node.value, dict) else {}


def _leaf(node: Node, text: str) -> Node:
    return Node(node.line, node.column, text)


def _text(node: Node | None) -> str:
    return node.value if node is not None and isinstance(node.value, str) else ""
