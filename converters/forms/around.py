"""What stands around the records of a file and is no record's own: kept, and put back.

Parts of blocks, comments, the tags of groups. Each belongs to the record behind it, or before it,
so that every byte of a file belongs to a record; `Chunk.own` tells where the record itself lies.
"""

from __future__ import annotations

import zlib

import numpy as np

from converters.columns import Bytes, Chunk, Ints
from converters.forms.framing import Form

__all__ = ["Again", "Kept"]


class Kept:
    """What stood before and behind the records of a file, as far as it is no record's own."""

    def __init__(self) -> None:
        self._rows: list[Ints] = []
        self._parts: list[bytes] = []

    def add(self, chunk: Chunk) -> None:
        """The next chunk of the file."""
        if chunk.own is None:
            return
        begin, end = chunk.edges
        low, high = chunk.bounds[:-1], chunk.bounds[1:]
        rows = np.flatnonzero((begin > low) | (high > end))
        sizes = [rows + chunk.first, begin[rows] - low[rows], high[rows] - end[rows]]
        self._rows.append(np.column_stack(sizes).astype(np.int64))
        for row in rows.tolist():
            self._parts.append(chunk.data[low[row] : begin[row]].tobytes())
            self._parts.append(chunk.data[end[row] : high[row]].tobytes())

    def packed(self) -> bytes:
        """All of it, as `Blocks.packer` takes it; empty where there was none."""
        if not self._rows:
            return b""
        rows = np.concatenate(self._rows)
        return zlib.compress(
            len(rows).to_bytes(8, "little") + rows.tobytes() + b"".join(self._parts)
        )


class Again:
    """Puts back what was kept around records that have all come back."""

    def __init__(self, inner: Form, kept: bytes) -> None:
        data = zlib.decompress(kept)
        count = int.from_bytes(data[:8], "little")
        self._inner = inner
        self._rows = np.frombuffer(data, np.int64, 3 * count, 8).reshape(count, 3)
        self._parts = np.frombuffer(data, np.uint8, offset=8 + 24 * count)
        self._next, self._row, self._place = 1, 0, 0

    def add(self, data: Bytes) -> Bytes:
        bounds = self._inner.split(data, True).bounds
        first, self._next = self._next, self._next + len(bounds) - 1
        parts: list[Bytes] = [np.empty(0, np.uint8)]
        done = 0
        while self._row < len(self._rows) and self._rows[self._row, 0] < self._next:
            number, head, tail = self._rows[self._row].tolist()
            low, high = bounds[number - first], bounds[number - first + 1]
            parts += [data[done:low], self._taken(head), data[low:high], self._taken(tail)]
            done = high
            self._row += 1
        return np.concatenate([*parts, data[done:]])

    def finish(self) -> Bytes:
        return np.empty(0, np.uint8)

    def _taken(self, size: int) -> Bytes:
        self._place += size
        return self._parts[self._place - size : self._place]
