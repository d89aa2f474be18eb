"""Bit flags: bytes ↔ texts of `0` and `1`, the highest bit first.

A byte of flags travels as `10000001`, so that a mapping can cut it into its bits.
"""

from __future__ import annotations

import numpy as np

from converters.charset import Charset
from converters.columns import Bytes, Ints, Status, Text
from converters.kernels.binary import decode_bits, encode_bits
from converters.kernels.views import SPARE, pack
from converters.kinds.spellings import Decode, Encode, Others
from converters.model import Field, Layout

__all__ = ["flags_decoder", "flags_encoder"]


def flags_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads every bit; there is nothing that could be wrong."""

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        count = len(start)
        found, status = np.empty((count, 2), np.uint64), np.empty(count, np.uint8)
        out = np.empty(8 * int(np.sum(stop - start)) + SPARE, np.uint8)
        decode_bits(data, start, stop, found, out, status)
        return Text(found, out), status

    return decode


def flags_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes texts of as many bits as the field has; a blank has none set, all else is FLD-030."""
    width = field.bytes or 1

    def encode(column: Text, others: Others) -> tuple[Text, Status]:
        count = len(column)
        pool = np.empty(int(column.lengths.sum(dtype=np.int64)) + SPARE, np.uint8)
        bounds = np.empty(count + 1, np.int64)
        pack(*column.raw, 0, pool, bounds)
        found, status = np.empty((count, 2), np.uint64), np.empty(count, np.uint8)
        out = np.empty(count * width + SPARE, np.uint8)
        encode_bits(pool, bounds, width, found, out, status)
        return Text(found, out), status

    return encode
