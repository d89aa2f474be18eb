"""Turns the JUnit files of the test runs into the one closing line that says how many passed."""

from __future__ import annotations

import sys
from xml.etree import ElementTree


def counts(path: str) -> tuple[int, int, int]:
    """Passed, failed and skipped tests of one JUnit file."""
    suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    total, failed, skipped = (
        sum(int(suite.get(name, "0")) for suite in suites for name in names)
        for names in (("tests",), ("failures", "errors"), ("skipped",))
    )
    return total - failed - skipped, failed, skipped


def main(paths: list[str]) -> int:
    passed, failed, skipped = (sum(column) for column in zip(*map(counts, paths), strict=True))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
