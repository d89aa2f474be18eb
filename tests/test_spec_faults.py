"""Faulty definitions, with marks where their problems stand: the table of what `spec` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from definitions import (
    BORN,
    FIXED,
    HEAD,
    NAME,
    SEX,
    delimited,
    fixed,
    found,
    found_in_mapping,
    mapping,
    unmarked,
)

SYNTAX = [
    ("empty", "«", "DEF-001"),
    ("a comment only", "«# nothing\n", "DEF-001"),
    ("one word", "«layout", "DEF-002"),
    ("a list", "«- kind: layout", "DEF-002"),
    ("no kind", "«id: x", "DEF-002"),
    ("another kind", "kind: «layuot", "DEF-002"),
    ("an open bracket", "kind: layout\nrecords: [\n«", "DEF-001"),
    ("an open quote", 'kind: "layout«', "DEF-001"),
    ("a tab", "kind: layout\nrecords:\n«\t- x", "DEF-001"),
    ("a colon in a value", "kind: layout\nsource: a«: b", "DEF-001"),
    ("two documents", "kind: layout\n«---\nkind: layout", "DEF-001"),
    ("a tag", "kind: «!!python/object:os.system layout", "DEF-001"),
    ("a list as key", "kind: layout\n? «[a, b]\n: c", "DEF-001"),
    ("an alias to nothing", "kind: layout\nid: «*there", "DEF-001"),
    ("an alias to itself", "kind: layout\nrecords: &r [«*r]", "DEF-001"),
    ("a control character", "kind: layout\nid: あ«\x01", "DEF-001"),
    ("deep nesting", "[" * 40 + "«" + "[" * 900, "DEF-001"),
    ("deep mappings", "{a: " * 40 + "«" + "{a: " * 100_000, "DEF-001"),
    ("deep lists", "- " * 40 + "«" + "- " * 50_000, "DEF-001"),
    ("a key twice", FIXED + "«charset: utf-8\nrecords: «[]", "DEF-022 DEF-002"),
]


@pytest.mark.parametrize(("name", "text", "codes"), SYNTAX, ids=[case[0] for case in SYNTAX])
def test_text_that_is_no_definition_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, codes: str
) -> None:
    plain, due = unmarked(text, codes)
    assert found(tmp_path / "x.yaml", plain) == due


def test_nesting_beyond_all_measure_is_told_and_ends_nothing(tmp_path: Path) -> None:
    """Which of two limits is met first, ours or that of the parser, depends on its version."""
    [(line, column, code)] = found(tmp_path / "x.yaml", "[" * 100_000)
    assert (line, code) == (1, "DEF-001")
    assert column in (41, 1001)


def test_a_byte_that_is_no_utf_8_is_told_with_its_place(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbfkind: layout\nid: \xe3\x81\x82\x82\xa0"
    assert found(tmp_path / "x.yaml", text) == [(2, 6, "DEF-001")]


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        below = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{below}]")
    assert found(tmp_path / "x.yaml", "\n".join(lines)) == [(5, 5, "DEF-001")]


def test_aliases_that_only_nest_are_refused(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 200))]
    assert found(tmp_path / "x.yaml", "\n".join(lines)) == [(40, 6, "DEF-001")]


LAYOUTS = [
    (
        "unknown keys at every level",
        fixed("name: a, bytes: 4, «byte: 3").replace("charset", "«titel: x\ncharset"),
        "DEF-003 DEF-003",
    ),
    ("missing keys", "««kind: layout\nid: x\ncharset: cp932", "DEF-002 DEF-002"),
    (
        "a length where no field is",
        HEAD + "framing: {variable: {length: 4, by: field, size: «{at: 2, bytes: 2}}}\n"
        "records: [{fields: [{filler: 2}, {name: a, bytes: 2}]}]",
        "DEF-020",
    ),
    (
        "a length without its place",
        HEAD + "framing: {variable: «{length: 4, by: field}}\nrecords: [{fields: [{filler: 4}]}]",
        "DEF-002",
    ),
    ("no number", fixed("name: a, bytes: «four"), "DEF-002"),
    ("a number below one", fixed("name: a, bytes: «0"), "DEF-002"),
    ("a number without end", fixed(f"name: a, bytes: «{'9' * 5000}"), "DEF-002"),
    ("an unknown kind", fixed("name: a, bytes: 4, kind: «wid"), "DEF-002"),
    ("a list for a text", fixed("name: «[a], bytes: 4"), "DEF-002"),
    ("a text for a list", fixed("name: a, bytes: 4, null: «x"), "DEF-002"),
    ("a text for keys", fixed("name: a, bytes: 4, title: «x"), "DEF-002"),
    ("a list for a condition", fixed("name: a, bytes: 4, required: «[x]"), "DEF-002"),
    ("no boolean", fixed("name: a, bytes: 4, required: «maybe"), "DEF-002"),
    (
        "a misspelt condition",
        fixed("name: a, bytes: 4, required: «{«fild: a, blank: true}"),
        "DEF-002 DEF-003",
    ),
    (
        "two forms",
        FIXED.replace("{fixed: {length: 4}}", "«{fixed: {length: 4}, delimited: {}}")
        + "records: [{fields: [{name: a, bytes: 4}]}]",
        "DEF-002",
    ),
    (
        "one spelling of two",
        fixed("name: a, bytes: 4, kind: boolean, values: «[y]"),
        "DEF-002",
    ),
    ("no fields", FIXED + "records: [{fields: «[]}]", "DEF-002"),
    (
        "two types of records with one name",
        FIXED + "records:\n- fields: [{filler: 4}]\n- «fields: [{filler: 4}]",
        "DEF-022",
    ),
    ("a field that is a word", fixed("filler: 4") + "  - «word\n", "DEF-002"),
    ("a packed width", fixed("name: a, bytes: 4, kind: packed, digits: «5"), "DEF-050"),
    (
        "a zoned width",
        fixed("name: a, bytes: 4, kind: zoned, sign: leading-separate, digits: «4"),
        "DEF-050",
    ),
    ("a binary width", fixed("name: a, bytes: 4, kind: binary, digits: «10"), "DEF-050"),
    (
        "bits without end",
        FIXED.replace("length: 4", "length: 9")
        + fixed("name: a, bytes: «9, kind: flags")[len(FIXED) :],
        "DEF-002",
    ),
    ("half a float", fixed("name: a, bytes: «2, kind: float", "filler: 2"), "DEF-002"),
    ("a float of no style", fixed("name: a, bytes: 4, kind: float, style: «imb"), "DEF-002"),
    (
        "a sign of another kind",
        fixed("name: a, bytes: 4, kind: packed, sign: «trailing"),
        "DEF-002",
    ),
    ("a sign beside text", fixed("name: a, bytes: 4, kind: integer, sign: «signed"), "DEF-002"),
    ("no rule of signs", fixed("name: a, bytes: 4, kind: zoned, signs: «fujistu"), "DEF-020"),
    ("P in text", fixed("name: a, bytes: 4, kind: decimal, scale: «-2"), "DEF-002"),
    ("P without digits", fixed("name: a, bytes: 4, kind: packed, scale: «-2"), "DEF-002"),
    (
        "P without end",
        fixed("name: a, bytes: 4, kind: packed, digits: 7, scale: «-12"),
        "DEF-050",
    ),
    ("a pad of packed digits", fixed('name: a, bytes: 4, kind: packed, «pad: "0"'), "DEF-003"),
    (
        "no rule of signs at all",
        FIXED + "numbers: {signs: «zone}\n" + fixed("name: a, bytes: 4")[len(FIXED) :],
        "DEF-020",
    ),
    (
        "packed in a CSV",
        FIXED.replace("{fixed: {length: 4}}", "{delimited: {}}")
        + "records: [{fields: [{name: a, bytes: 4, kind: «packed}]}]",
        "DEF-050",
    ),
    ("an overlap", fixed("name: a, at: 1, bytes: 3", "name: b, at: «3, bytes: 2"), "DEF-010"),
    ("a gap", fixed("name: a, bytes: 1", "name: b, at: «3, bytes: 2"), "DEF-011"),
    ("a gap at the start", fixed("name: a, at: «2, bytes: 3"), "DEF-011"),
    ("too short a record", fixed("name: a, bytes: 5", length="«4"), "DEF-012"),
    ("too long a record", fixed("name: a, bytes: 3", length="«4"), "DEF-012"),
    ("an odd width", fixed("name: a, bytes: «3, kind: wide", "filler: 1"), "DEF-013"),
    ("no width", fixed("name: a", "filler: 4").replace("{name", "«{name"), "DEF-002"),
    ("no name", fixed("bytes: 4").replace("{bytes", "«{bytes"), "DEF-002"),
    ("two widths of a filler", fixed("filler: 2, bytes: «4"), "DEF-050"),
    ("a filler of a kind", fixed("«filler: 4, kind: wide"), "DEF-003"),
    ("a name twice", fixed("name: a, bytes: 2", "name: «a, bytes: 2"), "DEF-022"),
    (
        "an option of another kind, and too long a style",
        fixed("name: a, bytes: 4, kind: date, «digits: 4, style: «YYYYMMDD"),
        "DEF-003 DEF-050",
    ),
    ("an option of another form", fixed("name: a, bytes: 4, «quote: true"), "DEF-003"),
    ("a position in a CSV", delimited("name: a, «at: 1"), "DEF-003"),
    ("a sum of texts", fixed("name: a, bytes: 4, balance: «sum"), "DEF-050"),
    ("an unknown style", fixed("name: a, bytes: 4, kind: time, style: «HHMN"), "DEF-002"),
    (
        "no style of an era date",
        fixed("name: a, bytes: 4, kind: wareki").replace("{name", "«{name"),
        "DEF-002",
    ),
    (
        "the default style is too long",
        fixed("name: a, bytes: 4, kind: date").replace("{name", "«{name"),
        "DEF-050",
    ),
    (
        "a style too long for the characters",
        delimited("name: a, chars: 9, kind: date, style: «YYYY/MM/DD"),
        "DEF-050",
    ),
    (
        "kanji of an era too long",
        fixed("name: a, bytes: 15, kind: wareki, style: «GGYY年MM月DD日", length="15"),
        "DEF-050",
    ),
    (
        "eras without a letter",
        delimited("name: a, kind: wareki, style: g1YYMMDD, eras: {3: «X, «11: S}"),
        "DEF-002 DEF-050",
    ),
    (
        "an era beside an era",
        delimited("name: a, kind: wareki, style: g1YYMMDD, «era: S"),
        "DEF-050",
    ),
    (
        "no era at all",
        delimited("name: a, kind: wareki, style: YYMMDD").replace("{name", "«{name"),
        "DEF-002",
    ),
    (
        "an era field that is not there",
        delimited("name: a, kind: wareki, style: YYMMDD, era: «b"),
        "DEF-020",
    ),
    (
        "an era field that is a date",
        delimited("name: a, kind: wareki, style: YYMMDD, era: «b", "name: b, kind: date"),
        "DEF-050",
    ),
    (
        "an era that the eras lack",
        delimited("name: a, kind: wareki, style: YYMMDD, eras: {3: S}, era: «H"),
        "DEF-050",
    ),
    ("a null that does not fit", fixed("name: a, bytes: 4, null: [«'00000']"), "DEF-050"),
    ("a null that has no code", fixed("name: a, bytes: 4, null: [«é]"), "DEF-050"),
    (
        "a spelling with two meanings",
        fixed("name: a, bytes: 8, kind: date, null: ['0'], unknown: [«'0']", length="8"),
        "DEF-050",
    ),
    (
        "a blank that is false",
        fixed("name: a, bytes: 4, kind: boolean, values: ['1', «'']"),
        "DEF-050",
    ),
    ("two characters to pad with", fixed("name: a, bytes: 4, pad: «'00'"), "DEF-002"),
    ("a pad that has no code", fixed("name: a, bytes: 4, pad: «é"), "DEF-050"),
    ("a spelling of too many characters", delimited("name: a, chars: 1, null: [«xx]"), "DEF-050"),
    (
        "spellings without end",
        delimited(f"name: a, null: {[f'{n}' for n in range(201)]}").replace("{name", "«{name"),
        "DEF-002",
    ),
    ("a sign that is a digit", fixed("name: a, bytes: 4, kind: integer, plus: «0"), "DEF-002"),
    (
        "no range of days",
        delimited("name: a, kind: date, min: «2020-01-02, max: 2020-01-01"),
        "DEF-050",
    ),
    (
        "a condition of no check",
        delimited("name: a", more="checks: [{unique: [a], «when: {field: a, blank: true}}]"),
        "DEF-003",
    ),
    (
        "what is missing does not hide the rest",
        "««kind: layout\nframing: {delimited: {}}\nrecords: [{key: [«b], fields: [{name: a}]}]",
        "DEF-002 DEF-002 DEF-020",
    ),
    ("no pattern", fixed("name: a, bytes: 4, pattern: «'(('"), "DEF-002"),
    ("a pattern that looks ahead", fixed("name: a, bytes: 4, pattern: «'(?=a)'"), "DEF-002"),
    ("no range", fixed("name: a, bytes: 4, kind: integer, min: «9, max: 1"), "DEF-050"),
    ("a bound that is no value", fixed("name: a, bytes: 4, kind: integer, max: «1.5"), "DEF-002"),
    (
        "a bound beyond the digits",
        fixed("name: a, bytes: 4, kind: integer, digits: 2, max: «100"),
        "DEF-002",
    ),
    ("a bound that is no day", delimited("name: a, kind: date, min: «20200101"), "DEF-002"),
    (
        "more decimals than digits",
        fixed("name: a, bytes: 4, kind: decimal, digits: 2, scale: «3"),
        "DEF-050",
    ),
    (
        "no room for the sign",
        fixed("name: a, bytes: 4, kind: integer, digits: «4, sign: leading"),
        "DEF-050",
    ),
    (
        "an unknown charset",
        fixed("name: a, bytes: 4").replace("cp932", "«cp923"),
        "DEF-020",
    ),
    (
        "an unknown charset of a field",
        fixed("name: a, bytes: 4, charset: «cp923"),
        "DEF-020",
    ),
    (
        "double bytes alone between delimiters",
        delimited("name: 亜").replace("cp932", "«cp300"),
        "DEF-050",
    ),
    (
        "host codes in a field between delimiters",
        delimited("name: a, charset: «cp939"),
        "DEF-050",
    ),
    (
        "another host code in a field between delimiters",
        delimited("name: a, charset: «jef").replace("cp932", "cp939"),
        "DEF-050",
    ),
    (
        "double bytes between delimiters that nothing tells from them",
        delimited("name: a, kind: wide, shifts: «absent").replace("cp932", "cp939"),
        "DEF-050",
    ),
    ("a name that no header can hold", delimited("name: «é"), "DEF-050"),
    (
        "a name in letters that the host lacks",
        delimited("name: A", "name: «a").replace("cp932", "jef"),
        "DEF-050",
    ),
    (
        "lines of hosts",
        fixed("name: a, bytes: 4").replace("length: 4", "length: 4, terminator: «nl"),
        "DEF-050",
    ),
    (
        "half a unit before the line end",
        fixed("name: a, bytes: 3")
        .replace("length: 4", "length: 3, terminator: «crlf")
        .replace("cp932", "utf-16be"),
        "DEF-050",
    ),
    (
        "the line end of hosts",
        delimited("name: a").replace("delimited: {}", "delimited: {terminator: «nl}"),
        "DEF-050",
    ),
    (
        "a shift rule where nothing shifts",
        fixed("name: a, bytes: 4, kind: wide, shifts: «absent"),
        "DEF-050",
    ),
    (
        "a shift rule without a state",
        fixed("name: a, bytes: 4, shifts: «absent").replace("cp932", "cp939"),
        "DEF-050",
    ),
    (
        "a maker's table not there",
        fixed("name: a, bytes: 4", more="characters: {table: «no.csv}").replace("cp932", "jef"),
        "DEF-020",
    ),
    (
        "a decision that is none",
        fixed("name: a, bytes: 4", more="characters: {waves: «unicode}"),
        "DEF-002",
    ),
    ("a long substitute", fixed("name: a, bytes: 4", more="substitute: «'??'"), "DEF-002"),
    (
        "a delimiter that may be half a kanji",
        delimited("name: a").replace("delimited: {}", "delimited: {delimiter: «'|'}"),
        "DEF-002",
    ),
    (
        "an unknown key field",
        fixed("name: a, bytes: 4").replace("- fields", "- key: [«b]\n  fields"),
        "DEF-020",
    ),
    ("an unknown code table", fixed("name: a, bytes: 4, kind: code, codes: «sex"), "DEF-020"),
    ("a code twice", fixed("name: a, bytes: 4", more="codes: {t: {1: a, 2: b, «1: c}}"), "DEF-031"),
    (
        "a code too long",
        fixed("name: a, bytes: 4, kind: code, codes: «t", more="codes: {t: {12345: a}}"),
        "DEF-050",
    ),
    ("a blank code", fixed("name: a, bytes: 4", more='codes: {t: {«"": a}}'), "DEF-002"),
    ("a code table not there", fixed("name: a, bytes: 4", more="codes: {t: «no.csv}"), "DEF-020"),
    (
        "a check of a field that is not there",
        fixed("name: a, bytes: 4", more="checks: [{unique: [«b]}]"),
        "DEF-020",
    ),
    ("no question", fixed("name: a, bytes: 4", more="checks: [«{because: x}]"), "DEF-002"),
    (
        "a group without a key",
        fixed("name: a, bytes: 4, kind: digits", more="checks: [«{sequence: a}]"),
        "DEF-002",
    ),
    (
        "two questions",
        fixed("name: a, bytes: 4", more="checks: [«{unique: [a], order: [a, a]}]"),
        "DEF-002",
    ),
    (
        "keys of other questions",
        fixed(
            "name: a, bytes: 4, kind: digits",
            more="checks: [{sequence: a, per: [a], «gaps: true, «by: a}]",
        ),
        "DEF-003 DEF-003",
    ),
    (
        "fields that are not there, in every place",
        fixed(
            "name: a, bytes: 4, kind: digits",
            more="checks: [{one: {field: «b, blank: true}, per: [«c],"
            " when: {field: «d, blank: true}}, {ascending: «e, by: «f, per: [a]},"
            " {periods: [«g, «h], per: [a]},"
            " {complete: «i, values: [x], per: [a]}, {sequence: «j, per: [a]}]",
        ),
        " ".join(["DEF-020"] * 9),
    ),
    (
        "numbers of texts and periods of numbers",
        fixed(
            "name: a, bytes: 2, kind: digits",
            "name: b, bytes: 2",
            more="checks: [{sequence: «b, per: [a]}, {ascending: «b, per: [a]},"
            " {periods: [«a, «b], per: [a]}]",
        ),
        " ".join(["DEF-050"] * 4),
    ),
    (
        "every value of a text",
        fixed("name: a, bytes: 4", more="checks: [{complete: «a, per: [a]}]"),
        "DEF-003",
    ),
    (
        "a value that is no code",
        fixed(
            "name: a, bytes: 4, kind: code, codes: t",
            more='codes: {t: {"0001": x}}\nchecks: [{complete: a, values: [«"2"], per: [a]}]',
        ),
        "DEF-020",
    ),
    (
        "an order of texts and booleans",
        fixed(
            "name: a, bytes: 2",
            "name: b, bytes: 2, kind: boolean",
            more="checks: [{order: «[a, b]}]",
        ),
        "DEF-050",
    ),
    (
        "a condition that never holds",
        fixed(
            "name: a, bytes: 4, kind: code, codes: t",
            more='codes: {t: {"1": x}}\nchecks: [{required: a, when: {field: a, equals: «"2"}}]',
        ),
        "DEF-020",
    ),
    (
        "a number that is none",
        fixed(
            "name: a, bytes: 4, kind: integer",
            more="checks: [{required: a, when: {field: a, in: [1, «x]}}]",
        ),
        "DEF-002",
    ),
    (
        "a severity of nothing",
        fixed(
            "name: a, bytes: 4",
            more="severities: [{code: «FLD, severity: info, because: x, fields: [«b]}]",
        ),
        "DEF-020 DEF-020",
    ),
    (
        "faults of every sort at once",
        """kind: layout
id: x
charset: «cp933
«titel: x
framing: {fixed: {length: 20, terminator: «crfl}}
codes: {sex: {"1": 男, «"1": 女}}
records:
  - key: [«番号x]
    fields:
      - {name: 番号, at: 1, bytes: 5, kind: digits, «byte: 3}
      - {name: «番号, at: «5, bytes: 5, kind: wide}
      - {name: 日, at: «11, bytes: 7, kind: wareki, style: «g3YYMMDD, required: «{«fild: x}}
      - {name: 性, bytes: «x1, kind: code, codes: «sx}
      - {«nam: 性3, bytes: 1, kind: «cod, digits: 3, pattern: «"(("}
checks:
  - {«uniqe: [番号]}
  - {order: «[日, 番号]}
""",
        "DEF-020 DEF-003 DEF-002 DEF-031 DEF-020 DEF-003 DEF-022 DEF-010 DEF-011 DEF-002 DEF-002 "
        "DEF-003 DEF-002 DEF-020 DEF-003 DEF-002 DEF-002 DEF-003 DEF-050",
    ),
]


@pytest.mark.parametrize(("name", "text", "codes"), LAYOUTS, ids=[case[0] for case in LAYOUTS])
def test_a_fault_of_a_layout_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, codes: str
) -> None:
    plain, due = unmarked(text, codes)
    assert found(tmp_path / "x.yaml", plain) == due


MAPPED = [
    ("all is well", mapping(NAME + SEX + BORN), ""),
    ("an unknown item", mapping("- {to: «氏明, from: 名}\n" + NAME + SEX + BORN), "DEF-020"),
    ("an unknown field", mapping(NAME + SEX + BORN + "- {to: 備考, from: «備考}\n"), "DEF-020"),
    ("an unknown table", mapping(NAME + BORN + "- {to: 性別, from: 性, codes: «sx}\n"), "DEF-020"),
    ("no rules", mapping("").replace("rules:\n", "rules: «[]"), "DEF-002"),
    (
        "a misspelt rule",
        mapping(NAME + SEX + BORN + "- {to: 備考, «form: 名}\n"),
        "DEF-003",
    ),
    (
        "two operations",
        mapping(NAME + SEX + BORN + "- «{to: 氏, from: 名, split: 名}\n"),
        "DEF-002",
    ),
    ("a field never read", mapping(NAME + SEX).replace("rules", "«rules"), "DEF-041"),
    (
        "a required item never set",
        mapping(SEX + BORN + "- {to: 氏, from: 名}\n").replace("rules", "«rules"),
        "DEF-040",
    ),
    ("an item set twice", mapping(NAME + SEX + BORN + "- {to: «氏名, from: 名}\n"), "DEF-050"),
    (
        "a filler as an item",
        mapping(NAME + SEX + BORN + "- {to: 備考, from: «filler-1}\n"),
        "DEF-020",
    ),
    (
        "an ignored field that is read",
        mapping(NAME + SEX + BORN + "ignore: [{field: «名, because: x}]"),
        "DEF-050",
    ),
    (
        "an ignored field that is not there",
        mapping(NAME + SEX + BORN + "ignore: [{field: «x, because: x}]"),
        "DEF-020",
    ),
    (
        "a field ignored twice",
        mapping(NAME + SEX + "ignore: [{field: 日, because: x}, {field: «日, because: y}]"),
        "DEF-022",
    ),
    (
        "an ignored filler",
        mapping(NAME + SEX + BORN + "ignore: [{field: filler-1, because: x}]"),
        "",
    ),
    ("ignored without a reason", mapping(NAME + SEX + BORN + "ignore: [«{field: 日}]"), "DEF-002"),
    ("one part of a split", mapping(NAME + SEX + BORN + "- {to: «[氏], split: 名}\n"), "DEF-002"),
    (
        "a cut without lengths",
        mapping(NAME + SEX + BORN + "- {to: «[氏, 備考], cut: 名, chars: [1, 2, 3]}\n"),
        "DEF-002",
    ),
    (
        "two parts of a date",
        mapping(NAME + SEX + "- {to: «[生年月日, 備考], partial: 日}\n"),
        "DEF-002",
    ),
    (
        "parts of what is no date",
        mapping(NAME + SEX + BORN + "- {to: [備考, 氏, 時刻], partial: «名}\n"),
        "DEF-043",
    ),
    (
        "a split at nothing",
        mapping(NAME + SEX + BORN + "- {to: [氏, 備考], split: 名, by: «''}\n"),
        "DEF-002",
    ),
    ("a join of one", mapping(NAME + SEX + BORN + "- {to: 備考, join: «[名]}\n"), "DEF-002"),
    (
        "a join that cannot part",
        mapping(NAME + SEX + BORN + "- «{to: 備考, join: [名, 性], by: ''}\n"),
        "DEF-042",
    ),
    (
        "two items of a rename",
        mapping(NAME + SEX + BORN + "- {to: «[備考, 氏], from: 名}\n"),
        "DEF-002",
    ),
    (
        "no length of a substring",
        mapping(NAME + SEX + BORN + "- «{to: 備考, substring: 名, lossy: x}\n"),
        "DEF-002",
    ),
    (
        "an undeclared substring",
        mapping(NAME + SEX + BORN + "- «{to: 備考, substring: 名, chars: [1]}\n"),
        "DEF-042",
    ),
    (
        "a declared substring",
        mapping(NAME + SEX + BORN + "- {to: 備考, substring: 名, chars: [1], lossy: x}\n"),
        "",
    ),
    (
        "an undeclared default",
        mapping(NAME + SEX + BORN + "- «{to: 備考, from: 名, default: x}\n"),
        "DEF-042",
    ),
    (
        "a modifier of another operation",
        mapping(NAME + SEX + BORN + "- {to: 備考, constant: x, «width: full}\n"),
        "DEF-003",
    ),
    (
        "a modifier of a modifier",
        mapping(NAME + SEX + BORN + "- {to: 備考, from: 名, «unmapped: keep}\n"),
        "DEF-003",
    ),
    (
        "zeros beyond the item",
        mapping(NAME + SEX + BORN + "- {to: 氏, from: 名, pad: «11}\n"),
        "DEF-050",
    ),
    ("a date as a time", mapping(NAME + SEX + BORN + "- {to: «時刻, from: 日}\n"), "DEF-043"),
    (
        "a constant that is no code",
        mapping(NAME + BORN + "- {to: 性別, constant: «X}\nignore: [{field: 性, because: x}]"),
        "DEF-020",
    ),
    (
        "a constant that is no day",
        mapping(NAME + SEX + "- {to: 生年月日, constant: «x}\nignore: [{field: 日, because: x}]"),
        "DEF-002",
    ),
    (
        "a table that is not one to one",
        mapping(
            NAME + BORN + SEX.replace("- {", "- «{"), 'codes: {sex: {"1": M, "2": F, "3": M}}\n'
        ),
        "DEF-042",
    ),
    (
        "a table from codes that are not there",
        mapping(NAME + BORN + SEX.replace("sex}", "«sex}"), 'codes: {sex: {"1": M, "4": F}}\n'),
        "DEF-020",
    ),
    (
        "a table to codes that are not there",
        mapping(NAME + BORN + SEX.replace("sex}", "«sex}"), 'codes: {sex: {"1": M, "2": X}}\n'),
        "DEF-020",
    ),
    (
        "a table to a blank",
        mapping(NAME + BORN + SEX.replace("- {", "- «{"), 'codes: {sex: {"1": M, "2": ""}}\n'),
        "DEF-042",
    ),
    (
        "unmapped codes lost",
        mapping(NAME + BORN + "- «{to: 性別, from: 性, codes: sex, unmapped: M}\n"),
        "DEF-042",
    ),
    (
        "unmapped codes kept apart",
        mapping(NAME + BORN + "- {to: 備考, from: 性, codes: sex, unmapped: keep}\n"),
        "",
    ),
    (
        "unmapped codes kept and mixed up",
        mapping(
            NAME + BORN + "- «{to: 備考, from: 性, codes: sex, unmapped: keep}\n",
            'codes: {sex: {"1": "3"}}\n',
        ),
        "DEF-042",
    ),
    (
        "a filter on nothing",
        mapping(NAME + SEX + BORN + "filter: [{drop: {field: «x, blank: true}, because: x}]"),
        "DEF-020",
    ),
    (
        "a filter that never holds",
        mapping(NAME + SEX + BORN + "filter: [{drop: {field: 性, in: ['1', «'9']}, because: x}]"),
        "DEF-020",
    ),
    (
        "a severity of no field",
        mapping(
            NAME
            + SEX
            + BORN
            + "severities: [{code: FLD-014, severity: off, because: x, fields: [氏名, 名, «x]}]"
        ),
        "DEF-020",
    ),
    ("no source", mapping(NAME).replace("source: s", "source: «x"), "DEF-020"),
    ("a mapping as a target", mapping(NAME).replace("target: t", "target: «m"), "DEF-020"),
]


@pytest.mark.parametrize(("name", "text", "codes"), MAPPED, ids=[case[0] for case in MAPPED])
def test_a_fault_of_a_mapping_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, codes: str
) -> None:
    plain, due = unmarked(text, codes)
    assert found_in_mapping(tmp_path, plain) == due
