"""Check digits: published and computed vectors, and what a single wrong digit does."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.checkdigits import SCHEMES, with_check_digit, wrong
from converters.columns import text

VALID = [
    ("個人番号", "123456789018"),
    ("個人番号", "023456789013"),
    ("個人番号", "983205673214"),
    ("個人番号", "621498320257"),
    ("法人番号", "7123456789012"),
    ("法人番号", "5835678256246"),
    ("団体コード", "011002"),
    ("団体コード", "131016"),
    ("団体コード", "472018"),
    ("保険者番号", "33120015"),
    ("保険者番号", "120014"),
    ("住民票コード", "12345678903"),
]

INVALID = [
    ("個人番号", "123456789019", "wrong digit"),
    ("個人番号", "12345678901", "short"),
    ("個人番号", "1234567890180", "long"),
    ("個人番号", "12345678901 ", "a space"),
    ("個人番号", "1２3456789018", "a full-width digit"),
    ("個人番号", "12345678901/", "the byte below 0"),
    ("個人番号", "12345678901:", "the byte above 9"),
    ("法人番号", "0123456789012", "a check digit that is never 0"),
    ("団体コード", "131015", "wrong digit"),
    ("保険者番号", "33120014", "wrong digit"),
    ("保険者番号", "3120015", "a length between the two"),
]

# Modulo 9 cannot tell a 0 from a 9; modulo 11 two remainders share a digit, so that some changes of
# the body stay unseen; modulo 10 with folding sees every single change.
DETECTS_ALL = ["保険者番号"]


def marks(scheme: str, values: list[str | None]) -> list[bool]:
    return wrong(scheme, text(pl.Series(values, dtype=pl.String))).tolist()


@pytest.mark.parametrize(("scheme", "number"), VALID)
def test_a_valid_number_agrees_with_its_check_digit(scheme: str, number: str) -> None:
    assert marks(scheme, [number]) == [False]
    body = number[1:] if scheme == "法人番号" else number[:-1]
    assert with_check_digit(scheme, body) == number


@pytest.mark.parametrize(("scheme", "number", "why"), INVALID)
def test_an_invalid_number_disagrees(scheme: str, number: str, why: str) -> None:
    assert marks(scheme, [number]) == [True], why


def test_a_blank_is_not_wrong() -> None:
    assert marks("法人番号", [None, "7123456789012", None, "7123456789011"]) == [
        False, False, False, True
    ]  # fmt: skip


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_every_other_check_digit_is_wrong(scheme: str) -> None:
    for length in SCHEMES[scheme].lengths:
        body = "8402597361425"[: length - 1]
        right = with_check_digit(scheme, body)
        place = 0 if SCHEMES[scheme].leading else length - 1
        others = [f"{right[:place]}{digit}{right[place + 1 :]}" for digit in range(10)]
        assert [number for number, bad in zip(others, marks(scheme, others), strict=True)
                if not bad] == [right]  # fmt: skip


@given(st.data())
@pytest.mark.parametrize("scheme", DETECTS_ALL)
def test_any_single_changed_digit_is_seen(scheme: str, data: st.DataObject) -> None:
    length = data.draw(st.sampled_from(SCHEMES[scheme].lengths))
    body = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    right = with_check_digit(scheme, body)
    changed = [
        f"{right[:place]}{digit}{right[place + 1 :]}"
        for place in range(length)
        for digit in range(10)
        if str(digit) != right[place]
    ]
    assert all(marks(scheme, changed))


@given(st.text("0123456789", min_size=12, max_size=12))
def test_a_company_number_hides_only_a_0_taken_for_a_9(body: str) -> None:
    right = with_check_digit("法人番号", body)
    changed = [
        (f"{right[:place]}{digit}{right[place + 1 :]}", {right[place], str(digit)})
        for place in range(13)
        for digit in range(10)
        if str(digit) != right[place]
    ]
    bad = marks("法人番号", [number for number, _ in changed])
    assert all(seen or pair == {"0", "9"} for seen, (_, pair) in zip(bad, changed, strict=True))


@pytest.mark.parametrize(
    ("scheme", "length", "shared"),
    [("個人番号", 12, "0"), ("住民票コード", 11, "0"), ("団体コード", 6, "1")],
)
@given(st.data())
def test_modulo_11_hides_only_a_change_between_the_remainders_that_share_a_digit(
    scheme: str, length: int, shared: str, data: st.DataObject
) -> None:
    body = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    right = with_check_digit(scheme, body)
    changed = [
        f"{right[:place]}{digit}{right[place + 1 :]}"
        for place in range(length)
        for digit in range(10)
        if str(digit) != right[place]
    ]
    hidden = [n for n, bad in zip(changed, marks(scheme, changed), strict=True) if not bad]
    assert not hidden or right.endswith(shared)


def agrees(scheme: str, number: str) -> bool:
    """The rules as the papers print them, digit by digit."""
    if scheme == "法人番号":
        total = sum(int(d) * (1 + n % 2) for n, d in enumerate(reversed(number[1:])))
        return len(number) == 13 and int(number[0]) == 9 - total % 9
    *body, last = (int(digit) for digit in number)
    if scheme == "団体コード":
        total = sum(d * w for d, w in zip(body, (6, 5, 4, 3, 2), strict=False))
        return len(number) == 6 and last == (11 - total if total < 11 else 11 - total % 11) % 10
    if scheme == "保険者番号":
        products = [d * (2 - n % 2) for n, d in enumerate(reversed(body))]
        total = sum(int(digit) for product in products for digit in str(product))
        return len(number) in (6, 8) and last == (10 - total % 10) % 10
    weights = [n + 1 if n <= 6 else n - 5 for n in range(1, len(number))]
    rest = sum(d * w for d, w in zip(reversed(body), weights, strict=True)) % 11
    width = 12 if scheme == "個人番号" else 11
    return len(number) == width and last == (0 if rest <= 1 else 11 - rest)


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
@given(st.data())
def test_the_column_agrees_with_the_printed_rules(scheme: str, data: st.DataObject) -> None:
    width = data.draw(st.sampled_from(SCHEMES[scheme].lengths))
    bodies = data.draw(st.lists(st.text("0123456789", min_size=width, max_size=width), max_size=20))
    assert marks(scheme, bodies) == [not agrees(scheme, number) for number in bodies]


@pytest.mark.parametrize("body", ["", "1234567890", "123456789012", "1234567890a", "１" * 11])
def test_a_body_of_the_wrong_shape_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match="11 digits"):
        with_check_digit("個人番号", body)


def test_the_kernel_reads_a_slice_of_a_larger_column() -> None:
    numbers = pl.Series([with_check_digit("法人番号", f"{n:012d}") for n in range(1000)])
    assert not wrong("法人番号", text(numbers[17:901])).any()
    assert isinstance(wrong("法人番号", text(numbers[:0])), np.ndarray)
