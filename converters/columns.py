"""The shapes that travel between the stages: bytes of records, spans of fields, columns of texts.

Chunk  a run of whole records as they lie in the file
Spans  where each field of each record lies in the chunk
Text   one column of byte strings, as Arrow string views
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from converters.kernels.validity import clear_nulls, nulls_hold_bytes, valid_bits

__all__ = [
    "Bytes",
    "Chunk",
    "Ints",
    "Mask",
    "Spans",
    "Status",
    "Text",
    "integers",
    "nulls",
    "series",
    "text",
]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Status = npt.NDArray[np.uint8]
"""One outcome per value; see `status`."""
Mask = npt.NDArray[np.bool_]
Views = npt.NDArray[np.uint64]

STRING = pa.string_view()
NEWEST = pl.CompatLevel.newest()

INLINE = 12
"""An Arrow string view holds values up to this many bytes itself."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of n whole records.

    `bounds` (n + 1) tiles `data`: record i is `data[bounds[i]:bounds[i + 1]]`, terminator included,
    and its content ends at `stop[i]`. `codes[i]` is the number of a record problem (`forms`),
    0 for none. `first` is the 1-based number of the first record, `offset` the file position of
    `data[0]`, both counted in the input file `file` (0-based place in the list of inputs).
    """

    file: int
    ordinal: int
    first: int
    offset: int
    data: Bytes
    bounds: Ints
    stop: Ints
    codes: Status

    @property
    def records(self) -> int:
        return len(self.stop)


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the fields lie: field f of record i is `data[start[f, i]:stop[f, i]]`.

    `data` is the chunk's own bytes, followed by unescaped copies of the values that had doubled
    quotes. `codes[i]` is the number of a record problem found while looking for fields. `quoted`
    tells which values stood in quotes (empty where the form has none).
    """

    data: Bytes
    start: Ints
    stop: Ints
    codes: Status


@dataclass(frozen=True, slots=True)
class Text:
    """A column of n byte strings as Arrow string views.

    `views` has shape (n, 2): the low half of word 0 is the length; up to 12 bytes follow inline,
    longer values keep their first four bytes there and, in word 1, buffer 0 and their place in
    `data`. A value of length 0 is blank. The bytes are UTF-8, or the target's after encoding.
    """

    views: Views
    data: Bytes

    @property
    def lengths(self) -> npt.NDArray[np.uint32]:
        """Length of each value in bytes."""
        return self.views.view(np.uint32)[:, 0]

    @property
    def raw(self) -> tuple[Bytes, Bytes]:
        """The bytes of the views, 16 a value, and of `data`, both read-only.

        A kernel is compiled anew for each mix of writable and read-only arrays; this is one mix.
        """
        views, data = self.views.view(np.uint8).reshape(-1), self.data.view()
        views.flags.writeable = False
        data.flags.writeable = False
        return views, data

    def value(self, row: int) -> bytes:
        """The bytes of one value; for messages, not for loops."""
        length = int(self.lengths[row])
        if length <= INLINE:
            inline: bytes = self.views[row].tobytes()
            return inline[4 : 4 + length]
        place = int(self.views[row, 1] >> np.uint64(32))
        long: bytes = self.data[place : place + length].tobytes()
        return long


def series(name: str, column: Text) -> pl.Series:
    """A text column as a polars series; blank values become null. Nothing is copied.

    The bytes must be UTF-8: they are handed over unchecked.
    """
    bits = np.zeros(len(column.views) + 7 >> 3, np.uint8)
    missing = valid_bits(column.views, bits)
    valid = pa.py_buffer(bits) if missing else None
    buffers = [valid, pa.py_buffer(column.views), pa.py_buffer(column.data)]
    array = pa.StringViewArray.from_buffers(STRING, len(column.views), buffers, missing)
    return pl.Series(name, array)


def text(values: pl.Series) -> Text:
    """The text column behind a polars string series; null becomes a value of length 0."""
    array = values.rechunk().to_arrow(compat_level=NEWEST)
    valid, views, *data = array.buffers()
    words = np.frombuffer(views, np.uint64)[2 * array.offset :][: 2 * len(array)].reshape(-1, 2)
    if array.null_count:
        bits = np.frombuffer(valid, np.uint8)
        if nulls_hold_bytes(words, bits, array.offset):
            cleared = np.empty(words.shape, np.uint64)
            clear_nulls(words, bits, array.offset, cleared)
            words = cleared
    pools = [np.frombuffer(buffer, np.uint8) for buffer in data]
    if len(pools) < 2:
        return Text(words, pools[0] if pools else np.empty(0, np.uint8))
    return Text(_one_pool(words, pools), np.concatenate(pools))


def nulls(values: pl.Series) -> Mask:
    """Which values are null; what polars does in an expression, without its planning."""
    if not values.null_count():
        return np.zeros(len(values), np.bool_)
    array = values.rechunk().to_arrow(compat_level=NEWEST)
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], np.uint8), bitorder="little")
    missing: Mask = bits[array.offset : array.offset + len(array)] == 0
    return missing


def integers(values: pl.Series) -> Ints:
    """The memory of a column of 64-bit integers; what stands for null is any number."""
    array = values.rechunk().to_arrow(compat_level=NEWEST)
    return np.frombuffer(array.buffers()[1], np.int64)[array.offset :][: len(array)]


def _one_pool(words: Views, pools: list[Bytes]) -> Views:
    """Views that point into several buffers, pointed into their concatenation."""
    bases = np.concatenate([[0], np.cumsum([len(pool) for pool in pools])[:-1]])
    words = words.copy()
    halves = words.view(np.uint32)
    long = halves[:, 0] > INLINE
    halves[long, 3] += bases[halves[long, 2]].astype(np.uint32)
    halves[long, 2] = 0
    return words
