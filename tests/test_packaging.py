"""The wheel: every package of the checkout is in it, and every definition with it."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def test_every_package_is_in_the_wheel() -> None:
    folders = [path.parent.relative_to(ROOT) for path in ROOT.glob("converters/**/__init__.py")]
    due = {".".join(folder.parts) for folder in folders} | {"converters.layouts"}
    assert set(SETUP["packages"]) == due


def test_every_definition_and_code_table_is_in_the_wheel() -> None:
    lost = {path.suffix for path in (ROOT / "layouts").rglob("*.*") if path.is_file()}
    shipped = {Path(pattern).suffix for pattern in SETUP["package-data"]["converters.layouts"]}
    assert lost - shipped <= {".py", ".pyc"}


def test_every_data_file_is_in_the_wheel() -> None:
    root = ROOT / "converters"
    patterns = SETUP["package-data"]["converters"]
    shipped = {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}
    found = {path for path in (root / "data").rglob("*") if path.is_file()}
    assert {path for path in found if path.parent.name != "__pycache__"} <= shipped
