"""One file layout: its records and fields, its code tables and checks."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field as Key
from pydantic import model_validator

from converters.definition import Characters, Shift
from converters.errors import UsageError
from converters.model.checks import Check
from converters.model.framing import FixedFraming, Framing
from converters.model.kinds import Control, When
from converters.model.values import Condition, Model, Name, Override, Size, Title

__all__ = [
    "Balance",
    "Element",
    "Endian",
    "Field",
    "Filled",
    "KindName",
    "Layout",
    "Numbers",
    "Record",
    "goes_on",
]

KindName = Literal[
    "binary",
    "boolean",
    "code",
    "date",
    "decimal",
    "digits",
    "filler",
    "flags",
    "float",
    "integer",
    "kana",
    "mixed",
    "narrow",
    "packed",
    "time",
    "wareki",
    "wide",
    "zoned",
]
HOST: frozenset[str] = frozenset({"binary", "flags", "float", "packed", "zoned"})
NUMBERS: frozenset[str] = frozenset({"binary", "decimal", "integer", "packed", "zoned"})
Balance = Literal["sum", "category", "key"]
Sensitivity = Literal["public", "personal", "secret"]
CheckDigit = Literal["個人番号", "法人番号", "団体コード", "保険者番号", "住民票コード"]


Sign = Literal[
    "none", "minus", "leading", "trailing", "leading-separate", "trailing-separate", "signed"
]
Endian = Literal["big", "little"]
Full = Literal["blank", "zero", "error", "value"]
Occurs = Annotated[int, Key(gt=0, le=10_000)]


class Filled(Model):
    """What a number means whose bytes are all the same: all spaces, all 00, all FF."""

    spaces: Full | None = Key(None, description="all bytes are spaces")
    low: Full | None = Key(None, description="all bytes are 00 (LOW-VALUES)")
    high: Full | None = Key(None, description="all bytes are FF (HIGH-VALUES)")


class Numbers(Model):
    """How the system that wrote the file stores numbers; a field may say otherwise."""

    signs: str = Key("", description="how signs of zoned and packed numbers are written")
    endian: Endian = Key("big", description="which byte of a binary number comes first")
    filled: Filled | None = Key(None, description="what a number full of one byte means")


class Element(Model):
    """Which repetition of a table a field belongs to, where the table is as long as a count says.

    `spec` writes it into the fields that it makes of `occurs` with `depending`. A table that stands
    in another such table is one in each repetition of that, with a name and a count of its own.
    """

    table: Name = Key(description="the table")
    number: Size = Key(description="the repetition, counted from 1")
    times: Size = Key(description="the most repetitions")
    least: int = Key(0, ge=0, description="the fewest repetitions")
    depending: Name | None = Key(None, description="the field that holds the count")
    rows: bool = Key(False, description="it is a row of its own, and here only its bytes")
    within: Element | None = Key(None, description="the repetition that the table stands in")

    @property
    def chain(self) -> tuple[Element, ...]:
        """All repetitions that the field stands in, the outermost first."""
        return (self,) if self.within is None else (*self.within.chain, self)


class Field(Model):
    """One field of a record.

    `bytes` is the width (fixed form) or the maximum in bytes of the target charset (delimited);
    `chars` the maximum in characters (code points). Options that a kind does not know are errors.
    """

    name: str = Key("", description="the item name; may be left out for a filler only")
    filler: Size | None = Key(None, description="short for a filler of n bytes")
    at: Size | None = Key(None, description="1-based first byte; verified when given")
    bytes: Size | None = Key(None, description="width; the maximum in a delimited file")
    chars: Size | None = Key(None, description="maximum number of characters")
    path: str = Key("", description="xml: where the value stands; its own name if left out")
    kind: KindName = "mixed"
    charset: Name | None = Key(None, description="of this field, where it is not the file's")
    shifts: Shift = Key("present", description="how shift codes stand in the field")
    title: Title | None = None
    romaji: str = Key("", description="romanised name, as the official tables give it")
    notes: str = ""
    required: bool | Condition = Key(False, description="a value must be there (FLD-001)")
    column: bool = Key(True, description="delimited with header: the column must be there")
    sensitivity: Sensitivity | None = Key(None, description="public, personal or secret")
    balance: Balance | None = Key(None, description="sum, category or key: what the balance keeps")
    overflow: Literal["reject", "cut"] = Key("reject", description="a text too long to be written")
    pad: str | None = Key(None, description="character that fills the field up to its width")
    align: Literal["left", "right"] | None = Key(None, description="side the value stands on")
    quote: bool | None = Key(None, description="delimited: quote always, or never")
    null: tuple[str, ...] = Key(("",), description="spellings of no value; the first is written")
    unknown: tuple[str, ...] = Key((), description="spellings of an unknown date")
    sentinels: dict[str, str] = Key({}, description="special spellings and their values")
    style: str = Key("", description="how a date, era date or time is written")
    eras: dict[str, str] = Key({}, description="era code to era letter M T S H R")
    era: str = Key("", description="era-less style: the era letter, or the field that has it")
    partial: bool = Key(False, description="00 for an unknown month or day is accepted")
    impossible: bool = Key(False, description="days the calendar lacks (29 February) are accepted")
    digits: int | None = Key(None, gt=0, le=38, description="digits of a number, decimals included")
    scale: int = Key(0, ge=-18, le=38, description="digits after the decimal point")
    point: Literal["implied", "explicit"] | None = Key(None, description="is the point written?")
    sign: Sign = Key("none", description="where the sign of a number stands")
    signs: str = Key("", description="how the sign of a zoned or packed number is written")
    endian: Endian | None = Key(None, description="which byte of a binary number comes first")
    filled: Filled | None = Key(None, description="what a number full of one byte means")
    plus: str = Key("+", description="the sign byte of a value that is not negative")
    codes: str = Key("", description="the code table the value must be in")
    values: tuple[str, str] = Key(("1", "0"), description="boolean: spellings of true and false")
    pattern: str = Key("", description="regular expression the whole value must match")
    min: str | None = Key(None, description="smallest value")
    max: str | None = Key(None, description="largest value")
    check: CheckDigit | None = Key(None, description="check digit scheme")
    occurs: Occurs | None = Key(None, description="how often it stands one behind the other")
    depending: Name | None = Key(None, description="occurs: the field that says how often")
    least: int = Key(0, ge=0, description="depending: the fewest times")
    rows: bool = Key(False, description="occurs: each repetition is a record of its own")
    fields: tuple[Field, ...] = Key((), description="the fields of a group")
    redefines: Name | None = Key(None, description="the field at whose first byte it begins")
    when: Condition | None = Key(None, description="the field is there only if this holds")
    element: Element | None = Key(None, description="made of `occurs` with `depending`")

    @property
    def is_filler(self) -> bool:
        return self.kind == "filler"

    @property
    def is_host(self) -> bool:
        """Is it stored as hosts store numbers?"""
        return self.kind in HOST

    @property
    def is_binary(self) -> bool:
        """Do its bytes mean nothing when they are read as characters?"""
        return self.is_host and self.kind != "zoned"

    @property
    def varies(self) -> bool:
        """Is it there in some records only?"""
        return self.element is not None or self.when is not None or self.redefines is not None

    @property
    def is_number(self) -> bool:
        """Is its value an exact number?"""
        return self.kind in NUMBERS


class Record(Model):
    """One kind of record: its key and its fields in file order."""

    name: Name = "record"
    when: tuple[When, ...] = Key((), description="how it is known among others: all of these hold")
    title: Title | None = None
    notes: str = ""
    key: tuple[Name, ...] = Key((), description="fields that name a record")
    within: Name | None = Key(None, description="made of `rows`: the record whose table it is")
    fields: tuple[Field, ...] = Key(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def name_fillers(cls, data: Any) -> Any:
        """A filler without a name is called `filler-N`, N counting the fillers of the record."""
        if not isinstance(data, dict) or not isinstance(data.get("fields"), list | tuple):
            return data
        fields, count = [], 0
        for field in data["fields"]:
            if isinstance(field, dict) and ("filler" in field or field.get("kind") == "filler"):
                count += 1
                named = {"name": f"filler-{count}", "kind": "filler"} | field
                fields.append({"bytes": field["filler"]} | named if "filler" in field else named)
            else:
                fields.append(field)
        return data | {"fields": fields}

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """0-based first byte of each field of a fixed record; 0 where no width is known.

        Tables count with all of their repetitions.
        """
        found: list[int] = []
        position = 0
        before: Field | None = None
        for field in self.fields:
            if field.redefines in self.index and not goes_on(before, field):
                position = found[self.index[field.redefines]]
            found.append(position)
            position += field.bytes or 0
            before = field
        return tuple(found)

    @property
    def varies(self) -> bool:
        """Are there fields that are not always there?"""
        return any(field.varies for field in self.fields)

    @property
    def is_counted(self) -> bool:
        """Has it tables that are as long as a count says?"""
        return any(field.element for field in self.fields)

    @property
    def size(self) -> int:
        """The bytes of all fields, with full tables."""
        ends = zip(self.offsets, self.fields, strict=True)
        return max(offset + (field.bytes or 0) for offset, field in ends)

    def behind(self, size: int) -> tuple[Field, ...]:
        """The fields in the last bytes."""
        first = self.offsets.index(self.size - size)
        return self.fields[first:]

    @cached_property
    def index(self) -> dict[str, int]:
        """Field name to position in `fields`."""
        return {field.name: position for position, field in enumerate(self.fields)}

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        return self.fields[self.index[name]]


def goes_on(before: Field | None, field: Field) -> bool:
    """Does the field belong to the same reading of a place as the one before it?"""
    return before is not None and (before.redefines, before.when) == (field.redefines, field.when)


class Layout(Model):
    """One file layout: charset, framing, records, code tables and checks."""

    kind: Literal["layout"]
    format: int = Key(1, ge=1, le=1, description="version of this grammar")
    id: Name
    version: str = "1.0.0"
    title: Title | None = None
    source: str = Key("", description="the paper the layout was taken from, with edition and date")
    edition: Literal["reference", "official", "vendor"] = "vendor"
    notes: str = ""
    charset: Name
    characters: Characters | None = None
    substitute: str | None = Key(None, description="written for characters the charset lacks")
    framing: Framing
    numbers: Numbers = Key(Numbers(), description="how numbers are stored that are no text")
    codes: dict[str, dict[str, str] | str] = Key(
        {}, description="code tables: value to label, or the path of a CSV with columns value,label"
    )
    records: tuple[Record, ...] = Key(min_length=1)
    order: str = Key("", description="how the types of records follow each other")
    controls: tuple[Control, ...] = Key((), description="fields that count other records")
    checks: tuple[Check, ...] = ()
    severities: tuple[Override, ...] = ()

    @property
    def record(self) -> Record:
        """The one type of record of the layout; see `parts` where there are several."""
        return self.records[0]

    @property
    def is_mixed(self) -> bool:
        """Are there several types of records?"""
        return len(self.records) > 1

    def of_one_type(self) -> Layout:
        """The layout, for what knows one type of records only; UsageError where it has several."""
        if self.is_mixed:
            raise UsageError(f"{self.id}: this command is for layouts of one type of records")
        return self

    @property
    def is_apart(self) -> bool:
        """Does each type of record have a file of its own?"""
        return self.is_mixed and not any(record.when or record.within for record in self.records)

    @property
    def parts(self) -> tuple[Layout, ...]:
        """One layout for each type of record; the layout itself where there is only one."""
        if not self.is_mixed:
            return (self,)
        return tuple(
            self.model_copy(
                update={
                    "records": (self._opened(record),),
                    "checks": tuple(one for one in self.checks if one.record == record.name),
                    "controls": (),
                    "order": "",
                    **self._rows(record),
                }
            )
            for record in self.records
        )

    def _rows(self, record: Record) -> dict[str, Framing]:
        """The form of the rows of a table, which lie side by side. Those that have tables of their
        own are filled up at their end where the records they stand in are not."""
        if record.within is None:
            return {}
        shape = FixedFraming(length=max(record.size, 1), terminator="none")
        slides = self.framing.slides and record.is_counted
        return {"framing": Framing(fixed=shape, tables="padded" if slides else None)}

    def _opened(self, record: Record) -> Record:
        """The record with the fields of its rows in their place, where tables of their own make
        these shorter than others."""
        rows = {
            one.name: one
            for one in self.records
            if one.within == record.name and one.is_counted and self.framing.slides
        }
        if not rows:
            return record
        fields = [
            field.model_copy(update={"fields": rows[field.element.table].behind(field.bytes or 0)})
            if field.element and field.element.table in rows
            else field
            for field in record.fields
        ]
        return record.model_copy(update={"fields": tuple(fields)})

    @property
    def types(self) -> dict[str, int]:
        """Name of a type of record to its place in `records`."""
        return {record.name: place for place, record in enumerate(self.records)}

    def code_table(self, name: str) -> dict[str, str]:
        """Value to label. `spec` has replaced paths by their tables before anyone asks."""
        table = self.codes[name]
        assert isinstance(table, dict), "spec loads code tables"
        return table
