"""Rows of whole groups → the findings on them, one function per question.

A frame has the columns of `plan.rows`, in the order of the input; `keys` are the columns of the
key. A row in doubt has no values, and what it may hide is never said to be missing. Findings are
`FOUND`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

__all__ = [
    "FOUND",
    "ascending",
    "complete",
    "one",
    "periods",
    "references",
    "repeated",
    "sequence",
]

FOUND: Final[dict[str, pl.DataType]] = {
    "bucket": pl.UInt8(),
    "file": pl.UInt16(),
    "record": pl.UInt64(),
    "offset": pl.UInt64(),
    "code": pl.String(),
    "field": pl.String(),
    "value": pl.String(),
}
"""A finding on a record of a group; the bucket is that of its key."""

PLACE: Final = ("file", "record")
OPEN: Final = 1 << 40
"""A day after all days: a period without an end."""


def one(field: str, frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Groups in which the condition holds for no record (SET-005), and the later records where it
    holds for several (SET-009)."""
    hit = pl.col("hit").fill_null(False)
    marked = frame.with_columns(
        hit=hit, order=hit.cum_sum().over(keys), hope=(hit | pl.col("doubt")).any().over(keys)
    )
    first = pl.int_range(pl.len()).over(keys) == 0
    none = marked.filter(~pl.col("hope") & first)
    several = marked.filter(pl.col("hit") & (pl.col("order") > 1))
    return pl.concat(
        [_found(none, "SET-005", field, _key(keys)), _found(several, "SET-009", field, _key(keys))]
    )


def complete(field: str, due: Sequence[str], frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The values of `due` that no record of a group has (SET-003), at its first record."""
    doubt = frame.filter("doubt").select(keys).unique()
    sure = frame.join(doubt, keys, "anti", nulls_equal=True, maintain_order="left")
    firsts = sure.unique(keys, keep="first", maintain_order=True)
    found = []
    for value in due:
        have = sure.filter(pl.col("value") == value).select(keys)
        missing = firsts.join(have, keys, "anti", nulls_equal=True, maintain_order="left")
        found.append(_found(missing, "SET-003", field, pl.lit(value)))
    return pl.concat(found)


def sequence(field: str, start: int, frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Numbers before which one is missing (SET-006), and numbers that stand twice (SET-012)."""
    number = pl.col("number")
    doubt = (pl.col("doubt") | number.is_null()).any().over(keys)
    marked = frame.with_columns(doubt=doubt).drop_nulls("number")
    marked = marked.sort(*keys, "number", *PLACE, maintain_order=True)
    marked = marked.with_columns(before=number.shift(1).over(keys)).with_columns(
        due=pl.col("before").fill_null(start - 1) + 1
    )
    again = marked.filter(number == pl.col("before"))
    gap = marked.filter(
        (number != pl.col("due")) & number.ne_missing(pl.col("before")) & ~pl.col("doubt")
    )
    shown = pl.format("{} > {}", "due", "number")
    found = [_found(gap, "SET-006", field, shown)]
    found.append(_found(again, "SET-012", field, number.cast(pl.String)))
    return pl.concat(found)


def ascending(field: str, frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Values that are certainly below the one before them (SET-011), in the order of `by` or, where
    there is none, of the input."""
    order = [*(["by"] if "by" in frame.columns else []), *PLACE]
    known = frame.drop_nulls(["at_low", *order]).sort(*keys, *order, maintain_order=True)
    marked = known.with_columns(
        before=pl.col("at_low").shift(1).over(keys), earlier=pl.col("at").shift(1).over(keys)
    )
    wrong = marked.filter(pl.col("before") > pl.col("at_high"))
    return _found(wrong, "SET-011", field, pl.format("{} > {}", "earlier", "at"))


def periods(
    field: str, included: bool, gaps: bool, frame: pl.DataFrame, keys: list[str]
) -> pl.DataFrame:
    """Periods that begin before an earlier one ended (SET-007), or days after the earlier ones
    ended (SET-010). A period without an end is open; one that ends before it begins says nothing.
    """
    marked = _ended(frame, keys).sort(*keys, "from_low", "from_high", *PLACE)
    low, high = (pl.col(name).cum_max().shift(1).over(keys) for name in ("to_low", "to_high"))
    shown = pl.col("to").fill_null("").shift(1).over(keys)
    marked = marked.with_columns(low=low, high=high, earlier=shown)
    start, day = (pl.col("from_high"), pl.col("from_low")), 1 if included else 0
    overlap = marked.filter(pl.col("low") + day > start[0])
    value = pl.format("{} > {}", "earlier", "from")
    found = [_found(overlap, "SET-007", field, value)]
    if not gaps:
        gap = marked.filter((pl.col("high") + day < start[1]) & ~pl.col("doubt"))
        found.append(_found(gap, "SET-010", field, value))
    return pl.concat(found)


def _ended(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The rows with a known beginning, open ends far away, and the doubt of their group."""
    blank = pl.col("to").is_null() & ~pl.col("doubt")
    unknown = pl.col("to_low").is_null() & ~blank
    ended = frame.with_columns(
        to_low=pl.when(blank).then(OPEN).when(unknown).then("from_low").otherwise("to_low"),
        to_high=pl.when(blank | unknown).then(OPEN).otherwise("to_high"),
    )
    turned = pl.col("to_high") < pl.col("from_low")
    doubt = (pl.col("doubt") | pl.col("from_low").is_null() | turned).any().over(keys)
    return ended.with_columns(doubt=doubt).drop_nulls("from_low").filter(~turned)


def references(field: str, frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows of part 0 whose key no row of part 1 has (XFL-001). A key of which a field is blank
    refers to nothing; a row in doubt may be what is referred to."""
    asked = frame.filter((pl.col("part") == 0) & ~pl.col("doubt")).drop_nulls(keys)
    there = frame.filter(pl.col("part") == 1).select(keys)
    lost = asked.join(there, keys, "anti", maintain_order="left")
    return _found(lost, "XFL-001", field, _key(keys))


def repeated(field: str, frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Rows whose key stands in an earlier part too (XFL-004)."""
    sure = frame.filter(~pl.col("doubt")).drop_nulls(keys)
    again = sure.filter(pl.col("part") > pl.col("part").min().over(keys))
    return _found(again, "XFL-004", field, _key(keys))


def _key(keys: list[str]) -> pl.Expr:
    return pl.concat_str([pl.col(key).fill_null("") for key in keys], separator=", ")


def _found(rows: pl.DataFrame, code: str, field: str, value: pl.Expr) -> pl.DataFrame:
    return rows.select(
        "bucket",
        *PLACE,
        "offset",
        code=pl.lit(code),
        field=pl.lit(field),
        value=value,
    )
