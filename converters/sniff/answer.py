"""Facts of a file → candidates in order, the hints beside them, and a layout to start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np

from converters import charset
from converters.forms.markup import Outline, outline
from converters.sniff import chains, decoding, delimiters, lengths, sample, seed, shape
from converters.sniff.chains import Chain
from converters.sniff.decoding import Reading
from converters.sniff.delimiters import Table
from converters.sniff.lengths import Length
from converters.sniff.shape import Shape

__all__ = ["Answer", "Candidate", "sniff"]

FITS: Final = 50.0
"""The score from which a charset is a candidate."""

KEPT: Final = 8
"""Charsets that are looked at further."""

TEXT: Final = 1 << 18
"""Bytes of the sample that a statistical detector is shown."""

EDGES: Final = 2000
"""Records whose ends are looked at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the file may be: a charset and a form. `form` is delimited, fixed, lines, rdw,
    bdw or xml;
    `cut` of `records` end inside a character."""

    reading: Reading
    form: str
    score: float
    length: Length | None
    table: Table | None
    cut: int = 0
    records: int = 0
    chain: Chain | None = None
    outline: Outline | None = None

    @property
    def reads_bytes(self) -> bool:
        """Are line ends the bytes 0A and 0D in this charset?"""
        script = charset.load(self.reading.charset)
        return script.structure != "utf-16" and not script.ebcdic


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known. `hint` is what a statistical detector says, and decides nothing; `layout`
    is the seed for the first candidate, empty where no layout can describe it."""

    shape: Shape
    candidates: tuple[Candidate, ...]
    lengths: tuple[Length, ...]
    hint: str
    layout: str


def sniff(source: BinaryIO, name: str) -> Answer:
    """Reads the file to its end, in bounded memory; `name` is what the seed calls it."""
    facts = shape.take(source)
    sizes = lengths.candidates(facts) if facts.size else ()
    chain = chains.chained(facts)
    fitting = [one for one in facts.readings if one.score >= FITS][:KEPT]
    marked = [one for one in fitting if one.charset == "utf-8" and not one.bad]
    if marked and (shown := outline(facts.body)):
        best = Candidate(marked[0], "xml", marked[0].score, None, None, outline=shown)
        return Answer(facts, (best,), (), _hint(facts), _seed(facts, [best], name))
    if not fitting and chain:
        fitting = list(facts.readings[:1])
    found = [one for reading in fitting for one in _forms(facts, reading, sizes, chain)]
    found.sort(key=lambda one: -one.score)
    if found and found[0].table is not None:
        sizes = ()
    return Answer(facts, tuple(found), sizes, _hint(facts), _seed(facts, found, name))


def _forms(
    facts: Shape, reading: Reading, sizes: tuple[Length, ...], chain: Chain | None
) -> list[Candidate]:
    if chain is not None:
        return [Candidate(reading, chain.form, reading.score, None, None, chain=chain)]
    table = _table(facts, reading)
    if table is not None:
        return [Candidate(reading, "delimited", reading.score, None, table)]
    found = [_fixed(facts, reading, size) for size in sizes[:1]]
    return found or [Candidate(reading, "lines", round(reading.score / 2, 2), None, None)]


def _table(facts: Shape, reading: Reading) -> Table | None:
    """The rows of the sample, if it has any."""
    script = charset.load(reading.charset)
    if script.ascii and not (facts.lf or facts.crlf):
        return None
    found = sample.take(script, facts.body, facts.size - len(facts.mark))
    if found is None:
        return None
    return delimiters.table(*found, sample.terminator(script, facts.body, found[0]))


def _fixed(facts: Shape, reading: Reading, size: Length) -> Candidate:
    """Records of one length; each that ends inside a character speaks against it."""
    data = np.frombuffer(facts.body, np.uint8)
    start, stop = seed.records(facts, size)
    _, cut = decoding.roles(reading.charset, data, start[:EDGES], stop[:EDGES])
    records = min(len(start), EDGES)
    fit = (1 - cut / max(records, 1)) * (0.8 + 0.2 * min(size.share, 1.0))
    return Candidate(reading, "fixed", round(reading.score * fit, 2), size, None, cut, records)


def _hint(facts: Shape) -> str:
    import chardet  # slow to import, and of use here only

    found = chardet.detect(facts.sample[:TEXT])
    sure = found.get("confidence") or 0.0
    return f"{found['encoding']} {sure:.2f}" if found.get("encoding") else ""


def _seed(facts: Shape, found: list[Candidate], name: str) -> str:
    if not found:
        return ""
    best = found[0]
    if best.table is not None:
        return seed.delimited(name, best.reading.charset, facts, best.table)
    if best.length is not None:
        return seed.fixed(name, best.reading.charset, facts, best.length)
    if best.outline is not None:
        return seed.markup(name, facts, best.outline)
    if best.chain is not None:
        return seed.variable(name, best.reading.charset, facts, best.chain)
    return ""
