"""convert, validate, roundtrip: the commands that read whole files and report on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.model import Layout, MappingSet
    from converters.pipeline import Job, Outcome

__all__ = ["convert", "finish", "roundtrip", "validate"]


@click.command()
@options.inputs
@options.mapping
@click.option("--back", is_flag=True, help="Run the mapping backwards: standard to vendor.")
@options.output
@click.option("--to", type=click.Choice(["-"]), help="Write the output to stdout.")
@options.keep_residual
@click.option(
    "--residual", type=options.PATH, metavar="RUN", help="With --back: the run that kept it."
)
@options.policy
@options.layouts
@options.quiet
@options.common
def convert(**given: Unpack[Given]) -> int:
    """Convert files through a mapping, or back.

    Back runs the same mapping in the other direction. FILE may be - for stdin; several files are
    one run.

    \b
    utsushi convert resident.dat --mapping vendor-a/resident-to-standard --out runs/1
    utsushi convert runs/1/*.csv --mapping vendor-a/resident-to-standard --back --out runs/2
    """
    if given["out"] is None and given["to"] is None:
        raise click.UsageError("give --out or --to -")
    if given["residual"] is not None and not given["back"]:
        raise click.UsageError("--residual needs --back")
    if given["keep_residual"] and given["out"] is None:
        raise click.UsageError("--keep-residual needs --out")
    from converters import pipeline

    return finish(pipeline.convert, given)


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

    return finish(pipeline.validate, given)


@click.command()
@options.inputs
@options.mapping
@click.option("--back", is_flag=True, help="FILE is in the standard layout.")
@options.output
@options.keep_residual
@options.policy
@options.layouts
@options.quiet
@options.common
def roundtrip(**given: Unpack[Given]) -> int:
    """Convert there and back, compare the bytes.

    Exit code 0 when every record comes back identical, else 3 with the differences. With
    --keep-residual the residual is applied, as convert --back --residual would.

    \b
    utsushi roundtrip resident.dat --mapping vendor-a/resident-to-standard
    """
    from converters import pipeline

    return finish(pipeline.roundtrip, given)


def finish(
    run: Callable[[Job], Outcome],
    given: Given,
    loaded: tuple[MappingSet | None, Layout | None] = (None, None),
) -> int:
    """Run the job, then say how it went: the summary on stderr or the report on stdout.

    `loaded` are definitions that are there already.
    """
    from converters import progress, summary

    sizes = [options.existing(name).stat().st_size for name in given["inputs"] if name != "-"]
    total = sum(sizes) if "-" not in given["inputs"] else None
    with progress.shown(total, given["quiet"] or given["json"]) as advance:
        outcome = run(_job(given, loaded, advance))
    if given["json"]:
        click.echo(json.dumps(outcome.report, ensure_ascii=False, indent=1))
    else:
        summary.show(outcome.report, language(), quiet=given["quiet"])
    if given["verbose"]:
        _details(outcome.report)
    return outcome.exit_code


def _details(report: dict[str, Any]) -> None:
    """What the run was made of and how fast it was, on stderr."""
    rows = [(each["role"], each["id"], each["version"], each) for each in report["definitions"]]
    rows += [("input", each["path"], each["bytes"], each) for each in report["inputs"]]
    for role, name, fact, each in rows:
        click.echo(f"{role:8} {name} {fact} {each['sha256']}", err=True)
    run = report["run"]
    rate = sum(read["bytes"] for read in report["inputs"]) / 1e6 / max(run["seconds"], 1e-3)
    speed = f"{run['seconds']} s, {rate:,.0f} MB/s, jobs {run['jobs']}"
    click.echo(f"{'run':8} {speed}, Python {run['python']}, {run['platform']}", err=True)


def _job(
    given: Given, loaded: tuple[MappingSet | None, Layout | None], advance: Callable[[int], None]
) -> Job:
    """The job of the options; definitions are loaded here, and all their problems reported."""
    from converters import spec
    from converters.pipeline import Job

    mapping, layout = loaded
    if mapping is None and layout is None:
        named, plain = given.get("mapping"), given.get("layout")
        mapping = spec.load_mapping(named, given["layouts"]) if named else None
        layout = spec.load_layout(plain, given["layouts"]) if plain else None
    return Job(
        inputs=given["inputs"],
        mapping=mapping,
        layout=layout,
        back=given.get("back", False),
        to_stdout=given.get("to") is not None,
        keep_residual=given.get("keep_residual", False),
        residual=given.get("residual"),
        progress=advance,
        **options.of_run(given),
    )
