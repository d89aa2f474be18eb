"""What was found of a file → a layout to start from, as YAML. Every guess is marked as one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import charset
from converters.columns import Bytes, Ints
from converters.forms.markup import Outline
from converters.kernels import strict
from converters.sniff import decoding
from converters.sniff.chains import Chain
from converters.sniff.delimiters import Table
from converters.sniff.lengths import Length
from converters.sniff.shape import MARKS, Shape

__all__ = ["delimited", "fixed", "markup", "records", "variable"]

GUESSED: Final = "  # guessed"
BLANKS: Final = 4
"""Columns of blanks from this many on are a filler."""

RISE: Final = 0.3
"""A column that is filled in so much more of the records than the one before begins a field."""

DEEPEST: Final = 32
"""Elements that a path may lead through."""

LARGEST: Final = 32760
"""Bytes of the largest block that is written."""

ROWS: Final = 5000
"""Records that the columns are told from."""

SPACES: Final = " 　"


@dataclass(frozen=True, slots=True)
class Run:
    """Columns `start` to `stop` of a fixed record, of one kind; `date` is a note."""

    start: int
    stop: int
    kind: str
    date: bool = False


def delimited(name: str, script: str, facts: Shape, table: Table) -> str:
    """The layout of a delimited file: a field per column."""
    marked = MARKS.get(facts.mark) == script
    framing = {
        "delimiter": json.dumps(table.delimiter),
        "quote": table.quote,
        "header": str(bool(table.header)).lower(),
        "terminator": table.terminator,
        **({"bom": "true"} if marked else {}),
        **({"eof": "1a"} if facts.eof else {}),
    }
    lines = _head(name, script, f"delimited: {{{_pairs(framing)}}}")
    for k in range(table.columns):
        values = [row[k].strip(SPACES) for row in table.rows]
        filled = [value for value in values if value]
        title = table.header[k] if table.header else f"列{k + 1}"
        longest = max((len(value) for value in filled), default=0)
        note = f"{GUESSED}; up to {longest} characters" + (", dates?" if _dated(filled) else "")
        lines.append(f"      - {{name: {_text(title)}, kind: {_kind(filled)}}}{note}")
    return "\n".join(lines) + "\n"


def fixed(name: str, script: str, facts: Shape, size: Length) -> str:
    """The layout of a fixed-width file: a field per run of columns of one kind."""
    framing = {"length": str(size.length), "terminator": size.terminator}
    framing |= {"eof": "1a"} if facts.eof else {}
    lines = _head(name, script, f"fixed: {{{_pairs(framing)}}}")
    data = np.frombuffer(facts.body, np.uint8)
    return (
        "\n".join([*lines, *_fields(_runs(script, data, size.length, records(facts, size)))]) + "\n"
    )


def variable(name: str, script: str, facts: Shape, chain: Chain) -> str:
    """The layout of records behind words: fields as far as every record goes, then the rest."""
    shortest, longest = chain.lengths
    framing = {"length": str(longest), "by": "rdw"}
    framing |= {} if chain.counted else {"counted": "false"}
    framing |= {} if chain.endian == "big" else {"endian": chain.endian}
    if chain.form == "bdw":
        block = max(min(chain.block, LARGEST), longest + 8)
        counted = "" if chain.block_counted else ", counted: false"
        framing["block"] = f"{{bytes: {block}{counted}}}"
    lines = _head(name, script, f"variable: {{{_pairs(framing)}}}")
    places = np.array(chain.starts, np.int64), np.array(chain.stops, np.int64)
    runs = list(_runs(script, np.frombuffer(facts.sample, np.uint8), shortest, places))
    if longest > shortest:
        runs.append(Run(shortest, longest, "mixed"))
    return "\n".join([*lines, *_fields(runs)]) + "\n"


def markup(name: str, facts: Shape, outline: Outline) -> str:
    """The layout of XML records: a field per path that holds values and nothing else."""
    framing = {"record": _text(outline.record)}
    if outline.namespaces:
        spaces = {prefix: _text(space) for prefix, space in outline.namespaces.items()}
        framing["namespaces"] = f"{{{_pairs(spaces)}}}"
    framing |= {"bom": "true"} if facts.mark else {}
    lines = _head(name, "utf-8", f"xml: {{{_pairs(framing)}}}")
    own = outline.record.rpartition("/")[2].rpartition(":")[2]
    for path in outline.values:
        steps = [step.rpartition(":")[2].lstrip("@") for step in path.split("/")]
        inner = any(
            other.startswith(f"{path}/") and f"{path}/@" not in other for other in outline.values
        )
        if own in steps or inner or len(steps) > DEEPEST:
            continue
        filled = [value for value in outline.values[path] if value.strip(SPACES)]
        note = GUESSED + (", dates?" if _dated(filled) else "")
        title = _text(path.replace("@", "").replace("/", "_"))
        lines.append(f"      - {{name: {title}, path: {_text(path)}, kind: {_kind(filled)}}}{note}")
    return "\n".join(lines) + "\n" if lines[-1] != "    fields:" else ""


def _fields(runs: Iterable[Run]) -> Iterator[str]:
    """A line per field or filler."""
    number = 0
    for run in runs:
        width = run.stop - run.start
        if run.kind == "filler":
            yield f"      - {{filler: {width}, at: {run.start + 1}}}{GUESSED}"
            continue
        number += 1
        place = f"at: {run.start + 1}, bytes: {width}"
        note = f"{GUESSED}, date?" if run.date else GUESSED
        yield f"      - {{name: 項目{number}, {place}, kind: {run.kind}}}{note}"


def _head(name: str, script: str, framing: str) -> list[str]:
    return [
        "# Seed of a layout, made from the file alone. Confirm every line with the vendor's paper,",
        "# and take the mark `guessed` away where you did.",
        "kind: layout",
        "format: 1",
        f"id: {_identifier(name)}{GUESSED}",
        "version: 0.1.0",
        f"charset: {script}{GUESSED}",
        f"framing: {{{framing}}}{GUESSED}",
        "records:",
        "  - name: record",
        "    fields:",
    ]


def _identifier(name: str) -> str:
    """The name of a file as an id."""
    found = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"seed/{found or 'file'}"


def _pairs(values: dict[str, str]) -> str:
    return ", ".join(f"{key}: {value}" for key, value in values.items())


def _text(value: str) -> str:
    """A text in double quotes, which YAML reads as JSON does."""
    return json.dumps(value, ensure_ascii=not value.isprintable())


def _kind(values: list[str]) -> str:
    """The narrowest of digits, kana, wide that holds all values, else mixed."""
    if not values:
        return "mixed"
    if all(re.fullmatch(r"[0-9]+", value) for value in values):
        return "digits"
    if all(_is_kana(value) for value in values):
        return "kana"
    return "wide" if all(_is_wide(value) for value in values) else "mixed"


def _is_kana(value: str) -> bool:
    return all("｡" <= c <= "ﾟ" or c == " " for c in value)


def _is_wide(value: str) -> bool:
    return all(ord(c) > 0xFF and not "｡" <= c <= "ﾟ" for c in value)


def _dated(values: list[str]) -> bool:
    """Whether all values look like a day of a year in this or the last two centuries."""
    shape = r"(1[89]|20)[0-9]{2}[-/.]?(0[0-9]|1[0-2])[-/.]?[0-3][0-9]"
    return bool(values) and all(re.fullmatch(shape, value) for value in values)


def records(facts: Shape, size: Length) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where the whole records of the right length lie in the sample."""
    body = len(facts.body) - (facts.eof if facts.size == len(facts.sample) else 0)
    if size.terminator == "none":
        start = np.arange(0, body - size.length + 1, size.length, dtype=np.int64)
        return start, start + size.length
    data = np.frombuffer(facts.body, np.uint8)
    ends = np.flatnonzero(data == 10) - (1 if size.terminator == "crlf" else 0)
    step = 2 if size.terminator == "crlf" else 1
    start = np.concatenate([np.zeros(1, np.int64), ends[:-1] + step])[: len(ends)]
    right = ends - start == size.length
    return start[right].astype(np.int64), ends[right].astype(np.int64)


def _runs(script: str, data: Bytes, length: int, places: tuple[Ints, Ints]) -> Iterator[Run]:
    """The first `length` columns of the records in runs, each a field or a filler."""
    start, stop = places[0][:ROWS], places[1][:ROWS]
    if not len(start) or charset.load(script).structure == "utf-16":
        yield Run(0, length, "mixed")
        return
    roles, _ = decoding.roles(script, data, start, stop)
    matrix = roles[start[:, None] + np.arange(length)]
    shifted = len(charset.load(script).shifts.marks) > 0
    for first, last in _spans(matrix):
        yield _run(matrix[:, first:last], first, last, shifted)


def _spans(matrix: npt.NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Where the class of columns changes, or a field begins to be filled again."""
    blank = (matrix == strict.ROLE_BLANK).all(axis=0)
    classes = _classes(matrix)
    filled = (matrix != strict.ROLE_BLANK).mean(axis=0)
    inside = (matrix == strict.ROLE_TRAIL).any(axis=0)
    width = matrix.shape[1]
    edges, current = [0], classes[0]
    for k in range(1, width):
        if blank[k]:
            long = k + BLANKS <= width and bool(blank[k : k + BLANKS].all())
            if long and not blank[k - 1] and current == strict.ROLE_DIGIT:
                edges.append(k)
                current = strict.ROLE_BLANK
            continue
        rises = filled[k] - filled[k - 1] >= RISE
        if not inside[k] and (classes[k] != current or rises):
            edges.append(k)
        current = classes[k]
    return zip(edges, [*edges[1:], width], strict=True)


def _classes(matrix: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The class of each column: the widest that any of its records has there."""
    found = np.zeros(matrix.shape[1], np.int64)
    for role in (strict.ROLE_DIGIT, strict.ROLE_NARROW, strict.ROLE_KANA, strict.ROLE_WIDE):
        found[(matrix == role).any(axis=0)] = role
    found[(matrix >= strict.ROLE_WIDE).any(axis=0)] = strict.ROLE_WIDE
    return found


def _run(part: npt.NDArray[np.uint8], start: int, stop: int, shifted: bool) -> Run:
    """One run of columns and its kind."""
    present = set(np.unique(part).tolist()) - {strict.ROLE_BLANK}
    if not present:
        return Run(start, stop, "filler")
    if present == {strict.ROLE_DIGIT}:
        full = bool((part == strict.ROLE_DIGIT).all(axis=1).any())
        return Run(start, stop, "digits", full and stop - start in (7, 8))
    if present == {strict.ROLE_KANA}:
        return Run(start, stop, "kana")
    wide = present <= {strict.ROLE_WIDE, strict.ROLE_TRAIL} and not (stop - start) % 2
    return Run(start, stop, "wide" if wide and not shifted else "mixed")
