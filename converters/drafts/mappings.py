"""Two layouts → the mapping between them as far as names tell it, as the text of a definition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from converters.drafts.names import ERA, NUMBER, UNKNOWN, near, numbered, partners
from converters.errors import UsageError
from converters.importers.layouts import quoted
from converters.model import Field, Layout, Record

__all__ = ["draft"]

DATES = ("date", "wareki")
MANY: Final = 8
"""Codes shown in a comment."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the comments say, in one language."""

    what: str
    due: str
    unset: str
    unread: str
    codes: str
    near: str

    def note(self, what: str, name: str, others: list[str]) -> str:
        """A comment on an item without a partner, and the names that look most like it."""
        close = near(name, others)
        return f"  # {what}: {name}" + (f" ({self.near}: {', '.join(close)})" if close else "")


WORDS: Final = {
    "ja": Words(
        what="名前の合う項目だけの下書き",
        due="必須なのに設定されていない",
        unset="設定されていない",
        unread="読まれていない",
        codes="移行先にないコード",
        near="近い名前",
    ),
    "en": Words(
        what="a draft of the items whose names agree",
        due="required, and not set yet",
        unset="not set yet",
        unread="not read yet",
        codes="codes that the target does not know",
        near="near",
    ),
}


def draft(source: Layout, target: Layout, identity: str, language: str = "ja") -> str:
    """A rule for each target item that has a partner by its name, and a comment for each item and
    each field that has none. UsageError where nothing has one."""
    pairs = _paired(source, target)
    bodies = [_body(*pair, (source, target), WORDS[language]) for pair in pairs]
    if not any(rules for rules, _ in bodies):
        raise UsageError(f"{source.id} and {target.id} have no item of the same name")
    lines = [
        f"# {source.id} → {target.id}: {WORDS[language].what}",
        "kind: mapping",
        "format: 1",
        f"id: {quoted(identity)}",
        "version: 0.1.0",
        f"source: {quoted(source.id)}",
        f"target: {quoted(target.id)}",
    ]
    if not source.is_mixed and not target.is_mixed:
        ((rules, notes),) = bodies
        return "\n".join([*lines, "rules:", *rules, *notes]) + "\n"
    lines.append("records:")
    for (here, there), (rules, notes) in zip(pairs, bodies, strict=True):
        if rules:
            lines += [f"  - source: {quoted(here.name)}", f"    target: {quoted(there.name)}"]
            lines += ["    rules:", *(f"    {line}" for line in [*rules, *notes])]
    taken = {here.name for (here, _), (rules, _) in zip(pairs, bodies, strict=True) if rules}
    left = [record.name for record in source.records if record.name not in taken]
    return "\n".join([*lines, *(f"  # {WORDS[language].unread}: {name}" for name in left)]) + "\n"


def _paired(source: Layout, target: Layout) -> list[tuple[Record, Record]]:
    """The types of records that belong together: by their names, or the only ones there are."""
    if len(source.records) == len(target.records) == 1:
        return [(source.record, target.record)]
    by_name = partners([one.name for one in target.records], [one.name for one in source.records])
    types = source.types
    return [
        (source.records[types[by_name[there.name]]], there)
        for there in target.records
        if there.name in by_name
    ]


def _body(
    source: Record, target: Record, layouts: tuple[Layout, Layout], words: Words
) -> tuple[list[str], list[str]]:
    """The rules between two types of records, and what is left to a person."""
    fields = [field for field in source.fields if not field.is_filler]
    items = [item for item in target.fields if not item.is_filler]
    found = partners([item.name for item in items], [field.name for field in fields])
    dates = _dates(source, target, found)
    told = {name for names in dates.values() for name in names[1:]}
    read, numbers = set(found.values()), dict(_numbers(source, layouts[0]))
    free = [field.name for field in fields if field.name not in read]
    rules: list[str] = []
    notes: list[str] = []
    for item in items:
        name = item.name
        if name in dates:
            names = ", ".join(map(quoted, dates[name]))
            rules.append(f"  - {{to: [{names}], partial: {quoted(found[name])}}}")
        elif name in found:
            rules.append(f"  - {{to: {quoted(name)}, from: {quoted(found[name])}}}")
            notes += _codes(source.field(found[name]), item, layouts, words)
        elif name in numbers:
            rules.append(f"  - {{to: {quoted(name)}, number: {quoted(numbers[name])}}}")
        elif name not in told:
            notes.append(
                words.note(words.due if item.required is True else words.unset, name, free)
            )
    unset = [item.name for item in items if item.name not in found and item.name not in told]
    notes += [words.note(words.unread, name, unset) for name in free]
    return rules, notes


def _codes(
    field: Field, item: Field, layouts: tuple[Layout, Layout], words: Words
) -> Iterator[str]:
    """A note where the source has codes that the target does not know."""
    if not field.codes or not item.codes:
        return
    here, there = (
        layout.code_table(one.codes) for layout, one in zip(layouts, (field, item), strict=True)
    )
    if strange := [code for code in here if code not in there]:
        yield f"  # {words.codes}: {item.name} ({', '.join(strange[:MANY])})"


def _dates(source: Record, target: Record, found: dict[str, str]) -> dict[str, list[str]]:
    """Dates whose unknown parts have items of their own, by the item of the date."""
    made = {}
    for item, field in found.items():
        beside = [item + ending for ending in UNKNOWN]
        if source.field(field).kind in DATES and set(beside) <= target.index.keys() - found.keys():
            era = item + ERA
            made[item] = [item, *beside, *[era] * (era in target.index and era not in found)]
    return made


def _numbers(source: Record, layout: Layout) -> Iterator[tuple[str, str]]:
    """Items that hold the numbers of records, and the type of record that is numbered."""
    if layout.is_mixed:
        yield NUMBER, source.within or source.name
        if source.within:
            yield numbered(source.name), source.name
