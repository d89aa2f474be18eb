"""The tallies of a run → the balance block of the report, and where it does not close."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Any, Final

from converters.balance.pairs import Pair, pairs, unread
from converters.balance.tallies import FieldTally, KeyTotal, Tally
from converters.model import MappingSet

__all__ = ["Books", "balance", "fields"]

SHOWN: Final = 100
"""Categories that the report lists per field; the others are counted together."""
EXACT: Final = Context(prec=200)
FLAG: Final = "1"
"""不詳フラグ of an unknown date."""

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """What a run counted.

    `source` holds all records that were read, `accepted` those of them that were converted, as
    they were read, and `target` what they became (None where nothing is written). `rejected` and
    `dropped`, by reason, count the others.
    """

    source: Tally
    accepted: Tally
    target: Tally | None = None
    rejected: int = 0
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_closed(self) -> bool:
        """Records in are records converted, rejected and filtered, and as many were written."""
        known = self.accepted.records + self.rejected + sum(self.dropped.values())
        written = self.accepted if self.target is None else self.target
        return self.source.records == known and written.records == self.accepted.records


def balance(books: Books, definitions: MappingSet | None, back: bool = False) -> Block:
    """The balance block. `definitions` is None where a file is only validated.

    `discrepancies` names what does not agree: code, field, and what was expected and found.
    """
    known = () if definitions is None else pairs(definitions, back)
    reasons = {} if definitions is None else unread(definitions, back)
    tolerance = 0.0 if definitions is None else definitions.mapping.tolerance / 100
    return {
        "closed": books.is_closed,
        "records": _records(books),
        "sums": [*_sums(books, known)],
        "keys": [*_keys(books, known)],
        "fill": [*_fill(books, known)],
        "categories": [*_categories(books, known)],
        "unread": [*_unread(books, reasons)],
        "discrepancies": [*_discrepancies(books, known, reasons, tolerance)],
    }


def fields(books: Books) -> list[Block]:
    """Filled and unknown values of every field, before and after, for the report."""
    sides = [("source", books.source), ("accepted", books.accepted), ("target", books.target)]
    return [
        {
            "side": side,
            "field": name,
            "records": tally.records,
            "filled": found.filled,
            "unknown": found.unknown,
        }
        for side, tally in sides
        if tally is not None
        for name, found in tally.fields.items()
    ]


def _records(books: Books) -> Block:
    return {
        "read": books.source.records,
        "converted": books.accepted.records,
        "rejected": books.rejected,
        "filtered": dict(sorted(books.dropped.items())),
        "written": None if books.target is None else books.target.records,
    }


def _sums(books: Books, known: tuple[Pair, ...]) -> Iterator[Block]:
    """Amounts, as text: all that was read, what of it was left out, what was converted, written."""
    partners = _partners(known, "same_number")
    for name, found in books.source.fields.items():
        if found.total is None:
            continue
        converted = _field(books.accepted, name).total or 0
        target = partners.get(name, "")
        written = _field(books.target, target)
        yield {
            "source": name,
            "target": target,
            "read": _number(found.total, found.scale),
            "left_out": _number(found.total - converted, found.scale),
            "converted": _number(converted, found.scale),
            "written": None if written.total is None else _number(written.total, written.scale),
        }


def _keys(books: Books, known: tuple[Pair, ...]) -> Iterator[Block]:
    """Key totals, the hashes as 16 hexadecimal digits."""
    partners = _partners(known, "same_key")
    if books.source.key is not None:
        target = None if books.target is None else books.target.key
        yield _key_block("", "", (books.source.key, books.accepted.key, target))
    for name, found in books.source.fields.items():
        if found.key is not None:
            target_name = partners.get(name, "")
            written = _field(books.target, target_name).key
            kept = _field(books.accepted, name).key
            yield _key_block(name, target_name, (found.key, kept, written))


def _key_block(source: str, target: str, totals: tuple[KeyTotal | None, ...]) -> Block:
    shown = [
        None
        if one is None
        else {"count": one.count, "sum": f"{one.sum:016x}", "xor": f"{one.xor:016x}"}
        for one in totals
    ]
    names = ("read", "converted", "written")
    return {"source": source, "target": target, **dict(zip(names, shown, strict=True))}


def _fill(books: Books, known: tuple[Pair, ...]) -> Iterator[Block]:
    """Filled and unknown values per rule, of the converted records before and after."""
    for pair in known:
        yield {
            "operation": pair.operation,
            "before": [_filled(books.accepted, name) for name in pair.sources],
            "after": [_filled(books.target, name) for name in pair.targets],
            "unknown_before": _unknown(books.accepted, pair.sources, pair),
            "unknown_after": _unknown(books.target, pair.targets, pair),
        }


def _filled(tally: Tally | None, name: str) -> Block:
    return {"field": name, "filled": _field(tally, name).filled}


def _unknown(tally: Tally | None, names: tuple[str, ...], pair: Pair) -> int:
    """Unknown dates of one side of a rule; a flag tells of those that are left blank."""
    if pair.operation == "partial" and len(names) > 1:
        flags = _field(tally, names[1]).categories
        if flags is not None:
            return flags.get(FLAG, 0) + flags.get("true", 0)
    return sum(_field(tally, name).unknown for name in names)


def _categories(books: Books, known: tuple[Pair, ...]) -> Iterator[Block]:
    """Categories and codes with their counts, before and after."""
    partners = _partners(known, "is_renaming")
    for name, found in books.source.fields.items():
        if found.categories is None:
            continue
        target = partners.get(name, "")
        written = _field(books.target, target)
        yield {
            "source": name,
            "target": target,
            "read": _listed(found),
            "converted": _listed(_field(books.accepted, name)),
            "written": None if written.categories is None else _listed(written),
        }


def _listed(found: FieldTally) -> Block:
    counts = found.categories or {}
    shown = dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:SHOWN])
    return {
        "counts": dict(sorted(shown.items())),
        "distinct": len(counts),
        "other": found.filled - sum(shown.values()),
    }


def _unread(books: Books, reasons: Mapping[str, str]) -> Iterator[Block]:
    """Fields that hold values and that no rule reads."""
    for name, because in reasons.items():
        filled = _field(books.accepted, name).filled
        if filled:
            yield {"field": name, "filled": filled, "because": because}


def _discrepancies(
    books: Books, known: tuple[Pair, ...], reasons: Mapping[str, str], tolerance: float
) -> Iterator[Block]:
    if not books.is_closed:
        written = books.accepted if books.target is None else books.target
        parts = [written.records, books.rejected, *books.dropped.values()]
        yield _differs("BAL-001", "", str(books.source.records), " + ".join(map(str, parts)))
    if books.target is not None:
        for pair in known:
            if pair.sources and pair.targets:
                yield from _pair_differs(books.accepted, books.target, pair)
                yield from _rates_differ(books.accepted, books.target, pair, tolerance)
    for block in _unread(books, reasons):
        yield _differs("BAL-010", block["field"], "0", str(block["filled"]))


def _differs(code: str, name: str, expected: str, found: str) -> Block:
    return {"code": code, "field": name, "expected": expected, "found": found}


def _pair_differs(before: Tally, after: Tally, pair: Pair) -> Iterator[Block]:
    first, second = _field(before, pair.sources[0]), _field(after, pair.targets[0])
    name = pair.targets[0]
    if pair.same_number and first.total is not None and second.total is not None:
        sums = [_number(one.total or 0, one.scale) for one in (first, second)]
        if Decimal(sums[0]) != Decimal(sums[1]):
            yield _differs("BAL-004", name, *sums)
    if pair.same_key and first.key is not None and second.key not in (None, first.key):
        yield _differs("BAL-005", name, str(first.key.count), str(_count(second.key)))
    yield from _categories_differ(pair, first, second)


def _rates_differ(before: Tally, after: Tally, pair: Pair, tolerance: float) -> Iterator[Block]:
    """Values that became blank, and dates that became unknown, beyond what is tolerated."""
    name = pair.targets[0]
    expected, found = _due(before, after, pair)
    if expected - found > tolerance * expected and pair.operation != "substring":
        yield _differs("BAL-007", name, str(expected), str(found))
    known = _unknown(before, pair.sources, pair)
    unknown = _unknown(after, pair.targets, pair)
    if unknown - known > tolerance * before.records:
        yield _differs("BAL-011", name, str(known), str(unknown))


def _count(total: KeyTotal | None) -> int:
    return 0 if total is None else total.count


def _categories_differ(pair: Pair, first: FieldTally, second: FieldTally) -> Iterator[Block]:
    """The first categories whose counts are not what the rule makes of those before."""
    if pair.translate is None or first.categories is None or second.categories is None:
        return
    if first.other or second.other:
        return
    due: dict[str, int] = {}
    for value, count in first.categories.items():
        after = pair.translate(value)
        if after is not None:
            due[after] = due.get(after, 0) + count
    for value in sorted(due.keys() | second.categories.keys()):
        expected, found = due.get(value, 0), second.categories.get(value, 0)
        if expected != found:
            yield _differs("BAL-006", pair.targets[0], f"{value}: {expected}", f"{value}: {found}")


def _due(before: Tally, after: Tally, pair: Pair) -> tuple[int, int]:
    """How many values a rule had to pass on at least, and how many arrived.

    A date that is not wholly known may be left blank where flag and words tell of it.
    """
    if pair.operation == "partial":
        source = _field(before, pair.sources[0])
        if len(pair.targets) > 1:
            return source.filled - source.unknown, _field(after, pair.targets[0]).filled
        return source.filled, _field(after, pair.targets[0]).filled
    expected = max(_field(before, name).filled for name in pair.sources)
    # A value may have gone to any one of several targets.
    return expected, sum(_field(after, name).filled for name in pair.targets)


def _partners(known: tuple[Pair, ...], quality: str) -> dict[str, str]:
    """Target of each source field, of the first rule that has the quality."""
    return {pair.sources[0]: pair.targets[0] for pair in reversed(known) if getattr(pair, quality)}


def _field(tally: Tally | None, name: str) -> FieldTally:
    """The tally of a field; nothing was filled where there is none."""
    return FieldTally(0) if tally is None else tally.fields.get(name, FieldTally(0))


def _number(units: int, scale: int) -> str:
    """An exact number as text: a sum may be beyond what JSON readers keep."""
    return format(Decimal(units).scaleb(-scale, EXACT), "f")
