"""XML records → where the values of their fields lie, and what they say.

The records are well-formed: a parser has said so. Values lie in the bytes of the records; those
with references, sections or line ends that are read in another way are copied without them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.frame import EXTRA, REPEATED
from converters.kernels.markup import (
    BANG,
    BRACKET,
    LESS,
    MORE,
    QUERY,
    SLASH,
    blank,
    skip,
)

__all__ = ["DEEPEST", "FIELD", "IGNORED", "NODE", "elements", "plain_values", "room_for_values"]

DEEPEST: Final = 64
"""Elements of a layout that may stand in each other."""

NODE, FIELD, IGNORED = range(3)
"""What an entry of the table is: an element with others in it, one with a value (or an attribute),
or something that is passed over."""

CR: Final = 0x0D
LF: Final = 0x0A
TAB: Final = 0x09
AND: Final = 0x26
HASH: Final = 0x23
SEMICOLON: Final = 0x3B
EQUALS: Final = 0x3D

Table = tuple[Bytes, Ints]
"""The names one after the other, and a row per entry: the node it stands in (-1: it is the record),
1 for an attribute, what it is, its field, the first byte and the bytes of its name, and the node
that it is itself."""
Places = tuple[Ints, Ints, Bytes]
"""Start and stop of each field and record, and 1 where the value is not what stands there: 2 for
an attribute."""


@njit(cache=True, nogil=True)
def _entry(data: Bytes, place: int, size: int, node: int, attribute: int, table: Table) -> int:
    """The entry of a name in a node, -1 where there is none."""
    pool, entries = table
    for e in range(len(entries)):
        if entries[e, 0] != node or entries[e, 1] != attribute or entries[e, 5] != size:
            continue
        k, at = 0, entries[e, 4]
        while k < size and pool[at + k] == data[place + k]:
            k += 1
        if k == size:
            return e
    return -1


@njit(cache=True, nogil=True)
def _name_end(data: Bytes, place: int, end: int) -> int:
    while place < end and not blank(data[place]) and data[place] not in (SLASH, MORE, EQUALS):
        place += 1
    return place


@njit(cache=True, nogil=True)
def _special(data: Bytes, start: int, stop: int, attribute: bool) -> bool:
    """Does a value read otherwise than it is written?"""
    for k in range(start, stop):
        byte = data[k]
        if byte in (AND, CR, LESS) or (attribute and byte in (LF, TAB)):
            return True
    return False


@njit(cache=True, nogil=True)
def _attributes(
    data: Bytes, place: int, end: int, here: tuple[int, int], table: Table, found: Places
) -> int:
    """The attributes of the start tag that ends at `end`, from behind its name on. `here` is the
    node and the record. Returns where one stands that nobody knows, -1 for none."""
    node, row = here
    start, stop, special = found
    strange = -1
    while place < end:
        if blank(data[place]) or data[place] in (SLASH, MORE):
            place += 1
            continue
        name, last = place, _name_end(data, place, end)
        quote = last
        while quote < end and data[quote] not in (0x22, 0x27):
            quote += 1
        close = quote + 1
        while close < end and data[close] != data[quote]:
            close += 1
        entry = _entry(data, name, last - name, node, 1, table)
        if entry < 0:
            strange = name if strange < 0 else strange
        elif table[1][entry, 2] == FIELD:
            field = table[1][entry, 3]
            start[field, row], stop[field, row] = quote + 1, close
            special[field, row] = 2 * _special(data, quote + 1, close, True)
        place = close + 1
    return strange


@njit(cache=True, nogil=True)
def _filled(data: Bytes, place: int, end: int) -> bool:
    """Is there anything but white space?"""
    for k in range(place, end):
        if not blank(data[k]):
            return True
    return False


@njit(cache=True, nogil=True)
def _record(
    data: Bytes,
    edge: Ints,
    row: int,
    table: Table,
    strict: bool,
    found: Places,
    seen: Ints,
    stack: Ints,
) -> tuple[int, int]:
    """The values of one record; its problem, and where it lies. `seen` tells in which record an
    entry stood last, `stack` holds the entries of the open elements."""
    start, stop, special = found
    entries = table[1]
    place, depth, unknown, code, at = edge[0], -1, 0, 0, -1
    while place < edge[1]:
        text = place
        while place < edge[1] and data[place] != LESS:
            place += 1
        leaf = depth >= 0 and entries[stack[depth], 2] == FIELD
        judged = depth >= 0 and not unknown and not leaf and not code and strict
        if judged and _filled(data, text, place):
            code, at = EXTRA, text
        if place >= edge[1]:
            break
        end = skip(data, place, edge[1])
        if end < 0:
            break
        kind = data[place + 1]
        if kind in (QUERY, BANG):
            section = kind == BANG and data[place + 2] == BRACKET
            if section and judged and not code:
                code, at = EXTRA, place
        elif kind == SLASH:
            if unknown:
                unknown -= 1
            else:
                if leaf:
                    field = entries[stack[depth], 3]
                    stop[field, row] = place
                    special[field, row] = _special(data, start[field, row], place, False)
                depth -= 1
                if depth < 0:
                    break
        else:
            last = _name_end(data, place + 1, end)
            closed = data[end - 2] == SLASH
            node = -1 if depth < 0 else entries[stack[depth], 6]
            entry = -1
            if not unknown and not leaf:
                entry = _entry(data, place + 1, last - place - 1, node, 0, table)
            again = entry >= 0 and seen[entry] == row
            if entry < 0 or again or depth + 1 >= DEEPEST:
                if not unknown and not code and (strict or again or depth < 0):
                    code, at = REPEATED if again else EXTRA, place + 1
                unknown += not closed
                if depth < 0:
                    return EXTRA, place + 1
            else:
                seen[entry] = row
                strange = _attributes(data, last, end, (entries[entry, 6], row), table, found)
                if strange >= 0 and not code and strict:
                    code, at = EXTRA, strange
                if entries[entry, 2] == FIELD:
                    field = entries[entry, 3]
                    start[field, row] = stop[field, row] = end
                if not closed:
                    depth += 1
                    stack[depth] = entry
                elif depth < 0:
                    break
        place = end
    return code, at


@njit(cache=True, nogil=True)
def _blanks(place: int, row: int, found: Places) -> None:
    """A record without values."""
    for field in range(len(found[0])):
        found[0][field, row] = found[1][field, row] = place
        found[2][field, row] = 0


@njit(cache=True, nogil=True)
def elements(
    data: Bytes, edges: Ints, codes: Bytes, table: Table, strict: bool, found: Places, where: Ints
) -> None:
    """The values of the records that `edges` (n × 2) are the places of; those that have a problem
    are left out.

    With `strict` what the table does not know is a problem: `codes` says which, `where` the place
    of its name. A value that is not there is blank.
    """
    seen, stack = np.full(len(table[1]), -1, np.int64), np.zeros(DEEPEST, np.int64)
    for row in range(len(edges)):
        if codes[row] == 0:
            _blanks(edges[row, 0], row, found)
            code, at = _record(data, edges[row], row, table, strict, found, seen, stack)
            codes[row], where[row] = code, at
        if codes[row]:
            _blanks(edges[row, 0], row, found)


@njit(cache=True, nogil=True)
def room_for_values(found: Places) -> int:
    """Bytes that are enough for the values that have to be copied."""
    start, stop, special = found
    room = 0
    for field in range(len(start)):
        for row in range(start.shape[1]):
            if special[field, row]:
                room += stop[field, row] - start[field, row]
    return room


@njit(cache=True, nogil=True)
def plain_values(data: Bytes, size: int, found: Places) -> None:
    """Copies of the special values, as they read, behind the first `size` bytes of `data`."""
    start, stop, special = found
    for field in range(len(start)):
        for row in range(start.shape[1]):
            if special[field, row]:
                begin, attribute = size, special[field, row] == 2
                size = _plain(data, start[field, row], stop[field, row], size, attribute)
                start[field, row], stop[field, row] = begin, size


@njit(cache=True, nogil=True)
def _plain(data: Bytes, place: int, stop: int, out: int, attribute: bool) -> int:
    """One value from `place` to `stop`, written to `out` as it reads; where it ends there."""
    while place < stop:
        byte = data[place]
        if byte == AND:
            place, out = _reference(data, place + 1, stop, out)
        elif byte == LESS and not attribute:
            end = skip(data, place, stop)
            if data[place + 1] == BANG and data[place + 2] == BRACKET:
                out = _copied(data, place + 9, end - 3, out)
            place = end if end > place else stop
        else:
            following = byte == CR and place + 1 < stop and data[place + 1] == LF
            data[out] = LF if byte == CR else byte
            if attribute and byte in (CR, LF, TAB):
                data[out] = 0x20
            place += 1 + following
            out += 1
    return out


@njit(cache=True, nogil=True)
def _copied(data: Bytes, place: int, stop: int, out: int) -> int:
    """A CDATA section, copied with its line ends made LF."""
    for k in range(place, stop):
        if data[k] != CR:
            data[out] = data[k]
            out += 1
        elif k + 1 >= stop or data[k + 1] != LF:
            data[out] = LF
            out += 1
    return out


@njit(cache=True, nogil=True)
def _reference(data: Bytes, place: int, stop: int, out: int) -> tuple[int, int]:
    """A reference, from behind its &: the place behind it, and where what it means ends."""
    end = place
    while end < stop and data[end] != SEMICOLON:
        end += 1
    if data[place] != HASH:
        # lt gt amp quot apos: told apart by their first two letters.
        first, second = data[place], data[place + 1]
        code = 0x3C if first == 0x6C else 0x3E if first == 0x67 else 0x22
        if first == 0x61:
            code = 0x26 if second == 0x6D else 0x27
        data[out] = code
        return end + 1, out + 1
    base = 16 if data[place + 1] == 0x78 else 10
    code = 0
    for k in range(place + (2 if base == 16 else 1), end):
        byte = data[k]
        digit = byte - 0x30 if byte <= 0x39 else (byte | 0x20) - 0x57
        code = min(code * base + digit, 0x10FFFF)
    return end + 1, _character(data, out, code)


@njit(cache=True, nogil=True)
def _character(data: Bytes, out: int, code: int) -> int:
    """A character in UTF-8; where it ends."""
    if code < 0x80:
        data[out] = code
        return out + 1
    size = 2 if code < 0x800 else 3 if code < 0x10000 else 4
    for k in range(size - 1, 0, -1):
        data[out + k] = 0x80 | code & 0x3F
        code >>= 6
    data[out] = (0xF00 >> size & 0xFF) | code
    return out + size
