"""Deliberate defects: sound records → damaged ones, and the truth about each.

A record gets one defect at most. The kinds take turns, so that a file with enough damaged records
has all that its layout allows. Fields that lead to others (keys of types, counts and choices, eras,
what is added up) are left alone, so that a defect has one finding and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from converters import charset as charsets
from converters import presence, scripts
from converters.generate import breakage, crossed, faults, numerals
from converters.generate.breakage import Spot, Victim, Whole
from converters.generate.crossed import Around, Crossed
from converters.generate.faults import FieldDamage
from converters.model import Field, KindName, Layout, Record

__all__ = ["DEFECTS", "Damage", "Defect", "Truth", "Turns", "damaged", "turns"]

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Defect:
    """A kind of defect: the finding it must lead to, and what makes it, which is one of four.

    `field` damages a value of one of `kinds` (none: any); with `plain` it knows ASCII only, and
    `held` are the values that count others. `crossed` is a defect that only a check over fields
    or records shows: one that asks `question`. `whole` breaks a record, in files of `forms`.
    """

    code: str
    field: FieldDamage | None = None
    kinds: tuple[KindName, ...] = ()
    plain: bool = True
    held: str = ""
    crossed: Crossed | None = None
    question: str = ""
    whole: Whole | None = None
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """The kinds of defects that a layout allows, and for each of its types of records the fields
    that may have each. Guards the order in which they take turns: the one that came longest ago
    first."""

    layout: Layout
    parts: tuple[Layout, ...]
    fields: tuple[Mapping[str, frozenset[str]], ...]
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
    """A damaged record: its bytes, and what was done where (`at` counts from its first byte).
    `further` tells that it stands before the sound one."""

    record: bytes
    at: int
    field: str
    defect: str
    further: bool = False


TEXTS: Final[tuple[KindName, ...]] = ("kana", "mixed", "narrow", "wide")

DEFECTS: Final[dict[str, Defect]] = {
    "bad-check-digit": Defect("FLD-061", faults.bad_check_digit),
    "bad-nibble": Defect("FLD-031", numerals.bad_nibble, ("packed",), False),
    "bad-sign": Defect("FLD-030", faults.bad_sign, ("integer",)),
    "bad-sign-nibble": Defect("FLD-035", numerals.bad_sign_nibble, ("packed",), False),
    "bad-time": Defect("FLD-045", faults.bad_time, ("time",)),
    "bad-word": Defect("REC-011", whole=breakage.bad_word, forms=("variable",)),
    "bad-zone": Defect("FLD-031", numerals.bad_zone, ("zoned",), False),
    "block-length": Defect("REC-022", whole=breakage.block_length, forms=("variable",)),
    "control-character": Defect("FLD-016", faults.control, ("kana", "mixed", "narrow"), False),
    "count-out-of-range": Defect("REC-014", whole=breakage.count_out_of_range),
    "cut-off": Defect("REC-012", whole=breakage.cut_off, forms=("variable",)),
    "date-order": Defect("SET-008", crossed=crossed.date_order, question="order"),
    "duplicate-key": Defect("SET-001"),
    "era-out-of-range": Defect("FLD-042", faults.era, ("wareki",)),
    "half-character": Defect("FLD-011", faults.half_character, ("mixed", "narrow"), False),
    "history-order": Defect("SET-011", crossed=crossed.history_order, question="ascending"),
    "impossible-date": Defect("FLD-040", faults.impossible_date, ("date", "wareki")),
    "kanji-in-kana": Defect("FLD-014", faults.kanji_in_kana, ("kana",), False),
    "long-record": Defect("REC-002", whole=breakage.long_record, forms=("fixed", "variable")),
    "malformed-record": Defect("REC-033", whole=breakage.malformed_record, forms=("xml",)),
    "narrow-in-wide": Defect("FLD-014", faults.narrow_in_wide, ("wide",), False),
    "no-head": Defect("SET-005", crossed=crossed.no_head, question="one"),
    "no-reading": Defect("REC-016", whole=breakage.no_reading),
    "no-sign": Defect("FLD-035", numerals.no_sign, ("zoned",), False),
    "not-boolean": Defect("FLD-034", faults.not_boolean, ("boolean",)),
    "not-number": Defect("FLD-030", faults.not_number, ("decimal", "digits", "integer")),
    "open-shift": Defect("FLD-012", faults.open_shift, ("mixed",), False),
    "out-of-range": Defect("FLD-033", faults.out_of_range, ("integer",)),
    "partial-date": Defect("FLD-041", faults.partial_date, ("date", "wareki")),
    "pattern": Defect("FLD-060", faults.pattern, ("narrow",)),
    "period-gap": Defect("SET-010", crossed=crossed.period_gap, question="periods"),
    "period-overlap": Defect("SET-007", crossed=crossed.period_overlap, question="periods"),
    "ragged-record": Defect("REC-006", whole=breakage.ragged_record, forms=("delimited",)),
    "record-length": Defect("REC-012", whole=breakage.record_length, forms=("variable",)),
    "required-blank": Defect("FLD-001", faults.required, plain=False),
    "required-when": Defect("SET-004", crossed=crossed.required_when, question="required"),
    "second-head": Defect("SET-009", crossed=crossed.second_head, question="one"),
    "sequence-gap": Defect("SET-006", crossed=crossed.sequence_gap, question="sequence"),
    "sequence-repeated": Defect("SET-012", crossed=crossed.sequence_repeated, question="sequence"),
    "short-record": Defect("REC-001", whole=breakage.short_record, forms=("fixed", "variable")),
    "space-in-number": Defect("FLD-030", faults.space_in_number, ("digits",)),
    "table-length": Defect("REC-015", whole=breakage.table_length, forms=("variable",)),
    "too-large": Defect("FLD-032", numerals.too_large, ("binary",), False),
    "undecodable-byte": Defect("FLD-010", faults.undecodable, TEXTS, False),
    "unknown-code": Defect("FLD-050", faults.unknown_code, ("code",)),
    "unknown-element": Defect("REC-034", whole=breakage.unknown_element, forms=("xml",)),
    "unknown-record": Defect("REC-013", whole=breakage.unknown_record),
    "wrong-count": Defect("BAL-002", numerals.wrong_total, plain=False, held="count"),
    "wrong-sum": Defect("BAL-003", numerals.wrong_total, plain=False, held="sum"),
}
"""Every kind of defect by name, with the code of the finding it must give."""


def turns(layout: Layout) -> Turns:
    """The turns of a layout before its first record."""
    parts = layout.parts
    fields = tuple(
        {
            name: frozenset(_having(known, layout, part))
            for name, known in sorted(DEFECTS.items())
            if known.field
        }
        for part in parts
    )
    order = [
        name
        for name, known in sorted(DEFECTS.items())
        if any(one.get(name) for one in fields) or _allowed(known, layout, parts)
    ]
    return Turns(layout, parts, fields, order)


def _having(known: Defect, layout: Layout, part: Layout) -> list[str]:
    """The fields of a type of record that may have a defect."""
    held = {
        control.item
        for control in layout.controls
        if known.held and control.holder == part.record.name
        if getattr(control, known.held) is not None
    }
    frozen = _frozen(layout, part.record)
    return [
        field.name
        for field in part.record.fields
        if (field.name in held if known.held else field.name not in frozen)
        if not known.kinds or field.kind in known.kinds
        if not _excused(known, layout, field.name)
    ]


def _excused(known: Defect, layout: Layout, name: str) -> bool:
    """Does the layout say that the defect is none?"""
    return any(
        one.code == known.code and one.severity == "off" and (not one.fields or name in one.fields)
        for one in layout.severities
    )


def _allowed(known: Defect, layout: Layout, parts: tuple[Layout, ...]) -> bool:
    """May a file of the layout have a defect that no single field has?"""
    if known.field or _excused(known, layout, ""):
        return False
    if known.crossed is not None:
        return any(check.question == known.question for part in parts for check in part.checks)
    return not known.forms or layout.framing.form in known.forms


def _frozen(layout: Layout, record: Record) -> set[str]:
    """The fields that more hangs on than their own value."""
    found = {name for check in layout.checks for name in check.per}
    found |= presence.asked(record) | {field.era for field in record.fields}
    for control in layout.controls:
        for name in (control.field, *(control.sum or ())):
            kind, _, item = name.partition(".")
            found |= {item} if kind == record.name else set()
    places = {when.at - 1 for when in record.when if when.at}
    if size := layout.framing.variable and layout.framing.variable.size:
        places.add(size.at - 1)
    columns = {when.column - 1 for when in record.when if when.column}
    found |= {
        field.name
        for place, field in enumerate(record.fields)
        if place in columns
        or any(0 <= one - record.offsets[place] < (field.bytes or 0) for one in places)
    }
    # The rows of a record have its key too.
    rows = any(one.within == record.name for one in layout.records)
    return found | set(record.key if rows or record.within else ())


def damaged(victim: Victim, kind: int, taken: Turns, drawn: tuple[Rng, Around]) -> Damage | None:
    """The record, of the type `kind`, with the defect, of those it can have, that came longest
    ago. `drawn` are the random numbers and what stands around the record."""
    rng, around = drawn
    order = [victim.spots[place] for place in rng.permutation(len(victim.spots)).tolist()]
    for defect in taken.order:
        known = DEFECTS[defect]
        if known.field is not None:
            found = _valued(defect, victim, order, taken)
        elif known.crossed is not None:
            found = _crossed(defect, victim, around)
        elif known.whole is not None:
            found = _broken(defect, victim, known.whole)
        else:
            found = _doubled(defect, victim, around)
        if found:
            taken.order.remove(defect)
            taken.order.append(defect)
            return found
    return None


def _broken(defect: str, victim: Victim, whole: Whole) -> Damage | None:
    """A defect of the record as a whole, which may be told of one of its fields."""
    broken = whole(victim)
    if broken is None:
        return None
    at = victim.places[broken.field][0] if broken.field else 0
    return Damage(broken.record, at, _named(victim, broken.field), defect, broken.further)


def _named(victim: Victim, field: str) -> str:
    """A field as findings name it."""
    return f"{victim.layout.record.name}.{field}" if field and victim.whole.is_mixed else field


def _valued(defect: str, victim: Victim, order: list[Spot], taken: Turns) -> Damage | None:
    """A defect of one value."""
    known, record = DEFECTS[defect], victim.record
    for spot in order:
        field = spot.field
        if field.name not in taken.fields[spot.part][defect]:
            continue
        content = record[spot.start : spot.stop]
        new = _changed(known, content, field, taken.parts[spot.part])
        if new is not None and new != content:
            whole = record[: spot.start] + new + record[spot.stop :]
            name = field.name
            if taken.layout.is_mixed:
                name = f"{taken.parts[spot.part].record.name}.{name}"
            # What counts others is judged with them, at its record.
            return Damage(whole, 0 if known.held else spot.start, name, defect)
    return None


def _changed(known: Defect, content: bytes, field: Field, layout: Layout) -> bytes | None:
    """The damaged bytes of a value, by way of ASCII where the defect knows nothing else."""
    assert known.field is not None
    script = scripts.of(layout, field)
    if not known.plain or script.ascii or field.is_host:
        return known.field(content, field, layout)
    try:
        plain = charsets.read(script, content).encode("ascii")
    except UnicodeError:
        return None
    new = known.field(plain, field, layout)
    return None if new is None else charsets.write(script, new.decode("ascii"))


def _crossed(defect: str, victim: Victim, around: Around) -> Damage | None:
    """A defect between fields or records: one field is changed, another may carry the finding."""
    change, layout = DEFECTS[defect].crossed, victim.layout
    assert change is not None
    places = victim.places
    values = {name: victim.record[start:stop] for name, (start, stop) in places.items()}
    if not scripts.of(layout).ascii:
        return None
    for check in layout.checks:
        if check.per and victim.whole.is_mixed:
            continue
        found = change(check, values, layout, around)
        if found is not None and found.name in places:
            start, stop = places[found.name]
            if len(found.content) == stop - start or not layout.framing.placed:
                at = places[found.field][0] if found.field in places and not found.whole else 0
                record = victim.put(found.name, found.content)
                return Damage(record, at, _named(victim, found.field), defect)
    return None


def _doubled(defect: str, victim: Victim, around: Around) -> Damage | None:
    """The key of the record before."""
    key = victim.layout.record.key
    asked = any(check.unique == key for check in victim.layout.checks)
    if len(key) != 1 or key[0] not in victim.places or not asked:
        return None
    before, (start, stop) = around.before.get(key[0], b""), victim.places[key[0]]
    if not before or len(before) != stop - start:
        return None
    return Damage(victim.put(key[0], before), 0, _named(victim, key[0]), defect)
