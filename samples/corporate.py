"""Records of corporate numbers, as the tax agency publishes them: nothing here knows the program.

Nobody has these numbers: they begin with a base number that is not given out.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

__all__ = ["corporations_csv", "corporations_xml"]

ELEMENTS = (
    *("sequenceNumber", "corporateNumber", "process", "correct", "updateDate", "changeDate"),
    *("name", "nameImageId", "kind", "prefectureName", "cityName", "streetNumber"),
    *("addressImageId", "prefectureCode", "cityCode", "postCode", "addressOutside"),
    *("addressOutsideImageId", "closeDate", "closeCause", "successorCorporateNumber"),
    *("changeCause", "assignmentDate", "latest", "enName", "enPrefectureName", "enCityName"),
    *("enAddressOutside", "furigana", "hihyoji"),
)
QUOTED = {
    *("name", "prefectureName", "cityName", "streetNumber", "addressOutside", "changeCause"),
    *("enName", "enPrefectureName", "enCityName", "enAddressOutside", "furigana"),
}
"""Texts, which stand in quotes where they are filled."""

HOME = {
    "prefectureName": "見本県",
    "cityName": "例示市",
    "streetNumber": "本町１丁目２番３号",
    "prefectureCode": "99",
    "cityCode": "101",
    "postCode": "9990001",
}


def _numbered(base: int) -> str:
    """A corporate number: nine less the remainder of the weighted sum, and twelve digits."""
    digits = [int(digit) for digit in f"{base:012}"]
    weighted = sum(digit * (1 + k % 2) for k, digit in enumerate(reversed(digits)))
    return f"{9 - weighted % 9}{base:012}"


def _rows() -> list[dict[str, str]]:
    """Nine entries: kinds of bodies, a closed one with a successor, one abroad, rare characters,
    marks that XML and CSV must escape; then one with a wrong check digit, one with a code that
    is not in the table."""
    common = {"process": "01", "correct": "0", "kind": "301", "latest": "1", "hihyoji": "0"}
    common |= {"updateDate": "2024-04-01", "changeDate": "2024-03-29"}
    found: list[dict[str, str]] = [
        {"name": "株式会社見本商事", "furigana": "ミホンショウジ", "enName": "MIHON CORPORATION"},
        {"name": "見本県", "kind": "201", "streetNumber": ""},
        {"name": "合同会社Ａ＆Ｂ<例>", "kind": "305", "enName": 'A&B "REI" LLC'},
        {"name": "𠮷田𣳾商店株式会社", "nameImageId": "00000001", "process": "11"},
        {"name": "有限会社閉鎖例", "kind": "302", "process": "21", "closeDate": "2024-03-31"},
        {"name": "例示インク", "kind": "401", "addressOutside": "見本国例示市１番地"},
        {"name": "株式会社改行例", "changeCause": "令和６年４月１日　\n見本商事に合併し解散"},
        {"name": "株式会社検査例"},
        {"name": "株式会社種別例", "kind": "999"},
    ]
    rows = []
    for number, own in enumerate(found, 1):
        row = dict.fromkeys(ELEMENTS, "") | common | HOME | own
        row["sequenceNumber"] = str(number)
        row["corporateNumber"] = _numbered(990_000_000_000 + number)
        row["assignmentDate"] = f"2015-10-{number:02}"
        rows.append(row)
    rows[4] |= {"closeCause": "11", "successorCorporateNumber": rows[0]["corporateNumber"]}
    rows[5] |= dict.fromkeys(HOME, "") | {"enAddressOutside": "1 Rei-ji, Mihon"}
    wrong = rows[7]["corporateNumber"]
    rows[7]["corporateNumber"] = str(int(wrong[0]) % 9 + 1) + wrong[1:]
    return rows


def corporations_csv() -> bytes:
    """Texts in quotes, blanks without, no header."""
    lines = []
    for row in _rows():
        cells = [
            f'"{value.replace(chr(34), chr(34) * 2)}"' if name in QUOTED and value else value
            for name, value in row.items()
        ]
        lines.append(",".join(cells) + "\n")
    return "".join(lines).encode()


def corporations_xml() -> bytes:
    """Facts of the file before the records; then a record that is cut, one with an element that
    the definition lacks, and one that is written in other ways: sections, references, spaces."""
    rows = _rows()
    made = ["".join(_element(name, value) for name, value in row.items()) for row in rows]
    made.append(made[0].replace("</name>", "").replace("<sequenceNumber>1<", "<sequenceNumber>10<"))
    made.append(made[0].replace("<hihyoji>", "<phone>99</phone><hihyoji>"))
    made.append(
        f"<corporateNumber>{_numbered(990_000_000_012)}</corporateNumber>\n"
        "<sequenceNumber>12</sequenceNumber><process>01</process><correct>0</correct>"
        "<updateDate>2024-04-01</updateDate><changeDate>2024-03-29</changeDate>"
        "<name>株式会社<![CDATA[<別表記>]]>&#x4F8B;<!-- ここまで --></name><kind>301</kind>"
    )
    facts = "<lastUpdateDate>2024-04-01</lastUpdateDate><count>12</count>"
    facts += "<divideNumber>1</divideNumber><divideSize>1</divideSize>"
    records = "".join(f"<corporation>{one}</corporation>" for one in made)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    return f"{head}<corporations>{facts}{records}</corporations>".encode()


def _element(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>" if value else f"<{name}/>"
