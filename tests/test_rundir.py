"""A run directory appears whole or not at all, and says exactly what is in it."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from converters import findings
from converters.columns import Chunk
from converters.errors import EnvironmentFailure, Interrupted, UsageError
from converters.findings import Policy
from converters.report import Output
from converters.rundir import FindingsFile, Rejects, RunDirectory, Sink

POSIX = pytest.mark.skipif(os.name == "nt", reason="permissions and signals of POSIX")


def publish(path: Path, content: bytes = b"a", force: bool = False) -> Path:
    """A run with one output."""
    with RunDirectory(path, force) as run:
        sink = run.sink("out.csv")
        sink.write(content, 1)
        run.close(sink)
        return run.publish({"status": "done"}, {"command": "convert"})


def manifest(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((path / "manifest.json").read_text("utf-8"))
    return found


def names(path: Path) -> list[str]:
    return sorted(str(found.relative_to(path)) for found in path.rglob("*") if found.is_file())


def test_a_run_is_published_with_hashes_of_its_outputs(tmp_path: Path) -> None:
    content = os.urandom(1 << 20)
    with RunDirectory(tmp_path / "runs" / "1") as run:
        sink = run.sink("resident.csv")
        sink.write(content[:1000], 10)
        sink.write(memoryview(content)[1000:5000], 20)
        sink.write(np.frombuffer(content, np.uint8)[5000:], 3)
        sink.write(b"")
        assert run.close(sink) == Output(
            "resident.csv", 1 << 20, hashlib.sha256(content).hexdigest(), 33
        )
        assert not (tmp_path / "runs" / "1").exists()
        run.publish({"status": "done"}, {"command": "convert"})
    assert (tmp_path / "runs" / "1" / "resident.csv").read_bytes() == content
    assert manifest(tmp_path / "runs" / "1") == {
        "command": "convert",
        "outputs": [
            {
                "path": "resident.csv",
                "bytes": 1 << 20,
                "sha256": hashlib.sha256(content).hexdigest(),
                "records": 33,
            }
        ],
    }
    assert names(tmp_path) == [
        f"runs/1/{name}" for name in ("manifest.json", "report.json", "resident.csv")
    ]


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("1", "2"):
        publish(tmp_path / name)
    for name in names(tmp_path / "1"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


@POSIX
def test_only_the_owner_may_look_into_a_run(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        with RunDirectory(tmp_path / "1") as run:
            run.close(run.sink("rejects/a.dat"))
            run.publish({}, {})
    finally:
        os.umask(previous)
    for found in [tmp_path / "1", *(tmp_path / "1").rglob("*")]:
        expected = 0o700 if found.is_dir() else 0o600
        assert stat.S_IMODE(found.stat().st_mode) == expected, found


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, Interrupted])
def test_a_run_that_fails_leaves_nothing(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), RunDirectory(tmp_path / "1") as run:
        run.sink("out.csv").write(b"a" * 100)
        raise failure
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_was_not_published_leaves_nothing(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "1") as run:
        run.close(run.sink("out.csv"))
    assert list(tmp_path.iterdir()) == []


def test_an_existing_run_is_refused(tmp_path: Path) -> None:
    publish(tmp_path / "1", b"old")
    with pytest.raises(UsageError, match="--force"):
        RunDirectory(tmp_path / "1")
    assert (tmp_path / "1" / "out.csv").read_bytes() == b"old"


def test_force_replaces_a_run_when_the_new_one_is_published(tmp_path: Path) -> None:
    publish(tmp_path / "1", b"old")
    with (
        pytest.raises(ValueError, match="half way"),
        RunDirectory(tmp_path / "1", force=True) as run,
    ):
        run.close(run.sink("other.csv"))
        raise ValueError("half way")
    assert (tmp_path / "1" / "out.csv").read_bytes() == b"old"
    publish(tmp_path / "1", b"new", force=True)
    assert (tmp_path / "1" / "out.csv").read_bytes() == b"new"
    assert [found.name for found in tmp_path.iterdir()] == ["1"]


def test_force_never_replaces_what_is_not_a_run(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("x")
    for name in ("home", "file"):
        with pytest.raises(UsageError, match="not a run"):
            RunDirectory(tmp_path / name, force=True)
    assert names(tmp_path) == ["file", "home/letter.txt"]


def test_force_never_replaces_a_run_that_holds_an_input(tmp_path: Path) -> None:
    publish(tmp_path / "1")
    with pytest.raises(UsageError, match="would replace"):
        RunDirectory(tmp_path / "1", True, [tmp_path / "1" / "out.csv"])


def test_force_takes_an_empty_directory(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    publish(tmp_path / "1", force=True)
    assert names(tmp_path / "1") == ["manifest.json", "out.csv", "report.json"]


def test_the_old_run_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(tmp_path / "1", b"old")
    rename = Path.rename

    def failing(path: Path, target: Path) -> Path:
        if "partial" in path.name:
            raise PermissionError(13, "Permission denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(EnvironmentFailure):
        publish(tmp_path / "1", b"new", force=True)
    assert (tmp_path / "1" / "out.csv").read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["1"]


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_without_permission_is_an_environment_failure(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(EnvironmentFailure):
        RunDirectory(tmp_path / "1")


def test_a_parent_that_is_a_file_is_an_environment_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(EnvironmentFailure):
        RunDirectory(tmp_path / "file" / "1")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is full")
def test_a_full_disk_is_an_environment_failure(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFailure, match="No space"), RunDirectory(tmp_path / "1") as run:
        sink = run.sink("out.csv")
        sink._file.close()
        sink._file = open("/dev/full", "wb")  # noqa: SIM115 - closed by the sink
        sink.write(b"small enough to stay in the buffer until the sink is closed")
        run.close(sink)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_behind_our_back_lets_no_run_appear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    gone = pytest.raises(EnvironmentFailure, match=r"out\.csv.*Input/output")
    with gone, RunDirectory(tmp_path / "1") as run:
        sink = run.sink("out.csv")
        sink.write(b"a" * 100)
        monkeypatch.setattr("os.fsync", fails)
        run.close(sink)
        assert run.written("out.csv").read_bytes() == b"a" * 100
        run.publish(None, {})
    assert list(tmp_path.iterdir()) == []


@POSIX
def test_a_reader_that_left_is_told_apart_from_a_full_disk() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb", buffering=0) as file:
        sink = Sink(file, "-", sync=False)
        sink.write(b"a")
        with pytest.raises(BrokenPipeError):
            sink.close()


KILLED = """
    import time
    from pathlib import Path
    from converters.rundir import RunDirectory

    with RunDirectory(Path({path!r})) as run:
        sink = run.sink("out.csv")
        sink.write(b"a" * 1000)
        print("writing", flush=True)
        time.sleep(60)
"""


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_nothing_under_its_name(tmp_path: Path, number: int) -> None:
    script = textwrap.dedent(KILLED).format(path=str(tmp_path / "1"))
    command = [sys.executable, "-c", script]
    root = Path(__file__).parent.parent
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"writing\n"
        run.send_signal(number)
    left = [found.name for found in tmp_path.iterdir()]
    assert "1" not in left
    assert (left == []) == (number == signal.SIGINT)
    publish(tmp_path / "1")
    assert [found.name for found in tmp_path.iterdir()] == ["1"], "the dead run is swept away"


@POSIX
def test_a_run_that_is_alive_is_not_swept_away(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "1") as run:
        sink = run.sink("out.csv")
        pid = os.getpid()
        (tmp_path / f".1.partial-{pid}").rename(tmp_path / ".1.partial-other")
        publish(tmp_path / "1")
        assert (tmp_path / ".1.partial-other" / "out.csv").exists()
        (tmp_path / ".1.partial-other").rename(tmp_path / f".1.partial-{pid}")
        run.close(sink)


# ---- rejects -----------------------------------------------------------------------------------


def chunk_of(records: list[bytes], file: int = 0, first: int = 1, offset: int = 0) -> Chunk:
    data = np.frombuffer(b"".join(records), np.uint8)
    bounds = np.cumsum([0, *map(len, records)])
    return Chunk(file, 0, first, offset, data, bounds, bounds[1:], np.zeros(len(records), np.uint8))


def judged_of(*rows: tuple[int, str, str]) -> pl.DataFrame:
    """Rows of record, field, code."""
    full = [(0, record, 0, field, code, "山田".encode(), "") for record, field, code in rows]
    frame = pl.DataFrame(full, schema=findings.SCHEMA, orient="row")
    return findings.judge(frame, Policy())


def test_rejects_keep_their_bytes_and_can_be_fed_back(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "1") as run:
        rejects = Rejects(run, ["in/a.csv", "in/b.csv", "other/a.csv", "-"])
        rejects.heading(2, b"\xef\xbb\xbfid,name\r\n")
        rejects.add(
            chunk_of([b"1,a\r\n", b"2,\x8e\n", b"3,c\r\n"], 2, 11, 100),
            judged_of((12, "name", "FLD-014"), (12, "name", "FLD-010"), (13, "name", "FLD-017")),
        )
        rejects.add(chunk_of([b"4,d"], 2, 14, 115), judged_of((14, "", "REC-006")))
        rejects.add(chunk_of([b"5"], 3, 1, 0), judged_of((1, "", "REC-006")))
        rejects.close()
        run.publish({}, {})
    folder = tmp_path / "1" / "rejects"
    assert names(folder) == ["a-2.csv", "index.csv", "stdin"]
    assert (folder / "a-2.csv").read_bytes() == b"\xef\xbb\xbfid,name\r\n2,\x8e\n4,d"
    with (folder / "index.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["file", "record", "offset", "bytes", "codes"],
            ["a-2.csv", "12", "105", "4", "FLD-014;FLD-010"],
            ["a-2.csv", "14", "115", "3", "REC-006"],
            ["stdin", "1", "0", "1", "REC-006"],
        ]
    records = {found["path"]: found["records"] for found in manifest(tmp_path / "1")["outputs"]}
    assert records == {"rejects/a-2.csv": 2, "rejects/index.csv": 3, "rejects/stdin": 1}


def test_without_a_reject_there_is_no_folder(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "1") as run:
        rejects = Rejects(run, ["a.csv"])
        rejects.add(chunk_of([b"1\n"]), judged_of((1, "name", "FLD-017")))
        rejects.close()
        run.publish({}, {})
    assert names(tmp_path / "1") == ["manifest.json", "report.json"]


# ---- findings.parquet --------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_findings_are_the_same_file_for_any_batch_size(
    tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.rundir.findings_file.ROWS", 4)
    frame = judged_of(*((record, "氏名", "FLD-014") for record in range(1, 11)))
    written = []
    for number, rows in enumerate((len(frame), size)):
        with RunDirectory(tmp_path / str(number)) as run:
            file = FindingsFile(run)
            for part in frame.iter_slices(rows):
                file.add(part)
            written.append(file.close())
            run.publish({}, {})
    assert written[0] == written[1]
    assert written[0].records == 10
    found = pl.read_parquet(tmp_path / "1" / "findings.parquet")
    assert found.rows() == frame.rows()
    assert found["value"].unique().to_list() == ["漢漢"]


def test_a_run_without_findings_has_an_empty_file_with_all_columns(tmp_path: Path) -> None:
    with RunDirectory(tmp_path / "1") as run:
        FindingsFile(run).close()
        run.publish({}, {})
    found = pl.read_parquet(tmp_path / "1" / "findings.parquet")
    assert found.is_empty()
    assert found.columns == list(findings.JUDGED_SCHEMA)


def test_a_file_that_was_given_up_takes_no_more_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        sink = Sink(file, "out")
        sink.write(b"one")
        sink.abandon()
        # A daemon, so that a failure is one and not a test that never ends.
        late = threading.Thread(target=lambda: [sink.write(b"x") for _ in range(99)], daemon=True)
        late.start()
        late.join(30)
        assert not late.is_alive()
    assert b"x" not in (tmp_path / "out").read_bytes()
