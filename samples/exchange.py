"""Files of two kinds that municipalities receive, in lines and in bytes: nothing here knows the
program."""

from __future__ import annotations

__all__ = ["broken_care", "care", "pensions"]

CONTROL = "1,1,0,{count},711,0,0,1370000001,0,1,202410,"


def _lines(*rows: str) -> bytes:
    return "".join(row + "\r\n" for row in rows).encode("cp932")


def care() -> bytes:
    """A control record, two basic records with their details, an end record."""
    return _lines(
        CONTROL.format(count=5),
        '2,2,J111,01,0000000101,"見本　花子",2',
        "2,3,J111,02,111111,1200",
        "2,4,J111,02,112444,98",
        '2,5,J111,01,0000000102,"見本　二郎",1',
        "2,6,J111,02,111111,305",
        "3,7",
    )


def broken_care() -> bytes:
    """A count that is wrong in front and one inside, a number that is left out, a detail without
    its basic record, an inner type that is unknown, and no end."""
    return _lines(
        CONTROL.format(count=9),
        "2,2,J111,02,111111,7",
        '2,3,J111,01,0000000101,"見本　花子",2',
        "2,5,J111,02,111111,1200",
        '2,6,J999,01,0000000101,"見本　花子",2',
        '2,7,J111,01,0000000102,"見本　二郎",0',
    )


def _notice(kind: str, city: int, rest: str = "") -> bytes:
    return f"{kind}13{city:03}00101{rest}".encode("cp932").ljust(500)


def pensions() -> bytes:
    """Two municipalities; the second says one record too many."""
    found = []
    for city, told in ((101, 3), (102, 3)):
        count = 3 if city == 101 else 2
        found.append(_notice("1", city, "ﾐﾎﾝ"))
        found += [_notice("2", city, f"{number:010}見本") for number in range(count)]
        total = f" 120241001{told:09}" + f"{count * 1000:011}" * 3
        found.append(_notice("3", city, total))
    return b"".join(found)
