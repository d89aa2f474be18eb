"""The summary: a page in two languages that fits 80 columns and says what to do."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console
from test_report import CODE, FACTS, GAIJI, HASH, PROBLEM

from converters import summary
from converters.findings import Problem, Sample
from converters.report import Counts, Input, Output, Run, RunFacts, report

OUTPUTS = (
    Output("findings.parquet", 9, HASH, 29),
    Output("rejects/index.csv", 9, HASH, 8),
    Output("rejects/resident.dat", 9, HASH, 8),
    Output("resident.csv", 400_000, HASH, 990),
)
SHORT = Problem("REC-001", "", "error", 1, (Sample(0, 998, 598_202, "598"),))
FINAL = Problem("SRC-006", "", "warning", 1, (Sample(0, 0, 0, ""),))
MANY = replace(FACTS, outputs=OUTPUTS, problems=(PROBLEM, CODE, GAIJI, SHORT, FINAL))
CLEAN = replace(
    FACTS,
    outputs=(OUTPUTS[0], OUTPUTS[3], Output("residual/resident.csv.parquet", 1, HASH, 0)),
    counts=Counts(1000, 1000, 0),
    problems=(),
)


def shown(facts: RunFacts, lang: str, quiet: bool = False, width: int = 80) -> str:
    """What a terminal of that width without colours shows."""
    file = io.StringIO()
    console = Console(file=file, width=width, highlight=False, no_color=True)
    summary.show(report(facts), lang, quiet, console)
    page = file.getvalue()
    assert not re.search(" $", page, re.MULTILINE), "no blanks at the end of lines"
    return page.rstrip("\n")


JAPANESE = """\
要確認  変換は終わりましたが、確認の必要な指摘があります。

  入力 1,000 = 変換 990 + 除外(エラー) 8 + 対象外 2
  対象外の理由: 転出済 2
  エラー 18 件、警告 13 件、情報 0 件(終了コード 3)

主な指摘
  エラー FLD-050  9 件  【性別】がコード表にない値です。
    例: 9 件目、先頭から 5,000 バイト、値「9」
    → 値の一覧を報告書で見て、コード表に加えるか元データを直してください。
  エラー FLD-040  8 件  【生年月日】が日付として読めません。
    例: 123 件目、先頭から 73,231 バイト、値「9999999」
    → 不詳を表す値なら unknown に、特別な値なら sentinels に書いてください。
  エラー REC-001  1 件  レコードが定義より短くなっています(例: 598 バイト)。
    例: 998 件目、先頭から 598,202 バイト
    → その位置を preview で見てください。改行を含む値や、転送時の切り詰めが主な
    原因です。
  警告 FLD-017  12 件  【氏名】に外字(利用者定義文字)があります。
    例: 4 件目、先頭から 18,000 バイト、値「漢<U+E000>」
    → <> の中のコードを外字一覧で調べ、文字同定の結果を用意してください。
  警告 SRC-006  1 件  最後のレコードの後に改行がありません。
    → ファイルが途中で切れていないか、件数を抽出元と照合してください。

ファイル  runs/1
  結果        resident.csv          990 件
  除外        rejects/resident.dat  8 件
  指摘の全件  findings.parquet      29 件
  報告        report.json

次の操作
  utsushi preview resident.dat --layout a/resident --at 9
  utsushi explain FLD-050
  utsushi rejects extract runs/1 -o repair.xlsx"""

ENGLISH = """\
CHECK NEEDED  The conversion is finished, with findings to look at.

  read 1,000 = converted 990 + rejected (errors) 8 + filtered 2
  filtered because: 転出済 2
  18 errors, 13 warnings, 0 infos (exit code 3)

The biggest problems
  error FLD-050  ×9  性別 holds a value that is not in its code table.
    e.g. record 9, byte offset 5,000, value [9]
    → See the list of values in the report; extend the table or correct the
    data.
  error FLD-040  ×8  生年月日 is not a date.
    e.g. record 123, byte offset 73,231, value [9999999]
    → Write spellings of an unknown date under unknown, other special values
    under sentinels.
  error REC-001  ×1  A record is shorter than defined (such as 598 bytes).
    e.g. record 998, byte offset 598,202
    → Look at the place with preview. Line ends inside values and trimmed
    transfers are the usual causes.
  warning FLD-017  ×12  氏名 holds a gaiji (a user-defined character).
    e.g. record 4, byte offset 18,000, value [漢<U+E000>]
    → Look the code in <> up in the list of gaiji and prepare its
    identification.
  warning SRC-006  ×1  The last record has no line end.
    → Compare the number of records with the source: the file may have been cut
    off.

Files  runs/1
  output        resident.csv          990 records
  rejected      rejects/resident.dat  8 records
  all findings  findings.parquet      29 records
  report        report.json

Next
  utsushi preview resident.dat --layout a/resident --at 9
  utsushi explain FLD-050
  utsushi rejects extract runs/1 -o repair.xlsx"""


@pytest.mark.parametrize(("lang", "expected"), [("ja", JAPANESE), ("en", ENGLISH)])
def test_a_run_with_findings_is_summed_up(lang: str, expected: str) -> None:
    assert shown(MANY, lang) == expected


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "ja",
            """\
完了  変換が終わりました。

  入力 1,000 = 変換 1,000 + 除外(エラー) 0 + 対象外 0
  指摘はありません。(終了コード 0)

ファイル  runs/1
  結果        resident.csv                   990 件
  残差        residual/resident.csv.parquet
  指摘の全件  findings.parquet               29 件
  報告        report.json

次の操作""",
        ),
        (
            "en",
            """\
DONE  The conversion is finished.

  read 1,000 = converted 1,000 + rejected (errors) 0 + filtered 0
  There are no findings. (exit code 0)

Files  runs/1
  output        resident.csv                   990 records
  residual      residual/resident.csv.parquet
  all findings  findings.parquet               29 records
  report        report.json

Next""",
        ),
    ],
)
def test_a_clean_run_is_summed_up_with_the_way_back(lang: str, expected: str) -> None:
    way = "utsushi convert runs/1/resident.csv --mapping a/resident-to-standard --back"
    assert shown(CLEAN, lang) == f"{expected}\n  {way} --residual runs/1 --out runs/1-back"


@pytest.mark.parametrize(
    ("facts", "japanese", "english"),
    [
        (CLEAN, "完了  変換が終わりました。", "DONE  The conversion is finished."),
        (
            replace(CLEAN, problems=(GAIJI,)),
            "完了(警告あり)  変換が終わりました。",
            "DONE, WITH WARNINGS  The conversion is finished.",
        ),
        (
            replace(CLEAN, command="validate", problems=(PROBLEM,)),
            "要確認  検査が終わり、確認の必要な指摘があります。",
            "CHECK NEEDED  The check is finished, with findings to look at.",
        ),
        (
            replace(CLEAN, command="roundtrip"),
            "完了  変換して元に戻し、すべて一致しました。",
            "DONE  Everything came back as it was.",
        ),
        (
            replace(CLEAN, stopped="max-errors"),
            "中止  エラーが上限を超えたため中止しました。出力はありません。",
            "STOPPED  There were more errors than allowed. Nothing was published.",
        ),
    ],
)
def test_the_quiet_form_is_the_verdict(facts: RunFacts, japanese: str, english: str) -> None:
    assert shown(facts, "ja", quiet=True) == japanese
    assert shown(facts, "en", quiet=True) == english


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("command", ["convert", "validate", "roundtrip"])
@pytest.mark.parametrize("stopped", ["", "balance", "max-errors", "on-error"])
def test_every_outcome_has_words_and_fits_the_terminal(
    lang: str, command: str, stopped: str
) -> None:
    for width in (40, 80):
        page = shown(replace(MANY, command=command, stopped=stopped), lang, width=width)
        lines = [line for line in page.splitlines() if not line.startswith("  utsushi ")]
        assert max(map(cell_len, lines)) <= width


def test_a_line_never_begins_with_a_closing_mark() -> None:
    for width in range(30, 81):
        for line in shown(MANY, "ja", width=width).splitlines():
            assert line.strip()[:1] not in {*"、。」】)"}


def test_of_several_inputs_the_one_is_named() -> None:
    inputs = (FACTS.inputs[0], Input("b/多い 名前.dat", 1, HASH, 1, "cp932", "fixed"))
    problem = replace(PROBLEM, samples=(Sample(1, 7, 600, ""),))
    page = shown(replace(MANY, inputs=inputs, problems=(problem,)), "ja")
    assert "例: b/多い 名前.dat、7 件目、先頭から 600 バイト\n" in page
    assert "utsushi preview 'b/多い 名前.dat' --layout a/resident --at 7\n" in page


def test_a_problem_of_the_mapping_is_looked_at_through_the_mapping() -> None:
    problem = replace(PROBLEM, code="MAP-002")
    page = shown(replace(MANY, problems=(problem,)), "en")
    assert "--at 123 --mapping a/resident-to-standard" in page


def test_no_more_than_five_problems_are_shown_and_the_rest_is_counted() -> None:
    problems = [replace(PROBLEM, field=f"項目{number}", count=number) for number in range(1, 10)]
    page = shown(replace(MANY, problems=problems), "ja")
    assert "指摘 9 種類のうち、主な 5 種類\n" in page
    assert [line.split("【")[1][:3] for line in page.splitlines() if "【" in line] == [
        f"項目{number}" for number in (9, 8, 7, 6, 5)
    ]


def test_an_open_balance_and_an_early_stop_are_said_aloud() -> None:
    facts = replace(MANY, counts=Counts(10, 9, 0), complete=False, stopped="on-error")
    page = shown(replace(facts, run=Run(FACTS.run.started, 0.1)), "ja")
    assert "件数が合いません。この結果は使わないでください。" in page
    assert "途中で止めたため、すべてのレコードは読んでいません。" in page
    assert "ファイル" not in page.split("主な指摘")[0]


def test_values_are_not_taken_for_markup() -> None:
    problem = replace(PROBLEM, samples=(Sample(0, 1, 0, "[red]x[/red]"),))
    assert "値「[red]x[/red]」" in shown(replace(MANY, problems=(problem,)), "ja")
