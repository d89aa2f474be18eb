"""A layout → the columns of its sheet: one for each field, of every type of record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from converters import scripts
from converters.charset import Charset
from converters.model import Field, Layout, Record

__all__ = ["Column", "Columns", "columns"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field: its name in the sheet, with its type of record where there are several, its place in
    the record, and the charset it is written in."""

    name: str
    place: int
    field: Field
    script: Charset


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of a layout, type by type, and by their names."""

    layout: Layout
    types: tuple[tuple[Column, ...], ...]
    named: dict[str, Column]

    def __iter__(self) -> Iterator[Column]:
        return iter(self.named.values())


def columns(layout: Layout) -> Columns:
    """The columns of a layout; they are called as findings call the fields."""
    types = tuple(
        tuple(
            Column(_name(layout, record, field), place, field, scripts.of(layout, field))
            for place, field in enumerate(record.fields)
        )
        for record in layout.records
    )
    return Columns(layout, types, {column.name: column for one in types for column in one})


def _name(layout: Layout, record: Record, field: Field) -> str:
    return f"{record.name}.{field.name}" if layout.is_mixed else field.name
