"""The policy of a run: how grave a finding is here, what follows from it, what may be shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import polars as pl

from converters.columns import Ints
from converters.findings.catalogue import catalogue
from converters.findings.frames import Origin, Told, ValueProblem, told
from converters.findings.masking import Mode, Sensitivity, kin, mask_all
from converters.model import Field, Layout, Mapping, Override

__all__ = [
    "JUDGED_SCHEMA",
    "SEVERITIES",
    "Policy",
    "at_least",
    "errors",
    "judge",
    "judged",
    "policy",
    "sensitivity",
]

SEVERITIES: Final = ("info", "warning", "error")
"""From mild to grave."""

JUDGED_SCHEMA: Final[dict[str, pl.DataType]] = {
    "file": pl.UInt16(),
    "record": pl.UInt64(),
    "offset": pl.UInt64(),
    "field": pl.String(),
    "code": pl.String(),
    "severity": pl.String(),
    "value": pl.String(),
    "action": pl.String(),
}
"""Columns of a judged frame. `value` is the text that may be shown."""

NOTHING: Final = pl.DataFrame(schema=JUDGED_SCHEMA)
ORDER: Final[tuple[Sensitivity, ...]] = ("public", "code", "personal", "secret")


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user and the definitions decided about findings.

    `sensitivities` is field name to sensitivity; a field that is not there is personal. `target`
    is the charset that is written, empty where nothing is.
    """

    fail_on: str = "error"
    on_error: str = "reject"
    max_errors: int | None = None
    samples: Mode = "masked"
    overrides: tuple[Override, ...] = ()
    sensitivities: Dict[str, Sensitivity] = field(default_factory=dict)
    target: str = ""

    def severity(self, code: str, field: str) -> str:
        """info, warning, error or off. An override for the field beats one for all fields, a later
        one an earlier one."""
        found = catalogue()[code].severity
        for override in sorted(self.overrides, key=lambda override: bool(override.fields)):
            if override.code == code and (not override.fields or field in override.fields):
                found = override.severity
        return found

    def sensitivity(self, field: str) -> Sensitivity:
        """Of fields joined by `+`, the gravest. Findings without a field show measured numbers."""
        if not field:
            return "public"
        parts = [field] if field in self.sensitivities else field.split("+")
        return max((self.sensitivities.get(part, "personal") for part in parts), key=ORDER.index)


def policy(
    definitions: Sequence[Layout | Mapping],
    fail_on: str = "error",
    on_error: str = "reject",
    max_errors: int | None = None,
    samples: Mode = "masked",
) -> Policy:
    """The policy of a run over these definitions, the target layout last."""
    layouts = [found for found in definitions if isinstance(found, Layout)]
    sensitivities: dict[str, Sensitivity] = {}
    for name, found in (named for layout in layouts for named in _named(layout)):
        known = sensitivities.get(name, "public")
        sensitivities[name] = max(known, sensitivity(found), key=ORDER.index)
    overrides = tuple(override for found in definitions for override in found.severities)
    target = layouts[-1].charset if len(layouts) > 1 else ""
    return Policy(fail_on, on_error, max_errors, samples, overrides, sensitivities, target)


def _named(layout: Layout) -> Iterator[tuple[str, Field]]:
    """The fields by their names; with their type of record too, where there are several."""
    for record in layout.records:
        for found in record.fields:
            yield found.name, found
            if layout.is_mixed:
                yield f"{record.name}.{found.name}", found


SECRET_NAMES: Final = ("個人番号", "マイナンバー", "住民票コード")


def sensitivity(field: Field) -> Sensitivity:
    """What the layout says, else secret by name or check digit, a code by kind, else personal."""
    if field.sensitivity is not None:
        return field.sensitivity
    if field.kind in ("boolean", "code"):
        return "code"
    named = any(name in field.name for name in SECRET_NAMES)
    return "secret" if named or field.check in ("個人番号", "住民票コード") else "personal"


def judged(origin: Origin, problems: Sequence[ValueProblem], policy: Policy) -> pl.DataFrame:
    """The findings of a batch in the order of its records and their bytes, judged.

    A problem has one code and one field, so its rows share their fate and are asked for it once.
    """
    kept: list[ValueProblem] = []
    words: list[tuple[str, str, str, str]] = []
    for problem in problems:
        severity = policy.severity(problem.code, problem.field)
        if severity != "off" and len(problem.rows):
            kept.append(problem)
            action = _action(problem.code, severity, policy)
            words.append((problem.field, problem.code, severity, action))
    if not kept:
        return NOTHING
    found = told(origin, kept)
    which = np.repeat(np.arange(len(kept)), [len(problem.rows) for problem in kept])
    shown = _shown(found.values, which, [(code, field) for field, code, *_ in words], policy)
    return _framed(origin.chunk.file, replace(found, values=shown), which, words)


def _framed(
    file: int, found: Told, which: Ints, words: Sequence[tuple[str, str, str, str]]
) -> pl.DataFrame:
    """Problems as one frame; `words` has the field, code, severity and action of each, `which` says
    whose a row is."""
    ranks = np.empty(len(words), np.int64)
    ranks[sorted(range(len(words)), key=lambda problem: words[problem])] = range(len(words))
    order = np.lexsort((ranks[which], found.offsets, found.records))
    field, code, severity, action = (
        pl.Series(column, dtype=pl.String)[which[order]] for column in zip(*words, strict=True)
    )
    columns = {
        "file": np.full(len(which), file, np.uint16),
        "record": found.records[order].astype(np.uint64),
        "offset": found.offsets[order].astype(np.uint64),
        "field": field,
        "code": code,
        "severity": severity,
        "value": pl.Series(found.values, dtype=pl.String)[order],
        "action": action,
    }
    return pl.DataFrame(columns)


def judge(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The frame with its `severity` and `action`, its values masked; findings that are off are
    gone."""
    pairs = frame.select("code", "field").unique()
    severities = [policy.severity(code, name) for code, name in pairs.iter_rows()]
    actions = [
        _action(code, severity, policy)
        for code, severity in zip(pairs["code"], severities, strict=True)
    ]
    known = pairs.with_columns(
        pl.Series("severity", severities, pl.String), pl.Series("does", actions, pl.String)
    )
    joined = frame.join(known, on=("code", "field"), how="left", maintain_order="left")
    action = pl.when(pl.col("action") == "").then(pl.col("does")).otherwise(pl.col("action"))
    kept = joined.filter(pl.col("severity") != "off").with_columns(action=action)
    return _masked(kept.select(list(JUDGED_SCHEMA)), policy)


def _action(code: str, severity: str, policy: Policy) -> str:
    known = catalogue()[code]
    if severity != "error":
        return known.action or "none"
    if known.late or known.scope == "file":
        return "none"
    return "record-rejected" if policy.on_error == "reject" else "run-aborted"


def errors(judged: pl.DataFrame) -> Ints:
    """The numbers of the records that must not be converted, ascending."""
    action = judged["action"]
    stopped = judged["record"].filter((action == "record-rejected") | (action == "run-aborted"))
    return np.unique(stopped.to_numpy()).astype(np.int64)


def _masked(frame: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The frame with `value` as the text that may be shown."""
    if not len(frame):
        return frame.cast({"value": pl.String})
    pairs = list(zip(frame["code"], frame["field"], strict=True))
    numbers = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
    which = np.array([numbers[pair] for pair in pairs], np.int64)
    values = [value.decode("utf-8", "replace") for value in frame["value"].to_list()]
    shown = _shown(values, which, list(numbers), policy)
    return frame.with_columns(value=pl.Series(shown, dtype=pl.String))


def _shown(
    values: list[str], which: Ints, problems: Sequence[tuple[str, str]], policy: Policy
) -> list[str]:
    """The values as they may be shown; `problems` are code and field, `which` says whose a value
    is. Those that are masked in the same manner are masked together, each different one once."""
    manners: dict[tuple[str, Sensitivity], list[int]] = {}
    for number, (code, name) in enumerate(problems):
        manners.setdefault((kin(code), policy.sensitivity(name)), []).append(number)
    found = np.array(values, object)
    for (code, sensitivity), numbers in manners.items():
        places = np.flatnonzero(np.isin(which, numbers))
        given = found[places].tolist()
        different = list(dict.fromkeys(given))
        masks = mask_all(different, sensitivity, policy.samples, code, policy.target)
        masked = dict(zip(different, masks, strict=True))
        found[places] = [masked[value] for value in given]
    shown: list[str] = found.tolist()
    return shown


def at_least(severity: str, threshold: str) -> bool:
    """Is it as grave as `threshold`, or graver? Nothing reaches `never`."""
    return threshold != "never" and SEVERITIES.index(severity) >= SEVERITIES.index(threshold)
