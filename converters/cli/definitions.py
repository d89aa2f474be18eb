"""layout, mapping, schema, explain: the commands that read definitions and touch no data."""

from __future__ import annotations

from typing import Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, say

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
    """List every layout and mapping that can be named by id.

    \b
    utsushi layout list
    """
    from converters import spec

    for found in spec.list_definitions(given["layouts"]):
        click.echo(f"{found.kind:8} {found.id:40} {found.version:8} {found.title(language())}")
    return 0


@layout.command("show")
@reference
@options.layouts
@options.common
def show_layout(**given: Unpack[Given]) -> int:
    """Show the fields of a layout with positions and widths.

    \b
    utsushi layout show vendor-a/resident
    """
    from converters import preview, spec

    preview.show_layout(spec.load_layout(given["reference"], given["layouts"]), language())
    return 0


@layout.command("lint")
@references
@options.layouts
@options.common
def lint_layouts(**given: Unpack[Given]) -> int:
    """Check layout files or directories; every problem with file:line:column.

    \b
    utsushi layout lint layouts/vendor-a
    """
    return _lint(given)


@mapping.command("lint")
@references
@options.layouts
@options.common
def lint_mappings(**given: Unpack[Given]) -> int:
    """Check mapping files or directories, against their layouts too.

    \b
    utsushi mapping lint layouts/vendor-a/resident-to-standard.yaml
    """
    return _lint(given)


def _lint(given: Given) -> int:
    """Raise all problems of all paths together."""
    from converters import spec

    count = spec.lint([options.existing(path) for path in given["references"]], given["layouts"])
    say("lint-clean", count=count)
    return 0


@mapping.command("coverage")
@reference
@options.layouts
@options.common
def show_coverage(**given: Unpack[Given]) -> int:
    """Account for every source and target item.

    Every source field is read or ignored with a reason, every required target set: or exit 5.

    \b
    utsushi mapping coverage vendor-a/resident-to-standard
    """
    return 0


@click.command()
@click.argument("name", type=click.Choice(["layout", "mapping", "report"]))
@options.common
def schema(**given: Unpack[Given]) -> int:
    """Print a JSON Schema.

    \b
    utsushi schema layout > layout.schema.json
    """
    return 0


@click.command()
@click.argument("code")
@options.common
def explain(**given: Unpack[Given]) -> int:
    """Say what a finding code means, and what to do.

    \b
    utsushi explain FLD-040
    """
    return 0
