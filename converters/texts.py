"""One column of byte strings, as Arrow string views."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from converters.kernels.arrays import Bytes, Views
from converters.kernels.lookup import Distinct, distinct
from converters.kernels.texts import INLINE, measure
from converters.numbers import Spelled

__all__ = ["Text"]

MANY = 1024
"""Different values that a column may have, and be asked for them."""

NO_VIEWS: Views = np.empty((0, 2), np.uint64)
NO_BYTES: Bytes = np.empty(0, np.uint8)


class Text:
    """A column of n byte strings as Arrow string views. Never changed once it is made.

    `views` has shape (n, 2): the low half of word 0 is the length; up to 12 bytes follow inline,
    longer values keep their first four bytes there and, in word 1, buffer 0 and their place in
    `data`. A value of length 0 is blank. The bytes are UTF-8, or the target's after encoding.
    Both arrays are made read-only: a kernel is compiled anew for each mix of the two sorts.

    `spelled` are the numbers behind a text that are not written out until somebody looks: most
    never are, as a form writes the digits into the record itself.
    """

    __slots__ = ("_different", "_measures", "_raw", "_written", "spelled")

    def __init__(self, views: Views, data: Bytes) -> None:
        self._written: tuple[Views, Bytes] | None = _kept(views, data)
        self.spelled: Spelled | None = None
        self._measures: tuple[int, int, int] | None = None
        self._raw: tuple[Bytes, Bytes] | None = None
        self._different: Distinct | None = None

    @classmethod
    def of(cls, numbers: Spelled) -> Text:
        """The text that the numbers are written as."""
        made = cls(NO_VIEWS, NO_BYTES)
        made._written, made.spelled = None, numbers
        return made

    def __len__(self) -> int:
        return len(self.views if self.spelled is None else self.spelled.units)

    @property
    def views(self) -> Views:
        return (self._written or self._write())[0]

    @property
    def data(self) -> Bytes:
        return (self._written or self._write())[1]

    @property
    def lengths(self) -> npt.NDArray[np.uint32]:
        """Length of each value in bytes."""
        return self.views.view(np.uint32)[:, 0]

    @property
    def blanks(self) -> int:
        """How many values are blank."""
        return self._measured()[0]

    @property
    def longest(self) -> int:
        """Bytes of the longest value; of numbers that are not written yet, of the longest there can
        be."""
        return self._measured()[1]

    @property
    def total(self) -> int:
        """Bytes of all values, or as many as they have at most."""
        return self._measured()[2]

    @property
    def raw(self) -> tuple[Bytes, Bytes]:
        """The bytes of the views, 16 a value, and of `data`: what kernels take."""
        if self._raw is None:
            self._raw = self.views.view(np.uint8).reshape(-1), self.data
        return self._raw

    @property
    def different(self) -> Distinct | None:
        """Its different values; None where they are more than `MANY`, which no category has. They
        are asked for on both sides of a mapping that only names a column anew."""
        if self._different is None:
            self._different = distinct(*self.raw, MANY)
        return self._different

    def value(self, row: int) -> bytes:
        """The bytes of one value; for messages, not for loops."""
        length = int(self.lengths[row])
        if length <= INLINE:
            inline: bytes = self.views[row].tobytes()
            return inline[4 : 4 + length]
        place = int(self.views[row, 1] >> np.uint64(32))
        long: bytes = self.data[place : place + length].tobytes()
        return long

    def _write(self) -> tuple[Views, Bytes]:
        assert self.spelled is not None, "a text has views or numbers"
        self._written = written = _kept(*self.spelled.written())
        return written

    def _measured(self) -> tuple[int, int, int]:
        if self._measures is None:
            spelled = self.spelled
            if spelled is None or self._written is not None:
                self._measures = measure(self.raw[0])
            else:
                longest = spelled.longest
                self._measures = spelled.blanks, longest, longest * len(spelled.units)
        return self._measures


def _kept(views: Views, data: Bytes) -> tuple[Views, Bytes]:
    """Both as they are, never to be written again."""
    views.flags.writeable = False
    if data.flags.writeable:
        data = data.view()
        data.flags.writeable = False
    return views, data
