"""Findings: every code has words, frames point home, nothing of a person gets through."""

from __future__ import annotations

import re
import string
from pathlib import Path
from unittest import mock

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import findings, status
from converters.columns import Chunk, Spans
from converters.errors import UsageError
from converters.findings import Origin, Policy, Problem, Sample, Tally, ValueProblem
from converters.model import Field, Layout, Override

ROOT = Path(__file__).parent.parent / "converters"
CODE = re.compile(r"\b(?:SYS|DEF|SRC|REC|FLD|MAP|SET|XFL|BAL|OUT)-\d{3}\b")


def chunk_of(records: list[bytes], first: int = 1, offset: int = 0) -> Chunk:
    """Records with CRLF behind each."""
    data = b"".join(record + b"\r\n" for record in records)
    bounds = np.cumsum([0, *(len(record) + 2 for record in records)])
    codes = np.zeros(len(records), np.uint8)
    return Chunk(0, 0, first, offset, np.frombuffer(data, np.uint8), bounds, bounds[1:] - 2, codes)


def origin_of(records: list[bytes], cut: int, first: int = 1, offset: int = 0) -> Origin:
    """Two fields, 氏名 up to byte `cut` and 性別 behind it."""
    chunk = chunk_of(records, first, offset)
    begin = chunk.bounds[:-1]
    start, stop = np.array([begin, begin + cut]), np.array([begin + cut, chunk.stop])
    spans = Spans(chunk.data, lambda field: (start[field], stop[field]), chunk.codes)
    return Origin(chunk, spans, {"氏名": 0, "性別": 1}, findings.decoder("cp932"))


POLICY = Policy(sensitivities={"性別": "code", "個人番号": "secret", "町名": "public"})


# ---- the catalogue -----------------------------------------------------------------------------


def test_every_code_in_the_sources_is_in_the_catalogue_and_the_other_way_round() -> None:
    used = {code for path in ROOT.rglob("*.py") for code in CODE.findall(path.read_text("utf-8"))}
    assert used == set(findings.catalogue())


def test_every_status_has_a_code_of_the_catalogue() -> None:
    assert set(status.CODES.values()) <= set(findings.catalogue())


@pytest.mark.parametrize("entry", findings.catalogue().values(), ids=lambda entry: entry.code)
def test_every_entry_is_complete_in_both_languages(entry: findings.Entry) -> None:
    assert CODE.fullmatch(entry.code)
    assert entry.severity in findings.SEVERITIES
    assert entry.official in ("", "E0001", "E0002", "E0003", "E0004")
    for words in (entry.ja, entry.en):
        assert words.message and words.hint and words.explain
        assert words.example and words.change, "what it looks like, and what changes it"
    names = [_placeholders(words.message) for words in (entry.ja, entry.en)]
    assert names[0] == names[1] <= {"field", "value", "detail"}
    for text in (entry.ja.message, entry.ja.hint, entry.ja.explain, entry.ja.change):
        assert re.search("[ぁ-ん]", text)
    assert not re.search("[ぁ-んァ-ヶ]", entry.en.message + entry.en.hint)


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_slugs_are_unique() -> None:
    slugs = [entry.slug for entry in findings.catalogue().values()]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("code", ["FLD-040", "fld-040", "bad-date"])
def test_a_code_is_explained_by_code_or_slug(code: str) -> None:
    assert findings.explain(code, "en").startswith("FLD-040 bad-date (error by default)\n")
    assert findings.explain(code, "ja").startswith("FLD-040 bad-date(既定: エラー)\n")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_explanation_holds_all_that_is_known_of_a_code(lang: str) -> None:
    for entry in findings.catalogue().values():
        words, told = entry.words(lang), findings.explain(entry.code, lang)
        for text in (words.explain, words.example, words.hint, words.change):
            assert text in told


def test_an_official_class_is_named_in_the_explanation() -> None:
    assert "標準 E0001" in findings.explain("FLD-001", "ja")


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_an_unknown_code_is_answered_with_the_nearest(lang: str) -> None:
    with pytest.raises(UsageError, match=r"FLD-049.*FLD-04"):
        findings.explain("FLD-049", lang)


def test_a_sentence_without_a_field_is_about_the_record() -> None:
    assert "【レコード】" in findings.message("BAL-009", "ja")
    assert "the record" in findings.message("BAL-009", "en")
    assert "性別" in findings.message("FLD-050", "en", "性別")


RAW = Policy(samples="raw")

# ---- frames ------------------------------------------------------------------------------------


def test_a_clean_batch_has_no_findings() -> None:
    origin = origin_of(["山田1".encode("cp932")] * 3, 4)
    clean = np.array([status.OK, status.BLANK, status.UNKNOWN], np.uint8)
    assert findings.status_problems("氏名", clean) == []
    found = findings.judged(origin, [], RAW)
    assert found.is_empty()
    assert found.schema == findings.JUDGED_SCHEMA


def test_statuses_become_findings_with_place_and_bytes() -> None:
    origin = origin_of(["山田1".encode("cp932"), b"\x8e\x52\x8e\x31Z"], 4, first=101, offset=7000)
    name = np.array([status.OK, status.UNDECODABLE], np.uint8)
    sex = np.array([status.UNKNOWN_CODE, status.UNKNOWN_CODE], np.uint8)
    problems = findings.status_problems("性別", sex) + findings.status_problems("氏名", name)
    frame = findings.judged(origin, problems, RAW)
    assert frame.schema == findings.JUDGED_SCHEMA
    assert frame.rows() == [
        (0, 101, 7004, "性別", "FLD-050", "error", "1", "record-rejected"),
        (0, 102, 7007, "氏名", "FLD-010", "error", "山<8E>1", "record-rejected"),
        (0, 102, 7011, "性別", "FLD-050", "error", "Z", "record-rejected"),
    ]


def test_rows_of_a_filtered_batch_point_at_their_records() -> None:
    origin = origin_of([b"abcd1", b"efgh2", b"ijkl3"], 4)
    batch = Origin(origin.chunk, origin.spans, {}, origin.decode, np.array([2, 3]))
    problem = ValueProblem(np.array([1]), "宛名番号", "MAP-002", pl.Series(["値"]))
    assert findings.judged(batch, [problem], RAW).rows() == [
        (0, 3, 14, "宛名番号", "MAP-002", "error", "値", "record-rejected")
    ]


def test_a_value_that_was_unescaped_is_placed_at_its_record() -> None:
    chunk = chunk_of([b'"a""b"', b"cd"])
    data = np.concatenate([chunk.data, np.frombuffer(b'a"b', np.uint8)])
    edges = np.array([12, 8]), np.array([15, 10])
    spans = Spans(data, lambda _: edges, chunk.codes)
    origin = Origin(chunk, spans, {"町名": 0}, findings.decoder("utf-8"))
    problems = findings.status_problems("町名", np.full(2, status.CONTROL, np.uint8))
    frame = findings.judged(origin, problems, RAW)
    assert frame.select("offset", "value").rows() == [(0, 'a"b'), (8, "cd")]


def test_record_problems_carry_the_measured_length() -> None:
    chunk = chunk_of([b"abcd", b"", b"ab"], first=5)
    codes = np.array([0, 2, 1], np.uint8)
    frame = findings.from_records(chunk, {1: "REC-001", 2: "REC-005"}, codes, {})
    assert frame.select("record", "offset", "code", "value").rows() == [
        (6, 6, "REC-005", b""),
        (7, 8, "REC-001", b"2"),
    ]


@pytest.mark.parametrize(
    ("code", "field", "value"), [("SRC-012", "氏名", b""), ("SRC-004", "", b"present")]
)
def test_the_detail_of_a_file_problem_is_a_field_where_the_words_name_one(
    code: str, field: str, value: bytes
) -> None:
    frame = findings.single(1, code, field or value.decode(), 3)
    assert frame.rows() == [(1, 0, 3, field, code, value, "")]


# ---- the policy --------------------------------------------------------------------------------

OVERRIDES = (
    Override(code="FLD-050", severity="warning", because="旧コード", fields=("性別",)),
    Override(code="FLD-050", severity="info", because="試行"),
    Override(code="SET-001", severity="off", because="名寄せ前"),
)


@pytest.mark.parametrize(
    ("code", "field", "expected"),
    [
        ("FLD-050", "性別", "warning"),
        ("FLD-050", "続柄", "info"),
        ("SET-001", "宛名番号", "off"),
        ("FLD-010", "性別", "error"),
    ],
)
def test_an_override_for_the_field_beats_one_for_all(code: str, field: str, expected: str) -> None:
    assert Policy(overrides=OVERRIDES).severity(code, field) == expected


def frame_of(*rows: tuple[int, str, str, str]) -> pl.DataFrame:
    """Rows of record, field, code, value."""
    full = [
        (0, record, record * 10, field, code, value.encode(), "")
        for record, field, code, value in rows
    ]
    return pl.DataFrame(full, schema=findings.SCHEMA, orient="row")


def test_judging_adds_severity_and_action_and_drops_what_is_off() -> None:
    frame = frame_of(
        (1, "性別", "FLD-050", "9"),
        (2, "宛名番号", "SET-001", "1"),
        (3, "氏名", "FLD-010", ""),
        (4, "届出日", "MAP-004", ""),
        (0, "氏名", "SRC-012", ""),
    )
    judged = findings.judge(frame, Policy(overrides=OVERRIDES))
    assert judged.schema == findings.JUDGED_SCHEMA
    assert judged.select("record", "severity", "action").rows() == [
        (1, "warning", "none"),
        (3, "error", "record-rejected"),
        (4, "info", "defaulted"),
        (0, "error", "none"),
    ]
    assert findings.errors(judged).tolist() == [3]


def test_a_late_error_rejects_no_record() -> None:
    judged = findings.judge(frame_of((2, "宛名番号", "SET-001", "1")), Policy())
    assert judged["severity"].to_list() == ["error"]
    assert findings.errors(judged).tolist() == []


@pytest.mark.parametrize(
    ("severity", "threshold", "expected"),
    [
        ("error", "error", True),
        ("warning", "error", False),
        ("info", "info", True),
        ("error", "never", False),
    ],
)
def test_severities_are_compared_with_the_threshold(
    severity: str, threshold: str, expected: bool
) -> None:
    assert findings.at_least(severity, threshold) is expected


LAYOUT = {
    "kind": "layout",
    "id": "t",
    "charset": "cp932",
    "framing": {"delimited": {}},
    "records": [
        {
            "fields": [
                {"name": "氏名"},
                {"name": "性別", "kind": "code"},
                {"name": "個人番号", "kind": "digits"},
                {"name": "番号", "kind": "digits", "check": "個人番号"},
                {"name": "町名", "sensitivity": "public"},
            ]
        }
    ],
}


def test_the_policy_knows_how_sensitive_each_field_is() -> None:
    layout = Layout.model_validate(LAYOUT)
    made = findings.policy([layout])
    assert made.target == ""
    assert dict(made.sensitivities) == {
        "氏名": "personal",
        "性別": "code",
        "個人番号": "secret",
        "番号": "secret",
        "町名": "public",
    }
    assert made.sensitivity("知らない項目") == "personal"
    assert made.sensitivity("町名+個人番号") == "secret"


def test_of_two_fields_of_one_name_the_more_sensitive_counts() -> None:
    mild = Layout.model_validate(LAYOUT)
    record = {"fields": [{"name": "町名"}]}
    grave = Layout.model_validate({**LAYOUT, "charset": "shift_jis", "records": [record]})
    for layouts in ([mild, grave], [grave, mild]):
        assert findings.policy(layouts).sensitivity("町名") == "personal"
    assert findings.policy([mild, grave]).target == "shift_jis"


def test_what_the_layout_says_about_sensitivity_wins() -> None:
    assert findings.sensitivity(Field(name="個人番号", sensitivity="personal")) == "personal"


# ---- masking -----------------------------------------------------------------------------------

CLASSES = {
    "9": "0123456789",
    "A": "ABCXYZ",
    "a": "abcxyz",
    "９": "０１９",
    "Ａ": "ＡＺ",
    "ａ": "ａｚ",
    "ｱ": "ｱﾝﾞﾟｯ",
    "ア": "アンヴー",
    "あ": "あんゔ",
    "漢": "山髙﨑々〇𠮷",
    "外": "\ue000\uf8ff",
    "＊": "～－①㈱é",
    "*": "-_/@",
}


@pytest.mark.parametrize("sign", CLASSES)
def test_a_character_is_shown_as_its_class(sign: str) -> None:
    text = CLASSES[sign]
    assert findings.mask(text, "personal", "masked") == sign * len(text)


@given(st.data())
def test_a_masked_value_depends_on_the_classes_of_its_characters_alone(data: st.DataObject) -> None:
    signs = data.draw(st.lists(st.sampled_from([*CLASSES]), max_size=30))
    one, other = (
        "".join(data.draw(st.sampled_from(CLASSES[sign])) for sign in signs) for _ in range(2)
    )
    shown = findings.mask(one, "personal", "masked", "FLD-014")
    assert shown == findings.mask(other, "personal", "masked", "FLD-014") == "".join(signs)


@given(
    st.text(), st.sampled_from([*findings.catalogue()]), st.sampled_from(["masked", "raw", "none"])
)
def test_a_secret_is_never_shown(value: str, code: str, mode: findings.Mode) -> None:
    assert findings.mask(value, "secret", mode, code, "cp932") in ("", "***")


@given(
    st.text(min_size=1).map(lambda text: "山田" + text),
    st.sampled_from([*findings.catalogue()]),
)
def test_a_personal_value_never_appears(value: str, code: str) -> None:
    assert "山田" not in findings.mask(value, "personal", "masked", code, "cp932")


@given(st.binary(max_size=40), st.sampled_from(["cp932", "shift_jis", "utf-8"]))
def test_any_bytes_can_be_shown(value: bytes, charset: str) -> None:
    text = findings.decoder(charset)(value)
    for mode in ("masked", "raw"):
        for code in ("FLD-010", "FLD-014", "OUT-002"):
            shown = findings.mask(text, "personal", mode, code, "cp932")
            shown.encode()
            assert not re.search(r"[\x00-\x1f\x7f-\x9f]", shown)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (b"\x8e\x52\x93", "FLD-011", "漢<93>"),
        (b"\x80\xa0\xfd\xfe\xff", "FLD-010", "<80><A0><FD><FE>■"),
        (b"a\tb\n", "FLD-016", "a<09>a<0A>"),
        (b"\x8e\x52\xf0\x40", "FLD-017", "漢<U+E000>"),
        (b"\x8e\x52\xf0\x40", "FLD-014", "漢外"),
    ],
)
def test_what_must_be_repaired_is_shown_and_the_rest_is_not(
    value: bytes, code: str, expected: str
) -> None:
    text = findings.decoder("cp932")(value)
    assert findings.mask(text, "personal", "masked", code) == expected


@pytest.mark.parametrize(
    ("charset", "value", "expected"),
    [
        ("cp932", b"\x8e\x52\xf0\x40\xf0\x41", "漢<F040><F041>"),
        ("eucjp-ms", b"\x8f\xf5\xa1\xf5\xa1", "<8FF5A1><F5A1>"),
        ("keis83", b"\x0a\x42\x81\xa1\xbb\xb3\x0a\x41", "<81A1>漢"),
        ("utf-8", "\ue000山".encode(), "<U+E000>漢"),
    ],
)
@pytest.mark.parametrize("code", ["FLD-017", "FLD-018", "FLD-019"])
def test_a_gaiji_is_shown_by_its_code(charset: str, value: bytes, expected: str, code: str) -> None:
    text = findings.decoder(charset, coded=True)(value)
    assert findings.mask(text, "personal", "masked", code) == expected


@given(
    st.lists(
        st.binary(max_size=8) | st.sampled_from([b"", b"\n", b"\x8e", b"\xe3\x81", b"\x0a\x42"])
    ),
    st.sampled_from(["cp932", "shift_jis", "utf-8", "keis83", "eucjp-ms"]),
    st.booleans(),
)
def test_values_read_together_are_those_read_one_by_one(
    values: list[bytes], charset: str, coded: bool
) -> None:
    decode = findings.decoder(charset, coded=coded)
    assert decode.all(values) == [decode(value) for value in values]


def test_an_identified_gaiji_is_shown_as_its_character() -> None:
    decode = findings.decoder("cp932", "cp932:F040 U+5C71", coded=True)
    assert findings.mask(decode(b"\xf0\x40\xf0\x41"), "personal", "masked", "FLD-017") == "漢<F041>"


@pytest.mark.parametrize("code", ["OUT-002", "MAP-006"])
def test_a_character_that_the_target_lacks_is_shown_by_its_code(code: str) -> None:
    assert findings.mask("髙田", "personal", "masked", code, "shift_jis") == "<U+9AD9>漢"
    assert findings.mask("𠮷田", "personal", "masked", code, "keis83") == "<U+20BB7>漢"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9", "9"),
        ("男", "男"),
        ("A0001", "A0001"),
        ("山田太郎", "漢漢漢漢"),
        ("09012345678", "9" * 11),
    ],
)
def test_a_code_is_shown_unless_it_looks_like_something_else(value: str, expected: str) -> None:
    assert findings.mask(value, "code", "masked", "FLD-050") == expected


def test_a_long_value_is_shown_in_part() -> None:
    assert findings.mask("山" * 100, "personal", "masked") == "漢" * 63 + "…"


@pytest.mark.parametrize(("code", "expected"), [("FLD-014", "漢　漢"), ("FLD-070", "漢　漢　 ")])
def test_the_blanks_that_fill_a_field_are_left_out(code: str, expected: str) -> None:
    assert findings.mask("山　田　 ", "personal", "masked", code) == expected


def test_raw_and_none_do_what_they_say() -> None:
    assert findings.mask("山田\t", "personal", "raw") == "山田<09>"
    assert findings.mask("山田", "public", "none") == ""


def test_a_frame_is_masked_by_field_and_keeps_its_order() -> None:
    frame = frame_of(
        (1, "性別", "FLD-050", "9"),
        (1, "氏名", "FLD-014", "山田"),
        (2, "性別", "FLD-050", "8"),
        (2, "個人番号", "FLD-061", "1234"),
        (3, "", "REC-001", "598"),
    )
    masked = findings.judge(frame, POLICY)
    assert masked["value"].to_list() == ["9", "漢漢", "8", "***", "598"]


# ---- the tally ---------------------------------------------------------------------------------


def tally_of(frame: pl.DataFrame, size: int) -> tuple[Problem, ...]:
    tally = Tally(POLICY)
    for part in frame.iter_slices(size):
        tally.add(findings.judge(part, POLICY))
    return tally.problems()


def test_problems_are_counted_exactly_and_sampled() -> None:
    rows = [(record, "性別", "FLD-050", "9" if record % 3 else "8") for record in range(1, 10)]
    problems = tally_of(frame_of(*rows, (2, "氏名", "FLD-017", "\ue000")), 4)
    assert problems == (
        Problem(
            "FLD-050",
            "性別",
            "error",
            9,
            tuple(Sample(0, n, n * 10, "9" if n % 3 else "8") for n in range(1, 6)),
            (("9", 6), ("8", 3)),
        ),
        Problem("FLD-017", "氏名", "warning", 1, (Sample(0, 2, 20, "<U+E000>"),)),
    )


ROWS = st.tuples(
    st.integers(0, 50),
    st.sampled_from(["性別", "氏名", "個人番号"]),
    st.sampled_from(["FLD-050", "FLD-014", "FLD-017"]),
    st.text("0123山ｱ", max_size=3),
)


@given(st.lists(ROWS, min_size=1, max_size=40), st.integers(1, 41), st.integers(1, 41))
def test_the_tally_does_not_depend_on_the_batches(
    rows: list[tuple[int, str, str, str]], size: int, held: int
) -> None:
    frame = frame_of(*rows)
    whole = tally_of(frame, len(frame))
    with mock.patch("converters.findings.tally.HELD", held):
        assert tally_of(frame, size) == whole


def test_the_values_counted_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("converters.findings.tally.DISTINCT", 3)
    rows = [(1, "性別", "FLD-050", str(value)) for value in (1, 2, 3, 4, 1, 5)]
    (problem,) = tally_of(frame_of(*rows), 2)
    assert (problem.values, problem.others) == ((("1", 2), ("2", 1), ("3", 1)), 2)


def test_bytes_that_are_no_text_are_shown_in_hex_and_their_digits_hidden() -> None:
    chunk, spans = _one(b"\x01\x2c\xa0")
    origin = Origin(chunk, spans, {"所得": 0}, findings.decoder("cp932"), hexed=frozenset({"所得"}))
    problem = findings.ValueProblem(np.array([0]), "所得", "FLD-031")
    for policy, shown in ((Policy(), "X'999CA9'"), (RAW, "X'012CA0'")):
        assert findings.judged(origin, [problem], policy)["value"].to_list() == [shown]


def _one(data: bytes) -> tuple[Chunk, Spans]:
    """One record of one field."""
    raw = np.frombuffer(data, np.uint8)
    zero, ends = np.zeros(1, np.uint8), np.array([len(data)])
    chunk = Chunk(0, 0, 1, 0, raw, np.array([0, len(data)]), ends, zero)
    return chunk, Spans(raw, lambda _: (np.array([0]), ends), zero)
