"""How copybooks are written in the wild, and what the import says of those that cannot be read."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from test_copybook import layout, there_and_back
from test_copybook_tables import body, imported

from converters import importers, spec
from converters.cli import main
from converters.errors import DefinitionError
from converters.importers.pictures import parse

COBC = shutil.which("cobc")
NEEDS = pytest.mark.skipif(COBC is None, reason="GnuCOBOL (cobc) is not installed")

EDITED = [
    ("+9(8)", "kind: zoned, digits: 8, sign: leading-separate"),
    ("9(8)+", "kind: zoned, digits: 8, sign: trailing-separate"),
    ("-9(8)", 'kind: zoned, digits: 8, sign: leading-separate, plus: " "'),
    ("9(6)V99-", 'kind: zoned, digits: 8, scale: 2, sign: trailing-separate, plus: " "'),
    ("9(6).99", "kind: decimal, digits: 8, scale: 2, point: explicit"),
    ("9(6).99-", 'kind: decimal, digits: 8, scale: 2, point: explicit, sign: trailing, plus: " "'),
    ("+9(6).99", "kind: decimal, digits: 8, scale: 2, point: explicit, sign: leading"),
    ("-9(6).99", 'kind: decimal, digits: 8, scale: 2, point: explicit, sign: leading, plus: " "'),
    ("Z(7)9", 'kind: integer, digits: 8, pad: " "'),
    ("Z(7)9-", 'kind: integer, digits: 8, sign: trailing, plus: " ", pad: " "'),
    ("Z(5)9.99", 'kind: decimal, digits: 8, scale: 2, point: explicit, pad: " "'),
    (
        "Z(5)9.99-",
        'kind: decimal, digits: 8, scale: 2, point: explicit, sign: trailing, plus: " ", pad: " "',
    ),
    ("-(7)9", 'kind: integer, digits: 7, sign: minus, pad: " "'),
    ("-(6)9.99", 'kind: decimal, digits: 8, scale: 2, point: explicit, sign: minus, pad: " "'),
    ("Z(5)9V99", 'kind: decimal, digits: 8, scale: 2, point: implied, pad: " "'),
    ("Z(5)9+", 'kind: integer, digits: 6, sign: trailing, pad: " "'),
    *((one, "kind: narrow") for one in ("+(7)9", "+(6)9.99", "Z,ZZ9", "Z(8)-", "ZZ99", "9(3)CR")),
    *((one, "kind: narrow") for one in ("$$$,$$9.99", "-Z(5)9", "**,**9")),
]


@pytest.mark.parametrize(("picture", "due"), EDITED, ids=[picture for picture, _ in EDITED])
def test_an_edited_picture_is_a_number_where_that_has_one_spelling(
    tmp_path: Path, picture: str, due: str
) -> None:
    size = parse(picture).size
    text = f"01 R.\n 02 A PIC {picture}"
    assert body(imported(tmp_path, f"{text}.\n")) == [f"- {{name: A, at: 1, bytes: {size}, {due}}}"]
    assert "kind: narrow" in imported(tmp_path, f"{text} BLANK WHEN ZERO.\n")


AMOUNTS = ["0", "1", "-1", "0.05", "-0.05", "123.45", "-987654.32", "99999.99", "-10000", "100000"]


def maker(pictures: list[str]) -> str:
    """A program that writes each amount into all pictures."""
    entries = "\n".join(f"          02 A{n} PIC {picture}." for n, picture in enumerate(pictures))
    moves = "\n".join(f"           MOVE V TO A{n}." for n in range(len(pictures)))
    calls = "\n".join(f"           MOVE {amount} TO V. PERFORM P." for amount in AMOUNTS)
    return f"""       IDENTIFICATION DIVISION.
       PROGRAM-ID. MAKER.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT O ASSIGN TO "out.dat" ORGANIZATION SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD O.
       01 REC.
{entries}
       WORKING-STORAGE SECTION.
       01 V PIC S9(6)V99.
       PROCEDURE DIVISION.
           OPEN OUTPUT O.
{calls}
           CLOSE O. STOP RUN.
       P.
{moves}
           WRITE REC.
"""


@NEEDS
def test_edited_numbers_that_a_compiled_program_wrote_come_back_alike(tmp_path: Path) -> None:
    pictures = [picture for picture, _ in EDITED]
    (tmp_path / "maker.cob").write_text(maker(pictures))
    subprocess.run([COBC or "", "-x", "-w", "maker.cob"], cwd=tmp_path, check=True)
    subprocess.run(["./maker"], cwd=tmp_path, check=True)
    entries = "".join(f" 02 A{n} PIC {picture}.\n" for n, picture in enumerate(pictures))
    of = layout(tmp_path, f"01 REC.\n{entries}")
    data = (tmp_path / "out.dat").read_bytes()
    rows, back = there_and_back(of, data)
    assert back == data
    for field in of.record.fields:
        if field.kind == "narrow":
            continue
        unit, room = Decimal(1).scaleb(-field.scale), (field.digits or 0) - field.scale
        values = [Decimal(a).quantize(unit, "ROUND_DOWN") % 10**room for a in AMOUNTS]
        values = [abs(value) if field.sign == "none" else value for value in values]
        assert [Decimal(one) for one in rows[field.name].to_list()] == values


MANNERS = {
    "asterisks from the first column": "*** a comment\n* another\n 01 R.\n  05 A PIC X.\n",
    "asterisks with sequence columns": (
        "***** NOT A COLUMN\n000100 01  R.\n000200*     A COMMENT\n000300     05  A PIC X.\n"
    ),
    "blank lines with tabs": "       01 R.\n\t\n\t\t  \n           05 A PIC X.\n",
    "tabs before levels": "\t01\tR.\n\t\t05\tA\tPIC X.\n",
    "a record before its columns": "  01 R.\n\n      * a comment\n    05 A PIC X.\n",
    "a level in the column of the indicator": (
        "      01  R.                                                            TAIL\n"
        "000200     05  A                       PIC X.                            TAIL\n"
    ),
    "a record without a level 01": "           05 A PIC X.\n",
    "a level 77": "       77 A PIC X.\n",
    "levels 66 and 88": (
        "       01 R.\n           05 A PIC X.\n              88 YES VALUE 'Y' 'J'.\n"
        "       66 B RENAMES A.\n"
    ),
}


@pytest.mark.parametrize("text", MANNERS.values(), ids=MANNERS)
def test_copybooks_are_read_however_they_are_set(tmp_path: Path, text: str) -> None:
    made = layout(tmp_path, text)
    assert [(field.name, field.bytes) for field in made.record.fields] == [("A", 1)]


def test_occurs_without_a_fewest_begins_at_none(tmp_path: Path) -> None:
    text = "01 R.\n 02 N PIC 99.\n 02 A PIC X OCCURS 80 DEPENDING ON N.\n"
    element = layout(tmp_path, text).record.fields[1].element
    assert element is not None
    assert (element.least, element.times) == (0, 80)


NESTED = """       01 RECORD.
          02 COUNT PIC 9(1).
          02 GROUP OCCURS 0 TO 2 TIMES DEPENDING ON COUNT.
             03 INNER-COUNT PIC 9(1).
             03 INNER-GROUP OCCURS 0 TO 3 TIMES
                                DEPENDING ON INNER-COUNT.
                04 FIELD PIC X.
                04 PAIR  PIC 9 OCCURS 2.
"""


def test_a_table_in_a_table_becomes_a_group_in_a_group(tmp_path: Path) -> None:
    made = imported(tmp_path, NESTED, tables="shifted", by="tables")
    assert "framing: {variable: {length: 21, by: tables}}" in made
    assert body(made) == [
        "- {name: COUNT, at: 1, bytes: 1, kind: zoned, digits: 1}",
        "- name: GROUP",
        "occurs: 2",
        "depending: COUNT",
        "fields:",
        "- {name: INNER-COUNT, at: 2, bytes: 1, kind: zoned, digits: 1}",
        "- name: INNER-GROUP",
        "occurs: 3",
        "depending: INNER-COUNT",
        "fields:",
        "- {name: FIELD, at: 3, bytes: 1, kind: mixed}",
        "- name: PAIR",
        "occurs: 2",
        "fields:",
        "- {name: PAIR, at: 4, bytes: 1, kind: zoned, digits: 1}",
    ]


DEEP = """       01 REC.
          02 NO-1 PIC 9(2).
          02 GRP OCCURS 2.
             03 N PIC 9.
             03 KIND PIC X.
             03 AREA1.
                04 TXT PIC X(4).
             03 AREA2 REDEFINES AREA1.
                04 NUM PIC 9(4).
             03 TAB OCCURS 3 DEPENDING ON N OF GRP PIC X(2).
          02 N2 PIC 9.
          02 TAB OCCURS 3 DEPENDING ON N2.
             03 N PIC X.
"""


def test_tables_and_readings_stand_in_each_other(tmp_path: Path) -> None:
    of = layout(tmp_path, DEEP, choices={"AREA1": "AREA2:KIND=9,AREA1"}, tables="padded")
    names = [field.name for field in of.record.fields]
    assert names[:8] == [
        *("NO-1", "GRP.N-1", "KIND-1", "NUM-1", "TXT-1", "TAB-1-1", "TAB-1-2", "TAB-1-3"),
    ]
    data = b"01" + b"29ABCDaabb".replace(b"ABCD", b"1234") + b"1XEFGHcc" + b"2XY"
    record = data.ljust(of.framing.length or 0)
    rows, back = there_and_back(of, record)
    assert back == record
    assert rows.row(0, named=True)["NUM-1"] == 1234
    assert rows.row(0, named=True)["TXT-2"] == "EFGH"
    assert rows.row(0, named=True)["TAB-2-1"] == "cc"


def test_rows_are_written_for_tables_with_and_without_a_count(tmp_path: Path) -> None:
    text = "01 R.\n 02 N PIC 9.\n 02 A OCCURS 3 DEPENDING ON N.\n  03 X PIC X.\n"
    text += " 02 B OCCURS 2 PIC X.\n"
    made = imported(tmp_path, text, rows=("a", "B"))
    of = spec.load_layout("x", [tmp_path])
    assert made.count("rows: true") == 2
    assert [record.name for record in of.records] == ["R", "A", "B"]


MANY = """       01 R.
           05 N PIC X(2).
           05 BAD-1 PIC 9(3)Q.
           05 BAD-2 PIC S9(3).99.
           05 A PIC X(4).
           05 B REDEFINES A PIC 9(4).
           05 BAD-3 PIC X(3) OCURS 3.
           05 C PIC X(4).
           05 D REDEFINES C PIC 9(4).
           05 BIG-1 PIC 9(37).
           05 BIG-2 PIC S9(37) COMP-3.
           05 BIG-3 PIC S9(20) COMP.
           05 ODD   PIC S9(4) COMP-0.
           05 T-1 OCCURS 80 DEPENDING ON N PIC X.
           05 T-2 OCCURS 80 DEPENDING ON NN PIC X.
           05 BAD-4 PIC X VALUE 'open.
           05 LAST-ONE PIC X.
"""


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError) as refused:
        layout(tmp_path, MANY, choices={"CC": "1"}, rows=("T-3",))
    found = [(one.line, one.code) for one in refused.value.problems]
    assert found == [
        *((1, "DEF-020"), (1, "DEF-020"), (3, "DEF-060"), (4, "DEF-060"), (6, "DEF-062")),
        *((7, "DEF-060"), (9, "DEF-062"), (10, "DEF-060"), (11, "DEF-060"), (12, "DEF-060")),
        *((13, "DEF-060"), (14, "DEF-060"), (15, "DEF-020"), (16, "DEF-061")),
    ]


NEAREST = [
    ({"record": "RR"}, "did you mean R?"),
    ({"choices": {"AA": "1"}}, "did you mean A?"),
    ({"choices": {"A": "BB", "C": "D"}}, "did you mean B?"),
    ({"choices": {"A": "A:KEYY=1,B", "C": "D"}}, "did you mean KEY?"),
    ({"rows": ("TABB",), "choices": {"A": "A", "C": "D"}}, "did you mean TAB?"),
]


@pytest.mark.parametrize(("options", "hint"), NEAREST, ids=[hint for _, hint in NEAREST])
def test_a_wrong_name_in_an_option_is_told_with_the_nearest_one(
    tmp_path: Path, options: dict[str, Any], hint: str
) -> None:
    text = (
        "01 R.\n 02 KEY PIC X.\n 02 A PIC X.\n 02 B REDEFINES A PIC X.\n 02 C PIC X.\n"
        " 02 D REDEFINES C PIC X.\n 02 TAB PIC X OCCURS 2.\n"
    )
    with pytest.raises(DefinitionError) as refused:
        layout(tmp_path, text, **options)
    assert hint in [one.hint for one in refused.value.problems]


UNMADE = {
    "a text that is packed": ("01 R.\n 02 A PIC X(4) COMP-3.", {}, [(2, "DEF-061")]),
    "rows in a table": (
        "01 R.\n 02 N PIC 9.\n 02 A OCCURS 3 DEPENDING ON N.\n  03 B PIC X OCCURS 2.",
        {"rows": ("B",)},
        [(4, "DEF-060")],
    ),
    "a reading in a reading": (
        "01 R.\n 02 K PIC X.\n 02 A.\n  03 B PIC X.\n  03 C REDEFINES B PIC X.\n"
        " 02 D REDEFINES A PIC X.",
        {"choices": {"A": "A:K=1,D", "B": "B:K=2,C"}},
        [(4, "DEF-060")],
    ),
    "a count in another table": (
        "01 R.\n 02 N PIC 9.\n 02 A OCCURS 3 DEPENDING ON N.\n  03 M PIC 9.\n"
        " 02 B OCCURS 3 DEPENDING ON M PIC X.",
        {},
        [(5, "DEF-060")],
    ),
}


@pytest.mark.parametrize(("text", "options", "due"), UNMADE.values(), ids=UNMADE)
def test_what_a_layout_cannot_say_is_refused(
    tmp_path: Path, text: str, options: dict[str, Any], due: list[tuple[int, str]]
) -> None:
    with pytest.raises(DefinitionError) as refused:
        layout(tmp_path, text, **options)
    assert [(one.line, one.code) for one in refused.value.problems] == due


def test_the_command_writes_rows_and_records_without_marks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.cpy").write_text(NESTED)
    command = ["layout", "import", "copybook", str(tmp_path / "x.cpy"), "--tables", "shifted"]
    assert main([*command, "--by", "tables"]) == 0
    assert "by: tables" in capsys.readouterr().out
    assert main([*command, "--rows", "GROPU"]) == 5
    assert "did you mean GROUP?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "framing"),
    [
        ({}, "{fixed: {length: 5, terminator: none}, tables: maximum}"),
        ({"tables": "padded"}, "{fixed: {length: 5, terminator: none}, tables: padded}"),
        ({"tables": "shifted"}, "{variable: {length: 5, by: rdw}}"),
        ({"tables": "shifted", "terminator": "lf"}, "{variable: {length: 5, by: lf}}"),
        ({"by": "rdw"}, "{variable: {length: 5, by: rdw}}"),
        ({"by": "tables"}, "{variable: {length: 5, by: tables}}"),
        ({"by": "rdw", "tables": "maximum"}, "{variable: {length: 5, by: rdw}, tables: maximum}"),
    ],
    ids=lambda value: " ".join(value.values()) if isinstance(value, dict) else "",
)
def test_the_form_of_the_file_is_what_is_asked_for(
    options: dict[str, str], framing: str, tmp_path: Path
) -> None:
    path = tmp_path / "record.cpy"
    path.write_text(
        "       01 R.\n          02 N PIC 9.\n"
        "          02 T PIC X(2) OCCURS 0 TO 2 DEPENDING ON N.\n"
    )
    text = importers.copybook(path, importers.Request(id="r", **options))
    assert f"\nframing: {framing}\n" in text
    (tmp_path / "r.yaml").write_text(text)
    assert spec.lint([tmp_path / "r.yaml"]) == ()
    plain = tmp_path / "plain.cpy"
    plain.write_text("       01 R.\n          02 A PIC X(5).\n")
    found = importers.copybook(plain, importers.Request(id="r", by="rdw"))
    assert "\nframing: {variable: {length: 5, by: rdw}}\n" in found
