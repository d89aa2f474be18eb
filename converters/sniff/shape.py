"""A stream of bytes, read once in bounded memory → facts of its shape, a sample, all readings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import BinaryIO, Final

import numpy as np

from converters.columns import Bytes
from converters.sniff import decoding
from converters.sniff.decoding import Reading

__all__ = ["BLOCK", "MARKS", "Shape", "take"]

BLOCK: Final = 1 << 20
"""Bytes read at a time, and bytes of the sample that the finer questions are asked of."""

MARKS: Final = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16le", b"\xfe\xff": "utf-16be"}
LENGTHS: Final = 1000
"""Different lengths of lines that are counted; a file with more of them has no fixed length."""


@dataclass(slots=True)
class Shape:
    """Facts of a file. `lines` counts lines by their length without the line end; `mark` is the
    byte order mark and `eof` the bytes 1A at the end. It guards the line that goes on."""

    size: int = 0
    mark: bytes = b""
    crlf: int = 0
    lf: int = 0
    cr: int = 0
    eof: int = 0
    lines: Counter[int] = field(default_factory=Counter)
    sample: bytes = b""
    readings: tuple[Reading, ...] = ()
    open: int = 0
    last: int = -1

    @property
    def newline(self) -> str:
        """crlf, lf, cr, mixed or none."""
        found = [name for name in ("crlf", "lf", "cr") if getattr(self, name)]
        return "none" if not found else found[0] if len(found) == 1 else "mixed"

    @property
    def body(self) -> bytes:
        """The sample behind the byte order mark."""
        return self.sample[len(self.mark) :]


def take(source: BinaryIO) -> Shape:
    """Reads `source` to its end."""
    shape = Shape()
    block = source.read(BLOCK)
    shape.mark = next((mark for mark in MARKS if block.startswith(mark)), b"")
    shape.sample = block
    shape.size = len(shape.mark)
    decoders = decoding.begin(len(shape.mark))
    block = block[len(shape.mark) :]
    while block:
        data = np.frombuffer(block, np.uint8)
        _measure(shape, data)
        for one in decoders:
            decoding.feed(one, data, False)
        block = source.read(BLOCK)
    if shape.open:
        shape.lines[shape.open] += 1
    for one in decoders:
        decoding.feed(one, np.zeros(0, np.uint8), True)
    found = [decoding.reading(one, shape.size) for one in decoders]
    marked = MARKS.get(shape.mark, "")
    found.sort(key=lambda one: (marked != one.charset or one.bad > 0, -one.score))
    shape.readings = tuple(found)
    return shape


def _measure(shape: Shape, data: Bytes) -> None:
    """Line ends and lengths of one block."""
    feeds = np.flatnonzero(data == 10)
    before = np.where(feeds > 0, data[feeds - 1], shape.last) == 13
    shape.crlf += int(before.sum())
    shape.lf += len(feeds) - int(before.sum())
    shape.cr += int((data == 13).sum()) - int(before.sum())
    tail = data[::-1]
    others = np.flatnonzero(tail != 0x1A)
    shape.eof = int(others[0]) if len(others) else shape.eof + len(data)
    starts = np.concatenate([[-shape.open], feeds[:-1] + 1]) if len(feeds) else feeds
    lengths, counts = np.unique(feeds - starts - before, return_counts=True)
    for length, count in zip(lengths.tolist(), counts.tolist(), strict=True):
        if len(shape.lines) < LENGTHS or length in shape.lines:
            shape.lines[length] += count
    ended = int(feeds[-1]) + 1 if len(feeds) else -shape.open
    shape.open = len(data) - ended
    shape.last = int(data[-1])
    shape.size += len(data)
