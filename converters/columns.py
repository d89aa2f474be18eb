"""The shapes that travel between the stages: bytes of records, spans of fields, typed columns.

Chunk  a run of whole records as they lie in the file
Spans  where each field of each record lies in the chunk
Text   one column of byte strings (see `texts`)
Number one column of exact numbers of one word (see `numbers`)
Batch  the typed columns of some records

A text stays in its views, and a number in its integers, from one end of the program to the other: a
question to polars costs a plan, and a conversion to it 50 µs, for each column of each chunk. What
polars answers better (expressions, casts, sorting) is asked through `series` and brought back with
`text`; a number that came back as a series is one as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from converters.kernels.arrays import Views
from converters.kernels.texts import INLINE, take_views
from converters.kernels.validity import clear_nulls, greatest, nulls_hold_bytes, valid_bits
from converters.kernels.views import SPARE, pack, put_all
from converters.numbers import Number
from converters.texts import Text

__all__ = [
    "Batch",
    "Bytes",
    "Chunk",
    "Ints",
    "Mask",
    "Order",
    "Placed",
    "Spans",
    "Status",
    "Text",
    "Values",
    "are_blank",
    "arrow",
    "blanks",
    "gravest",
    "integers",
    "nothing",
    "series",
    "take",
    "text",
    "texts",
]

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Status = npt.NDArray[np.uint8]
"""One outcome per value; see `status`."""
Mask = npt.NDArray[np.bool_]
Order = tuple[int, ...] | bytes | None
"""What the beginning of a file says of all its records: the field of each file column, -1 for a
column the layout does not know; or the tags around them. None: nothing but what the layout says."""

STRING = pa.string_view()
NEWEST = pl.CompatLevel.newest()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of n whole records.

    `bounds` (n + 1) tiles `data`: record i is `data[bounds[i]:bounds[i + 1]]`, terminator included,
    and its content ends at `stop[i]`. `codes[i]` is the number of a record problem (`forms`),
    0 for none. `first` is the 1-based number of the first record, `offset` the file position of
    `data[0]`, both counted in the input file `file` (0-based place in the list of inputs). `own`
    (n × 2) tells where the record itself begins and ends, where parts of blocks stand between
    records; None where nothing does. Where
    records were picked out of a longer run, `numbers` and `places` say so of each of them.
    """

    file: int
    ordinal: int
    first: int
    offset: int
    data: Bytes
    bounds: Ints
    stop: Ints
    codes: Status
    own: Ints | None = None
    numbers: Ints | None = None
    places: Ints | None = None

    @property
    def records(self) -> int:
        return len(self.stop)

    @property
    def edges(self) -> tuple[Ints, Ints]:
        """Where each record begins and ends, without what belongs to its block."""
        if self.own is None:
            return self.bounds[:-1], self.bounds[1:]
        return self.own[:, 0], self.own[:, 1]

    def numbered(self, rows: Ints) -> Ints:
        """The record numbers of these rows."""
        return rows + self.first if self.numbers is None else self.numbers[rows]

    def rows(self, numbers: Ints) -> Ints:
        """The rows of these record numbers, all of which are there."""
        if self.numbers is None:
            return numbers - self.first
        return np.searchsorted(self.numbers, numbers).astype(np.int64)

    def offsets(self, rows: Ints) -> Ints:
        """Where the records of these rows begin in their file."""
        return self.bounds[rows] + self.offset if self.places is None else self.places[rows]


@dataclass(frozen=True, slots=True, eq=False)
class Blamed:
    """The field of each record that its problem lies in, -1 for none, and where its bytes are."""

    fields: Ints
    starts: Ints
    stops: Ints


@dataclass(frozen=True, slots=True)
class Placed:
    """Fields that lie in the same places of every record: field f of record i is what there is up
    to `end[i]` of the `width[f]` bytes from `begin[i] + at[f]` on."""

    begin: Ints
    end: Ints
    at: Ints
    width: Ints


@dataclass(frozen=True, slots=True)
class Spans:
    """Where the fields lie: those of field f are `data[start:stop]` for `start, stop = of(f)`.

    `of` gives two int64 arrays with a place per record. `data` is the chunk's own bytes, followed
    by unescaped copies of the values that had doubled quotes. `codes[i]` is the number of a record
    problem found while looking for fields, `details` says more of some of them. `there` tells, of
    fields that are not always there, where they are, though no byte may be left of them; `blamed`
    which field a record problem is to be told of. Fields that are `empty` have no byte in any
    record; `placed` says the same as `of` where all fields have their place.
    """

    data: Bytes
    of: Callable[[int], tuple[Ints, Ints]]
    codes: Status
    details: Mapping[int, str] = field(default_factory=dict)
    there: Mapping[int, Mask] = field(default_factory=dict)
    blamed: Blamed | None = None
    empty: Collection[int] = ()
    placed: Placed | None = None

    def __len__(self) -> int:
        return len(self.codes)


Values = Text | Number | pl.Series
"""A column of a batch: Text for every kind that is a text, Number for numbers of up to 18 digits, a
series for larger ones and booleans."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Typed columns of the records `records` (1-based numbers in their file, ascending)."""

    records: Ints
    columns: Mapping[str, Values]

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, name: str) -> Values:
        return self.columns[name]

    def take(self, rows: Ints) -> Batch:
        """The rows at these positions."""
        taken: dict[int, Values] = {}
        for column in self.columns.values():
            if id(column) not in taken:
                taken[id(column)] = take(column, rows)
        columns = {name: taken[id(column)] for name, column in self.columns.items()}
        return Batch(self.records[rows], columns)

    def select(self, names: Iterable[str]) -> Batch:
        """The same records with fewer columns."""
        return Batch(self.records, {name: self.columns[name] for name in names})


@overload
def take(values: Text, rows: Ints) -> Text: ...
@overload
def take(values: Values, rows: Ints) -> Values: ...
def take(values: Values, rows: Ints) -> Values:
    """The values at these positions."""
    if isinstance(values, Number):
        missing = None if values.missing is None else values.missing[rows]
        return Number(values.units[rows], missing, values.dtype)
    if isinstance(values, pl.Series):
        return values.gather(rows)
    views = np.empty((len(rows), 2), np.uint64)
    take_views(values.raw[0], rows, views)
    return Text(views, values.data)


def blanks(values: Values) -> int:
    """How many values are blank."""
    return values.null_count() if isinstance(values, pl.Series) else values.blanks


def are_blank(values: Values) -> Mask:
    """Which values are blank."""
    if not blanks(values):
        return np.zeros(len(values), np.bool_)
    if isinstance(values, Text):
        return np.equal(values.lengths, 0)
    if isinstance(values, Number):
        assert values.missing is not None, "some values are blank"
        return values.missing
    array = values.rechunk().to_arrow(compat_level=NEWEST)
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], np.uint8), bitorder="little")
    missing: Mask = bits[array.offset : array.offset + len(array)] == 0
    return missing


def nothing(count: int) -> Text:
    """A column of blanks."""
    column = Text(np.zeros((count, 2), np.uint64), np.empty(0, np.uint8))
    column._measures = count, 0, 0
    return column


def gravest(outcomes: Status) -> int:
    """The greatest of the outcomes of a column, 0 where it has no value."""
    return greatest(outcomes)


def series(values: Values, name: str = "") -> pl.Series:
    """A column as a polars series; blank values become null. Nothing is copied.

    The bytes of a text must be UTF-8: they are handed over unchecked.
    """
    if isinstance(values, Number):
        values = values.series
    if isinstance(values, pl.Series):
        return values.alias(name) if values.name != name else values
    bits = np.zeros(len(values) + 7 >> 3, np.uint8)
    missing = valid_bits(values.raw[0], bits)
    valid = pa.py_buffer(bits) if missing else None
    buffers = [valid, pa.py_buffer(values.views), pa.py_buffer(values.data)]
    array = pa.StringViewArray.from_buffers(STRING, len(values), buffers, missing)
    return pl.Series(name, array)


def arrow(values: Text) -> pa.LargeStringArray:
    """A column as Arrow strings with bytes of their own: a view would keep a whole batch alive.
    Blank values become null; the bytes must be UTF-8."""
    rows = len(values)
    pool, bounds = np.empty(values.total + SPARE, np.uint8), np.empty(rows + 1, np.int64)
    end = pack(*values.raw, 0, pool, bounds)
    bits = np.zeros(rows + 7 >> 3, np.uint8)
    missing = valid_bits(values.raw[0], bits)
    valid = pa.py_buffer(bits) if missing else None
    return pa.LargeStringArray.from_buffers(
        rows, pa.py_buffer(bounds), pa.py_buffer(pool[:end]), valid, missing
    )


def texts(values: Sequence[str]) -> Text:
    """A column of these values."""
    spelled = [value.encode() for value in values]
    bounds = np.cumsum([0, *map(len, spelled)])
    pool = np.frombuffer(b"".join(spelled) + bytes(SPARE), np.uint8)
    views = np.empty((len(spelled), 2), np.uint64)
    put_all(pool, bounds, views)
    return Text(views, pool)


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
