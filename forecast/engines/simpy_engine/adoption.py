"""How use spreads and ends: trial starts, referrals, rollouts, upgrades, and each user's own process.

The rules are in forecast.model; here is when they are asked (docs/model.md, 4 and 5).
"""

from __future__ import annotations

import simpy

from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.entities import Account, User
from forecast.model import kinds, streams
from forecast.model.kinds import FREE, GONE, IN_TRIAL, PAID, SEATED, TEAM
from forecast.model.users import tenure_distribution, trial_outcome, trial_outcome_under_contract, upgrade_place

ON_THEIR_OWN, COLLEAGUE, OTHER_TEAM = range(3)  # who brought about a trial


def join(account: Account, plan: int, age: float = 0.0, team: int = 0) -> User:
    """A new user with the next number, whose process starts at once."""
    account.make_teams()
    user = account.add_user(plan, age, team)
    # Last, after the counts: SimPy runs it when the event that made it is over.
    user.process = account.market.calendar.process(use(account, user))
    return user


def market_entry(account: Account) -> Process:
    """An account that was not there at the start comes into the market: its clocks begin to run."""
    yield account.at(float(account.market.inputs.traits.entry[account.index]), kinds.ENTRY)
    account.entered = True
    account.note(kinds.ENTERED_MARKET)
    account.refresh()


def organic_trials(account: Account) -> Process:
    """Eligible users start a trial on their own."""
    while True:
        yield account.clocks[kinds.ORGANIC].firing()
        account.add("organic_trials")
        account.add("acquisition_cost_cents", account.rules.costs.organic_trial)
        # The team first, while the counts are those at which the clock has run.
        team = account.pick_not_using(account.of_team(kinds.ORGANIC))
        start_trial(account, ON_THEIR_OWN, team)


def referral_arrivals(account: Account) -> Process:
    """Eligible users start a trial because colleagues use the product."""
    while True:
        yield account.clocks[kinds.IMITATION].firing()
        account.add("imitation_trials")
        team, teller = 0, COLLEAGUE
        if account.teams:
            u = account.of_team(kinds.IMITATION)
            team, own = account.teams.pick_referred(u, account.active, account.size)
            teller = COLLEAGUE if own else OTHER_TEAM
        start_trial(account, teller, team)


def start_trial(account: Account, referred: int, team: int | None = None) -> None:
    """One more user in trial; referred: ON_THEIR_OWN, or by whom.  Without a team, in that of anybody who is left."""
    account.mark_first_day("first_trial_day")
    if team is None:
        team = account.pick_not_using(account.u(streams.TEAM_OF_PRESENT, account.joined))
    user = join(account, IN_TRIAL, team=team)
    account.note(kinds.TRIAL_STARTED, user.number, referred)
    note_team(account, user)
    account.refresh()


def note_team(account: Account, user: User) -> None:
    """Write which team somebody has joined, where there are teams."""
    if account.teams:
        account.market.note_team(account.segment, account.index, user.number, user.team)


def rollouts(account: Account) -> Process:
    """Under a contract, eligible users are given a seat without a trial."""
    while True:
        yield account.clocks[kinds.ROLLOUT].firing()
        account.add("rollouts")
        account.settle_use()
        team = account.pick_not_using(account.of_team(kinds.ROLLOUT))
        user = join(account, SEATED, team=team)
        account.note(kinds.ROLLED_OUT, user.number)
        note_team(account, user)
        account.refresh()


def upgrades(account: Account) -> Process:
    """A free user pays."""
    while True:
        yield account.clocks[kinds.UPGRADE].firing()
        # The clock has counted this firing already.
        count = account.clocks[kinds.UPGRADE].count - 1
        account.add("upgrades")
        # Before the counts change: user-days are counts times the days since the last change.
        account.settle_use()
        place = upgrade_place(account.u(streams.UPGRADE_PICK, count), len(account.free))
        user = account.users[account.free[place]]
        account.change_plan(user, PAID)
        account.note(kinds.UPGRADED, user.number)
        account.interrupt(user)
        account.refresh()


def win_backs(account: Account) -> Process:
    """A lapsed user is eligible again."""
    while True:
        yield account.clocks[kinds.WIN_BACK].firing()
        team = 0
        if account.teams:
            team = account.teams.pick_lapsed(account.of_team(kinds.WIN_BACK))
            account.move_in_team(team, not_using=1, lapsed=-1)
        account.add("win_backs")
        account.lapsed -= 1
        account.not_using += 1
        account.note(kinds.WON_BACK, -1, team)
        account.refresh()


def use(account: Account, user: User) -> Process:
    """One person's use, from trial or seat until they leave; an interrupt says that the plan has changed."""
    try:
        if user.plan == IN_TRIAL:
            days = trial_days(account, user)
            # The wait is an appointment that SimPy cannot take back: an interrupt ends the wait, and the appointment
            # comes to nobody.
            yield account.after(days, kinds.TRIAL_END, user.number)
            end_trial(account, user)
    except simpy.Interrupt:  # a ban
        return
    while user.plan != GONE:
        try:
            yield account.after(tenure(account, user), kinds.TENURE_END, user.number)
            leave(account, user)
        except simpy.Interrupt:
            continue


def trial_days(account: Account, user: User) -> float:
    """Days until the user's trial ends; one that began before the start is somewhere in its length, or known to be."""
    length, age = account.rules.trial.length, user.age
    # The tenure after the trial is a whole one.
    user.age = 0.0
    if age > 0.0:
        return account.sample_residual(length, streams.TRIAL_LENGTH, user.number, age)
    days = account.sample(length, streams.TRIAL_LENGTH, user.number)
    return days if age == 0.0 else days * account.u(streams.TRIAL_PLACE, user.number)


def tenure(account: Account, user: User) -> float:
    """Days that the user stays on the present plan; who was there at the start has used a part of them."""
    churn = account.rules.churn
    number = tenure_distribution(churn.free, churn.paid, churn.team, churn.seated, user.plan)
    stream, age = streams.TENURE + user.tenures, user.age
    user.tenures += 1
    # The first tenure of who was there at the start is the only one with a past.
    user.age = 0.0
    if age > 0.0:
        return account.sample_residual(number, stream, user.number, age)
    return account.sample(number, stream, user.number)


def end_trial(account: Account, user: User) -> None:
    """The outcome of a trial under the rules in force at its end."""
    trial = account.rules.trial
    u_activation = account.u(streams.ACTIVATION, user.number)
    if account.contract:
        plan = trial_outcome_under_contract(trial.activation, u_activation)
    elif user.team in account.paying:
        plan = TEAM if u_activation < trial.activation else GONE
    else:
        u_paid, u_free = account.u(streams.TO_PAID, user.number), account.u(streams.KEEP_FREE, user.number)
        plan = trial_outcome(trial.activation, trial.to_paid, trial.keep_free, u_activation, u_paid, u_free)
    if u_activation < trial.activation:
        account.add("activations")
    if plan == GONE:
        account.change_plan(user, GONE)
        account.note(kinds.TRIAL_FAILED, user.number)
    else:
        account.settle_use()
        account.change_plan(user, plan)
        account.add("conversions", int(plan == PAID))
        account.note(kinds.ACTIVATED, user.number, plan)
    account.refresh()


def leave(account: Account, user: User) -> None:
    """An active user's tenure has ended."""
    account.settle_use()
    account.note(kinds.LEFT, user.number, user.plan)
    account.change_plan(user, GONE)
    account.refresh()


def lapse_everyone(account: Account) -> int:
    """How many users a ban has lapsed: all who were in trial or active."""
    account.settle_use()
    # A copy: `change_plan` takes whoever is gone out of the dictionary.
    users = list(account.users.values())
    for user in users:
        account.change_plan(user, GONE)
        account.interrupt(user)
    return len(users)


def seat_everyone(account: Account) -> None:
    """All active users get seats and new tenures: self-serve subscriptions are absorbed."""
    account.settle_use()
    for user in list(account.users.values()):
        if user.plan in (FREE, PAID, TEAM):
            account.change_plan(user, SEATED)
            account.interrupt(user)


def release_users(account: Account, users: list[User], stream: int) -> None:
    """Their seats or their team's plan have ended: each goes on for free, or lapses."""
    account.settle_use()
    # A stream for each ending; the index is the user's number, so a draw does not depend on who else is there.
    for user in users:
        stays = account.u(stream, user.number) < account.rules.trial.keep_free
        account.change_plan(user, FREE if stays else GONE)
        if stays:
            account.market.note_kept_free(account.index, user.number)
        account.interrupt(user)
