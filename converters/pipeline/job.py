"""What a run is asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from io import RawIOBase
from pathlib import Path
from typing import Any, Protocol

from converters.columns import Chunk, Ints, Mask
from converters.findings import Mode
from converters.groups import Group
from converters.model import Layout, MappingSet

__all__ = ["STDIN", "Job", "Lineage", "Outcome"]

STDIN = "-"


def _silent(_read: int) -> None:
    """Nobody watches the progress."""


class Lineage(Protocol):
    """What a run owes to an earlier one: its inputs with other bytes in some places."""

    def opened(self, name: str) -> RawIOBase:
        """An input, as this run is to read it."""

    def watch(self, chunk: Chunk, rejected: Mask, filtered: Ints) -> None:
        """Called with each chunk, in order: its rejected rows and its filtered record numbers."""

    def files(self) -> Iterable[tuple[str, bytes, int]]:
        """What the run keeps of it: path in the run, content, number of records."""

    def facts(self) -> Mapping[str, Any]:
        """The block `lineage` of manifest and report; called when all inputs were read."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `inputs` are paths or `-` for stdin.

    `mapping` is due for convert and roundtrip, `layout` for validate, which hands rows of its
    records to whoever is in `gather`, which names the type of record
    where the layout has several. `out` is the run directory,
    None for none. `lineage` is there where the run repeats an earlier one. `pages` are the formats
    of the pages that are written into it (`pages.FORMATS`), `lang` the language of those that have
    one; `layouts` are the folders in which definitions were looked for. `progress` is called with
    the number of bytes read since its last call, from the thread
    that runs the job.
    """

    inputs: tuple[str, ...]
    mapping: MappingSet | None = None
    layout: Layout | None = None
    back: bool = False
    out: Path | None = None
    to_stdout: bool = False
    force: bool = False
    jobs: int = 1
    batch_records: int | None = None
    fail_on: str = "error"
    on_error: str = "reject"
    max_errors: int | None = None
    samples: Mode = "masked"
    keep_residual: bool = False
    residual: Path | None = None
    lineage: Lineage | None = None
    gather: tuple[tuple[str, Group], ...] = ()
    pages: tuple[str, ...] = ()
    lang: str = "ja"
    layouts: tuple[str, ...] = ()
    progress: Callable[[int], None] = field(default=_silent)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: exit code, report, and the run directory if there is one."""

    exit_code: int
    report: dict[str, Any]
    run: Path | None
