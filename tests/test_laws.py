"""The laws of the whole program, over files: nothing lost, nothing depends on how it was cut."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from converters import generate, pipeline, spec
from converters.errors import ConvertersError
from converters.pipeline import Job, Outcome

MAPPINGS = {
    name: spec.load_mapping(f"{name}/resident-to-standard") for name in ("vendor-a", "vendor-b")
}
FEW = settings(max_examples=15)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A clean file of each vendor."""
    folder = tmp_path_factory.mktemp("clean")
    for name, definitions in MAPPINGS.items():
        generate.write(definitions.source, folder / name, 60, 7)
    return {name: (folder / name).read_bytes() for name in MAPPINGS}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A file of each vendor in which every fifth record has a defect."""
    folder = tmp_path_factory.mktemp("faulty")
    for name, definitions in MAPPINGS.items():
        generate.write(definitions.source, folder / name, 200, 11, 0.2)
    return {name: (folder / name).read_bytes() for name in MAPPINGS}


class _Bench:
    """A folder in which files are converted; guards the number of the next run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = 0

    def run(self, name: str, data: bytes, command: str = "convert", **options: Any) -> Outcome:
        self.runs += 1
        path = self.folder / f"{self.runs}.in"
        path.write_bytes(data)
        job = Job((str(path),), mapping=MAPPINGS[name], out=self.folder / str(self.runs), **options)
        return getattr(pipeline, command)(job)  # type: ignore[no-any-return]


@pytest.fixture
def bench(tmp_path: Path) -> _Bench:
    return _Bench(tmp_path)


def output(outcome: Outcome) -> bytes:
    assert outcome.run is not None
    (name,) = [
        one["path"]
        for one in outcome.report["outputs"]
        if "/" not in one["path"] and one["path"] != "findings.parquet"
    ]
    return (outcome.run / name).read_bytes()


def found(outcome: Outcome) -> list[tuple[Any, ...]]:
    assert outcome.run is not None
    return pl.read_parquet(outcome.run / "findings.parquet").rows()


def balanced(outcome: Outcome) -> bool:
    counts = outcome.report["counts"]
    left = counts["converted"] + counts["rejected"] + counts["filtered"]
    return bool(counts["closed"]) and counts["read"] == left


@pytest.mark.parametrize("name", sorted(MAPPINGS))
@pytest.mark.parametrize("options", [{"batch_records": 1}, {"batch_records": 7, "jobs": 3}])
def test_batches_and_workers_change_nothing(
    name: str, options: dict[str, int], faulty: dict[str, bytes], bench: _Bench
) -> None:
    whole, cut = bench.run(name, faulty[name]), bench.run(name, faulty[name], **options)
    assert output(whole) == output(cut)
    assert found(whole) == found(cut)
    assert whole.report["balance"] == cut.report["balance"]
    assert whole.report["problems"] == cut.report["problems"]


@pytest.mark.parametrize("name", sorted(MAPPINGS))
def test_clean_files_come_back_without_a_residual(
    name: str, clean: dict[str, bytes], bench: _Bench
) -> None:
    there = bench.run(name, clean[name])
    assert there.report["findings"]["error"] == 0
    assert output(bench.run(name, output(there), back=True)) == clean[name]
    assert bench.run(name, clean[name], "roundtrip").exit_code == 0


@pytest.mark.parametrize("name", sorted(MAPPINGS))
def test_what_was_accepted_comes_back_byte_for_byte(
    name: str, faulty: dict[str, bytes], bench: _Bench
) -> None:
    there = bench.run(name, faulty[name], keep_residual=True, jobs=2, batch_records=13)
    assert there.run is not None and balanced(there)
    back = bench.run(name, output(there), back=True, residual=there.run)
    assert back.report["counts"]["rejected"] == 0
    assert output(back) == _without_rejects(there, faulty[name])


def _without_rejects(there: Outcome, data: bytes) -> bytes:
    """The input less the records that the index of the rejects names."""
    assert there.run is not None
    index = there.run / "rejects" / "index.csv"
    if not index.exists():
        return data
    for offset, size in reversed(pl.read_csv(index).select("offset", "bytes").rows()):
        data = data[:offset] + data[offset + size :]
    return data


@pytest.mark.parametrize("name", sorted(MAPPINGS))
def test_rejects_are_the_bytes_of_the_input(
    name: str, faulty: dict[str, bytes], bench: _Bench
) -> None:
    there = bench.run(name, faulty[name])
    assert there.run is not None and there.exit_code == 3
    index = pl.read_csv(there.run / "rejects" / "index.csv")
    pieces = [
        faulty[name][offset : offset + size]
        for offset, size in index.select("offset", "bytes").rows()
    ]
    (rejects,) = [path for path in (there.run / "rejects").iterdir() if path.suffix != ".csv"]
    assert rejects.read_bytes().endswith(b"".join(pieces))
    assert len(pieces) == there.report["counts"]["rejected"]


@pytest.mark.parametrize("name", sorted(MAPPINGS))
def test_a_changed_byte_is_reported_or_comes_back(
    name: str, clean: dict[str, bytes], tmp_path: Path
) -> None:
    """A change that no finding tells of must stand in the file that comes back."""
    first = 602 if name == "vendor-a" else clean[name].index(b"\r\n") + 2
    end = clean[name].index(b"\r\n", first) + 2
    path = tmp_path / "input"
    for place in range(0, end, 5):
        data = bytearray(clean[name][:end])
        data[place] = (data[place] + 1 + place % 200) % 256
        path.write_bytes(data)
        outcome = pipeline.roundtrip(Job((str(path),), mapping=MAPPINGS[name]))
        counts = outcome.report["counts"]
        assert outcome.report["problems"] or counts["converted"] == counts["read"] > 0, place


LINES = st.lists(
    st.binary(max_size=40) | st.sampled_from([b"\r\n", b'"', b",", b"\n", b"\x1a", b" " * 300]),
    max_size=30,
).map(b"".join)


@FEW
@given(st.sampled_from(sorted(MAPPINGS)), LINES, st.booleans())
def test_any_bytes_give_a_report(name: str, data: bytes, back: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            outcome = _Bench(Path(folder)).run(name, data, back=back)
        except ConvertersError:
            return
        assert balanced(outcome)
        assert outcome.exit_code in (0, 3)


@FEW
@given(st.sampled_from(sorted(MAPPINGS)), st.data())
def test_a_damaged_file_still_returns_what_it_accepts(name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = _Bench(Path(folder))
        path = Path(folder) / "made"
        generate.write(MAPPINGS[name].source, path, 12, data.draw(st.integers(0, 50)))
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 8))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        there = bench.run(name, bytes(content), keep_residual=True)
        assert there.run is not None and balanced(there)
        back = bench.run(name, output(there), back=True, residual=there.run)
        assert output(back) == _without_rejects(there, bytes(content))
