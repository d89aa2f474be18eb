"""Rejected records → their original bytes, one file per input, and an index without personal data.

A file under `rejects/` can be converted again as it is: it begins with the heading of its input
(byte order mark, header row) and keeps every terminator.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import repeat
from pathlib import PurePath

import numpy as np
import polars as pl

from converters.columns import Chunk
from converters.rundir.directory import RunDirectory
from converters.rundir.sink import Sink

__all__ = ["Rejects", "reject_names"]

FOLDER = "rejects"
Alone = Callable[[bytes], bytes]
COLUMNS = ("file", "record", "offset", "bytes", "codes")


class Rejects:
    """Guards the reject files of a run; nothing is created before the first reject.

    `names` are the inputs in the order of their file numbers; `alone` makes of the bytes of one
    record what it is in a file: a block of its own, where records stand in blocks.
    """

    def __init__(self, run: RunDirectory, names: Sequence[str], alone: Alone | None = None) -> None:
        self._run = run
        self._alone = alone
        self._trailers: dict[int, bytes] = {}
        self._names = reject_names(names)
        self._headings: dict[int, bytes] = {}
        self._files: dict[int, Sink] = {}
        self._index: Sink | None = None

    def heading(self, file: int, data: bytes) -> None:
        """What stands before the first record of that input."""
        self._headings[file] = data

    def trailer(self, file: int, data: bytes) -> None:
        """What a file of some records of that input has to end with."""
        self._trailers[file] = data

    def add(self, chunk: Chunk, judged: pl.DataFrame) -> None:
        """Set aside the records of the chunk that its findings reject."""
        stopped = judged.filter(pl.col("action") == "record-rejected")
        if not len(stopped):
            return
        named = _codes(stopped.sort("record", maintain_order=True))
        rows = np.fromiter(named, np.int64, len(named)) - chunk.first
        begins, ends = (edge[rows].tolist() for edge in chunk.edges)
        data = chunk.data.data
        blocks = [data[begin:end] for begin, end in zip(begins, ends, strict=True)]
        if self._alone is not None:
            for at in np.flatnonzero(chunk.codes[rows] == 0).tolist():
                blocks[at] = memoryview(self._alone(blocks[at].tobytes()))
        places = [chunk.offset + begin for begin in begins]
        listed = zip(
            repeat(self._names[chunk.file]), named, places, map(len, blocks), named.values()
        )
        self._file(chunk.file).write(b"".join(blocks), len(blocks))
        self._list().write(_lines(listed), len(blocks))

    def close(self) -> None:
        """Finish the files."""
        for file, sink in self._files.items():
            sink.write(self._trailers.get(file, b""))
        for sink in (*self._files.values(), *filter(None, [self._index])):
            self._run.close(sink)

    def _file(self, file: int) -> Sink:
        if file not in self._files:
            self._files[file] = self._run.sink(f"{FOLDER}/{self._names[file]}")
            self._files[file].write(self._headings.get(file, b""))
        return self._files[file]

    def _list(self) -> Sink:
        if self._index is None:
            self._index = self._run.sink(f"{FOLDER}/index.csv")
            self._index.write(_lines([COLUMNS]))
        return self._index


def reject_names(names: Sequence[str]) -> list[str]:
    """File names for the inputs: the last part of the path, numbered where two are the same."""
    seen: Counter[str] = Counter({"index.csv": 1})
    found = []
    for name in names:
        path = PurePath("stdin" if name == "-" else name)
        while seen[path.name.lower()]:
            seen[path.name.lower()] += 1
            path = path.with_name(f"{path.stem}-{seen[path.name.lower()]}{path.suffix}")
        seen[path.name.lower()] = 1
        found.append(path.name)
    return found


def _codes(stopped: pl.DataFrame) -> dict[int, str]:
    """Record number to its codes, each once, from findings in the order of the records."""
    found: dict[int, str] = {}
    for record, code in zip(stopped["record"].to_list(), stopped["code"].to_list(), strict=True):
        known = found.get(record)
        if known is None:
            found[record] = code
        elif code not in known.split(";"):
            found[record] = f"{known};{code}"
    return found


def _lines(rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
