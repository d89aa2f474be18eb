"""The names users write for a charset, and the one that is meant."""

from __future__ import annotations

from typing import Final

__all__ = ["NAMES"]

ALIASES: Final = {
    "cp037": "037 ibm037 ibm-037",
    "cp1027": "1027 ibm1027 ibm-1027",
    "cp1390": "1390 ibm1390 ibm-1390",
    "cp1399": "1399 ibm1399 ibm-1399",
    "cp16684": "16684 ibm16684 ibm-16684",
    "cp290": "290 ibm290 ibm-290",
    "cp300": "300 ibm300 ibm-300",
    "cp930": "930 ibm930 ibm-930 5026 cp5026 ibm-5026 ibm5026",
    "cp932": "932 ms932 mskanji windows-31j windows31j",
    "cp939": "939 ibm939 ibm-939 5035 cp5035 ibm-5035 ibm5035",
    "euc-jp": "euc_jp eucjp ujis",
    "eucjp-ms": "eucjp-win eucjp-open eucjp_ms euc-jp-ms",
    "iso-2022-jp": "iso2022jp iso2022_jp jis",
    "jef-ebcdic": "",
    "jef-ebcdik": "jef",
    "jef-jis8": "",
    "jips-e": "jips(e) jipse",
    "jips-j": "jips(j) jipsj",
    "keis78": "",
    "keis78-ebcdic": "",
    "keis83": "keis keis90",
    "keis83-ebcdic": "",
    "shift_jis": "shift-jis sjis",
    "shift_jis-2004": "shift_jis_2004 shift_jisx0213 sjis-2004 sjis2004",
    "utf-16be": "utf16be utf_16_be",
    "utf-16le": "utf16le utf_16_le",
    "utf-8": "utf8",
}
"""Charset → its other names, in lower case."""

NAMES: Final[dict[str, str]] = dict(
    sorted((alias, name) for name, more in ALIASES.items() for alias in (name, *more.split()))
)
"""Every accepted name, in lower case, and the charset it stands for."""
