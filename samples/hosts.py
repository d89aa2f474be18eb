"""Records of the hosts: one list of people, written by hand in the charsets of three vendors.

The bytes come from `charset.write`, code by code, and not from the program's own writer.
"""

from __future__ import annotations

from converters.charset import Charset, Policy, load, write

__all__ = ["euc", "excel", "gaiji", "ibm", "ibm_csv", "jis", "keis", "printed"]

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


HEAD = "番号,氏名,氏名カナ,住所,生年月日,税額"


def excel() -> bytes:
    """UTF-16LE with a mark and tabs. Bytes 09, 0A and 22 inside of characters, a value with tabs
    and quotes, a surrogate pair, half of one, and an odd byte at the end of the file."""
    rows = ["\t".join(person).replace("\ue000", "\U00020bb7\u3f4e") for person in PEOPLE]
    rows += [
        '000005\t∉　ℊ\t\t"表\t""町"""\t19640701\t1',
        "000006\t\ud842山\t\t本町\t\t",
        "000007\t山\t\t本町\t\t2",
    ]
    text = "".join(f"{row}\r\n" for row in (HEAD.replace(",", "\t"), *rows))
    return b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass") + b"0"


def ibm_csv() -> bytes:
    """IBM 930 as CSV, lines end with NL. Behind the people: a comma and a quote between shift
    codes (6B6B, 7F7F), a value in quotes, one that does not shift back at the end of its line, one
    that does not in front of a comma, half a character, an upper half of lines in CR LF."""
    charset = load("cp930", MICROSOFT)
    rows = [write(charset, ",".join(person)) for person in PEOPLE]
    fixed = (
        "F0F0F0F0F0F5 6B 0E45656B6B7F7F0F 6B 6B 6B 6B F1",
        "F0F0F0F0F0F6 6B 0E45650F 6B 6B 7F 0E45574F4F0F 6B 7F7F C1 7F7F 7F 6B 6B F2",
        "F0F0F0F0F0F7 6B 0E45650F 6B 6B F1 0E4565 6B 6B F3",
        "F0F0F0F0F0F8 6B 0E45650F 6B 6B 6B 6B 0E4565",
        "F0F0F0F0F0F9 6B 0E4565450F 6B 6B 6B 6B F4",
    )
    rows += [bytes.fromhex(row) for row in fixed]
    last = write(charset, ",".join(PEOPLE[0])).replace(b"\xf1\x6b", b"\xf0\x6b", 1)
    return b"".join(row + b"\x15" for row in rows) + last + b"\x0d\x25"


def jis() -> bytes:
    """ISO-2022-JP as mail programs write it. 22 and 2C between escapes (あがア□) are no quotes and
    commas, and neither are katakana. Names that end in Roman letters, as old programs wrote them,
    or in katakana, and a value that goes on to the end of its line."""
    charset = load("iso-2022-jp", MICROSOFT)
    people = [person for person in PEOPLE if "髙" not in person[1] and "外" not in person[1]]
    rows = [
        ",".join(f'"{text}"' for text in row).replace("１－２", "１－２，「３」")
        for row in ((*HEAD.split(","),), *people)
    ]
    found = [write(charset, row) for row in rows]
    into, back, roman = b"\x1b$B", b"\x1b(B", b"\x1b(J"
    names = (b"$\x22$,%\x22\x22\x22" + back, b";3" + roman, b";3\x1b(I,1")
    for number, name in enumerate(names, 3):
        found.append(b'"%06d","%b","","","19640701","1"' % (number, into + name))
    found.append(b'"000006","","\x1b(I1,\x22\x1b(B","","19640701","2"')
    found.append(b'"000007","","","%b' % (into + b";3"))
    return b"".join(row + b"\r\n" for row in found)


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
