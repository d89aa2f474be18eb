"""characters: the command that lists every code of the texts of files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, say, word
from converters.errors import UsageError

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.census import Census
    from converters.model import Layout

__all__ = ["characters"]


@click.command()
@options.inputs
@click.option("--layout", metavar="ID|PATH", help="The layout of the files.")
@click.option(
    "--mapping",
    metavar="ID|PATH",
    help="Instead of --layout: FILE is its source, and its target is what must hold them.",
)
@click.option("--back", is_flag=True, help="With --mapping: FILE is in the target's layout.")
@click.option(
    "--target",
    metavar="NAME",
    help="What must hold them: a charset, jis-x-0213 or standard."
    "  [default: standard, or that of --mapping]",
)
@click.option("--out", type=options.PATH, metavar="DIR", help="Directory to make.")
@click.option(
    "--font",
    type=options.PATH,
    metavar="FILE",
    help="With --out: draw gaiji, and kanji that few fonts have, with this font.",
)
@click.option("--force", is_flag=True, help="Replace a directory that exists.")
@options.jobs
@options.batch_records
@click.option("--json", is_flag=True, help="Print the census as JSON, no summary.")
@options.layouts
@options.quiet
@options.common
def characters(**given: Unpack[Given]) -> int:
    """List every code of the texts of files.

    The census for 文字同定: each code with its count, its first place, its class, its character,
    whether it returns to the same bytes and whether the target can hold it; what needs a decision
    comes first. DIR gets it as CSV, Parquet and a page with the glyphs. The column `unicode` of
    the CSV is filled in by whoever identifies the characters.

    \b
    utsushi characters resident.dat --layout vendor-a/resident --out census/1
    """
    if (given["layout"] is None) == (given["mapping"] is None):
        raise click.UsageError("give --layout or --mapping")
    if given["back"] and given["mapping"] is None:
        raise click.UsageError("--back needs --mapping")
    if given["font"] is not None and given["out"] is None:
        raise click.UsageError("--font needs --out")
    from converters import census

    draw = census.outlines(given["font"]) if given["font"] is not None else None
    made = _census(given)
    if given["out"] is not None:
        page = census.page(made, draw)
        say("made", path=census.publish(made, page, given["out"], given["force"]))
    _show(made, given)
    return 0


def _census(given: Given) -> Census:
    from converters import census, progress
    from converters.pipeline import Job

    out = given["out"]
    if out is not None and out.exists() and not given["force"]:
        raise UsageError(f"{out}: {word('exists')}")
    layout, target = _sides(given)
    sizes = [options.existing(name).stat().st_size for name in given["inputs"] if name != "-"]
    total = sum(sizes) if "-" not in given["inputs"] else None
    with progress.shown(total, given["quiet"] or given["json"]) as advance:
        job = Job(
            given["inputs"],
            jobs=given["jobs"],
            batch_records=given["batch_records"],
            progress=advance,
        )
        return census.take(layout, target, job)


def _sides(given: Given) -> tuple[Layout, str]:
    """The layout of the files, and the name of what must hold their characters."""
    from converters import census, spec

    if given["mapping"] is None:
        layout = spec.load_layout(given["layout"] or "", given["layouts"])
        return layout, given["target"] or census.STANDARD
    found = spec.load_mapping(given["mapping"], given["layouts"])
    source, target = found.source, found.target
    if given["back"]:
        source, target = target, source
    return source, given["target"] or census.target_of(target)


def _show(made: Census, given: Given) -> None:
    from converters import census

    if given["json"]:
        click.echo(json.dumps(census.record(made), ensure_ascii=False, indent=1))
        return
    for line in census.sentences(made, language(), brief=given["quiet"]):
        click.echo(line)
