"""Deliberate defects: finished records → damaged ones, and the truth about each.

A record gets one defect at most. The kinds take turns, so that a file with enough damaged records
has all that its layout allows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from converters.generate import crossed
from converters.generate.crossed import Around, Crossed
from converters.model import Field, KindName, Layout

__all__ = ["DEFECTS", "Damage", "Defect", "Lying", "Truth", "Turns", "damaged", "turns"]

Content = bytes
Rng = np.random.Generator
FieldDamage = Callable[[Content, Field, Layout], Content | None]
"""The bytes of a value → damaged ones; None where this value cannot have the defect."""


@dataclass(frozen=True, slots=True)
class Defect:
    """A kind of defect: the finding it must lead to, and how a field gets it, of one of `kinds`
    (none: any).

    `crossed` is instead a defect that only a check over fields or records shows: one that asks
    `question`. Without either it is a defect of the record, done by `damaged` itself.
    """

    code: str
    field: FieldDamage | None = None
    kinds: tuple[KindName, ...] = ()
    crossed: Crossed | None = None
    question: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """The kinds of defects that a layout allows, and the fields that may have each. Guards the
    order in which they take turns: the one that came longest ago first."""

    layout: Layout
    fields: Mapping[str, frozenset[str]]
    order: list[str]


@dataclass(frozen=True, slots=True, order=True)
class Truth:
    """One line of the ground truth: record (1-based), byte offset in the file, field, what and
    the finding that is due. At record level the field is empty; a key stands at its record."""

    record: int
    offset: int
    field: str
    defect: str
    code: str


@dataclass(frozen=True, slots=True)
class Damage:
    """A damaged record: its bytes, and what was done where (`at` counts from its first byte)."""

    record: bytes
    at: int
    field: str
    defect: str


def _first(content: Content, byte: bytes) -> Content:
    """The first character, of whatever length in bytes, overwritten."""
    length = 1 if content[0] < 0x80 or 0xA1 <= content[0] <= 0xDF else 2
    return byte * min(length, len(content)) + content[length:]


def _utf8(layout: Layout) -> bool:
    return layout.charset.lower().replace("-", "") == "utf8"


def _fixed(layout: Layout) -> bool:
    return layout.framing.fixed is not None


def _blank(content: Content) -> bool:
    return not content.strip(b" ") or content.replace(b"\x81\x40", b"").strip(b" ") == b""


def _part(style: str, letters: str) -> slice:
    """Where a part of a date stands in its written form."""
    plain = style.replace("g2", "gg").replace("g1", "g")
    place = plain.index(letters)
    return slice(place, place + len(letters))


def _put(content: Content, place: slice, new: bytes) -> Content:
    return content[: place.start] + new + content[place.stop :]


def _bad_check_digit(content: Content, field: Field, layout: Layout) -> Content | None:
    if field.check in (None, "住民票コード", "法人番号") or not content.isdigit():
        return None
    return content[:-1] + b"%d" % ((content[-1] - 48 + 1) % 10)


def _bad_sign(content: Content, field: Field, layout: Layout) -> Content | None:
    signed = field.sign == "trailing" and not _blank(content)
    return content[:-1] + b"?" if signed and _fixed(layout) else None


def _bad_time(content: Content, field: Field, layout: Layout) -> Content | None:
    return None if _blank(content) else b"29" + content[2:]


def _control(content: Content, field: Field, layout: Layout) -> Content | None:
    if field.pattern or _blank(content) or _utf8(layout):
        return None
    return _first(content, b"\x01")


def _era(content: Content, field: Field, layout: Layout) -> Content | None:
    known = not _blank(content) and field.style[:1] in "Gg"
    if not known or field.style.startswith("GG") or _spelled(content, field.unknown):
        return None
    codes = {letter: code for code, letter in field.eras.items()}
    plain = "S" if field.style[:2] == "GY" else "03" if field.style[:2] == "g2" else "3"
    era = codes.get("S", plain).encode()
    return _put(era + content[len(era) :], _part(field.style, "YY"), b"70")


def _half_character(content: Content, field: Field, layout: Layout) -> Content | None:
    if field.pattern or _blank(content) or _utf8(layout):
        return None
    return b"A" * (len(content) - 1) + b"\x8a"


def _impossible_date(content: Content, field: Field, layout: Layout) -> Content | None:
    if _blank(content) or field.style.startswith("GG"):
        return None
    if _spelled(content, field.unknown):
        return None
    style = field.style or ("YYYYMMDD" if _fixed(layout) else "YYYY-MM-DD")
    if field.kind == "wareki":  # In the first or last year of an era the era would be wrong too.
        content = _put(content, _part(style, "YY"), b"05")
    return _put(content, _part(style, "MM"), b"13")


def _narrow_in_wide(content: Content, field: Field, layout: Layout) -> Content | None:
    if _blank(content) or field.pattern:
        return None
    return b"A" * 3 + content[3:] if _utf8(layout) else b"AB" + content[2:]


def _not_boolean(content: Content, field: Field, layout: Layout) -> Content | None:
    return None if _blank(content) else b"?" * len(content)


def _not_number(content: Content, field: Field, layout: Layout) -> Content | None:
    special = field.kind == "digits" and (field.check or field.pattern)
    if special or _blank(content) or field.name in layout.record.key:
        return None
    return b"X" + content[1:]


def _pattern(content: Content, field: Field, layout: Layout) -> Content | None:
    if not field.pattern or _blank(content):
        return None
    broken = b"?" * len(content)
    return None if re.fullmatch(field.pattern, broken.decode()) else broken


def _required(content: Content, field: Field, layout: Layout) -> Content | None:
    if field.required is not True or field.name in layout.record.key or _blank(content):
        return None
    return b" " * len(content) if _fixed(layout) else b""


def _kanji_in_kana(content: Content, field: Field, layout: Layout) -> Content | None:
    if _blank(content) or field.pattern or len(content) < 2:
        return None
    return None if _utf8(layout) else "漢".encode("cp932") + content[2:]


def _out_of_range(content: Content, field: Field, layout: Layout) -> Content | None:
    plain = field.sign == "none" and not _blank(content)
    if not plain or field.max is None or int(b"9" * len(content)) <= int(field.max):
        return None
    return b"9" * len(content)


def _partial_date(content: Content, field: Field, layout: Layout) -> Content | None:
    plain = not _blank(content) and not field.partial
    if not plain or field.style.startswith("GG") or _spelled(content, field.unknown):
        return None
    style = field.style or ("YYYYMMDD" if _fixed(layout) else "YYYY-MM-DD")
    return _put(content, _part(style, "DD"), b"00")


def _space_in_number(content: Content, field: Field, layout: Layout) -> Content | None:
    plain = not field.check and not field.pattern and len(content) > 2
    if not plain or _blank(content) or field.name in layout.record.key:
        return None
    return content[:1] + b" " + content[2:]


def _undecodable(content: Content, field: Field, layout: Layout) -> Content | None:
    if field.pattern or _blank(content):
        return None
    return b"\xff" * 3 + content[3:] if _utf8(layout) else _first(content, b"\xff")


def _unknown_code(content: Content, field: Field, layout: Layout) -> Content | None:
    if not field.codes or _blank(content):
        return None
    table = layout.code_table(field.codes)
    free = (letter * len(content) for letter in "XZ8")
    return next((code.encode() for code in free if code not in table), None)


def _spelled(content: Content, spellings: tuple[str, ...]) -> bool:
    return any(content.strip() == spelling.encode() for spelling in spellings)


TEXTS: Final[tuple[KindName, ...]] = ("kana", "mixed", "narrow", "wide")

DEFECTS: Final[dict[str, Defect]] = {
    "bad-check-digit": Defect("FLD-061", _bad_check_digit),
    "bad-sign": Defect("FLD-030", _bad_sign, ("integer",)),
    "bad-time": Defect("FLD-045", _bad_time, ("time",)),
    "control-character": Defect("FLD-016", _control, ("kana", "mixed", "narrow")),
    "date-order": Defect("SET-008", crossed=crossed.date_order, question="order"),
    "duplicate-key": Defect("SET-001"),
    "era-out-of-range": Defect("FLD-042", _era, ("wareki",)),
    "half-character": Defect("FLD-011", _half_character, ("mixed", "narrow")),
    "history-order": Defect("SET-011", crossed=crossed.history_order, question="ascending"),
    "impossible-date": Defect("FLD-040", _impossible_date, ("date", "wareki")),
    "kanji-in-kana": Defect("FLD-014", _kanji_in_kana, ("kana",)),
    "long-record": Defect("REC-002"),
    "narrow-in-wide": Defect("FLD-014", _narrow_in_wide, ("wide",)),
    "no-head": Defect("SET-005", crossed=crossed.no_head, question="one"),
    "not-boolean": Defect("FLD-034", _not_boolean, ("boolean",)),
    "not-number": Defect("FLD-030", _not_number, ("decimal", "digits", "integer")),
    "out-of-range": Defect("FLD-033", _out_of_range, ("integer",)),
    "partial-date": Defect("FLD-041", _partial_date, ("date", "wareki")),
    "pattern": Defect("FLD-060", _pattern, ("narrow",)),
    "period-gap": Defect("SET-010", crossed=crossed.period_gap, question="periods"),
    "period-overlap": Defect("SET-007", crossed=crossed.period_overlap, question="periods"),
    "ragged-record": Defect("REC-006"),
    "required-blank": Defect("FLD-001", _required),
    "required-when": Defect("SET-004", crossed=crossed.required_when, question="required"),
    "second-head": Defect("SET-009", crossed=crossed.second_head, question="one"),
    "sequence-gap": Defect("SET-006", crossed=crossed.sequence_gap, question="sequence"),
    "sequence-repeated": Defect("SET-012", crossed=crossed.sequence_repeated, question="sequence"),
    "short-record": Defect("REC-001"),
    "space-in-number": Defect("FLD-030", _space_in_number, ("digits",)),
    "undecodable-byte": Defect("FLD-010", _undecodable, TEXTS),
    "unknown-code": Defect("FLD-050", _unknown_code, ("code",)),
}
"""Every kind of defect by name, with the code of the finding it must give."""


Lying = list[tuple[Field, int, int]]
"""Fields, and where they lie in a record."""


def turns(layout: Layout) -> Turns:
    """The turns of a layout before its first record."""
    groups = {name for check in layout.checks for name in check.per}
    found: dict[str, frozenset[str]] = {}
    for name, known in sorted(DEFECTS.items()):
        fields = frozenset(
            field.name
            for field in layout.record.fields
            if known.field and field.name not in groups
            if not known.kinds or field.kind in known.kinds
        )
        asked = any(check.question == known.question for check in layout.checks)
        if fields or (asked if known.crossed else not known.field):
            found[name] = fields
    return Turns(layout, found, list(found))


def damaged(record: bytes, fields: Lying, taken: Turns, drawn: tuple[Rng, Around]) -> Damage | None:
    """The record with the defect, of those it can have, that came longest ago. `drawn` are the
    random numbers and what stands around the record."""
    rng, around = drawn
    order = [fields[place] for place in rng.permutation(len(fields)).tolist()]
    for defect in taken.order:
        if found := _done(defect, record, order, taken, around):
            taken.order.remove(defect)
            taken.order.append(defect)
            return found
    return None


def _done(defect: str, record: bytes, order: Lying, taken: Turns, around: Around) -> Damage | None:
    known, layout = DEFECTS[defect], taken.layout
    if known.crossed is not None:
        return _crossed(defect, record, order, layout, around)
    if known.field is None:
        return _whole(defect, record, order, layout, around)
    names = taken.fields[defect]
    for field, start, stop in order:
        if field.name not in names:
            continue
        content = record[start:stop]
        new = known.field(content, field, layout)
        if new is not None and new != content:
            return Damage(record[:start] + new + record[stop:], start, field.name, defect)
    return None


def _crossed(
    defect: str, record: bytes, order: Lying, layout: Layout, around: Around
) -> Damage | None:
    """A defect between fields or records: one field is changed, another may carry the finding."""
    change = DEFECTS[defect].crossed
    assert change is not None
    places = {field.name: (start, stop) for field, start, stop in order}
    values = {name: record[start:stop] for name, (start, stop) in places.items()}
    for check in layout.checks:
        found = change(check, values, layout, around)
        if found is not None and found.name in places:
            start, stop = places[found.name]
            if len(found.content) == stop - start or not _fixed(layout):
                whole = record[:start] + found.content + record[stop:]
                at = places[found.field][0] if found.field in places and not found.whole else 0
                return Damage(whole, at, found.field, defect)
    return None


def _whole(
    defect: str, record: bytes, order: Lying, layout: Layout, around: Around
) -> Damage | None:
    """The defects of a record as a whole: its length, the number of its columns, its key."""
    framing = layout.framing.fixed
    body = record.rstrip(b"\r\n")
    end = record[len(body) :]
    if defect == "duplicate-key":
        name = layout.record.key[0] if len(layout.record.key) == 1 else ""
        key = around.before.get(name, b"")
        for field, start, stop in order:
            if key and field.name == name and len(key) == stop - start:
                return Damage(record[:start] + key + record[stop:], 0, name, defect)
        return None
    if defect == "ragged-record":
        return None if framing else Damage(body + b",x" + end, 0, "", defect)
    if framing is None or framing.terminator == "none":
        return None
    return Damage((body[:-7] if defect == "short-record" else body + b"XXXXX") + end, 0, "", defect)
