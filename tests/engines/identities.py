"""What must hold to the cent in every replication, month and segment?  The identities of docs/model.md, 9.

`check(parameters, result)` asserts them all, `check_log` that the event log agrees; they know no engine, no scenario.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.engines.result import (
    ENTERED,
    LEFT,
    OPENED,
    QUEUED,
    REQUIREMENTS,
    SERVED,
    STAGE_DAYS,
    OpportunityTable,
    ReplicationResult,
)
from forecast.model import kinds
from forecast.model.arr_parts import ARR_MOVEMENTS, MOVEMENTS, movements_of
from forecast.model.kinds import LOST, OPEN, OUTBOUND_SOURCE, PAID, PRESENT, PRODUCT, WON
from forecast.model.parameters import Parameters

Array = np.ndarray[Any, Any]
USERS = ("not_using", "in_trial", "free_users", "paid_users", "team_users", "seated_users", "lapsed_users")
STOCKS = (
    *USERS,
    "eligible_users",
    "accounts_in_market",
    *("seats", "contracts", "banned_accounts", "open_opportunities", "active_teams", "paying_teams"),
    *("self_serve_arr", "team_arr", "enterprise_arr", "arr", "carr", "deferred_revenue", "receivables"),
    *(
        f"{kind}_{rate}_{part}"
        for kind in ("contract", "blended")
        for rate in ("nrr", "grr")
        for part in ("numerator", "denominator")
    ),
    *(f"logo_retention_{part}" for part in ("numerator", "denominator")),
    "usage_run_rate",
    *(
        f"{name}_{part}"
        for name in ("nrr_with_usage", "contract_nrr_with_usage")
        for part in ("numerator", "denominator")
    ),
)
SIGNED = ("people_cost", "capability_cost", "event_cost", "cogs", "acquisition_cost")


class Months:
    """The columns of a replication by name, int64[month, row]; `change` is from month end to month end."""

    def __init__(self, parameters: Parameters, result: ReplicationResult) -> None:
        self.monthly = result.monthly
        self.names = parameters.metrics

    def __getitem__(self, name: str) -> Array:
        metric = name if name in self.names else f"{name}_cents"
        return self.monthly[:, :, self.names.index(metric)]

    def change(self, name: str) -> Array:
        """A stock's change in each month from the first."""
        return np.diff(self[name], axis=0)

    def flow(self, *names: str) -> Array:
        """The sum of flows in each month from the first."""
        return np.asarray(sum(self[name][1:] for name in names))


def check(parameters: Parameters, result: ReplicationResult) -> None:
    """Assert every identity of a replication."""
    months = Months(parameters, result)
    lost = [name for name in parameters.metrics if name.startswith("lost_")]
    users_add_up(parameters, result, months)
    teams_hold_their_users(months)
    stocks_follow_from_flows(months, lost)
    money_adds_up(months)
    retention_is_a_share(months)
    usage_adds_up(months)
    nothing_is_negative(months)
    nothing_flows_before_the_first_month(months, lost)
    vendor_has_no_accounts(parameters, months)
    tables_agree(parameters, result, months, lost)
    people_are_counted(parameters, result)


def users_add_up(parameters: Parameters, result: ReplicationResult, months: Months) -> None:
    """S + T + F + P + E + L is the sum of N over the accounts that are in the market, always."""
    everyone = sum(months[name] for name in USERS)
    segments, entry = parameters.account_segment, result.accounts.entry_day
    for segment in range(len(parameters.segments)):
        mine = segments == segment
        there = (entry[mine] < parameters.month_days[:, None]) | (entry[mine] == 0)  # [month, account]
        size = there @ result.accounts.eligible_users[mine]
        assert np.array_equal(np.asarray(everyone)[:, segment], size)
        assert np.array_equal(months["eligible_users"][:, segment], size)
        assert np.array_equal(months["accounts_in_market"][:, segment], there.sum(axis=1))


def teams_hold_their_users(months: Months) -> None:
    """A team with an active user has one at least; who is on a team plan is in a paying team."""
    active = sum(months[name] for name in ("free_users", "paid_users", "team_users", "seated_users"))
    assert np.all(months["active_teams"] <= active)
    assert np.array_equal(months["active_teams"] > 0, active > 0)
    assert np.all(months["team_users"][months["paying_teams"] == 0] == 0)
    assert np.all(months["paying_teams"][months["eligible_users"] == 0] == 0)


def stocks_follow_from_flows(months: Months, lost: list[str]) -> None:
    """What there is now is what there was, and what came, less what went."""
    flow, change = months.flow, months.change
    assert np.array_equal(change("lapsed_users"), flow("lapses") - flow("win_backs"))
    trials = flow("organic_trials", "imitation_trials")
    joined = trials + flow("rollouts") - flow("win_backs")
    assert np.array_equal(change("eligible_users") - change("not_using"), joined)
    opened, closed = flow("opportunities_product", "opportunities_outbound"), flow("won", *lost)
    assert np.array_equal(change("open_opportunities"), opened - closed)
    assert np.array_equal(change("contracts"), flow("won") - flow("non_renewals"))
    assert np.array_equal(change("paying_teams"), flow("team_plans_started") - flow("team_plans_ended"))
    assert np.all(flow("activations") <= trials + months["in_trial"][:-1])
    assert np.all(flow("conversions") <= flow("activations"))


def money_adds_up(months: Months) -> None:
    """The ARR bridge, deferred revenue, receivables, and the two sources of ARR and revenue."""
    flow, change = months.flow, months.change
    bridge_leads_from_opening_to_closing(months)
    assert np.array_equal(months["arr"], months["self_serve_arr"] + months["team_arr"] + months["enterprise_arr"])
    by_source = [months[f"{source}_revenue"] for source in ("self_serve", "enterprise", "usage")]
    assert np.array_equal(months["revenue"], sum(by_source))
    assert np.all(months["team_revenue"] >= 0)
    assert np.all(months["team_revenue"] <= months["self_serve_revenue"])
    assert np.array_equal(flow("billings"), flow("revenue") + change("deferred_revenue"))
    assert np.array_equal(flow("cash"), flow("billings") - change("receivables"))
    assert np.all(months["receivables"][0] == 0)
    assert np.all(months["carr"] >= months["arr"])
    without = months["contracts"] == 0
    assert np.all(months["seats"][without] == 0)
    assert np.all(months["enterprise_arr"][without] == 0)
    assert np.all(months["deferred_revenue"][without] == 0)


def bridge_leads_from_opening_to_closing(months: Months) -> None:
    """In total and part by part; every total is the sum of its parts."""
    flow, change = months.flow, months.change

    def moved(part: str) -> Array:
        return np.asarray(sum(each.sign * flow(each.column) for each in movements_of(part)))

    total = flow("new_arr", "reactivation_arr", "expansion_arr") - flow("contraction_arr", "churned_arr")
    assert np.array_equal(change("arr"), total)
    assert np.array_equal(total, sum(map(moved, ("self_serve", "team", "contract", "conversion"))))
    absorbed = flow("team_absorbed_arr")
    assert np.array_equal(change("team_arr"), moved("team") - absorbed)
    assert np.array_equal(change("self_serve_arr"), moved("self_serve") + absorbed - flow("arr_absorbed"))
    came = flow("conversion_replaced_arr", "conversion_expansion_arr")
    assert np.array_equal(change("enterprise_arr"), moved("contract") + came)
    assert np.array_equal(flow("arr_absorbed"), flow("conversion_replaced_arr", "conversion_contraction_arr"))
    for name in MOVEMENTS:
        parts = [each.column for each in ARR_MOVEMENTS if each.movement == name]
        assert np.array_equal(flow(f"{name}_arr"), flow(*parts))


def retention_is_a_share(months: Months) -> None:
    """GRR never gains; nobody was there twelve months before the first year's end."""
    assert np.all(months["logo_retention_numerator"] <= months["logo_retention_denominator"])
    assert np.all(months["logo_retention_numerator"] <= months["contracts"])
    for kind in ("contract", "blended"):
        nrr, grr = months[f"{kind}_nrr_denominator"], months[f"{kind}_grr_denominator"]
        assert np.array_equal(nrr, grr)
        assert np.all(months[f"{kind}_grr_numerator"] <= grr)
        assert np.all(months[f"{kind}_grr_numerator"] <= months[f"{kind}_nrr_numerator"])
        assert np.all(nrr[:12] == 0)
    then = months["arr"][:-12]
    assert np.array_equal(months["blended_nrr_denominator"][12:], then)
    assert np.all(months["contract_nrr_denominator"][12:] <= then)
    assert np.all(months["contract_nrr_denominator"][12:] >= months["enterprise_arr"][:-12])


def usage_adds_up(months: Months) -> None:
    """The run rate is twelve times the month's revenue; retention with usage is that of ARR where there is no use."""
    assert np.array_equal(months["usage_run_rate"][1:], 12 * months.flow("usage_revenue"))
    assert np.all(months["usage_cost"] <= months["cogs"])
    now, then = months["nrr_with_usage_numerator"], months["nrr_with_usage_denominator"]
    assert np.array_equal(then[12:], months["arr"][:-12] + months["usage_run_rate"][:-12])
    assert np.all(now[12:] <= (months["arr"] + months["usage_run_rate"])[12:])
    assert np.all(now >= months["blended_nrr_numerator"])
    contracts, contracts_then = (months[f"contract_nrr_with_usage_{part}"] for part in ("numerator", "denominator"))
    assert np.all(contracts <= now)
    assert np.all(contracts_then <= then)
    assert np.all(contracts >= months["contract_nrr_numerator"])
    assert np.all(contracts_then >= months["contract_nrr_denominator"])
    if not months["usage_run_rate"].any():
        assert np.array_equal(contracts, months["contract_nrr_numerator"])
        assert np.array_equal(contracts_then, months["contract_nrr_denominator"])
        assert np.array_equal(now, months["blended_nrr_numerator"])
        assert np.array_equal(then, months["blended_nrr_denominator"])


def nothing_is_negative(months: Months) -> None:
    """Every column counts something: none falls below zero."""
    for name in months.names:
        assert np.all(months[name] >= 0), name


def nothing_flows_before_the_first_month(months: Months, lost: list[str]) -> None:
    """Month 0 holds stocks only."""
    stocks = {name if name in months.names else f"{name}_cents" for name in STOCKS}
    for name in set(months.names) - stocks:
        assert np.all(months[name][0] == 0), name
    assert set(lost) <= set(months.names) - stocks


def vendor_has_no_accounts(parameters: Parameters, months: Months) -> None:
    """The vendor's row holds people and capabilities, the segments' rows hold neither."""
    for name in months.names:
        column = months[name]
        if name in ("people_cost_cents", "capability_cost_cents", "event_cost_cents"):
            assert np.all(column[:, :-1] == 0), name
        else:
            assert np.all(column[:, -1] == 0), name


def tables_agree(parameters: Parameters, result: ReplicationResult, months: Months, lost: list[str]) -> None:
    """Accounts, opportunities and months tell the same story."""
    accounts, opportunities = result.accounts, result.opportunities
    segments, horizon = parameters.account_segment, float(parameters.month_days[-1])
    opportunities_are_in_order(opportunities, horizon, len(segments))
    for place in range(len(parameters.segments)):
        mine, deals = segments == place, segments[opportunities.account] == place
        assert accounts.seats[mine].sum() == months["seats"][-1, place]
        assert accounts.arr_cents[mine].sum() == months["arr"][-1, place]
        assert accounts.started_under_contract[mine].sum() == months["contracts"][0, place]
        outcome, source = opportunities.outcome[deals], opportunities.source[deals]
        assert (outcome == WON).sum() == months["won"][:, place].sum()
        assert (outcome == LOST).sum() == months.flow(*lost)[:, place].sum()
        assert (outcome == OPEN).sum() == months["open_opportunities"][-1, place]
        assert (source == PRODUCT).sum() == months["opportunities_product"][:, place].sum()
        assert (source == OUTBOUND_SOURCE).sum() == months["opportunities_outbound"][:, place].sum()
        assert (source == PRESENT).sum() == months["open_opportunities"][0, place]
        for number, reason in enumerate(parameters.reasons):
            assert (opportunities.reason[deals] == number).sum() == months[f"lost_{reason}"][:, place].sum()
        for day, count in (("ban_day", "bans"), ("aware_day", "awarenesses")):
            assert (~np.isnan(getattr(accounts, day)[mine])).sum() <= months[count][:, place].sum()
    for account in range(len(segments)):
        deals = opportunities.account == account
        assert deals.sum() == accounts.opportunities[account]
        days = opportunities.opened_day[deals]
        assert np.array_equal(accounts.opportunity_day[account], days[0] if deals.any() else np.nan, equal_nan=True)
        won = opportunities.closed_day[deals & (opportunities.outcome == WON)]
        first = won[0] if len(won) and not accounts.started_under_contract[account] else np.nan
        assert np.array_equal(accounts.contract_day[account], first, equal_nan=True)


def opportunities_are_in_order(opportunities: OpportunityTable, horizon: float, accounts: int) -> None:
    """One after the other in an account, each closed before the next, its stages within it and in their order."""
    opened, closed, stages = opportunities.opened_day, opportunities.closed_day, opportunities.stages
    assert np.array_equal(np.isnan(closed), opportunities.outcome == OPEN)
    assert np.array_equal(opportunities.reason >= 0, opportunities.outcome == LOST)
    ended = np.where(np.isnan(closed), horizon, closed)
    assert np.all((opened >= 0) & (opened <= ended) & (ended <= horizon))
    for account in range(accounts):
        mine = np.flatnonzero(opportunities.account == account)
        assert opportunities.ordinal[mine].tolist() == list(range(len(mine)))
        assert np.all(ended[mine][:-1] <= opened[mine][1:])
        assert np.all(opportunities.outcome[mine][:-1] != OPEN)
    for column in range(1, len(STAGE_DAYS)):
        for before in range(column):
            pairs = stages[:, :, column], stages[:, :, before]
            assert not np.any(pairs[0] < pairs[1])
    assert not np.any(stages < opened[:, None, None])
    assert not np.any(stages > ended[:, None, None])
    done = (opportunities.outcome == WON) & (opportunities.source != PRESENT)
    assert not np.any(np.isnan(stages[done][:, :, LEFT]))
    entered, left = ~np.isnan(stages[:, :, ENTERED]), ~np.isnan(stages[:, :, LEFT])
    assert np.array_equal(entered[~np.isnan(closed)], left[~np.isnan(closed)])
    requirements_are_in_order(opportunities)


def requirements_are_in_order(opportunities: OpportunityTable) -> None:
    """What was missing was needed, and only what was missing loses a deal; no stage passes before its gate opens."""
    needed, missing, lost = np.moveaxis(opportunities.requirements, -1, 0)
    assert not np.any(missing & ~needed)
    assert not np.any(lost & ~missing)
    assert not np.any(lost.any(axis=1) & (opportunities.outcome != LOST))
    opened, met, queued = (~np.isnan(opportunities.stages[:, :, day]) for day in (OPENED, REQUIREMENTS, QUEUED))
    assert not np.any(met & ~opened)
    assert not np.any(queued & ~met)
    both = queued & met
    days = opportunities.stages
    assert np.array_equal(days[:, :, QUEUED][both], days[:, :, REQUIREMENTS][both])


def people_are_counted(parameters: Parameters, result: ReplicationResult) -> None:
    """Requests and waits of the pools are those of the stages; who reneged is a deal that stalled."""
    queued, served, left = (result.opportunities.stages[:, :, column] for column in (QUEUED, SERVED, LEFT))
    requests, waited, busy, capacity, reneged = (result.resources[:, :, column] for column in range(5))
    assert requests.sum() == (~np.isnan(queued)).sum()
    horizon = float(parameters.month_days[-1])
    until = np.where(np.isnan(served), np.where(np.isnan(left), horizon, left), served)
    assert np.isclose(waited.sum(), np.nansum(until - queued), rtol=1e-9, atol=1e-6)
    for column in (requests, waited, busy, capacity, reneged):
        assert np.all(column >= -1e-9)
    stalled = parameters.reasons.index("stalled")
    assert reneged.sum() <= (result.opportunities.reason == stalled).sum()


LOGGED = {
    kinds.ROLLED_OUT: "rollouts",
    kinds.UPGRADED: "upgrades",
    kinds.WON_BACK: "win_backs",
    kinds.TEAM_PLAN_STARTED: "team_plans_started",
    kinds.AWARE: "awarenesses",
    kinds.BANNED: "bans",
    kinds.SIGNED: "won",
    kinds.RENEWED: "renewals",
    kinds.NOT_RENEWED: "non_renewals",
}


def check_log(parameters: Parameters, result: ReplicationResult, log: list[Any]) -> None:
    """Assert that the event log and the months tell the same story, and that the log is in order."""
    months = Months(parameters, result)
    assert [(row[0], row[2]) for row in log] == sorted((row[0], row[2]) for row in log)
    assert all(0 <= row[0] < parameters.month_days[-1] for row in log)

    def total(kind: int, *, value: float | None = None, cents: bool = False) -> Array:
        """Events of a kind (with a value), or the sum of their values, [month, segment]."""
        found = np.zeros(months.monthly.shape[:2], np.int64)
        for time, segment, _, event, _, told in log:
            if event == kind and (value is None or told == value):
                month = int(np.searchsorted(parameters.month_days, time, side="right"))
                found[month, segment] += int(told) if cents else 1
        return found[1:, :-1]

    entered = np.array([row[0] for row in log if row[3] == kinds.ENTERED_MARKET])
    late = result.accounts.entry_day[result.accounts.entry_day > 0]
    assert np.array_equal(np.sort(entered), np.sort(late))
    assert np.array_equal(total(kinds.ENTERED_MARKET), months.change("accounts_in_market")[:, :-1])
    assert all(row[2] < 0 or row[0] >= result.accounts.entry_day[row[2]] for row in log)  # NaN: never, so no event
    for kind, name in LOGGED.items():
        assert np.array_equal(total(kind), months.flow(name)[:, :-1]), name
    assert np.array_equal(total(kinds.TRIAL_STARTED, value=0), months.flow("organic_trials")[:, :-1])
    colleagues = total(kinds.TRIAL_STARTED, value=1) + total(kinds.TRIAL_STARTED, value=2)  # of the team, of others
    assert np.array_equal(colleagues, months.flow("imitation_trials")[:, :-1])
    assert np.array_equal(total(kinds.ACTIVATED, value=PAID), months.flow("conversions")[:, :-1])
    lapsed = total(kinds.TRIAL_FAILED) + total(kinds.LEFT) + total(kinds.BANNED, cents=True)
    ended = total(kinds.NOT_RENEWED, cents=True) + total(
        kinds.TEAM_PLAN_ENDED, cents=True
    )  # some of them go on for free
    lapses = months.flow("lapses")[:, :-1]
    assert np.all((lapsed <= lapses) & (lapses <= lapsed + ended))
    invoiced = months.flow("billings") - months.flow("self_serve_revenue", "usage_revenue")  # of seats
    assert np.array_equal(total(kinds.INVOICED, cents=True), invoiced[:, :-1])
    for number, reason in enumerate(parameters.reasons):
        assert np.array_equal(total(kinds.LOST_OPPORTUNITY, value=number), months.flow(f"lost_{reason}")[:, :-1]), (
            reason
        )
