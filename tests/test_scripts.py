"""Fields in every charset and under every shift rule, against the slow readers."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import reference_scripts as reference
from batches import column, listed, values_of
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import fields, forms, status
from converters.charset import NAMES, load, write
from converters.kinds.text import decode_text
from converters.model import Field, Layout
from converters.scripts import described

OK, BLANK = status.OK, status.BLANK
SHIFTED = sorted(
    {name for name in NAMES.values() if load(name).structure == "shifted"} - {"cp300", "cp16684"}
)
FEW = settings(max_examples=20)
LONG = ["euc-jp", "eucjp-ms", "shift_jis-2004"]


def layout(charset: str, characters: dict[str, str] | None = None, **options: Any) -> Layout:
    """A layout of one field."""
    field = {"name": "x", "bytes": 20, **options}
    framing = {"fixed": {"length": 20, "terminator": "none"}}
    text: dict[str, Any] = {"kind": "layout", "id": "t", "charset": charset, "framing": framing}
    return Layout.model_validate(
        text | {"characters": characters, "records": [{"fields": [field]}]}
    )


def spans(values: list[bytes]) -> tuple[Any, Any, Any]:
    """Values one after the other."""
    sizes = np.array([len(value) for value in values], np.int64)
    stop = np.cumsum(sizes)
    return np.frombuffer(b"".join(values) + bytes(16), np.uint8), stop - sizes, stop


def read(of: Layout, values: list[bytes]) -> list[tuple[Any, int]]:
    """What the field holds, and the outcomes."""
    [(_, _, decode, _)] = fields.compile(of).values
    found, outcomes = decode(*spans(values), {})
    return list(zip(listed(found), outcomes.tolist(), strict=True))


def written(of: Layout, values: list[str | None]) -> list[tuple[bytes, int]]:
    """What is written of texts, and the outcomes."""
    [(_, _, _, encode)] = fields.compile(of).values
    texts, outcomes = encode(column(values), {})
    return [(texts.value(row), int(outcome)) for row, outcome in enumerate(outcomes)]


def h(text: str) -> bytes:
    return bytes.fromhex(text)


CASES: list[tuple[str, str, dict[str, Any], str, Any, int]] = [
    # name, charset, field, bytes, value, outcome
    ("mixed", "cp939", {}, "C10E456545630F8240", "A山田b", OK),
    ("spaces inside double bytes", "cp939", {"kind": "wide"}, "0E4565404045630F40", "山　田", OK),
    ("spaces behind", "cp939", {"kind": "wide"}, "0E4565404040400F4040", "山", OK),
    ("shift codes alone", "cp939", {}, "0E0F4040", None, BLANK),
    ("Roman letters at the end", "iso-2022-jp", {}, "1B24423B331B284A41", "山A", status.ONE_WAY),
    ("katakana at the end", "iso-2022-jp", {}, "1B284931", "ｱ", status.UNCLOSED_SHIFT),
    ("open at the end", "cp939", {}, "0E45654563", "山田", status.UNCLOSED_SHIFT),
    ("half at the end", "cp939", {}, "0E456545", None, status.HALF_CHARACTER),
    ("half before the shift", "cp939", {}, "0E4565450F", None, status.HALF_CHARACTER),
    ("no shift codes", "cp939", {"kind": "wide", "shifts": "absent"}, "456545634040", "山田", OK),
    ("a shift code where none is", "cp939", {"kind": "wide", "shifts": "absent"}, "0E456545630F", None, status.UNDECODABLE),
    ("narrow without shift codes", "cp939", {"kind": "narrow", "shifts": "absent"}, "C1814040", "Aa", OK),
    ("first shift implied", "cp939", {"kind": "wide", "shifts": "implied"}, "456545630F", "山田", OK),
    ("back and again", "jef", {"kind": "mixed"}, "28BBB329C128BBB329", "山A山", OK),
    ("spaces for shift codes", "cp939", {"kind": "wide", "shifts": "padded"}, "404565456340", "山田", OK),
    ("kept", "cp939", {"shifts": "kept"}, "0E45650F0E45630F", "\x0e山\x0f\x0e田\x0f", OK),
    ("double bytes alone", "cp300", {"kind": "wide"}, "456545634040", "山田", OK),
    ("gaiji", "cp939", {"kind": "wide"}, "0E69410F", "\ue000", status.GAIJI),
    ("the other space", "keis83", {"kind": "wide"}, "0A42BBB3A1A1C5C40A41", "山　田", status.ONE_WAY),
    ("digits", "cp939", {"kind": "digits"}, "F0F0F1F24040", "0012", OK),
    ("no digits", "cp939", {"kind": "digits"}, "C1F1", None, status.NOT_NUMBER),
    ("integer", "jef", {"kind": "integer"}, "F0F0F4F2", 42, OK),
    ("date", "keis83", {"kind": "date", "style": "YYYYMMDD"}, "F2F0F2F4F0F2F2F9", "2024-02-29", OK),
    ("null spelling", "cp939", {"kind": "narrow", "null": ["*"]}, "5C40", None, BLANK),
    ("half-width kana", "cp930", {"kind": "kana"}, "8182834040", "ｱｲｳ", OK),
    ("three bytes", "eucjp-ms", {"kind": "wide"}, "8FF4FBADA1", "髙①", OK),
    ("three bytes cut", "eucjp-ms", {"kind": "wide"}, "8FF4", None, status.HALF_CHARACTER),
    ("katakana of EUC", "eucjp-ms", {"kind": "kana"}, "8EB18EB2", "ｱｲ", OK),
    ("two code points", "shift_jis-2004", {"kind": "wide"}, "82F5F040", "か゚𠂉", OK),
    ("utf-16", "utf-16le", {"kind": "wide"}, "715C42D8B7DF0030", "山𠮷", OK),
    ("utf-16 integer", "utf-16be", {"kind": "integer"}, "00340032", 42, OK),
    ("half a pair", "utf-16le", {"kind": "wide"}, "715C42D8", None, status.HALF_CHARACTER),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "charset", "options", "code", "value", "outcome"), CASES, ids=[c[0] for c in CASES]
)
def test_a_field_is_read(
    name: str, charset: str, options: dict[str, Any], code: str, value: Any, outcome: int
) -> None:
    assert read(layout(charset, **options), [h(code)]) == [(value, outcome)]


@pytest.mark.parametrize(
    ("charset", "options", "text", "code", "outcome"),
    [
        ("cp939", {}, "A山田b", "C10E456545630F82", OK),
        ("cp939", {"kind": "wide", "shifts": "absent"}, "山田", "45654563", OK),
        ("cp939", {"kind": "wide", "shifts": "implied"}, "山田", "45654563", OK),
        ("cp939", {"kind": "wide", "shifts": "padded"}, "山田", "4045654563", OK),
        ("cp939", {"kind": "narrow", "shifts": "absent"}, "山", "", status.UNMAPPABLE),
        ("cp939", {"kind": "wide", "bytes": 4}, "山田", "0E456545630F", status.SHIFT_OVERFLOW),
        ("cp939", {"kind": "wide", "bytes": 2}, "山田", "0E456545630F", OK),
        ("cp939", {"shifts": "kept"}, "\x0e山\x0f\x0e田\x0f", "0E45650F0E45630F", OK),
        ("cp1399", {"kind": "wide"}, "か゚", "0EECB50F", OK),
        ("eucjp-ms", {"kind": "wide"}, "髙①", "8FF4FBADA1", OK),
        ("utf-16be", {"kind": "wide"}, "山𠮷", "5C71D842DFB7", OK),
    ],
)
def test_a_field_is_written(
    charset: str, options: dict[str, Any], text: str, code: str, outcome: int
) -> None:
    [(data, found)] = written(layout(charset, **options), [text])
    assert (data.hex().upper(), found) == (code, outcome)


def test_a_number_is_written_in_the_digits_of_the_charset() -> None:
    [(_, _, _, encode)] = fields.compile(layout("keis83", kind="integer")).values
    texts, outcomes = encode(values_of(pl.Series([42])), {})
    assert (texts.value(0), outcomes.tolist()) == (h("F4F2"), [OK])


@pytest.mark.parametrize("name", SHIFTED)
@given(data=st.data())
@FEW
def test_values_with_states_are_read_as_the_slow_reader_reads_them(
    name: str, data: st.DataObject
) -> None:
    found = data.draw(st.lists(_value(name), min_size=1, max_size=5))
    charset = load(name)
    field = Field.model_validate({"name": "x", "bytes": 20})
    decode = decode_text(field, layout(name), charset)
    texts, outcomes = decode(*spans(found), {})
    for row, value in enumerate(found):
        text, due = reference.shifted(charset, value, 0, True, True)
        given_back = int(outcomes[row])
        due = OK if due == status.ONE_WAY else due
        assert texts.value(row).decode() == text
        assert (OK if given_back == status.ONE_WAY else given_back) == due


@cache
def _value(name: str) -> st.SearchStrategy[bytes]:
    """Bytes that often are codes and shift codes of the charset."""
    charset = load(name)
    marks = [m.to_bytes(n, "little") for m, n, _ in charset.shifts.marks.tolist()]
    some = np.flatnonzero(charset.double)[::97].tolist()
    pairs = [code.to_bytes(2, "big") for code in some]
    piece = st.binary(min_size=1, max_size=2) | st.just(charset.blank)
    for known in (marks, pairs):
        if known:
            piece |= st.sampled_from(known)
    return st.lists(piece, max_size=8).map(b"".join)


@pytest.mark.parametrize("name", LONG)
@given(data=st.data())
@FEW
def test_codes_of_three_bytes_are_read_as_the_slow_reader_reads_them(
    name: str, data: st.DataObject
) -> None:
    charset = load(name)
    some = [int(code).to_bytes(2, "big") for code in np.flatnonzero(charset.double)[::97]]
    some += [b"\x8f" + int(c).to_bytes(2, "big") for c in np.flatnonzero(charset.triple)[::97]]
    piece = st.sampled_from(some) | st.binary(min_size=1, max_size=2) | st.just(b"20240401AB")
    found = data.draw(st.lists(st.lists(piece, max_size=8).map(b"".join), min_size=1, max_size=5))
    field = Field.model_validate({"name": "x", "bytes": 20})
    texts, outcomes = decode_text(field, layout(name), charset)(*spans(found), {})
    for row, value in enumerate(found):
        text, due = reference.coded(charset, value)
        given_back = int(outcomes[row])
        assert texts.value(row).decode() == text
        assert (OK if given_back == status.ONE_WAY else given_back) == due


@pytest.mark.parametrize("name", ["utf-16le", "utf-16be"])
@given(
    values=st.lists(st.binary(max_size=9) | st.text(max_size=5).map(lambda t: t.encode("utf-16le")))
)
def test_utf16_is_read_as_python_reads_it(name: str, values: list[bytes]) -> None:
    field = Field.model_validate({"name": "x", "bytes": 20})
    texts, outcomes = decode_text(field, layout(name), load(name))(*spans(values), {})
    for row, value in enumerate(values):
        assert (texts.value(row).decode(), int(outcomes[row])) == reference.utf16(
            value, name == "utf-16be"
        )


@pytest.mark.parametrize("name", [*SHIFTED, *LONG, "utf-16le", "utf-16be"])
@given(data=st.data())
@FEW
def test_what_is_written_is_what_the_definition_side_writes(name: str, data: st.DataObject) -> None:
    charset = load(name)
    letters = "山田髙①　 Aaｱ1～〜か゚𠮷\ue000"
    values = data.draw(st.lists(st.text(letters, min_size=1, max_size=8), min_size=1, max_size=4))
    for text, (code, outcome) in zip(values, written(layout(name), list(values)), strict=True):
        try:
            due = write(charset, text)
        except UnicodeEncodeError:
            assert (code, outcome) == (b"", status.UNMAPPABLE)
            continue
        assert code == due


def test_values_do_not_depend_on_how_they_are_cut_into_batches() -> None:
    values = [h("C10E456545630F82"), h("0E4565"), h("F1F2"), h("0E69410F"), h("45654563")]
    of = layout("cp939")
    whole = read(of, values)
    for cut in range(1, len(values)):
        assert read(of, values[:cut]) + read(of, values[cut:]) == whole


def test_a_field_has_its_own_charset() -> None:
    of = Layout.model_validate(
        {
            "kind": "layout",
            "id": "t",
            "charset": "cp037",
            "framing": {"fixed": {"length": 6, "terminator": "none"}},
            "records": [
                {
                    "fields": [
                        {"name": "a", "bytes": 2, "kind": "digits"},
                        {"name": "b", "bytes": 4, "kind": "wide", "charset": "cp932"},
                    ]
                }
            ],
        }
    )
    data = np.frombuffer(h("F1F2") + "山田".encode("cp932") + bytes(16), np.uint8)
    (_, _, digits, _), (_, _, wide, _) = fields.compile(of).values
    first, _ = digits(data, np.array([0]), np.array([2]), {})
    second, _ = wide(data, np.array([2]), np.array([6]), {})
    assert (listed(first), listed(second)) == (["12"], ["山田"])


def test_the_decisions_of_a_layout_are_told() -> None:
    assert described(layout("cp932")) == "cp932"
    of = layout("cp932", {"waves": "jis", "strays": "keep"})
    assert described(of) == "cp932 (waves: jis, strays: keep)"


@pytest.mark.parametrize(
    ("decided", "code", "value", "outcome"),
    [
        ({"backslash": "yen"}, "5C31323334353637383930", "¥1234567890", OK),
        ({"controls": "keep"}, "4109", "A\t", OK),
        ({"controls": "space"}, "410942", "A B", status.ONE_WAY),
        ({"nul": "space"}, "41000000", "A", status.ONE_WAY),
        ({"controls": "refuse"}, "4109", None, status.UNDECODABLE),
        ({"strays": "keep"}, "41A0", "A\uf8f0", status.GAIJI),
        ({"waves": "jis"}, "8160", "〜", OK),
    ],
)
def test_decisions_hold_for_data(
    decided: dict[str, str], code: str, value: str | None, outcome: int
) -> None:
    of = layout("cp932", decided)
    assert read(of, [h(code)]) == [(value, outcome)]
    if outcome in (OK, status.GAIJI):
        assert [data for data, _ in written(of, [value])] == [h(code)]


@pytest.mark.parametrize(
    ("name", "bom", "head", "used", "problems"),
    [
        ("utf-16le", True, "FFFE41", 2, []),
        ("utf-16be", True, "FEFF00", 2, []),
        ("utf-16le", False, "FFFE41", 2, [("SRC-004", "present")]),
        ("utf-16le", True, "410042", 0, [("SRC-004", "absent")]),
        ("utf-8", False, "EFBBBF", 3, [("SRC-004", "present")]),
        ("cp939", False, "EFBBBF", 3, [("SRC-004", "present")]),
        ("cp037", False, "EFBBBF", 0, [("SRC-004", "present")]),
    ],
)
def test_byte_order_marks_of_fixed_files(
    name: str, bom: bool, head: str, used: int, problems: list[tuple[str, str]]
) -> None:
    of = layout(name)
    fixed = of.framing.fixed
    assert fixed is not None
    framing = of.framing.model_copy(update={"fixed": fixed.model_copy(update={"bom": bom})})
    form = forms.form(of.model_copy(update={"framing": framing}), bytes.decode, str.encode)
    begun = form.begin(np.frombuffer(h(head), np.uint8), True)
    assert begun is not None
    found = [(problem.code, problem.detail) for problem in begun.problems]
    assert (begun.used, found) == (used, problems)
    assert bool(form.opening()) == bom


@pytest.mark.parametrize(
    ("charset", "options", "text", "due"),
    [
        ("cp932", {"bytes": 5}, "山田太郎", "山田"),
        ("cp939", {"bytes": 6}, "山田太郎", "山田"),
        ("cp939", {"bytes": 5}, "A山田", "A山"),
        ("cp939", {"bytes": 4, "kind": "wide"}, "山田", "山"),
        ("utf-8", {"bytes": 7}, "邉󠄐邉󠄐", "邉󠄐"),
        ("utf-8", {"bytes": 8}, "邉󠄐邉󠄐", "邉󠄐"),
        ("cp932", {"bytes": 1}, "山", ""),
    ],
)
def test_a_text_is_cut_between_two_characters_where_the_field_says_so(
    charset: str, options: dict[str, Any], text: str, due: str
) -> None:
    [first, second] = written(layout(charset, **options, overflow="cut"), [text, due or None])
    assert first == (write(load(charset), due), status.CUT)
    assert second == (write(load(charset), due), OK if due else BLANK)


def test_a_keis_file_with_a_table_of_3000_gaiji_returns_byte_by_byte(tmp_path: Path) -> None:
    codes = [lead << 8 | trail for lead in range(0x81, 0xA1) for trail in range(0xA1, 0xFF)][:3000]
    lines = [f"{code:04X},{0x20000 + place:X}" for place, code in enumerate(codes)]
    (tmp_path / "gaiji.csv").write_text("code,unicode\n" + "\n".join(lines), encoding="utf-8")
    decided = {"table": str(tmp_path / "gaiji.csv")}
    of = layout("keis83", decided, kind="wide", shifts="absent")
    values = [code.to_bytes(2, "big") for code in codes]
    found = read(of, values)
    assert found == [(chr(0x20000 + place), OK) for place in range(3000)]
    assert written(of, [text for text, _ in found]) == [(value, OK) for value in values]
