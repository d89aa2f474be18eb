"""The order of the types of records in a file: a pattern → states, and which may follow which.

A pattern is a regular expression over names: `(header data* trailer)+ end`. It must be clear at
every record which part of the pattern it is (as the content models of SGML and XML must), so that
a state is a place in the pattern. A pair of brackets is a group, in which controls count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["START", "PatternError", "Sequenced", "compile"]

TOKEN: Final = re.compile(r"\s*([()|*+?]|[^()|*+?\s]+)")
START: Final = 0
"""The state before the first record."""


class PatternError(ValueError):
    """The pattern cannot be read; the message says why."""


@dataclass(slots=True)
class _Piece:
    """A part of a pattern: may it be left out, and the places it can begin and end with."""

    empty: bool
    first: list[int]
    last: list[int]


@dataclass(frozen=True, slots=True, eq=False)
class Sequenced:
    """A compiled pattern.

    `follow[state, type]` is the state behind a record of the type, -1 where it may not stand;
    `resume[type]` the state after one that may not. `ends[state]`: may the file end here?
    `begins[level, before, after]`: does a group of that level begin with the step? Level 0 is the
    file. `level[type]` is the innermost group that a type of record stands in.
    """

    follow: npt.NDArray[np.int16]
    resume: npt.NDArray[np.int16]
    ends: npt.NDArray[np.bool_]
    begins: npt.NDArray[np.bool_]
    level: tuple[int, ...]

    def starts(
        self, level: int, kinds: npt.NDArray[np.uint8], states: npt.NDArray[np.int16]
    ) -> npt.NDArray[np.bool_]:
        """Which records begin a group of the level; a record of no type begins none. `states` are
        those before and behind each record."""
        before, after = states[:-1], states[1:]
        begun = self.begins[level][before, after] if level else (before == START) & (after != START)
        found: npt.NDArray[np.bool_] = begun & (kinds < len(self.resume))
        return found


@dataclass(slots=True)
class _Reader:
    """Guards the rest of a pattern while it is read, and what is known of its places."""

    tokens: list[str]
    types: dict[str, int]
    kind: list[int] = field(default_factory=lambda: [-1])
    follow: dict[int, list[int]] = field(default_factory=dict)
    inside: list[set[int]] = field(default_factory=lambda: [set()])
    loops: list[set[tuple[int, int]]] = field(default_factory=lambda: [set()])
    opened: list[list[int]] = field(default_factory=lambda: [[]])
    closed: list[list[int]] = field(default_factory=lambda: [[]])

    def alternatives(self) -> _Piece:
        piece = self.row()
        while self.tokens[:1] == ["|"]:
            self.tokens.pop(0)
            other = self.row()
            empty = piece.empty or other.empty
            piece = _Piece(empty, piece.first + other.first, piece.last + other.last)
        return piece

    def row(self) -> _Piece:
        piece = _Piece(True, [], [])
        while self.tokens and self.tokens[0] not in (")", "|"):
            piece = self.joined(piece, self.repeated())
        return piece

    def joined(self, one: _Piece, other: _Piece) -> _Piece:
        self.link(one.last, other.first)
        return _Piece(
            one.empty and other.empty,
            one.first + (other.first if one.empty else []),
            other.last + (one.last if other.empty else []),
        )

    def repeated(self) -> _Piece:
        token, level = self.tokens.pop(0), 0
        if token == "(":
            level, before = len(self.inside), len(self.kind)
            self.inside.append(set())
            self.loops.append(set())
            self.opened.append([])
            self.closed.append([])
            piece = self.alternatives()
            if self.tokens[:1] != [")"]:
                raise PatternError("a bracket is not closed")
            self.tokens.pop(0)
            self.inside[level] = set(range(before, len(self.kind)))
            self.opened[level], self.closed[level] = piece.first, piece.last
        else:
            piece = self.name(token)
        sign = self.tokens.pop(0) if self.tokens[:1] and self.tokens[0] in "*+?" else ""
        if sign in ("*", "+"):
            self.link(piece.last, piece.first, level)
        return _Piece(piece.empty or sign in ("*", "?"), piece.first, piece.last) if sign else piece

    def name(self, token: str) -> _Piece:
        if token not in self.types:
            raise PatternError(f"there is no record {token}")
        self.kind.append(self.types[token])
        place = len(self.kind) - 1
        return _Piece(False, [place], [place])

    def link(self, before: list[int], after: list[int], level: int = 0) -> None:
        """Every place of `after` may follow every place of `before`."""
        for one in before:
            known = self.follow.setdefault(one, [])
            for other in after:
                if other not in known:
                    known.append(other)
                    if level:
                        self.loops[level].add((one, other))


def compile(pattern: str, names: Sequence[str]) -> Sequenced:
    """The pattern over the names of the types of records, in their order.

    An empty pattern lets any record stand anywhere. PatternError where it cannot be meant.
    """
    text = pattern or f"({' | '.join(names)})*"
    reader = _Reader(TOKEN.findall(text), {name: place for place, name in enumerate(names)})
    if "".join(reader.tokens) != re.sub(r"\s", "", text):
        raise PatternError("this is no pattern")
    piece = reader.alternatives()
    if reader.tokens:
        raise PatternError(f"`{reader.tokens[0]}` stands where a record is expected")
    reader.follow[START] = piece.first
    return _tables(reader, piece, names, bool(pattern))


def _tables(reader: _Reader, piece: _Piece, names: Sequence[str], grouped: bool) -> Sequenced:
    """The states and their steps as arrays."""
    places = len(reader.kind)
    follow = np.full((places, len(names)), -1, np.int16)
    for before, after in reader.follow.items():
        for place in after:
            kind = reader.kind[place]
            if follow[before, kind] >= 0:
                raise PatternError(f"it is not clear which {names[kind]} is meant")
            follow[before, kind] = place
    missing = [name for kind, name in enumerate(names) if kind not in reader.kind]
    if missing:
        raise PatternError(f"{missing[0]} has no place in it")
    ends = np.zeros(places, np.bool_)
    ends[piece.last] = True
    ends[START] = piece.empty
    levels = len(reader.inside) if grouped else 1
    begins = np.zeros((levels, places, places), np.bool_)
    for level in range(1, levels):
        _begin(reader, level, begins[level])
    resume = np.array([reader.kind.index(kind) for kind in range(len(names))], np.int16)
    levels_of = tuple(_innermost(reader, place, levels) for place in resume.tolist())
    return Sequenced(follow, resume, ends, begins, levels_of)


def _begin(reader: _Reader, level: int, begins: npt.NDArray[np.bool_]) -> None:
    """Marks the steps with which a group begins: into it, around it, or, where a record stands
    out of order, to what a group may begin with or from what it may end with."""
    inside = reader.inside[level]
    for before in range(len(reader.kind)):
        for after in inside:
            into = before not in inside or (before, after) in reader.loops[level]
            due = after in reader.follow.get(before, [])
            edge = after in reader.opened[level] or before in reader.closed[level]
            begins[before, after] = into or (edge and not due)


def _innermost(reader: _Reader, place: int, levels: int) -> int:
    """The smallest group around a place, 0 for none."""
    around = [level for level in range(1, levels) if place in reader.inside[level]]
    return min(around, key=lambda level: len(reader.inside[level]), default=0)
