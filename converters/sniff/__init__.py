"""A file of an unknown vendor → what it is, with the evidence, and a layout to start from.

shape     the stream, read once: size, line ends, marks     decoding   every charset, strictly
lengths   record lengths, chains of headers                 delimiters columns, quoting, header
answer    candidates in order                               seed       YAML     words  sentences
"""

from __future__ import annotations

from converters.sniff.answer import Answer, Candidate, sniff
from converters.sniff.words import record, sentences

__all__ = ["Answer", "Candidate", "record", "sentences", "sniff"]
