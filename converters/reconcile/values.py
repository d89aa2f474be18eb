"""One difference between two sides, as a value that can be printed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Difference"]


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """Something that is not the same on both sides.

    `kind` is records, sum, key, category, fill, unknown, finding, input or definition; `name` the
    field, code or path. `code` is that of a finding where the difference is beyond its limit.
    """

    kind: str
    name: str
    first: str
    second: str
    code: str = ""

    @property
    def is_beyond(self) -> bool:
        return bool(self.code)
