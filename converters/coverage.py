"""A mapping with its layouts → what becomes of every source field and target item.

what is read, what is ignored and why, what is set, what is required, what is lost
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

from converters.model import Field, Layout, Mapping, MappingSet, Rule

__all__ = [
    "Coverage",
    "Loss",
    "Lost",
    "SourceRow",
    "TargetRow",
    "coverage",
    "losses",
    "render",
    "wording",
]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source field: the target items made from it, or why it is ignored, or neither."""

    field: str
    read_for: tuple[str, ...]
    ignored: str

    @property
    def is_covered(self) -> bool:
        return bool(self.read_for or self.ignored)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target item: where its value comes from, and whether there must be one."""

    item: str
    set_from: tuple[str, ...]
    required: bool

    @property
    def is_covered(self) -> bool:
        return bool(self.set_from) or not self.required


@dataclass(frozen=True, slots=True)
class Lost:
    """One thing that does not come back: a name of `LOST` and the values its words are about."""

    what: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Loss:
    """A rule whose way back is not exact: what is lost, and the reason declared for it."""

    rule: int
    items: tuple[str, ...]
    lost: tuple[Lost, ...]
    declared: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The whole account. Rules are numbered from 0 in file order."""

    id: str
    sources: tuple[SourceRow, ...]
    targets: tuple[TargetRow, ...]
    losses: tuple[Loss, ...]

    @property
    def complete(self) -> bool:
        """Is everything read or ignored, everything required set, every loss declared?"""
        return (
            all(row.is_covered for row in self.sources)
            and all(row.is_covered for row in self.targets)
            and all(loss.declared for loss in self.losses)
        )


def coverage(mapping_set: MappingSet) -> Coverage:
    """The account of a mapping; fillers have no part in it."""
    mapping = mapping_set.mapping
    ignored = {entry.field: entry.because for entry in mapping.ignore}
    sources = [
        SourceRow(field.name, _read_for(mapping, field.name), ignored.get(field.name, ""))
        for field in mapping_set.source.record.fields
        if not field.is_filler
    ]
    targets = [
        TargetRow(field.name, _set_from(mapping, field.name), field.required is True)
        for field in mapping_set.target.record.fields
        if not field.is_filler
    ]
    found = [
        Loss(number, rule.targets, lost, rule.lossy)
        for number, rule in enumerate(mapping.rules)
        if (lost := losses(rule, mapping, mapping_set.source)) or rule.lossy
    ]
    return Coverage(mapping.id, tuple(sources), tuple(targets), tuple(found))


def losses(rule: Rule, mapping: Mapping, source: Layout) -> tuple[Lost, ...]:
    """What a rule cannot bring back; empty when its inverse is exact."""
    found: list[Lost] = []
    if rule.substring is not None:
        found.append(Lost("rest", (rule.substring,)))
    if rule.join is not None and not rule.by:
        found.append(Lost("joints", rule.join))
    if rule.default is not None:
        found.append(Lost("blank", (rule.default,)))
    if rule.codes:
        found += _code_losses(rule, mapping, source)
    return tuple(found)


def _code_losses(rule: Rule, mapping: Mapping, source: Layout) -> list[Lost]:
    table = mapping.codes.get(rule.codes)
    if not isinstance(table, dict):
        return []
    found: list[Lost] = []
    origins: dict[str, list[str]] = {}
    for code, meaning in table.items():
        origins.setdefault(meaning, []).append(code)
    for meaning, codes in origins.items():
        if not meaning:
            found.append(Lost("blanked", (", ".join(codes),)))
        elif len(codes) > 1:
            found.append(Lost("merged", (", ".join(codes), meaning)))
    if rule.unmapped == "keep":
        kept = sorted((set(origins) - set(table)) & _possible(rule, source, set(origins)))
        found += [Lost("kept", (code,)) for code in kept]
    elif rule.unmapped != "error":
        found.append(Lost("unmapped", (rule.unmapped,)))
    return found


def _possible(rule: Rule, source: Layout, otherwise: set[str]) -> set[str]:
    """The codes that the source field can hold, as far as its own table tells."""
    field = _field(source, rule.source or "")
    table = source.codes.get(field.codes) if field else None
    return set(table) if isinstance(table, dict) else otherwise


def _field(layout: Layout, name: str) -> Field | None:
    return layout.record.field(name) if name in layout.record.index else None


def _read_for(mapping: Mapping, field: str) -> tuple[str, ...]:
    return tuple(item for rule in mapping.rules if field in rule.sources for item in rule.targets)


def _set_from(mapping: Mapping, item: str) -> tuple[str, ...]:
    rules = (rule for rule in mapping.rules if item in rule.targets)
    return tuple(name for rule in rules for name in _origins(rule))


def _origins(rule: Rule) -> tuple[str, ...]:
    """What a rule sets its targets from: fields, a value that is always the same, or a number."""
    if rule.constant is not None:
        return (f'"{rule.constant}"',)
    return (f"#{rule.number}",) if rule.number is not None else rule.sources


WORDS: Final = {
    "en": {
        "complete": "complete: every field is read or ignored, every required item is set",
        "declared": "declared",
        "ignored": "ignored",
        "incomplete": "NOT complete",
        "losses": "Losses on the way back",
        "required": "required",
        "sources": "Source fields",
        "targets": "Target items",
        "undeclared": "NOT DECLARED",
        "unread": "NEVER READ",
        "unset": "NOT SET",
    },
    "ja": {
        "complete": "完全: すべての項目が読まれるか除外され、必須項目はすべて設定される",
        "declared": "宣言済み",
        "ignored": "除外",
        "incomplete": "不完全",
        "losses": "戻りで失われるもの",
        "required": "必須",
        "sources": "移行元の項目",
        "targets": "移行先の項目",
        "undeclared": "宣言なし",
        "unread": "未使用",
        "unset": "設定なし",
    },
}


LOST: Final = {
    "en": {
        "blank": 'a blank becomes "{0}"',
        "blanked": "{0} become blank",
        "joints": "where {0} ends is not kept",
        "kept": 'a kept "{0}" looks like a mapped one',
        "merged": '{0} all become "{1}"',
        "rest": "the rest of {0} is cut off",
        "unmapped": 'codes that are not in the table become "{0}"',
    },
    "ja": {
        "blank": "空白が「{0}」になる",
        "blanked": "{0} が空白になる",
        "joints": "{0} の終わりの位置が残らない",
        "kept": "そのまま残した「{0}」が、変換した値と区別できない",
        "merged": "{0} がどれも「{1}」になる",
        "rest": "{0} の残りの部分がなくなる",
        "unmapped": "表にないコードが「{0}」になる",
    },
}
"""What can be lost, in words."""


def wording(lost: tuple[Lost, ...], language: str = "en") -> str:
    """What is lost, as one line of text."""
    return "; ".join(LOST[language][one.what].format(*one.values) for one in lost)


def render(account: Coverage, language: str = "en") -> str:
    """The account as text, one line per field and item; gaps in capitals."""
    words = WORDS[language]
    sources = [(row.field, _source_text(row, words)) for row in account.sources]
    targets = [(row.item, _target_text(row, words)) for row in account.targets]
    lost = [
        (", ".join(loss.items), f"{wording(loss.lost, language)} {_declared(loss, words)}".strip())
        for loss in account.losses
    ]
    parts = [
        f"{account.id}: {words['complete' if account.complete else 'incomplete']}",
        *_block(words["sources"], sources),
        *_block(words["targets"], targets),
        *(_block(words["losses"], lost) if lost else []),
    ]
    return "\n".join(parts) + "\n"


def _source_text(row: SourceRow, words: dict[str, str]) -> str:
    if row.read_for:
        return f"→ {', '.join(row.read_for)}"
    return f"{words['ignored']}: {row.ignored}" if row.ignored else words["unread"]


def _target_text(row: TargetRow, words: dict[str, str]) -> str:
    required = f" ({words['required']})" if row.required else ""
    if row.set_from:
        return f"← {', '.join(row.set_from)}{required}"
    return f"{words['unset']}{required}" if row.required else "-"


def _declared(loss: Loss, words: dict[str, str]) -> str:
    if not loss.declared:
        return f"[{words['undeclared']}]"
    return f"[{words['declared']}: {loss.declared}]"


def _block(title: str, rows: list[tuple[str, str]]) -> list[str]:
    """A titled table of two columns, aligned by the width the characters take on a screen."""
    widest = max((_columns(name) for name, _ in rows), default=0)
    return [
        "",
        title,
        *(f"  {name}{' ' * (widest - _columns(name))}  {text}" for name, text in rows),
    ]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)
