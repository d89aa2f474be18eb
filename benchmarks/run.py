"""Each job of docs/performance.md against its public peers, interleaved in the same run.

    benchmarks/run.py [--records N] [--rounds N] [--only WORD]

Writes benchmarks/results/latest.json and latest.md. A peer that is not installed is listed as
absent. Nothing here passes or fails: ratios are for people to read.
"""

from __future__ import annotations

import argparse
import json
import os
from datetime import date
from pathlib import Path

from jobs import Job, jobs
from machine import machine
from measure import Figures, compete

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="jobs whose name contains this")
    given = parser.parse_args()
    chosen = [job for job in jobs(given.records) if given.only in job.name]
    results = []
    for job in chosen:
        print(f"{job.name}", flush=True)
        results.append((job, compete(job.contenders, given.rounds)))
    RESULTS.mkdir(exist_ok=True)
    facts = {"date": date.today().isoformat(), "records": given.records, "rounds": given.rounds}
    facts |= machine()
    document = {"facts": facts, "jobs": [_plain(job, figures) for job, figures in results]}
    text = json.dumps(document, ensure_ascii=False, indent=1)
    (RESULTS / "latest.json").write_text(text + os.linesep, encoding="utf-8")
    table = markdown(facts, results)
    (RESULTS / "latest.md").write_text("# The last benchmark\n\n" + table, encoding="utf-8")
    print(table)


def _plain(job: Job, figures: tuple[Figures, ...]) -> dict[str, object]:
    """One job as it stands in the JSON file; seconds and bytes."""
    return {
        "job": job.name,
        "target": job.target,
        "absent": list(job.absent),
        "contenders": [
            {
                "name": each.contender.name,
                "command": list(each.contender.command),
                "records": each.contender.records,
                "wall": round(each.wall, 3),
                "ratio": round(each.ratio, 2),
                "memory": each.memory,
                "runs": [[round(run.wall, 3), round(run.cpu, 3)] for run in each.runs],
            }
            for each in figures
        ],
    }


def markdown(facts: dict[str, object], results: list[tuple[Job, tuple[Figures, ...]]]) -> str:
    """The table that README and docs/performance.md show."""
    lines = [
        f"{facts['records']:,} records, median of {facts['rounds']} rounds, whole processes;"
        f" {facts['processor']}, {facts['cores']} cores, {facts['date']}.",
        "",
        "| job | program | seconds | ours ÷ it | records/s | MB/s | peak memory |",
        "|---|---|--:|--:|--:|--:|--:|",
    ]
    for job, figures in results:
        lines += [_row(job, each, first=each is figures[0]) for each in figures]
        lines += [f"| | {name} | absent | | | | |" for name in job.absent]
    marked = any(each.scaled for _, figures in results for each in figures)
    lines += ["", "~ scaled from a shorter file, because it is slow."] if marked else []
    return "\n".join(lines) + "\n"


def _row(job: Job, each: Figures, first: bool) -> str:
    """One contender; a scaled time stands with the rates it was measured at."""
    name = f"**{job.name}**" if first else ""
    records = job.records / each.wall
    megabytes = each.contender.bytes * records / each.contender.records / 1e6
    ratio = "" if first else f"{each.ratio:.2f}"
    sign = "~" if each.scaled else ""
    return (
        f"| {name} | {each.contender.name} | {sign}{each.wall:.2f} | {ratio} "
        f"| {records:,.0f} | {megabytes:.0f} | {each.memory / 1e6:.0f} MB |"
    )


if __name__ == "__main__":
    main()
