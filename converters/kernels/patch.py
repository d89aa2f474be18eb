"""Two versions of the same records → the runs in which they differ, and back.

Records are spans of two byte arrays, side by side. A patch is (row, place, drop, first, last): at
`place` of the regenerated record, `drop` bytes give way to `original[first:last]`.
"""

from __future__ import annotations

from numba import njit

from converters.kernels.arrays import Bytes, Ints
from converters.kernels.memory import load8, load64

__all__ = ["applied_bounds", "apply_patches", "count_runs", "runs"]


GAP = 8
"""Runs closer than this many equal bytes are one run: a patch costs more than a few bytes."""


@njit(cache=True, nogil=True)
def _same(left: Bytes, at: int, right: Bytes, place: int, length: int) -> int:
    """How many bytes from the two places on are equal, at most `length`."""
    k = 0
    while k + 8 <= length and load64(left, at + k) == load64(right, place + k):
        k += 8
    while k < length and load8(left, at + k) == load8(right, place + k):
        k += 1
    return k


@njit(cache=True, nogil=True)
def _run_end(left: Bytes, at: int, right: Bytes, place: int, length: int) -> int:
    """Where a run that begins here ends: before the first `GAP` equal bytes."""
    end = 1
    k = 1
    while k < length and k - end < GAP:
        if load8(left, at + k) != load8(right, place + k):
            end = k + 1
        k += 1
    return end


@njit(cache=True, nogil=True)
def count_runs(made: Bytes, made_spans: Ints, original: Bytes, spans: Ints) -> int:
    """How many patches `runs` will find. Spans are rows of (first, last)."""
    found = 0
    for row in range(len(spans)):
        length = made_spans[row, 1] - made_spans[row, 0]
        if length != spans[row, 1] - spans[row, 0]:
            found += 1
            continue
        at, place = made_spans[row, 0], spans[row, 0]
        k = _same(made, at, original, place, length)
        while k < length:
            found += 1
            k += _run_end(made, at + k, original, place + k, length - k)
            k += _same(made, at + k, original, place + k, length - k)
    return found


@njit(cache=True, nogil=True)
def runs(made: Bytes, made_spans: Ints, original: Bytes, spans: Ints, patches: Ints) -> None:
    """The patches that turn each regenerated record into the original one, in order."""
    found = 0
    for row in range(len(spans)):
        at, place = made_spans[row, 0], spans[row, 0]
        length, wanted = made_spans[row, 1] - at, spans[row, 1] - place
        if length != wanted:
            shorter = min(length, wanted)
            head = _same(made, at, original, place, shorter)
            tail = 0
            while tail < shorter - head and (
                made[at + length - 1 - tail] == original[place + wanted - 1 - tail]
            ):
                tail += 1
            patches[found, 0] = row
            patches[found, 1] = head
            patches[found, 2] = length - tail - head
            patches[found, 3] = place + head
            patches[found, 4] = place + wanted - tail
            found += 1
            continue
        k = _same(made, at, original, place, length)
        while k < length:
            end = k + _run_end(made, at + k, original, place + k, length - k)
            patches[found, 0] = row
            patches[found, 1] = k
            patches[found, 2] = end - k
            patches[found, 3] = place + k
            patches[found, 4] = place + end
            found += 1
            k = end + _same(made, at + end, original, place + end, length - end)


@njit(cache=True, nogil=True)
def applied_bounds(bounds: Ints, patches: Ints, changed: Ints) -> None:
    """The bounds of the records after their patches."""
    p = 0
    for row in range(len(bounds) - 1):
        size = bounds[row + 1] - bounds[row]
        while p < len(patches) and patches[p, 0] == row:
            size += patches[p, 4] - patches[p, 3] - patches[p, 2]
            p += 1
        changed[row + 1] = changed[row] + size


@njit(cache=True, nogil=True)
def apply_patches(made: Bytes, bounds: Ints, patches: Ints, original: Bytes, out: Bytes) -> None:
    """The patched records, one after the other."""
    p = 0
    end = 0
    for row in range(len(bounds) - 1):
        k = bounds[row]
        while p < len(patches) and patches[p, 0] == row:
            stop = bounds[row] + patches[p, 1]
            for j in range(k, stop):
                out[end] = made[j]
                end += 1
            for j in range(patches[p, 3], patches[p, 4]):
                out[end] = original[j]
                end += 1
            k = stop + patches[p, 2]
            p += 1
        for j in range(k, bounds[row + 1]):
            out[end] = made[j]
            end += 1
