"""Numbers as hosts store them: zoned, packed and binary fields, exact at any size.

A field that holds no number is a finding of its own: a nibble or zone that is no digit (FLD-031), a
sign that is none (FLD-035), and a field full of spaces, LOW-VALUES or HIGH-VALUES (FLD-036 to 038),
unless `filled` says that it is blank or zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from converters import status as outcome
from converters.charset import Charset, write
from converters.columns import (
    Bytes,
    Ints,
    Mask,
    Status,
    Text,
    Values,
    are_blank,
    blanks,
    integers,
    series,
)
from converters.kernels.arrays import Views
from converters.kernels.binary import decode_binary, encode_binary
from converters.kernels.decimals import AS_BLANK, AS_NUMBER, AS_ZERO, ERROR, split_units
from converters.kernels.hosts import BINARY, PACKED, ZONED
from converters.kernels.packed import decode_packed, encode_packed
from converters.kernels.views import SPARE
from converters.kernels.zoned import ALONE, LEADING, TRAILING, decode_zoned, encode_zoned
from converters.kernels.zoned import MINUS as MINUS_SIGN
from converters.kernels.zoned import PLUS as PLUS_SIGN
from converters.kinds import exact
from converters.kinds.signs import packed_signs, sign_bytes, sign_meanings, zoned_signs
from converters.kinds.spellings import Decode, Encode, Others, patched, views
from converters.model import Field, Filled, Layout
from converters.numbers import Number

__all__ = [
    "Rule",
    "binary_encoder",
    "capacity",
    "dtype",
    "host_decoder",
    "packed_encoder",
    "rule",
    "size",
    "zoned_encoder",
]

SIGNS: Final = {
    "leading": LEADING,
    "leading-separate": LEADING | ALONE,
    "none": 0,
    "trailing": TRAILING,
    "trailing-separate": TRAILING | ALONE,
}
ALL: Final = (1 << 64) - 1
NO_ROWS: Final = np.empty(0, np.int64)
BARE: Final = (0, np.zeros(256, np.uint8))
"""Where the sign of a zoned field stands, and what bytes mean there: nothing for other kinds."""
POLICIES: Final = {"blank": AS_BLANK, "error": ERROR, "value": AS_NUMBER, "zero": AS_ZERO}
STRICT: Final = {
    "binary": ("value", "value", "value"),
    "packed": ("error", "error", "error"),
    "zoned": ("blank", "error", "error"),
}
"""Kind → what a field full of spaces, LOW-VALUES and HIGH-VALUES is, unless a definition says."""
BYTES: Final = (3, 5, 8, 10, 13, 15, 17, 19)
"""Digits of the largest number of 1 to 8 bytes; one more where 8 bytes have no sign."""

Write = Callable[[Ints, Mask, Status], tuple[np.ndarray, Bytes]]
"""Digits in parts, which are negative and the outcomes so far → views and their bytes."""


def capacity(field: Field) -> int:
    """The digits that the field's bytes hold at most."""
    size = field.bytes or 1
    if field.kind == "packed":
        return 2 * size - 1
    if field.kind == "binary":
        return BYTES[min(size, 8) - 1] + (size == 8 and field.sign == "none")
    return size - field.sign.endswith("-separate")


def dtype(field: Field) -> pl.DataType:
    """The type of the field's column."""
    return exact.dtype(_digits(field), field.scale)


def _digits(field: Field) -> int:
    """The digits of the field's numbers, or as many as make up the 64 bits they need."""
    digits = field.digits or capacity(field)
    if field.kind == "binary" and digits == BYTES[-1]:
        digits = exact.NARROW  # 8 bytes with a sign are what an Int64 is
    return digits + max(-field.scale, 0)


def size(field: Field) -> int:
    """How many words of 64 bits one of the field's numbers has."""
    return 1 if _digits(field) <= exact.NARROW else 2


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What the kernels read the numbers of a field by: `words` as in `packed.read_packed`, and of a
    zoned field where its sign stands and what each byte means there."""

    kind: int
    words: Views
    sign: int
    signs: Bytes


def rule(field: Field, layout: Layout, charset: Charset) -> Rule:
    """The rule of a field."""
    if field.kind == "packed":
        return Rule(PACKED, _words(field, layout, charset, _nibbles(field, layout, charset)), *BARE)
    if field.kind == "binary":
        how = (int(_is_little(field, layout)), int(field.sign == "signed"))
        return Rule(BINARY, _words(field, layout, charset, how), *BARE)
    signs, sign = zoned_signs(field, layout, charset), SIGNS[field.sign]
    meanings = sign_meanings(signs)
    if sign & ALONE:
        meanings = np.zeros(256, np.uint8)
        meanings[write(charset, field.plus)[0]] = PLUS_SIGN
        meanings[write(charset, "-")[0]] = MINUS_SIGN
    zones = int.from_bytes(bytes([signs.zone << 4] * 8))
    return Rule(ZONED, _words(field, layout, charset, (zones, 0)), sign, meanings)


def _nibbles(field: Field, layout: Layout, charset: Charset) -> tuple[int, int]:
    """The nibbles that are plus and minus, as masks."""
    signs = packed_signs(field, layout, charset)
    plus = {signs.zone, *signs.plus}
    minus = set(signs.minus) if field.sign == "signed" else set()
    return sum(1 << nibble for nibble in plus), sum(1 << nibble for nibble in minus)


def host_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads a zoned, packed or binary number."""
    how, kind, step = rule(field, layout, charset), dtype(field), size(field)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Values, Status]:
        values, status = np.empty(len(start) * step, np.int64), np.empty(len(start), np.uint8)
        cells = (step, values, status)
        if how.kind == ZONED:
            decode_zoned(data, start, stop, how.words, how.sign, how.signs, *cells)
        elif how.kind == PACKED:
            decode_packed(data, start, stop, how.words, *cells)
        else:
            decode_binary(data, start, stop, how.words, *cells)
        return exact.numbers(kind, values, status == outcome.OK), status

    return decode


def zoned_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes digits in bytes of their own."""
    signs, sign, width = zoned_signs(field, layout, charset), SIGNS[field.sign], field.bytes or 1
    spelled = sign_bytes(signs)
    if sign & ALONE:
        marks = write(charset, field.plus) * 10 + write(charset, "-") * 10
        spelled = np.frombuffer(marks, np.uint8)

    def digits(parts: Ints, negative: Mask, status: Status) -> tuple[np.ndarray, Bytes]:
        found, out = _room(len(status), width)
        zone = signs.zone << 4
        encode_zoned(parts, negative, width, zone, sign, spelled, found, out, status)
        return found, out

    return _encoder(field, layout, charset, digits)


def packed_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes two digits a byte, and the preferred sign in the last nibble."""
    signs, width = packed_signs(field, layout, charset), field.bytes or 1
    nibbles = (signs.plus[0], signs.minus[0]) if field.sign == "signed" else (signs.zone, 0)

    def digits(parts: Ints, negative: Mask, status: Status) -> tuple[np.ndarray, Bytes]:
        found, out = _room(len(status), width)
        encode_packed(parts, negative, width, nibbles, found, out, status)
        return found, out

    return _encoder(field, layout, charset, digits)


def binary_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes 1 to 8 bytes of a number of the base two."""
    little, width = _is_little(field, layout), field.bytes or 1

    def digits(parts: Ints, negative: Mask, status: Status) -> tuple[np.ndarray, Bytes]:
        found, out = _room(len(status), width)
        far = parts[:, 0].view(np.uint64).copy()
        if parts.shape[1] > 1:
            far += parts[:, 1].view(np.uint64) * np.uint64(10**exact.NARROW)
        values = far.view(np.int64)
        encode_binary(np.where(negative, -values, values), width, little, found, out, status)
        return found, out

    return _encoder(field, layout, charset, digits)


def _is_little(field: Field, layout: Layout) -> bool:
    return (field.endian or layout.numbers.endian) == "little"


def _room(count: int, width: int) -> tuple[np.ndarray, Bytes]:
    return np.empty((count, 2), np.uint64), np.empty(count * width + SPARE, np.uint8)


def _policies(field: Field, layout: Layout) -> tuple[int, int, int]:
    """What a field full of spaces, 00 and FF is: the field's word, else the layout's."""
    strict = STRICT[field.kind]
    given = [field.filled or Filled()]
    if field.kind != "binary":  # where a number full of zeros is a number
        given.append(layout.numbers.filled or Filled())
    names = ("spaces", "low", "high")
    spaces, low, high = (
        POLICIES[next((asked for one in given if (asked := getattr(one, name))), strict[place])]
        for place, name in enumerate(names)
    )
    return spaces, low, high


def _words(field: Field, layout: Layout, charset: Charset, first: tuple[int, int]) -> Views:
    """The numbers that the kernels read by (see `kernels.packed`)."""
    limit = 10 ** (field.digits or capacity(field)) - 1
    if field.kind == "binary" and not field.digits:
        limit = (1 << 64) - 1
    factor = 10 ** max(-field.scale, 0)
    spaces, low, high = _policies(field, layout)
    halves = divmod(limit, 1 << 64)
    rows = [first, halves, (factor, charset.blank[0]), (spaces, low), (high, 0)]
    return np.array(rows, np.uint64)


def _encoder(field: Field, layout: Layout, charset: Charset, digits: Write) -> Encode:
    """What all numbers have in common on the way back: what fits, blanks, and P."""
    lowest, highest = _limits(field)
    factor = 10 ** max(-field.scale, 0)
    fill = _blank(field, layout, charset)

    def encode(values: Values, others: Others) -> tuple[Text, Status]:
        found = values if isinstance(values, Number) else series(values)
        parts, negative, status = _parts(found, -lowest, highest)
        if factor > 1:
            status[parts[:, 0] % factor != 0] = outcome.SCALE
            parts = parts // factor
        rows = np.flatnonzero(are_blank(values)) if blanks(values) else NO_ROWS
        status[rows] = outcome.NO_BLANK if fill is None else outcome.BLANK
        result = Text(*digits(parts, negative, status))
        if fill is not None and len(rows):
            result = patched(result, rows, fill, np.zeros(len(rows), np.int64))
        return result, status

    return encode


def _limits(field: Field) -> tuple[int, int]:
    """The lowest and the highest number that the field takes, decimals left out of sight."""
    signed = field.sign != "none"
    highest = 10 ** (field.digits or capacity(field)) - 1
    lowest = -highest if signed else 0
    if field.kind == "binary":
        bits = 8 * (field.bytes or 1)
        ends = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        lowest, highest = (max(lowest, ends[0]), min(highest, ends[1])) if field.digits else ends
    factor = 10 ** max(-field.scale, 0)
    return lowest * factor, highest * factor


def _parts(values: Number | pl.Series, least: int, most: int) -> tuple[Ints, Mask, Status]:
    """The digits of a column in parts, which numbers are negative, and OVERFLOW where a negative
    one is further from zero than `least`, or another than `most`."""
    if isinstance(values, pl.Series) and values.dtype != pl.Int64():
        parts, negative = exact.parts(values)
        beyond = np.where(negative, _larger(parts, least), _larger(parts, most))
        return parts, negative, np.where(beyond, outcome.OVERFLOW, outcome.OK).astype(np.uint8)
    units = values.units if isinstance(values, Number) else integers(values)
    count = len(units)
    parts, negative = np.empty((count, 1), np.int64), np.empty(count, np.bool_)
    status = np.empty(count, np.uint8)
    ends = np.array([min(least, ALL), min(most, ALL)], np.uint64)
    split_units(units, ends, parts, negative, status)
    return parts, negative, status


def _larger(parts: Ints, most: int) -> Mask:
    """Which numbers are larger than `most`."""
    if parts.shape[1] == 1:
        return parts[:, 0] > min(most, (1 << 63) - 1)
    found = np.zeros(len(parts), np.bool_)
    for place in range(parts.shape[1]):
        limit = most // 10 ** (place * exact.NARROW) % 10**exact.NARROW
        found = (parts[:, place] > limit) | (found & (parts[:, place] == limit))
    return found


def _blank(field: Field, layout: Layout, charset: Charset) -> Text | None:
    """The bytes of a blank, where the field can have one."""
    fills = (charset.blank[:1], b"\0", b"\xff")
    policies = _policies(field, layout)
    found = [one for one, policy in zip(fills, policies, strict=True) if policy == AS_BLANK]
    return views([found[0] * (field.bytes or 1)]) if found else None
