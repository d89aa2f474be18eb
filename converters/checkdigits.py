"""Check digits of the public numbering schemes: whole columns of numbers → which ones are wrong.

A scheme weighs each digit of the body, adds up, and reads the check digit off the remainder. The
five schemes differ in nothing else, so each is a value and one kernel serves them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from converters.columns import Text
from converters.kernels.digits import disagree

__all__ = ["SCHEMES", "Scheme", "with_check_digit", "wrong"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One numbering scheme: what is weighed and what the sum must lead to.

    `weights` belong to the digits of the body from the right, `due[sum mod len(due)]` is the check
    digit. `folded`: the digits of a product are added, not the product. `lengths` are those of the
    whole number; the check digit stands last, or `leading`.
    """

    law: str
    lengths: tuple[int, ...]
    weights: tuple[int, ...]
    due: tuple[int, ...]
    folded: bool = False
    leading: bool = False

    def counts(self, place: int, digit: int) -> int:
        """What a digit of the body counts for, `place` counted from the right."""
        product = digit * self.weights[place]
        return product // 10 + product % 10 if self.folded else product

    def check_digit(self, body: str) -> str:
        """The check digit of a body, which must be digits of one of the scheme's lengths."""
        total = sum(self.counts(place, int(digit)) for place, digit in enumerate(reversed(body)))
        return str(self.due[total % len(self.due)])


_ELEVEN: Final = (0, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1)
"""11 less the remainder; 0 where the remainder is 0 or 1."""

KOJIN_BANGO: Final = Scheme(
    law="平成26年総務省令第85号第5条", lengths=(12,), weights=(2, 3, 4, 5, 6, 7) * 2, due=_ELEVEN
)
"""個人番号: 11 digits and a check digit modulo 11."""

HOJIN_BANGO: Final = Scheme(
    law="平成26年財務省令第70号第2条",
    lengths=(13,),
    weights=(1, 2) * 6,
    due=(9, 8, 7, 6, 5, 4, 3, 2, 1),
    leading=True,
)
"""法人番号: a check digit modulo 9, then 12 digits. It is never 0, and cannot tell a 0 from a 9.

The brackets of the formula as printed are wrong; this reading passes all published numbers.
"""

DANTAI_CODE: Final = Scheme(
    law="総務省 全国地方公共団体コード仕様",
    lengths=(6,),
    weights=(2, 3, 4, 5, 6),
    due=(1, 0, 9, 8, 7, 6, 5, 4, 3, 2, 1),
)
"""団体コード: 5 digits and the last digit of 11 less the remainder.

The special case of a sum below 11 in the paper leads to the same digit.
"""

HOKENSHA_BANGO: Final = Scheme(
    law="厚生労働省 保険者番号等の設定要領",
    lengths=(8, 6),
    weights=(2, 1) * 4,
    due=(0, 9, 8, 7, 6, 5, 4, 3, 2, 1),
    folded=True,
)
"""保険者番号: 7 digits (国保: 5, without 法別番号) and a check digit modulo 10."""

JUMINHYO_CODE: Final = Scheme(
    law="住民基本台帳法施行規則第1条 (formula unpublished; that of 個人番号 assumed)",
    lengths=(11,),
    weights=(2, 3, 4, 5, 6, 7) * 2,
    due=_ELEVEN,
)
"""住民票コード: 10 digits and a check digit. An assumption, hence only ever a warning (FLD-062)."""

SCHEMES: Final[dict[str, Scheme]] = {
    "住民票コード": JUMINHYO_CODE,
    "保険者番号": HOKENSHA_BANGO,
    "個人番号": KOJIN_BANGO,
    "団体コード": DANTAI_CODE,
    "法人番号": HOJIN_BANGO,
}
"""Scheme by the name a field's `check` gives."""


def with_check_digit(scheme: str, body: str) -> str:
    """The whole number made of a body of ASCII digits and its check digit."""
    rule = SCHEMES[scheme]
    if len(body) + 1 not in rule.lengths or not (body.isascii() and body.isdigit()):
        raise ValueError(f"{scheme}: a body of {rule.lengths[0] - 1} digits is due, not {body!r}")
    digit = rule.check_digit(body)
    return digit + body if rule.leading else body + digit


def wrong(scheme: str, numbers: Text) -> npt.NDArray[np.bool_]:
    """Where a number is not one of the scheme's; a blank is never wrong."""
    rule = SCHEMES[scheme]
    views, data = numbers.raw
    found = np.ones(len(numbers.views), np.bool_)
    for length in rule.lengths:
        shape = (length, 0 if rule.leading else length - 1)
        found &= disagree(views, data, shape, _plan(scheme, length), _due(scheme)).view(np.bool_)
    return found


@cache
def _due(scheme: str) -> npt.NDArray[np.uint8]:
    """The check digit, as a byte, for every sum that digits can have."""
    rule = SCHEMES[scheme]
    highest = 9 * sum(rule.weights)
    digits = np.array(rule.due, np.uint8) + np.uint8(ord("0"))
    return np.resize(digits, highest + 1)


@cache
def _plan(scheme: str, length: int) -> npt.NDArray[np.uint64]:
    """The weights as `kernels.digits.disagree` takes them: two words of eight digits."""
    rule = SCHEMES[scheme]
    body = [1 if rule.folded else weight for weight in rule.weights[length - 2 :: -1]]
    twice = [255 * (rule.folded and weight == 2) for weight in rule.weights[length - 2 :: -1]]
    at = 1 if rule.leading else 0
    weights, doubled = np.zeros((2, 24), np.uint64)
    weights[at : at + length - 1] = body
    doubled[at : at + length - 1] = twice
    last = max(length - 8, 0)
    plan = []
    for first, unseen in ((0, 0), (last, 8)):
        lanes = weights[first : first + 8].copy()
        lanes[: max(unseen - first, 0)] = 0
        plan += [_word(lanes[::2][::-1], 16), _word(lanes[1::2][::-1], 16)]
        plan += [_word(doubled[first : first + 8], 8)]
    fill = _word(np.where(np.arange(8) < length, 0, ord("0")), 8)
    return np.array([*plan, fill], np.uint64)


def _word(lanes: Iterable[int], width: int) -> int:
    """Small numbers packed into one, the first lowest."""
    return sum(int(lane) << width * place for place, lane in enumerate(lanes))
