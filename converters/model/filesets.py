"""Several files that are delivered together: which there are, and what is true between them."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from typing import Final, Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from converters.model.layout import Layout
from converters.model.values import Condition, Model, Name, Override, Title

__all__ = ["BETWEEN", "Between", "FileSet", "Member", "Portion", "SetOfFiles"]

BETWEEN: Final = ("references", "total", "unique")
"""What a check between files can ask."""


class Member(Model):
    """Files of one layout."""

    name: Name
    layout: Name = Key(description="id of the layout of these files")
    match: Name = Key(description="the names of the files, with * and ?")
    required: bool = Key(True, description="is a delivery without such a file incomplete?")


class Portion(Model):
    """Fields of one member."""

    file: Name = Key(description="name of the member")
    record: Name | None = Key(None, description="type of record, where its layout has several")
    fields: tuple[Name, ...] = Key((), description="its fields, in the order of the other part")
    when: Condition | None = Key(None, description="only the records for which it holds")

    def layout(self, of: Layout) -> Layout | None:
        """Of the member's layout that part which has its type of record; None for no such type."""
        if not of.is_mixed:
            return of if self.record is None else None
        return next((part for part in of.parts if part.record.name == self.record), None)


class Between(Model):
    """A check between members: exactly one of references, total, unique."""

    references: tuple[Portion, Portion] | None = Key(
        None, description="the fields of the first part stand together in the second"
    )
    total: tuple[Portion, Portion] | None = Key(
        None, description="the same sum of a field, or without one the same number of records"
    )
    unique: tuple[Portion, ...] | None = Key(
        None, min_length=2, description="the fields stand together in one of the members only"
    )
    because: str = Key("", description="the rule's source or reason, shown in the report")

    @property
    def question(self) -> str:
        """The one key of `BETWEEN` that is given."""
        return next(name for name in BETWEEN if getattr(self, name) is not None)

    @property
    def parts(self) -> tuple[Portion, ...]:
        """What it compares."""
        found: tuple[Portion, ...] = getattr(self, self.question)
        return found

    @model_validator(mode="after")
    def one_question(self) -> Self:
        if sum(getattr(self, name) is not None for name in BETWEEN) != 1:
            raise ValueError(f"give exactly one of {', '.join(BETWEEN)}")
        return self


class FileSet(Model):
    """A delivery of files of several layouts."""

    kind: Literal["set"]
    format: int = Key(1, ge=1, le=1, description="version of this grammar")
    id: Name
    version: str = "1.0.0"
    title: Title | None = None
    notes: str = ""
    files: tuple[Member, ...] = Key(min_length=1)
    checks: tuple[Between, ...] = ()
    severities: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class SetOfFiles:
    """A file set with the layout of each member, by name."""

    definition: FileSet
    layouts: Dict[str, Layout]
