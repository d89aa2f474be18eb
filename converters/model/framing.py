"""How the records of a file are told apart, as a layout says it."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field as Key
from pydantic import StringConstraints, model_validator

from converters.model.values import Model, Name, Size

__all__ = [
    "FORMS",
    "DelimitedFraming",
    "FixedBlocks",
    "FixedFraming",
    "Framing",
    "LengthField",
    "VariableBlocks",
    "VariableFraming",
    "XmlFraming",
]

Terminator = Literal["crlf", "lf", "nl", "none"]
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{2}$")]

FORMS: Final = ("delimited", "fixed", "variable", "xml")
"""The keys of which a framing has exactly one."""

DIGITS: Final = {"binary": 256, "text": 10, "zoned": 10}
"""Values of one byte of a length field."""


class FixedBlocks(Model):
    """Blocks of one size with as many whole records as go in, and a filler behind them."""

    bytes: Size = Key(description="bytes of a block")
    fill: Hex = Key("00", description="the byte that fills the rest of a block, in hex")


class FixedFraming(Model):
    """Records of one length, in bytes; `length` leaves the terminator out."""

    length: Size = Key(description="bytes of a record without its terminator")
    terminator: Terminator = "crlf"
    bom: bool = Key(False, description="write a byte order mark (UTF-8, UTF-16)")
    eof: Literal["none", "1a"] = Key("none", description="end-of-file mark after the last record")
    block: FixedBlocks | None = Key(None, description="records stand in blocks")

    @model_validator(mode="after")
    def blocks_hold_records(self) -> Self:
        if self.block is None:
            return self
        if self.terminator != "none" or self.eof != "none":
            raise ValueError("a file in blocks has terminator: none and no end-of-file mark")
        if self.block.bytes < self.length:
            raise ValueError(f"a block of {self.block.bytes} bytes holds no record")
        return self


class DelimitedFraming(Model):
    """Records of delimited fields (CSV, TSV). `delimiter` and the quote are ASCII characters."""

    delimiter: str = ","
    quote: Literal["all", "needed", "none", "text"] = Key(
        "needed", description="which values are quoted on writing; text: all but numbers"
    )
    header: bool = Key(True, description="the first record holds the column names")
    terminator: Literal["crlf", "lf", "nl"] = Key(
        "crlf", description="what ends each record; nl: the NEL 15 of EBCDIC"
    )
    bom: bool = Key(False, description="write a byte order mark (UTF-8, UTF-16)")
    eof: Literal["none", "1a"] = Key("none", description="end-of-file mark after the last record")


class VariableBlocks(Model):
    """Blocks behind block descriptor words (BDW), each with whole records behind theirs."""

    bytes: Annotated[Size, Key(le=32760)] = Key(description="bytes of the largest block written")
    counted: bool = Key(True, description="the length counts the four bytes of the word")


class LengthField(Model):
    """The place in each record where its length stands."""

    at: Size = Key(description="1-based first byte of the number")
    bytes: Annotated[int, Key(gt=0, le=8)] = Key(description="width of the number")
    kind: Literal["binary", "text", "zoned", "packed"] = "binary"
    adds: int = Key(0, description="bytes of the record that the number does not count")

    @property
    def largest(self) -> int:
        """The largest number that can be written."""
        if self.kind == "packed":
            return int(10 ** min(2 * self.bytes - 1, 9)) - 1
        return int(min(DIGITS[self.kind] ** self.bytes, 1 << 30)) - 1


class VariableFraming(Model):
    """Records of varying length whose fields lie in fixed places; what is missing is blank."""

    length: Size = Key(description="bytes of the longest record, headers and line ends left out")
    by: Literal["rdw", "crlf", "lf", "nl", "field", "tables"] = Key(
        "rdw", description="what parts the records"
    )
    counted: bool = Key(True, description="rdw: the length counts the four bytes of the word")
    endian: Literal["big", "little"] = Key("big", description="which byte of a length comes first")
    block: VariableBlocks | None = Key(None, description="rdw: records stand in blocks (BDW)")
    size: LengthField | None = Key(None, description="field: where the length stands")
    trim: bool | None = Key(None, description="are spaces at the end left out on writing?")
    eof: Literal["none", "1a"] = Key("none", description="end-of-file mark after the last record")

    @model_validator(mode="after")
    def keys_belong_together(self) -> Self:
        if (self.size is None) == (self.by == "field"):
            raise ValueError("by: field needs size, and size needs by: field")
        if self.block is not None and (self.by != "rdw" or self.eof != "none"):
            raise ValueError("block needs by: rdw, and no end-of-file mark")
        if self.block is not None and self.block.bytes < self.length + 8:
            raise ValueError(f"a block of {self.block.bytes} bytes is too small for a record")
        return self

    @model_validator(mode="after")
    def the_length_can_be_written(self) -> Self:
        if self.size is None:
            return self
        end = self.size.at + self.size.bytes - 1
        if end > self.length:
            raise ValueError(f"the length ends at byte {end}, the record at {self.length}")
        if not end >= self.size.adds >= self.length - self.size.largest:
            raise ValueError("the number cannot say every length from its own end to the longest")
        return self


class XmlFraming(Model):
    """Records that are elements of an XML file; see the `path` of a field."""

    record: Name = Key(description="the path of the record's element, from the root")
    namespaces: dict[str, Name] = Key(
        {}, description="prefix to namespace; the empty prefix is that of names without one"
    )
    blank: Literal["empty", "omit", "nil"] = Key("empty", description="how a blank is written")
    extra: Literal["reject", "ignore"] = Key(
        "reject", description="a record with parts that the layout does not know"
    )
    bom: bool = Key(False, description="write a byte order mark")

    @property
    def steps(self) -> tuple[str, ...]:
        """The names from the root to the record."""
        return tuple(self.record.split("/"))


class Framing(Model):
    """How records lie in the file: exactly one of the forms."""

    fixed: FixedFraming | None = None
    variable: VariableFraming | None = None
    delimited: DelimitedFraming | None = None
    xml: XmlFraming | None = None
    header: Size | None = Key(None, description="bytes before the first record that are no record")
    footer: Size | None = Key(None, description="bytes behind the last record that are no record")
    tables: Literal["maximum", "padded", "shifted"] | None = Key(
        None, description="where bytes lie behind a table that is not full"
    )

    @model_validator(mode="after")
    def one_form(self) -> Self:
        if sum(getattr(self, name) is not None for name in FORMS) != 1:
            raise ValueError(f"give exactly one of {', '.join(FORMS)}")
        return self

    @model_validator(mode="after")
    def tables_fit_the_form(self) -> Self:
        known = {"fixed": ("maximum", "padded"), "variable": ("maximum", "shifted")}
        if self.tables is not None and self.tables not in known.get(self.form, ()):
            told = " or ".join(known.get(self.form, ())) or "no `tables`"
            raise ValueError(f"a {self.form} file has {told}")
        if self.variable and self.variable.by == "tables" and self.tables == "maximum":
            raise ValueError("by: tables needs records that end with their tables: shifted")
        return self

    @property
    def slides(self) -> bool:
        """Does what stands behind a table move up to its last repetition?"""
        shifted = self.variable is not None and self.tables is None
        return shifted or self.tables in ("padded", "shifted")

    @property
    def blocked(self) -> bool:
        """Do the records stand in blocks?"""
        placed = self.fixed or self.variable
        return placed is not None and placed.block is not None

    @property
    def form(self) -> str:
        """The name of its form."""
        return next(name for name in FORMS if getattr(self, name))

    @property
    def placed(self) -> bool:
        """Do fields lie in fixed places, and have widths?"""
        return self.length is not None

    @property
    def length(self) -> int | None:
        """Bytes that the fields take together where they lie in fixed places, else None."""
        placed = self.fixed or self.variable
        return placed.length if placed else None
