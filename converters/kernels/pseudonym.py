"""Keyed replacement of values in place: every byte string keeps its length and its shape.

The function behind all of it is SipHash-2-4 (Aumasson and Bernstein 2012) with a key of 128 bits.
Numbers go through a Feistel network over their own domain, so different numbers stay different.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from converters.kernels.arrays import Bytes, Ints

__all__ = ["choose", "keyed_hash", "renumber", "scramble", "shift_days"]

Words = npt.NDArray[np.uint64]

ROUNDS = 10
DIGITS = 18
"""Digits of a number that are replaced together; a longer one is replaced piece by piece."""


@njit(cache=True, nogil=True)
def rotated(word: np.uint64, bits: int) -> np.uint64:
    """A word rotated left."""
    return word << np.uint64(bits) | word >> np.uint64(64 - bits)


@njit(cache=True, nogil=True)
def sip_round(
    a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """One SipRound."""
    a, c = a + b, c + d
    b, d = rotated(b, 13) ^ a, rotated(d, 16) ^ c
    a = rotated(a, 32)
    c, a = c + b, a + d
    b, d = rotated(b, 17) ^ c, rotated(d, 21) ^ a
    return a, b, rotated(c, 32), d


@njit(cache=True, nogil=True)
def sip_mixed(
    a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64, word: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """The state with one more word in it: two rounds."""
    a, b, c, d = sip_round(a, b, c, d ^ word)
    a, b, c, d = sip_round(a, b, c, d)
    return a ^ word, b, c, d


@njit(cache=True, nogil=True)
def sip_end(a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64) -> np.uint64:
    """The hash of a state: four rounds."""
    c ^= np.uint64(0xFF)
    for _ in range(4):
        a, b, c, d = sip_round(a, b, c, d)
    return a ^ b ^ c ^ d


@njit(cache=True, nogil=True)
def sip(key: Words, data: Bytes, first: int, last: int) -> np.uint64:
    """SipHash-2-4 of `data[first:last]`."""
    a, b = key[0] ^ np.uint64(0x736F6D6570736575), key[1] ^ np.uint64(0x646F72616E646F6D)
    c, d = key[0] ^ np.uint64(0x6C7967656E657261), key[1] ^ np.uint64(0x7465646279746573)
    length, place = last - first, first
    word = np.uint64(0)
    while last - place >= 8:
        word = np.uint64(0)
        for k in range(8):
            word |= np.uint64(data[place + k]) << np.uint64(8 * k)
        a, b, c, d = sip_mixed(a, b, c, d, word)
        place += 8
    word = np.uint64(length & 0xFF) << np.uint64(56)
    for k in range(last - place):
        word |= np.uint64(data[place + k]) << np.uint64(8 * k)
    a, b, c, d = sip_mixed(a, b, c, d, word)
    return sip_end(a, b, c, d)


@njit(cache=True, nogil=True)
def sip_word(key: Words, first: np.uint64, second: np.uint64) -> np.uint64:
    """SipHash-2-4 of two words."""
    a, b = key[0] ^ np.uint64(0x736F6D6570736575), key[1] ^ np.uint64(0x646F72616E646F6D)
    c, d = key[0] ^ np.uint64(0x6C7967656E657261), key[1] ^ np.uint64(0x7465646279746573)
    for word in (first, second, np.uint64(16) << np.uint64(56)):
        a, b, c, d = sip_mixed(a, b, c, d, word)
    return sip_end(a, b, c, d)


@njit(cache=True, nogil=True)
def keyed_hash(key: Words, data: Bytes, start: Ints, stop: Ints, skip: int) -> Words:
    """The keyed hash of each `data[start[i]:stop[i]]`, without the bytes `skip` in front and the
    blanks at both ends; 0 for a blank."""
    found = np.zeros(len(start), np.uint64)
    for row in range(len(start)):
        first, last = start[row], stop[row]
        while first < last and data[last - 1] == 0x20:
            last -= 1
        while first < last and (data[first] == skip or data[first] == 0x20):
            first += 1
        if first < last:
            found[row] = sip(key, data, first, last)
    return found


@njit(cache=True, nogil=True)
def character(data: Bytes, place: int, last: int, lead: Bytes, unicode: bool) -> tuple[int, int]:
    """The code of a character and its length; -1 where the bytes are no whole character."""
    size = np.int64(lead[data[place]])
    if size < 2:
        return np.int64(data[place]) if size else -1, 1
    if place + size > last:
        return -1, 1
    if not unicode:
        return np.int64(data[place]) << 8 | np.int64(data[place + 1]), 2
    code = np.int64(data[place]) & (0x7F >> size)
    for k in range(1, size):
        if data[place + k] & 0xC0 != 0x80:
            return -1, 1
        code = code << 6 | np.int64(data[place + k] & 0x3F)
    return code, size


@njit(cache=True, nogil=True)
def put(out: Bytes, place: int, code: int, size: int, unicode: bool) -> None:
    """Writes a character of that many bytes."""
    if size == 1 or not unicode:
        for k in range(size):
            out[place + k] = code >> 8 * (size - 1 - k) & 0xFF
        return
    for k in range(size - 1, 0, -1):
        out[place + k] = 0x80 | (code & 0x3F)
        code >>= 6
    out[place] = (0xF00 >> size & 0xFF) | code


@njit(cache=True, nogil=True)
def scramble(
    data: Bytes,
    out: Bytes,
    spans: Ints,
    seeds: Words,
    key: Words,
    alphabet: tuple[Bytes, Bytes, Ints, Ints, Ints, Ints, bool],
    after_digit: bool,
) -> None:
    """Each character of `data[spans[0, i]:spans[1, i]]` becomes another one of its class in `out`.

    The same bytes and seed give the same characters. `alphabet`: bytes of a character by its first
    byte, class of each code (0: none), place of each code in its class (-1: it stays), the codes by
    class, where each class begins, its size, whether codes are code points. `after_digit`: nothing
    before the first digit (classes 2 and 3) changes.
    """
    lead, classes, index, codes, begins, sizes, unicode = alphabet
    for row in range(spans.shape[1]):
        first, last = spans[0, row], spans[1, row]
        seed = sip_word(key, sip(key, data, first, last), seeds[row])
        place, turn, waits = first, np.uint64(0), after_digit
        while place < last:
            code, size = character(data, place, last, lead, unicode)
            kind = np.int64(classes[code]) if 0 <= code < len(classes) else 0
            if kind == 2 or kind == 3:
                waits = False
            if kind and not waits and index[code] >= 0 and sizes[kind] > 1:
                step = 1 + np.int64(sip_word(key, seed, turn) % np.uint64(sizes[kind] - 1))
                other = codes[begins[kind] + (index[code] + step) % sizes[kind]]
                put(out, place, other, size, unicode)
            place += size
            turn += np.uint64(1)


@njit(cache=True, nogil=True)
def choose(
    data: Bytes,
    out: Bytes,
    spans: Ints,
    key: Words,
    alphabet: tuple[Bytes, Bytes, Ints, Ints, Ints, Ints, bool],
    words: tuple[Bytes, Ints, Ints],
) -> None:
    """Each name becomes another of the same length: surname and given names, kept apart by blanks.

    `words`: all words one after the other; by script, part (0 surname, 1 given) and length, where
    the words begin and how many there are. A part that is not wholly of one script, or whose
    length no other word has, keeps its shape only (`scramble`).
    """
    pool, begins, counts = words
    lead, classes, _, _, _, _, unicode = alphabet
    longest = counts.shape[2]
    one = np.empty((2, 1), np.int64)
    nothing = np.zeros(1, np.uint64)
    for row in range(spans.shape[1]):
        place, last, part = spans[0, row], spans[1, row], 0
        while place < last:
            begin, script = place, -2
            while place < last:
                code, size = character(data, place, last, lead, unicode)
                if code == 0x20 or code == 0x8140 or (unicode and code == 0x3000):
                    break
                kind = np.int64(classes[code]) if 0 <= code < len(classes) else 0
                script = kind if script == -2 or script == kind else -1
                place += size
            length = place - begin
            if length:
                count = np.int64(0)
                if 0 < script < counts.shape[0] and length < longest:
                    count = counts[script, part, length]
                done = False
                if count > 1:
                    pick = np.int64(sip(key, data, begin, place) % np.uint64(count))
                    for turn in range(2):
                        word = begins[script, part, length] + (pick + turn) % count * length
                        same = True
                        for k in range(length):
                            if pool[word + k] != data[begin + k]:
                                same = False
                        if not same:
                            for k in range(length):
                                out[begin + k] = pool[word + k]
                            done = True
                            break
                if not done:
                    one[0, 0], one[1, 0] = begin, place
                    scramble(data, out, one, nothing, key, alphabet, False)
                part = 1
            if place < last:
                place += character(data, place, last, lead, unicode)[1]


@njit(cache=True, nogil=True)
def feistel(value: np.uint64, digits: int, key: Words, tweak: np.uint64, back: bool) -> np.uint64:
    """A permutation of the numbers of that many digits (2 to 18), or its inverse."""
    low = np.uint64(1)
    for _ in range(digits // 2):
        low *= np.uint64(10)
    high = low if digits % 2 == 0 else low * np.uint64(10)
    left, right = value // low, value % low
    for turn in range(ROUNDS):
        number = ROUNDS - 1 - turn if back else turn
        name = tweak ^ np.uint64(number << 8 | digits)
        if number % 2 == 0:
            step = sip_word(key, name, right) % high
            left = (left + (high - step if back else step)) % high
        else:
            step = sip_word(key, name, left) % low
            right = (right + (low - step if back else step)) % low
    return left * low + right


@njit(cache=True, nogil=True)
def moved(
    value: np.uint64, low: np.uint64, count: np.uint64, key: Words, tweak: np.uint64
) -> np.uint64:
    """A permutation of the numbers `low` to `low + count - 1` under which none stays itself.

    The Feistel network is walked until it is inside; between it and its inverse lies a step.
    """
    digits, limit = 2, np.uint64(100)
    while limit < low + count:
        digits, limit = digits + 1, limit * np.uint64(10)
    place = value
    while True:
        place = feistel(place, digits, key, tweak, False)
        if low <= place < low + count:
            break
    step = np.uint64(1) + sip_word(key, tweak, count) % (count - np.uint64(1))
    place = low + (place - low + step) % count
    while True:
        place = feistel(place, digits, key, tweak, True)
        if low <= place < low + count:
            return place


@njit(cache=True, nogil=True)
def due_digit(value: np.uint64, scheme: tuple[Ints, Ints, bool]) -> int:
    """The check digit of a body. `scheme`: weights from the right, digit by remainder, whether the
    digits of a product are added."""
    weights, due, folded = scheme
    total = 0
    for k in range(len(weights)):
        product = np.int64(value % np.uint64(10)) * weights[k]
        value //= np.uint64(10)
        total += product // 10 + product % 10 if folded else product
    return due[total % len(due)]


@njit(cache=True, nogil=True)
def renumber(
    data: Bytes,
    out: Bytes,
    spans: Ints,
    tweaks: Words,
    key: Words,
    scheme: tuple[Ints, Ints, bool],
    shape: tuple[int, bool],
) -> None:
    """The digits of each number become those of another; what is no digit stays where it is.

    Zeros in front stay, and so does the number of digits behind them. `shape`: the length for
    which the scheme holds (0: none) and whether its check digit leads. A wrong check digit stays
    wrong by as much.
    """
    length, leads = shape
    places = np.empty(DIGITS, np.int64)
    for row in range(spans.shape[1]):
        place, last = spans[0, row], spans[1, row]
        checked = last - place == length
        while place < last:
            count = 0
            value = np.uint64(0)
            while place < last and count < DIGITS:
                digit = np.int64(data[place]) - 0x30
                if 0 <= digit <= 9 and (checked or count or digit):
                    places[count] = place
                    count += 1
                    value = value * np.uint64(10) + np.uint64(digit)
                place += 1
            if not count:
                continue
            low = np.uint64(1)
            for _ in range(count - 1):
                low *= np.uint64(10)
            if checked and count == length:
                digit = np.int64(value // low if leads else value % np.uint64(10))
                body = value % low if leads else value // np.uint64(10)
                off = (digit - due_digit(body, scheme) + 10) % 10
                body = moved(body, np.uint64(0), low, key, tweaks[row])
                digit = (due_digit(body, scheme) + off) % 10
                value = np.uint64(digit) * low + body
                if not leads:
                    value = body * np.uint64(10) + np.uint64(digit)
            else:
                value = moved(value, low, np.uint64(9) * low, key, tweaks[row])
            for k in range(count - 1, -1, -1):
                out[places[k]] = 0x30 + np.uint8(value % np.uint64(10))
                value //= np.uint64(10)


@njit(cache=True, nogil=True)
def shift_days(texts: Bytes, days: Ints) -> None:
    """Dates YYYY-MM-DD, ten bytes each, moved by days in place. One with an unknown part, or that
    the calendar does not have, stays; so does one that would leave the years 1 to 9999."""
    for row in range(len(days)):
        at = 10 * row
        year, month, day = 0, 0, 0
        for k in range(4):
            year = year * 10 + np.int64(texts[at + k]) - 0x30
        for k in range(2):
            month = month * 10 + np.int64(texts[at + 5 + k]) - 0x30
            day = day * 10 + np.int64(texts[at + 8 + k]) - 0x30
        if not days[row] or not (1 <= month <= 12 and 1 <= day <= month_days(year, month)):
            continue
        # Days since 0000-03-01, and back: H. Hinnant, "chrono-compatible date algorithms".
        y = year - (month <= 2)
        number = y * 365 + y // 4 - y // 100 + y // 400
        number += (153 * ((month + 9) % 12) + 2) // 5 + day - 1 + days[row]
        era = number // 146097
        rest = number - era * 146097
        y = (rest - rest // 1460 + rest // 36524 - rest // 146096) // 365
        rest -= 365 * y + y // 4 - y // 100
        m = (5 * rest + 2) // 153
        day = rest - (153 * m + 2) // 5 + 1
        month = m + 3 if m < 10 else m - 9
        year = y + era * 400 + (month <= 2)
        if 1 <= year <= 9999:
            for k in range(4):
                texts[at + 3 - k] = 0x30 + year % 10
                year //= 10
            for k in range(2):
                texts[at + 6 - k] = 0x30 + month % 10
                texts[at + 9 - k] = 0x30 + day % 10
                month, day = month // 10, day // 10


@njit(cache=True, nogil=True)
def month_days(year: int, month: int) -> int:
    """Days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31
