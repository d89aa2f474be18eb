"""Checks: typed columns → value problems, one list of steps per layout, whole columns at a time.

Code membership, character class and the validity of a date are found by the kinds on reading and
writing, the width in bytes by the forms; what is checked here needs the typed value, a second
field, or a number that the kinds do not know.
"""

from converters.checks.plan import Checks, compile
from converters.checks.steps import Step

__all__ = ["Checks", "Step", "compile"]
