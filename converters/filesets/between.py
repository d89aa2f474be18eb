"""The checks of a set → what each gathers while the members are read, and what it then finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from converters import groups
from converters.conditions import holds
from converters.findings import SCHEMA, single
from converters.groups import Group, Spool
from converters.model import Between, Layout, Portion, SetOfFiles

__all__ = ["CODES", "Question", "questions"]

CODES = {"references": "XFL-001", "total": "XFL-002", "unique": "XFL-004"}


@dataclass(slots=True)
class Question:
    """Guards what one check between members has gathered.

    `read` are the members that were read to their end; without all of them, or with `doubt` about
    a total, the check cannot be made.
    """

    check: Between
    spool: Spool | None
    read: dict[str, int] = field(default_factory=dict)
    sums: list[Decimal] = field(default_factory=lambda: [Decimal(0), Decimal(0)])
    doubt: bool = False
    failed: int = 0

    @property
    def code(self) -> str:
        return CODES[self.check.question]

    @property
    def is_made(self) -> bool:
        """Could it be made?"""
        return not self.doubt and all(part.file in self.read for part in self.check.parts)

    def gather(self, name: str, layout: Layout, before: int) -> Iterator[tuple[str, Group]]:
        """What a member's run hands over, by type of record; its files come behind `before`
        others."""
        for number, part in enumerate(self.check.parts):
            if part.file == name and part.fields:
                sink = self._sum if self.spool is None else self._rows
                of = part.layout(layout)
                assert of is not None, "spec knows the types of records"
                yield part.record or "", _gathering(part, of, partial(sink, number, before))

    def finish(self) -> Iterator[pl.DataFrame]:
        """The findings (`findings.SCHEMA`) of a check that could be made."""
        frames = self._keys() if self.spool is not None else self._total()
        for frame in frames if self.is_made else ():
            self.failed += len(frame)
            yield frame

    def _rows(self, part: int, before: int, rows: pa.Table) -> None:
        assert self.spool is not None
        frame = pl.DataFrame(rows).with_columns(
            pl.col("file") + pl.lit(before, pl.UInt16), part=pl.lit(part, pl.UInt8)
        )
        self.spool.add(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))

    def _sum(self, part: int, before: int, rows: pa.Table) -> None:
        frame = pl.DataFrame(rows)
        self.doubt |= bool(frame["doubt"].any())
        numbers = frame["key0"].cast(pl.Decimal(38, 10))
        self.sums[part] += Decimal(numbers.sum() or 0)

    def _keys(self) -> Iterator[pl.DataFrame]:
        assert self.spool is not None
        for frame in self.spool.finish():
            found = frame.with_columns(value=pl.col("value").cast(pl.Binary), action=pl.lit(""))
            yield found.select(*SCHEMA).cast(SCHEMA)  # type: ignore[arg-type]  # its stub's type

    def _total(self) -> Iterator[pl.DataFrame]:
        first, second = self.totals()
        if first != second:
            name = self.check.parts[0].fields[0] if self.check.parts[0].fields else ""
            shown = f"{first} > {second}".encode()
            frame = single(0, self.code, name or self.check.parts[0].file)
            yield frame.with_columns(value=pl.lit(shown, pl.Binary))

    def totals(self) -> tuple[str, str]:
        """Both totals, written plainly."""
        first, second = (
            f"{number.normalize():f}" if part.fields else str(self.read[part.file])
            for number, part in zip(self.sums, self.check.parts, strict=True)
        )
        return first, second

    def step(self, place: int, off: bool) -> dict[str, Any]:
        """The check as the report lists it."""
        outcome = "fail" if self.failed else "pass"
        if off or not self.is_made:
            outcome = "skipped" if off else "unevaluated"
        parts = self.check.parts
        made = self.is_made and self.check.question == "total"
        return {
            "step": place,
            "side": "set",
            "code": self.code,
            "rule": self.check.question,
            "fields": [".".join((part.file, *part.fields)) for part in parts],
            "limit": " = ".join(self.totals()) if made else "",
            "because": self.check.because,
            "outcome": outcome,
            "failed": self.failed,
        }


def questions(known: SetOfFiles, scratch: Path) -> list[Question]:
    """The checks of a set, each with a spool for its keys where it compares keys."""
    return [Question(check, _spool(check, scratch)) for check in known.definition.checks]


JUDGES: Mapping[str, Callable[[str, pl.DataFrame, list[str]], pl.DataFrame]] = {
    "references": groups.references,
    "unique": groups.repeated,
}


def _spool(check: Between, scratch: Path) -> Spool | None:
    if check.question not in JUDGES:
        return None
    first = check.parts[0].fields
    judge = partial(JUDGES[check.question], "+".join(first))
    return Spool(Group(first, (), {CODES[check.question]: 0}, groups.nothing, judge), scratch)


def _gathering(part: Portion, layout: Layout, sink: Callable[[pa.Table], None]) -> Group:
    when, fields = None, part.fields
    if part.when is not None:
        when = holds(part.when, layout.record.field(part.when.field))
        fields = (*fields, part.when.field)
    return Group(part.fields, fields, {}, groups.nothing, _unasked, when, sink)


def _unasked(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The spool of what is only handed on stays empty."""
    raise AssertionError("the rows of this group went elsewhere")
