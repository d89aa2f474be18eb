"""All host numbers of a record, read at once where they lie in the same places of every record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from converters import room
from converters import status as outcome
from converters.charset import Charset
from converters.columns import Bytes, Ints, Placed, Status, Values
from converters.kernels.arrays import Views
from converters.kernels.hosts import decode_hosts
from converters.kinds.host import dtype, rule, size
from converters.model import Field, Layout
from converters.numbers import Number

__all__ = ["Hosts", "compile", "read"]

KINDS: Final = ("binary", "packed", "zoned")


@dataclass(frozen=True, slots=True, eq=False)
class Hosts:
    """The host numbers of a record that have one word each, ready to be read.

    `places` are those of the fields in the record; `table`, `rules` and `signs` are as in
    `kernels.hosts`, what lies where left out.
    """

    names: tuple[str, ...]
    places: tuple[int, ...]
    kinds: tuple[pl.DataType, ...]
    table: Ints
    rules: Views
    signs: Bytes


def compile(layout: Layout, fields: Iterable[tuple[int, Field, Charset]]) -> Hosts | None:
    """What reads those of the fields, each with its place in the record, that can be read together;
    None where there are none."""
    known = [one for one in fields if one[1].kind in KINDS and size(one[1]) == 1]
    if not known:
        return None
    rules = [rule(field, layout, charset) for _, field, charset in known]
    return Hosts(
        names=tuple(field.name for _, field, _ in known),
        places=tuple(place for place, _, _ in known),
        kinds=tuple(dtype(field) for _, field, _ in known),
        table=np.array([(one.kind, 0, 0, one.sign) for one in rules], np.int64),
        rules=np.array([one.words for one in rules]),
        signs=np.array([one.signs for one in rules]),
    )


def read(hosts: Hosts, data: Bytes, placed: Placed) -> dict[str, tuple[Values, Status]]:
    """The columns and their outcomes by the names of the fields."""
    count, records = len(hosts.names), len(placed.begin)
    table = hosts.table.copy()
    table[:, 1], table[:, 2] = placed.at[[*hosts.places]], placed.width[[*hosts.places]]
    values = room.lend(8 * count * records).view(np.int64).reshape(count, records)
    status, wrong = np.empty((count, records), np.uint8), np.empty(count, np.int64)
    decode_hosts(
        data, placed.begin, placed.end, table, hosts.rules, hosts.signs, values, status, wrong
    )
    found: dict[str, tuple[Values, Status]] = {}
    for row, (name, kind) in enumerate(zip(hosts.names, hosts.kinds, strict=True)):
        missing = status[row] != outcome.OK if wrong[row] else None
        found[name] = Number(values[row], missing, kind), status[row]
    return found
