"""A user's copy of the MJ shrink map → the candidates of each character, in the order of rules.

The map (MJShrinkMap.*.json of 文字情報技術促進協議会, CC BY-SA) has a list `content`
of objects. Each has the name of a glyph under `MJ文字図形名` and, under the name of each
rule, a list of candidates with `UCS`, `順位` and `ホップ数`. Which characters the glyphs are
stands in the MJ list (a CSV of it), and in the layout's own table of gaiji.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from converters.charset.users import is_character
from converters.errors import DefinitionError, Problem, nearest
from converters.model import BASE
from converters.spec.document import Node, shown_path, text_of

__all__ = ["load_map"]

GLYPH: Final = "MJ文字図形名"
CODE: Final = re.compile(r"(?:U\+)?([0-9A-Fa-f]{4,6})")
OWN: Final = (
    "unicode",
    "実装したUCS",
    "実装したMoji_JohoIVS",
    "実装したMoji_JohoコレクションIVS",
    "実装したSVS",
)
"""Columns of the MJ list that name a character of one glyph alone."""
NAMED: Final = ("mj", GLYPH)
MOST: Final = 128 << 20
"""Bytes of a map or list."""

Names = dict[str, list[str]]
"""Glyph → the characters that are it."""
Candidate = tuple[int, int, int, str]
"""Number of the rule, rank, hops, character."""


def load_map(
    path: Path, names: Path | None, rules: tuple[str, ...], known: Iterable[tuple[str, str]]
) -> tuple[dict[str, Node], list[Problem]]:
    """Candidates (`RULE=CHARACTER`, blanks between them) of each character, and every fault.

    `known` are glyphs and their characters from the layout itself. DefinitionError where a file is
    no UTF-8 or no JSON, EnvironmentFailure where it cannot be read.
    """
    shown = shown_path(path)
    entries = _entries(shown, text_of(path, MOST))
    characters: Names = {}
    for glyph, character in [*known, *(_listed(names) if names else ())]:
        characters.setdefault(glyph, []).append(character)
    problems = _unknown(shown, entries, rules)
    found: dict[str, list[Candidate]] = {}
    for entry in entries:
        candidates = list(_candidates(shown, entry, rules, problems))
        for character in characters.get(str(entry[GLYPH]), ()):
            found.setdefault(character, []).extend(candidates)
    if not found and not problems:
        message = "the map names glyphs, and none of them is known as a character"
        hint = "names: the MJ list as CSV, with the columns mj,unicode or its own"
        problems.append(Problem(shown, 0, 0, "DEF-050", message, hint))
    spelled = {text: _spelled(text, rules, each) for text, each in found.items()}
    return {text: Node(0, 0, value) for text, value in spelled.items() if value}, problems


def _spelled(text: str, rules: tuple[str, ...], found: list[Candidate]) -> str:
    ordered = dict.fromkeys((rules[rule], to) for rule, _, _, to in sorted(found) if to != text)
    return " ".join(f"{rule}={to}" for rule, to in ordered)


def _entries(path: str, text: str) -> list[dict[str, Any]]:
    """The objects of the map that name a glyph."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as exc:
        problem = Problem(path, exc.lineno, exc.colno, "DEF-001", f"no JSON: {exc.msg}")
        raise DefinitionError((problem,)) from None
    content = whole.get("content") if isinstance(whole, dict) else None
    entries = content if isinstance(content, list) else []
    found = [entry for entry in entries if isinstance(entry, dict) and GLYPH in entry]
    if not found:
        message = f"no shrink map: `content` with objects that have {GLYPH} is expected"
        raise DefinitionError((Problem(path, 0, 0, "DEF-002", message),))
    return found


def _unknown(path: str, entries: list[dict[str, Any]], rules: tuple[str, ...]) -> list[Problem]:
    """Rules that the map does not have."""
    known = {name for entry in entries for name, value in entry.items() if isinstance(value, list)}
    return [
        Problem(path, 0, 0, "DEF-020", f"there is no rule {rule} in the map", nearest(rule, known))
        for rule in rules
        if rule != BASE and rule.partition(":")[0] not in known
    ]


def _candidates(
    path: str, entry: dict[str, Any], rules: tuple[str, ...], problems: list[Problem]
) -> Iterator[Candidate]:
    """What the rules say of one glyph."""
    for number, rule in enumerate(rules):
        name, _, kind = rule.partition(":")
        for found in entry.get(name, ()):
            code = CODE.fullmatch(str(found.get("UCS", ""))) if isinstance(found, dict) else None
            if code is None or not is_character(int(code[1], 16)):
                message = f"{entry[GLYPH]}: a candidate of {name} has no UCS such as U+9AD8"
                problems.append(Problem(path, 0, 0, "DEF-002", message))
            elif kind in ("", found.get("種別"), found.get("表")):
                rank = re.sub("[^0-9]", "", str(found.get("順位", "")))
                hops = found.get("ホップ数")
                character = chr(int(code[1], 16))
                yield number, int(rank or 0), hops if isinstance(hops, int) else 0, character


def _listed(path: Path) -> Iterator[tuple[str, str]]:
    """Glyphs of the MJ list and the characters that are one glyph alone; other cells are passed
    over. DefinitionError where the columns are not there."""
    reader = csv.DictReader(text_of(path, MOST).splitlines())
    columns = reader.fieldnames or ()
    glyph = next((name for name in NAMED if name in columns), None)
    texts = [name for name in OWN if name in columns]
    if glyph is None or not texts:
        message = f"the columns {NAMED[0]} and {OWN[0]} are missing"
        hint = f"or those of the MJ list: {GLYPH}, {OWN[1]}, {OWN[2]}"
        raise DefinitionError((Problem(shown_path(path), 1, 1, "DEF-002", message, hint),))
    for row in reader:
        for name in texts:
            for cell in re.split("[;、]", row[name] or ""):
                pieces = re.split("[ _]+", cell.strip())
                codes = [CODE.fullmatch(piece) for piece in pieces]
                if all(codes):
                    yield row[glyph], "".join(chr(int(code[1], 16)) for code in codes if code)
