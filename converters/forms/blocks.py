"""Blocks of records: a form whose records stand in blocks, around the form of the records.

A block header belongs to the first record of the block, a filler to the last one. Blocks are
written one after the other, wherever their records were made. What cannot be made again, how the
records were spread over blocks and what stood between them, is kept beside the residual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from converters.columns import Bytes, Chunk, Ints, Order, Spans, Status, Text
from converters.forms import fixed, variable
from converters.forms.around import Again
from converters.forms.framing import Beginning, Ending, Form, Packer, Split
from converters.kernels.blocks import block_ends, split_blocks, split_slots
from converters.kernels.variable import WORD
from converters.model import Layout

__all__ = ["Blocks", "form", "placed"]

LARGEST: Final = 1 << 16
"""A block that is given up is no longer than a descriptor word can say."""


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The form of a layout whose records stand in blocks; see `framing.Form`.

    `inner` is the form of the records, `found` finds them, `fresh` makes a packer.
    """

    inner: Form
    found: Callable[[Bytes, bool], Split]
    fresh: Callable[[], Packer]
    largest: int

    @property
    def longest(self) -> int:
        return max(self.inner.longest, self.largest)

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        return self.inner.begin(data, eof)

    def split(self, data: Bytes, eof: bool) -> Split:
        return self.found(data, eof)

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        begin, _ = chunk.edges
        bounds = np.append(begin, chunk.bounds[-1])
        return self.inner.spans(replace(chunk, bounds=bounds, own=None), order)

    def opening(self) -> bytes:
        return self.inner.opening()

    def closing(self) -> bytes:
        return self.inner.closing()

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        return self.inner.end(tail, unended, place, order)

    def packer(self, kept: bytes = b"") -> Packer:
        return Again(self.inner, kept) if kept else self.fresh()

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        return self.inner.remains(chunk, rows, order)

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        return self.inner.fit(texts)

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        return self.inner.assemble(texts, keep)


def form(layout: Layout) -> Blocks:
    """The form of a layout with blocks."""
    return _slots(layout) if layout.framing.fixed else _words(layout)


def _slots(layout: Layout) -> Blocks:
    framing = layout.framing.fixed
    assert framing is not None and framing.block is not None, "blocks need block"
    shape = (framing.length, framing.block.bytes, int(framing.block.fill, 16))

    def found(data: Bytes, eof: bool) -> Split:
        room = len(data) // min(shape[0], shape[1]) + 2
        out = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.uint8)
        count, used = split_slots(data, 0, eof, shape, out)
        ends, stop, codes = out[0][:count].copy(), out[1][:count].copy(), out[2][:count].copy()
        bounds = np.concatenate([np.zeros(1, np.int64), ends])
        own = np.column_stack([bounds[:-1], np.where(codes == 0, stop, ends)])
        return Split(bounds, stop, codes, used, own)

    return Blocks(fixed.form(layout), found, lambda: _Slots(*shape), shape[1])


def _words(layout: Layout) -> Blocks:
    framing = layout.framing.variable
    assert framing is not None and framing.block is not None, "blocks need block"
    inner, block = variable.form(layout), framing.block
    way = block.counted + 2 * (framing.endian == "little")
    shape = (framing.length, inner.way, way, LARGEST)

    def found(data: Bytes, eof: bool) -> Split:
        room = len(data) // WORD + 2
        numbers = np.empty(room, np.int64), np.empty(room, np.int64)
        out = *numbers, np.empty(room, np.uint8), np.empty(room, np.int64)
        count, used = split_blocks(data, 0, eof, shape, out)
        ends, stop = out[0][:count].copy(), out[1][:count].copy()
        codes, heads = out[2][:count].copy(), out[3][:count].copy()
        bounds = np.concatenate([np.zeros(1, np.int64), ends])
        return Split(bounds, stop, codes, used, np.column_stack([bounds[:-1] + heads, ends]))

    room = block.bytes - WORD
    return Blocks(inner, found, lambda: _Words(inner, room, way), LARGEST + WORD)


def placed(blocks: Blocks, lengths: Ints) -> tuple[Ints, Ints]:
    """Where records of these lengths begin once they stand in blocks, and where their own bytes
    do: the word of a block belongs to its first record. Both have the end as a last place."""
    packer = blocks.fresh()
    if isinstance(packer, _Slots):
        begins = packer.places(len(lengths))
        return begins, begins
    assert isinstance(packer, _Words), "there are two sorts of blocks"
    return packer.places(lengths)


class _Slots:
    """Packs records of one length into blocks of one size."""

    def __init__(self, length: int, block: int, fill: int) -> None:
        self._filled = block // length * length
        self._block = block
        self._fill = fill
        self._open = np.empty(0, np.uint8)
        self._length = length

    def places(self, count: int) -> Ints:
        """Where so many records begin."""
        each = self._filled // self._length
        numbers = np.arange(count + 1, dtype=np.int64)
        return numbers // each * self._block + numbers % each * self._length

    def add(self, data: Bytes) -> Bytes:
        data = np.concatenate([self._open, data])
        whole = len(data) // self._filled
        self._open = data[whole * self._filled :]
        out = np.full((whole, self._block), self._fill, np.uint8)
        out[:, : self._filled] = data[: whole * self._filled].reshape(whole, self._filled)
        return out.reshape(-1)

    def finish(self) -> Bytes:
        rest = np.full(self._block if len(self._open) else 0, self._fill, np.uint8)
        rest[: len(self._open)] = self._open
        return rest


class _Words:
    """Packs records behind descriptor words into blocks that hold up to `room` bytes of them."""

    def __init__(self, inner: Form, room: int, way: int) -> None:
        self._inner = inner
        self._room = room
        self._way = way
        self._open: list[Bytes] = []
        self._filled = 0

    def places(self, lengths: Ints) -> tuple[Ints, Ints]:
        """Where records of these lengths begin, with and without the words of blocks."""
        bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
        ends = np.empty(len(bounds), np.int64)
        count, _ = block_ends(bounds, 0, self._room, ends)
        first = np.zeros(len(bounds), np.int64)
        first[ends[:count]] = WORD
        first[0] = WORD
        own = bounds + np.cumsum(first)
        return own - first, own

    def add(self, data: Bytes) -> Bytes:
        bounds = self._inner.split(data, True).bounds
        ends = np.empty(len(bounds), np.int64)
        count, filled = block_ends(bounds, self._filled, self._room, ends)
        parts: list[Bytes] = [np.empty(0, np.uint8)]
        place = 0
        for end in bounds[ends[:count]].tolist():
            self._open.append(data[place:end])
            parts += self._closed()
            place = end
        self._open.append(data[place:])
        self._filled = filled
        return np.concatenate(parts)

    def finish(self) -> Bytes:
        return np.concatenate(self._closed()) if self._filled else np.empty(0, np.uint8)

    def _closed(self) -> list[Bytes]:
        """The open block behind its word; a new one begins."""
        parts, self._open = self._open, []
        size = sum(len(part) for part in parts) + (WORD if self._way & 1 else 0)
        word = size.to_bytes(2, "little" if self._way & 2 else "big") + bytes(2)
        return [np.frombuffer(word, np.uint8), *parts]
