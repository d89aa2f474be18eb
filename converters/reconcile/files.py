"""A source file and a target file → the balance between them, as if this program had made it.

The source is read, checked and mapped as in a run, and what it becomes is counted; the target is
read by its own layout and counted. Whoever made the target: records, sums, categories, key totals,
filled and unknown values of every item must be those that the mapping leads to, type by type of the
records.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from converters import balance, findings
from converters.balance import Books, FieldTally, KeyTotal, Tally
from converters.errors import UsageError
from converters.findings import Policy
from converters.pipeline import Job, counted, privacy
from converters.reconcile.values import Difference

__all__ = ["files"]

Block = Mapping[str, Any]
NOTHING: Final = Tally(0, {})
NONE: Final = {"read": 0, "converted": 0, "rejected": 0, "filtered": {}, "written": 0}
"""Rows that stand in other records count as none themselves."""


def files(source: Job, target: tuple[str, ...]) -> tuple[Block, list[Difference]]:
    """The balance block, and where it does not agree. `source` is the job that would make the
    target, its direction included."""
    known = source.mapping
    assert known is not None, "files are compared through a mapping"
    layout = known.source if source.back else known.target
    there = counted(source)
    here = {
        one.plan.source.layout.record.name: one.books
        for one in counted(replace(source, inputs=target, mapping=None, layout=layout))
    }
    if not any(one.books for one in there) or not any(here.values()):
        raise UsageError("one of the sides holds no record")
    policy = findings.policy((known.source, known.mapping, known.target))
    blocks, found = [], list[Difference]()
    for one in there:
        assert one.plan.target is not None, "a mapping has a target"
        books = _between(one.books, here.get(one.plan.target.layout.record.name))
        block = balance.balance(books, one.plan.definitions, source.back)
        blocks.append((one.names, block | {"records": NONE} if one.apart else block))
        due = one.books.target if one.books and one.books.target else NOTHING
        found += [*_records(books, one.names[1]), *_fields(due, books, policy, one.names[1])]
    rejected = sum(block["records"]["rejected"] for _, block in blocks)
    return privacy.shown(balance.joined(blocks, rejected), policy), found


def _between(due: Books | None, found: Books | None) -> Books:
    """The records of a type as they were read, and those that stand in the target."""
    here = NOTHING if found is None else found.source
    if due is None:
        return Books(NOTHING, NOTHING, here)
    return Books(due.source, due.accepted, here, due.rejected, due.dropped)


def _records(books: Books, record: str) -> Iterator[Difference]:
    due, found = books.accepted.records, 0 if books.target is None else books.target.records
    if due != found:
        yield Difference("records", f"{record}written", str(due), str(found), "BAL-012")


def _fields(due: Tally, books: Books, policy: Policy, record: str) -> Iterator[Difference]:
    """Field by field: what the mapping makes of the source, and what stands in the target. `record`
    stands before the names of fields."""
    found = NOTHING if books.target is None else books.target
    if due.key != found.key:
        yield Difference("key", record.rstrip("."), _key(due.key), _key(found.key), "BAL-005")
    missing = max(due.records - found.records, 0)
    for name in dict.fromkeys([*due.fields, *found.fields]):
        one, two = (side.fields.get(name, FieldTally(0)) for side in (due, found))
        yield from _field(record + name, one, two, missing)
        yield from _categories(record + name, one, two, policy)


def _field(name: str, due: FieldTally, found: FieldTally, missing: int) -> Iterator[Difference]:
    """Values that went with `missing` records are shown: the records are beyond, not they."""
    lost = due.filled - found.filled
    if lost:
        code = "BAL-005" if lost < 0 else "BAL-007" if lost > missing else ""
        yield Difference("fill", name, str(due.filled), str(found.filled), code)
    if due.unknown != found.unknown:
        code = "BAL-011" if found.unknown > due.unknown else "BAL-005"
        yield Difference("unknown", name, str(due.unknown), str(found.unknown), code)
    if due.key != found.key:
        yield Difference("key", name, _key(due.key), _key(found.key), "BAL-005")
    if due.total != found.total:
        sums = [format(Decimal(one.total or 0).scaleb(-one.scale), "f") for one in (due, found)]
        yield Difference("sum", name, sums[0], sums[1], "BAL-004")


def _key(total: KeyTotal | None) -> str:
    return "" if total is None else f"{total.count} {total.sum:016x}"


def _categories(
    name: str, due: FieldTally, found: FieldTally, policy: Policy
) -> Iterator[Difference]:
    one, two = due.categories or {}, found.categories or {}
    values = [
        value for value in sorted(one.keys() | two.keys()) if one.get(value) != two.get(value)
    ]
    shown = findings.mask_all(values, policy.sensitivity(name), policy.samples)
    for value, text in zip(values, shown, strict=True):
        counts = str(one.get(value, 0)), str(two.get(value, 0))
        yield Difference("category", f"{name}: {text}", *counts, "BAL-006")
