"""What stops a run: one tree of exceptions, each with the exit code it ends the program with.

    ConvertersError
    ├── UsageError           2    a call that cannot be meant
    ├── StoppedByPolicy      4    the policy in force stopped the run; nothing was published
    ├── DefinitionError      5    a layout or mapping is invalid; carries every problem found
    ├── EnvironmentFailure   6    a missing file, a permission, a full disk; worth a retry
    └── Interrupted    130/143    Ctrl-C or SIGTERM; nothing half published

Bad *data* is never an exception: it is a finding (see `findings`).
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

__all__ = [
    "MISSING",
    "ConvertersError",
    "DefinitionError",
    "EnvironmentFailure",
    "Interrupted",
    "Problem",
    "StoppedByPolicy",
    "UsageError",
    "nearest",
]


class ConvertersError(Exception):
    """The root of everything this package raises on purpose."""

    exit_code = 1


class UsageError(ConvertersError):
    """A call that cannot be meant, such as a mapping where a layout is due."""

    exit_code = 2


class StoppedByPolicy(ConvertersError):
    """The run was stopped by `--on-error abort`, `--max-errors` or an open balance."""

    exit_code = 4


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a definition file: where it is, what it is, what would be right.

    `line` and `column` are 1-based; 0 means the file as a whole.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        text = f"{place}: {self.code} {self.message}"
        return f"{text} ({self.hint})" if self.hint else text


class DefinitionError(ConvertersError):
    """A definition is invalid. `problems` holds every fault found, in file order."""

    exit_code = 5

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        assert problems, "a definition error without a problem says nothing"
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


MISSING: Final = "SYS-001"
CODES: Final = {
    errno.ENOENT: MISSING,
    errno.ENOTDIR: MISSING,
    errno.EACCES: "SYS-002",
    errno.EPERM: "SYS-002",
    errno.EROFS: "SYS-002",
    errno.ENOSPC: "SYS-003",
    errno.EDQUOT: "SYS-003",
}
"""What the system says → the code that explains it."""


class EnvironmentFailure(ConvertersError):
    """The surroundings failed: `path` is what could not be used, `reason` why, `code` explains."""

    exit_code = 6

    def __init__(self, path: str, reason: str, code: str = "") -> None:
        self.path = path
        self.reason = reason
        self.code = code
        super().__init__(f"{path}: {reason} ({code})" if code else f"{path}: {reason}")

    @classmethod
    def of(cls, fault: OSError, path: object) -> EnvironmentFailure:
        """What the system refused, at this path."""
        code = CODES.get(fault.errno or 0, "")
        return cls(str(path), fault.strerror or str(fault), code)


class Interrupted(ConvertersError):
    """The user (130) or the system (143) ended the run; no output carries its final name."""

    def __init__(self, exit_code: int = 130) -> None:
        self.exit_code = exit_code
        super().__init__("interrupted")


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known name, or all of them when they are few."""
    names = sorted(set(known))
    if close := difflib.get_close_matches(name, names, 1, 0.6):
        return f"did you mean {close[0]}?"
    return f"known: {', '.join(names)}" if 0 < len(names) <= 16 else ""
