"""rejects: the commands that show rejected records, hand them out for repair, and replay them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.runs import finish
from converters.cli.words import language, say, word
from converters.errors import UsageError

if TYPE_CHECKING:  # for the types only: `--help` must not wait for polars
    from converters.model import Layout, MappingSet
    from converters.pipeline.plan import Lanes
    from converters.repair import Selection
    from converters.rundir import Published

__all__ = ["rejects"]

run = click.argument("run", type=options.PATH, metavar="RUN")


def selection(command: options.Command) -> options.Command:
    """The options that choose records."""
    found = click.option(
        "--field", "fields", multiple=True, metavar="NAME", help="Only errors of this field."
    )(command)
    return click.option(
        "--code", "codes", multiple=True, metavar="CODE", help="Only errors of this code."
    )(found)


@click.group()
def rejects() -> None:
    """Show rejected records, repair and replay them."""


@rejects.command("list")
@run
@selection
@click.option("--json", is_flag=True, help="Print the groups as JSON.")
@options.common
def list_rejects(**given: Unpack[Given]) -> int:
    """Say what rejected how many records of a run.

    One line per code and field. No values are shown.

    \b
    utsushi rejects list runs/1
    utsushi rejects list runs/1 --code FLD-061
    """
    from converters import findings, repair, rundir

    records, groups = repair.groups(rundir.published(given["run"]), _selection(given))
    if given["json"]:
        found = {"records": records, "groups": [asdict(group) for group in groups]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return 0
    for group in groups:
        sentence = findings.message(group.code, language(), group.field, "…")
        click.echo(f"{group.records:>10,}  {group.code}  {sentence}")
        click.echo(f"{'':10}  {word('first', file=group.input, record=group.first)}")
    say("rejected", records=f"{records:,}")
    return 0


@rejects.command("extract")
@run
@selection
@click.option(
    "-o", "--out", type=options.PATH, required=True, metavar="FILE", help="A .csv or .xlsx to make."
)
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--mapping", metavar="ID|PATH", help="The mapping of the run.  [default: its id]")
@click.option("--layout", metavar="ID|PATH", help="The layout of the run.  [default: its id]")
@options.layouts
@options.common
def extract_rejects(**given: Unpack[Given]) -> int:
    """Write rejected records to a sheet, the reason beside each cell.

    Repair the cells and give the sheet to replay. Values are not masked: the sheet holds what
    rejects/ holds. Rows may be left out; they stay rejected. A record that is to go gets remove
    under _action.

    \b
    utsushi rejects extract runs/1 -o repair.xlsx
    utsushi rejects extract runs/1 --code FLD-061 --field 個人番号 -o repair.csv
    """
    out = given["out"]
    assert out is not None, "click requires it"
    if out.exists() and not given["force"]:
        raise UsageError(f"{out}: {word('exists')}")
    from converters import repair, rundir

    repair.readable(out)
    earlier = rundir.published(given["run"])
    lanes = _lanes(earlier, *_definitions(earlier, given)[:2])
    records = repair.extract(earlier, lanes, _selection(given), out, language())
    say("written", records=records, path=out)
    return 0


@rejects.command("replay")
@run
@click.argument("sheets", nargs=-1, type=options.PATH, metavar="[SHEET]...")
@options.output
@click.option(
    "--from", "folder", type=options.PATH, metavar="DIR", help="Where the inputs lie now."
)
@click.option("--mapping", metavar="ID|PATH", help="The mapping of the run.  [default: its id]")
@click.option("--layout", metavar="ID|PATH", help="The layout of the run.  [default: its id]")
@click.option(
    "--changed-definitions", is_flag=True, help="Use definitions that changed since the run."
)
@options.keep_residual
@click.option(
    "--residual", type=options.PATH, metavar="RUN", help="The residual that the run used."
)
@options.policy
@options.layouts
@options.quiet
@options.common
def replay_rejects(**given: Unpack[Given]) -> int:
    """Repeat a run with its rejected records repaired.

    RUN is not changed. The inputs are read once more with the records of the SHEETs in their
    places, and a new run is published that tells where it comes from. Cells that nobody changed
    keep their bytes. Without a sheet all rejected records are replayed as they are.

    \b
    utsushi rejects replay runs/1 repair.xlsx --out runs/2
    utsushi rejects replay runs/1 --changed-definitions --out runs/2
    """
    if given["out"] is None:
        raise click.UsageError("give --out")
    from converters import repair, rundir

    earlier = rundir.published(given["run"])
    mapping, layout, changed = _definitions(earlier, given)
    if changed and not given["changed_definitions"]:
        raise UsageError(word("changed", names=", ".join(changed)))
    lanes = _lanes(earlier, mapping, layout)
    folder = given["folder"]
    paths = [one["path"] for one in earlier.manifest["inputs"]]
    inputs = [str(folder / Path(path).name) if folder else path for path in paths]
    for path in [*inputs, *map(str, given["sheets"])]:
        if path != "-":
            options.existing(path)
    given = {**given, "inputs": tuple(inputs), "back": bool(earlier.manifest["back"])}

    return finish(
        lambda job: repair.replay(earlier, lanes, given["sheets"], job, bool(changed)),
        given,
        (mapping, layout),
    )


def _selection(given: Given) -> Selection:
    from converters.repair import Selection

    return Selection(tuple(code.upper() for code in given["codes"]), given["fields"])


def _lanes(earlier: Published, mapping: MappingSet | None, layout: Layout | None) -> Lanes:
    """The plans of the run, whose sources are what it read."""
    from converters.pipeline import Job, plan

    back = bool(earlier.manifest["back"])
    return plan.lanes(Job((), mapping=mapping, layout=layout, back=back))


def _definitions(
    earlier: Published, given: Given
) -> tuple[MappingSet | None, Layout | None, list[str]]:
    """The definitions of a run, by what the manifest or the user calls them, and the ids of those
    that are not what they were."""
    from converters import spec
    from converters.pipeline import fingerprint

    known = {one["role"]: one for one in earlier.manifest["definitions"]}
    if "mapping" in known:
        mapping = spec.load_mapping(given["mapping"] or known["mapping"]["id"], given["layouts"])
        sides = (mapping.target, mapping.source) if earlier.manifest["back"] else None
        source, target = sides or (mapping.source, mapping.target)
        prints = {
            "mapping": (mapping.mapping.id, fingerprint(mapping.mapping)),
            "source": (source.id, fingerprint(source)),
            "target": (target.id, fingerprint(target)),
        }
        changed = [id for role, (id, now) in prints.items() if now != known[role]["sha256"]]
        return mapping, None, changed
    layout = spec.load_layout(given["layout"] or known["source"]["id"], given["layouts"])
    return None, layout, [layout.id] if fingerprint(layout) != known["source"]["sha256"] else []
