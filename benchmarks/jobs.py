"""The jobs of docs/performance.md: made input, our command first, its peers behind it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from measure import Contender

__all__ = ["Job", "jobs"]

HERE = Path(__file__).parent
DATA = HERE / "data"
OUT = DATA / "out"
UTSUSHI = (sys.executable, "-c", "import sys; from converters.cli import main; sys.exit(main())")
A, A_MAPPING = "vendor-a/resident", "vendor-a/resident-to-standard"
B, B_MAPPING = "vendor-b/resident", "vendor-b/resident-to-standard"
SLOW = 100_000
"""Records for a peer that works record by record; its time is scaled to the job's records."""
FINISHED = (0, 3)
"""Exit codes of a finished run: made data may have findings."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file and how many records it holds."""

    path: Path
    records: int

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size


@dataclass(frozen=True, slots=True)
class Job:
    """Ours first, then its peers. `target`: the greatest wanted time, in times of bare iconv."""

    name: str
    target: float | None
    contenders: tuple[Contender, ...]
    absent: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        return self.contenders[0].records


def jobs(records: int) -> list[Job]:
    """All jobs over files of that many records; the files are made once and kept."""
    OUT.mkdir(parents=True, exist_ok=True)
    a, b = _made(A, records, "dat"), _made(B, records, "csv")
    few_a, few_b = _made(A, min(SLOW, records), "dat"), _made(B, min(SLOW, records), "csv")
    tiny = _made(A, 1_000, "dat")
    standard = _standard(a)
    fields = _fields()
    to_utf8, to_cp932 = ("CP932", "UTF-8"), ("UTF-8", "CP932")
    return [
        _job(
            ("convert A: fixed CP932 to standard CSV", 1.0),
            _convert(a, A_MAPPING),
            ("iconv", _iconv(a, *to_utf8)),
            ("nkf", _nkf(a)),
            ("python", _python("plain_python", few_a, fields)),
            ("pandas", _python("pandas_fwf", few_a, fields)),
        ),
        _job(
            ("back: standard CSV to fixed CP932", 1.0),
            _convert(standard, A_MAPPING, "--back"),
            ("iconv", _iconv(standard, *to_cp932)),
        ),
        _job(
            ("validate A", 0.7),
            _ours("utsushi validate", a, "validate", "--layout", A, "--out", str(OUT / "run")),
            ("iconv", _iconv(a, *to_utf8)),
        ),
        _job(
            ("convert B: Shift_JIS CSV to standard CSV", 1.2),
            _convert(b, B_MAPPING),
            ("iconv", _iconv(b, *to_utf8)),
            ("nkf", _nkf(b)),
            ("polars", _python("polars_csv", few_b)),
        ),
        _job(
            ("convert A with 1 and 2 workers", None),
            _convert(a, A_MAPPING, "--jobs", "2"),
            ("utsushi", _convert(a, A_MAPPING, "--jobs", "1")),
        ),
        _job(("convert 1,000 records", None), _convert(tiny, A_MAPPING)),
        _job(("start", None), Contender("utsushi --help", (*UTSUSHI, "--help"), 1, 1)),
    ]


def _job(title: tuple[str, float | None], ours: Contender, *peers: tuple[str, Contender]) -> Job:
    """Peers come with the program or module they need; without it they are named as absent."""
    present = tuple(peer for needs, peer in peers if _is_here(needs))
    absent = tuple(peer.name for needs, peer in peers if not _is_here(needs))
    return Job(*title, (ours, *present), absent)


def _is_here(needs: str) -> bool:
    if needs in ("pandas", "polars"):
        return importlib.util.find_spec(needs) is not None
    return needs in ("python", "utsushi") or shutil.which(needs) is not None


def _ours(name: str, data: Input, *words: str) -> Contender:
    command = (*UTSUSHI, words[0], str(data.path), *words[1:], "--quiet")
    return Contender(name, command, data.records, data.bytes, clear=OUT / "run", fine=FINISHED)


def _convert(data: Input, mapping: str, *words: str) -> Contender:
    name = " ".join(("utsushi convert", *words))
    return _ours(name, data, "convert", "--mapping", mapping, "--out", str(OUT / "run"), *words)


def _iconv(data: Input, source: str, target: str) -> Contender:
    """Bare iconv: it transcodes and does nothing else. Characters it lacks are left out (-c)."""
    out = OUT / "iconv"
    command = ("iconv", "-c", "-f", source, "-t", target, str(data.path), "-o", str(out))
    return Contender("iconv", command, data.records, data.bytes, clear=out, fine=(0, 1))


def _nkf(data: Input) -> Contender:
    out = OUT / "nkf"
    command = ("nkf", "-S", "-w", str(data.path))
    return Contender("nkf", command, data.records, data.bytes, clear=out, stdout=out)


def _python(script: str, data: Input, *before: Path) -> Contender:
    """A peer that is a Python program of ours in benchmarks/peers."""
    out = OUT / script
    words = (HERE / "peers" / f"{script}.py", *before, data.path, out)
    command = (sys.executable, *map(str, words))
    return Contender(script.replace("_", " "), command, data.records, data.bytes, clear=out)


def _made(layout: str, records: int, suffix: str) -> Input:
    """A generated file, made by `utsushi generate` unless it is there."""

    def make(path: Path) -> None:
        words = ("generate", layout, "--records", str(records), "--seed", "1", "-o", str(path))
        subprocess.run([*UTSUSHI, *words], check=True)

    return Input(_once(DATA / f"{layout.replace('/', '-')}-{records}.{suffix}", make), records)


def _standard(a: Input) -> Input:
    """The standard CSV that vendor A's file becomes."""

    def make(path: Path) -> None:
        run = OUT / "standard"
        words = ("convert", str(a.path), "--mapping", A_MAPPING, "--out", str(run), "--force")
        done = subprocess.run([*UTSUSHI, *words, "--quiet"])
        if done.returncode not in FINISHED:
            sys.exit(f"no {path.name}: exit code {done.returncode}")
        (run / f"{a.path.stem}.csv").rename(path)
        shutil.rmtree(run)

    return Input(_once(DATA / f"standard-{a.records}.csv", make), a.records)


def _fields() -> Path:
    """Names, 0-based places, widths and kinds of vendor A's fields, for peers that need them."""

    def make(path: Path) -> None:
        words = ("layout", "show", A, "--json")
        done = subprocess.run([*UTSUSHI, *words], check=True, capture_output=True)
        fields = json.loads(done.stdout)["records"][0]["fields"]
        found, at = [], 0
        for field in fields:
            found.append([field["name"], at, field["bytes"], field["kind"]])
            at += field["bytes"]
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")

    return _once(DATA / "vendor-a-fields.json", make)


def _once(path: Path, make: Callable[[Path], None]) -> Path:
    """Make a file under a name that nobody takes for the finished one, then rename it."""
    if not path.exists():
        print(f"making {path.name}", flush=True)
        unfinished = path.with_name(f"unfinished-{path.name}")
        make(unfinished)
        os.replace(unfinished, path)
    return path
