"""Two runs, or a source and a target file → what agrees and what does not.

Runs are compared by their reports alone. Files are counted anew, each by its own layout, and put
into the same balance as a run: so a target is proved that somebody else has made.
"""

from converters.reconcile.files import files
from converters.reconcile.runs import Limits, runs
from converters.reconcile.values import Difference

__all__ = ["Difference", "Limits", "files", "runs"]
