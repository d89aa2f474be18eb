"""PICTURE strings → what they describe: text, digits, decimals, editing, how many characters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Literal

__all__ = ["Picture", "parse"]

REPEATED: Final = re.compile(r"(.)\(([0-9]+)\)")
LONGEST: Final = 1_000_000

Category = Literal["text", "wide", "number", "edited"]


@dataclass(frozen=True, slots=True)
class Picture:
    """`size` characters, or for a number `digits`, `scale` decimals (below 0: P) and a sign;
    `plain` are the symbols of an edited one, without repeat counts."""

    category: Category
    size: int
    digits: int = 0
    scale: int = 0
    signed: bool = False
    plain: str = field(default="", compare=False)


def parse(text: str) -> Picture:
    """The picture; ValueError with what is wrong with it."""
    if any(int(repeat[2]) > LONGEST for repeat in REPEATED.finditer(text)):
        raise ValueError("the picture is longer than any record")
    plain = REPEATED.sub(lambda repeat: repeat[1] * int(repeat[2]), text.upper())
    if "(" in plain or ")" in plain or not plain:
        raise ValueError("the parentheses of the picture do not fit")
    if set(plain) <= set("SVP9") and "9" in plain:
        return _number(plain)
    if set(plain) <= set("XA9"):
        return Picture("text", len(plain))
    if set(plain) <= set("N") or set(plain) <= set("G"):
        return Picture("wide", len(plain))
    if set(plain) <= set("XA9B0/"):
        return Picture("edited", len(plain))
    edited = plain.replace("CR", "--").replace("DB", "--")
    if set(edited) <= set("9VPZ*+-,.B0/$\\") and set(edited) & set("9Z*+-$\\"):
        return Picture("edited", len(edited.replace("V", "").replace("P", "")), plain=plain)
    if plain.startswith("S") and set(plain) & set("Z*+-,.B0/$"):
        raise ValueError("the picture has S and editing signs, which do not go together")
    raise ValueError("the picture has symbols that are not read")


def _number(plain: str) -> Picture:
    """S, digits, and a point that is implied; or P for digits that are not stored, on one side."""
    digits, zeros = plain.count("9"), plain.count("P")
    signed = plain.startswith("S")
    if shape := re.fullmatch(r"S?9*(?:V(9*))?", plain):
        return Picture("number", digits, digits, len(shape[1] or ""), signed)
    if re.fullmatch(r"S?V?P+V?9+", plain):
        return Picture("number", digits, digits, digits + zeros, signed)
    if re.fullmatch(r"S?9+P+V?", plain):
        return Picture("number", digits, digits, -zeros, signed)
    raise ValueError("S, V and P do not stand where they may in a picture of digits")
