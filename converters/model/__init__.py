"""Layouts and mappings as frozen values: what a definition file says, after it was checked.

No file is read here and no byte is touched: `spec` turns YAML into these models, and everything
else takes them as they are. All models refuse unknown keys. Widths and positions count bytes and
are 1-based only here and in messages; `Record.offsets` is 0-based.
"""

from converters.definition import BASE, Characters, Shrink
from converters.model.checks import GROUPED, QUESTIONS, Check
from converters.model.filesets import BETWEEN, Between, FileSet, Member, Portion, SetOfFiles
from converters.model.framing import (
    FORMS,
    DelimitedFraming,
    FixedBlocks,
    FixedFraming,
    Framing,
    LengthField,
    VariableBlocks,
    VariableFraming,
    XmlFraming,
)
from converters.model.kinds import Control, When
from converters.model.layout import (
    Balance,
    Element,
    Field,
    Filled,
    KindName,
    Layout,
    Numbers,
    Record,
)
from converters.model.mapping import OPERATIONS, Filter, Ignore, Mapping, MappingSet, Part, Rule
from converters.model.values import Condition, Model, Name, Override, Size, Title
from converters.model.varying import Table, View, choices, opened, row, standing, tables

__all__ = [
    "BASE",
    "BETWEEN",
    "FORMS",
    "GROUPED",
    "OPERATIONS",
    "QUESTIONS",
    "Balance",
    "Between",
    "Characters",
    "Check",
    "Condition",
    "Control",
    "DelimitedFraming",
    "Element",
    "Field",
    "FileSet",
    "Filled",
    "Filter",
    "FixedBlocks",
    "FixedFraming",
    "Framing",
    "Ignore",
    "KindName",
    "Layout",
    "LengthField",
    "Mapping",
    "MappingSet",
    "Member",
    "Model",
    "Name",
    "Numbers",
    "Override",
    "Part",
    "Portion",
    "Record",
    "Rule",
    "SetOfFiles",
    "Shrink",
    "Size",
    "Table",
    "Title",
    "VariableBlocks",
    "VariableFraming",
    "View",
    "When",
    "XmlFraming",
    "choices",
    "opened",
    "row",
    "standing",
    "tables",
]
