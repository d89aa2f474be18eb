"""Definitions as tables on the terminal. Imported by the commands that need rich, when they run."""

from __future__ import annotations

import io
import re
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from converters.model import Condition, Field, Layout, Title

__all__ = ["console", "show_layout"]

WIDTH = 160
"""Columns where there is no terminal to ask, so that a file or a pipe gets whole lines."""

BLANKS = re.compile(" +$", re.MULTILINE)

HEADS = {
    "ja": ("位置", "バイト", "文字", "項目", "種類", "必須", "備考"),
    "en": ("at", "bytes", "chars", "field", "kind", "required", "notes"),
}
YES = {"ja": "必須", "en": "yes"}


class _Trimmed(io.StringIO):
    """stdout without the blanks that rich fills lines up with; it holds nothing itself."""

    def write(self, text: str) -> int:
        return sys.stdout.write(BLANKS.sub("", text))


def console() -> Console:
    """stdout for people, without guessing at markup in the data."""
    if sys.stdout.isatty():
        return Console(highlight=False, markup=False, emoji=False)
    return Console(file=_Trimmed(), width=WIDTH, highlight=False, markup=False, emoji=False)


def show_layout(layout: Layout, lang: str) -> None:
    """Title, framing and one line per field, with 1-based places where the form is fixed."""
    title = _title(layout.title, lang)
    framing = layout.framing.model_dump(exclude_none=True)
    ((form, keys),) = framing.items()
    facts = ", ".join(f"{key} {value}" for key, value in keys.items() if value is not False)
    out = console()
    out.print(Text(f"{layout.id} {layout.version}  {title}", style="bold"))
    out.print(Text(f"{layout.charset}, {form}: {facts}; {layout.edition} edition"))
    for part in layout.parts:
        if layout.is_mixed:
            words = _title(part.record.title, lang)
            out.print(Text(f"\n{part.record.name}  {words}".rstrip(), style="bold"))
        out.print(_fields(part, lang))


def _title(title: Title | None, lang: str) -> str:
    """A title in the language, or in the other one."""
    return "" if title is None else (title.en if lang == "en" else "") or title.ja


def _fields(layout: Layout, lang: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(HEADS[lang]):
        table.add_column(head, justify="right" if number < 3 else "left")
    for field, offset in zip(layout.record.fields, layout.record.offsets, strict=True):
        at = str(offset + 1) if layout.framing.length else ""
        table.add_row(at, *_row(field, lang))
    return table


def _row(field: Field, lang: str) -> tuple[str, ...]:
    kind = " ".join(part for part in (field.kind, field.style) if part)
    widths = ("" if number is None else str(number) for number in (field.bytes, field.chars))
    notes = " ".join(part for part in (_there(field), field.notes) if part)
    return (*widths, field.name, kind, _required(field.required, lang), notes)


def _there(field: Field) -> str:
    """When the field is there, in brackets; empty where it always is."""
    chain = field.element.chain if field.element else ()
    told = [f"[{one.depending} ≥ {one.number}]" for one in chain if one.depending is not None]
    return " ".join([*told, *([f"[{_condition(field.when)}]"] if field.when else [])])


def _required(required: bool | Condition, lang: str) -> str:
    if isinstance(required, bool):
        return YES[lang] if required else ""
    return _condition(required)


def _condition(asked: Condition) -> str:
    if asked.blank is not None:
        return f"{asked.field} {'=' if asked.blank else '≠'} ''"
    if asked.least is not None:
        return f"{asked.field} ≥ {asked.least}"
    values = (asked.equals,) if asked.equals is not None else asked.among or ()
    return f"{asked.field} = {', '.join(values)}"
