"""Bytes → one output file and its sha256, written and hashed by a thread of its own."""

from __future__ import annotations

import hashlib
import os
import queue
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import BinaryIO, Final

import numpy as np

from converters.columns import Bytes
from converters.errors import EnvironmentFailure
from converters.report import Output

__all__ = ["Sink", "Stream", "standard_output"]

AHEAD: Final = 2
"""Blocks that may wait for the disk; the memory of a run depends on it."""


class Sink:
    """Guards one open output file and the thread that writes it.

    Blocks must not change after they were handed over. A failure of the disk shows at the next
    `write`, at `close` or at `settle`, as an EnvironmentFailure; a reader that left, as
    BrokenPipeError.
    """

    def __init__(self, file: BinaryIO, path: str, sync: bool = True) -> None:
        self.path = path
        self.bytes = 0
        self.records = 0
        self._file = file
        self._sync = sync
        self._digest = hashlib.sha256()
        self._failure: OSError | None = None
        self._dropped = False
        self._queue: queue.Queue[memoryview | None] = queue.Queue(AHEAD)
        self._written = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"write {path}", daemon=True)
        self._thread.start()

    def write(self, data: bytes | memoryview | Bytes, records: int = 0) -> None:
        """Hand over one block that holds this many records.

        What comes once the file was given up is dropped: a Parquet writer ends its file when it is
        forgotten, and nobody would take the blocks out of the queue.
        """
        if self._dropped:
            return
        self._check()
        block = data.data if isinstance(data, np.ndarray) else memoryview(data)
        self.bytes += block.nbytes
        self.records += records
        if block.nbytes:
            self._queue.put(block)

    def close(self) -> Output:
        """Wait until all is hashed and in the hands of the system, where it can be read again."""
        self._queue.put(None)
        self._written.wait()
        self._check()
        return Output(self.path, self.bytes, self._digest.hexdigest(), self.records)

    def settle(self) -> None:
        """Wait until all of a file that was closed is on the disk."""
        self._thread.join()
        self._check()

    def abandon(self) -> None:
        """Stop without finishing; the file is not good for anything."""
        self._dropped = True
        if not self._written.is_set():
            self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            self._try(partial(self._put, data))
        self._try(self._file.flush)
        self._written.set()
        if self._sync:
            # The disk takes its time, and the report can be made meanwhile.
            self._try(lambda: os.fsync(self._file.fileno()))
            with suppress(OSError):
                self._file.close()

    def _put(self, data: memoryview) -> None:
        self._file.write(data)
        self._digest.update(data)

    def _try(self, step: Callable[[], object]) -> None:
        """A step of the thread, if nothing has failed before it."""
        if self._dropped or self._failure is not None:
            return
        try:
            step()
        except OSError as exc:
            self._failure = exc

    def _check(self) -> None:
        if isinstance(self._failure, BrokenPipeError):
            raise self._failure
        if self._failure is not None:
            raise EnvironmentFailure.of(self._failure, self.path) from self._failure


class Stream:
    """A sink as the file object that pyarrow wants."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.closed = False

    def write(self, data: bytes) -> int:
        """Hand the bytes over; they are copied, for pyarrow uses its buffer again."""
        self._sink.write(bytes(data))
        return len(data)

    def tell(self) -> int:
        """How much was written."""
        return self._sink.bytes

    def flush(self) -> None:
        """The sink is flushed when it is closed."""

    def close(self) -> None:
        """The sink is closed by its run."""
        self.closed = True


def standard_output() -> Sink:
    """The sink of `--to -`."""
    return Sink(sys.stdout.buffer, "-", sync=False)
