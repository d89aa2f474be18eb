"""Bytes read so far → a bar on a terminal's stderr, a line every half minute elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Advance", "shown"]

Advance = Callable[[int], None]
"""Called with the number of bytes read since the last call."""

PAUSE = 30.0
"""Seconds between two lines where there is no terminal."""


@contextmanager
def shown(total: int | None, quiet: bool) -> Iterator[Advance]:
    """Progress while the block runs. `total` is None where the size is unknown (stdin)."""
    if quiet:
        yield lambda _read: None
    elif sys.stderr.isatty():
        with _bar(total) as advance:
            yield advance
    else:
        yield _lines(total, _print)


@contextmanager
def _bar(total: int | None) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as SpeedColumn

    columns = (BarColumn(), DownloadColumn(), SpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)

        def advance(read: int) -> None:
            progress.advance(task, read)

        yield advance


def _lines(total: int | None, write: Callable[[str], None]) -> Advance:
    """Counts, and writes a line when `PAUSE` seconds have gone since the last one."""
    begin = last = time.monotonic()
    done = 0

    def advance(read: int) -> None:
        nonlocal last, done
        done += read
        now = time.monotonic()
        if now - last >= PAUSE:
            last = now
            write(_line(done, total, now - begin))

    return advance


def _line(done: int, total: int | None, seconds: float) -> str:
    share = f" of {total / 1e6:,.0f} MB, {done / total:.0%}" if total else " MB"
    return f"utsushi: {done / 1e6:,.0f}{share}, {done / 1e6 / seconds:,.0f} MB/s"


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
