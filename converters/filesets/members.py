"""A folder → which of its files belong to which member of a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from converters.errors import EnvironmentFailure
from converters.model import FileSet

__all__ = ["Members", "members"]


@dataclass(frozen=True, slots=True)
class Members:
    """The files of each member, in the order of their names; `missing` are the members that must
    have one, `strangers` the files that belong to none."""

    files: Mapping[str, tuple[Path, ...]]
    missing: tuple[str, ...]
    strangers: tuple[str, ...]


def members(known: FileSet, folder: Path) -> Members:
    """What lies in the folder itself; a file belongs to the first member it matches.

    EnvironmentFailure when the folder is not there or has no file of the set.
    """
    if not folder.is_dir():
        raise EnvironmentFailure(str(folder), "no such folder")
    found: dict[str, list[Path]] = {member.name: [] for member in known.files}
    strangers = []
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        owner = next((one for one in known.files if fnmatchcase(path.name, one.match)), None)
        if owner is not None:
            found[owner.name].append(path)
        elif not path.name.startswith("."):
            strangers.append(path.name)
    if not any(found.values()):
        patterns = ", ".join(member.match for member in known.files)
        raise EnvironmentFailure(str(folder), f"no file matches {patterns}")
    files = {name: tuple(paths) for name, paths in found.items()}
    missing = [one.name for one in known.files if one.required and not files[one.name]]
    return Members(files, tuple(missing), tuple(strangers))
