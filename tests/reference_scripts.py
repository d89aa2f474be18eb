"""Slow, obvious readers of single values in the charsets that `kernels` reads with states."""

from __future__ import annotations

from functools import cache

from converters import charset as cells
from converters import status
from converters.charset import Charset, read

CONTROLS = {*range(0x20), *range(0x7F, 0xA0)}


@cache
def codes_of(charset: Charset) -> tuple[list[dict[int, str]], dict[bytes, str]]:
    """Single bytes of each state, and codes of two bytes, each read by itself."""
    singles: list[dict[int, str]] = []
    double = charset.shifts.double if charset.structure == "shifted" else 1
    for state in range(double):
        page = charset.plain[256 * state : 256 * state + 256].tolist()
        singles.append({byte: shown(charset, cell) for byte, cell in enumerate(page) if cell > 3})
    pairs = {
        code.to_bytes(2, "big"): shown(charset, cell)
        for code, cell in enumerate(charset.double.tolist())
        if cell
    }
    return singles, pairs


def shown(charset: Charset, cell: int) -> str:
    """The character of a cell."""
    size = cell >> 24 & 3
    if size:
        return cell.to_bytes(4, "little")[:size].decode()
    if cell & cells.LONG:
        return int(charset.longs[cell & 0xFFFF]).to_bytes(8, "little").rstrip(b"\0").decode()
    return chr(cell - cells.CONTROL)


def shifted(
    charset: Charset, data: bytes, begin: int, closed: bool, with_marks: bool
) -> tuple[str, int]:
    """A value that lies in a field of fixed width, spaces behind it left out, and its outcome."""
    singles, pairs = codes_of(charset)
    double, state = charset.shifts.double, begin
    marks = [(m.to_bytes(n, "little"), to) for m, n, to in charset.shifts.marks.tolist()]
    data = data.rstrip(charset.blank)
    text, place = "", 0
    while place < len(data):
        pair = data[place : place + 2]
        if state == double and pair in pairs:
            text, place = text + pairs[pair], place + 2
            continue
        mark = [m for m in marks if with_marks and data.startswith(m[0], place)]
        opens = with_marks and any(data[place] == m[0][0] for m in marks)
        if mark:
            place, state = place + len(mark[0][0]), mark[0][1]
        elif opens:
            return "", status.UNDECODABLE
        elif state == double:
            rest = data[place + 1 :]
            half = not rest or (with_marks and any(rest.startswith(mark) for mark, _ in marks))
            return "", status.HALF_CHARACTER if half else status.UNDECODABLE
        elif data[place] not in singles[state]:
            return "", status.UNDECODABLE
        else:
            text, place = text + singles[state][data[place]], place + 1
    text = text.rstrip(" 　")
    found = judged(text) if text else status.BLANK
    latin = {begin} | ({1} if charset.name == "iso-2022-jp" else set())
    return text, status.UNCLOSED_SHIFT if closed and state not in latin else found


def judged(text: str) -> int:
    """The outcome of a text of any class, codes that do not return aside."""
    points = [ord(character) for character in text]
    if any(point in CONTROLS for point in points):
        return status.CONTROL
    private = any(0xE000 <= point <= 0xF8FF or point >= 0xF0000 for point in points)
    return status.GAIJI if private else status.OK


def coded(charset: Charset, data: bytes) -> tuple[str, int]:
    """A value in codes of one to three bytes, by its characters."""
    text, place, data = "", 0, data.rstrip(b" ")
    while place < len(data):
        lead = int(charset.single[data[place]])
        size = {cells.LEAD: 2, cells.LEAD3: 3}.get(lead, 1)
        try:
            text += read(charset, data[place : place + size])
        except UnicodeDecodeError:
            half = size > 1 and place + size > len(data)
            return "", status.HALF_CHARACTER if half else status.UNDECODABLE
        place += size
    text = text.rstrip(" 　")
    return text, judged(text) if text else status.BLANK


def utf16(data: bytes, big: bool) -> tuple[str, int]:
    """A value in UTF-16, by Python's codec."""
    try:
        text = data.decode("utf-16be" if big else "utf-16le")
    except UnicodeDecodeError as exc:
        cut = exc.reason in ("truncated data", "unexpected end of data")
        return "", status.HALF_CHARACTER if cut else status.UNDECODABLE
    text = text.rstrip(" 　")
    return text, judged(text) if text else status.BLANK
