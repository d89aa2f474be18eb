"""The policy of a run: how grave a finding is here, what follows from it, what may be shown."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import polars as pl

from converters.columns import Ints
from converters.findings.catalogue import catalogue
from converters.findings.frames import Origin, ValueProblem, in_order, part
from converters.findings.masking import Mode, Sensitivity, mask_all
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
    for found in (found for layout in layouts for found in layout.record.fields):
        known = sensitivities.get(found.name, "public")
        sensitivities[found.name] = max(known, sensitivity(found), key=ORDER.index)
    overrides = tuple(override for found in definitions for override in found.severities)
    target = layouts[-1].charset if len(layouts) > 1 else ""
    return Policy(fail_on, on_error, max_errors, samples, overrides, sensitivities, target)


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
    """The findings of a batch, judged: what `judge` makes of `from_problems`, without a question
    to each row. A problem has one code and one field, so its rows share their fate."""
    parts = []
    for problem in problems:
        severity = policy.severity(problem.code, problem.field)
        if severity != "off" and len(problem.rows):
            action = _action(problem.code, severity, policy)
            found = part(origin, problem)
            found = found.with_columns(_shown(found["value"], problem.field, problem.code, policy))
            parts.append(_sentenced(found, severity, action))
    return in_order(parts) if parts else pl.DataFrame(schema=JUDGED_SCHEMA)


def _sentenced(frame: pl.DataFrame, severity: str, action: str) -> pl.DataFrame:
    columns = frame.get_columns()
    columns.insert(-2, pl.Series("severity", [severity]).new_from_index(0, len(frame)))
    columns[-1] = pl.Series("action", [action]).new_from_index(0, len(frame))
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
    rows = pl.int_range(pl.len(), dtype=pl.UInt32).alias("row")
    groups = frame.with_columns(rows).partition_by("code", "field", maintain_order=True)
    values = [_shown(one["value"], one["field"][0], one["code"][0], policy) for one in groups]
    order = pl.concat([group["row"] for group in groups]).arg_sort()
    return frame.with_columns(pl.concat(values)[order])


def _shown(column: pl.Series, name: str, code: str, policy: Policy) -> pl.Series:
    """The values of one code of one field."""
    values = column.to_list()
    different = list(dict.fromkeys(values))
    texts = [value.decode("utf-8", "replace") for value in different]
    masks = mask_all(texts, policy.sensitivity(name), policy.samples, code, policy.target)
    shown = dict(zip(different, masks, strict=True))
    return pl.Series("value", [shown[value] for value in values], pl.String)


def at_least(severity: str, threshold: str) -> bool:
    """Is it as grave as `threshold`, or graver? Nothing reaches `never`."""
    return threshold != "never" and SEVERITIES.index(severity) >= SEVERITIES.index(threshold)
