"""The command line: help everywhere, every way to stop has its exit code, the docs name it all."""

from __future__ import annotations

import importlib.util
import inspect
import re
import string
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from converters import errors
from converters.cli import entry, main
from converters.cli.words import WORDS, language

ROOT = Path(__file__).parent.parent
LAYOUT = "vendor-a/resident"
MAPPING = "vendor-a/resident-to-standard"
HEAVY = {"numba", "numpy", "polars", "pyarrow", "pydantic", "rich", "yaml"}


def cli_docs() -> ModuleType:
    path = ROOT / "docs" / "generate.py"
    spec = importlib.util.spec_from_file_location("generate_docs", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


DOCS = cli_docs()
COMMANDS = dict(DOCS.leaves(entry.commands, "utsushi"))


def test_the_commands_of_the_program_are_these() -> None:
    assert sorted(COMMANDS) == [
        "utsushi anonymize",
        "utsushi characters",
        "utsushi check",
        "utsushi convert",
        "utsushi explain",
        "utsushi generate",
        "utsushi layout import copybook",
        "utsushi layout lint",
        "utsushi layout list",
        "utsushi layout plain",
        "utsushi layout show",
        "utsushi mapping coverage",
        "utsushi mapping draft",
        "utsushi mapping lint",
        "utsushi preview",
        "utsushi purge",
        "utsushi reconcile",
        "utsushi rejects extract",
        "utsushi rejects list",
        "utsushi rejects replay",
        "utsushi report diff",
        "utsushi report merge",
        "utsushi report render",
        "utsushi roundtrip",
        "utsushi schema",
        "utsushi sniff",
        "utsushi validate",
    ]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_help_with_an_example(path: str) -> None:
    command = COMMANDS[path]
    assert f"\n\n\b\n{path}" in inspect.cleandoc(command.help or "")
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert all(option.help and option.help.endswith((".", "]")) for option in options)


@pytest.mark.parametrize("path", COMMANDS)
def test_help_is_shown_and_ends_well(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*path.split()[1:], "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: {path} ")


def test_the_reference_of_commands_is_what_the_program_says() -> None:
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == DOCS.page(), "run `make docs`"


@pytest.mark.parametrize("lang", DOCS.READMES)
def test_the_run_that_a_readme_shows_is_what_the_program_prints(lang: str) -> None:
    written = DOCS.READMES[lang].read_text(encoding="utf-8")
    assert DOCS.SHOWN.search(written)
    assert written == DOCS.readme(lang), "run `make docs`"


def test_starting_the_program_loads_nothing_heavy() -> None:
    script = "import sys; from converters.cli import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    loaded = {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["--version"], 0),
        (["convert"], 2),
        (["no-such-command"], 2),
        (["convert", "a", "--no-such-option"], 2),
        (["convert", "a", "--mapping", MAPPING], 2),
        (["convert", "a", "--mapping", MAPPING, "--out", "o", "--residual", "r"], 2),
        (["validate", "a", "--layout", LAYOUT, "--jobs", "0"], 2),
        (["preview", "a"], 2),
        (["validate", "no-such-file", "--layout", LAYOUT], 6),
        (["convert", "no-such-file", "--mapping", MAPPING, "--out", "o"], 6),
        (["roundtrip", "no-such-file", "--mapping", MAPPING], 6),
        (["preview", "no-such-file", "--layout", LAYOUT], 6),
        (["layout", "lint", "no-such-file"], 6),
        (["explain", "FLD-999"], 2),
        (["validate", "a", "--layout", LAYOUT, "--report", "pdf"], 2),
        (["report", "render", "no-such-run"], 6),
        (["report", "render", str(ROOT / "layouts")], 6),
        (["report", "render", str(ROOT / "pyproject.toml")], 2),
        (["report", "diff", "no-such-run", "another"], 6),
        (["report", "merge", "no-such-run", "--out", "o"], 6),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_a_call_that_cannot_work_has_its_exit_code_and_one_message(
    arguments: list[str],
    code: int,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert (out == "") == (code != 0)
    assert (err == "") == (code == 0)
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


PROBLEM = errors.Problem("a.yaml", 3, 7, "DEF-003", "unknown key", "did you mean 'kind'?")


@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (errors.UsageError("two layouts"), 2, "two layouts"),
        (errors.StoppedByPolicy("too many errors"), 4, "too many errors"),
        (errors.DefinitionError((PROBLEM,)), 5, "a.yaml:3:7: DEF-003 unknown key"),
        (errors.EnvironmentFailure("a.dat", "no such file"), 6, "a.dat: no such file"),
        (
            PermissionError(13, "Permission denied", "a.dat"),
            6,
            "a.dat: Permission denied (SYS-002)",
        ),
        (errors.Interrupted(), 130, "interrupted; nothing was published"),
        (errors.Interrupted(143), 143, "interrupted; nothing was published"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was published"),
        (ZeroDivisionError("oh"), 1, "internal error ZeroDivisionError at "),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_every_way_to_stop_is_an_exit_code_and_a_line(
    raised: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_given: list[str]) -> int:
        raise raised

    monkeypatch.setattr(entry, "_run", fail)
    monkeypatch.setenv("LC_ALL", "C")
    assert main([]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(message)
    assert err.count("\n") == 1


def test_options_that_the_catalogue_names_exist() -> None:
    text = (ROOT / "converters" / "data" / "catalogue.toml").read_text(encoding="utf-8")
    known = {name for command in COMMANDS.values() for each in command.params for name in each.opts}
    assert set(re.findall(r"--[a-z][a-z-]+[a-z]", text)) <= known


def test_debug_shows_the_traceback_of_a_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_given: list[str]) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(entry, "_run", fail)
    with pytest.raises(ZeroDivisionError):
        main(["--debug"])


def test_a_reader_that_leaves_early_gets_no_traceback() -> None:
    command = f"{sys.executable} -m converters.cli schema layout | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("{\n", "")


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP"}, "ja"),
        ({}, "en"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the language elsewhere")
def test_the_language_is_the_one_of_the_locale(
    variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def test_every_sentence_of_the_command_line_exists_in_both_languages() -> None:
    for japanese, english in WORDS.values():
        names = [
            {part[1] for part in string.Formatter().parse(text)} for text in (japanese, english)
        ]
        assert names[0] - {None} == names[1] - {None}
