"""How fast is the engine's loop against the same loop by hand?  The users of every account, in Numba and in C."""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from measured import Measured

from forecast import elementary
from forecast.engines.compiled import initial_state, loop
from forecast.engines.compiled.buffers import release_buffers
from forecast.engines.compiled.replication import Replication
from forecast.model import metrics
from forecast.model.parameters import Parameters
from forecast.model.quantiles import LOMAX
from forecast.scenario import load

HERE = Path(__file__).parent
CLOCKS, REPLICATIONS = 4, 40
FLOWS = ("organic_trials", "imitation_trials", "activations", "conversions", "upgrades", "lapses", "win_backs")
CLOCK = np.dtype([(name, "f8") for name in ("remaining", "hazard", "since", "due")] + [("fired", "i8")])
ACCOUNT = np.dtype(
    [
        (name, "i4")
        for name in ["eligible", "in_trial", "free", "paid", "lapsed", "headcount", "joined", "room", "count"]
    ]
    + [(name, "u4") for name in ("k0", "k1", "number")]
    + [("at", "i8")]
    + [(name, "f8") for name in ("frailty", "used_until", "clock_due")]
    + [("user_days", "f8", (2,)), ("clocks", CLOCK, (CLOCKS,))],
    align=True,
)
DOUBLE = ctypes.POINTER(ctypes.c_double)


class Rules(ctypes.Structure):
    """The numbers of users.yaml, as `rules` of users.c."""

    _fields_ = [
        (name, ctypes.c_double)
        for name in ["organic", "imitation", "upgrade", "win_back", "trial_days", "activation", "to_paid", "keep_free"]
        + [f"{plan}_{part}" for plan in ("free", "paid") for part in ("hazard", "square", "scale")]
    ]


class World(ctypes.Structure):
    """`world` of users.c."""

    _fields_ = [
        ("rules", ctypes.POINTER(Rules)),
        *((name, DOUBLE) for name in ("inverse", "log_high", "log_low", "power_of_two", "power_rest")),
        *((name, ctypes.c_double) for name in ("ln2_high", "ln2_low", "step_high", "step_low", "steps")),
        ("replication", ctypes.c_uint32),
        ("accounts", ctypes.c_void_p),
        *((name, ctypes.c_int64) for name in ("accounts_count", "events", "slots", "slots_room")),
        ("timers", ctypes.c_void_p),
        ("users", ctypes.c_void_p),
        ("flows", ctypes.c_void_p),
    ]


def built(folder: Path) -> Any:
    """The library made of users.c."""
    library = folder / "users.so"
    flags = ["-O3", "-march=native", "-ffp-contract=off", "-shared", "-fPIC"]
    subprocess.run(["gcc", *flags, str(HERE / "users.c"), "-o", str(library), "-lm"], check=True)
    found = ctypes.CDLL(str(library))
    found.run.restype = ctypes.c_int64
    return found


def pointer(array: Any) -> Any:
    """An array's first number."""
    return array.ctypes.data_as(DOUBLE)


def rules_of(parameters: Parameters) -> Rules:
    """The rules of users.yaml."""
    tables = parameters.inputs(1, 0).tables
    rules = tables.rules
    rows = tables.distributions[[each[0, 0] for each in (rules.trial.length, rules.churn.free, rules.churn.paid)]]
    assert rows[1, 0] == rows[2, 0] == LOMAX
    first = [rules.adoption.organic, rules.adoption.imitation_rate, rules.plans.upgrade, rules.adoption.win_back]
    shares = [rules.trial.activation, rules.trial.to_paid, rules.trial.keep_free]
    numbers = [each[0, 0] for each in first] + [rows[0, 1]] + [each[0, 0] for each in shares]
    return Rules(*numbers, *rows[1, 1:4], *rows[2, 1:4])


class Loop(NamedTuple):
    """What a loop did: how many events, the flows of every month, [month, flow], and the seconds that it took."""

    events: int
    flows: Any
    seconds: float


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
        self.ends = np.array(parameters.month_days[1:], np.float64)

    def run(self, replication: int) -> Loop:
        """One replication."""
        traits = self.parameters.inputs(1, replication).traits
        accounts = np.zeros(len(traits.users), ACCOUNT)
        accounts["eligible"] = accounts["headcount"] = traits.users
        accounts["k0"], accounts["k1"], accounts["number"] = traits.keys[:, 0], traits.keys[:, 1], traits.numbers
        accounts["frailty"] = traits.frailty
        world = self.world
        world.replication, world.accounts, world.accounts_count = replication, accounts.ctypes.data, len(accounts)
        world.events = world.slots = 0
        flows = np.zeros((len(self.ends), len(FLOWS)), np.int64)
        world.flows = flows.ctypes.data
        began = time.process_time()
        events = self.library.run(ctypes.byref(world), pointer(self.ends), len(self.ends))
        return Loop(events, flows, time.process_time() - began)


def in_numba(parameters: Parameters, replication: int) -> Loop:
    """One replication of the compiled engine, without the books at the months' ends."""
    market = Replication(parameters, 1, replication, logging=False)
    seconds = 0.0

    def timed(call: Any, *args: Any) -> Any:
        nonlocal seconds
        began = time.process_time()
        found = call(*args)
        seconds += time.process_time() - began
        return found

    timed(initial_state.initialize_clocks, market.world)
    timed(initial_state.start_clocks, market.world)
    for month, end in enumerate(parameters.month_days[1:].tolist()):
        while full := timed(loop.run_until, market.world, float(end)):
            market.grow(full)
        market.progress.now, market.progress.month = end, min(month + 1, parameters.months - 1)
    flows = market.world.ledger[1:, 0, [metrics.INDEX[name] for name in FLOWS]]
    release_buffers(parameters, market.buffers)
    return Loop(int(market.progress.events), flows, seconds)


def measure() -> list[Measured]:
    """The ratio of events a second, replication by replication; what both did is asserted to be equal."""
    parameters = Parameters(load(HERE / "users.yaml"))
    in_numba(parameters, 0)
    ratios, rates = [], []
    with tempfile.TemporaryDirectory() as folder:
        by_hand = InC(parameters, built(Path(folder)))
        for replication in range(REPLICATIONS):
            ours, theirs = in_numba(parameters, replication), by_hand.run(replication)
            assert ours.events == theirs.events
            assert np.array_equal(ours.flows, theirs.flows)
            ratios.append(theirs.seconds / ours.seconds)
            rates.append((ours.events / ours.seconds, theirs.events / theirs.seconds))
    ours_rate, theirs_rate = (statistics.median(column) / 1e6 for column in zip(*rates, strict=True))
    note = f"{ours_rate:.1f} against {theirs_rate:.1f} million events a second"
    return [Measured("engine's loop against the same loop in C, users only", statistics.median(ratios), 0.9, note)]
