"""Rules as pairs, apply and inverse, on whole columns: a batch of one layout ↔ one of another.

To add an operation, write its pair in a module of this folder, add one line to
`program.OPERATIONS`, its key to `model.Rule`, and a section to docs/mapping.md.
"""

from converters.mapping.program import OPERATIONS, Dropped, Mapped, Program, compile, parent

__all__ = ["OPERATIONS", "Dropped", "Mapped", "Program", "compile", "parent"]
