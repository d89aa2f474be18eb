"""Small definitions for tests, and faulty ones with marks where problems are due."""

from __future__ import annotations

from pathlib import Path

from converters import spec

HEAD = "kind: layout\nid: x\ncharset: cp932\n"
FIXED = HEAD + "framing: {fixed: {length: 4}}\n"
CSV = HEAD + "framing: {delimited: {}}\n"


def fixed(*fields: str, length: str = "4", more: str = "") -> str:
    """A fixed layout: framing in line 4, the first field in line 7."""
    lines = "".join(f"  - {{{field}}}\n" for field in fields)
    return f"{HEAD}framing: {{fixed: {{length: {length}}}}}\nrecords:\n- fields:\n{lines}{more}"


def delimited(*fields: str, more: str = "") -> str:
    """A delimited layout: framing in line 4, the first field in line 7."""
    lines = "".join(f"  - {{{field}}}\n" for field in fields)
    return f"{CSV}records:\n- fields:\n{lines}{more}"


MARK = "«"
"""Stands in the text of a case where a problem is due; twice where two are due."""


def found(path: Path, text: str | bytes) -> list[tuple[int, int, str]]:
    """The problems of a definition as line, column and code."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [(problem.line, problem.column, problem.code) for problem in spec.lint([path])]


def unmarked(text: str, codes: str) -> tuple[str, list[tuple[int, int, str]]]:
    """A marked text without its marks, and the problems that are due at them."""
    pieces = text.split(MARK)
    before = ["".join(pieces[: number + 1]) for number in range(len(pieces) - 1)]
    places = [(part.count("\n") + 1, len(part) - part.rfind("\n")) for part in before]
    return "".join(pieces), [
        (*place, code) for place, code in zip(places, codes.split(), strict=True)
    ]


SOURCE = """kind: layout
id: s
charset: cp932
framing: {delimited: {}}
codes: {sex: {"1": 男, "2": 女, "3": 他}}
records:
- fields:
  - {name: 名, kind: wide}
  - {name: 性, kind: code, codes: sex}
  - {name: 日, kind: wareki, style: g1YYMMDD}
  - {filler: 2}
"""
TARGET = """kind: layout
id: t
charset: utf-8
framing: {delimited: {}}
codes: {seibetsu: {M: 男, F: 女}}
records:
- fields:
  - {name: 氏名, kind: wide, required: true}
  - {name: 氏, kind: wide, chars: 10}
  - {name: 性別, kind: code, codes: seibetsu}
  - {name: 生年月日, kind: date}
  - {name: 時刻, kind: time}
  - {name: 備考}
"""
CODES = 'codes: {sex: {"1": M, "2": F}}\n'
NAME = "- {to: 氏名, from: 名}\n"
SEX = "- {to: 性別, from: 性, codes: sex}\n"
BORN = "- {to: 生年月日, from: 日}\n"


def mapping(rules: str, more: str = CODES) -> str:
    return f"kind: mapping\nid: m\nsource: s\ntarget: t\n{more}rules:\n{rules}"


def found_in_mapping(folder: Path, text: str) -> list[tuple[int, int, str]]:
    """The problems of a mapping between SOURCE and TARGET."""
    (folder / "s.yaml").write_text(SOURCE, encoding="utf-8")
    (folder / "t.yaml").write_text(TARGET, encoding="utf-8")
    return found(folder / "m.yaml", text)
