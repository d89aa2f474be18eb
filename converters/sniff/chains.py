"""A sample of a file → the chain of descriptor words that leads through it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final, Literal

from converters.sniff.shape import Shape

__all__ = ["Chain", "chained"]

WORD: Final = 4
Endian = Literal["big", "little"]
ENDIANS: Final[tuple[Endian, ...]] = ("big", "little")
WAYS: Final = tuple(itertools.product((True, False), ("bdw", "rdw"), ENDIANS, (True, False)))


@dataclass(frozen=True, slots=True)
class Chain:
    """Words of length: `form` is rdw, or bdw where blocks have words of their own.

    `counted` and `block_counted` tell whether a length counts its word. `starts` and `stops` are
    the contents of the whole records of the sample, `block` the largest block, word included.
    """

    form: str
    endian: Endian
    counted: bool
    block_counted: bool
    block: int
    starts: tuple[int, ...]
    stops: tuple[int, ...]

    @property
    def lengths(self) -> tuple[int, int]:
        """Bytes of the shortest and of the longest record."""
        sizes = [stop - start for start, stop in zip(self.starts, self.stops, strict=True)]
        return min(sizes), max(sizes)


def chained(shape: Shape) -> Chain | None:
    """The chain of words of two bytes of length and two of 00 from the first byte of the sample
    to its end, the likeliest way to count first. The end of the file may cut the last record."""
    whole = shape.size == len(shape.sample)
    for counted, form, endian, block_counted in WAYS:
        if form == "rdw" and not block_counted:
            continue
        chain = _walk(shape.sample, Chain(form, endian, counted, block_counted, 0, (), ()), whole)
        if chain is not None:
            return chain
    return None


def _walk(data: bytes, way: Chain, whole: bool) -> Chain | None:
    """The chain counted in one way, None where it breaks."""
    place, end, block = 0, 0, 0
    starts, stops = [], []
    while place + WORD <= len(data):
        if way.form == "bdw" and place == end:
            size = _size(data, place, way.endian, way.block_counted)
            end = place + size
            if size < 2 * WORD:
                return None
            block, place = max(block, size), place + WORD
            continue
        size = _size(data, place, way.endian, way.counted)
        if size < WORD + 1 or (way.form == "bdw" and place + size > end):
            return None
        if place + size <= len(data):
            starts.append(place + WORD)
            stops.append(place + size)
        place += size
    cut = len(starts) >= 2 and place > len(data)
    if len(starts) < 2 or not (place == len(data) or cut or not whole):
        return None
    ends = tuple(starts), tuple(stops)
    return Chain(way.form, way.endian, way.counted, way.block_counted, block, *ends)


def _size(data: bytes, place: int, endian: Endian, counted: bool) -> int:
    """Bytes of what a word describes, the word included; 0 where it is none."""
    if data[place + 2 : place + WORD] != b"\0\0":
        return 0
    return int.from_bytes(data[place : place + 2], endian) + (0 if counted else WORD)
