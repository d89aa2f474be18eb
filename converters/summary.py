"""A report → the page that a tired person reads after a run.

Verdict, the equation of records, the five biggest problems and what to do about them, where the
files are, what to type next. Made from report.json alone; meaning is never carried by colour alone.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

__all__ = ["headline", "next_commands", "render", "show", "verdict"]

Report = Mapping[str, Any]

BIGGEST: Final = 5

WORDS: Final[dict[str, tuple[str, str]]] = {
    "all": ("主な指摘", "The biggest problems"),
    "at": ("{record} 件目", "record {record}"),
    "done": ("完了", "DONE"),
    "done:convert": ("変換が終わりました。", "The conversion is finished."),
    "done:roundtrip": (
        "変換して元に戻し、すべて一致しました。",
        "Everything came back as it was.",
    ),
    "done:validate": ("検査が終わりました。", "The check is finished."),
    "equation:convert": (
        "入力 {read} = 変換 {converted} + 除外(エラー) {rejected} + 対象外 {filtered}",
        "read {read} = converted {converted} + rejected (errors) {rejected} + filtered {filtered}",
    ),
    "equation:roundtrip": (
        "入力 {read} = 往復 {converted} + 除外(エラー) {rejected} + 対象外 {filtered}",
        "read {read} = compared {converted} + rejected (errors) {rejected} + filtered {filtered}",
    ),
    "equation:validate": (
        "入力 {read} = エラーなし {converted} + エラーあり {rejected}",
        "read {read} = without errors {converted} + with errors {rejected}",
    ),
    "error": ("エラー", "error"),
    "example": ("例: ", "e.g. "),
    "exit": ("(終了コード {code})", " (exit code {code})"),
    "files": ("ファイル", "Files"),
    "findings": ("要確認", "CHECK NEEDED"),
    "findings:convert": (
        "変換は終わりましたが、確認の必要な指摘があります。",
        "The conversion is finished, with findings to look at.",
    ),
    "findings:roundtrip": (
        "変換して元に戻すと、一致しないところがあります。",
        "Not everything came back as it was.",
    ),
    "findings:validate": (
        "検査が終わり、確認の必要な指摘があります。",
        "The check is finished, with findings to look at.",
    ),
    "first": (
        "指摘 {total} 種類のうち、主な {shown} 種類",
        "The {shown} biggest of {total} problems",
    ),
    "info": ("情報", "info"),
    "list": ("指摘の全件", "all findings"),
    "next": ("次の操作", "Next"),
    "none": ("指摘はありません。", "There are no findings."),
    "offset": ("先頭から {offset} バイト", "byte offset {offset}"),
    "open": (
        "件数が合いません。この結果は使わないでください。",
        "The counts do not agree. Do not use this result.",
    ),
    "output": ("結果", "output"),
    "partial": (
        "途中で止めたため、すべてのレコードは読んでいません。",
        "The run stopped early; not all records were read.",
    ),
    "raw": (
        "報告に個人の値がそのまま入っています（--samples raw）。取り扱いに注意してください。",
        "The report shows personal values as they are (--samples raw). Handle it with care.",
    ),
    "reasons": ("対象外の理由: ", "filtered because: "),
    "records": ("{count} 件", "{count} records"),
    "rejects": ("除外", "rejected"),
    "repairs": ("修正", "repaired"),
    "replayed": (
        "{run} の除外から再処理 {records}（修正 {edited}）= 変換 {converted} + 除外 {rejected}"
        " + 対象外 {filtered} + 削除 {removed}",
        "replayed of {run} {records} (edited {edited}) = converted {converted}"
        " + rejected {rejected} + filtered {filtered} + removed {removed}",
    ),
    "report": ("報告", "report"),
    "residual": ("残差", "residual"),
    "stopped": ("中止", "STOPPED"),
    "stopped:balance": (
        "件数が合わないため中止しました。出力はありません。",
        "The counts do not agree. Nothing was published.",
    ),
    "stopped:max-errors": (
        "エラーが上限を超えたため中止しました。出力はありません。",
        "There were more errors than allowed. Nothing was published.",
    ),
    "stopped:on-error": (
        "エラーがあったため中止しました。出力はありません。",
        "There was an error. Nothing was published.",
    ),
    "times": ("{count} 件", "×{count}"),
    "totals": (
        "エラー {error} 件、警告 {warning} 件、情報 {info} 件",
        "{error} errors, {warning} warnings, {info} infos",
    ),
    "warning": ("警告", "warning"),
    "value": ("値「{value}」", "value [{value}]"),
    "warned": ("完了(警告あり)", "DONE, WITH WARNINGS"),
}
"""Key to the words in Japanese and in English."""

STYLES: Final = {
    "done": "bold green",
    "warned": "bold yellow",
    "findings": "bold yellow",
    "stopped": "bold red",
    "error": "red",
    "warning": "yellow",
    "info": "cyan",
}


def show(report: Report, lang: str, quiet: bool = False, console: Console | None = None) -> None:
    """Print the summary, or its verdict only, to stderr."""
    console = console or Console(stderr=True, highlight=False)
    if quiet:
        console.print(_Wrapped(verdict(report, lang), 0))
        return
    console.print(render(report, lang))
    for command in next_commands(report):
        console.print(Text(f"  {command}"), soft_wrap=True)


def _word(key: str, lang: str, **values: object) -> str:
    return WORDS[key][lang != "ja"].format(**values)


def verdict(report: Report, lang: str) -> Text:
    """One line: how it went, in a word and a sentence."""
    shown, word, sentence = headline(report, lang)
    return Text.assemble((word, STYLES[shown]), "  ", sentence)


def headline(report: Report, lang: str) -> tuple[str, str, str]:
    """How it went: done, warned, findings or stopped, its word, and a sentence."""
    status, reason = report["status"], report.get("stopped", report["command"])
    shown = "warned" if status == "done" and report["findings"]["warning"] else status
    return shown, _word(shown, lang), _word(f"{status}:{reason}", lang)


def render(report: Report, lang: str) -> RenderableType:
    """Everything but the commands, which must not be wrapped."""
    blocks = [_Wrapped(verdict(report, lang), 0), Text(), *_equation(report, lang)]
    if report["problems"]:
        blocks += [Text(), *_problems(report, lang)]
    if report["run"].get("directory"):
        blocks += [Text(), *_files(report, lang)]
    if any(True for _ in next_commands(report)):
        blocks += [Text(), Text(_word("next", lang), "bold")]
    return Group(*blocks)


def _equation(report: Report, lang: str) -> Iterator[RenderableType]:
    counts = report["counts"]
    numbers = {key: _number(counts[key]) for key in ("read", "converted", "rejected", "filtered")}
    yield _Wrapped(Text(_word(f"equation:{report['command']}", lang, **numbers), "bold"))
    for reason in counts["reasons"]:
        because = _word("reasons", lang) + reason["because"]
        yield _Wrapped(Text(f"{because} {_number(reason['records'])}"))
    if not counts["closed"]:
        yield _Wrapped(Text(_word("open", lang), STYLES["stopped"]))
    if not report["complete"]:
        yield _Wrapped(Text(_word("partial", lang), STYLES["stopped"]))
    if "lineage" in report:
        yield _Wrapped(Text(_replayed(report["lineage"], lang)))
    if report["policy"]["samples"] == "raw":
        yield _Wrapped(Text(_word("raw", lang), STYLES["warned"]))
    totals = {key: _number(count) for key, count in report["findings"].items()}
    some = any(report["findings"].values())
    sentence = _word("totals" if some else "none", lang, **totals)
    yield _Wrapped(Text(sentence + _word("exit", lang, code=report["exit_code"])))


def _replayed(lineage: Report, lang: str) -> str:
    """What became of the rejects of an earlier run."""
    counts = {key: _number(count) for key, count in lineage["replayed"].items()}
    return _word("replayed", lang, run=lineage["run"], **counts)


def _problems(report: Report, lang: str) -> Iterator[RenderableType]:
    found = _biggest(report)
    heading = "first" if report["problems_total"] > len(found) else "all"
    counts = {"total": _number(report["problems_total"]), "shown": len(found)}
    yield Text(_word(heading, lang, **counts), "bold")
    for problem in found:
        severity = problem["severity"]
        yield _Wrapped(
            Text.assemble(
                (_word(severity, lang), STYLES[severity]),
                f" {problem['code']}  {_word('times', lang, count=_number(problem['count']))}  ",
                problem["message"][lang],
            )
        )
        if example := _example(report, problem, lang):
            yield _Wrapped(Text(example), 4)
        yield _Wrapped(Text(f"→ {problem['hint'][lang]}"), 4)


def _biggest(report: Report) -> list[Report]:
    """Errors first, the most frequent first."""
    order = ("error", "warning", "info")
    problems = sorted(report["problems"], key=lambda problem: -int(problem["count"]))
    return sorted(problems, key=lambda problem: order.index(problem["severity"]))[:BIGGEST]


def _example(report: Report, problem: Report, lang: str) -> str:
    """Where the first one is; nothing for a finding on a file as a whole."""
    sample = problem["samples"][0] if problem["samples"] else {}
    parts = []
    if sample and len(report["inputs"]) > 1:
        parts.append(report["inputs"][sample["file"]]["path"])
    if "record" in sample:
        parts.append(_word("at", lang, record=_number(sample["record"])))
    if "record" in sample or sample.get("offset"):
        parts.append(_word("offset", lang, offset=_number(sample["offset"])))
    if "value" in sample and "field" in problem:
        parts.append(_word("value", lang, value=sample["value"]))
    return _word("example", lang) + ("、" if lang == "ja" else ", ").join(parts) if parts else ""


def _files(report: Report, lang: str) -> Iterator[RenderableType]:
    yield Text.assemble((_word("files", lang), "bold"), f"  {report['run']['directory']}")
    rows = [(_word(key, lang), path, records) for key, path, records in _paths(report)]
    widths = [max(cell_len(row[column]) for row in rows) for column in (0, 1)]
    for label, path, records in rows:
        count = "" if records is None else _word("records", lang, count=_number(records))
        cells = (set_cell_size(label, widths[0]), set_cell_size(path, widths[1]), count)
        yield _Wrapped(Text("  ".join(cells).rstrip()))


def _paths(report: Report) -> list[tuple[str, str, Any]]:
    """What a person would open, most wanted first: key of the word, path, records."""
    found = [
        (_role(output["path"]), output["path"], output["records"] or None)
        for output in report["outputs"]
        if not output["path"].endswith(("rejects/index.csv", "repairs/index.csv"))
    ]
    reports = [*report["run"].get("pages", ()), "report.json"]
    found += [("report", path, None) for path in reports]
    return sorted(found, key=lambda row: ROLES.index(row[0]))


ROLES: Final = ("output", "residual", "repairs", "rejects", "list", "report")


def _role(path: str) -> str:
    """What an output is, by its place in its run; a merged report has those of several runs."""
    *folders, name = path.split("/")
    if name == "findings.parquet":
        return "list"
    folder = folders[-1] if folders else name.split(".")[0]
    return folder if folder in ("rejects", "repairs", "residual") else "output"


def next_commands(report: Report) -> Iterator[str]:
    """The command to type: look at the first bad record, or take the way back."""
    known = {found["role"]: found["reference"] for found in report["definitions"]}
    directory = report["run"].get("directory")
    folders = [part for one in report["run"].get("layouts", ()) for part in ("--layouts", one)]
    for problem in _biggest(report):
        sample = next((sample for sample in problem["samples"] if "record" in sample), None)
        if sample is not None and report["status"] != "done":
            place = ["--at", str(sample["record"])]
            if problem["scope"] in ("mapping", "output"):
                place += ["--mapping", known["mapping"]]
            read = report["inputs"][sample["file"]]
            layout = read.get("layout") or known["source"]
            yield _command("preview", read["path"], "--layout", layout, *place, *folders)
            yield _command("explain", problem["code"])
            if directory and int(report["counts"]["rejected"]) and "set" not in known:
                yield _command("rejects", "extract", directory, *folders, "-o", "repair.xlsx")
            return
    if report["command"] == "convert" and directory and report["status"] != "stopped":
        outputs = [path for key, path, _ in _paths(report) if key == "output"]
        paths = [os.path.join(directory, path) for path in outputs]
        way = [] if report["back"] else ["--back"]
        if any(key == "residual" for key, _, _ in _paths(report)):
            way += ["--residual", directory]
        way += [*folders, "--out", f"{directory}-back"]
        yield _command("convert", *paths, "--mapping", known["mapping"], *way)


def _command(*arguments: str) -> str:
    """A line that can be pasted into the user's own shell."""
    line = ("utsushi", *arguments)
    return subprocess.list2cmdline(line) if os.name == "nt" else shlex.join(line)


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """A text broken to the width it gets. rich breaks at spaces only, which Japanese has not."""

    text: Text
    indent: int = 2

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.divide(_breaks(self.text.plain, options.max_width - self.indent)):
            line.rstrip()
            yield Text(" " * self.indent) + line


PIECE: Final = re.compile(r"[「『【(〈]*(?:[!-~]+|.)[」』】)〉、。ー)]*", re.DOTALL)
"""What stays together: a word of ASCII, one other character, and the marks around them."""


def _breaks(text: str, width: int) -> list[int]:
    """Where lines begin; a space at the end of a line stays on it."""
    found, used = [], 0
    for piece in PIECE.finditer(text):
        size = cell_len(piece.group())
        if used + size > width and not piece.group().isspace():
            found.append(piece.start())
            used = 0
        used += size
    return [place for place in found if place]


def _number(count: int | str) -> str:
    return f"{int(count):,}"
