"""Values whose bytes cannot be replaced one by one → their text, and back into their places.

Host codes, EUC, UTF-16 and numbers that are no text are read, replaced as text in UTF-8 and written
again; only a value that is written in as many bytes as before, at the same place, is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from converters import charset as charsets
from converters import scripts
from converters import status as outcome
from converters.charset import Charset
from converters.columns import Bytes, Ints, Mask, Status, Text, series, take, text
from converters.kernels.views import SPARE, pack
from converters.kinds import KINDS, dtype
from converters.kinds.text import decode_text, encode_text
from converters.model import Field, Layout

__all__ = ["Way", "flat", "is_plain", "replaced", "way"]

IN_SINGLE: Final = ("absent", "implied", "padded")
"""Shift rules under which a field that is not wide has no double bytes."""

Read = Callable[[Bytes, Ints, Ints], tuple[Text, Status]]
Write = Callable[[Text], tuple[Text, Status]]
Found = tuple[int, int, str]
"""Where a character stands in a value, its bytes, and what it is; "" for what stays."""
Treat = Callable[[Bytes, Bytes, Ints], None]
"""Replaces the values of some UTF-8 in another array of the same size; spans are 2 × n."""


@dataclass(frozen=True, slots=True)
class Way:
    """How a field is read as text and written.

    Where it is text, `codes` finds the characters of one value, and `encode` gives the bytes of
    one; `filling` are the bytes that may fill a field up. `blends` where a sign or a zone has
    several spellings, of which the one that stands there stays.
    """

    read: Read
    write: Write
    codes: Callable[[bytes], Iterator[Found]] | None = None
    encode: Callable[[str], bytes] = str.encode
    filling: bytes = b""
    blends: bool = False
    is_markup: bool = False


def is_plain(charset: Charset) -> bool:
    """Whether the bytes of a charset can be replaced one character by another."""
    return charset.structure in ("pairs", "utf-8")


def way(layout: Layout, field: Field | None) -> Way | None:
    """The way of a field, or of whole records; None where their bytes are replaced in place."""
    file, script = scripts.of(layout), scripts.of(layout, field)
    if field is not None and (field.is_number or field.kind == "float") and field.is_host:
        return _numeric(layout, field, script)
    if layout.framing.xml:
        return _markup(layout, script)
    if is_plain(file) and script.name == file.name:
        return None
    known = Field(name="record", kind="mixed") if field is None else _as_text(field)
    decode = decode_text(known, layout, script)
    front = b"" if field is None else scripts.opened(field, script)
    return Way(
        lambda data, start, stop: decode(data, start, stop, {}),
        partial(encode_text, known, layout, script),
        partial(_codes, script, front),
        lambda character: charsets.code(script.encode, ord(character)),
        script.blank + script.space,
    )


def _codes(script: Charset, front: bytes, value: bytes) -> Iterator[Found]:
    """The characters of a value, before which the shift code `front` was left out."""
    for place, size, characters in charsets.codes(script, front + value):
        yield place - len(front), size, characters if len(characters) == 1 else ""


def _markup(layout: Layout, script: Charset) -> Way:
    """Values of XML, and whole records: what is written with tags or references goes character by
    character, between them."""
    decode = decode_text(Field(name="record", kind="mixed"), layout, script)

    def write(column: Text) -> tuple[Text, Status]:
        values = series(column)
        plain = ~values.str.contains_any(["&", "<"]).fill_null(False)
        return text(values.set(~plain, None)), np.zeros(len(column), np.uint8)

    return Way(
        lambda data, start, stop: decode(data, start, stop, {}), write, _between, is_markup=True
    )


def _between(value: bytes) -> Iterator[Found]:
    """The characters between tags and references, which stay, and those in CDATA."""
    place = 0
    for found in MARKS.finditer(value):
        yield from _characters(value, place, found.start())
        if found[1] is not None:
            yield from _characters(value, *found.span(1))
        place = found.end()
    yield from _characters(value, place, len(value))


def _characters(value: bytes, place: int, end: int) -> Iterator[Found]:
    for character in value[place:end].decode("utf-8", "surrogateescape"):
        size = len(character.encode("utf-8", "surrogateescape"))
        yield place, size, "" if "\ud800" <= character <= "\udfff" else character
        place += size


MARKS: Final = re.compile(rb"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<[^<>]*>|&[^;\s<]*;?", re.DOTALL)


def _as_text(field: Field) -> Field:
    """The field as text of any class, without special spellings."""
    kind = "narrow" if field.shifts in IN_SINGLE else "mixed"
    plain = {"null": (), "unknown": (), "sentinels": {}, "pattern": ""}
    return field.model_copy(update=plain | {"kind": "wide" if field.kind == "wide" else kind})


def _numeric(layout: Layout, field: Field, script: Charset) -> Way:
    """Numbers by way of their decimal digits."""
    kind = KINDS[field.kind]
    decode, encode = kind.decoder(field, layout, script), kind.encoder(field, layout, script)

    def read(data: Bytes, start: Ints, stop: Ints) -> tuple[Text, Status]:
        values, status = decode(data, start, stop, {})
        return text(series(values).cast(pl.String)), status

    def write(column: Text) -> tuple[Text, Status]:
        values = series(column).cast(dtype(field), strict=False)
        written, status = encode(values, {})
        return written, np.where(values.is_null(), outcome.PROBLEM, status).astype(np.uint8)

    return Way(read, write, blends=field.kind in ("packed", "zoned"))


def flat(column: Text) -> tuple[Bytes, Ints]:
    """The values of a column one behind the other, and their bounds."""
    pool = np.empty(column.total + SPARE, np.uint8)
    bounds = np.empty(len(column) + 1, np.int64)
    pack(*column.raw, 0, pool, bounds)
    return pool, bounds


def replaced(one: Way, data: Bytes, out: Bytes, spans: Ints, treat: Treat) -> Mask:
    """Replace the values at `spans` in `out`; which of them had to stay as they are."""
    column, status = one.read(data, spans[0], spans[1])
    pool, bounds = flat(column)
    other = pool.copy()
    treat(pool, other, np.stack([bounds[:-1], bounds[1:]]))
    (was, _), (now, _) = one.write(column), one.write(_column(other, bounds))
    within = (was.lengths > 0) & (was.lengths <= spans[1] - spans[0])
    fits = np.flatnonzero(within & (was.lengths == now.lengths))
    stays: Mask = (column.lengths > 0) | (status >= outcome.PROBLEM)
    stays[fits[_put(one, (data, out), spans[:, fits], (take(was, fits), take(now, fits)))]] = False
    rows = np.flatnonzero(stays)
    if one.codes is not None and len(rows):
        stays[rows] = _by_code(one, (data, out), (spans, rows), treat)
    return stays


def _by_code(one: Way, arrays: tuple[Bytes, Bytes], where: tuple[Ints, Ints], treat: Treat) -> Mask:
    """Values with a fault, or written as nobody would write them again: code by code, each of which
    becomes one of as many bytes; which have none that could, or a character as its number. A loop
    over the few that there are."""
    (data, out), (spans, rows) = arrays, where
    assert one.codes is not None, "a number has no characters"
    found: list[list[tuple[int, int]]] = []
    texts, stays = [""] * spans.shape[1], np.ones(len(rows), np.bool_)
    for row in rows.tolist():
        begin, end = spans[:, row].tolist()
        known = [each for each in one.codes(data[begin:end].tobytes()) if each[2]]
        found.append([(begin + place, size) for place, size, _ in known])
        texts[row] = "".join(character for _, _, character in known)
    pool, bounds = flat(text(pl.Series(texts, dtype=pl.String)))
    other = pool.copy()
    treat(pool, other, np.stack([bounds[:-1], bounds[1:]]))
    for number, (row, places) in enumerate(zip(rows.tolist(), found, strict=True)):
        made = other[bounds[row] : bounds[row + 1]].tobytes().decode()
        for (place, size), was, now in zip(places, texts[row], made, strict=True):
            code = one.encode(now)
            if now != was and len(code) == size:
                out[place : place + size] = np.frombuffer(code, np.uint8)
                stays[number] = False
        stays[number] |= one.is_markup and NUMBERED in data[slice(*spans[:, row])].tobytes()
    return stays


NUMBERED: Final = b"&#"
"""A character of XML that is written as its number."""


def _column(pool: Bytes, bounds: Ints) -> Text:
    buffers = [None, pa.py_buffer(bounds), pa.py_buffer(pool)]
    array = pa.LargeStringArray.from_buffers(len(bounds) - 1, buffers[1], buffers[2])
    made = pl.from_arrow(array)
    assert isinstance(made, pl.Series)
    return text(made)


def _put(one: Way, arrays: tuple[Bytes, Bytes], spans: Ints, texts: tuple[Text, Text]) -> Mask:
    """Write new spellings over the old ones; which of those fill their fields, but for blanks at
    one end. What is read otherwise than it would be written is in no such place."""
    if not spans.shape[1]:
        return np.zeros(0, np.bool_)
    (data, out), ((was, bounds), (now, _)) = arrays, map(flat, texts)
    sizes, widths = np.diff(bounds), spans[1] - spans[0]
    if one.blends:
        begins, found = spans[0], sizes == widths
    else:
        left, right = (_same(data, at, was, bounds) for at in (spans[0], spans[1] - sizes))
        begins = np.where(left, spans[0], spans[1] - sizes)
        dull = np.asarray(np.isin(np.arange(256), list(one.filling)), np.bool_)
        more = _loud(data, spans[0], widths, dull) != _loud(was, bounds[:-1], sizes, dull)
        found = (left | right) & ~more
    goal, source = _places(begins[found], sizes[found]), _places(bounds[:-1][found], sizes[found])
    out[goal] = now[source] ^ was[source] ^ data[goal] if one.blends else now[source]
    return np.asarray(found, np.bool_)


def _places(begins: Ints, sizes: Ints) -> Ints:
    """Every place of some stretches."""
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found: Ints = np.repeat(begins, sizes) + within
    return found


def _same(data: Bytes, at: Ints, was: Bytes, bounds: Ints) -> Mask:
    """Whether each value of `was` stands in the data at its place; none is empty."""
    equal = data[_places(at, np.diff(bounds))] == was[: bounds[-1]]
    found: Mask = np.logical_and.reduceat(equal, bounds[:-1])
    return found


def _loud(data: Bytes, begins: Ints, sizes: Ints, dull: Mask) -> Ints:
    """How many bytes of each stretch are no filling; none is empty."""
    loud = ~dull[data[_places(begins, sizes)]]
    found: Ints = np.add.reduceat(loud.astype(np.int64), np.cumsum(sizes) - sizes)
    return found
