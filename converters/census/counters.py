"""A field and its charset → the kernel that counts its codes, and the tally that it counts into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from converters.charset import Charset
from converters.columns import Bytes, Ints
from converters.kernels import census as kernels
from converters.kinds import coding
from converters.model import Field

__all__ = ["Counter", "Tally", "counter", "tally"]

SLOTS: Final = 1 << 10
"""Places for characters with selectors at first."""


@dataclass(slots=True)
class Tally:
    """Guards what one thread counted in one charset; see `kernels.census`."""

    rows: Ints
    pairs: Ints


Counter = Callable[[Bytes, Ints, Ints, kernels.Where, Tally], None]


def tally(script: Charset) -> Tally:
    """A charset's tally with nothing in it."""
    if not len(script.double):
        size = kernels.VARIANTS
    else:
        more = kernels.PAIRS if len(script.triple) else 0
        size = kernels.BYTES * (script.shifts.double + 1) + kernels.PAIRS + more
    rows = np.zeros((size, kernels.COLUMNS), np.int64)
    return Tally(rows, np.zeros((SLOTS, 1 + kernels.COLUMNS), np.int64))


def counter(one: Field, script: Charset, trim: bool) -> Counter:
    """The kernel for the texts of a field, with all but the data given."""
    if script.unicode:
        return _unicode(
            lambda data, start, stop, begin, where, tally: kernels.count_utf8(
                data, start, stop, begin, trim, where, tally.rows, tally.pairs
            )
        )
    if script.structure == "utf-16":
        big = script.name == "utf-16be"
        return _unicode(
            lambda data, start, stop, begin, where, tally: kernels.count_utf16(
                data, start, stop, begin, big, trim, where, tally.rows, tally.pairs
            )
        )
    if script.structure == "shifted":
        marks, rule = coding.shift_rule(one, script)
        tables = (script.single if len(marks) else script.plain, script.double)
        return lambda data, start, stop, where, tally: kernels.count_shifted(
            data, start, stop, tables, marks, rule, trim, where, tally.rows
        )
    single, trails = script.single, _trails(script)
    return lambda data, start, stop, where, tally: kernels.count_coded(
        data, start, stop, single, trails, trim, where, tally.rows
    )


def _unicode(
    kernel: Callable[[Bytes, Ints, Ints, int, kernels.Where, Tally], int],
) -> Counter:
    """A counter that gives the kernel more room for pairs where it asks for it."""

    def count(data: Bytes, start: Ints, stop: Ints, where: kernels.Where, tally: Tally) -> None:
        row = 0
        while (row := kernel(data, start, stop, row, where, tally)) < len(start):
            _widen(tally, int(stop[row] - start[row]))

    return count


def _widen(tally: Tally, size: int) -> None:
    """Room for as many pairs again, and for those of a value of `size` bytes."""
    known = tally.pairs[tally.pairs[:, kernels.PAIR] > 0]
    slots = 2 * len(tally.pairs)
    while slots <= 2 * (len(known) + size // kernels.SHORTEST):
        slots *= 2
    tally.pairs = np.zeros((slots, 1 + kernels.COLUMNS), np.int64)
    kernels.put_pairs(known, tally.pairs)


def _trails(script: Charset) -> npt.NDArray[np.uint8]:
    """The bytes that end codes of two, and of three, bytes in the charset's tables."""
    flags = np.zeros((2, kernels.BYTES), np.uint8)
    for number, table in enumerate((script.double, script.triple)):
        if len(table):
            flags[number] = (table.reshape(kernels.BYTES, kernels.BYTES) != 0).any(axis=0)
    return flags.reshape(-1)
