"""report render, diff and merge: the commands that read what runs left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, say
from converters.errors import UsageError

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.rundir import RunDirectory

__all__ = ["report"]

run_argument = click.argument("run", type=options.PATH, metavar="RUN")


@click.group()
def report() -> None:
    """Make the pages of a run, compare runs, add runs up."""


@report.command()
@run_argument
@options.pages("--format", "Pages to make: html, junit, md, xlsx with commas.")
@options.common
def render(**given: Unpack[Given]) -> int:
    """Make the pages of a run anew.

    They are made from report.json and findings.parquet of the run and written into it.

    \b
    utsushi report render runs/1 --format html,xlsx,junit,md
    """
    from converters import pages, rundir, series

    run = given["run"]
    found = series.load(run)
    if not run.is_dir():
        raise UsageError(f"{run} is no run directory")
    for name, content in pages.render(found, run / rundir.FINDINGS, given["report"], language()):
        say("made", path=rundir.put(run, name, content))
    return 0


@report.command()
@click.argument("before", type=options.PATH, metavar="BEFORE")
@click.argument("after", type=options.PATH, metavar="AFTER")
@click.option("--json", is_flag=True, help="Print the differences as JSON.")
@options.common
def diff(**given: Unpack[Given]) -> int:
    """Say what changed from one run to the next.

    Prints Markdown. Exit code 3 when AFTER has more errors of some kind than BEFORE, does not
    balance, or was stopped; else 0.

    \b
    utsushi report diff runs/rehearsal-1 runs/rehearsal-2
    """
    from dataclasses import asdict

    from converters import pages, series

    before, after = (series.load(given[name]) for name in ("before", "after"))
    found = series.difference(before, after)
    if given["json"]:
        changes = [asdict(one) for one in found]
        click.echo(json.dumps(changes, ensure_ascii=False, indent=1))
    else:
        names = (str(given["before"]), str(given["after"]))
        rows = [(one.part, one.name, one.what, one.before, one.after) for one in found]
        click.echo(pages.difference(rows, names, language()), nl=False)
    return 3 if series.worse(found, after) else 0


@report.command()
@click.argument("runs", nargs=-1, required=True, type=options.PATH, metavar="RUN...")
@click.option("--out", type=options.PATH, required=True, metavar="DIR", help="Directory to make.")
@click.option("--force", is_flag=True, help="Replace a run directory that exists.")
@options.pages("--report", "Pages to write into it: html, junit, md, xlsx with commas, or none.")
@options.quiet
@options.common
def merge(**given: Unpack[Given]) -> int:
    """Add runs up to one report.

    The runs are of one command and direction; their layouts may differ. Counts are added, the
    verdict is the worst one, and every discrepancy is kept. Exit code: that of the verdict. Keys
    that occur in two runs are only found when the files are read in one run.

    \b
    utsushi report merge runs/resident runs/household --out runs/all
    """
    from converters import pages, rundir, series, summary

    out = given["out"]
    assert out is not None, "click requires it"
    named = [(str(run), series.load(run)) for run in given["runs"]]
    made = series.merged(named)
    made["run"] |= {"directory": str(out.resolve())}
    if given["report"]:
        made["run"] |= {"pages": list(pages.names(given["report"]))}
    kept = [run / series.REPORT for run in given["runs"]]
    with rundir.RunDirectory(out, given["force"], kept) as run:
        _findings(run, given["runs"], [len(one["inputs"]) for _, one in named])
        shown = pages.render(made, run.written(rundir.FINDINGS), given["report"], language())
        run.publish(made, _manifest(named), shown)
    summary.show(made, language(), quiet=given["quiet"])
    return int(made["exit_code"])


def _findings(run: RunDirectory, runs: tuple[Path, ...], inputs: list[int]) -> None:
    """The findings of all runs in one file, the inputs numbered through."""
    from converters import rundir

    file = rundir.FindingsFile(run)
    for place, source in enumerate(runs):
        file.append(source / rundir.FINDINGS, sum(inputs[:place]))
    file.close()


def _manifest(named: list[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """What was added up."""
    inputs = [
        {name: one[name] for name in ("path", "bytes", "sha256")}
        for _, made in named
        for one in made["inputs"]
    ]
    return {"manifest": 1, "command": "merge", "runs": [run for run, _ in named], "inputs": inputs}
