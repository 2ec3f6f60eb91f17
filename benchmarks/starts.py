"""How long before the first event: on a new machine, where everything is compiled, and later?"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time

from measured import Measured

TURNS = 5
START = """
import gc
gc.set_threshold(100_000)  # as the command line does
from forecast.engines import prepare
from forecast.engines.compiled.replication import Replication
from forecast.model.parameters import Parameters
from forecast.scenario import load
scenario = load("bottom_up")
prepare("compiled", scenario, lambda text: None)
Replication(Parameters(scenario), 1, 0, logging=False).set_initial_state()
"""


def seconds(cache: str) -> float:
    """From the start of a process to its first event, with this cache folder."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", START], check=True, env={**os.environ, "XDG_CACHE_HOME": cache})
    return time.perf_counter() - began


def measure() -> list[Measured]:
    """The first start, and the shortest of the later ones."""
    with tempfile.TemporaryDirectory() as cache:
        first, later = seconds(cache), min(seconds(cache) for _ in range(TURNS))
    return [
        Measured("first run on a new machine, before the first event", first, -20, "everything is compiled", " s"),
        Measured("later runs, before the first event", later, -1.5, f"the best of {TURNS}", " s"),
    ]
