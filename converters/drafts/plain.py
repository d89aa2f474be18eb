"""A layout → the layout of a CSV with the same items, as the text of a definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from converters.drafts.names import ERA, NUMBER, UNKNOWN, numbered
from converters.importers.layouts import quoted
from converters.model import Condition, Field, Layout, Record

__all__ = ["plain"]

Option = tuple[str, str]
LARGEST: Final = 18
"""Digits of the longest whole number that every system holds in 64 bits."""
BYTES: Final = {1: 3, 2: 5, 4: 10}
"""Bytes of a binary number to the digits that they can hold."""
FLOAT: Final = 24
"""Characters of a binary floating-point number, at most."""
KEPT: Final = ("balance", "sensitivity", "check")


def plain(layout: Layout, identity: str) -> str:
    """The CSV of a layout: UTF-8 with a header, a column for each item, numbers and dates as people
    write them. Records of several types, and rows of tables, get a file each, and the number by
    which they become one file again."""
    title = layout.title.ja if layout.title else layout.id
    lines = [
        f"# {layout.id} を CSV にしたもの。",
        "kind: layout",
        "format: 1",
        f"id: {quoted(identity)}",
        "version: 0.1.0",
        f"title: {{ja: {quoted(f'{title} CSV')}}}",
        f"source: {quoted(f'{layout.id} の項目を一つずつ')}",
        "charset: utf-8",
        "framing: {delimited: {header: true, quote: needed}}",
        *_tables(layout),
        "records:",
    ]
    for record in layout.records:
        lines += _record(record, layout)
    return "\n".join(lines) + "\n"


def _tables(layout: Layout) -> Iterator[str]:
    """The code tables that its items name."""
    used = {field.codes for record in layout.records for field in record.fields if field.codes}
    if used:
        yield "codes:"
    for name in sorted(used):
        pairs = (
            f"{_text(value)}: {_text(label)}" for value, label in layout.code_table(name).items()
        )
        yield f"  {quoted(name)}: {{{', '.join(pairs)}}}"


def _text(value: str) -> str:
    """A text that YAML must not take for a number."""
    return quoted(value) if not value[:1].isdigit() else f'"{value}"'


def _record(record: Record, layout: Layout) -> Iterator[str]:
    yield f"  - name: {quoted(record.name)}"
    if record.title:
        yield f"    title: {{ja: {quoted(record.title.ja)}}}"
    numbers = _numbers(record, layout)
    key = numbers or list(record.key)
    if key:
        yield f"    key: [{', '.join(map(quoted, key))}]"
    yield "    fields:"
    for name in numbers:
        yield f"      - {{name: {quoted(name)}, kind: integer, digits: 9, sensitivity: public}}"
    for field in record.fields:
        if not field.is_filler:
            told = ", ".join(f"{key}: {value}" for key, value in _options(field))
            yield f"      - {{{told}}}"
            yield from (f"      - {{{one}}}" for one in _beside(field, record))


def _beside(field: Field, record: Record) -> Iterator[str]:
    """The items of an era date whose parts may be unknown: `partial` of the mapping fills them, and
    brings all of it back."""
    flag, words, era = (field.name + ending for ending in (*UNKNOWN, ERA))
    if not _is_apart(field) or {flag, words, era} & record.index.keys():
        return
    own = f", sensitivity: {field.sensitivity}" if field.sensitivity else ""
    yield f'name: {quoted(flag)}, kind: boolean, values: ["1", "0"]'
    yield f"name: {quoted(words)}, kind: wide{own}"
    yield f"name: {quoted(era)}, chars: 1, kind: digits{own}"


def _is_apart(field: Field) -> bool:
    return field.kind == "wareki" and bool(field.partial or field.unknown)


def _numbers(record: Record, layout: Layout) -> list[str]:
    """The items that say where a record stood."""
    if not layout.is_mixed:
        return []
    return [NUMBER, numbered(record.name)] if record.within else [NUMBER]


def _options(field: Field) -> Iterator[Option]:
    yield "name", quoted(field.name)
    yield from _kind(field)
    if field.title:
        yield "title", f"{{ja: {quoted(field.title.ja)}}}"
    # Whether one is there that need not be, or is told in two items, is checked where it is read.
    if field.required and not field.varies and not _is_apart(field):
        yield "required", "true" if field.required is True else _condition(field.required)
    for key in KEPT:
        if value := getattr(field, key):
            yield key, quoted(value)


def _kind(field: Field) -> Iterator[Option]:
    """The kind of the same values in a text file."""
    if field.is_number:
        yield from _number(field)
    elif field.kind in ("date", "wareki"):
        yield "kind", "date"
        yield from [("impossible", "true")] * field.impossible
        if not _is_apart(field):
            yield from [("partial", "true")] * field.partial
            yield from [("unknown", '["0000-00-00"]')] * bool(field.unknown)
    elif field.kind == "flags":
        yield from (("kind", "digits"), ("chars", str(8 * (field.bytes or 1))))
    elif field.kind == "float":
        yield from (("kind", "narrow"), ("chars", str(FLOAT)))
    else:
        yield "kind", field.kind
    if field.kind == "code" and field.codes:
        yield "codes", quoted(field.codes)
    if field.kind == "boolean":
        yield "values", f"[{', '.join(map(_text, field.values))}]"


def _number(field: Field) -> Iterator[Option]:
    digits = field.digits or (BYTES.get(field.bytes or 0) if field.kind == "binary" else None)
    if field.scale > 0:
        yield "kind", "decimal"
        yield "digits", str(max(digits or LARGEST, field.scale))
        yield "scale", str(field.scale)
    else:
        yield "kind", "integer"
        if digits:
            yield "digits", str(digits - field.scale)
    if field.sign != "none":
        yield "sign", "minus"


def _condition(asked: Condition) -> str:
    """A condition as a definition writes it."""
    told = [f"field: {quoted(asked.field)}"]
    if asked.blank is not None:
        told.append(f"blank: {str(asked.blank).lower()}")
    if asked.equals is not None:
        told.append(f"equals: {_text(asked.equals)}")
    if asked.among is not None:
        told.append(f"in: [{', '.join(map(_text, asked.among))}]")
    if asked.least is not None:
        told.append(f"least: {_text(asked.least)}")
    return f"{{{', '.join(told)}}}"
