"""Code tables and gaiji in CSV files → the dicts that stand in the models, in file order."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from converters.errors import DefinitionError, EnvironmentFailure, Problem, nearest
from converters.spec.document import Document, Node, plain, shown_path, text_of
from converters.spec.gaiji import load_gaiji
from converters.spec.shrinking import load_map

__all__ = ["load_tables"]

COLUMNS = {"layout": ("value", "label"), "mapping": ("from", "to"), "set": ("", "")}


def load_tables(kind: str, document: Document, folder: Path) -> tuple[Document, list[Problem]]:
    """The document with its code tables and gaiji in place of the paths of CSV files."""
    document, problems = _with_characters(document, folder)
    root = document.root
    codes = root.value.get("codes") if isinstance(root.value, dict) else None
    if codes is None or not isinstance(codes.value, dict):
        return document, problems
    loaded: dict[str, Node] = {}
    for name, node in codes.value.items():
        if isinstance(node.value, str):
            table, found = _table(document, name, folder, COLUMNS[kind])
            problems += found
            node = replace(node, value=table)
        loaded[name] = node
    assert isinstance(root.value, dict)
    whole = replace(root, value=root.value | {"codes": replace(codes, value=loaded)})
    return replace(document, root=whole), problems


def _with_characters(document: Document, folder: Path) -> tuple[Document, list[Problem]]:
    """The document with the place of its maker's table seen from anywhere, and the gaiji of its
    table in place of the path."""
    root = document.root
    found = root.value.get("characters") if isinstance(root.value, dict) else None
    if found is None or not isinstance(found.value, dict):
        return document, []
    changed, problems = dict(found.value), list[Problem]()
    table, gaiji = changed.get("table"), changed.get("gaiji")
    if table is not None and isinstance(table.value, str) and table.value:
        changed["table"] = replace(table, value=str((folder / table.value).resolve()))
    if gaiji is not None and isinstance(gaiji.value, str):
        entries, problems = _gaiji(document, gaiji.value, folder)
        changed["gaiji"] = replace(gaiji, value=entries)
    if (shrink := changed.get("shrink")) is not None:
        changed["shrink"], more = _with_map(document, shrink, changed.get("gaiji"), folder)
        problems += more
    assert isinstance(root.value, dict)
    inner = replace(found, value=changed)
    whole = replace(root, value=root.value | {"characters": inner})
    return replace(document, root=whole), problems


def _gaiji(
    document: Document, reference: str, folder: Path
) -> tuple[dict[str, Node], list[Problem]]:
    try:
        return load_gaiji(folder / reference)
    except DefinitionError as exc:
        return {}, list(exc.problems)
    except (EnvironmentFailure, ValueError):
        known = [path.relative_to(folder).as_posix() for path in folder.glob("*.csv")]
        message, hint = f"the gaiji table {reference} cannot be read", nearest(reference, known)
        return {}, [document.problem(("characters", "gaiji"), "DEF-020", message, hint)]


def _with_map(
    document: Document, shrink: Node, gaiji: Node | None, folder: Path
) -> tuple[Node, list[Problem]]:
    """What a layout says about shrinking, with the candidates of its map in place of the path."""
    given = shrink.value
    path = given.get("map") if isinstance(given, dict) else None
    if path is None or not isinstance(given, dict) or not isinstance(path.value, str):
        return shrink, []
    parts = plain(replace(shrink, value=given))
    names, rules = parts.get("names"), parts.get("rules")
    listed = folder / names if isinstance(names, str) and names else None
    asked = tuple(map(str, rules)) if isinstance(rules, list) else ()
    problems: list[Problem] = []
    candidates: dict[str, Node] = {}
    try:
        candidates, problems = load_map(folder / path.value, listed, asked, _glyphs(gaiji))
    except DefinitionError as exc:
        problems = list(exc.problems)
    except EnvironmentFailure as exc:
        where = ("characters", "shrink", "names" if exc.path == str(listed) else "map")
        problems = [document.problem(where, "DEF-020", f"the file cannot be read: {exc.reason}")]
    read = replace(path, value=candidates)
    return replace(shrink, value=given | {"map": read}), problems


def _glyphs(gaiji: Node | None) -> Iterator[tuple[str, str]]:
    """Names of glyphs in a table of gaiji, and their characters."""
    entries = gaiji.value if gaiji is not None and isinstance(gaiji.value, dict) else {}
    for node in entries.values():
        *codes, name = str(node.value).split()
        if name[:2] in ("MJ", "GJ"):
            yield name, "".join(chr(int(code[2:], 16)) for code in codes)


def _table(
    document: Document, name: str, folder: Path, columns: tuple[str, str]
) -> tuple[dict[str, Node], list[Problem]]:
    reference = document.node(("codes", name)).value
    assert isinstance(reference, str)
    try:
        path = folder / reference
        text = text_of(path)
    except DefinitionError as exc:
        return {}, list(exc.problems)
    except (EnvironmentFailure, ValueError):
        return {}, [_not_there(document, name, reference, folder)]
    table: dict[str, Node] = {}
    return table, list(_rows(shown_path(path), text, columns, table))


def _not_there(document: Document, name: str, reference: str, folder: Path) -> Problem:
    known = [path.relative_to(folder).as_posix() for path in folder.glob("*/*.csv")]
    message = f"the code table {reference} cannot be read"
    return document.problem(("codes", name), "DEF-020", message, nearest(reference, known))


def _rows(
    path: str, text: str, columns: tuple[str, str], table: dict[str, Node]
) -> Iterator[Problem]:
    """Fill `table` from the CSV text; yield what is wrong with the file."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    line = 1
    try:
        header = next(reader, [])
        if tuple(header[:2]) != columns:
            hint = f"the first line must be {','.join(columns)}"
            yield Problem(
                path, 1, 1, "DEF-002", f"the header is {','.join(header) or 'empty'}", hint
            )
            return
        line = reader.line_num + 1
        for row in reader:
            if row:
                yield from _row(path, line, row, len(header), table)
            line = reader.line_num + 1
    except csv.Error as exc:
        yield Problem(path, line, 1, "DEF-001", f"no CSV: {exc}")


def _row(
    path: str, line: int, row: list[str], width: int, table: dict[str, Node]
) -> Iterator[Problem]:
    if len(row) != width:
        message = f"the row has {len(row)} values, the header {width}"
        yield Problem(path, line, 1, "DEF-002", message, "quote a value that contains a comma")
    elif not row[0]:
        yield Problem(path, line, 1, "DEF-002", "a blank is no code", "see `default` of a rule")
    elif row[0] in table:
        hint = f"it stands first in line {table[row[0]].line}"
        yield Problem(path, line, 1, "DEF-031", f'the code "{row[0]}" stands twice', hint)
    else:
        table[row[0]] = Node(line, len(row[0]) + 2, row[1])
