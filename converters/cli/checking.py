"""check: the command that looks at several files that are delivered together."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, word

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.filesets import Checked

__all__ = ["check"]


@click.command()
@click.argument("delivery", type=options.PATH, metavar="DIR")
@click.option("--set", "file_set", required=True, metavar="ID|PATH", help="The set of files.")
@options.output
@options.policy
@options.layouts
@options.quiet
@options.common
def check(**given: Unpack[Given]) -> int:
    """Check a delivery of several files.

    Each file in DIR is validated against its layout, then what the set says about the files
    together: is one missing, does every key have its counterpart, do totals agree. --out becomes a
    folder with a run directory for each member of the set, and one called set.

    \b
    utsushi check delivery/ --set vendor-a/delivery --out runs/5
    """
    folder = options.existing(str(given["delivery"]))
    from converters import filesets, progress, spec
    from converters.pipeline import Job

    known = spec.load_set(given["file_set"], given["layouts"])
    found = filesets.members(known.definition, folder)
    sizes = sum(path.stat().st_size for paths in found.files.values() for path in paths)
    job = Job(inputs=(), **options.of_run(given))
    with progress.shown(sizes, given["quiet"] or given["json"]) as advance:
        checked = filesets.check(known, folder, replace(job, progress=advance))
    _show(checked, given)
    return checked.exit_code


def _show(checked: Checked, given: Given) -> None:
    """The verdict on each member and the summary of the set, or all reports as JSON."""
    from converters import summary

    runs = {**checked.members, "set": checked.whole}
    if given["json"]:
        reports = {name: outcome.report for name, outcome in runs.items()}
        click.echo(json.dumps(reports, ensure_ascii=False, indent=1))
        return
    for name, outcome in checked.members.items():
        click.echo(f"{name}: {summary.verdict(outcome.report, language()).plain}", err=True)
    unmade = [one for one in checked.whole.report["steps"] if one["outcome"] == "unevaluated"]
    for one in unmade:
        click.echo(word("unmade", rule=one["rule"], fields=" / ".join(one["fields"])), err=True)
    summary.show(checked.whole.report, language(), quiet=given["quiet"])
