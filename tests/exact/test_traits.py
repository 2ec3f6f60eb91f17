"""Are accounts as large, and discounts as high, as their distributions say?"""

from __future__ import annotations

import numpy as np
from scipy import stats

LIST = 3900  # cents a seat and month


def test_sizes_and_discounts_are_samples_of_their_distributions(simulate, check):
    """N is a lognormal rounded, at least 1; the price of a contract is 39.00 less a beta discount, in whole cents.

    Sizes are compared one by one, prices in classes of 50 cents; both by chi-square.
    False alarms: 2 comparisons at 1e-5.
    """
    run = simulate(f"""
clock: {{start: 2026-01-01, horizon: 2 months}}
market: {{segments: {{only: {{accounts: 3000, eligible_users: {{lognormal: {{median: 9, p90: 24}}}}}}}}}}
outbound: {{rate: 5 per day}}
procurement: {{stages: {{review: {{}}}}}}
contract: {{min_seats: 1}}
pricing: {{enterprise: {LIST / 100} USD, discount: {{beta: {{mean: 20%, cv: 0.5}}}}}}
""")
    accounts = run.result.accounts
    sizes = stats.lognorm(np.log(24 / 9) / stats.norm.ppf(0.9), scale=9)
    edges = np.append(0, np.append(np.arange(1.5, 60), np.inf))
    found = np.histogram(accounts.eligible_users, edges)[0]
    check.multinomial([int(count) for count in found], np.diff(sizes.cdf(edges)))

    prices = accounts.arr_cents / 12 / accounts.seats
    assert (accounts.seats == 1).all()
    assert (prices == np.floor(prices)).all()
    edges = np.append(np.arange(0, LIST, 50), LIST + 1) - 0.5  # between two cents
    share = stats.beta(3, 12).sf(np.clip(1 - edges / LIST, 0, 1))
    check.multinomial([int(count) for count in np.histogram(prices, edges)[0]], np.diff(share))
