"""Dates and times in written form ↔ `YYYY-MM-DD` and `HH:MM:SS`, driven by a template.

A template is a row of small numbers, one per byte of the written form: `Y M D H N S` collect digits
into year, month, day, hour, minute and second, `E` bytes form an era code, anything from 32 on is a
literal byte that must stand there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bytes, Ints, Views
from converters.kernels.decode import view_head, view_rest
from converters.kernels.memory import load8

__all__ = ["D", "E", "H", "M", "N", "S", "Y", "decode_dates", "decode_times", "write_template"]

Y, M, D, H, N, S, E = range(7)

NO_SUFFIX = 0


@njit(cache=True, nogil=True)
def month_days(year: int, month: int) -> int:
    """Days of a month of the Gregorian calendar."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    if month == 4 or month == 6 or month == 9 or month == 11:
        return 30
    return 31


@njit(cache=True, nogil=True)
def pair(number: int) -> np.uint64:
    """Two digits as a 16-bit word in writing order."""
    return np.uint64(0x30 + number // 10) | np.uint64(0x30 + number % 10) << np.uint64(8)


@njit(cache=True, nogil=True)
def judged(year: int, month: int, day: int, partial: int, impossible: int) -> int:
    """The outcome of a date's numbers; 0 stands for an unknown month or day."""
    if month > 12 or day > 31 or year > 9999:
        return outcome.BAD_DATE
    if year == 0 or month == 0 or day == 0:
        if month == 0 and day:
            return outcome.BAD_DATE
        if year == 0 and (month or day):
            return outcome.BAD_DATE
        return outcome.UNKNOWN if partial else outcome.PARTIAL_DATE
    if day > month_days(year, month) and not impossible:
        return outcome.BAD_DATE
    return outcome.OK


@njit(cache=True, nogil=True)
def decode_dates(
    data: Bytes,
    start: Ints,
    stop: Ints,
    template: Ints,
    first_year: int,
    eras: Ints,
    flags: int,
    era_rows: Ints,
    views: Views,
    status: Bytes,
) -> None:
    """Dates → ISO text.

    `eras` has a row per era: code (as a number of its bytes, first byte highest), first year of
    the era minus 1, first day and last day as YYYYMMDD (last day inclusive of the changeover), and
    the era letter. `flags` bit 0 accepts unknown parts, bit 1 days the calendar lacks. `era_rows`
    gives the era's row for each value of an era-less form (-1 none) and is empty otherwise.
    `first_year` is what the year is before its digits are read: 0, or 1 for a form without year
    digits (元年). Where the written era is not the day's own, its letter follows the date.
    """
    width = len(template)
    partial = flags & 1
    impossible = flags & 2
    for row in range(len(start)):
        first, last = start[row], stop[row]
        while last > first and load8(data, last - 1) == 0x20:
            last -= 1
        views[row, 0] = 0
        views[row, 1] = 0
        if first == last:
            status[row] = outcome.BLANK
            continue
        year = first_year
        month = day = era = 0
        good = last - first == width
        for k in range(width):
            if not good:
                break
            want = template[k]
            byte = np.int64(load8(data, first + k))
            if want >= 32:
                good = byte == want
            elif want == E:
                era = era << 8 | byte
            else:
                digit = byte - 0x30
                good = 0 <= digit <= 9
                if want == Y:
                    year = year * 10 + digit
                elif want == M:
                    month = month * 10 + digit
                else:
                    day = day * 10 + digit
        if not good:
            status[row] = outcome.BAD_DATE
            continue
        suffix = np.uint64(NO_SUFFIX)
        which = -1
        if len(era_rows):
            which = era_rows[row]
        for e in range(len(eras)):
            if len(era_rows) == 0 and eras[e, 0] == era:
                which = e
        if len(eras):
            if which < 0 or year == 0:
                status[row] = outcome.ERA_RANGE
                continue
            year += eras[which, 1]
            # Unknown parts are judged by the earliest and the latest day they may stand for.
            latest = year * 10000 + (month if month else 12) * 100 + (day if day else 31)
            earliest = year * 10000 + (month if month else 1) * 100 + (day if day else 1)
            if latest < eras[which, 2] or earliest > eras[which, 3]:
                status[row] = outcome.ERA_RANGE
                continue
            implied = -1
            for e in range(len(eras)):
                if latest >= eras[e, 2] and (implied < 0 or eras[e, 2] > eras[implied, 2]):
                    implied = e
            if implied >= 0 and eras[implied, 4] != eras[which, 4]:
                suffix = np.uint64(eras[which, 4])
        found = judged(year, month, day, partial, impossible)
        status[row] = found
        if found >= outcome.PROBLEM:
            continue
        length = 11 if suffix else 10
        head = pair(year // 100) | pair(year % 100) << np.uint64(16)
        rest = np.uint64(0x2D) | pair(month) << np.uint64(8) | np.uint64(0x2D) << np.uint64(24)
        rest |= pair(day) << np.uint64(32) | suffix << np.uint64(48)
        views[row, 0] = view_head(length, head)
        views[row, 1] = view_rest(length, rest, 0)


@njit(cache=True, nogil=True)
def decode_times(
    data: Bytes, start: Ints, stop: Ints, template: Ints, views: Views, status: Bytes
) -> None:
    """Times of day → `HH:MM:SS`, or `HH:MM` where the form has no seconds."""
    width = len(template)
    for row in range(len(start)):
        first, last = start[row], stop[row]
        while last > first and load8(data, last - 1) == 0x20:
            last -= 1
        views[row, 0] = 0
        views[row, 1] = 0
        if first == last:
            status[row] = outcome.BLANK
            continue
        hour = minute = second = 0
        seconds = False
        good = last - first == width
        for k in range(width):
            if not good:
                break
            want = template[k]
            byte = np.int64(load8(data, first + k))
            digit = byte - 0x30
            good = byte == want if want >= 32 else 0 <= digit <= 9
            if want == H:
                hour = hour * 10 + digit
            elif want == N:
                minute = minute * 10 + digit
            elif want == S:
                second = second * 10 + digit
                seconds = True
        if not good or hour > 23 or minute > 59 or second > 59:
            status[row] = outcome.BAD_TIME
            continue
        status[row] = outcome.OK
        length = 8 if seconds else 5
        head = pair(hour) | np.uint64(0x3A) << np.uint64(16)
        minutes = pair(minute)
        head |= (minutes & np.uint64(0xFF)) << np.uint64(24)
        rest = minutes >> np.uint64(8) | np.uint64(0x3A) << np.uint64(8)
        rest |= pair(second) << np.uint64(16)
        views[row, 0] = view_head(length, head)
        views[row, 1] = view_rest(length, rest, 0)


@njit(cache=True, nogil=True)
def write_template(
    text: Bytes, template: Ints, eras: Ints, era_rows: Ints, views: Views, out: Bytes, status: Bytes
) -> None:
    """ISO dates or times → the written form in `out`, `len(template)` bytes a value.

    `text` is the column's views as bytes (16 a row). A trailing era letter chooses the era;
    without one it is the era of the day. Era-less forms with `era_rows` count from that era.
    """
    width = len(template)
    field = np.zeros(7, np.int64)
    for row in range(len(text)):
        length = text[row, 0]
        views[row, 0] = 0
        views[row, 1] = 0
        if length == 0:
            status[row] = outcome.BLANK
            continue
        first = row * width
        field[:] = 0
        good = True
        time = length < 10
        part = H if time else Y
        for k in range(min(length, 10)):
            byte = np.int64(text[row, 4 + k])
            if byte == 0x2D or byte == 0x3A:
                part += 1
            elif 0x30 <= byte <= 0x39:
                field[part] = field[part] * 10 + byte - 0x30
            else:
                good = False
        good = good and (time or length >= 10) and part < 6
        year = field[Y]
        era = np.int64(0)
        if len(eras) and good:
            latest = year * 10000 + (field[M] if field[M] else 12) * 100
            latest += field[D] if field[D] else 31
            which = -1
            if len(era_rows):
                which = era_rows[row]
            else:
                for e in range(len(eras)):
                    if latest >= eras[e, 2] and (which < 0 or eras[e, 2] > eras[which, 2]):
                        which = e
                if length == 11:
                    for e in range(len(eras)):
                        if eras[e, 4] == text[row, 14]:
                            which = e
            if which < 0 or year - eras[which, 1] < 1 or year - eras[which, 1] > 99:
                status[row] = outcome.ERA_RANGE
                continue
            era = eras[which, 0]
            field[Y] = year - eras[which, 1]
        if not good:
            status[row] = outcome.BAD_TIME if time else outcome.BAD_DATE
            continue
        for k in range(width - 1, -1, -1):
            want = template[k]
            if want >= 32:
                out[first + k] = want
            elif want == E:
                out[first + k] = era & 0xFF
                era >>= 8
            else:
                out[first + k] = 0x30 + field[want] % 10
                field[want] //= 10
        status[row] = outcome.OK
        head = np.uint64(0)
        rest = np.uint64(0)
        for k in range(min(width, 4)):
            head |= np.uint64(out[first + k]) << np.uint64(8 * k)
        for k in range(4, min(width, 12)):
            rest |= np.uint64(out[first + k]) << np.uint64(8 * (k - 4))
        views[row, 0] = view_head(width, head)
        views[row, 1] = view_rest(width, rest, first)
