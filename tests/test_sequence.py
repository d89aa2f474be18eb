"""Patterns over types of records: what they let follow what, and where their groups begin."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import sequence, sorting
from converters.kernels.records import OTHER

NAMES = ("a", "b", "c", "d")


def walked(pattern: str, kinds: list[int], cuts: int = 0) -> tuple[list[bool], bool]:
    """Which records are out of order, and whether the file may end, cut into chunks."""
    order, state, wrong = sequence.compile(pattern, NAMES), sequence.START, []
    size = cuts or len(kinds) or 1
    for first in range(0, len(kinds), size):
        walk = sorting.walked(order, np.array(kinds[first : first + size], np.uint8), state)
        wrong += walk.wrong.tolist()
        state = int(walk.states[-1])
    return wrong, bool(order.ends[state])


PATTERNS = (
    "(a b* c)+ d",
    "a b* c d",
    "(a (b c*)* d)+",
    "a (b | c)+ d",
    "a? b+ (c d?)*",
    "(a | b c) d*",
)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(kinds=st.lists(st.integers(0, 3), max_size=12))
def test_an_order_is_what_a_regular_expression_says(pattern: str, kinds: list[int]) -> None:
    wrong, ends = walked(pattern, kinds)
    text = "".join(NAMES[kind] for kind in kinds)
    fits = re.fullmatch(pattern.replace(" ", ""), text) is not None
    assert (not any(wrong) and ends) == fits


@pytest.mark.parametrize("pattern", PATTERNS)
@given(kinds=st.lists(st.sampled_from([0, 1, 2, 3, OTHER]), max_size=12), cuts=st.integers(1, 5))
def test_chunks_do_not_show_in_an_order(pattern: str, kinds: list[int], cuts: int) -> None:
    assert walked(pattern, kinds, cuts) == walked(pattern, kinds)


@pytest.mark.parametrize(
    ("kinds", "wrong"),
    [
        ("abcabcd", ""),
        ("abbcd", ""),
        ("acacd", ""),
        ("abbabcd", "3"),
        ("bbcd", "0"),
        ("abcbcd", "3"),
        ("abcdd", "4"),
        ("abcda", "4"),
    ],
)
def test_a_record_out_of_order_is_told_once(kinds: str, wrong: str) -> None:
    found, _ = walked("(a b* c)+ d", [NAMES.index(one) for one in kinds])
    assert "".join(str(place) for place, bad in enumerate(found) if bad) == wrong


@pytest.mark.parametrize(
    ("pattern", "kinds", "begins"),
    [
        ("(a b* c)+ d", "abcabcd", "03"),
        ("(a b* c)+ d", "abbabcd", "03"),
        ("(a b* c)+ d", "abccd", "03"),
        ("(a b* c)+ d", "abcbcd", "03"),
        ("(a b* c)+ d", "bcabcd", "02"),
        ("d (a b* c)*", "dabcabc", "14"),
    ],
)
def test_a_group_begins_with_its_first_record(pattern: str, kinds: str, begins: str) -> None:
    order = sequence.compile(pattern, NAMES)
    places = np.array([NAMES.index(one) for one in kinds], np.uint8)
    starts = order.starts(1, places, sorting.walked(order, places, sequence.START).states)
    assert "".join(map(str, np.flatnonzero(starts))) == begins


def test_any_order_is_right_where_none_is_given() -> None:
    assert walked("", [3, 0, 0, 2, 1, 3]) == ([False] * 6, True)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("a b c", "d has no place"),
        ("a b c x d", "no record x"),
        ("(a b c d", "not closed"),
        ("a b c d)", "`\\)` stands"),
        ("a* a b c d", "which a is meant"),
        ("(a b? | a c) d", "which a is meant"),
        ("* a b c d", "no record \\*"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused(pattern: str, words: str) -> None:
    with pytest.raises(sequence.PatternError, match=words):
        sequence.compile(pattern, NAMES)
