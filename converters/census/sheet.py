"""What was counted → the sheet of 文字同定: a row per code, what needs a decision first.

The first five columns are those of a table of gaiji: whoever identifies the characters fills in
`unicode` (and `mj`, `note`), and the file is a table. A row whose `unicode` is empty says nothing.
"""

from __future__ import annotations

import csv
import io
from dataclasses import astuple, dataclass, fields, replace
from typing import Final

import polars as pl

from converters import scripts
from converters.census import codes
from converters.census.codes import Code
from converters.census.counting import Counted, Found
from converters.census.repertoire import repertoire
from converters.charset import Charset, TableError, gaiji
from converters.model import Layout

__all__ = ["COLUMNS", "DECIDE", "Row", "as_csv", "as_frame", "rows"]

DECIDE: Final = ("undecodable", "unassigned", "user-defined", "one-way", "not-holdable", "")
"""Why a code needs a decision, the gravest first; empty where it needs none.

undecodable   bytes that are no character; the value is rejected
unassigned    a code that the charset gives no character
user-defined  gaiji that nobody has identified
one-way       the way back writes another code: --keep-residual keeps the bytes
not-holdable  the target has no such character
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One code. `unicode`, `mj` and `note` are for whoever identifies it, and hold what the
    layout's table of gaiji says already; `decoded` is what it is
    read as now. `code` begins with 0x, for Excel would take 81E5 for a number. `file`, `record`
    (1-based), `field` and `offset` (0-based) say where it stands first."""

    charset: str
    code: str
    unicode: str
    mj: str
    note: str
    decide: str
    kind: str
    decoded: str
    glyph: str
    count: int
    returns: bool
    holds: bool
    target: str
    file: str
    record: int
    field: str
    offset: int


COLUMNS: Final = tuple("class" if one.name == "kind" else one.name for one in fields(Row))


def rows(layout: Layout, counted: Counted, target: str) -> list[Row]:
    """The rows of a census; UsageError for a target that is not known."""
    known = {script.name: script for script in _scripts(layout)}
    holds, named = repertoire(target), _identified(layout)
    found = []
    for one in counted.codes:
        code = codes.of(known[one.charset], one.row)
        held = bool(code.text) and holds(code.text)
        path = counted.inputs[one.file].path
        row = _row(one, code, held, target, path)
        own = named.get(gaiji.key(_set(one.charset), int.from_bytes(code.bytes)))
        if own is not None:
            row = replace(row, kind="user-defined", unicode=own[0], mj=own[1])
        found.append(row)
    return sorted(found, key=lambda row: (DECIDE.index(row.decide), row.charset, row.code))


def _scripts(layout: Layout) -> list[Charset]:
    """The charsets of a layout; gaiji that nobody has identified stay what they are."""
    if layout.characters is not None:
        kept = layout.characters.model_copy(update={"unmapped": None})
        layout = layout.model_copy(update={"characters": kept})
    return [scripts.of(layout, one) for record in layout.records for one in record.fields]


def _identified(layout: Layout) -> dict[str, tuple[str, str]]:
    """The characters and the name that the layout's table of gaiji has for each code."""
    table = layout.characters.gaiji if layout.characters else {}
    assert isinstance(table, dict), "spec loads tables of gaiji"
    found = {}
    for key, text in table.items():
        words = text.split()
        points = [word for word in words if word.startswith("U+")]
        found[key] = (" ".join(points), "".join(words[len(points) :]))
    return found


def _set(name: str) -> str:
    """The name under which tables of gaiji have the double bytes of a charset, if it has any."""
    try:
        return gaiji.read_set(name)
    except TableError:
        return ""


def _row(one: Found, code: Code, held: bool, target: str, path: str) -> Row:
    return Row(
        charset=one.charset,
        code=f"0x{code.bytes.hex().upper()}",
        unicode="",
        mj="",
        note="",
        decide=_decide(code, held),
        kind=code.kind,
        decoded=" ".join(f"U+{ord(character):04X}" for character in code.text),
        glyph="" if any(map(codes.is_control, map(ord, code.text))) else code.text,
        count=one.count,
        returns=code.returns,
        holds=held,
        target=target,
        file=path,
        record=one.record,
        field=one.field,
        offset=one.offset,
    )


def _decide(code: Code, held: bool) -> str:
    if not code.text:
        return "unassigned" if code.kind == "unassigned" else "undecodable"
    if code.kind == "user-defined":
        return "user-defined"
    if not code.returns:
        return "one-way"
    return "" if held else "not-holdable"


def as_csv(found: list[Row]) -> bytes:
    """UTF-8 with a byte order mark, quoted throughout, so that Excel and people can read it."""
    text = io.StringIO(newline="")
    out = csv.writer(text, quoting=csv.QUOTE_ALL)
    out.writerow(COLUMNS)
    for row in found:
        out.writerow(_shown(cell) for cell in astuple(row))
    return text.getvalue().encode("utf-8-sig")


def _shown(cell: str | int) -> str:
    return str(cell) if not isinstance(cell, bool) else "yes" if cell else "no"


def as_frame(found: list[Row]) -> pl.DataFrame:
    """The same with numbers and booleans."""
    kinds = {"count": pl.Int64, "record": pl.Int64, "offset": pl.Int64}
    flags = {"returns": pl.Boolean, "holds": pl.Boolean}
    schema = {name: (kinds | flags).get(name, pl.String) for name in COLUMNS}
    return pl.DataFrame([astuple(row) for row in found], schema, orient="row")
