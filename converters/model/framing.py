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
]

Terminator = Literal["crlf", "lf", "none"]


class FixedFraming(Model):
    """Records of one length, in bytes; `length` leaves the terminator out."""

    length: Size = Key(description="bytes of a record without its terminator")
    terminator: Terminator = "crlf"
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


class Framing(Model):
    """How records lie in the file: exactly one of the forms."""

    fixed: FixedFraming | None = None
    delimited: DelimitedFraming | None = None

    @model_validator(mode="after")
    def one_form(self) -> Self:
        if (self.fixed is None) == (self.delimited is None):
            raise ValueError("give exactly one of fixed, delimited")
        return self
