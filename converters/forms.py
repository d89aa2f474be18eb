"""The physical forms: which module reads and writes the records of a layout.

A new form is a module with a class that has the verbs of `Form`, and a line in `form`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from converters import blocks, delimited, fixed, markup, scripts, variable
from converters.around import Kept
from converters.blocks import Blocks
from converters.columns import Chunk, Ints, Order, Spans
from converters.delimited import Delimited
from converters.edges import Edges
from converters.fixed import Fixed
from converters.framing import (
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
from converters.model import Layout
from converters.variable import Variable

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
    "form",
    "packed",
    "remains",
]


def form(layout: Layout, decode: Callable[[bytes], str], encode: Callable[[str], bytes]) -> Form:
    """The form of a layout. The callables turn the names of a header row into its charset and back.

    `decode` raises UnicodeDecodeError for bytes that are no text.
    """
    framing = layout.framing
    found: Form
    if framing.delimited is not None:
        found = delimited.form(layout, decode, encode)
    elif framing.xml is not None:
        found = markup.form(layout)
    elif framing.blocked:
        found = blocks.form(layout)
    else:
        found = variable.form(layout) if framing.variable else fixed.form(layout)
    if framing.header or framing.footer:
        blank = scripts.of(layout).blank
        found = Edges(found, framing.header or 0, framing.footer or 0, blank)
    return found


def remains(form: Form, chunk: Chunk, rows: Ints, order: Order) -> Spans | None:
    """The fields of broken records, for what can be guessed of them; None where nothing can.

    They are taken to lie where they should, and quotes to hide no delimiter; one that reaches
    beyond its record is blank.
    """
    while isinstance(form, Blocks | Edges):
        form = form.inner
    begin, end = chunk.edges[0][rows], chunk.stop[rows]
    if isinstance(form, Delimited):
        found = form.remains(chunk.data, begin, end, order)
    elif isinstance(form, Fixed | Variable):
        found = (form if isinstance(form, Fixed) else form.fixed).remains(begin, end)
    else:
        return None
    return Spans(chunk.data, found, np.zeros(len(rows), np.uint8))
