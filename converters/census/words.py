"""A census → sentences in Japanese or English, and the words for its classes and reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from converters.census.codes import CLASSES
from converters.census.run import Census
from converters.census.sheet import DECIDE, Row

__all__ = ["CLASS_WORDS", "DECIDE_WORDS", "sentences"]

CLASS_WORDS: Final[dict[str, tuple[str, str]]] = {
    "ascii": ("ASCII", "ASCII"),
    "control": ("制御文字", "control character"),
    "half-character": ("半分だけの文字", "half a character"),
    "half-width-kana": ("半角カナ", "half-width katakana"),
    "ibm-extension": ("IBM 拡張文字", "IBM extension"),
    "ideograph": ("その他の漢字", "other kanji"),
    "jis-x-0212": ("補助漢字", "JIS X 0212"),
    "level-1": ("第一水準", "JIS level 1"),
    "level-2": ("第二水準", "JIS level 2"),
    "level-3": ("第三水準", "JIS level 3"),
    "level-4": ("第四水準", "JIS level 4"),
    "mj-plus": ("行政事務標準文字の追加文字", "added by MJ+"),
    "nec-row-13": ("NEC 特殊文字(13 区)", "NEC row 13"),
    "nec-selected": ("NEC 選定 IBM 拡張文字", "NEC-selected IBM extension"),
    "other": ("その他の文字", "other character"),
    "selector": ("異体字セレクタ", "variation selector"),
    "shift": ("シフトコードの一部", "part of a shift code"),
    "single-byte": ("その他の 1 バイト文字", "other single byte"),
    "symbol": ("JIS 非漢字", "JIS non-kanji"),
    "unassigned": ("未定義のコード", "unassigned code"),
    "undecodable": ("文字でないバイト", "byte of no character"),
    "user-defined": ("外字", "user-defined"),
    "variant": ("異体字セレクタつき", "with a variation selector"),
}
"""Class → its name in Japanese and in English."""

DECIDE_WORDS: Final[dict[str, tuple[str, str]]] = {
    "": ("決めることはない", "nothing to decide"),
    "not-holdable": ("移行先にない文字", "not in the target"),
    "one-way": ("元のコードに戻らない", "does not return"),
    "unassigned": ("未定義のコード", "unassigned code"),
    "undecodable": ("文字でないバイト", "no character"),
    "user-defined": ("同定されていない外字", "gaiji not identified"),
}
"""Why a code needs a decision → in Japanese and in English."""

WORDS: Final = {
    "broken": (
        "{file}: フィールドに分けられないレコード {broken} 件は数えていません",
        "{file}: {broken} records without fields were left out",
    ),
    "classes": ("分類", "Classes"),
    "decide": ("決めること", "To decide"),
    "first": ("{file} の {record} 件目 {field}", "record {record} of {file}, {field}"),
    "line": ("{name}: {codes} 種 {count} 字", "{name}: {codes} codes, {count} times"),
    "nothing": ("決めることはありません", "nothing to decide"),
    "total": (
        "{records} 件のレコードに {count} 字、{codes} 種のコード(移行先: {target})",
        "{count} characters in {records} records, {codes} codes (target: {target})",
    ),
}

SHOWN: Final = 5
"""Codes of each reason that the summary names."""


def sentences(census: Census, lang: str, brief: bool = False) -> Iterator[str]:
    """The summary; with `brief` the totals and what needs a decision alone."""
    place = 0 if lang == "ja" else 1

    def say(key: str, **values: object) -> str:
        return WORDS[key][place].format(**values)

    rows = census.rows
    records = sum(one.records for one in census.counted.inputs)
    count = sum(row.count for row in rows)
    yield say(
        "total",
        records=f"{records:,}",
        count=f"{count:,}",
        codes=f"{len(rows):,}",
        target=census.target,
    )
    for one in census.counted.inputs:
        if one.broken:
            yield say("broken", file=one.path, broken=f"{one.broken:,}")
    yield ""
    yield say("decide") if any(row.decide for row in rows) else say("nothing")
    for name in DECIDE[:-1]:
        found = [row for row in rows if row.decide == name]
        if not found:
            continue
        yield "  " + _line(DECIDE_WORDS[name][place], found, place)
        if not brief:
            yield from ("    " + _code(row, place) for row in found[:SHOWN])
    if brief or not rows:
        return
    yield ""
    yield say("classes")
    for name in CLASSES:
        found = [row for row in rows if row.kind == name]
        if found:
            yield "  " + _line(CLASS_WORDS[name][place], found, place)


def _line(name: str, found: list[Row], place: int) -> str:
    count = sum(row.count for row in found)
    return WORDS["line"][place].format(name=name, codes=f"{len(found):,}", count=f"{count:,}")


def _code(row: Row, place: int) -> str:
    """One code and where it stands first."""
    shown = " ".join(part for part in (row.charset, row.code, row.decoded, _glyph(row)) if part)
    first = WORDS["first"][place]
    where = first.format(file=row.file, record=f"{row.record:,}", field=row.field)
    return f"{shown} ×{row.count:,}  {where}"


def _glyph(row: Row) -> str:
    """The character where a terminal may have it."""
    return row.glyph if row.kind not in ("user-defined", "mj-plus", "selector") else ""
