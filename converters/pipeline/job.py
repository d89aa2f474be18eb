"""What a run is asked to do, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from converters.findings import Mode
from converters.model import Layout, MappingSet

__all__ = ["STDIN", "Job", "Outcome"]

STDIN = "-"


def _silent(_read: int) -> None:
    """Nobody watches the progress."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run. `inputs` are paths or `-` for stdin.

    `mapping` is due for convert and roundtrip, `layout` for validate. `out` is the run directory,
    None for none. `pages` are the formats of the pages that are written into it (`pages.FORMATS`),
    `lang` the language of those that have one. `progress` is called with the number of bytes read
    since its last call, from the thread that runs the job.
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
    pages: tuple[str, ...] = ()
    lang: str = "ja"
    progress: Callable[[int], None] = field(default=_silent)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended: exit code, report, and the run directory if there is one."""

    exit_code: int
    report: dict[str, Any]
    run: Path | None
