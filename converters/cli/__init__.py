"""The command line: arguments in, one library call, words out, exit code.

Nothing heavy is imported here or in the command modules: a command imports what it needs when it
runs, so `utsushi --help` answers at once.
"""

from converters.cli.entry import main

__all__ = ["main"]
