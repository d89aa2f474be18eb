"""COBOL copybooks → layouts: what is read, what is refused, and that the compiler agrees."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from converters import fields, importers, pipeline, spec, status
from converters.cli import main
from converters.columns import Chunk, series
from converters.errors import DefinitionError, EnvironmentFailure
from converters.importers import Reading, Request
from converters.importers.pictures import Picture, parse
from converters.model import Field, Layout
from converters.pipeline import Job, plan

COBC = shutil.which("cobc")
NEEDS = pytest.mark.skipif(COBC is None, reason="GnuCOBOL (cobc) is not installed")


def layout(folder: Path, text: str, **options: Any) -> Layout:
    """The layout of a copybook, which must be sound."""
    (folder / "x.cpy").write_text(text, encoding="utf-8")
    options.setdefault("dialect", "gnucobol")
    made = importers.copybook(folder / "x.cpy", Request("x", **options))
    (folder / "x.yaml").write_text(made, encoding="utf-8")
    assert spec.lint([folder / "x.yaml"], [folder]) == ()
    return spec.load_layout("x", [folder])


def told(found: Field) -> dict[str, Any]:
    """What the import said of a field, its place left out."""
    given = found.model_dump(exclude_unset=True, exclude_none=True)
    return {key: value for key, value in given.items() if key not in ("name", "at")}


ENTRIES: list[tuple[str, str, dict[str, Any]]] = [
    ("text", "PIC X(10)", {"bytes": 10, "kind": "mixed"}),
    ("on the right", "PIC X(4) JUSTIFIED RIGHT", {"bytes": 4, "kind": "mixed", "align": "right"}),
    ("kanji", "PIC N(10)", {"bytes": 20, "kind": "wide"}),
    ("kanji of the host", "PIC G(4) USAGE DISPLAY-1", {"bytes": 8, "kind": "wide"}),
    ("edited", "PIC ZZ,ZZ9.99", {"bytes": 9, "kind": "narrow"}),
    ("digits", "PIC 9(5)", {"bytes": 5, "kind": "zoned", "digits": 5}),
    ("a sign", "PICTURE IS S9(3)V99", {"bytes": 5, "kind": "zoned", "digits": 5, "scale": 2, "sign": "trailing"}),
    ("a sign of its own", "PIC S9(4) SIGN IS LEADING SEPARATE CHARACTER", {"bytes": 5, "kind": "zoned", "digits": 4, "sign": "leading-separate"}),
    ("P behind", "PIC 9(2)P(3)", {"bytes": 2, "kind": "zoned", "digits": 2, "scale": -3}),
    ("P in front", "PIC VP(2)9(2) COMP-3", {"bytes": 2, "kind": "packed", "digits": 2, "scale": 4}),
    ("packed of even digits", "PIC 9(12) COMP-3", {"bytes": 7, "kind": "packed", "digits": 12}),
    ("packed", "PIC S9(11) USAGE COMPUTATIONAL-3", {"bytes": 6, "kind": "packed", "digits": 11, "sign": "signed"}),
    ("binary", "COMP PIC S9(4)", {"bytes": 2, "kind": "binary", "digits": 4, "sign": "signed"}),
    ("native", "PIC 9(9) COMP-5", {"bytes": 4, "kind": "binary", "endian": "little"}),
    ("long", "BINARY-LONG UNSIGNED", {"bytes": 4, "kind": "binary", "sign": "none", "endian": "little"}),
    ("float", "COMP-2", {"bytes": 8, "kind": "float", "style": "ieee", "endian": "little"}),
    ("blank when zero", "PIC 9(3) BLANK WHEN ZERO", {"bytes": 3, "kind": "zoned", "digits": 3, "filled": {"spaces": "zero"}}),
    ("a value that is no code", "PIC X(2) VALUE 'A.'", {"bytes": 2, "kind": "mixed"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("clauses", "due"), [case[1:] for case in ENTRIES], ids=[c[0] for c in ENTRIES]
)
def test_an_entry_becomes_a_field(tmp_path: Path, clauses: str, due: dict[str, Any]) -> None:
    made = layout(tmp_path, f"       01 R.\n           05 A {clauses}.\n")
    assert told(made.record.fields[0]) == due


def test_usage_and_sign_of_a_group_hold_below_it(tmp_path: Path) -> None:
    text = """01 R.
  02 G COMP-3.
    03 A PIC S9(3).
    03 B PIC S9(3) DISPLAY.
  02 H SIGN LEADING SEPARATE.
    03 C PIC S9(3).
"""
    kinds = [(f.kind, f.sign, f.bytes) for f in layout(tmp_path, text).record.fields]
    assert kinds == [
        ("packed", "signed", 2),
        ("zoned", "trailing", 3),
        ("zoned", "leading-separate", 4),
    ]


def test_occurs_becomes_numbered_fields_and_twice_named_ones_bear_their_group(
    tmp_path: Path,
) -> None:
    text = """01 R.
  02 A OCCURS 2 TIMES INDEXED BY I.
    03 B OCCURS 2 PIC X.
    03 D PIC X.
  02 C.
    03 D PIC XX.
"""
    names = [field.name for field in layout(tmp_path, text).record.fields]
    assert names == ["B-1-1", "B-1-2", "D-1", "B-2-1", "B-2-2", "D-2", "D"]


def test_a_name_that_stands_twice_bears_its_group(tmp_path: Path) -> None:
    text = "01 R.\n 02 A.\n  03 D PIC X.\n 02 B.\n  03 D PIC X.\n 02 FILLER PIC X VALUE '/'.\n"
    made = layout(tmp_path, text)
    assert [field.name for field in made.record.fields] == ["A.D", "B.D", "FILLER"]


REDEFINED = """       01 R.
           05 A PIC X(8).
           05 B REDEFINES A.
              10 Y PIC 9(4).
              10 M PIC 99.
           05 C REDEFINES A PIC S9(15) COMP-3.
           05 D PIC X.
"""


def test_one_reading_is_chosen_and_the_rest_is_a_filler(tmp_path: Path) -> None:
    for choice, due in (
        ("A", ["A", "D"]),
        ("b", ["Y", "M", "filler-1", "D"]),
        ("3", ["C", "D"]),
    ):
        made = layout(tmp_path, REDEFINED, choices={"A": choice})
        assert [field.name for field in made.record.fields] == due
        assert made.record.offsets[-1] == 8


def test_codes_and_fillers_come_from_values(tmp_path: Path) -> None:
    text = """       01 R.
           05 SEX PIC X.
              88 MALE   VALUE "1".
              88 FEMALE VALUE '2' "F".
           05 CNT PIC 9.
              88 NONE-AT-ALL VALUE ZERO.
           05 FILLER PIC X(3) VALUE SPACES.
           05 PIC 9(2) VALUE 0.
           05 X66 PIC X.
       66 BOTH RENAMES SEX THRU CNT.
"""
    made = layout(tmp_path, text)
    assert made.codes == {"SEX": {"1": "MALE", "2": "FEMALE", "F": "FEMALE"}}
    assert [(f.kind, f.pad) for f in made.record.fields][2:4] == [("filler", None), ("filler", "0")]
    assert made.record.field("CNT").notes == "NONE-AT-ALL = 0"
    assert "RENAMES SEX THRU CNT" in (tmp_path / "x.yaml").read_text(encoding="utf-8")


FIXED = """000100* a comment                                                       SEQ00001
000200 01  住民.                                                        SEQ00002
000300     05  番号     PIC 9(8). EJECT
000400     05  FILLER                  PIC X(60) VALUE "A long literal that go
000500-    "es on".
000600     05  氏名-
000700-        カナ     PIC X(20).   *> behind it
"""


def test_fixed_format_has_columns_and_continued_lines(tmp_path: Path) -> None:
    made = layout(tmp_path, FIXED.replace(" EJECT", ""))
    found = [(field.name, field.bytes) for field in made.record.fields]
    assert found == [("番号", 8), ("FILLER", 60), ("氏名-カナ", 20)]


def test_shift_jis_source_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.cpy").write_bytes("       01 表.\n           05 能力 PIC X.\n".encode("cp932"))
    assert "name: 能力" in importers.copybook(tmp_path / "s.cpy", Request("s"))


def test_copy_is_followed_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "PART.cpy").write_text(
        "           05 :TAG:-NO   PIC 9(4).\n           05 OLD-AMT PIC S9(5) COMP-3.\n"
        "           05 LEN PIC X(PLACE).\n"
    )
    text = """       01 R.
           COPY PART REPLACING ==:TAG:== BY ==NEW==
               LEADING ==OLD== BY ==CUR== PLACE BY 7.
           05 Z PIC X.
"""
    (tmp_path / "x.cpy").write_text(text)
    reading = Reading(folders=(tmp_path / "inner",), replacing=(("Z", "LAST"),))
    made = importers.copybook(tmp_path / "x.cpy", Request("x", reading=reading))
    assert re.findall(r"name: ([\w-]+), at: \d+, bytes: (\d+)", made) == [
        ("NEW-NO", "4"),
        ("CUR-AMT", "3"),
        ("LEN", "7"),
        ("LAST", "1"),
    ]


REFUSED: list[tuple[str, str, int, str]] = [
    # name, text, line, code
    ("level 78", "01 R.\n 02 A PIC X.\n78 C VALUE 3.", 3, "DEF-060"),
    ("a clause nobody knows", "01 R.\n 02 A PIC X\n   TYPEDEF.", 3, "DEF-060"),
    ("pointers", "01 R.\n 02 A USAGE POINTER.", 2, "DEF-060"),
    ("SYNC RIGHT", "01 R.\n 02 A PIC S9(4) COMP SYNC RIGHT.", 2, "DEF-060"),
    ("a picture", "01 R.\n 02 A PIC 9(3)Q.", 2, "DEF-060"),
    ("a directive", "01 R.\n>>IF DEFINED X\n 02 A PIC X.", 2, "DEF-060"),
    ("a debugging line", "       01 R.\n      D    05 A PIC X.\n           05 B PIC X.", 2, "DEF-060"),
    ("no period", "01 R.\n 02 A PIC X", 2, "DEF-061"),
    ("no picture", "01 R.\n 02 A.\n 02 B PIC X.", 2, "DEF-061"),
    ("no level", "01 R.\n A PIC X.", 2, "DEF-061"),
    ("a level between", "01 R.\n 05 A PIC X.\n 03 B PIC X.", 3, "DEF-061"),
    ("an open literal", "01 R.\n 02 A PIC X VALUE 'abc.", 2, "DEF-061"),
    ("a picture over a group", "01 R.\n 02 A PIC X.\n  03 B PIC X.", 2, "DEF-061"),
    ("REDEFINES of another", "01 R.\n 02 A PIC X.\n 02 B PIC X.\n 02 C REDEFINES A PIC X.", 4, "DEF-061"),
    ("a COPY that is not there", "01 R.\n COPY NOWHERE.", 2, "DEF-020"),
    ("no choice", REDEFINED, 3, "DEF-062"),
    ("several records", "01 R.\n 02 A PIC X.\n01 S.\n 02 B PIC X.", 3, "DEF-062"),
    ("nothing", "      * only a comment\n", 1, "DEF-061"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line", "code"), [c[1:] for c in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_cannot_be_read_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, code: str
) -> None:
    with pytest.raises(DefinitionError) as refused:
        layout(tmp_path, text)
    [problem] = refused.value.problems
    assert (problem.line, problem.code) == (line, code)


def test_a_choice_of_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="DEF-020"):
        layout(tmp_path, "01 R.\n 02 A PIC X.", choices={"B": "1"})
    with pytest.raises(DefinitionError, match="DEF-020"):
        layout(tmp_path, "01 R.\n 02 A PIC X.", record="S")
    with pytest.raises(EnvironmentFailure):
        importers.copybook(tmp_path / "absent.cpy", Request("x"))


def test_the_command_prints_the_layout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.cpy"
    path.write_text(REDEFINED)
    command = ["layout", "import", "copybook", str(path), "--id", "a/b", "--redefines", "A=C"]
    assert main(command) == 0
    assert "id: a/b" in capsys.readouterr().out
    assert main([*command[:-1], "A"]) == 2
    assert main(command[:4]) == 5
    assert "DEF-062" in capsys.readouterr().err
    assert main([*command[:3], str(tmp_path / "absent")]) == 6


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("S9(5)V9(2)", Picture("number", 7, 7, 2, True)),
        ("SPP9", Picture("number", 1, 1, 3, True)),
        ("99P(2)V", Picture("number", 2, 2, -2)),
        ("A(3)9", Picture("text", 4)),
        ("99/99/99", Picture("edited", 8)),
        ("9(3)CR", Picture("edited", 5)),
        ("X(2)BX", Picture("edited", 4)),
    ],
)
def test_a_picture_says_what_it_describes(text: str, due: Picture) -> None:
    assert parse(text) == due


@pytest.mark.parametrize("text", ["9(2", "", "9V9V9", "S", "PP", "X(9999999)", "9P9", "NX"])
def test_a_picture_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"picture|parentheses|S, V and P"):
        parse(text)


COMPILED = """       01 REC.
           05 NO-1          PIC 9(6).
           05 BALANCE       PIC S9(7)V99.
           05 LEAD          PIC S9(4) SIGN LEADING.
           05 APART         PIC S9(4) SIGN TRAILING SEPARATE.
           05 APART-L       PIC S9(4) SIGN LEADING SEPARATE.
           05 PACKS COMP-3.
              10 P-ODD      PIC S9(11).
              10 P-EVEN     PIC S9(8)V99.
              10 P-PLAIN    PIC 9(5).
              10 P-LONG     PIC S9(25)V9(5).
           05 B-TINY        PIC S9(2) COMP.
           05 B-HALF        PIC S9(4) COMP.
           05 B-FULL        PIC 9(9) BINARY.
           05 B-LONG        PIC S9(18) COMP-4.
           05 N-HALF        PIC S9(4) COMP-5.
           05 N-LONG        PIC 9(18) COMP-5.
           05 F-1           COMP-1.
           05 F-2           COMP-2.
           05 SCALED        PIC S9(3)P(3).
           05 SMALL-ONE     PIC VP(2)9(3).
           05 TAB OCCURS 3.
              10 T-AMT      PIC S9(5) COMP-3.
              10 T-FLAG     PIC X.
           05 S-GRP.
              10 S-1        PIC X.
              10 S-HALF     PIC S9(4) COMP SYNC.
              10 S-2        PIC X.
              10 S-FULL     PIC S9(9) COMP SYNC.
              10 S-3        PIC X.
              10 S-LONG     PIC S9(18) COMP SYNC.
           05 R-AREA        PIC X(6).
           05 R-NUM REDEFINES R-AREA PIC S9(11) COMP-3.
           05 LAST-ONE      PIC X(3).
"""

VALUES = (
    ("NO-1", "42"),
    ("BALANCE", "-1234567.89"),
    ("LEAD", "-1234"),
    ("APART", "-56"),
    ("APART-L", "78"),
    ("P-ODD", "-98765432101"),
    ("P-EVEN", "12345678.99"),
    ("P-PLAIN", "54321"),
    ("P-LONG", "-1234567890123456789012345.54321"),
    ("B-TINY", "-99"),
    ("B-HALF", "9999"),
    ("B-FULL", "999999999"),
    ("B-LONG", "-123456789012345678"),
    ("N-HALF", "-9999"),
    ("N-LONG", "999999999999999999"),
    ("SCALED", "-123000"),
    ("SMALL-ONE", "0.00123"),
    ("S-HALF", "-2"),
    ("S-FULL", "3"),
    ("S-LONG", "-4"),
    ("R-NUM", "-11111111111"),
)
ITEMS = re.findall(r"^ +\d\d ([A-Z][\w-]*) ", COMPILED, re.MULTILINE)
PLACED = [name for name in ITEMS if name not in ("PACKS", "TAB", "S-GRP", "R-AREA", "REC")]


def program() -> str:
    """Fills a record, writes it three times, and tells where its items lie."""
    moves = "\n".join(f"           MOVE {value} TO {name}." for name, value in VALUES)
    places = "\n".join(
        f"           SET P TO ADDRESS OF {name}{' (1)' if name.startswith('T-') else ''}.\n"
        f"           COMPUTE N = A - B.\n"
        f'           DISPLAY "{name} " N " " LENGTH OF {name}{" (1)" if name.startswith("T-") else ""}.'
        for name in PLACED
    )
    return f"""       IDENTIFICATION DIVISION.
       PROGRAM-ID. MAKER.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT OUT-FILE ASSIGN TO "out.dat"
               ORGANIZATION IS SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD OUT-FILE.
{COMPILED}       WORKING-STORAGE SECTION.
       01 P USAGE POINTER.
       01 A REDEFINES P USAGE BINARY-DOUBLE UNSIGNED.
       01 Q USAGE POINTER.
       01 B REDEFINES Q USAGE BINARY-DOUBLE UNSIGNED.
       01 N PIC 9(9).
       PROCEDURE DIVISION.
           OPEN OUTPUT OUT-FILE.
           MOVE SPACES TO REC.
           SET Q TO ADDRESS OF REC.
{moves}
           MOVE 1.5 TO F-1.
           MOVE -0.25 TO F-2.
           MOVE 1 TO T-AMT (1). MOVE -2 TO T-AMT (2).
           MOVE 3 TO T-AMT (3).
{places}
           WRITE REC. ADD 1 TO NO-1. WRITE REC.
           ADD 1 TO NO-1. WRITE REC.
           CLOSE OUT-FILE.
           STOP RUN.
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder with the file that a compiled program wrote, and what it said of its places."""
    folder = tmp_path_factory.mktemp("cobol")
    (folder / "maker.cob").write_text(program())
    subprocess.run([COBC or "", "-x", "-w", "maker.cob"], cwd=folder, check=True)
    done = subprocess.run(["./maker"], cwd=folder, check=True, capture_output=True, text=True)
    return folder, done.stdout


@NEEDS
def test_places_and_sizes_are_those_of_the_compiler(made: tuple[Path, str], tmp_path: Path) -> None:
    record = layout(tmp_path, COMPILED, choices={"R-AREA": "R-NUM"}).record
    places = dict(zip((f.name for f in record.fields), record.offsets, strict=True))
    for line in made[1].splitlines():
        name, at, size = line.split()
        ours = f"{name}-1" if name.startswith("T-") else name
        assert (places[ours], record.field(ours).bytes) == (int(at), int(size)), name


@NEEDS
def test_what_a_compiled_program_wrote_is_read_and_written_back_alike(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    of = layout(tmp_path, COMPILED, choices={"R-AREA": "R-NUM"})
    data = (made[0] / "out.dat").read_bytes()
    batch, back = there_and_back(of, data)
    row = {name: str(value) for name, value in batch.to_dicts()[0].items()}
    for name, value in VALUES:
        assert float(row[name]) == float(value), name
    assert [row[f"T-AMT-{n}"] for n in (1, 2, 3)] == ["1", "-2", "3"]
    assert (row["F-1"], row["F-2"]) == ("1.5", "-0.25")
    assert batch["NO-1"].to_list() == [42, 43, 44]
    assert back == data
    done = pipeline.validate(Job((str(made[0] / "out.dat"),), layout=of))
    assert done.report["counts"]["read"] == 3


def there_and_back(of: Layout, data: bytes) -> tuple[pl.DataFrame, bytes]:
    """The records of some bytes, and the bytes that are written from them."""
    side, raw = plan.side(of), np.frombuffer(data, np.uint8)
    split = side.form.split(raw, True)
    chunk = Chunk(0, 0, 1, 0, raw, split.bounds, split.stop, split.codes)
    batch, outcomes = fields.decode(side.fields, side.form.spans(chunk, None), 1)
    assert {name for name, found in outcomes.items() if max(found) >= status.PROBLEM} == set()
    named = [field for field in of.record.fields if not field.is_filler]
    texts, written = fields.encode(side.fields, batch)
    assert {name for name, found in written.items() if max(found) >= status.PROBLEM} == set()
    shown = pl.DataFrame([series(batch[field.name], field.name) for field in named])
    return shown, side.form.assemble(texts, np.ones(len(batch), np.bool_))[0].tobytes()
