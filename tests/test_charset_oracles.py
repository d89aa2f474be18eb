"""Our tables against glibc, ICU and Java, on every code, and why they differ where they do."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from test_charset_tables import alone, long_codes, single_codes

from converters.charset import load, read

MICROSOFT = {"〜": "～", "‖": "∥", "−": "－", "¢": "￠", "£": "￡", "¬": "￢"}


def codes(name: str) -> dict[bytes, str]:
    """Every code as a whole value, line ends aside, and what we read."""
    charset = load(name)
    singles = [code for code in single_codes(charset) if code[1] not in b"\n\r\x15\x25"]
    values = [alone(charset, *code) for code in singles + long_codes(charset)]
    return {value: read(charset, value) for value in values}


def told(command: list[str], values: list[bytes], newline: bytes) -> list[str]:
    """What a converter makes of the values, a line each."""
    lines = newline.join(values)
    done = subprocess.run(command, input=lines, capture_output=True, check=True)
    return done.stdout.decode().split("\n")


def difference(command: list[str], name: str, newline: bytes = b"\n") -> dict[str, tuple[str, str]]:
    """Code → ours and theirs, where they differ."""
    ours = codes(name)
    theirs = told(command, list(ours), newline)
    return {
        code.hex().upper().removeprefix("0E").removesuffix("0F"): (text, other)
        for (code, text), other in zip(ours.items(), theirs, strict=True)
        if text != other
    }


# glibc keeps JIS X 0201's yen sign and overline; vendors' files have programs and paths there. The
# dash and the double parentheses are Python's as JIS X 0208 and Unicode's own names have them.
GLIBC_2004 = {
    "5C": ("\\", "¥"),
    "7E": ("~", "‾"),
    "815C": ("―", "—"),
    "81D4": ("⦅", "｟"),
    "81D5": ("⦆", "｠"),
}


@pytest.mark.skipif(shutil.which("iconv") is None, reason="iconv is not installed")
@pytest.mark.parametrize(
    ("name", "theirs", "newline", "differing"),
    [
        ("cp930", "IBM930", b"\x25", {}),
        ("cp939", "IBM939", b"\x25", {}),
        ("cp1390", "IBM1390", b"\x25", {}),
        ("cp1399", "IBM1399", b"\x25", {}),
        ("cp037", "IBM037", b"\x25", {}),
        ("euc-jp", "EUC-JP", b"\n", {}),
        ("eucjp-ms", "EUC-JP-MS", b"\n", {}),
        ("shift_jis-2004", "SHIFT_JISX0213", b"\n", GLIBC_2004),
    ],
)
def test_glibc_reads_the_same(
    name: str, theirs: str, newline: bytes, differing: dict[str, tuple[str, str]]
) -> None:
    found = difference(["iconv", "-f", theirs, "-t", "UTF-8"], name, newline)
    assert found == differing


@pytest.mark.skipif(shutil.which("uconv") is None, reason="uconv is not installed")
@pytest.mark.parametrize("name", ["cp930", "cp1399"])
def test_icu_reads_the_same(name: str) -> None:
    page = f"ibm-{name.removeprefix('cp')}"
    assert difference(["uconv", "-f", page, "-t", "utf-8"], name, b"\x25") == {}


PROGRAM = """
import java.io.*;
import java.nio.charset.*;
public class Read {
    public static void main(String[] names) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(System.in, "US-ASCII"));
        var out = new PrintStream(System.out, false, "UTF-8");
        for (String line; (line = lines.readLine()) != null;) {
            var bytes = java.util.HexFormat.of().parseHex(line);
            try {
                var decoder = Charset.forName(names[0]).newDecoder();
                out.print(decoder.decode(java.nio.ByteBuffer.wrap(bytes)));
            } catch (CharacterCodingException exc) { out.print("(none)"); }
            out.print("\\n");
        }
        out.flush();
    }
}
"""

# Sun took Microsoft's forms for these cells, and JIS's own dash; ICU and glibc have
# IBM's own. In 939 the minus went the same way.
JAVA_IBM = {"426A": ("¦", "￤"), "43A1": ("〜", "～"), "444A": ("—", "―"), "447C": ("‖", "∥")}
JAVA = [
    ("cp932", "windows-31j", {}),
    ("cp930", "x-IBM930", JAVA_IBM),
    ("cp939", "x-IBM939", JAVA_IBM | {"4260": ("−", "－")}),
    # JIS X 0208's dash 1-29: U+2015 by the standard's own table, U+2014 by Sun's.
    ("euc-jp", "EUC-JP", {"A1BD": ("―", "—")}),
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("java") is None or shutil.which("javac") is None:
        pytest.skip("Java is not installed")
    folder = tmp_path_factory.mktemp("java")
    (folder / "Read.java").write_text(PROGRAM, encoding="ascii")
    subprocess.run(["javac", str(folder / "Read.java")], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize(("name", "theirs", "differing"), JAVA)
def test_java_reads_the_same(
    reader: Path, name: str, theirs: str, differing: dict[str, tuple[str, str]]
) -> None:
    ours = codes(name)
    command = ["java", "-Xshare:auto", "-cp", str(reader), "Read", theirs]
    lines = "\n".join(code.hex() for code in ours).encode()
    done = subprocess.run(command, input=lines, capture_output=True, check=True)
    texts = done.stdout.decode().split("\n")[:-1]
    found = {
        code.hex().upper().removeprefix("0E").removesuffix("0F"): (text, other)
        for (code, text), other in zip(ours.items(), texts, strict=True)
        if text != other
    }
    assert found == differing
