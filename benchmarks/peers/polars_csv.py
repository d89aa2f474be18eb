"""Vendor B's CSV to UTF-8 CSV with polars alone: nothing is mapped and nothing is checked.

polars_csv.py INPUT OUTPUT
"""

from __future__ import annotations

import sys

import polars


def main(source: str, target: str) -> None:
    polars.read_csv(source, encoding="cp932", infer_schema=False).write_csv(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
