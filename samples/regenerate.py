"""Writes the sample folders anew: `python samples/regenerate.py [CASE ...]`, all by default.

Inputs come from `cases` and are the same on every machine. What is expected is written from the
program's own output, so look at the difference before you commit it: `git diff samples`.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from cases import CASES, Case  # noqa: E402  (the two folders above are no packages)
from journey import walked  # noqa: E402
from journeys import JOURNEYS, Journey  # noqa: E402
from run import CENSUS, Result, census_csv, findings_csv, result  # noqa: E402

from converters import spec  # noqa: E402


def write(name: str, case: Case) -> None:
    """One folder: the input, what is asked, and what comes of it."""
    folder = HERE / name
    counted = (folder / CENSUS).exists()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "expected").mkdir(parents=True)
    (folder / f"input{_suffix(case)}").write_bytes(case.data())
    if case.truth is not None:
        (folder / "truth.csv").write_bytes(case.truth())
    (folder / "case.toml").write_text(_asked(case), encoding="utf-8")
    found = result(folder)
    (folder / "case.toml").write_text(_asked(case, found), encoding="utf-8")
    for path, data in found.files.items():
        (folder / "expected" / path).parent.mkdir(exist_ok=True)
        (folder / "expected" / path).write_bytes(data)
    if counted:
        (folder / CENSUS).write_bytes(census_csv(folder))
    text = findings_csv(found.findings)
    (folder / "expected" / "findings.csv").write_text(text, encoding="utf-8")


def travel(name: str, journey: Journey) -> None:
    """One folder with commands: what they find, what is run, and what comes of it."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for given, data in journey.files.items():
        (folder / given).write_bytes(data())
    (folder / "case.toml").write_text(_planned(journey, ()), encoding="utf-8")
    found = walked(folder)
    (folder / "case.toml").write_text(_planned(journey, found.exits), encoding="utf-8")
    for path, data in found.files.items():
        (folder / "expected" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "expected" / path).write_bytes(data)


def _planned(journey: Journey, exits: Sequence[int]) -> str:
    lines = [f'about = "{journey.about}"']
    for command, code in zip_longest(journey.commands, exits):
        lines += ["", "[[commands]]", f'run = "{command.run}"']
        lines += [f'prints = "{command.prints}"'] if command.prints else []
        lines += [] if code is None else [f"exit = {code}"]
    return "\n".join(lines) + "\n"


def _suffix(case: Case) -> str:
    """`.csv` for delimited records, `.xml` for XML, `.dat` for all others."""
    definitions = spec.load_mapping(case.mapping)
    source = definitions.target if case.back else definitions.source
    return {"delimited": ".csv", "xml": ".xml"}.get(source.framing.form, ".dat")


def _asked(case: Case, found: Result | None = None) -> str:
    lines = [
        f'about = "{case.about}"',
        f'mapping = "{case.mapping}"',
        f"back = {str(case.back).lower()}",
        f'returns = "{case.returns}"',
    ]
    if found is not None:
        lines += [f"exit = {found.exit_code}", "", "[counts]"]
        lines += [f"{name} = {number}" for name, number in found.counts.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for asked in sys.argv[1:] or sorted(CASES | JOURNEYS):
        if asked in JOURNEYS:
            travel(asked, JOURNEYS[asked])
        else:
            write(asked, CASES[asked])
