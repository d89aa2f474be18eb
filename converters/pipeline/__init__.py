"""The one loop: chunks in order through a pure step on several threads, and a commit at the end.

    reading → step (decode, map, check, encode) → ledger and output → report → published run

Back is the same loop with the inverse mapping and the layouts swapped; validation is the loop
without its end; a round trip is both directions in memory.
"""

from converters.pipeline.job import STDIN, Job, Lineage, Outcome
from converters.pipeline.ledger import Counted
from converters.pipeline.output import together
from converters.pipeline.plan import fingerprint
from converters.pipeline.run import convert, counted, roundtrip, validate

__all__ = [
    "STDIN",
    "Counted",
    "Job",
    "Lineage",
    "Outcome",
    "convert",
    "counted",
    "fingerprint",
    "roundtrip",
    "together",
    "validate",
]
