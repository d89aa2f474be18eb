"""Options that mean the same in every command: decorators, and one type of what they give."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar

import click

from converters.cli.words import language, word
from converters.errors import MISSING, EnvironmentFailure

__all__ = [
    "PATH",
    "Given",
    "batch_records",
    "common",
    "existing",
    "inputs",
    "jobs",
    "keep_residual",
    "layout",
    "layouts",
    "mapping",
    "of_run",
    "output",
    "pages",
    "pairs",
    "policy",
    "quiet",
]

PATH = click.Path(path_type=Path)
FORMATS = ("html", "junit", "md", "xlsx")
"""The formats of `converters.pages`, which takes too long to import for `--help`."""
Command = TypeVar("Command", bound=Callable[..., Any])


class Given(TypedDict, total=False):
    """What the user gave, by option name; each command has the keys of its own options."""

    after: Path
    at: int
    back: bool
    batch_records: int | None
    before: Path
    by: str | None
    changed_definitions: bool
    charset: str
    code: str
    codes: tuple[str, ...]
    defects: float
    delivery: Path
    dialect: str
    dry_run: bool
    fail_on: str
    fields: tuple[str, ...]
    file: str
    file_set: str
    first: str
    folder: Path | None
    font: Path | None
    force: bool
    identity: str | None
    include: tuple[Path, ...]
    inputs: tuple[str, ...]
    into: str
    jobs: int
    json: bool
    keep_residual: bool
    key_file: Path
    lang: str | None
    layout: str | None
    layouts: tuple[Path, ...]
    mapping: str | None
    max_errors: int | None
    max_fill_drop: float
    max_rise: float
    max_shift: float
    max_unknown_rise: float
    name: Literal["layout", "mapping", "report", "set"]
    number: int
    on_error: str
    out: Path | None
    outputs: bool
    quiet: bool
    records: int
    redefines: tuple[str, ...]
    reference: str
    references: tuple[str, ...]
    replacing: tuple[str, ...]
    report: tuple[str, ...]
    residual: Path | None
    rows: tuple[str, ...]
    run: Path
    runs: tuple[Path, ...]
    samples: Literal["masked", "raw", "none"]
    second: str
    seed: int
    seed_out: Path | None
    sheets: tuple[Path, ...]
    source: str
    source_format: Literal["auto", "fixed", "free"]
    tables: str | None
    target: str | None
    terminator: str
    to: str | None
    verbose: bool
    which: str


def _together(*options: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """Several options as one decorator, shown in help in this order."""

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


common = _together(
    click.option(
        "--lang", type=click.Choice(["ja", "en"]), help="Language of messages.  [default: locale]"
    ),
    click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of a bug."),
)
layouts = click.option(
    "--layouts",
    type=PATH,
    multiple=True,
    metavar="DIR",
    envvar="UTSUSHI_LAYOUTS",
    show_envvar=True,
    help="Look for definitions here first; may be repeated.",
)
layout = click.option("--layout", required=True, metavar="ID|PATH", help="The layout of the file.")
mapping = click.option("--mapping", required=True, metavar="ID|PATH", help="The mapping to use.")
inputs = click.argument("inputs", nargs=-1, required=True, metavar="FILE...")
keep_residual = click.option(
    "--keep-residual", is_flag=True, help="Keep what the way back needs to be byte-identical."
)
quiet = _together(
    click.option("-q", "--quiet", is_flag=True, help="Print the verdict only."),
    click.option("-v", "--verbose", is_flag=True, help="Print the definitions and timing too."),
)


def _formats(_context: click.Context, _option: click.Parameter, value: str) -> tuple[str, ...]:
    """`html,xlsx` → the formats, each once; `none` → no format."""
    names = dict.fromkeys(name.strip().lower() for name in value.split(","))
    if [*names] == ["none"]:
        return ()
    for name in names:
        if name not in FORMATS:
            raise click.BadParameter(f"{name!r} is none of {', '.join(FORMATS)}")
    return (*names,)


def pages(name: str, text: str) -> Callable[[Command], Command]:
    """The option that chooses pages; `name` is what it is called in that command."""
    return click.option(
        name,
        "report",
        callback=_formats,
        default="html",
        show_default=True,
        metavar="FORMATS",
        help=text,
    )


output = _together(
    click.option("--out", type=PATH, metavar="DIR", help="Run directory to make."),
    click.option("--force", is_flag=True, help="Replace a run directory that exists."),
    pages("--report", "Pages to write into it: html, junit, md, xlsx with commas, or none."),
)
jobs = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    default=lambda: os.cpu_count() or 1,
    show_default="CPU count",
    help="Threads that work at the same time; the result is the same.",
)
batch_records = click.option(
    "--batch-records",
    type=click.IntRange(min=1),
    metavar="N",
    help="Records per batch; the result is the same.",
)
policy = _together(
    click.option(
        "--fail-on",
        type=click.Choice(["info", "warning", "error", "never"]),
        default="error",
        show_default=True,
        help="Exit with 3 from this severity on.",
    ),
    click.option(
        "--on-error",
        type=click.Choice(["reject", "abort"]),
        default="reject",
        show_default=True,
        help="A record with an error is set aside, or stops the run.",
    ),
    click.option(
        "--max-errors",
        type=click.IntRange(min=0),
        metavar="N",
        help="Stop, publishing nothing, after more errors than this.",
    ),
    click.option(
        "--samples",
        type=click.Choice(["masked", "raw", "none"]),
        default="masked",
        show_default=True,
        help="How values appear in reports.",
    ),
    jobs,
    batch_records,
    click.option("--json", is_flag=True, help="Print report.json to stdout, no summary."),
)


def pairs(option: str, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """`A=B` as A and B."""
    found = [tuple(each.partition("=")[::2]) for each in given]
    if bad := [each for each in given if "=" not in each]:
        raise click.BadParameter(f"{bad[0]}: an equals sign is missing", param_hint=option)
    return tuple((before, after) for before, after in found)


def existing(given: str) -> Path:
    """The path of a file that is there; a missing one is exit code 6, not click's usage error."""
    path = Path(given)
    if not path.exists():
        raise EnvironmentFailure(given, word("missing"), MISSING)
    return path


def of_run(given: Given) -> dict[str, Any]:
    """What `output` and `policy` gave, as the job of a run takes it (`pipeline.Job`)."""
    names = (
        *("out", "force", "jobs", "batch_records"),
        *("fail_on", "on_error", "max_errors", "samples"),
    )
    values: dict[str, Any] = dict(given)
    layouts = tuple(map(str, given["layouts"]))
    known = {"pages": given["report"], "lang": language(), "layouts": layouts}
    return {name: values[name] for name in names} | known
