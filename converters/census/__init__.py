"""Files → the sheet of 文字同定: every code of their texts, and which need a decision.

counting    files → codes, counts, first places      repertoire  what a target can hold
counters    field → the kernel that counts it        sheet       the rows, as CSV and as a frame
codes       a code → its character, its class        glyphs      a font → outlines of characters
run         all of it, and the directory it goes to  words       a summary in two languages
page        the rows for people
"""

from converters.census.glyphs import outlines
from converters.census.page import page
from converters.census.repertoire import STANDARD
from converters.census.repertoire import of_layout as target_of
from converters.census.run import Census, publish, record, take
from converters.census.words import sentences

__all__ = [
    "STANDARD",
    "Census",
    "outlines",
    "page",
    "publish",
    "record",
    "sentences",
    "take",
    "target_of",
]
