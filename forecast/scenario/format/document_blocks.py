"""The blocks of a file that no rule reads: time, how much is simulated, draws, timeline, events, and reasons.

They are a part of the one table of the format, `forecast.scenario.format.schema`.
"""

from __future__ import annotations

from forecast.scenario.format.declarations import Block, value
from forecast.scenario.format.field_types import (
    DATE,
    EVENT_COST,
    EVENT_NAME,
    EXPLANATION,
    EXPLANATION_BY_SEGMENT,
    HORIZON,
    MONTH_NAME,
    NEW_VALUES,
    PATH_PAIR,
    RANK,
    REPLICATIONS,
    SEED,
    SPAN,
    START_DATE,
    TEXT,
)


class ClockBlock(Block):
    """The time that is simulated."""

    start = value(START_DATE, about="The first day of a month.")
    horizon = value(HORIZON)
    fiscal_year_start = value(MONTH_NAME, "january", about="The month in which customers' fiscal year begins.")


class RunBlock(Block):
    """How much is simulated."""

    replications = value(REPLICATIONS, "1000")
    seed = value(SEED, "1")


class CorrelationBlock(Block):
    """Two uncertain parameters that are drawn together."""

    between = value(PATH_PAIR)
    rank = value(RANK)


class DrawsBlock(Block):
    """Joint draws of parameters: a file with a column for each path and a row for each draw."""

    file = value(TEXT, None, about="A CSV, Excel or Parquet file; each replication takes a row, in place of values.")


class TimelineStepBlock(Block):
    """Parameters that change at a date."""

    at = value(DATE)
    set = value(NEW_VALUES)


class EventBlock(Block):
    """What multiplies parameters for a time: a campaign, a conference, an outage."""

    name = value(EVENT_NAME, None)
    at = value(DATE)
    vars()["for"] = value(SPAN, None, about="Months by the calendar, or days; to the end where it is left out.")
    multiply = value(NEW_VALUES, {}, about="Factors by path, such as `adoption.organic: 1.4`.")
    cost = value(EVENT_COST, "0", about="What it costs the vendor on its first day.")


class PlausibilityBlock(Block):
    """Why figures lie outside of what is published (docs/plausibility.md): a reason under each, for whoever reads them.

    The keys are the figures that are compared with published ranges, by the names that flags have.
    """

    eligible_users = value(EXPLANATION_BY_SEGMENT, None)
    active_today = value(EXPLANATION_BY_SEGMENT, None)
    seats_per_person = value(EXPLANATION_BY_SEGMENT, None)
    reproduction_number = value(EXPLANATION_BY_SEGMENT, None)
    discount = value(EXPLANATION_BY_SEGMENT, None)
    usage_growth = value(EXPLANATION_BY_SEGMENT, None)
    user_growth = value(EXPLANATION, None)
    paying_user_growth = value(EXPLANATION, None)
    self_serve_conversion = value(EXPLANATION, None)
    organizations_paying = value(EXPLANATION, None)
    win_rate = value(EXPLANATION_BY_SEGMENT, None)
    cycle = value(EXPLANATION_BY_SEGMENT, None)
    contract_grr = value(EXPLANATION_BY_SEGMENT, None)
    contract_nrr = value(EXPLANATION_BY_SEGMENT, None)
    nrr_with_usage = value(EXPLANATION, None)
    self_serve_grr = value(EXPLANATION_BY_SEGMENT, None)
    team_plan_churn = value(EXPLANATION, None)
    users_per_paying_team = value(EXPLANATION, None)
    logo_churn = value(EXPLANATION_BY_SEGMENT, None)
    unused_seats = value(EXPLANATION, None)
    gross_margin = value(EXPLANATION, None)
    cost_of_use = value(EXPLANATION, None)
    cost_of_new_arr = value(EXPLANATION, None)
    cac_payback = value(EXPLANATION, None)
