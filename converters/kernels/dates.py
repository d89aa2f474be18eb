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
from converters.kernels.decode import are_digits, view_head, view_rest
from converters.kernels.memory import leaf, load8, load32, load64, prefetch

__all__ = [
    "D",
    "E",
    "H",
    "M",
    "N",
    "S",
    "Y",
    "are_iso",
    "decode_dates",
    "decode_times",
    "write_dates",
    "write_iso",
    "write_times",
]

Y, M, D, H, N, S, E = range(7)

AHEAD = 16
LENGTH = np.uint64(0xFFFFFFFF)
NIBBLE = np.uint64(0x0F)


@leaf
def month_days(year: int, month: int) -> int:
    """Days of a month of the Gregorian calendar."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    if month == 4 or month == 6 or month == 9 or month == 11:
        return 30
    return 31


@leaf
def pair(number: int) -> np.uint64:
    """Two digits as a 16-bit word in writing order."""
    return np.uint64(0x30 + number // 10) | np.uint64(0x30 + number % 10) << np.uint64(8)


@leaf
def judged(year: int, month: int, day: int, flags: int) -> int:
    """The outcome of a date's numbers; 0 stands for an unknown month or day.

    `flags` bit 0 accepts unknown parts, bit 1 days the calendar lacks.
    """
    if month > 12 or day > 31 or year > 9999:
        return outcome.BAD_DATE
    if year == 0 or month == 0 or day == 0:
        if month == 0 and day:
            return outcome.BAD_DATE
        if year == 0 and (month or day):
            return outcome.BAD_DATE
        return outcome.UNKNOWN if flags & 1 else outcome.PARTIAL_DATE
    if day > 28 and day > month_days(year, month) and not flags & 2:
        return outcome.BAD_DATE
    return outcome.OK


@leaf
def iso_head(year: int) -> np.uint64:
    """The four digits of a year in writing order."""
    return pair(year // 100) | pair(year % 100) << np.uint64(16)


@leaf
def iso_rest(month: int, day: int, suffix: int) -> np.uint64:
    """`-MM-DD` and the era letter, if any, in writing order."""
    rest = np.uint64(0x2D00002D) | pair(month) << np.uint64(8)
    return rest | pair(day) << np.uint64(32) | np.uint64(suffix) << np.uint64(48)


@njit(cache=True, nogil=True)
def decode_dates(
    data: Bytes,
    start: Ints,
    stop: Ints,
    form: Ints,
    literals: Ints,
    eras: Ints,
    era_rows: Ints,
    views: Views,
    status: Bytes,
) -> None:
    """Dates → ISO text.

    `form` is (width, place of the year, its digits, place of the month, of the day, of the era
    code, its bytes, first year, flags of `judged`); a form without year digits (元年) has first
    year 1. `literals` are rows of (place, byte). `eras` has a row per era: code (as a number of
    its bytes, first byte highest), year before its first, first and last day as YYYYMMDD (the last
    one inclusive of the changeover), era letter, first day of the next era. `era_rows` gives the
    era's row for each value of an era-less form (-1 none) and is empty otherwise. Where the
    written era is not the day's own, its letter follows the date.
    """
    width, year_at, year_digits, month_at, day_at = form[0], form[1], form[2], form[3], form[4]
    era_at, era_bytes, first_year, flags = form[5], form[6], form[7], form[8]
    count = len(start)
    for row in range(count):
        first, last = start[row], stop[row]
        prefetch(data, start[min(row + AHEAD, count - 1)])
        while last > first and load8(data, last - 1) == 0x20:
            last -= 1
        views[row, 0] = 0
        views[row, 1] = 0
        if first == last:
            status[row] = outcome.BLANK
            continue
        if last - first != width:
            status[row] = outcome.BAD_DATE
            continue
        wrong = False
        for j in range(len(literals)):
            wrong |= load8(data, first + literals[j, 0]) != literals[j, 1]
        year = np.int64(0)
        for k in range(first + year_at, first + year_at + year_digits):
            digit = np.int64(load8(data, k)) - 0x30
            wrong |= digit < 0 or digit > 9
            year = year * 10 + digit
        year += first_year
        tens = np.int64(load8(data, first + month_at)) - 0x30
        ones = np.int64(load8(data, first + month_at + 1)) - 0x30
        wrong |= tens < 0 or tens > 9 or ones < 0 or ones > 9
        month = tens * 10 + ones
        tens = np.int64(load8(data, first + day_at)) - 0x30
        ones = np.int64(load8(data, first + day_at + 1)) - 0x30
        wrong |= tens < 0 or tens > 9 or ones < 0 or ones > 9
        day = tens * 10 + ones
        if wrong:
            status[row] = outcome.BAD_DATE
            continue
        suffix = 0
        if len(eras):
            which = -1
            if len(era_rows):
                which = era_rows[row]
            else:
                era = np.int64(0)
                for k in range(first + era_at, first + era_at + era_bytes):
                    era = era << 8 | load8(data, k)
                for e in range(len(eras)):
                    if eras[e, 0] == era:
                        which = e
                        break
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
            if latest >= eras[which, 5]:
                suffix = eras[which, 4]
        found = judged(year, month, day, flags)
        status[row] = found
        if found < outcome.PROBLEM:
            length = 11 if suffix else 10
            views[row, 0] = np.uint64(length) | iso_head(year) << np.uint64(32)
            views[row, 1] = iso_rest(month, day, suffix)


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


@leaf
def iso_digits(head: np.uint64, rest: np.uint64) -> bool:
    """Whether two words read `YYYY` and `-MM-DD`, era letter aside."""
    digits = head | (rest & np.uint64(0xFFFF00)) << np.uint64(24)
    digits = digits & np.uint64(0x0000FFFFFFFFFFFF) | (
        rest & np.uint64(0xFFFF00000000)
    ) << np.uint64(16)
    dashes = rest & np.uint64(0x00000000FF0000FF) == np.uint64(0x2D00002D)
    return dashes and are_digits(digits)


@njit(cache=True, nogil=True)
def are_iso(raw: Bytes, status: Bytes) -> bool:
    """Whether the values of `columns.Text.raw` are ISO dates as they stand, blanks among them."""
    good = True
    for row in range(len(status)):
        head = load64(raw, 16 * row)
        length = np.int64(head & LENGTH)
        date = length == 10 and iso_digits(head >> np.uint64(32), load64(raw, 16 * row + 8))
        good &= date or length == 0
        status[row] = outcome.BLANK if length == 0 else outcome.OK
    return good


@njit(cache=True, nogil=True)
def write_iso(words: Views, views: Views, status: Bytes) -> None:
    """ISO dates → the same without their era letters."""
    for row in range(len(words)):
        head = words[row, 0]
        rest = words[row, 1]
        length = np.int64(head & LENGTH)
        views[row, 0] = 0
        views[row, 1] = 0
        if length == 0:
            status[row] = outcome.BLANK
        elif (length == 10 or length == 11) and iso_digits(head >> np.uint64(32), rest):
            status[row] = outcome.OK
            views[row, 0] = head & ~LENGTH | np.uint64(10)
            views[row, 1] = rest & np.uint64(0x0000FFFFFFFFFFFF)
        else:
            status[row] = outcome.BAD_DATE


@njit(cache=True, nogil=True)
def write_dates(
    words: Views,
    form: Ints,
    literals: Ints,
    eras: Ints,
    era_rows: Ints,
    views: Views,
    out: Bytes,
    status: Bytes,
) -> None:
    """ISO dates → their written form in `out`, as many bytes a value as the form is wide.

    The arguments are those of `decode_dates`; `words` are the views of the column, and `out` needs
    16 bytes beyond the last value. A trailing era letter chooses the era, else it is the day's own.
    """
    width, year_at, year_digits, month_at, day_at = form[0], form[1], form[2], form[3], form[4]
    era_at, era_bytes = form[5], form[6]
    for row in range(len(words)):
        head = words[row, 0] >> np.uint64(32)
        rest = words[row, 1]
        length = np.int64(words[row, 0] & LENGTH)
        views[row, 0] = 0
        views[row, 1] = 0
        if length == 0:
            status[row] = outcome.BLANK
            continue
        if (length != 10 and length != 11) or not iso_digits(head, rest):
            status[row] = outcome.BAD_DATE
            continue
        year = np.int64(head & NIBBLE) * 1000 + np.int64(head >> np.uint64(8) & NIBBLE) * 100
        year += np.int64(head >> np.uint64(16) & NIBBLE) * 10 + np.int64(
            head >> np.uint64(24) & NIBBLE
        )
        first = row * width
        if len(eras):
            month = np.int64(rest >> np.uint64(8) & NIBBLE) * 10 + np.int64(
                rest >> np.uint64(16) & NIBBLE
            )
            day = np.int64(rest >> np.uint64(32) & NIBBLE) * 10 + np.int64(
                rest >> np.uint64(40) & NIBBLE
            )
            latest = year * 10000 + (month if month else 12) * 100 + (day if day else 31)
            letter = np.int64(rest >> np.uint64(48) & np.uint64(0xFF)) if length == 11 else 0
            which = -1
            if len(era_rows):
                which = era_rows[row]
            else:
                for e in range(len(eras)):
                    if letter:
                        if eras[e, 4] == letter:
                            which = e
                    elif eras[e, 2] <= latest < eras[e, 5]:
                        which = e
            if which < 0 or year <= eras[which, 1] or year - eras[which, 1] > 99:
                status[row] = outcome.ERA_RANGE
                continue
            year -= eras[which, 1]
            era = eras[which, 0]
            for k in range(first + era_at + era_bytes - 1, first + era_at - 1, -1):
                out[k] = era & 0xFF
                era >>= 8
        for j in range(len(literals)):
            out[first + literals[j, 0]] = literals[j, 1]
        for k in range(first + year_at + year_digits - 1, first + year_at - 1, -1):
            out[k] = 0x30 + year % 10
            year //= 10
        out[first + month_at] = rest >> np.uint64(8) & np.uint64(0xFF)
        out[first + month_at + 1] = rest >> np.uint64(16) & np.uint64(0xFF)
        out[first + day_at] = rest >> np.uint64(32) & np.uint64(0xFF)
        out[first + day_at + 1] = rest >> np.uint64(40) & np.uint64(0xFF)
        status[row] = outcome.OK
        views[row, 0] = view_head(width, np.uint64(load32(out, first)))
        views[row, 1] = view_rest(width, load64(out, first + 4), first)


@njit(cache=True, nogil=True)
def write_times(
    words: Views, flat: Bytes, template: Ints, views: Views, out: Bytes, status: Bytes
) -> None:
    """Times of day → their written form; `flat` is the memory of `words` as bytes."""
    width = len(template)
    for row in range(len(words)):
        length = np.int64(words[row, 0] & LENGTH)
        views[row, 0] = 0
        views[row, 1] = 0
        if length == 0:
            status[row] = outcome.BLANK
            continue
        good = length == 5 or length == 8
        for k in range(length if good else 0):
            byte = load8(flat, row * 16 + 4 + k)
            good = good and (byte == 0x3A if k % 3 == 2 else 0x30 <= byte <= 0x39)
        if not good:
            status[row] = outcome.BAD_TIME
            continue
        first = row * width
        digit = np.zeros(3, np.int64)
        for k in range(width):
            want = template[k]
            if want >= 32:
                out[first + k] = want
                continue
            # Seconds that are not there are 00.
            place = 3 * (want - H) + digit[want - H]
            out[first + k] = load8(flat, row * 16 + 4 + place) if place < length else 0x30
            digit[want - H] += 1
        status[row] = outcome.OK
        views[row, 0] = view_head(width, np.uint64(load32(out, first)))
        views[row, 1] = view_rest(width, load64(out, first + 4), first)
