"""A chunk of records → the same chunk with every personal value replaced, field by field."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import numpy.typing as npt

from converters import fields, scripts
from converters import status as outcome
from converters.anonymize import varied
from converters.anonymize.alphabet import Alphabet, alphabet
from converters.anonymize.methods import Method, method, person
from converters.anonymize.ways import Way, flat, replaced, way
from converters.checkdigits import SCHEMES
from converters.columns import (
    Batch,
    Bytes,
    Chunk,
    Ints,
    Order,
    Spans,
    Status,
    Text,
    series,
    take,
)
from converters.forms import unwrapped
from converters.forms.delimited import Delimited, raw_columns
from converters.forms.markup import Markup
from converters.forms.variable import Variable
from converters.forms.varying import Varying
from converters.kernels.pseudonym import choose, keyed_hash, renumber, scramble, shift_days
from converters.model import Field
from converters.pipeline.plan import Side

__all__ = ["Opened", "Treatment", "apply", "opened", "strangers", "treatment"]

PURPOSES: Final = ("amount", "date", "name", "number", "person", "text")
FURTHEST: Final = 180
"""Days that a person's dates are moved by, at most, back or forth."""
ZERO: Final = ord("0")
NO_SCHEME: Final = (np.zeros(0, np.int64), np.ones(1, np.int64), False)
INLINE: Final = 12

Words = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """A layout and a key, ready to run: the method of each field, a key for each purpose; the way
    and the alphabet of each field, and of whole records in the last place."""

    side: Side
    methods: tuple[Method, ...]
    person: int | None
    keys: dict[str, Words]
    ways: tuple[Way | None, ...]
    alphabets: tuple[Alphabet, ...]

    @property
    def lead(self) -> int:
        """Bytes in front of a record's fields that say how long it is."""
        form = unwrapped(self.side.form)
        inner = form.inner if isinstance(form, Varying) else form
        return inner.lead if isinstance(inner, Variable) else 0

    def within(self, chunk: Chunk, rows: Ints) -> tuple[Ints, Ints]:
        """Where some records begin and end, without what says how long they are and line ends."""
        return chunk.edges[0][rows] + self.lead, chunk.stop[rows]


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A chunk before it is treated: where its values lie, what they say, whose they are.

    `start` and `stop` lie inside the chunk's own bytes; `broken` marks the records that do not
    come apart into fields. `persons` is one keyed word per record.
    """

    chunk: Chunk
    start: Ints
    stop: Ints
    broken: npt.NDArray[np.bool_]
    batch: Batch
    outcomes: dict[str, Status]
    persons: Words


def treatment(side: Side, key: bytes, kept: frozenset[str] = frozenset()) -> Treatment:
    """The treatment of records of a layout with a key; the values of the fields `kept` stay."""
    keys = {}
    for purpose in PURPOSES:
        digest = hmac.digest(key, f"utsushi anonymize {purpose}".encode(), hashlib.sha256)
        keys[purpose] = np.frombuffer(digest, "<u8")[:2].copy()
    layout = side.layout
    fields, stay = layout.record.fields, kept | varied.structure(layout)
    methods: tuple[Method, ...] = tuple(
        "keep" if field.name in stay else method(field) for field in fields
    )
    ways = tuple(way(layout, field) for field in (*fields, None))
    alphabets = tuple(alphabet(scripts.of(layout, field).name) for field in (*fields, None))
    return Treatment(side, methods, person(layout), keys, ways, alphabets)


def opened(made: Treatment, chunk: Chunk, order: Order) -> Opened:
    """What there is to know about a chunk."""
    spans = made.side.form.spans(chunk, order)
    batch, outcomes = fields.decode(made.side.fields, spans, chunk.first)
    broken = (chunk.codes | spans.codes) > 0
    start, stop = _edges(made.side, chunk, spans, order)
    start[:, broken] = stop[:, broken] = chunk.bounds[:-1][broken]
    persons = np.zeros(chunk.records, np.uint64)
    if made.person is not None:
        data, first, last = chunk.data, start[made.person], stop[made.person]
        if one := made.ways[made.person]:
            data, bounds = flat(one.read(data, first, last)[0])
            first, last = bounds[:-1], bounds[1:]
        persons = keyed_hash(made.keys["person"], data, first, last, ZERO)
    return Opened(chunk, start, stop, broken, batch, outcomes, persons)


def _edges(side: Side, chunk: Chunk, spans: Spans, order: Order) -> tuple[Ints, Ints]:
    """Where every field of every record stands among the chunk's own bytes."""
    if isinstance(side.form, Markup):
        start, stop, _ = side.form.written(chunk, order)
        return start, stop
    places = [spans.of(place) for place in range(len(side.layout.record.fields))]
    start, stop = (np.array([each[end] for each in places], np.int64) for end in (0, 1))
    _unescaped(side, chunk, order, (start, stop))
    return start, stop


def strangers(made: Treatment, given: Opened, order: Order, out: Bytes) -> int:
    """Replace the values of columns that the layout does not know; how many had to stay.

    They are looked for in the places of fields, as many at a time as there are fields."""
    if not isinstance(order, tuple):
        return 0
    unknown, kept = [column for column, place in enumerate(order) if place < 0], 0
    rows = np.flatnonzero(~given.broken)
    marks = _Marks(-1, "text", np.zeros(len(rows), np.bool_), given.persons[rows], 0)
    for first in range(0, len(unknown), len(made.methods)):
        wanted = unknown[first : first + len(made.methods)]
        other = tuple(wanted.index(one) if one in wanted else -1 for one in range(len(order)))
        chunk, side = given.chunk, made.side
        start, stop = _edges(side, chunk, side.form.spans(chunk, other), other)
        for place in range(len(wanted)):
            kept += _put(made, marks, given, out, np.stack([start[place][rows], stop[place][rows]]))
    return kept


def _unescaped(
    side: Side,
    chunk: Chunk,
    order: Order,
    found: tuple[Ints, Ints],
) -> None:
    """Values with doubled quotes were copied behind the chunk; here they are found where they
    stand. The loop runs over the records that have such a value, which are few."""
    away = (found[0] >= len(chunk.data)) & (found[1] > found[0])
    if not away.any() or not isinstance(side.form, Delimited):
        return
    delimiter, signs = side.form.framing.delimiter.encode(), side.form.signs
    places = range(len(side.form.fields)) if order is None else order
    for row in np.flatnonzero(away.any(axis=0)).tolist():
        at = int(chunk.bounds[row])
        content = signs.narrow(chunk.data[at : chunk.stop[row]]).tobytes()
        for column, place in zip(raw_columns(content, delimiter), places, strict=False):
            size = len(column) * signs.unit
            if place >= 0 and away[place, row]:
                found[0][place, row], found[1][place, row] = at + signs.unit, at + size - signs.unit
            at += size + signs.unit


def apply(made: Treatment, given: Opened, out: Bytes, what: tuple[int, Ints], attempt: int) -> int:
    """Replace the values of one field in some rows; how many had to stay. Another attempt gives
    other values; places below 0 stand for whole records."""
    place, rows = what
    chunk = given.chunk
    how: Method = "text" if place < 0 else made.methods[place]
    if place < 0:
        spans, of = varied.between(made.side, chunk, made.within(chunk, rows))
        rows, faulty = rows[of], np.zeros(len(of), np.bool_)
    else:
        known = given.outcomes.get(made.side.layout.record.fields[place].name)
        if known is None:  # Its bytes are a length, or records of their own.
            return 0
        faulty = known[rows] >= outcome.PROBLEM
        spans = np.stack([given.start[place][rows], given.stop[place][rows]])
    done = np.zeros(len(rows), np.bool_)
    if how == "date":
        done = _dates(made, given, out, what, attempt)
    elif how == "keep":
        done = ~faulty
    left, faulty = np.flatnonzero(~done), faulty[~done]
    marks = _Marks(place, how, faulty, given.persons[rows[left]], attempt)
    return _put(made, marks, given, out, spans[:, left])


def _put(made: Treatment, marks: _Marks, given: Opened, out: Bytes, spans: Ints) -> int:
    """Replace the values at some places, in place or by way of their text; how many had to stay."""
    data, one = given.chunk.data, made.ways[marks.place]
    if not spans.shape[1]:
        return 0
    if one is None:
        _replace(made, marks, data, out, spans)
        return 0
    return int(replaced(one, data, out, spans, partial(_replace, made, marks)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Marks:
    """What is known of some values of a field: how they are replaced, which are faulty, whose they
    are, and the attempt."""

    place: int
    how: Method
    faulty: npt.NDArray[np.bool_]
    persons: Words
    attempt: int


def _replace(made: Treatment, marks: _Marks, data: Bytes, out: Bytes, spans: Ints) -> None:
    """The values at `spans` of `data` as others in `out`, in the characters of the field."""
    script, plain = made.alphabets[marks.place], np.zeros(spans.shape[1], np.bool_)
    if marks.how in ("amount", "number"):
        plain = ~marks.faulty & (marks.attempt == 0)
        field = made.side.layout.record.fields[marks.place]
        _renumber(made, field, (data, out), spans[:, plain], marks.persons[plain])
    elif marks.how == "name" and marks.attempt == 0:
        plain[:] = True
        choose(data, out, spans, made.keys["name"], script.classes, script.words)
    seeds = np.full(int((~plain).sum()), marks.attempt, np.uint64)
    address = marks.how == "address"
    scramble(data, out, spans[:, ~plain], seeds, made.keys["text"], script.classes, address)


def _renumber(
    made: Treatment, field: Field, data: tuple[Bytes, Bytes], spans: Ints, persons: Words
) -> None:
    """Numbers of a person stay that person's; an amount is another one for each person."""
    amount = field.kind != "digits"
    key = made.keys["amount" if amount else "number"]
    tweaks = persons if amount else np.zeros(len(persons), np.uint64)
    if field.check is None:
        renumber(*data, spans, tweaks, key, NO_SCHEME, (0, False))
        return
    rule = SCHEMES[field.check]
    scheme = np.array(rule.weights, np.int64), np.array(rule.due, np.int64), rule.folded
    lengths = spans[1] - spans[0]
    for length in rule.lengths:
        mine = spans[:, lengths == length]
        renumber(*data, mine, tweaks[lengths == length], key, scheme, (length, rule.leading))
    other = ~np.isin(lengths, rule.lengths)
    renumber(*data, spans[:, other], tweaks[other], key, NO_SCHEME, (0, False))


def _dates(
    made: Treatment, given: Opened, out: Bytes, what: tuple[int, Ints], attempt: int
) -> npt.NDArray[np.bool_]:
    """Moves the dates that are known to the day; which rows need nothing more."""
    place, rows = what
    field = made.side.layout.record.fields[place]
    known = given.outcomes[field.name][rows]
    values = given.batch[field.name]
    assert isinstance(values, Text), "dates are texts"
    column = take(values, rows)
    # The overlapping days of two eras carry a letter behind their ten bytes.
    full = (known == outcome.OK) & (column.lengths >= 10) & (column.lengths <= INLINE)
    if field.sentinels:
        special = series(column).is_in(list(field.sentinels.values())).fill_null(False)
        full = full & ~special.to_numpy()
    done: npt.NDArray[np.bool_] = (known < outcome.PROBLEM) & ~full
    chosen = np.flatnonzero(full)
    if not len(chosen):
        return done
    texts = column.views[chosen].view(np.uint8).reshape(-1, 16)[:, 4:14].copy().reshape(-1)
    shift_days(texts, _days(made, given.persons[rows[chosen]], attempt))
    encode = next(write for at, _, _, write in made.side.fields.values if at == place)
    others = {name: take(given.batch[name], rows[chosen]) for name in _eras(made, field)}
    written, status = encode(_texts(texts), others)
    spans = np.stack([given.start[place][rows[chosen]], given.stop[place][rows[chosen]]])
    fits = (status < outcome.PROBLEM) & (written.lengths == spans[1] - spans[0])
    for length in np.unique(written.lengths[fits]).tolist():
        some = np.flatnonzero(fits & (written.lengths == length))
        targets = spans[0, some][:, None] + np.arange(length)
        out[targets] = _values(written.views[some], written.data, length)
    done[chosen[fits]] = True
    return done


def _eras(made: Treatment, field: Field) -> Iterable[str]:
    return [field.era] if field.era in made.side.layout.record.index else []


def _days(made: Treatment, persons: Words, attempt: int) -> Ints:
    """How far each person's dates move: never by nothing, the other way at every other attempt."""
    key = made.keys["date"]
    data = persons.view(np.uint8)
    ends = np.arange(len(persons) + 1, dtype=np.int64) * 8
    drawn = keyed_hash(key, data, ends[:-1], ends[1:], -1) >> np.uint64(16)
    far = (drawn % np.uint64(FURTHEST)).astype(np.int64) // (1 + attempt // 2) + 1
    return np.where((drawn >> np.uint64(32)) % np.uint64(2) == attempt % 2, far, -far)


def _texts(texts: Bytes) -> Text:
    """Ten bytes each as a column."""
    views = np.zeros((len(texts) // 10, 16), np.uint8)
    views[:, 0] = 10
    views[:, 4:14] = texts.reshape(-1, 10)
    return Text(views.view(np.uint64), np.empty(0, np.uint8))


def _values(views: Words, data: Bytes, length: int) -> Bytes:
    """The bytes of some values of one length, a row each."""
    if length <= INLINE:
        return views.view(np.uint8).reshape(-1, 16)[:, 4 : 4 + length]
    places = (views[:, 1] >> np.uint64(32)).astype(np.int64)
    found: Bytes = data[places[:, None] + np.arange(length)]
    return found
