"""Files with a header or a footer of so many bytes that is no record, around any form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from converters.columns import Bytes, Chunk, Ints, Order, Spans, Status, Text
from converters.forms.framing import Beginning, Ending, FileProblem, Form, Packer, Split

__all__ = ["Edges"]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """A form between `header` and `footer` bytes, which are written as `blank`; see
    `framing.Form`."""

    inner: Form
    header: int
    footer: int
    blank: bytes

    @property
    def longest(self) -> int:
        return self.inner.longest + self.header + self.footer

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        if len(data) < self.header + self.footer:
            if not eof:
                return None
            code = "SRC-016" if len(data) else "SRC-001"
            return Beginning(min(len(data), self.header), None, (FileProblem(code, "", 0),))
        found = self.inner.begin(data[self.header : len(data) - self.footer], eof)
        if found is None:
            return None
        problems = [replace(one, offset=one.offset + self.header) for one in found.problems]
        return Beginning(found.used + self.header, found.order, tuple(problems))

    def split(self, data: Bytes, eof: bool) -> Split:
        found = self.inner.split(data[: max(len(data) - self.footer, 0)], eof)
        return replace(found, used=len(data)) if eof else found

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        return self.inner.spans(chunk, order)

    def opening(self) -> bytes:
        return self._blanks(self.header) + self.inner.opening()

    def closing(self) -> bytes:
        return self.inner.closing() + self._blanks(self.footer)

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        edge = max(len(tail) - self.footer, 0)
        found = self.inner.end(tail[:edge], unended, place, order)
        return Ending(found.problems, found.trailer + tail[edge:])

    def packer(self, kept: bytes = b"") -> Packer:
        return self.inner.packer(kept)

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        return self.inner.remains(chunk, rows, order)

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        return self.inner.fit(texts)

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        return self.inner.assemble(texts, keep)

    def _blanks(self, count: int) -> bytes:
        return (self.blank * count)[:count]
