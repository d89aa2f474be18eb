"""What one field may say: the options of its kind, styles, spellings that fit, ranges, patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import polars as pl

from converters import scripts
from converters.charset import NAMES, Charset, TableError, write
from converters.errors import Problem, nearest
from converters.model import Field, Layout
from converters.spec import styles
from converters.spec.document import Document, Loc
from converters.spec.hosts import SIGNS, check_host, wrong_sign

__all__ = ["OPTIONS", "check_field", "encoded_length", "form_of", "misfit"]

PLACED: Final = {"element", "redefines", "when"}
"""Options of every kind that say when a field is there."""
PAPER: Final = {"name", "notes", "romaji", "sensitivity", "title"}
EVERY: Final = PAPER | {
    *("at", "balance", "bytes", "charset", "chars", "column", "kind", "path", "quote")
}
VALUE: Final = EVERY | {"align", "null", "pad", "required", "shifts"}
DATE: Final = VALUE | {"impossible", "max", "min", "partial", "sentinels", "style", "unknown"}
NUMBER: Final = VALUE | {"digits", "max", "min", "plus", "sign"}
TEXT: Final = VALUE | {"overflow", "pattern", "sentinels"}
HOST: Final = EVERY | {"required"}
UNSAID: Final = 18
"""Digits of a number whose layout does not say how many."""
EXACT: Final = HOST | {"digits", "filled", "max", "min", "scale", "sign"}

OPTIONS: Final[dict[str, set[str]]] = {
    "binary": EXACT | {"endian"},
    "boolean": VALUE | {"values"},
    "code": (TEXT | {"codes"}) - {"overflow"},
    "date": DATE,
    "decimal": NUMBER | {"point", "scale"},
    "digits": (TEXT | {"check", "max", "min"}) - {"overflow"},
    "filler": EVERY | {"filler", "pad"},
    "flags": HOST,
    "float": HOST | {"endian", "style"},
    "integer": NUMBER,
    "kana": TEXT,
    "mixed": TEXT,
    "narrow": TEXT | {"check"},
    "packed": EXACT | {"signs"},
    "time": VALUE | {"max", "min", "sentinels", "style"},
    "wareki": DATE | {"era", "eras"},
    "wide": TEXT,
    "zoned": EXACT | {"plus", "signs"},
}
"""Kind → the options it knows. Any other is DEF-003."""

FOREIGN: Final = {
    "delimited": ("at", "path"),
    "fixed": ("column", "path", "quote"),
    "xml": ("at", "charset", "column", "quote"),
}
"""Form → options that mean nothing there."""

DOUBLE_BYTE: Final = {"cp16684", "cp300", "cp932", "shift_jis", "shift_jis-2004"}
SPELLINGS: Final = 200
"""Special spellings one field may have."""
NARROW: Final = 18
"""Digits of a number whose field does not say how many it has."""


def check_field(document: Document, layout: Layout, place: int) -> Iterator[Problem]:
    """Everything that is wrong with one field taken by itself."""
    field = layout.record.fields[place]
    loc: Loc = ("records", 0, "fields", place)
    yield from _options(document, layout, field, loc)
    yield from _size(document, layout, field, loc)
    yield from _charset(document, layout, field, loc)
    yield from _spellings(document, layout, field, loc)
    yield from _range(document, field, loc)
    if field.pattern:
        yield from _pattern(document, field, loc)
    if field.kind in ("date", "time", "wareki"):
        yield from _style(document, layout, field, loc)
    if field.kind == "wareki":
        yield from _eras(document, field, loc)
    if field.is_host:
        yield from check_host(document, layout, field, loc)
    elif field.is_number:
        yield from _number(document, field, loc)


def encoded_length(layout: Layout, text: str, field: Field | None = None) -> int | None:
    """Bytes of the text in the charset of the layout or field; None when it has no such character.

    A charset that is not known is a problem of its own; UTF-8 stands in for it.
    """
    try:
        return len(write(scripts.of(layout, field), text))
    except UnicodeEncodeError:
        return None
    except (KeyError, OSError, TableError):
        return len(text.encode())


def _options(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    doubtful = document.node(loc).doubtful
    if not field.name and not doubtful:
        hint = "only a filler may go without"
        yield document.problem(loc, "DEF-002", "the field has no name", hint)
    given = _given(document, loc)
    is_sure = "kind" in given or not doubtful
    for option in sorted(given - OPTIONS[field.kind]) if is_sure else ():
        knowing = [kind for kind, options in OPTIONS.items() if option in options]
        message = f"`{option}` is not an option of kind {field.kind}"
        hint = f"known by {', '.join(knowing)}" if len(knowing) < 6 else ""
        yield document.key_problem((*loc, option), "DEF-003", message, hint)
    foreign = FOREIGN[form_of(layout)]
    for option in sorted(given & set(foreign)):
        message = f"`{option}` has no meaning in a {form_of(layout)} file"
        yield document.key_problem((*loc, option), "DEF-003", message)
    if field.balance == "sum" and not field.is_number:
        message = f"a sum needs numbers; the kind is {field.kind}"
        hint = "kind: integer or decimal, or balance: category"
        yield document.problem((*loc, "balance"), "DEF-050", message, hint)


def form_of(layout: Layout) -> str:
    """delimited, xml, or fixed where fields lie in fixed places."""
    if layout.framing.xml:
        return "xml"
    return "delimited" if layout.framing.delimited else "fixed"


def _given(document: Document, loc: Loc) -> set[str]:
    """The options that the file gives for the field, free keys left out."""
    value = document.node(loc).value
    keys = set(value) if isinstance(value, dict) else set()
    return {key for key in keys if key in Field.model_fields and key not in PLACED}


def _size(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    is_fixed = layout.framing.length is not None
    doubtful = document.node(loc).doubtful
    if field.filler and field.bytes != field.filler:
        yield document.problem((*loc, "bytes"), "DEF-050", "`filler` already says how many bytes")
    if is_fixed and field.bytes is None and not doubtful:
        message = f"`bytes` is missing: {field.name or 'the field'} has no width"
        yield document.problem(loc, "DEF-002", message)
    charset = NAMES.get((field.charset or layout.charset).lower())
    wide = field.kind == "wide" and charset in DOUBLE_BYTE
    if is_fixed and wide and field.bytes and field.bytes % 2:
        message = f"{field.name} is full-width in {charset}: its width must be even"
        hint = f"{field.bytes - 1} or {field.bytes + 1}; is it the number of characters?"
        yield document.problem((*loc, "bytes"), "DEF-013", message, hint)


def _charset(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    """A charset and a shift rule that this field can have."""
    if field.charset and field.charset.lower() not in NAMES:
        message = f'the charset "{field.charset}" is not known'
        hint = nearest(field.charset.lower(), NAMES)
        yield document.problem((*loc, "charset"), "DEF-020", message, hint)
        return
    try:
        script, whole = scripts.of(layout, field), scripts.of(layout)
    except (KeyError, OSError, TableError):
        return
    if layout.framing.delimited:
        yield from _between(document, (script, whole), field, loc)
    if field.shifts == "present":
        return
    where = (*loc, "shifts")
    if not len(script.shifts.marks):
        message = f"{script.name} has no shift codes"
        yield document.problem(where, "DEF-050", message)
    elif field.shifts != "kept" and field.kind == "mixed":
        message = f"shifts: {field.shifts} needs a kind that says the state: wide, narrow or kana"
        yield document.problem(where, "DEF-050", message)


def _between(
    document: Document, charsets: tuple[Charset, Charset], field: Field, loc: Loc
) -> Iterator[Problem]:
    """A charset (and that of the file) and a shift rule under which the end of a value shows."""
    script, whole = charsets
    if script.name != whole.name and not (script.ascii and whole.ascii):
        message = f"{script.name} cannot stand between delimiters of {whole.name}"
        yield document.problem((*loc, "charset"), "DEF-050", message)
    if field.kind == "wide" and field.shifts in ("absent", "implied", "padded"):
        message = f"shifts: {field.shifts} leaves nothing to tell a delimiter from half a character"
        yield document.problem((*loc, "shifts"), "DEF-050", message, "present or kept")


def _spellings(document: Document, layout: Layout, field: Field, loc: Loc) -> Iterator[Problem]:
    """Spellings that the field could never hold."""
    written: list[tuple[Loc, str]] = []
    for option in ("null", "unknown", "values"):
        usual = option == "null" and not field.is_filler and not field.is_host
        if option in field.model_fields_set or usual:
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
    length = encoded_length(layout, spelling, field)
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
    known = styles.STYLES[field.kind]
    style = field.style or styles.DEFAULTS.get((field.kind, form_of(layout)), "")
    if not style:
        hint = f"one of {', '.join(known)}"
        if "style" in _given(document, loc) or not document.node(loc).doubtful:
            yield document.problem(loc, "DEF-002", f"`style` is missing: {field.name}", hint)
        return
    where = (*loc, "style")
    if style not in known:
        message = f'"{style}" is no style of kind {field.kind}'
        yield document.problem(where, "DEF-002", message, nearest(style, known))
        return
    texts = styles.written(style)
    length = max(encoded_length(layout, text, field) or len(text) for text in texts)
    chars = max(map(len, texts))
    if field.bytes and length > field.bytes:
        message = f"{style} writes {length} bytes, the field has {field.bytes}"
        yield document.problem(where, "DEF-050", message)
    elif field.chars and chars > field.chars:
        message = f"{style} writes {chars} characters, the field has {field.chars}"
        yield document.problem(where, "DEF-050", message)


def _eras(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    if field.style not in styles.STYLES["wareki"]:
        return
    letters = ", ".join(styles.ERA_LETTERS)
    token = styles.era_token(field.style)
    if token and field.era:
        message = f"{field.style} writes the era itself; `era` is for a style without one"
        yield document.key_problem((*loc, "era"), "DEF-050", message)
    if not token and not field.era:
        message = f"`era` is missing: {field.style} writes no era"
        yield document.problem(loc, "DEF-002", message, f"{letters}, or the field that has it")
    for code, letter in field.eras.items():
        where = (*loc, "eras", code)
        if letter not in styles.ERA_LETTERS:
            message = f'"{letter}" is no era letter'
            yield document.problem(where, "DEF-002", message, f"one of {letters}")
        if token and len(code) != len(styles.ERA_TOKENS[token]):
            message = f'the era code "{code}" does not fit {field.style}'
            yield document.key_problem(where, "DEF-050", message)
    if field.eras and field.era in styles.ERA_LETTERS and field.era not in field.eras.values():
        message = f"`eras` has no code for {field.era}"
        yield document.problem((*loc, "era"), "DEF-050", message)


def _number(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    if field.sign not in SIGNS[field.kind]:
        yield from wrong_sign(document, field, loc)
    if field.scale < 0:
        message = "digits before the point are left out (P) in zoned, packed and binary fields only"
        yield document.problem((*loc, "scale"), "DEF-002", message)
    if field.scale > (field.digits or UNSAID):
        message = f"{field.scale} decimals do not fit {field.digits or UNSAID} digits"
        yield document.problem((*loc, "scale"), "DEF-050", message)
    if len(field.plus) != 1 or not field.plus.isascii() or field.plus in "-.0123456789":
        message = "`plus` must be one ASCII character that no number has otherwise"
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
        if hint := misfit(field, text):
            message = f'"{text}" is no value of {field.name}'
            yield document.problem((*loc, option), "DEF-002", message, hint)
        else:
            bounds[option] = text
    if len(bounds) == 2 and not _in_order(field, **bounds):
        message = f"min {field.min} is greater than max {field.max}"
        yield document.problem((*loc, "min"), "DEF-050", message)


def misfit(field: Field, text: str) -> str:
    """Why a value that a definition compares with could not be one of the field; empty if it can.

    Values are written as they travel: dates and times in ISO form, numbers plainly.
    """
    if field.kind == "boolean":
        return "" if text in field.values else f"one of {', '.join(field.values)}"
    pattern, hint = _FORMS.get(field.kind, ("(?s:.*)", ""))
    if not re.fullmatch(pattern, text):
        return hint
    if not field.is_number:
        return ""
    most = field.digits or NARROW
    whole, _, decimals = text.lstrip("-").partition(".")
    scale = max(field.scale, 0)
    is_small = len(whole) <= max(most - field.scale, 1) and len(decimals) <= scale
    return "" if is_small else f"at most {most} digits, {scale} of them decimals"


NUMERAL: Final = (r"-?[0-9]+(\.[0-9]+)?", "write a number such as 0.5")
DAY: Final = ("[0-9]{4}-[0-9]{2}-[0-9]{2}", "write YYYY-MM-DD")
_FORMS: Final[dict[str, tuple[str, str]]] = {
    "binary": NUMERAL,
    "date": DAY,
    "decimal": NUMERAL,
    "digits": ("[0-9]+", "write digits"),
    "integer": ("-?[0-9]+", "write a whole number"),
    "packed": NUMERAL,
    "time": ("[0-9]{2}:[0-9]{2}(:[0-9]{2})?", "write HH:MM:SS"),
    "wareki": DAY,
    "zoned": NUMERAL,
}
"""Kind → the pattern of its values, and what to write."""


def _in_order(field: Field, min: str, max: str) -> bool:
    if field.is_number or field.kind == "digits":
        return Decimal(min) <= Decimal(max)
    return min <= max


def _pattern(document: Document, field: Field, loc: Loc) -> Iterator[Problem]:
    """The expression must be one for the engine that the checks use."""
    try:
        pl.Series([""]).str.contains(f"(?:{field.pattern})")
    except pl.exceptions.ComputeError as exc:
        lines = str(exc).splitlines()
        reason = next((line for line in lines if line.startswith("error:")), lines[0])
        message = f"the pattern is no regular expression ({reason})"
        yield document.problem((*loc, "pattern"), "DEF-002", message)
