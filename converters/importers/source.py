"""COBOL source → logical lines: sequence columns, comments, continuation and COPY are gone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from converters.errors import DefinitionError, EnvironmentFailure, Problem

__all__ = ["Faults", "Line", "Reading", "failure", "lines"]

DEEPEST: Final = 10
"""COPY within COPY."""
LARGEST: Final = 4 << 20
SUFFIXES: Final = ("", ".cpy", ".CPY", ".cbl", ".CBL", ".cob", ".COB")
TEXT: Final = (7, 72)
"""The columns of fixed format that hold text, 0-based and half-open; column 7 is the indicator."""
LISTING: Final = re.compile(r"(?i)\s*(EJECT|SKIP[123])\s*\.?\s*$")
FORMAT: Final = re.compile(r"(?i)\s*>>\s*SOURCE\s+(?:FORMAT\s+)?(?:IS\s+)?(FREE|FIXED)\s*\.?\s*$")
COPY: Final = re.compile(r"(?is)(?<![\w-])COPY\s+(.+?)\s*\.(?=\s|$)")
PAIR: Final = re.compile(
    r"(?is)(?:(LEADING|TRAILING)\s+)?(==.*?==|\"[^\"]*\"|'[^']*'|\S+)\s+BY\s+"
    r"(==.*?==|\"[^\"]*\"|'[^']*'|\S+)"
)
Replace = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """A logical line: the file and 1-based line it begins at, and its text without the margins."""

    path: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How source is read: its format, where COPY looks, and pairs of text that are replaced."""

    form: Literal["auto", "fixed", "free"] = "auto"
    folders: tuple[Path, ...] = ()
    replacing: tuple[tuple[str, str], ...] = ()


def failure(line: Line, code: str, message: str, hint: str = "") -> DefinitionError:
    """The problem of a line that ends what is read of it; see `Faults.kept`."""
    return DefinitionError((Problem(line.path, line.number, 1, code, message, hint),))


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything that is wrong with a copybook. Guards the list."""

    found: list[Problem] = field(default_factory=list)

    def add(self, line: Line, code: str, message: str, hint: str = "") -> None:
        """One more; the import goes on with what can be guessed."""
        self.found.append(Problem(line.path, line.number, 1, code, message, hint))

    def keep(self, failed: DefinitionError) -> None:
        """Those that ended a part of the work."""
        self.found.extend(failed.problems)

    def check(self) -> None:
        """DefinitionError with all of them, in the order of the lines, if there are any."""
        if self.found:
            known = dict.fromkeys(self.found)
            raise DefinitionError(tuple(sorted(known, key=lambda one: (one.path, one.line))))


def lines(path: Path, reading: Reading, faults: Faults, depth: int = 0) -> list[Line]:
    """The logical lines of a copybook and of all it copies, without those that cannot be read.

    EnvironmentFailure names a file.
    """
    found = list(_logical(_physical(path, reading.form, faults), faults))
    for before, after in reading.replacing:
        change = _replacement("", before, after)
        found = [replace(line, text=change(line.text)) for line in found]
    return list(_copied(found, path.parent, (reading, faults, depth)))


How = tuple[Reading, Faults, int]
"""How source is read, what is wrong with it, and how deep one COPY stands in another."""


def _physical(path: Path, form: str, faults: Faults) -> Iterator[tuple[Line, str]]:
    """Lines with their indicator (blank in free format, an asterisk for a line of those)."""
    raw = _text(path).splitlines()
    fixed = form == "fixed" or (form == "auto" and _is_fixed(raw))
    for number, text in enumerate(raw, 1):
        line = Line(str(path), number, text.expandtabs(8))
        if switch := FORMAT.match(line.text[7:] if fixed else line.text):
            fixed = switch[1].upper() == "FIXED"
        elif ">>" in line.text[:12].split('"')[0]:
            faults.add(line, "DEF-060", "the compiler directive is not known", "take it out")
        elif line.text.lstrip()[:1] == "*" and (not fixed or line.text[:1] == "*"):
            # No entry begins with an asterisk, wherever in the line it stands.
            yield line, "*"
        elif fixed:
            indicator = _columns(line.text, 6, 7) or " "
            early = indicator.isdigit()
            text = _columns(line.text, TEXT[0] - early, TEXT[1])
            yield replace(line, text=text), " " if early else indicator
        else:
            yield line, " "


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    for charset in ("utf-8-sig", "cp932"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    line = Line(str(path), 0, "")
    raise failure(line, "DEF-001", "the copybook is neither UTF-8 nor Shift_JIS")


def _is_fixed(raw: list[str]) -> bool:
    """Has every line blank or full sequence columns, and an indicator behind them? Where some have
    numbers there, a level may stand in the column of the indicator."""
    lines = [
        text for text in (one.expandtabs(8) for one in raw) if text.lstrip()[:1] not in ("", "*")
    ]
    numbered = any(text[:6].isdigit() for text in lines)
    known = "*/-Dd$ " + "0123456789" * numbered
    return all(
        (not text[:6].strip() or (" " not in text[:6] and len(text) >= 6))
        and text[6:7] in ("", *known)
        for text in lines
    )


def _columns(text: str, first: int, last: int) -> str:
    """The characters in these columns; a full-width character takes two."""
    place, found = 0, []
    for character in text:
        if first <= place < last:
            found.append(character)
        place += 2 if unicodedata.east_asian_width(character) in "WF" else 1
    return "".join(found)


def _logical(physical: Iterator[tuple[Line, str]], faults: Faults) -> Iterator[Line]:
    """Lines without comments, continued ones put together."""
    before: Line | None = None
    for line, indicator in physical:
        if indicator in "*/" or LISTING.match(line.text):
            continue
        if indicator in "Dd$":
            faults.add(line, "DEF-060", f"lines with {indicator} in column 7 are not read")
            continue
        if indicator == "-" and before is None:
            faults.add(line, "DEF-061", "there is no line that this one could continue")
            continue
        if indicator == "-":
            assert before is not None, "it was asked above"
            before = replace(before, text=_joined(before.text, line.text))
            continue
        if before is not None:
            yield replace(before, text=_uncommented(before.text))
        before = line if line.text.strip() else None
    if before is not None:
        yield replace(before, text=_uncommented(before.text))


def _joined(text: str, more: str) -> str:
    """A continued line: an open literal runs to column 72 and goes on behind a quote."""
    quote = _open_quote(text)
    more = more.lstrip()
    if quote:
        return text.ljust(TEXT[1] - TEXT[0]) + more.removeprefix(quote)
    return text.rstrip() + more


def _open_quote(text: str) -> str:
    quote = ""
    for character in text:
        if character == quote:
            quote = ""
        elif not quote and character in "\"'":
            quote = character
    return quote


def _uncommented(text: str) -> str:
    """The text before `*>`, unless that stands in a literal."""
    place = text.find("*>")
    while place >= 0 and _open_quote(text[:place]):
        place = text.find("*>", place + 2)
    return text if place < 0 else text[:place]


def _copied(found: list[Line], folder: Path, how: How) -> Iterator[Line]:
    """The lines with every COPY statement replaced by what it copies."""
    waiting: list[Line] = []
    for line in found:
        if not waiting and not re.search(r"(?i)(?<![\w-])COPY\s", line.text):
            yield line
            continue
        waiting.append(line)
        whole = replace(waiting[0], text="\n".join(one.text for one in waiting))
        if statement := COPY.search(whole.text):
            yield replace(whole, text=whole.text[: statement.start()])
            try:
                yield from _copy(whole, statement[1], (folder, *how[0].folders), how)
            except DefinitionError as failed:
                how[1].keep(failed)
            rest = whole.text[statement.end() :]
            waiting = []
            if rest.strip():
                yield replace(line, text=rest)
    if waiting:
        how[1].add(waiting[0], "DEF-061", "the COPY statement does not end in a period")


def _copy(line: Line, statement: str, folders: tuple[Path, ...], how: How) -> list[Line]:
    reading, faults, depth = how
    if depth >= DEEPEST:
        raise failure(line, "DEF-061", f"COPY is nested more than {DEEPEST} deep")
    head, _, pairs = re.sub(r"(?i)\bREPLACING\b", "\0", statement, count=1).partition("\0")
    words = head.split()
    if len(words) not in (1, 3) or (len(words) == 3 and words[1].upper() not in ("OF", "IN")):
        raise failure(line, "DEF-060", f"COPY {head.strip()} is not understood")
    name = words[0].strip("\"'")
    path = next((p for f in folders for s in SUFFIXES if (p := f / f"{name}{s}").is_file()), None)
    if path is None:
        hint = "name its folder with --include"
        raise failure(line, "DEF-020", f"the copybook {name} is not there", hint)
    inner = replace(reading, replacing=(), folders=folders)
    found = lines(path, inner, faults, depth + 1)
    if re.sub(r"[\s,]", "", PAIR.sub("", pairs)):
        raise failure(line, "DEF-060", "REPLACING is not understood")
    changes = [
        _replacement(*(part or "" for part in pair.groups())) for pair in PAIR.finditer(pairs)
    ]
    for change in changes:
        found = [replace(one, text=change(one.text)) for one in found]
    return found


def _replacement(where: str, before: str, after: str) -> Replace:
    """A change of whole words; of the front or end of words; or, for a mark such as :X:, of any."""
    before, after = (part.removeprefix("==").removesuffix("==").strip() for part in (before, after))
    pattern = r"\s+".join(re.escape(word) for word in before.split())
    if where.upper() == "LEADING" or (not where and before[:1].isalnum()):
        pattern = rf"(?<![\w-]){pattern}"
    if where.upper() == "TRAILING" or (not where and before[-1:].isalnum()):
        pattern = rf"{pattern}(?![\w-])"
    return lambda text: re.sub(f"(?i){pattern}", lambda _: after, text) if before else text
