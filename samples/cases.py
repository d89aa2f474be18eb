"""The inputs of the samples: generated records with fixed seeds, then edits that are spelled out.

Every function gives the bytes of one input; `CASES` lists them with what the program must do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from banks import damaged, transfers
from cobol import amounts, blocks, customers, deliveries, notices, orders, slips
from corporate import corporations_csv, corporations_xml
from edits import STANDARD, A, B, edit, joined, picked, rows, spoiled, standard
from exchange import broken_care, care, pensions
from hosts import euc, excel, gaiji, ibm, ibm_csv, jis, keis, printed

from converters import spec

__all__ = ["CASES", "Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """One folder: `about` says what is to be seen, `returns` whether the way back gives the same
    bytes without help (identical), with the residual (residual), or is not asked for ("")."""

    about: str
    data: Callable[[], bytes]
    mapping: str
    returns: str = "identical"
    back: bool = False
    truth: Callable[[], bytes] | None = field(default=None)


A_TO, B_TO = f"{A}-to-standard", f"{B}-to-standard"


def clean(name: str) -> bytes:
    """28 records: one name fills its field, one household is foreign."""
    return joined(rows(name, 28, 24), name)


def a_characters() -> bytes:
    """Records 30-33 have rare buildings, 40-47 rare names; the edits add what names can have."""
    found = picked(rows(A, 50, 2), A, *range(30, 34), *range(40, 48))
    edits: tuple[tuple[int, str, str], ...] = (
        (1, "町字", "表町能見台ソ十構暴予"),
        (2, "方書", "①②㈱㈲№℡ⅠⅩ～－∥￢"),
        (3, "氏名", "髙﨑　\ue000\ue757"),
        (4, "方書", "纊褜鍈銈蓜俉炻昱棈鋹"),
        (5, "氏名カナ", "ｳﾞｧﾝﾀﾞ ﾊﾟｰﾊﾞﾗ-ｼﾞｮｰ"),
    )
    return joined(edit(found, A, *edits), A)


def a_one_way() -> bytes:
    """Codes that are read, but that Windows never writes: 髙 as EEE0, ≒ as 8790, ∵ as FA5B."""
    wide = b"\x81\x40"
    edits = (
        (1, "氏名", b"\xee\xe0\x8b\xb4" + wide + b"\x88\xea\x98\x59" + wide * 10),
        (2, "方書", b"\x87\x90\xfa\x5b" + wide * 13),
    )
    return joined(edit(rows(A, 3, 3), A, *edits), A)


def a_born(record: int, day: str) -> tuple[tuple[int, str, str], ...]:
    """A birth date, and later dates that any birth date comes before."""
    return (
        (record, "生年月日", day),
        (record, "異動年月日", "5060401"),
        (record, "住定日", "5060401"),
    )


def a_unknown_dates() -> bytes:
    """不詳 in every shape vendor A has, and the ones that a field does not allow."""
    edits = (
        *a_born(1, "9999999"),
        *a_born(2, "3390700"),
        *a_born(3, "3390000"),
        *a_born(4, "5010000"),
        *a_born(5, "3280229"),
        (6, "異動年月日", "9999999"),
        (7, "住民となった日", "4010100"),
        (8, "住定日", "4310000"),
        (9, "異動年月日", ""),
        (10, "転居届出日", "4310400"),
        *a_born(11, "0000000"),
        *a_born(12, "3390732"),
    )
    return joined(edit(rows(A, 13, 4), A, *edits), A)


ERAS = (
    *("1450729", "1450730", "2010730", "2151224", "2151225", "3011225", "3640107", "4010108"),
    *("4310430", "5010501"),
)
BAD_ERAS = ("1450731", "2010729", "2151226", "3011224", "3640108", "4010107", "4310501", "5010430")


def a_era_overlap() -> bytes:
    """The last and first days of the eras; 明治45-07-30 and 大正15-12-25 are right too. The last
    eight records are a day off."""
    days = ERAS + BAD_ERAS
    edits = [one for n, day in enumerate(days, 1) for one in a_born(n, day)]
    return joined(edit(rows(A, len(days), 5), A, *edits), A)


def b_era_overlap() -> bytes:
    def spelled(day: str) -> str:
        return f"{'MTSHR'[int(day[0]) - 1]}{day[1:3]}.{day[3:5]}.{day[5:]}"

    days = [spelled(day) for day in ERAS + BAD_ERAS]
    edits = [(n, "生年月日", day) for n, day in enumerate(days, 1)]
    edits += [(n, "異動日", "2024/04/01") for n, _ in enumerate(days, 1)]
    return joined(edit(rows(B, len(days), 5), B, *edits), B)


def a_foreign() -> bytes:
    """Foreign households with and without 通称; the last two lack what a foreigner must have."""
    found = rows(A, 900, 6)
    foreign = [row for row in found if row[4] == b"2"][:10]
    edits = (
        (1, "外国人氏名ローマ字", "O'NEIL MARY-ANN"),
        (9, "国籍コード", ""),
        (10, "外国人氏名ローマ字", ""),
    )
    return joined(edit(foreign, A, *edits), A)


def a_relationships() -> bytes:
    """Chains of one to four links, and codes that are not in the table."""
    chains = (
        (("02",), "世帯主"),
        (("12",), "妻"),
        (("14",), "妻（未届）"),
        (("20",), "子"),
        (("20", "12"), "子の妻"),
        (("20", "20"), "子の子"),
        (("12", "51"), "妻の父"),
        (("20", "20", "20"), "子の子の子"),
        (("52", "74", "12"), "母の弟の妻"),
        (("12", "52", "74", "20"), "妻の母の弟の子"),
        (("96",), "縁故者"),
        (("35",), "孫"),
        (("20", "88"), "子の他人"),
    )
    found = rows(A, len(chains), 7)
    for record, (codes, label) in enumerate(chains, 1):
        slots = [(record, f"続柄コード{n + 1}", c) for n, c in enumerate((*codes, "", "", "")[:4])]
        found = edit(found, A, *slots, (record, "続柄表記", label))
    return joined(found, A)


def a_names() -> bytes:
    """Names that fill the field, and names that do not come apart into 氏 and 名."""
    edits = (
        (1, "氏名", "勅使河原　寿限無寿限無寿限無五"),
        (2, "氏名", "山田太郎"),
        (3, "氏名", "山田　太郎　二世"),
        (4, "氏名", "　山田　太郎"),
        (5, "氏名カナ", "ﾃｼｶﾞﾜﾗ ｼﾞﾕｹﾞﾑｼﾞﾕｹﾞﾑｺﾞｺｳﾉｽﾘｷﾚ"),
    )
    return joined(edit(rows(A, 6, 8), A, *edits), A)


def a_overlong() -> bytes:
    """Back: names of the standard that are longer than vendor A's fields, and a character that
    CP932 does not have."""
    edits: tuple[tuple[int, str, str], ...] = ()
    for record, name in ((1, "勅使河原　寿限無寿限無五劫の擦り切"), (3, "𠮷田　一男")):
        first, _, second = name.partition("　")
        edits += ((record, "氏名", name), (record, "氏名_優先", name))
        edits += ((record, "氏_日本人", first), (record, "名_日本人", second))
    edits += (
        (2, "住所_方書", "特別養護老人ホーム緑の里第二別館三号棟"),
        (4, "氏名_フリガナ", "ジュゲムジュゲムゴコウノスリキレ　カイジャリスイギョノ"),
        (5, "地区管理コード1", "12345"),
        (6, "名_日本人", "別名"),
    )
    return joined(edit(standard(A, 8, 9), STANDARD, *edits), STANDARD)


def a_coalesce() -> bytes:
    """A 届出日 in the first field, in the second, in both and the same, in both and different, in
    neither."""
    pairs = (
        ("5040401", ""),
        ("", "3590312"),
        ("5040401", "5040401"),
        ("5040401", "3590312"),
        ("", ""),
    )
    found = rows(A, len(pairs), 11)
    for record, (moved, born) in enumerate(pairs, 1):
        found = edit(found, A, (record, "転居届出日", moved), (record, "出生届出日", born))
    return joined(found, A)


def a_broken() -> bytes:
    """Short, long and empty records, and an end of file of old: no last line end, then 1A."""
    lines = [b"".join(row) for row in rows(A, 9, 12)]
    lines[1] = lines[1][:-7]
    lines[3] += b"XXXXX"
    lines[5] = b""
    lines[6] = lines[6][:300] + b"\r\n" + lines[6][300:]
    return b"\r\n".join(lines) + b"\x1a"


def a_filter() -> bytes:
    """Records 2 and 5 are 仮登録: they are dropped, counted and given a reason."""
    edits = ((2, "住民状態", "8"), (5, "住民状態", "8"))
    return joined(edit(rows(A, 6, 13), A, *edits), A)


def a_households() -> bytes:
    """20 residents: heads become households, the others are counted and left out."""
    return joined(rows(A, 20, 14), A)


def a_fillers() -> bytes:
    """Fillers that are not blank, and padding on the wrong side: only the residual brings them
    back."""
    layout = spec.load_layout(A)
    found = edit(rows(A, 4, 15), A, (2, "外国人氏名ローマ字", b"  ABC".ljust(40)))
    first, last = (place for place, one in enumerate(layout.record.fields) if one.is_filler)
    found[0][first], found[2][last] = b"*1", b"2024"
    return joined(found, A)


def b_quotes() -> bytes:
    """Commas, doubled quotes and line ends inside values."""
    edits = (
        (1, "備考", "一行目,二行目"),
        (2, "備考", '「"」は引用符'),
        (3, "備考", b"\x8f\x8a\x8dL\r\n\x93\xf1\x8ds\x96\xda"),
        (4, "備考", '"'),
        (5, "備考", ""),
        (6, "氏名", "表　能"),
    )
    return joined(edit(rows(B, 7, 16), B, *edits), B)


def b_reordered() -> bytes:
    """The columns in reverse order, and one that the layout does not know."""
    found = rows(B, 5, 17)
    return joined([[*reversed(row), b"9" if n else b"EXTRA"] for n, row in enumerate(found)], B)


def b_missing() -> bytes:
    """Without the columns 備考 and 在留期限."""
    found = rows(B, 5, 18)
    index = spec.load_layout(B).record.index
    lost = {index["備考"], index["在留期限"]}
    return joined([[c for k, c in enumerate(row) if k not in lost] for row in found], B)


def b_ragged() -> bytes:
    """A cell too many, a cell too few, an empty line, and a quote that is never closed."""
    lines = joined(rows(B, 7, 19), B).split(b"\r\n")[:-1]
    lines[2] += b',"x"'
    lines[3] = lines[3].rpartition(b",")[0]
    lines[4] = b""
    lines[7] = lines[7][:-1]
    return b"\r\n".join(lines)


def b_marked() -> bytes:
    """A UTF-8 byte order mark before Shift_JIS, as spreadsheet detours leave it."""
    return b"\xef\xbb\xbf" + joined(rows(B, 3, 20), B)


def b_standard_marked() -> bytes:
    """Back: a standard file with the byte order mark that a spreadsheet put before it."""
    return b"\xef\xbb\xbf" + joined(standard(B, 5, 23), STANDARD)


def b_unknown_dates() -> bytes:
    edits = (
        (1, "生年月日", "9999.99.99"),
        (2, "生年月日", "S39.07.00"),
        (3, "生年月日", "S39.00.00"),
        (4, "住民になった日", "H01.01.00"),
        (5, "異動日", "2020/04/00"),
        (6, "生年月日", "S39.02.30"),
        (7, "生年月日", "不詳"),
        (8, "生年月日", "R01.05.01"),
        *((record, "異動日", "2024/04/01") for record in (1, 2, 3, 6, 7, 8)),
    )
    return joined(edit(rows(B, 9, 21), B, *edits), B)


def b_numbers() -> bytes:
    """Amounts: negative, zero, with zeros before them, with a plus sign, with a comma, too long."""
    edits = (
        (1, "所得割", "-1200"),
        (2, "所得割", "0"),
        (3, "所得割", "0012"),
        (4, "所得割", "+12"),
        (5, "所得割", "1,200"),
        (6, "均等割", "12345678"),
        (7, "負担割合", "12.5"),
        (8, "負担割合", "12.345"),
        (9, "負担割合", "-0.00"),
        (10, "均等割", "１２"),
    )
    return joined(edit(rows(B, 11, 22), B, *edits), B)


CASES: dict[str, Case] = {
    "hosts/euc": Case(
        "eucJP-ms の CSV。3 バイト文字、外字、切れた文字", euc, "hosts/euc-to-citizen"
    ),
    "hosts/excel": Case(
        "UTF-16LE、BOM つきの TSV。文字の中の 09・0A・22、片方だけのサロゲート、余りの 1 バイト",
        excel,
        "hosts/excel-to-citizen",
    ),
    "hosts/gaiji": Case(
        "KEIS83 と外字表。同じ字の二つのコード、表にない外字、四字の組文字",
        gaiji,
        "hosts/gaiji-to-citizen",
        "residual",
    ),
    "hosts/ibm": Case(
        "IBM 939、SO/SI つき。閉じないシフト、切れた文字、外字", ibm, "hosts/ibm-to-citizen"
    ),
    "hosts/ibm-csv": Case(
        "IBM 930 の CSV。シフトの中のカンマと引用符、閉じないシフト、NL と CR LF",
        ibm_csv,
        "hosts/ibm-csv-to-citizen",
        "residual",
    ),
    "hosts/jis": Case(
        "ISO-2022-JP の CSV。シフトの中の引用符、ローマ字で終わる値、閉じないシフト",
        jis,
        "hosts/jis-to-citizen",
        "residual",
    ),
    "hosts/keis": Case(
        "KEIS83。氏名はシフトなし、二つ目の全角空白",
        keis,
        "hosts/keis-to-citizen",
        "residual",
    ),
    "hosts/printed": Case(
        "CP932 の印字装置へ。自前の対、異体字セレクター、縮退できない字",
        printed,
        "hosts/print-from-citizen",
        "residual",
    ),
    "host/amounts": Case(
        "ゾーン・パック・2 進・浮動小数点。符号の変種、空白・00・FF、数字でないもの",
        amounts,
        "host/amounts-to-csv",
        "residual",
    ),
    "host/customer": Case(
        "291 バイトの顧客。電話番号のないレコードと壊れたレコード",
        customers,
        "host/customer-to-csv",
        "residual",
    ),
    "host/notice": Case(
        "RDW 付きの可変長。途中で切れた金額、長すぎるレコード、切れた末尾",
        notices,
        "host/notice-to-csv",
        "residual",
    ),
    "host/deliveries": Case(
        "便の中に荷の件数がある表と、便ごとに選ぶ読み方。荷の件数の誤り、知らない種別、数でない個数",
        deliveries,
        "host/deliveries-to-csv",
    ),
    "host/orders": Case(
        "件数で長さの変わる明細と、区分で選ぶ読み方。範囲外の件数、長さとの食い違い、知らない区分",
        orders,
        "host/orders-to-csv",
    ),
    "host/orders-defects": Case(
        "件数で長さの変わる受注に種類ごとの欠陥。truth.csv が正解",
        lambda: spoiled("host/orders", 40, 0.5)[0],
        "host/orders-to-csv",
        "residual",
        truth=lambda: spoiled("host/orders", 40, 0.5)[1],
    ),
    "host/orders-rows": Case(
        "host/orders を受注と明細の二つの表に。行番号と明細番号で元のファイルに戻る",
        orders,
        "host/orders-to-tables",
    ),
    "host/slips": Case(
        "明細行の件数と合計、表の要素の合計をトレーラーが数える。誤った件数と合計、範囲外の件数",
        slips,
        "host/slips-to-tables",
        "residual",
    ),
    "zengin/damaged": Case(
        "件数・合計の誤り、トレーラーの欠落、順序の誤り、知らない種別、途中で終わるファイル",
        damaged,
        "zengin/transfer-to-tables",
        "residual",
    ),
    "zengin/transfers": Case(
        "総合振込。種別ごとの表になり、行番号から元のファイルに戻る",
        transfers,
        "zengin/transfer-to-tables",
    ),
    "host/notice-blocks": Case(
        "BDW と RDW 付きのブロック。ブロックからはみ出すレコードと、数でない金額",
        blocks,
        "host/notice-blocks-to-csv",
        returns="",
    ),
    "nta/corporations": Case(
        "戻り: 法人番号の CSV から XML へ。検査用数字と種別の誤り",
        corporations_csv,
        "nta/corporations-xml-to-csv",
        "residual",
        back=True,
    ),
    "nta/corporations-xml": Case(
        "法人番号の XML。終了タグのないレコード、知らない要素、CDATA と文字参照",
        corporations_xml,
        "nta/corporations-xml-to-csv",
        "residual",
    ),
    "kokuho/broken-exchange": Case(
        "前に立つ件数と中の件数の誤り、連番の飛び、親のない明細、知らない内部種別、エンドの欠落",
        broken_care,
        "kokuho/exchange-to-tables",
        "residual",
    ),
    "kokuho/exchange": Case(
        "コントロール・データ・エンドの CSV。データの中にさらに種別がある",
        care,
        "kokuho/exchange-to-tables",
    ),
    "pension/notice": Case(
        "市町村ごとのヘッダー・データ・トレーラー。二つ目の市の件数が誤り",
        pensions,
        "pension/notice-to-tables",
        "residual",
    ),
    "vendor-a/broken-file": Case(
        "短い・長い・空のレコードと、最後の改行がなく 1A で終わるファイル",
        a_broken,
        A_TO,
        "residual",
    ),
    "vendor-a/characters": Case("髙 﨑 ① ㈱ ～ － 外字、5C で終わる文字", a_characters, A_TO),
    "vendor-a/clean": Case("指摘のないファイル", lambda: clean(A), A_TO),
    "vendor-a/coalesce-conflict": Case("届出日が二つの欄に分かれている", a_coalesce, A_TO),
    "vendor-a/defects": Case(
        "種類ごとの欠陥。truth.csv が正解",
        lambda: spoiled(A, 60, 0.4)[0],
        A_TO,
        "residual",
        truth=lambda: spoiled(A, 60, 0.4)[1],
    ),
    "vendor-a/era-overlap": Case("元号の境の日。一日ずれた日は誤り", a_era_overlap, A_TO),
    "vendor-a/fillers": Case("空白でない予備と左の空白", a_fillers, A_TO, "residual"),
    "vendor-a/filter": Case("仮登録の行は数えて落とす", a_filter, A_TO),
    "vendor-a/foreign": Case("外国人住民、通称、ローマ字", a_foreign, A_TO),
    "vendor-a/households": Case(
        "世帯主の行から世帯を作る", a_households, f"{A}-to-household", returns=""
    ),
    "vendor-a/names": Case("欄いっぱいの氏名、分けられない氏名", a_names, A_TO),
    "vendor-a/one-way-codes": Case("読めるが Windows は書かない符号", a_one_way, A_TO, "residual"),
    "vendor-a/overlong-names": Case(
        "戻り: A 社の欄に入らない氏名と CP932 にない字", a_overlong, A_TO, "", back=True
    ),
    "vendor-a/relationships": Case("続柄の 1 から 4 段", a_relationships, A_TO),
    "vendor-a/unknown-dates": Case("不詳の日付", a_unknown_dates, A_TO, "residual"),
    "vendor-b/byte-order-mark": Case(
        "Shift_JIS の前に UTF-8 の BOM。読み飛ばされ、見出しもレコードも読める",
        b_marked,
        B_TO,
        "residual",
    ),
    "vendor-b/clean": Case("指摘のないファイル", lambda: clean(B), B_TO),
    "vendor-b/defects": Case(
        "種類ごとの欠陥。truth.csv が正解",
        lambda: spoiled(B, 60, 0.4)[0],
        B_TO,
        "residual",
        truth=lambda: spoiled(B, 60, 0.4)[1],
    ),
    "vendor-b/era-overlap": Case("元号の境の日。一日ずれた日は誤り", b_era_overlap, B_TO),
    "vendor-b/missing-columns": Case("列が二つない", b_missing, B_TO, "residual"),
    "vendor-b/numbers": Case("金額と割合の書き方", b_numbers, B_TO, "residual"),
    "vendor-b/quotes": Case("値の中のカンマ・引用符・改行", b_quotes, B_TO),
    "vendor-b/ragged-rows": Case("列の数が違う行と閉じない引用符", b_ragged, B_TO, "residual"),
    "vendor-b/reordered-header": Case(
        "列の順が逆で、知らない列がある", b_reordered, B_TO, "residual"
    ),
    "vendor-b/standard-with-mark": Case(
        "戻り: BOM の付いた標準のファイル", b_standard_marked, B_TO, "residual", back=True
    ),
    "vendor-b/unknown-dates": Case("不詳の日付", b_unknown_dates, B_TO, "residual"),
}
"""Every sample folder; the name is its path."""
