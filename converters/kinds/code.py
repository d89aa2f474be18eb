"""Kinds with a list of values: code (a text in its table) and boolean."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import status as outcome
from converters.charset import Charset, write
from converters.columns import Bytes, Ints, Mask, Status, Text, Values, are_blank, series
from converters.kernels import lookup
from converters.kinds.spellings import Decode, Encode, Others, TextDecode, TextEncode, views
from converters.kinds.text import text_decoder, text_encoder
from converters.model import Field, Layout

__all__ = [
    "NEITHER",
    "boolean_decoder",
    "boolean_encoder",
    "booleans",
    "code_decoder",
    "code_encoder",
    "numbered",
]

NEITHER: Final = 2
"""Beside 0 for true and 1 for false."""
NOTHING: Final = pl.Series([None], dtype=pl.Boolean)


def code_decoder(field: Field, layout: Layout, charset: Charset) -> TextDecode:
    """Reads a code; one that is not in the table is FLD-050 and stands as it is."""
    decode = text_decoder(field, layout, charset)
    table = _table(field, layout)
    if table is None:
        return decode
    known = table

    def decode_code(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        column, status = decode(data, start, stop, others)
        if column.longest:
            lookup.judge(known, *column.raw, outcome.UNKNOWN_CODE, status)
        return column, status

    return decode_code


def code_encoder(field: Field, layout: Layout, charset: Charset) -> TextEncode:
    """Writes a code; one that is not in the table is FLD-050."""
    encode = text_encoder(field, layout, charset)
    table = _table(field, layout)
    if table is None:
        return encode
    known = table

    def encode_code(column: Text, others: Others) -> tuple[Text, Status]:
        result, status = encode(column, others)
        if column.longest:
            lookup.judge(known, *column.raw, outcome.UNKNOWN_CODE, status)
        return result, status

    return encode_code


def _table(field: Field, layout: Layout) -> lookup.Lookup | None:
    if not field.codes:
        return None
    known = {*layout.code_table(field.codes), *field.sentinels.values()}
    return lookup.build([value.encode() for value in sorted(known)])


def boolean_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads the two spellings of `values`; anything else is FLD-034."""
    decode = text_decoder(field.model_copy(update={"kind": "mixed"}), layout, charset)
    table = lookup.build([value.encode() for value in field.values])

    def decode_boolean(
        data: Bytes, start: Ints, stop: Ints, others: Others
    ) -> tuple[pl.Series, Status]:
        column, status = decode(data, start, stop, others)
        found = lookup.find(table, *column.raw)
        if int(found.min(initial=0)) < 0:
            status[found == lookup.MISSING] = outcome.NOT_BOOLEAN
        return booleans(found == 0, found >= 0), status

    return decode_boolean


def boolean_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes true and false as spelled in `values`, null as the first spelling of `null`."""
    blank = field.null[0] if field.null else ""
    spellings = views([write(charset, value) for value in (*field.values, blank)])

    def encode(values: Values, others: Others) -> tuple[Text, Status]:
        which = numbered(values)
        found = np.empty((len(values), 2), np.uint64)
        lookup.take(which, spellings.views, found, 0)
        status = np.where(which == NEITHER, outcome.BLANK, outcome.OK).astype(np.uint8)
        return Text(found, spellings.data), status

    return encode


def booleans(truth: Mask, valid: Mask) -> pl.Series:
    """A boolean column; null where not valid."""
    column = pl.Series(truth)
    return column if valid.all() else column.zip_with(pl.Series(valid), NOTHING)


def numbered(values: Values) -> npt.NDArray[np.int32]:
    """0 for true, 1 for false, `NEITHER` for null."""
    column = series(values).rechunk()
    array = column.to_arrow()
    bits = np.unpackbits(np.frombuffer(array.buffers()[1], np.uint8), bitorder="little")
    which = 1 - bits[array.offset :][: len(array)].astype(np.int32)
    if array.null_count:
        which[are_blank(column)] = NEITHER
    return which
