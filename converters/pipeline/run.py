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
from typing import Any

import numpy as np

from converters import pages, scripts
from converters.balance import Books
from converters.columns import Bytes, Chunk, Ints
from converters.errors import StoppedByPolicy, UsageError
from converters.model import Layout, Mapping
from converters.pipeline import output, work
from converters.pipeline import plan as plans
from converters.pipeline.job import STDIN, Job, Outcome
from converters.pipeline.ledger import Ledger
from converters.pipeline.loop import in_order
from converters.pipeline.plan import Plan
from converters.pipeline.reading import Source, chunks
from converters.pipeline.work import Done
from converters.report import Definition, Input, Output, Run, RunFacts, report, verdict
from converters.rundir import FINDINGS, RunDirectory

__all__ = ["convert", "counted", "roundtrip", "validate"]

Worker = Callable[[Source, Chunk], Done]


@dataclass(slots=True)
class _Session:
    """A run under way. It guards what its commit needs: the open run, its ledger, its files."""

    job: Job
    command: str
    plan: Plan
    back: Plan | None
    run: RunDirectory | None
    ledger: Ledger
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: float = field(default_factory=time.monotonic)
    inputs: list[Input] = field(default_factory=list)
    complete: bool = True
    stopped: str = ""


def convert(job: Job) -> Outcome:
    """Files through a mapping, or back; the run directory is published whole or not at all."""
    assert job.mapping is not None, "a conversion needs a mapping"
    mapping, job = job.mapping, _as_received(job, job.mapping.source)
    plan = plans.plan(mapping, job.back, job)
    back = plans.reverse(mapping, plan, job) if job.keep_residual else None
    if job.to_stdout and len(job.inputs) > 1:
        raise UsageError("--to - writes one output; give one input")
    with _session(job, "convert", plan, back) as session:
        worker = partial(work.with_residual, plan, back) if back else partial(work.convert, plan)
        return _run(session, worker)


def _as_received(job: Job, layout: Layout) -> Job:
    """A source whose codes return as they came keeps its residual, asked or not."""
    chosen = layout.characters is not None and layout.characters.prefer == "as-received"
    return replace(job, keep_residual=True) if chosen and not job.back and job.out else job


def validate(job: Job) -> Outcome:
    """Files against their layout: the same loop without its end."""
    assert job.layout is not None, "validation needs a layout"
    plan = plans.validation(job.layout, job)
    with _session(job, "validate", plan, None) as session:
        return _run(session, partial(work.convert, plan))


def roundtrip(job: Job) -> Outcome:
    """Files there and back in memory; every field whose bytes differ is a finding."""
    assert job.mapping is not None, "a round trip needs a mapping"
    plan = plans.plan(job.mapping, job.back, job)
    back = plans.reverse(job.mapping, plan, job)
    with _session(job, "roundtrip", plan, back) as session:
        return _run(session, partial(work.return_trip, plan, back, job.keep_residual))


def counted(job: Job) -> Books | None:
    """The tallies of a run that writes nothing: through the mapping where there is one, else those
    of the files alone. None where the files hold no record."""
    if job.mapping is None:
        assert job.layout is not None, "files have a layout, or a mapping has"
        plan = plans.validation(job.layout, job)
    else:
        plan = plans.plan(job.mapping, job.back, job)
    with _session(replace(job, out=None), "count", plan, None) as session:
        for number, name in enumerate(job.inputs):
            _file(session, _source(job, name, number), partial(work.convert, plan))
        return session.ledger.books()


@contextmanager
def _session(job: Job, command: str, plan: Plan, back: Plan | None) -> Iterator[_Session]:
    with ExitStack() as stack:
        run = None
        if job.out is not None:
            inputs = [Path(name) for name in job.inputs if name != STDIN]
            run = stack.enter_context(RunDirectory(job.out, job.force, inputs))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="utsushi-")))
        ledger = Ledger(plan, run, job.inputs, scratch)
        stack.callback(ledger.discard)
        yield _Session(job, command, plan, back, run, ledger)


def _run(session: _Session, worker: Worker) -> Outcome:
    job = session.job
    try:
        for number, name in enumerate(job.inputs):
            _file(session, _source(job, name, number), worker)
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


def _source(job: Job, name: str, number: int) -> Source:
    return Source(name, number, job.lineage.opened) if job.lineage else Source(name, number)


def _keep_lineage(session: _Session) -> None:
    """The files that tell what this run changed in the inputs of an earlier one."""
    if session.job.lineage is None or session.run is None:
        return
    for name, content, records in session.job.lineage.files():
        sink = session.run.sink(name)
        sink.write(content, records)
        session.run.close(sink)


def _file(session: _Session, source: Source, worker: Worker) -> None:
    """One input from its first byte to its last, or to where the policy stops the run."""
    digest = hashlib.sha256()

    def seen(block: Bytes) -> None:
        digest.update(block.data)
        session.job.progress(len(block))

    try:
        _records(session, source, worker, seen)
    finally:
        framing = session.plan.source.layout.framing
        form = framing.form
        charset = scripts.described(session.plan.source.layout)
        session.inputs.append(
            Input(source.name, source.size, digest.hexdigest(), source.records, charset, form)
        )


def _records(
    session: _Session, source: Source, worker: Worker, seen: Callable[[Bytes], None]
) -> None:
    """The records of one input, through the workers into the ledger and the output."""
    job, plan = session.job, session.plan
    tasks = chunks(source, plan.source.form, job.batch_records, seen)
    with _output(session, source) as output:
        for done in in_order(tasks, partial(worker, source), job.jobs):
            _begin(session, source)
            session.ledger.add(done.step)
            if job.lineage:
                step = done.step
                filtered = [numbers for _, numbers in step.dropped]
                job.lineage.watch(step.chunk, step.rejected, _joined(filtered))
            if output:
                output.add(done)
        _begin(session, source)
        place = source.size - len(source.tail)
        ending = plan.source.form.end(source.tail, source.unended, place, source.order)
        source.problems += ending.problems
        session.ledger.file(source.number, source.problems)
        session.ledger.trailer(source.number, ending.trailer)
    if output:
        session.ledger.misfits(source.number, output.misfits)


def _joined(numbers: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *numbers])


def _output(session: _Session, source: Source) -> AbstractContextManager[output.Output | None]:
    """Where the records of an input go: only a conversion writes."""
    job, target = session.job, session.plan.target
    if session.command != "convert" or target is None:
        return nullcontext()
    name = output.names(job.inputs, target.layout)[source.number]
    kept = job.keep_residual, job.residual
    return output.opened(target, name, source, session.run, kept)


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
        definitions=_definitions(job, session.plan),
        inputs=[
            replace(read, findings=found)
            for read, found in zip(session.inputs, ledger.files(len(session.inputs)), strict=True)
        ],
        outputs=[Output(one.path, one.bytes, one.sha256, one.records) for one in written],
        counts=ledger.counts,
        policy=session.plan.policy,
        problems=ledger.problems,
        run=Run(
            session.begun,
            time.monotonic() - session.started,
            where,
            jobs=job.jobs,
            pages=pages.names(job.pages) if published else (),
        ),
        stopped=session.stopped,
        complete=session.complete,
        balance=ledger.balance(),
        steps=ledger.steps(),
        fields=ledger.fields(),
        lineage=job.lineage.facts() if job.lineage and not session.stopped else {},
    )


def _definitions(job: Job, plan: Plan) -> list[Definition]:
    """The definitions in force, each with the hash of what it resolved to."""
    found = [_definition("source", plan.source.layout)]
    if plan.target is not None:
        found.append(_definition("target", plan.target.layout))
    if job.mapping is not None:
        found.append(_definition("mapping", job.mapping.mapping))
    return found


def _definition(role: str, known: Layout | Mapping) -> Definition:
    digest = plans.fingerprint(known)
    title = known.title.model_dump() if known.title else {}
    edition = known.edition if isinstance(known, Layout) else ""
    return Definition(role, known.id, known.version, digest, known.id, title, edition)


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
