"""The kernels of pseudonyms: permutations, the calendar, classes of characters, SipHash."""

from __future__ import annotations

import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from converters.anonymize.alphabet import alphabet
from converters.kernels.pseudonym import (
    choose,
    keyed_hash,
    moved,
    renumber,
    scramble,
    shift_days,
)


@given(st.integers(1, 12), st.integers(0, 2**64 - 1), st.data())
def test_different_numbers_stay_different_and_none_stays_itself(
    digits: int, tweak: int, data: st.DataObject
) -> None:
    low = 10 ** (digits - 1)
    numbers = data.draw(st.lists(st.integers(low, 10 * low - 1), min_size=1, max_size=20))
    key = np.array([1, 2], np.uint64)
    found = [
        int(moved(np.uint64(n), np.uint64(low), np.uint64(9 * low), key, np.uint64(tweak)))
        for n in numbers
    ]
    assert len(set(found)) == len(set(numbers))
    assert all(low <= n < 10 * low for n in found)
    assert all(a != b for a, b in zip(numbers, found, strict=True))


def test_the_keyed_hash_is_siphash() -> None:
    """Vectors of the reference implementation: key 00..0F, message 00, 01, ... of each length."""
    key = np.frombuffer(bytes(range(16)), "<u8")
    data = np.arange(64, dtype=np.uint8)
    due = {1: 0x74F839C593DC67FD, 8: 0x93F5F5799A932462, 15: 0xA129CA6149BE45E5}
    for length, expected in due.items():
        start, stop = np.zeros(1, np.int64), np.array([length], np.int64)
        assert int(keyed_hash(key, data, start, stop, -1)[0]) == expected


@given(st.dates(), st.integers(-400, 400).filter(bool))
def test_days_are_moved_as_the_calendar_does(day: datetime.date, by: int) -> None:
    try:
        due = str(day + datetime.timedelta(by))
    except OverflowError:
        due = str(day)
    texts = np.frombuffer(str(day).encode(), np.uint8).copy()
    shift_days(texts, np.array([by], np.int64))
    assert texts.tobytes().decode() == due


@given(st.sampled_from(["cp932", "utf-8"]), st.text(max_size=20), st.integers(0, 9))
def test_a_character_becomes_another_of_its_class(name: str, text: str, seed: int) -> None:
    try:
        data = text.encode(name)
    except UnicodeEncodeError:
        return
    array = np.frombuffer(data, np.uint8)
    out = array.copy()
    spans = np.array([[0], [len(array)]], np.int64)
    seeds, key = np.array([seed], np.uint64), np.array([3, 4], np.uint64)
    scramble(array, out, spans, seeds, key, alphabet(name).classes, False)
    now = out.tobytes().decode(name)
    assert len(now) == len(text)
    for a, b in zip(text, now, strict=True):
        assert a.isascii() == b.isascii() and a.isdigit() == b.isdigit()
        assert a == b or a.isalnum()
        assert a != b or not ("0" <= a <= "9" or "A" <= a <= "Z" or a == "亜")


@given(st.sampled_from(["cp932", "utf-8"]), st.binary(max_size=40))
def test_a_name_keeps_its_blanks_and_its_length_whatever_it_is(name: str, data: bytes) -> None:
    array = np.frombuffer(data + b" ", np.uint8)[: len(data)]
    out = array.copy()
    spans = np.array([[0], [len(array)]], np.int64)
    script = alphabet(name)
    choose(array, out, spans, np.array([5, 6], np.uint64), script.classes, script.words)
    assert len(out) == len(data)
    if data.isascii():
        assert [place for place in range(len(data)) if data[place] == 0x20] == [
            place for place in range(len(data)) if out[place] == 0x20
        ]


@given(st.text("0123456789-. ", max_size=45), st.integers(0, 9))
def test_a_number_keeps_its_signs_and_the_zeros_in_front(text: str, tweak: int) -> None:
    array = np.frombuffer(text.encode() + b" ", np.uint8)[: len(text)]
    out = array.copy()
    spans = np.array([[0], [len(array)]], np.int64)
    no_scheme = np.zeros(0, np.int64), np.ones(1, np.int64), False
    tweaks, key = np.array([tweak], np.uint64), np.array([7, 8], np.uint64)
    renumber(array, out, spans, tweaks, key, no_scheme, (0, False))
    now = out.tobytes().decode()
    assert [c for c in now if not c.isdigit()] == [c for c in text if not c.isdigit()]
    digits, renewed = ("".join(filter(str.isdigit, each)) for each in (text, now))
    assert len(digits) - len(digits.lstrip("0")) == len(renewed) - len(renewed.lstrip("0"))
    assert digits.strip("0") == "" or digits != renewed
