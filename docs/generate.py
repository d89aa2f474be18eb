"""Writes what the program says of itself: docs/cli.md, and in both READMEs a run and the speed.

python docs/generate.py      (`make docs`; the tests compare)
"""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from converters.cli.entry import commands

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "cli.md"
READMES = {"en": ROOT / "README.md", "ja": ROOT / "README.ja.md"}
SHOWN = re.compile(r"(?<=^```console\n)\$ utsushi (convert .+/defects/.+)\n(?:[^`].*\n|\n)+", re.M)
"""The example that is shown with its output."""

RESULTS = ROOT / "benchmarks" / "results" / "latest.json"
SPEED = re.compile(r"(?<=<!-- speed -->\n).*?(?=<!-- end -->)", re.DOTALL)
SPEED_WORDS = {
    "en": (
        "{records:,} records, {cores} cores ({processor}), median of {rounds}",
        ("", "Utsushi", "`iconv` alone", "ratio", "peak memory"),
    ),
    "ja": (
        "{records:,} 件、{cores} コア（{processor}）、{rounds} 回の中央値",
        ("", "Utsushi", "`iconv` だけ", "比", "最大メモリー"),
    ),
}

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


def readme(lang: str) -> str:
    """The README of that language with what its first example prints and the last benchmark."""

    def run(example: re.Match[str]) -> str:
        with tempfile.TemporaryDirectory() as name:
            place = Path(name).resolve()
            (place / "samples").symlink_to(ROOT / "samples")
            words = [sys.executable, "-m", "converters.cli", *example[1].split(), "--lang", lang]
            paths = {"COLUMNS": "100", "PYTHONPATH": str(ROOT)}
            done = subprocess.run(
                words, cwd=place, env=os.environ | paths, capture_output=True, encoding="utf-8"
            )
        return f"$ utsushi {example[1]}\n{done.stderr.replace(f'{place}/', '')}"

    text = READMES[lang].read_text(encoding="utf-8")
    return SPEED.sub(lambda _: speed(lang), SHOWN.sub(run, text, count=1))


def speed(lang: str) -> str:
    """The jobs that have bare iconv beside them, as a table."""
    if not RESULTS.exists():
        return ""
    document = json.loads(RESULTS.read_text(encoding="utf-8"))
    title, heads = SPEED_WORDS[lang]
    lines = [title.format(**document["facts"]), "", "| " + " | ".join(heads) + " |"]
    lines.append("|---|--:|--:|--:|--:|")
    for job in document["jobs"]:
        ours, *peers = job["contenders"]
        for peer in peers:
            if peer["name"] == "iconv":
                seconds = f"{ours['wall']:.2f} s | {peer['wall']:.2f} s | {peer['ratio']:.2f}"
                lines.append(f"| {job['job']} | {seconds} | {ours['memory'] / 1e6:.0f} MB |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
    for lang, path in READMES.items():
        path.write_text(readme(lang), encoding="utf-8")
