"""Where everybody stands at the start: untouched, or as the accounts file has it (docs/model.md, 4)."""

from __future__ import annotations

from forecast.engines.initial_state import (
    accounts_at_start,
    present_price,
    present_team_users,
    present_users,
    stage_age,
)
from forecast.engines.simpy_engine.adoption import join, note_team
from forecast.engines.simpy_engine.contracts import cool_down_until, resume_contract
from forecast.engines.simpy_engine.entities import Account, Opportunity
from forecast.engines.simpy_engine.market import Market
from forecast.engines.simpy_engine.procurement import begin_ready
from forecast.model import kinds, metrics, streams
from forecast.model.kinds import TEAM
from forecast.scenario import PresentAccount

_DEFERRED = metrics.INDEX["deferred_revenue_cents"]


def set_initial_state(market: Market) -> None:
    """Put the accounts of the file where they are, and write month 0."""
    for index, row in accounts_at_start(market.parameters):
        place_account(market.accounts[index], row)
    # The books of month 0 are closed before any stage begins: SimPy starts processes when the calendar runs.
    market.close_month(0)
    market.at_start = [(has_begun(account), account.contract is not None) for account in market.accounts]
    for account in market.accounts:
        account.refresh()


def has_begun(account: Account) -> bool:
    """Whether its use or purchase began before the start: people use or try it, or it is banned or cooling down."""
    used = account.active + account.in_trial > 0
    return used or account.opportunity is not None or account.banned or account.cooling


def place_account(account: Account, row: PresentAccount) -> None:
    """Give an account the users, the contract or the purchase that it has today."""
    if row.team_users:
        place_team_plans(account, row)
    for nth in range(row.lapsed_users):
        team = account.pick_not_using(account.u(streams.TEAM_OF_LAPSED, nth))
        account.move_in_team(team, not_using=-1, lapsed=1)
    account.not_using -= row.lapsed_users
    account.lapsed += row.lapsed_users
    for plan, users, age in present_users(row):
        for _ in range(users):
            team = account.pick_not_using(account.u(streams.TEAM_OF_PRESENT, account.joined))
            note_team(account, join(account, plan, age, team))
    if row.contract_end is not None:
        price = present_price(
            row, account.rules.pricing.enterprise, account.discount, account.market.tiers[account.segment]
        )
        opening = resume_contract(account, row.seats, price, row.contract_end)
        account.market.ledger[0, account.segment, _DEFERRED] += opening
        assert account.contract is not None
        account.contract.champion_left = row.champion_left
    if row.opportunity_stage is not None:
        place_opportunity(account, row.opportunity_stage, stage_age(row))
    account.banned = row.banned_since is not None
    if row.cooling_until is not None:
        cool_down_until(account, float(row.cooling_until))


def place_team_plans(account: Account, row: PresentAccount) -> None:
    """Put users on team plans, while all teams are untouched."""
    teams = account.make_teams()
    sizes = teams.sizes if teams else [account.size]
    paying = list(present_team_users(row, sizes))
    for team, age in paying:
        note_team(account, join(account, TEAM, age, team))
    for team in sorted({team for team, _ in paying}):
        account.set_paying(team, paying=True)


def place_opportunity(account: Account, stage_name: str, lasted: float) -> None:
    """An opportunity at a stage that has lasted some days: what comes before it is done, everything else is fresh."""
    parameters = account.market.parameters
    opportunity = Opportunity(account, kinds.PRESENT)
    account.mark_first_day("opportunity_day")
    account.note(kinds.OPPORTUNITY_OPENED, opportunity.ordinal, kinds.PRESENT)
    done = [parameters.stages.index(stage_name)]
    opportunity.lasted[done[0]] = lasted
    # Every stage before it, through all predecessors, whatever the order of the file.
    while done:
        for before in parameters.scenario.after[done.pop()]:
            opportunity.done[before] = True
            done.append(before)
    begin_ready(opportunity)
