"""What a field may hold when its name tells nothing: kind and limits → a column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from converters.charset import Charset
from converters.columns import Ints, Text, Values, text
from converters.generate import days
from converters.generate import words as tables
from converters.generate.patterns import matching
from converters.generate.people import People
from converters.generate.spelling import fitting
from converters.kinds import dtype
from converters.model import Field, Layout

__all__ = ["source", "thinned"]

Source = Callable[[People, np.random.Generator], Values]
Make = Callable[[Field, Layout, Charset], Source]

BLANK: Final = 0.1
"""Share of blanks in a field that need not have a value."""

TEXTS: Final = 200


def source(field: Field, layout: Layout, charset: Charset) -> Source:
    """A source by kind; every tenth value is blank unless one is required."""
    make = BY_KIND[field.kind](field, layout, charset)
    if field.required is True or field.is_number or field.kind in ("boolean", "flags", "float"):
        return make

    def source(found: People, rng: np.random.Generator) -> Values:
        words = make(found, rng)
        assert isinstance(words, Text), "all other kinds are texts"
        return thinned(words, rng.random(len(words)) >= BLANK)

    return source


def thinned(words: Text, kept: NDArray[np.bool_]) -> Text:
    """A text column with blanks where a value is not kept."""
    return Text(words.views * kept[:, None].astype(np.uint64), words.data)


def _drawn(pool: Sequence[str]) -> Source:
    """Values of the pool, all equally often."""
    words = text(pl.Series(list(pool), dtype=pl.String))

    def draw(found: People, rng: np.random.Generator) -> Text:
        where = rng.integers(0, len(pool), len(found["number"]))
        return Text(words.views[where], words.data)

    return draw


def _codes(field: Field, layout: Layout, charset: Charset) -> Source:
    """The codes of the table, without those that mark a record as not yet real (仮)."""
    table = layout.code_table(field.codes) if field.codes else {}
    return _drawn([code for code, label in table.items() if "仮登録" not in label] or ["1"])


def _texts(field: Field, layout: Layout, charset: Charset) -> Source:
    """Texts of the pattern, else terms of the field's kind, as far as they fit."""
    rng = np.random.default_rng(0)
    found = matching(field.pattern, TEXTS, rng) if field.pattern else []
    kinds = {field.kind} if field.kind != "mixed" else {"mixed", "wide", "narrow"}
    terms = [text for kind, text in tables.load().terms if kind in kinds]
    spelled = [fitting(text, field, charset) for text in found or terms]
    pool = sorted({text for text in spelled if text})
    return _drawn(pool or ["1"])


def _digits(field: Field, layout: Layout, charset: Charset) -> Source:
    """Whole numbers of the field's width, few enough to repeat, or what the pattern asks."""
    rng = np.random.default_rng(0)
    width = field.chars or field.bytes or 4
    pattern = field.pattern or f"[0-9]{{{width}}}"
    return _drawn(matching(pattern, TEXTS, rng) or ["0" * width])


def _dates(field: Field, layout: Layout, charset: Charset) -> Source:
    """Days of 1990 to now, unless the field has a narrower range."""
    first = days.place(field.min or "1990-01-01")
    last = days.place(field.max) if field.max else days.NOW
    return _drawn(days.VALUES[min(first, last) : last + 1])


def _times(field: Field, layout: Layout, charset: Charset) -> Source:
    return _drawn([f"{n // 60:02}:{n % 60:02}:{n * 7 % 60:02}" for n in range(8 * 60, 20 * 60)])


def _booleans(field: Field, layout: Layout, charset: Charset) -> Source:
    return lambda found, rng: pl.Series(rng.random(len(found["number"])) < 0.95)


def _integers(field: Field, layout: Layout, charset: Charset) -> Source:
    draw = _amounts(field)
    kind = dtype(field)

    def integers(found: People, rng: np.random.Generator) -> pl.Series:
        column = pl.Series(draw(len(found["number"]), rng))
        return column if kind == pl.Int64() else column.cast(kind)

    return integers


def _stored(field: Field, layout: Layout, charset: Charset) -> Source:
    """Numbers as a host stores them: whole ones, or with decimals."""
    return (_decimals if field.scale > 0 else _integers)(field, layout, charset)


def _bits(field: Field, layout: Layout, charset: Charset) -> Source:
    size = 8 * (field.bytes or 1)
    return _drawn([f"{1 << bit:0{size}b}" for bit in range(size)])


def _floats(field: Field, layout: Layout, charset: Charset) -> Source:
    """Quarters, which every float holds exactly."""
    return lambda found, rng: pl.Series(rng.integers(-4000, 4000, len(found["number"])) / 4.0)


def _decimals(field: Field, layout: Layout, charset: Charset) -> Source:
    draw = _amounts(field)

    def decimals(found: People, rng: np.random.Generator) -> pl.Series:
        values = draw(len(found["number"]), rng)
        halves = np.stack([values, values >> 63], axis=1)
        array = pa.Array.from_buffers(
            pa.decimal128(38, field.scale), len(values), [None, pa.py_buffer(halves)]
        )
        return pl.Series(pl.from_arrow(array))

    return decimals


def _amounts(field: Field) -> Callable[[int, np.random.Generator], Ints]:
    """Amounts of all orders of magnitude, zero among them, in units of the last decimal."""
    unit, zeros = 10 ** max(field.scale, 0), 10 ** max(-field.scale, 0)
    room = _room(field)
    low = int(float(field.min) * unit) if field.min else 0
    high = min(int(float(field.max) * unit) if field.max else 10**room - 1, 10**room - 1)

    def draw(count: int, rng: np.random.Generator) -> Ints:
        values = (10 ** rng.uniform(0, room, count)).astype(np.int64) - 1
        values = np.clip(values, low, high)
        values *= zeros
        if field.sign == "none" or field.min:
            return values
        return np.where(rng.random(count) < 0.05, -values, values)

    return draw


HELD: Final[dict[str, Callable[[int], int]]] = {
    "binary": lambda size: (2 * size) + size // 4,
    "packed": lambda size: 2 * size - 1,
    "zoned": lambda size: max(size - 1, 1),
}
"""Kind → digits that so many bytes hold in any case."""


def _room(field: Field) -> int:
    """Digits that fit: those declared, those the width leaves, at most 15."""
    if field.is_host:
        return min(field.digits or HELD[field.kind](field.bytes or 1), 15)
    room = min(field.digits or 15, 15)
    if field.bytes:
        room = min(room, field.bytes - (field.sign != "none") - (field.point == "explicit"))
    return max(room, 1)


BY_KIND: Final[dict[str, Make]] = {
    "binary": _stored,
    "boolean": _booleans,
    "code": _codes,
    "date": _dates,
    "decimal": _decimals,
    "digits": _digits,
    "flags": _bits,
    "float": _floats,
    "integer": _integers,
    "kana": _texts,
    "mixed": _texts,
    "narrow": _texts,
    "packed": _stored,
    "time": _times,
    "wareki": _dates,
    "wide": _texts,
    "zoned": _stored,
}
