"""The base of all definitions, and what a layout decides about characters."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic import Field as Key

__all__ = ["BASE", "Characters", "Model", "Shift", "Shrink"]

BASE = "base"
"""The rule of `Shrink` that leaves a variation selector out. It needs no map."""
Shift = Literal["absent", "implied", "kept", "padded", "present"]


class Model(BaseModel):
    """The base of all definitions: frozen, no unknown key; `notes` and `x-*` are free."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def leave_out_free_keys(cls, data: Any) -> Any:
        """`x-*`, and `notes` where it is not an item of its own, mean nothing to us."""
        if not isinstance(data, dict):
            return data
        free = {"notes"} - set(cls.model_fields)
        return {k: v for k, v in data.items() if k not in free and not str(k).startswith("x-")}


class Shrink(Model):
    """縮退: what is written for characters that the charset lacks, and why that is right."""

    lossy: str = Key(min_length=1, description="why it is right to lose the difference")
    map: dict[str, str] | str = Key(
        {}, description="your copy of the MJ shrink map (JSON), or pairs of characters"
    )
    names: str = Key(
        "", description="your copy of the MJ list: a CSV of glyph names and characters"
    )
    rules: tuple[str, ...] = Key((), description="the rules of the map that count, the first first")


class Characters(Model):
    """How a file writes what vendors write in more than one way; see `charset.Policy`."""

    prefer: Literal["windows", "nec", "as-received"] | None = Key(
        None, description="CP932: which of several codes of a character is written"
    )
    waves: Literal["microsoft", "jis"] | None = Key(
        None, description="the wave-dash family: ～∥－￠￡￢ or 〜‖−¢£¬"
    )
    backslash: Literal["backslash", "yen"] | None = Key(
        None, description="the single byte 5C (5B in EBCDIC)"
    )
    tilde: Literal["tilde", "overline"] | None = Key(
        None, description="the single byte 7E (A1 in EBCDIC)"
    )
    controls: Literal["report", "keep", "space", "refuse"] | None = Key(
        None, description="control characters in texts"
    )
    nul: Literal["report", "keep", "space", "refuse"] | None = Key(
        None, description="the control character NUL"
    )
    strays: Literal["refuse", "keep"] | None = Key(
        None, description="Shift_JIS: the bytes 80, A0, FD, FE, FF"
    )
    kanji78: Literal["position", "glyph"] | None = Key(
        None, description="host codes: the 22 pairs that JIS exchanged in 1983"
    )
    blanks: Literal["wide", "narrow"] | None = Key(
        None, description="host codes: 4040 is one wide space or two narrow ones"
    )
    table: str = Key("", description="a maker's table that you own: CSV, JSON or text")
    gaiji: dict[str, str] | str = Key(
        {}, description="the municipality's gaiji: the path of a CSV with charset,code,unicode,mj"
    )
    unmapped: Literal["keep", "substitute", "reject"] | None = Key(
        None, description="gaiji that the table does not have"
    )
    substitute: str | None = Key(None, description="read in their place with unmapped: substitute")

    shrink: Shrink | None = Key(
        None, description="what is written for characters that the charset lacks"
    )

    @cached_property
    def entries(self) -> str:
        """The gaiji as `charset` takes them: one entry a line."""
        assert isinstance(self.gaiji, dict), "spec loads tables of gaiji"
        return "\n".join(f"{code} {text}" for code, text in self.gaiji.items())
