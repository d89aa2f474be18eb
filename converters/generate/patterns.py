"""Regular expression → texts that match it, for the plain expressions that layouts use.

Literals, classes, groups and counts are understood; an expression with anything else yields
nothing, and the field is then filled without regard to it.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np

__all__ = ["matching"]

_TOKEN: Final = re.compile(
    r"(?P<set>\[[^\]]+\])|(?P<open>\((?:\?:)?)|(?P<close>\))|(?P<count>\{[0-9]+(?:,[0-9]+)?\}|\?)"
    r"|(?P<plain>\\[^a-zA-Z0-9]|[^\\.^$*+|])"
)


def matching(pattern: str, many: int, rng: np.random.Generator) -> list[str]:
    """Up to `many` texts that match the whole pattern."""
    drawn = {_draw(pattern, rng) for _ in range(many)}
    return sorted(text for text in drawn if re.fullmatch(pattern, text))


def _draw(pattern: str, rng: np.random.Generator) -> str:
    """One text, put together from the left. `last` is the part a count would repeat: a class,
    drawn anew each time, or a text."""
    stack, last = [""], ""
    for token in _TOKEN.finditer(pattern):
        kind, text = token.lastgroup, token.group()
        if kind == "count":
            last = "".join(_one(last, rng) for _ in range(_times(text, rng)))
        elif kind == "close" and len(stack) > 1:
            last = stack.pop() + _one(last, rng)
        else:
            stack[-1] += _one(last, rng)
            last = text if kind == "set" else "" if kind == "open" else text.removeprefix("\\")
            if kind == "open":
                stack.append("")
    return "".join(stack) + _one(last, rng)


def _times(text: str, rng: np.random.Generator) -> int:
    low, _, high = text.strip("{}").partition(",")
    if text == "?":
        return int(rng.integers(0, 2))
    return int(rng.integers(int(low), int(high or low) + 1))


def _one(text: str, rng: np.random.Generator) -> str:
    """A class drawn from; any other text as it is."""
    if len(text) < 3 or text[0] != "[":
        return text
    body = re.sub(r"(.)-(.)", _range, text[1:-1])
    return body[int(rng.integers(0, len(body)))]


def _range(ends: re.Match[str]) -> str:
    return "".join(map(chr, range(ord(ends[1]), ord(ends[2]) + 1)))
