"""An answer → sentences in Japanese or English, and plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from converters.sniff.answer import Answer, Candidate

__all__ = ["record", "sentences"]

SHOWN: Final = 5
"""Candidates that people see."""

WORDS: Final = {
    "bad": (
        "読めないバイト {bad} 個、最初は先頭から {first} バイト目（0 から）",
        "{bad} bytes cannot be read, the first at offset {first}",
    ),
    "bdw": ("可変長（BDW・RDW 付き）", "variable length with BDW and RDW"),
    "chain": (
        "長さ {shortest}～{longest} バイトのレコード {records} 件、語の並び {endian}、"
        "語の 4 バイトを数える {counted}",
        "{records} records of {shortest} to {longest} bytes, words {endian} endian,"
        " counting themselves {counted}",
    ),
    "cut": (
        "文字の途中で終わるレコード {cut}/{records} 件",
        "{cut} of {records} records end inside a character",
    ),
    "delimited": (
        "区切り {delimiter}、{columns} 列（{share:.0%} の行）、引用符 {quote}、見出し {header}、"
        "改行 {terminator}",
        "delimiter {delimiter}, {columns} columns ({share:.0%} of rows), quotes {quote},"
        " header {header}, line ends {terminator}",
    ),
    "file": (
        "{size} バイト、改行 {newline}（CRLF {crlf}、LF {lf}、CR {cr}）、EOF マーク {eof}、"
        "BOM {mark}",
        "{size} bytes, line ends {newline} (CRLF {crlf}, LF {lf}, CR {cr}), EOF marks {eof},"
        " byte order mark {mark}",
    ),
    "file-wide": (
        "{size} バイト、BOM {mark}",
        "{size} bytes, byte order mark {mark}",
    ),
    "fixed": (
        "固定長 {length} バイト、終端 {terminator}、一致 {share:.0%}",
        "fixed length {length}, terminator {terminator}, agreement {share:.0%}",
    ),
    "given-up": ("{read} バイトで打ち切り", "given up after {read} bytes"),
    "hint": (
        "参考: chardet の推定は {hint}（判定には使いません）",
        "hint only: chardet says {hint}",
    ),
    "lengths": ("レコード長の候補: {lengths}", "candidate record lengths: {lengths}"),
    "lines": ("行の長さも列の数もそろわない", "lines of no steady length or columns"),
    "none": ("当てはまる文字コードがありません", "no charset fits"),
    "outline": (
        "{record} が {records} 回以上、項目 {values} 個",
        "{record} at least {records} times, {values} values",
    ),
    "rdw": ("可変長（RDW 付き）", "variable length with RDW"),
    "strict": ("すべて読めた", "everything can be read"),
    "usual": (
        "全角 {wide}（うち常用域 {common}）、半角カナ {kana}、外字 {gaiji}、制御 {controls}、"
        "シフト {shifts}",
        "wide {wide} ({common} usual), half-width kana {kana}, gaiji {gaiji}, controls {controls},"
        " shifts {shifts}",
    ),
    "xml": ("XML の要素", "elements of XML"),
}
"""Key to the sentence in Japanese and in English."""


def _say(language: str, key: str, **values: object) -> str:
    japanese, english = WORDS[key]
    return (japanese if language == "ja" else english).format(**values)


def sentences(answer: Answer, language: str) -> Iterator[str]:
    """The facts, then each candidate with its reasons."""
    shape = answer.shape
    facts = {"size": shape.size, "newline": shape.newline, "crlf": shape.crlf, "lf": shape.lf}
    mark = shape.mark.hex().upper() or "-"
    # In UTF-16 and EBCDIC the bytes 0A and 0D are no line ends; the rows say which they have.
    wide = any(one.table is not None and not one.reads_bytes for one in answer.candidates[:1])
    key = "file-wide" if wide else "file"
    yield _say(language, key, **facts, cr=shape.cr, eof=shape.eof, mark=mark)
    if answer.lengths:
        found = ", ".join(f"{one.length} ({one.share:.0%})" for one in answer.lengths)
        yield _say(language, "lengths", lengths=found)
    for place, one in enumerate(answer.candidates[:SHOWN], 1):
        yield f"{place}. {one.reading.charset} ({one.score:.1f})"
        yield from (f"   {reason}" for reason in _reasons(one, shape.size, language))
    if not answer.candidates:
        yield _say(language, "none")
    if answer.hint:
        yield _say(language, "hint", hint=answer.hint)


def _reasons(one: Candidate, size: int, language: str) -> Iterator[str]:
    reading = asdict(one.reading)
    yield _say(language, "bad" if one.reading.bad else "strict", **reading)
    if not one.reading.complete and one.reading.read < size:
        yield _say(language, "given-up", **reading)
    yield _say(language, "usual", **reading)
    if one.table is not None:
        table = one.table
        facts = {"delimiter": repr(table.delimiter), "columns": table.columns, "quote": table.quote}
        facts |= {"header": "+" if table.header else "-", "terminator": table.terminator}
        yield _say(language, "delimited", **facts, share=table.share)
    elif one.length is not None:
        yield _say(language, "fixed", **asdict(one.length))
        yield _say(language, "cut", cut=one.cut, records=one.records)
    else:
        yield _say(language, one.form)
    if one.outline is not None:
        outline = one.outline
        facts = {"record": outline.record, "values": len(outline.values)}
        yield _say(language, "outline", **facts, records=outline.records)
    if one.chain is not None:
        chain, (shortest, longest) = one.chain, one.chain.lengths
        facts = {"shortest": shortest, "longest": longest, "records": len(chain.starts)}
        counted = "+" if chain.counted else "-"
        yield _say(language, "chain", **facts, endian=chain.endian, counted=counted)


def record(answer: Answer) -> dict[str, Any]:
    """The answer as plain values. Nothing of the data is in it but the names of a header."""
    shape = answer.shape
    return {
        "size": shape.size,
        "newline": shape.newline,
        "crlf": shape.crlf,
        "lf": shape.lf,
        "cr": shape.cr,
        "eof_marks": shape.eof,
        "byte_order_mark": shape.mark.hex(),
        "lengths": [asdict(one) for one in answer.lengths],
        "candidates": [_candidate(one) for one in answer.candidates],
        "readings": [asdict(one) for one in shape.readings],
        "chardet": answer.hint,
        "layout": answer.layout,
    }


def _candidate(one: Candidate) -> dict[str, Any]:
    found: dict[str, Any] = {
        "charset": one.reading.charset,
        "form": one.form,
        "score": one.score,
        "cut": one.cut,
        "records": one.records,
    }
    if one.length is not None:
        found["length"] = asdict(one.length)
    if one.chain is not None:
        chain = one.chain
        found["chain"] = {"endian": chain.endian, "counted": chain.counted}
        found["chain"] |= dict(zip(("shortest", "longest"), chain.lengths, strict=True))
    if one.outline is not None:
        found["outline"] = {"record": one.outline.record, "values": list(one.outline.values)}
    if one.table is not None:
        found["table"] = {key: value for key, value in asdict(one.table).items() if key != "rows"}
    return found
