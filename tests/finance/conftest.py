"""Runs that the tests of finance read: a small one with everything in it, and contracts worked out by hand."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from forecast.finance.evaluate import LineValues, monthly_values
from forecast.finance.sample_paths import SamplePaths, choose_sample_paths
from forecast.study.finished_run import Run
from forecast.study.run import run

HEADER = (
    "account,segment,eligible_users,free_users,paid_users,lapsed_users,seats,price_per_seat_month,contract_end,"
    "opportunity_stage,months_of_use\n"
)
ACCOUNTS = "Acme,smb,20,4,6,0,20,9.99,2027-03-15,,7\nBolt,big,40,10,0,0,15,,2026-08-01,,3\n"
WHOLE = """
schema: 1
name: "small, [and] odd"
description: "@SUM(1+1)"
clock: {start: 2026-02-01, horizon: 17 months, fiscal_year_start: april}
currency: EUR
run: {replications: 9, seed: 3}
market:
  accounts_file: accounts.csv
  segments:
    smb: {label: "S*", accounts: 10, eligible_users: 10, team_size: {uniform: {low: 2, high: 6}}}
    mid: {label: "S?", accounts: 4, eligible_users: 8}
    big: {accounts: 4, eligible_users: 30}
adoption: {organic: 10% per month, imitation: 0.5 per month}
trial: {length: 10 days, activation: 60%, to_paid: 30%, keep_free: 60%}
plans: {team: {rate: 20% per month, min_users: 2, price: 8.03 EUR}}
churn: {free: 9% per month, paid: {hazard: 5% per month, heterogeneity_cv: 0}, team: 9% per month}
awareness: {base: 15% per month, sponsor: 80%, ban: 5%}
procurement:
  cool_down: 60 days
  stages:
    review: {resource: engineer, touch: 10 days, duration: 5 days, loss: 20%, patience: 60 days}
    signature: {after: [review], duration: 3 days}
contract: {min_seats: 5, land_multiple: 1.5, rollout: 10% per month, billing: quarterly, term: 6 months}
renewal: {base: 70%, uplift: 3%}
pricing:
  paid: 10.01 EUR
  enterprise: 30 EUR
  discount: {beta: {mean: 20%, cv: 0.5}}
  usage: {price: 0.0125 EUR, included: {free: 40, paid: 300, seated: 500}}
usage: {units: {free: 60, paid: 330, seated: 600}, intensity_cv: 0.8, growth: 1% per month}
vendor: {capabilities: {sso: 2026-09-01}, resources: {engineer: {count: 1, cost: 100000 EUR per year}}}
costs:
  usage: 0.0033 EUR
  paid_user: 2 EUR per month
  seated_user: 1.5 EUR per month
  team_user: 1.1 EUR per month
  organic_trial: 3 EUR
  capabilities: {sso: {once: 5000 EUR, yearly: 1000 EUR}}
  discount_rate: {uncertain: {uniform: {low: 8%, high: 16%}}}
"""


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory) -> Run:
    """Nine replications of a scenario with an odd name, present contracts, people and an uncertain discount rate."""
    folder = tmp_path_factory.mktemp("whole")
    (folder / "accounts.csv").write_text(HEADER + ACCOUNTS, encoding="utf-8")
    (folder / "whole.yaml").write_text(WHOLE, encoding="utf-8")
    return run(folder / "whole.yaml", folder=folder / "run", workers=1, engine="simpy")


@pytest.fixture(scope="session")
def short_run(whole_run: Run, tmp_path_factory) -> Run:
    """Two months of the same, for what does not depend on their number."""
    source, folder = whole_run.folder.parent / "whole.yaml", tmp_path_factory.mktemp("short") / "run"
    changes = {"clock.horizon": "2 months"}
    return run(source, changes, replications=2, folder=folder, workers=1, engine="simpy")


@pytest.fixture(scope="session")
def whole_paths(whole_run: Run) -> SamplePaths:
    """Its paths."""
    return choose_sample_paths(whole_run)


class StatementMonths:
    """One replication's lines by name, in whole cents where they are money; month 0 first."""

    def __init__(self, paths: SamplePaths) -> None:
        self.paths = paths
        self.values: LineValues = {}
        for definition in paths.statements:
            self.values |= monthly_values(definition, paths.metrics, paths.days_and_rates)

    def months(self, code: str, path: int = 1) -> list[float]:
        """A line by month, over all segments; path 1 is a replication."""
        return [float(value) for value in self.values[code][:, path, -1]]

    def flows(self, code: str) -> dict[int, float]:
        """A line by month, the months without any left out."""
        return {month: value for month, value in enumerate(self.months(code)) if value}


@pytest.fixture
def statement(tmp_path: Path) -> Callable[..., StatementMonths]:
    """The statements of one replication of a scenario given as a tree, and an accounts file as text."""

    def of(tree: dict[str, Any], accounts: str | None = None) -> StatementMonths:
        if accounts is not None:
            (tmp_path / "accounts.csv").write_text(HEADER + accounts, encoding="utf-8")
            tree = tree | {"market": tree["market"] | {"accounts_file": "accounts.csv"}}
        (tmp_path / "scenario.yaml").write_text(json.dumps(tree), encoding="utf-8")
        completed_run = run(
            tmp_path / "scenario.yaml", replications=1, folder=tmp_path / "run", workers=1, engine="simpy"
        )
        return StatementMonths(choose_sample_paths(completed_run))

    return of
