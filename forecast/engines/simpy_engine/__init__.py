"""The readable engine: every process of the model is a SimPy process.

Its events are those of the compiled engine, bit for bit.  Custom processes can join in (docs/extending.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from forecast.engines.result import ReplicationResult
from forecast.engines.simpy_engine import adoption, contracts, leadership, team_plans
from forecast.engines.simpy_engine.calendar import Process
from forecast.engines.simpy_engine.entities import Account
from forecast.engines.simpy_engine.initial_state import set_initial_state
from forecast.engines.simpy_engine.market import Market
from forecast.engines.simpy_engine.result_tables import result_of
from forecast.model.parameters import Parameters

CustomProcess = Callable[[Market], Process]

ACCOUNT_PROCESSES: tuple[Callable[[Account], Process], ...] = (
    adoption.organic_trials,
    adoption.referral_arrivals,
    adoption.rollouts,
    adoption.upgrades,
    adoption.win_backs,
    leadership.awareness_events,
    leadership.outbound,
    contracts.champion_departures,
    leadership.ban_lift,
    team_plans.team_plans,
)


def run(
    parameters: Parameters,
    seed: int,
    replication: int,
    log: list[Any] | None = None,
    processes: Sequence[CustomProcess] = (),
    kept_free: list[Any] | None = None,
) -> ReplicationResult:
    """One replication.

    log: gets (time, segment, account, kind, who, value) of every event, in the order of (time, account).
    processes: custom processes, generator functions called with the market and run beside the model's.
    kept_free: gets (time, account, user) of everybody who goes on for free after a contract.
    """
    market = Market(parameters, seed, replication, None if log is None else [])
    market.kept_free = None if kept_free is None else []
    # Dates first, then accounts in their order: of what SimPy starts at time 0 the order is that of creation.
    market.calendar.process(market.dates())
    for account in market.accounts:
        for process in ACCOUNT_PROCESSES:
            market.calendar.process(process(account))
        if not account.entered:
            market.calendar.process(adoption.market_entry(account))
    # After the processes, which begin when the calendar runs: they find accounts where the file has them.
    set_initial_state(market)
    for custom in processes:
        market.calendar.process(custom(market))
    market.calendar.run(until=market.calendar.horizon)
    # At the horizon, where no event happens any more.
    market.close_month(parameters.months)
    if log is not None and market.log is not None:
        log.extend(sorted(market.log, key=lambda row: (row[0], row[2])))
    if kept_free is not None and market.kept_free is not None:
        kept_free.extend(sorted(market.kept_free, key=lambda row: (row[0], row[1])))
    return result_of(market)
