"""Where does everybody stand at the start?  Untouched, or as the accounts file has it (docs/model.md, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forecast.engines.simpy_engine.contracts import resume_contract
from forecast.engines.simpy_engine.procurement import Opportunity
from forecast.model import kinds, metrics
from forecast.model.contract import seat_price
from forecast.model.kinds import FREE, PAID, SEATED
from forecast.scenario import PresentAccount

if TYPE_CHECKING:
    from forecast.engines.simpy_engine.entities import Account
    from forecast.engines.simpy_engine.market import Market

_DEFERRED = metrics.INDEX["deferred_revenue_cents"]


def set_initial_state(market: Market) -> None:
    """Put the accounts of the file where they are, and write month 0."""
    present = {(each.segment, each.account): each for each in market.parameters.scenario.present}
    names = market.parameters.account_names if present else []
    for account, name in zip(market.accounts, names, strict=False):
        row = present.get((market.parameters.segments[account.segment], name))
        if row is not None:
            place_account(account, row)
    market.close_month(0)
    market.at_start = [
        (account.active > 0 or account.opportunity is not None, account.contract is not None)
        for account in market.accounts
    ]
    for account in market.accounts:
        account.refresh()


def place_account(account: Account, row: PresentAccount) -> None:
    """Give an account the users, the contract or the purchase that it has today."""
    account.eligible -= row.lapsed_users
    account.lapsed += row.lapsed_users
    under_contract = row.contract_end is not None
    for plan, count in ((FREE, row.free_users), (PAID, row.paid_users)):
        for _ in range(count):
            account.join(SEATED if under_contract else plan, row.age_days)
    if row.contract_end is not None:
        price = row.price_cents
        if price is None:
            price = seat_price(account.wholes.enterprise_price, account.discount)
        opening = resume_contract(account, row.seats, price, row.contract_end)
        account.market.ledger[0, account.segment, _DEFERRED] += opening
    if row.opportunity_stage is not None:
        place_opportunity(account, row.opportunity_stage)


def place_opportunity(account: Account, stage_name: str) -> None:
    """An opportunity at one stage: what comes before it is done, everything else is fresh."""
    parameters = account.market.parameters
    opportunity = Opportunity(account, kinds.PRESENT)
    account.mark_first_day("opportunity_day")
    account.note(kinds.OPPORTUNITY_OPENED, opportunity.ordinal, kinds.PRESENT)
    done = [parameters.stages.index(stage_name)]
    while done:
        for before in parameters.scenario.after[done.pop()]:
            opportunity.done[before] = True
            done.append(before)
    opportunity.begin_ready()
