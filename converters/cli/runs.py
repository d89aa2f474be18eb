"""convert, validate, roundtrip: the commands that read whole files and report on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language

if TYPE_CHECKING:  # for the types only: the command line must start without polars
    from converters.pipeline import Job, Outcome

__all__ = ["convert", "roundtrip", "validate"]


@click.command()
@options.inputs
@options.mapping
@click.option("--back", is_flag=True, help="Run the mapping backwards: standard to vendor.")
@options.output
@click.option(
    "--to", type=click.Choice(["-"]), help="Stream the output to stdout, no run directory."
)
@click.option(
    "--keep-residual", is_flag=True, help="Keep what the way back needs to be byte-identical."
)
@click.option(
    "--residual", type=options.PATH, metavar="RUN", help="With --back: the run that kept it."
)
@options.policy
@options.layouts
@options.quiet
@options.common
def convert(**given: Unpack[Given]) -> int:
    """Convert files through a mapping, or back.

    Back runs the same mapping in the other direction.

    FILE may be - for stdin. Several files are one run.

    \b
    utsushi convert resident.dat --mapping vendor-a/resident-to-standard --out runs/1
    utsushi convert runs/1/resident.csv --mapping vendor-a/resident-to-standard --back --out runs/2
    """
    if (given["out"] is None) == (given["to"] is None):
        raise click.UsageError("give either --out or --to -")
    if given["residual"] is not None and not given["back"]:
        raise click.UsageError("--residual needs --back")
    from converters import pipeline

    return _finish(pipeline.convert, given)


@click.command()
@options.inputs
@options.layout
@options.output
@options.policy
@options.layouts
@options.quiet
@options.common
def validate(**given: Unpack[Given]) -> int:
    """Check files against their layout.

    Writes a report and no data; without --out it only prints the summary.

    \b
    utsushi validate resident.dat --layout vendor-a/resident --out runs/3
    """
    from converters import pipeline

    return _finish(pipeline.validate, given)


@click.command()
@options.inputs
@options.mapping
@options.output
@options.policy
@options.layouts
@options.quiet
@options.common
def roundtrip(**given: Unpack[Given]) -> int:
    """Convert there and back, compare the bytes.

    Exit code 0 when every record comes back identical, else 3 with the differences.

    \b
    utsushi roundtrip resident.dat --mapping vendor-a/resident-to-standard
    """
    from converters import pipeline

    return _finish(pipeline.roundtrip, given)


def _finish(run: Callable[[Job], Outcome], given: Given) -> int:
    """Run the job, then say how it went: the summary on stderr or the report on stdout."""
    from converters import progress, summary

    with progress.shown(_total(given), quiet=given["quiet"]) as advance:
        outcome = run(_job(given, advance))
    if given["json"]:
        click.echo(json.dumps(outcome.report, ensure_ascii=False, indent=2))
    elif not given["quiet"]:
        summary.show(outcome.report, language())
    return outcome.exit_code
