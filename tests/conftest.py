"""How the property tests search: `ci` is repeatable and short, `deep` is for a long evening.

`pytest --hypothesis-profile deep` chooses the other one.
"""

from __future__ import annotations

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
