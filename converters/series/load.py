"""A run directory → its report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from converters.errors import EnvironmentFailure, UsageError

__all__ = ["REPORT", "Report", "load"]

Report = Mapping[str, Any]
REPORT: Final = "report.json"
FORMAT: Final = 1
"""The version of report.json that is understood."""


def load(run: Path) -> dict[str, Any]:
    """The report of a run. EnvironmentFailure where it cannot be read, UsageError where it is none.

    The report may also be named itself.
    """
    path = run / REPORT if run.is_dir() else run
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    except ValueError as exc:
        raise UsageError(f"{path} is no report: it is not JSON") from exc
    if not isinstance(found, dict) or found.get("report") != FORMAT:
        raise UsageError(f"{path} is no report of version {FORMAT}")
    return found
