"""Where definitions lie: ids and paths → files under the search folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import converters
from converters.errors import MISSING, EnvironmentFailure

__all__ = [
    "Roots",
    "expected_ids",
    "files_under",
    "find",
    "implied_root",
    "is_path",
    "known_ids",
    "search_folders",
    "shipped_layouts",
]

Roots = Sequence[Path]
"""The user's own folders of definitions, first match wins; the shipped one follows them always."""

SUFFIX: Final = ".yaml"


def shipped_layouts() -> Path:
    """The folder of the definitions that come with the program.

    In an installed wheel it lies inside the package, in a checkout beside it.
    """
    package = Path(converters.__file__).parent
    inside = package / "layouts"
    return inside if inside.is_dir() else package.parent / "layouts"


def search_folders(roots: Roots) -> list[Path]:
    """All folders to search, in order; EnvironmentFailure when one of them is not there."""
    for root in roots:
        if not root.is_dir():
            raise EnvironmentFailure(str(root), "no such folder")
    return [*roots, shipped_layouts()]


def is_path(ref: str) -> bool:
    """Is a reference the path of a file rather than an id?"""
    return ref.endswith((SUFFIX, ".yml"))


def find(ref: str, roots: Roots) -> Path | None:
    """The file of an id, or None; a path is itself and must be there."""
    if is_path(ref):
        if not _exists(Path(ref)):
            raise EnvironmentFailure(ref, "no such file", MISSING)
        return Path(ref)
    if not _is_id(ref):
        return None
    candidates = (root / f"{ref}{SUFFIX}" for root in search_folders(roots))
    return next((path for path in candidates if _exists(path)), None)


def known_ids(roots: Roots) -> dict[str, Path]:
    """Every id that can be named, with its file, sorted."""
    found: dict[str, Path] = {}
    for root in search_folders(roots):
        for path in files_under(root):
            found.setdefault(_relative(path, root), path)
    return dict(sorted(found.items()))


def files_under(folder: Path) -> list[Path]:
    """The definition files in a folder and below, sorted."""
    return sorted(path for path in folder.rglob(f"*{SUFFIX}") if path.is_file())


def expected_ids(path: Path, roots: Roots) -> list[str]:
    """The ids that a file may have because of where it lies; none outside every folder."""
    whole = path.resolve()
    folders = [root.resolve() for root in search_folders(roots)]
    return [_relative(whole, root) for root in folders if whole.is_relative_to(root)]


def implied_root(path: Path, id: str) -> Iterator[Path]:
    """The folder in which a file lies under its own id, so that its neighbours are found."""
    if _is_id(id) and path.resolve().as_posix().endswith(f"/{id}{SUFFIX}"):
        yield path.resolve().parents[id.count("/")]


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix().removesuffix(SUFFIX)


def _is_id(text: str) -> bool:
    parts = text.split("/")
    return all(part.strip(".") and "\\" not in part and "\0" not in part for part in parts)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
