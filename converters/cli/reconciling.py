"""reconcile: the command that compares two runs, or a source with a target."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import say

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.reconcile import Difference

__all__ = ["reconcile"]

FOUND = 3
"""Exit code where something differs by more than it may."""

points = click.FloatRange(0, 100)


@click.command()
@click.argument("first", metavar="RUN_A|SOURCE")
@click.argument("second", metavar="RUN_B|TARGET")
@click.option("--mapping", metavar="ID|PATH", help="Compare files: the mapping between them.")
@click.option("--back", is_flag=True, help="With --mapping: SOURCE is in the standard layout.")
@click.option(
    "--max-fill-drop",
    type=points,
    default=1.0,
    show_default=True,
    metavar="P",
    help="Runs: points that the share of filled values of a field may fall by.",
)
@click.option(
    "--max-unknown-rise",
    type=points,
    default=1.0,
    show_default=True,
    metavar="P",
    help="Runs: points that the share of unknown dates of a field may rise by.",
)
@click.option(
    "--max-shift",
    type=points,
    default=1.0,
    show_default=True,
    metavar="P",
    help="Runs: points that the share of a category may change by.",
)
@click.option(
    "--max-rise",
    type=points,
    default=0.0,
    show_default=True,
    metavar="P",
    help="Runs: findings of a code per hundred records that may be more.",
)
@click.option("--json", is_flag=True, help="Print the differences as JSON.")
@options.jobs
@options.layouts
@options.common
def reconcile(**given: Unpack[Given]) -> int:
    """Compare two runs, or a target file with its source.

    Two runs (rehearsal n and n+1) are compared by their reports: records, sums, key totals,
    categories, rates, findings. With --mapping two files are counted and the target must be what
    the mapping makes of the source, whoever made it. Where each type of record has a file of its
    own, NAME.csv stands for all NAME.TYPE.csv. Exit code 3 when something differs by more than it
    may.

    \b
    utsushi reconcile runs/1 runs/2
    utsushi reconcile resident.dat theirs.csv --mapping vendor-a/resident-to-standard
    """
    found = _files(given) if given["mapping"] else _runs(given)
    _show(found, given["json"])
    return FOUND if any(one.is_beyond for one in found) else 0


def _runs(given: Given) -> Sequence[Difference]:
    from converters import reconcile as comparing
    from converters import rundir

    limits = comparing.Limits(
        given["max_fill_drop"], given["max_unknown_rise"], given["max_shift"], given["max_rise"]
    )
    for path in (given["first"], given["second"]):
        options.existing(path)
    first, second = (rundir.published(Path(given[key])) for key in ("first", "second"))
    return comparing.runs(first, second, limits)


def _files(given: Given) -> Sequence[Difference]:
    from converters import reconcile as comparing
    from converters import spec
    from converters.pipeline import Job, together

    mapping = spec.load_mapping(given["mapping"] or "", given["layouts"])
    sides = (mapping.target, mapping.source) if given["back"] else (mapping.source, mapping.target)
    pairs = zip((given["first"], given["second"]), sides, strict=True)
    first, second = (together(path, layout) for path, layout in pairs)
    for path in (*first, *second):
        options.existing(path)
    job = Job(first, mapping=mapping, back=given["back"], jobs=given["jobs"])
    return comparing.files(job, second)[1]


def _show(found: Sequence[Difference], as_json: bool) -> None:
    if as_json:
        rows: list[dict[str, Any]] = [asdict(one) for one in found]
        click.echo(json.dumps({"differences": rows}, ensure_ascii=False, indent=1))
        return
    for one in sorted(found, key=lambda one: not one.is_beyond):
        click.echo(f"{one.code or '-':7}  {one.kind:10}  {one.name}: {one.first} → {one.second}")
    beyond = sum(one.is_beyond for one in found)
    say("differences" if found else "no-differences", found=len(found), beyond=beyond)
