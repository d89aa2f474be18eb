"""preview and generate: the commands that look into one file, and that make one."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import say

__all__ = ["generate", "preview"]


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--layout", metavar="ID|PATH", help="The layout of the file.")
@click.option("--mapping", metavar="ID|PATH", help="Show mapped values too; implies its layout.")
@click.option("--back", is_flag=True, help="With --mapping: FILE is in the target layout.")
@click.option(
    "-n", "number", type=click.IntRange(min=1), default=1, show_default=True, help="Records."
)
@click.option(
    "--at",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="RECORD",
    help="First record to show, counted from 1.",
)
@options.layouts
@options.common
def preview(**given: Unpack[Given]) -> int:
    """Show records byte by byte.

    A byte ruler, then each field's raw bytes, decoded value and mapped values.

    Values are shown as they are: the terminal is yours.

    \b
    utsushi preview resident.dat --layout vendor-a/resident -n 2 --at 40
    """
    if given["layout"] is None and given["mapping"] is None:
        raise click.UsageError("give --layout or --mapping")
    from converters import preview as views

    views.show(given["file"], given)
    return 0


@click.command()
@click.argument("reference", metavar="LAYOUT")
@click.option("--records", type=click.IntRange(min=0), required=True, help="Records to make.")
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same bytes.")
@click.option(
    "--defects",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="RATE",
    help="Share of records with a defect; FILE.defects.csv lists them.",
)
@click.option("-o", "--out", type=options.PATH, required=True, metavar="FILE", help="File to make.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@options.layouts
@options.common
def generate(**given: Unpack[Given]) -> int:
    """Make a synthetic file of a layout.

    \b
    utsushi generate vendor-a/resident --records 1000 --seed 1 -o resident.dat
    """
    from converters import generate as maker
    from converters import spec

    out = given["out"]
    assert isinstance(out, Path), "click requires it"
    layout = spec.load_layout(given["reference"], given["layouts"])
    maker.write(layout, out, given["records"], given["seed"], given["defects"])
    say("written", records=given["records"], path=out)
    return 0
