"""Do deals take as long, and get lost as often, as a graph of stages says?  Outbound opportunities, no queues."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from forecast.engines.result import ENTERED, LOST_OVER

START = date(2026, 1, 1)
WON, LOST, OPEN = range(3)
MANY = {"compiled": 2500, "simpy": 800}  # accounts: the slow engine's events are those of the fast one, fewer will do


@pytest.fixture
def deals(simulate, engine_name):
    """The opportunities of many accounts; each account has one in the first days, and signs or is lost for good."""

    def of(stages, more="", months=60, accounts=MANY[engine_name], rate="0.5 per day"):
        run = simulate(f"""
clock: {{start: {START}, horizon: {months} months, fiscal_year_start: february}}
market: {{segments: {{only: {{accounts: {accounts}, eligible_users: 1}}}}}}
outbound: {{rate: {rate}}}
contract: {{term: 240 months}}
procurement:
  cool_down: 10000 days
  stages: {stages}
{more}
""")
        assert len(run.result.opportunities.account) == len(set(run.result.opportunities.account))
        return run

    return of


def elapsed(run):
    """How long the signed ones took; all others fail here."""
    opportunities = run.result.opportunities
    assert (opportunities.outcome == WON).all()
    return opportunities.closed_day - opportunities.opened_day


def test_stages_in_parallel_take_the_longest(deals, check):
    """P(T <= t) is the product of the parts' CDFs: exponential 30, Weibull of median 40 and shape 2, uniform 5 to 60.

    False alarms: 1 comparison at 1e-5.
    """
    run = deals("""{security: {duration: {exponential: {mean: 30 days}}},
      legal: {duration: {weibull: {median: 40 days, shape: 2}}},
      budget: {duration: {uniform: {low: 5 days, high: 60 days}}}}""")

    def cdf(t):
        weibull = -np.expm1(-np.log(2) * (t / 40) ** 2)
        return -np.expm1(-t / 30) * weibull * np.clip((t - 5) / 55, 0, 1)

    check.sample(elapsed(run), cdf)


def test_stages_in_a_row_add_up(deals, check):
    """Three exponentials of different means, one of them split into a touch and a duration: hypoexponential.

    False alarms: 1 comparison at 1e-5.
    """
    run = deals(
        """{evaluation: {duration: {exponential: {mean: 40 days}}},
      legal: {after: [evaluation], resource: counsel, touch: {exponential: {mean: 10 days}},
              duration: {exponential: {mean: 25 days}}}}""",
        "vendor: {resources: {counsel: {count: 3000}}}",
    )
    rates = np.array([1 / 40, 1 / 10, 1 / 25])
    weights = [np.prod([b / (b - a) for b in rates if b != a]) for a in rates]
    check.sample(elapsed(run), lambda t: 1 - sum(w * np.exp(-a * t) for w, a in zip(weights, rates, strict=True)))


def test_a_graph_of_stages_is_a_phase_type(deals, check, chain):
    """evaluation -> {security -> audit, legal} -> signature, all exponential: the chain of the sets of stages done.

    False alarms: 1 comparison at 1e-5.
    """
    run = deals("""{signature: {after: [audit, legal], duration: {exponential: {mean: 10 days}}},
      evaluation: {duration: {exponential: {mean: 15 days}}},
      security: {after: [evaluation], duration: {exponential: {mean: 20 days}}},
      legal: {after: [evaluation], duration: {exponential: {mean: 35 days}}},
      audit: {after: [security], duration: {exponential: {mean: 12 days}}}}""")
    means = {"evaluation": 15, "security": 20, "legal": 35, "audit": 12, "signature": 10}
    after = {
        "legal": {"evaluation"},
        "security": {"evaluation"},
        "audit": {"security"},
        "signature": {"audit", "legal"},
    }

    def moves(done):
        for stage, mean in means.items():
            if stage not in done and after.get(stage, set()) <= done:
                yield 1 / mean, done | {stage}, {}

    cdf = chain(frozenset(), moves).reached_by(lambda done: len(done) == 5, 700)
    check.first_times(elapsed(run), lambda t: cdf(t.astype(int)), 700)


@pytest.mark.parametrize(
    ("gate", "openings"), [("month", range(1, 13)), ("fiscal_quarter", (2, 5, 8, 11)), ("fiscal_year", (2,))]
)
def test_a_gate_opens_at_the_next_start_of_its_period(deals, gate, openings):
    """Every deal is signed at 00:00 of the first opening at or after it came to the gate; a second gate costs nothing.

    No chance in the comparison: the days are equal.
    """
    run = deals(
        f"""{{evaluation: {{duration: {{exponential: {{mean: 100 days}}}}}},
      budget: {{after: [evaluation], gate: {gate}}}, signature: {{after: [budget], gate: {gate}}}}}""",
        months=48,
        accounts=400,
    )
    days = (START + timedelta(n) for n in range(int(run.day(48)) + 1))
    starts = np.array([(day - START).days for day in days if day.day == 1 and day.month in openings], float)
    opportunities = run.result.opportunities
    came = opportunities.stages[:, run.parameters.stages.index("budget"), ENTERED]
    opened = starts[np.minimum(np.searchsorted(starts, came), len(starts) - 1)]
    won = opportunities.outcome == WON
    assert won.sum() > 300
    assert (opened[won] == opportunities.closed_day[won]).all()
    assert (~(opened[~won] < run.day(48)) | np.isnan(came[~won])).all()


def test_losses_by_prior_use_are_exact(simulate, check):
    """logit(loss') = logit(60 %) - 1.5 min(1, (A/N) / 50 %); a loss of 0 or 1 stays as it is.

    False alarms: 5 comparisons at 1e-5.
    """
    active = (0, 3, 7, 10, 20)
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 12 months}
market: {accounts_file: accounts.csv, segments: {only: {accounts: 0, eligible_users: 1}}}
outbound: {rate: 1 per day}
procurement:
  prior_use_log_odds: 1.5
  prior_use_full_share: 50%
  cool_down: 1000 days
  stages:
    sure: {loss: 0%, prior_use: true}
    review: {after: [sure], loss: 60%, prior_use: true}
""",
        [f"use {a} {i},only,20,{a},0,0,,,,," for a in active for i in range(1000)],
    )
    lost = run.result.opportunities.outcome == LOST
    account = run.result.opportunities.account
    assert len(lost) == 5000
    for place, a in enumerate(active):
        odds = 0.6 / 0.4 * np.exp(-1.5 * min(1, a / 20 / 0.5))
        check.binomial(int(lost[account // 1000 == place].sum()), 1000, odds / (1 + odds))


def test_a_certain_loss_stays_certain(deals):
    """A loss of 100 % does not give way to prior use; no chance in the comparison."""
    run = deals("{review: {loss: 100%, prior_use: true}}", accounts=200, months=2)
    assert (run.result.opportunities.outcome == LOST).all()


def test_missing_requirements_lose_wait_or_waive_in_exact_shares(deals, check):
    """Two requirements, needed by 70 % and 40 %, one missing until 1 June, the other for ever.

    Each that is needed and missing loses, waits or is waived by one draw.  A loss of any ends the deal; waiting for
    what never comes leaves it open; waiting for the date signs 10 days (times the other's waive factor) after it.
    False alarms: 1 comparison at 1e-5 (eight cases of the product).
    """
    run = deals(
        "{review: {requirements: true, duration: 10 days}}",
        """
  requirements:
    sso: {needed: 70%, if_missing: {wait: 50%, waive: 30%, lose: 20%}, waive_factor: 1.5}
    soc2: {needed: 40%, if_missing: {wait: 15%, waive: 60%, lose: 25%}, waive_factor: 2}
    there: {needed: 90%}
vendor: {capabilities: {sso: 2026-06-01, soc2: false, there: true}}
""",
        months=24,
        rate="5 per day",
    )
    opportunities = run.result.opportunities
    took = np.round(opportunities.closed_day - opportunities.opened_day, 6)
    waited = np.isclose(opportunities.closed_day, 151 + 10), np.isclose(opportunities.closed_day, 151 + 20)
    soon = [np.isclose(took, days) for days in (10, 15, 20, 30)]
    lost, still = opportunities.outcome == LOST, opportunities.outcome == OPEN
    cases = [lost, still, *waited, *soon]
    assert (np.sum(cases, axis=0) == 1).all()
    reasons = np.array(run.parameters.reasons)[opportunities.reason[lost]]
    assert (reasons == "requirement").all()
    assert np.array_equal(opportunities.requirements[:, :, LOST_OVER].any(axis=1), lost)
    first = {"none": 0.3, "wait": 0.35, "waive": 0.21, "lose": 0.14}
    other = {"none": 0.6, "wait": 0.06, "waive": 0.24, "lose": 0.1}
    lose = 1 - 0.86 * 0.9
    probabilities = [
        lose,
        0.86 * other["wait"],
        first["wait"] * other["none"],
        first["wait"] * other["waive"],
        first["none"] * other["none"],
        first["waive"] * other["none"],
        first["none"] * other["waive"],
        first["waive"] * other["waive"],
    ]
    check.multinomial([int(case.sum()) for case in cases], probabilities)


def test_patience_for_a_requirement_is_exponential(deals, check):
    """All wait for 1 September; patience is Exp(100 days): signed with exp(-wait / 100), else lost as `requirement`.

    False alarms: 2 comparisons at 1e-5; the chances of signing are summed over the waits there were (normal).
    """
    run = deals(
        "{review: {requirements: true, patience: {exponential: {mean: 100 days}}}}",
        """
  requirements: {soc2: {needed: 100%, if_missing: {wait: 100%}}}
vendor: {capabilities: {soc2: 2026-09-01}}
""",
        months=12,
        rate="0.02 per day",
    )
    opportunities = run.result.opportunities
    early = opportunities.opened_day < 243
    wait = 243 - opportunities.opened_day[early]
    chance = np.exp(-wait / 100)
    lost = early & (opportunities.outcome == LOST)
    check.sums([(early & (opportunities.outcome == WON)).sum()], chance.sum(), (chance * (1 - chance)).sum())
    assert (opportunities.closed_day[early & (opportunities.outcome == WON)] == 243).all()
    assert (np.array(run.parameters.reasons)[opportunities.reason[lost]] == "requirement").all()
    assert np.array_equal(opportunities.requirements[early, 0, LOST_OVER], lost[early])
    patience = opportunities.closed_day[lost] - opportunities.opened_day[lost]
    limit = 243 - opportunities.opened_day[lost]
    check.sample(np.expm1(-patience / 100) / np.expm1(-limit / 100), stats.uniform.cdf)


def test_customers_move_as_fast_as_the_season_in_which_a_stage_is_entered(deals, check):
    """A stage of Exp(30 days) that is entered in a month with the factor f lasts Exp(30 / f), to its end.

    False alarms: 1 comparison at 1e-5.
    """
    factors = [1, 0.5, 2, 1, 1, 3, 0.25, 0.5, 1, 1, 1, 4]
    run = deals(
        "{review: {duration: {exponential: {mean: 30 days}}}}",
        f"  seasonality: {factors}",
        rate="0.02 per day",
        months=48,
    )
    opportunities = run.result.opportunities
    entered = opportunities.stages[:, 0, ENTERED]
    month = np.searchsorted(run.parameters.month_days, entered, side="right") - 1
    early = entered < 365 * 3
    factor = np.array(factors, float)[month % 12]
    assert (opportunities.outcome[early] == WON).mean() > 0.999  # a stage that lasts beyond the horizon is very long
    took = np.where(opportunities.outcome == WON, opportunities.closed_day, np.inf) - entered
    check.sample((took * factor / 30)[early], stats.expon.cdf)
