"""How fast is the engine's loop against the same loop by hand?  The users of every account, in Numba and in C."""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from measured import Measured
from teams import TEAM_PLANS

from forecast import elementary
from forecast.engines.compiled import initial_state, loop
from forecast.engines.compiled.buffers import release_buffers
from forecast.engines.compiled.replication import Replication
from forecast.model import metrics
from forecast.model.parameters import Parameters
from forecast.model.quantiles import LOMAX, NEVER, UNIFORM
from forecast.model.traits import Traits
from forecast.scenario import load

HERE = Path(__file__).parent
CLOCKS, REPLICATIONS = 5, 40
FLOWS = (
    "organic_trials",
    "imitation_trials",
    "activations",
    "conversions",
    "upgrades",
    "lapses",
    "win_backs",
    "team_plans_started",
    "team_plans_ended",
)
# A stock of the engine, and the field of an account in C that adds up to it.
STOCKS = {
    "in_trial": "in_trial",
    "free_users": "free",
    "paid_users": "paid",
    "team_users": "team",
    "lapsed_users": "lapsed",
    "paying_teams": "paying_teams",
}
CLOCK = np.dtype(
    [(name, "f8") for name in ("remaining", "hazard", "since", "due")] + [("fired", "i4"), ("team_word", "u4")]
)
COUNTS = ["eligible", "in_trial", "free", "paid", "team", "lapsed", "headcount", "joined", "room", "count"]
COUNTS_OF_TEAMS = ["teams", "first_leaf", "active_teams", "paying_teams", "plan_ends"]
ACCOUNT = np.dtype(
    [(name, "i4") for name in COUNTS + COUNTS_OF_TEAMS]
    + [(name, "u4") for name in ("k0", "k1", "number")]
    + [(name, "i8") for name in ("at", "first_team", "tree")]
    + [(name, "f8") for name in ("frailty", "entry", "used_until", "clock_due")]
    + [("user_days", "f8", (3,)), ("clocks", CLOCK, (CLOCKS,))],
    align=True,
)
DOUBLE = ctypes.POINTER(ctypes.c_double)
# Sizes are uniform, because nothing else of this market needs the quantiles of another distribution in C.
TEAMS = (
    "market.segments.all.team_size={uniform: {low: 3, high: 15}}",
    "adoption.across_teams=15%",
    "adoption.imitation=1.1 per month",
)
DATES = ("market.level={sd: 12%, now: 1.18}", "market.segments.all.enters={uniform: {low: 0 days, high: 30 months}}")
MARKETS: Mapping[str, tuple[str, ...]] = {
    "users only": (),
    "users in teams": TEAMS,
    "teams with plans, a level of the market, entries": (*TEAMS, *TEAM_PLANS, *DATES),
}


class Rules(ctypes.Structure):
    """The numbers of users.yaml, as `rules` of users.c."""

    _fields_ = [
        (name, ctypes.c_double)
        for name in ["organic", "imitation", "upgrade", "win_back", "trial_days", "activation", "to_paid", "keep_free"]
        + [f"{plan}_{part}" for plan in ("free", "paid", "team") for part in ("hazard", "square", "scale")]
        + ["across_teams", "team_rate", "min_users", "least_size", "most_size"]
    ]


class World(ctypes.Structure):
    """`world` of users.c."""

    _fields_ = [
        ("rules", ctypes.POINTER(Rules)),
        *((name, DOUBLE) for name in ("inverse", "log_high", "log_low", "power_of_two", "power_rest")),
        *((name, ctypes.c_double) for name in ("ln2_high", "ln2_low", "step_high", "step_low", "steps")),
        ("replication", ctypes.c_uint32),
        ("level", ctypes.c_double),
        ("accounts", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("accounts_count", "events", "slots", "slots_room")),
        *((f"{what}_{number}", ctypes.c_int64) for what in ("teams", "nodes") for number in ("count", "room")),
        *((name, ctypes.c_void_p) for name in ("timers", "users", "teams", "nodes", "flows")),
    ]


def built(folder: Path) -> Any:
    """The library made of users.c."""
    library = folder / "users.so"
    flags = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, str(HERE / "users.c"), "-o", str(library), "-lm"], check=True)
    found = ctypes.CDLL(str(library))
    found.run_until.argtypes = ctypes.c_void_p, ctypes.c_double
    found.end_month.argtypes = ctypes.c_void_p, ctypes.c_double, ctypes.c_double
    return found


def pointer(array: Any) -> Any:
    """An array's first number."""
    return array.ctypes.data_as(DOUBLE)


def rules_of(parameters: Parameters) -> Rules:
    """The rules of users.yaml."""
    tables = parameters.inputs(1, 0).tables
    rules, distributions = tables.rules, tables.distributions
    churn, plans = rules.churn, rules.plans
    length, free, paid, team = (
        distributions[each[0, 0]] for each in (rules.trial.length, churn.free, churn.paid, churn.team)
    )
    assert free[0] == paid[0] == LOMAX
    assert team[0] in (LOMAX, NEVER)
    first = [rules.adoption.organic, rules.adoption.imitation_rate, plans.upgrade, rules.adoption.win_back]
    shares = [rules.trial.activation, rules.trial.to_paid, rules.trial.keep_free]
    of_teams = [rules.adoption.across_teams, plans.team_rate, plans.team_min_users]
    sizes = [0.0, 0.0]
    if tables.team_sizes[0] >= 0:
        family, *sizes = distributions[tables.team_sizes[0], :3]
        assert family == UNIFORM
    numbers = [*(each[0, 0] for each in first), length[1], *(each[0, 0] for each in shares)]
    return Rules(*numbers, *free[1:4], *paid[1:4], *team[1:4], *(each[0, 0] for each in of_teams), *sizes)


class Loop(NamedTuple):
    """What a loop did: how many events, the flows and stocks of every month, and the seconds that it took."""

    events: int
    flows: Any  # [month, flow]
    stocks: Any  # [month, stock]
    seconds: float


class Stopwatch:
    """The processor time of some calls."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, call: Any, *args: Any) -> Any:
        """What a call gives."""
        began = time.process_time()
        found = call(*args)
        self.seconds += time.process_time() - began
        return found


class InC:
    """The loop of users.c over the accounts of a scenario."""

    def __init__(self, parameters: Parameters, library: Any) -> None:
        self.parameters, self.library, self.rules = parameters, library, rules_of(parameters)
        tables = ("_INVERSE", "_LOG_HIGH", "_LOG_LOW", "_POWER_OF_TWO", "_POWER_REST")
        numbers = ("_LN2_HIGH", "_LN2_LOW", "_STEP_HIGH", "_STEP_LOW", "_STEPS")
        self.world = World(
            ctypes.pointer(self.rules),
            *(pointer(getattr(elementary, name)) for name in tables),
            *(getattr(elementary, name) for name in numbers),
        )

    def run(self, replication: int) -> Loop:
        """One replication; what happens at the months' ends is not timed, here and in the engine."""
        inputs, ends = self.parameters.inputs(1, replication), self.parameters.month_days[1:].tolist()
        accounts = accounts_of(inputs.traits)
        world, library, timed = self.world, self.library, Stopwatch()
        at = ctypes.byref(world)
        world.replication, world.accounts, world.accounts_count = replication, accounts.ctypes.data, len(accounts)
        world.events = world.slots = world.teams_count = world.nodes_count = 0
        world.level = inputs.level[0]
        flows = np.zeros((len(ends), len(FLOWS)), np.int64)
        stocks = np.zeros((len(ends), len(STOCKS)), np.int64)
        timed(library.begin, at)
        for month, end in enumerate(ends):
            world.flows = flows[month].ctypes.data
            assert timed(library.run_until, at, end), "memory has run out"
            stocks[month] = [accounts[name].sum() for name in STOCKS.values()]
            if month + 1 < len(ends):
                world.flows = flows[month + 1].ctypes.data
                library.end_month(at, end, inputs.level[month + 1])
        return Loop(world.events, flows, stocks, timed.seconds)


def accounts_of(traits: Traits) -> Any:
    """The accounts of a scenario as C has them."""
    accounts = np.zeros(len(traits.users), ACCOUNT)
    accounts["eligible"] = accounts["headcount"] = traits.users
    accounts["k0"], accounts["k1"], accounts["number"] = traits.keys[:, 0], traits.keys[:, 1], traits.numbers
    accounts["frailty"], accounts["entry"] = traits.frailty, traits.entry
    return accounts


def in_numba(parameters: Parameters, replication: int) -> Loop:
    """One replication of the compiled engine."""
    market, timed = Replication(parameters, 1, replication, logging=False), Stopwatch()
    market.close_ledger(0)
    timed(initial_state.initialize_clocks, market.world)
    timed(initial_state.start_clocks, market.world)
    ends = parameters.month_days[1:].tolist()
    for month, end in enumerate(ends, start=1):
        while full := timed(loop.run_until, market.world, end):
            market.grow(full)
        market.progress.now = end
        if month < len(ends):
            market.end_month(0, month)
    market.close_ledger(len(ends))
    flows, stocks = (market.world.ledger[1:, 0, [metrics.INDEX[name] for name in names]] for names in (FLOWS, STOCKS))
    release_buffers(parameters, market.buffers)
    return Loop(int(market.progress.events), flows, stocks, timed.seconds)


def compared(market: str, library: Any) -> Measured:
    """The ratio of events a second, replication by replication; what both did is asserted to be equal."""
    parameters = Parameters(load(HERE / "users.yaml", list(MARKETS[market])))
    by_hand = InC(parameters, library)
    in_numba(parameters, 0)
    ratios, rates = [], []
    for replication in range(REPLICATIONS):
        ours, theirs = in_numba(parameters, replication), by_hand.run(replication)
        assert ours.events == theirs.events
        assert np.array_equal(ours.flows, theirs.flows)
        assert np.array_equal(ours.stocks, theirs.stocks)
        ratios.append(theirs.seconds / ours.seconds)
        rates.append((ours.events / ours.seconds, theirs.events / theirs.seconds))
    library.release(ctypes.byref(by_hand.world))
    ours_rate, theirs_rate = (statistics.median(column) / 1e6 for column in zip(*rates, strict=True))
    note = f"{ours_rate:.1f} against {theirs_rate:.1f} million events a second"
    wanted = 0.9 if market == "users only" else 0.7
    return Measured(f"engine's loop against the same loop in C, {market}", statistics.median(ratios), wanted, note)


def measure() -> list[Measured]:
    """The ratio in each market."""
    with tempfile.TemporaryDirectory() as folder:
        library = built(Path(folder))
        return [compared(market, library) for market in MARKETS]


if __name__ == "__main__":
    for figure in measure():
        print(figure.row(), flush=True)
