"""Rejected records → their original bytes, one file per input, and an index without personal data.

A file under `rejects/` can be converted again as it is: it begins with the heading of its input
(byte order mark, header row) and keeps every terminator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import PurePath

import numpy as np
import polars as pl

from converters.columns import Chunk, Ints
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
        named = _codes(stopped)
        rows = named["record"].to_numpy().astype(np.int64) - chunk.first
        begins, ends = (edge[rows] for edge in chunk.edges)
        blocks, sizes = _runs(chunk, begins, ends), ends - begins
        if self._alone is not None:
            alone = self._apart(chunk, rows)
            blocks, sizes = alone, np.array([len(block) for block in alone], np.int64)
        self._file(chunk.file).write(b"".join(blocks), len(rows))
        listed = named.select(
            file=pl.lit(self._names[chunk.file]),
            record="record",
            offset=begins + chunk.offset,
            bytes=sizes,
            codes="code",
        )
        self._list().write(listed.write_csv(include_header=False).encode(), len(rows))

    def _apart(self, chunk: Chunk, rows: Ints) -> list[memoryview]:
        """The bytes of each record as those of a file of its own, broken ones as they are."""
        assert self._alone is not None
        begins, ends = (edge[rows].tolist() for edge in chunk.edges)
        blocks = [chunk.data.data[begin:end] for begin, end in zip(begins, ends, strict=True)]
        for at in np.flatnonzero(chunk.codes[rows] == 0).tolist():
            blocks[at] = memoryview(self._alone(blocks[at].tobytes()))
        return blocks

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
            self._index.write(f"{','.join(COLUMNS)}\n".encode())
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


def _codes(stopped: pl.DataFrame) -> pl.DataFrame:
    """Record and its codes, each once, from findings of one chunk."""
    pairs = stopped.sort("record", maintain_order=True).select("record", "code")
    if pairs["record"].n_unique() == len(pairs):
        return pairs
    pairs = pairs.unique(maintain_order=True)
    return pairs.group_by("record", maintain_order=True).agg(pl.col("code").str.join(";"))


def _runs(chunk: Chunk, begins: Ints, ends: Ints) -> list[memoryview]:
    """The bytes of some records; those that follow one another are one piece."""
    first = np.flatnonzero(np.concatenate([[True], begins[1:] != ends[:-1]]))
    last = np.concatenate([first[1:], [len(begins)]]) - 1
    edges = zip(begins[first].tolist(), ends[last].tolist(), strict=True)
    return [chunk.data.data[begin:end] for begin, end in edges]
