"""One check over more than one field, record or file of a layout."""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import Field as Key
from pydantic import model_validator

from converters.model.values import Condition, Model, Name

__all__ = ["GROUPED", "QUESTIONS", "Check"]

QUESTIONS: Final[dict[str, tuple[str, ...]]] = {
    "ascending": ("by", "per", "when"),
    "complete": ("per", "values", "when"),
    "one": ("per", "when"),
    "order": (),
    "periods": ("ends", "gaps", "per", "when"),
    "required": ("when",),
    "sequence": ("per", "start", "when"),
    "unique": (),
}
"""What a check can ask, and the keys that say more about it; `because` belongs to all."""

GROUPED: Final = ("ascending", "complete", "one", "periods", "sequence")
"""Questions to all records that share their key: they need `per`."""


class Check(Model):
    """A check over more than one field or record: exactly one of `QUESTIONS`."""

    record: Name | None = Key(None, description="the type of record, where there are several")
    unique: tuple[Name, ...] | None = Key(None, description="together unique over all files")
    order: tuple[Name, Name] | None = Key(None, description="the first date is not the later one")
    required: Name | None = Key(None, description="this field must be filled when `when` holds")
    one: Condition | None = Key(None, description="holds for exactly one record of each key")
    periods: tuple[Name, Name] | None = Key(None, description="first and last day of a period")
    sequence: Name | None = Key(None, description="the numbers of each key have no hole")
    ascending: Name | None = Key(None, description="never falls over the records of a key")
    complete: Name | None = Key(None, description="each key has a record of every value")
    per: tuple[Name, ...] = Key((), description="fields of the key that records are grouped by")
    when: Condition | None = None
    ends: Literal["included", "excluded"] = Key(
        "included", description="periods: does the last day belong to the period?"
    )
    gaps: bool = Key(False, description="periods: days between two periods are allowed")
    start: int = Key(1, description="sequence: the first number of each key")
    by: Name | None = Key(None, description="ascending: the number that orders the records")
    values: tuple[str, ...] = Key((), description="complete: the values; else the code table")
    because: str = Key("", description="the rule's source or reason, shown in the report")

    @property
    def question(self) -> str:
        """The one key of `QUESTIONS` that is given."""
        return next(name for name in QUESTIONS if getattr(self, name) is not None)

    @model_validator(mode="after")
    def one_check(self) -> Self:
        asked = [name for name in QUESTIONS if getattr(self, name) is not None]
        if len(asked) != 1:
            raise ValueError(f"give exactly one of {', '.join(QUESTIONS)}")
        if self.required is not None and self.when is None:
            raise ValueError("required needs when; a plain requirement stands in the field")
        if asked[0] in GROUPED and not self.per:
            raise ValueError(f"{asked[0]} needs per, the fields that records are grouped by")
        return self
