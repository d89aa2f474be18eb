"""XML → where its records lie, by their tags alone: nothing is decoded, no entity is looked up.

`<` cannot stand in a tag or an attribute value, so a tag that meets one is broken and ends there;
a record that is not closed ends where the next one begins. Whether what was found is well-formed
is for a real parser to say.
"""

from __future__ import annotations

from typing import Final

from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.frame import OPEN, STRAY, TOO_LONG

__all__ = ["blank", "next_tag", "skip", "split_markup"]

LESS: Final = 0x3C
MORE: Final = 0x3E
SLASH: Final = 0x2F
BANG: Final = 0x21
QUERY: Final = 0x3F
DASH: Final = 0x2D
COLON: Final = 0x3A
BRACKET: Final = 0x5B
CLOSING: Final = 0x5D
QUOTES: Final = (0x22, 0x27)

GAP, RECORD, OTHER = range(3)

Names = tuple[Bytes, Ints]
"""Names one after the other, and their bounds: the record first, then what is around it."""
Out = tuple[Ints, Ints, Bytes, Ints]


@njit(cache=True, nogil=True)
def blank(byte: int) -> bool:
    """Is it white space?"""
    return byte in (0x20, 0x0A, 0x0D, 0x09)


@njit(cache=True, nogil=True)
def _behind(data: Bytes, place: int, top: int, mark: int, dashes: int) -> int:
    """The place behind the next `>` that so many bytes `mark` stand before; -1 where there is
    none."""
    count = 0
    for k in range(place, top):
        if data[k] == MORE and count >= dashes:
            return k + 1
        count = count + 1 if data[k] == mark else 0
    return -1


@njit(cache=True, nogil=True)
def skip(data: Bytes, place: int, top: int) -> int:
    """The place behind the tag, comment, CDATA section or declaration at `place`; -1 where it
    does not end before `top`."""
    if place + 1 >= top:
        return -1
    if data[place + 1] == QUERY:
        return _behind(data, place + 2, top, QUERY, 1)
    if data[place + 1] == BANG:
        if place + 3 >= top:
            return -1
        if data[place + 2] == DASH and data[place + 3] == DASH:
            return _behind(data, place + 4, top, DASH, 2)
        if data[place + 2] == BRACKET:
            return _behind(data, place + 3, top, CLOSING, 2)
        return _declaration(data, place + 2, top)
    quote = 0
    for k in range(place + 1, top):
        byte = data[k]
        if byte == LESS:
            return k
        if quote:
            quote = 0 if byte == quote else quote
        elif byte == MORE:
            return k + 1
        elif byte in QUOTES:
            quote = byte
    return -1


@njit(cache=True, nogil=True)
def _declaration(data: Bytes, place: int, top: int) -> int:
    """Behind a document type declaration with the part in brackets it may have."""
    depth = 0
    for k in range(place, top):
        if data[k] == BRACKET:
            depth += 1
        elif data[k] == CLOSING:
            depth -= 1
        elif data[k] == MORE and depth <= 0:
            return k + 1
    return -1


@njit(cache=True, nogil=True)
def _named(data: Bytes, place: int, end: int, names: Names) -> int:
    """Which of the names the tag at `place` has, without its prefix; -1 for none of them."""
    first = place + (2 if data[place + 1] == SLASH else 1)
    last = first
    while last < end and not blank(data[last]) and data[last] not in (SLASH, MORE, LESS):
        if data[last] == COLON:
            first = last + 1
        last += 1
    pool, bounds = names
    for n in range(len(bounds) - 1):
        size = bounds[n + 1] - bounds[n]
        if size != last - first:
            continue
        same = True
        for k in range(size):
            same &= pool[bounds[n] + k] == data[first + k]
        if same:
            return n
    return -1


@njit(cache=True, nogil=True)
def _gap(data: Bytes, place: int, top: int, names: Names) -> tuple[int, int]:
    """From `place` over white space, comments and the tags around records → where something else
    begins, and what it is. GAP: nothing else does, or what is there does not end before `top`."""
    while place < top:
        if data[place] != LESS:
            if not blank(data[place]):
                return place, OTHER
            place += 1
            continue
        end = skip(data, place, top)
        if end < 0:
            return place, GAP
        if data[place + 1] not in (BANG, QUERY):
            name = _named(data, place, end, names)
            if name < 0 or (name == 0 and data[place + 1] == SLASH):
                return place, OTHER
            if name == 0:
                return place, RECORD
        elif data[place + 1] == BANG and data[place + 2] != DASH:
            return place, OTHER
        place = end
    return place, GAP


@njit(cache=True, nogil=True)
def _element(data: Bytes, place: int, top: int, names: Names) -> tuple[int, int]:
    """The end of the record that begins at `place`, and its problem; -1 where it has no end."""
    end = skip(data, place, top)
    if end >= 0 and data[end - 1] == MORE and data[end - 2] == SLASH:
        return end, 0
    while end >= 0:
        while end < top and data[end] != LESS:
            end += 1
        start = end
        end = skip(data, start, top)
        if end < 0 or data[start + 1] in (BANG, QUERY) or _named(data, start, end, names) != 0:
            continue
        if data[start + 1] == SLASH:
            return end, 0
        return start, OPEN
    return -1, 0


@njit(cache=True, nogil=True)
def next_tag(data: Bytes, place: int, top: int, names: Names, final: bool) -> int:
    """Where the next record or a tag around records begins; `top` where none does. With `final`
    what does not end is no tag."""
    while place < top:
        end = skip(data, place, top) if data[place] == LESS else place + 1
        if end < 0 and not final:
            return top
        if end >= 0 and data[place] == LESS and data[place + 1] not in (BANG, QUERY):
            name = _named(data, place, end, names)
            if name > 0 or (name == 0 and data[place + 1] != SLASH):
                return place
        place = max(end, place + 1)
    return top


@njit(cache=True, nogil=True)
def _next_record(data: Bytes, place: int, top: int, names: Names) -> int:
    """Where anything begins that looks like a record; `top` where nothing does."""
    while place < top:
        if data[place] == LESS:
            end = skip(data, place, top)
            opens = end >= 0 and data[place + 1] not in (SLASH, BANG, QUERY)
            if opens and _named(data, place, end, names) == 0:
                return place
        place += 1
    return top


@njit(cache=True, nogil=True)
def split_markup(
    data: Bytes, start: int, eof: bool, limit: int, names: Names, out: Out
) -> tuple[int, int]:
    """Records from `start` on → their number, and where the rest begins.

    A record begins with what stands before it, of at most `limit` bytes together; `out` takes its
    end behind white space, the end of its element, its problem and where its own bytes begin,
    until it is full. What is no record, and does not belong between records, is a bad one.
    """
    count, place = 0, start
    while count < len(out[0]) and place < len(data):
        top = min(len(data), place + limit)
        final = eof or len(data) - place >= limit
        begin, what = _gap(data, place, top, names)
        end, code, stop = -1, 0, -1
        if what == RECORD:
            end, code = _element(data, begin, top, names)
        elif what == OTHER:
            code = STRAY
            end = next_tag(data, begin + 1, top, names, final)
            end = -1 if end == top and not final else end
        elif top < len(data) or not eof:
            code = TOO_LONG
            end = top if final else -1
        else:
            break
        if end < 0:
            if not final:
                break
            end = _next_record(data, begin + 1, top, names)
            code = TOO_LONG if end == top and (top < len(data) or not eof) else OPEN
        stop = end
        while end < top and blank(data[end]):
            end += 1
        if end == top and not final:
            break
        out[0][count], out[1][count], out[2][count], out[3][count] = end, stop, code, begin
        count += 1
        place = end
    return count, place
