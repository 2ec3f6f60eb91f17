"""Do deals wait for people as queueing theory says?  Erlang C, and Erlang A where patience is exponential.

Thousands of accounts with a small rate of outbound opportunities are nearly Poisson arrivals: the exact law of what is
simulated is a birth-death chain with a limited number of sources.  Its limit of many sources is compared with the
textbooks' formulas, without chance; the simulation with the chain itself.

The tolerance comes from that chain: totals over time of f(X) dt and of counted jumps are jointly normal in the long
run, with covariances from the deviation matrix, so nothing is guessed about autocorrelation: no batches are needed.
"""

from __future__ import annotations

from heapq import heapify, heapreplace
from math import exp, factorial, inf
from typing import NamedTuple

import numpy as np
import pytest
from scipy import stats
from scipy.special import gamma, gammainc

from forecast.engines.result import LEFT, QUEUED, SERVED

ACCOUNTS = 2000
PER_DAY = 26.0  # arrivals while no account has an opportunity open
SERVICE = 6 / PER_DAY  # days: the offered load is 6, as with 4 a week and a week and a half of service
MONTHS = 12


def erlang_b(load, servers):
    """P(all busy) where nobody waits."""
    return load**servers / factorial(servers) / sum(load**k / factorial(k) for k in range(servers + 1))


def erlang_c(load, servers):
    """P(wait) of M/M/c."""
    blocked = erlang_b(load, servers)
    return blocked / (1 - load / servers * (1 - blocked))


def erlang_a(load, servers, patience):
    """P(wait) and P(abandon) of M/M/c+M, patience in units of service (Mandelbaum & Zeltyn 2007)."""
    x, y = servers * patience, load * patience
    a = x * exp(y) / y**x * gammainc(x, y) * gamma(x)
    blocked, rho = erlang_b(load, servers), load / servers
    wait = a * blocked / (1 + (a - 1) * blocked)
    return wait, wait * (1 / (rho * a) + 1 - 1 / rho)


class Total(NamedTuple):
    """A sum over time: held[k] per day with k opportunities open, and weights of arrivals and of those who give up."""

    held: object = 0.0
    arrivals: object = 0.0  # weight of an arrival that finds k open
    reneges: object = 0.0


class Queue:
    """How many opportunities are open: rates, stationary law and deviation matrix."""

    def __init__(self, servers, patience_days=inf, sources=ACCOUNTS):
        self.k = np.arange(160)
        self.waiting = np.maximum(self.k - servers, 0)
        self.working = self.k - self.waiting
        self.late = (self.k >= servers).astype(float)
        self.arriving = PER_DAY * np.maximum(1 - self.k / sources, 0)
        self.arriving[-1] = 0
        self.reneging = self.waiting / patience_days
        leaving = self.working / SERVICE + self.reneging
        pi = np.exp(np.append(0, np.cumsum(np.log(self.arriving[:-1] / leaving[1:]))))
        self.pi = pi / pi.sum()
        assert self.pi[-1] < 1e-9
        self.up, self.down = np.eye(160, k=1), np.eye(160, k=-1)
        moves = self.arriving[:, None] * self.up + leaving[:, None] * self.down
        stationary = np.tile(self.pi, (160, 1))
        self.deviation = np.linalg.inv(stationary - moves + np.diag(moves.sum(axis=1))) - stationary

    def drift(self, total):
        """What a total gains per day in each state."""
        return total.held + self.arriving * total.arrivals + self.reneging * total.reneges

    def mean(self, total, days=1.0):
        """The expected total, from an empty start when there is more than one day."""
        drift = self.drift(total)
        return float(self.pi @ drift * days + (self.deviation[0] @ drift if days > 1 else 0))

    def covariance(self, one, other):
        """Covariance per day of two totals in the long run."""
        jumps = self.arriving * one.arrivals * other.arrivals + self.reneging * one.reneges * other.reneges
        return float(self.pi @ jumps) + self.crossed(one, other) + self.crossed(other, one)

    def crossed(self, one, other):
        """How what `one` gained goes with what `other` gains later."""
        after = self.pi * one.held + (self.pi * self.arriving * one.arrivals) @ self.up
        after = after + (self.pi * self.reneging * one.reneges) @ self.down
        return float(after @ self.deviation @ self.drift(other))


@pytest.fixture
def totals_agree(check):
    """Compares all totals of a run together with the chain."""

    def of(found, totals, queue, days):
        means = np.array([queue.mean(total, days) for total in totals])
        covariance = np.array([[queue.covariance(one, other) for other in totals] for one in totals])
        check.sums(found, means, covariance * days)

    return of


@pytest.fixture
def reviewed(simulate):
    """A run in which every opportunity takes one person for a while, is then lost, and may come again at once."""

    def of(servers, patience="never"):
        patient = "" if patience == "never" else f"patience: {{exponential: {{mean: {patience} days}}}},"
        return simulate(f"""
clock: {{start: 2026-01-01, horizon: {MONTHS} months}}
market: {{segments: {{only: {{accounts: {ACCOUNTS}, eligible_users: 1}}}}}}
outbound: {{rate: {PER_DAY / ACCOUNTS} per day}}
procurement:
  stages: {{review: {{resource: reviewer, touch: {{exponential: {{mean: {SERVICE} days}}}}, {patient} loss: 100%}}}}
vendor: {{resources: {{reviewer: {{count: {servers}}}}}}}
""")

    return of


def times(run):
    """When opportunities queued, were served (NaN: not) and left (NaN: not), in the order of queueing."""
    stages = run.result.opportunities.stages[:, 0]
    return stages[np.argsort(stages[:, QUEUED])][:, [QUEUED, SERVED, LEFT]].T


PUBLISHED = [(7, 0.6138, 0.9207), (8, 0.3570, 0.2677), (9, 0.1960, 0.0980)]


@pytest.mark.parametrize(("servers", "late_share", "wait_weeks"), PUBLISHED)
def test_people_without_patience_are_erlang_c(reviewed, check, totals_agree, servers, late_share, wait_weeks):
    """Offered load 6, as 4 a week and 1.5 weeks: P(wait) and the mean wait have published values.

    False alarms: 3 comparisons at 1e-5 (arrivals, late ones, days waited and worked together; gaps; service times).
    """
    limit = Queue(servers, sources=1e12)
    assert erlang_c(6, servers) == pytest.approx(late_share, abs=5e-5)
    assert limit.mean(Total(arrivals=limit.late)) / PER_DAY == pytest.approx(erlang_c(6, servers), rel=1e-6)
    assert limit.mean(Total(limit.waiting)) / PER_DAY / SERVICE * 1.5 == pytest.approx(wait_weeks, abs=5e-5)

    run, queue = reviewed(servers), Queue(servers)
    requests, waited, busy, capacity, reneged = run.result.resources[:, 0].sum(axis=0)
    assert (capacity, reneged) == (servers * run.day(MONTHS), 0)
    queued, served, left = times(run)
    late = (~(served <= queued)).sum()
    wanted = [Total(arrivals=1.0), Total(arrivals=queue.late), Total(queue.waiting), Total(queue.working)]
    totals_agree([requests, late, waited, busy], wanted, queue, run.day(MONTHS))
    gaps = np.diff(queued) * queue.mean(Total(arrivals=1.0))
    check.sample(gaps, stats.expon.cdf)
    check.sample((left - served)[~np.isnan(left)], stats.expon(scale=SERVICE).cdf)


def test_people_serve_first_come_first_served(reviewed):
    """Given arrivals and service times, who is served when follows without chance (Kiefer & Wolfowitz 1955)."""
    run = reviewed(7)
    queued, served, left = times(run)
    free = [0.0] * 7
    heapify(free)
    for arrival, begun, done in zip(queued, served, left, strict=True):
        expected = max(arrival, free[0])
        assert begun == pytest.approx(expected, abs=1e-9) or (np.isnan(begun) and expected >= run.day(MONTHS))
        heapreplace(free, inf if np.isnan(done) else done)
    assert (served > queued).sum() > 1000
    waits = np.minimum(np.nan_to_num(served, nan=inf), run.day(MONTHS)) - queued
    assert run.result.resources[:, 0, 1].sum() == pytest.approx(waits.sum())


@pytest.mark.parametrize(("servers", "patience"), [(5, 2.0), (6, 0.5)])
def test_people_with_exponential_patience_are_erlang_a(reviewed, check, totals_agree, servers, patience):
    """Deals give up after Exp(patience) in the queue, `stalled`: abandonments, late ones, waiting and work together.

    False alarms: 1 comparison at 1e-5.
    """
    limit, mean = Queue(servers, patience * SERVICE, sources=1e12), patience * SERVICE
    late_share, abandoned = erlang_a(6, servers, patience)
    assert limit.mean(Total(arrivals=limit.late)) / PER_DAY == pytest.approx(late_share, rel=1e-6)
    assert limit.mean(Total(reneges=1.0)) / PER_DAY == pytest.approx(abandoned, rel=1e-6)

    run, queue = reviewed(servers, mean), Queue(servers, mean)
    requests, waited, busy, _, reneged = run.result.resources[:, 0].sum(axis=0)
    assert reneged == run.flow("lost_stalled")
    queued, served, _ = times(run)
    wanted = [Total(arrivals=1.0), Total(arrivals=queue.late), Total(queue.waiting), Total(queue.working)]
    found = [requests, (~(served <= queued)).sum(), waited, busy, reneged]
    totals_agree(found, [*wanted, Total(reneges=1.0)], queue, run.day(MONTHS))


@pytest.fixture
def queued_at_once(simulate):
    """Served and left days, and the factor on 10 days of work, of deals that all wait from the first day on."""

    def of(pool, deals=12, months=10):
        run = simulate(f"""
clock: {{start: 2026-01-01, horizon: {months} months}}
market: {{segments: {{only: {{accounts: {deals}, eligible_users: 1}}}}}}
outbound: {{rate: 1000 per day}}
procurement: {{cool_down: 100 years, stages: {{demo: {{resource: seller, touch: 10 days, loss: 100%}}}}}}
vendor: {{resources: {{seller: {pool}}}}}
""")
        stages = run.result.opportunities.stages[:, 0]
        stages = stages[np.argsort(stages[:, SERVED])]
        return stages[:, SERVED], stages[:, LEFT]

    return of


def test_a_seller_in_ramp_serves_in_the_closed_form(queued_at_once):
    """10 (1 + 2 (1 - s / 100)) days for work begun s days after joining: s' = 0.8 s + 30, s_k = 150 (1 - 0.8^k).

    From the fifth on s is above 100, and work takes 10 days.  No chance in the comparison.
    """
    served, left = queued_at_once(
        "{count: 0, hires: [{at: 2026-02-01, add: 1, ramp: 100 days}], ramp_touch: 300%}", deals=9
    )
    since = served - 31
    assert since[:6] == pytest.approx([150 * (1 - 0.8**k) for k in range(6)], abs=1e-9)
    assert since[4] < 100 < since[5]
    assert since[5:] == pytest.approx(since[5] + 10 * np.arange(4), abs=1e-9)
    assert left == pytest.approx(np.append(served[1:], served[-1] + 10), abs=1e-9)


def test_work_goes_to_the_most_experienced_and_the_last_leaves(queued_at_once):
    """One of long standing, a second from day 31 in ramp (60 days, twice as long), who leaves on day 60 mid-work.

    The first works from day 0 in tens.  The second begins on day 31 (20 days), on day 51 (10 (1 + 40 / 60) days), and
    finishes that on day 67 2/3 although she has left on day 60: until then nobody else is given work, as there is one
    person.  No chance in the comparison.
    """
    hires = "[{at: 2026-02-01, add: 1, ramp: 60 days}, {at: 2026-03-02, add: -1}]"
    served, left = queued_at_once(f"{{count: 1, hires: {hires}}}", deals=11)
    first = served[np.isclose((left - served), 10)]
    assert first == pytest.approx([0, 10, 20, 30, 40, 50, *(67 + 2 / 3 + 10 * np.arange(3))], abs=1e-2)
    other = ~np.isclose((left - served), 10)
    assert served[other] == pytest.approx([31, 51], abs=1e-2)
    assert (left - served)[other] == pytest.approx([20, 50 / 3], abs=1e-2)
