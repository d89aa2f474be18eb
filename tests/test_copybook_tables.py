"""Copybooks with tables that have a count and with readings by a condition; a compiler's files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import fields, importers, spec, status
from converters.cli import main
from converters.columns import Chunk, series
from converters.errors import DefinitionError
from converters.importers import Request
from converters.model import Layout
from converters.pipeline import plan

COBC = shutil.which("cobc")
NEEDS = pytest.mark.skipif(COBC is None, reason="GnuCOBOL (cobc) is not installed")
COUNTED = """       01 REC.
           05 NO-1          PIC 9(4).
           05 CNT           PIC 9(2) COMP.
           05 TAB OCCURS 1 TO 4 TIMES DEPENDING ON CNT OF REC.
              10 T-CODE     PIC X(2).
              10 T-PAIR OCCURS 2 PIC S9(3) COMP-3.
           05 LAST-ONE      PIC X(6).
"""
CHOSEN = """       01 REC.
           05 NO-1          PIC 9(4).
           05 KIND          PIC X.
           05 PERSON.
              10 BORN       PIC 9(8).
              10 PAY        PIC S9(5) COMP-3.
           05 FIRM REDEFINES PERSON PIC X(9).
           05 RAW-1 REDEFINES PERSON.
              10 A-1        PIC S9(4) COMP OCCURS 2.
              10 A-2        PIC X(7).
           05 LAST-ONE      PIC X(6).
"""
CHOICES = {"PERSON": "PERSON:KIND=1,FIRM:KIND=2|3,RAW-1"}


def imported(folder: Path, text: str, **asked: Any) -> str:
    (folder / "x.cpy").write_text(text, encoding="utf-8")
    made = importers.copybook(folder / "x.cpy", Request("x", dialect="gnucobol", **asked))
    (folder / "x.yaml").write_text(made, encoding="utf-8")
    assert spec.lint([folder / "x.yaml"]) == ()
    return made


def layout(folder: Path, text: str, **asked: Any) -> Layout:
    imported(folder, text, **asked)
    return spec.load_layout("x", [folder])


def body(made: str) -> list[str]:
    """The lines of the fields, less what every line says."""
    return [line.strip() for line in made.split("    fields:\n", 1)[1].splitlines()]


def test_a_table_with_a_count_becomes_a_group(tmp_path: Path) -> None:
    assert body(imported(tmp_path, COUNTED, tables="padded")) == [
        "- {name: NO-1, at: 1, bytes: 4, kind: zoned, digits: 4}",
        "- {name: CNT, at: 5, bytes: 1, kind: binary, digits: 2}",
        "- name: TAB",
        "occurs: 4",
        "depending: CNT",
        "least: 1",
        "fields:",
        "- {name: T-CODE, at: 6, bytes: 2, kind: mixed}",
        "- name: T-PAIR",
        "occurs: 2",
        "fields:",
        "- {name: T-PAIR, at: 8, bytes: 2, kind: packed, digits: 3, sign: signed}",
        "- {name: LAST-ONE, at: 30, bytes: 6, kind: mixed}",
    ]


def test_the_form_of_the_tables_is_that_which_was_asked_for(tmp_path: Path) -> None:
    due = {
        ("maximum", "none"): "{fixed: {length: 35, terminator: none}, tables: maximum}",
        ("padded", "lf"): "{fixed: {length: 35, terminator: lf}, tables: padded}",
        ("shifted", "none"): "{variable: {length: 35, by: rdw}}",
        ("shifted", "crlf"): "{variable: {length: 35, by: crlf}}",
    }
    for (tables, terminator), framing in due.items():
        made = imported(tmp_path, COUNTED, tables=tables, terminator=terminator)
        assert f"\nframing: {framing}\n" in made
    plain = imported(tmp_path, "01 R.\n 02 A PIC X.", tables="shifted")
    assert "\nframing: {fixed: {length: 1, terminator: none}}\n" in plain


def test_readings_by_a_condition_become_groups_one_behind_the_other(tmp_path: Path) -> None:
    assert body(imported(tmp_path, CHOSEN, choices=CHOICES))[2:] == [
        "- name: PERSON",
        'when: {field: KIND, equals: "1"}',
        "fields:",
        "- {name: BORN, at: 6, bytes: 8, kind: zoned, digits: 8}",
        "- {name: PAY, at: 14, bytes: 3, kind: packed, digits: 5, sign: signed}",
        "- name: FIRM",
        "redefines: PERSON",
        'when: {field: KIND, in: ["2", "3"]}',
        "fields:",
        "- {name: FIRM, at: 6, bytes: 9, kind: mixed}",
        "- {filler: 2, at: 15}",
        "- name: RAW-1",
        "redefines: PERSON",
        "fields:",
        "- {name: A-1-1, at: 6, bytes: 2, kind: binary, digits: 4, sign: signed}",
        "- {name: A-1-2, at: 8, bytes: 2, kind: binary, digits: 4, sign: signed}",
        "- {name: A-2, at: 10, bytes: 7, kind: mixed}",
        "- {name: LAST-ONE, at: 17, bytes: 6, kind: mixed}",
    ]


REFUSED = {
    "a count that is not there": (
        "01 R.\n 02 A PIC X OCCURS 1 TO 5 DEPENDING ON N.",
        {},
        "DEF-020",
    ),
    "a condition on nothing": (
        "01 R.\n 02 A PIC X.\n 02 B REDEFINES A PIC X.",
        {"A": "A:K=1,B"},
        "DEF-020",
    ),
    "a condition without a value": (
        "01 R.\n 02 A PIC X.\n 02 B REDEFINES A PIC X.",
        {"A": "A:K,B"},
        "DEF-062",
    ),
    "a reading that is none": (
        "01 R.\n 02 K PIC X.\n 02 A PIC X.\n 02 B REDEFINES A PIC X.",
        {"A": "A:K=1,C:K=2"},
        "DEF-062",
    ),
}


@pytest.mark.parametrize(("text", "choices", "code"), REFUSED.values(), ids=REFUSED)
def test_what_has_no_place_is_refused(
    tmp_path: Path, text: str, choices: dict[str, str], code: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        imported(tmp_path, text, choices=choices)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_the_command_takes_conditions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.cpy").write_text(CHOSEN, encoding="utf-8")
    command = ["layout", "import", "copybook", str(tmp_path / "x.cpy"), "--id", "x"]
    asked = "PERSON=PERSON:KIND=1,FIRM:KIND=2|3,RAW-1"
    assert main([*command, "--redefines", asked, "--tables", "shifted"]) == 0
    assert "redefines: PERSON" in capsys.readouterr().out


Row = dict[str, Any]


def there_and_back(of: Layout, data: bytes) -> tuple[list[Row], bytes]:
    """The records of some bytes, and the bytes that are written from them."""
    side, raw = plan.side(of), np.frombuffer(data, np.uint8)
    split = side.form.split(raw, True)
    chunk = Chunk(0, 0, 1, 0, raw, split.bounds, split.stop, split.codes)
    batch, outcomes = fields.decode(side.fields, side.form.spans(chunk, None), 1)
    texts, written = fields.encode(side.fields, batch)
    for found in (*outcomes.values(), *written.values()):
        assert max(found) < status.PROBLEM
    made, _ = side.form.assemble(texts, np.ones(len(batch), np.bool_))
    columns = {name: series(values).to_list() for name, values in batch.columns.items()}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return rows, made.tobytes()


@settings(max_examples=10)
@given(counts=st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_an_imported_table_is_read_and_written_alike(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int]
) -> None:
    of = layout(tmp_path_factory.mktemp("x"), COUNTED, tables="shifted")
    records = [b"%04d%c" % (n, n) + b"AB\x12\x3c\x00\x1d" * n + b"last  " for n in counts]
    data = b"".join((len(one) + 4).to_bytes(2, "big") + b"\0\0" + one for one in records)
    rows, back = there_and_back(of, data)
    assert [sum(row[f"T-PAIR-{n}-2"] == -1 for n in range(1, 5)) for row in rows] == counts
    assert back == data


HEAD = """       IDENTIFICATION DIVISION.
       PROGRAM-ID. MAKER.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT F-FIX ASSIGN TO "fixed.dat" ORGANIZATION SEQUENTIAL.
           SELECT F-VAR ASSIGN TO "var.dat" ORGANIZATION SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD F-FIX.
       01 FIX-REC PIC X(SIZE).
       FD F-VAR RECORD VARYING FROM 1 TO SIZE DEPENDING ON LEN.
       01 VAR-REC PIC X(SIZE).
       WORKING-STORAGE SECTION.
       01 LEN PIC 9(4) COMP-5.
       01 K PIC 9(4).
       01 J PIC 9(4).
"""
MAKER = f"""{HEAD.replace("SIZE", "35")}{COUNTED}
       PROCEDURE DIVISION.
           OPEN OUTPUT F-FIX F-VAR.
           PERFORM VARYING K FROM 1 BY 1 UNTIL K > 9
             MOVE K TO NO-1
             COMPUTE CNT = FUNCTION MOD (K, 4) + 1
             PERFORM VARYING J FROM 1 BY 1 UNTIL J > CNT
               MOVE "C" TO T-CODE (J)
               COMPUTE T-PAIR (J, 1) = K * J * -1
               COMPUTE T-PAIR (J, 2) = K + J
             END-PERFORM
             MOVE "last" TO LAST-ONE
             MOVE REC TO FIX-REC
             WRITE FIX-REC
             MOVE LENGTH OF REC TO LEN
             MOVE REC TO VAR-REC
             WRITE VAR-REC
           END-PERFORM.
           CLOSE F-FIX F-VAR.
           STOP RUN.
"""
CHOOSER = f"""{HEAD.replace("SIZE", "22")}{CHOSEN}
       PROCEDURE DIVISION.
           OPEN OUTPUT F-FIX.
           PERFORM VARYING K FROM 1 BY 1 UNTIL K > 9
             MOVE SPACES TO REC
             MOVE K TO NO-1
             EVALUATE FUNCTION MOD (K, 3)
               WHEN 0
                 MOVE "1" TO KIND
                 MOVE 19640501 TO BORN
                 COMPUTE PAY = K * -1000
               WHEN 1
                 MOVE "3" TO KIND
                 MOVE "FIRM" TO FIRM
               WHEN OTHER
                 MOVE "X" TO KIND
                 COMPUTE A-1 (1) = K * -100
                 COMPUTE A-1 (2) = K
                 MOVE "raw" TO A-2
             END-EVALUATE
             MOVE "last" TO LAST-ONE
             WRITE FIX-REC FROM REC
           END-PERFORM.
           CLOSE F-FIX.
           STOP RUN.
"""


def compiled(folder: Path, text: str, *options: str) -> Path:
    """The folder with the files that a compiled program wrote."""
    (folder / "maker.cob").write_text(text)
    subprocess.run([COBC or "", "-x", "-w", *options, "maker.cob"], cwd=folder, check=True)
    subprocess.run(["./maker"], cwd=folder, check=True)
    return folder


def due(k: int) -> Row:
    """The record that the program writes for a number."""
    cells: Row = {"NO-1": k, "CNT": k % 4 + 1, "LAST-ONE": "last"}
    for j in range(1, 5):
        there = j <= cells["CNT"]
        cells[f"T-CODE-{j}"] = "C" if there else None
        cells[f"T-PAIR-{j}-1"] = -k * j if there else None
        cells[f"T-PAIR-{j}-2"] = k + j if there else None
    return cells


@NEEDS
@pytest.mark.parametrize("tables", ["padded", "shifted"])
def test_tables_that_a_compiled_program_wrote_come_back_alike(tmp_path: Path, tables: str) -> None:
    compiled(tmp_path, MAKER, "-fodoslide")
    of = layout(tmp_path, COUNTED, tables=tables)
    if tables == "shifted":
        made = (tmp_path / "x.yaml").read_text().replace("by: rdw", "by: rdw, counted: false")
        (tmp_path / "x.yaml").write_text(made)
        of = spec.load_layout("x", [tmp_path])
    data = (tmp_path / ("fixed.dat" if tables == "padded" else "var.dat")).read_bytes()
    rows, back = there_and_back(of, data)
    assert rows == [due(k) for k in range(1, 10)]
    assert back == data


@NEEDS
def test_full_tables_that_a_compiled_program_wrote_come_back_alike(tmp_path: Path) -> None:
    """The unused elements hold what COBOL puts there; written anew they are blanks."""
    # A group ends with its count, so the bytes of the whole record are fetched by their address.
    raw = "       01 RAW BASED PIC X(35).\n       PROCEDURE DIVISION.\n"
    raw += "           SET ADDRESS OF RAW TO ADDRESS OF REC."
    text = MAKER.replace("MOVE REC TO FIX-REC", "MOVE RAW TO FIX-REC")
    text = text.replace("01 RAW BASED PIC X(35).", "01 RAW PIC X(35) BASED.")
    compiled(tmp_path, text.replace("       PROCEDURE DIVISION.", raw), "-fcomplex-odo")
    data = (tmp_path / "fixed.dat").read_bytes()
    rows, back = there_and_back(layout(tmp_path, COUNTED), data)
    assert rows == [due(k) for k in range(1, 10)]
    for k in range(1, 10):
        at, used = (k - 1) * 35, 5 + 6 * due(k)["CNT"]
        assert back[at : at + used] == data[at : at + used]
        assert back[at + 29 : at + 35] == data[at + 29 : at + 35]


@NEEDS
def test_readings_that_a_compiled_program_wrote_come_back_alike(tmp_path: Path) -> None:
    compiled(tmp_path, CHOOSER)
    data = (tmp_path / "fixed.dat").read_bytes()
    rows, back = there_and_back(layout(tmp_path, CHOSEN, choices=CHOICES), data)
    assert back == data
    for k, row in enumerate(rows, 1):
        told = {name: value for name, value in row.items() if value is not None}
        common = {"NO-1": k, "LAST-ONE": "last"}
        assert (
            told
            == common
            | (
                {"KIND": "1", "BORN": 19640501, "PAY": k * -1000},
                {"KIND": "3", "FIRM": "FIRM"},
                {"KIND": "X", "A-1-1": k * -100, "A-1-2": k, "A-2": "raw"},
            )[k % 3]
        )


DEEP = """       01 REC.
           05 NO-1          PIC 9(2).
           05 LEGS          PIC 9.
           05 LEG OCCURS 0 TO 3 TIMES DEPENDING ON LEGS.
              10 WAY        PIC X.
              10 GOODS      PIC 9(2) COMP.
              10 GOOD OCCURS 0 TO 2 TIMES DEPENDING ON GOODS.
                 15 G-CODE  PIC X(2).
                 15 G-AMT   PIC S9(3) COMP-3.
           05 LAST-ONE      PIC X(4).
"""
LOADER = f"""{HEAD.replace("SIZE", "37")}{DEEP}
       PROCEDURE DIVISION.
           OPEN OUTPUT F-VAR.
           PERFORM VARYING K FROM 1 BY 1 UNTIL K > 12
             MOVE K TO NO-1
             COMPUTE LEGS = FUNCTION MOD (K, 4)
             PERFORM VARYING J FROM 1 BY 1 UNTIL J > LEGS
               MOVE "W" TO WAY (J)
               COMPUTE GOODS (J) = FUNCTION MOD (K, 3)
               IF GOODS (J) > 0
                 MOVE "G1" TO G-CODE (J, 1)
                 COMPUTE G-AMT (J, 1) = K * J * -1
               END-IF
               IF GOODS (J) > 1
                 MOVE "G2" TO G-CODE (J, 2)
                 COMPUTE G-AMT (J, 2) = K + J
               END-IF
             END-PERFORM
             MOVE "last" TO LAST-ONE
             MOVE LENGTH OF REC TO LEN
             MOVE REC TO VAR-REC
             WRITE VAR-REC
           END-PERFORM.
           CLOSE F-VAR.
           STOP RUN.
"""


def loaded(k: int) -> Row:
    """The record that the program writes for a number."""
    cells: Row = {"NO-1": k, "LEGS": k % 4, "LAST-ONE": "last"}
    for j in range(1, 4):
        there = j <= k % 4
        cells |= {f"WAY-{j}": "W" if there else None, f"GOODS-{j}": k % 3 if there else None}
        for n, amount in ((1, -k * j), (2, k + j)):
            full = there and n <= k % 3
            cells[f"G-CODE-{j}-{n}"] = f"G{n}" if full else None
            cells[f"G-AMT-{j}-{n}"] = amount if full else None
    return cells


@NEEDS
def test_tables_in_tables_that_a_compiled_program_wrote_come_back_alike(tmp_path: Path) -> None:
    """All elements of a record have as many: the compiler takes them for equally long."""
    compiled(tmp_path, LOADER, "-fodoslide")
    imported(tmp_path, DEEP, tables="shifted")
    made = (tmp_path / "x.yaml").read_text().replace("by: rdw", "by: rdw, counted: false")
    (tmp_path / "x.yaml").write_text(made)
    data = (tmp_path / "var.dat").read_bytes()
    rows, back = there_and_back(spec.load_layout("x", [tmp_path]), data)
    assert rows == [loaded(k) for k in range(1, 13)]
    assert back == data
