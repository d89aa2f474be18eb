"""A layout → the columns of its sheet: one for each field, of every type of record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from converters.model import Field, Layout

__all__ = ["Column", "Columns", "columns"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field: its name in the sheet, with its type of record where there are several, and its
    place in the record."""

    name: str
    place: int
    field: Field


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
            Column(f"{record.name}.{field.name}" if layout.is_mixed else field.name, place, field)
            for place, field in enumerate(record.fields)
        )
        for record in layout.records
    )
    return Columns(layout, types, {column.name: column for one in types for column in one})
