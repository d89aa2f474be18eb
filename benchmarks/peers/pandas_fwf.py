"""Vendor A to CSV with pandas.read_fwf, which counts characters: kanji shift the columns.

pandas_fwf.py FIELDS.json INPUT OUTPUT
"""

from __future__ import annotations

import json
import sys

import pandas


def main(fields_path: str, source: str, target: str) -> None:
    with open(fields_path, encoding="utf-8") as file:
        fields = [field for field in json.load(file) if field[3] != "filler"]
    frame = pandas.read_fwf(
        source,
        colspecs=[(at, at + width) for _, at, width, _ in fields],
        names=[name for name, *_ in fields],
        dtype=str,
        encoding="cp932",
    )
    frame.to_csv(target, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
