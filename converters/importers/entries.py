"""Logical lines → data description entries: a level, a name and what its clauses say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from converters.errors import DefinitionError, nearest
from converters.importers.pictures import Picture, parse
from converters.importers.source import Faults, Line, failure

__all__ = ["Entry", "entries"]

TOKEN: Final = re.compile(
    r"""(?ix) (?:NC|NX|[NXGBZ])?("(?:[^"]|"")*"|'(?:[^']|'')*') | \.(?=\s|$) | [,;](?=\s|$)
    | [^\s"']+?(?=[.,;]*(?:\s|$))"""
)
LEVEL: Final = re.compile("0?[1-9]|[1-4][0-9]|66|77|88")
PICTURE: Final = re.compile(r"(?i)\s*(?:IS\s+)?(\S+?)(?=[.,;]?(?:\s|$))")

USAGES: Final = {
    "BINARY": "binary",
    "BINARY-CHAR": "binary-1",
    "BINARY-DOUBLE": "binary-8",
    "BINARY-LONG": "binary-4",
    "BINARY-SHORT": "binary-2",
    "COMP": "binary",
    "COMP-1": "float-4",
    "COMP-2": "float-8",
    "COMP-3": "packed",
    "COMP-4": "binary",
    "COMP-5": "native",
    "DISPLAY": "display",
    "DISPLAY-1": "display",
    "FLOAT-LONG": "float-8",
    "FLOAT-SHORT": "float-4",
    "NATIONAL": "display",
    "PACKED-DECIMAL": "packed",
}
"""USAGE → how it is stored; a number behind a dash is the size in bytes."""

COMPUTED: Final = re.compile("COMP(?:UTATIONAL)?-.")
FIGURATIVE: Final = {
    **dict.fromkeys(("SPACE", "SPACES"), " "),
    **dict.fromkeys(("ZERO", "ZEROS", "ZEROES"), "0"),
}
WITHOUT_EFFECT: Final = ("EXTERNAL", "GLOBAL")
"""Clauses that say nothing about storage."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `name` is empty for FILLER; `usage` and `sign` are empty where none is given.

    `values` are literals of VALUE, `ranged` tells of THRU among them, `target` is what REDEFINES
    or RENAMES names. `occurs` counts up to what `depending` holds, but at least `least`; `among`
    are the groups that `depending` is said to be in. `broken` tells that a clause was not read.
    """

    line: Line
    level: int
    name: str
    target: str = ""
    picture: Picture | None = None
    usage: str = ""
    unsigned: bool = False
    sign: str = ""
    occurs: int = 1
    least: int = 1
    depending: str = ""
    among: tuple[str, ...] = ()
    sync: bool = False
    right: bool = False
    zero_is_blank: bool = False
    values: tuple[str, ...] = ()
    ranged: bool = False
    broken: bool = False


Token = tuple[Line, str]


def entries(lines: list[Line], faults: Faults) -> list[Entry]:
    """All entries in order; of one with a clause that is not known, its level and name."""
    found, statement = list[Entry](), list[Token]()
    for line, text in _tokens(lines, faults):
        if text == "." and statement:
            found += _entries(statement, faults)
            statement = []
        elif text != ".":
            statement.append((line, text))
    if statement:
        faults.add(statement[0][0], "DEF-061", "the entry does not end in a period")
        found += _entries(statement, faults)
    return found


def _entries(statement: list[Token], faults: Faults) -> list[Entry]:
    """The entry of a statement, none where it has no level."""
    try:
        return [_entry(_Words(statement))]
    except DefinitionError as failed:
        faults.keep(failed)
    level, name = statement[0][1], statement[1][1] if len(statement) > 1 else ""
    if not LEVEL.fullmatch(level):
        return []
    known = "" if name.upper() in ("FILLER", *CLAUSES) else name
    return [Entry(statement[0][0], int(level), known, broken=True)]


def _tokens(lines: list[Line], faults: Faults) -> Iterator[Token]:
    """Words, literals and periods; the string of a PICTURE is one token."""
    after_picture = False
    for line in lines:
        place = 0
        while place < len(line.text):
            if line.text[place].isspace():
                place += 1
                continue
            if after_picture and (shape := PICTURE.match(line.text, place)):
                if shape[1].upper() != "IS":
                    after_picture = False
                    yield line, shape[1]
                place = shape.end()
                continue
            token = TOKEN.match(line.text, place)
            if token is None:
                faults.add(line, "DEF-061", "a literal is not closed, or a sign is not known")
                yield line, "."  # the period of the entry is in the literal
                break
            place = token.end()
            if token[0] not in ",;":
                yield line, token[0]
            after_picture = token[0].upper() in ("PIC", "PICTURE")


class _Words:
    """The words of an entry that are still to be read. Guards the place."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._place = tokens, 0

    @property
    def line(self) -> Line:
        """The line of the next word, or of the last."""
        return self._tokens[min(self._place, len(self._tokens) - 1)][0]

    @property
    def next(self) -> str:
        """The next word in capitals; empty at the end."""
        if self._place == len(self._tokens):
            return ""
        return self._tokens[self._place][1].upper()

    def take(self) -> str:
        """The next word as it is written."""
        if self._place == len(self._tokens):
            raise failure(self.line, "DEF-061", "the entry ends where a word is due")
        self._place += 1
        return self._tokens[self._place - 1][1]

    def skip(self, *words: str) -> bool:
        """Whether the next word is one of these; it is passed over."""
        if self.next not in words or not self.next:
            return False
        self._place += 1
        return True

    def number(self) -> int:
        """A whole number."""
        line, text = self.line, self.take()
        if not re.fullmatch("[0-9]{1,6}", text):
            raise failure(line, "DEF-061", f"{text} stands where a number is due")
        return int(text)


def _entry(words: _Words) -> Entry:
    line = words.line
    level = words.number()
    if level == 78 or not (1 <= level <= 49 or level in (66, 77, 88)):
        raise failure(line, "DEF-060", f"level {level} is not read")
    name = ""
    if words.next and words.next not in CLAUSES:
        name = words.take()
    entry = Entry(line, level, "" if name.upper() == "FILLER" else name)
    while words.next:
        here, word = words.line, words.take().upper()
        clause = CLAUSES.get(word)
        if clause is None:
            hint = nearest(word, CLAUSES) if len(word) > 2 else ""
            if COMPUTED.fullmatch(word):
                hint = (
                    f"what it is depends on the compiler; --replacing {word}=BINARY, if it is that"
                )
            raise failure(here, "DEF-060", f"the clause {word} is not known", hint)
        entry = clause(words, word, entry)
    return entry


def _redefines(words: _Words, word: str, entry: Entry) -> Entry:
    return replace(entry, target=words.take())


def _renames(words: _Words, word: str, entry: Entry) -> Entry:
    target = words.take()
    if words.skip("THRU", "THROUGH"):
        target += f" THRU {words.take()}"
    return replace(entry, target=target)


def _picture(words: _Words, word: str, entry: Entry) -> Entry:
    line, text = words.line, words.take()
    try:
        return replace(entry, picture=parse(text))
    except ValueError as exc:
        raise failure(line, "DEF-060", f"PIC {text}: {exc}") from exc


def _usage(words: _Words, word: str, entry: Entry) -> Entry:
    words.skip("IS")
    line, usage = words.line, words.take().upper().replace("COMPUTATIONAL", "COMP")
    if usage not in USAGES:
        raise failure(line, "DEF-060", f"USAGE {usage} is not read", nearest(usage, USAGES))
    return _bare_usage(words, usage, entry)


def _bare_usage(words: _Words, word: str, entry: Entry) -> Entry:
    found = replace(entry, usage=USAGES[word.replace("COMPUTATIONAL", "COMP")])
    unsigned = words.skip("UNSIGNED")
    words.skip("SIGNED")
    return replace(found, unsigned=unsigned)


def _sign(words: _Words, word: str, entry: Entry) -> Entry:
    words.skip("IS")
    where = words.take().lower()
    if where not in ("leading", "trailing"):
        raise failure(words.line, "DEF-061", "SIGN is LEADING or TRAILING")
    return _bare_sign(words, where, entry)


def _bare_sign(words: _Words, word: str, entry: Entry) -> Entry:
    alone = words.skip("SEPARATE")
    words.skip("CHARACTER")
    return replace(entry, sign=word.lower() + ("-separate" if alone else ""))


def _occurs(words: _Words, word: str, entry: Entry) -> Entry:
    line, count = words.line, words.number()
    least, depending, among = count, "", tuple[str, ...]()
    if words.skip("TO"):
        count = words.number()
    words.skip("TIMES")
    if words.skip("DEPENDING"):
        words.skip("ON")
        depending, among = _qualified(words)
        least = least if least < count else 0
    while words.next in ("ASCENDING", "DESCENDING", "INDEXED", "KEY", "IS", "BY"):
        words.take()
        while words.next and words.next not in CLAUSES and words.next not in ORDER:
            words.take()
    if not 1 <= count <= 100_000:
        raise failure(line, "DEF-061", f"OCCURS {count} is no number of times")
    return replace(entry, occurs=count, least=least, depending=depending, among=among)


def _qualified(words: _Words) -> tuple[str, tuple[str, ...]]:
    """A name, and the groups that it is said to be in."""
    name, among = words.take(), list[str]()
    while words.skip("OF", "IN"):
        among.append(words.take())
    return name, tuple(among)


ORDER: Final = ("ASCENDING", "DESCENDING", "INDEXED")


def _synchronized(words: _Words, word: str, entry: Entry) -> Entry:
    line = words.line
    if words.skip("LEFT", "RIGHT"):
        raise failure(line, "DEF-060", "SYNCHRONIZED LEFT and RIGHT are not read")
    return replace(entry, sync=True)


def _justified(words: _Words, word: str, entry: Entry) -> Entry:
    words.skip("RIGHT")
    return replace(entry, right=True)


def _blank(words: _Words, word: str, entry: Entry) -> Entry:
    words.skip("WHEN")
    if not words.skip("ZERO", "ZEROS", "ZEROES"):
        raise failure(words.line, "DEF-061", "BLANK WHEN ZERO is cut short")
    return replace(entry, zero_is_blank=True)


def _values(words: _Words, word: str, entry: Entry) -> Entry:
    words.skip("IS", "ARE")
    found, ranged = list[str](), False
    while words.next and words.next not in CLAUSES:
        if words.skip("THRU", "THROUGH"):
            ranged = True
        elif not words.skip("ALL"):
            found.append(_literal(words.take()))
    return replace(entry, values=tuple(found), ranged=ranged)


def _literal(text: str) -> str:
    """What a literal means; hexadecimal ones and other constants stay as they are written."""
    if text.upper() in FIGURATIVE:
        return FIGURATIVE[text.upper()]
    bare = re.sub(r"(?i)^(?:NC|N|G)(?=[\"'])", "", text)
    if bare[:1] not in ("'", '"'):
        return bare
    return bare[1:-1].replace(bare[0] * 2, bare[0])


def _nothing(words: _Words, word: str, entry: Entry) -> Entry:
    return entry


Clause = Callable[[_Words, str, Entry], Entry]
CLAUSES: Final[dict[str, Clause]] = {
    **dict.fromkeys(USAGES, _bare_usage),
    **{name.replace("COMP", "COMPUTATIONAL"): _bare_usage for name in USAGES if "COMP" in name},
    **dict.fromkeys(WITHOUT_EFFECT, _nothing),
    **dict.fromkeys(("IS",), _nothing),
    **dict.fromkeys(("JUST", "JUSTIFIED"), _justified),
    **dict.fromkeys(("LEADING", "TRAILING"), _bare_sign),
    **dict.fromkeys(("PIC", "PICTURE"), _picture),
    **dict.fromkeys(("SYNC", "SYNCHRONIZED"), _synchronized),
    **dict.fromkeys(("VALUE", "VALUES"), _values),
    "BLANK": _blank,
    "OCCURS": _occurs,
    "REDEFINES": _redefines,
    "RENAMES": _renames,
    "SIGN": _sign,
    "USAGE": _usage,
}
"""First word of a clause → how the rest is read."""
