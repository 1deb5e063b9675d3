"""How many examples each property is tried on: all of them together take a minute."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "clmt",
    deadline=None,  # other jobs share the processor
    max_examples=100,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("clmt")
