"""A maker's table that the user owns → rows laid over the ones we ship.

Three forms, told apart by their first byte and their columns:

CSV   `code,unicode[,options]`, with or without a header row; `#` begins a comment
JSON  a list of objects with `code` (or `jef`, `keis`, `jips`), `unicode`, `options`
text  two columns of hexadecimal codes parted by blanks, as Fujitsu's converters take them

`code` is hexadecimal. `unicode` is one code point or up to eight (`9089 E0110`, `9089_E0110`,
`U+9089 U+E0110`). Options are `decode_only` (or `oneway`) and `encode_only`; others are ignored.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from converters.charset.cells import Rows

__all__ = ["TableError", "overlaid"]

CODE_KEYS: Final = ("code", "jef", "keis", "jips", "ebcdic")
READ_ONLY: Final = {"decode_only", "oneway"}
UNASSIGNED: Final = 0xFFFD
MOST: Final = 8
"""Code points that one code may stand for."""

Entry = tuple[int, tuple[int, ...], set[str]]


class TableError(ValueError):
    """A user's table that cannot be understood; the line or entry is in the message."""


def overlaid(rows: Rows, path: str, state: int) -> Rows:
    """`rows` with the entries of a table in place of their codes; double-byte codes get `state`.

    A code that the table gives a character has that character only; where the character had
    another code already, the table's is the one that is written.
    """
    if not path:
        return rows
    entries = [entry for entry in _entries(Path(path)) if UNASSIGNED not in entry[1]]
    own = [(c, p, s) for c, p, s in entries if "encode_only" not in s]
    if not own:
        raise TableError(f"{path}: no code in it")
    codes = np.array([code for code, _, _ in own], np.int64)
    width = max(len(text) for _, text, _ in own)
    points = np.array([(*text, *[0] * (width - len(text))) for _, text, _ in own], np.int64)
    table = Rows.of(codes, points[:, 0], 0, points[:, 1:])
    states = np.where(codes > 0xFF, state, 0)
    late = np.array([bool(options & READ_ONLY) for _, _, options in own])
    return replace(table, states=states, late=late) + rows.take(~np.isin(rows.codes, codes))


def _entries(path: Path) -> Iterator[Entry]:
    text = path.read_text(encoding="utf-8-sig")
    if text.lstrip().startswith("["):
        yield from _from_json(path, text)
        return
    for number, line in enumerate(text.splitlines(), 1):
        line = line.partition("#")[0].strip()
        if not line:
            continue
        cells = next(csv.reader([line])) if "," in line else line.split()
        if number == 1 and not re.fullmatch(r"(0x)?[0-9A-Fa-f]+", cells[0].strip()):
            continue
        yield _entry(f"{path}:{number}", cells[0], cells[1:2], " ".join(cells[2:]))


def _from_json(path: Path, text: str) -> Iterator[Entry]:
    try:
        found: list[dict[str, Any]] = json.loads(text)
    except json.JSONDecodeError as exc:
        raise TableError(f"{path}:{exc.lineno}: {exc.msg}") from exc
    for number, entry in enumerate(found, 1):
        where = f"{path}: entry {number}"
        if not isinstance(entry, dict):
            raise TableError(f"{where}: an object is expected")
        code = next((str(entry[key]) for key in CODE_KEYS if key in entry), "")
        options = " ".join(map(str, entry.get("options", ())))
        yield _entry(where, code, [str(entry.get("unicode", ""))], options)


def _entry(where: str, code: str, text: list[str], options: str) -> Entry:
    """One row; a code has at most three bytes."""
    try:
        number, points = int(code.strip(), 16), characters(" ".join(text))
    except ValueError as exc:
        raise TableError(f"{where}: a hexadecimal code and a character are expected") from exc
    if not 0 <= number <= 0xFFFFFF or not all(is_character(point) for point in points):
        raise TableError(f"{where}: out of range")
    if len(points) > MOST:
        raise TableError(f"{where}: more than {MOST} code points")
    return number, points, set(re.split(r"[\s;|]+", options.lower()))


def characters(text: str) -> tuple[int, ...]:
    """The code points of a cell such as `U+9089 U+E0110`; ValueError where they are none."""
    pieces = re.split(r"[ _+]+", text.upper().replace("U+", " ").strip())
    return tuple(int(piece, 16) for piece in pieces)


def is_character(point: int) -> bool:
    """Whether a number is a code point that stands for itself, no half of a surrogate pair."""
    return 0 < point <= 0x10FFFF and not 0xD800 <= point <= 0xDFFF
