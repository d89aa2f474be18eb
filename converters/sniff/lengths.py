"""A sample of a file → lengths its records may have: equal lines, periods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from converters.columns import Bytes
from converters.sniff.shape import Shape

__all__ = ["Length", "candidates"]

LONGEST: Final = 8192
SHORTEST: Final = 4
KEPT: Final = 5
"""Candidates that are handed out."""

MULTIPLE: Final = 0.1
"""Records agree a little better at a multiple of their length, by no more than this."""

EQUAL: Final = 0.3
"""The share of lines that must have the same length."""


@dataclass(frozen=True, slots=True)
class Length:
    """A record length in bytes without its terminator; `share` is the share of lines that have it,
    or of bytes that are of the class of the byte a length before. `tiles`: it divides the file."""

    length: int
    terminator: str
    share: float
    tiles: bool


def candidates(shape: Shape) -> tuple[Length, ...]:
    """The likely lengths, the likeliest first."""
    terminated = _lines(shape)
    return terminated if terminated else _periods(shape)


def _lines(shape: Shape) -> tuple[Length, ...]:
    lines = sum(shape.lines.values())
    if not lines or not (shape.crlf or shape.lf):
        return ()
    length, count = shape.lines.most_common(1)[0]
    if count / lines < EQUAL or count < 2 or not length:
        return ()
    terminator = "crlf" if shape.crlf >= shape.lf else "lf"
    step = length + (2 if terminator == "crlf" else 1)
    tiles = not (shape.size - len(shape.mark) - shape.eof) % step
    return (Length(length, terminator, count / lines, tiles),)


def _periods(shape: Shape) -> tuple[Length, ...]:
    """Lengths at which bytes of one class return, by the autocorrelation of each class."""
    data = np.frombuffer(shape.body, np.uint8)
    body = shape.size - len(shape.mark) - shape.eof
    data = data[:body]
    longest = min(LONGEST, len(data) // 2)
    if longest < SHORTEST:
        return ()
    shares = _agreement(data, longest)
    lags = np.arange(len(shares))
    tiling = (lags > 0) & (body % np.maximum(lags, 1) == 0)
    score = shares + np.where(tiling, 0.05, 0.0)
    score[:SHORTEST] = -1
    best = float(score.max())
    top = int(score.argmax())
    near = np.flatnonzero(
        (score >= best - MULTIPLE) & (lags > 0) & (top % np.maximum(lags, 1) == 0)
    )
    order = [*near[:1], *np.argsort(-score, kind="stable")]
    chosen = list(dict.fromkeys(int(lag) for lag in order))[:KEPT]
    return tuple(Length(lag, "none", float(shares[lag]), bool(tiling[lag])) for lag in chosen)


def _agreement(data: Bytes, longest: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """For every lag up to `longest`: the share of bytes whose class stands a lag later again."""
    classes = (data >> 4).astype(np.int64)
    size = 1 << (2 * len(data) - 1).bit_length()
    total = np.zeros(longest + 1)
    for one in np.unique(classes):
        spectrum = np.fft.rfft((classes == one).astype(np.float64), size)
        total += np.fft.irfft(np.abs(spectrum) ** 2, size)[: longest + 1]
    agreement: np.ndarray[tuple[int], np.dtype[np.float64]] = total / (
        len(data) - np.arange(longest + 1)
    )
    return agreement
