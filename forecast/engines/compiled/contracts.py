"""What happens under a contract.  Counterpart of forecast.engines.simpy_engine.contracts."""

from __future__ import annotations

from math import floor, inf, isnan
from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.clocks import refresh
from forecast.engines.compiled.draws import draw, sample
from forecast.engines.compiled.event_log import add, note
from forecast.engines.compiled.groups import seat_everyone, unseat_everyone
from forecast.engines.compiled.teams import clear_team_plans
from forecast.engines.compiled.users import active_users
from forecast.engines.compiled.world import World
from forecast.model import contract as terms
from forecast.model import kinds, metrics, streams
from forecast.model.dates import add_anchored_months, day_of_month, next_true_up, running_months
from forecast.model.money import part, post_invoice, pro_rata, recognize
from forecast.model.price_response import demand_factor, shifted_odds

_BOOKINGS = metrics.INDEX["bookings_cents"]
_ACV = metrics.INDEX["acv_bookings_cents"]
_RENEWALS = metrics.INDEX["renewals"]
_NON_RENEWALS = metrics.INDEX["non_renewals"]
_TEAM_PLANS_ENDED = metrics.INDEX["team_plans_ended"]


@inner
def update_next_timer(account: Any) -> None:
    """Remember when the first timer of the account, not of a user, ends."""
    # The invariant: timer_due is the least of its seven.  Whoever changes one of them calls this before the event is
    # over; a due that is forgotten here fires late or never (test_the_engines_agree_on_ties has all of them).
    due = min(account.entry_due, min(account.true_up_due, account.invoice_due))
    due = min(due, account.term_due)
    due = min(due, account.cool_down_due)
    due = min(due, account.start_due)
    account.timer_due = min(due, account.stage_due)


@inner
def period(world: World, account: Any, number: int) -> tuple[int, int, int]:
    """First day, day after the last, and months of a billing period; the last may be shorter."""
    origin = world.progress[0].origin
    first = number * account.billing
    months = min(account.billing, account.term_months - first)
    start = add_anchored_months(origin, account.term_start, first, account.term_anchor)
    return start, add_anchored_months(origin, account.term_start, first + months, account.term_anchor), months


@inner
def fix_term(world: World, account: Any, start: int, months: int, anchor: int) -> None:
    """Term, billing and payment terms are fixed when a term begins; its anchor is that of the first term."""
    rules = world.rules[account.segment]
    account.term_start = start
    account.term_months = months
    account.term_anchor = anchor
    account.term_end = add_anchored_months(world.progress[0].origin, start, months, anchor)
    account.billing = rules.contract.billing
    account.payment_terms = rules.contract.payment_terms
    account.champion_left = 0
    account.billed_periods = 0


@inner
def plan_term(world: World, account: Any, after: float) -> None:
    """Set the dates of the next invoice, of the next true-up later than `after`, and of the term's end."""
    plan_invoice(world, account)
    plan_true_up(world, account, after)
    account.term_due = float(account.term_end)
    update_next_timer(account)


@inner
def plan_invoice(world: World, account: Any) -> None:
    """Set the date of the next invoice, if the term has one."""
    periods = -(-account.term_months // account.billing)
    # A term may end between two dates of its billing: it then has one period more, and a shorter one.
    left = account.billed_periods < periods
    account.invoice_due = float(period(world, account, account.billed_periods)[0]) if left else inf


@inner
def plan_true_up(world: World, account: Any, after: float) -> None:
    """Set the date of the next true-up later than `after`."""
    every = world.rules[account.segment].contract.true_up
    term = account.term_start, account.term_months, account.term_anchor
    day = next_true_up(world.progress[0].origin, term, every, after)
    account.true_up_due = float(day) if day >= 0 else inf


@inner
def sign(world: World, index: int, account: Any) -> None:
    """The first term is agreed and booked; it begins at once, or when the start lag is over."""
    progress, rules = world.progress[0], world.rules[account.segment]
    if isnan(account.contract_day):
        account.contract_day = progress.now
    active = active_users(account)
    account.seats_to_start = terms.landing_seats(
        active, account.headcount, rules.contract.land_multiple, rules.contract.min_seats
    )
    price = terms.price_of_seats(
        rules.pricing.enterprise, account.discount, account.seats_to_start, world.tiers[account.segment]
    )
    account.price_to_start, account.price_before_tiers_to_start = price.cents, price.before_tiers
    note(world, account.segment, index, kinds.SIGNED, -1, account.seats_to_start)
    start = int(floor(progress.now + rules.contract.start_lag))
    # The dates of the term are fixed at the signature, its seats and price kept apart until it is live: positions and
    # hazards must not see them before.
    fix_term(world, account, start, rules.contract.term, day_of_month(progress.origin, start))
    book(world, account, account.seats_to_start, account.price_to_start)
    if start > progress.now:
        account.start_due = float(start)
        update_next_timer(account)
    else:
        go_live(world, index, account)


@inner
def start_contract(world: World, index: int, account: Any) -> None:
    """What is signed goes live on its day."""
    # Taken back before anything else, so that hazards and positions see a contract that is live, and none to come.
    account.start_due = inf
    update_next_timer(account)
    go_live(world, index, account)
    refresh(world, account)


@inner
def go_live(world: World, index: int, account: Any) -> None:
    """The first term begins; the account's self-serve subscriptions are absorbed."""
    rules = world.rules[account.segment]
    account.absorbed += 12 * account.paid * rules.pricing.paid
    account.team_absorbed += 12 * account.team * rules.plans.team_price
    account.landed += 12 * account.seats_to_start * account.price_to_start
    account.contract = 1
    account.seats, account.price = account.seats_to_start, account.price_to_start
    account.price_before_tiers = account.price_before_tiers_to_start
    note(world, account.segment, index, kinds.WENT_LIVE, -1, account.seats)
    account.seats_to_start = 0
    account.price_to_start = 0
    # After WENT_LIVE is written, so that a reader of the log finds the users seated by it.
    seat_everyone(world, account)
    add(world, account, _TEAM_PLANS_ENDED, clear_team_plans(world, account))
    begin_term(world, index, account)


@inner
def book(world: World, account: Any, seats: int, price: int) -> None:
    """Book a term: all that it will invoice, and a year of it."""
    add(world, account, _BOOKINGS, seats * price * account.term_months)
    add(world, account, _ACV, 12 * seats * price)


@inner
def begin_term(world: World, index: int, account: Any) -> None:
    """Bill the term's first period and set its dates."""
    bill(world, index, account)
    plan_term(world, account, float(account.term_start))


@inner
def bill(world: World, index: int, account: Any) -> None:
    """Send the next period's invoice."""
    start, end, months = period(world, account, account.billed_periods)
    account.billed_periods += 1
    amount = account.seats * account.price * months
    post_invoice(world.ledger, account.segment, world.month_days, amount, (start, end), start + account.payment_terms)
    note(world, account.segment, index, kinds.INVOICED, -1, amount)


@inner
def invoice(world: World, index: int, account: Any) -> None:
    """An invoice at the start of a billing period."""
    bill(world, index, account)
    plan_invoice(world, account)
    update_next_timer(account)


@inner
def true_up(world: World, index: int, account: Any) -> None:
    """Seats rise to those in use, billed for the rest of the period by days; later invoices carry them."""
    day = int(account.true_up_due)
    extra = account.seated - account.seats
    if extra > 0:
        account.seats = account.seated
        # Of a period that begins today the invoice is still to come (TRUE_UP before INVOICE): it will carry the new
        # seats.
        start, end, months = period(world, account, account.billed_periods - 1)
        billed = 0
        if day < end:
            billed = pro_rata(extra, account.price, months, end - day, end - start)
            cash = day + account.payment_terms
            post_invoice(world.ledger, account.segment, world.month_days, billed, (day, end), cash)
        # Months of the term that no invoice has covered yet: they are booked with the extra seats, and billed later.
        later = account.term_months - (account.billed_periods - 1) * account.billing - months
        add(world, account, _BOOKINGS, billed + extra * account.price * later)
        add(world, account, _ACV, 12 * extra * account.price)
        note(world, account.segment, index, kinds.TRUED_UP, -1, extra)
        if billed:
            note(world, account.segment, index, kinds.INVOICED, -1, billed)
    plan_true_up(world, account, float(day))
    update_next_timer(account)


@inner
def end_term(world: World, index: int, account: Any) -> None:
    """At the term's end it is renewed, or not."""
    rules = world.rules[account.segment]
    champion = rules.renewal.champion_left if account.champion_left else 1.0
    probability = terms.renewal_probability(
        rules.renewal.base_probability,
        champion,
        account.seated,
        account.seats,
        rules.renewal.healthy_use,
        rules.renewal.elasticity,
    )
    price, pricing = terms.uplifted_price(account.price, rules.renewal.uplift), rules.pricing
    factor = demand_factor(price, pricing.enterprise_reference, pricing.enterprise_elasticity)
    factor *= world.renewal_seasons[account.segment, world.progress[0].season]
    # Counted over all contracts of the account, so that no two ends share the draws of renewal and of going on for
    # free.
    nth = account.term_ends
    account.term_ends += 1
    if draw(world, account, streams.RENEWAL, nth) < shifted_odds(probability, factor):
        renew(world, index, account)
    else:
        end_contract(world, index, account, nth)
    refresh(world, account)


@inner
def renew(world: World, index: int, account: Any) -> None:
    """The next term begins the same day, with a new champion."""
    rules = world.rules[account.segment]
    account.seats = terms.renewed_seats(account.seated, account.seats, rules.renewal.headroom, rules.contract.min_seats)
    uplifted = terms.uplifted_price(account.price_before_tiers, rules.renewal.uplift)
    price = terms.price_of_seats(uplifted, 0.0, account.seats, world.tiers[account.segment])
    account.price, account.price_before_tiers = price.cents, price.before_tiers
    add(world, account, _RENEWALS, 1)
    note(world, account.segment, index, kinds.RENEWED, -1, account.seats)
    fix_term(world, account, account.term_end, rules.contract.term, account.term_anchor)
    book(world, account, account.seats, account.price)
    begin_term(world, index, account)


@inner
def end_contract(world: World, index: int, account: Any, nth: int) -> None:
    """Not renewed: seated users go on for free or lapse, and the account cools down."""
    add(world, account, _NON_RENEWALS, 1)
    note(world, account.segment, index, kinds.NOT_RENEWED, -1, account.seated)
    account.contract = 0
    account.seats = 0
    account.price = 0
    # SimPy interrupts processes here; a date that is taken back is all that this engine needs.
    account.true_up_due = inf
    account.invoice_due = inf
    account.term_due = inf
    unseat_everyone(world, index, account, streams.KEEP_FREE_AT_END + nth)
    start_cool_down(world, account)


@inner
def start_cool_down(world: World, account: Any) -> None:
    """For a while neither awareness nor outbound opens anything."""
    account.cooling = 1
    nth = account.cool_downs
    account.cool_downs += 1
    number = world.rules[account.segment].procurement.cool_down
    account.cool_down_due = world.progress[0].now + sample(world, number, account, streams.COOL_DOWN, nth)
    update_next_timer(account)


@inner
def cool_down(world: World, index: int, account: Any) -> None:
    """The quiet after a lost deal or an ended contract is over."""
    account.cooling = 0
    account.cool_down_due = inf
    update_next_timer(account)
    note(world, account.segment, index, kinds.COOLED_DOWN, -1, 0.0)
    refresh(world, account)


@inner
def resume_contract(world: World, account: Any, seats: int, price: int, end: int) -> int:
    """Cents already paid and not yet earned of a term that ends on day `end` and runs since before the scenario."""
    origin = world.progress[0].origin
    months = running_months(origin, end, world.rules[account.segment].contract.term)
    anchor = day_of_month(origin, end)
    fix_term(world, account, add_anchored_months(origin, end, -months, anchor), months, anchor)
    account.contract = 1
    account.seats = seats
    account.price = price
    periods = -(-months // account.billing)
    # Periods that began before the scenario are billed and paid; what is left of the running one is the opening
    # deferred revenue.
    while account.billed_periods + 1 < periods and period(world, account, account.billed_periods + 1)[0] <= 0:
        account.billed_periods += 1
    start, until, period_months = period(world, account, account.billed_periods)
    account.billed_periods += 1
    amount = seats * price * period_months
    recognize(world.ledger, account.segment, world.month_days, amount, (start, until), 0)
    plan_term(world, account, 0.0)
    return int(amount - part(amount, -start, until - start))
