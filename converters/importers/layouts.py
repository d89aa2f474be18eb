"""Items in their places → the text of a layout, as a person would write it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from converters.errors import nearest
from converters.importers.dialects import Dialect
from converters.importers.editing import edited
from converters.importers.entries import Entry
from converters.importers.source import Faults
from converters.importers.storage import Item, Part

__all__ = ["field_lines", "quoted"]

PLAIN: Final = re.compile(r"[A-Za-z_\u3005-\u9fff\uff01-\uff5e][\w.\-/]*")
WORDS: Final = ("true", "false", "null", "yes", "no")
Option = tuple[str, str]


def quoted(text: str) -> str:
    """The text as YAML takes it for the same text."""
    if PLAIN.fullmatch(text) and text.lower() not in WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def field_lines(
    found: list[Item], dialect: Dialect, faults: Faults
) -> tuple[list[str], dict[str, dict[str, str]]]:
    """The lines of the fields in file order, and the code tables that they name."""
    names = _names(found)
    lines, tables = list[str](), dict[str, dict[str, str]]()
    known = _Known(tuple(zip(found, names, strict=True)), _parts(found), faults)
    parts: tuple[Part, ...] = ()
    for item, name in zip(found, names, strict=True):
        table = _codes(item) if name else {}
        options = list(_options(item, name, dialect))
        if table:
            tables[name] = table
            options += [("kind", "code"), ("codes", quoted(name))]
        else:
            options += _kind(item, dialect) if name else []
        line = "- {" + ", ".join(f"{key}: {value}" for key, value in options) + "}"
        same = _common(parts, item.parts)
        for depth in range(same, len(item.parts)):
            lines += ["    " * depth + opened for opened in _opened(item, depth, known)]
        parts = item.parts
        lines.append("    " * len(parts) + line)
    return lines, tables


@dataclass(frozen=True, slots=True)
class _Known:
    """The fields with their names, and those of the groups that are written."""

    fields: tuple[tuple[Item, str], ...]
    groups: Mapping[Part, str]
    faults: Faults

    def asked(self, name: str, among: Sequence[str], item: Item, depth: int) -> tuple[Item, str]:
        """The field that the group at `depth` around an item asks: one of that name in the same
        groups, or in those around them; of several the one in the nearest group of the record."""
        part, due = item.parts[depth], [one.upper() for one in among]
        above = item.parts[:depth]
        same = [
            (one, told)
            for one, told in self.fields
            if told and (told.upper() == name.upper() or one.path[-1].upper() == name.upper())
        ]
        fit = [
            (one, told)
            for one, told in same
            if set(due) <= {group.upper() for group in one.path}
            and one.parts == above[: len(one.parts)]
            and not one.numbers
        ]
        if not fit:
            line, names = part.entry.line, [told for _, told in self.fields if told]
            message = f"{name} is not always there" if same else f"there is no field {name}"
            code = "DEF-060" if same else "DEF-020"
            self.faults.add(line, code, message, "" if same else nearest(name.upper(), names))
            return item, name
        return max(fit, key=lambda one: _shared(one[0].path, item.path))


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many groups two items have in common."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _parts(found: list[Item]) -> dict[Part, str]:
    """A name of its own for each group that is written."""
    parts = list(dict.fromkeys(part for item in found for part in item.parts))
    names = _numbered([part.entry.name or "FILLER" for part in parts])
    return dict(zip(parts, names, strict=True))


def _common(one: tuple[Part, ...], other: tuple[Part, ...]) -> int:
    """How many of the groups around two fields are the same."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a is not b), min(len(one), len(other)))


def _opened(item: Item, depth: int, known: _Known) -> Iterator[str]:
    """The lines before the fields of a table, or of a reading."""
    part = item.parts[depth]
    entry = part.entry
    yield f"- name: {quoted(known.groups[part])}"
    if part.repeats:
        yield f"  occurs: {entry.occurs}"
    if part.repeats and entry.depending:
        count, name = known.asked(entry.depending, entry.among, item, depth)
        yield f"  depending: {quoted(name)}"
        yield from [f"  least: {entry.least}"] * (entry.least > 0)
        if count is not item:
            _counting(count, entry, known.faults)
    if part.rows:
        yield "  rows: true"
    if part.redefines:
        yield f"  redefines: {quoted(known.groups[part.redefines])}"
    if part.values:
        _, name = known.asked(part.field, (), item, depth)
        values = ", ".join(quoted(value) for value in part.values)
        told = f"equals: {values}" if len(part.values) == 1 else f"in: [{values}]"
        yield f"  when: {{field: {quoted(name)}, {told}}}"
    yield "  fields:"


def _counting(count: Item, entry: Entry, faults: Faults) -> None:
    """What OCCURS DEPENDING ON names is a whole number."""
    picture = count.entry.picture
    whole = count.usage.startswith("binary-") or (
        picture is not None and picture.category == "number" and not picture.scale
    )
    if not whole and not count.entry.broken:
        message = (
            f"the count {entry.depending} is no whole number, see line {count.entry.line.number}"
        )
        faults.add(entry.line, "DEF-060", message, "if it holds digits, --replacing makes it PIC 9")


def _options(item: Item, name: str, dialect: Dialect) -> Iterator[Option]:
    if not name:
        yield "filler", str(item.size)
        yield "at", str(item.at + 1)
        if item.path and item.usage == "display" and set("".join(item.entry.values)) == {"0"}:
            yield "pad", '"0"'
        return
    yield "name", quoted(name)
    yield "at", str(item.at + 1)
    yield "bytes", str(item.size)


def _kind(item: Item, dialect: Dialect) -> Iterator[Option]:
    """The kind and what belongs to it."""
    picture = item.entry.picture
    if item.usage.startswith("float"):
        yield "kind", "float"
        yield "style", "ibm" if dialect.float == "ibm" else "ieee"
        yield from _endian(dialect.native)
    elif picture is None:
        yield "kind", "binary"
        yield "sign", "none" if item.entry.unsigned else "signed"
        yield from _endian(dialect.native)
    elif picture.category == "edited" and picture.plain and not item.entry.zero_is_blank:
        yield from edited(picture)
    elif picture.category != "number":
        yield "kind", {"edited": "narrow", "text": "mixed", "wide": "wide"}[picture.category]
        if item.entry.right:
            yield "align", "right"
    else:
        yield from _number(item, dialect)


def _number(item: Item, dialect: Dialect) -> Iterator[Option]:
    picture = item.entry.picture
    assert picture is not None, "numbers have pictures"
    kind = {"display": "zoned", "native": "binary"}.get(item.usage, item.usage)
    yield "kind", kind
    # COMP-5 takes all its bits, and 19 digits are more than a lint can promise of 8 bytes.
    if (item.usage != "native" or picture.scale < 0) and picture.digits <= MOST[kind]:
        yield "digits", str(picture.digits)
    if picture.scale:
        yield "scale", str(picture.scale)
    if picture.signed:
        yield "sign", item.sign if kind == "zoned" else "signed"
    if item.usage == "native":
        yield from _endian(dialect.native)
    if item.entry.zero_is_blank:
        yield "filled", "{spaces: zero}"
    if item.conditions:
        told = ", ".join(f"{one.name} = {' '.join(one.values)}" for one in item.conditions)
        yield "notes", quoted(told)


MOST: Final = {"binary": 18, "packed": 36, "zoned": 36}


def _endian(order: str) -> Iterator[Option]:
    if order == "little":
        yield "endian", order


def _codes(item: Item) -> dict[str, str]:
    """The values of level 88 entries, where all of them are texts that can be counted."""
    picture = item.entry.picture
    texts = picture is not None and picture.category == "text"
    if not item.conditions or not texts or any(one.ranged for one in item.conditions):
        return {}
    found = {value: one.name for one in reversed(item.conditions) for value in one.values}
    return {value: found[value] for value in sorted(found) if value.strip()}


def _names(found: list[Item]) -> list[str]:
    """A name for each item, empty for fillers: with the numbers of its repetitions, and with as
    many of the groups above it as make it the only one."""
    names = ["" if _is_filler(item) else _name(item, 1) for item in found]
    for depth in range(2, 50):
        twice = {name for name, count in Counter(names).items() if name and count > 1}
        if not twice:
            break
        deeper = zip(found, names, strict=True)
        names = [_name(item, depth) if name in twice else name for item, name in deeper]
    return _numbered(names)


def _is_filler(item: Item) -> bool:
    """FILLER, unless its VALUE is a text that somebody meant."""
    if not item.path or item.path[-1]:
        return not item.path
    meant = set("".join(item.entry.values))
    return (len(meant) < 2 and meant <= {" ", "0"}) or item.usage != "display"


def _name(item: Item, depth: int) -> str:
    groups = [name for name in item.path if name] or ["FILLER"]
    own = groups[-depth:] if item.path[-1] else [*groups[len(groups) - depth + 1 :], "FILLER"]
    return "-".join([".".join(own), *map(str, item.numbers)])


def _numbered(names: list[str]) -> list[str]:
    """Names that are still not the only ones get a number."""
    counts, seen = Counter(names), Counter[str]()
    found = []
    for name in names:
        seen[name] += 1
        found.append(f"{name}#{seen[name]}" if name and counts[name] > 1 else name)
    return found
