"""What a field's name says about its content: name → the fact of a resident and how it is worded.

A facet names a column of `people` and the words its places stand for. Names are looked at in
order and the first hint that fits decides; a field that no hint fits is filled by its kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from converters.generate import days, words
from converters.generate.people import BANCHI, CARDS, ELSEWHERE, REASONS, STATES, STATUSES
from converters.generate.spelling import wide
from converters.generate.words import OVERLONG

__all__ = ["NOTHING", "NUMBERS", "Facet", "Word", "Words", "facet"]

Word = str | tuple[str, ...] | None
"""One text, several texts of one meaning (a code table may use any of them), or nothing."""
Words = Callable[[], Sequence[Word]]


@dataclass(frozen=True, slots=True)
class Facet:
    """`places` names a column of `people`; `words()` is what its places stand for, in order."""

    places: str
    words: Words


NUMBERS: Final = (
    ("世帯内番号", "member"),
    ("世帯主.*番号", "head"),
    ("世帯(番号|コード)", "household"),
    ("宛名番号|住民番号", "number"),
)
"""Field name to the number it holds: the place in the household, the head's number, the
household's, or the resident's own."""


def facet(name: str) -> Facet | None:
    """The facet of a field of that name; None when the name tells nothing."""
    return next((found for pattern, found in HINTS if re.search(pattern, name)), None)


def _persons(surname: int, given: int, between: str = "　") -> Words:
    """Every surname with every given name, and the overlong one last. The arguments are columns
    of the word tables: spelling or reading."""

    @cache
    def names() -> list[Word]:
        found = words.load()
        long = OVERLONG[surname] + between + OVERLONG[given + 1]
        pairs = (
            one[surname] + between + other[given]
            for one in found.surnames
            for other in found.givens
        )
        return [*pairs, long]

    return names


def _part(column: int, given: bool) -> Words:
    """One part of the names of `_persons`, in the same order."""

    def parts() -> list[Word]:
        found = words.load()
        many = len(found.givens)
        if given:
            return [
                *(row[column] for _ in found.surnames for row in found.givens),
                OVERLONG[column + 1],
            ]
        return [*(row[column] for row in found.surnames for _ in range(many)), OVERLONG[column]]

    return cache(parts)


@cache
def _roman() -> list[Word]:
    found = words.load()
    return [f"{one[0]} {two[0]}" for one in found.families for two in found.foreign_givens]


@cache
def _foreign_kana() -> list[Word]:
    found = words.load()
    return [
        f"{one[1]}　{two[1]}".replace(" ", "　")
        for one in found.families
        for two in found.foreign_givens
    ]


@cache
def _readings() -> list[Word]:
    """Readings of Japanese names, then of foreign ones: `reading` counts through both."""
    return [*KANA(), *_foreign_kana()]


def _table(name: str, column: int) -> Words:
    return lambda: [row[column] for row in getattr(words.load(), name)]


def _relation(slot: int) -> Words:
    """Code number `slot` of each chain of relationships, with its label."""

    def codes() -> list[Word]:
        rows = words.load().relationships
        labels = {row[0]: row[1] for row in rows if " " not in row[0]}
        chains = [row[0].split() for row in rows]
        return [(labels[c[slot]], c[slot]) if slot < len(c) else None for c in chains]

    return codes


@cache
def _banchi() -> list[Word]:
    shapes = ("{}番{}号", "{}番地", "{}番地の{}", "{}－{}")
    return [wide(shapes[n % 4].format(n % 37 + 1, n % 23 + 1)) for n in range(BANCHI)]


@cache
def _addresses() -> list[Word]:
    """Town and house number as one text, by `address`: place of the town times `BANCHI`."""
    return [
        "　".join((row[3], row[4], row[5], str(number)))
        for row in words.load().towns
        for number in _banchi()
    ]


@cache
def _elsewhere() -> list[Word]:
    towns = words.load().towns
    return [
        "".join(towns[n % len(towns)][3:6]) + f"{n % 29 + 1}-{n % 17 + 1}" for n in range(ELSEWHERE)
    ]


@cache
def _cards() -> list[Word]:
    letters = "ABCDEFGHJKLMNPRSTUWXYZ"
    return [
        f"{letters[n % 22]}{letters[n // 22 % 22]}{n * 48611 % 100_000_000:08d}"
        f"{letters[n % 21]}{letters[n % 19]}"
        for n in range(CARDS)
    ]


def _place_code() -> list[Word]:
    return [row[0] + row[1] for row in words.load().towns]


def _fixed(*texts: Word) -> Words:
    return lambda: texts


def _flag(text: Word, otherwise: Word) -> Words:
    """One word for unknown dates, another for known ones."""

    @cache
    def flags() -> list[Word]:
        return [text if "-00" in value else otherwise for value in days.VALUES]

    return flags


@cache
def _vague_text() -> list[Word]:
    return [_vague(value) for value in days.VALUES]


def _vague(value: str) -> str | None:
    """How a date that is not known to the day is put into words, as the mapping does it."""
    if "-00" not in value:
        return None
    if value == "0000-00-00":
        return "年月日不詳"
    year, month = int(value[:4]), int(value[5:7])
    _, era, first = next(era for era in reversed(_ERAS) if _latest(value) >= era[0])
    number = year - first + 1
    text = era + ("元" if number == 1 else wide(str(number))) + "年"
    return text + (wide(str(month)) + "月日不詳" if month else "月日不詳")


def _latest(value: str) -> str:
    """The last day that a date may stand for."""
    return value.replace("-00-00", "-12-31").replace("-00", "-31")


_ERAS: Final = (
    ("1868-01-25", "明治", 1868),
    ("1912-07-30", "大正", 1912),
    ("1926-12-25", "昭和", 1926),
    ("1989-01-08", "平成", 1989),
    ("2019-05-01", "令和", 2019),
)


@cache
def _era() -> list[Word]:
    starts = np.array([begins for begins, _, _ in _ERAS])
    values = np.array([_latest(value[:10]) for value in days.VALUES])
    found = np.maximum(np.searchsorted(starts, values, side="right") - 1, 0)
    named: list[Word] = [_ERAS[place][1] for place in found]
    named[days.UNKNOWN : days.UNKNOWN + 3] = [None, "明治", "大正"]
    return named


def _days() -> Sequence[Word]:
    return days.VALUES


def _dates(*pairs: tuple[str, str]) -> Iterable[tuple[str, Facet]]:
    """The date itself and the items that stand around it in the standard."""
    for pattern, places in pairs:
        yield (
            f"({pattern}).*_不詳フラグ",
            Facet(places, _flag(("不詳", "1"), ("不詳ではない", "0"))),
        )
        yield f"({pattern}).*_不詳表記", Facet(places, _vague_text)
        yield f"({pattern}).*_元号", Facet(places, _era)
        yield pattern, Facet(places, _days)


NAME, KANA = _persons(0, 1), _persons(1, 2)
NOTHING: Final = Facet("none", _fixed())
READING: Final = "カナ|フリガナ|仮名"

HINTS: Final[tuple[tuple[str, Facet], ...]] = (
    ("名寄せ先|改製|国外|転入前住所_世帯主", NOTHING),
    ("消除.*日|転入通知|転出予定|転出届出|外国人住民となった", NOTHING),
    ("漢字", NOTHING),
    *_dates(
        ("資格(取得|届出).*日", "begins"),
        ("資格喪失.*日", "ends"),
        ("生年月日", "birth"),
        ("転出.*日", "left"),
        ("転居届出|住定.*届出", "filed_move"),
        ("出生届出|住民.*届出", "filed_birth"),
        ("届出.*日", "filed"),
        ("住民(と|に)なった", "since"),
        ("住定日|住所を定めた", "settled"),
        ("異動(年月)?日|操作年月日", "moved"),
        ("満了|期限", "expiry"),
    ),
    (f"世帯主.*({READING})", Facet("head_name", KANA)),
    ("世帯主", Facet("head_name", NAME)),
    (f"旧氏.*({READING})", Facet("maiden", _table("surnames", 1))),
    ("旧氏", Facet("maiden", _table("surnames", 0))),
    (f"通称.*({READING})", Facet("alias", KANA)),
    ("通称", Facet("alias", NAME)),
    ("外国人.*氏名|氏名.*(ローマ字|アルファベット)|外国人ローマ字", Facet("roman", _roman)),
    (f"^氏_.*({READING})", Facet("name", _part(1, False))),
    ("^氏_", Facet("name", _part(0, False))),
    (f"^名_.*({READING})", Facet("name", _part(2, True))),
    ("^名_", Facet("name", _part(1, True))),
    (f"氏名.*({READING})", Facet("reading", _readings)),
    ("氏名_優先", Facet("preferred", NAME)),
    ("氏名$", Facet("name", NAME)),
    ("性別", Facet("sex", _fixed(("不明", "0"), ("男", "1"), ("女", "2")))),
    *((f"続柄コード{slot + 1}", Facet("relation", _relation(slot))) for slot in range(4)),
    (
        "続柄コード",
        Facet("relation", lambda: [r[0].replace(" ", "") for r in words.load().relationships]),
    ),
    ("続柄", Facet("relation", _table("relationships", 1))),
    ("前住所", Facet("previous", _elsewhere)),
    ("転出先", Facet("next", _elsewhere)),
    (f"方書.*({READING})", Facet("building", _table("buildings", 1))),
    ("方書コード", NOTHING),
    ("方書", Facet("building", _table("buildings", 0))),
    ("番地", Facet("banchi", _banchi)),
    ("市区町村コード|団体コード", Facet("town", _table("towns", 0))),
    ("町字コード", Facet("town", _table("towns", 1))),
    ("住所コード", Facet("town", _place_code)),
    ("郵便番号", Facet("town", _table("towns", 2))),
    ("都道府県", Facet("town", _table("towns", 3))),
    ("市区.*町村", Facet("town", _table("towns", 4))),
    ("町字", Facet("town", _table("towns", 5))),
    ("^住所$", Facet("address", _addresses)),
    ("国籍|国名", Facet("nationality", _table("families", 2))),
    ("在留資格", Facet("status", _fixed(*STATUSES))),
    ("在留カード", Facet("card", _cards)),
    ("^(住民)?(区分|種別)$", Facet("foreign", _fixed("日本人", "外国人"))),
    ("^(住民)?状態$", Facet("state", _fixed(("現住", "住民"), *STATES[1:]))),
    ("事由", Facet("reason", _fixed(*REASONS))),
    ("業務ID", Facet("zero", _fixed("001"))),
)
"""Pattern of a field's name and its facet; the first that is found in the name decides."""
