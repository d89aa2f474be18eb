"""A file, read with other bytes in some places; the file itself is hashed on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path
from typing import Any, Final

__all__ = ["Patch", "Spliced"]

BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Patch:
    """`data` stands instead of `size` bytes from `offset` on."""

    offset: int
    size: int
    data: bytes


class Spliced(RawIOBase):
    """Guards the file, the patches not reached yet, and the digest of what was read of the file.

    Patches come in the order of their offsets and do not overlap.
    """

    def __init__(self, path: Path, patches: Sequence[Patch]) -> None:
        self._file = path.open("rb", buffering=0)
        self._digest = hashlib.sha256()
        self._patches = list(reversed(patches))
        self._at = 0
        self._pending = memoryview(b"")

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        """Some of the bytes; 0 at the end."""
        wanted = memoryview(buffer).cast("B")
        while not self._pending:
            if not self._patches or self._patches[-1].offset > self._at:
                return self._own(wanted)
            self._skip(self._patches.pop())
        count = min(len(wanted), len(self._pending))
        wanted[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count

    def digest(self) -> str:
        """The sha256 of the file as it lies there; all of it must have been read."""
        return self._digest.hexdigest()

    def _own(self, wanted: memoryview) -> int:
        """Bytes of the file, up to the next patch."""
        if self._patches:
            wanted = wanted[: self._patches[-1].offset - self._at]
        count = self._file.readinto(wanted) or 0
        self._digest.update(wanted[:count])
        self._at += count
        return count

    def _skip(self, patch: Patch) -> None:
        left = patch.size
        while left:
            data = self._file.read(min(left, BLOCK))
            if not data:
                break
            self._digest.update(data)
            left -= len(data)
        self._at += patch.size
        self._pending = memoryview(patch.data)
