"""A `Charset` value per encoding: the tables that turn a vendor's bytes into UTF-8 and back.

cells     codes and characters → tables             policy   what a layout may decide
sources   name → codes                              users    a maker's table of the user's own
gaiji     a municipality's gaiji → rows             spelling single texts ↔ bytes
building  name and policy → `Charset`

The tables are our own because codecs differ where it hurts: Python's accept 80, A0 and FD-FF and
write 髙 as EEE0 where Windows writes FBFC; most know nothing of the hosts' codes.
"""

from __future__ import annotations

from converters.charset.building import load
from converters.charset.cells import (
    ABSENT,
    ASCII,
    CONTROL,
    GAIJI,
    KANA,
    LEAD,
    LEAD3,
    LONG,
    LOWER,
    NO_CODE,
    NODE,
    ONE_WAY,
    OPENS,
    SECOND,
    SHIFT,
    UNDEFINED,
    WIDE,
)
from converters.charset.names import NAMES
from converters.charset.policy import Policy
from converters.charset.spelling import code, codes, holds_gaiji, opening, reach, read, write
from converters.charset.users import TableError
from converters.charset.value import Charset, Shifts

__all__ = [
    "ABSENT",
    "ASCII",
    "CONTROL",
    "GAIJI",
    "KANA",
    "LEAD",
    "LEAD3",
    "LONG",
    "LOWER",
    "NAMES",
    "NODE",
    "NO_CODE",
    "ONE_WAY",
    "OPENS",
    "SECOND",
    "SHIFT",
    "UNDEFINED",
    "WIDE",
    "Charset",
    "Policy",
    "Shifts",
    "TableError",
    "code",
    "codes",
    "holds_gaiji",
    "load",
    "opening",
    "reach",
    "read",
    "write",
]
