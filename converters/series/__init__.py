"""Reports of several runs → what changed between two, and what all of them came to together."""

from converters.series.diff import Difference, difference, worse
from converters.series.load import REPORT, load
from converters.series.merge import merged

__all__ = ["REPORT", "Difference", "difference", "load", "merged", "worse"]
