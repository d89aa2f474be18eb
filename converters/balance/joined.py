"""The balance blocks of several types of records → the block of their file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["joined"]

Block = dict[str, Any]
Names = tuple[str, str]
"""What stands before the names of fields of the source and of the target."""


def joined(blocks: Sequence[tuple[Names, Block]], rejected: int) -> Block:
    """One block; `rejected` counts all rejected records, those of no known type among them."""
    if len(blocks) == 1 and blocks[0][0] == ("", ""):
        return blocks[0][1]
    records = _records([block["records"] for _, block in blocks], rejected)
    found: Block = {"closed": all(block["closed"] for _, block in blocks), "records": records}
    for key in ("sums", "keys", "fill", "categories", "unread", "discrepancies"):
        found[key] = [_named(one, names) for names, block in blocks for one in block[key]]
    return found


def _records(known: list[Block], rejected: int) -> Block:
    filtered: dict[str, int] = {}
    for one in known:
        for because, count in one["filtered"].items():
            filtered[because] = filtered.get(because, 0) + count
    unknown = rejected - sum(one["rejected"] for one in known)
    written = [one["written"] for one in known if one["written"] is not None]
    return {
        "read": sum(one["read"] for one in known) + unknown,
        "converted": sum(one["converted"] for one in known),
        "rejected": rejected,
        "filtered": dict(sorted(filtered.items())),
        "written": sum(written) if written else None,
    }


def _named(block: Block, names: Names) -> Block:
    """A line of a list with its fields named in full; a key of the whole record by its type."""
    found = dict(block)
    for place, key in enumerate(("source", "target")):
        if key in block:
            known = block[key] or block["source"] == ""
            found[key] = (names[place] + block[key]).rstrip(".") if known else ""
    for place, key in enumerate(("before", "after")):
        if key in block:
            found[key] = [one | {"field": names[place] + one["field"]} for one in block[key]]
    if "field" in block:
        side = names[block.get("code") not in (None, "BAL-010")] or names[0]
        found["field"] = side + block["field"] if block["field"] else side.rstrip(".")
    return found
