"""縮退: what is written for a character that the charset lacks, and that every choice is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batches import column
from definitions import unmarked
from hypothesis import given
from hypothesis import strategies as st

from converters import fields, pipeline, spec, status
from converters.errors import DefinitionError
from converters.model import Layout
from converters.pipeline import Job

OK, SHRUNK, SUBSTITUTED = status.OK, status.SHRUNK, status.SUBSTITUTED
JIS, KOSEKI, NOTICE = (
    "JIS包摂規準・UCS統合規則",
    "法務省戸籍法関連通達・通知",
    "法務省告示582号別表第四",
)

# Glyphs and candidates made up for the test, in the form of the map: a character that only a
# selector tells from another, one with a candidate per rule, one with several of one rule.
MAP = {
    "meta": {"version": "0"},
    "content": [
        {"MJ文字図形名": "MJ000001", JIS: [{"JIS X 0213": "1-71-38", "UCS": "U+9089"}]},
        {
            "MJ文字図形名": "MJ000002",
            JIS: [{"UCS": "U+20BB7"}],
            KOSEKI: [{"UCS": "U+559C", "種別": "辞書", "ホップ数": 2}],
            NOTICE: [{"UCS": "U+5409", "表": "一", "順位": "第1順位"}],
        },
        {
            "MJ文字図形名": "MJ000003",
            KOSEKI: [
                {"UCS": "U+8CC7", "種別": "民二", "ホップ数": 2},
                {"UCS": "U+6589", "種別": "親字・正字", "ホップ数": 1},
            ],
            NOTICE: [
                {"UCS": "U+8CC7", "表": "一", "順位": "第2順位"},
                {"UCS": "U+6589", "表": "一", "順位": "第1順位"},
            ],
        },
        {"MJ文字図形名": "MJ000004", "参考情報": "nothing"},
        {"MJ文字図形名": "GJ000001", KOSEKI: [{"UCS": "U+5C71", "種別": "親字・正字"}]},
    ],
}
NAMES = (
    "MJ文字図形名,対応するUCS,実装したUCS,実装したMoji_JohoIVS\n"
    "MJ000001,U+9089,,9089_E0110;9089_E0111\n"
    "MJ000002,U+20BB7,U+20BB7,20BB7_E0100\n"
    "MJ000003,U+2A6CF,U+2A6CF,\n"
    "MJ000004,U+20089,U+20089,\n"
)

CASES = [
    # name, rules, text, what is written, outcome
    ("nothing to shrink", [JIS], "邉山髙①", "邉山髙①", OK),
    ("by the first rule", [JIS], "邉󠄐山", "邉山", SHRUNK),
    ("another selector of it", [JIS], "邉󠄑", "邉", SHRUNK),
    ("a selector that nobody knows", [JIS], "邉󠄒", None, status.UNMAPPABLE),
    ("without the selector", ["base"], "邉󠄒", "邉", SHRUNK),
    ("a candidate that is lacking too", [JIS, NOTICE], "𠮷", "吉", SHRUNK),
    ("the order of rules", [KOSEKI, NOTICE], "𠮷", "喜", SHRUNK),
    ("the other order", [NOTICE, KOSEKI], "𠮷", "吉", SHRUNK),
    ("the selector goes, and then a rule", ["base", NOTICE], "𠮷󠄀", "吉", SHRUNK),
    ("the lower rank", [NOTICE], "𪛏", "斉", SHRUNK),
    ("fewer hops", [KOSEKI], "𪛏", "斉", SHRUNK),
    ("a part of a rule", [f"{KOSEKI}:民二"], "𪛏", "資", SHRUNK),
    ("another table of a rule", [f"{NOTICE}:二", KOSEKI], "𪛏", "斉", SHRUNK),
    ("no candidate", [JIS, KOSEKI, NOTICE], "𠂉", None, status.UNMAPPABLE),
    ("several", ["base", NOTICE], "𠮷邉󠄒𠮷", "吉邉吉", SHRUNK),
    ("one of two", [NOTICE], "𠮷𠂉", None, status.UNMAPPABLE),
    ("a gaiji that the layout names", [KOSEKI], "\U00100000", "山", SHRUNK),
]


@pytest.mark.parametrize(
    ("name", "rules", "text", "due", "outcome"), CASES, ids=[case[0] for case in CASES]
)
def test_a_character_that_is_lacking_is_written_by_the_rules(
    tmp_path: Path, name: str, rules: list[str], text: str, due: str | None, outcome: int
) -> None:
    [(data, found)] = _written(_with_rules(tmp_path, rules), [text])
    assert found == outcome
    assert due is None or data.decode("cp932") == due


PAIRS = [
    (
        "before all rules",
        "{map: {邉: 辺, 𠮷: 吉}, rules: [base], lossy: y}",
        "邉󠄐𠮷",
        "邉吉",
        SHRUNK,
    ),
    ("several characters", "{map: {㍿󠄀: 株式会社}, lossy: y}", "㍿󠄀", "株式会社", SHRUNK),
    ("a pair for what is held", "{map: {邉: 辺}, lossy: y}", "邉", "邉", OK),
    (
        "with a substitute",
        "{map: {𠮷: 吉}, lossy: y}\nsubstitute: 〓",
        "𠮷𠂉",
        "吉〓",
        status.SUBSTITUTED,
    ),
]


@pytest.mark.parametrize(
    ("name", "shrink", "text", "due", "outcome"), PAIRS, ids=[case[0] for case in PAIRS]
)
def test_pairs_of_the_layout_itself_shrink(
    tmp_path: Path, name: str, shrink: str, text: str, due: str, outcome: int
) -> None:
    shrink, _, more = shrink.partition("\n")
    [(data, found)] = _written(_loaded(tmp_path, shrink, more), [text])
    assert (data.decode("cp932"), found) == (
        due,
        status.SUBSTITUTED if outcome is None else outcome,
    )


@pytest.mark.parametrize("charset", ["keis83", "cp939", "eucjp-ms", "iso-2022-jp"])
def test_every_charset_with_codes_shrinks(tmp_path: Path, charset: str) -> None:
    of = _loaded(tmp_path, "{map: {𠮷: 吉}, rules: [base], lossy: y}", charset=charset)
    found = _written(of, ["𠮷山󠄀", "吉山"])
    assert [outcome for _, outcome in found] == [SHRUNK, OK]
    assert found[0][0] == found[1][0]


@given(st.text(st.sampled_from("山邉吉𠮷𠂉ｱA\U000e0110\U000e0111"), min_size=1, max_size=12))
def test_what_is_written_is_the_text_with_the_pairs_in_place(text: str) -> None:
    pairs = {"𠮷": "吉", "𠂉": "一"}
    characters = {"shrink": {"map": pairs, "rules": ["base"], "lossy": "y"}}
    [(data, outcome)] = _written(_layout("cp932", characters), [text])
    due = "".join(pairs.get(c, c) for c in text if c < "\U000e0100" or c > "\U000e01ef")
    if text[0] in "\U000e0110\U000e0111":
        assert outcome == status.UNMAPPABLE  # a selector without a base is no character
    else:
        assert data.decode("cp932") == due
        assert outcome == (OK if due == text else SHRUNK)


FILES = [
    # name, the map with marks, the list with marks, rules, codes
    ("no JSON", '{"content": [«}', NAMES, [JIS], "DEF-001"),
    ("another JSON", "«[1, 2]", NAMES, [JIS], "DEF-002"),
    ("no content", '«{"content": []}', NAMES, [JIS], "DEF-002"),
    ("an unknown rule", f"«{json.dumps(MAP)}", NAMES, ["JIS包摂基準・UCS統合規則"], "DEF-020"),
    (
        "a candidate without a character",
        f"«{json.dumps(MAP).replace('U+5409', 'D+5409')}",
        NAMES,
        [NOTICE],
        "DEF-002",
    ),
    ("no names", f"«{json.dumps(MAP)}", "mj,unicode\n", [JIS], "DEF-050"),
    ("a list without columns", json.dumps(MAP), "«a,b\n", [JIS], "DEF-002"),
]


@pytest.mark.parametrize(
    ("name", "map", "names", "rules", "code"), FILES, ids=[case[0] for case in FILES]
)
def test_faults_of_the_users_files_are_told(
    tmp_path: Path, name: str, map: str, names: str, rules: list[str], code: str
) -> None:
    with pytest.raises(DefinitionError) as raised:
        _with_rules(tmp_path, rules, map.replace("«", ""), names.replace("«", ""), gaiji=False)
    [problem] = raised.value.problems
    assert problem.code == code
    assert problem.path.endswith("map.json" if "«" in map else "mji.csv")
    if name == "no JSON":
        assert (problem.line, problem.column) == (1, map.index("«") + 1)


DECISIONS = [
    ("no reason", "«{map: {𠮷: 吉}}", "DEF-002"),
    ("an empty reason", "{map: {𠮷: 吉}, lossy: «''}", "DEF-002"),
    ("nothing to go by", "«{lossy: y}", "DEF-002"),
    ("a map that is not there", "{map: «no.json, rules: [base], lossy: y}", "DEF-020"),
    ("no such character", "{map: {𠮷: «𠮷󠄀}, lossy: y}", "DEF-050"),
    ("a misspelt key", "{map: {𠮷: 吉}, «rule: [base], lossy: y}", "DEF-003"),
]


@pytest.mark.parametrize(("name", "text", "codes"), DECISIONS, ids=[c[0] for c in DECISIONS])
def test_a_decision_that_cannot_be_meant_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, codes: str
) -> None:
    plain, due = unmarked(LAYOUT.format(charset="cp932", shrink=text, more=""), codes)
    (tmp_path / "x.yaml").write_text(plain, encoding="utf-8")
    assert [(p.line, p.column, p.code) for p in spec.lint([tmp_path / "x.yaml"])] == due


def test_utf_8_lacks_nothing(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as raised:
        _loaded(tmp_path, "{map: {𠮷: 吉}, lossy: y}", charset="utf-8")
    assert [problem.code for problem in raised.value.problems] == ["DEF-050"]


def test_every_choice_is_a_finding_with_both_characters_and_the_rule(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "番号,氏名,氏名カナ,住所,生年月日,税額\r\n"
        "000001,𠮷田邉󠄐,,𠮷１,,\r\n"
        "000002,山田,,,,\r\n"
        "000003,𥧄𠮷,,,,\r\n",
        encoding="utf-8",
        newline="",
    )
    mapping = spec.load_mapping("hosts/print-from-citizen")
    out = tmp_path / "out"
    done = pipeline.convert(Job((str(tmp_path / "in.csv"),), mapping=mapping, out=out))
    assert done.exit_code == 0
    found = pl.read_parquet(out / "findings.parquet").select("record", "field", "code", "value")
    assert found.sort("record", "field", "code", "value").rows() == [
        (1, "住所", "MAP-012", "𠮷 U+20BB7 → 吉 U+5409 own"),
        (1, "氏名", "MAP-012", "邉󠄐 U+9089 U+E0110 → 邉 U+9089 base"),
        (1, "氏名", "MAP-012", "𠮷 U+20BB7 → 吉 U+5409 own"),
        (3, "氏名", "MAP-006", "<U+259C4><U+20BB7>"),
        (3, "氏名", "MAP-012", "𠮷 U+20BB7 → 吉 U+5409 own"),
    ]
    counted = {(p["code"], p["field"]): p["count"] for p in done.report["problems"]}
    assert counted == {("MAP-006", "氏名"): 1, ("MAP-012", "住所"): 1, ("MAP-012", "氏名"): 3}


def test_choices_are_told_in_the_same_order_for_any_batch(tmp_path: Path) -> None:
    rows = "".join(f"{n:06},{'𠮷邉󠄐田𠮷'[: 2 + n % 5]}山𠮷,,,,\r\n" for n in range(40))
    text = f"番号,氏名,氏名カナ,住所,生年月日,税額\r\n{rows}"
    (tmp_path / "in.csv").write_text(text, encoding="utf-8", newline="")
    mapping = spec.load_mapping("hosts/print-from-citizen")
    found = []
    for size, jobs in ((None, 1), (7, 2), (1, 1)):
        out = tmp_path / f"out-{size}"
        job = Job((str(tmp_path / "in.csv"),), mapping, out=out, jobs=jobs, batch_records=size)
        pipeline.convert(job)
        found.append(((out / "in.dat").read_bytes(), pl.read_parquet(out / "findings.parquet")))
    assert all(data == found[0][0] and frame.equals(found[0][1]) for data, frame in found)
    assert len(found[0][1]) > 40


LAYOUT = """\
kind: layout
format: 1
id: x
charset: {charset}
characters:
  shrink: {shrink}
framing: {{fixed: {{length: 40, terminator: none}}}}
{more}
records:
  - fields:
      - {{name: a, bytes: 40, kind: mixed}}
"""


def _loaded(place: Path, shrink: str, more: str = "", charset: str = "cp932") -> Layout:
    """A layout with this decision."""
    text = LAYOUT.format(charset=charset, shrink=shrink, more=more)
    (place / "x.yaml").write_text(text, encoding="utf-8")
    return spec.load_layout(str(place / "x.yaml"))


def _with_rules(
    place: Path, rules: list[str], map: str = "", names: str = NAMES, gaiji: bool = True
) -> Layout:
    """A layout with a map, a list and rules; its own table names a glyph as well."""
    (place / "map.json").write_text(map or json.dumps(MAP, ensure_ascii=False), encoding="utf-8")
    (place / "mji.csv").write_text(names, encoding="utf-8")
    (place / "gaiji.csv").write_text(
        "charset,code,unicode,mj\nkeis83,81A1,U+100000,GJ000001\n", encoding="utf-8"
    )
    shrink = f"{{lossy: y, map: map.json, names: mji.csv, rules: {json.dumps(rules)}}}"
    return _loaded(place, shrink + ("\n  gaiji: gaiji.csv" if gaiji else ""))


def _layout(charset: str, characters: dict[str, Any]) -> Layout:
    field = {"name": "a", "bytes": 60, "kind": "mixed"}
    framing = {"fixed": {"length": 60, "terminator": "none"}}
    text: dict[str, Any] = {"kind": "layout", "id": "t", "charset": charset, "framing": framing}
    return Layout.model_validate(
        text | {"characters": characters, "records": [{"fields": [field]}]}
    )


def _written(of: Layout, values: list[str]) -> list[tuple[bytes, int]]:
    """What is written of texts, and the outcomes."""
    [(_, _, _, encode)] = fields.compile(of).values
    texts, outcomes = encode(column([*values]), {})
    return [(texts.value(row), int(outcome)) for row, outcome in enumerate(outcomes)]
