"""What can be wrong with a record as a whole: a sound record → a broken one.

Where types of records stand in an order and are counted, one that has no type would be missing
there; so it is a further record that stands before the sound one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from converters import charset as charsets
from converters import scripts
from converters.forms import punctuation
from converters.generate import numerals
from converters.model import Condition, Field, Layout, Record, Table, choices, tables

__all__ = [
    "Broken",
    "Spot",
    "Victim",
    "Whole",
    "bad_word",
    "block_length",
    "count_out_of_range",
    "cut_off",
    "long_record",
    "malformed_record",
    "no_reading",
    "ragged_record",
    "record_length",
    "short_record",
    "table_length",
    "unknown_element",
    "unknown_record",
]

ENDS: Final = ("\n", "\r", "\x85")
WORD: Final = 4
"""Bytes of a record descriptor word."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A field that is there, and where it lies in its record. `part` is the place of the type of
    record it belongs to, among those of the layout."""

    part: int
    field: Field
    start: int
    stop: int


@dataclass(frozen=True)
class Victim:
    """A sound record that is to be broken, of the one type that `layout` has; `whole` is the
    layout of the file. `ending` is its line end; `last` tells that the file ends with it."""

    whole: Layout
    layout: Layout
    record: bytes
    spots: Sequence[Spot]
    ending: bytes
    last: bool

    @property
    def body(self) -> bytes:
        """The record without its line end."""
        return self.record[: len(self.record) - len(self.ending)]

    @cached_property
    def places(self) -> dict[str, tuple[int, int]]:
        """Where the fields of the record itself lie."""
        own = self.layout.record.index
        return {
            spot.field.name: (spot.start, spot.stop)
            for spot in self.spots
            if spot.field.name in own
        }

    def put(self, name: str, content: bytes) -> bytes:
        """The record with other bytes in a field."""
        start, stop = self.places[name]
        return self.record[:start] + content + self.record[stop:]


@dataclass(frozen=True, slots=True)
class Broken:
    """A broken record. `further` tells that it stands before the sound one; `field` is the one of
    its fields that the problem is told of."""

    record: bytes
    further: bool = False
    field: str = ""


Whole = Callable[[Victim], Broken | None]
"""None where this record cannot have the defect."""


def short_record(victim: Victim) -> Broken | None:
    """Less than a whole record: of a line some bytes; behind a descriptor word half a number."""
    framing, body = victim.layout.framing, victim.body
    if framing.fixed is not None and _lined(victim) and len(body) > 8:
        return _apart(victim, body[:-7] + victim.ending)
    if not _worded(victim) or _slid(victim.layout) or _counts(victim):
        return None
    fields = victim.layout.record.index
    hosts = [one for one in victim.spots if one.field.name in fields and one.field.is_host]
    stop = max((one.stop for one in hosts if one.stop - one.start > 1), default=0)
    return Broken(_worded_as(victim, body[: stop - 1])) if stop else None


def long_record(victim: Victim) -> Broken | None:
    """More than a whole record."""
    framing, body = victim.layout.framing, victim.body
    letter = charsets.write(scripts.of(victim.layout), "X")
    more = letter * (max((framing.length or 0) - len(body), 0) + 5)
    if _worded(victim):
        return _apart(victim, _worded_as(victim, body + more))
    lines = framing.variable is not None and framing.variable.by in ("crlf", "lf", "nl")
    if not _lined(victim) or not (framing.fixed or lines):
        return None
    return _apart(victim, body + more + victim.ending)


def table_length(victim: Victim) -> Broken | None:
    """A record that is shorter than its counts say."""
    if not _worded(victim) or not _slid(victim.layout) or _counts(victim):
        return None
    return Broken(_worded_as(victim, victim.body[:-1]))


def ragged_record(victim: Victim) -> Broken | None:
    """A column too many."""
    delimited = victim.layout.framing.delimited
    if delimited is None or _counts(victim):
        return None
    more = charsets.write(scripts.of(victim.layout), delimited.delimiter + "X")
    return Broken(victim.body + more + victim.ending)


def unknown_element(victim: Victim) -> Broken | None:
    """An element that the layout does not know."""
    xml = victim.layout.framing.xml
    if xml is None or xml.extra != "reject":
        return None
    place = victim.record.rindex(b"</")
    return Broken(victim.record[:place] + b"<unknown/>" + victim.record[place:])


def malformed_record(victim: Victim) -> Broken | None:
    """An element that is not well-formed: the sign of a reference stands alone."""
    if victim.layout.framing.xml is None:
        return None
    place = victim.record.rindex(b"</")
    return Broken(victim.record[:place] + b"& " + victim.record[place:])


def unknown_record(victim: Victim) -> Broken | None:
    """A record of no type: its key is that of none."""
    whole = victim.whole
    known = [record.when for record in whole.records if record.within is None]
    if not all(known):
        return None
    own = victim.layout.record
    for when in own.when:
        here = (when.at, when.column)
        if not all(any(here == (one.at, one.column) for one in keys) for keys in known):
            continue
        place = (when.column or 0) - 1 if when.column else own.offsets.index((when.at or 1) - 1)
        name = own.fields[place].name
        texts = {text for keys in known for one in keys for text in one.among}
        wrong = charsets.write(scripts.of(victim.layout), "?" * len(when.among[0]))
        start, stop = victim.places.get(name, (0, 0))
        if "?" * len(when.among[0]) not in texts and len(wrong) <= stop - start:
            wrong += victim.record[start + len(wrong) : stop]
            return _apart(victim, victim.put(name, wrong))
    return None


def count_out_of_range(victim: Victim) -> Broken | None:
    """A count that is more than its table has elements."""
    record = victim.layout.record
    if not _framed(victim) or _counts(victim):
        return None
    for name, most in _most(record, tables(record)):
        start, stop = victim.places.get(name, (0, 0))
        if start == stop:
            continue
        field, content = record.field(name), victim.record[start:stop]
        wrong = numerals.spelled(most + 1, content, field, victim.layout)
        if wrong is not None:
            return Broken(victim.put(name, wrong), field=name)
    return None


def no_reading(victim: Victim) -> Broken | None:
    """A field that chooses between readings chooses none."""
    record = victim.layout.record
    for choice in () if _counts(victim) else choices(record):
        asked = [record.fields[view.first].when for view in choice]
        values = [value for when in asked if when for value in _values(when)]
        names = {when.field for when in asked if when}
        if None in asked or len(names) != 1 or not all(values):
            continue
        name = names.pop()
        if record.field(name).is_host or name not in victim.places:
            continue
        start, stop = victim.places[name]
        wrong = charsets.write(scripts.of(victim.layout, record.field(name)), "?")
        content = wrong * ((stop - start) // len(wrong))
        if len(content) == stop - start and "?" * (len(content) // len(wrong)) not in values:
            return Broken(victim.put(name, content), field=name)
    return None


def record_length(victim: Victim) -> Broken | None:
    """The last descriptor word of a file says one byte too much."""
    return _longer(victim) if not victim.layout.framing.blocked else None


def block_length(victim: Victim) -> Broken | None:
    """The same in a block, which ends there."""
    return _longer(victim) if victim.layout.framing.blocked else None


def _longer(victim: Victim) -> Broken | None:
    if not victim.last or not _worded(victim):
        return None
    framing = victim.layout.framing.variable
    assert framing is not None
    size = int.from_bytes(victim.record[:2], framing.endian) + 1
    return Broken(size.to_bytes(2, framing.endian) + victim.record[2:])


def bad_word(victim: Victim) -> Broken | None:
    """The last descriptor word of a file is none."""
    if not victim.last or not _worded(victim) or victim.layout.framing.blocked:
        return None
    return Broken(victim.record[:2] + b"\x00\x01" + victim.record[4:])


def cut_off(victim: Victim) -> Broken | None:
    """A file that ends inside of a record, where nothing but its length tells the end of one."""
    variable = victim.layout.framing.variable
    if not victim.last or victim.ending or variable is None or victim.layout.framing.blocked:
        return None
    return Broken(victim.record[:-1])


def _apart(victim: Victim, record: bytes) -> Broken | None:
    """A record that is found to be broken before anybody knows its type, and is counted nowhere.
    A running number counts it all the same."""
    if victim.whole.is_mixed and any(control.number for control in victim.whole.controls):
        return None
    return Broken(record, victim.whole.is_mixed)


def _counts(victim: Victim) -> bool:
    """Does the record hold a number that counts others, one that is added up, or rows that are
    counted? Once it is broken none can be read."""
    name, whole = victim.layout.record.name, victim.whole
    rows = {one.name for one in whole.records if one.within == name}
    fields = {held for one in whole.controls for held in (one.field, *(one.sum or ()))}
    counted = {other for one in whole.controls for other in one.count or ()}
    return bool({one.partition(".")[0] for one in fields} & {name, *rows} or counted & rows)


def _framed(victim: Victim) -> bool:
    """Is it known where the record ends, whatever its counts say?"""
    variable = victim.layout.framing.variable
    return variable is None or variable.by != "tables"


def _lined(victim: Victim) -> bool:
    """Does it have a line end, and none among its bytes? A number may look like one."""
    spelled = punctuation.lines(scripts.of(victim.layout)).spelled
    ends = [spelled[one] for one in ENDS if one in spelled]
    return bool(victim.ending) and not any(one in victim.body for one in ends)


def _slid(layout: Layout) -> bool:
    """Do its counts say how long a record is?"""
    return layout.framing.slides and bool(tables(layout.record))


def _worded(victim: Victim) -> bool:
    variable = victim.layout.framing.variable
    return variable is not None and variable.by == "rdw"


def _worded_as(victim: Victim, record: bytes) -> bytes:
    """The record behind a word that says how long it is now."""
    framing = victim.layout.framing.variable
    assert framing is not None
    size = len(record) - (0 if framing.counted else WORD)
    return size.to_bytes(2, framing.endian) + record[2:]


def _most(record: Record, found: Sequence[Table]) -> Iterator[tuple[str, int]]:
    """The fields that say how many elements there are, and the most that one of their tables
    has."""
    names = dict.fromkeys(record.fields[one.count].name for one in found if one.count is not None)
    for name in names:
        most = [
            one.times for one in found if one.count is not None and record.index[name] == one.count
        ]
        yield name, max(most)


def _values(when: Condition) -> tuple[str | None, ...]:
    """The values that a condition asks for; None for one that asks for something else."""
    return when.among or (when.equals,)
