"""What the parts of a layout say of each other: names, keys, conditions, checks, code tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from converters import scripts
from converters.charset import NAMES, Charset, TableError
from converters.errors import Problem, nearest
from converters.findings.catalogue import catalogue
from converters.model import (
    Condition,
    DelimitedFraming,
    Field,
    Framing,
    Layout,
    Override,
)
from converters.spec.document import Document, Loc
from converters.spec.fields import encoded_length, misfit
from converters.spec.hosts import check_rule
from converters.spec.styles import ERA_LETTERS, STYLES

__all__ = [
    "FIELDS",
    "check_condition",
    "check_name",
    "check_overrides",
    "check_references",
    "check_tables",
    "check_value",
    "check_whole",
    "item_names",
]

FIELDS: Loc = ("records", 0, "fields")


def check_whole(document: Document, layout: Layout) -> Iterator[Problem]:
    """Charset, substitute, delimiter, and names that stand twice."""
    if layout.charset.lower() not in NAMES and not document.node(("charset",)).doubtful:
        message = f'the charset "{layout.charset}" is not known'
        hint = nearest(layout.charset.lower(), NAMES)
        yield document.problem(("charset",), "DEF-020", message, hint)
    else:
        yield from _script(document, layout)
        yield from _unmapped(document, layout)
        yield from _shrink(document, layout)
    if layout.substitute is not None and not (
        len(layout.substitute) == 1 and encoded_length(layout, layout.substitute)
    ):
        message = f"`substitute` must be one character of {layout.charset}"
        yield document.problem(("substitute",), "DEF-002", message)
    if layout.framing.delimited:
        yield from _delimiter(document, layout.framing.delimited)
    if layout.numbers.signs:
        yield from check_rule(document, layout.numbers.signs, ("numbers", "signs"))
    seen: dict[str, int] = {}
    titled = layout.framing.delimited is not None and layout.framing.delimited.header
    for place, field in enumerate(layout.record.fields):
        where = (*FIELDS, place, "name")
        if field.name and field.name in seen:
            hint = f"it stands first in line {document.node((*FIELDS, seen[field.name])).line}"
            yield document.problem(where, "DEF-022", f"the name {field.name} stands twice", hint)
        seen.setdefault(field.name, place)
        if titled and field.name and encoded_length(layout, field.name) is None:
            message = (
                f"the header row cannot hold {field.name}: {layout.charset} has no code for it"
            )
            yield document.problem(where, "DEF-050", message, "another name, or header: false")


def _script(document: Document, layout: Layout) -> Iterator[Problem]:
    """The maker's table can be read, and the charset can stand in the form of the file."""
    try:
        script = scripts.of(layout)
    except (OSError, TableError) as exc:
        message = f"the table of characters cannot be used: {exc}"
        yield document.problem(("characters", "table"), "DEF-020", message)
        return
    except KeyError:
        return
    if layout.framing.delimited:
        yield from _punctuated(document, script, layout.framing.delimited)
    yield from _line_end(document, script, layout.framing)


def _delimiter(document: Document, framing: DelimitedFraming) -> Iterator[Problem]:
    """A delimiter that is no part of any character."""
    if not _is_delimiter(framing.delimiter):
        where: Loc = ("framing", "delimited", "delimiter")
        hint = 'such as "," or "\\t"; | and letters can be the second byte of a kanji'
        message = "the delimiter must be one ASCII byte below 40 (hex), no quote, digit or line end"
        yield document.problem(where, "DEF-002", message, hint)


def _punctuated(
    document: Document, script: Charset, framing: DelimitedFraming
) -> Iterator[Problem]:
    """The charset has single bytes for delimiter and quote."""
    if not all(_is_single(script, one) for one in ('"', framing.delimiter)):
        message = f"{script.name} cannot be the charset of a delimited file"
        hint = "it has no single bytes that could be delimiters and quotes"
        yield document.problem(("charset",), "DEF-050", message, hint)


def _line_end(document: Document, script: Charset, framing: Framing) -> Iterator[Problem]:
    """The line end is one of the charset, and stands behind whole units."""
    key = "by" if framing.variable else "terminator"
    where: Loc = ("framing", framing.form, key)
    ending = getattr(getattr(framing, framing.form), key, "none")
    if ending == "nl" and not script.ebcdic:
        message = f"{script.name} has no NL: that is the line end of EBCDIC"
        yield document.problem(where, "DEF-050", message, "crlf or lf")
    ended = framing.length and ending in ("crlf", "lf")
    if ended and script.structure == "utf-16" and (framing.length or 0) % 2:
        message = f"{framing.length} bytes of {script.name} end inside a character"
        yield document.problem(where, "DEF-050", message, "an even length")


def _is_single(script: Charset, character: str) -> bool:
    """Is the character a single byte where nothing is shifted, if it can delimit at all?"""
    if script.structure != "shifted" or (character != '"' and not _is_delimiter(character)):
        return True
    cell = int(script.encode[ord(character)])
    return cell >> 24 & 7 == 0 and cell & 0xFFFF00 == 0


def _unmapped(document: Document, layout: Layout) -> Iterator[Problem]:
    """What becomes of gaiji without a character: a substitute where one is read."""
    chosen = layout.characters
    if chosen is None:
        return
    where: Loc = ("characters", "substitute")
    if chosen.unmapped == "substitute" and chosen.substitute is None:
        message = "`substitute` is missing: the character that stands for gaiji"
        yield document.problem(("characters",), "DEF-002", message, "such as 〓")
    elif chosen.unmapped == "substitute" and NAMES[layout.charset.lower()].startswith("utf-"):
        message = f"the gaiji of {layout.charset} have no codes that could be read as another one"
        yield document.problem(("characters", "unmapped"), "DEF-050", message, "keep or reject")
    elif chosen.substitute is not None and chosen.unmapped != "substitute":
        message = "`substitute` means nothing without `unmapped: substitute`"
        hint = "for characters that the charset lacks it stands at the top of the layout"
        yield document.key_problem(where, "DEF-003", message, hint)
    elif chosen.substitute is not None and (
        len(chosen.substitute) != 1 or not encoded_length(layout, chosen.substitute)
    ):
        message = f"`substitute` must be one character of {layout.charset}"
        yield document.problem(where, "DEF-002", message)


def _shrink(document: Document, layout: Layout) -> Iterator[Problem]:
    """Shrinking has something to go by, and rules are those of a map."""
    asked = layout.characters.shrink if layout.characters is not None else None
    if asked is None:
        return
    where: Loc = ("characters", "shrink")
    if document.node(where).doubtful:
        return
    if not asked.map and not asked.rules:
        hint = "map: pairs of characters or a shrink map, rules: those that count"
        yield document.problem(where, "DEF-002", "nothing says what is written instead", hint)
    if layout.charset.lower() in NAMES and NAMES[layout.charset.lower()].startswith("utf-"):
        message = f"{layout.charset} lacks no character that could be shrunk"
        yield document.problem(where, "DEF-050", message)
        return
    assert isinstance(asked.map, dict)
    for before, after in asked.map.items():
        if "=" not in after and not encoded_length(layout, after):
            message = f'"{after}" is no character of {layout.charset}'
            yield document.problem((*where, "map", before), "DEF-050", message)


def check_references(document: Document, layout: Layout) -> Iterator[Problem]:
    """Every field and code table that is named must be there."""
    if document.node(FIELDS).doubtful:
        return
    for place, field in enumerate(layout.record.fields):
        loc = (*FIELDS, place)
        if field.codes and field.codes not in layout.codes:
            message = f"there is no code table {field.codes}"
            hint = nearest(field.codes, layout.codes)
            yield document.problem((*loc, "codes"), "DEF-020", message, hint)
        elif field.codes:
            yield from _codes_fit(document, layout, place)
        if isinstance(field.required, Condition):
            yield from check_condition(document, layout, field.required, (*loc, "required"))
        if field.era and field.era not in ERA_LETTERS:
            yield from _has_era(document, layout, field.era, (*loc, "era"))
    for at, name in enumerate(layout.record.key):
        yield from check_name(document, item_names(layout), name, ("records", 0, "key", at))
    yield from check_overrides(document, item_names(layout), layout.severities)


def item_names(layout: Layout) -> list[str]:
    """The names of all fields that are no fillers."""
    return [field.name for field in layout.record.fields if not field.is_filler]


def _has_era(document: Document, layout: Layout, name: str, loc: Loc) -> Iterator[Problem]:
    """The field that holds an era is there, and is no date itself."""
    yield from check_name(document, item_names(layout), name, loc)
    if name in item_names(layout) and layout.record.field(name).kind in STYLES:
        message = f"{name} holds a {layout.record.field(name).kind}, no era"
        yield document.problem(loc, "DEF-050", message)


def check_name(
    document: Document, known: Iterable[str], name: str, loc: Loc, what: str = "field"
) -> Iterator[Problem]:
    """A problem, with the nearest known name, when there is no such item."""
    names = list(known)
    if name not in names:
        yield document.problem(loc, "DEF-020", f"there is no {what} {name}", nearest(name, names))


def check_condition(
    document: Document, layout: Layout, condition: Condition, loc: Loc
) -> Iterator[Problem]:
    """The field of a condition is there, and what it is compared with can occur."""
    yield from check_name(document, item_names(layout), condition.field, (*loc, "field"))
    if condition.field not in item_names(layout):
        return
    field = layout.record.field(condition.field)
    asked = [] if condition.equals is None else [((*loc, "equals"), condition.equals)]
    asked += [] if condition.least is None else [((*loc, "least"), condition.least)]
    if condition.least is not None and not field.is_number:
        message = f"{field.name} holds no number; its kind is {field.kind}"
        yield document.problem((*loc, "least"), "DEF-050", message)
        return
    asked += [((*loc, "in", at), value) for at, value in enumerate(condition.among or ())]
    for where, value in asked:
        yield from check_value(document, layout, field, value, where)


def check_value(
    document: Document, layout: Layout, field: Field, value: str, loc: Loc
) -> Iterator[Problem]:
    """A value that is named for a field must be one that the field can have."""
    table = layout.codes.get(field.codes) if field.kind == "code" else None
    if isinstance(table, dict) and value not in {*table, *field.sentinels.values()}:
        message = f'"{value}" is not in the code table {field.codes} of {field.name}'
        yield document.problem(loc, "DEF-020", message, nearest(value, table))
    elif hint := misfit(field, value):
        yield document.problem(loc, "DEF-002", f'"{value}" is no value of {field.name}', hint)


def check_tables(document: Document) -> Iterator[Problem]:
    """Inline code tables: a blank is no code."""
    codes = document.node(("codes",)).value
    for name, table in codes.items() if isinstance(codes, dict) else ():
        if isinstance(table.value, dict) and "" in table.value:
            where: Loc = ("codes", name, "")
            hint = "see `default` of a rule"
            yield document.key_problem(where, "DEF-002", "a blank is no code", hint)


def check_overrides(
    document: Document, known: Iterable[str], overrides: tuple[Override, ...]
) -> Iterator[Problem]:
    """Codes are in the catalogue, and the fields they are limited to are there."""
    names = list(known)
    for number, override in enumerate(overrides):
        loc = ("severities", number)
        if override.code not in catalogue():
            message = f'"{override.code}" is no finding code'
            hint = nearest(override.code, catalogue())
            yield document.problem((*loc, "code"), "DEF-020", message, hint)
        for at, name in enumerate(override.fields):
            yield from check_name(document, names, name, (*loc, "fields", at))


def _codes_fit(document: Document, layout: Layout, place: int) -> Iterator[Problem]:
    """Codes that are longer than the field that should hold them."""
    field = layout.record.fields[place]
    table = layout.code_table(field.codes)
    most = field.bytes or field.chars
    lengths = {code: (encoded_length(layout, code) or 0) for code in table}
    long = [code for code, length in lengths.items() if most and length > most]
    if long and (field.bytes or all(len(code) > (field.chars or 0) for code in long)):
        message = f'the code "{long[0]}" of {field.codes} does not fit {field.name} ({most})'
        yield document.problem((*FIELDS, place, "codes"), "DEF-050", message)


def _is_delimiter(text: str) -> bool:
    """Could this byte never be the second byte of a double-byte character?"""
    return len(text) == 1 and (text == "\t" or " " <= text < "@") and text not in '"0123456789'
