"""What the physical forms have in common: the verbs of a form, and what they hand out.

begin  the first bytes → what stands before the records: byte order mark, header row
split  bytes → whole records                assemble  columns → records
spans  records → where their fields lie     fit       columns → values that cannot be written
end    the last bytes → what stands there   packer    records → blocks
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from converters import charset
from converters.columns import Bytes, Chunk, Ints, Order, Spans, Status, Text
from converters.kernels.delimited import CLEAN, GAPPED
from converters.kernels.frame import (
    BLANK,
    BLOCK,
    CHAIN,
    COUNT,
    DIFFERS,
    EXTRA,
    HEADER,
    LONG,
    MALFORMED,
    MISSING,
    NO_VIEW,
    OPEN,
    RAGGED,
    REPEATED,
    SHORT,
    STRAY,
    TOO_LONG,
    UNCLOSED,
    UNKNOWN,
)
from converters.kernels.memory import window
from converters.kernels.numbers import STYLE
from converters.numbers import Spelled

__all__ = [
    "MARKS",
    "PROBLEMS",
    "Beginning",
    "Columns",
    "Ending",
    "FileProblem",
    "Form",
    "Loose",
    "Packer",
    "Split",
    "Splitter",
    "ended",
    "mark",
    "marked",
    "packed",
    "plain_number",
    "split",
    "strange",
    "view",
]

PROBLEMS: Final[dict[int, str]] = {
    BLANK: "REC-005",
    BLOCK: "REC-021",
    CHAIN: "REC-022",
    COUNT: "REC-014",
    DIFFERS: "REC-015",
    EXTRA: "REC-034",
    HEADER: "REC-011",
    LONG: "REC-002",
    MALFORMED: "REC-033",
    MISSING: "REC-012",
    NO_VIEW: "REC-016",
    OPEN: "REC-032",
    RAGGED: "REC-006",
    REPEATED: "REC-035",
    SHORT: "REC-001",
    STRAY: "REC-031",
    TOO_LONG: "REC-008",
    UNCLOSED: "REC-007",
    UNKNOWN: "REC-013",
}
"""The finding code of each record problem; such a record is rejected whole."""

MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8."""
MARKS: Final = {"utf-16be": b"\xfe\xff", "utf-16le": b"\xff\xfe", "utf-8": MARK}
"""Charset → its byte order mark."""


@dataclass(frozen=True, slots=True)
class FileProblem:
    """Something about the file as a whole. `detail` is the column, or what was found."""

    code: str
    detail: str
    offset: int


@dataclass(frozen=True, slots=True)
class Beginning:
    """What stood before the first record: `used` bytes of it."""

    used: int
    order: Order
    problems: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """The whole records at the front of some bytes, in the terms of `Chunk`.

    `used` bytes are done with. At the end of the file that is all of them, and what lies behind
    `bounds[-1]` is no record: an end-of-file mark, a footer.
    """

    bounds: Ints
    stop: Ints
    codes: Status
    used: int
    own: Ints | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """What is to be said of how a file ends, and what a file of some of its records ends with."""

    problems: tuple[FileProblem, ...] = ()
    trailer: bytes = b""


class Packer(Protocol):
    """Puts written records into blocks. It guards the block that is not full."""

    def add(self, data: Bytes) -> Bytes:
        """Whole records → the blocks that are full now."""

    def finish(self) -> Bytes:
        """The last block."""


class Loose:
    """The packer of forms without blocks."""

    def add(self, data: Bytes) -> Bytes:
        return data

    def finish(self) -> Bytes:
        return np.empty(0, np.uint8)


class Form(Protocol):
    """One physical form, made for one layout.

    Texts are in the order of the layout's fields, fillers left out.
    """

    @property
    def longest(self) -> int:
        """A buffer of this many bytes always begins with a whole record, or ends the file."""

    def begin(self, data: Bytes, eof: bool) -> Beginning | None:
        """What stands before the first record; None to ask for more bytes."""

    def split(self, data: Bytes, eof: bool) -> Split:
        """The whole records of `data`, which begins with one."""

    def spans(self, chunk: Chunk, order: Order) -> Spans:
        """Where the fields lie, fillers included. `order` is that of the file's `Beginning`."""

    def remains(self, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
        """Where the fields of broken records would lie if all were in its place and no quote hid a
        delimiter, blank where the record does not reach; None where nothing can be guessed."""

    def opening(self) -> bytes:
        """What is written before the first record."""

    def closing(self) -> bytes:
        """What is written behind the last record."""

    def end(self, tail: bytes, unended: bool, place: int, order: Order) -> Ending:
        """What stands behind the last record, from offset `place` on. `unended`: that record has
        no line end."""

    def packer(self, kept: bytes = b"") -> Packer:
        """What puts written records into blocks: as they were kept, or afresh."""

    def fit(self, texts: Sequence[Text]) -> list[Status | None]:
        """Which values the form cannot write as they are, one status per value; None for a text
        whose values all can be."""

    def assemble(self, texts: Sequence[Text], keep: npt.NDArray[np.bool_]) -> tuple[Bytes, Ints]:
        """The records of the rows to keep, and their bounds. A text that is too long is cut."""


def marked(script: charset.Charset) -> bytes:
    """The bytes that can only be a byte order mark: the charset's own, or UTF-8's where no text of
    the charset begins so; empty where any bytes may be text.

    Editors put EF BB BF before files of the Shift_JIS family all the same.
    """
    if script.name in MARKS:
        return MARKS[script.name]
    try:
        charset.read(script, MARK[:2])
    except UnicodeDecodeError:
        return MARK
    return b""


def strange(script: charset.Charset) -> dict[bytes, str]:
    """The byte order marks of other encodings, as far as no text of the charset begins so, and
    whose they are."""
    found = {}
    for name, one in MARKS.items():
        try:
            charset.read(script, one)
            text = script.structure != "utf-16"
        except UnicodeDecodeError:
            text = False
        if not text and one != marked(script):
            found[one] = name
    return found


def mark(data: Bytes, eof: bool, eaten: bytes, expected: bool) -> Beginning | None:
    """The byte order mark: reported where it is not as expected, and `eaten` where it can be
    nothing else. Where nothing is, the mark of UTF-8 is looked for."""
    if not len(data):
        return Beginning(0, None, (FileProblem("SRC-001", "", 0),)) if eof else None
    sought = eaten or MARK
    head = data[: len(sought)].tobytes()
    if len(head) < len(sought) and sought.startswith(head) and not eof:
        return None
    present = head == sought
    problems: tuple[FileProblem, ...] = ()
    if present != expected:
        problems = (FileProblem("SRC-004", "present" if present else "absent", 0),)
    return Beginning(len(eaten) if present else 0, None, problems)


def ended(tail: bytes, unended: bool, place: int) -> Ending:
    """The end of a file behind whose records an end-of-file mark may stand."""
    found = [FileProblem("SRC-006", "", place)] if unended else []
    return Ending((*found, *([FileProblem("SRC-007", "", place)] if tail else [])))


def packed(form: Form, data: Bytes) -> Bytes:
    """Written records as they stand in a file of their own, but for its opening and closing."""
    packer = form.packer()
    first, last = packer.add(data), packer.finish()
    return np.concatenate([first, last]) if len(last) else first


Splitter = Callable[..., tuple[int, int]]


def split(
    kernel: Splitter, data: Bytes, eof: bool, shape: tuple[object, ...], typical: int
) -> Split:
    """Runs a splitting kernel until it is through; `typical` is the usual size of a record."""
    room, place = len(data) // typical + 64, 0
    bounds, stops, codes = [np.zeros(1, np.int64)], [], []
    while True:
        ends, stop, code = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, "u1")
        count, place = kernel(data, place, eof, shape, (ends, stop, code))
        bounds.append(ends[:count])
        stops.append(stop[:count])
        codes.append(code[:count])
        if count < room:
            break
        room *= 2
    one = len(stops) == 1
    return Split(
        np.concatenate(bounds),
        stops[0] if one else np.concatenate(stops),
        codes[0] if one else np.concatenate(codes),
        len(data) if eof else place,
    )


@dataclass(frozen=True, slots=True)
class Columns:
    """Texts as the assembling kernels read them (see `kernels.assemble` and `kernels.delimited`).

    `total` is the bytes of all values, `longest` those of the longest. It keeps the arrays alive
    that its window looks at.
    """

    pool: Bytes
    views: Ints
    steps: Ints
    pools: Ints
    styles: Ints
    total: int
    longest: int
    arrays: tuple[npt.NDArray[np.generic], ...]


def plain_number(text: Text, special: bytes) -> Spelled | None:
    """The numbers behind a text, if it has some and is written without any of these bytes."""
    known = text.spelled
    return None if known is None or known.style.has(special) else known


def view(texts: Sequence[Text | None], special: bytes | None = None) -> Columns:
    """One window over all texts; None stands for a column of blanks. Where it is said which bytes
    are `special` to whoever asks, numbers that have none of them stay numbers."""
    arrays: list[npt.NDArray[np.generic]] = [np.zeros(2, np.uint64)]
    styles = np.zeros((len(texts), STYLE + 1), np.int64)
    steps = []
    for place, text in enumerate(texts):
        if text is None or not text.longest:
            steps.append(0)
        elif special is not None and (spelled := plain_number(text, special)) is not None:
            arrays += [np.ascontiguousarray(spelled.units), spelled.status]
            sort = GAPPED if spelled.blanks else CLEAN
            styles[place] = (*spelled.style.cells, sort)
            steps.append(8)
        else:
            arrays += [np.ascontiguousarray(text.views), np.ascontiguousarray(text.data)]
            steps.append(16)
    pool, places = window(arrays)
    found = iter(places[1:])
    blank = (places[0], 0, places[0])
    cells = [(next(found), step, next(found)) if step else blank for step in steps]
    table = np.array(cells, np.int64).reshape(-1, 3).T.copy()
    total = sum(text.total for text in texts if text is not None)
    longest = max((text.longest for text in texts if text is not None), default=0)
    return Columns(pool, table[0], table[1], table[2], styles, total, longest, tuple(arrays))
