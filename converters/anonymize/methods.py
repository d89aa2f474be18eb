"""What a field holds → how its values are replaced.

The layout's sensitivity says whether, kind and name say how: names by words, dates by a shift,
numbers by other numbers, the rest character by character.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from converters.findings import sensitivity
from converters.model import Field, Layout, When

__all__ = ["Method", "method", "person", "structural"]

Method = Literal["address", "amount", "date", "keep", "name", "number", "text"]

TOWN: Final = "団体コード|町字|住所コード|郵便番号|都道府県|市区.*町村|^市|^町|地区|行政区|校区"
"""The place as far as the town stays: without it the file would be of no use."""
OTHER: Final = "続柄|国籍|国名|在留資格|業務ID|履歴番号|枝番号|不詳表記|操作時刻|更新時刻"
"""Facts that are in no list of codes, and yet of a few kinds only."""
NAMES: Final = "氏名|^氏|^名|旧氏|通称|世帯主(?!.*番号)"
ADDRESS: Final = "番地|住所|転出先|転入前|前住所"
PERSON: Final = "宛名番号|住民番号"

DATES: Final = ("date", "wareki")
NUMBERS: Final = ("binary", "decimal", "float", "integer", "packed", "zoned")


def method(field: Field) -> Method:
    """How the values of a field are replaced. A filler should be blank; if not, it is text."""
    if field.is_filler:
        return "text"
    if sensitivity(field) in ("public", "code") or field.kind in ("flags", "time"):
        return "keep"
    if field.kind in DATES:
        return "date"
    if field.kind in NUMBERS:
        return "amount"
    if re.search(TOWN, field.name) or re.search(OTHER, field.name):
        return "keep"
    if field.kind == "digits":
        return "number"
    if re.search(NAMES, field.name):
        return "name"
    return "address" if re.search(ADDRESS, field.name) else "text"


def structural(layout: Layout) -> frozenset[str]:
    """The fields, by type of record, that hold a file together: keys of the types, and numbers that
    other records are counted or added up in."""
    named = [name for one in layout.controls for name in (one.field, *(one.sum or ()))]
    variable = layout.framing.variable
    size = variable.size.at - 1 if variable and variable.size else -1
    for record in layout.records:
        places = zip(record.fields, record.offsets, strict=True)
        named += [f"{record.name}.{field.name}" for field, at in places if at == size]
        for when in record.when:
            places = zip(record.fields, record.offsets, strict=True)
            named += [
                f"{record.name}.{field.name}"
                for column, (field, at) in enumerate(places, 1)
                if column == when.column or (when.at and _meets(when, at, field.bytes or 0))
            ]
    return frozenset(named)


def _meets(when: When, at: int, width: int) -> bool:
    """Does a field have bytes in common with a key?"""
    longest = max([len(text) for text in (*when.among, *when.hex)], default=0)
    first = (when.at or 1) - 1
    return first < at + width and at < first + longest


def person(layout: Layout) -> int | None:
    """The place of the field that says whose record it is: 宛名番号, else the key's first field."""
    names = [field.name for field in layout.record.fields]
    wanted = [name for name in names if re.search(PERSON, name)] + list(layout.record.key)
    return names.index(wanted[0]) if wanted else None
