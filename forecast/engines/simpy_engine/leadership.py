"""What leaders and the vendor's outbound team do: awareness, bans and outbound as processes (docs/model.md, 6)."""

from __future__ import annotations

from forecast.engines.simpy_engine import procurement
from forecast.engines.simpy_engine.adoption import lapse_everyone
from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.entities import Account
from forecast.model import kinds, streams
from forecast.model.leadership import BAN, SPONSOR, awareness_outcome, ban_probability


def awareness_events(account: Account) -> Process:
    """Leadership notices the use, again and again, until something comes of it."""
    while True:
        yield account.clocks[kinds.AWARENESS].firing()
        nth = account.clocks[kinds.AWARENESS].count - 1
        market = account.market
        ban = ban_probability(account.rules.awareness.ban, market.reduced_by[account.segment], market.available)
        # Both are drawn, whether or not the first decides: the draws of the n-th awareness do not depend on its
        # outcome.
        u_ban, u_sponsor = account.u(streams.AWARENESS_BAN, nth), account.u(streams.AWARENESS_SPONSOR, nth)
        outcome = awareness_outcome(ban, account.rules.awareness.sponsor, u_ban, u_sponsor)
        account.add("awarenesses")
        account.mark_first_day("aware_day")
        account.note(kinds.AWARE, -1, outcome)
        if outcome == BAN:
            impose_ban(account)
        elif outcome == SPONSOR:
            procurement.open_opportunity(account, kinds.PRODUCT)
        account.refresh()


def impose_ban(account: Account) -> None:
    """Every user lapses at once."""
    account.add("bans")
    account.mark_first_day("ban_day")
    # Clocks stop at the `refresh` that follows; a purchase cannot be open, since leaders notice nothing while one is.
    account.banned = True
    account.note(kinds.BANNED, -1, lapse_everyone(account))
    account.clear_team_plans()


def ban_lift(account: Account) -> Process:
    """A ban ends, and use may start again."""
    while True:
        yield account.clocks[kinds.BAN_LIFT].firing()
        account.banned = False
        account.note(kinds.BAN_LIFTED)
        account.refresh()


def outbound(account: Account) -> Process:
    """The vendor's own people open an opportunity."""
    while True:
        yield account.clocks[kinds.OUTBOUND].firing()
        procurement.open_opportunity(account, kinds.OUTBOUND_SOURCE)
        account.refresh()
