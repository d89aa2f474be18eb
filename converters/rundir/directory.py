"""A run directory that appears whole or not at all.

Files are written into `.NAME.partial-PID` beside the final place. `publish` writes the report,
then the manifest, and renames the directory. Until then nothing stands under the final name.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Self, cast

from converters.errors import EnvironmentFailure, UsageError
from converters.report import Output
from converters.rundir.sink import Sink

__all__ = ["RunDirectory", "put"]

MANIFEST = "manifest.json"
REPORT = "report.json"


class RunDirectory:
    """Guards the files of a run until they are published; use it in a `with` block.

    An existing run is refused unless `force` is given, and then replaced only by a finished one.
    What is neither empty nor a run, and a directory that holds an input, is never replaced.
    """

    def __init__(self, path: Path, force: bool = False, inputs: Sequence[Path] = ()) -> None:
        self.path = Path(os.path.realpath(path))
        self._written: list[Output] = []
        self._open: list[Sink] = []
        self._closed: list[Sink] = []
        with _surroundings(path):
            _refuse(path, self.path, force, inputs)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _sweep(self.path)
            self._partial = self.path.with_name(f".{self.path.name}.partial-{os.getpid()}")
            self._partial.mkdir(mode=0o700)
            self._lock = _lock(self._partial)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove what was not published."""
        for sink in (*self._open, *self._closed):
            sink.abandon()
        self._open.clear()
        self._closed.clear()
        self._unlock()
        shutil.rmtree(self._partial, ignore_errors=True)

    def sink(self, name: str) -> Sink:
        """A new output file; `name` is relative to the run and uses `/`."""
        place = self._partial / name
        with _surroundings(place):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sink = Sink(cast(BinaryIO, _create(place, "xb")), name)
        self._open.append(sink)
        return sink

    def close(self, sink: Sink) -> Output:
        """Finish one output; it is on the disk when the run is published."""
        written = sink.close()
        self._open.remove(sink)
        self._closed.append(sink)
        self._written.append(written)
        return written

    def keep(self, source: Path, name: str, records: int) -> Output:
        """A file of another run under this one's roof: a link where the disk can, else a copy."""
        place = self._partial / name
        with _surroundings(place):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                os.link(source, place)
            except OSError:
                shutil.copyfile(source, place, follow_symlinks=False)
                place.chmod(0o600)
            with place.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            kept = Output(name, place.stat().st_size, digest, records)
        self._written.append(kept)
        return kept

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Every finished output, by path."""
        return tuple(sorted(self._written, key=lambda written: written.path))

    def written(self, name: str) -> Path:
        """Where a finished output stands until the run is published."""
        return self._partial / name

    def publish(
        self,
        report: Mapping[str, Any] | None,
        manifest: Mapping[str, Any],
        pages: Iterable[tuple[str, bytes]] = (),
    ) -> Path:
        """Write the report and its pages (name and content), then the manifest with all outputs,
        and let the run appear. Pages can be made again, so the manifest does not list them. What
        judges nothing (a census) has no report."""
        assert not self._open, f"still open: {[sink.path for sink in self._open]}"
        outputs = [asdict(output) for output in self.outputs]
        with _surroundings(self.path):
            if report is not None:
                _write(self._partial / REPORT, report)
            for name, content in pages:
                _put(self._partial / name, content)
            while self._closed:
                self._closed.pop().settle()
            _write(self._partial / MANIFEST, {**manifest, "outputs": outputs})
            _sync_directories(self._partial)
            self._unlock()
            _swap(self._partial, self.path)
        return self.path

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


@contextmanager
def _surroundings(path: Path) -> Iterator[None]:
    """A failure of the system becomes ours, with the path it happened at."""
    try:
        yield
    except OSError as exc:
        name = str(exc.filename or path)
        raise EnvironmentFailure.of(exc, name) from exc


def _refuse(given: Path, path: Path, force: bool, inputs: Sequence[Path]) -> None:
    """Refuse a place where something stands that must not be lost."""
    if not os.path.lexists(path):
        return
    if not force:
        raise UsageError(f"{given} exists already; name another --out, or add --force")
    if not path.is_dir() or (any(path.iterdir()) and not (path / MANIFEST).is_file()):
        raise UsageError(f"{given} is not a run; --force replaces runs only")
    for taken in inputs:
        if path in Path(os.path.realpath(taken)).parents:
            raise UsageError(f"{taken} lies in {given}, which --force would replace")


def _create(path: Path, mode: str) -> IO[Any]:
    def private(name: str, flags: int) -> int:
        return os.open(name, flags, 0o600)

    encoding = None if "b" in mode else "utf-8"
    newline = None if "b" in mode else "\n"
    return open(path, mode, encoding=encoding, newline=newline, opener=private)


def put(run: Path, name: str, content: bytes) -> Path:
    """A page of a run that is published already, made anew: the old one, or the whole new one."""
    place = run / name
    new = place.with_name(f".{name}.partial-{os.getpid()}")
    with _surroundings(place):
        try:
            _put(new, content)
            new.replace(place)
        finally:
            new.unlink(missing_ok=True)
    return place


def _put(path: Path, content: bytes) -> None:
    with _create(path, "xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write(path: Path, content: Mapping[str, Any]) -> None:
    with _create(path, "x") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())


def _swap(partial: Path, path: Path) -> None:
    """Let the new run take the place of the old one, which comes back if that fails."""
    old = path.with_name(f".{path.name}.replaced-{os.getpid()}")
    replaced = os.path.lexists(path)
    if replaced:
        path.rename(old)
    try:
        partial.rename(path)
    except OSError:
        if replaced:
            old.rename(path)
        raise
    _sync_directory(path.parent)
    if replaced:
        shutil.rmtree(old, ignore_errors=True)


def _sync_directories(top: Path) -> None:
    for place, _, _ in os.walk(top):
        _sync_directory(Path(place))


if sys.platform == "win32":

    def _sync_directory(path: Path) -> None:
        """Windows cannot sync a directory."""

    def _lock(path: Path) -> int | None:
        """Windows keeps open files from being deleted; no lock is needed."""
        return None

    def _sweep(path: Path) -> None:
        """Without a lock nobody can tell a dead run from a running one."""

else:
    import fcntl

    def _sync_directory(path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _lock(path: Path) -> int | None:
        """A lock on the directory; the system lets go of it however the process ends."""
        descriptor = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return descriptor

    def _sweep(path: Path) -> None:
        """Remove what runs that were killed left behind: it holds residents' data."""
        for left in path.parent.glob(f".{path.name}.partial-*"):
            lock = _lock(left)
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)
