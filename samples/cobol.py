"""Records of hosts, byte by byte: nothing here knows the program."""

from __future__ import annotations

import struct

__all__ = ["amounts", "blocks", "customers", "deliveries", "notices", "orders"]


def _packed(value: int, size: int, sign: str = "") -> bytes:
    mark = sign or ("D" if value < 0 else "C")
    return bytes.fromhex(f"{abs(value):0{2 * size - 1}}{mark}")


def _zoned(value: int, size: int, minus: int) -> bytes:
    """The last zone is 3, or `minus` for a number below zero."""
    text = bytearray(f"{abs(value):0{size}}".encode())
    if value < 0:
        text[-1] = minus << 4 | text[-1] & 15
    return bytes(text)


def _amount(number: int, value: int) -> list[bytes]:
    letters = (b"{ABCDEFGHI", b"}JKLMNOPQR")[value < 0]
    last = letters[abs(value) % 10]
    return [
        b"%04d" % number,
        b"%05d" % abs(value),
        _zoned(value, 5, 7),
        _zoned(value, 5, 5) if value < 0 else b"%04d%c" % (value // 10, 0x40 | value % 10),
        b"%04d%c" % (abs(value) // 10, last),
        b"%c%05d" % (b"+-"[value < 0], abs(value)),
        _packed(value * 99_999, 6),
        _packed(abs(value) % 10_000, 3, "F"),
        _packed(value * 31, 4),
        struct.pack(">h", value % 9000 * (-1 if value < 0 else 1)),
        struct.pack("<I", abs(value) * 12_345),
        bytes([abs(value) & 255]),
        bytes([0x42 | (value < 0) << 7]) + bytes([abs(value) & 255, 0x80, 0]),
        b" " * 6,
    ]


def amounts() -> bytes:
    """20 sound records, and what numbers can have: other signs, blanks, and bytes that are none."""
    rows = [_amount(number, (-1) ** number * (number * 4321 % 99_999)) for number in range(1, 21)]
    edits: tuple[tuple[int, int, bytes], ...] = (
        (2, 6, bytes.fromhex("00000432100E")),
        (3, 6, bytes(6)),
        (4, 6, b" " * 6),
        (5, 1, b" " * 5),
        (6, 6, b"\xff" * 6),
        (7, 1, b"12A45"),
        (8, 2, b"1234\xa5"),
        (9, 5, b"012345"),
        (10, 7, bytes.fromhex("12345F")),
        (11, 6, bytes.fromhex("000000A2345C")),
        (12, 9, struct.pack(">h", 12_000)),
        (13, 7, bytes.fromhex("01234D")),
        (14, 13, b"ABCDEF"),
        (15, 12, bytes.fromhex("00000000")),
    )
    for record, place, data in edits:
        rows[record - 1][place] = data
    return b"".join(b"".join(row) for row in rows)


def customers() -> bytes:
    """Six records of 291 bytes; the fourth has no phone, the fifth one that is no number."""
    phones = (312345678, 9012345678, 4567890123456, None, -1, 75123456)
    found = []
    for number, phone in enumerate(phones, 1):
        wide = [f"見本　{'一二三四五六'[number - 1]}号", "", "見本県", "", "", ""]
        cells = [text.ljust(16, "　").encode("cp932") for text in wide]
        tel = bytes(7) if phone is None else b"\x0a" * 7 if phone < 0 else _packed(phone, 7, "F")
        head = b"%-12d202404%02d01AB1339%02d15" % (number, number, number)
        kana = "ﾐﾎﾝ".encode("cp932").ljust(44)
        post = b"1000001" + b"13101000"
        found.append(head + b"A" + kana + cells[0] + cells[1] + post + b"".join(cells[2:]) + tel)
    assert {len(record) for record in found} == {291}
    return b"".join(found)


def notices() -> bytes:
    """Eight records behind descriptor words: of all lengths, one cut in its amount, one too long,
    one with blanks that need not be there; and a last one whose length reaches too far."""
    notes = ("", "至急", "納付書を再発行。窓口で交付済み", "A", "", "x" * 81, "再送  ", "終わり")
    found = []
    for number, note in enumerate(notes, 1):
        head = b"%08d202404%02d" % (number, number)
        body = head + _packed((-1) ** number * number * 1000, 4) + note.encode("cp932")
        if number == 5:
            body = body[:18]
        found.append((len(body) + 4).to_bytes(2, "big") + bytes(2) + body)
    return b"".join(found)[:-2]


def blocks() -> bytes:
    """Nine records in four blocks. The third block holds a word that leads out of it; the words of
    the second record are sound, its amount is none."""
    found = []
    for number in range(1, 10):
        amount = b"\xff" * 4 if number == 2 else _packed(number * 1000, 4)
        note = "備考" * (number % 4)
        body = b"%08d202404%02d" % (number, number) + amount + note.encode("cp932")
        found.append((len(body) + 4).to_bytes(2, "big") + bytes(2) + body)
    found[5] = b"\x01\x00" + found[5][2:]
    parts = [b"".join(found[low:high]) for low, high in ((0, 3), (3, 4), (4, 7), (7, 9))]
    return b"".join((len(part) + 4).to_bytes(2, "big") + bytes(2) + part for part in parts)


def _host(text: str) -> bytes:
    """Latin capitals, digits and spaces of EBCDIC."""
    return text.encode("cp037")


def _order(number: int, items: int, note: bytes = b"", count: int | None = None) -> bytes:
    """An order of a person or, with an even number, of a company."""
    who = _host(f"1985{number % 12 + 1:02}01") + _packed(number * -1500, 4) + b"\x40"
    if number % 2 == 0:
        who = _host("7000012050002")
    head = _host(f"{number:06}{1 + (number % 2 == 0)}") + who
    body = b"".join(
        _host(f"P{number * 10 + place:03}") + _packed(place - 2, 2) + struct.pack(">I", place * 120)
        for place in range(1, items + 1)
    )
    return head + _host(f"{items if count is None else count:02}") + body + note.ljust(36, b"\x40")


def orders() -> bytes:
    """Ten orders behind descriptor words, with none to five items: sound ones, a count beyond the
    table, one that is no number, one that the length contradicts, and a kind of customer nobody
    knows."""
    found = [_order(number, number % 6, _host(f"NOTE {number}")) for number in range(1, 7)]
    found.append(_order(7, 2, count=6))
    found.append(_order(8, 1)[:20] + b"\xf0\xc1" + _order(8, 1)[22:])
    found.append(_order(9, 2, count=3))
    found.append(_order(10, 1)[:6] + b"\xf9" + _order(10, 1)[7:])
    return b"".join((len(one) + 4).to_bytes(2, "big") + bytes(2) + one for one in found)


def _slip(number: int, items: tuple[int, ...], discounts: tuple[int, ...] = ()) -> bytes:
    """A slip with its items and its discounts."""
    rows = b"".join(
        _host(f"P{number}{place:02}") + _packed(amount, 4) for place, amount in enumerate(items, 1)
    )
    less = b"".join(_packed(amount, 4) for amount in discounts)
    head, told = _host(f"S{number:06}{len(items):02}"), _host(f"{len(discounts):02}")
    return head + rows + told + less


def _tail(slips: int, items: int, amount: int, less: int) -> bytes:
    return _host(f"T{slips:06}{items:06}") + _packed(amount, 8) + _packed(less, 8)


def slips() -> bytes:
    """Three runs of slips, each with a tail that counts them, their items and their amounts: a
    sound one; one that has one item too few and an amount that is not the sum; one with a count
    beyond its table, whose items nobody can count."""
    head = _host("H20260401")
    first = [_slip(1, (1200, -300, 50), (-100,)), _slip(2, ()), _slip(3, (980,), (-10, -20, -5))]
    second = [_slip(4, (100, 200)), _slip(5, (1, 2, 3, 4, 5), (-1,))]
    broken = _slip(7, (10, 20)).replace(_host("S00000702"), _host("S00000709"))
    third = [_slip(6, (7,)), broken]
    found = [head, *first, _tail(3, 4, 1930, -135), head, *second, _tail(2, 6, 414, -1)]
    found += [head, *third, _tail(2, 3, 37, 0)]
    return b"".join((len(one) + 4).to_bytes(2, "big") + bytes(2) + one for one in found)


def _leg(number: int, goods: int, kind: str, count: int | None = None) -> bytes:
    """A leg by lorry (1) or by ship, with its goods."""
    way = _host(f"{number:04}") + _packed(number * 125, 4, "F")
    if kind != "1":
        way = _host(f"SHIP {number:03}")
    body = b"".join(
        _host(f"G{number % 10}{place}") + _packed((-1) ** place * place, 2)
        for place in range(1, goods + 1)
    )
    return _host(kind) + way + struct.pack(">H", goods if count is None else count) + body


def deliveries() -> bytes:
    """Nine deliveries behind descriptor words, their legs of all sizes: sound ones, and legs with
    too many goods, with fewer than they have, of a kind nobody knows, and with a number that is
    none."""
    legs = [
        [
            _leg(place * number, (place + number) % 5, "12"[place % 2])
            for place in range(1, number % 4 + 1)
        ]
        for number in range(1, 6)
    ]
    legs.append([_leg(6, 4, "1"), _leg(7, 0, "2"), _leg(8, 2, "1", count=5)])
    legs.append([_leg(9, 3, "1"), _leg(10, 2, "2", count=1)])
    legs.append([_leg(11, 1, "1"), _leg(12, 1, "9")])
    legs.append([_leg(13, 1, "2"), _leg(14, 2, "1")[:-2] + _host("12")])
    found = []
    for number, parts in enumerate(legs, 1):
        note = _host(f"NOTE {number}").ljust(30, b"\x40")
        found.append(_host(f"{number:06}{len(parts)}") + b"".join(parts) + note)
    return b"".join((len(one) + 4).to_bytes(2, "big") + bytes(2) + one for one in found)
