"""A census → its summary, and a directory with the sheet as CSV, Parquet and a page.

The directory appears whole, like that of a run, but it is none: it has no report, for a census
judges nothing.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from converters.census import sheet
from converters.census.codes import CLASSES
from converters.census.counting import Counted, count
from converters.census.sheet import DECIDE, Row
from converters.model import Layout
from converters.pipeline import STDIN, Job, fingerprint
from converters.report import program_version
from converters.rundir import RunDirectory

__all__ = ["Census", "publish", "record", "take"]

NAME: Final = "characters"


@dataclass(frozen=True, slots=True)
class Census:
    """The rows of the sheet, with what was counted, by which layout, for which target."""

    layout: Layout
    target: str
    counted: Counted
    rows: list[Row]


def take(layout: Layout, target: str, job: Job) -> Census:
    """The census of the job's inputs. UsageError for a target that is not known."""
    sheet.rows(layout, Counted((), ()), target)
    counted = count(layout, job)
    return Census(layout, target, counted, sheet.rows(layout, counted, target))


def record(census: Census) -> dict[str, Any]:
    """The census as JSON: what was read, totals, and the rows."""
    rows = [dict(zip(sheet.COLUMNS, asdict(row).values(), strict=True)) for row in census.rows]
    return {**_facts(census), "codes": rows}


def _facts(census: Census) -> dict[str, Any]:
    layout, rows = census.layout, census.rows
    return {
        "utsushi": program_version(),
        "layout": {"id": layout.id, "version": layout.version, "sha256": fingerprint(layout)},
        "target": census.target,
        "inputs": [asdict(one) for one in census.counted.inputs],
        "characters": sum(row.count for row in rows),
        "classes": _totals(CLASSES, ((row.kind, row.count) for row in rows)),
        "decide": _totals(DECIDE[:-1], ((row.decide, row.count) for row in rows)),
    }


def _totals(names: Iterable[str], counts: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """How many codes, and how often they occur, of each name that occurs at all."""
    known = list(counts)
    found = {}
    for name in names:
        times = [count for one, count in known if one == name]
        if times:
            found[name] = {"codes": len(times), "count": sum(times)}
    return found


def publish(census: Census, page: bytes, out: Path, force: bool) -> Path:
    """The directory of a census; EnvironmentFailure or UsageError where it cannot be made."""
    inputs = [Path(one.path) for one in census.counted.inputs if one.path != STDIN]
    with RunDirectory(out, force, inputs) as run:
        for ending, content in (*_files(census), ("html", page)):
            sink = run.sink(f"{NAME}.{ending}")
            sink.write(content, len(census.rows))
            run.close(sink)
        facts = {key: one for key, one in _facts(census).items() if key != "utsushi"}
        return run.publish(None, {"manifest": 1, "command": NAME, **facts})


def _files(census: Census) -> Iterable[tuple[str, bytes]]:
    yield "csv", sheet.as_csv(census.rows)
    packed = io.BytesIO()
    sheet.as_frame(census.rows).write_parquet(packed)
    yield "parquet", packed.getvalue()
