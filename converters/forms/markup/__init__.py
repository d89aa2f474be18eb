"""Records that are elements of an XML file: bytes ↔ records of values at paths.

paths    the fields of a layout → the elements and attributes they are, and their names in a file
judge    openings, records and endings → are they well-formed, and which namespaces hold there
writing  columns of texts → elements
form     the verbs of the form
outline  an unknown file → what its records seem to be
"""

from __future__ import annotations

from converters.forms.markup.form import Markup, form
from converters.forms.markup.outline import Outline, outline
from converters.forms.markup.writing import escaped

__all__ = ["Markup", "Outline", "escaped", "form", "outline"]
