"""What can be wrong with one value: its bytes → damaged ones.

Numbers, dates and codes are damaged as the text they are: `defects` brings those of hosts and of
UTF-16 into ASCII and back. Of other texts each fault knows the charsets that it is meant for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from converters import charset as charsets
from converters import scripts
from converters.charset import Charset
from converters.model import Field, Layout

__all__ = [
    "FieldDamage",
    "bad_check_digit",
    "bad_sign",
    "bad_time",
    "blank",
    "control",
    "era",
    "half_character",
    "impossible_date",
    "kanji_in_kana",
    "narrow_in_wide",
    "not_boolean",
    "not_number",
    "open_shift",
    "out_of_range",
    "partial_date",
    "pattern",
    "required",
    "space_in_number",
    "undecodable",
    "unknown_code",
]

Content = bytes
FieldDamage = Callable[[Content, Field, Layout], Content | None]
"""The bytes of a value → damaged ones; None where this value cannot have the defect."""

SHIFT_JIS: Final = ("cp932", "shift_jis", "shift_jis-2004")
EUC: Final = ("euc-jp", "eucjp-ms")


def blank(content: Content) -> bool:
    """Is there no value?"""
    return not content.strip(b" ") or content.replace(b"\x81\x40", b"").strip(b" ") == b""


def _spelled(content: Content, spellings: tuple[str, ...]) -> bool:
    return any(content.strip() == spelling.encode() for spelling in spellings)


def _special(content: Content, field: Field) -> bool:
    """Is it a blank, or one of the spellings that stand for something else than they say?"""
    others = (*(one for one in field.null if one), *field.unknown, *field.sentinels)
    return blank(content) or _spelled(content, others)


def _text(content: Content, field: Field, layout: Layout) -> tuple[Charset, str] | None:
    """The charset and the text of a value that may be spoiled; None where it may not."""
    script = scripts.of(layout, field)
    try:
        text = charsets.read(script, content)
    except UnicodeDecodeError:
        return None
    return None if field.pattern or not text.strip(" 　") else (script, text)


def _first(content: Content, byte: bytes, script: Charset) -> Content:
    """The first character, of whatever length in bytes, overwritten."""
    lead = content[0]
    length = 1 if lead < 0x80 else 2
    if script.name in EUC:
        length = 3 if lead == 0x8F else length
    elif 0xA1 <= lead <= 0xDF:
        length = 1
    return byte * min(length, len(content)) + content[length:]


def _part(style: str, letters: str) -> slice:
    """Where a part of a date stands in its written form."""
    plain = style.replace("g2", "gg").replace("g1", "g")
    place = plain.index(letters)
    return slice(place, place + len(letters))


def _put(content: Content, place: slice, new: bytes) -> Content:
    return content[: place.start] + new + content[place.stop :]


def _style(field: Field, layout: Layout) -> str:
    return field.style or ("YYYYMMDD" if layout.framing.placed else "YYYY-MM-DD")


def bad_check_digit(content: Content, field: Field, layout: Layout) -> Content | None:
    """The last digit is another one."""
    if field.check in (None, "住民票コード", "法人番号") or not content.isdigit():
        return None
    return content[:-1] + b"%d" % ((content[-1] - 48 + 1) % 10)


def bad_sign(content: Content, field: Field, layout: Layout) -> Content | None:
    """The sign is none."""
    signed = field.sign == "trailing" and not blank(content)
    return content[:-1] + b"?" if signed and layout.framing.placed else None


def bad_time(content: Content, field: Field, layout: Layout) -> Content | None:
    """The day has no such hour."""
    return None if _special(content, field) else b"29" + content[2:]


def control(content: Content, field: Field, layout: Layout) -> Content | None:
    """The first character is a control character."""
    script = scripts.of(layout, field)
    kept = layout.characters and layout.characters.controls not in (None, "report")
    if field.pattern or blank(content) or script.unicode or kept:
        return None
    if script.structure in ("long", "pairs"):
        return _first(content, b"\x01", script)
    known = _text(content, field, layout)
    new = charsets.write(script, "\x01" + known[1][1:]) if known else b""
    return new if len(new) == len(content) else None


def era(content: Content, field: Field, layout: Layout) -> Content | None:
    """The era has no such year."""
    known = not _special(content, field) and field.style[:1] in "Gg"
    if not known or field.style.startswith("GG"):
        return None
    codes = {letter: code for code, letter in field.eras.items()}
    plain = "S" if field.style[:2] == "GY" else "03" if field.style[:2] == "g2" else "3"
    era = codes.get("S", plain).encode()
    return _put(era + content[len(era) :], _part(field.style, "YY"), b"70")


def half_character(content: Content, field: Field, layout: Layout) -> Content | None:
    """The last byte is the first one of a character."""
    script = scripts.of(layout, field)
    if field.pattern or blank(content) or script.name not in SHIFT_JIS:
        return None
    return b"A" * (len(content) - 1) + b"\x8a"


def impossible_date(content: Content, field: Field, layout: Layout) -> Content | None:
    """The year has no such month."""
    if _special(content, field) or field.style.startswith("GG"):
        return None
    style = _style(field, layout)
    if field.kind == "wareki":  # In the first or last year of an era the era would be wrong too.
        content = _put(content, _part(style, "YY"), b"05")
    return _put(content, _part(style, "MM"), b"13")


def kanji_in_kana(content: Content, field: Field, layout: Layout) -> Content | None:
    """The first character is a kanji."""
    if blank(content) or field.pattern or len(content) < 2:
        return None
    script = scripts.of(layout, field)
    if script.name in SHIFT_JIS:
        return "漢".encode("cp932") + content[2:]
    return _replaced(content, field, layout, "漢")


def narrow_in_wide(content: Content, field: Field, layout: Layout) -> Content | None:
    """The first characters are half as wide."""
    if blank(content) or field.pattern:
        return None
    script = scripts.of(layout, field)
    if script.unicode:
        known = _text(content, field, layout)
        size = len(known[1][0].encode()) if known else 0
        return b"A" * size + content[size:]
    if script.name in SHIFT_JIS or (script.name in EUC and content[0] > 0xA0):
        return b"AB" + content[2:]
    return _replaced(content, field, layout, "A")


def _replaced(content: Content, field: Field, layout: Layout, letter: str) -> Content | None:
    """In UTF-16 every character of plane 0 is as long as another."""
    known = _text(content, field, layout)
    if known is None or known[0].structure != "utf-16":
        return None
    new = charsets.write(known[0], letter + known[1][1:])
    return new if len(new) == len(content) else None


def not_boolean(content: Content, field: Field, layout: Layout) -> Content | None:
    """Neither of the two spellings."""
    return None if blank(content) else b"?" * len(content)


def not_number(content: Content, field: Field, layout: Layout) -> Content | None:
    """A letter among the digits."""
    special = field.kind == "digits" and (field.check or field.pattern)
    if special or blank(content) or field.name in layout.record.key:
        return None
    return b"X" + content[1:]


def open_shift(content: Content, field: Field, layout: Layout) -> Content | None:
    """A value that ends in double-byte state: its last shift code was cut off."""
    script = scripts.of(layout, field)
    shift = charsets.opening(script)
    plain = layout.framing.placed and field.shifts == "present" and not field.pattern
    if not plain or not shift or script.structure != "shifted" or len(content) < len(shift) + 3:
        return None
    pair = charsets.write(script, "亜")[len(shift) :][:2]
    pairs = (len(content) - len(shift)) // 2
    return (
        charsets.write(script, "A") * (len(content) - len(shift) - 2 * pairs)
        + shift
        + (pair * pairs)
    )


def out_of_range(content: Content, field: Field, layout: Layout) -> Content | None:
    """All nines, and that is too much."""
    plain = field.sign == "none" and not blank(content)
    if not plain or field.max is None or int(b"9" * len(content)) <= int(field.max):
        return None
    return b"9" * len(content)


def partial_date(content: Content, field: Field, layout: Layout) -> Content | None:
    """The day is not known, in a field that must know it."""
    plain = not _special(content, field) and not field.partial
    if not plain or field.style.startswith("GG"):
        return None
    return _put(content, _part(_style(field, layout), "DD"), b"00")


def pattern(content: Content, field: Field, layout: Layout) -> Content | None:
    """A text that does not match."""
    if not field.pattern or blank(content):
        return None
    broken = b"?" * len(content)
    return None if re.fullmatch(field.pattern, broken.decode()) else broken


def required(content: Content, field: Field, layout: Layout) -> Content | None:
    """No value where one must be."""
    script = scripts.of(layout, field)
    empty = (script.blank * len(content))[: len(content)]
    needed = field.required is True and field.name not in layout.record.key
    # What stands for a blank number in fields of hosts is up to the layout.
    if not needed or field.is_host or blank(content) or content == empty:
        return None
    return empty if layout.framing.placed else b""


def space_in_number(content: Content, field: Field, layout: Layout) -> Content | None:
    """A space among the digits."""
    plain = not field.check and not field.pattern and len(content) > 2
    if not plain or blank(content) or field.name in layout.record.key:
        return None
    return content[:1] + b" " + content[2:]


def undecodable(content: Content, field: Field, layout: Layout) -> Content | None:
    """The first character is none. Of an XML file nothing is left to read then."""
    if field.pattern or blank(content) or layout.framing.xml:
        return None
    script = scripts.of(layout, field)
    if script.unicode:
        return b"\xff" * 3 + content[3:]
    if script.structure in ("long", "pairs"):
        return _first(content, b"\xff", script)
    if script.structure == "utf-16":
        return "\udc00".encode(script.name, "surrogatepass") + content[2:]
    byte, marks = _undefined(script)
    single = field.kind != "wide" and not any(map(content.startswith, marks))
    return byte + content[1:] if byte and single else None


@lru_cache(64)
def _undefined(script: Charset) -> tuple[bytes, tuple[bytes, ...]]:
    """A byte that is no character in single-byte state, and the shift codes."""
    marks = tuple(
        int(mark).to_bytes(size, "little") for mark, size, _ in script.shifts.marks.tolist()
    )
    for byte in (bytes([code]) for code in range(0xFF, 0x40, -1)):
        try:
            charsets.read(script, byte)
        except UnicodeDecodeError:
            return byte, marks
    return b"", marks


def unknown_code(content: Content, field: Field, layout: Layout) -> Content | None:
    """A code that its table does not have."""
    if not field.codes or _special(content, field):
        return None
    table = layout.code_table(field.codes)
    free = (letter * len(content) for letter in "XZ8")
    return next((code.encode() for code in free if code not in table), None)
