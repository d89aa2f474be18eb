"""The catalogue: finding code → severity, scope, official class and wording in two languages.

All of it stands in `data/catalogue.toml`; this module only reads and renders.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any

from converters.errors import UsageError

__all__ = ["Entry", "Words", "catalogue", "explain", "message"]


@dataclass(frozen=True, slots=True)
class Words:
    """One language of an entry: the sentence, what to do, the long explanation, an example, and
    which rule or option changes it."""

    message: str
    hint: str
    explain: str
    example: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known about a code.

    `official` is E0001 to E0004 or empty; `action` is what happens to the value of a record that
    is kept, empty for nothing; `late` findings come after the record was written and never reject
    it.
    """

    code: str
    slug: str
    severity: str
    scope: str
    official: str
    action: str
    late: bool
    ja: Words
    en: Words

    def words(self, lang: str) -> Words:
        return self.ja if lang == "ja" else self.en


@cache
def catalogue() -> dict[str, Entry]:
    """Code to entry, in the order of the file."""
    source = files("converters").joinpath("data/catalogue.toml").read_text(encoding="utf-8")
    return {code: _entry(code, known) for code, known in tomllib.loads(source).items()}


def _entry(code: str, known: dict[str, Any]) -> Entry:
    words = {lang: Words(**known[lang]) for lang in ("ja", "en")}
    return Entry(**{"code": code, "official": "", "action": "", "late": False, **known, **words})


def message(code: str, lang: str, field: str = "", value: str = "", detail: str = "") -> str:
    """The sentence of a code; without a field it is about the record. `value` is masked already."""
    facts = {"field": field or RECORD[lang], "value": value, "detail": detail}
    return catalogue()[code].words(lang).message.format(**facts)


RECORD = {"ja": "レコード", "en": "the record"}
HEAD = {
    "ja": "{code} {slug}(既定: {severity}{official})",
    "en": "{code} {slug} ({severity} by default{official})",
}
SEVERITY = {"error": "エラー", "warning": "警告", "info": "情報"}
OFFICIAL = {"ja": "、標準 {0}", "en": ", official class {0}"}
UNKNOWN = {
    "ja": "{code} という指摘コードはありません。近いもの: {nearest}",
    "en": "there is no finding code {code}; the nearest are {nearest}",
}


def explain(code: str, lang: str) -> str:
    """The paragraph of a code or slug; UsageError names the nearest ones where there is none."""
    wanted = code.strip().upper()
    for known in catalogue().values():
        if wanted in (known.code, known.slug.upper()):
            return _paragraph(known, lang)
    near = get_close_matches(wanted, [*catalogue()], n=3, cutoff=0.0)
    raise UsageError(UNKNOWN[lang].format(code=code, nearest=", ".join(near)))


def _paragraph(known: Entry, lang: str) -> str:
    severity = SEVERITY[known.severity] if lang == "ja" else known.severity
    official = OFFICIAL[lang].format(known.official) if known.official else ""
    head = HEAD[lang].format(code=known.code, slug=known.slug, severity=severity, official=official)
    words = known.words(lang)
    names = {
        "field": "項目" if lang == "ja" else "the field",
        "value": "…" if lang == "ja" else "...",
        "detail": "",
    }
    sentence = words.message.format(**names)
    told = [
        f"{TITLES[key][lang]}{text}"
        for key, text in (
            ("example", words.example),
            ("hint", words.hint),
            ("change", words.change),
        )
    ]
    return "\n".join((head, sentence, "", words.explain, "", *told))


TITLES = {
    "example": {"ja": "例: ", "en": "Example: "},
    "hint": {"ja": "対応: ", "en": "What to do: "},
    "change": {"ja": "変えるには: ", "en": "What changes it: "},
}
