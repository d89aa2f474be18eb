"""Layouts → first drafts of what stands beside them: a CSV of the same items, and a mapping.

A draft is a file like any other: it is read over, changed, linted, kept. It decides nothing that a
person has to decide; what has no partner by its name is told in a comment, and `mapping lint` says
it again.
"""

from converters.drafts.mappings import draft
from converters.drafts.plain import plain

__all__ = ["draft", "plain"]
