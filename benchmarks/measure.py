"""A command → wall seconds, CPU seconds, peak memory of the whole process, as the kernel saw it."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Contender", "Figures", "Run", "compete", "run"]


@dataclass(frozen=True, slots=True)
class Contender:
    """One program in one job.

    `records` and `bytes` say how much it reads; a slow one may get a smaller file, and its times
    are then scaled to the job's size and marked. `clear` is removed before each run.
    """

    name: str
    command: tuple[str, ...]
    records: int
    bytes: int
    clear: Path | None = None
    stdout: Path | None = None
    fine: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Run:
    """One finished process: seconds and bytes."""

    wall: float
    cpu: float
    memory: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A contender's runs, its median time scaled to the job's records, and ours divided by it."""

    contender: Contender
    runs: tuple[Run, ...]
    wall: float
    ratio: float
    scaled: bool

    @property
    def memory(self) -> int:
        return max(run.memory for run in self.runs)


def run(contender: Contender) -> Run:
    """Run once. A command that fails ends the benchmark: a fast failure must not win."""
    _clear(contender.clear)
    with tempfile.TemporaryFile() as errors, open(contender.stdout or os.devnull, "wb") as out:
        begin = time.perf_counter()
        child = subprocess.Popen(
            contender.command, stdin=subprocess.DEVNULL, stdout=out, stderr=errors
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begin
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in contender.fine:
            errors.seek(0)
            text = errors.read().decode(errors="replace")[-2000:]
            sys.exit(f"{contender.name}: exit code {child.returncode}\n{text}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def compete(contenders: Sequence[Contender], rounds: int) -> tuple[Figures, ...]:
    """Each contender once per round, starting one later each time, so that drift hits them alike.

    A ratio is the median over the rounds of our time divided by the contender's: below 1, ours is
    faster.
    """
    runs: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    for shift in range(rounds):
        turn = shift % len(contenders)
        for contender in [*contenders[turn:], *contenders[:turn]]:
            runs[contender.name].append(run(contender))
            print(f"    {contender.name}: {runs[contender.name][-1].wall:.2f} s", flush=True)
    ours = contenders[0]
    return tuple(_figures(contender, runs, ours) for contender in contenders)


def _figures(contender: Contender, runs: dict[str, list[Run]], ours: Contender) -> Figures:
    scale = ours.records / contender.records
    walls = [run.wall * scale for run in runs[contender.name]]
    ratios = [first.wall / wall for wall, first in zip(walls, runs[ours.name], strict=True)]
    return Figures(
        contender,
        tuple(runs[contender.name]),
        statistics.median(walls),
        statistics.median(ratios),
        scale != 1,
    )


def _clear(path: Path | None) -> None:
    if path is None:
        return
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
