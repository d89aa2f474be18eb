"""A chunk of records → the chunk of records it becomes, with everything that was found.

This is the whole program in one function without memory: the loop calls it for each chunk, on any
thread, in any order. The way back is the same function with another plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from converters import balance, fields, findings, groups
from converters import status as outcome
from converters.balance import Tally
from converters.columns import Batch, Bytes, Chunk, Ints, Order, Status, Text, Values
from converters.findings import Origin, ValueProblem
from converters.forms import PROBLEMS
from converters.kinds.shrinking import choices
from converters.mapping import Mapped
from converters.pipeline.plan import Plan, Side

__all__ = ["Aside", "Step", "Written", "lean", "run"]

SHRUNK = outcome.CODES[outcome.SHRUNK]
Mask = npt.NDArray[np.bool_]
Outcomes = dict[str, Status]
Counts = dict[int, int]
NO_ROWS = np.empty(0, np.int64)
Rows = tuple[pa.Table | None, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """The records a chunk became: bytes, their bounds, and the input record each comes from."""

    data: Bytes
    bounds: Ints
    records: Ints
    batch: Batch


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a chunk.

    `rejected` marks its records that carry an error; `dropped` has the reason and the records of
    each filter. `batch` is what was read. `failed` counts problems per step of the source's and
    the target's checks. The tallies are those of all records, of the
    converted ones, and of what they became. `written` is None where nothing is. `groups` has, for
    the source and the target, the rows of each check over groups of records.
    """

    chunk: Chunk
    findings: pl.DataFrame
    rejected: Mask
    dropped: tuple[tuple[str, Ints], ...]
    batch: Batch
    written: Written | None
    failed: tuple[Counts, Counts]
    source: Tally
    converted: Tally
    target: Tally | None
    groups: tuple[Rows, Rows] = ((), ())


@dataclass(frozen=True, slots=True)
class Aside:
    """What is known of the records of a chunk besides their bytes: columns that go along with the
    fields, records that are lost whatever they hold, and what is wrong with some of them."""

    columns: Mapping[str, Values] = field(default_factory=dict)
    lost: Mask | None = None
    problems: Sequence[ValueProblem] = ()


NOTHING_MORE = Aside()


@dataclass(frozen=True, slots=True)
class _Reading:
    """The first half of a step: what was read, and what is wrong with it."""

    chunk: Chunk
    batch: Batch
    outcomes: Outcomes
    findings: pl.DataFrame
    rejected: Mask
    failed: Counts
    groups: Rows


def run(
    plan: Plan,
    chunk: Chunk,
    order: Order,
    aside: Aside = NOTHING_MORE,
) -> Step:
    """One chunk through the plan. `order` is the column order of its file."""
    side = plan.source
    spans = side.form.spans(chunk, order)
    batch, outcomes = fields.decode(side.fields, spans, chunk.first)
    if chunk.numbers is not None or aside.columns:
        numbers = batch.records if chunk.numbers is None else chunk.numbers
        batch = Batch(numbers, {**batch.columns, **aside.columns})
    origin = side.origin(chunk, spans)
    found, failed = _reading(plan, origin, (batch, outcomes), aside.problems)
    rows = _grouped(side, origin, (batch, outcomes, found), order) if side.groups else ()
    rejected = _rejected(found, chunk)
    if aside.lost is not None:
        rejected |= aside.lost
    read = _Reading(chunk, batch, outcomes, found, rejected, failed, rows)
    if plan.target is not None:
        return _convert(plan, plan.target, origin, read)
    tallies = _tallies(side, read, rejected)
    return Step(
        chunk, found, rejected, (), batch, None, (failed, {}), *tallies, None, groups=(rows, ())
    )


def lean(plan: Plan, step: Step) -> Step:
    """The step with nothing of its batches but the fields of unique keys.

    Steps wait for their turn in the commit, and whole batches would hold the memory of a chunk
    many times over.
    """
    kept = replace(step, batch=_keys(plan.source, step.batch))
    if step.written is None or plan.target is None:
        return kept
    written = replace(step.written, batch=_keys(plan.target, step.written.batch))
    return replace(kept, written=written)


def _keys(side: Side, batch: Batch) -> Batch:
    names = {name for fields in side.checks.unique.values() for name in fields}
    return batch.select(sorted(names))


def _reading(
    plan: Plan, origin: Origin, read: tuple[Batch, Outcomes], known: Sequence[ValueProblem]
) -> tuple[pl.DataFrame, Counts]:
    """What is wrong with the records as they were read; `known` was known before."""
    batch, outcomes = read
    codes = np.maximum(origin.chunk.codes, origin.spans.codes)
    sound = codes == 0
    values = [
        problem
        for name, status in outcomes.items()
        for problem in findings.status_problems(name, status)
    ]
    unread = {problem.field: outcomes[problem.field] >= outcome.PROBLEM for problem in values}
    checked = _sound(plan.source.checks.run(batch, unread), sound)
    frame = findings.judged(origin, _sound(values, sound) + checked, plan.policy)
    if known:
        # Whatever a definition makes of the code: a file cannot be put together from such records.
        strict = replace(plan.policy, overrides=())
        frame = _merged(frame, findings.judged(origin, known, strict))
    if not sound.all():
        broken = findings.from_records(origin.chunk, PROBLEMS, codes, origin.spans.details)
        broken = findings.blamed(broken, origin)
        frame = _merged(findings.judge(broken, plan.policy), frame)
    return frame, _count(checked)


def _grouped(
    side: Side, origin: Origin, read: tuple[Batch, Outcomes, pl.DataFrame], order: Order
) -> Rows:
    """The rows of each check over groups; of broken records the key is guessed."""
    chunk, (batch, outcomes, found) = origin.chunk, read
    names = {name for group in side.groups for name in group.fields}
    unread = {name: outcomes[name] >= outcome.PROBLEM for name in names}
    wrong = found.filter(pl.col("field").is_in(names) & (pl.col("severity") == "error"))
    for name, numbers in wrong.group_by("field").agg("record").iter_rows():
        unread[name][np.array(numbers, np.int64) - chunk.first] = True
    sound = (chunk.codes == 0) & (origin.spans.codes == 0)
    if sound.all():
        return tuple(groups.rows(group, chunk, batch, unread) for group in side.groups)
    broken = np.flatnonzero(~sound)
    keys = {name for group in side.groups for name in group.per}
    spans, torn = side.form.remains(chunk, broken, order), None
    if spans is not None:
        guessed, _ = fields.decode(fields.only(side.fields, keys), spans, 1)
        torn = Batch(chunk.numbered(broken), guessed.columns)
    whole = batch.take(np.flatnonzero(sound))
    known = {name: mask[sound] for name, mask in unread.items()}
    return tuple(groups.rows(group, chunk, whole, known, torn) for group in side.groups)


def _sound(problems: list[ValueProblem], sound: Mask) -> list[ValueProblem]:
    """Problems of records that are whole: a broken one has its own finding and no fields."""
    if sound.all():
        return problems
    kept = []
    for problem in problems:
        good = sound[problem.rows]
        values = None if problem.values is None else problem.values.filter(pl.Series(good))
        kept.append(replace(problem, rows=problem.rows[good], values=values))
    return [problem for problem in kept if len(problem.rows)]


def _convert(plan: Plan, target: Side, origin: Origin, read: _Reading) -> Step:
    """The second half: map, check, write what is not rejected."""
    assert plan.program is not None
    chunk, rejected = read.chunk, read.rejected
    batch = read.batch.take(np.flatnonzero(~rejected)) if rejected.any() else read.batch
    mapped = plan.program.run(batch)
    further, texts, failed = _writing(plan, target, origin, (batch, mapped))
    late = _rejected(further, chunk)
    rejected = rejected | late
    records = mapped.batch.records
    keep = ~late[chunk.rows(records)]
    data, bounds = target.form.assemble(texts, keep)
    kept = mapped.batch if keep.all() else mapped.batch.take(np.flatnonzero(keep))
    dropped = _dropped(mapped, batch, chunk, rejected)
    lost = rejected.copy()
    for _, numbers in dropped:
        lost[chunk.rows(numbers)] = True
    source, converted = _tallies(plan.source, read, lost)
    return Step(
        chunk,
        _merged(read.findings, further),
        rejected,
        dropped,
        read.batch,
        Written(data, bounds, records[keep], kept),
        (read.failed, failed),
        source,
        converted,
        balance.tally(kept, target.counted, {}),
        (read.groups, tuple(groups.rows(group, chunk, kept, {}) for group in target.groups)),
    )


def _writing(
    plan: Plan, target: Side, origin: Origin, batches: tuple[Batch, Mapped]
) -> tuple[pl.DataFrame, list[Text], Counts]:
    """What is wrong with the mapped records, and their texts in the target's charset."""
    before, mapped = batches
    texts, outcomes = fields.encode(target.fields, mapped.batch)
    fitted = target.form.fit(texts)
    checked = target.checks.run(mapped.batch)
    problems = list(checked)
    problems += _shrunk(target, mapped.batch, outcomes)
    for name, status, width in zip(target.fields.names, outcomes.values(), fitted, strict=True):
        worst = status if width is None else np.maximum(status, width)
        problems += findings.status_problems(name, worst, mapped.batch[name])
    frame = findings.judged(replace(origin, records=mapped.batch.records), problems, plan.policy)
    if mapped.problems:
        there = replace(origin, records=before.records)
        told = findings.judged(there, mapped.problems, plan.policy)
        frame = _merged(told, frame)
    return frame, texts, _count(checked)


def _shrunk(target: Side, batch: Batch, outcomes: Outcomes) -> list[ValueProblem]:
    """Every choice among characters that the charset lacks; their outcomes then are OK."""
    found: list[ValueProblem] = []
    for name, one in target.fields.shrinkers.items():
        status, values = outcomes[name], batch[name]
        rows = np.flatnonzero((status >= outcome.PROBLEM) & (status != outcome.UNMAPPABLE))
        assert isinstance(values, Text)
        by_choice: dict[str, list[int]] = {}
        for row in rows.tolist():
            made = {str(choice) for _, choice in choices(one, values.value(row).decode()) if choice}
            for choice in made:
                by_choice.setdefault(choice, []).append(row)
        for choice, chosen in sorted(by_choice.items()):
            shown = pl.Series([choice]).new_from_index(0, len(chosen))
            found.append(ValueProblem(np.array(chosen), name, SHRUNK, shown))
        outcomes[name] = np.where(status == outcome.SHRUNK, outcome.OK, status)
    return found


def _merged(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Two frames of findings in the order of the records, so that batches do not show."""
    if not len(first) or not len(second):
        return first if len(first) else second
    return findings.in_order([first, second])


def _rejected(judged: pl.DataFrame, chunk: Chunk) -> Mask:
    """Which records of the chunk carry an error."""
    mask = np.zeros(chunk.records, np.bool_)
    if len(judged):
        mask[chunk.rows(findings.errors(judged))] = True
    return mask


def _dropped(
    mapped: Mapped, batch: Batch, chunk: Chunk, rejected: Mask
) -> tuple[tuple[str, Ints], ...]:
    """The records each filter left out; one that is rejected as well counts as rejected."""
    found = []
    for filtered in mapped.dropped:
        numbers = batch.records[filtered.rows]
        found.append((filtered.because, numbers[~rejected[chunk.rows(numbers)]]))
    return tuple(found)


def _tallies(side: Side, read: _Reading, lost: Mask) -> tuple[Tally, Tally]:
    """The tallies of all records and of those that are not lost."""
    if not lost.any() or lost.all():
        whole = balance.tally(read.batch, side.counted, read.outcomes)
        if not lost.any():
            return whole, whole
        nothing = {name: status[:0] for name, status in read.outcomes.items()}
        return whole, balance.tally(read.batch.take(NO_ROWS), side.counted, nothing)
    kept, gone = (
        balance.tally(
            read.batch.take(rows),
            side.counted,
            {name: status[rows] for name, status in read.outcomes.items()},
        )
        for rows in (np.flatnonzero(~lost), np.flatnonzero(lost))
    )
    return balance.merge(kept, gone), kept


def _count(problems: list[ValueProblem]) -> Counts:
    counts: Counts = {}
    for problem in problems:
        counts[problem.step] = counts.get(problem.step, 0) + len(problem.rows)
    return counts
