"""Decimal digits in words: nibbles or digit bytes → numbers, and numbers of two words.

Words are read big-endian, so that the first byte of a field is the most significant. A number that
one word cannot hold is two: `high` × 2 ** 64 + `low`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from converters import status as outcome
from converters.kernels.arrays import Bools, Bytes, Ints, Views
from converters.kernels.memory import leaf, load8, load64

__all__ = [
    "AS_BLANK",
    "AS_NUMBER",
    "AS_ZERO",
    "ERROR",
    "POWERS",
    "are_small",
    "digit_bytes",
    "digit_nibbles",
    "filled",
    "grown",
    "nibbles",
    "signed",
    "split_units",
    "split_words",
    "turned",
    "word_at",
]

ERROR, AS_BLANK, AS_ZERO, AS_NUMBER = range(4)
"""What becomes of a number that is all spaces, all LOW-VALUES or all HIGH-VALUES."""

POWERS = np.array([10**n for n in range(20)], np.uint64)

U4, U8, U16, U32 = np.uint64(4), np.uint64(8), np.uint64(16), np.uint64(32)
ZERO, TEN9 = np.uint64(0), np.uint64(10**9)
TEN18 = np.int64(10**18)
NIBBLES = np.uint64(0x0F0F0F0F0F0F0F0F)
BYTES = np.uint64(0x00FF00FF00FF00FF)
PAIRS = np.uint64(0x0000FFFF0000FFFF)
HALF = np.uint64(0xFFFFFFFF)
TEN4, TEN8 = np.uint64(10**4), np.uint64(10**8)
SEVENS = np.uint64(0x0000007F0000007F)
FIFTEENS = np.uint64(0x000F000F000F000F)
TOPS = np.uint64(0x8888888888888888)
ONE = np.uint64(1)
TWO = np.uint64(2)
WHOLE = np.uint64(64)


@leaf
def turned(word: np.uint64) -> np.uint64:
    """The eight bytes of a word in the opposite order."""
    word = (word & BYTES) << U8 | (word >> U8) & BYTES
    word = (word & PAIRS) << U16 | (word >> U16) & PAIRS
    return word << U32 | word >> U32


@leaf
def word_at(data: Bytes, place: int, size: int) -> np.uint64:
    """Up to 8 bytes, at least one, as a big-endian number."""
    if place + 8 <= len(data):
        return turned(load64(data, place)) >> (WHOLE - np.uint64(8 * size))
    word = np.uint64(0)
    for k in range(place, place + size):
        word = word << U8 | np.uint64(load8(data, k))
    return word


@leaf
def digit_nibbles(word: np.uint64) -> tuple[np.uint64, bool]:
    """The number that 16 decimal nibbles spell, and whether all of them are digits."""
    # A nibble above 9 has its top bit and one of the next two.
    good = word & (word << ONE | word << TWO) & TOPS == np.uint64(0)
    # Two digits side by side are high * 16 + low: 6 * high too many. Then two pairs, and so on.
    word -= np.uint64(16 - 10) * (word >> U4 & NIBBLES)
    word -= np.uint64(256 - 100) * (word >> U8 & BYTES)
    word -= np.uint64(65536 - 10**4) * (word >> U16 & PAIRS)
    return word - np.uint64((1 << 32) - 10**8) * (word >> U32), good


@leaf
def digit_bytes(word: np.uint64, zones: np.uint64) -> tuple[np.uint64, bool]:
    """The number that eight bytes of the given zones spell, and whether all of them are digits."""
    lows = word & NIBBLES
    good = word ^ lows == zones and lows & (lows << ONE | lows << TWO) & TOPS == np.uint64(0)
    lows -= np.uint64(256 - 10) * (lows >> U8 & BYTES)
    lows -= np.uint64(65536 - 100) * (lows >> U16 & PAIRS)
    return lows - np.uint64((1 << 32) - 10**4) * (lows >> U32), good


@leaf
def nibbles(number: np.uint64) -> np.uint64:
    """The 16 decimal digits of a number below 10 ** 16, a nibble each; the way back of
    `digit_nibbles`."""
    upper = number // TEN8
    lower = number - TEN8 * upper
    first, third = upper // TEN4, lower // TEN4
    word = first << np.uint64(48) | (upper - TEN4 * first) << U32
    word |= third << U16 | (lower - TEN4 * third)
    # As in `numbers.eight_digits`: four times four digits become eight times two, then single ones.
    high = word & PAIRS
    tops = (high * np.uint64(10486) >> np.uint64(20)) & SEVENS
    high = word >> U16 & PAIRS
    tops |= ((high * np.uint64(10486) >> np.uint64(20)) & SEVENS) << U16
    word += np.uint64(256 - 100) * tops
    high = word & BYTES
    tops = (high * np.uint64(103) >> np.uint64(10)) & FIFTEENS
    high = word >> U8 & BYTES
    tops |= ((high * np.uint64(103) >> np.uint64(10)) & FIFTEENS) << U8
    return word + np.uint64(16 - 10) * tops


@leaf
def signed(number: np.uint64, negative: np.uint64) -> np.int64:
    """The number, or its opposite where `negative` is 1."""
    return np.int64((number ^ (ZERO - negative)) + negative)


@njit(cache=True, nogil=True)
def grown(
    high: np.uint64, low: np.uint64, factor: np.uint64, more: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """`(high, low)` × factor + more; what exceeds two words is lost."""
    a, b, c, d = low & HALF, low >> U32, factor & HALF, factor >> U32
    first = a * c
    second = b * c + (first >> U32)
    third = a * d + (second & HALF)
    low = (third << U32) | (first & HALF)
    high = high * factor + b * d + (second >> U32) + (third >> U32)
    low += more
    if low < more:
        high += ONE
    return high, low


@leaf
def filled(data: Bytes, first: int, last: int, rule: Views, found: int) -> int:
    """The outcome of a field that is no number: `found`, unless one byte fills it whole.

    A rule has the space in its third row, and behind it what becomes of a field full of spaces, 00
    and FF. A field that counts as zero is OK.
    """
    byte = load8(data, first)
    policy = AS_NUMBER
    named = found
    if byte == rule[2, 1]:
        policy, named = np.int64(rule[3, 0]), outcome.SPACES
    elif byte == 0:
        policy, named = np.int64(rule[3, 1]), outcome.LOW_VALUES
    elif byte == 0xFF:
        policy, named = np.int64(rule[4, 0]), outcome.HIGH_VALUES
    if policy == AS_NUMBER:
        return found
    for k in range(first, last):
        if load8(data, k) != byte:
            return found
    if policy == ERROR:
        return named
    return outcome.BLANK if policy == AS_BLANK else outcome.OK


@njit(cache=True, nogil=True)
def divided(a: np.uint64, b: np.uint64, c: np.uint64, d: np.uint64) -> tuple[np.uint64, ...]:
    """Four 32-bit limbs, the highest first, by 10 ** 9: the limbs of the result, and the rest."""
    rest = a % TEN9
    a //= TEN9
    b |= rest << U32
    rest = b % TEN9
    b //= TEN9
    c |= rest << U32
    rest = c % TEN9
    c //= TEN9
    d |= rest << U32
    return a, b, c, d // TEN9, d % TEN9


@njit(cache=True, nogil=True)
def split_words(words: Ints, parts: Ints, negative: Bools) -> None:
    """128-bit numbers (n × 2, the low word first) → parts of 18 digits, the lowest first, and sign.

    `parts` is n × 3, or n × 1 where no number is larger.
    """
    for row in range(len(words)):
        low, high = np.uint64(words[row, 0]), np.uint64(words[row, 1])
        negative[row] = words[row, 1] < 0
        if negative[row]:
            low = ZERO - low
            high = ~high if low else ZERO - high
        if parts.shape[1] == 1:
            parts[row, 0] = np.int64(low)
            continue
        a, b, c, d = high >> U32, high & HALF, low >> U32, low & HALF
        for k in range(3):
            a, b, c, d, first = divided(a, b, c, d)
            a, b, c, d, second = divided(a, b, c, d)
            parts[row, k] = np.int64(second * TEN9 + first)


@njit(cache=True, nogil=True)
def split_units(units: Ints, ends: Views, parts: Ints, negative: Bools, status: Bytes) -> None:
    """64-bit numbers → their distances from zero (n × 1) and signs, as `split_words`.

    OVERFLOW where a negative one is further away than the first of `ends`, another than the second.
    """
    least, most = ends[0], ends[1]
    for row in range(len(units)):
        ones = units[row] >> 63
        far = np.uint64((units[row] ^ ones) - ones)
        parts[row, 0] = np.int64(far)
        negative[row] = ones != 0
        status[row] = outcome.OVERFLOW if far > (least if ones else most) else outcome.OK


@njit(cache=True, nogil=True)
def are_small(words: Ints) -> bool:
    """Whether 18 digits are enough for all of these 128-bit numbers."""
    for row in range(len(words)):
        if words[row, 1] != words[row, 0] >> 63 or not -TEN18 < words[row, 0] < TEN18:
            return False
    return True


@leaf
def settled(
    data: Bytes,
    first: int,
    last: int,
    rule: Views,
    found: int,
    high: np.uint64,
    low: np.uint64,
    negative: bool,
) -> tuple[int, np.uint64, np.uint64]:
    """The outcome of a field whose digits and sign were read, and its number in two words: within
    its limit, with its scale and its sign; `rule` as in `packed.read_packed`."""
    if found == outcome.OK and (high > rule[1, 0] or (high == rule[1, 0] and low > rule[1, 1])):
        found = outcome.SCALE
    if found != outcome.OK:
        return filled(data, first, last, rule, found), ZERO, ZERO
    if rule[2, 0] != np.uint64(1):
        high, low = grown(high, low, rule[2, 0], ZERO)
    if negative:
        low = ZERO - low
        high = ~high if low else ZERO - high
    return found, high, low
