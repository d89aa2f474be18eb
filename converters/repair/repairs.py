"""The repairs of a run: which records of its inputs have other bytes, kept in the run itself.

repairs/index.csv names them, repairs/<input> holds the new bytes one after the other. A run that
replays a replay carries the earlier repairs on, so that one run and the inputs say everything.
"""

from __future__ import annotations

import csv
import hashlib
import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from converters.repair.spliced import Patch
from converters.rundir import Published, unchanged

__all__ = ["Repair", "kept", "merged", "repair", "written"]

FOLDER: Final = "repairs"
INDEX: Final = "repairs/index.csv"
COLUMNS: Final = ("file", "record", "offset", "bytes", "now", "before", "after", "fields")


@dataclass(frozen=True, slots=True)
class Repair:
    """One record that was replayed: `now` is its length, `patch` its place and, where somebody
    changed it, its new bytes.

    `before` and `after` are hashes of the whole record: that of one short value could be guessed.
    They are equal where nothing was changed.
    """

    file: str
    record: int
    patch: Patch
    now: int
    before: str
    after: str
    fields: tuple[str, ...] = ()

    @property
    def is_edit(self) -> bool:
        return self.before != self.after

    @property
    def growth(self) -> int:
        """How many bytes longer the record became."""
        return self.now - self.patch.size


def repair(
    file: str, record: int, offset: int, was: bytes, now: tuple[bytes, tuple[str, ...]]
) -> Repair:
    """A repair of the record that lies at `offset`: its bytes before, and now with the fields."""
    data, fields = now
    before = hashlib.sha256(was).hexdigest()
    if data == was:
        return Repair(file, record, Patch(offset, len(was), b""), len(was), before, before)
    after = hashlib.sha256(data).hexdigest()
    return Repair(file, record, Patch(offset, len(was), data), len(data), before, after, fields)


def kept(run: Published) -> list[Repair]:
    """The repairs of a run that changed bytes, by input and place; none for a run from scratch."""
    if INDEX not in run.files:
        return []
    found, data = [], {}
    with unchanged(run, INDEX).open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["before"] == row["after"]:
                continue
            name = row["file"]
            if name not in data and f"{FOLDER}/{name}" in run.files:
                data[name] = unchanged(run, f"{FOLDER}/{name}").open("rb")
            now = data[name].read(int(row["now"])) if int(row["now"]) else b""
            patch = Patch(int(row["offset"]), int(row["bytes"]), now)
            fields = tuple(filter(None, row["fields"].split(";")))
            known = row["before"], row["after"]
            found.append(Repair(name, int(row["record"]), patch, len(now), *known, fields))
    for file in data.values():
        file.close()
    return found


def merged(earlier: Sequence[Repair], later: Sequence[Repair]) -> list[Repair]:
    """Repairs of one input, and those of what it became, as repairs of the input itself.

    Both come by place. A later repair inside the bytes of an earlier one changes that one.
    """
    shifts = [0, *accumulate(one.growth for one in earlier)]
    starts = [one.patch.offset + shift for one, shift in zip(earlier, shifts, strict=False)]
    changed, found = list(earlier), []
    for one in reversed(later):
        place = bisect_right(starts, one.patch.offset) - 1
        inside = one.patch.offset - starts[place] if place >= 0 else 0
        if place >= 0 and inside < earlier[place].now:
            changed[place] = _inside(changed[place], inside, one)
        else:
            offset = one.patch.offset - shifts[place + 1]
            found.append(replace(one, patch=replace(one.patch, offset=offset)))
    return sorted([*changed, *found], key=lambda one: (one.patch.offset, one.patch.size))


def _inside(outer: Repair, place: int, inner: Repair) -> Repair:
    data = outer.patch.data
    data = data[:place] + inner.patch.data + data[place + inner.patch.size :]
    fields = tuple(dict.fromkeys((*outer.fields, *inner.fields)))
    patch = replace(outer.patch, data=data)
    after = hashlib.sha256(data).hexdigest()
    return replace(outer, patch=patch, now=len(data), after=after, fields=fields)


def written(repairs: Sequence[Repair]) -> Iterator[tuple[str, bytes, int]]:
    """The files that keep repairs: path, content, records."""
    lines = io.StringIO()
    out = csv.writer(lines, lineterminator="\n")
    out.writerow(COLUMNS)
    for one in repairs:
        patch = one.patch
        place = (one.file, one.record, patch.offset, patch.size, one.now)
        out.writerow([*place, one.before, one.after, ";".join(one.fields)])
    yield INDEX, lines.getvalue().encode(), len(repairs)
    for name in dict.fromkeys(one.file for one in repairs):
        edits = [one.patch.data for one in repairs if one.file == name and one.is_edit]
        if edits:
            yield f"{FOLDER}/{name}", b"".join(edits), len(edits)
