"""Blocks of records → records: behind block descriptor words (BDW), or in slots of one size; and
where blocks have to end."""

from __future__ import annotations

from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.frame import BLANK, BLOCK, CHAIN, LONG, MISSING, SHORT
from converters.kernels.variable import WORD, described

__all__ = ["block_ends", "split_blocks", "split_slots"]

Out = tuple[Ints, Ints, Bytes, Ints]


@njit(cache=True, nogil=True)
def split_blocks(
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, int, int], out: Out
) -> tuple[int, int]:
    """Whole blocks from `start` on → the number of their records, and where the rest begins.

    `shape` is the longest record, how the words of records and of blocks are written (see
    `kernels.variable`), and the bytes after which a block is given up. `out` takes the end, the
    end of the content, the problem and the bytes of block header of each record; it has room for
    one record per word, and one more. A record that does not fit its block is all the rest of it.
    """
    length, way, block_way, limit = shape
    size, count, place = len(data), 0, start
    while place < size:
        if place + WORD > size and not eof:
            break
        content = described(data, place, block_way)
        if content < 0:
            if size - place < limit and not eof:
                break
            place = min(place + limit, size)
            count = _record(out, count, (place, BLOCK, 0))
            continue
        top = place + WORD + content
        if top > size and not eof:
            break
        count = _records(data, (place, top), (length, way), out, count)
        place = min(top, size)
    return count, place


@njit(cache=True, nogil=True)
def _record(out: Out, count: int, found: tuple[int, int, int]) -> int:
    """Notes a record: its end, its problem and its block header. Returns the new number."""
    end, code, head = found
    out[0][count], out[1][count], out[2][count], out[3][count] = end, end, code, head
    return count + 1


@njit(cache=True, nogil=True)
def _records(
    data: Bytes, block: tuple[int, int], shape: tuple[int, int], out: Out, count: int
) -> int:
    """The records of one block. Where the file ends inside it, a record of no bytes says so."""
    (first, top), (length, way) = block, shape
    size = min(top, len(data))
    place, head = first + WORD, WORD
    if top == place:
        return _record(out, count, (top, BLANK, 0))
    while place < size:
        content = described(data, place, way)
        end, code = place + WORD + content, 0
        if content < 0 or end > top:
            end, code = top, CHAIN
        elif content > length:
            code = LONG
        if end > size:
            end, code = size, MISSING
        count = _record(out, count, (end, code, head if code in (0, LONG) else 0))
        place, head = end, 0
        if code == MISSING:
            return count
    return _record(out, count, (size, MISSING, 0)) if top > size else count


@njit(cache=True, nogil=True)
def split_slots(
    data: Bytes, start: int, eof: bool, shape: tuple[int, int, int], out: tuple[Ints, Ints, Bytes]
) -> tuple[int, int]:
    """Records of one length in blocks of one size → their number, and where the rest begins.

    `shape` is the length, the size and the byte that fills a block; `out` as in `frame`. Slots at
    the end of a block that hold nothing else are no records; a block of nothing else is a blank
    one.
    """
    length, block, fill = shape
    ends, stops, codes = out
    size, count, place = len(data), 0, start
    while place < size:
        top = min(place + block, size)
        if place + block > size and not eof:
            break
        last = min(top, place + block // length * length)
        while last > place and data[last - 1] == fill:
            last -= 1
        if last == place:
            ends[count], stops[count], codes[count] = top, place, BLANK
            count += 1
        begin = place
        while begin < last:
            stop, end = min(begin + length, top), begin + length
            ends[count] = top if end >= last else end
            stops[count], codes[count] = stop, SHORT if end > top else 0
            count += 1
            begin = end
        place = top
    return count, place


@njit(cache=True, nogil=True)
def block_ends(bounds: Ints, filled: int, room: int, ends: Ints) -> tuple[int, int]:
    """Where blocks of at most `room` bytes of records have to end, the open one holding `filled`.

    Fills `ends` with numbers of records: a block ends before that record. Returns how many, and
    the bytes in the block that stays open.
    """
    count = 0
    for row in range(len(bounds) - 1):
        size = bounds[row + 1] - bounds[row]
        if filled and filled + size > room:
            ends[count] = row
            count += 1
            filled = 0
        filled += size
    return count, filled
