"""Where everybody stands at the start: untouched, or as the accounts file has it (docs/model.md, 4)."""

from __future__ import annotations

from forecast.engines.initial_state import accounts_at_start, present_price
from forecast.engines.simpy_engine.adoption import join, note_team
from forecast.engines.simpy_engine.contracts import resume_contract
from forecast.engines.simpy_engine.entities import Account, Opportunity
from forecast.engines.simpy_engine.market import Market
from forecast.engines.simpy_engine.procurement import begin_ready
from forecast.model import kinds, metrics, streams
from forecast.model.kinds import FREE, PAID, SEATED
from forecast.scenario import PresentAccount

_DEFERRED = metrics.INDEX["deferred_revenue_cents"]


def set_initial_state(market: Market) -> None:
    """Put the accounts of the file where they are, and write month 0."""
    for index, row in accounts_at_start(market.parameters):
        place_account(market.accounts[index], row)
    # The books of month 0 are closed before any stage begins: SimPy starts processes when the calendar runs.
    market.close_month(0)
    market.at_start = [
        (account.active > 0 or account.opportunity is not None, account.contract is not None)
        for account in market.accounts
    ]
    for account in market.accounts:
        account.refresh()


def place_account(account: Account, row: PresentAccount) -> None:
    """Give an account the users, the contract or the purchase that it has today."""
    for nth in range(row.lapsed_users):
        account.move_in_team(account.pick_not_using(streams.TEAM_OF_LAPSED, nth), not_using=-1, lapsed=1)
    account.not_using -= row.lapsed_users
    account.lapsed += row.lapsed_users
    under_contract = row.contract_end is not None
    for plan, count in ((FREE, row.free_users), (PAID, row.paid_users)):
        for _ in range(count):
            team = account.pick_not_using(streams.TEAM_OF_PRESENT, account.joined)
            note_team(account, join(account, SEATED if under_contract else plan, row.age_days, team))
    if row.contract_end is not None:
        price = present_price(
            row, account.rules.pricing.enterprise, account.discount, account.market.tiers[account.segment]
        )
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
    # Every stage before it, through all predecessors, whatever the order of the file.
    while done:
        for before in parameters.scenario.after[done.pop()]:
            opportunity.done[before] = True
            done.append(before)
    begin_ready(opportunity)
