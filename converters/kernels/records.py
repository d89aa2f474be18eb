"""Several types of records in one file: where keys stand, what may follow what, some picked out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.frame import QUOTE

__all__ = ["OTHER", "column_spans", "picked", "walk"]

OTHER = 255
"""The type of a record that is of none of the types."""

States = npt.NDArray[np.int16]


@njit(cache=True, nogil=True)
def column_spans(
    data: Bytes, bounds: Ints, stops: Ints, delimiter: int, column: int, start: Ints, stop: Ints
) -> None:
    """Where column `column` (from 0) of each record lies, quotes left out; empty where there is
    none. A doubled quote ends nothing and stays doubled."""
    for i in range(len(stops)):
        place, end, count = bounds[i], stops[i], 0
        begin = place
        found = -1
        while True:
            quoted = place < end and data[place] == QUOTE
            if quoted:
                place += 1
                while place < end:
                    if data[place] == QUOTE:
                        if place + 1 < end and data[place + 1] == QUOTE:
                            place += 1
                        else:
                            break
                    place += 1
            while place < end and data[place] != delimiter:
                place += 1
            if count == column:
                found = begin
                break
            if place >= end:
                break
            place += 1
            begin = place
            count += 1
        if found < 0:
            start[i] = stop[i] = bounds[i]
        else:
            around = 1 if place - found >= 2 and data[found] == QUOTE else 0
            start[i] = found + around
            stop[i] = place - around


@njit(cache=True, nogil=True)
def walk(
    kinds: Bytes, follow: States, resume: States, states: States, wrong: npt.NDArray[np.bool_]
) -> None:
    """Fills `states[1:]` from `states[0]` on; a record of no type changes nothing."""
    state = states[0]
    for i in range(len(kinds)):
        kind = kinds[i]
        if kind < len(resume):
            after = follow[state, kind]
            wrong[i] = after < 0
            state = resume[kind] if after < 0 else after
        states[i + 1] = state


def picked(data: Bytes, bounds: Ints, rows: Ints) -> tuple[Bytes, Ints]:
    """These records one after the other, and their bounds."""
    ends = np.zeros(len(rows) + 1, np.int64)
    np.cumsum(bounds[rows + 1] - bounds[rows], out=ends[1:])
    out = np.empty(int(ends[-1]), np.uint8)
    _pick(data, bounds, rows, out)
    return out, ends


@njit(cache=True, nogil=True)
def _pick(data: Bytes, bounds: Ints, rows: Ints, out: Bytes) -> None:
    """The bytes of these records one after the other."""
    place = 0
    for k in range(len(rows)):
        begin, end = bounds[rows[k]], bounds[rows[k] + 1]
        out[place : place + end - begin] = data[begin:end]
        place += end - begin
