"""Does demand follow prices as (price / reference)^(-elasticity): trials, upgrades, stages and renewals?"""

from __future__ import annotations

from typing import Any

import numpy as np

MONTH = 365.25 / 12


def at_odds(probability, factor):
    """The probability whose odds are so many times as high."""
    odds = probability / (1 - probability) * factor
    return odds / (1 + odds)


def test_trials_are_paid_at_odds_that_follow_the_price(simulate, check):
    """60 % pay at 20 USD; at 30 USD with elasticity 1.2 the odds are 1.5^-1.2 times as high, at 15 USD 0.75^-1.2.

    The price falls on 1 April; in the other segment the elasticity is 0: 60 % there.
    False alarms: 3 comparisons at 1e-5.
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {one: {accounts: 300, eligible_users: 60}, steady: {accounts: 100, eligible_users: 60}}}
adoption: {organic: 0.2 per month}
trial: {to_paid: 60%}
pricing:
  paid: 30 USD
  response: {paid: {reference: 20 USD, elasticity: {by_segment: {one: 1.2, steady: 0}}}}
timeline: [{at: 2026-04-01, set: {pricing.paid: 15 USD}}]
""")
    names = [run.parameters.metrics.index(name) for name in ("conversions", "activations")]
    monthly = run.result.monthly[:, :, names]
    for segment, months, probability in (
        (0, slice(1, 4), at_odds(0.6, 1.5**-1.2)),
        (0, slice(4, 7), at_odds(0.6, 0.75**-1.2)),
        (1, slice(1, 7), 0.6),
    ):
        paid, activated = monthly[months, segment].sum(axis=0)
        assert activated > 1000
        check.binomial(int(paid), int(activated), probability)


def test_upgrades_come_at_a_rate_that_follows_the_price(simulate, check):
    """2 % a month at 20 USD; at 10 USD with elasticity 1.5 it is 2^1.5 times the rate: 1 - exp(-h 2^1.5 t) by day t.

    False alarms: 2 comparisons at 1e-5.
    """
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 6 months}
market: {accounts_file: accounts.csv, segments: {only: {accounts: 0, eligible_users: 1}}}
plans: {upgrade: 0.02 per month}
pricing: {paid: 10 USD, response: {paid: {reference: 20 USD, elasticity: 1.5}}}
""",
        [f"customer {i},only,30,30,0,0,,,,," for i in range(300)],
    )
    for month in (3, 6):
        share = 1 - np.exp(-0.02 / MONTH * 2**1.5 * run.day(month))
        check.binomial(run.stock("paid_users", month), 9000, share)


def test_team_plans_come_at_a_rate_that_follows_the_price(simulate, check):
    """5 % a month at 20 USD; at 30 USD with elasticity 1.2 it is 1.5^-1.2 times the rate, at 10 USD 2^1.2 times.

    The price falls on 1 April.  All three people of an account are active and stay: by day t a share
    1 - exp(-h (1.5^-1.2 t1 + 2^1.2 t2)) has a plan, t1 and t2 days before and after; in the other segment, whose
    elasticity is 0, 1 - exp(-h t).
    False alarms: 4 comparisons at 1e-5.
    """
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 6 months}
market:
  accounts_file: accounts.csv
  segments: {one: {accounts: 0, eligible_users: 1}, steady: {accounts: 0, eligible_users: 1}}
plans: {team: {rate: 0.05 per month, min_users: 3, price: 30 USD}}
pricing: {response: {team: {reference: 20 USD, elasticity: {by_segment: {one: 1.2, steady: 0}}}}}
timeline: [{at: 2026-04-01, set: {plans.team.price: 10 USD}}]
""",
        [f"{segment} {i},{segment},3,3,0,0,,,,," for segment in ("one", "steady") for i in range(1500)],
    )
    place, turn = run.parameters.metrics.index("paying_teams"), run.day(3)
    for month in (3, 6):
        later = run.day(month) - turn
        for segment, days in ((0, 1.5**-1.2 * turn + 2**1.2 * later), (1, turn + later)):
            found = int(run.result.monthly[month, segment, place])
            check.binomial(found, 1500, 1 - np.exp(-0.05 / MONTH * days))


def test_stages_that_look_at_the_price_are_passed_at_other_odds(simulate, check):
    """60 USD against 30 USD: the odds of passing are 2^-0.5 times as high; half of the accounts have 75 % off: 2^0.5.

    The stage that does not look at the price is lost with 10 % in any case.
    False alarms: 2 comparisons at 1e-5 (three outcomes for each discount).
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 6 months}
market: {segments: {only: {accounts: 4000, eligible_users: 1}}}
outbound: {rate: 0.5 per day}
contract: {term: 60 months}
procurement:
  cool_down: 10000 days
  stages:
    legal: {loss: 10%, reason: legal}
    budget: {after: [legal], loss: 40%, reason: price, price_sensitive: true}
pricing:
  enterprise: 60 USD
  discount: {discrete: {0%: 0.5, 75%: 0.5}}
  response: {enterprise: {reference: 30 USD, elasticity: 0.5}}
""")
    deals = run.result.opportunities
    assert len(deals.account) == len(set(deals.account)) > 3990
    reduced = run.parameters.inputs(20260101, 0).traits.discount[deals.account] > 0
    reasons = [run.parameters.reasons.index(name) for name in ("legal", "price")]
    for chosen, factor in ((~reduced, 2**-0.5), (reduced, 2**0.5)):
        passed = at_odds(0.6, factor)
        counts = [int((deals.reason[chosen] == reason).sum()) for reason in (*reasons, -1)]
        check.multinomial(counts, [0.1, 0.9 * (1 - passed), 0.9 * passed])


def test_contracts_are_renewed_at_odds_that_follow_the_price_of_the_coming_term(simulate, check):
    """80 % at 30 USD; 30 USD becomes 45 by the uplift, elasticity 1: odds of 4 / 1.5.  Full use, one champion.

    False alarms: 1 comparison at 1e-5; the price of those who renew is 45 USD without chance.
    """
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 7 months}
market: {accounts_file: accounts.csv, segments: {only: {accounts: 0, eligible_users: 1}}}
contract: {true_up: never}
renewal: {base: 80%, uplift: 50%}
pricing: {enterprise: 20 USD, response: {enterprise: {reference: 30 USD, elasticity: 1}}}
""",
        [f"customer {i},only,10,10,0,0,10,30,2026-07-01,," for i in range(3000)],
    )
    renewed = run.flow("renewals")
    assert renewed + run.flow("non_renewals") == 3000
    check.binomial(renewed, 3000, 4 / 1.5 / (1 + 4 / 1.5))
    assert run.stock("enterprise_arr_cents", 7) == renewed * 10 * 12 * 4500


def test_without_elasticity_a_reference_changes_no_event(simulate):
    """The same log, whatever the references and the stages that look at the price; and so do prices."""
    text = """
clock: {{start: 2026-01-01, horizon: 12 months}}
market: {{segments: {{only: {{accounts: 60, eligible_users: 12}}}}}}
adoption: {{organic: 0.2 per month}}
trial: {{to_paid: 20%}}
plans: {{upgrade: 0.1 per month}}
outbound: {{rate: 0.2 per month}}
contract: {{term: 3 months, min_seats: 3}}
renewal: {{base: 60%, uplift: 10%}}
procurement: {{stages: {{budget: {{loss: 40%{sensitive}}}}}}}
pricing: {{paid: 23 USD, enterprise: 41 USD{response}}}
"""
    response = ", response: {paid: {reference: 20 USD, elasticity: 0}, enterprise: {reference: 10 USD, elasticity: 0}}"
    logs: list[list[Any]] = [[], []]
    simulate(text.format(sensitive="", response=""), log=logs[0])
    simulate(text.format(sensitive=", price_sensitive: true", response=response), log=logs[1])
    assert len(logs[0]) > 500
    assert logs[0] == logs[1]
