"""A file of an unknown vendor → what it is, with the evidence, and a layout to start from.

shape     the stream, read once: size, line ends, marks     decoding   every charset, strictly
lengths   equal lines, periods of bytes                     delimiters columns, quoting, header
chains    words of length before records and blocks
answer    candidates in order                               seed       YAML     words  sentences
"""

from __future__ import annotations

from converters.sniff.answer import Answer, Candidate, sniff
from converters.sniff.words import record, sentences

__all__ = ["Answer", "Candidate", "record", "sentences", "sniff"]
