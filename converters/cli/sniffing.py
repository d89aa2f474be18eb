"""sniff: the command that says what an unknown file is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Unpack, cast

import click

from converters.cli import options
from converters.cli.options import Given
from converters.cli.words import language, say, word
from converters.errors import EnvironmentFailure, UsageError

if TYPE_CHECKING:  # for the types only: `--help` must not wait for numba
    from converters.sniff import Answer

__all__ = ["sniff"]

NOTHING_FITS = 3
"""Exit code where no charset and form fits."""


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--seed-out", type=options.PATH, metavar="FILE", help="Write the layout seed there.")
@click.option("--force", is_flag=True, help="Replace a file that exists.")
@click.option("--json", is_flag=True, help="Print everything that was found as JSON.")
@options.common
def sniff(**given: Unpack[Given]) -> int:
    """Say what an unknown file is.

    Every charset reads the whole file strictly; line ends, record lengths, columns and headers
    are looked for. Prints candidates with their reasons, and a layout to start from in which every
    guess is marked. Exit code 3 when nothing fits.

    \b
    utsushi sniff export.dat --seed-out layouts/seed.yaml
    """
    out = given["seed_out"]
    if out is not None and out.exists() and not given["force"]:
        raise UsageError(f"{out}: {word('exists')}")
    answer = _answer(given["file"])
    if given["json"]:
        from converters.sniff import record

        click.echo(json.dumps(record(answer), ensure_ascii=False, indent=1))
    else:
        _show(answer, out is None)
    if out is not None and answer.layout:
        out.write_text(answer.layout, encoding="utf-8", newline="\n")
        say("made", path=out)
    if answer.layout:
        say("sniffed", file=given["file"], layout=out or "seed.yaml")
    return 0 if answer.candidates else NOTHING_FITS


def _answer(file: str) -> Answer:
    if file != "-" and options.existing(file).is_dir():
        raise EnvironmentFailure(file, word("folder"))
    from converters import sniff as sniffing

    with click.open_file(file, "rb") as source:
        answer = sniffing.sniff(cast(BinaryIO, source), Path(file).stem if file != "-" else "stdin")
    if not answer.shape.size:
        raise UsageError(f"{file}: {word('empty')}")
    return answer


def _show(answer: Answer, with_seed: bool) -> None:
    from converters.sniff import sentences

    for line in sentences(answer, language()):
        click.echo(line)
    if with_seed and answer.layout:
        click.echo("\n" + answer.layout, nl=False)
