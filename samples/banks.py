"""Bank transfers of 120 bytes, byte by byte: nothing here knows the program."""

from __future__ import annotations

__all__ = ["damaged", "data", "end", "header", "joined", "trailer", "transfers"]


def header(company: int = 1) -> bytes:
    """ヘッダーレコード."""
    name = f"ｶ)ﾄﾞｳﾌﾞﾂｴﾝ{company}".encode("cp932")
    return b"".join(
        (
            b"1210",
            b"%010d" % company,
            name.ljust(40),
            b"1031",
            b"0001",
            "ﾐﾎﾝ".encode("cp932").ljust(15),
            b"001",
            "ﾎﾝﾃﾝ".encode("cp932").ljust(15),
            b"1",
            b"1234567",
            b" " * 17,
        )
    )


def data(amount: int, account: int = 7654321, note: bytes = b"") -> bytes:
    """データレコード."""
    return b"".join(
        (
            b"2",
            b"0005",
            "ﾐﾎﾝ".encode("cp932").ljust(15),
            b"123",
            "ｼﾃﾝ".encode("cp932").ljust(15),
            b"0000",
            b"1",
            b"%07d" % account,
            "ｳｹﾄﾘﾆﾝ".encode("cp932").ljust(30),
            b"%010d" % amount,
            b"0",
            note.ljust(20),
            b"7",
            b"Y" if note else b" ",
            b" " * 7,
        )
    )


def trailer(count: int, total: int) -> bytes:
    """トレーラーレコード."""
    return b"8%06d%012d" % (count, total) + b" " * 101


def end() -> bytes:
    """エンドレコード."""
    return b"9" + b" " * 119


def joined(*records: bytes) -> bytes:
    """Records as a file."""
    return b"".join(record + b"\r\n" for record in records)


def transfers() -> bytes:
    """Two groups that are right, one of them without data."""
    return joined(
        header(),
        data(100),
        data(250_000, 1111111, b"KAIHI 2024"),
        data(9_999_999_999),
        trailer(3, 10_000_250_099),
        header(2),
        trailer(0, 0),
        end(),
    )


def damaged() -> bytes:
    """Everything that can be wrong with groups, and a record that is wrong by itself."""
    return joined(
        *(header(), data(100), data(250), trailer(3, 350)),
        *(header(2), data(100), data(250), trailer(2, 351)),
        *(header(3), data(70), b"5" + b" " * 119),
        *(header(4), data(80), data(0)[:80] + b"12345678XX" + data(0)[90:], trailer(2, 80)),
        *(trailer(0, 0), data(7), header(5), data(8)),
    )
