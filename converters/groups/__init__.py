"""Records that share a key → what is wrong with them as a group, in bounded memory.

Rows are spooled by the hash of their key, so that a key lies in one bucket; a bucket is then
looked at as a whole. Sorting or joining all keys at once would need all of them in memory.
"""

from converters.groups.plan import Group, compile, nothing, rows
from converters.groups.rules import references, repeated
from converters.groups.spool import FOUND, Spool

__all__ = ["FOUND", "Group", "Spool", "compile", "nothing", "references", "repeated", "rows"]
