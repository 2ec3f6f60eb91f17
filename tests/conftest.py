"""What holds for every test: the same examples on every machine, and no place that one test could leave to another."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A deadline would make a slow machine look like a broken rule, and a database one run differ from the next.
settings.register_profile(
    "forecast",
    database=None,
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("forecast")
