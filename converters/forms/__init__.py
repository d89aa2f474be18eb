"""The physical forms: which module reads and writes the records of a layout.

A new form is a module with a class that has the verbs of `Form`, and a line in `form`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from converters import scripts
from converters.columns import Bytes, Ints
from converters.forms import blocks, delimited, fixed, markup, settling, shaping, variable
from converters.forms.around import Kept
from converters.forms.blocks import Blocks
from converters.forms.edges import Edges
from converters.forms.framing import (
    PROBLEMS,
    Beginning,
    Ending,
    FileProblem,
    Form,
    Loose,
    Packer,
    Split,
    packed,
)
from converters.forms.varying import Varying
from converters.model import Layout, Table
from converters.presence import Reader

__all__ = [
    "PROBLEMS",
    "Beginning",
    "Ending",
    "FileProblem",
    "Form",
    "Kept",
    "Loose",
    "Packer",
    "Split",
    "elements",
    "form",
    "packed",
    "placed",
    "settled",
    "unwrapped",
    "varied",
]


def form(
    layout: Layout,
    decode: Callable[[bytes], str],
    encode: Callable[[str], bytes],
    readers: Mapping[str, Reader] = MappingProxyType({}),
) -> Form:
    """The form of a layout. The callables turn the names of a header row into its charset and back.

    `decode` raises UnicodeDecodeError for bytes that are no text. `readers` read the fields that
    tell which others are there (`presence.asked`).
    """
    framing = layout.framing
    found: Form
    if framing.delimited is not None:
        found = delimited.form(layout, decode, encode)
    elif framing.xml is not None:
        found = markup.form(layout)
    elif framing.blocked:
        found = blocks.form(layout)
        if layout.record.varies:
            inner = variable.form(layout) if framing.variable else fixed.form(layout)
            found = replace(found, inner=shaping.form(layout, inner, readers))
    else:
        found = variable.form(layout) if framing.variable else fixed.form(layout)
        if layout.record.varies:
            found = shaping.form(layout, found, readers)
    if framing.header or framing.footer:
        blank = scripts.of(layout).blank
        found = Edges(found, framing.header or 0, framing.footer or 0, blank)
    return found


def elements(form: Form, data: Bytes, bounds: Ints, table: Table) -> tuple[Ints, Ints]:
    """Where the elements of a table begin in records as the form made them, and the row that each
    belongs to."""
    return varied(form).elements(data, bounds, table)


def placed(form: Form, lengths: Ints) -> tuple[Ints, Ints]:
    """Where records of these lengths begin in a file, its opening left out, and where their own
    bytes do behind the word of their block; the end of the file is the last place."""
    while isinstance(form, Edges):
        form = form.inner
    if isinstance(form, Blocks):
        return blocks.placed(form, lengths)
    begins = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    return begins, begins


def settled(
    form: Form, data: Bytes, bounds: Ints, starts: Ints, table: Table
) -> tuple[Bytes, Ints]:
    """Records as the form made them, whose rows, which begin at `starts`, have been put in; with no
    more room for each than it takes."""
    return settling.settled(varied(form), data, bounds, starts, table)


def varied(form: Form) -> Varying:
    """The form of records with tables."""
    found = unwrapped(form)
    assert isinstance(found, Varying), "a record with a table varies"
    return found


def unwrapped(form: Form) -> Form:
    """The form of the records themselves, without what stands around them."""
    while isinstance(form, Blocks | Edges):
        form = form.inner
    return form
