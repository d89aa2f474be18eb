"""Kinds: tables of named cases, and the laws of reading and writing back."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
import reference_text as reference
from batches import column, listed, values_of
from hypothesis import given
from hypothesis import strategies as st

from converters import status
from converters.charset import Charset, load, write
from converters.columns import Ints, nothing, series
from converters.kinds import KINDS, TEXTUAL, dtype
from converters.kinds.text import ALLOWED
from converters.model import Field, Layout
from converters.spec import styles

OK, BLANK, UNKNOWN = status.OK, status.BLANK, status.UNKNOWN


def layout(charset: str, fixed: bool, **more: Any) -> Layout:
    """A layout that only says charset, form and code tables."""
    framing = {"fixed": {"length": 1}} if fixed else {"delimited": {}}
    record = {"fields": [{"name": "x", "bytes": 1}]}
    return Layout.model_validate(
        {"kind": "layout", "id": "t", "charset": charset, "framing": framing, "records": [record]}
        | {"codes": {"sex": {"1": "男", "2": "女"}}}
        | more
    )


def field(**options: Any) -> Field:
    return Field.model_validate({"name": "x", **options})


def spans(values: list[bytes]) -> tuple[np.ndarray, Ints, Ints]:  # type: ignore[type-arg]
    """Values one after the other, with a byte between them."""
    data = np.frombuffer(b"|".join(values) + b"|", np.uint8)
    start = np.cumsum([0, *(len(value) + 1 for value in values)])[:-1].astype(np.int64)
    sizes = np.array([len(value) for value in values], np.int64)
    return data, start, start + sizes


def read(given: Field, of: Layout, values: list[bytes]) -> tuple[list[Any], list[int]]:
    charset = load(of.charset)
    found, outcomes = KINDS[given.kind].decoder(given, of, charset)(*spans(values), {})
    assert series(found).dtype == dtype(given)
    return listed(found), outcomes.tolist()


def written(given: Field, of: Layout, values: list[Any]) -> tuple[list[bytes], list[int]]:
    typed = values_of(pl.Series("x", values, dtype(given)))
    texts, outcomes = KINDS[given.kind].encoder(given, of, load(of.charset))(typed, {})
    return [texts.value(row) for row in range(len(values))], outcomes.tolist()


FIXED, CSV = layout("cp932", True), layout("shift_jis", False)
UTF8 = layout("utf-8", False)

CASES: list[tuple[str, dict[str, Any], Layout, bytes, Any, int, bytes]] = [
    # name, field, layout, bytes, value, outcome, bytes written back
    ("wide", {"kind": "wide"}, FIXED, "山田　太郎　　".encode("cp932"), "山田　太郎", OK, "山田　太郎".encode("cp932")),
    ("wide padded with half spaces", {"kind": "wide"}, FIXED, "山田    ".encode("cp932"), "山田", OK, "山田".encode("cp932")),
    ("wide of full spaces", {"kind": "wide"}, FIXED, "　　".encode("cp932"), None, BLANK, b""),
    ("half spaces", {"kind": "wide"}, FIXED, b"    ", None, BLANK, b""),
    ("narrow in wide", {"kind": "wide"}, FIXED, b"abc", "abc", status.CHARACTER_CLASS, b"abc"),
    ("half a character", {"kind": "wide"}, FIXED, "山".encode("cp932") + b"\x8e", None, status.HALF_CHARACTER, b""),
    ("no character", {"kind": "wide"}, FIXED, b"\x81\xad", None, status.UNDECODABLE, b""),
    ("a byte of no character", {"kind": "mixed"}, FIXED, b"a\xfd", None, status.UNDECODABLE, b""),
    ("gaiji", {"kind": "wide"}, FIXED, b"\xf0\x40", "\ue000", status.GAIJI, b"\xf0\x40"),
    ("one way", {"kind": "wide"}, FIXED, b"\xee\xe0", "髙", status.ONE_WAY, b"\xfb\xfc"),
    ("control", {"kind": "mixed"}, FIXED, b"a\x00b", "a\x00b", status.CONTROL, b"a\x00b"),
    ("mixed", {"kind": "mixed"}, FIXED, "A山ｱ 　 ".encode("cp932"), "A山ｱ", OK, "A山ｱ".encode("cp932")),
    ("5C as trail byte", {"kind": "wide"}, FIXED, "表能ソ".encode("cp932"), "表能ソ", OK, "表能ソ".encode("cp932")),
    ("blanks in front stay", {"kind": "narrow"}, FIXED, b"  x ", "  x", OK, b"  x"),
    ("blanks behind stay in CSV", {"kind": "narrow"}, CSV, b"060  ", "060  ", OK, b"060  "),
    ("blanks alone in CSV", {"kind": "narrow"}, CSV, b"   ", None, BLANK, b""),
    ("kana", {"kind": "kana"}, FIXED, "ﾔﾏﾀﾞ ﾀﾛｳ  ".encode("cp932"), "ﾔﾏﾀﾞ ﾀﾛｳ", OK, "ﾔﾏﾀﾞ ﾀﾛｳ".encode("cp932")),
    ("small letters in kana", {"kind": "kana"}, FIXED, b"abc", "abc", status.CHARACTER_CLASS, b"abc"),
    ("utf-8", {"kind": "wide"}, UTF8, "𠮷野家邉󠄐".encode(), "𠮷野家邉󠄐", OK, "𠮷野家邉󠄐".encode()),
    ("utf-8 cut", {"kind": "mixed"}, UTF8, "山".encode()[:2], None, status.HALF_CHARACTER, b""),
    ("utf-8 surrogate", {"kind": "mixed"}, UTF8, b"\xed\xa0\x80", None, status.UNDECODABLE, b""),
    ("digits", {"kind": "digits"}, FIXED, b"00123  ", "00123", OK, b"00123"),
    ("letters in digits", {"kind": "digits"}, FIXED, b"12a", None, status.NOT_NUMBER, b""),
    ("full-width digits", {"kind": "digits"}, FIXED, "１２".encode("cp932"), None, status.NOT_NUMBER, b""),
    ("null spelling", {"kind": "digits", "null": ["", "000"]}, FIXED, b"000", None, BLANK, b""),
    ("null spelling first", {"kind": "digits", "null": ["000", ""]}, FIXED, b"000", None, BLANK, b"000"),
    ("pad on the left", {"kind": "narrow", "align": "right"}, FIXED, b"   x", "x", OK, b"x"),
    ("integer", {"kind": "integer"}, FIXED, b"00042", 42, OK, b"42"),
    ("zero is not blank", {"kind": "integer"}, FIXED, b"000", 0, OK, b"0"),
    ("blank is not zero", {"kind": "integer"}, FIXED, b"   ", None, BLANK, b""),
    ("all nines are a value", {"kind": "integer"}, FIXED, b"999", 999, OK, b"999"),
    ("leading sign", {"kind": "integer", "sign": "leading"}, FIXED, b"-0042", -42, OK, b"-42"),
    ("leading plus", {"kind": "integer", "sign": "leading"}, FIXED, b"+0042", 42, OK, b"+42"),
    ("trailing sign", {"kind": "integer", "sign": "trailing"}, FIXED, b"0042-", -42, OK, b"42-"),
    ("sign missing", {"kind": "integer", "sign": "trailing"}, FIXED, b"0042", None, status.NOT_NUMBER, b""),
    ("minus where none may be", {"kind": "integer"}, FIXED, b"-5", None, status.NOT_NUMBER, b""),
    ("minus", {"kind": "integer", "sign": "minus"}, CSV, b"-5", -5, OK, b"-5"),
    ("too many digits", {"kind": "integer", "digits": 3}, FIXED, b"1234", None, status.SCALE, b""),
    ("leading zeros do not count", {"kind": "integer", "digits": 3}, FIXED, b"000123", 123, OK, b"123"),
    ("implied point", {"kind": "decimal", "scale": 2}, FIXED, b"0012345", Decimal("123.45"), OK, b"12345"),
    ("implied point below one", {"kind": "decimal", "scale": 2}, FIXED, b"0000005", Decimal("0.05"), OK, b"005"),
    ("explicit point", {"kind": "decimal", "scale": 2}, CSV, b"123.45", Decimal("123.45"), OK, b"123.45"),
    ("too fine", {"kind": "decimal", "scale": 1}, CSV, b"1.23", None, status.SCALE, b""),
    ("point alone", {"kind": "decimal", "scale": 1}, CSV, b"1.", None, status.NOT_NUMBER, b""),
    ("30 digits", {"kind": "integer", "digits": 30}, FIXED, b"1" * 30, Decimal("1" * 30), OK, b"1" * 30),
    ("30 digits with scale", {"kind": "decimal", "digits": 30, "scale": 2, "sign": "minus"}, CSV, b"-" + b"1" * 28 + b".05", Decimal("-" + "1" * 28 + ".05"), OK, b"-" + b"1" * 28 + b".05"),
    ("date", {"kind": "date"}, FIXED, b"20240229", "2024-02-29", OK, b"20240229"),
    ("ISO date", {"kind": "date"}, CSV, b"2024-02-29", "2024-02-29", OK, b"2024-02-29"),
    ("slashed date", {"kind": "date", "style": "YYYY/MM/DD"}, CSV, b"2024/02/29", "2024-02-29", OK, b"2024/02/29"),
    ("no such day", {"kind": "date"}, FIXED, b"20230229", None, status.BAD_DATE, b""),
    ("a day the register has", {"kind": "date", "impossible": True}, FIXED, b"20230229", "2023-02-29", OK, b"20230229"),
    ("day unknown", {"kind": "date", "partial": True}, FIXED, b"19640700", "1964-07-00", UNKNOWN, b"19640700"),
    ("day unknown and refused", {"kind": "date"}, FIXED, b"19640700", None, status.PARTIAL_DATE, b""),
    ("day without month", {"kind": "date", "partial": True}, FIXED, b"19640015", None, status.BAD_DATE, b""),
    ("unknown", {"kind": "date", "unknown": ["99999999"]}, FIXED, b"99999999", "0000-00-00", UNKNOWN, b"99999999"),
    ("open end", {"kind": "date", "sentinels": {"99991231": "9999-12-31"}}, FIXED, b"99991231", "9999-12-31", OK, b"99991231"),
    ("zeros as null", {"kind": "date", "null": ["00000000", ""]}, FIXED, b"00000000", None, BLANK, b"00000000"),
    ("short date", {"kind": "date"}, FIXED, b"2024022", None, status.BAD_DATE, b""),
    ("昭和", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"3640107", "1989-01-07", OK, b"3640107"),
    ("after 昭和", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"3640108", None, status.ERA_RANGE, b""),
    ("明治45 on the day of 大正", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"1450730", "1912-07-30M", OK, b"1450730"),
    ("大正元 on its day", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"2010730", "1912-07-30", OK, b"2010730"),
    ("大正15 on the day of 昭和", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"2151225", "1926-12-25T", OK, b"2151225"),
    ("before 平成", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"4010107", None, status.ERA_RANGE, b""),
    ("last day of 平成", {"kind": "wareki", "style": "g1YYMMDD"}, FIXED, b"4310430", "2019-04-30", OK, b"4310430"),
    ("two digits of era", {"kind": "wareki", "style": "g2YYMMDD"}, FIXED, b"05010501", "2019-05-01", OK, b"05010501"),
    ("era letter", {"kind": "wareki", "style": "GYY.MM.DD"}, CSV, b"R01.05.01", "2019-05-01", OK, b"R01.05.01"),
    ("era unknown", {"kind": "wareki", "style": "GYY.MM.DD"}, CSV, b"X01.05.01", None, status.ERA_RANGE, b""),
    ("era in words", {"kind": "wareki", "style": "GGYY年MM月DD日"}, FIXED, "昭和63年07月15日".encode("cp932"), "1988-07-15", OK, "昭和63年07月15日".encode("cp932")),
    ("元年", {"kind": "wareki", "style": "GGYY年MM月DD日"}, FIXED, "令和元年05月01日".encode("cp932"), "2019-05-01", OK, "令和01年05月01日".encode("cp932")),
    ("元年 in UTF-8", {"kind": "wareki", "style": "GGYY年MM月DD日"}, UTF8, "令和元年05月01日".encode(), "2019-05-01", OK, "令和01年05月01日".encode()),
    ("元年 that stays", {"kind": "wareki", "style": "GG元YY年MM月DD日"}, FIXED, "令和元年05月01日".encode("cp932"), "2019-05-01", OK, "令和元年05月01日".encode("cp932")),
    ("元年 that stays in UTF-8", {"kind": "wareki", "style": "GG元YY年MM月DD日"}, UTF8, "大正元年07月30日".encode(), "1912-07-30", OK, "大正元年07月30日".encode()),
    ("a later year beside 元年", {"kind": "wareki", "style": "GG元YY年MM月DD日"}, UTF8, "平成11年01月01日".encode(), "1999-01-01", OK, "平成11年01月01日".encode()),
    ("the last of 明治 beside 元年", {"kind": "wareki", "style": "GG元YY年MM月DD日"}, UTF8, "明治45年07月30日".encode(), "1912-07-30M", OK, "明治45年07月30日".encode()),
    ("era-less", {"kind": "wareki", "style": "YYMMDD", "era": "H"}, FIXED, b"280503", "2016-05-03", OK, b"280503"),
    ("day unknown in an era", {"kind": "wareki", "style": "g1YYMMDD", "partial": True}, FIXED, b"3640000", "1989-00-00S", UNKNOWN, b"3640000"),
    ("time", {"kind": "time"}, FIXED, b"235959", "23:59:59", OK, b"235959"),
    ("time without seconds", {"kind": "time", "style": "HH:MM"}, CSV, b"23:59", "23:59", OK, b"23:59"),
    ("no such time", {"kind": "time"}, FIXED, b"240000", None, status.BAD_TIME, b""),
    ("code", {"kind": "code", "codes": "sex"}, FIXED, b"1", "1", OK, b"1"),
    ("code unknown", {"kind": "code", "codes": "sex"}, FIXED, b"9", "9", status.UNKNOWN_CODE, b"9"),
    ("code blank", {"kind": "code", "codes": "sex"}, FIXED, b" ", None, BLANK, b""),
    ("boolean", {"kind": "boolean", "values": ["Y", "N"]}, FIXED, b"N", False, OK, b"N"),
    ("no boolean", {"kind": "boolean", "values": ["Y", "N"]}, FIXED, b"X", None, status.NOT_BOOLEAN, b""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "of", "data", "value", "outcome", "back"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_value_is_read_and_written(
    options: dict[str, Any], of: Layout, data: bytes, value: Any, outcome: int, back: bytes
) -> None:
    given = field(**options)
    assert read(given, of, [data, b"", data]) == ([value, None, value], [outcome, BLANK, outcome])
    assert written(given, of, [value])[0] == [back]


def test_an_era_may_stand_in_another_field() -> None:
    given = field(kind="wareki", style="YYMMDD", era="元号")
    others = {"元号": column(["3", "4", "R", None])}
    charset = load("cp932")
    values = [b"630715", b"010108", b"010501", b"010501"]
    found, outcomes = KINDS["wareki"].decoder(given, FIXED, charset)(*spans(values), others)
    assert listed(found) == ["1988-07-15", "1989-01-08", "2019-05-01", None]
    assert outcomes.tolist() == [OK, OK, OK, status.ERA_RANGE]
    texts, _ = KINDS["wareki"].encoder(given, FIXED, charset)(found, others)
    assert [texts.value(row) for row in range(3)] == values[:3]


def test_a_character_without_a_code_is_refused_or_replaced() -> None:
    refused = written(field(kind="wide"), FIXED, ["吉野", "𠮷野"])
    assert refused == (["吉野".encode("cp932"), b""], [OK, status.UNMAPPABLE])
    replaced = written(field(kind="wide"), layout("cp932", True, substitute="〓"), ["𠮷野"])
    assert replaced == (["〓野".encode("cp932")], [status.SUBSTITUTED])


def test_a_negative_number_needs_a_sign() -> None:
    assert written(field(kind="integer"), FIXED, [-1])[1] == [status.OVERFLOW]
    wide = field(kind="integer", digits=20)
    assert written(wide, FIXED, [Decimal(-1)])[1] == [status.OVERFLOW]


PIECES = st.lists(
    st.sampled_from(
        ["山", "髙", "ｱ", "a", "A", " ", "　", "\ue000", "①", "\t", "abcdefgh", "12345678"]
    )
).map("".join)
TEXT_BYTES = st.one_of(
    st.binary(max_size=24),
    PIECES.map(lambda text: text.encode("cp932")),
    PIECES.map(lambda text: text.encode()),
    st.text("A5 -_", max_size=14).map(str.encode),
)
TEXTS = st.one_of(
    st.text(max_size=16),
    PIECES,
    st.text("A5 -_", max_size=14),
    # Characters of one to four bytes, with codes of two bytes, of one, and without any.
    st.text("亜髙１ァＡaｱ‾¥〜é\U00020b9f\ufffd\x7f", max_size=14),
)
CHARSETS = st.sampled_from(["cp932", "shift_jis", "utf-8"])
TEXT_KINDS = st.sampled_from(sorted(set(ALLOWED) - {"code"}))


@given(CHARSETS, TEXT_KINDS, st.booleans(), st.lists(TEXT_BYTES, max_size=6))
def test_the_kernels_read_any_bytes_as_the_reference_does(
    name: str, kind: str, fixed: bool, values: list[bytes]
) -> None:
    of, charset = layout(name, fixed), load(name)
    found, outcomes = read(field(kind=kind), of, values)
    expected = [reference.decoded(charset, value, ALLOWED[kind], fixed) for value in values]
    assert list(zip(found, outcomes, strict=True)) == [
        (text or None, outcome) for text, outcome in expected
    ]


@given(CHARSETS, TEXT_KINDS, st.lists(TEXTS, max_size=6))
def test_the_kernels_write_any_text_as_the_reference_does(
    name: str, kind: str, values: list[str]
) -> None:
    of, charset = layout(name, True), load(name)
    found, outcomes = written(field(kind=kind), of, [value or None for value in values])
    expected = [reference.encoded(charset, value, ALLOWED[kind]) for value in values]
    if charset.unicode:
        ours = [outcome if outcome != status.GAIJI else OK for outcome in outcomes]
        assert list(zip(found, ours, strict=True)) == expected
    else:
        assert list(zip(found, outcomes, strict=True)) == expected


def readable(charset: Charset, text: str) -> bool:
    try:
        write(charset, text)
    except UnicodeEncodeError:
        return False
    return not (set(text) & {*map(chr, reference.CONTROLS)})


@given(CHARSETS, st.text(min_size=1, max_size=16), st.booleans())
def test_what_is_written_is_read_again(name: str, text: str, fixed: bool) -> None:
    charset, of = load(name), layout(name, fixed)
    value = text.strip(" 　")
    if not value or not readable(charset, value):
        return
    back, outcomes = written(field(kind="mixed"), of, [value])
    assert outcomes == [OK] or charset.unicode
    assert read(field(kind="mixed"), of, back)[0] == [value]


NUMBERS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["integer", "decimal"]),
        "digits": st.sampled_from([9, 18, 19, 38]),
        "sign": st.sampled_from(["minus", "leading", "trailing"]),
        "scale": st.integers(0, 4),
        "point": st.sampled_from(["implied", "explicit"]),
    }
)


SPELLED = st.one_of(
    st.from_regex(rb"\A ?-?[0-9]{0,19}(\.[0-9]{0,9})? ?\Z"),
    st.lists(st.sampled_from([*b"0159 -.+:/"]), max_size=22).map(bytes),
)


def plainly(raw: bytes, scale: int, digits: int, minus: bool) -> tuple[int | None, int]:
    """A number of a delimited file in units of its scale, and the outcome: by pattern, not by byte."""
    bare = raw.rstrip(b" ")
    if not bare:
        return None, BLANK
    sign = b"(-?)" if minus else b"()"
    match = re.fullmatch(rb" *" + sign + rb"([0-9]+)(?:\.([0-9]+))?", bare)
    if match is None:
        return None, status.NOT_NUMBER
    after = match[3] or b""
    whole = int(match[2] + after) * 10 ** max(scale - len(after), 0)
    if len(after) > scale or whole >= 10**digits:
        return None, status.SCALE
    return -whole if match[1] else whole, OK


@given(
    values=st.lists(SPELLED, min_size=1, max_size=30),
    scale=st.integers(0, 9),
    digits=st.integers(1, 18),
    sign=st.sampled_from(["none", "minus"]),
)
def test_a_number_is_read_as_its_pattern_says(
    values: list[bytes], scale: int, digits: int, sign: str
) -> None:
    given_ = field(kind="decimal", scale=min(scale, digits), digits=digits, sign=sign)
    found, outcomes = read(given_, CSV, values)
    due = [plainly(raw, given_.scale, digits, sign == "minus") for raw in values]
    assert outcomes == [outcome for _, outcome in due]
    units = [None if value is None else int(value.scaleb(given_.scale)) for value in found]
    assert units == [value for value, _ in due]


@given(NUMBERS, st.integers(-(10**38) + 1, 10**38 - 1), st.booleans())
def test_numbers_are_exact_both_ways(options: dict[str, Any], number: int, fixed: bool) -> None:
    number = (
        int(str(number)[: options["digits"]]) if abs(number) >= 10 ** options["digits"] else number
    )
    given_ = field(**(options | ({"scale": 0} if options["kind"] == "integer" else {})))
    value = Decimal(number).scaleb(-given_.scale) if given_.kind == "decimal" else number
    back, outcomes = written(given_, layout("cp932", fixed), [value, None])
    assert outcomes == [OK, BLANK]
    assert read(given_, layout("cp932", fixed), back) == ([value, None], [OK, BLANK])


@pytest.mark.parametrize(
    "kind, style", [(kind, style) for kind, known in styles.STYLES.items() for style in known]
)
def test_every_style_is_written_as_it_says_and_read_again(kind: str, style: str) -> None:
    era = {"era": "R"} if kind == "wareki" and not styles.era_token(style) else {}
    of, options = layout("utf-8", fixed=False), {"kind": kind, "style": style, **era}
    value = "12:34:00" if "SS" in style else "12:34" if kind == "time" else "2024-12-31"
    (data,), outcomes = written(field(**options), of, [value])
    assert (len(data.decode()), outcomes) == (max(map(len, styles.written(style))), [OK])
    assert read(field(**options), of, [data]) == ([value], [OK])


@given(st.dates(), st.sampled_from(["YYYYMMDD", "YYYY-MM-DD", "YYYY/MM/DD"]))
def test_dates_return(day: Any, style: str) -> None:
    given_ = field(kind="date", style=style)
    back, _ = written(given_, FIXED, [day.isoformat()])
    assert read(given_, FIXED, back) == ([day.isoformat()], [OK])


@given(
    st.integers(1, 5),
    st.integers(1, 99),
    st.integers(0, 12),
    st.integers(0, 31),
    st.sampled_from(["g1YYMMDD", "g2YYMMDD", "GYYMMDD", "GYY.MM.DD"]),
)
def test_era_dates_that_are_read_return(
    era: int, year: int, month: int, day: int, style: str
) -> None:
    code = {"g1": str(era), "g2": f"{era:02}"}.get(style[:2], "MTSHR"[era - 1])
    text = f"{year:02}{month:02}{day:02}"
    if "." in style:
        text = f"{year:02}.{month:02}.{day:02}"
    data = (code + text).encode()
    given_ = field(kind="wareki", style=style, partial=True)
    values, outcomes = read(given_, FIXED, [data])
    if outcomes[0] < status.PROBLEM:
        assert written(given_, FIXED, values) == ([data], [OK])


@given(st.sampled_from(sorted(KINDS)), st.lists(st.binary(max_size=12), max_size=5))
def test_any_bytes_have_an_outcome(kind: str, values: list[bytes]) -> None:
    options = {"wareki": {"style": "g1YYMMDD"}, "code": {"codes": "sex"}}.get(kind, {})
    for of in (FIXED, CSV, UTF8):
        found, outcomes = read(field(kind=kind, **options), of, values)
        for value, outcome in zip(found, outcomes, strict=True):
            assert (value is None) == (outcome == BLANK or outcome in UNREADABLE)


@pytest.mark.parametrize("kind", sorted(TEXTUAL - {"filler"}))
def test_what_has_no_byte_is_a_blank_that_need_not_be_read(kind: str) -> None:
    options = {"wareki": {"style": "g1YYMMDD"}, "code": {"codes": "sex"}}.get(kind, {})
    found, outcomes = read(field(kind=kind, **options), CSV, [b""] * 3)
    assert (found, outcomes) == ([None] * 3, [BLANK] * 3)
    assert listed(nothing(3)) == [None] * 3


UNREADABLE = {
    status.UNDECODABLE,
    status.HALF_CHARACTER,
    status.NOT_NUMBER,
    status.SCALE,
    status.BAD_DATE,
    status.PARTIAL_DATE,
    status.ERA_RANGE,
    status.NOT_BOOLEAN,
    status.BAD_TIME,
    status.BAD_SIGN,
    status.HIGH_VALUES,
    status.LOW_VALUES,
    status.NOT_DIGIT,
    status.SPACES,
}
