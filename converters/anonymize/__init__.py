"""A file → the same file about nobody: every personal value replaced, every byte in its place.

    chunk → spans of fields → replaced in a copy → checked: the findings must be those of before

Lengths, padding, line ends, unknown dates, codes and defects stay. The same value gives the same
pseudonym in every file that is treated with the same key.
"""

from converters.anonymize.run import Replaced, anonymize

__all__ = ["Replaced", "anonymize"]
