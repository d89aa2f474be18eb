"""The balance of a run: what went in, what came out, and that nothing was lost between.

    typed batch → tally;  tally + tally → tally;  tallies of a run → the block a city signs

Tallies are exact and add up in any order, so that batches and workers change nothing.
"""

from converters.balance.books import Books, balance, fields
from converters.balance.joined import joined
from converters.balance.tallies import Counted, FieldTally, KeyTotal, Tally, counted, merge, tally

__all__ = [
    "Books",
    "Counted",
    "FieldTally",
    "KeyTotal",
    "Tally",
    "balance",
    "counted",
    "fields",
    "joined",
    "merge",
    "tally",
]
