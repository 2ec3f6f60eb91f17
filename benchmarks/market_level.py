"""Do 80 % bands of monthly totals hold 80 % of the markets, where months are good or bad for everybody?

Thousands of markets, each with a level of its own, are the truth; they are forecast by the same model with a level and
without one.  Each forecast is one for all markets, whose start is the same.

    python benchmarks/market_level.py       # some minutes; 1 if a band is not what it must be
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from measured import Measured

from forecast.model.parameters import Parameters
from forecast.montecarlo import Batch, EngineJob, ExecutionOptions, cores, progress_on, simulate, split_into_batches
from forecast.scenario import Scenario, load

MARKETS, REPLICATIONS, BATCH = 2000, 4000, 100
TRUTH_SEED, FORECAST_SEED = 20260101, 1
METRICS = ("trials", "users", "arr")
SCENARIO = {
    "name": "Months that are good or bad",
    "clock": {"start": "2026-01-01", "horizon": "24 months"},
    "market": {
        "frailty_cv": 1,
        "level": {"sd": "12%", "persistence": 1, "now": 1.18},
        "segments": {"all": {"accounts": 500, "eligible_users": {"lognormal": {"median": 12, "p90": 40}}}},
    },
    "adoption": {"organic": "2% per month", "imitation": "0.15 per month"},
    "trial": {"length": "14 days", "activation": "60%", "to_paid": "20%", "keep_free": "60%"},
    "churn": {"free": "9% per month", "paid": "4% per month"},
    "pricing": {"paid": "20 USD"},
}
OFF = ["market.level.sd=0%"]  # today's level is known to both forecasts


@dataclass(frozen=True)
class _Totals:
    """The monthly totals of a scenario's replications."""

    job: EngineJob

    @property
    def seed(self) -> int:
        """The seed, to be named when a replication fails."""
        return self.job.seed

    def prepare(self, say: Callable[[str], None]) -> None:
        """Compile the engine, if it has to be."""
        self.job.prepare(say)

    def batch_simulator(self) -> Any:
        """A function that gives the totals of a batch as bytes."""
        run, parameters = self.job.simulator(), Parameters(self.job.scenario)

        def totals(batch: Batch, begins: Callable[[int], None]) -> bytes:
            rows = []
            for replication in range(*batch):
                begins(replication)
                rows.append(_totals_of(run(replication), parameters))
            return np.array(rows).tobytes()

        return totals


def _totals_of(result: Any, parameters: Parameters) -> np.ndarray:
    """The totals of one replication, [month 1.., METRICS]."""
    names = ("organic_trials", "imitation_trials", "free_users", "paid_users", "arr_cents")
    organic, imitation, free, paid, arr = (result.monthly[1:, 0, parameters.metrics.index(name)] for name in names)
    return np.stack([organic + imitation, free + paid, arr], axis=1).astype(float)


def _simulated(scenario: Scenario, seed: int, count: int) -> np.ndarray:
    """The totals of so many replications, [replication, month, METRICS]."""
    job = _Totals(EngineJob(scenario, seed, "compiled"))
    with progress_on(sys.stderr, count) as progress:
        execution = ExecutionOptions(cores(), progress=progress)
        with closing(simulate(job, [*split_into_batches(count, BATCH)], execution)) as batches:
            rows = np.concatenate([np.frombuffer(part) for finished in batches for part in finished.parts])
    return rows.reshape(count, scenario.months, len(METRICS))


def held(markets: np.ndarray, forecast: np.ndarray) -> np.ndarray:
    """The share of markets that lie between P10 and P90 of the forecast, mean of the months, [METRICS].

    A market on the very edge, which totals in whole numbers may be, counts in part: so much that the band of the
    forecast holds 80 % of itself.
    """
    low, high = np.quantile(forecast, [0.1, 0.9], axis=0)
    shares = []
    for month in range(markets.shape[1]):
        for place in range(markets.shape[2]):
            bounds = low[month, place], high[month, place]
            shares.append(_held_in(markets[:, month, place], forecast[:, month, place], bounds))
    found: np.ndarray = np.array(shares).reshape(markets.shape[1:]).mean(axis=0)
    return found


def _held_in(markets: np.ndarray, forecast: np.ndarray, bounds: tuple[float, float]) -> float:
    """The share of markets within bounds, of those on one of them as much as makes 80 % of the forecast."""
    low, high = bounds
    within = float(((markets > low) & (markets < high)).mean())
    below = 0.1 - float((forecast < low).mean()), float((forecast == low).mean())
    above = 0.1 - float((forecast > high).mean()), float((forecast == high).mean())
    for (outside, edge), bound in ((below, low), (above, high)):
        share = 1 - outside / edge if edge else 1.0
        within += share * float((markets == bound).mean())
    return within


def measure() -> list[Measured]:
    """How many markets the bands of both forecasts hold."""
    scenario = load(SCENARIO)
    markets = _simulated(scenario, TRUTH_SEED, MARKETS)
    found = held(markets, _simulated(scenario, FORECAST_SEED, REPLICATIONS))
    without = held(markets, _simulated(scenario.replace(OFF), FORECAST_SEED, REPLICATIONS))
    note = f"{MARKETS:,} markets, {scenario.months} months"
    rows = []
    for place, metric in enumerate(METRICS):
        share = 100 * float(found[place])
        rows.append(Measured(f"80 % bands of {metric} with a level hold", share, 78, note, " %"))
        rows.append(Measured(f"80 % bands of {metric} with a level hold", share, -82, note, " %"))
        rows.append(Measured(f"those of {metric} without one", 100 * float(without[place]), -60, note, " %"))
    return rows


def main() -> int:
    """1 if something was not reached."""
    rows = measure()
    print("| | measured | wanted | reached | |\n|---|---|---|---|---|")
    for row in rows:
        print(row.row())
    return 0 if all(row.reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
