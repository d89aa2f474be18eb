"""The converters of Python, glibc and ICU → the tables in converters/data/charsets/.

    python tools/charsets.py

Needs `iconv` (glibc 2.36) and `uconv` (ICU 72). Every code of a charset is asked for, one by one;
what the source refuses has no row. A table has five arrays, named `CHARSET.ARRAY`:

codes    every code as a number, big-endian, in ascending order (uint32)
points   the code point of each (uint32)
seconds  the second code point of a character that has two, else 0 (uint32)
late     codes that are read, but never written: their character has a better one (uint32)

The first three are stored as differences from row to row, which packs to a third.
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

DATA = Path(__file__).parent.parent / "converters" / "data" / "charsets"

Reader = Callable[[bytes], str | None]
Table = dict[int, str]

SO, SI = b"\x0e", b"\x0f"
ALL = range(0x100)
HIGH = range(0xA1, 0xFF)


def python(codec: str) -> Reader:
    """A reader of single codes by a codec of Python."""

    def read(code: bytes) -> str | None:
        try:
            return code.decode(codec)
        except UnicodeDecodeError:
            return None

    return read


def table(read: Reader, codes: Iterable[bytes]) -> Table:
    """Every code that the reader knows."""
    found = ((int.from_bytes(code, "big"), read(code)) for code in codes)
    return {code: text for code, text in found if text}


def glibc(codec: str) -> Reader:
    """A reader of single codes by glibc's iconv."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.iconv_open.restype = ctypes.c_void_p
    libc.iconv.restype = ctypes.c_size_t
    handle = ctypes.c_void_p(libc.iconv_open(b"UTF-8", codec.encode()))

    def read(code: bytes) -> str | None:
        source, room = ctypes.c_char_p(code), ctypes.create_string_buffer(32)
        left, free = ctypes.c_size_t(len(code)), ctypes.c_size_t(32)
        target = ctypes.cast(room, ctypes.c_char_p)
        libc.iconv(handle, None, None, None, None)
        failed = libc.iconv(
            handle,
            ctypes.byref(source),
            ctypes.byref(left),
            ctypes.byref(target),
            ctypes.byref(free),
        )
        return None if failed or left.value else room.raw[: 32 - free.value].decode()

    return read


def icu(page: str, codes: list[bytes]) -> Table:
    """Every code of two bytes that ICU knows in a mixed page; what it refuses comes as U+FFFD."""
    command = ["uconv", "--from-callback", "substitute", "-f", f"ibm-{page}", "-t", "utf-8"]
    lines = b"\x25".join(SO + code + SI for code in codes)
    done = subprocess.run(command, input=lines, capture_output=True, check=True)
    texts = done.stdout.decode().split("\n")
    found = zip(codes, texts, strict=True)
    return {int.from_bytes(code, "big"): text for code, text in found if "\ufffd" not in text}


def pairs(leads: Iterable[int], trails: Iterable[int]) -> list[bytes]:
    """All codes of two bytes."""
    trails = list(trails)
    return [bytes((lead, trail)) for lead in leads for trail in trails]


def shift_jis(codec: str) -> Table:
    """A Shift_JIS charset: ASCII, half-width katakana and two-byte codes."""
    singles = [bytes([byte]) for byte in (*range(0x80), *range(0xA1, 0xE0))]
    leads = (*range(0x81, 0xA0), *range(0xE0, 0xFD))
    found = table(python(codec), singles + pairs(leads, (*range(0x40, 0x7F), *range(0x80, 0xFD))))
    # Python has JIS X 0201's yen sign and overline here, and the ASCII characters at two bytes.
    plain = {0x5C: "\\", 0x7E: "~", 0x815F: "＼", 0x81B0: "～"}
    return found | plain if codec == "shift_jis_2004" else found


def euc(read: Reader) -> Table:
    """An EUC charset: ASCII, katakana behind 8E, JIS X 0208, and JIS X 0212 behind 8F."""
    codes = [bytes([byte]) for byte in range(0x80)]
    codes += pairs([0x8E], range(0xA1, 0xE0)) + pairs(HIGH, HIGH)
    codes += [b"\x8f" + code for code in pairs(HIGH, HIGH)]
    return table(read, codes)


def ibm_double(page: str) -> tuple[Table, list[int]]:
    """The double-byte part of a mixed page, and its codes that are only read."""
    found = icu(page, [b"\x40\x40", *pairs(range(0x41, 0xFF), range(0x41, 0xFF))])
    back = subprocess.run(
        ["uconv", "-f", "utf-8", "-t", f"ibm-{page}"],
        input="\n".join(found.values()).encode(),
        capture_output=True,
        check=True,
    ).stdout
    written = [piece.strip(SO + SI) for piece in _lines(back)]
    late = [
        code
        for code, again in zip(found, written, strict=True)
        if int.from_bytes(again, "big") != code
    ]
    return found, late


def _lines(data: bytes) -> list[bytes]:
    """The lines of a mixed file: 25 ends a line in single-byte state only."""
    found, line, double = [], bytearray(), False
    for byte in data:
        if byte in (0x0E, 0x0F):
            double = byte == 0x0E
        if byte in (0x15, 0x25) and not double:
            found.append(bytes(line))
            line.clear()
        else:
            line.append(byte)
    return [*found, bytes(line)]


def ibm_single(page: str) -> Table:
    """The single-byte part of a page; the shift codes stand for themselves."""
    command = ["uconv", "-f", f"ibm-{page}", "-t", "utf-8"]
    codes = [bytes([byte]) for byte in ALL if byte not in (0x0E, 0x0F, 0x15, 0x25)]
    found = {}
    for code in codes:
        done = subprocess.run(command, input=code, capture_output=True)
        if not done.returncode and done.stdout:
            found[code[0]] = done.stdout.decode()
    return found | {0x0E: "\x0e", 0x0F: "\x0f", 0x15: "\x85", 0x25: "\n"}


def arrays(name: str, found: Table, late: list[int]) -> dict[str, np.ndarray]:
    """One table as it is stored."""
    codes = sorted(found)
    texts = [found[code] for code in codes]
    assert max(map(len, texts)) <= 2, "a character has one or two code points"
    columns = {
        "codes": codes,
        "points": [ord(text[0]) for text in texts],
        "seconds": [ord(text[1]) if len(text) > 1 else 0 for text in texts],
    }
    packed = {
        f"{name}.{key}": np.diff(np.array(value, np.int32), prepend=np.int32(0))
        for key, value in columns.items()
    }
    return packed | {f"{name}.late": np.array(sorted(late), np.uint32)}


def main() -> None:
    """Writes both files anew."""
    jis = {
        "cp932": shift_jis("cp932"),
        "euc-jp": euc(python("euc_jp")),
        "eucjp-ms": euc(glibc("EUC-JP-MS")),
        "shift_jis": shift_jis("shift_jis"),
        "shift_jis-2004": shift_jis("shift_jis_2004"),
    }
    # Python alone reads it as an ASCII tilde: it would return as 7E.
    jis["euc-jp"][0x8FA2B7] = "～"
    save("jis", {name: (found, []) for name, found in jis.items()})
    ibm = {page: (ibm_single(page), []) for page in ("037",)}
    ibm |= {"290": (ibm_single("930"), []), "1027": (ibm_single("939"), [])}
    ibm |= {"290e": (ibm_single("1390"), []), "1027e": (ibm_single("1399"), [])}
    ibm |= {"300": ibm_double("939"), "16684": ibm_double("1399")}
    save("ibm", ibm)


def save(name: str, tables: dict[str, tuple[Table, list[int]]]) -> None:
    """One file of tables."""
    packed: dict[str, np.ndarray] = {}
    for key, (found, late) in tables.items():
        packed |= arrays(key, found, late)
        print(f"{name}: {key}: {len(found)} codes, {len(late)} only read")
    np.savez_compressed(DATA / f"{name}.npz", **packed)


if __name__ == "__main__":
    main()
