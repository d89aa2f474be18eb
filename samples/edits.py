"""Generated records as rows of cells, edits that are spelled out, and rows as a file again."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from converters import charset, generate, pipeline, spec
from converters.model import Layout
from converters.pipeline import Job

__all__ = [
    *("A", "B", "STANDARD", "Row", "edit", "encoded", "joined", "picked", "rows"),
    *("spoiled", "standard"),
]

A, B, STANDARD = "vendor-a/resident", "vendor-b/resident", "standard/juki/resident"
Row = list[bytes]


def encoded(text: str, layout: Layout) -> bytes:
    """Text in the layout's charset, with the codes that Windows writes."""
    script = charset.load(layout.charset)
    if script.unicode:
        return text.encode()
    codes = [int(script.encode[ord(character)]) for character in text]
    return b"".join(code.to_bytes(1 if code < 256 else 2, "big") for code in codes)


def rows(name: str, records: int, seed: int) -> list[Row]:
    """Generated records as lists of cells: the fields of a fixed record, the columns of a CSV row,
    a CSV's header row first. The generator writes no quotes and no line ends inside values."""
    layout = spec.load_layout(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        generate.write(layout, path, records, seed)
        lines = path.read_bytes().split(b"\r\n")[:-1]
    if layout.framing.delimited:
        return [[cell.strip(b'"') for cell in line.split(b",")] for line in lines]
    ends = [*layout.record.offsets, layout.framing.fixed.length if layout.framing.fixed else 0]
    return [[line[a:b] for a, b in itertools.pairwise(ends)] for line in lines]


def edit(found: list[Row], name: str, *edits: tuple[int, str, str | bytes]) -> list[Row]:
    """The rows with values put in: record (1-based), field, value. Bytes are put in as they are;
    text is encoded and, in a fixed record, filled up to the width of the field."""
    layout = spec.load_layout(name)
    header = 1 if layout.framing.delimited else 0
    for record, column, value in edits:
        one = layout.record.field(column)
        place = layout.record.index[column]
        raw = value if isinstance(value, bytes) else encoded(value, layout)
        if layout.framing.fixed and isinstance(value, str):
            space = encoded("　", layout) if one.kind == "wide" else b" "
            width = one.bytes or 0
            raw = (raw + space * width)[:width]
        found[record - 1 + header][place] = raw
    return found


def joined(found: list[Row], name: str) -> bytes:
    """Rows as a file. Cells of vendor B are quoted, and quotes in them doubled."""
    if name == A:
        return b"".join(b"".join(row) + b"\r\n" for row in found)
    quote = name == B
    lines = (b",".join(_cell(cell, quote) for cell in row) for row in found)
    return b"".join(line + b"\r\n" for line in lines)


def _cell(cell: bytes, quote: bool) -> bytes:
    special = any(mark in cell for mark in (b'"', b",", b"\r", b"\n"))
    return b'"' + cell.replace(b'"', b'""') + b'"' if quote or special else cell


def picked(found: list[Row], name: str, *records: int) -> list[Row]:
    """Some of the records (1-based), with the header row if there is one."""
    header = 1 if spec.load_layout(name).framing.delimited else 0
    return found[:header] + [found[record - 1 + header] for record in records]


def standard(name: str, records: int, seed: int) -> list[Row]:
    """Generated records of a vendor in the standard, with its header row; no value has quotes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file" + (".dat" if name == A else ".csv"))
        generate.write(spec.load_layout(name), path, records, seed)
        mapping = spec.load_mapping(f"{name}-to-standard")
        pipeline.convert(Job((str(path),), mapping=mapping, out=Path(folder, "run")))
        lines = Path(folder, "run", "file.csv").read_bytes().split(b"\r\n")[:-1]
    return [line.split(b",") for line in lines]


def spoiled(name: str, records: int, rate: float) -> tuple[bytes, bytes]:
    """Generated records with defects, and the truth about them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        generate.write(spec.load_layout(name), path, records, 10, rate)
        return path.read_bytes(), Path(f"{path}.defects.csv").read_bytes()
