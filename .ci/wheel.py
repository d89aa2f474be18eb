"""Builds the wheel, installs it into an empty environment and converts a sample from elsewhere.

What a checkout forgives (files found through the working directory, tools of the development
environment) shows here: layouts that are not in the wheel, a dependency that is not declared.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples/vendor-a/clean/input.dat"
MAPPING = "vendor-a/resident-to-standard"


def must(*command: str | Path, cwd: Path) -> None:
    """Run without the checkout's import path; end when the command fails."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    print("+", *command, flush=True)
    if code := subprocess.run(command, cwd=cwd, env=clean).returncode:
        sys.exit(f"wheel: exit code {code} from {' '.join(map(str, command))}")


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="utsushi-wheel-") as name:
        place = Path(name)
        # What an earlier build left there would be packed again, deleted modules included.
        shutil.rmtree(ROOT / "build" / "lib", ignore_errors=True)
        must(sys.executable, "-m", "build", "--wheel", "--outdir", place / "dist", ROOT, cwd=place)
        (wheel,) = (place / "dist").glob("*.whl")
        venv.create(place / "env", with_pip=True)
        bin = place / "env" / ("Scripts" if os.name == "nt" else "bin")
        must(bin / "python", "-m", "pip", "install", "--quiet", wheel, cwd=place)
        work = place / "elsewhere"
        work.mkdir()
        must(bin / "utsushi", "layout", "list", cwd=work)
        must(bin / "utsushi", "convert", SAMPLE, "--mapping", MAPPING, "--out", "run", cwd=work)
        written = (work / "run" / "input.csv").read_bytes()
        if written != (SAMPLE.parent / "expected" / "input.csv").read_bytes():
            sys.exit("wheel: the installed program writes something else than the checkout")
    print("wheel: built, installed alone, converts")
    return 0


if __name__ == "__main__":
    sys.exit(main())
