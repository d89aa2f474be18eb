"""A font file → the outlines of characters that no other computer can be expected to show.

Gaiji lie where every municipality has its own characters, kanji with a selector and those beyond
plane 0 are missing in many fonts: the page carries their outlines, so it shows everywhere what
the font shows. Of a collection the first font is taken.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from converters.census.codes import is_private, is_selector
from converters.errors import EnvironmentFailure, UsageError
from converters.pages.characters import Drawing

__all__ = ["Draw", "is_rare", "outlines"]

ABOVE: Final = 0.88
"""The part of the em square that lies above the base line of Japanese type."""

Draw = Callable[[str], Drawing | None]
"""A character → its outline, None where it is not drawn."""


def outlines(path: Path) -> Draw:
    """What draws the rare characters of a font. UsageError where the file is no font."""
    # fontTools takes a fifth of a second to import, and few censuses have a font.
    from fontTools.pens.svgPathPen import SVGPathPen
    from fontTools.ttLib import TTFont, TTLibError

    try:
        font: Any = TTFont(io.BytesIO(path.read_bytes()), fontNumber=0, lazy=True)
        glyphs, names = font.getGlyphSet(), font.getBestCmap() or {}
        forms, em = _forms(font), int(font["head"].unitsPerEm)
    except OSError as exc:
        raise EnvironmentFailure.of(exc, path) from exc
    except (TTLibError, KeyError, struct.error) as exc:
        raise UsageError(f"{path} is no font: {exc}") from exc

    def draw(text: str) -> Drawing | None:
        if not is_rare(text):
            return None
        points = [ord(character) for character in text]
        name = names.get(points[0])
        if len(points) == 2:
            name = forms.get((points[0], points[1])) or name
        if name is None or len(points) > 2:
            return None
        pen = SVGPathPen(glyphs, ntos=lambda number: str(round(number)))
        glyphs[name].draw(pen)
        path = pen.getCommands()
        return (
            Drawing(path, (0, -round(ABOVE * em), round(glyphs[name].width), em)) if path else None
        )

    return draw


def _forms(font: Any) -> dict[tuple[int, int], str]:
    """Character and selector → the glyph, where it is not the character's usual one."""
    table = font["cmap"].getcmap(0, 5)
    if table is None:
        return {}
    return {
        (point, selector): name
        for selector, pairs in table.uvsDict.items()
        for point, name in pairs
        if name is not None
    }


def is_rare(text: str) -> bool:
    """Private use, a kanji with a selector, or beyond plane 0; a selector alone shows nothing."""
    points = [ord(character) for character in text]
    if not points or is_selector(points[0]):
        return False
    return is_private(points[0]) or points[0] > 0xFFFF or any(map(is_selector, points[1:]))
