"""Synthetic records of any layout: seed → the same bytes everywhere, and defects whose truth is
known."""

from __future__ import annotations

from converters.generate.columns import Plan, columns, compile
from converters.generate.defects import DEFECTS
from converters.generate.output import blocks, write
from converters.generate.people import BLOCK

__all__ = ["BLOCK", "DEFECTS", "Plan", "blocks", "columns", "compile", "write"]
