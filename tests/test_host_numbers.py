"""Host numbers: every pair of bytes against the reference, long ones by laws, and the speed of none."""

from __future__ import annotations

import itertools
import struct
from dataclasses import replace
from decimal import Context, Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
import reference_numbers as reference
from batches import values_of
from hypothesis import given
from hypothesis import strategies as st
from reference_numbers import Number

from converters import fields, status
from converters.charset import load
from converters.columns import Bytes, Chunk, Ints, Placed, series
from converters.kinds import KINDS, dtype, hosts
from converters.kinds.exact import parts
from converters.kinds.signs import RULES
from converters.model import Field, Layout
from converters.pipeline import plan as plans

OK, BLANK = status.OK, status.BLANK
WIDE = Context(prec=60)


def layout(**numbers: Any) -> Layout:
    record = {"fields": [{"name": "x", "bytes": 1}]}
    framing = {"fixed": {"length": 1}}
    known = {"kind": "layout", "id": "t", "charset": "cp932", "framing": framing}
    return Layout.model_validate({**known, "records": [record], "numbers": numbers})


PLAIN = layout()


def field(number: Number) -> Field:
    """The field that the reference calls a number; its signs written out."""
    signs = "letters" if number.letters else f"{number.zone}:{number.plus}:{number.minus}"
    options = {"signs": signs} if number.kind != "binary" else {"endian": number.endian}
    return Field.model_validate(
        {
            "name": "x",
            "kind": number.kind,
            "bytes": number.size,
            "sign": number.sign,
            "digits": number.digits,
            "scale": number.scale,
            "filled": number.filled,
            **options,
        }
    )


def spans(values: list[bytes]) -> tuple[Bytes, Ints, Ints]:
    """Values side by side, as in a record, and nothing behind the last."""
    sizes = np.array([len(value) for value in values], np.int64)
    stop = np.cumsum(sizes)
    return np.frombuffer(b"".join(values), np.uint8), stop - sizes, stop


def read(given: Field, values: list[bytes], of: Layout = PLAIN) -> tuple[list[Any], list[int]]:
    decode = KINDS[given.kind].decoder(given, of, load(of.charset))
    found, outcomes = decode(*spans(values), {})
    column = series(found)
    assert column.dtype == dtype(given)
    assert placed(given, values, of) in (None, (column.to_list(), outcomes.tolist()))
    return column.to_list(), outcomes.tolist()


def placed(given: Field, values: list[bytes], of: Layout) -> tuple[list[Any], list[int]] | None:
    """The same, read as fields that lie in one place of every record; None for those of two words."""
    together = hosts.compile(of, [(0, given, load(of.charset))])
    if together is None:
        return None
    data, start, stop = spans(values)
    width = np.array([given.bytes], np.int64)
    found, outcomes = hosts.read(together, data, Placed(start, stop, 0 * width, width))["x"]
    return series(found).to_list(), outcomes.tolist()


def written(given: Field, values: list[Any], of: Layout = PLAIN) -> tuple[list[bytes], list[int]]:
    encode = KINDS[given.kind].encoder(given, of, load(of.charset))
    texts, outcomes = encode(values_of(pl.Series("x", values, dtype(given))), {})
    return [texts.value(row) for row in range(len(values))], outcomes.tolist()


def shown(number: Number, value: int | None) -> Any:
    """A value of the reference as the column holds it."""
    if value is None:
        return None
    kind = dtype(field(number))
    if kind == pl.Int64():
        return value
    return WIDE.scaleb(Decimal(value), -max(number.scale, 0))


PACKED = {"zone": "F", "plus": "CAEF", "minus": "DB"}
EBCDIC = {"zone": "F", "plus": "CAEF", "minus": "DB"}
SHORT: dict[str, Number] = {
    "packed": Number("packed", 2, "signed", **PACKED),
    "packed of two digits": Number("packed", 2, "signed", digits=2, **PACKED),
    "packed without sign": Number("packed", 2, **PACKED),
    "packed, one byte": Number("packed", 1, "signed", **PACKED),
    "packed, blanks allowed": Number(
        "packed", 2, "signed", filled={"spaces": "blank", "low": "zero", "high": "blank"}, **PACKED
    ),
    "zoned": Number("zoned", 2),
    "zoned, trailing": Number("zoned", 2, "trailing"),
    "zoned, leading": Number("zoned", 2, "leading"),
    "zoned, trailing, EBCDIC": Number("zoned", 2, "trailing", **EBCDIC),
    "zoned, one byte": Number("zoned", 1, "trailing", **EBCDIC),
    "zoned, letters": Number("zoned", 2, "trailing", minus="", letters=True),
    "zoned, Fujitsu": Number("zoned", 2, "trailing", plus="43", minus="5"),
    "zoned, separate": Number("zoned", 2, "trailing-separate"),
    "zoned, separate in front": Number("zoned", 2, "leading-separate"),
    "zoned, P": Number("zoned", 2, "trailing", scale=-3),
    "zoned, low and high allowed": Number(
        "zoned", 2, filled={"spaces": "zero", "low": "blank", "high": "zero"}
    ),
    "binary": Number("binary", 2, "signed"),
    "binary, little": Number("binary", 2, "signed", endian="little"),
    "binary without sign": Number("binary", 2),
    "binary of four digits": Number("binary", 2, "signed", digits=4),
    "binary, high is blank": Number("binary", 2, "signed", filled={"high": "blank"}),
    "binary, one byte": Number("binary", 1, "signed", scale=2, digits=2),
}


@pytest.mark.parametrize("name", sorted(SHORT))
def test_every_pair_of_bytes_is_read_as_the_reference_reads_it(name: str) -> None:
    number = SHORT[name]
    every = [bytes(pair) for pair in itertools.product(range(256), repeat=number.size)]
    values, outcomes = read(field(number), every)
    expected = [reference.read(number, data) for data in every]
    assert outcomes == [found for _, found in expected]
    assert values == [shown(number, value) for value, _ in expected]


@pytest.mark.parametrize("name", sorted(SHORT))
def test_every_value_is_written_as_the_reference_writes_it_and_read_again(name: str) -> None:
    number = SHORT[name]
    values = sorted({*range(-1100, 1101), *range(-33000, 70000, 331), -32768, 32767, 65535})
    texts, outcomes = written(field(number), [shown(number, value) for value in values])
    for value, text, found in zip(values, texts, outcomes, strict=True):
        due = reference.write(number, value)
        assert (text if found == OK else None) == due
        assert found == (OK if due is not None else found)
    good = [(v, t) for v, t, found in zip(values, texts, outcomes, strict=True) if found == OK]
    back = read(field(number), [text for _, text in good])[0]
    fills = {policy for policy in number.policies.values() if policy in ("blank", "zero")}
    if number.kind != "binary" or not fills:
        assert back == [shown(number, value) for value, _ in good]


@st.composite
def numbers(draw: st.DrawFn) -> Number:
    kind = draw(st.sampled_from(["binary", "packed", "zoned"]))
    most = {"binary": 8, "packed": 19, "zoned": 36}[kind]
    size = draw(st.integers(2, most))
    signs = {
        "binary": ["none", "signed"],
        "packed": ["none", "signed"],
        "zoned": ["none", "leading", "trailing", "leading-separate", "trailing-separate"],
    }[kind]
    sign = draw(st.sampled_from(signs))
    room = {"packed": 2 * size - 1, "zoned": size - sign.endswith("-separate")}.get(kind, 18)
    digits = draw(st.one_of(st.none(), st.integers(1, min(room, 18 if kind == "binary" else 37))))
    scale = draw(st.integers(0, digits or 1))
    nibbles = PACKED if kind == "packed" else draw(st.sampled_from([EBCDIC, {}]))
    return Number(
        kind,
        size,
        sign,
        digits or (room if kind != "binary" else None),
        scale if kind != "binary" or digits else 0,
        endian=draw(st.sampled_from(["big", "little"])),
        **(nibbles if kind != "binary" else {}),
    )


@given(number=numbers(), data=st.data())
def test_a_number_of_any_size_is_written_and_read_as_the_reference_does(
    number: Number, data: st.DataObject
) -> None:
    most = 10 ** (number.digits or 18)
    near = st.integers(-most - 1, most + 1) if number.sign != "none" else st.integers(0, most + 1)
    wanted = data.draw(st.lists(st.one_of(near, st.integers(-(10**6), 10**6)), max_size=6))
    if dtype(field(number)) == pl.Int64():
        wanted = [value for value in wanted if -(2**63) <= value < 2**63]
    else:
        wanted = [value for value in wanted if abs(value) < 10**38]
    texts, outcomes = written(field(number), [shown(number, value) for value in wanted])
    due = [reference.write(number, value) for value in wanted]
    assert [t if o == OK else None for t, o in zip(texts, outcomes, strict=True)] == due
    good = [text for text in due if text is not None]
    values, found = read(field(number), good)
    expected = [reference.read(number, text) for text in good]
    assert found == [outcome for _, outcome in expected]
    assert values == [shown(number, value) for value, _ in expected]


@given(number=numbers(), data=st.data())
def test_any_bytes_of_a_long_number_are_read_as_the_reference_reads_them(
    number: Number, data: st.DataObject
) -> None:
    digits = st.binary(min_size=number.size, max_size=number.size)
    likely = st.lists(
        st.sampled_from([*range(0x30, 0x3A), 0x12, 0x99, 0x0C, 0x1D, 0xF3, 0xC1, 0xD9, 0x40]),
        min_size=number.size,
        max_size=number.size,
    ).map(bytes)
    rows = data.draw(st.lists(st.one_of(digits, likely), max_size=8))
    values, outcomes = read(field(number), rows)
    expected = [reference.read(number, row) for row in rows]
    assert outcomes == [found for _, found in expected]
    assert values == [shown(number, value) for value, _ in expected]


CASES: list[tuple[str, dict[str, Any], bytes, Any, int]] = [
    # name, field, bytes, value, outcome
    ("TEL without its zero", {"kind": "packed", "bytes": 7}, b"\x03\x12\x34\x56\x78\x90\x1f", 312345678901, OK),
    ("odd digits fill every nibble", {"kind": "packed", "bytes": 2, "digits": 3, "sign": "signed"}, b"\x12\x3d", -123, OK),
    ("the pad nibble is no digit", {"kind": "packed", "bytes": 2, "digits": 2}, b"\x12\x3f", None, status.SCALE),
    ("implied point", {"kind": "packed", "bytes": 3, "digits": 5, "scale": 2, "sign": "signed"}, b"\x01\x23\x4c", Decimal("12.34"), OK),
    ("a sign where none is due", {"kind": "packed", "bytes": 2}, b"\x12\x3d", None, status.BAD_SIGN),
    ("EBCDIC spaces in a packed field", {"kind": "packed", "bytes": 3}, b"\x40\x40\x40", None, status.BAD_SIGN),
    ("spaces in a packed field", {"kind": "packed", "bytes": 3}, b"   ", None, status.SPACES),
    ("LOW-VALUES", {"kind": "packed", "bytes": 3}, b"\0\0\0", None, status.LOW_VALUES),
    ("HIGH-VALUES", {"kind": "zoned", "bytes": 3}, b"\xff\xff\xff", None, status.HIGH_VALUES),
    ("HIGH-VALUES in a number of the base two", {"kind": "binary", "bytes": 2, "sign": "signed"}, b"\xff\xff", -1, OK),
    ("a letter among digits", {"kind": "zoned", "bytes": 3}, b"1A3", None, status.NOT_DIGIT),
    ("minus by Micro Focus", {"kind": "zoned", "bytes": 3, "sign": "trailing"}, b"12s", -123, OK),
    ("minus by letters", {"kind": "zoned", "bytes": 3, "sign": "trailing", "signs": "letters"}, b"12L", -123, OK),
    ("plus zero by letters", {"kind": "zoned", "bytes": 3, "sign": "trailing", "signs": "letters"}, b"12{", 120, OK),
    ("minus by Fujitsu", {"kind": "zoned", "bytes": 3, "sign": "trailing", "signs": "fujitsu"}, b"12S", -123, OK),
    ("minus by Realia", {"kind": "zoned", "bytes": 3, "sign": "trailing", "signs": "realia"}, b"12#", -123, OK),
    ("leading minus", {"kind": "zoned", "bytes": 3, "sign": "leading"}, b"q23", -123, OK),
    ("minus in front", {"kind": "zoned", "bytes": 4, "sign": "leading-separate"}, b"-123", -123, OK),
    ("no sign where one is due", {"kind": "zoned", "bytes": 4, "sign": "leading-separate"}, b"0123", None, status.BAD_SIGN),
    ("three zeros by P", {"kind": "zoned", "bytes": 2, "scale": -3}, b"12", 12000, OK),
    ("decimals by P", {"kind": "zoned", "bytes": 2, "scale": 4}, b"12", Decimal("0.0012"), OK),
    ("beyond the picture", {"kind": "binary", "bytes": 2, "digits": 4}, b"\x27\x10", None, status.SCALE),
    ("COMP-5 takes all bits", {"kind": "binary", "bytes": 2}, b"\x27\x10", 10000, OK),
    ("8 bytes without sign", {"kind": "binary", "bytes": 8}, b"\xff" * 8, Decimal(2**64 - 1), OK),
    ("8 bytes, the lowest", {"kind": "binary", "bytes": 8, "sign": "signed"}, b"\x80" + b"\0" * 7, -(2**63), OK),
    ("bits", {"kind": "flags", "bytes": 2}, b"\x81\x0f", "1000000100001111", OK),
    ("IEEE", {"kind": "float", "bytes": 4}, struct.pack(">f", 1.5), 1.5, OK),
    ("IEEE, little", {"kind": "float", "bytes": 8, "endian": "little"}, struct.pack("<d", -0.1), -0.1, OK),
    ("IEEE, infinite", {"kind": "float", "bytes": 4}, struct.pack(">f", float("inf")), None, status.NOT_NUMBER),
    ("host float", {"kind": "float", "bytes": 4, "style": "ibm"}, b"\xc2\x76\xa0\x00", -118.625, OK),
    ("host float of 8 bytes", {"kind": "float", "bytes": 8, "style": "ibm"}, b"\x41\x10" + b"\0" * 6, 1.0, OK),
    ("host float with too many bits", {"kind": "float", "bytes": 8, "style": "ibm"}, b"\x41\xff" + b"\xff" * 6, 16.0, status.ROUNDED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "data", "value", "outcome"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_named_case(options: dict[str, Any], data: bytes, value: Any, outcome: int) -> None:
    given = Field.model_validate({"name": "x", **options})
    assert read(given, [data, data]) == ([value, value], [outcome, outcome])
    if outcome == OK:
        assert written(given, [value]) == ([data], [OK])


def test_a_blank_is_written_as_the_first_filling_that_is_blank() -> None:
    low = {"kind": "packed", "bytes": 3, "filled": {"low": "blank"}}
    given = Field.model_validate({"name": "x", **low})
    assert written(given, [None, 1]) == ([b"\0\0\0", b"\0\0\x1f"], [BLANK, OK])
    zoned = Field.model_validate({"name": "x", "kind": "zoned", "bytes": 3})
    assert written(zoned, [None]) == ([b"   "], [BLANK])
    assert written(Field.model_validate({"name": "x", "kind": "packed", "bytes": 3}), [None])[
        1
    ] == [status.NO_BLANK]
    assert written(Field.model_validate({"name": "x", "kind": "flags", "bytes": 1}), [None]) == (
        [b"\0"],
        [BLANK],
    )
    assert written(Field.model_validate({"name": "x", "kind": "float", "bytes": 4}), [None]) == (
        [b"\0" * 4],
        [BLANK],
    )


def test_the_layout_says_how_numbers_are_stored_and_the_field_may_differ() -> None:
    of = layout(signs="fujitsu", endian="little", filled={"low": "blank"})
    zoned = {"name": "x", "kind": "zoned", "bytes": 2, "sign": "trailing"}
    assert read(Field.model_validate(zoned), [b"1Q", b"\0\0"], of) == ([-11, None], [OK, BLANK])
    own = Field.model_validate(zoned | {"signs": "microfocus", "filled": {"low": "zero"}})
    assert read(own, [b"1q", b"\0\0"], of) == ([-11, 0], [OK, OK])
    binary = {"name": "x", "kind": "binary", "bytes": 2}
    assert read(Field.model_validate(binary), [b"\x01\x00", b"\0\0"], of) == ([1, 0], [OK, OK])
    assert read(Field.model_validate(binary | {"endian": "big"}), [b"\x01\x00"], of)[0] == [256]


@pytest.mark.parametrize("rule", sorted(RULES))
@pytest.mark.parametrize("kind", ["packed", "zoned"])
def test_a_rule_reads_what_it_writes(rule: str, kind: str) -> None:
    sign = "signed" if kind == "packed" else "trailing"
    options = {"name": "x", "kind": kind, "bytes": 3, "sign": sign, "signs": rule}
    values = [*range(-999, 1000)]
    texts, outcomes = written(Field.model_validate(options), values)
    assert set(outcomes) == {OK}
    assert read(Field.model_validate(options), texts) == (values, outcomes)


@pytest.mark.parametrize("text", ["1000001", "10000002", "1000 000", "100000011"])
def test_bits_that_are_none_are_told(text: str) -> None:
    given = Field.model_validate({"name": "x", "kind": "flags", "bytes": 1})
    assert written(given, [text])[1] == [status.NOT_NUMBER]


@given(
    st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=20),
    st.sampled_from([4, 8]),
    st.sampled_from(["ieee", "ibm"]),
    st.sampled_from(["big", "little"]),
)
def test_a_float_comes_back_or_is_told(
    values: list[float], size: int, style: str, endian: str
) -> None:
    given = Field.model_validate(
        {"name": "x", "kind": "float", "bytes": size, "style": style, "endian": endian}
    )
    texts, outcomes = written(given, values)
    assert set(outcomes) <= {OK, status.SCALE}
    back = read(given, texts)[0]
    for value, found, outcome in zip(values, back, outcomes, strict=True):
        assert (found == value) or outcome == status.SCALE
    if size == 8 and style == "ieee":
        assert outcomes == [OK] * len(values)
        order = ">" if endian == "big" else "<"
        assert texts == [struct.pack(f"{order}d", value) for value in values]


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.decimals(
                places=2,
                allow_nan=False,
                allow_infinity=False,
                min_value=-(10**35),
                max_value=10**35,
            ),
        ),
        max_size=8,
    )
)
def test_digits_in_parts_are_those_of_the_number(values: list[Decimal | None]) -> None:
    digits, negative = parts(pl.Series("x", values, pl.Decimal(38, 2)))
    for row, value in enumerate(values):
        if value is not None:
            found = sum(int(part) * 10 ** (18 * place) for place, part in enumerate(digits[row]))
            assert (-found if negative[row] else found) == int(WIDE.scaleb(value, 2))


def test_a_record_that_has_no_fields_has_blanks() -> None:
    for options in (
        {"kind": "packed", "bytes": 3},
        {"kind": "zoned", "bytes": 20},
        {"kind": "binary", "bytes": 4},
        {"kind": "flags", "bytes": 2},
        {"kind": "float", "bytes": 4},
    ):
        given = Field.model_validate({"name": "x", **options})
        decode = KINDS[given.kind].decoder(given, PLAIN, load("cp932"))
        column, outcomes = decode(
            np.zeros(1, np.uint8), np.zeros(1, np.int64), np.zeros(1, np.int64), {}
        )
        assert (series(column).to_list(), outcomes.tolist()) == ([None], [BLANK])


HOST = {
    "name": "r",
    "fields": [
        {"name": "z", "bytes": 3, "kind": "zoned", "sign": "trailing"},
        {"name": "p", "bytes": 3, "kind": "packed", "sign": "signed"},
        {"name": "b", "bytes": 2, "kind": "binary", "sign": "signed"},
        {"name": "f", "bytes": 1, "kind": "flags"},
        {"name": "t", "bytes": 3, "kind": "digits"},
    ],
}


MANY = [
    {"name": "zoned", "bytes": 3, "kind": "zoned", "sign": "trailing"},
    {"name": "leading", "bytes": 9, "kind": "zoned", "sign": "leading", "scale": 2},
    {"name": "apart", "bytes": 10, "kind": "zoned", "sign": "trailing-separate"},
    {"name": "before", "bytes": 18, "kind": "zoned", "sign": "leading-separate"},
    {"name": "bare", "bytes": 16, "kind": "zoned", "filled": {"low": "zero"}},
    {"name": "packed", "bytes": 3, "kind": "packed", "sign": "signed"},
    {"name": "eight", "bytes": 8, "kind": "packed", "sign": "signed", "scale": 4},
    {"name": "nine", "bytes": 9, "kind": "packed", "filled": {"spaces": "blank"}},
    {"name": "wide", "bytes": 12, "kind": "packed", "sign": "signed"},
    {"name": "whole", "bytes": 4, "kind": "binary", "sign": "signed", "scale": -2},
    {"name": "little", "bytes": 8, "kind": "binary", "endian": "little"},
    {"name": "last", "bytes": 2, "kind": "packed", "digits": 2},
]
NIBBLES = st.sampled_from([*"0123456789ABCDEF", "0", "1", "9", "C", "F", "4", "F"])


@given(
    framing=st.sampled_from(["fixed", "variable"]),
    filled=st.lists(st.sampled_from(["00", "40", "F1F2F3F4", "12345C", "FF", "F9D1"]), max_size=9),
    loose=st.lists(NIBBLES, max_size=400),
    sizes=st.lists(st.integers(0, 102), min_size=1, max_size=5),
)
def test_numbers_that_are_read_together_are_those_that_are_read_one_by_one(
    framing: str, filled: list[str], loose: list[str], sizes: list[int]
) -> None:
    length = sum(int(str(one["bytes"])) for one in MANY)
    shapes = {
        "fixed": {"fixed": {"length": length, "terminator": "none"}},
        "variable": {"variable": {"by": "rdw", "length": length}},
    }
    of = Layout.model_validate(
        {
            "kind": "layout",
            "id": "t",
            "charset": "cp930",
            "framing": shapes[framing],
            "records": [{"name": "r", "fields": MANY}],
        }
    )
    pattern = "".join(loose) + "".join(one * 9 for one in filled) + "F0"
    side, held = plans.side(of), bytes.fromhex(pattern[len(pattern) % 2 :]) * length
    lengths = [length] * len(sizes) if framing == "fixed" else [min(n, length) for n in sizes]
    lead = b"" if framing == "fixed" else b"\0"
    records = [
        (lead and (size + 4).to_bytes(2, "big") + 2 * lead) + held[7 * row : 7 * row + size]
        for row, size in enumerate(lengths)
    ]
    data = np.frombuffer(b"".join(records), np.uint8)
    split = side.form.split(data, True)
    chunk = Chunk(0, 0, 1, 0, data, split.bounds, split.stop, split.codes)
    found = side.form.spans(chunk, None)
    assert found.placed is not None
    together, ones = (
        fields.decode(side.fields, found, 1),
        fields.decode(side.fields, replace(found, placed=None), 1),
    )
    for name in side.fields.names:
        assert together[1][name].tolist() == ones[1][name].tolist()
        assert series(together[0][name]).to_list() == series(ones[0][name]).to_list()


@pytest.mark.parametrize("charset", ["cp930", "cp939", "jef-ebcdic", "keis83"])
def test_numbers_in_a_layout_of_a_host_charset_are_bytes_and_no_text(charset: str) -> None:
    of = Layout.model_validate(
        {
            "kind": "layout",
            "id": "t",
            "charset": charset,
            "framing": {"fixed": {"length": 12, "terminator": "none"}},
            "records": [HOST],
            "numbers": {"signs": "ibm"},
        }
    )
    side = plans.side(of)
    data = np.frombuffer(bytes.fromhex("F1F2D3 12345D FFFE A1 F0F0F7".replace(" ", "")), np.uint8)
    split = side.form.split(data, True)
    chunk = Chunk(0, 0, 1, 0, data, split.bounds, split.stop, split.codes)
    batch, outcomes = fields.decode(side.fields, side.form.spans(chunk, None), 1)
    found = [series(batch[name]).item() for name in side.fields.names]
    assert found == [-123, -12345, -2, "10100001", "007"]
    assert {int(one[0]) for one in outcomes.values()} == {OK}
    texts, _ = fields.encode(side.fields, batch)
    assert side.form.assemble(texts, np.ones(1, np.bool_))[0].tobytes() == data.tobytes()
