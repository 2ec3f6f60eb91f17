"""How long the parts of a stage last: work, the customer's own time, patience; less what passed before the start."""

from __future__ import annotations

from typing import Any

from forecast.compiling.decorators import inner
from forecast.engines.compiled.draws import sample, sample_residual
from forecast.engines.compiled.world import World
from forecast.model.streams import DURATION_STREAM, REQUIREMENT_STREAM, TOUCH_STREAM


@inner
def stage_days(world: World, account: Any, stage: int, purpose: int, number: int) -> float:
    """Days from distribution `number` for a purpose of a stage."""
    ordinal = world.opportunities[account.opportunity].ordinal
    return sample(world, number, account, world.stage_streams[stage, purpose], ordinal)


@inner
def patience_ends(world: World, account: Any, stage: int, purpose: int) -> float:
    """When the customer's patience with a wait that begins now will end."""
    number = world.stage_rules[account.segment, stage].patience
    return world.progress[0].now + stage_days(world, account, stage, purpose, number)


@inner
def residual_days(world: World, account: Any, stage: int, purpose: int, number: int, age: float) -> float:
    """What is left of days from distribution `number` of which `age` have passed."""
    ordinal = world.opportunities[account.opportunity].ordinal
    return sample_residual(world, number, account, world.stage_streams[stage, purpose], ordinal, age)


@inner
def requirement_patience_ends(world: World, account: Any, stage: int) -> float:
    """When the patience with what is missing ends, which may have been missing since before the start."""
    state = world.stages[account.opportunity, stage]
    lasted = state.lasted
    if lasted <= 0.0:
        return patience_ends(world, account, stage, REQUIREMENT_STREAM)
    state.lasted = 0.0
    number = world.stage_rules[account.segment, stage].patience
    return world.progress[0].now + residual_days(world, account, stage, REQUIREMENT_STREAM, number, lasted)


@inner
def work_days(world: World, account: Any, stage: int) -> float:
    """Days of work that are left, 0 or less when it was done before the start."""
    touch = stage_days(world, account, stage, TOUCH_STREAM, world.stage_rules[account.segment, stage].touch)
    return touch - world.stages[account.opportunity, stage].lasted


@inner
def duration_days(world: World, account: Any, stage: int) -> float:
    """Days of the customer's own that are left, `factor` times as many for what is waived, at the pace of the month."""
    state = world.stages[account.opportunity, stage]
    number = world.stage_rules[account.segment, stage].duration
    if state.lasted > 0.0 and state.factor > 0.0:
        age = state.lasted / (state.factor * state.pace)
        days = residual_days(world, account, stage, DURATION_STREAM, number, age)
    else:
        days = stage_days(world, account, stage, DURATION_STREAM, number)
    # Multiplied in the order of the SimPy engine, the pace last: bit for bit.
    return days * state.factor * state.pace
