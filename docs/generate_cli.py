"""Writes docs/cli.md from the commands themselves; tests/test_cli.py compares.

python docs/generate_cli.py
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from converters.cli.entry import commands

TARGET = Path(__file__).parent / "cli.md"
HEAD = """# The commands

Made by `make docs` from the program's own help; edit the help texts in `converters/cli/`.

Data and results go to stdout, everything else to stderr. `-` as FILE reads stdin.
"""


def page() -> str:
    """The whole page: exit codes, then each command with its options."""
    sections = [HEAD, "```\n" + (commands.epilog or "").removeprefix("\b\n").rstrip() + "\n```\n"]
    sections += [_section(path, command) for path, command in leaves(commands, "utsushi")]
    return "\n".join(sections)


def leaves(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that runs, with its words."""
    for name in sorted(group.commands):
        command = group.commands[name]
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _section(path: str, command: click.Command) -> str:
    """One command: what it does, an example, its arguments and options."""
    context = click.Context(command, info_name=path)
    text, _, example = inspect.cleandoc(command.help or "").partition("\b\n")
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    found = [each.get_help_record(context) for each in command.params]
    lines = [f"## {path}", "", text.strip(), "", "```", usage, "", example.strip(), "```", ""]
    lines += ["| option | meaning |", "|---|---|"]
    lines += [f"| `{_cell(row[0])}` | {_cell(row[1])} |" for row in found if row and row[1]]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
