"""Files → chunks of whole records, in order and in bounded memory."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path

import numpy as np

from converters import room
from converters.columns import Bytes, Chunk, Order
from converters.errors import EnvironmentFailure
from converters.forms import FileProblem, Form, Split
from converters.pipeline.job import STDIN

__all__ = ["BLOCK", "Source", "chunks"]

BLOCK = 8 << 20
"""Bytes read at a time, at most: large enough to keep the cost of a batch small, small enough that
a few batches in flight stay within the memory of design §9."""
FIRST = 1 << 20
"""Bytes read at first, when nobody knows yet how long records are."""
VALUES = 3 << 19
"""Values of records and of what they become that a batch has, at most: each of them takes memory,
whatever its length."""


@dataclass(slots=True)
class Source:
    """One input while it is read. It guards what is known of the file as a whole.

    `opened` opens it. `values` is how many values a record has on both sides. `opening` and `tail`
    are the bytes before the first and after the last record, `unended` tells that the last record
    has no line end, `line_end` is the bytes of the first one, -1 when another was met; `problems`
    grow as they are found.
    """

    name: str
    number: int
    opened: Callable[[str], RawIOBase] = field(default=lambda name: _opened(name))
    values: int = 1
    records: int = 0
    size: int = 0
    opening: bytes = b""
    tail: bytes = b""
    unended: bool = False
    line_end: int = 0
    order: Order = None
    problems: list[FileProblem] = field(default_factory=list)


def chunks(
    source: Source, form: Form, limit: int | None, seen: Callable[[Bytes], None]
) -> Iterator[Chunk]:
    """The chunks of one input, at most `limit` records each. `seen` gets every byte once.

    EnvironmentFailure where the file is missing or cannot be read.
    """
    try:
        with source.opened(source.name) as stream:
            yield from _split(stream, source, form, limit, seen)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, source.name) from exc


def _opened(name: str) -> RawIOBase:
    if name == STDIN:
        return open(sys.stdin.fileno(), "rb", buffering=0, closefd=False)
    return Path(name).open("rb", buffering=0)


def _split(
    stream: RawIOBase, source: Source, form: Form, limit: int | None, seen: Callable[[Bytes], None]
) -> Iterator[Chunk]:
    rest, begun, offset, ordinal = np.empty(0, np.uint8), False, 0, 0
    eof, size = False, FIRST
    while not eof:
        data, eof = _more(stream, rest, room.lend(len(rest) + size), seen)
        source.size += len(data) - len(rest)
        if not begun:
            beginning = form.begin(data, eof)
            if beginning is None:
                rest = data
                continue
            begun = True
            source.order = beginning.order
            source.problems += beginning.problems
            source.opening = data[: beginning.used].tobytes()
            offset, data = beginning.used, data[beginning.used :]
        split = form.split(data, eof)
        _watch_line_ends(source, split, offset)
        whole = int(split.bounds[-1])
        count = len(split.stop)
        for piece in _pieces(split, limit or max(count, 1)):
            yield _chunk(source, split, piece, (ordinal, offset, data))
            ordinal += 1
        source.records += count
        size = _size(source, count, whole)
        offset += whole
        rest = data[whole:]
        if eof:
            source.unended = count > 0 and int(split.stop[-1]) == whole
            source.tail = data[whole : split.used].tobytes()


def _size(source: Source, count: int, whole: int) -> int:
    """Bytes to read next, when the last batch had `count` records in `whole` bytes."""
    if not count:
        return BLOCK
    return min(max(VALUES // source.values * whole // count, FIRST), BLOCK)


def _watch_line_ends(source: Source, split: Split, offset: int) -> None:
    """Tells once of a record whose line end is not that of the first one."""
    if split.own is not None or source.line_end < 0:
        return
    sizes = split.bounds[1:] - split.stop
    ended = (split.codes == 0) & (sizes > 0)
    if not ended.any():
        return
    source.line_end = source.line_end or int(sizes[np.argmax(ended)])
    other = ended & (sizes != source.line_end)
    if other.any():
        place = offset + int(split.bounds[np.argmax(other)])
        source.problems.append(FileProblem("SRC-005", "", place))
        source.line_end = -1


def _pieces(split: Split, limit: int) -> Iterator[tuple[int, int]]:
    """Runs of at most `limit` records."""
    count = len(split.stop)
    for first in range(0, count, limit):
        yield first, min(first + limit, count)


def _chunk(
    source: Source, split: Split, piece: tuple[int, int], block: tuple[int, int, Bytes]
) -> Chunk:
    """A run of the records of a block: its number, its place in the file, its bytes."""
    (first, last), (ordinal, offset, data) = piece, block
    low, high = int(split.bounds[first]), int(split.bounds[last])
    return Chunk(
        source.number,
        ordinal,
        source.records + first + 1,
        offset + low,
        data[low:high],
        split.bounds[first : last + 1] - low,
        split.stop[first:last] - low,
        split.codes[first:last],
        None if split.own is None else split.own[first:last] - low,
    )


def _more(
    stream: RawIOBase, rest: Bytes, buffer: Bytes, seen: Callable[[Bytes], None]
) -> tuple[Bytes, bool]:
    """`rest` and what fills `buffer` behind it; whether the input has ended."""
    buffer[: len(rest)] = rest
    place = len(rest)
    while place < len(buffer):
        read = stream.readinto(buffer[place:].data)
        if not read:
            break
        seen(buffer[place : place + read])
        place += read
    return buffer[:place], place < len(buffer)
