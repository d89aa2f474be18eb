"""Keys → what the pages say, in Japanese and in English at once.

The words stand in `data/pages/words.toml`. A page holds both languages, so nothing is chosen here.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Said", "asset", "said", "words"]


@dataclass(frozen=True, slots=True)
class Said:
    """One text in two languages."""

    ja: str
    en: str

    def words(self, lang: str) -> str:
        return self.ja if lang == "ja" else self.en


@cache
def asset(name: str) -> str:
    """A file of `data/pages`."""
    return files("converters").joinpath(f"data/pages/{name}").read_text(encoding="utf-8")


@cache
def words() -> dict[str, Said]:
    """Every key with its two texts."""
    return {key: Said(**texts) for key, texts in tomllib.loads(asset("words.toml")).items()}


def said(key: str, **values: Any) -> Said:
    """The text of a key with its values put in; a value may itself be in two languages."""
    known = words()[key]
    filled = (
        getattr(known, lang).format(**{name: _in(lang, value) for name, value in values.items()})
        for lang in ("ja", "en")
    )
    return Said(*filled)


def _in(lang: str, value: Any) -> Any:
    return value.words(lang) if isinstance(value, Said) else value
