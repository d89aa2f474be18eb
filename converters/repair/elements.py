"""Repaired values → their XML record with them in its elements and attributes."""

from __future__ import annotations

import re
from typing import Final

from converters.forms.markup import Markup, escaped
from converters.repair.rejected import Rejected

__all__ = ["absent", "written"]

NIL: Final = re.compile(rb"""\s+[\w.-]+:nil\s*=\s*("[^"]*"|'[^']*')""")
NAME: Final = re.compile(rb"<([^\s/>]+)")


def absent(form: Markup, one: Rejected) -> set[int]:
    """The places of fields whose element or attribute the record does not have."""
    spans = form.places(one.data, one.order)
    return {place for place, (_, stop) in enumerate(spans) if stop == 0}


def written(form: Markup, one: Rejected, values: dict[int, bytes]) -> bytes:
    """The record with other text in some places; from the last on, so that those before stay."""
    spans, out = form.places(one.data, one.order), one.data
    for place in sorted(values, key=lambda place: -spans[place][0]):
        start, stop = spans[place]
        quoted = out[start - 1 : start] in (b'"', b"'")
        value = escaped(values[place], quoted)
        if out[start - 2 : start] == b"/>" and not quoted:
            start = out.rfind(b"<", 0, start)
            value = _opened(out[start:stop], value)
        out = out[:start] + value + out[stop:]
    return out


def _opened(tag: bytes, value: bytes) -> bytes:
    """An element that was empty, with a value in it."""
    found = NAME.match(tag)
    assert found is not None, "an element has a name"
    start = NIL.sub(b"", tag.removesuffix(b"/>").rstrip())
    return start + b">" + value + b"</" + found.group(1) + b">"
