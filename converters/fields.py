"""Spans of fields → a typed batch and back, field by field through the kinds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from converters import charset as charsets
from converters import presence, scripts, status
from converters.charset import Charset
from converters.columns import Batch, Bytes, Spans, Status, Text, Values, are_blank, nothing
from converters.kernels.decode import filler_spans
from converters.kinds import KINDS, Decode, Encode, dtype, hosts
from converters.kinds.foreign import foreign_decoder, foreign_encoder, is_plain_text
from converters.kinds.hosts import Hosts
from converters.kinds.shrinking import Shrinker, shrinker
from converters.model import Field, Layout, row
from converters.presence import Presence

__all__ = ["Fields", "compile", "decode", "encode", "only", "readers"]


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """A layout's record, ready to run: a pair per field, in an order that respects eras.

    `names` are the columns of a batch in record order. `values` holds (place in the record, name,
    decode, encode), `fillers` (place, name, pad), `shrinkers` those of the fields whose characters
    may be shrunk when they are written, `texts` the places of those that are columns of texts;
    `hosts` reads numbers that lie in the same places at once.
    """

    layout: Layout
    charset: Charset
    names: tuple[str, ...]
    values: tuple[tuple[int, str, Decode, Encode], ...]
    fillers: tuple[tuple[int, str, Bytes], ...]
    shrinkers: Mapping[str, Shrinker]
    texts: frozenset[int]
    presence: Presence | None = None
    hosts: Hosts | None = None


def compile(layout: Layout) -> Fields:
    """The pairs of a layout's fields; fields whose era stands elsewhere come last."""
    charset = scripts.of(layout)
    fields = layout.record.fields
    order = sorted(range(len(fields)), key=lambda place: fields[place].era in layout.record.index)
    values = tuple(
        (place, fields[place].name, *_pair(fields[place], layout))
        for place in order
        if not fields[place].is_filler
    )
    fillers = tuple(
        (place, field.name, np.frombuffer(_pad(field, scripts.of(layout, field)), np.uint8))
        for place, field in enumerate(fields)
        if field.is_filler and not _is_length(layout, place) and not _is_row(field)
    )
    known = presence.compile(layout.record) if layout.record.varies else None
    names = _names(fields)
    texts = frozenset(place for place, field in enumerate(fields) if _is_text(field))
    numbers = hosts.compile(
        layout, [(at, fields[at], scripts.of(layout, fields[at])) for at in order]
    )
    return Fields(
        *(layout, charset, names, values, fillers, _shrinkers(layout), texts),
        presence=known,
        hosts=numbers,
    )


def _names(fields: Iterable[Field]) -> tuple[str, ...]:
    return tuple(field.name for field in fields if not field.is_filler)


def readers(fields: Fields) -> dict[str, Decode]:
    """What reads the fields that tell which others are there; those of rows that stand in the
    record are named `TABLE/FIELD`."""
    record, asked = fields.layout.record, presence.asked(fields.layout.record)
    found = {name: read for _, name, read, _ in fields.values if name in asked}
    for field in record.fields:
        if field.fields and field.element and field.element.number == 1:
            inside = row(fields.layout, field)
            for name in presence.asked(inside.record):
                read, _ = _pair(inside.record.field(name), inside)
                found[f"{field.element.table}/{name}"] = read
    return found


def _shrinkers(layout: Layout) -> dict[str, Shrinker]:
    made = (
        (field.name, shrinker(field, layout, scripts.of(layout, field)))
        for field in layout.record.fields
    )
    return {name: one for name, one in made if one is not None}


def _is_text(field: Field) -> bool:
    """Is its column one of texts, blank where it has no bytes?"""
    return not field.is_filler and not field.is_host and dtype(field) == pl.String()


def _is_row(field: Field) -> bool:
    """Are its bytes those of a record of its own?"""
    return field.element is not None and field.element.rows


def _is_length(layout: Layout, place: int) -> bool:
    """Is the field the length of the record, which the form reads and writes?"""
    size = layout.framing.variable.size if layout.framing.variable else None
    here = layout.record.offsets[place] + 1, layout.record.fields[place].bytes
    return size is not None and here == (size.at, size.bytes)


def _pad(field: Field, charset: Charset) -> bytes:
    """The bytes of a filler's pad character, which no shift code stands around."""
    if field.pad == "　":
        return charset.space
    return charsets.write(charset, field.pad) if field.pad else charset.blank


def _pair(field: Field, layout: Layout) -> tuple[Decode, Encode]:
    """The pair of a field, by way of UTF-8 where its digits are not those of ASCII.

    Numbers as hosts store them know the zones of their charset, or are no characters at all.
    """
    kind, charset = KINDS[field.kind], scripts.of(layout, field)
    if charset.ascii or field.is_host or is_plain_text(field):
        return kind.decoder(field, layout, charset), kind.encoder(field, layout, charset)
    return (
        foreign_decoder(kind.decoder, field, layout, charset),
        foreign_encoder(kind.encoder, field, layout, charset),
    )


def only(fields: Fields, names: Collection[str]) -> Fields:
    """The same with fewer columns: those that are named, and the eras that stand beside them."""
    kept = [field for field in fields.layout.record.fields if field.name in names]
    known = {*names, *(field.era for field in kept)}
    record = fields.layout.record.model_copy(update={"fields": tuple(kept)})
    values = tuple(one for one in fields.values if one[1] in known)
    layout = fields.layout.model_copy(update={"records": (record,)})
    shrinkers = {name: one for name, one in fields.shrinkers.items() if name in known}
    return replace(
        fields,
        layout=layout,
        names=_names(kept),
        values=values,
        fillers=(),
        shrinkers=shrinkers,
        presence=None,
        hosts=None,
    )


def decode(fields: Fields, spans: Spans, first: int) -> tuple[Batch, dict[str, Status]]:
    """The typed batch of a chunk whose first record has the number `first`, and the outcomes."""
    columns: dict[str, Values] = {}
    outcomes: dict[str, Status] = {}
    blank = nothing(len(spans)) if spans.empty else None
    known: dict[str, tuple[Values, Status]] = {}
    if fields.hosts is not None and spans.placed is not None:
        known = hosts.read(fields.hosts, spans.data, spans.placed)
    for place, name, read, _ in fields.values:
        found: tuple[Values, Status]
        if blank is not None and place in spans.empty and place in fields.texts:
            found = blank, np.full(len(spans), status.BLANK, np.uint8)
        else:
            found = known.get(name) or read(spans.data, *spans.of(place), columns)
        columns[name], outcomes[name] = found
    for place, name, pad in fields.fillers:
        outcomes[name] = np.empty(len(spans), np.uint8)
        filler_spans(spans.data, *spans.of(place), pad, outcomes[name])
    numbers = np.arange(first, first + len(spans), dtype=np.int64)
    return Batch(numbers, {name: columns[name] for name in fields.names}), outcomes


def encode(fields: Fields, batch: Batch) -> tuple[list[Text], dict[str, Status]]:
    """Byte strings of the fields in record order, fillers left out, and the outcomes."""
    columns = batch.columns
    written = {name: write(columns[name], columns) for _, name, _, write in fields.values}
    texts = [written[name][0] for name in fields.names]
    outcomes = {name: written[name][1] for name in fields.names}
    if fields.presence is not None:
        _there(fields, fields.presence, batch, outcomes)
    return texts, outcomes


def _there(fields: Fields, known: Presence, batch: Batch, outcomes: dict[str, Status]) -> None:
    """Outcomes of fields that are not there: nothing is wrong with a blank, and all with a value;
    and of the fields that say which are there."""
    record = fields.layout.record
    wrong, masks = presence.found(known, record, batch)
    for name, rows in wrong.items():
        outcomes[name] = np.where(rows, np.uint8(status.SHAPELESS), outcomes[name])
    for place, there in masks.items():
        name = record.fields[place].name
        if record.fields[place].is_filler or there.all():
            continue
        absent = np.where(are_blank(batch[name]), status.OK, status.ABSENT).astype(np.uint8)
        outcomes[name] = np.where(there, outcomes[name], absent)
