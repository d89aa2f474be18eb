"""Values of a column → their numbers in a table, and how often each comes."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from converters.columns import Text
from converters.kernels import lookup
from converters.kinds.spellings import views

MOST = 16
VALUE = st.one_of(
    st.binary(max_size=3),
    st.binary(min_size=11, max_size=22),
    # Alike up to some place, around what a view holds and around whole words of eight bytes.
    st.builds(lambda size, last: b"x" * size + last, st.integers(9, 30), st.binary(max_size=1)),
)


@given(st.lists(VALUE, max_size=12), st.lists(VALUE, max_size=12))
def test_a_value_is_found_where_a_dict_finds_it(keys: list[bytes], others: list[bytes]) -> None:
    keys = [key for key in keys if key]
    column = views([*keys, *others, *keys])
    numbers = {key: len(keys) - 1 - place for place, key in enumerate(reversed(keys))}
    expected = [
        numbers.get(value, lookup.MISSING) if value else lookup.BLANK for value in listed(column)
    ]
    table = lookup.build(keys)
    assert lookup.find(table, *column.raw).tolist() == expected
    status = np.zeros(len(column), np.uint8)
    lookup.judge(table, *column.raw, 9, status)
    assert status.tolist() == [9 * (number == lookup.MISSING) for number in expected]


@given(st.lists(VALUE, max_size=40))
def test_different_values_are_counted_as_a_counter_does(values: list[bytes]) -> None:
    column, expected = views(values), Counter(value for value in values if value)
    found = lookup.distinct(*column.raw, MOST)
    if found is None:
        assert len(expected) > MOST
        return
    firsts = [values[row] for row in found.firsts.tolist()]
    assert dict(zip(firsts, found.counts.tolist(), strict=True)) == expected
    numbers = [firsts.index(value) if value else lookup.BLANK for value in values]
    assert found.numbers.tolist() == numbers


def listed(column: Text) -> list[bytes]:
    return [column.value(row) for row in range(len(column))]
