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
from converters.findings.reading import Decoder

__all__ = [
    "SCHEMA",
    "Origin",
    "Told",
    "ValueProblem",
    "blamed",
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
character U+10FF00 + byte (`reading.decoder`), so that nothing is lost and text stays text.
`action` is empty until `judge` has filled it.
"""

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
    decode: Decoder
    records: Ints | None = None
    hexed: frozenset[str] = frozenset()
    coded: Decoder | None = None
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
    """Where problems stand: the record and the offset of each row of each, and its value."""

    records: Ints
    offsets: Ints
    values: list[str]


def told(origin: Origin, problems: Sequence[ValueProblem]) -> Told:
    """Where the rows of the problems stand, one problem behind the other, and the values there as
    text for people."""
    chunk = origin.chunk
    rows = [_chunk_rows(origin, problem.rows) for problem in problems]
    edges = _edges(origin, problems, rows)
    every = np.concatenate(rows)
    offsets = chunk.offsets(every) + _within(chunk, every, edges[0])
    return Told(chunk.numbered(every), offsets, _values(origin, problems, edges))


def _edges(
    origin: Origin, problems: Sequence[ValueProblem], rows: Sequence[Ints]
) -> tuple[Ints, Ints]:
    """Where the field of each row begins and ends: an item that is none of the source's fields is
    placed, without a byte, at its record."""
    begins = origin.chunk.bounds[:-1]
    known: dict[str, tuple[Ints, Ints]] = {}
    for name in {problem.field for problem in problems}:
        place = origin.index.get(name)
        known[name] = (begins, begins) if place is None else origin.spans.of(place)
    fields = [known[problem.field] for problem in problems]
    starts, stops = (
        np.concatenate([edges[end][found] for edges, found in zip(fields, rows, strict=True)])
        for end in (0, 1)
    )
    return starts, stops


def in_order(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames of findings as one, in the order of the records and their bytes."""
    return pl.concat(parts).sort("record", "offset", "field", "code", maintain_order=True)


def from_records(
    chunk: Chunk, problems: Mapping[int, str], codes: Status, details: Mapping[int, str]
) -> pl.DataFrame:
    """The findings on whole records: `codes` are numbers of record problems (0: none), `problems`
    the finding code of each, `details` what else is known of some of them. See `blamed` for those
    that lie in a field."""
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


def blamed(found: pl.DataFrame, origin: Origin) -> pl.DataFrame:
    """Findings on whole records, told of the field that each lies in, with its bytes."""
    blame, chunk = origin.spans.blamed, origin.chunk
    if blame is None or not (blame.fields >= 0).any():
        return found
    rows = np.flatnonzero(blame.fields >= 0)
    names = {place: name for name, place in origin.index.items()}
    edges = zip(blame.starts[rows].tolist(), blame.stops[rows].tolist(), strict=True)
    fields = [names[place] for place in blame.fields[rows].tolist()]
    raw = [origin.spans.data[start:stop].tobytes() for start, stop in edges]
    shown = [
        (_hexed if name in origin.hexed else origin.decode.all)([value])[0].encode()
        for name, value in zip(fields, raw, strict=True)
    ]
    offsets = chunk.offsets(rows) + blame.starts[rows] - chunk.bounds[rows]
    told = pl.DataFrame(
        {
            "record": chunk.numbered(rows).astype(np.uint64),
            "at": offsets.astype(np.uint64),
            "name": fields,
            "shown": pl.Series(shown, dtype=pl.Binary),
        }
    )
    joined = found.join(told, "record", how="left", maintain_order="left")
    return joined.with_columns(
        offset=pl.coalesce("at", "offset"),
        field=pl.coalesce("name", "field"),
        value=pl.coalesce("shown", "value"),
    ).select(found.columns)


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


def _values(
    origin: Origin, problems: Sequence[ValueProblem], edges: tuple[Ints, Ints]
) -> list[str]:
    """The values of all rows as text: those that a problem brings, or the field's own bytes."""
    ends = np.cumsum([len(problem.rows) for problem in problems])
    found = np.empty(len(edges[0]), object)
    own: dict[tuple[Show, bytes], list[Ints]] = {}
    for problem, end in zip(problems, ends.tolist(), strict=True):
        places = np.arange(end - len(problem.rows), end)
        if problem.values is None:
            own.setdefault(_manner(origin, problem), []).append(places)
        else:
            given = problem.values.cast(pl.Binary).to_list()
            found[places] = [(value or b"").decode("utf-8", "replace") for value in given]
    data = origin.spans.data.data
    for (show, front), parts in own.items():
        places = np.concatenate(parts)
        starts, stops = (edge[places].tolist() for edge in edges)
        cut = [front + data[start:stop] for start, stop in zip(starts, stops, strict=True)]
        found[places] = show(cut)
    texts: list[str] = found.tolist()
    return texts


Show = Callable[[Sequence[bytes]], list[str]]


def _manner(origin: Origin, problem: ValueProblem) -> tuple[Show, bytes]:
    """How the bytes of a problem's field become text, and what is read in front of them."""
    front = origin.fronts.get(problem.field, b"")
    if problem.field in origin.hexed:
        return _hexed, front
    coded = origin.coded is not None and problem.code in GAIJI
    return (origin.coded if coded and origin.coded else origin.decode).all, front


def _hexed(values: Sequence[bytes]) -> list[str]:
    return [f"X'{value.hex().upper()}'" for value in values]
