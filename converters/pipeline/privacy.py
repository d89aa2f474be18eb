"""The balance block as it may be shown: categories that are persons' values are masked.

Sums and totals speak of no single person; the values that categories are named by may.
"""

from __future__ import annotations

from typing import Any

from converters.findings import Policy, mask_all

__all__ = ["shown"]

Block = dict[str, Any]


def shown(balance: Block, policy: Policy) -> Block:
    """The block with the values of categories and of what does not agree as the policy shows
    values of their fields."""
    return {
        **balance,
        "categories": [_category(block, policy) for block in balance["categories"]],
        "discrepancies": [_discrepancy(block, policy) for block in balance["discrepancies"]],
    }


def _category(block: Block, policy: Policy) -> Block:
    found = dict(block)
    for side, field in (("read", "source"), ("converted", "source"), ("written", "target")):
        if block[side] is not None:
            counts = _counts(block[side]["counts"], block[field], policy)
            found[side] = block[side] | {"counts": counts}
    return found


def _counts(counts: dict[str, int], field: str, policy: Policy) -> dict[str, int]:
    """The counts by what may be shown of each value; values that look alike are added up."""
    values = mask_all([*counts], policy.sensitivity(field), policy.samples)
    found: dict[str, int] = {}
    for value, count in zip(values, counts.values(), strict=True):
        found[value] = found.get(value, 0) + count
    return dict(sorted(found.items()))


def _discrepancy(block: Block, policy: Policy) -> Block:
    if block["code"] != "BAL-006":
        return block
    found = dict(block)
    for side in ("expected", "found"):
        value, _, count = block[side].rpartition(": ")
        [value] = mask_all([value], policy.sensitivity(block["field"]), policy.samples)
        found[side] = f"{value}: {count}"
    return found
