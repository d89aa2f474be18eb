"""YAML definitions ↔ models: loads layouts, mappings and sets, checks them, publishes their schema.

document   text → tree of nodes with line and column; the only code that knows yaml
tables     CSV code tables → nodes
fitting    tree → model, misfits as problems with the nearest known name
fields, geometry, references, checks, mappings, filesets
           what a model cannot say of itself
places     ids and paths → files
loading    all of it in order
schema     models → JSON Schema for editors
"""

from converters.model import MappingSet
from converters.spec.loading import (
    Definition,
    lint,
    list_definitions,
    load_layout,
    load_mapping,
    load_set,
)
from converters.spec.places import Roots, shipped_layouts
from converters.spec.schema import schema

__all__ = [
    "Definition",
    "MappingSet",
    "Roots",
    "lint",
    "list_definitions",
    "load_layout",
    "load_mapping",
    "load_set",
    "schema",
    "shipped_layouts",
]
