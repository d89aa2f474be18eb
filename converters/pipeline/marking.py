"""Chunks in the order of their file → the same with what must be known before their turn: the type
of each record, its place in the order of the file, and the record it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from converters import sorting
from converters.columns import Bytes, Chunk, Ints, Mask
from converters.findings import ValueProblem
from converters.pipeline.plan import Lanes
from converters.sequence import START

__all__ = ["Marked", "Marker"]


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """A chunk, and the types of its records: places in the layout, or OTHER. `states` and `wrong`
    are those of `sorting.Walk`; `parents` has, by type, the number of the last record of it;
    `problems` is what reading all files has shown of them."""

    chunk: Chunk
    kinds: Bytes
    states: npt.NDArray[np.int16] | None = None
    wrong: Mask | None = None
    parents: Mapping[int, Ints] | None = None
    problems: Sequence[ValueProblem] = ()


class Marker:
    """Guards where the records of one input have come to: the state of their order, and the last
    record of each type. `kind` is the type of all of them where the file has only one; `known`
    tells what is wrong with records that is known before."""

    def __init__(
        self,
        lanes: Lanes,
        kind: int | None,
        known: Callable[[Chunk], Sequence[ValueProblem]] = lambda _: (),
    ) -> None:
        self._lanes = lanes
        self._kind = kind
        self._known = known
        self.state = START
        self._last = dict.fromkeys(lanes.parents, 0)

    def mark(self, chunk: Chunk) -> Marked:
        """The next chunk."""
        if self._kind is not None or self._lanes.sorter is None:
            kinds = np.full(chunk.records, self._kind or 0, np.uint8)
            return Marked(chunk, kinds, problems=self._known(chunk))
        kinds, chunk = sorting.sort(self._lanes.sorter, chunk)
        assert self._lanes.controls is not None
        walk = sorting.walked(self._lanes.controls.order, kinds, self.state)
        self.state = int(walk.states[-1])
        numbers = chunk.numbered(np.arange(chunk.records))
        parents = {kind: self._parents(kind, kinds, numbers) for kind in self._last}
        return Marked(chunk, kinds, walk.states, walk.wrong, parents)

    def _parents(self, kind: int, kinds: Bytes, numbers: Ints) -> Ints:
        """The number of the last record of a type, up to each record; 0 before the first."""
        found = np.maximum.accumulate(np.where(kinds == kind, numbers, self._last[kind]))
        self._last[kind] = int(found[-1]) if len(found) else self._last[kind]
        return np.asarray(found, np.int64)
