"""Definitions → a plan: everything the loop needs, compiled once before the first byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from converters import charset, checks, fields, forms, groups, mapping, scripts
from converters.checks import Checks
from converters.columns import Chunk, Spans
from converters.fields import Fields
from converters.findings import Origin, Policy, decoder, policy
from converters.forms import Form
from converters.groups import Group
from converters.mapping import Program
from converters.model import FileSet, Layout, MappingSet
from converters.model import Mapping as Rules
from converters.pipeline.job import Job
from converters.scripts import opened

__all__ = ["Plan", "Side", "fingerprint", "plan", "reverse", "side", "validation"]


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One end of a run: a layout with its form, its fields and its checks, those of groups apart.

    `index` is field name to place in the record; `show`, `coded`, `hexed` and `fronts` say how the
    bytes of a value are shown to people (see `findings.Origin`).
    """

    layout: Layout
    fields: Fields
    form: Form
    checks: Checks
    groups: tuple[Group, ...]
    index: dict[str, int]
    show: Callable[[bytes], str]
    coded: Callable[[bytes], str]
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


def side(layout: Layout) -> Side:
    """A layout, compiled."""
    table = scripts.of(layout)
    gaiji = layout.characters.entries if layout.characters is not None else ""
    form = forms.form(layout, partial(charset.read, table), partial(charset.write, table))
    compiled = checks.compile(layout)
    return Side(
        layout,
        fields.compile(layout),
        form,
        compiled,
        groups.compile(layout, compiled),
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
    source = side(layout)
    if job.gather:
        source = replace(source, groups=(*source.groups, *job.gather))
    return Plan(source, None, None, _policy((layout,), job))


def _between(definitions: MappingSet, source: Side, target: Side, back: bool, job: Job) -> Plan:
    program = mapping.compile(definitions.mapping, definitions.source, definitions.target, back)
    known = (source.layout, definitions.mapping, target.layout)
    return Plan(source, target, program, _policy(known, job), definitions, back)


def _policy(definitions: tuple[object, ...], job: Job) -> Policy:
    return policy(definitions, job.fail_on, job.on_error, job.max_errors, job.samples)  # type: ignore[arg-type]
