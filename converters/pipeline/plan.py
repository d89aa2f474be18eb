"""Definitions → a plan: everything the loop needs, compiled once before the first byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from converters import (
    balance,
    charset,
    checks,
    controls,
    fields,
    forms,
    groups,
    mapping,
    scripts,
    sorting,
)
from converters.balance import Counted
from converters.checks import Checks
from converters.columns import Chunk, Spans
from converters.controls import Controls
from converters.fields import Fields
from converters.findings import Decoder, Origin, Policy, decoder, policy
from converters.forms import Form
from converters.groups import Group
from converters.mapping import Program
from converters.model import FileSet, Layout, MappingSet, Table, tables
from converters.model import Mapping as Rules
from converters.pipeline.job import Job
from converters.scripts import opened
from converters.sorting import Sorter

__all__ = [
    "Family",
    "Lanes",
    "Plan",
    "Side",
    "fingerprint",
    "lanes",
    "plan",
    "reverse",
    "reversed_lanes",
    "side",
    "validation",
]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One end of a run: a layout with its form, its fields, its checks, those of groups apart, and
    what is counted of it.

    `index` is field name to place in the record; `show`, `coded`, `hexed` and `fronts` say how the
    bytes of a value are shown to people (see `findings.Origin`).
    """

    layout: Layout
    fields: Fields
    form: Form
    checks: Checks
    groups: tuple[Group, ...]
    counted: Counted
    index: dict[str, int]
    show: Decoder
    coded: Decoder
    hexed: frozenset[str]
    fronts: Mapping[str, bytes]

    def origin(self, chunk: Chunk, spans: Spans) -> Origin:
        """Where the values of a chunk come from, for findings about them."""
        return Origin(
            chunk,
            spans,
            self.index,
            self.show,
            hexed=self.hexed,
            coded=self.coded,
            fronts=self.fronts,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """From `source` through `program` to `target`; both are None where a file is only validated.

    `definitions` is the mapping with its two layouts, `back` its direction.
    """

    source: Side
    target: Side | None
    program: Program | None
    policy: Policy
    definitions: MappingSet | None = None
    back: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """A table whose elements are records of their own: the lanes of its rows and of the records
    they stand in, and the table there. `keys` are the fields of that record that go along with
    every row; `backward` tells that rows are put into records, not taken out of them. `item` tells
    which of the fields of a row is its number in the record."""

    rows: int
    whole: int
    table: Table
    keys: tuple[str, ...]
    backward: bool
    item: str = ""
    at: int = 0

    @property
    def most(self) -> int:
        """Numbers of rows are those of their records times this, and their own."""
        return self.table.times + 1


@dataclass(frozen=True, slots=True, eq=False)
class Lanes:
    """One plan for each type of record of the source, in the order of its layout.

    `targets` are the types they become. The types of a file are told apart by `sorter`, None where
    a file has only one. `controls` are those of the source, `written` those of the target; both
    are None where types have files of their own. `parents` are the types whose numbers go along,
    `places` the items of each lane of the source that tell where its records stood. `families` are
    the tables whose elements are records of their own, of the source or of the target.
    """

    source: Layout
    target: Layout | None
    plans: tuple[Plan, ...]
    policy: Policy
    targets: tuple[int, ...]
    sorter: Sorter | None = None
    controls: Controls | None = None
    written: Controls | None = None
    parents: tuple[int, ...] = ()
    places: tuple[str, ...] = ()
    families: tuple[Family, ...] = ()

    @property
    def form(self) -> Form:
        """What splits a file into records of any type."""
        return self.plans[0].source.form

    @property
    def is_mixed(self) -> bool:
        """Are there several types of records?"""
        return len(self.plans) > 1

    @property
    def values(self) -> int:
        """How many values a record has at most, those of what it becomes included."""
        sides = ([plan.source, *([plan.target] if plan.target else [])] for plan in self.plans)
        return max(sum(len(side.fields.names) for side in both) for both in sides)

    def names(self, lane: int) -> tuple[str, str]:
        """What stands before the names of a lane's fields, on either side: their type of record,
        where there are several."""
        plan, target = self.plans[lane], self.target
        source = f"{plan.source.layout.record.name}." if self.source.is_mixed else ""
        if target is None or plan.target is None or not target.is_mixed:
            return source, ""
        return source, f"{plan.target.layout.record.name}."


def side(layout: Layout) -> Side:
    """A layout of one type of records, compiled; UsageError where it has several."""
    table = scripts.of(layout.of_one_type())
    gaiji = layout.characters.entries if layout.characters is not None else ""
    known = fields.compile(layout)
    read, write = partial(charset.read, table), partial(charset.write, table)
    form = forms.form(layout, read, write, fields.readers(known))
    compiled = checks.compile(layout)
    return Side(
        layout,
        known,
        form,
        compiled,
        groups.compile(layout, compiled),
        balance.counted(layout),
        dict(layout.record.index),
        decoder(table.name, gaiji),
        decoder(table.name, gaiji, coded=True),
        frozenset(field.name for field in layout.record.fields if field.is_binary),
        {field.name: front for field in layout.record.fields if (front := opened(field, table))},
    )


def fingerprint(known: Layout | Rules | FileSet) -> str:
    """The sha256 of what a definition resolved to, its code tables included."""
    return hashlib.sha256(known.model_dump_json(by_alias=True).encode()).hexdigest()


def plan(definitions: MappingSet, back: bool, job: Job) -> Plan:
    """The plan of a conversion; with `back` from the mapping's target to its source."""
    source, target = side(definitions.source), side(definitions.target)
    if back:
        source, target = target, source
    return _between(definitions, source, target, back, job)


def reverse(definitions: MappingSet, there: Plan, job: Job) -> Plan:
    """The way back over the same two sides."""
    assert there.target is not None
    back = there.source.layout.id == definitions.source.id
    return _between(definitions, there.target, there.source, back, job)


def validation(layout: Layout, job: Job) -> Plan:
    """The plan that reads and checks, and writes nothing."""
    return Plan(side(layout), None, None, _policy((layout,), job))


def lanes(job: Job) -> Lanes:
    """The plans of a run: through its mapping, or of its layout alone where it has none."""
    if job.mapping is None:
        assert job.layout is not None, "files have a layout, or a mapping has"
        layout = job.layout
        policy = _policy((layout,), job)
        plans = tuple(Plan(_watched(part, job), None, None, policy) for part in layout.parts)
        return _mixed(layout, None, plans, policy)
    known = job.mapping
    source, target = known.source, known.target
    if job.back:
        source, target = target, source
    found = {}
    for part in known.parts:
        made = plan(part, job.back, job)
        found[source.types[made.source.layout.record.name]] = made
    policy = _policy((source, known.mapping, target), job)
    plans = tuple(replace(found[place], policy=policy) for place in range(len(found)))
    return _mixed(source, target, plans, policy, known)


def _watched(layout: Layout, job: Job) -> Side:
    """A side whose rows are handed on to whoever gathers them."""
    made, wanted = side(layout), ("", layout.record.name)
    gather = tuple(group for name, group in job.gather if name in wanted)
    return replace(made, groups=(*made.groups, *gather))


def _mixed(
    source: Layout,
    target: Layout | None,
    plans: tuple[Plan, ...],
    policy: Policy,
    known: MappingSet | None = None,
) -> Lanes:
    """Plans as lanes, with what holds their files together."""
    targets = tuple(
        target.types[one.target.layout.record.name] if target and one.target else 0 for one in plans
    )
    found = Lanes(source, target, plans, policy, targets)
    found = replace(found, families=(*_families(found, False), *_families(found, True)))
    if target and target.is_mixed and not target.is_apart:
        found = replace(found, written=controls.compile(target))
    if not source.is_mixed:
        return found
    numbered = [rule for part in known.mapping.records for rule in part.rules] if known else []
    if source.is_apart:
        places = tuple(_place(one) for one in plans)
        return replace(found, places=places)
    asked = {rule.number for rule in numbered if rule.number is not None} - {None}
    whole = {record.name for record in source.records if record.within is None}
    parents = tuple(sorted(source.types[name] for name in asked if name in whole))
    return replace(
        found,
        sorter=sorting.compile(source),
        controls=controls.compile(source),
        parents=parents,
    )


def _families(lanes: Lanes, backward: bool) -> Iterator[Family]:
    """The tables of one side whose elements are records of their own."""
    layout = lanes.target if backward else lanes.source
    if layout is None:
        return
    lane_of = {kind: lane for lane, kind in enumerate(lanes.targets)} if backward else None
    for kind, record in enumerate(layout.records):
        if record.within is None:
            continue
        place = layout.types[record.within]
        rows, whole = (lane_of[kind], lane_of[place]) if lane_of else (kind, place)
        around = layout.records[place]
        table = next(one for one in tables(around) if one.name == record.name)
        keys = tuple(name for name in around.key if name in record.index)
        known = lanes.plans[rows].definitions
        if backward and known and not set(keys) <= _read(known):
            keys = ()
        item = _numbered(lanes.plans[rows], record.name) if backward else ""
        at = record.size - table.size if record.is_counted else 0
        yield Family(rows, whole, table, keys, backward, item, at)


def _read(definitions: MappingSet) -> set[str]:
    """The source fields that the rules of a mapping read."""
    return {name for rule in definitions.mapping.rules for name in rule.sources}


def _place(one: Plan) -> str:
    """The item that tells where the records of a lane stood in the file they come from."""
    if one.target is None:
        return ""
    record = one.target.layout.record
    return _numbered(one, record.within or record.name)


def _numbered(one: Plan, record: str) -> str:
    """The item that holds the number of a type of record."""
    rules = one.definitions.mapping.rules if one.definitions else ()
    return next((rule.targets[0] for rule in rules if rule.number == record), "")


def reversed_lanes(there: Lanes, job: Job) -> Lanes:
    """The way back over the same sides, each plan at the place of the one it undoes."""
    known = [(one.definitions, one) for one in there.plans]
    plans = tuple(reverse(definitions, one, job) for definitions, one in known if definitions)
    return replace(there, plans=plans)


def _between(definitions: MappingSet, source: Side, target: Side, back: bool, job: Job) -> Plan:
    program = mapping.compile(definitions.mapping, definitions.source, definitions.target, back)
    known = (source.layout, definitions.mapping, target.layout)
    return Plan(source, target, program, _policy(known, job), definitions, back)


def _policy(definitions: tuple[object, ...], job: Job) -> Policy:
    return policy(definitions, job.fail_on, job.on_error, job.max_errors, job.samples)  # type: ignore[arg-type]
