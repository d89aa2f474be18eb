"""Floating-point fields (COMP-1 of 4 bytes, COMP-2 of 8) ↔ columns of 64-bit floats.

`ieee` is the form of today's machines. `ibm` is the hexadecimal form of the host: a sign, a power
of 16 less 64, and a fraction of 24 or 56 bits (z/Architecture Principles of Operation, chapter
"Hexadecimal-Floating-Point Instructions"). 56 bits do not always fit a 64-bit float: FLD-039.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from converters import status as outcome
from converters.charset import Charset
from converters.columns import Bytes, Ints, Mask, Status, Text, Values, are_blank, series
from converters.kinds.spellings import Decode, Encode, Others
from converters.model import Field, Layout

__all__ = ["float_decoder", "float_encoder"]

Floats = npt.NDArray[np.float64]
Words = npt.NDArray[np.uint64]

EXPONENT: Final = np.uint64(0x7F)
BIAS: Final = 64


def float_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads a float; one that is infinite or no number is FLD-030."""
    width, order = field.bytes or 4, _order(field, layout)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Values, Status]:
        there = stop - start == width
        places = np.where(there, start, 0)[:, None] + np.arange(width)
        raw = np.ascontiguousarray(data[np.minimum(places, max(len(data) - 1, 0))])
        if field.style == "ibm":
            values, inexact = _from_hexadecimal(_words(raw, order))
        else:
            values = raw.reshape(-1).view(f"{order}f{width}").astype(np.float64)
            inexact = np.zeros(len(values), np.bool_)
        status = np.where(inexact, outcome.ROUNDED, outcome.OK).astype(np.uint8)
        status[~np.isfinite(values)] = outcome.NOT_NUMBER
        status[~there] = outcome.BLANK
        good = pl.Series(there & np.isfinite(values))
        column = pl.Series(field.name, values, pl.Float64)
        return column.zip_with(good, pl.Series([None], dtype=pl.Float64)), status

    return decode


def float_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes a float; one that the field cannot hold exactly is FLD-032, a blank is zero bytes."""
    width, order = field.bytes or 4, _order(field, layout)

    def encode(values: Values, others: Others) -> tuple[Text, Status]:
        floats = series(values).fill_null(0.0).to_numpy()
        if field.style == "ibm":
            words, inexact = _to_hexadecimal(floats, width)
            raw = words.astype(f"{order}u8").view(np.uint8).reshape(-1, 8)
            raw = raw[:, 8 - width :] if order == ">" else raw[:, :width]
        else:
            with np.errstate(over="ignore"):
                short = floats.astype(f"{order}f{width}")
            inexact = short.astype(np.float64) != floats
            raw = short.view(np.uint8).reshape(-1, width)
        status = np.where(inexact, outcome.SCALE, outcome.OK).astype(np.uint8)
        status[are_blank(values)] = outcome.BLANK
        return _inline(raw), status

    return encode


def _order(field: Field, layout: Layout) -> str:
    return "<" if (field.endian or layout.numbers.endian) == "little" else ">"


def _words(raw: Bytes, order: str) -> Words:
    """Rows of 4 or 8 bytes as 64-bit words, the 4 bytes in the upper half."""
    wide = np.zeros((len(raw), 8), np.uint8)
    wide[:, : raw.shape[1]] = raw if order == ">" else raw[:, ::-1]
    return wide.reshape(-1).view(">u8").astype(np.uint64)


def _from_hexadecimal(words: Words) -> tuple[Floats, Mask]:
    """Hexadecimal floats → their values, and which of them lost bits."""
    fraction = words & np.uint64((1 << 56) - 1)
    power = (words >> np.uint64(56) & EXPONENT).astype(np.int64) - BIAS
    values = np.ldexp(fraction.astype(np.float64), 4 * power - 56)
    lost = fraction.astype(np.float64).astype(np.uint64) != fraction
    return np.where(words >> np.uint64(63), -values, values), lost


def _to_hexadecimal(values: Floats, width: int) -> tuple[Words, Mask]:
    """Values → hexadecimal floats in the low bytes of words, and which values do not fit."""
    bits = 8 * width - 8
    mantissa, power = np.frexp(np.abs(values))
    sixteens = -(-power // 4)
    fraction = np.ldexp(mantissa, power - 4 * sixteens + bits)
    whole = np.floor(fraction).astype(np.uint64)
    inexact = (whole != fraction) | (sixteens < -BIAS) | (sixteens >= BIAS)
    exponent = np.where(whole == 0, 0, sixteens + BIAS).astype(np.uint64) & EXPONENT
    sign = np.signbit(values).astype(np.uint64)
    words = sign << np.uint64(bits + 7) | exponent << np.uint64(bits) | whole
    return words, inexact & (whole != 0)


def _inline(raw: Bytes) -> Text:
    """Rows of at most 8 bytes as a column of texts."""
    views = np.zeros((len(raw), 16), np.uint8)
    views[:, 0] = raw.shape[1]
    views[:, 4 : 4 + raw.shape[1]] = raw
    return Text(views.view(np.uint64), np.empty(0, np.uint8))
