"""ISO dates with unknown parts → day numbers, eras, and which are whole."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes
from converters.kernels.memory import load8, load32, load64

__all__ = ["BLANK", "PARTIAL", "STRANGE", "WHOLE", "read_dates"]


BLANK: Final = 0
WHOLE: Final = 1
PARTIAL: Final = 2
STRANGE: Final = 3
DASH: Final = 0x2D
DIGITS = np.array([0, 1, 2, 3, 5, 6, 8, 9])
"""Where the digits stand in `YYYY-MM-DD`."""


@njit(cache=True, nogil=True)
def read_dates(
    raw: Bytes,
    eras: npt.NDArray[np.int64],
    states: Bytes,
    days: npt.NDArray[np.int64],
    written: Bytes,
    implied: Bytes,
    views: npt.NDArray[np.uint64],
) -> None:
    """`YYYY-MM-DD` with 00 for unknown parts, perhaps an era letter behind, taken apart.

    `raw` holds the views of the column (`columns.Text.raw`), `eras` a row per era, oldest first:
    first day as YYYYMMDD, letter, the year before its first. `days` gets YYYYMMDD, `written` the
    number of the era in force, counted from 1, 0 for none, `implied` the one without the letter,
    and `views` the whole dates without their letters. Unknown parts are judged by the latest day
    they may stand for, as they are on reading.
    """
    for row in range(len(states)):
        length = load32(raw, 16 * row)
        states[row] = BLANK if length == 0 else STRANGE
        days[row] = 0
        written[row] = 0
        implied[row] = 0
        views[row, 0] = 0
        views[row, 1] = 0
        if length != 10 and length != 11:
            continue
        at = 16 * row + 4
        day = 0
        good = load8(raw, at + 4) == DASH and load8(raw, at + 7) == DASH
        for k in DIGITS:
            digit = np.int64(load8(raw, at + k)) - 0x30
            good &= 0 <= digit <= 9
            day = day * 10 + digit
        if not good:
            continue
        year, month, date = day // 10000, day // 100 % 100, day % 100
        latest = day + (0 if month else 1200) + (0 if date else 31)
        era = 0
        for e in range(len(eras)):
            if year and latest >= eras[e, 0]:
                era = e + 1
        implied[row] = era
        if length == 11:
            letter = load8(raw, at + 10)
            era = 0
            for e in range(len(eras)):
                if eras[e, 1] == letter and year > eras[e, 2]:
                    era = e + 1
            # A letter is written only where the day does not imply it.
            if era == 0 or era == implied[row]:
                continue
        days[row] = day
        written[row] = era
        if year and month and date:
            states[row] = WHOLE
            views[row, 0] = np.uint64(10) | np.uint64(load32(raw, at)) << np.uint64(32)
            views[row, 1] = load64(raw, at + 4) & np.uint64(0xFFFFFFFFFFFF)
        else:
            states[row] = PARTIAL
