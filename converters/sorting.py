"""Records of a chunk → which type each of them is, and the records of one type as a chunk."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from converters import charset, scripts
from converters.columns import Bytes, Chunk, Ints, Mask
from converters.forms import punctuation
from converters.forms.punctuation import Punctuation
from converters.kernels.frame import UNKNOWN
from converters.kernels.records import OTHER, column_spans, walk
from converters.kernels.records import picked as records_of
from converters.model import Layout, When
from converters.sequence import Sequenced

__all__ = ["OTHER", "Sorter", "Walk", "compile", "picked", "sort", "walked"]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a type: its 0-based place (a column where there is a delimiter), and its
    values."""

    place: int
    values: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Sorter:
    """The keys of each type of record, in the order of the layout; a type without keys takes what
    is left. `delimiter` is -1 where fields lie in fixed places, `lead` the bytes before them;
    `signs` the punctuation of a delimited file."""

    keys: tuple[tuple[Key, ...], ...]
    delimiter: int
    lead: int
    signs: Punctuation | None


def compile(layout: Layout) -> Sorter:
    """The sorter of a layout whose types stand in one file."""
    delimited, variable = layout.framing.delimited, layout.framing.variable
    return Sorter(
        tuple(
            tuple(_key(layout, when) for when in record.when)
            for record in layout.records
            if record.within is None
        ),
        ord(delimited.delimiter) if delimited else -1,
        4 if variable and variable.by == "rdw" else 0,
        punctuation.of(layout) if delimited else None,
    )


def _key(layout: Layout, when: When) -> Key:
    script = scripts.of(layout)
    texts = tuple(charset.write(script, text) for text in when.among)
    return Key((when.at or when.column or 1) - 1, texts + tuple(map(bytes.fromhex, when.hex)))


def sort(sorter: Sorter, chunk: Chunk) -> tuple[Bytes, Chunk]:
    """The type of each record, and the chunk with the records of no type marked as such.

    A record that is broken has no type.
    """
    kinds = np.full(chunk.records, OTHER, np.uint8)
    left = chunk.codes == 0
    seen = sorter.signs.narrowed(chunk) if sorter.signs else chunk
    for number, keys in enumerate(sorter.keys):
        if not keys:
            continue
        found = left.copy()
        for key in keys:
            found &= _matches(sorter, chunk, seen, key)
        kinds[found] = number
        left &= ~found
    for number, keys in enumerate(sorter.keys):
        if not keys:
            kinds[left] = number
            left = np.zeros_like(left)
    codes = chunk.codes
    if left.any():
        codes = codes.copy()
        codes[left] = UNKNOWN
    return kinds, replace(chunk, codes=codes)


def _matches(sorter: Sorter, chunk: Chunk, seen: Chunk, key: Key) -> Mask:
    """Which records have one of the values at the key's place; `seen` is the chunk narrowed."""
    begin, end = chunk.edges[0] + sorter.lead + key.place, chunk.stop
    if sorter.signs is not None:
        begin, end = np.empty(chunk.records, np.int64), np.empty(chunk.records, np.int64)
        column_spans(seen.data, seen.bounds, seen.stop, sorter.delimiter, key.place, begin, end)
        begin, end = (sorter.signs.places(each, len(chunk.data)) for each in (begin, end))
    found = np.zeros(chunk.records, np.bool_)
    for value in key.values:
        whole = begin + len(value) <= end
        if sorter.signs is not None:
            whole = begin + len(value) == end
        rows = np.flatnonzero(whole)
        same = np.ones(len(rows), np.bool_)
        for at, byte in enumerate(value):
            same &= chunk.data[begin[rows] + at] == byte
        found[rows[same]] = True
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """What came of a walk through the order of types: n + 1 states, and which records stand where
    they may not."""

    states: npt.NDArray[np.int16]
    wrong: Mask


def walked(order: Sequenced, kinds: Bytes, state: int) -> Walk:
    """The states of the records of these types; `state` is the one before the first."""
    states = np.empty(len(kinds) + 1, np.int16)
    wrong = np.zeros(len(kinds), np.bool_)
    states[0] = state
    walk(kinds, order.follow, order.resume, states, wrong)
    return Walk(states, wrong)


def picked(chunk: Chunk, rows: Ints) -> Chunk:
    """These records as a chunk; they keep their numbers and places in the file."""
    if len(rows) and int(rows[-1]) - int(rows[0]) + 1 == len(rows):
        return _run(chunk, int(rows[0]), int(rows[-1]) + 1)
    begins = chunk.bounds[rows]
    data, bounds = records_of(chunk.data, chunk.bounds, rows)
    return replace(
        chunk,
        data=data,
        bounds=bounds,
        stop=chunk.stop[rows] - begins + bounds[:-1],
        codes=chunk.codes[rows],
        own=None if chunk.own is None else chunk.own[rows] + (bounds[:-1] - begins)[:, None],
        numbers=chunk.numbered(rows),
        places=chunk.offsets(rows),
    )


def _run(chunk: Chunk, low: int, high: int) -> Chunk:
    """The records from `low` to before `high`, where they lie."""
    begin, end = int(chunk.bounds[low]), int(chunk.bounds[high])
    return replace(
        chunk,
        first=chunk.first + low,
        offset=chunk.offset + begin,
        data=chunk.data[begin:end],
        bounds=chunk.bounds[low : high + 1] - begin,
        stop=chunk.stop[low:high] - begin,
        codes=chunk.codes[low:high],
        own=None if chunk.own is None else chunk.own[low:high] - begin,
    )
