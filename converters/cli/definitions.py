"""layout, mapping, schema, explain: the commands that read definitions and touch no data."""

from __future__ import annotations

import json
from typing import Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, say
from converters.errors import DefinitionError

__all__ = ["explain", "layout", "mapping", "schema"]

reference = click.argument("reference", metavar="ID|PATH")
references = click.argument("references", nargs=-1, required=True, metavar="PATH...")


@click.group()
def layout() -> None:
    """List, show and check layouts."""


@click.group()
def mapping() -> None:
    """Check mappings and what they cover."""


@layout.command("list")
@options.layouts
@options.common
def list_layouts(**given: Unpack[Given]) -> int:
    """List layouts and mappings that have an id.

    \b
    utsushi layout list
    utsushi layout list --layouts my-layouts
    """
    from converters import spec

    found = spec.list_definitions(given["layouts"])
    widest = max((len(each.id) for each in found), default=0)
    for each in found:
        title = each.title(language())
        click.echo(f"{each.kind:8} {each.id:{widest}}  {each.version:8} {title}".rstrip())
    return 0


@layout.command("show")
@reference
@click.option("--json", is_flag=True, help="Print the whole layout as JSON.")
@options.layouts
@options.common
def show_layout(**given: Unpack[Given]) -> int:
    """Show the fields of a layout.

    \b
    utsushi layout show vendor-a/resident
    """
    from converters import spec
    from converters.cli import tables

    layout = spec.load_layout(given["reference"], given["layouts"])
    if given["json"]:
        click.echo(layout.model_dump_json(by_alias=True, indent=1, exclude_none=True))
    else:
        tables.show_layout(layout, language())
    return 0


@layout.command("lint")
@references
@options.layouts
@options.common
def lint_layouts(**given: Unpack[Given]) -> int:
    """Check layout files or folders.

    Prints every problem with file:line:column.

    \b
    utsushi layout lint layouts/vendor-a
    """
    return _lint(given)


@layout.group("import")
def import_layout() -> None:
    """Make a layout from another notation."""


@import_layout.command("copybook")
@click.argument("file", metavar="FILE")
@click.option(
    "--id", "identity", metavar="ID", help="Id of the layout.  [default: name of the file]"
)
@click.option("--charset", default="cp932", show_default=True, help="Charset of the data.")
@click.option(
    "--dialect",
    type=click.Choice(["fujitsu", "gnucobol", "ibm", "microfocus"]),
    default="ibm",
    show_default=True,
    help="The compiler: sizes of binary fields, SYNCHRONIZED, signs.",
)
@click.option(
    "--terminator",
    type=click.Choice(["none", "lf", "crlf"]),
    default="none",
    show_default=True,
    help="What stands behind each record.",
)
@click.option("--record", "which", default="", metavar="NAME", help="The level 01 entry to take.")
@click.option(
    "--redefines",
    multiple=True,
    metavar="NAME=READING",
    help="Which reading of a redefined item to take: its name, or its number from 1; or several by "
    "conditions, NAME=READING:FIELD=VALUE|VALUE,READING:FIELD=VALUE.",
)
@click.option(
    "--tables",
    type=click.Choice(["maximum", "padded", "shifted"]),
    help="How tables with OCCURS DEPENDING ON lie in the file.  [default: maximum; shifted with "
    "--by]",
)
@click.option(
    "--by",
    type=click.Choice(["rdw", "crlf", "lf", "nl", "tables"]),
    help="What parts records of varying length: descriptor words, line ends, or only the counts of "
    "their tables.  [default: all of one length]",
)
@click.option(
    "--rows",
    multiple=True,
    metavar="TABLE",
    help="A table with OCCURS whose repetitions are records of their own.",
)
@click.option("--replacing", multiple=True, metavar="TEXT=TEXT", help="As COPY REPLACING.")
@click.option(
    "--include", multiple=True, type=options.PATH, metavar="DIR", help="Where COPY looks."
)
@click.option(
    "--source-format",
    type=click.Choice(["auto", "fixed", "free"]),
    default="auto",
    show_default=True,
    help="Columns 7 to 72, or whole lines.",
)
@options.common
def import_copybook(**given: Unpack[Given]) -> int:
    """Make a layout from a COBOL copybook, and print it.

    Clauses that are not read are errors that name the line, all of them at once. OCCURS becomes
    numbered fields, with DEPENDING ON a table that has a count.

    \b
    utsushi layout import copybook RECORD.cpy --id vendor/record > layouts/vendor/record.yaml
    """
    path = options.existing(given["file"])
    from converters import importers

    reading = importers.Reading(
        given["source_format"], given["include"], options.pairs("--replacing", given["replacing"])
    )
    request = importers.Request(
        id=given["identity"] or path.stem,
        charset=given["charset"],
        dialect=given["dialect"],
        terminator=given["terminator"],
        tables=given["tables"] or "",
        by=given["by"] or "",
        rows=given["rows"],
        record=given["which"],
        choices=dict(options.pairs("--redefines", given["redefines"])),
        reading=reading,
    )
    click.echo(importers.copybook(path, request), nl=False)
    return 0


@layout.command("plain")
@reference
@click.option("--id", "identity", metavar="ID", help="Id of the new layout.  [default: ID-csv]")
@options.layouts
@options.common
def plain_layout(**given: Unpack[Given]) -> int:
    """Make the layout of a CSV with the same items, and print it.

    UTF-8 with a header, numbers and dates as people write them; records of several types get a
    file each. `utsushi mapping draft` makes the mapping between the two.

    \b
    utsushi layout plain host/amounts > my/amounts-csv.yaml
    """
    from converters import drafts, spec

    found = spec.load_layout(given["reference"], given["layouts"])
    click.echo(drafts.plain(found, given["identity"] or f"{found.id}-csv"), nl=False)
    return 0


@mapping.command("draft")
@click.argument("source", metavar="SOURCE")
@click.argument("into", metavar="TARGET")
@click.option(
    "--id", "identity", metavar="ID", help="Id of the mapping.  [default: SOURCE-to-TARGET]"
)
@options.layouts
@options.common
def draft_mapping(**given: Unpack[Given]) -> int:
    """Make a mapping between two layouts as far as names tell it, and print it.

    Items of the same name, width, case and separators aside, become rules. What has no partner is
    told in comments with the names that look most like it; `utsushi mapping lint` says it again.

    \b
    utsushi mapping draft my/resident standard/juki/個人 > my/resident-to-standard.yaml
    """
    from converters import drafts, spec

    source = spec.load_layout(given["source"], given["layouts"])
    target = spec.load_layout(given["into"], given["layouts"])
    identity = given["identity"] or f"{source.id}-to-{target.id.rpartition('/')[2]}"
    click.echo(drafts.draft(source, target, identity, language()), nl=False)
    return 0


@mapping.command("lint")
@references
@options.layouts
@options.common
def lint_mappings(**given: Unpack[Given]) -> int:
    """Check mapping files or folders, with their layouts.

    Prints every problem with file:line:column.

    \b
    utsushi mapping lint layouts/vendor-a/resident-to-standard.yaml
    """
    return _lint(given)


def _lint(given: Given) -> int:
    """All problems of all paths together; `spec` sees by itself what each file is."""
    paths = [options.existing(path) for path in given["references"]]
    from converters import spec

    if problems := spec.lint(paths, given["layouts"]):
        raise DefinitionError(problems)
    say("lint-clean")
    return 0


@mapping.command("coverage")
@reference
@options.layouts
@options.common
def show_coverage(**given: Unpack[Given]) -> int:
    """Account for every source and target item.

    Exit code 0 when every source field is read or ignored with a reason and every required target
    item is set, else 5.

    \b
    utsushi mapping coverage vendor-a/resident-to-standard
    """
    from converters import coverage, spec

    found = spec.load_mapping(given["reference"], given["layouts"], unfinished=True)
    complete = True
    for part in found.parts:
        account = coverage.coverage(part)
        if found.mapping.records:
            click.echo(f"{part.source.record.name} → {part.target.record.name}")
        click.echo(coverage.render(account, language()), nl=False)
        complete = complete and account.complete
    return 0 if complete else DefinitionError.exit_code


@click.command()
@click.argument("name", type=click.Choice(["layout", "mapping", "report", "set"]))
@options.common
def schema(**given: Unpack[Given]) -> int:
    """Print a JSON Schema.

    Those of layouts, mappings and sets are for editors: name the file in a `$schema` line.

    \b
    utsushi schema layout > layout.schema.json
    """
    from converters import report, spec

    name = given["name"]
    found = report.report_schema() if name == "report" else spec.schema(name)
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


@click.command()
@click.argument("code")
@options.common
def explain(**given: Unpack[Given]) -> int:
    """Say what a finding code means, and what to do.

    \b
    utsushi explain FLD-040
    """
    from converters import findings

    click.echo(findings.explain(given["code"], language()))
    return 0
