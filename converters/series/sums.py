"""Blocks of several balances → one block: numbers are added, in whatever form they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from typing import Any, Final

__all__ = ["added", "entries"]

Block = Mapping[str, Any]

NAMES: Final = frozenset({"because", "code", "field", "operation", "side", "source", "target"})
"""What names an entry and is not added."""
HASHES: Final = frozenset({"sum", "xor"})
"""Totals of key hashes: 16 hexadecimal digits, added or joined modulo 2^64."""
DISTINCT: Final = "distinct"
"""Different values of a code: those of two runs may be the same, so the greater number is sure."""
EXACT: Final = Context(prec=200)
WORD: Final = 1 << 64


def entries(blocks: Sequence[Sequence[Block]]) -> list[Block]:
    """Lists of entries as one list: entries of the same names are added."""
    found: dict[str, Block] = {}
    for block in blocks:
        for one in block:
            key = repr(_named(one))
            found[key] = added(found[key], one) if key in found else one
    return [*found.values()]


def _named(entry: Any) -> Any:
    """What names an entry, its inner entries included."""
    if isinstance(entry, Mapping):
        return {
            name: value if name in NAMES else _named(value)
            for name, value in entry.items()
            if name in NAMES or isinstance(value, list)
        }
    return [_named(one) for one in entry]


def added(one: Block, other: Block) -> Block:
    """Two blocks of one shape. What only one of them has stays as it is."""
    return {
        name: _both(name, one[name], other[name])
        if name in one and name in other
        else one.get(name, other.get(name))
        for name in dict.fromkeys([*one, *other])
    }


def _both(name: str, one: Any, other: Any) -> Any:
    if name in NAMES:
        return one
    if isinstance(one, Mapping):
        return added(one, other)
    if isinstance(one, list):
        return [added(*pair) for pair in zip(one, other, strict=True)]
    if name in HASHES:
        return _hash(name, int(one, 16), int(other, 16))
    if name == DISTINCT:
        return max(one, other)
    if isinstance(one, str) or isinstance(other, str):
        return format(EXACT.add(Decimal(one), Decimal(other)), "f")
    return one + other


def _hash(name: str, one: int, other: int) -> str:
    total = (one + other) % WORD if name == "sum" else one ^ other
    return f"{total:016x}"
