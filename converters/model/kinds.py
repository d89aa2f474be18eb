"""What tells the records of a file apart, and what counts them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from converters.model.values import Model, Name, Size

__all__ = ["Control", "When"]


class When(Model):
    """A key that a record is known by: the bytes at a place, or the value of a column."""

    at: Size | None = Key(None, description="1-based first byte of the key")
    column: Size | None = Key(None, description="delimited: the number of the column, from 1")
    among: tuple[Name, ...] = Key((), alias="is", description="the key is one of these texts")
    hex: tuple[Name, ...] = Key((), description="the key is one of these bytes, in hexadecimal")

    @model_validator(mode="after")
    def one_place(self) -> Self:
        if (self.at is None) == (self.column is None):
            raise ValueError("give exactly one of at, column")
        if not self.among and not self.hex:
            raise ValueError("give is, or hex: what the key is")
        return self


class Control(Model):
    """A field that counts other records: exactly one of count, sum, number.

    Fields are named `record.field`. What is counted stands within the innermost group around the
    record, or in the whole file.
    """

    field: Name = Key(description="the field that holds the number")
    count: tuple[Name, ...] | None = Key(None, description="the records of these types, counted")
    sum: tuple[Name, ...] | None = Key(None, description="the values of these fields, added up")
    number: bool = Key(False, description="the records, numbered from 1")
    within: Literal["group", "file"] = Key("group", description="where is counted")

    @model_validator(mode="after")
    def one_question(self) -> Self:
        if [self.count is not None, self.sum is not None, self.number].count(True) != 1:
            raise ValueError("give exactly one of count, sum, number")
        return self

    @property
    def holder(self) -> str:
        """The type of the record that holds the number."""
        return self.field.partition(".")[0]

    @property
    def item(self) -> str:
        """The field of that record."""
        return self.field.partition(".")[2]
