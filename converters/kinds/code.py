"""Kinds with a list of values: code (a text in its table) and boolean."""

from __future__ import annotations

import numpy as np
import polars as pl

from converters import status as outcome
from converters.charset import Charset, write
from converters.columns import Bytes, Ints, Status, Text, text
from converters.kernels import lookup
from converters.kinds.spellings import Decode, Encode, Others, patched, views
from converters.kinds.text import text_decoder, text_encoder
from converters.model import Field, Layout

__all__ = ["boolean_decoder", "boolean_encoder", "code_decoder", "code_encoder"]


def code_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads a code; one that is not in the table is FLD-050 and stands as it is."""
    decode = text_decoder(field, layout, charset)
    table = _table(field, layout)
    if table is None:
        return decode
    known = table

    def decode_code(
        data: Bytes, start: Ints, stop: Ints, others: Others
    ) -> tuple[pl.Series, Status]:
        values, status = decode(data, start, stop, others)
        _judge(known, text(values), status)
        return values, status

    return decode_code


def code_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes a code; one that is not in the table is FLD-050."""
    encode = text_encoder(field, layout, charset)
    table = _table(field, layout)
    if table is None:
        return encode
    known = table

    def encode_code(values: pl.Series, others: Others) -> tuple[Text, Status]:
        result, status = encode(values, others)
        _judge(known, text(values), status)
        return result, status

    return encode_code


def _table(field: Field, layout: Layout) -> lookup.Lookup | None:
    if not field.codes:
        return None
    known = {*layout.code_table(field.codes), *field.sentinels.values()}
    return lookup.build([value.encode() for value in sorted(known)])


def _judge(table: lookup.Lookup, column: Text, status: Status) -> None:
    found = lookup.find(table, column.views, column.data)
    if np.any(found == lookup.MISSING):
        status[found == lookup.MISSING] = outcome.UNKNOWN_CODE


def boolean_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads the two spellings of `values`; anything else is FLD-034."""
    decode = text_decoder(field.model_copy(update={"kind": "mixed"}), layout, charset)
    table = lookup.build([value.encode() for value in field.values])

    def decode_boolean(
        data: Bytes, start: Ints, stop: Ints, others: Others
    ) -> tuple[pl.Series, Status]:
        values, status = decode(data, start, stop, others)
        column = text(values)
        found = lookup.find(table, column.views, column.data)
        status[found == lookup.MISSING] = outcome.NOT_BOOLEAN
        truth = pl.Series(field.name, found == 0)
        if np.all(found >= 0):
            return truth, status
        return pl.select(
            pl.when(pl.Series(found >= 0)).then(truth).alias(field.name)
        ).to_series(), status

    return decode_boolean


def boolean_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes true and false as spelled in `values`, null as the first spelling of `null`."""
    blank = field.null[0] if field.null else ""
    spellings = views([write(charset, value) for value in (*field.values, blank)])

    def encode(values: pl.Series, others: Others) -> tuple[Text, Status]:
        count = len(values)
        which = values.cast(pl.Int64).fill_null(2 + 1).to_numpy()
        which = np.where(which == 3, 2, 1 - which)
        status = np.where(which == 2, outcome.BLANK, outcome.OK).astype(np.uint8)
        empty = Text(np.zeros((count, 2), np.uint64), np.empty(0, np.uint8))
        return patched(empty, np.arange(count), spellings, which), status

    return encode
