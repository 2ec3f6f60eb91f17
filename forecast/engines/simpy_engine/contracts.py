"""The life of a contract: signing, invoices, true-ups, the champion, and the end of each term (docs/model.md, 8)."""

from __future__ import annotations

from math import floor

import simpy

from forecast.engines.simpy_engine.adoption import release_users, seat_everyone
from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.entities import Account, Contract, Term
from forecast.model import contract as terms
from forecast.model import kinds, streams
from forecast.model.dates import add_anchored_months, day_of_month, next_true_up, running_months
from forecast.model.kinds import SEATED
from forecast.model.money import part, post_invoice, pro_rata, recognize
from forecast.model.price_response import demand_factor, shifted_odds


def sign(account: Account) -> None:
    """The first term is agreed and booked; it begins at once, or when the start lag is over."""
    rules, now = account.rules, account.market.calendar.now
    account.mark_first_day("contract_day")
    seats = terms.landing_seats(account.active, account.size, rules.contract.land_multiple, rules.contract.min_seats)
    tiers = account.market.tiers[account.segment]
    price = terms.price_of_seats(rules.pricing.enterprise, account.discount, seats, tiers)
    account.note(kinds.SIGNED, -1, seats)
    start = floor(now + rules.contract.start_lag)
    term = Term(start, rules.contract.term, day_of_month(account.market.parameters.shape.origin, start))
    contract = Contract(account, term, seats, price)
    book(account, contract)
    if contract.start > now:
        # Kept apart from `contract` until it is live: positions and hazards must not see it before.
        account.to_start = contract
        account.market.calendar.process(start_later(account, contract))
    else:
        go_live(account, contract)


def start_later(account: Account, contract: Contract) -> Process:
    """What is signed goes live on its day."""
    yield account.at(contract.start, kinds.START)
    # Before it goes live, so that nothing counts it twice.
    account.to_start = None
    go_live(account, contract)
    account.refresh()


def go_live(account: Account, contract: Contract) -> None:
    """The first term begins; the account's self-serve subscriptions are absorbed."""
    account.absorbed += 12 * account.paid * account.rules.pricing.paid
    account.team_absorbed += 12 * account.team * account.rules.plans.team_price
    account.landed += 12 * contract.seats * contract.price
    account.note(kinds.WENT_LIVE, -1, contract.seats)
    # After WENT_LIVE is written, so that a reader of the log finds the users seated by it.
    account.contract = contract
    seat_everyone(account)
    account.clear_team_plans()
    begin_term(account, contract)


def book(account: Account, contract: Contract) -> None:
    """Book a term: all that it will invoice, and a year of it."""
    account.add("bookings_cents", contract.seats * contract.price * contract.months)
    account.add("acv_bookings_cents", 12 * contract.seats * contract.price)


def begin_term(account: Account, contract: Contract) -> None:
    """Bill the first period and start the term's processes."""
    bill(account, contract)
    start_processes(account, contract, float(contract.start))


def start_processes(account: Account, contract: Contract, after: float) -> None:
    """Start invoices, true-ups later than `after`, and the term's end."""
    calendar = account.market.calendar
    # Three processes that each belong to one term.  Those of a term that has ended find out by themselves: invoices run
    # out, and a true-up compares its contract with the account's when it is interrupted.
    calendar.process(invoices(account, contract))
    contract.true_up_process = calendar.process(true_ups(account, contract, after))
    calendar.process(end_term(account, contract))


def bill(account: Account, contract: Contract) -> None:
    """Send the next period's invoice."""
    market = account.market
    start, end, months = contract.period(contract.billed_periods)
    contract.billed_periods += 1
    amount = contract.seats * contract.price * months
    month_days = market.parameters.month_days
    post_invoice(market.ledger, account.segment, month_days, amount, (start, end), start + contract.payment_terms)
    account.note(kinds.INVOICED, -1, amount)


def invoices(account: Account, contract: Contract) -> Process:
    """An invoice at the start of each billing period of the term."""
    while contract.billed_periods < contract.periods:
        yield account.at(contract.period(contract.billed_periods)[0], kinds.INVOICE)
        bill(account, contract)
        account.refresh()


def true_ups(account: Account, contract: Contract, after: float) -> Process:
    """From time to time the seats rise to those in use; an interrupt says that the interval has changed."""
    while True:
        every = account.rules.contract.true_up
        term = contract.start, contract.months, contract.anchor
        day = next_true_up(contract.origin, term, every, after)
        try:
            # The term has no further one; but the interval may change, and then this wait is interrupted.
            if day < 0:
                yield account.market.calendar.event()  # never, unless the interval changes
            yield account.at(day, kinds.TRUE_UP)
        except simpy.Interrupt:
            if contract is not account.contract:
                return
            # A true-up that is due today is still to come: days are whole, so half a day before includes it.
            after = account.market.calendar.now - 0.5
            continue
        after = float(day)
        if account.seated > contract.seats:
            true_up(account, contract, day)
            account.refresh()


def true_up(account: Account, contract: Contract, day: int) -> None:
    """Seats rise to those in use, billed for the rest of the period by days; later invoices carry them."""
    extra = account.seated - contract.seats
    contract.seats = account.seated
    # The invoice of a period that begins today is still to come, and will carry the new seats.
    running = contract.billed_periods - 1
    start, end, months = contract.period(running)
    billed = 0
    if day < end:
        billed = pro_rata(extra, contract.price, months, end - day, end - start)
        market = account.market
        cash = day + contract.payment_terms
        post_invoice(market.ledger, account.segment, market.parameters.month_days, billed, (day, end), cash)
    # Months of the term that no invoice has covered yet: they are booked with the extra seats, and billed later.
    later = contract.months - (contract.billed_periods - 1) * contract.billing - months
    account.add("bookings_cents", billed + extra * contract.price * later)
    account.add("acv_bookings_cents", 12 * extra * contract.price)
    account.note(kinds.TRUED_UP, -1, extra)
    if billed:
        account.note(kinds.INVOICED, -1, billed)


def champion_departures(account: Account) -> Process:
    """The colleague who carried the purchase leaves, once per term."""
    while True:
        yield account.clocks[kinds.CHAMPION_LEAVES].firing()
        assert account.contract is not None
        account.contract.champion_left = True
        account.note(kinds.CHAMPION_LEFT)
        account.refresh()


def end_term(account: Account, contract: Contract) -> Process:
    """At the term's end it is renewed, or not."""
    yield account.at(contract.end, kinds.TERM_END)
    renewal = account.rules.renewal
    champion = renewal.champion_left if contract.champion_left else 1.0
    probability = terms.renewal_probability(
        renewal.base_probability, champion, account.seated, contract.seats, renewal.healthy_use, renewal.elasticity
    )
    pricing, price = account.rules.pricing, terms.uplifted_price(contract.price, renewal.uplift)
    factor = demand_factor(price, pricing.enterprise_reference, pricing.enterprise_elasticity)
    factor *= account.market.renewal_season[account.segment]
    # Counted over all contracts of the account, so that no two ends share the draws of renewal and of going on for
    # free.
    nth, account.term_ends = account.term_ends, account.term_ends + 1
    if account.u(streams.RENEWAL, nth) < shifted_odds(probability, factor):
        renew(account, contract)
    else:
        end_contract(account, nth)
    account.refresh()


def renew(account: Account, contract: Contract) -> None:
    """The next term begins the same day, with a new champion."""
    rules = account.rules
    seats = terms.renewed_seats(account.seated, contract.seats, rules.renewal.headroom, rules.contract.min_seats)
    uplifted = terms.uplifted_price(contract.price_before_tiers, rules.renewal.uplift)
    price = terms.price_of_seats(uplifted, 0.0, seats, account.market.tiers[account.segment])
    account.add("renewals")
    account.note(kinds.RENEWED, -1, seats)
    account.contract = Contract(account, Term(contract.end, rules.contract.term, contract.anchor), seats, price)
    book(account, account.contract)
    begin_term(account, account.contract)


def end_contract(account: Account, nth: int) -> None:
    """Not renewed: seated users go on for free or lapse, and the account cools down."""
    account.add("non_renewals")
    account.note(kinds.NOT_RENEWED, -1, account.seated)
    account.contract = None
    seated = [user for user in account.users.values() if user.plan == SEATED]
    release_users(account, seated, streams.KEEP_FREE_AT_END + nth)
    start_cool_down(account)


def resume_contract(account: Account, seats: int, price: terms.SeatPrice, end: int) -> int:
    """Cents already paid and not yet earned of a term that ends on day `end` and runs since before the scenario."""
    origin = account.market.parameters.shape.origin
    months = running_months(origin, end, account.rules.contract.term)
    anchor = day_of_month(origin, end)
    contract = Contract(account, Term(add_anchored_months(origin, end, -months, anchor), months, anchor), seats, price)
    account.contract = contract
    # Periods that began before the scenario are billed and paid; what is left of the running one is the opening
    # deferred revenue.
    while contract.billed_periods + 1 < contract.periods and contract.period(contract.billed_periods + 1)[0] <= 0:
        contract.billed_periods += 1
    start, until, period_months = contract.period(contract.billed_periods)
    contract.billed_periods += 1
    amount = seats * price.cents * period_months
    month_days = account.market.parameters.month_days
    recognize(account.market.ledger, account.segment, month_days, amount, (start, until), 0)
    start_processes(account, contract, 0.0)
    return amount - part(amount, -start, until - start)


def start_cool_down(account: Account) -> None:
    """For a while neither awareness nor outbound opens anything."""
    nth, account.cool_downs = account.cool_downs, account.cool_downs + 1
    days = account.sample(account.rules.procurement.cool_down, streams.COOL_DOWN, nth)
    cool_down_until(account, account.market.calendar.now + days)


def cool_down_until(account: Account, time: float) -> None:
    """Let the account cool down until then."""
    account.cooling = True
    account.market.calendar.process(cool_down(account, time))


def cool_down(account: Account, until: float) -> Process:
    """The quiet after a lost deal or an ended contract."""
    yield account.at(until, kinds.COOL_DOWN)
    account.cooling = False
    account.note(kinds.COOLED_DOWN)
    account.refresh()
