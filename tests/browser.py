"""Headless Chromium, driven over a pair of pipes: what a page asks for, says and does.

The DevTools protocol as JSON messages that end in a NUL byte, so nothing but Chromium is needed.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
NEEDS_CHROMIUM = pytest.mark.skipif(
    CHROMIUM is None or os.name == "nt", reason="needs Chromium (Debian: apt install chromium)"
)

PATIENCE = 300
"""Seconds; without it a Chromium that hangs would keep the whole suite waiting."""


class Page:
    """One page. `asked` are the addresses it asked for, `said` its errors and messages."""

    def __init__(self, write: int, read: int) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self._write, self._read = write, read
        self._rest = b""
        self._number = 0
        self._session = ""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = session
        for part in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{part}.enable")

    def open(self, address: str) -> None:
        """Load an address and wait until it is loaded."""
        self.call("Page.navigate", url=address)
        while self._message().get("method") != "Page.loadEventFired":
            pass

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        done = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def call(self, method: str, **values: Any) -> Any:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (found := self._message()).get("id") != self._number:
            pass
        assert "error" not in found, found
        return found["result"]

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], PATIENCE)
            data = os.read(self._read, 1 << 16) if ready else b""
            assert data, "Chromium ended, or says nothing"
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        found: dict[str, Any] = json.loads(line)
        self._noted(found.get("method", ""), found.get("params", {}))
        return found

    def _noted(self, method: str, values: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.asked.append(values["request"]["url"])
        elif method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
            self.said.append(json.dumps(values, ensure_ascii=False))


@contextmanager
def page(folder: Path) -> Iterator[Page]:
    """A new page in a Chromium of its own, whose profile lies in `folder`."""
    ours, theirs = os.pipe(), os.pipe()
    command = (
        f"exec {CHROMIUM} --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "
        f"--no-first-run --user-data-dir={folder}/profile --remote-debugging-pipe "
        f"3<&{ours[0]} 4>&{theirs[1]}"
    )
    chromium = subprocess.Popen(
        ["bash", "-c", command], pass_fds=(ours[0], theirs[1]), stderr=subprocess.DEVNULL
    )
    for end in (ours[0], theirs[1]):
        os.close(end)
    try:
        yield Page(ours[1], theirs[0])
    finally:
        chromium.kill()
        chromium.wait()
        for end in (ours[1], theirs[0]):
            os.close(end)
