"""The physical forms: which module reads and writes the records of a layout.

A new form is a module with a class that has the verbs of `Form`, and a line in `form`.
"""

from __future__ import annotations

from collections.abc import Callable

from converters import delimited, fixed, variable
from converters.framing import PROBLEMS, Beginning, FileProblem, Form, Split
from converters.model import Layout

__all__ = ["PROBLEMS", "Beginning", "FileProblem", "Form", "Split", "form"]


def form(layout: Layout, decode: Callable[[bytes], str], encode: Callable[[str], bytes]) -> Form:
    """The form of a layout. The callables turn the names of a header row into its charset and back.

    `decode` raises UnicodeDecodeError for bytes that are no text.
    """
    if layout.framing.delimited is not None:
        return delimited.form(layout, decode, encode)
    if layout.framing.variable is not None:
        return variable.form(layout)
    return fixed.form(layout)
