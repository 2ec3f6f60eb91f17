"""Do the books always balance?  Every identity of docs/model.md, 9, in drawn scenarios and in one like the example."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from identities import check, check_log
from ledgers import books_of
from strategies import Drawn, loaded, scenarios

from forecast.engines import engine, engine_names
from forecast.model.parameters import Parameters

EVERYTHING = {
    "schema": 1,
    "clock": {"start": "2026-01-01", "horizon": "26 months"},
    "market": {
        "frailty_cv": 0.6,
        "segments": {
            "small": {"accounts": 30, "eligible_users": {"lognormal": {"median": 9, "p90": 24}}},
            "large": {"accounts": 6, "eligible_users": {"lognormal": {"median": 40, "p90": 90}}},
        },
    },
    "adoption": {"organic": "4% per month", "imitation": "0.6 per month", "spillover": 0.5, "win_back": "3% per month"},
    "trial": {"length": "14 days", "activation": "55%", "to_paid": "25%", "keep_free": "65%"},
    "plans": {"upgrade": "5% per month"},
    "churn": {name: {"hazard": "9% per month", "heterogeneity_cv": 1.0} for name in ("free", "paid", "seated")},
    "awareness": {"base": "1% per month", "peak": "60% per month", "half_share": "10%", "sponsor": "60%", "ban": "20%"},
    "ban": {"lift": "20% per month", "reduced_by": {"sso": "50%"}},
    "outbound": {"rate": "5% per month"},
    "procurement": {
        "prior_use_log_odds": 1.2,
        "cool_down": "2 months",
        "requirements": {
            "sso": {"needed": "50%", "if_missing": {"wait": "40%", "waive": "30%", "lose": "30%"}, "waive_factor": 2}
        },
        "stages": {
            "evaluation": {
                "resource": "seller",
                "touch": "4 days",
                "patience": "60 days",
                "duration": "20 days",
                "loss": "20%",
                "prior_use": True,
            },
            "security": {
                "after": ["evaluation"],
                "requirements": True,
                "duration": {"exponential": {"mean": "9 days"}},
            },
            "budget": {"after": ["evaluation"], "gate": "fiscal_quarter", "loss": "10%"},
            "signature": {"after": ["security", "budget"], "duration": "3 days"},
        },
    },
    "contract": {
        "min_seats": 3,
        "land_multiple": 1.3,
        "rollout": "10% per month",
        "term": "5 months",
        "billing": "quarterly",
        "champion_leaves": "4% per month",
    },
    "renewal": {
        "base": "80%",
        "champion_left": "50%",
        "healthy_use": "60%",
        "elasticity": 1,
        "headroom": 1.1,
        "uplift": "4%",
    },
    "pricing": {"paid": "20 USD", "enterprise": "39 USD", "discount": {"beta": {"mean": "20%", "cv": 0.5}}},
    "vendor": {
        "capabilities": {"sso": "2026-09-10"},
        "resources": {"seller": {"count": 1, "cost": "300000 USD per year"}},
    },
    "costs": {
        "paid_user": "5 USD per month",
        "organic_trial": "4 USD",
        "capabilities": {"sso": {"once": "500 USD", "yearly": "77 USD"}},
    },
    "timeline": [{"at": "2027-01-15", "set": {"pricing.paid": "25 USD", "contract.true_up": "never"}}],
}


@pytest.mark.parametrize("replication", range(2))
def test_the_books_balance_in_a_market_where_everything_happens(tmp_path, engine_name, replication):
    books = books_of(EVERYTHING, None, tmp_path, (engine_name, 5, replication))
    check(books.parameters, books.result)
    check_log(books.parameters, books.result, books.log)
    for metric in ("won", "lost_requirement", "bans", "renewals", "non_renewals", "churned_arr_cents", "upgrades"):
        assert sum(books.months(metric)) > 0, f"{metric}: nothing to check"


@settings(max_examples=100)
@given(scenarios())
def test_the_books_balance_in_every_drawn_scenario(drawn: Drawn):
    with tempfile.TemporaryDirectory() as folder:
        scenario = loaded(drawn, Path(folder))
    parameters = Parameters(scenario)
    for name in engine_names():
        log: list[Any] = []
        result = engine(name).run(parameters, scenario.seed, 0, log)
        check(parameters, result)
        check_log(parameters, result, log)
