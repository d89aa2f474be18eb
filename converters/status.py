"""The outcome of reading or writing one value: the byte kernels write, and the code behind it.

Kernels fill one `uint8` per value with these numbers; whatever is at or above `PROBLEM` becomes a
finding under the code of `CODES`. Numbers are internal and may change; codes never do.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CODES", "PROBLEM"]

OK: Final = 0
BLANK: Final = 1
"""No value: null in the typed column. Never an error by itself."""
UNKNOWN: Final = 2
"""不詳: an unknown or partly unknown date that the field accepts."""

PROBLEM: Final = 16
"""From here on the value is worth a finding."""

UNDECODABLE: Final = 16
HALF_CHARACTER: Final = 17
UNMAPPABLE: Final = 18
ONE_WAY: Final = 19
CHARACTER_CLASS: Final = 20
CONTROL: Final = 21
OVERFLOW: Final = 22
NOT_NUMBER: Final = 23
SCALE: Final = 24
BAD_DATE: Final = 25
PARTIAL_DATE: Final = 26
ERA_RANGE: Final = 27
UNKNOWN_CODE: Final = 28
GAIJI: Final = 30
GAIJI_REPLACED: Final = 31
"""The value holds gaiji that were read as the layout's substitute."""
NOT_BOOLEAN: Final = 32
BAD_TIME: Final = 33
SUBSTITUTED: Final = 34
FILLER: Final = 35
UNCLOSED_SHIFT: Final = 36
"""The value ends in double-byte state: its closing shift code is missing or was cut off."""
SHIFT_OVERFLOW: Final = 37
"""The value fits its field, but not with the shift codes it needs."""
CUT: Final = 38
"""The value was too long and was cut between two characters, as its field asks."""
GAIJI_REFUSED: Final = 39
NOT_DIGIT: Final = 40
BAD_SIGN: Final = 41
SPACES: Final = 42
LOW_VALUES: Final = 43
HIGH_VALUES: Final = 44
NO_BLANK: Final = 45
ROUNDED: Final = 46
SHRUNK: Final = 47
"""Characters that the charset lacks were written as others, as the layout asks."""
ABSENT: Final = 48
"""A value for a field that is not there in this record."""
SHAPELESS: Final = 49
"""A count or a choice that leads to no shape of the record."""

CODES: Final[dict[int, str]] = {
    UNDECODABLE: "FLD-010",
    HALF_CHARACTER: "FLD-011",
    UNMAPPABLE: "OUT-002",
    ONE_WAY: "FLD-013",
    CHARACTER_CLASS: "FLD-014",
    CONTROL: "FLD-016",
    OVERFLOW: "FLD-021",
    NOT_NUMBER: "FLD-030",
    SCALE: "FLD-032",
    BAD_DATE: "FLD-040",
    PARTIAL_DATE: "FLD-041",
    ERA_RANGE: "FLD-042",
    UNKNOWN_CODE: "FLD-050",
    GAIJI: "FLD-017",
    GAIJI_REPLACED: "FLD-018",
    GAIJI_REFUSED: "FLD-019",
    NOT_BOOLEAN: "FLD-034",
    BAD_TIME: "FLD-045",
    SUBSTITUTED: "MAP-006",
    FILLER: "REC-010",
    UNCLOSED_SHIFT: "FLD-012",
    SHIFT_OVERFLOW: "FLD-022",
    CUT: "FLD-023",
    NOT_DIGIT: "FLD-031",
    BAD_SIGN: "FLD-035",
    SPACES: "FLD-036",
    LOW_VALUES: "FLD-037",
    HIGH_VALUES: "FLD-038",
    NO_BLANK: "OUT-003",
    ROUNDED: "FLD-039",
    SHRUNK: "MAP-012",
    ABSENT: "OUT-005",
    SHAPELESS: "OUT-006",
}
