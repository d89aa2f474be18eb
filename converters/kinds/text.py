"""Text kinds: narrow, kana, wide, mixed, and digits kept as text.

They differ only in the classes of characters they accept; a character outside them is FLD-014 and
the value stands as it is.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from converters import charset as cells
from converters import status as outcome
from converters.charset import Charset, holds_gaiji, write
from converters.columns import Bytes, Ints, Status, Text
from converters.kernels.decode import decode_digits, trim_spans
from converters.kernels.encode import check_digits
from converters.kernels.utf8 import check_utf8, decode_utf8
from converters.kinds.coding import GROWTH, reader, room, writer
from converters.kinds.cutting import shortened
from converters.kinds.shrinking import shrinking
from converters.kinds.spellings import Others, TextDecode, TextEncode, reading, writing
from converters.model import Field, Layout
from converters.scripts import opened

__all__ = [
    "ALLOWED",
    "decode_text",
    "digits_decoder",
    "digits_encoder",
    "encode_text",
    "text_decoder",
    "text_encoder",
]

HALF: Final = cells.ASCII | cells.LOWER | cells.KANA
ALLOWED: Final[dict[str, int]] = {
    "code": HALF | cells.WIDE,
    "kana": cells.ASCII | cells.KANA,
    "mixed": HALF | cells.WIDE,
    "narrow": HALF,
    "wide": cells.WIDE,
}
"""Text kind → the classes of characters it accepts."""

SLACK = 16
"""Bytes the kernels may touch beyond the last value."""


def text_decoder(field: Field, layout: Layout, charset: Charset) -> TextDecode:
    """Reads narrow, kana, wide, mixed or code text."""
    return reading(field, charset, decode_text(field, layout, charset))


def text_encoder(field: Field, layout: Layout, charset: Charset) -> TextEncode:
    """Writes narrow, kana, wide, mixed or code text."""
    plain = shrinking(field, layout, charset, partial(encode_text, field, layout, charset))
    width = field.bytes if field.overflow == "cut" else None
    if width is None:
        return writing(field, charset, lambda column, _: plain(column))
    return writing(field, charset, lambda column, _: shortened(column, width, plain))


def digits_decoder(field: Field, layout: Layout, charset: Charset) -> TextDecode:
    """Reads ASCII digits that stay text, leading zeros and all."""
    trim = padding(field, layout)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        start, stop = trim(data, start, stop)
        views, status = np.empty((len(start), 2), np.uint64), np.empty(len(start), np.uint8)
        decode_digits(data, start, stop, views, status)
        return Text(views, data), status

    return reading(field, charset, decode)


def digits_encoder(field: Field, layout: Layout, charset: Charset) -> TextEncode:
    """Writes digits as they are; anything else is FLD-030."""

    def encode(column: Text, others: Others) -> tuple[Text, Status]:
        status = np.empty(len(column.views), np.uint8)
        check_digits(*column.raw, status)
        return column, status

    return writing(field, charset, encode)


class _Trim:
    """Takes a field's declared padding off its spans; holds the two pad bytes."""

    __slots__ = ("left", "right")

    def __init__(self, left: int, right: int) -> None:
        self.left, self.right = left, right

    def __call__(self, data: Bytes, start: Ints, stop: Ints) -> tuple[Ints, Ints]:
        if not self.left and not self.right:
            return start, stop
        start, stop = start.copy(), stop.copy()
        trim_spans(data, start, stop, self.left, self.right)
        return start, stop


def padding(field: Field, layout: Layout, charset: Charset | None = None) -> _Trim:
    """How the field's padding comes off. Trailing spaces are the kernels' own matter, and zeros
    are never taken off: a zero is a value."""
    if not layout.framing.placed:
        return _Trim(0, 0)
    pad = field.pad or " "
    byte, blank = ord(pad) if pad.isascii() and pad != "0" else 0, 0x20
    if charset is not None and pad == " ":
        byte = blank = charset.blank[0] if len(charset.blank) == 1 else 0
    elif byte and charset is not None and not charset.ascii:
        spelled = write(charset, pad)
        byte, blank = (spelled[0], charset.blank[0]) if len(spelled) == 1 else (0, 0)
    if field.align == "right":
        return _Trim(byte, 0)
    return _Trim(0, byte if byte != blank else 0)


def decode_text(field: Field, layout: Layout, charset: Charset) -> TextDecode:
    """The plain text decoder of a field, special spellings aside."""
    allowed = np.uint32(ALLOWED[field.kind])
    fixed = layout.framing.placed
    trim = padding(field, layout, charset)
    read = reader(field, charset, allowed, fixed)
    growth = 0 if charset.unicode else room(charset)
    judge = partial(_judge_gaiji, field, charset)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Text, Status]:
        start, stop = trim(data, start, stop)
        count = len(start)
        views, status = np.empty((count, 2), np.uint64), np.empty(count, np.uint8)
        if charset.unicode:
            decode_utf8(data, start, stop, allowed, fixed, views, status)
            _free(charset, status)
            judge(data, start, stop, status)
            return Text(views, data), status
        out = np.empty(growth * int(np.sum(stop - start)) + SLACK, np.uint8)
        used = read(data, start, stop, views, out, status)
        judge(data, start, stop, status)
        return Text(views, out[: used + SLACK]), status

    return decode


def _free(charset: Charset, status: Status) -> None:
    """Control characters of UTF-8 are nothing to report where the layout keeps them."""
    if charset.free:
        status[status == outcome.CONTROL] = outcome.OK


UNMAPPED: Final = {"reject": outcome.GAIJI_REFUSED, "substitute": outcome.GAIJI_REPLACED}
"""What the layout decides about gaiji without a character → the outcome of a value with one."""


def _judge_gaiji(
    field: Field, charset: Charset, data: Bytes, start: Ints, stop: Ints, status: Status
) -> None:
    """Outcomes of gaiji as the layout has decided.

    A value with a fault that may be forgiven is looked at again, so that no gaiji goes unseen
    behind it: such values are few.
    """
    if charset.unmapped not in UNMAPPED:
        return
    status[status == outcome.GAIJI] = UNMAPPED[charset.unmapped]
    faulty = (status == outcome.CONTROL) | (status == outcome.CHARACTER_CLASS)
    front = opened(field, charset)
    for row in np.flatnonzero(faulty):
        if holds_gaiji(charset, front + data[start[row] : stop[row]].tobytes()):
            status[row] = outcome.GAIJI_REFUSED


def encode_text(
    field: Field, layout: Layout, charset: Charset, column: Text
) -> tuple[Text, Status]:
    """A text column in the target charset, with the outcome of each value."""
    count = len(column.views)
    allowed = np.uint32(ALLOWED[field.kind])
    if not column.longest:
        return column, np.full(count, outcome.BLANK, np.uint8)
    status = np.empty(count, np.uint8)
    if charset.unicode:
        check_utf8(*column.raw, allowed, status)
        _free(charset, status)
        return column, status
    views = np.empty((count, 2), np.uint64)
    size = GROWTH[charset.structure] * (int(column.lengths.sum()) + count) + SLACK
    out = np.empty(size, np.uint8)
    put = writer(field, charset, layout.substitute or "", allowed)
    used = put(*column.raw, views, out, status)
    return Text(views, out[: used + SLACK]), status
