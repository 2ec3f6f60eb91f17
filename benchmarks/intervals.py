"""Do 95 % intervals hold the truth in 95 of 100 experiments?  Two thousand small comparisons, each a hundred and thirty
replications of two scenarios; the truth is what all of them together say.

    python benchmarks/intervals.py       # about ten minutes; 1 if one lies outside 93 to 97 %
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from forecast.analysis.intervals import Interval, mean_interval, quantile_interval, share_interval
from forecast.analysis.key_metrics import MONEY, key_metrics, money_metrics, signing_metrics
from forecast.model.parameters import Parameters
from forecast.montecarlo import Batch, EngineJob, ExecutionOptions, cores, progress_on, simulate, split_into_batches
from forecast.scenario import load

EXPERIMENTS, REPLICATIONS, BATCH = 2000, 130, 500
LOW, HIGH = 0.93, 0.97
COUNTED = "P("  # a count near nought has few values: no interval of it can hold the truth in just 95 of 100
HEADLINES = ("arr", "revenue", "npv", "time_to_contract")  # those with a continuum of values
QUANTILES = (0.1, 0.5, 0.9)
SCENARIO = """
schema: 1
name: small
clock: {start: 2026-01-01, horizon: 12 months}
run: {seed: 20260101}
market: {frailty_cv: 1.0, segments: {all: {accounts: 12, eligible_users: {lognormal: {median: 12, p90: 40}}}}}
adoption: {organic: 6% per month, imitation: 0.5 per month}
trial: {length: 14 days, activation: 60%, to_paid: 20%, keep_free: 60%}
churn: {free: {hazard: 9% per month, heterogeneity_cv: 1.0}, paid: {hazard: 6% per month, heterogeneity_cv: 1.0}}
awareness: {base: 2% per month, peak: 40% per month, ban: 10%}
procurement:
  cool_down: 60 days
  stages:
    review: {resource: engineer, touch: 10 days, duration: {lognormal: {median: 30 days, sigma: 0.8}}, loss: 30%}
contract: {rollout: 10% per month}
pricing: {paid: 10 USD, enterprise: 30 USD, discount: {beta: {mean: 20%, cv: 0.4}}}
vendor: {resources: {engineer: {count: 1, cost: 120000 USD per year}}}
costs: {paid_user: 2 USD per month, organic_trial: 3 USD, discount_rate: 12%}
"""
LEVER = "extends: small.yaml\nadoption: {organic: 8% per month}\n"  # moves every account: few differences are nought


@dataclass(frozen=True)
class Figures:
    """The headlines of replications of two scenarios, [scenario, headline] each: all that is kept."""

    jobs: tuple[EngineJob, EngineJob]

    @property
    def seed(self) -> int:
        """The seed of both."""
        return self.jobs[0].seed

    def prepare(self, say: Callable[[str], None]) -> None:
        """Nothing; the engine is compiled, if it has to be."""
        self.jobs[0].prepare(say)

    def batch_simulator(self) -> Any:
        """A function that gives the figures of a batch as bytes."""
        both = [(job.simulator(), Parameters(job.scenario)) for job in self.jobs]

        def figures(batch: Batch, begins: Callable[[int], None]) -> bytes:
            rows = []
            for replication in range(*batch):
                begins(replication)
                rows.append([figures_of(run(replication), parameters) for run, parameters in both])
            return np.array(rows).tobytes()

        return figures


def figures_of(result: Any, parameters: Parameters) -> np.ndarray:
    """The headlines of one replication; no discount, which changes no coverage."""
    totals = result.monthly.sum(axis=1)[:, [parameters.metrics.index(name) for name in MONEY]]
    ends = parameters.month_days[[parameters.months]]
    counted = ~result.accounts.started_under_contract
    signed = signing_metrics(result.accounts.contract_day[None], result.accounts.entry_day[None], counted[None], ends)[
        0
    ]
    money = money_metrics(totals[None], np.ones((1, len(totals))))[0]
    known = [headline.code for headline in key_metrics(parameters.months)]
    told = dict(zip(known, [*signed, *money], strict=True))
    return np.array([told[code] for code in HEADLINES])


def simulated() -> np.ndarray:
    """The headlines of every replication, [experiment, replication, scenario, headline]."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "small.yaml").write_text(SCENARIO, encoding="utf-8")
        (Path(folder) / "lever.yaml").write_text(LEVER, encoding="utf-8")
        scenarios = [load(Path(folder) / name) for name in ("small.yaml", "lever.yaml")]
    first, second = (EngineJob(scenario, scenario.seed, "compiled") for scenario in scenarios)
    count = EXPERIMENTS * REPLICATIONS
    with progress_on(sys.stderr, count) as progress:
        execution = ExecutionOptions(cores(), progress=progress)
        with closing(simulate(Figures((first, second)), [*split_into_batches(count, BATCH)], execution)) as batches:
            rows = np.concatenate([np.frombuffer(part) for finished in batches for part in finished.parts])
    return rows.reshape(EXPERIMENTS, REPLICATIONS, 2, len(HEADLINES))


def held(values: np.ndarray, interval: Callable[[np.ndarray], Interval], truth: float) -> float:
    """The share of experiments, [experiment, replication], whose interval holds the truth."""
    found = [interval(sample) for sample in values]
    return float(np.mean([low is not None and high is not None and low <= truth <= high for _, low, high in found]))


def better_interval(difference: np.ndarray) -> Interval:
    """P(second better) as a comparison tells it: ties count half."""
    return share_interval(float((difference > 0).sum() + (difference == 0).sum() / 2), len(difference))


def studied(name: str, values: np.ndarray) -> Iterator[tuple[str, float]]:
    """The coverage of the mean's and the quantiles' intervals of a figure."""
    yield f"mean of {name}", held(values, mean_interval, float(values.mean()))
    for q in QUANTILES:
        truth = float(np.quantile(values, q))
        yield f"p{100 * q:.0f} of {name}", held(values, lambda sample, q=q: quantile_interval(sample, q), truth)  # type: ignore[misc]


def coverages(rows: np.ndarray) -> Iterator[tuple[str, float]]:
    """Every coverage, by what it is of."""
    for place, code in enumerate(HEADLINES):
        first, second = rows[:, :, 0, place], rows[:, :, 1, place]
        difference = second - first
        yield from studied(code, first)
        yield from studied(f"the difference in {code}", difference)
        truth = float((difference > 0).mean() + (difference == 0).mean() / 2)
        yield f"P(greater {code})", held(difference, better_interval, truth)


def main() -> int:
    """1 if a coverage lies outside of what is wanted."""
    outside = 0
    print(f"{EXPERIMENTS} experiments of {REPLICATIONS} replications\n")
    print("| 95 % interval of | holds the truth | 93 to 97 % |\n|---|---|---|")
    for name, share in coverages(simulated()):
        fine = share >= LOW and (share <= HIGH or name.startswith(COUNTED))
        outside += not fine
        print(f"| {name} | {100 * share:.1f} % | {'yes' if fine else 'no'} |", flush=True)
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
