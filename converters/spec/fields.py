"""What one field may say: the options of its kind, styles, spellings that fit, ranges, patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from converters.charset import NAMES
from converters.errors import Problem
from converters.model import Field, Layout
from converters.spec import styles
from converters.spec.document import Document, Loc
from converters.spec.fitting import nearest

__all__ = ["OPTIONS", "check_field", "encoded_length"]

PAPER: Final = {"name", "notes", "romaji", "sensitivity", "title"}
EVERY: Final = PAPER | {"at", "balance", "bytes", "chars", "column", "kind", "quote"}
VALUE: Final = EVERY | {"align", "null", "pad", "required"}
DATE: Final = VALUE | {"impossible", "max", "min", "partial", "sentinels", "style", "unknown"}
NUMBER: Final = VALUE | {"digits", "max", "min", "plus", "sentinels", "sign"}
TEXT: Final = VALUE | {"pattern", "sentinels"}

OPTIONS: Final[dict[str, set[str]]] = {
    "boolean": VALUE | {"values"},
    "code": TEXT | {"codes"},
    "date": DATE,
    "decimal": NUMBER | {"point", "scale"},
    "digits": TEXT | {"check", "max", "min"},
    "filler": EVERY | {"filler", "pad"},
    "integer": NUMBER,
    "kana": TEXT,
    "mixed": TEXT,
    "narrow": TEXT | {"check"},
    "time": VALUE | {"max", "min", "sentinels", "style"},
    "wareki": DATE | {"era", "eras"},
    "wide": TEXT,
}
"""Kind → the options it knows. Any other is DEF-003."""

DOUBLE_BYTE: Final = {"cp932", "shift_jis"}
SPELLINGS: Final = 200
"""Special spellings one field may have."""


def check_field(document: Document, layout: Layout, place: int) -> Iterator[Problem]:
    """Everything that is wrong with one field taken by itself."""
    field = layout.record.fields[place]
    loc: Loc = ("records", 0, "fields", place)
    yield from _options(document, layout, field, loc)
    yield from _size(document, layout, field, loc)
    yield from _spellings(document, layout, field, loc)
    yield from _range(document, field, loc)
    yield from _pattern(document, field, loc)
    if field.kind in ("date", "time", "wareki"):
        yield from _style(document, layout, field, loc)
    if field.kind == "wareki":
        yield from _eras(document, layout, field, loc)
    if field.kind in ("decimal", "integer"):
        yield from _number(document, field, loc)


def encoded_length(layout: Layout, text: str) -> int | None:
    """Bytes of the text in the layout's charset; None when it has no such character."""
    try:
        return len(text.encode(NAMES.get(layout.charset.lower(), "utf-8")))
    except UnicodeEncodeError:
        return None


def _options(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    if not field.name:
        hint = "only a filler may go without"
        yield document.problem(loc, "DEF-002", "the field has no name", hint)
    for option in sorted(_given(document, loc) - OPTIONS[field.kind]):
        knowing = [kind for kind, options in OPTIONS.items() if option in options]
        message = f"`{option}` is not an option of kind {field.kind}"
        hint = f"known by {', '.join(knowing)}" if len(knowing) < 6 else ""
        yield document.key_problem((*loc, option), "DEF-003", message, hint)
    foreign = {"fixed": ("quote", "column"), "delimited": ("at",)}[form_of(layout)]
    for option in sorted(_given(document, loc) & set(foreign)):
        message = f"`{option}` has no meaning in a {form_of(layout)} file"
        yield document.key_problem((*loc, option), "DEF-003", message)
    if field.balance == "sum" and field.kind not in ("decimal", "integer"):
        message = f"a sum needs numbers; the kind is {field.kind}"
        hint = "kind: integer or decimal, or balance: category"
        yield document.problem((*loc, "balance"), "DEF-050", message, hint)


def form_of(layout: Layout) -> str:
    """The key of the form that the framing gives: fixed or delimited."""
    return "fixed" if layout.framing.fixed else "delimited"


def _given(document: Document, loc: Loc) -> set[str]:
    """The options that the file gives for the field, free keys left out."""
    value = document.node(loc).value
    keys = set(value) if isinstance(value, dict) else set()
    return {key for key in keys if key in Field.model_fields}


def _size(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    is_fixed = layout.framing.fixed is not None
    doubtful = document.node(loc).doubtful
    if field.filler and field.bytes != field.filler:
        yield document.problem((*loc, "bytes"), "DEF-050", "`filler` already says how many bytes")
    if is_fixed and field.bytes is None and not doubtful:
        message = f"`bytes` is missing: {field.name or 'the field'} has no width"
        yield document.problem(loc, "DEF-002", message)
    wide = field.kind == "wide" and NAMES.get(layout.charset.lower()) in DOUBLE_BYTE
    if is_fixed and wide and field.bytes and field.bytes % 2:
        message = f"{field.name} is full-width in {layout.charset}: its width must be even"
        hint = f"{field.bytes - 1} or {field.bytes + 1}; is it the number of characters?"
        yield document.problem((*loc, "bytes"), "DEF-013", message, hint)


def _spellings(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    """Spellings that the field could never hold."""
    written: list[tuple[Loc, str]] = []
    for option in ("null", "unknown", "values"):
        if option in field.model_fields_set:
            spelled = getattr(field, option)
            written += [((*loc, option, at), value) for at, value in enumerate(spelled)]
    written += [((*loc, "sentinels", spelling), spelling) for spelling in field.sentinels]
    if len(written) > SPELLINGS:
        yield document.problem(loc, "DEF-002", f"more than {SPELLINGS} special spellings")
    seen: dict[str, Loc] = {}
    for where, spelling in written:
        yield from _fits(document, layout, field, where, spelling)
        if spelling in seen:
            message = f'the spelling "{spelling}" has two meanings'
            hint = f"it stands first in line {document.node(seen[spelling]).line}"
            yield document.problem(where, "DEF-050", message, hint)
        seen.setdefault(spelling, where)
    if field.pad is not None:
        yield from _one_character(document, layout, (*loc, "pad"), field.pad)


def _fits(
    document: Document, layout: Layout, field: Field, where: Loc, spelling: str
) -> Iterator[Problem]:
    length = encoded_length(layout, spelling)
    if length is None:
        yield document.problem(
            where, "DEF-050", f'"{spelling}" cannot be written in {layout.charset}'
        )
    elif field.bytes and length > field.bytes:
        message = f'"{spelling}" has {length} bytes, the field {field.bytes}'
        yield document.problem(where, "DEF-050", message)
    elif field.chars and len(spelling) > field.chars:
        message = f'"{spelling}" has {len(spelling)} characters, the field {field.chars}'
        yield document.problem(where, "DEF-050", message)


def _one_character(document: Document, layout: Layout, where: Loc, text: str) -> Iterator[Problem]:
    if len(text) != 1:
        yield document.problem(where, "DEF-002", "exactly one character is expected")
    elif encoded_length(layout, text) is None:
        yield document.problem(where, "DEF-050", f'"{text}" cannot be written in {layout.charset}')


def _style(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    style = field.style or styles.DEFAULTS.get((field.kind, form_of(layout)), "")
    where = (*loc, "style")
    if not style:
        hint = f"one of {', '.join(styles.WAREKI)}"
        yield document.problem(loc, "DEF-002", f"`style` is missing: {field.name}", hint)
        return
    known = {"date": styles.DATES, "time": styles.TIMES, "wareki": styles.WAREKI}[field.kind]
    if not (styles.is_wareki(style) if field.kind == "wareki" else style in known):
        message = f'"{style}" is no style of kind {field.kind}'
        yield document.problem(where, "DEF-002", message, nearest(style, known))
        return
    written = styles.width(field.kind, style)
    length = encoded_length(layout, written) or len(written)
    if field.bytes and length > field.bytes:
        message = f"{style} writes {length} bytes, the field has {field.bytes}"
        yield document.problem(where, "DEF-050", message)
    elif field.chars and len(written) > field.chars:
        message = f"{style} writes {len(written)} characters, the field has {field.chars}"
        yield document.problem(where, "DEF-050", message)


def _eras(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    if not styles.is_wareki(field.style):
        return
    token = styles.era_token(field.style)
    if token and field.era:
        message = f"{field.style} writes the era itself; `era` is for a style without one"
        yield document.key_problem((*loc, "era"), "DEF-050", message)
    if not token and not field.era:
        hint = f"one of {', '.join(styles.ERA_LETTERS)}, or the field that holds the era"
        yield document.problem(loc, "DEF-002", f"`era` is missing: {field.style} has no era", hint)
    if field.eras and token in ("", "GG"):
        message = f"{field.style} has no era code that `eras` could explain"
        yield document.key_problem((*loc, "eras"), "DEF-050", message)
        return
    digits = {"g1": 1, "g2": 2, "G": 1}.get(token, 0)
    for code, letter in field.eras.items():
        where = (*loc, "eras", code)
        if len(letter) != 1 or letter not in styles.ERA_LETTERS:
            hint = f"one of {', '.join(styles.ERA_LETTERS)}"
            yield document.problem(where, "DEF-002", f'"{letter}" is no era letter', hint)
        if len(code) != digits or encoded_length(layout, code) != digits:
            message = f'the era code "{code}" does not fit {field.style}'
            yield document.key_problem(where, "DEF-050", message, f"{digits} half-width")


def _number(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    if field.scale and field.digits and field.scale > field.digits:
        message = f"{field.scale} decimals do not fit {field.digits} digits"
        yield document.problem((*loc, "scale"), "DEF-050", message)
    if len(field.plus) != 1 or not field.plus.isascii() or field.plus == "-":
        message = "`plus` must be one ASCII character other than -"
        yield document.problem((*loc, "plus"), "DEF-002", message)
    needed = (field.digits or 1) + (field.sign in ("leading", "trailing"))
    needed += bool(field.scale and field.point == "explicit")
    if field.bytes and field.bytes < needed:
        message = f"digits, sign and point need {needed} bytes, the field has {field.bytes}"
        option = "digits" if field.digits else "bytes"
        yield document.problem((*loc, option), "DEF-050", message)


def _range(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    bounds = {}
    for option in ("min", "max"):
        text = getattr(field, option)
        if text is None or option not in OPTIONS[field.kind]:
            continue
        value = _bound(field.kind, text)
        if value is None:
            message = f'"{text}" is no value of kind {field.kind}'
            yield document.problem((*loc, option), "DEF-002", message, _BOUND_HINTS[field.kind])
        else:
            bounds[option] = value
    if len(bounds) == 2 and bounds["min"] > bounds["max"]:
        message = f"min {field.min} is greater than max {field.max}"
        yield document.problem((*loc, "min"), "DEF-050", message)


_BOUND_HINTS: Final = {
    "date": "write YYYY-MM-DD",
    "decimal": "write a number such as 0.5",
    "digits": "write digits",
    "integer": "write a whole number",
    "time": "write HH:MM:SS",
    "wareki": "write YYYY-MM-DD",
}
_BOUND_PATTERNS: Final = {
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "decimal": r"-?[0-9]+(\.[0-9]+)?",
    "digits": "[0-9]+",
    "integer": "-?[0-9]+",
    "time": "[0-9]{2}:[0-9]{2}(:[0-9]{2})?",
    "wareki": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
}


def _bound(kind: str, text: str) -> Decimal | None:
    """A bound as a number that compares like the values do; None when it is no value."""
    if not re.fullmatch(_BOUND_PATTERNS[kind], text):
        return None
    try:
        return Decimal(text if kind in ("decimal", "integer") else re.sub("[-:]", "", text))
    except InvalidOperation:
        return None


def _pattern(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    if not field.pattern:
        return
    try:
        re.compile(field.pattern)
    except (re.error, RecursionError, OverflowError) as exc:
        message = f"the pattern is no regular expression: {exc}"
        yield document.problem((*loc, "pattern"), "DEF-002", message)
