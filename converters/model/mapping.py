"""From one layout to another and back: rules, ignored fields, filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from converters.model.layout import Layout
from converters.model.values import Condition, Model, Name, Override, Size, Title

__all__ = [
    "OPERATIONS",
    "Filter",
    "Ignore",
    "Mapping",
    "MappingSet",
    "Rule",
]

OPERATIONS = (
    "source",
    "constant",
    "join",
    "split",
    "cut",
    "substring",
    "coalesce",
    "partial",
    "number",
)
"""The keys of a rule of which exactly one is given, as attribute names."""


class Rule(Model):
    """How target items come from source fields, and back. Exactly one operation key is given.

    Operations: `from` `constant` `join` `split` `cut` `substring` `coalesce` `partial` `number`.
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
    number: Name | None = Key(
        None, description="the record's number in its file, or that of the type of record before it"
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
                "give exactly one of from, constant, join, split, cut, substring, coalesce, "
                "partial, number"
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
        if self.operation in ("constant", "number"):
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


class Part(Model):
    """A type of record of the source and of the target, and the rules between them."""

    source: Name = Key(description="type of record of the source layout")
    target: Name = Key(description="type of record of the target layout")
    rules: tuple[Rule, ...] = Key(min_length=1)
    ignore: tuple[Ignore, ...] = ()
    filter: tuple[Filter, ...] = ()


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
    codes: dict[str, dict[str, str] | str] = Key(
        {}, description="code tables: source value to target value, or a CSV with columns from,to"
    )
    rules: tuple[Rule, ...] = Key((), min_length=1)
    ignore: tuple[Ignore, ...] = ()
    filter: tuple[Filter, ...] = ()
    records: tuple[Part, ...] = Key((), min_length=1, description="rules for each type of record")
    tolerance: float = Key(0, ge=0, le=100, description="percent that may become blank or unknown")
    severities: tuple[Override, ...] = ()

    @model_validator(mode="after")
    def some_rules(self) -> Self:
        if bool(self.rules) == bool(self.records) or (
            self.records and (self.ignore or self.filter)
        ):
            raise ValueError("give rules, or records that have rules of their own")
        return self

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

    @property
    def parts(self) -> tuple[MappingSet, ...]:
        """One mapping for each pair of record types; the whole where it has rules of its own."""
        if not self.mapping.records:
            return (self,)
        return tuple(
            MappingSet(
                self.mapping.model_copy(
                    update={
                        "rules": part.rules,
                        "ignore": part.ignore,
                        "filter": part.filter,
                        "records": (),
                    }
                ),
                self.source.parts[self.source.types[part.source]],
                self.target.parts[self.target.types[part.target]],
            )
            for part in self.mapping.records
        )
