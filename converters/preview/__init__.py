"""A few records of a file → a view for people: byte ruler, raw bytes, decoded and mapped values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from converters import findings, scripts
from converters.forms import FileProblem
from converters.model import Mapping
from converters.pipeline.plan import Lanes, Plan, Side
from converters.preview.records import FieldView, Problem, RecordView, Target, records
from converters.preview.ruler import compact_hex, lines, visible

__all__ = ["show"]

WIDEST = 100
"""Bytes per line of the ruler at most."""

COLOURS = {"error": "bold red", "warning": "yellow", "info": "cyan"}
WORDS = {
    "ja": {
        "title": "レコード {number}  先頭バイト {first}  {bytes} バイト",
        "columns": ("位置", "バイト", "項目", "文字", "16 進", "値", "変換後"),
        "constants": "（定数）",
        "rejected": "変換しない（エラー）",
        "left out": "移行しない: {why}",
        "absent": "（このレコードにはない）",
        "error": "エラー",
        "warning": "警告",
        "info": "情報",
    },
    "en": {
        "title": "record {number}  first byte {first}  {bytes} bytes",
        "columns": ("at", "bytes", "field", "text", "hex", "value", "becomes"),
        "constants": "(constants)",
        "rejected": "rejected",
        "left out": "left out: {why}",
        "absent": "(not in this record)",
        "error": "error",
        "warning": "warning",
        "info": "info",
    },
}


def show(lanes: Lanes, name: str, wanted: range, view: tuple[Console, str]) -> None:
    """Print the wanted records (1-based numbers) of a file; `view` is where, and the language."""
    console, lang = view
    pairs = [
        _pairs(plan.definitions.mapping, plan.back) if plan.definitions else {}
        for plan in lanes.plans
    ]
    for found in records(lanes, pairs, name, wanted):
        if isinstance(found, FileProblem):
            words = findings.message(found.code, lang, field=found.detail, value=found.detail)
            console.print(f"{found.code} {words}", style=COLOURS["warning"])
        else:
            plan = lanes.plans[found.lane]
            name_of = plan.source.layout.record.name if lanes.is_mixed and found.fields else ""
            _show_record(found, plan, view, name_of)


def _pairs(mapping: Mapping, back: bool) -> dict[str, tuple[str, ...]]:
    """Source field to the items made from it; those made from several stand at the first."""
    found: dict[str, tuple[str, ...]] = {}
    seen: set[str] = set()
    for rule in mapping.rules:
        sources, targets = (rule.targets, rule.sources) if back else (rule.sources, rule.targets)
        first = sources[0] if sources else ""
        found[first] = found.get(first, ()) + tuple(one for one in targets if one not in seen)
        seen.update(targets)
    return found


def _show_record(record: RecordView, plan: Plan, view: tuple[Console, str], kind: str) -> None:
    """One record; `kind` is its type, where there are several."""
    (console, lang), side = view, plan.source
    words = WORDS[lang]
    title = str(words["title"]).format(
        number=record.number, first=record.offset + 1, bytes=len(record.raw)
    )
    console.print(Text(f"{title}  {kind}".rstrip(), style="bold"))
    if record.fate:
        known = "rejected" if record.fate == "rejected" else "left out"
        console.print(Text(str(words[known]).format(why=record.fate), style="bold red"))
    for problem in record.problems:
        console.print(_finding(problem, lang))
    _show_ruler(record, side, console)
    console.print(_table(record, side, lang, mapped=plan.program is not None))
    console.print()


def _show_ruler(record: RecordView, side: Side, console: Console) -> None:
    width = min(max((console.width - 8) // 10 * 10, 20), WIDEST)
    starts = {field.at - 1 for field in record.fields if field.at}
    blocks = lines(side.show(record.raw), scripts.of(side.layout), starts, width)
    for number, (scale, text, marks) in enumerate(blocks):
        for head, line, style in (
            ("", scale, "dim"),
            (str(number * width + 1), text, ""),
            ("", marks, "dim"),
        ):
            console.print(Text(f"{head:>6} {line}", style), soft_wrap=True)


def _table(record: RecordView, side: Side, lang: str, mapped: bool) -> Table:
    """One row per field; the last column only where there is a mapping."""
    words = WORDS[lang]
    heads = list(words["columns"])[: 7 if mapped else 6]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        is_number = number < 2
        justify: Literal["left", "right"] = "right" if is_number else "left"
        table.add_column(head, justify=justify, no_wrap=is_number, overflow="fold")
    for there, run in groupby(record.fields, lambda field: field.there):
        fields = list(run)
        rows = [_row(one, side, lang) for one in fields] if there else [_absent(fields, lang)]
        for row in rows:
            table.add_row(*row[: len(heads)])
    if record.constants:
        gaps = [""] * 3
        constants = Text(str(words["constants"]), style="dim")
        table.add_row("", "", constants, *gaps, _becomes(record.constants))
    return table


def _row(field: FieldView, side: Side, lang: str) -> tuple[str | Text, ...]:
    value = Text(visible(field.value or ""))
    for problem in field.problems:
        value.append("\n" if value else "")
        value.append(_finding(problem, lang))
    return (
        str(field.at or "?"),
        str(len(field.raw)),
        Text("  " + field.name if field.inner else field.name),
        Text(visible(side.show(field.raw)).rstrip(" \u3000")),
        Text(compact_hex(field.raw), style="dim"),
        value,
        _becomes(field.targets),
    )


def _absent(fields: Sequence[FieldView], lang: str) -> tuple[str | Text, ...]:
    """Fields one behind the other that are not there, in one line."""
    names = [fields[0].name, fields[-1].name][: len(fields)]
    names[0] = "  " * fields[0].inner + names[0]
    told = Text(str(WORDS[lang]["absent"]), style="dim")
    for problem in (one for field in fields for one in field.problems):
        told.append("\n")
        told.append(_finding(problem, lang))
    becomes = [one for field in fields for one in field.targets if one[1] is not None]
    return "", "", Text(" … ".join(names), style="dim"), "", "", told, _becomes(becomes)


def _becomes(targets: Sequence[Target]) -> Text:
    return Text("\n".join(f"{item} = {visible(value or '')}" for item, value in targets))


def _finding(problem: Problem, lang: str) -> Text:
    words = findings.message(problem.code, lang, problem.field, visible(problem.value))
    severity = WORDS[lang][problem.severity]
    return Text(f"{severity} {problem.code} {words}", style=COLOURS[problem.severity])
