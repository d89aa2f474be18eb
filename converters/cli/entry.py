"""The group of all commands, and the boundary where every way to stop becomes an exit code."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from types import FrameType
from typing import Final

import click

from converters.cli import (
    characters,
    checking,
    definitions,
    files,
    purging,
    reconciling,
    rejects,
    reports,
    runs,
    sniffing,
)
from converters.cli.words import say
from converters.errors import ConvertersError, EnvironmentFailure, Interrupted

__all__ = ["commands", "main"]

EPILOG = """\b
Exit codes:
  0  done, nothing at or above --fail-on    4  stopped by policy, nothing published
  1  internal error, please report          5  a definition is invalid
  2  usage                                  6  environment: file, permission, disk
  3  finished with findings              130/143  interrupted, nothing published"""

COLLECTED_AFTER: Final = 100_000
"""Containers made between two searches for cycles. Python's 700 let it look through the libraries'
half a million objects again and again, half a second of a minute's work; a chunk makes few cycles
and its columns are in none."""


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="utsushi")
def commands() -> None:
    """Move municipal data between a vendor's layout and the standard one, without loss.

    \b
    utsushi convert resident.dat --mapping vendor-a/resident-to-standard --out runs/1
    """


for command in (
    runs.convert,
    runs.validate,
    checking.check,
    runs.roundtrip,
    files.preview,
    files.generate,
    files.anonymize,
    sniffing.sniff,
    characters.characters,
    rejects.rejects,
    purging.purge,
    reconciling.reconcile,
    reports.report,
    definitions.layout,
    definitions.mapping,
    definitions.schema,
    definitions.explain,
):
    commands.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code of design §7 comes back and no exception gets out."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "_UTSUSHI_COMPLETE" in os.environ:
        commands.main(args=given, prog_name="utsushi")
    _keep_printing()
    gc.set_threshold(COLLECTED_AFTER)
    atexit.register(gc.freeze)  # at its end Python looks for cycles twice; nothing waits for it
    previous = signal.signal(signal.SIGTERM, _terminated)
    try:
        code = _run(given)
        sys.stdout.flush()
        return code
    except click.exceptions.Exit as over:
        return over.exit_code
    except click.ClickException as refused:
        refused.show()
        return refused.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _stopped(Interrupted())
    except ConvertersError as stopped:
        return _stopped(stopped)
    except (BrokenPipeError, SystemExit):  # rich answers a closed pipe with SystemExit
        return _reader_left()
    except OSError as failed:
        path = str(failed.filename or "")
        return _stopped(EnvironmentFailure.of(failed, path))
    except Exception as crash:
        if "--debug" in given:
            raise
        say("crash", kind=type(crash).__name__, place=_place(crash))
        return 1
    finally:
        signal.signal(signal.SIGTERM, previous)


def _place(crash: BaseException) -> str:
    """Where a bug showed. Its own words are left out: they may quote a resident's data."""
    frames = traceback.extract_tb(crash.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def _run(given: list[str]) -> int:
    """Not `commands.main`: click would turn a closed pipe into exit code 1, an internal error."""
    with commands.make_context("utsushi", given) as context:
        return int(commands.invoke(context) or 0)


def _keep_printing() -> None:
    """A terminal that cannot show a character shows its escape instead of ending the run."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _terminated(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted(143)


def _stopped(stopped: ConvertersError) -> int:
    if isinstance(stopped, Interrupted):
        say("interrupted")
    else:
        click.echo(str(stopped), err=True)
    return stopped.exit_code


def _reader_left() -> int:
    """`utsushi ... | head`: stay quiet, at interpreter exit too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EnvironmentFailure.exit_code
