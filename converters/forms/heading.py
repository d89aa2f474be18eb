"""The header row of a delimited file ↔ which field each of its columns is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from converters.forms.framing import Beginning, FileProblem
from converters.forms.punctuation import Punctuation
from converters.model import Field

__all__ = ["Heading", "read", "write"]


@dataclass(frozen=True, slots=True, eq=False)
class Heading:
    """The columns that a layout expects, and how a name is read and written. `decode` raises
    UnicodeDecodeError for bytes that are no text."""

    fields: tuple[Field, ...]
    delimiter: str
    signs: Punctuation
    decode: Callable[[bytes], str]
    encode: Callable[[str], bytes]


def read(heading: Heading, row: bytes, seen: bytes, offset: int) -> Beginning:
    """The header row at `offset`, and its narrow bytes → the order of the columns."""
    unit, names = heading.signs.unit, []
    for start, stop, quoted in _cells(seen, heading.delimiter.encode()):
        try:
            name = heading.decode(row[start * unit : stop * unit])
        except UnicodeDecodeError as fault:
            place = offset + start * unit + fault.start
            return Beginning(0, None, (FileProblem("SRC-003", str(fault.reason), place),))
        names.append(name.replace('""', '"') if quoted else name)
    order, problems = _order(heading.fields, names)
    if all(field < 0 for field in order):
        return Beginning(0, None, (FileProblem("SRC-010", "", offset),))
    return Beginning(0, order, tuple(FileProblem(code, name, offset) for code, name in problems))


def write(heading: Heading, quote: str) -> bytes:
    """The header row without its line end; `quote` is that of the framing."""
    names = (_quoted(heading, quote, field.name) for field in heading.fields)
    return heading.signs.spell(heading.delimiter).join(names)


def _cells(row: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """One record → where its columns lie without their quotes, and whether they had any."""
    stop = re.escape(delimiter)
    cell = re.compile(rb'(?:"((?:[^"]|"")*)"|([^%b]*))(%b|\Z)' % (stop, stop))
    place = 0
    while match := cell.match(row, place):
        quoted = match[1] is not None
        yield *match.span(1 if quoted else 2), quoted
        place = match.end()
        if not match[3]:
            break


def _order(
    fields: tuple[Field, ...], names: list[str]
) -> tuple[tuple[int, ...], list[tuple[str, str]]]:
    """Column names → the field of each column, and what is wrong with which name."""
    index = {field.name: place for place, field in enumerate(fields)}
    order: list[int] = []
    problems = []
    for place, name in enumerate(names):
        field = index.get(name, -1)
        if field in order and field >= 0:
            problems.append(("SRC-015", name))
            field = -1
        elif field < 0 and place < len(fields) and fields[place].is_filler and place not in order:
            # A filler has no name of its own; it is known by its place.
            field = place
        elif field < 0:
            problems.append(("SRC-013", name))
        order.append(field)
    known = [field for field in order if field >= 0]
    absent = set(range(len(fields))) - set(known)
    lost = [fields[place] for place in sorted(absent)]
    problems += [("SRC-012", field.name) for field in lost if field.column and not field.is_filler]
    moved = [fields[a].name for a, b in zip(known, sorted(known), strict=True) if a != b]
    return tuple(order), problems + [("SRC-014", name) for name in moved[:1]]


def _quoted(heading: Heading, quote: str, name: str) -> bytes:
    """A column name as the header row writes it."""
    special = re.search(r'["\r\n]|' + re.escape(heading.delimiter), name)
    if quote in ("all", "text") or (special and quote == "needed"):
        mark = heading.signs.spell('"')
        return mark + heading.encode(name.replace('"', '""')) + mark
    return heading.encode(name)
