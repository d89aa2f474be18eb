"""A block of synthetic residents: record numbers → where in the word tables each fact stands.

Everything is a whole column of places; -1 means that the person has no such thing. Households are
runs of records that begin with their head and share surname, address and nationality.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from converters.columns import Ints
from converters.generate import days
from converters.generate.words import Words

__all__ = [
    "BANCHI",
    "BLOCK",
    "CARDS",
    "CYCLE",
    "ELSEWHERE",
    "REASONS",
    "STATES",
    "STATUSES",
    "People",
    "people",
]

People = dict[str, Ints]
"""Facet name to a column of places, each as long as the block."""

BLOCK = 8192
"""Records per block; each block has random numbers of its own, so that any length of a file is a
beginning of a longer one."""

CYCLE = 97
"""Every so many records the rare cases come once each, so that even small files have them."""

BANCHI, CARDS, ELSEWHERE = 120, 2000, 2000
"""How many house numbers, card numbers and other addresses there are."""

REASONS = (
    *("転入", "出生", "転居", "世帯変更", "氏名変更", "国籍取得", "職権記載"),
    *("転出", "死亡", "職権消除"),
)
STATES = ("現住", "転出", "死亡", "その他消除")
STATUSES = ("永住者", "定住者", "日本人の配偶者等", "特別永住者", "留学", "家族滞在", "技能")
_FIRST_PERIOD = days.place("2000-04-01")
"""Where the first of the periods begins that follow one another in a household, a year each."""
_ENDING = np.array([-1, 7, 8, 9])
"""The reason that ended a residence, by state."""


def people(words: Words, numbers: Ints, rng: np.random.Generator) -> People:
    """The facts of the residents with these record numbers."""
    found: People = {"number": numbers}
    found |= _households(words, numbers, rng)
    found |= _names(words, found, rng)
    found |= _lives(words, found, rng)
    found |= _foreign(words, found, rng)
    return found | _derived(words, found)


def _some(rng: np.random.Generator, share: float, values: Ints) -> Ints:
    """The values of a share of the rows, -1 on the others."""
    return np.where(rng.random(len(values)) < share, values, -1)


def _households(words: Words, numbers: Ints, rng: np.random.Generator) -> People:
    count = len(numbers)
    rows = np.arange(count)
    starts = (rng.random(count) < 0.45) | (rows == 0) | (numbers % CYCLE == 20)
    head = np.maximum.accumulate(np.where(starts, rows, 0))
    foreign = (rng.random(count) < 0.03) | (numbers % CYCLE == 20)
    places = np.arange(1, len(words.relationships))
    weight = np.array([1.0 / (1 + place) for place in places])
    relation = rng.choice(places, count, p=weight / weight.sum())
    sexes = np.array([int(row[2]) for row in words.relationships])
    relation = np.where(starts, 0, relation)
    return {
        "row": head,
        "household": numbers[head],
        "head": numbers[head],
        "foreign": foreign[head].astype(np.int64),
        "relation": relation,
        "sex": np.where(starts, rng.integers(1, 3, count), sexes[relation]),
        "town": rng.integers(0, len(words.towns), count)[head],
        "banchi": rng.integers(0, BANCHI, count)[head],
        "building": _rare(numbers, _some(rng, 0.4, _building(words, count, rng)), words)[head],
    }


def _building(words: Words, count: int, rng: np.random.Generator) -> Ints:
    """Mostly the plain ones; the last four have characters that are worth trouble."""
    plain = len(words.buildings) - 4
    odd = rng.random(count) < 0.02
    return np.where(odd, plain + rng.integers(0, 4, count), rng.integers(0, plain, count))


def _rare(numbers: Ints, building: Ints, words: Words) -> Ints:
    turn = numbers % CYCLE - 30
    return np.where((turn >= 0) & (turn < 4), len(words.buildings) - 4 + turn, building)


def _names(words: Words, found: People, rng: np.random.Generator) -> People:
    count, head, numbers = len(found["row"]), found["row"], found["number"]
    many = len(words.surnames)
    odd = many - 8
    surname = rng.integers(0, odd, count)
    surname = np.where(rng.random(count) < 0.01, rng.integers(odd, many, count), surname)
    turn = numbers % CYCLE - 40
    surname = np.where((turn >= 0) & (turn < 8), odd + turn, surname[head])
    boys, girls = words.boys, len(words.givens) - words.boys
    given = rng.integers(0, 1 << 30, count)
    given = np.where(found["sex"] == 1, given % boys, boys + given % girls)
    person = surname * len(words.givens) + given
    person = np.where(numbers % CYCLE == 11, many * len(words.givens), person)
    japanese = found["foreign"] == 0
    return {
        "given": given,
        "name": np.where(japanese, person, -1),
        "head_name": np.where(japanese, person[head], -1),
        "maiden": np.where(japanese, _some(rng, 0.02, rng.integers(0, odd, count)), -1),
        "drawn": person,
    }


def _lives(words: Words, found: People, rng: np.random.Generator) -> People:
    count = len(found["row"])
    birth, forced = _births(words, found, rng)
    state = rng.choice(4, count, p=(0.86, 0.08, 0.05, 0.01))
    reason = np.where(state == 0, rng.integers(0, 7, count), _ENDING[state])
    born = reason == 1
    span = np.maximum(days.NOW - birth - 366, 0)
    moved = birth + np.where(span > 0, 366, 0) + (rng.random(count) * span).astype(np.int64)
    moved = np.where(born, birth, moved)
    settled = np.where(reason < 3, moved, _between(birth, moved, rng))
    filed = np.minimum(moved + rng.integers(0, 15, count), days.NOW)
    old = (forced < 0) & (settled > birth + 366)
    return {
        "birth": np.where(forced < 0, _vague(birth, old, rng), forced),
        "moved": _vague(moved, moved > birth + 366, rng),
        "settled": _vague(settled, settled > birth + 366, rng),
        "since": _between(birth, settled, rng),
        "state": state,
        "reason": reason,
        "filed": filed,
        "filed_move": np.where(born, -1, filed),
        "filed_birth": np.where(born, filed, -1),
        "left": np.where(state == 1, moved, -1),
        "previous": np.where(np.isin(reason, (0, 2)), rng.integers(0, ELSEWHERE, count), -1),
        "next": np.where(state == 1, rng.integers(0, ELSEWHERE, count), -1),
    }


def _between(first: Ints, last: Ints, rng: np.random.Generator) -> Ints:
    return first + ((last - first) * rng.random(len(first))).astype(np.int64)


def _births(words: Words, found: People, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Days of birth, and the places of the forced ones (-1 on other rows).

    Heads are 20 to 95, the others a generation or more away.
    """
    count = len(found["row"])
    heads = days.NOW - (rng.uniform(20, 95, count) * 365.25).astype(np.int64)
    generation = np.array([int(row[3]) for row in words.relationships])[found["relation"]]
    drift = rng.integers(-1800, 1800, count)
    born = heads[found["row"]] + np.where(found["relation"] == 0, 0, generation * 9900 + drift)
    born = np.clip(born, days.place("1905-01-01"), days.NOW - rng.integers(30, 400, count))
    turn = found["number"] % CYCLE - 60
    rare = (turn >= 0) & (turn < len(days.FORCED))
    places, real = np.array(days.FORCED).T
    turn = np.where(rare, turn, 0)
    return np.where(rare, real[turn], born), np.where(rare, places[turn], -1)


def _vague(day: Ints, may: NDArray[np.bool_], rng: np.random.Generator) -> Ints:
    """Half a percent of the dates made unknown, in part or wholly, where `may` allows it."""
    drawn = np.where(may, rng.random(len(day)), 1.0)
    rows = np.flatnonzero(drawn < 0.005)
    known, drawn, found = day[rows], drawn[rows], day.copy()
    vague = np.where(drawn < 0.002, days.month_only(known), days.year_only(known))
    found[rows] = np.where(drawn < 0.004, vague, days.UNKNOWN)
    return found


def _foreign(words: Words, found: People, rng: np.random.Generator) -> People:
    count, foreign = len(found["row"]), found["foreign"] == 1
    family = rng.integers(0, len(words.families), count)[found["row"]]
    roman = family * len(words.foreign_givens) + rng.integers(0, len(words.foreign_givens), count)
    alias = np.where(rng.random(count) < 0.5, found["drawn"], -1)

    def only(values: Ints) -> Ints:
        return np.where(foreign, values, -1)

    return {
        "roman": only(roman),
        "alias": only(alias),
        "nationality": only(family),
        "status": only(rng.integers(0, len(STATUSES), count)),
        "expiry": only(days.NOW + rng.integers(30, 1800, count)),
        "card": only(rng.integers(0, CARDS, count)),
    }


def _derived(words: Words, found: People) -> People:
    name, roman, alias = found["name"], found["roman"], found["alias"]
    japanese = len(words.surnames) * len(words.givens) + 1
    member = found["number"] - found["head"] + 1
    begins = _FIRST_PERIOD + 365 * (member - 1)
    last = np.append(member[1:] == 1, True)
    return {
        "member": member,
        "begins": begins,
        "ends": np.where(last, -1, begins + 364),
        "reading": np.where(name >= 0, name, japanese + roman),
        "preferred": np.where(alias >= 0, alias, name),
        "address": found["town"] * BANCHI + found["banchi"],
        "none": np.full(len(name), -1),
        "zero": np.zeros(len(name), np.int64),
    }
