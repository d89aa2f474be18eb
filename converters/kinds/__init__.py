"""Field kinds: pairs that decode bytes into a typed column and encode it back.

To add a kind, write its pair in a module of this folder, add one line to `KINDS`, its name to
`model.KindName`, its options to the table of `spec` and a section to docs/definitions.md.

A decoder takes the bytes of a chunk, the spans of one field and the columns decoded so far, and
gives a column and one outcome per value. An encoder takes a column and its batch and gives byte
strings in the target charset; padding and quoting are the form's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import polars as pl

from converters.charset import Charset
from converters.kinds import host, number
from converters.kinds.bits import flags_decoder, flags_encoder
from converters.kinds.code import boolean_decoder, boolean_encoder, code_decoder, code_encoder
from converters.kinds.date import date_decoder, date_encoder, time_decoder, time_encoder
from converters.kinds.floats import float_decoder, float_encoder
from converters.kinds.host import (
    binary_encoder,
    host_decoder,
    packed_encoder,
    zoned_encoder,
)
from converters.kinds.number import number_decoder, number_encoder
from converters.kinds.spellings import Decode, Encode, Others
from converters.kinds.text import digits_decoder, digits_encoder, text_decoder, text_encoder
from converters.model import Field, Layout

__all__ = ["KINDS", "TEXTUAL", "Decode", "Encode", "Kind", "Others", "dtype"]

Decoder = Callable[[Field, Layout, Charset], Decode]
Encoder = Callable[[Field, Layout, Charset], Encode]


@dataclass(frozen=True, slots=True)
class Kind:
    """A pair: `decoder` and `encoder` are built once per field and run once per batch."""

    decoder: Decoder
    encoder: Encoder


KINDS: Final[dict[str, Kind]] = {
    "binary": Kind(host_decoder, binary_encoder),
    "boolean": Kind(boolean_decoder, boolean_encoder),
    "code": Kind(code_decoder, code_encoder),
    "date": Kind(date_decoder, date_encoder),
    "decimal": Kind(number_decoder, number_encoder),
    "digits": Kind(digits_decoder, digits_encoder),
    "flags": Kind(flags_decoder, flags_encoder),
    "float": Kind(float_decoder, float_encoder),
    "integer": Kind(number_decoder, number_encoder),
    "kana": Kind(text_decoder, text_encoder),
    "mixed": Kind(text_decoder, text_encoder),
    "narrow": Kind(text_decoder, text_encoder),
    "packed": Kind(host_decoder, packed_encoder),
    "time": Kind(time_decoder, time_encoder),
    "wareki": Kind(date_decoder, date_encoder),
    "wide": Kind(text_decoder, text_encoder),
    "zoned": Kind(host_decoder, zoned_encoder),
}
"""Every kind but filler, which holds no value."""


TEXTUAL: Final = frozenset(
    {"boolean", "code", "date", "decimal", "digits", "filler", "integer", "kana", "mixed"}
    | {"narrow", "time", "wareki", "wide"}
)
"""Kinds whose values stand in the file as characters."""


def dtype(field: Field) -> pl.DataType:
    """The column type of a field."""
    if field.kind == "boolean":
        return pl.Boolean()
    if field.kind == "float":
        return pl.Float64()
    if field.is_number:
        return host.dtype(field) if field.is_host else number.dtype(field)
    return pl.String()
