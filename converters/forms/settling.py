"""Records whose rows were put in with all the room of their tables → the same without that room."""

from __future__ import annotations

import numpy as np

from converters.columns import Bytes, Ints
from converters.forms.fixed import Fixed
from converters.forms.varying import Varying, described, ended
from converters.model import Table

__all__ = ["settled"]


def settled(
    form: Varying, data: Bytes, bounds: Ints, starts: Ints, table: Table
) -> tuple[Bytes, Ints]:
    """Records with the rows of a table, which begin at `starts`, put in at full length → the same
    with what is there."""
    if table.first not in form.inside:
        return data, bounds
    rows = form.inside[table.first][0]
    size = np.full(len(starts), table.size, np.int64)
    gone = rows.found(data, starts, starts + size, True).gone
    edges = np.zeros(len(data) + 1, np.int64)
    np.add.at(edges, starts + size - gone, 1)
    np.add.at(edges, starts + size, -1)
    keep = np.cumsum(edges)[:-1] == 0
    lost = np.concatenate([[0], np.cumsum(~keep)])
    made, fresh = data[keep], bounds - lost[bounds]
    if isinstance(form.inner, Fixed):
        return _filled(form, made, fresh)
    described(form.inner, made, fresh)
    return made, fresh


def _filled(form: Varying, data: Bytes, bounds: Ints) -> tuple[Bytes, Ints]:
    """Records that became shorter, filled at the end."""
    length, ending = form.fixed.length, form.inner.ending
    body = np.ones(len(data), np.bool_)
    for k in range(len(ending)):
        body[bounds[1:] - 1 - k] = False
    sizes = np.diff(bounds) - len(ending)
    pad = np.resize(np.frombuffer(form.blank, np.uint8), length)
    out = np.tile(pad, (len(sizes), 1))
    out[np.arange(length) < sizes[:, None]] = data[body]
    return ended(out.reshape(-1), length, ending, len(sizes))
