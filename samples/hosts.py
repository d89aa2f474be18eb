"""Records of the hosts: one list of people, written by hand in the charsets of three vendors.

The bytes come from `charset.write`, code by code, and not from the program's own writer.
"""

from __future__ import annotations

from converters.charset import Charset, Policy, load, write

__all__ = ["euc", "gaiji", "ibm", "keis", "printed"]

MICROSOFT = Policy(waves="microsoft")
"""As the layouts have it: a Windows keyboard wrote these addresses."""

PEOPLE = (
    ("000001", "見本　一郎", "ﾐﾎﾝ ｲﾁﾛｳ", "表町１－２　コーポ能ABC", "19640701", "120000"),
    ("000002", "例示　花子", "ﾚｲｼﾞ ﾊﾅｺ", "本町３丁目", "20010203", "0"),
    ("000003", "髙﨑　㈱", "ﾀｶｻｷ", "ビル２０１ Room 5", "19880229", "99"),
    ("000004", "外字　\ue000", "ｶﾞｲｼﾞ", "", "19700000", ""),
)
"""Number, name, kana, address, birthday, tax. The fourth has a gaiji and blanks."""


def ibm() -> bytes:
    """IBM 939. Behind the people: a value that does not shift back, half a character, no digits."""
    charset = load("cp939", MICROSOFT)
    rows = [_row(charset, person) for person in PEOPLE]
    last = _row(charset, PEOPLE[0])
    rows += [
        _put(last, 6, bytes.fromhex("0E45654563") + charset.blank * 15),
        _put(last, 46, bytes.fromhex("0E456545630F0E450F") + charset.blank * 31),
        _put(last, 94, bytes.fromhex("F1C1F0F0F0F0F0F0F0")),
    ]
    return b"".join(rows)


def keis() -> bytes:
    """KEIS83, the name without shift codes. The last two records have the other wide space, and a
    shift code where none is expected."""
    charset = load("keis83", MICROSOFT)
    people = [person for person in PEOPLE if "髙" not in person[1]]
    rows = [_row(charset, person, bare=True) for person in people]
    last = _row(charset, PEOPLE[0], bare=True)
    rows += [
        _put(last, 6, bytes.fromhex("BBB3A1A1C5C4A1A1") + charset.blank * 12),
        _put(last, 6, bytes.fromhex("0A42BBB30A41") + charset.blank * 14),
    ]
    return b"".join(rows)


def gaiji() -> bytes:
    """KEIS83 with gaiji: identified ones, two for one character, one that is a character of JIS
    as well, one that nobody knows, and that one in an address between shift codes."""
    charset = load("keis83", MICROSOFT)
    people = [person for person in PEOPLE if "髙" not in person[1]]
    rows = [_row(charset, person, bare=True) for person in people]
    names = ("81A1BBB3", "BBB3A1A181A2", "81A3", "81A481A5", "81A6", "81A7BBB3", "BBB381A8")
    found = [
        _put(rows[person], 6, bytes.fromhex(name).ljust(20, charset.blank))
        for person, name in zip((0, 1, 1, 0, 2, 0, 0), names, strict=True)
    ]
    town = bytes.fromhex("0A4281A1BBB381A70A41").ljust(40, charset.blank)
    found.append(_put(rows[0], 46, town))
    return b"".join(write(charset, f"{n:06}") + row[6:] for n, row in enumerate(found, 1))


def euc() -> bytes:
    """eucJP-ms as CSV. The last record has a character of three bytes that was cut."""
    charset = load("eucjp-ms")
    rows = [write(charset, ",".join((*person[:4], *person[4:]))) for person in PEOPLE]
    rows.append(rows[2].replace(write(charset, "髙﨑"), write(charset, "髙﨑")[:-1], 1))
    return b"".join(row + b"\n" for row in rows)


def printed() -> bytes:
    """The standard file with names that CP932 lacks: by a pair, by the base of a variation
    selector, by neither, and one that CP932 has after all."""
    names = ("𠮷田　一郎", "邉󠄐山　花子", "𥧄田　𠮷子", "髙﨑　㈱")
    head = "番号,氏名,氏名カナ,住所,生年月日,税額"
    rows = [f"{n:06},{name},,表町１〜２,," for n, name in enumerate(names, 1)]
    return "".join(f"{row}\r\n" for row in (head, *rows)).encode()


def _row(charset: Charset, person: tuple[str, ...], bare: bool = False) -> bytes:
    """One record of 103 bytes; `bare` names have no shift codes."""
    number, name, kana, address, born, tax = (write(charset, text) for text in person)
    zero = write(charset, "0")
    name = name[2:-2] if bare else name
    widths = ((number, 6), (name, 20), (kana, 20), (address, 40), (born, 8))
    tax = tax.rjust(9, zero) if tax else charset.blank * 9
    return b"".join(text.ljust(width, charset.blank) for text, width in widths) + tax


def _put(row: bytes, at: int, data: bytes) -> bytes:
    return row[:at] + data + row[at + len(data) :]
