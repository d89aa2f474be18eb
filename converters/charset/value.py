"""One encoding as a value: its tables, its shift codes, and how its bytes are built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

__all__ = ["Charset", "Shifts", "Structure"]

Structure = Literal["long", "pairs", "shifted", "utf-16", "utf-8"]
"""How bytes become characters, one decoder and one encoder each:

pairs    codes of one or two bytes, ASCII where ASCII is, one code point of plane 0 each
long     codes of one to three bytes, one or two code points of any plane each
shifted  single-byte and double-byte states, with or without codes that switch between them
"""


@dataclass(frozen=True, slots=True, eq=False)
class Shifts:
    """The states of a charset: single-byte ones from 0 on, and `double`, which comes last.

    `marks` has a row for each shift code: its bytes (little-endian), their number, the state it
    opens. Of several codes for one state the first is written. `initial` is the state in which a
    value begins; it ends in that one, or in any below `latin`: those of Latin letters, as RFC 1468
    lets a line of ISO-2022-JP end.
    """

    double: int
    initial: int
    marks: npt.NDArray[np.int64]
    latin: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Charset:
    """One encoding.

    `unicode` charsets are UTF-8 and need no tables. `single` has 256 cells per single-byte state,
    and 256 more that tell which bytes may open a shift code in double-byte state; in `plain` no
    byte opens one. `double` has 65,536 cells indexed by lead byte × 256 + trail byte, `triple` as
    many for the codes behind a byte `LEAD3`. `encode` is indexed by code point; `sequences` holds
    the tree of characters of several code points, `sequence_codes` their encode cells.
    `space` is the full-width space, `blank` the space. `ascii` tells whether bytes 20-7E are ASCII
    wherever they stand; `free` holds CONTROL where control characters are nothing to report;
    `unmapped` is what the layout decides about gaiji without a character (see `Policy`); `longest`
    the bytes of the longest character in UTF-8.
    """

    name: str
    structure: Structure
    single: npt.NDArray[np.uint32]
    plain: npt.NDArray[np.uint32]
    double: npt.NDArray[np.uint32]
    triple: npt.NDArray[np.uint32]
    longs: npt.NDArray[np.uint64]
    encode: npt.NDArray[np.uint32]
    sequences: npt.NDArray[np.uint64]
    sequence_codes: npt.NDArray[np.uint32]
    shifts: Shifts
    space: bytes
    blank: bytes
    ascii: bool
    free: int
    unmapped: str
    longest: int

    @property
    def unicode(self) -> bool:
        return self.structure == "utf-8"

    @property
    def ebcdic(self) -> bool:
        """Are the digits F0 to F9?"""
        return self.structure == "shifted" and int(self.encode[0x30]) & 0xFFFFFF == 0xF0
