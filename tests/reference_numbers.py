"""Slow, obvious readers and writers of host numbers, one value at a time: the kernels' oracle.

They follow the descriptions in the manuals with sets and strings, and share no code with what they
check but the outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from converters import status

PLUS_LETTERS, MINUS_LETTERS = "{ABCDEFGHI", "}JKLMNOPQR"


@dataclass(frozen=True)
class Number:
    """What a definition says of a host number. Nibbles are hexadecimal characters."""

    kind: str
    size: int
    sign: str = "none"
    digits: int | None = None
    scale: int = 0
    zone: str = "3"
    plus: str = "3"
    minus: str = "7"
    letters: bool = False
    space: int = 0x20
    endian: str = "big"
    filled: dict[str, str] = field(default_factory=dict)

    @property
    def policies(self) -> dict[str, str]:
        usual = {
            "zoned": ("blank", "error", "error"),
            "packed": ("error", "error", "error"),
            "binary": ("value", "value", "value"),
        }[self.kind]
        return dict(zip(("spaces", "low", "high"), usual, strict=True)) | self.filled


def read(number: Number, data: bytes) -> tuple[int | None, int]:
    """The value in units of 10 ** -scale (P counted in), and the outcome."""
    if not data:
        return None, status.BLANK
    value, found = READERS[number.kind](number, data)
    most = 10**number.digits - 1 if number.digits else None
    if found == status.OK and most is not None and abs(value or 0) > most:
        value, found = None, status.SCALE
    if found != status.OK or number.kind == "binary":
        for name, byte, code in (
            ("spaces", number.space, status.SPACES),
            ("low", 0, status.LOW_VALUES),
            ("high", 0xFF, status.HIGH_VALUES),
        ):
            policy = number.policies[name]
            if set(data) == {byte} and policy != "value":
                outcomes = {"blank": (None, status.BLANK), "zero": (0, status.OK)}
                return outcomes.get(policy, (None, code))
    if found != status.OK:
        return None, found
    assert value is not None
    return value * 10 ** max(-number.scale, 0), status.OK


def _packed(number: Number, data: bytes) -> tuple[int | None, int]:
    text = data.hex().upper()
    digits, sign = text[:-1], text[-1]
    if not digits.isdigit():
        return None, status.NOT_DIGIT
    if sign in number.plus + number.zone:
        return int(digits), status.OK
    if sign in number.minus and number.sign == "signed":
        return -int(digits), status.OK
    return None, status.BAD_SIGN


def _zoned(number: Number, data: bytes) -> tuple[int | None, int]:
    where, alone = number.sign.split("-")[0], number.sign.endswith("-separate")
    marked = data[0] if where == "leading" else data[-1]
    rest = data if where == "none" else data[1:] if where == "leading" else data[:-1]
    plain = {int(f"{number.zone}{digit}", 16): str(digit) for digit in range(10)}
    if where == "none":
        last, negative, good = "", False, True
    elif alone:
        marks = {0x2B: False, 0x2D: True} if number.space == 0x20 else {0x4E: False, 0x60: True}
        last, negative, good = "", marks.get(marked, False), marked in marks
    else:
        last, negative, good = _overpunched(number, marked)
    digits = [plain.get(byte) for byte in rest]
    if not good:
        whole = alone or (all(digit is not None for digit in digits) and marked & 15 < 10)
        return None, status.BAD_SIGN if whole and _tail_is_digit(number, marked, alone) else (
            status.NOT_DIGIT
        )
    if None in digits or (not digits and not last):
        return None, status.NOT_DIGIT
    text = "".join(digit or "" for digit in digits)
    value = int(last + text if where == "leading" else text + last)
    return -value if negative else value, status.OK


def _tail_is_digit(number: Number, marked: int, alone: bool) -> bool:
    """A byte that is no sign is called so where it is at least a plain digit."""
    return alone or (f"{marked:02X}"[0] == number.zone and marked & 15 < 10)


def _overpunched(number: Number, byte: int) -> tuple[str, bool, bool]:
    zone, digit = f"{byte:02X}"
    if number.letters and chr(byte) in PLUS_LETTERS + MINUS_LETTERS:
        place = (PLUS_LETTERS + MINUS_LETTERS).index(chr(byte))
        return str(place % 10), place >= 10, True
    if digit.isdigit() and zone in number.plus:
        return digit, False, True
    if digit.isdigit() and zone in number.minus:
        return digit, True, True
    return "", False, False


def _binary(number: Number, data: bytes) -> tuple[int | None, int]:
    order = "little" if number.endian == "little" else "big"
    return int.from_bytes(data, order, signed=number.sign == "signed"), status.OK


READERS = {"binary": _binary, "packed": _packed, "zoned": _zoned}


def write(number: Number, value: int) -> bytes | None:
    """The bytes of a whole number, None where the field cannot hold it."""
    signed = number.sign != "none"
    if value < 0 and not signed:
        return None
    factor = 10 ** max(-number.scale, 0)
    if value % factor:
        return None
    value //= factor
    if number.digits and abs(value) >= 10**number.digits:
        return None
    return WRITERS[number.kind](number, value)


def _write_packed(number: Number, value: int) -> bytes | None:
    sign = (
        number.zone if number.sign == "none" else number.minus[0] if value < 0 else number.plus[0]
    )
    text = f"{abs(value)}{sign}".rjust(2 * number.size, "0")
    return bytes.fromhex(text) if len(text) == 2 * number.size else None


def _write_zoned(number: Number, value: int) -> bytes | None:
    where, alone = number.sign.split("-")[0], number.sign.endswith("-separate")
    room = number.size - alone
    digits = str(abs(value)).rjust(room, "0")
    if len(digits) > room:
        return None
    found = [int(f"{number.zone}{digit}", 16) for digit in digits]
    if alone:
        marks = (0x2B, 0x2D) if number.space == 0x20 else (0x4E, 0x60)
        mark = marks[value < 0]
        found = [mark, *found] if where == "leading" else [*found, mark]
    elif where != "none":
        place = 0 if where == "leading" else -1
        digit = digits[place]
        zone = number.minus[:1] if value < 0 else number.plus[0]
        letters = MINUS_LETTERS if value < 0 else PLUS_LETTERS
        found[place] = ord(letters[int(digit)]) if number.letters else int(f"{zone}{digit}", 16)
    return bytes(found)


def _write_binary(number: Number, value: int) -> bytes | None:
    order = "little" if number.endian == "little" else "big"
    try:
        return value.to_bytes(number.size, order, signed=number.sign == "signed")
    except OverflowError:
        return None


WRITERS = {"binary": _write_binary, "packed": _write_packed, "zoned": _write_zoned}
