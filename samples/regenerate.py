"""Writes the sample folders anew: `python samples/regenerate.py [CASE ...]`, all by default.

Inputs come from `cases` and are the same on every machine. What is expected is written from the
program's own output, so look at the difference before you commit it: `git diff samples`.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from cases import CASES, Case  # noqa: E402  (the two folders above are no packages)
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
    (folder / "expected" / "findings.csv").write_text(findings_csv(found), encoding="utf-8")


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
    for asked in sys.argv[1:] or sorted(CASES):
        write(asked, CASES[asked])
