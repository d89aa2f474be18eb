"""Numbers in ASCII digits: integer and decimal, exact at any size.

Up to 18 digits travel as 64-bit integers inside the kernels; wider ones go through polars'
decimals as text, which is exact too.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from converters import status as outcome
from converters.charset import Charset, write
from converters.columns import (
    Bytes,
    Ints,
    Status,
    Text,
    Values,
    are_blank,
    blanks,
    integers,
    series,
    text,
)
from converters.kernels.decode import match_spellings
from converters.kernels.numbers import (
    LEADING,
    MINUS,
    TRAILING,
    UNSIGNED,
    decode_numbers,
)
from converters.kinds import exact
from converters.kinds.spellings import Decode, Encode, Others, patched, views
from converters.model import Field, Layout
from converters.numbers import Number, Spelled, Style

__all__ = ["dtype", "number_decoder", "number_encoder"]

SIGNS = {"leading": LEADING, "minus": MINUS, "none": UNSIGNED, "trailing": TRAILING}
NONE: Ints = np.empty(0, np.int64)


def dtype(field: Field) -> pl.DataType:
    """The type of the field's column."""
    if field.kind == "decimal":
        return pl.Decimal(38, field.scale)
    return pl.Int64() if (field.digits or exact.NARROW) <= exact.NARROW else pl.Decimal(38, 0)


def number_decoder(field: Field, layout: Layout, charset: Charset) -> Decode:
    """Reads an integer or decimal; FLD-030 for what is no number, FLD-032 for too many digits."""
    plain = _narrow_decoder(field, layout) if _fits(field) else _wide_decoder(field, layout)
    spelled = [write(charset, spelling) for spelling in field.null if spelling]
    if not spelled:
        return plain
    pool = np.frombuffer(b"".join(spelled), np.uint8)
    bounds = np.concatenate([[0], np.cumsum([len(one) for one in spelled])]).astype(np.int64)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Values, Status]:
        found = np.empty(len(start), np.uint8)
        if match_spellings(data, start, stop, pool, bounds, found):
            stop = np.where(found != 255, start, stop)
        return plain(data, start, stop, others)

    return decode


def number_encoder(field: Field, layout: Layout, charset: Charset) -> Encode:
    """Writes an integer or decimal; a negative value without a sign to show it is FLD-021."""
    plain = _narrow_encoder(field, layout) if _fits(field) else _wide_encoder(field, layout)
    blank = field.null[0] if field.null else ""
    if not blank:
        return plain
    fill = views([write(charset, blank)])

    def encode(values: Values, others: Others) -> tuple[Text, Status]:
        result, status = plain(values, others)
        rows = np.flatnonzero(status == outcome.BLANK)
        return patched(result, rows, fill, np.zeros(len(rows), np.int64)), status

    return encode


def _fits(field: Field) -> bool:
    return (field.digits or exact.NARROW) <= exact.NARROW


def explicit_point(field: Field, layout: Layout) -> bool:
    """Whether the decimal point is written: in delimited files, unless the layout says so."""
    if field.point is None:
        return not layout.framing.placed
    return field.point == "explicit"


def _narrow_decoder(field: Field, layout: Layout) -> Decode:
    sign, plus = SIGNS[field.sign], ord(field.plus)
    point, digits = explicit_point(field, layout), field.digits or exact.NARROW
    kind = dtype(field)

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Values, Status]:
        values, status = np.empty(len(start), np.int64), np.empty(len(start), np.uint8)
        decode_numbers(data, start, stop, sign, plus, point, field.scale, digits, values, status)
        return exact.numbers(kind, values, status == outcome.OK), status

    return decode


def _narrow_encoder(field: Field, layout: Layout) -> Encode:
    point = max(field.scale, 0) if explicit_point(field, layout) else 0
    least = point + 1 if point else max(1, min(field.scale + 1, exact.NARROW))
    style = Style(SIGNS[field.sign], ord(field.plus), point, least)

    def encode(values: Values, others: Others) -> tuple[Text, Status]:
        count, empty = len(values), blanks(values)
        if empty == count:
            nothing = Text(np.zeros((count, 2), np.uint64), np.empty(0, np.uint8))
            return nothing, np.full(count, outcome.BLANK, np.uint8)
        units, wrong = _integers(values if isinstance(values, Number) else series(values))
        status = np.zeros(count, np.uint8)
        if style.sign == UNSIGNED:
            status[units < 0] = outcome.OVERFLOW
        status[wrong] = outcome.OVERFLOW
        if empty:
            status[are_blank(values)] = outcome.BLANK
        unwritten = int(np.count_nonzero(status)) if empty or status.any() else 0
        return Text.of(Spelled(units, status, unwritten, style)), status

    return encode


def _integers(values: Number | pl.Series) -> tuple[Ints, Ints]:
    """The scaled 64-bit integers of a column, and the rows whose value needs more."""
    if isinstance(values, Number):
        return values.units, NONE
    if values.dtype == pl.Int64():
        return integers(values), NONE
    array = values.rechunk().to_arrow()
    words = np.frombuffer(array.buffers()[1], np.int64)[2 * array.offset :]
    words = words[: 2 * len(array)].reshape(-1, 2)
    low = np.ascontiguousarray(words[:, 0])
    return low, np.flatnonzero((words[:, 1] != low >> 63) & ~are_blank(values))


def _wide_decoder(field: Field, layout: Layout) -> Decode:
    """Numbers of 19 to 38 digits, by way of their text."""
    scale, point = field.scale, explicit_point(field, layout)
    name = pl.col("text")
    body = {"leading": name.str.slice(1), "trailing": name.str.head(-1)}.get(field.sign, name)
    mark = {"leading": name.str.head(1), "trailing": name.str.tail(1)}.get(field.sign)
    marks = ["-", field.plus, " "]
    if field.sign == "minus":
        body, mark, marks = name.str.strip_prefix("-"), name.str.head(1), ["-"]
    digits = body.str.strip_chars(" ")
    if not point and scale:
        full = digits.str.zfill(scale + 1)
        digits = pl.concat_str(full.str.head(-scale), pl.lit("."), full.str.tail(scale))
    form = r"^[0-9]+(\.[0-9]+)?$" if scale else r"^[0-9]+$"
    shown = digits.str.contains(form)
    negative = mark == "-" if mark is not None else pl.lit(False)
    if mark is not None and field.sign != "minus":
        shown &= mark.is_in(marks)
    number = digits.cast(pl.Decimal(38, scale), strict=False)
    long = digits.str.replace(r"^0+", "").str.replace(".", "", literal=True).str.len_bytes()
    tail = digits.str.extract(r"\.([0-9]+)$").str.len_bytes().fill_null(0)
    limit = field.digits or 38

    def decode(data: Bytes, start: Ints, stop: Ints, others: Others) -> tuple[Values, Status]:
        strings = series(Text(*_spans_as_views(data, start, stop)), "text")
        frame = pl.DataFrame({"text": strings}).select(
            value=pl.when(negative).then(-number).otherwise(number),
            blank=name.is_null() | (name.str.strip_chars(" ") == ""),
            shown=shown.fill_null(False),
            wide=((long > limit) | (tail > scale)).fill_null(False),
        )
        status = np.full(len(frame), outcome.OK, np.uint8)
        status[(frame["wide"] | frame["value"].is_null()).to_numpy()] = outcome.SCALE
        status[~frame["shown"].to_numpy()] = outcome.NOT_NUMBER
        status[frame["blank"].to_numpy()] = outcome.BLANK
        good = pl.Series(status == outcome.OK)
        found = frame.select(pl.when(good).then(pl.col("value")).alias(field.name)).to_series()
        return found, status

    return decode


def _spans_as_views(data: Bytes, start: Ints, stop: Ints) -> tuple[np.ndarray, Bytes]:
    """Spans as views where every byte counts; bytes that are not ASCII are shown as `?`."""
    found = np.empty((len(start), 2), np.uint64)
    plain = np.where(data < 0x80, data, 0x3F).astype(np.uint8)
    rows = [plain[a:b].tobytes() for a, b in zip(start, stop, strict=True)]
    column = views(rows)
    found[:] = column.views
    return found, column.data


def _wide_encoder(field: Field, layout: Layout) -> Encode:
    """Numbers of 19 to 38 digits, by way of their text."""
    scale, point = field.scale, explicit_point(field, layout)
    name = pl.col("value")
    digits = name.abs().cast(pl.String)
    if scale and not point:
        digits = digits.str.replace(".", "", literal=True)
    negative = name < 0
    minus, plus = pl.lit("-"), pl.lit(field.plus)
    mark = pl.when(negative).then(minus).otherwise(plus)
    shown = {
        "leading": pl.concat_str(mark, digits),
        "minus": pl.when(negative).then(pl.concat_str(minus, digits)).otherwise(digits),
        "none": digits,
        "trailing": pl.concat_str(digits, mark),
    }[field.sign]

    def encode(values: Values, others: Others) -> tuple[Text, Status]:
        frame = pl.DataFrame({"value": series(values)}).select(text=shown, negative=negative)
        status = np.full(len(values), outcome.OK, np.uint8)
        if field.sign == "none":
            status[frame["negative"].fill_null(False).to_numpy()] = outcome.OVERFLOW
        status[are_blank(values)] = outcome.BLANK
        return text(frame["text"]), status

    return encode
