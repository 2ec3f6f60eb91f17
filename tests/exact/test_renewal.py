"""Are contracts renewed as often as the rule says, and does a champion's leaving count?"""

from __future__ import annotations

import numpy as np
import pytest

MONTH = 365.25 / 12


def test_champions_leave_and_take_renewals_with_them(simulate, check):
    """A champion leaves within a term of d days with 1 - exp(-r d); a renewal then has 55 % of the base of 90 %.

    Each of 2,500 accounts signs in the first days; the second term begins with a new champion. Nobody uses the product:
    (0 / seats)^0 = 1.
    False alarms: 1 comparison at 1e-5 (lost at the first end, lost at the second, still under contract).
    """
    run = simulate("""
clock: {start: 2026-01-01, horizon: 26 months}
market: {segments: {only: {accounts: 2500, eligible_users: 1}}}
outbound: {rate: 5 per day}
procurement: {cool_down: 10000 days, stages: {review: {}}}
contract: {min_seats: 2, champion_leaves: 0.1 per month}
renewal: {base: 90%, champion_left: 55%}
""")
    signed = run.result.accounts.contract_day
    assert signed.max() < 31
    first_end = np.floor(signed) + 365  # the first terms end in January 2027, the second in January 2028

    def renews(days):
        left = 1 - np.exp(-0.1 / MONTH * days)
        return 0.9 * (1 - left + 0.55 * left)

    first, second = renews(first_end - signed).mean(), renews(365)
    ended, renewed = run.flows("non_renewals"), run.flows("renewals")
    assert sum(ended) == ended[12] + ended[24]
    assert sum(renewed) == renewed[12] + renewed[24]
    assert run.stock("contracts", 26) == renewed[24]
    check.multinomial([ended[12], ended[24], renewed[24]], [1 - first, first * (1 - second), first * second])


@pytest.mark.parametrize("seated", [0, 3, 6, 8, 10, 12])
def test_renewal_falls_with_seats_that_nobody_uses(simulate, check, seated):
    """P = 85 % * champion * min(1, (E / 10 seats) / 80 %)^1.5, and seats then follow use; the champion has 181 days.

    Without a renewal each seated user stays free with 30 %, else lapses.
    False alarms: 2 comparisons at 1e-5 at most; the seats after a renewal are equal, without chance.
    """
    run = simulate(
        """
clock: {start: 2026-01-01, horizon: 7 months}
market: {accounts_file: accounts.csv, segments: {only: {accounts: 0, eligible_users: 1}}}
trial: {keep_free: 30%}
contract: {min_seats: 4, champion_leaves: 0.08 per month, true_up: never}
renewal: {base: 85%, champion_left: 60%, healthy_use: 80%, elasticity: 1.5, headroom: 1.2}
""",
        [f"customer {i},only,20,{seated},0,0,10,30,2026-07-01,," for i in range(1500)],
    )
    left = 1 - np.exp(-0.08 / MONTH * 181)
    chance = 0.85 * (1 - left + 0.6 * left) * min(1, seated / 10 / 0.8) ** 1.5
    renewed = run.flow("renewals")
    assert renewed + run.flow("non_renewals") == 1500
    check.binomial(renewed, 1500, chance)
    gone = seated * (1500 - renewed)
    if gone:
        check.binomial(run.stock("free_users", 7), gone, 0.3)
    assert run.stock("free_users", 7) + run.flow("lapses") == gone
    seats = {0: 4, 3: 4, 6: 8, 8: 10, 10: 10, 12: 12}[seated]
    assert run.stock("seats", 7) == seats * renewed == run.result.accounts.seats.sum()


def test_the_odds_of_renewal_follow_the_month_in_which_a_term_ends(simulate, check):
    """Odds of 60 % times 2 in March, times a half in April: p = 75 %, 43 %; certain stays certain.

    False alarms: 3 comparisons at 1e-5.
    """
    factors = [1, 1, 2, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]
    ends = ("2026-02-15", "2026-03-01", "2026-04-30")
    run = simulate(
        f"""
clock: {{start: 2026-01-01, horizon: 5 months}}
market: {{accounts_file: accounts.csv, segments: {{only: {{accounts: 0, eligible_users: 1}}}}}}
contract: {{term: 24 months, true_up: never}}
renewal: {{base: 60%, seasonality: {factors}}}
pricing: {{enterprise: 10 USD}}
""",
        [f"{end} {i},only,1,1,0,0,1,,{end},," for end in ends for i in range(2000)],
    )
    renewed = run.flows("renewals")
    for month, factor in ((1, 1.0), (2, 2.0), (3, 0.5)):
        odds = 0.6 / 0.4 * factor
        check.binomial(renewed[month], 2000, odds / (1 + odds))
