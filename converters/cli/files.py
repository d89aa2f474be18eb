"""preview, generate, anonymize: the commands that look into one file, and that make one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, say, word
from converters.errors import UsageError

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.pipeline.plan import Lanes

__all__ = ["anonymize", "generate", "preview"]


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--layout", metavar="ID|PATH", help="The layout of the file.")
@click.option(
    "--mapping",
    metavar="ID|PATH",
    help="Show mapped values too. With --layout, the side that FILE is on; else its source.",
)
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

    A byte ruler, then each field's raw bytes, decoded value and mapped values; rows of tables with
    theirs, and what a record does not have.

    Values are shown as they are: the terminal is yours.

    \b
    utsushi preview resident.dat --layout vendor-a/resident -n 2 --at 40
    """
    if given["mapping"] is None and given["layout"] is None:
        raise click.UsageError("give --layout or --mapping")
    if given["file"] != "-":
        options.existing(given["file"])
    from converters import preview as views
    from converters.cli import tables

    wanted = range(given["at"], given["at"] + given["number"])
    views.show(_lanes(given), given["file"], wanted, (tables.console(), language()))
    return 0


def _lanes(given: Given) -> Lanes:
    """The plans of a validation or, with a mapping, of the direction in which FILE is the input."""
    from converters import spec
    from converters.pipeline import Job, plan

    inputs, roots = (given["file"],), given["layouts"]
    layout = spec.load_layout(given["layout"], roots) if given["layout"] else None
    if given["mapping"] is None:
        assert layout is not None
        return plan.lanes(Job(inputs, layout=layout, samples="raw"))
    definitions = spec.load_mapping(given["mapping"], roots)
    sides = (definitions.source.id, definitions.target.id)
    if layout is not None and layout.id not in sides:
        raise UsageError(f"{layout.id} is no side of {definitions.mapping.id}: {', '.join(sides)}")
    back = layout is not None and layout.id == definitions.target.id
    return plan.lanes(Job(inputs, definitions, back=back, samples="raw"))


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
    assert out is not None, "click requires it"
    if out.exists() and not given["force"]:
        raise UsageError(f"{out}: {word('exists')}")
    layout = spec.load_layout(given["reference"], given["layouts"])
    maker.write(layout, out, given["records"], given["seed"], given["defects"])
    say("written", records=given["records"], path=out)
    return 0


@click.command()
@click.argument("file", metavar="FILE")
@options.layout
@click.option(
    "--key-file", type=options.PATH, required=True, metavar="FILE", help="A secret of 16 bytes up."
)
@click.option("-o", "--out", type=options.PATH, required=True, metavar="FILE", help="File to make.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@options.jobs
@options.batch_records
@options.layouts
@options.quiet
@options.common
def anonymize(**given: Unpack[Given]) -> int:
    """Make a twin of a file that is about nobody.

    Personal values are replaced, byte for byte in their places; lengths, codes, unknown dates and
    defects stay. The same value has the same pseudonym in every file made with the same key. Who
    has the key can find out who is who: keep it as you keep the file.

    \b
    utsushi anonymize resident.dat --layout vendor-a/resident --key-file secret -o rehearsal.dat
    """
    out = given["out"]
    assert out is not None, "click requires it"
    if out.exists() and not given["force"]:
        raise UsageError(f"{out}: {word('exists')}")
    source, key = options.existing(given["file"]), options.existing(str(given["key_file"]))
    if out.exists() and out.samefile(source):
        raise UsageError(f"{out}: {word('same')}")
    from converters import anonymize as twins
    from converters import progress, spec
    from converters.pipeline import Job

    layout = spec.load_layout(given["layout"] or "", given["layouts"])
    with progress.shown(source.stat().st_size, given["quiet"]) as advance:
        limit = given["batch_records"]
        job = Job((str(source),), jobs=given["jobs"], batch_records=limit, progress=advance)
        done = twins.anonymize(layout, str(source), out, key.read_bytes().strip(), job)
    for name, count in sorted(done.kept.items()):
        say("kept", field=name or word("record"), count=count)
    say("anonymized", records=done.records, path=out)
    return 0
