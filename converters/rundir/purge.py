"""A published run → the same run without what holds personal data, and a record of what went.

What goes: values of findings, rejects, repairs, the residual, pages made from the report, files
that nobody listed; the outputs only where asked. Counts, sums and hashes stay: they are the proof.
The directory is built anew beside the old one and takes its place at once; then the old one is
deleted. Deleting is what the file system calls deleting: it does not overwrite the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl

from converters.errors import EnvironmentFailure
from converters.rundir.directory import MANIFEST, REPORT, RunDirectory
from converters.rundir.findings_file import FINDINGS, FindingsFile
from converters.rundir.published import Published, unchanged

__all__ = ["Purged", "purge", "purgeable"]

FOLDERS: Final = ("rejects", "repairs", "residual")
ROWS: Final = 1 << 17


@dataclass(frozen=True, slots=True)
class Purged:
    """One file that is removed, or whose values are; `sha256` is the hash it had."""

    path: str
    bytes: int
    sha256: str
    what: str

    def listed(self) -> dict[str, Any]:
        """As manifest and report list it."""
        return {key: getattr(self, key) for key in self.__slots__}


def purgeable(run: Published, outputs: bool) -> list[Purged]:
    """What `purge` would remove, by path."""
    found = []
    for path in sorted(path for path in run.path.rglob("*") if path.is_file()):
        name = path.relative_to(run.path).as_posix()
        what = _fate(run, name, outputs)
        if what:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found.append(Purged(name, path.stat().st_size, digest, what))
    return found


def _fate(run: Published, name: str, outputs: bool) -> str:
    """`removed`, `values`, or nothing for what stays."""
    if name == MANIFEST:
        return ""
    if name == REPORT:
        return "values" if _has_values(run.report) else ""
    if name == FINDINGS:
        return "values" if _any_value(run.path / FINDINGS) else ""
    if name.split("/")[0] in FOLDERS or name not in run.files:
        return "removed"
    return "removed" if outputs else ""


def _any_value(path: Path) -> bool:
    values = pl.scan_parquet(path).select((pl.col("value") != "").any())
    return bool(values.collect().item())


def purge(run: Published, outputs: bool) -> list[Purged]:
    """Remove it and publish the run anew; what was removed comes back.

    EnvironmentFailure where a file that stays is not as it was written, or the old directory
    cannot be deleted: then it lies beside the new one under a name that begins with a dot.
    """
    gone = purgeable(run, outputs)
    if not gone:
        return []
    fates = {one.path: one.what for one in gone}
    with RunDirectory(run.path, force=True) as made:
        for name, known in run.files.items():
            if name not in fates:
                made.keep(unchanged(run, name), name, known["records"])
        if FINDINGS in fates:
            _without_values(run, made)
        listed = [*run.manifest.get("purged", ()), *(one.listed() for one in gone)]
        kept = {one.path: one for one in made.outputs}
        manifest = {key: value for key, value in run.manifest.items() if key != "outputs"}
        report = _report(run.report, listed, set(kept))
        made.publish(report, {**manifest, "purged": listed})
    for left in run.path.parent.glob(f".{made.path.name}.replaced-*"):
        raise EnvironmentFailure(str(left), "could not be deleted; delete it by hand")
    return gone


def _without_values(run: Published, made: RunDirectory) -> None:
    """The findings, row group by row group, with blank values."""
    file = FindingsFile(made)
    for frame in _groups(unchanged(run, FINDINGS)):
        file.add(frame.with_columns(value=pl.lit("")))
    file.close()


def _groups(path: Path) -> Iterator[pl.DataFrame]:
    frame = pl.scan_parquet(path)
    for first in range(0, int(frame.select(pl.len()).collect().item()), ROWS):
        yield frame.slice(first, ROWS).collect()


def _has_values(report: dict[str, Any]) -> bool:
    samples = (sample for problem in report["problems"] for sample in problem["samples"])
    listed = any("values" in problem for problem in report["problems"])
    return listed or any("value" in sample for sample in samples)


def _report(report: dict[str, Any], purged: list[dict[str, Any]], kept: set[str]) -> dict[str, Any]:
    """The report without samples' values, without lists of values, and with what was purged."""
    hidden = ("values", "others")
    problems = [
        {key: value for key, value in problem.items() if key not in hidden}
        | {
            "samples": [_unvalued(sample) for sample in problem["samples"]],
            "redacted": True,
        }
        for problem in report["problems"]
    ]
    balance = report["balance"]
    if report["policy"]["samples"] == "raw" and "categories" in balance:
        bare = [_uncounted(block) for block in balance["categories"]]
        balance = balance | {"categories": bare, "discrepancies": []}
    outputs = [one for one in report["outputs"] if one["path"] in kept]
    facts = {key: value for key, value in report["run"].items() if key != "pages"}
    changed = {"problems": problems, "balance": balance, "outputs": outputs, "purged": purged}
    return report | changed | {"run": facts}


def _unvalued(sample: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in sample.items() if key != "value"}


def _uncounted(block: dict[str, Any]) -> dict[str, Any]:
    """A category block without its values; how many there were stays."""
    return {
        side: found | {"counts": {}} if isinstance(found, dict) else found
        for side, found in block.items()
    }
