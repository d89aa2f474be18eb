"""A sample folder with a sequence of commands: they run one after the other in a copy of it, and
what they leave is compared. Used by the test of the samples and by `regenerate`."""

from __future__ import annotations

import contextlib
import io
import shlex
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl
from run import COLUMNS, OWN, findings_csv, question

from converters.cli import main

__all__ = ["GIVEN_NOT", "Command", "Walked", "given", "said", "walked"]

GIVEN_NOT = ("case.toml", "expected")
"""What a sample folder holds beside the files that its commands find."""


@dataclass(frozen=True, slots=True)
class Command:
    """What stands behind `utsushi`; with `prints` its standard output is a file of that name."""

    run: str
    prints: str = ""


@dataclass(frozen=True, slots=True)
class Walked:
    """The exit code of each command, and the files that they left together."""

    exits: list[int]
    files: dict[str, bytes]


def given(folder: Path) -> dict[str, bytes]:
    """The files that the commands of a sample find."""
    found = (path for path in sorted(folder.iterdir()) if path.name not in GIVEN_NOT)
    return {path.name: path.read_bytes() for path in found}


@cache
def walked(folder: Path) -> Walked:
    """The commands of a sample's case.toml, run in its order."""
    found, exits, printed = given(folder), [], {}
    with tempfile.TemporaryDirectory() as place:
        for name in found:
            shutil.copy(folder / name, Path(place, name))
        with contextlib.chdir(place):
            for asked in question(folder)["commands"]:
                code, text = said(asked["run"])
                exits.append(code)
                if "prints" in asked:
                    printed[asked["prints"]] = text.encode()
        left = _left(Path(place))
    return Walked(exits, printed | {name: left[name] for name in left if name not in found})


def said(command: str) -> tuple[int, str]:
    """Exit code and standard output of a command; standard error is for people, and has times."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([*shlex.split(command), "--lang", "ja"])
    return code, out.getvalue()


def _left(place: Path) -> dict[str, bytes]:
    """Every file by its path, and the findings of each run as expected/ has them."""
    found = {}
    for path in sorted(path for path in place.rglob("*") if path.is_file()):
        name = path.relative_to(place).as_posix()
        if path.name == "findings.parquet":
            rows = pl.read_parquet(path).select(COLUMNS).rows()
            found[name.replace(".parquet", ".csv")] = findings_csv(rows).encode()
        elif path.name not in OWN and not path.name.startswith((".", "report.")):
            found[name] = path.read_bytes()
    return found
