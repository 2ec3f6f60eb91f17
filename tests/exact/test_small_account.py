"""Does a small account live as its Markov chain says?  Everything exponential, so that the generator is known.

The chain of one account is written here from `docs/model.md`, 4 to 8, and asks the package for nothing.  Thousands of
accounts are independent copies: stocks are compared jointly (exact mean and covariance of the sums, which are normal),
counts of moves by their exact mean and variance, first times by chi-square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

import numpy as np
import pytest
from scipy.special import roots_genlaguerre

MONTH = 365.25 / 12
ACCOUNTS = 2000
STOCKS = ("in_trial", "free_users", "paid_users", "seated_users", "lapsed_users")
SITUATIONS = {"contract": "contracts", "banned": "banned_accounts", "open": "open_opportunities"}


class State(NamedTuple):
    """One account: its users by plan, how it stands with the vendor, and whether an event has happened."""

    trial: int = 0
    free: int = 0
    paid: int = 0
    seated: int = 0
    lapsed: int = 0
    situation: str = "quiet"  # quiet, open (an opportunity), cooling, banned, contract
    happened: bool = False

    @property
    def active(self) -> int:
        return self.free + self.paid + self.seated


@dataclass
class Account:
    """The rules of an account with exponential durations; rates per month, means in days, off by default."""

    users: int
    organic: float = 0
    imitation: float = 0
    threshold: float = 0  # with an exponent: complex contagion
    exponent: float = 0
    win_back: float = 0
    trial_days: float = 0  # 0: a trial ends at once
    activation: float = 1
    to_paid: float = 0
    keep_free: float = 1
    upgrade: float = 0
    free_days: float = 0  # 0: they never leave
    paid_days: float = 0
    seated_days: float = 0
    base: float = 0
    peak: float = 0
    half_share: float = 0.25
    sharpness: float = 3
    visibility: float = 1
    min_users: int = 1
    sponsor: float = 1
    ban: float = 0
    lift: float = 0
    outbound: float = 0
    stage_days: float = 0
    loss: float = 0
    log_odds: float = 0
    full_share: float = 0.25
    cool_days: float = 0
    imitation_multiple: float = 1
    rollout: float = 0
    frailty: float = 1
    remember: str = ""  # an event whose first time is asked for: the state says whether it has happened

    def moves(self, state: State) -> Iterator[tuple[float, State, dict[str, int]]]:
        """Every move out of a state: rate per day, where to, what it counts as."""
        if state.situation == "banned":
            yield self.lift / MONTH, state._replace(situation="quiet"), {}
            return
        yield from self.trials(state)
        yield from self.plans(state)
        yield from self.leaders(state)

    def trials(self, state):
        eligible = self.users - sum(state[:5])
        under_contract = state.situation == "contract"
        joint = self.imitation * state.active * eligible / self.users
        if self.exponent and state.active:
            share = state.active / self.users
            joint *= share**self.exponent / (share**self.exponent + self.threshold**self.exponent)
        joint *= self.imitation_multiple if under_contract else 1
        for rate, name in ((self.organic * eligible, "organic_trials"), (joint, "imitation_trials")):
            speed = rate * self.frailty / MONTH
            if speed and self.trial_days:
                yield speed, self.noted(state._replace(trial=state.trial + 1), "trial"), {name: 1}
            elif speed:
                for share, after, counted in self.ends(self.noted(state, "trial")):
                    yield speed * share, after, {name: 1, **counted}
        if state.trial:
            for share, after, counted in self.ends(state._replace(trial=state.trial - 1)):
                yield state.trial / self.trial_days * share, after, counted
        if under_contract and eligible:
            yield self.rollout * eligible / MONTH, state._replace(seated=state.seated + 1), {"rollouts": 1}

    def ends(self, state):
        """How a trial ends: probability, state, counts."""
        a = self.activation
        lapsed = state._replace(lapsed=state.lapsed + 1)
        yield 1 - a, lapsed, {"lapses": 1}
        if state.situation == "contract":
            yield a, state._replace(seated=state.seated + 1), {"activations": 1}
            return
        yield a * self.to_paid, state._replace(paid=state.paid + 1), {"activations": 1, "conversions": 1}
        unpaid = a * (1 - self.to_paid)
        yield unpaid * self.keep_free, state._replace(free=state.free + 1), {"activations": 1}
        yield unpaid * (1 - self.keep_free), lapsed, {"activations": 1, "lapses": 1}

    def plans(self, state):
        for plan, days in (("free", self.free_days), ("paid", self.paid_days), ("seated", self.seated_days)):
            heads = getattr(state, plan)
            if heads and days:
                yield heads / days, state._replace(**{plan: heads - 1, "lapsed": state.lapsed + 1}), {"lapses": 1}
        if state.free:
            changed = state._replace(free=state.free - 1, paid=state.paid + 1)
            yield self.upgrade * state.free / MONTH, changed, {"upgrades": 1}
        if state.lapsed:
            yield self.win_back * state.lapsed / MONTH, state._replace(lapsed=state.lapsed - 1), {"win_backs": 1}

    def leaders(self, state):
        opened = self.noted(state._replace(situation="open"), "opportunity")
        if state.situation == "quiet" and self.outbound:
            yield self.outbound / MONTH, opened, {"opportunities_outbound": 1}
        if state.situation == "quiet" and state.active >= self.min_users:
            seen, half = self.visibility * state.active / self.users, self.half_share
            curve = seen**self.sharpness / (seen**self.sharpness + half**self.sharpness)
            rate = (self.base + self.peak * curve) / MONTH
            gone = state.trial + state.active
            banned = State(lapsed=state.lapsed + gone, situation="banned", happened=state.happened)
            banned = self.noted(self.noted(banned, "aware"), "ban")
            yield rate * self.ban, banned, {"awarenesses": 1, "bans": 1, "lapses": gone}
            sponsored = (1 - self.ban) * self.sponsor
            yield rate * sponsored, self.noted(opened, "aware"), {"awarenesses": 1, "opportunities_product": 1}
            yield rate * (1 - self.ban) * (1 - self.sponsor), self.noted(state, "aware"), {"awarenesses": 1}
        if state.situation == "open":
            prior_use = self.log_odds * min(1, state.active / self.users / self.full_share)
            odds = exp(log(self.loss / (1 - self.loss)) - prior_use)
            lost = odds / (1 + odds)
            yield lost / self.stage_days, state._replace(situation="cooling"), {"lost_review": 1}
            signed = state._replace(free=0, paid=0, seated=state.active, situation="contract")
            yield (1 - lost) / self.stage_days, self.noted(signed, "contract"), {"won": 1}
        if state.situation == "cooling":
            yield 1 / self.cool_days, state._replace(situation="quiet"), {}

    def noted(self, state, what):
        return state._replace(happened=True) if self.remember == what else state


def stocks(state):
    """The columns of a month that one account in this state adds to."""
    return [*state[:5], *(float(state.situation == name) for name in SITUATIONS)]


@pytest.fixture
def agree(check, chain):
    """Compares a run of many copies with the chain of one: stocks at months' ends, and counts of moves by then."""

    def of(run, account, months, flows):
        made = chain(State(), account.moves)
        copies = len(run.result.accounts.eligible_users)
        for month in months:
            mean, second = made.moments(run.day(month), stocks)
            found = [run.stock(name, month) for name in (*STOCKS, *SITUATIONS.values())]
            check.sums(found, copies * mean, copies * (second - np.outer(mean, mean)))
        for metric in flows:
            mean, variance = made.counted(run.day(months[-1]), metric)
            check.sums([run.flow(metric, months[-1])], copies * mean, copies * variance)

    return of


@pytest.fixture
def first_times_agree(check, chain):
    """Compares the day of an account's first event with the phase-type CDF of the chain."""

    def of(run, account, events):
        horizon = int(run.day(run.parameters.months))
        for what, days in events.items():
            account.remember = what
            cdf = chain(State(), account.moves).reached_by(lambda state: state.happened, horizon)
            check.first_times(days, cdf, horizon)

    return of


def scenario(users, months, more):
    """The text of a scenario with ACCOUNTS accounts of so many users."""
    return f"""
clock: {{start: 2026-01-01, horizon: {months} months}}
market: {{segments: {{only: {{accounts: {ACCOUNTS}, eligible_users: {users}}}}}}}
{more}"""


def test_simple_contagion_with_churn_and_win_back(simulate, agree):
    """Free users of 4: S -> F by themselves and by colleagues, F -> L, L -> S.

    False alarms: 3 + 4 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            4,
            6,
            """
adoption: {organic: 0.2 per month, imitation: 1.2 per month, win_back: 0.3 per month}
churn: {free: {exponential: {mean: 40 days}}}
""",
        )
    )
    account = Account(4, organic=0.2, imitation=1.2, win_back=0.3, free_days=40)
    agree(run, account, (1, 3, 6), ("organic_trials", "imitation_trials", "lapses", "win_backs"))


def test_contagion_takes_off_in_accounts_of_twenty(simulate, agree):
    """R = 1.2 * 1.5 * 0.8 = 1.4 among 20: the chain of (free, lapsed) users, in which use spreads or stays a trickle.

    False alarms: 2 + 3 comparisons at 1e-5; the sums of 2,500 accounts are normal (exact covariance).
    """
    run = simulate(
        scenario(
            20,
            9,
            """
adoption: {organic: 0.01 per month, imitation: 1.2 per month}
trial: {activation: 80%}
churn: {free: {exponential: {mean: 45 days}}}
""",
        ).replace(f"accounts: {ACCOUNTS}", "accounts: 2500")
    )
    account = Account(20, organic=0.01, imitation=1.2, activation=0.8, free_days=45)
    agree(run, account, (4, 9), ("organic_trials", "imitation_trials", "lapses"))


def test_complex_contagion_waits_for_reinforcement(simulate, agree):
    """Of 4 users, a share x of active colleagues convinces by x^2.5 / (x^2.5 + 0.7^2.5); trials have a length.

    False alarms: 2 + 3 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            4,
            6,
            """
adoption: {organic: 0.15 per month, imitation: 8 per month, contagion: {complex: {exponent: 2.5, threshold: 70%}}}
trial: {length: {exponential: {mean: 20 days}}, activation: 80%}
churn: {free: {exponential: {mean: 90 days}}}
""",
        )
    )
    account = Account(
        4, organic=0.15, imitation=8, exponent=2.5, threshold=0.7, trial_days=20, activation=0.8, free_days=90
    )
    agree(run, account, (2, 6), ("organic_trials", "imitation_trials", "activations"))


def test_contagion_in_accounts_of_unequal_frailty(simulate, check, chain):
    """Given Z both trial hazards scale with it; the moments are integrated over the gamma by Gauss and Laguerre.

    False alarms: 2 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            3,
            4,
            """
adoption: {organic: 0.1 per month, imitation: 1.5 per month}
churn: {free: {exponential: {mean: 60 days}}}
""",
        ).replace("market: {", "market: {frailty_cv: 0.8, ")
    )
    nodes, weights = roots_genlaguerre(40, 1 / 0.8**2 - 1)
    for month in (1, 4):
        mean, second = np.zeros(8), np.zeros((8, 8))
        for z, weight in zip(0.8**2 * nodes, weights / weights.sum(), strict=True):
            account = Account(3, organic=0.1, imitation=1.5, free_days=60, frailty=z)
            first, product = chain(State(), account.moves).moments(run.day(month), stocks)
            mean, second = mean + weight * first, second + weight * product
        found = [run.stock(name, month) for name in (*STOCKS, *SITUATIONS.values())]
        check.sums(found, ACCOUNTS * mean, ACCOUNTS * (second - np.outer(mean, mean)))


def test_plans_and_upgrades(simulate, agree):
    """Trials split into paid, free and lapsed; free users upgrade; each plan has its own churn.

    False alarms: 2 + 5 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            3,
            6,
            """
adoption: {organic: 0.6 per month, imitation: 1 per month, win_back: 0.4 per month}
trial: {activation: 70%, to_paid: 25%, keep_free: 80%}
plans: {upgrade: 0.25 per month}
churn: {free: {exponential: {mean: 80 days}}, paid: {exponential: {mean: 120 days}}}
""",
        )
    )
    account = Account(
        3, organic=0.6, imitation=1, win_back=0.4, activation=0.7, to_paid=0.25, keep_free=0.8, upgrade=0.25,
        free_days=80, paid_days=120,
    )  # fmt: skip
    agree(run, account, (2, 6), ("activations", "conversions", "upgrades", "lapses", "win_backs"))


def test_awareness_needs_users_and_sees_a_part_of_them(simulate, agree, first_times_agree):
    """From 2 of 4 users on, base + peak * hill(60 % of A/N); nobody sponsors, so the clock runs on.

    False alarms: 1 + 1 + 2 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            4,
            6,
            """
adoption: {organic: 0.15 per month, imitation: 0.8 per month, win_back: 0.5 per month}
churn: {free: {exponential: {mean: 60 days}}}
awareness: {base: 0.02 per month, peak: 0.7 per month, half_share: 30%, sharpness: 2.5, visibility: 60%, min_users: 2,
            sponsor: 0%}
""",
        )
    )
    account = Account(
        4, organic=0.15, imitation=0.8, win_back=0.5, free_days=60, base=0.02, peak=0.7, half_share=0.3,
        sharpness=2.5, visibility=0.6, min_users=2, sponsor=0,
    )  # fmt: skip
    agree(run, account, (6,), ("awarenesses",))
    accounts = run.result.accounts
    first_times_agree(run, account, {"trial": accounts.first_trial_day, "aware": accounts.aware_day})


def test_a_ban_lapses_everybody_until_it_lifts(simulate, agree, first_times_agree):
    """Awareness bans with 60 % * (1 - 50 %) (one capability there, one not); all lapse, trials too; bans lift.

    False alarms: 2 + 4 + 2 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            3,
            6,
            """
adoption: {organic: 0.4 per month, imitation: 1 per month, win_back: 0.8 per month}
trial: {length: {exponential: {mean: 40 days}}, to_paid: 30%}
churn: {paid: {exponential: {mean: 90 days}}}
awareness: {base: 0.4 per month, min_users: 1, sponsor: 0%, ban: 60%}
ban: {lift: 0.5 per month, reduced_by: {controls: 50%, logs: 90%}}
vendor: {capabilities: {controls: true, logs: false}}
""",
        )
    )
    account = Account(
        3, organic=0.4, imitation=1, win_back=0.8, trial_days=40, to_paid=0.3, paid_days=90, base=0.4, sponsor=0,
        ban=0.3, lift=0.5,
    )  # fmt: skip
    agree(run, account, (2, 6), ("awarenesses", "bans", "lapses", "win_backs"))
    accounts = run.result.accounts
    first_times_agree(run, account, {"aware": accounts.aware_day, "ban": accounts.ban_day})


def test_opportunities_are_lost_cool_down_and_sign(simulate, agree, first_times_agree):
    """Product and outbound opportunities of one exponential stage; loss by prior use; then cool-down or a contract.

    Under the contract all are seated, colleagues convince twice as often, and rollout seats the rest.
    False alarms: 2 + 6 + 3 comparisons at 1e-5.
    """
    run = simulate(
        scenario(
            3,
            8,
            """
adoption: {organic: 0.15 per month, imitation: 0.5 per month, win_back: 0.2 per month}
trial: {activation: 80%, to_paid: 30%}
churn: {free: {exponential: {mean: 80 days}}, paid: {exponential: {mean: 120 days}},
        seated: {exponential: {mean: 150 days}}}
awareness: {base: 0.1 per month, peak: 0.5 per month, half_share: 40%, sharpness: 2, ban: 25%, sponsor: 60%}
ban: {lift: 0.2 per month}
outbound: {rate: 0.1 per month}
procurement:
  prior_use_log_odds: 1.2
  prior_use_full_share: 50%
  cool_down: {exponential: {mean: 45 days}}
  stages: {review: {duration: {exponential: {mean: 40 days}}, loss: 60%, prior_use: true}}
contract: {imitation_multiple: 2, rollout: 0.1 per month, term: 60 months}
""",
        )
    )
    account = Account(
        3, organic=0.15, imitation=0.5, win_back=0.2, activation=0.8, to_paid=0.3, free_days=80, paid_days=120,
        seated_days=150, base=0.1, peak=0.5, half_share=0.4, sharpness=2, ban=0.25, sponsor=0.6, lift=0.2, outbound=0.1,
        log_odds=1.2, full_share=0.5, cool_days=45, stage_days=40, loss=0.6, imitation_multiple=2, rollout=0.1,
    )  # fmt: skip
    flows = ("opportunities_product", "opportunities_outbound", "won", "lost_review", "rollouts", "imitation_trials")
    agree(run, account, (3, 8), flows)
    accounts = run.result.accounts
    first_times_agree(
        run,
        account,
        {"opportunity": accounts.opportunity_day, "contract": accounts.contract_day, "ban": accounts.ban_day},
    )
