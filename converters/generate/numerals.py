"""What can be wrong with a number as hosts store it: its bytes → damaged ones.

A field whose bytes are all the same may be a blank by its layout, so none is made so.
"""

from __future__ import annotations

from typing import Final, Literal

from converters import charset as charsets
from converters import scripts
from converters.kinds.signs import packed_signs
from converters.model import Field, Layout

__all__ = [
    "bad_nibble",
    "bad_sign_nibble",
    "bad_zone",
    "no_sign",
    "spelled",
    "too_large",
    "wrong_total",
]

TEXTS: Final = ("digits", "integer", "zoned")


def bad_nibble(content: bytes, field: Field, layout: Layout) -> bytes | None:
    """The first digit of a packed number is none."""
    return bytes([0xA0 | content[0] & 0x0F]) + content[1:] if len(content) > 1 else None


def bad_sign_nibble(content: bytes, field: Field, layout: Layout) -> bytes | None:
    """The sign of a packed number is a digit."""
    signs = packed_signs(field, layout, scripts.of(layout, field))
    digit = next((one for one in range(9, 0, -1) if one not in (*signs.plus, *signs.minus)), None)
    if digit is None or len(content) < 2:
        return None
    return content[:-1] + bytes([content[-1] & 0xF0 | digit])


def bad_zone(content: bytes, field: Field, layout: Layout) -> bytes | None:
    """A digit of a zoned number has a zone that no charset has."""
    if len(content) < 2 or not content.strip(scripts.of(layout, field).blank):
        return None
    place = 1 if field.sign.startswith("leading") else 0
    return content[:place] + bytes([content[place] & 0x0F]) + content[place + 1 :]


def no_sign(content: bytes, field: Field, layout: Layout) -> bytes | None:
    """The byte that is the sign of a zoned number alone is none."""
    script = scripts.of(layout, field)
    if not field.sign.endswith("separate") or not content.strip(script.blank):
        return None
    wrong = charsets.write(script, "?")
    return wrong + content[1:] if field.sign.startswith("leading") else content[:-1] + wrong


def too_large(content: bytes, field: Field, layout: Layout) -> bytes | None:
    """More than the digits of a binary number can be."""
    most = (1 << 8 * len(content) - 1) - 1
    if field.digits is None or most < 10**field.digits:
        return None
    return most.to_bytes(len(content), _endian(field, layout))


def spelled(number: int, content: bytes, field: Field, layout: Layout) -> bytes | None:
    """A whole number, not negative, as wide as `content` and with its sign; None where the field
    is no such number, or has no room for it."""
    width, script = len(content), scripts.of(layout, field)
    if field.kind == "binary":
        fits = number < 1 << 8 * width - 1
        return number.to_bytes(width, _endian(field, layout)) if fits else None
    if field.kind == "packed":
        digits = f"{number:0{2 * width - 1}}{content[-1] & 0x0F:x}"
        return bytes.fromhex(digits) if len(digits) == 2 * width else None
    if field.kind not in TEXTS or field.sign != "none":
        return None
    text = str(number)
    if layout.framing.placed or field.kind == "digits":
        text = text.zfill(len(charsets.read(script, content)))
    made = charsets.write(script, text)
    return made if len(made) == width or not layout.framing.placed else None


def value(content: bytes, field: Field, layout: Layout) -> int | None:
    """The whole number that stands there, in units of its last digit; None for none."""
    if field.kind == "binary":
        return int.from_bytes(content, _endian(field, layout))
    if field.kind == "packed":
        digits = content.hex()[:-1]
    else:
        try:
            digits = charsets.read(scripts.of(layout, field), content).strip()
        except UnicodeDecodeError:
            return None
    return int(digits) if digits.isascii() and digits.isdigit() else None


def wrong_total(content: bytes, field: Field, layout: Layout) -> bytes | None:
    """A count or a sum that is one more than it should be, or one less."""
    held = value(content, field, layout)
    if held is None:
        return None
    more = spelled(held + 1, content, field, layout)
    return more or (spelled(held - 1, content, field, layout) if held else None)


def _endian(field: Field, layout: Layout) -> Literal["big", "little"]:
    return field.endian or layout.numbers.endian
