"""A delivery of several files: each checked against its layout, then what is true between them."""

from converters.filesets.members import Members, members
from converters.filesets.run import Checked, check

__all__ = ["Checked", "Members", "check", "members"]
