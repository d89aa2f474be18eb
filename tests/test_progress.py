"""Progress: quiet says nothing, a log gets a line now and then, never a bar."""

from __future__ import annotations

import pytest

from converters import progress


@pytest.mark.parametrize("quiet", [True, False])
def test_a_short_run_without_a_terminal_prints_nothing(
    quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress.shown(100, quiet) as advance:
        advance(40)
        advance(60)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (4_000_000, "utsushi: 1 of 4 MB, 25%, 1 MB/s"),
        (None, "utsushi: 1 MB, 1 MB/s"),
    ],
)
def test_a_long_run_without_a_terminal_prints_a_line_per_pause(
    total: int | None,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([0.0, 0.5, 1.0, 1.5])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(progress, "PAUSE", 1.0)
    with progress.shown(total, quiet=False) as advance:
        advance(500_000)
        advance(500_000)
        advance(500_000)
    assert capsys.readouterr() == ("", expected + "\n")


def test_a_terminal_gets_a_bar_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.shown(1_000, quiet=False) as advance:
        advance(1_000)
    out, err = capsys.readouterr()
    assert out == ""
    assert "1.0/1.0 kB" in err
