"""One origin: fitted to what was known then, simulated from there, and scored beside the naive rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from forecast.backtesting.baselines import BASELINES
from forecast.backtesting.counted_futures import CountedFutures, counted_futures
from forecast.backtesting.observed_months import ObservedMonths
from forecast.backtesting.origins import BacktestOptions
from forecast.backtesting.scores import band, crps, inside_band, randomised_pit
from forecast.errors import InputError, Problem
from forecast.exports.data_file import read_data_file
from forecast.exports.read_exports import read_exports
from forecast.files import scratch_folder
from forecast.fitting.fit import FitOptions, Fitted, learn_from
from forecast.fitting.fit_folder import write_scenario
from forecast.montecarlo import Progress
from forecast.scenario import Scenario, load
from forecast.types import Floats, Integers

OURS = "forecast"
ACTIVE, SIGNED = "active_users", "contracts_signed"
ACCOUNT, TOTAL = "account", "total"
NO_PURCHASES = {  # where the data hold nothing of leaders and contracts, only users are forecast
    **dict.fromkeys(("awareness.base", "awareness.peak", "awareness.team_bills"), "0 per month"),
    **dict.fromkeys(("outbound.rate", "plans.team.rate"), "0 per month"),
}


class Score(NamedTuple):
    """One forecast of one figure, scored."""

    origin: str
    horizon: int
    metric: str
    level: str
    account: str
    model: str
    crps: float
    inside80: bool
    inside95: bool
    pit: float
    low: float
    median: float
    high: float
    truth: float


@dataclass(frozen=True)
class OneOrigin:
    """What an origin needs: the data file, the day, what is known of later, and how to try."""

    data: Path
    day: date
    observed: ObservedMonths
    options: BacktestOptions
    workers: int

    @property
    def month(self) -> int:
        """The origin's place among the months."""
        found = self.observed.month_of(self.day)
        assert found is not None
        return found

    @property
    def horizons(self) -> list[int]:
        """The horizons of which the truth is known."""
        return [months for months in self.options.horizons if self.month + months < len(self.observed.dates)]

    def scores(self, progress: Progress) -> list[Score]:
        """Fit, simulate and score."""
        plan = read_data_file(self.data, self.day - timedelta(days=1))
        options = FitOptions(self.options.prior, self.options.replications, self.options.seed)
        with read_exports(plan) as exports, scratch_folder() as folder:
            fitted = learn_from(exports, options)
            if fitted.start != self.day:
                found = f"data that end before {self.day}: the forecast would begin on {fitted.start}"
                raise InputError([Problem(str(self.data), None, None, found, "exports that reach to the origin")])
            scenario = self._scenario(fitted, folder)
            futures = counted_futures(scenario, self.horizons, self.options.replications, self.workers, progress)
        return [*self._of_accounts(fitted, futures), *self._of_contracts(futures)]

    def _scenario(self, fitted: Fitted, folder: Path) -> Scenario:
        """The fitted scenario as far as the last horizon; its draws in the order of the file."""
        overrides: dict[str, Any] = {"clock.horizon": f"{max(self.horizons)} months"}
        if self.observed.signed is None:
            overrides |= NO_PURCHASES
        return load(write_scenario(fitted, folder), overrides, seed=self.options.seed)

    def _of_accounts(self, fitted: Fitted, futures: CountedFutures) -> Iterator[Score]:
        """The scores of active people, by account and in total, of accounts that are still known at each horizon."""
        place = {name: number for number, name in enumerate(futures.accounts)}
        simulated = {own: place[row["account"]] for own, row in zip(fitted.names, fitted.rows, strict=True)}
        for number, horizon in enumerate(self.horizons):
            later = self.month + horizon
            kept = [
                account
                for account, name in enumerate(self.observed.names)
                if name in simulated
                and self.observed.there[account, self.month]
                and self.observed.there[account, later]
            ]
            accounts = np.array(kept, np.int64)
            names = [self.observed.names[account] for account in kept]
            ours = futures.active[:, [simulated[name] for name in names], number]
            truth = self.observed.active[accounts, later]
            yield from self._scored(ACTIVE, horizon, OURS, names, ours, ours.sum(axis=1), truth)
            known = self.observed.known(accounts, self.month)
            for name, rule in BASELINES.items():
                address = self.options.seed, f"{name} {self.day} {horizon}"
                found = rule(known, [horizon], self.options.replications, address)
                if found is not None:
                    each = None if found.accounts is None else found.accounts[:, :, 0]
                    yield from self._scored(ACTIVE, horizon, name, names, each, found.totals[:, 0], truth)

    def _of_contracts(self, futures: CountedFutures) -> Iterator[Score]:
        """The scores of contracts that were signed since the origin."""
        signed = self.observed.signed
        if signed is None:
            return
        for number, horizon in enumerate(self.horizons):
            truth = np.array([signed[self.month + 1 : self.month + horizon + 1].sum()])
            yield from self._scored(SIGNED, horizon, OURS, [], None, futures.signed[:, number], truth)
            for name, draws in _signed_by_rule(signed[1 : self.month + 1], horizon, len(futures.signed)).items():
                yield from self._scored(SIGNED, horizon, name, [], None, draws, truth)

    def _scored(
        self,
        metric: str,
        horizon: int,
        model: str,
        names: Sequence[str],
        accounts: Integers | None,
        totals: Integers,
        truth: Integers,
    ) -> Iterator[Score]:
        """The scores of the total, and of each account where there are any."""
        what: Mapping[str, tuple[Sequence[str], Floats, Floats]] = {
            TOTAL: ([""], totals[:, None].astype(float), np.array([truth.sum()], float)),
        }
        if accounts is not None:
            what = {**what, ACCOUNT: (names, accounts.astype(float), truth.astype(float))}
        for level, (labels, draws, values) in what.items():
            low, high = band(draws)
            address = self.options.seed, f"{metric} {model} {level} {self.day} {horizon}"
            columns = (
                crps(draws, values),
                inside_band(draws, values),
                inside_band(draws, values, 0.95),
                randomised_pit(draws, values, address),
                low,
                np.median(draws, axis=0),
                high,
                values,
            )
            for label, *row in zip(labels, *(column.tolist() for column in columns), strict=True):
                yield Score(str(self.day), horizon, metric, level, label, model, *row)


def _signed_by_rule(past: Integers, horizon: int, count: int) -> dict[str, Integers]:
    """The naive rule for contracts signed: as many as in stretches of the same length before."""
    windows = [past[first : first + horizon].sum() for first in range(len(past) - horizon + 1)]
    rules = {}
    if windows:
        picks = (np.arange(count) * len(windows)) // count
        rules["same number"] = np.array(windows)[picks]
    return rules
