"""What layouts and mappings are made of: names, sizes, titles, conditions, severities."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field as Key
from pydantic import StringConstraints, model_validator

from converters.definition import Model

__all__ = [
    "Condition",
    "Model",
    "Name",
    "Override",
    "Size",
    "Title",
]

Name = Annotated[str, StringConstraints(min_length=1)]
"""A name as the papers write it; Japanese item names stay Japanese."""

Size = Annotated[int, Key(gt=0, le=1_000_000)]


class Title(Model):
    """A title in the two languages of the program."""

    ja: str
    en: str = ""


class Condition(Model):
    """When something applies: `field` is blank, filled, equal to, among or at least some values."""

    field: Name
    blank: bool | None = Key(None, description="true: the field is blank; false: it is filled")
    equals: str | None = Key(None, description="the field has this value")
    among: tuple[str, ...] | None = Key(None, alias="in", description="the field has one of these")
    least: str | None = Key(None, description="the field is a number, and no smaller than this")

    @model_validator(mode="after")
    def one_question(self) -> Self:
        if [self.blank, self.equals, self.among, self.least].count(None) != 3:
            raise ValueError("give exactly one of blank, equals, in, least")
        return self


class Override(Model):
    """Another severity for a finding code; the reason is printed in the report."""

    code: Name
    severity: Literal["info", "warning", "error", "off"]
    because: Name
    fields: tuple[Name, ...] = Key((), description="only in these fields; empty means in all")
