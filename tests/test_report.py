"""report.json: valid against its schema, bounded, in a fixed order, and exact."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import findings
from converters.bounds import LARGEST
from converters.findings import Policy, Problem, Sample
from converters.model import Override
from converters.report import (
    Counts,
    Definition,
    Input,
    Output,
    Run,
    RunFacts,
    report,
    report_schema,
    verdict,
)

HASH = "0" * 64
PROBLEM = Problem("FLD-040", "生年月日", "error", 8, (Sample(0, 123, 73231, "9999999"),))
GAIJI = Problem("FLD-017", "氏名", "warning", 12, (Sample(0, 4, 18000, "漢<U+E000>"),))
CODE = Problem("FLD-050", "性別", "error", 9, (Sample(0, 9, 5000, "9"),), (("9", 6), ("8", 2)), 1)

FACTS = RunFacts(
    command="convert",
    back=False,
    definitions=(
        Definition("source", "a/resident", "1.0.0", HASH, "a/resident", {"ja": "個人"}, "vendor"),
        Definition("target", "standard/resident", "1.0.0", HASH, "standard/resident"),
        Definition("mapping", "a/resident-to-standard", "1.0.0", HASH, "a/resident-to-standard"),
    ),
    inputs=(Input("resident.dat", 602_000, HASH, 1000, "cp932", "fixed"),),
    outputs=(Output("resident.csv", 400_000, HASH, 990),),
    counts=Counts(1000, 990, 8, (("転出済", 2),)),
    policy=Policy(
        max_errors=100,
        overrides=(Override(code="FLD-013", severity="off", because="戻さない"),),
        sensitivities={"性別": "code", "町名": "public"},
    ),
    problems=(PROBLEM, CODE, GAIJI),
    run=Run(datetime(2026, 11, 24, 9, 0, tzinfo=UTC), 1.25, "runs/1", ("convert",), 2),
    balance={"sums": {"所得金額": 2**60}},
    steps=({"code": "FLD-001", "outcome": "pass"},),
    fields=({"name": "氏名", "filled": 990},),
)


def check(made: dict[str, Any]) -> dict[str, Any]:
    """The report after a trip through JSON, valid against its schema."""
    found: dict[str, Any] = json.loads(json.dumps(made, ensure_ascii=False))
    assert found == made
    jsonschema.validate(made, report_schema(), jsonschema.Draft202012Validator)
    return made


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize(
    "facts",
    [
        FACTS,
        replace(FACTS, problems=(), steps=(), fields=(), balance={}, outputs=()),
        replace(FACTS, command="validate", definitions=FACTS.definitions[:1], outputs=()),
        replace(FACTS, command="roundtrip", back=True, characters={"cells": 3}),
        replace(FACTS, stopped="max-errors", complete=False, run=Run(FACTS.run.started, 0.1)),
    ],
)
def test_every_report_is_valid(facts: RunFacts) -> None:
    check(report(facts))


def test_a_report_says_what_happened() -> None:
    made = check(report(FACTS))
    assert made["status"] == "findings"
    assert made["exit_code"] == 3
    assert made["counts"] == {
        "read": 1000,
        "converted": 990,
        "rejected": 8,
        "filtered": 2,
        "reasons": [{"because": "転出済", "records": 2}],
        "closed": True,
    }
    assert made["findings"] == {"info": 0, "warning": 12, "error": 17}
    assert [(found["code"], found["count"]) for found in made["problems"]] == [
        ("FLD-040", 8),
        ("FLD-050", 9),
        ("FLD-017", 12),
    ]
    assert made["problems"][1] == {
        "code": "FLD-050",
        "slug": "code-unknown",
        "severity": "error",
        "scope": "field",
        "field": "性別",
        "count": 9,
        "message": {
            "ja": "【性別】がコード表にない値です。",
            "en": "性別 holds a value that is not in its code table.",
        },
        "hint": made["problems"][1]["hint"],
        "samples": [{"file": 0, "record": 9, "offset": 5000, "value": "9"}],
        "values": [{"value": "9", "count": 6}, {"value": "8", "count": 2}],
        "others": 1,
        "redacted": True,
    }


def test_an_exact_number_that_json_readers_would_round_is_a_text() -> None:
    assert report(FACTS)["balance"] == {"sums": {"所得金額": str(2**60)}}


@pytest.mark.parametrize(
    ("fail_on", "problems", "stopped", "expected"),
    [
        ("error", (PROBLEM,), "", ("findings", 3)),
        ("error", (GAIJI,), "", ("done", 0)),
        ("warning", (GAIJI,), "", ("findings", 3)),
        ("never", (PROBLEM,), "", ("done", 0)),
        ("never", (PROBLEM,), "max-errors", ("stopped", 4)),
        ("error", (), "", ("done", 0)),
    ],
)
def test_the_verdict_follows_the_policy(
    fail_on: str, problems: tuple[Problem, ...], stopped: str, expected: tuple[str, int]
) -> None:
    facts = replace(FACTS, policy=Policy(fail_on=fail_on), problems=problems, stopped=stopped)
    assert verdict(facts) == expected


@pytest.mark.parametrize(
    ("field", "samples", "expected"),
    [
        ("氏名", "masked", True),
        ("氏名", "raw", False),
        ("個人番号", "raw", True),
        ("町名", "masked", False),
        ("", "masked", False),
    ],
)
def test_a_report_says_whether_values_are_hidden(
    field: str, samples: findings.Mode, expected: bool
) -> None:
    policy = Policy(samples=samples, sensitivities={"個人番号": "secret", "町名": "public"})
    made = report(replace(FACTS, policy=policy, problems=(replace(PROBLEM, field=field),)))
    assert made["problems"][0]["redacted"] is expected


def test_counts_that_do_not_agree_are_called_open() -> None:
    assert report(replace(FACTS, counts=Counts(1000, 990, 8)))["counts"]["closed"] is False


def test_only_the_run_block_knows_the_clock() -> None:
    later = Run(datetime(2030, 1, 1, tzinfo=UTC), 99.0, "elsewhere", (), 8)
    one, other = report(FACTS), report(replace(FACTS, run=later))
    assert one.pop("run") != other.pop("run")
    assert one == other


@given(st.permutations(FACTS.problems))
def test_the_order_of_problems_is_fixed(problems: list[Problem]) -> None:
    assert report(replace(FACTS, problems=problems)) == report(FACTS)


def test_a_report_of_very_many_problems_stays_within_its_bound() -> None:
    samples = tuple(Sample(0, 2**62 + n, 2**62, "漢" * 64) for n in range(5))
    values = tuple(("漢" * 64, 2**54) for _ in range(20))
    codes = [*findings.catalogue()]
    problems = [
        Problem(code, f"とても長い名前の項目_{number:04}", "error", 2**62 + number, samples, values)
        for number in range(60)
        for code in codes
    ]
    fields = [{"name": "項目" * 20, "filled": 2**62, "unknown": 2**62}] * 5000
    made = check(report(replace(FACTS, problems=problems, fields=fields, steps=FACTS.steps * 5000)))
    assert len(json.dumps(made, ensure_ascii=False, indent=1).encode()) <= LARGEST
    assert made["problems_total"] == len(problems)
    assert made["fields_total"] == made["steps_total"] == 5000
    assert made["findings"]["error"] == str(sum(problem.count for problem in problems))
    counts = [int(problem["count"]) - 2**62 for problem in made["problems"]]
    assert min(counts) >= 56, "the most frequent ones are kept"


def test_a_balance_of_very_many_entries_is_cut_and_says_how_long_it_was() -> None:
    counts = {f"値{number:05}" * 8: number + 1 for number in range(100)}
    side = {"counts": counts, "distinct": 100, "other": 7}
    code = {"source": "性別", "target": "性別", "read": side, "converted": side, "written": None}
    rule = {"operation": "from", "before": [{"field": "氏名" * 40, "filled": 2**62}], "after": []}
    balance = {"closed": True, "categories": [code] * 900, "fill": [rule] * 9000, "sums": []}
    made = check(report(replace(FACTS, balance=balance)))
    assert len(json.dumps(made, ensure_ascii=False, indent=1).encode()) <= LARGEST
    assert made["balance"]["totals"] == {"categories": 900, "fill": 9000, "sums": 0}
    assert len(made["balance"]["fill"]) < 9000
    for shown in made["balance"]["categories"]:
        assert len(shown["read"]["counts"]) < 100
        assert shown["read"]["distinct"] == 100
        assert sum(shown["read"]["counts"].values()) + shown["read"]["other"] == 5050 + 7
    best = made["balance"]["categories"][0]["read"]["counts"]
    assert min(best.values(), default=100) > 100 - len(best), "the most frequent ones are kept"


def test_a_balance_that_fits_is_whole() -> None:
    sums = [{"source": "額", "target": "", "read": "1", "left_out": "0", "converted": "1"}] * 5
    made = check(report(replace(FACTS, balance={"sums": sums})))
    assert made["balance"] == {"sums": sums, "totals": {"sums": 5}}
