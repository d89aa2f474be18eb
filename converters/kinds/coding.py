"""Charset and field → the kernels that read and write its text, with all but the data given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from converters.charset import ABSENT, NO_CODE, OPENS, Charset
from converters.columns import Bytes, Ints, Status
from converters.kernels import codes, shifted, utf16
from converters.kernels.arrays import Views
from converters.kernels.decode import decode_table
from converters.kernels.encode import encode_table
from converters.model import Field

__all__ = ["GROWTH", "reader", "room", "shift_rule", "writer"]

Reader = Callable[[Bytes, Ints, Ints, Views, Bytes, Status], int]
"""Data, spans, views, out, status → bytes of `out` in use."""
Writer = Callable[[Bytes, Bytes, Views, Bytes, Status], int]
"""The two arrays of `Text.raw`, views, out, status → bytes of `out` in use."""

ROOM: Final = {"long": 4, "pairs": 3, "shifted": 4, "utf-16": 2}
"""Bytes of UTF-8 that one byte of each structure can become, longer characters aside."""
GROWTH: Final = {"long": 2, "pairs": 1, "shifted": 8, "utf-16": 2}
"""Bytes that one byte of UTF-8 can become, shift codes included."""


def room(charset: Charset) -> int:
    """Bytes of UTF-8 that one byte of a charset can become; a long character has two bytes."""
    return max(ROOM[charset.structure], charset.longest + 1 >> 1)


def reader(field: Field, charset: Charset, allowed: np.uint32, trim: bool) -> Reader:
    """The decoder of a field's text; UTF-8 needs none."""
    wide = field.kind == "wide" and trim and len(charset.space) == 2
    space = np.uint64(int.from_bytes(charset.space * 4, "little") if wide else 0)
    single, double, free = charset.single, charset.double, np.uint32(charset.free)
    if charset.structure == "pairs":
        return lambda data, start, stop, views, out, status: decode_table(
            data, start, stop, single, double, allowed, space, trim, views, out, status
        )
    if charset.structure == "long":
        tables = (single, double, charset.triple, charset.longs)
        return lambda data, start, stop, views, out, status: codes.decode_long(
            data, start, stop, tables, allowed, free, space, trim, views, out, status
        )
    if charset.structure == "shifted":
        return _shifted_reader(field, charset, allowed, trim)
    big = charset.name == "utf-16be"
    return lambda data, start, stop, views, out, status: utf16.decode_utf16(
        data, start, stop, big, allowed, free, trim, views, out, status
    )


def _shifted_reader(field: Field, charset: Charset, allowed: np.uint32, trim: bool) -> Reader:
    marks, rule = shift_rule(field, charset)
    single = charset.single if len(marks) else charset.plain
    tables, free = (single, charset.double, charset.longs), np.uint32(charset.free)
    return lambda data, start, stop, views, out, status: shifted.decode_shifted(
        data, start, stop, tables, marks, rule, allowed, free, trim, views, out, status
    )


def shift_rule(field: Field, charset: Charset) -> tuple[Ints, Ints]:
    """The shift codes that the field's data may hold, and how a value lies in it.

    Where they are left out the kind says the state: full-width text is double-byte, the rest not.
    """
    shifts, how = charset.shifts, field.shifts
    rule = np.zeros(shifted.RULE, np.int64)
    wide = field.kind == "wide" and how in ("absent", "implied", "padded")
    rule[shifted.DOUBLE] = shifts.double
    rule[shifted.BEGIN] = shifts.double if wide else shifts.initial
    closes = how in ("present", "kept") and not shifts.initial
    rule[shifted.CLOSED] = shifts.latin if closes else 0
    rule[shifted.KEPT] = how == "kept"
    rule[shifted.SKIP] = shifts.marks[:1, 1].sum() if wide and how == "padded" else 0
    rule[shifted.FILL] = charset.blank[0]
    rule[shifted.WIDTH] = field.bytes or 0
    marks = shifts.marks[:0] if how in ("absent", "padded") else shifts.marks
    return np.ascontiguousarray(marks), rule


def writer(field: Field, charset: Charset, substitute: str, allowed: np.uint32) -> Writer:
    """The encoder of a field's text; UTF-8 needs none."""
    cell = int(charset.encode[ord(substitute)]) if substitute and len(charset.encode) else ABSENT
    instead = 0 if cell == ABSENT else cell & ~OPENS
    encode, free = charset.encode, np.uint32(charset.free)
    tables = (encode, charset.sequences, charset.sequence_codes)
    if charset.structure == "pairs":
        return lambda raw, data, views, out, status: encode_table(
            raw, data, encode, allowed, instead, views, out, status
        )
    if charset.structure == "long":
        code = instead & NO_CODE
        return lambda raw, data, views, out, status: codes.encode_long(
            raw, data, tables, allowed, free, code, views, out, status
        )
    if charset.structure == "shifted":
        marks, rule = shift_rule(field, charset)
        return lambda raw, data, views, out, status: shifted.encode_shifted(
            raw, data, tables, marks, rule, allowed, free, instead, views, out, status
        )
    big = charset.name == "utf-16be"
    return lambda raw, data, views, out, status: utf16.encode_utf16(
        raw, data, big, allowed, free, views, out, status
    )
