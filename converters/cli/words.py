"""What the command line itself says, in two languages. Findings have their own wording file."""

from __future__ import annotations

import locale
import os

import click

__all__ = ["language", "say", "word"]

WORDS = {
    "anonymized": (
        "{records} 件を {path} に書きました。個人の値は置き換えてあります。",
        "wrote {records} records to {path}, personal values replaced",
    ),
    "changed": (
        "実行の後に定義が変わっています: {names}（そのまま使うには --changed-definitions）",
        "definitions changed since the run: {names} (--changed-definitions uses them)",
    ),
    "crash": (
        "内部エラー {kind} {place}（不具合です。--debug の出力から値を除いてお知らせください）",
        "internal error {kind} at {place} (please report it with the output of --debug,"
        " less any personal values)",
    ),
    "interrupted": (
        "中断しました。確定名の出力はありません。(SYS-005)",
        "interrupted; nothing was published (SYS-005)",
    ),
    "differences": (
        "違い {found} 件、うち許容範囲を超えるもの {beyond} 件",
        "{found} differences, {beyond} of them beyond their limits",
    ),
    "no-differences": ("違いはありません", "no differences"),
    "empty": ("空のファイルです", "the file is empty"),
    "exists": (
        "すでにあります（置き換えるには --force）",
        "exists already; --force replaces it",
    ),
    "first": ("最初: {file} の {record} 件目", "first: record {record} of {file}"),
    "folder": ("フォルダーです", "is a folder"),
    "kept": (
        "【{field}】の {count} 件は、同じ誤りのある別の値が見つからず元のままです。",
        "{count} values of {field} stay as they were: no other value is wrong in the same way",
    ),
    "lint-clean": ("問題はありません", "no problems"),
    "made": ("{path} を作りました", "made {path}"),
    "missing": ("ファイルがありません", "no such file"),
    "purged": ("{path} から {files} 個のファイルを消しました", "purged {files} files of {path}"),
    "record": ("レコード全体", "whole records"),
    "same": ("入力と同じファイルです", "this is the input itself"),
    "rejected": ("除外されたレコード {records} 件", "{records} rejected records"),
    "sniffed": (
        "次は: utsushi layout lint {layout} && utsushi validate {file} --layout {layout}",
        "next: utsushi layout lint {layout} && utsushi validate {file} --layout {layout}",
    ),
    "unmade": (
        "検査できませんでした: {rule} {fields}（ファイルがないか、読めない値があります）",
        "could not be checked: {rule} {fields} (a file is missing, or a value could not be read)",
    ),
    "written": ("{records} 件を {path} に書きました", "wrote {records} records to {path}"),
}
"""Key to the sentence in Japanese and in English."""


def language() -> str:
    """`ja` or `en`: the option of the running command, else the user's locale."""
    context = click.get_current_context(silent=True)
    chosen = context.params.get("lang") if context else None
    return chosen if isinstance(chosen, str) else _of_locale()


def _of_locale() -> str:
    """Windows keeps the user's language outside the environment."""
    if os.name == "nt":
        name = locale.getlocale()[0] or ""
    else:
        variables = (os.environ.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG"))
        name = next((value for value in variables if value), "")
    return "ja" if name.lower().startswith("ja") else "en"


def word(key: str, **values: object) -> str:
    """The sentence of that key in the user's language."""
    japanese, english = WORDS[key]
    return (japanese if language() == "ja" else english).format(**values)


def say(key: str, **values: object) -> None:
    """One line on stderr; stdout is for data and results."""
    click.echo(word(key, **values), err=True)
