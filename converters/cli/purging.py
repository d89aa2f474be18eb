"""purge: the command that takes personal data out of a run and leaves its proof."""

from __future__ import annotations

from typing import Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import say

__all__ = ["purge"]


@click.command()
@click.argument("run", type=options.PATH, metavar="RUN")
@click.option("--outputs", is_flag=True, help="Remove the outputs too.")
@click.option("-n", "--dry-run", is_flag=True, help="Only print what would go.")
@options.common
def purge(**given: Unpack[Given]) -> int:
    """Remove personal data from a run.

    Rejects, repairs, the residual, the values of findings and samples, and pages made from them.
    Counts, sums and hashes stay, and the manifest lists what went. Deleted is not overwritten:
    what the disk keeps of a deleted file is not for this program to say.

    \b
    utsushi purge runs/1 --dry-run
    utsushi purge runs/1 --outputs
    """
    from converters import rundir

    earlier = rundir.published(given["run"])
    work = rundir.purgeable if given["dry_run"] else rundir.purge
    gone = work(earlier, given["outputs"])
    for one in gone:
        click.echo(f"{one.what:8} {one.path}")
    if not given["dry_run"]:
        say("purged", files=len(gone), path=given["run"])
    return 0
