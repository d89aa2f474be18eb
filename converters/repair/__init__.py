"""Rejected records → sheets that people repair → the same run again, with the repaired records.

    run → rejected records with their reasons → CSV or XLSX → repaired cells → patches → new run

Only cells that somebody changed get new bytes; everything else stays as it came. The run that is
replayed is read and never changed.
"""

from converters.repair.extract import extract, readable
from converters.repair.listing import Group, groups
from converters.repair.rejected import Selection
from converters.repair.replay import Replay, replay

__all__ = ["Group", "Replay", "Selection", "extract", "groups", "readable", "replay"]
