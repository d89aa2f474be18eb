"""Charset name and policy → the `Charset` value, built once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from converters.charset import cells, policy, sources, spelling, users
from converters.charset import gaiji as municipal
from converters.charset.cells import CONTROL, SHIFT, Rows, Tables
from converters.charset.names import NAMES
from converters.charset.policy import Policy
from converters.charset.value import Charset, Shifts, Structure

__all__ = ["load"]

AS_NAMED: Final = Policy()
NO_MARKS: Final = np.zeros((0, 3), np.int64)
NO_SHIFTS: Final = Shifts(1, 0, NO_MARKS)
SHIFT_JIS_LEADS: Final = (*range(0x81, 0xA0), *range(0xE0, 0xFD))
EUC: Final = ("euc-jp", "eucjp-ms")
PAIRS: Final = ("cp932", "shift_jis")
"""Charsets of the structure `pairs` unless a policy touches ASCII."""
WIDE_SPACE: Final = 0x3000


@dataclass(frozen=True, slots=True)
class Own:
    """What the user adds to a charset: decisions, the path of a maker's table, gaiji."""

    decided: Policy
    table: str
    gaiji: tuple[municipal.Entry, ...]


@cache
def load(name: str, decided: Policy = AS_NAMED, table: str = "", gaiji: str = "") -> Charset:
    """The charset of that name or alias; KeyError when there is none.

    `table` is the path of a maker's table that the user owns (see `users`); TableError when it is
    none, OSError when it cannot be read. `gaiji` are a municipality's gaiji, one entry a line (see
    `gaiji.entry`).
    """
    canonical = NAMES[name.lower()]
    if canonical.startswith("utf-"):
        return _unicode(canonical, decided)
    own = Own(decided, table, municipal.of(canonical, gaiji))
    if canonical in sources.IBM:
        return _ibm(canonical, own)
    if canonical in sources.HOSTS:
        return _host(canonical, own)
    if canonical == "iso-2022-jp":
        return _iso2022(canonical, own)
    return _coded(canonical, own)


def _overlaid(rows: Rows, own: Own, state: int, space: int) -> Rows:
    """Shipped rows with what the user adds and decides. `space` is the code of U+3000 in a host's
    charset."""
    rows = users.overlaid(rows, own.table, state)
    rows = municipal.assigned(rows, own.gaiji, state)
    return municipal.substituted(policy.decided(rows, own.decided, space), own.decided)


def _unicode(name: str, decided: Policy) -> Charset:
    none = np.zeros(0, np.uint32)
    long = np.zeros(0, np.uint64)
    structure: Structure = "utf-8" if name == "utf-8" else "utf-16"
    return Charset(
        name,
        structure,
        *(none, none, none, none, long, none, long, none),
        NO_SHIFTS,
        chr(WIDE_SPACE).encode(name),
        " ".encode(name),
        name == "utf-8",
        CONTROL if decided.controls == "keep" else 0,
        decided.unmapped,
        4,
    )


def _coded(name: str, own: Own) -> Charset:
    """Codes of one to three bytes."""
    decided = own.decided
    rows = sources.stored("jis", name)
    if name == "cp932":
        rows = rows.take(_by_preference(rows, decided.prefer))
    leads = (0x8E, *range(0xA1, 0xFF)) if name in EUC else SHIFT_JIS_LEADS
    rows = _overlaid(rows, own, 0, 0)
    tables = cells.tables(rows, 1, leads if decided.strays != "keep" else SHIFT_JIS_LEADS)
    simple = name in PAIRS and not own.table and not own.gaiji and _leaves_ascii(decided)
    return _charset(name, "pairs" if simple else "long", tables, NO_SHIFTS, decided)


def _leaves_ascii(decided: Policy) -> bool:
    """Whether all of ASCII, control characters and bytes above are what they always are."""
    changed = (decided.backslash, decided.tilde, decided.controls, decided.nul, decided.strays)
    return not any(changed)


def _by_preference(rows: Rows, prefer: str) -> np.ndarray:
    """CP932's codes, the one that is written before others of the same character.

    Windows: JIS X 0208, NEC row 13, IBM extensions, user-defined, NEC-selected IBM never.
    NEC: as Python's codec does, NEC-selected IBM before IBM extensions; ￢ alone stays JIS.
    """
    lead = rows.codes >> 8
    groups = [lead == 0x87, (lead >= 0xFA), (lead == 0xED) | (lead == 0xEE)]
    ranks = [1, 3, 2] if prefer == "nec" else [1, 2, 3]
    return np.argsort(np.select(groups, ranks, 0), kind="stable")


def _ibm(name: str, own: Own) -> Charset:
    single, double = sources.IBM[name]
    marks = sources.MARKS["ibm"] if single and double else ()
    rows = _overlaid(sources.ibm(name), own, 1, 0x4040)
    shifts = Shifts(1, 0 if single else 1, _marks(marks))
    return _charset(name, "shifted", cells.tables(rows, 1), shifts, own.decided)


def _host(name: str, own: Own) -> Charset:
    double, _ = sources.HOSTS[name]
    key = "jef-jis8" if name == "jef-jis8" else "keis" if double.startswith("keis") else double
    rows = _overlaid(sources.host(name, own.decided), own, 1, 0x4040)
    shifts = Shifts(1, 0, _marks(sources.MARKS[key]))
    return _charset(name, "shifted", cells.tables(rows, 1), shifts, own.decided)


def _iso2022(name: str, own: Own) -> Charset:
    rows = _overlaid(sources.iso2022(), own, 3, 0)
    shifts = Shifts(3, 0, _marks(sources.MARKS[name]), latin=2)
    return _charset(name, "shifted", cells.tables(rows, 3), shifts, own.decided)


def _marks(marks: Iterable[tuple[bytes, int]]) -> np.ndarray:
    rows = [(int.from_bytes(mark, "little"), len(mark), state) for mark, state in marks]
    return np.array(rows, np.int64).reshape(-1, 3)


def _charset(
    name: str, structure: Structure, tables: Tables, shifts: Shifts, decided: Policy
) -> Charset:
    plain, single = tables.single[: 256 * (shifts.double + 1)], tables.single.copy()
    if structure == "shifted":
        opening = np.unique(shifts.marks[:, 0] & 0xFF)
        for state in range(shifts.double + 1):
            single[256 * state + opening] = SHIFT
    return Charset(
        name=name,
        structure=structure,
        single=single,
        plain=plain,
        double=tables.double,
        triple=tables.triple,
        longs=tables.longs,
        encode=tables.encode,
        sequences=tables.sequences,
        sequence_codes=tables.sequence_codes,
        shifts=shifts,
        space=spelling.code(tables.encode, WIDE_SPACE),
        blank=spelling.code(tables.encode, 0x20) or b"\x40",
        ascii=bool(np.all(tables.encode[0x30:0x3A] == np.arange(0x30, 0x3A)))
        and structure != "shifted",
        free=CONTROL if decided.controls == "keep" else 0,
        unmapped=decided.unmapped,
        longest=tables.longest,
    )
