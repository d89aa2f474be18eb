"""How the records of a file are told apart, as a layout says it."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from converters.model.values import Model, Size

__all__ = [
    "DelimitedFraming",
    "FixedFraming",
    "Framing",
    "VariableFraming",
]

Terminator = Literal["crlf", "lf", "none"]


class FixedFraming(Model):
    """Records of one length, in bytes; `length` leaves the terminator out."""

    length: Size = Key(description="bytes of a record without its terminator")
    terminator: Terminator = "crlf"
    bom: bool = Key(False, description="write a byte order mark (UTF-8, UTF-16)")
    eof: Literal["none", "1a"] = Key("none", description="end-of-file mark after the last record")


class DelimitedFraming(Model):
    """Records of delimited fields (CSV, TSV). `delimiter` and the quote are one ASCII byte."""

    delimiter: str = ","
    quote: Literal["all", "needed", "none", "text"] = Key(
        "needed", description="which values are quoted on writing; text: all but numbers"
    )
    header: bool = Key(True, description="the first record holds the column names")
    terminator: Literal["crlf", "lf"] = "crlf"
    bom: bool = Key(False, description="write a byte order mark (UTF-8)")
    eof: Literal["none", "1a"] = Key("none", description="end-of-file mark after the last record")


class VariableFraming(Model):
    """Records of varying length whose fields lie in fixed places; what is missing is blank."""

    length: Size = Key(description="bytes of the longest record, headers and line ends left out")
    by: Literal["rdw", "crlf", "lf"] = Key("rdw", description="what parts the records")
    counted: bool = Key(True, description="rdw: the length counts the four bytes of the word")
    endian: Literal["big", "little"] = Key("big", description="rdw: which byte comes first")
    trim: bool | None = Key(None, description="are spaces at the end left out on writing?")
    eof: Literal["none", "1a"] = Key("none", description="end-of-file mark after the last record")


class Framing(Model):
    """How records lie in the file: exactly one of the forms."""

    fixed: FixedFraming | None = None
    variable: VariableFraming | None = None
    delimited: DelimitedFraming | None = None

    @model_validator(mode="after")
    def one_form(self) -> Self:
        if [self.fixed, self.variable, self.delimited].count(None) != 2:
            raise ValueError("give exactly one of fixed, variable, delimited")
        return self

    @property
    def length(self) -> int | None:
        """Bytes that the fields take together where they lie in fixed places, else None."""
        placed = self.fixed or self.variable
        return placed.length if placed else None
