"""Memory against the number of replications: the peak of whole runs, tables and summary included."""

from __future__ import annotations

from measured import Measured, child

FEW, MANY = 1_000, 20_000
RUN = """
import json, resource, sys, tempfile
import forecast
counts = {"smb": 14, "mid_market": 5, "enterprise": 1}
small = [f"market.segments.{name}.accounts={count}" for name, count in counts.items()]
with tempfile.TemporaryDirectory() as folder:
    forecast.run("bottom_up", small, replications=int(sys.argv[1]), workers=1, folder=folder + "/run")
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10))
"""


def measure() -> list[Measured]:
    """The ratio of the peaks."""
    few, many = child(RUN, FEW), child(RUN, MANY)
    note = f"{few:.0f} MiB with {FEW:,}, {many:.0f} MiB with {MANY:,} replications"
    return [Measured(f"peak memory, {MANY:,} replications against {FEW:,}", many / few, -1.1, note)]
