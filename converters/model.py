"""Layouts and mappings as frozen values: what a definition file says, after it was checked.

No file is read here and no byte is touched: `spec` turns YAML into these models, and everything
else takes them as they are. All models refuse unknown keys. Widths and positions count bytes and
are 1-based only here and in messages; `Record.offsets` is 0-based.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Key
from pydantic import StringConstraints, model_validator

from converters.definition import Characters, Model, Shift

__all__ = [
    "Balance",
    "Characters",
    "Check",
    "Condition",
    "DelimitedFraming",
    "Field",
    "Filter",
    "FixedFraming",
    "Framing",
    "Ignore",
    "KindName",
    "Layout",
    "Mapping",
    "MappingSet",
    "Model",
    "Override",
    "Record",
    "Rule",
    "Title",
]

Name = Annotated[str, StringConstraints(min_length=1)]
"""A name as the papers write it; Japanese item names stay Japanese."""

Size = Annotated[int, Key(gt=0, le=1_000_000)]
KindName = Literal[
    "boolean",
    "code",
    "date",
    "decimal",
    "digits",
    "filler",
    "integer",
    "kana",
    "mixed",
    "narrow",
    "time",
    "wareki",
    "wide",
]
Terminator = Literal["crlf", "lf", "none"]
Balance = Literal["sum", "category", "key"]
Sensitivity = Literal["public", "personal", "secret"]
CheckDigit = Literal["個人番号", "法人番号", "団体コード", "保険者番号", "住民票コード"]


class Title(Model):
    """A title in the two languages of the program."""

    ja: str
    en: str = ""


class Condition(Model):
    """When something applies: `field` is blank, filled, equal to or among `values`."""

    field: Name
    blank: bool | None = Key(None, description="true: the field is blank; false: it is filled")
    equals: str | None = Key(None, description="the field has this value")
    among: tuple[str, ...] | None = Key(None, alias="in", description="the field has one of these")

    @model_validator(mode="after")
    def one_question(self) -> Self:
        if [self.blank, self.equals, self.among].count(None) != 2:
            raise ValueError("give exactly one of blank, equals, in")
        return self


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
    scale: int = Key(0, ge=0, le=38, description="digits after the decimal point")
    point: Literal["implied", "explicit"] | None = Key(None, description="is the point written?")
    sign: Literal["none", "minus", "leading", "trailing"] = Key(
        "none", description="minus: only when negative; leading, trailing: a sign byte of its own"
    )
    plus: str = Key("+", description="the sign byte of a value that is not negative")
    codes: str = Key("", description="the code table the value must be in")
    values: tuple[str, str] = Key(("1", "0"), description="boolean: spellings of true and false")
    pattern: str = Key("", description="regular expression the whole value must match")
    min: str | None = Key(None, description="smallest value")
    max: str | None = Key(None, description="largest value")
    check: CheckDigit | None = Key(None, description="check digit scheme")

    @property
    def is_filler(self) -> bool:
        return self.kind == "filler"


class Record(Model):
    """One kind of record: its key and its fields in file order."""

    name: Name = "record"
    title: Title | None = None
    notes: str = ""
    key: tuple[Name, ...] = Key((), description="fields that name a record")
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
        """0-based first byte of each field of a fixed record; 0 where no width is known."""
        found, position = [], 0
        for field in self.fields:
            found.append(position)
            position += field.bytes or 0
        return tuple(found)

    @cached_property
    def index(self) -> dict[str, int]:
        """Field name to position in `fields`."""
        return {field.name: position for position, field in enumerate(self.fields)}

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        return self.fields[self.index[name]]


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


class Framing(Model):
    """How records lie in the file: exactly one of the forms."""

    fixed: FixedFraming | None = None
    delimited: DelimitedFraming | None = None

    @model_validator(mode="after")
    def one_form(self) -> Self:
        if (self.fixed is None) == (self.delimited is None):
            raise ValueError("give exactly one of fixed, delimited")
        return self


class Check(Model):
    """A check over more than one field or record: exactly one of unique, order, required."""

    unique: tuple[Name, ...] | None = Key(None, description="together unique over all files")
    order: tuple[Name, Name] | None = Key(None, description="the first date is not the later one")
    required: Name | None = Key(None, description="this field must be filled when `when` holds")
    when: Condition | None = None
    because: str = Key("", description="the rule's source or reason, shown in the report")

    @model_validator(mode="after")
    def one_check(self) -> Self:
        if sum(asked is not None for asked in (self.unique, self.order, self.required)) != 1:
            raise ValueError("give exactly one of unique, order, required")
        if self.required is not None and self.when is None:
            raise ValueError("required needs when; a plain requirement stands in the field")
        return self


class Override(Model):
    """Another severity for a finding code; the reason is printed in the report."""

    code: Name
    severity: Literal["info", "warning", "error", "off"]
    because: Name
    fields: tuple[Name, ...] = Key((), description="only in these fields; empty means in all")


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
    codes: dict[str, dict[str, str] | str] = Key(
        {}, description="code tables: value to label, or the path of a CSV with columns value,label"
    )
    records: tuple[Record, ...] = Key(min_length=1, max_length=1)
    checks: tuple[Check, ...] = ()
    severities: tuple[Override, ...] = ()

    @property
    def record(self) -> Record:
        """The one record kind of the layout."""
        return self.records[0]

    def code_table(self, name: str) -> dict[str, str]:
        """Value to label. `spec` has replaced paths by their tables before anyone asks."""
        table = self.codes[name]
        assert isinstance(table, dict), "spec loads code tables"
        return table


OPERATIONS = ("source", "constant", "join", "split", "cut", "substring", "coalesce", "partial")
"""The keys of a rule of which exactly one is given, as attribute names."""


class Rule(Model):
    """How target items come from source fields, and back. Exactly one operation key is given.

    Operations: `from` `constant` `join` `split` `cut` `substring` `coalesce` `partial`.
    Modifiers of `from`: `codes` `unmapped` `width` `scope` `pad` `default`.
    """

    to: str | tuple[Name, ...] = Key(description="target item, or items for split, cut, partial")
    source: Name | None = Key(None, alias="from", description="rename: the value as it is")
    constant: str | None = Key(None, description="the same value in every record")
    join: tuple[Name, ...] | None = Key(None, description="source fields joined with `by`")
    split: Name | None = Key(None, description="source field split at `by` into the items of `to`")
    cut: Name | None = Key(None, description="source field cut into pieces of `chars` characters")
    substring: Name | None = Key(None, description="`chars[0]` characters from `at`; needs lossy")
    coalesce: tuple[Name, ...] | None = Key(None, description="the first filled of these fields")
    partial: Name | None = Key(
        None, description="date with unknown parts → date, 不詳フラグ, 不詳表記 and, if asked, 元号"
    )
    by: str = Key("　", description="separator of join and split")
    chars: tuple[Size, ...] = Key(
        (), description="piece lengths of cut, or the length of substring"
    )
    at: Size = Key(1, description="1-based first character of substring")
    conflict: Literal["warn", "error", "first"] = Key(
        "warn", description="coalesce: what to do when filled fields differ (MAP-008)"
    )
    codes: str = Key("", description="code table of the mapping, source value to target value")
    unmapped: str = Key("error", description="error, keep, or the value to use instead")
    width: Literal["full", "half"] | None = Key(None, description="change the width of characters")
    scope: Literal["kana", "alnum", "all"] = Key("all", description="what `width` changes")
    pad: Size | None = Key(None, description="zeros on the left up to this many characters")
    default: str | None = Key(None, description="value for a blank (MAP-004); needs lossy")
    lossy: str = Key("", description="why the way back is not exact; required without an inverse")
    notes: str = ""

    @model_validator(mode="after")
    def one_operation(self) -> Self:
        if sum(getattr(self, name) is not None for name in OPERATIONS) != 1:
            raise ValueError(
                "give exactly one of from, constant, join, split, cut, substring, coalesce, partial"
            )
        return self

    @property
    def operation(self) -> str:
        """The operation's key (`source` for `from`)."""
        return next(name for name in OPERATIONS if getattr(self, name) is not None)

    @property
    def targets(self) -> tuple[str, ...]:
        """The target items the rule sets, in order."""
        return (self.to,) if isinstance(self.to, str) else self.to

    @property
    def sources(self) -> tuple[str, ...]:
        """The source fields the rule reads, in order."""
        found = getattr(self, self.operation)
        if self.operation == "constant":
            return ()
        return (found,) if isinstance(found, str) else tuple(found)


class Ignore(Model):
    """A source field that no rule reads, and why."""

    field: Name
    because: Name


class Filter(Model):
    """Records left out on purpose: they are counted under `because`, never lost without a word."""

    drop: Condition
    because: Name


class Mapping(Model):
    """From one layout to another and back: rules, ignored fields, filters and code tables."""

    kind: Literal["mapping"]
    format: int = Key(1, ge=1, le=1, description="version of this grammar")
    id: Name
    version: str = "1.0.0"
    title: Title | None = None
    notes: str = ""
    source: Name = Key(description="id of the source layout")
    target: Name = Key(description="id of the target layout")
    codes: dict[str, dict[str, str] | str] = Key({}, description="source to target value, or a CSV")
    rules: tuple[Rule, ...] = Key(min_length=1)
    ignore: tuple[Ignore, ...] = ()
    filter: tuple[Filter, ...] = ()
    tolerance: float = Key(0, ge=0, le=100, description="percent that may become blank or unknown")
    severities: tuple[Override, ...] = ()

    def code_table(self, name: str) -> dict[str, str]:
        """Source value to target value. `spec` has loaded tables from CSV before anyone asks."""
        table = self.codes[name]
        assert isinstance(table, dict), "spec loads code tables"
        return table


@dataclass(frozen=True, slots=True)
class MappingSet:
    """A mapping with the two layouts it stands between."""

    mapping: Mapping
    source: Layout
    target: Layout
