"""Names of items → their partners: the same, or the same but for width, case and separators."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

__all__ = ["ERA", "NUMBER", "UNKNOWN", "near", "numbered", "partners"]

NUMBER = "行番号"
"""The item that holds the number of a record in its file, where several tables become one again."""
UNKNOWN = ("_不詳フラグ", "_不詳表記")
"""What stands behind the name of a date in the items for its unknown parts."""
ERA = "_元号"


def numbered(record: str) -> str:
    """The item that holds the number of a row in the table of its record."""
    return f"{record}番号"


def partners(targets: Iterable[str], sources: Iterable[str]) -> dict[str, str]:
    """Target item to source field, as far as their names leave no doubt; each field once."""
    free = dict.fromkeys(sources)
    wanted = list(targets)
    found = {name: name for name in wanted if name in free}
    for name in found:
        del free[name]
    known: dict[str, list[str]] = {}
    for name in free:
        known.setdefault(_bare(name), []).append(name)
    asked: dict[str, list[str]] = {}
    for name in wanted:
        if name not in found:
            asked.setdefault(_bare(name), []).append(name)
    for bare, names in asked.items():
        others = known.get(bare, [])
        if len(names) == len(others) == 1:
            found[names[0]] = others[0]
    return {name: found[name] for name in wanted if name in found}


def near(name: str, others: Iterable[str]) -> list[str]:
    """The names that look most like this one, three at most."""
    bare = {other: _bare(other) for other in others}
    close = difflib.get_close_matches(_bare(name), bare.values(), 3, 0.5)
    return [next(other for other in bare if bare[other] == found) for found in dict.fromkeys(close)]


def _bare(name: str) -> str:
    """A name without width, case and separators."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(one for one in plain if one.isalnum())
