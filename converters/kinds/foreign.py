"""Kinds in charsets whose digits are not those of ASCII (host codes, UTF-16), by way of UTF-8.

A kind that looks at bytes (numbers, dates, codes, special spellings) reads its field after it was
turned into UTF-8, and what it writes in UTF-8 is turned back. Plain text goes straight.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from converters import status as outcome
from converters.charset import Charset, load
from converters.columns import Bytes, Ints, Status, Text, Values
from converters.kinds.shrinking import shrinking
from converters.kinds.spellings import Decode, Encode, Others
from converters.kinds.text import ALLOWED, decode_text, encode_text
from converters.model import Field, Layout

__all__ = ["foreign_decoder", "foreign_encoder", "is_plain_text"]

UTF8 = "utf-8"
UNREADABLE = (outcome.UNDECODABLE, outcome.HALF_CHARACTER)
INLINE = 12


def is_plain_text(field: Field) -> bool:
    """Whether the text decoder can read the field without looking at single bytes of it."""
    special = any(field.null) or field.unknown or field.sentinels
    return field.kind in ALLOWED and field.kind != "code" and not special


def _as_mixed(field: Field) -> Field:
    """The field as text of any class; a field without double bytes stays in single-byte state."""
    if field.kind == "wide":
        return field
    kind = "narrow" if field.shifts in ("absent", "implied", "padded") else "mixed"
    return field.model_copy(update={"kind": kind})


def foreign_decoder(
    kind: Callable[[Field, Layout, Charset], Decode],
    field: Field,
    layout: Layout,
    charset: Charset,
) -> Decode:
    """A decoder of the kind for bytes of `charset`. What is no character stays a fault."""
    transcode = decode_text(_as_mixed(field), layout, charset)
    decode_utf8 = kind(field, layout, load(UTF8))

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Values, Status]:
        column, first = transcode(data, start, stop, others)
        values, status = decode_utf8(*_spans(column), others)
        fault = first >= outcome.PROBLEM
        fault &= np.isin(first, UNREADABLE) | (status < outcome.PROBLEM)
        fault &= first != outcome.CHARACTER_CLASS
        return values, np.where(fault, first, status)

    return decode


def _spans(column: Text) -> tuple[Bytes, Ints, Ints]:
    """A column of texts as bytes and spans."""
    flat = column.views.view(np.uint8).reshape(-1)
    lengths = column.lengths.astype(np.int64)
    places = (column.views[:, 1] >> np.uint64(32)).astype(np.int64) + len(flat)
    start = np.where(lengths > INLINE, places, 16 * np.arange(len(lengths)) + 4)
    return np.concatenate([flat, column.data, np.zeros(16, np.uint8)]), start, start + lengths


def foreign_encoder(
    kind: Callable[[Field, Layout, Charset], Encode],
    field: Field,
    layout: Layout,
    charset: Charset,
) -> Encode:
    """An encoder of the kind that writes bytes of `charset`."""
    encode_utf8, mixed = kind(field, layout, load(UTF8)), _as_mixed(field)
    plain = shrinking(field, layout, charset, partial(encode_text, mixed, layout, charset))

    def encode(values: Any, others: Others) -> tuple[Text, Status]:
        column, status = encode_utf8(values, others)
        written, second = plain(column)
        fault = (second >= outcome.PROBLEM) & (second != outcome.CHARACTER_CLASS)
        return written, np.where(fault & (status < outcome.PROBLEM), second, status)

    return encode
