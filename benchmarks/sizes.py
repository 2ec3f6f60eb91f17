"""What does an event cost in a market of a thousand accounts, and in one of a million?  And what memory?"""

from __future__ import annotations

from measured import Measured, child

SMALL, LARGE = 1_000, 1_000_000

SIZED = """
import json, resource, sys, time
from forecast.engines import compiled
from forecast.model.parameters import Parameters
from forecast.scenario import load
accounts, replications = int(sys.argv[1]), int(sys.argv[2])
parts = {"smb": accounts * 7 // 10, "mid_market": accounts * 25 // 100, "enterprise": accounts * 5 // 100}
sized = [f"market.segments.{name}.accounts={count}" for name, count in parts.items()]
parameters = Parameters(load("bottom_up", sized))
compiled.run(Parameters(load("bottom_up")), 1, 0)
best = 0.0
for replication in range(replications):
    began = time.process_time()
    events = compiled.run(parameters, 1, replication).events
    best = max(best, events / (time.process_time() - began))
print(json.dumps([best, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20]))
"""


def measure() -> list[Measured]:
    """The ratio of the costs, and the peak memory of one replication of the large market."""
    small = child(SIZED, SMALL, 30)
    (large, gigabytes), again = child(SIZED, LARGE, 2), child(SIZED, SMALL, 30)
    ratio = (small[0] + again[0]) / 2 / large
    note = f"{large / 1e6:.1f} million events a second with {LARGE:,} accounts"
    return [
        Measured("cost of an event, 1,000,000 accounts against 1,000", ratio, -1.5, note),
        Measured("peak memory with 1,000,000 accounts", gigabytes, -4, "36 months of bottom_up", " GiB"),
    ]
