"""Vendor A to CSV the obvious way: one record at a time with the standard library.

    plain_python.py FIELDS.json INPUT OUTPUT      FIELDS: [[name, first byte, bytes, kind], ...]

Era dates become ISO dates, everything else is decoded and stripped: less work than ours does.
"""

from __future__ import annotations

import csv
import json
import sys

ERAS = {"1": 1867, "2": 1911, "3": 1925, "4": 1988, "5": 2018}


def date(text: str) -> str:
    if len(text) != 7 or text[0] not in ERAS or not text.isdigit():
        return text
    return f"{ERAS[text[0]] + int(text[1:3])}-{text[3:5]}-{text[5:7]}"


def main(fields_path: str, source: str, target: str) -> None:
    with open(fields_path, encoding="utf-8") as file:
        every = [(name, at, at + width, kind) for name, at, width, kind in json.load(file)]
    length = every[-1][2] + len(b"\r\n")
    fields = [field for field in every if field[3] != "filler"]
    with open(source, "rb") as data, open(target, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(name for name, *_ in fields)
        while record := data.read(length):
            row = []
            for _, start, stop, kind in fields:
                text = record[start:stop].decode("cp932").strip(" 　")
                row.append(date(text) if kind == "wareki" else text)
            writer.writerow(row)


if __name__ == "__main__":
    main(*sys.argv[1:])
