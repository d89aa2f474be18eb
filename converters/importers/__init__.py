"""Descriptions in other notations → layouts.

source     COBOL source → logical lines
pictures   PICTURE strings → what they describe
editing    numeric edited pictures → kinds that write the same form
entries    lines → data description entries
tree       entries → the tree that their levels make
dialects   what differs from compiler to compiler
storage    entries → items in their places, as a compiler puts them
layouts    items → the lines of a layout
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from converters.errors import nearest
from converters.importers.dialects import DIALECTS
from converters.importers.entries import entries
from converters.importers.layouts import field_lines, quoted
from converters.importers.source import Faults, Line, Reading, lines
from converters.importers.storage import Asked, Item, Part, items
from converters.importers.tree import Node, roots

__all__ = ["DIALECTS", "Reading", "Request", "copybook"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a copybook.

    `record` is the level 01 entry, needed where there are several; `choices` the reading of each
    redefined item, or its readings with their conditions; `tables` how those with a count lie in
    the file, and `by` what parts records of varying length, empty for records of one length; `rows`
    the tables whose repetitions are records of their own; `id` and `charset` those of the layout.
    """

    id: str
    charset: str = "cp932"
    dialect: str = "ibm"
    terminator: str = "none"
    tables: str = ""
    by: str = ""
    rows: Sequence[str] = ()
    record: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


def copybook(path: Path, request: Request) -> str:
    """The layout of one record of a copybook, as YAML that `layout lint` accepts.

    DefinitionError names the lines of all clauses that are not read, and all choices that are
    missing; nothing is left out silently.
    """
    faults = Faults()
    found = roots(entries(lines(path, request.reading, faults), faults), faults)
    node = _record(path, found, request.record, faults)
    if node is None:
        faults.check()
        raise AssertionError("a record that is not found is a fault")
    choices = {name.upper(): choice for name, choice in request.choices.items()}
    asked = Asked(choices, frozenset(name.upper() for name in request.rows))
    dialect = DIALECTS[request.dialect]
    placed, length = items(node, dialect, asked, faults)
    if not placed and not faults.found:
        faults.add(node.entry.line, "DEF-061", "the record has no fields")
    fields, tables = field_lines(placed, dialect, faults)
    faults.check()
    counted = any(one.entry.depending for one in _parts(placed))
    head = [*_head(path, node, request, _framing(request, length, counted)), *_tables(tables)]
    renames = [f"# 66 {one.name} RENAMES {one.target}" for one in node.renames]
    name = quoted(node.entry.name or "record")
    body = ["records:", f"  - name: {name}", "    fields:", *(f"      {line}" for line in fields)]
    return "\n".join([*head, *renames, *body]) + "\n"


def _record(path: Path, found: Mapping[str, Node], name: str, faults: Faults) -> Node | None:
    """The record that is asked for; of several that are not, the first."""
    line = Line(str(path), 1, "")
    if not found:
        if not faults.found:
            faults.add(line, "DEF-061", "the copybook describes nothing")
        return None
    if name and name.upper() not in found:
        faults.add(line, "DEF-020", f"there is no record {name}", nearest(name.upper(), found))
        return None
    if not name and len(found) > 1:
        second = list(found.values())[1].entry.line
        hint = f"--record, one of {', '.join(found)}"
        faults.add(second, "DEF-062", "there are several records, and none is chosen", hint)
    return found[name.upper()] if name else next(iter(found.values()))


def _parts(placed: list[Item]) -> list[Part]:
    return [part for item in placed for part in item.parts]


def _framing(request: Request, length: int, counted: bool) -> str:
    """The form of the file; `counted` tells that there are tables with a count. Where something
    parts records of varying length, their tables are shifted unless it is said."""
    tables = request.tables or ("shifted" if request.by else "maximum")
    lie = f", tables: {tables}" if counted else ""
    if request.by or (counted and tables == "shifted"):
        by = request.by or ("rdw" if request.terminator == "none" else request.terminator)
        lie = "" if tables == "shifted" else lie
        return f"{{variable: {{length: {length}, by: {by}}}{lie}}}"
    return f"{{fixed: {{length: {length}, terminator: {request.terminator}}}{lie}}}"


def _head(path: Path, node: Node, request: Request, framing: str) -> list[str]:
    signs = DIALECTS[request.dialect].signs
    return [
        "kind: layout",
        "format: 1",
        f"id: {request.id}",
        f"title: {{ja: {quoted(node.entry.name or path.stem)}}}",
        f"source: {quoted(f'COPY {path.name}')}",
        f"charset: {request.charset}",
        f"framing: {framing}",
        *([f"numbers: {{signs: {signs}}}"] if signs else []),
    ]


def _tables(tables: Mapping[str, Mapping[str, str]]) -> list[str]:
    """The code tables, if there are any."""
    return ["codes:"] * bool(tables) + [
        f"  {quoted(name)}: {{{', '.join(f'{quoted(c)}: {quoted(t)}' for c, t in codes.items())}}}"
        for name, codes in tables.items()
    ]
