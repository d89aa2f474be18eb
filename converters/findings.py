"""Findings: what is wrong with the data, as a frame of codes with coordinates and no words.

    status bytes, value problems → frame → severities of the policy → errors, aggregate

A finding says where (file, record, offset, field), what (code) and which bytes (value), and what
was done (action). Severity and wording are looked up late, in `catalogue`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl

from converters.columns import Ints

__all__ = ["SCHEMA", "ValueProblem"]

SCHEMA: Final[dict[str, pl.DataType]] = {
    "file": pl.UInt16(),
    "record": pl.UInt64(),
    "offset": pl.UInt64(),
    "field": pl.String(),
    "code": pl.String(),
    "value": pl.Binary(),
    "action": pl.String(),
}
"""Columns of a findings frame.

`file` is the 0-based place in the list of inputs, `record` is 1-based (0: the file as a whole),
`offset` the 0-based position of the field, or of the record, in its file. `field` is empty at
record level. `value` holds the bytes as they lie in the file, or UTF-8 text where the finding is
on a typed value.
"""


@dataclass(frozen=True, slots=True)
class ValueProblem:
    """One code on some rows of a batch: `rows` are positions in the batch, ascending.

    `values` is a String or Binary series as long as `rows`, or None to show the field's own bytes.
    """

    rows: Ints
    field: str
    code: str
    values: pl.Series | None = None
