"""A published run directory → its manifest and report, and its files as they were written."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from converters.errors import MISSING, EnvironmentFailure, UsageError
from converters.rundir.directory import MANIFEST, REPORT

__all__ = ["Published", "published", "unchanged"]


@dataclass(frozen=True, slots=True)
class Published:
    """A run that lies at `path`; `sha256` is that of its manifest and names the run for good."""

    path: Path
    manifest: dict[str, Any]
    report: dict[str, Any]
    sha256: str

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """Every file that the manifest lists, by its path in the run."""
        return {one["path"]: one for one in self.manifest["outputs"]}


def published(path: Path) -> Published:
    """The run at `path`. EnvironmentFailure where nothing is there, UsageError where no run is."""
    if not path.exists():
        raise EnvironmentFailure(str(path), "no such run")
    try:
        content = (path / MANIFEST).read_bytes()
        manifest = json.loads(content)
        report = json.loads((path / REPORT).read_bytes())
    except FileNotFoundError as exc:
        raise UsageError(f"{path} is not a run: it has no {Path(exc.filename).name}") from exc
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    except ValueError as exc:
        raise EnvironmentFailure(str(path), f"manifest or report is not JSON: {exc}") from exc
    return Published(path, manifest, report, hashlib.sha256(content).hexdigest())


def unchanged(run: Published, name: str) -> Path:
    """A file of the run that still has the hash of the manifest, else EnvironmentFailure."""
    place = run.path / name
    known = run.files.get(name)
    if known is None:
        raise EnvironmentFailure(str(place), "the run has no such file", MISSING)
    try:
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise EnvironmentFailure.of(exc, place) from exc
    if digest != known["sha256"]:
        raise EnvironmentFailure(str(place), "changed since the run was published")
    return place
