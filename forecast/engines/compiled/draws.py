"""Chance, by address of an account.  Counterpart of `Account.u`, `sample` and `sample_residual`.

A draw is a pure function of its address: drawing more, less or in another order changes no other draw.
"""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inlined, inner
from forecast.engines.compiled.world import World
from forecast.model import streams
from forecast.model.quantiles import FIXED, quantile, residual
from forecast.randomness import uniform, uniform_and_word


@inlined
def draw(world: World, account: Any, stream: int, index: int) -> float:
    """The uniform at an address of this account."""
    return uniform(account.k0, account.k1, world.progress[0].replication, account.number, stream, index)


@inlined
def draw_firing(world: World, account: Any, number: int, nth: int) -> tuple[float, int]:
    """The uniform of when a clock fires for the n-th time, and the word of in which team."""
    stream = streams.CLOCK + number
    return uniform_and_word(account.k0, account.k1, world.progress[0].replication, account.number, stream, nth)


@inlined
def sample(world: World, number: int, account: Any, stream: int, index: int) -> float:
    """Days from distribution `number` at an address of the account; what is fixed needs no draw."""
    # Fixed durations are common (trials of 14 days) and a draw is dear; as it has an address, leaving it out moves
    # nothing.
    row = world.distributions[number]
    family = int(row[0])
    if family == FIXED:
        return row[1]
    u = draw(world, account, stream, index)
    return quantile(family, row[1], row[2], row[3], row[4], world.points, u)


@inner
def sample_residual(world: World, number: int, account: Any, stream: int, index: int, age: float) -> float:
    """What is left of a duration of which `age` days have passed."""
    row = world.distributions[number]
    u = draw(world, account, stream, index)
    return residual(int(row[0]), row[1], row[2], row[3], row[4], world.points, age, u)
