"""Numeric edited pictures → kinds that read them and write exactly the same form back.

A number is one where every value has a single spelling that the kind writes: digits of a fixed
number with a sign of its own, or a number on the right of spaces. All other edited pictures stay
the text that they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from converters.importers.pictures import Picture

__all__ = ["edited"]

Options = list[tuple[str, str]]
Shape = re.Match[str]

PLUS: Final = {"+": [], "-": [("plus", '" "')]}
"""What a number that is not negative has in the place of its sign."""


def edited(picture: Picture) -> Options:
    """The kind of a numeric edited picture and what belongs to it; `narrow` for one that stays
    text."""
    for pattern, options in FORMS:
        if shape := pattern.fullmatch(picture.plain):
            return options(shape)
    return [("kind", "narrow")]


def _fixed(shape: Shape) -> Options:
    """All digits stand there, and a sign before or behind them: `+9(8)`, `9(6)V99-`."""
    whole, decimals = shape["whole"], shape["decimals"] or ""
    side = "leading" if shape["lead"] else "trailing"
    found = [("kind", "zoned"), ("digits", str(len(whole + decimals)))]
    found += [("scale", str(len(decimals)))] * bool(decimals)
    return [*found, ("sign", f"{side}-separate"), *PLUS[shape["lead"] or shape["trail"]]]


def _pointed(shape: Shape) -> Options:
    """All digits stand there, and a point: `9(6).99-`."""
    sign = [("sign", "leading")] if shape["lead"] else [("sign", "trailing")] * bool(shape["trail"])
    return [
        *_number(shape, len(shape["whole"])),
        *sign,
        *PLUS.get(shape["lead"] or shape["trail"], []),
    ]


def _floating(shape: Shape) -> Options:
    """On the right of spaces, and a minus before the first digit: `-(7)9`, `-(5)9.99`."""
    return [*_number(shape, len(shape["float"]) + 1), ("sign", "minus"), ("pad", '" "')]


def _suppressed(shape: Shape) -> Options:
    """On the right of spaces, and a sign at the end: `Z(7)9`, `Z(5)9.99-`."""
    sign = [("sign", "trailing")] * bool(shape["trail"])
    known = _number(shape, len(shape["zeros"]) + 1)
    return [*known, *sign, *PLUS.get(shape["trail"], []), ("pad", '" "')]


def _number(shape: Shape, whole: int) -> Options:
    """The kind of so many digits, and the decimals behind them."""
    point, decimals = shape["point"], shape["decimals"] or ""
    if not decimals:
        return [("kind", "integer"), ("digits", str(whole))]
    found = [("kind", "decimal"), ("digits", str(whole + len(decimals)))]
    found += [("scale", str(len(decimals)))]
    return [*found, ("point", "explicit" if point == "." else "implied")]


DECIMALS: Final = "(?:(?P<point>[.V])(?P<decimals>9+))?"
FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[Shape], Options]], ...]] = (
    (re.compile(r"(?P<lead>[+-])(?P<whole>9+)(?:V(?P<decimals>9*))?(?P<trail>)"), _fixed),
    (re.compile(r"(?P<lead>)(?P<whole>9+)(?:V(?P<decimals>9*))?(?P<trail>[+-])"), _fixed),
    (re.compile(r"(?P<lead>[+-]?)(?P<whole>9+)(?P<point>\.)(?P<decimals>9+)(?P<trail>)"), _pointed),
    (re.compile(r"(?P<lead>)(?P<whole>9+)(?P<point>\.)(?P<decimals>9+)(?P<trail>[+-])"), _pointed),
    (re.compile(rf"-(?P<float>-+)9{DECIMALS}"), _floating),
    (re.compile(rf"(?P<zeros>Z+)9{DECIMALS}(?P<trail>[+-]?)"), _suppressed),
)
"""Forms of pictures → their kinds. A point that is implied goes with spaces too."""
