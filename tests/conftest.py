"""How the property tests search, and which tests reach the kernels.

Profile `ci` is repeatable and short; `pytest --hypothesis-profile deep` is for a long evening.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# The first example of a law may compile kernels, so neither time nor slowness says anything.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    max_examples=40,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "deep", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci")

KERNELS = (
    "test_balance",
    "test_blocks",
    "test_census",
    "test_charset",
    "test_checkdigits",
    "test_checks",
    "test_delimited",
    "test_fixed",
    "test_gaiji",
    "test_hashing",
    "test_host_numbers",
    "test_keys",
    "test_kinds",
    "test_lookup",
    "test_mapping_texts",
    "test_markup",
    "test_memory",
    "test_nested",
    "test_nested_rows",
    "test_pseudonym",
    "test_records",
    "test_records",
    "test_residual",
    "test_rows",
    "test_samples",
    "test_scripts",
    "test_sequence",
    "test_variable",
    "test_varying",
    "test_wide",
)
"""Test modules that CI runs once more with NUMBA_BOUNDSCHECK=1: all kernels are called in them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in KERNELS:
            item.add_marker("kernels")
