"""A sample folder through the program: what it writes, finds and counts. Used by the test of the
samples and by `regenerate`."""

from __future__ import annotations

import csv
import io
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from converters import census, pipeline, spec
from converters.census import sheet
from converters.model import MappingSet
from converters.pipeline import Job

__all__ = [
    "CENSUS",
    "COLUMNS",
    "OWN",
    "Result",
    "census_csv",
    "differing",
    "findings_csv",
    "input_of",
    "question",
    "result",
    "there_and_back",
]

COLUMNS = ("file", "record", "offset", "field", "code", "severity", "action")
"""Columns of expected/findings.csv. Values are left out: reports mask them."""

OWN = ("manifest.json", "report.json", "findings.parquet")
"""Files of a run that hold hashes, versions and times, or that are compared in another form."""

CENSUS = "characters.csv"
"""The census of a sample's input, in the folders that have one."""


@dataclass(frozen=True, slots=True)
class Result:
    """What a run left: its exit code, its counts, its files by name, its findings in order."""

    exit_code: int
    counts: dict[str, int]
    files: dict[str, bytes]
    findings: list[tuple[Any, ...]]


def question(folder: Path) -> dict[str, Any]:
    """What case.toml asks."""
    return tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))


def input_of(folder: Path) -> Path:
    """The one input of a sample."""
    [path] = folder.glob("input.*")
    return path


@cache
def result(folder: Path) -> Result:
    """The sample converted, as case.toml asks."""
    asked = question(folder)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place, "run")
        done = pipeline.convert(_job(folder, asked, out))
        counts = {name: int(done.report["counts"][name]) for name in COUNTS}
        findings = pl.read_parquet(out / "findings.parquet").select(COLUMNS).rows()
        return Result(done.exit_code, counts, _files(out), findings)


COUNTS = ("read", "converted", "rejected", "filtered")


def _job(folder: Path, asked: dict[str, Any], out: Path | None, **more: Any) -> Job:
    """The run a sample asks for."""
    mapping, back = _mapping(asked["mapping"]), bool(asked["back"])
    return Job((str(input_of(folder)),), mapping=mapping, back=back, out=out, **more)


@cache
def _mapping(name: str) -> MappingSet:
    return spec.load_mapping(name)


def _files(run: Path) -> dict[str, bytes]:
    """The outputs and rejects of a run, by their path in it."""
    paths = (path for path in sorted(run.rglob("*")) if path.is_file())
    found = {path.relative_to(run).as_posix(): path.read_bytes() for path in paths}
    return {name: data for name, data in found.items() if name not in OWN and name[0] != "."}


def differing(folder: Path) -> int:
    """How many fields of accepted records do not come back byte by byte without a residual."""
    report = pipeline.roundtrip(_job(folder, question(folder), None)).report
    return sum(int(one["count"]) for one in report["problems"] if one["code"] == "BAL-009")


def there_and_back(folder: Path) -> bytes:
    """The sample converted with its residual kept, and brought back with it."""
    asked = question(folder)
    with tempfile.TemporaryDirectory() as place:
        there, back = Path(place, "there"), Path(place, "back")
        pipeline.convert(_job(folder, asked, there, keep_residual=True))
        outputs = tuple(str(path) for path in sorted(there.glob("input.*")))
        mapping = _mapping(asked["mapping"])
        job = Job(outputs, mapping=mapping, back=not asked["back"], out=back, residual=there)
        pipeline.convert(job)
        [found] = back.glob("input.*")
        return found.read_bytes()


def census_csv(folder: Path) -> bytes:
    """The characters of the sample's input, for the standard; paths are those of the folder."""
    asked = question(folder)
    sides = _mapping(asked["mapping"])
    layout = sides.target if asked["back"] else sides.source
    found = census.take(layout, census.STANDARD, Job((str(input_of(folder)),)))
    return sheet.as_csv([replace(row, file=Path(row.file).name) for row in found.rows])


def findings_csv(found: Sequence[tuple[Any, ...]]) -> str:
    """The findings as expected/findings.csv has them."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(found)
    return out.getvalue()
