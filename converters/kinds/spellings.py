"""Special spellings of a field (`null`, `unknown`, `sentinels`) around the plain kind.

A field's paper may say that 9999999 means an unknown date, or 00000000 none at all. On reading
such bytes never reach the kind: they become null, `0000-00-00` or the value the layout names. On
writing, the first spelling listed for a meaning is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from converters import status as outcome
from converters.charset import Charset, write
from converters.columns import Bytes, Ints, Status, Text, Values
from converters.kernels import lookup
from converters.kernels.decode import match_spellings
from converters.model import Field

__all__ = ["Others", "TextDecode", "TextEncode", "reading", "writing"]

Others = Mapping[str, Values]
"""The columns of the batch by name, for a kind that needs another field (an era)."""
TextDecode = Callable[[Bytes, Ints, Ints, Others], tuple[Text, Status]]
TextEncode = Callable[[Text, Others], tuple[Text, Status]]
Decode = Callable[[Bytes, Ints, Ints, Others], tuple[Values, Status]]
Encode = Callable[[Any, Others], tuple[Text, Status]]
"""Takes the column that the kind's decoder makes."""

UNKNOWN = "0000-00-00"
NONE = 255


def views(values: list[bytes]) -> Text:
    """These byte strings as one column."""
    rows = np.zeros((len(values), 2), np.uint64)
    pool = b""
    for row, value in enumerate(values):
        packed = len(value).to_bytes(4, "little")
        if len(value) <= 12:
            packed += value.ljust(12, b"\0")
        else:
            packed += value[:4] + bytes(4) + len(pool).to_bytes(4, "little")
            pool += value
        rows[row] = np.frombuffer(packed, np.uint64)
    return Text(rows, np.frombuffer(pool, np.uint8))


def patched(column: Text, rows: Ints, fill: Text, which: Ints) -> Text:
    """`column` with the values `fill[which]` at `rows`."""
    words = fill.views[which].copy()
    data = column.data
    if len(fill.data):
        long = (words[:, 0] & np.uint64(0xFFFFFFFF)) > np.uint64(12)
        words[long, 1] += np.uint64(len(data) << 32)
        data = np.concatenate([data, fill.data])
    changed = column.views.copy()
    changed[rows] = words
    return Text(changed, data)


def reading(field: Field, charset: Charset, decode: TextDecode) -> TextDecode:
    """A text decoder that knows the field's special spellings."""
    pairs = [(spelling, "") for spelling in field.null if spelling]
    pairs += [(spelling, UNKNOWN) for spelling in field.unknown]
    pairs += list(field.sentinels.items())
    if not pairs:
        return decode
    spelled = [write(charset, spelling) for spelling, _ in pairs]
    pool = np.frombuffer(b"".join(spelled), np.uint8)
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in spelled])]).astype(np.int64)
    meaning = views([value.encode() for _, value in pairs])
    outcomes = np.array(
        [
            outcome.BLANK if not value else outcome.UNKNOWN if value == UNKNOWN else outcome.OK
            for _, value in pairs
        ],
        np.uint8,
    )

    def decode_special(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        found = np.empty(len(start), np.uint8)
        if not match_spellings(data, start, stop, pool, bounds, found):
            return decode(data, start, stop, others)
        special = found != NONE
        column, status = decode(data, start, np.where(special, start, stop), others)
        rows = np.flatnonzero(special)
        which = found[rows].astype(np.int64)
        status[rows] = outcomes[which]
        return patched(column, rows, meaning, which), status

    return decode_special


def writing(field: Field, charset: Charset, encode: TextEncode) -> TextEncode:
    """A text encoder that writes the field's special spellings."""
    meanings = [(UNKNOWN, field.unknown[0])] if field.unknown else []
    meanings += [(value, spelling) for spelling, value in field.sentinels.items()]
    blank = field.null[0] if field.null else ""
    if not meanings and not blank:
        return encode
    spelled = [write(charset, spelling) for _, spelling in meanings]
    fill = views([*spelled, write(charset, blank)])
    table = lookup.build([value.encode() for value, _ in meanings])

    def encode_special(column: Text, others: Others) -> tuple[Text, Status]:
        which = lookup.find(table, *column.raw)
        result, status = encode(column, others)
        if blank:
            which = np.where(which == lookup.BLANK, len(meanings), which)
        rows = np.flatnonzero(which >= 0)
        if not len(rows):
            return result, status
        status[rows] = outcome.OK
        return patched(result, rows, fill, which[rows].astype(np.int64)), status

    return encode_special
