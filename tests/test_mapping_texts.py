"""The kernels of `mapping` against their slow twins in `reference_mapping`."""

from __future__ import annotations

import pytest
import reference_mapping as reference
from batches import column, listed
from hypothesis import given
from hypothesis import strategies as st

from converters.kernels.width import FULL, HALF
from converters.mapping import texts

pytestmark = pytest.mark.kernels

SCOPES = [(True, False), (False, True), (True, True)]
ALPHABET = "aA0 -~ｱｶﾊｳﾜｦﾞﾟｰ｡アカガパヴヷヺ゛゜ー。　！～Ａか゚山󠄀𠮷"
TEXTS = st.lists(st.none() | st.text(ALPHABET, min_size=1, max_size=18), max_size=9)
NUMBERS = st.lists(
    st.none()
    | st.text("0012-+５", min_size=1, max_size=9)
    | st.text("019", min_size=11, max_size=17),
    max_size=9,
)


@pytest.mark.parametrize("kana, alnum", SCOPES)
@given(values=TEXTS)
def test_width_agrees_with_the_reference(kana: bool, alnum: bool, values: list[str | None]) -> None:
    for there, back, forth in [
        (texts.widen, reference.narrow, reference.widen),
        (texts.narrow, reference.widen, reference.narrow),
    ]:
        found, flags = there(column(values), (kana, alnum))
        expected = [v and forth(v, kana, alnum) for v in values]
        assert listed(found) == expected
        returned = [v and back(v, kana, alnum) for v in expected]
        assert flags.tolist() == [a != b for a, b in zip(values, returned, strict=True)]


def test_every_half_width_pair_comes_back_from_full_width() -> None:
    ascii_text = [chr(code) for code in range(0x20, 0x7F)]
    for scope, characters in [((True, False), [*HALF]), ((True, True), [*HALF, *ascii_text])]:
        pairs = column([a + b for a in characters for b in characters])
        full, flags = texts.widen(pairs, scope)
        back, _ = texts.narrow(full, scope)
        assert listed(back) == listed(pairs)
        assert not flags.any()


def test_every_full_width_kana_is_the_partner_unicode_names() -> None:
    assert dict(zip(HALF, FULL, strict=True)) == reference.KANA
    pairs = column(list(reference.PAIRS))
    assert listed(texts.widen(pairs, (True, False))[0]) == list(reference.PAIRS.values())


@given(TEXTS, st.sampled_from(["　", "-", "か", "ｱﾞ", "aa", " - "]), st.integers(1, 4))
def test_split_agrees_with_the_reference(values: list[str | None], by: str, parts: int) -> None:
    found, flags = texts.split(column(values), by, parts)
    expected = [reference.split(v, by, parts) for v in values]
    assert [list(row) for row in zip(*map(listed, found), strict=True)] == expected
    back = [reference.join(row, by) for row in expected]
    assert flags.tolist() == [a != b for a, b in zip(values, back, strict=True)]


@given(
    st.lists(
        st.lists(st.none() | st.text("a-　山ｱﾞ", min_size=1, max_size=9), min_size=3, max_size=3)
    ),
    st.sampled_from(["　", "-", "aa", "a-a", "ｱﾞ", ""]),
)
def test_join_agrees_with_the_reference(rows: list[list[str | None]], by: str) -> None:
    found, flags = texts.join([column([row[c] for row in rows]) for c in range(3)], by)
    assert listed(found) == [reference.join(row, by) for row in rows]
    if by:
        back = [reference.split(reference.join(row, by), by, 3) for row in rows]
        assert (flags > 0).tolist() == [a != b for a, b in zip(rows, back, strict=True)]


@given(TEXTS, st.lists(st.integers(1, 7), min_size=1, max_size=4))
def test_cut_agrees_with_the_reference(values: list[str | None], chars: list[int]) -> None:
    found, flags = texts.cut(column(values), tuple(chars))
    expected = [reference.cut(v, chars) for v in values]
    assert [list(row) for row in zip(*map(listed, found), strict=True)] == expected
    assert flags.tolist() == [len(v or "") > sum(chars) for v in values]


@given(
    st.lists(
        st.lists(st.none() | st.text("a山𠮷", min_size=1, max_size=6), min_size=3, max_size=3)
    ),
    st.lists(st.integers(1, 6), min_size=3, max_size=3),
)
def test_concat_agrees_with_the_reference(rows: list[list[str | None]], chars: list[int]) -> None:
    columns = [column([row[c] for row in rows]) for c in range(3)]
    found, flags = texts.concat(columns, tuple(chars))
    expected = [reference.concat(row) for row in rows]
    assert listed(found) == expected
    back = [reference.cut(value, chars) for value in expected]
    assert (flags > 0).tolist() == [a != b for a, b in zip(rows, back, strict=True)]


@given(NUMBERS, st.integers(1, 15), st.integers(1, 10))
def test_zeros_agree_with_the_reference(values: list[str | None], size: int, floor: int) -> None:
    found, flags = texts.pad(column(values), (size, floor))
    padded = [v and reference.pad(v, size) for v in values]
    assert listed(found) == padded
    back = [v and reference.unpad(v, floor) for v in padded]
    assert flags.tolist() == [a != b for a, b in zip(values, back, strict=True)]
    found, flags = texts.unpad(column(values), (size, floor))
    stripped = [v and reference.unpad(v, floor) for v in values]
    assert listed(found) == stripped
    forth = [v and reference.pad(v, size) for v in stripped]
    assert flags.tolist() == [a != b for a, b in zip(values, forth, strict=True)]
