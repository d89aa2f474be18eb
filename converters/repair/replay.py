"""Repaired records → the run they came from, once more, with them in their places.

The whole input is read again: keys must be unique over all records, sums and key totals are those
of all records, and the output is in the order of the input. A merge of two outputs could prove
none of that. The inputs must lie there as they did; their hash is checked on the way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from io import RawIOBase
from pathlib import Path
from typing import Any, Final

import numpy as np

from converters.columns import Chunk, Ints, Mask
from converters.errors import EnvironmentFailure, UsageError
from converters.pipeline import STDIN, Job, Outcome, convert, roundtrip, validate
from converters.pipeline.plan import Lanes
from converters.repair.columns import columns
from converters.repair.patch import patched
from converters.repair.rejected import Selection, chosen, inputs
from converters.repair.repaired import Faults, Repaired, repaired
from converters.repair.repairs import Repair, kept, merged, repair, written
from converters.repair.spliced import Spliced
from converters.rundir import Published

__all__ = ["Replay", "replay"]

RUNS: Final[dict[str, Callable[[Job], Outcome]]] = {
    "convert": convert,
    "roundtrip": roundtrip,
    "validate": validate,
}


def replay(
    run: Published, lanes: Lanes, sheets: Sequence[Path], job: Job, changed: bool
) -> Outcome:
    """The run of `job` over the inputs of `run` with the records of the sheets repaired.

    Without sheets all rejected records are replayed as they are. `changed` tells that the
    definitions are not those of the run.
    """
    if run.manifest["command"] not in RUNS:
        raise UsageError(f"{run.path} is put together from other runs; replay those")
    names = [one["path"] for one in run.manifest["inputs"]]
    if STDIN in names:
        raise UsageError(f"{run.path} read stdin, which cannot be read again")
    replayed = _replayed(run, lanes, sheets)
    lineage = Replay(run, dict(zip(inputs(run), job.inputs, strict=True)), replayed, changed)
    return RUNS[run.manifest["command"]](replace(job, lineage=lineage))


def _replayed(run: Published, lanes: Lanes, sheets: Sequence[Path]) -> list[Repair]:
    """The records to replay, by input and place; UsageError with everything the sheets have
    wrong."""
    faults, fields = Faults(), columns(lanes.source)
    known = repaired(sheets, fields, faults) if sheets else None
    found = []
    for one in chosen(run, lanes, Selection()):
        key = one.file, one.record
        now: tuple[bytes, tuple[str, ...]] = one.data, ()
        if known is not None:
            if key not in known.records:
                continue
            if key in known.changed:
                side = lanes.plans[one.kind].source
                now = patched((side, fields), one, known.changed[key], faults)
        new = repair(*key, one.offset, one.data, now)
        found.append(new)
        _same(new, known, faults)
    for file, record in known.records if known else ():
        faults.add(str(run.path), f"record {record} of {file} is not among the rejects")
    faults.stop()
    return found


def _same(new: Repair, known: Repaired | None, faults: Faults) -> None:
    """The row must be of this record; rows that were met are struck off."""
    if known is None:
        return
    key = new.file, new.record
    if not new.before.startswith(known.records.pop(key)):
        faults.add(f"record {new.record} of {new.file}", "_check is that of another record")


class Replay:
    """What a replay owes to its run. Guards the repairs, the open inputs, and the counts of what
    became of the replayed records; see `pipeline.Lineage`. `paths` is where each input lies."""

    def __init__(
        self, run: Published, paths: Mapping[str, str], replayed: list[Repair], changed: bool
    ) -> None:
        self._run = run
        self._changed = changed
        self._paths = paths
        self._replayed = replayed
        edits = [one for one in replayed if one.is_edit]
        earlier = kept(run)
        self._repairs = {file: merged(_of(file, earlier), _of(file, edits)) for file in paths}
        self._places = [_places(_of(file, replayed)) for file in paths]
        self._open: dict[str, Spliced] = {}
        self._counts = dict.fromkeys(("added", "converted", "rejected", "filtered"), 0)
        self._read = 0

    def opened(self, name: str) -> RawIOBase:
        """An input with every repair, those of earlier replays included."""
        file = next(file for file, path in self._paths.items() if path == name)
        patches = [one.patch for one in self._repairs[file]]
        self._open[file] = Spliced(Path(name), patches)
        return self._open[file]

    def watch(self, chunk: Chunk, rejected: Mask, filtered: Ints) -> None:
        """Count what becomes of the replayed records of a chunk."""
        starts, ends = self._places[chunk.file]
        begins = chunk.edges[0] + chunk.offset
        ours = np.isin(begins, starts)
        last = np.searchsorted(starts, begins, side="right") - 1
        within = (last >= 0) & ~ours & (begins < ends[last]) if len(starts) else ours
        dropped = np.zeros(chunk.records, np.bool_)
        dropped[filtered - chunk.first] = True
        self._read += chunk.records
        self._counts["added"] += int(within.sum())
        self._counts["rejected"] += int((ours & rejected).sum())
        self._counts["filtered"] += int((ours & dropped).sum())
        self._counts["converted"] += int((ours & ~rejected & ~dropped).sum())

    def files(self) -> Iterable[tuple[str, bytes, int]]:
        """The repairs, and the records that were replayed as they were."""
        plain = [one for one in self._replayed if not one.is_edit]
        every = [one for file in self._repairs.values() for one in file]
        return written([*every, *plain])

    def facts(self) -> Mapping[str, Any]:
        """The block `lineage`. EnvironmentFailure where an input is another one than it was,
        UsageError where a repaired record swallowed others."""
        known = self._inputs()
        removed = sum(not one.now for one in self._replayed)
        before = self._run.report["counts"]
        counted = sum(self._counts[key] for key in ("converted", "rejected", "filtered"))
        if counted + removed != len(self._replayed) or (
            int(before["read"]) + self._counts["added"] - removed != self._read
        ):
            raise UsageError("a repaired record runs into others: look at quotes and line ends")
        lineage = self._run.manifest.get("lineage", {})
        return {
            "run": self._run.path.resolve().name,
            "manifest": self._run.sha256,
            "ancestors": [*filter(None, [lineage.get("manifest")]), *lineage.get("ancestors", ())],
            "before": before,
            "inputs": known,
            "definitions": "changed" if self._changed else "same",
            "replayed": {
                "records": len(self._replayed),
                "edited": sum(one.is_edit for one in self._replayed),
                "removed": removed,
                **self._counts,
            },
        }

    def _inputs(self) -> list[dict[str, Any]]:
        """The inputs of the first run, which this one has read again."""
        manifest = self._run.manifest
        known = manifest.get("lineage", manifest)["inputs"]
        for file, one in zip(self._paths, known, strict=True):
            if self._open[file].digest() != one["sha256"]:
                reason = f"is not the file that {self._run.path} read"
                raise EnvironmentFailure(self._paths[file], reason)
        return [{key: one[key] for key in ("path", "bytes", "sha256")} for one in known]


def _of(file: str, repairs: Iterable[Repair]) -> list[Repair]:
    return [one for one in repairs if one.file == file]


def _places(replayed: Sequence[Repair]) -> tuple[Ints, Ints]:
    """Where the replayed records of an input begin and end in what is read now."""
    growth = np.cumsum([0, *(one.growth for one in replayed)])
    sizes = np.array([one.now for one in replayed], np.int64)
    starts = np.array([one.patch.offset for one in replayed], np.int64) + growth[:-1]
    return starts[sizes > 0], (starts + sizes)[sizes > 0]
