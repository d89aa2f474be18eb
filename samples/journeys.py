"""The samples with a sequence of commands: what they find, and what is run.

Inputs are made as in `cases`; a repaired sheet is the sheet the program hands out, with cells that
are spelled out here.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from banks import damaged
from edits import STANDARD, A, edit, joined, picked, rows, standard
from journey import Command, said

__all__ = ["JOURNEYS", "Journey"]


@dataclass(frozen=True, slots=True)
class Journey:
    """One folder: the files that its commands find, and the commands."""

    about: str
    files: Mapping[str, Callable[[], bytes]]
    commands: tuple[Command, ...]


Repairs = Mapping[int, Mapping[str, str]]
"""Record → column of the sheet → what somebody wrote there."""


def repaired(mapping: str, name: str, data: bytes, repairs: Repairs) -> bytes:
    """The sheet of a file's rejects after somebody worked on it; rows that are not named are
    taken out."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / name).write_bytes(data)
        said(f"convert {place / name} --mapping {mapping} --out {place}/run --report none")
        said(f"rejects extract {place}/run -o {place}/sheet.csv")
        with (place / "sheet.csv").open(encoding="utf-8-sig", newline="") as sheet:
            table = list(csv.DictReader(sheet))
    out = io.StringIO()
    written = csv.DictWriter(out, list(table[0]), lineterminator="\r\n")
    written.writeheader()
    for row in table:
        if int(row["_record"]) in repairs:
            written.writerow({**row, **repairs[int(row["_record"])]})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def a_faulty() -> bytes:
    """A wrong 個人番号, a day that no calendar has, two unknown codes, a record cut short."""
    edits = (
        (2, "個人番号", "123456789012"),
        (4, "最新フラグ", "X"),
        (6, "生年月日", "3390732"),
        (8, "続柄コード1", "77"),
    )
    lines = [b"".join(row) for row in edit(rows(A, 10, 31), A, *edits)]
    lines[8] = lines[8][:-20]
    return b"".join(line + b"\r\n" for line in lines)


def a_repaired() -> bytes:
    """Three cells are right now, the record cut short is to go, and the code that no table has was
    left for later."""
    found: Repairs = {
        2: {"個人番号": "123456789018"},
        4: {"最新フラグ": "1"},
        6: {"生年月日": "3390731"},
        9: {"_action": "remove"},
    }
    return repaired(f"{A}-to-standard", "input.dat", a_faulty(), found)


def a_people() -> bytes:
    """Residents, one of them with a wrong 個人番号, one with a name that is cut in its middle."""
    wide = b"\x81\x40"
    edits = (
        (3, "個人番号", "123456789012"),
        (5, "氏名", b"\x8e\x52\x93\x63" + wide + b"\x88" + wide * 12 + b" "),
    )
    return joined(edit(rows(A, 8, 32), A, *edits), A)


def a_fewer_people() -> bytes:
    """Every other resident of the first file, as a second delivery would have them."""
    return joined(picked(rows(A, 8, 32), A, 1, 2, 4, 7), A)


def a_later() -> bytes:
    """The next rehearsal: two more residents, and a date that lost some of its values."""
    edits = [(record, "転居届出日", "") for record in range(1, 7)]
    return joined(edit(rows(A, 22, 33), A, *edits), A)


def a_theirs() -> bytes:
    """What another program made of the first file: a resident is missing, one changed sex."""
    found = standard(A, 20, 33)
    sex = found[0].index("性別".encode())
    found[3][sex] = b"1" if found[3][sex] == b"2" else b"2"
    del found[9]
    return joined(found, STANDARD)


def transfers_repaired() -> bytes:
    """The amount is a number now, and the record of no type is to go."""
    found: Repairs = {11: {"_action": "remove"}, 14: {"data.振込金額": "1000"}}
    return repaired("zengin/transfer-to-tables", "input.dat", damaged(), found)


TO_STANDARD = f"--mapping {A}-to-standard"
TO_TABLES = "--mapping zengin/transfer-to-tables"
QUIET = "--report none --quiet"

JOURNEYS: dict[str, Journey] = {
    "vendor-a/anonymize": Journey(
        "同じ人は二つのファイルで同じ仮名になり、長さと指摘は変わらない",
        {"input.dat": a_people, "later.dat": a_fewer_people, "key": lambda: b"no secret at all\n"},
        (
            Command(f"anonymize input.dat --layout {A} --key-file key -o twin.dat --quiet"),
            Command(f"anonymize later.dat --layout {A} --key-file key -o twin-later.dat --quiet"),
            Command(f"validate input.dat --layout {A} --out before {QUIET}"),
            Command(f"validate twin.dat --layout {A} --out after {QUIET}"),
        ),
    ),
    "vendor-a/reconcile": Journey(
        "リハーサル二回の比較と、他社が作った標準ファイルの照合",
        {"first.dat": lambda: joined(rows(A, 20, 33), A), "second.dat": a_later}
        | {"theirs.csv": a_theirs},
        (
            Command(f"convert first.dat {TO_STANDARD} --out one {QUIET}"),
            Command(f"convert second.dat {TO_STANDARD} --out two {QUIET}"),
            Command("reconcile one two", "runs.txt"),
            Command("reconcile one one", "same.txt"),
            Command(f"reconcile first.dat theirs.csv {TO_STANDARD}", "files.txt"),
        ),
    ),
    "vendor-a/rejects": Journey(
        "エラーのレコードを表に出し、直して戻す。直さないものは残り、取り除くものは消える",
        {"input.dat": a_faulty, "repaired.csv": a_repaired},
        (
            Command(f"convert input.dat {TO_STANDARD} --out run {QUIET}"),
            Command("rejects list run", "list.txt"),
            Command("rejects extract run -o repair.csv"),
            Command(f"rejects replay run repaired.csv --out again {QUIET}"),
            Command("rejects list again", "left.txt"),
        ),
    ),
    "zengin/rejects": Journey(
        "種別の混じったファイルのエラーを表に出し、直して戻す。合計はもう一度確かめられる",
        {"input.dat": damaged, "repaired.csv": transfers_repaired},
        (
            Command(f"convert input.dat {TO_TABLES} --out run {QUIET}"),
            Command("rejects list run", "list.txt"),
            Command("rejects extract run -o repair.csv"),
            Command(f"rejects replay run repaired.csv --out again {QUIET}"),
            Command("rejects list again", "left.txt"),
        ),
    ),
}
"""Every sample folder with commands; the name is its path."""
