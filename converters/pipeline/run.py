"""convert, validate, roundtrip: the one loop over the chunks of all inputs, and its commit."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from converters import pages, room, scripts
from converters.columns import Bytes, Chunk
from converters.errors import StoppedByPolicy, UsageError
from converters.model import Layout, Mapping
from converters.pipeline import audit as audits
from converters.pipeline import kinship, output, work
from converters.pipeline import plan as plans
from converters.pipeline.job import STDIN, Job, Outcome
from converters.pipeline.kinship import Kinship, Wrong
from converters.pipeline.ledger import Counted, Ledger
from converters.pipeline.loop import in_order
from converters.pipeline.marking import Marked, Marker
from converters.pipeline.output import Group
from converters.pipeline.plan import Lanes
from converters.pipeline.reading import Source, chunks
from converters.pipeline.work import Done
from converters.report import Definition, Input, Output, Run, RunFacts, report, verdict
from converters.rundir import FINDINGS, RunDirectory

__all__ = ["convert", "counted", "roundtrip", "validate"]

COUNT: Final = "count"
"""The command that only counts."""
Worker = Callable[[Source, Marked], Done]


@dataclass(slots=True)
class _Session:
    """A run under way. It guards what its commit needs: the open run, its ledger, its files."""

    job: Job
    command: str
    lanes: Lanes
    run: RunDirectory | None
    ledger: Ledger
    scratch: Path
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)
    inputs: list[Input] = field(default_factory=list)
    complete: bool = True
    stopped: str = ""


def convert(job: Job) -> Outcome:
    """Files through a mapping, or back; the run directory is published whole or not at all."""
    assert job.mapping is not None, "a conversion needs a mapping"
    job = _as_received(job, job.mapping.source)
    lanes = plans.lanes(job)
    if job.to_stdout and len(output.groups(job.inputs, lanes)) > 1:
        raise UsageError("--to - writes one output; give one input")
    if job.keep_residual and lanes.source.is_apart:
        raise UsageError("--keep-residual is for files that hold all their types of records")
    worker = partial(work.convert, lanes)
    if job.keep_residual:
        worker = partial(work.with_residual, lanes, plans.reversed_lanes(lanes, job))
    with _session(job, "convert", lanes) as session:
        return _run(session, worker)


def _as_received(job: Job, layout: Layout) -> Job:
    """A source whose codes return as they came keeps its residual, asked or not."""
    chosen = layout.characters is not None and layout.characters.prefer == "as-received"
    return replace(job, keep_residual=True) if chosen and not job.back and job.out else job


def validate(job: Job) -> Outcome:
    """Files against their layout: the same loop without its end."""
    assert job.layout is not None, "validation needs a layout"
    lanes = plans.lanes(job)
    with _session(job, "validate", lanes) as session:
        return _run(session, partial(work.convert, lanes))


def roundtrip(job: Job) -> Outcome:
    """Files there and back in memory; every field whose bytes differ is a finding."""
    assert job.mapping is not None, "a round trip needs a mapping"
    lanes = plans.lanes(job)
    if lanes.source.is_apart:
        raise UsageError("a round trip is for files that hold all their types of records")
    back = plans.reversed_lanes(lanes, job)
    with _session(job, "roundtrip", lanes) as session:
        return _run(session, partial(work.return_trip, lanes, back, job.keep_residual))


def counted(job: Job) -> tuple[Counted, ...]:
    """The tallies of a run that writes nothing, type by type of its records: through the mapping
    where there is one, else those of the files alone."""
    lanes = plans.lanes(job)
    with _session(replace(job, out=None), COUNT, lanes) as session:
        for group in output.groups(job.inputs, lanes):
            _group(session, group, partial(work.convert, lanes))
        return session.ledger.counted()


@contextmanager
def _session(job: Job, command: str, lanes: Lanes) -> Iterator[_Session]:
    with ExitStack() as stack:
        run = None
        if job.out is not None:
            inputs = [Path(name) for name in job.inputs if name != STDIN]
            run = stack.enter_context(RunDirectory(job.out, job.force, inputs))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="utsushi-")))
        ledger = Ledger(lanes, run, job.inputs, scratch)
        stack.callback(ledger.discard)
        yield _Session(job, command, lanes, run, ledger, scratch)


def _run(session: _Session, worker: Worker) -> Outcome:
    job = session.job
    try:
        for group in output.groups(job.inputs, session.lanes):
            _group(session, group, worker)
        room.clear()
        session.ledger.finish()
        _keep_lineage(session)
    except StoppedByPolicy as stop:
        session.stopped, session.complete = str(stop), False
        return Outcome(stop.exit_code, report(_facts(session)), None)
    facts = _facts(session)
    made = report(facts)
    if session.run is None:
        return Outcome(verdict(facts)[1], made, None)
    where = session.run.publish(made, _manifest(facts), _pages(session, made))
    return Outcome(verdict(facts)[1], made, where)


def _pages(session: _Session, made: dict[str, Any]) -> list[pages.Page]:
    """The report for people, in the formats that were asked for."""
    assert session.run is not None
    findings = session.run.written(FINDINGS)
    return pages.render(made, findings, session.job.pages, session.job.lang)


def _source(job: Job, lanes: Lanes, number: int) -> Source:
    source = Source(job.inputs[number], number, values=lanes.values)
    return replace(source, opened=job.lineage.opened) if job.lineage else source


def _keep_lineage(session: _Session) -> None:
    """The files that tell what this run changed in the inputs of an earlier one."""
    if session.job.lineage is None or session.run is None:
        return
    for name, content, records in session.job.lineage.files():
        sink = session.run.sink(name)
        sink.write(content, records)
        session.run.close(sink)


def _group(session: _Session, group: Group, worker: Worker) -> None:
    """The inputs that become one output."""
    sources = [(_source(session.job, session.lanes, n), kind) for n, kind in group.members]
    with _output(session, group) as written:
        whole = written or session.command == COUNT
        wrong = _kinship(session, group, worker) if whole else {}
        for source, kind in sources:
            known = partial(kinship.problems, wrong.get(kind or 0, ()))
            marker = Marker(session.lanes, kind, known)
            _file(session, source, (worker, written, marker), kind)
        if written:
            written.finish(sources[-1][0])
    if written:
        number = group.members[0][0]
        session.ledger.misfits(number, written.misfits)
        found = audits.woven(session.lanes, number, written.woven)
        session.ledger.found(found)


def _kinship(session: _Session, group: Group, worker: Worker) -> Wrong:
    """What is wrong between records and the rows of their tables, where they become one file."""
    lanes, job = session.lanes, session.job
    if not any(family.backward for family in lanes.families):
        return {}
    found = Kinship(lanes, session.scratch)
    for number, kind in group.members:
        source, marker = _source(job, lanes, number), Marker(lanes, kind)
        form = lanes.plans[kind or 0].source.form
        tasks = chunks(source, form, job.batch_records, lambda _: None)
        for done in in_order(map(marker.mark, tasks), partial(worker, source), job.jobs):
            found.add(done)
    return found.finish()


def _file(
    session: _Session,
    source: Source,
    ways: tuple[Worker, output.Output | None, Marker],
    kind: int | None = None,
) -> None:
    """One input from its first byte to its last, or to where the policy stops the run. `kind` is
    the type of its records where they are all of one."""
    digest = hashlib.sha256()

    def seen(block: Bytes) -> None:
        digest.update(block.data)
        session.job.progress(len(block))

    layout = session.lanes.source
    try:
        form = session.lanes.plans[kind or 0].source.form
        tasks = chunks(source, form, session.job.batch_records, seen)
        _records(session, source, tasks, ways)
    finally:
        charset = scripts.described(layout)
        session.inputs.append(
            Input(
                source.name,
                source.size,
                digest.hexdigest(),
                source.records,
                charset,
                layout.framing.form,
            )
        )


def _records(
    session: _Session,
    source: Source,
    tasks: Iterator[Chunk],
    ways: tuple[Worker, output.Output | None, Marker],
) -> None:
    """The records of one input, through the workers into the ledger and the output."""
    job, ledger, (worker, written, marker) = session.job, session.ledger, ways
    audit = audits.Audit(session.lanes, source.number)
    for done in in_order(map(marker.mark, tasks), partial(worker, source), job.jobs):
        _begin(session, source)
        ledger.add(done)
        audit.add(done)
        if job.lineage:
            job.lineage.watch(done.chunk, done.rejected, done.filtered)
        if written:
            written.add(done)
        # The next chunk is waited for without the one before.
        del done
    _begin(session, source)
    place = source.size - len(source.tail)
    ending = session.lanes.form.end(source.tail, source.unended, place, source.order)
    source.problems += ending.problems
    ledger.file(source.number, source.problems)
    ledger.trailer(source.number, ending.trailer)
    ledger.found(audit.finish(source, marker.state))


def _output(session: _Session, group: Group) -> AbstractContextManager[output.Output | None]:
    """Where the records of a group of inputs go: only a conversion writes."""
    if session.command != "convert" or session.lanes.target is None:
        return nullcontext()
    return output.opened(session.lanes, group, session.run, session.job, session.scratch)


def _begin(session: _Session, source: Source) -> None:
    """What is known once the first bytes were read: findings on the file, the rejects' heading."""
    session.ledger.heading(source.number, source.opening)
    session.ledger.file(source.number, source.problems)


def _facts(session: _Session) -> RunFacts:
    job, ledger = session.job, session.ledger
    published = session.run if not session.stopped else None
    where = str(published.path) if published else ""
    written = published.outputs if published else ()
    return RunFacts(
        command=session.command,
        back=job.back,
        definitions=_definitions(job, session.lanes),
        inputs=[
            replace(read, findings=found)
            for read, found in zip(session.inputs, ledger.files(len(session.inputs)), strict=True)
        ],
        outputs=[Output(one.path, one.bytes, one.sha256, one.records) for one in written],
        counts=ledger.counts,
        policy=session.lanes.policy,
        problems=ledger.problems,
        run=Run(
            session.begun,
            time.monotonic() - session.started,
            where,
            jobs=job.jobs,
            pages=pages.names(job.pages) if published else (),
            layouts=job.layouts,
        ),
        stopped=session.stopped,
        complete=session.complete,
        balance=ledger.balance(),
        steps=ledger.steps(),
        fields=ledger.fields(),
        lineage=job.lineage.facts() if job.lineage and not session.stopped else {},
    )


def _definitions(job: Job, lanes: Lanes) -> list[Definition]:
    """The definitions in force, each with the hash of what it resolved to."""
    found = [_definition("source", lanes.source)]
    if lanes.target is not None:
        found.append(_definition("target", lanes.target))
    if job.mapping is not None:
        found.append(_definition("mapping", job.mapping.mapping))
    return found


def _definition(role: str, known: Layout | Mapping) -> Definition:
    digest = plans.fingerprint(known)
    title = known.title.model_dump() if known.title else {}
    edition, types = "", 0
    if isinstance(known, Layout):
        edition, types = known.edition, len(known.records) if len(known.records) > 1 else 0
    return Definition(role, known.id, known.version, digest, known.id, title, edition, types)


def _manifest(facts: RunFacts) -> dict[str, object]:
    """What the run was made from; nothing in it depends on the clock."""
    lineage = {"lineage": dict(facts.lineage)} if facts.lineage else {}
    return {
        **lineage,
        "manifest": 1,
        "command": facts.command,
        "back": facts.back,
        "inputs": [
            {"path": one.path, "bytes": one.bytes, "sha256": one.sha256} for one in facts.inputs
        ],
        "definitions": [
            {"role": one.role, "id": one.id, "version": one.version, "sha256": one.sha256}
            for one in facts.definitions
        ],
    }
