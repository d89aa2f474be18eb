"""Statuses and value problems of a batch → a findings frame, whole columns at a time.

A clean column costs one comparison; only rows with a problem are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from converters import status
from converters.columns import Chunk, Ints, Spans, Status, Values, gravest, series, take
from converters.findings.catalogue import catalogue
from converters.findings.masking import GAIJI

__all__ = [
    "SCHEMA",
    "Origin",
    "Told",
    "ValueProblem",
    "from_records",
    "in_order",
    "single",
    "status_problems",
    "told",
]

SCHEMA: Final[dict[str, pl.DataType]] = {
    "file": pl.UInt16(),
    "record": pl.UInt64(),
    "offset": pl.UInt64(),
    "field": pl.String(),
    "code": pl.String(),
    "value": pl.Binary(),
    "action": pl.String(),
}
"""Columns of a findings frame.

`file` is the 0-based place in the list of inputs, `record` is 1-based (0: the file as a whole),
`offset` the 0-based position of the field, or of the record, in its file. `field` is empty at
record level. `value` is UTF-8; a byte of the file that is no character stands as the private
character U+10FF00 + byte (`masking.decoder`), so that nothing is lost and text stays text.
`action` is empty until `judge` has filled it.
"""

NOWHERE: Final = np.empty(0, np.int64), np.empty(0, np.int64)
MEASURED = ("REC-001", "REC-002", "REC-008", "REC-022")
"""Record problems whose value is the length of the record in bytes."""


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """One code on some rows of a batch: `rows` are positions in the batch, ascending.

    `values` is a String or Binary (UTF-8) series as long as `rows`, or None to show the field's
    own bytes. `step` is the place of the check among the steps of its layout, -1 for none.
    """

    rows: Ints
    field: str
    code: str
    values: pl.Series | None = None
    step: int = -1


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch came from: its chunk, the spans of its fields, and how to read its bytes.

    `index` is field name to row of `spans`. A field that is not in it (a target item) is placed at
    its record. `records` are the record numbers of the batch's rows, None for all of the chunk.
    `hexed` are the fields whose bytes are no characters: they are shown as `X'012C'`. `coded` reads
    a value as `decode` does, gaiji as their codes: what findings about gaiji show. `fronts` are the
    bytes to read in front of a field's own, where its text begins in double-byte state.
    """

    chunk: Chunk
    spans: Spans
    index: Mapping[str, int]
    decode: Callable[[bytes], str]
    records: Ints | None = None
    hexed: frozenset[str] = frozenset()
    coded: Callable[[bytes], str] | None = None
    fronts: Mapping[str, bytes] = field(default_factory=dict)


def status_problems(name: str, outcome: Status, values: Values | None = None) -> list[ValueProblem]:
    """The problems among the outcomes of one column; `values` are those of the whole column."""
    if gravest(outcome) < status.PROBLEM:
        return []
    found = []
    for number in np.unique(outcome[outcome >= status.PROBLEM]):
        rows = np.flatnonzero(outcome == number)
        taken = None if values is None else series(take(values, rows))
        found.append(ValueProblem(rows, name, status.CODES[int(number)], taken))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """One problem with its places: the record and the offset of each row, and its value."""

    records: Ints
    offsets: Ints
    values: list[str]


def told(origin: Origin, problem: ValueProblem) -> Told:
    """Where the rows of a problem stand, and the values there as text for people."""
    rows = _chunk_rows(origin, problem.rows)
    place = origin.index.get(problem.field)
    offsets, edges = origin.chunk.offsets(rows), NOWHERE
    if place is not None:
        start, stop = origin.spans.of(place)
        edges = start[rows], stop[rows]
        offsets += _within(origin.chunk, rows, edges[0])
    if problem.values is not None:
        given = problem.values.cast(pl.Binary).to_list()
        values = [(value or b"").decode("utf-8", "replace") for value in given]
    elif place is None:
        values = [""] * len(rows)
    else:
        values = _own_text(origin, edges, problem)
    return Told(origin.chunk.numbered(rows), offsets, values)


def in_order(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames of findings as one, in the order of the records and their bytes."""
    return pl.concat(parts).sort("record", "offset", "field", "code", maintain_order=True)


def from_records(
    chunk: Chunk, problems: Mapping[int, str], codes: Status, details: Mapping[int, str]
) -> pl.DataFrame:
    """The findings on whole records: `codes` are numbers of record problems (0: none), `problems`
    the finding code of each, `details` what else is known of some of them."""
    parts = []
    for number in np.unique(codes[codes > 0]):
        rows = np.flatnonzero(codes == number)
        code = problems[int(number)]
        lengths = chunk.stop[rows] - chunk.bounds[rows]
        known = [details.get(row, "").encode() for row in rows.tolist()]
        if code in MEASURED:
            known = [str(length).encode() for length in lengths.tolist()]
        parts.append(_frame(chunk, rows, code, pl.Series(known, dtype=pl.Binary)))
    if not parts:
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat(parts).sort("record", maintain_order=True)


def single(
    file: int, code: str, detail: str = "", offset: int = 0, record: int = 0
) -> pl.DataFrame:
    """One finding, mostly on a file as a whole; `detail` is the field if the wording names one."""
    names = "{field}" in catalogue()[code].en.message
    field, value = (detail, "") if names else ("", detail)
    row = (file, record, offset, field, code, value.encode(), "")
    return pl.DataFrame([row], schema=SCHEMA, orient="row")


def _frame(chunk: Chunk, rows: Ints, code: str, values: pl.Series) -> pl.DataFrame:
    """Findings of one code on whole records."""
    places = {
        "file": np.full(len(rows), chunk.file, np.uint16),
        "record": chunk.numbered(rows).astype(np.uint64),
        "offset": chunk.offsets(rows).astype(np.uint64),
    }
    words = {"field": pl.lit(""), "code": pl.lit(code), "value": values, "action": pl.lit("")}
    return pl.DataFrame(places).with_columns(**words).cast(SCHEMA)  # type: ignore[arg-type]


def _chunk_rows(origin: Origin, rows: Ints) -> Ints:
    """Positions in the batch as positions in the chunk."""
    if origin.records is None:
        return rows
    return origin.chunk.rows(origin.records[rows].astype(np.int64))


def _within(chunk: Chunk, rows: Ints, start: Ints) -> Ints:
    """How far into its record a field begins. A value that was unescaped lies behind the chunk's
    bytes; its record has to do."""
    return np.where(start < len(chunk.data), start - chunk.bounds[rows], 0)


def _own_text(origin: Origin, edges: tuple[Ints, Ints], problem: ValueProblem) -> list[str]:
    """What stands in the field, each different value put into text once."""
    spans = origin.spans
    show = origin.coded if origin.coded is not None and problem.code in GAIJI else origin.decode
    show = _hexed if problem.field in origin.hexed else show
    starts, stops = (edge.tolist() for edge in edges)
    data = spans.data.data
    values = [bytes(data[start:stop]) for start, stop in zip(starts, stops, strict=True)]
    front = origin.fronts.get(problem.field, b"")
    texts = {value: show(front + value) for value in set(values)}
    return [texts[value] for value in values]


def _hexed(value: bytes) -> str:
    return f"X'{value.hex().upper()}'"
