"""Framing as slowly and plainly as it can be said: the oracle of the kernels.

A record is (raw bytes, content, problem code or ""). Everything looks at one byte after another.
"""

from __future__ import annotations

QUOTE, CR, LF, MARK = b'"', b"\r", b"\n", b"\x1a"

Record = tuple[bytes, bytes, str]


def fixed_records(data: bytes, length: int, terminator: bytes, limit: int) -> list[Record]:
    """The records of a whole fixed-width file; what is left over is an end-of-file mark."""
    records = []
    while data.strip(MARK) or len(data) >= (limit if terminator else length):
        record = _fixed_record(data, length, terminator, limit)
        records.append(record)
        data = data[len(record[0]) :]
    return records


def _fixed_record(data: bytes, length: int, terminator: bytes, limit: int) -> Record:
    size = length + len(terminator)
    whole = data[:size]
    if len(whole) == size and whole.endswith(terminator):
        return whole, whole[:length], ""
    if terminator and LF in data[:limit]:
        raw = data[: data.index(LF) + 1]
        content = _content(raw)
        if not content:
            return raw, content, "REC-005"
        return raw, content, "REC-001" if len(raw) < size else "REC-002"
    if terminator and len(data) >= limit:
        return data[:limit], data[:limit], "REC-008"
    content = data.rstrip(MARK)
    if len(data) >= length and len(content) < length:
        content = data[:length]
    if len(content) == length:
        return content, content, ""
    return content, content, "REC-001" if len(content) < length else "REC-002"


def _content(raw: bytes) -> bytes:
    return raw.removesuffix(LF).removesuffix(CR) if raw.endswith(LF) else raw


def delimited_records(data: bytes, delimiter: bytes, limit: int, one_field: bool) -> list[Record]:
    """The records of a whole delimited file; what is left over is an end-of-file mark."""
    records = []
    data = data.rstrip(MARK)
    while data:
        record = _delimited_record(data, delimiter, limit)
        if not record[1] and not record[2] and not one_field:
            record = (record[0], b"", "REC-005")
        records.append(record)
        data = data[len(record[0]) :]
    return records


def _delimited_record(data: bytes, delimiter: bytes, limit: int) -> Record:
    at_start, in_quotes, closed = True, False, False
    for i in range(min(len(data), limit)):
        byte = data[i : i + 1]
        if byte == LF and not in_quotes:
            return data[: i + 1], _content(data[: i + 1]), ""
        if in_quotes:
            in_quotes, closed = byte != QUOTE, byte == QUOTE
        else:
            in_quotes, closed = byte == QUOTE and (at_start or closed), False
        at_start = byte == delimiter and not in_quotes and not closed
    raw = data[:limit]
    if in_quotes:
        if LF in raw:
            raw = raw[: raw.index(LF) + 1]
        return raw, _content(raw), "REC-007"
    return raw, raw, "REC-008" if len(raw) == limit else ""


def delimited_columns(content: bytes, delimiter: bytes) -> list[bytes] | None:
    """The values of one record, quotes taken off; None when text follows a closing quote."""
    values = []
    while True:
        if content.startswith(QUOTE):
            value, content = _quoted(content[1:])
            values.append(value)
            if content and not content.startswith(delimiter):
                return None
        else:
            value = content.split(delimiter)[0]
            values.append(value)
            content = content[len(value) :]
        if not content:
            return values
        content = content[len(delimiter) :]


def _quoted(rest: bytes) -> tuple[bytes, bytes]:
    value = b""
    while not rest.startswith(QUOTE) or rest.startswith(QUOTE + QUOTE):
        value += rest[:1]
        rest = rest[2:] if rest.startswith(QUOTE) else rest[1:]
    return value, rest[1:]


def fixed_line(values: list[bytes], widths: list[int], pads: list[tuple[str, bytes]]) -> bytes:
    """One record from values; a pad is ("left" or "right" or "sign", bytes)."""
    line = b""
    for value, width, (side, pad) in zip(values, widths, pads, strict=True):
        if not value:
            pad, side = pad if pad in (b" ", b"\x81\x40") else b" ", "left"
        value = value[:width]
        sign = b""
        if side == "sign" and len(value) < width and not value[:1].isdigit():
            sign, value = value[:1], value[1:]
        gap = width - len(sign) - len(value)
        spaces = b" " * (gap % len(pad))
        fill = pad * (gap // len(pad))
        line += value + fill + spaces if side == "left" else sign + spaces + fill + value
    return line


def delimited_line(values: list[bytes], delimiter: bytes, quoting: list[str]) -> bytes:
    """One record from values; quoting is always, needed or never."""
    cells = []
    for value, quote in zip(values, quoting, strict=True):
        special = any(byte in value for byte in (QUOTE, CR, LF, delimiter))
        if quote == "always" or (quote == "needed" and special):
            value = QUOTE + value.replace(QUOTE, QUOTE * 2) + QUOTE
        cells.append(value)
    return delimiter.join(cells)
