"""Findings: what is wrong with the data, as a frame of codes with coordinates and no words.

    status bytes, value problems → frame → judged by the policy and masked → counted

A finding says where (file, record, offset, field), what (code) and which value. Severity, action
and wording are looked up late: in the policy of the run and in the catalogue.
"""

from converters.findings.catalogue import Entry, Words, catalogue, explain, message
from converters.findings.frames import (
    SCHEMA,
    Origin,
    ValueProblem,
    blamed,
    from_records,
    in_order,
    single,
    status_problems,
)
from converters.findings.masking import Mode, Sensitivity, mask, mask_all
from converters.findings.policy import (
    JUDGED_SCHEMA,
    SEVERITIES,
    Policy,
    at_least,
    errors,
    judge,
    judged,
    policy,
    sensitivity,
)
from converters.findings.reading import Decoder, decoder
from converters.findings.tally import Problem, Sample, Tally

__all__ = [
    "JUDGED_SCHEMA",
    "SCHEMA",
    "SEVERITIES",
    "Decoder",
    "Entry",
    "Mode",
    "Origin",
    "Policy",
    "Problem",
    "Sample",
    "Sensitivity",
    "Tally",
    "ValueProblem",
    "Words",
    "at_least",
    "blamed",
    "catalogue",
    "decoder",
    "errors",
    "explain",
    "from_records",
    "in_order",
    "judge",
    "judged",
    "mask",
    "mask_all",
    "message",
    "policy",
    "sensitivity",
    "single",
    "status_problems",
]
