"""The memory layout of the compiled engine: records in a few arrays, so that one account lies together in cache.

A record is read and written by its fields' names, the same in compiled code and in plain Python.  ARRAYS is all of
one replication; buffers that may run full (`buffers.GROWING`) are grown by the driver between two events, and nothing
is capped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.engines.result import STAGE_DAYS
from forecast.model import kinds
from forecast.model.money import USE_DAYS
from forecast.model.tables import SEGMENT_BLOCKS
from forecast.model.teams import NODE
from forecast.scenario.format.declarations import Block
from forecast.scenario.format.schema import RequirementRules, StageRules

INT64, FLOAT64, INT32 = np.int64, np.float64, np.int32

CLOCK = np.dtype(
    [(name, FLOAT64) for name in ("remaining", "hazard", "since")] + [("fired", INT32), ("team_word", np.uint32)],
    align=True,
)
CLOCK_COUNT = len(kinds.CLOCKS)
RUN_SIZES = 32  # of the slots of an account, each twice the one before: room for more people than an INT32 counts

# What every event of a user reads and writes stands first and close together: an account is a few lines of cache.
_POSITION = ["not_using", "in_trial", "free", "paid", "team", "seated", "lapsed"]  # in the order of positions
_HOT_SHORTS = [
    *_POSITION,
    "contract",
    "banned",
    "cooling",
    "champion_left",
    "segment",
    "headcount",  # eligible users at the start; `size` is NumPy's own
    "opportunity",  # place among the opportunities, -1 for none
    "joined",
    "room",  # slots
    "users",  # slots in use
    "teams",  # 0: it is one team, or nobody has used the product yet
    "paying_teams",
]
_HOT_WHOLES = [
    "at",  # first slot
    "tree",  # the first of its nodes of teams, and of its teams
    "first_team",
    "k0",
    "k1",
    "number",
]
_HOT_REALS = [
    "frailty",
    "used_until",
    "clock_due",  # the first clock to fire
    "timer_due",  # the first to end: entry, start, true_up, invoice, term, cool_down, stage
    "start_due",  # what is signed goes live; here, and not below, because every event of a user asks for it
    "first_trial_day",
]
_WHOLES = [
    "seats",
    "price",
    "price_before_tiers",
    "seats_to_start",  # of a contract that is signed and not live
    "price_to_start",
    "price_before_tiers_to_start",
    "absorbed",  # of this month: ARR of paid users that ended because a contract began
    "team_absorbed",  # and that of team plans
    "landed",  # of this month: that contract's ARR on its first day
    "needs",  # bit r: requirement r is needed
    "opportunities",
    "cool_downs",
    "term_ends",
    "term_start",
    "term_months",
    "term_end",
    "term_anchor",  # the day of the month on which terms begin and end, clipped where a month is shorter
    "billing",
    "billed_periods",
    "first_leaf",  # of the tree of teams
    "active_teams",
    "team_plan_ends",
]
_REALS = [
    "discount",
    "payment_terms",
    "true_up_due",
    "invoice_due",
    "term_due",
    "cool_down_due",
    "stage_due",  # the first stage or patience to end
    "entry_due",  # it comes into the market; inf once it is there
    "agenda_due",  # the time under which it stands on the agenda
    "aware_day",
    "opportunity_day",
    "contract_day",
    "ban_day",
    "team_plan_day",
]
ACCOUNT = np.dtype(
    [(name, INT32) for name in _HOT_SHORTS]
    + [(name, INT64) for name in _HOT_WHOLES]
    + [(name, FLOAT64) for name in _HOT_REALS]
    + [("user_days", FLOAT64, (len(USE_DAYS),)), ("dues", FLOAT64, (CLOCK_COUNT,)), ("clocks", CLOCK, (CLOCK_COUNT,))]
    + [(name, INT64) for name in _WHOLES]
    + [(name, FLOAT64) for name in _REALS],
    align=True,
)

TIMER = np.dtype([("time", FLOAT64), ("order", INT32), ("slot", INT32)], align=True)  # an entry of an account's heap
# A slot holds a user (number, plan, tenures, place in the list of free users) and an entry of that list (free).
USER = np.dtype([(name, INT32) for name in ("number", "plan", "tenures", "place", "free", "team")])
TEAM = np.dtype([(name, INT32) for name in ("people", "paying")])  # its counts stand in its leaf of the account's tree

OPPORTUNITY = np.dtype(
    [
        ("account", INT64),
        ("ordinal", INT64),
        ("source", INT64),
        ("opened", FLOAT64),
        ("closed", FLOAT64),
        ("outcome", INT64),
        ("reason", INT64),
        ("missing", INT64),  # bit r: requirement r was not there when a stage asked for it
        ("lost_over", INT64),  # bit r: of these, it lost the deal
    ],
    align=True,
)
STAGE = np.dtype(
    [
        ("step", INT64),
        ("due", FLOAT64),
        ("patience", FLOAT64),
        ("factor", FLOAT64),
        ("pace", FLOAT64),  # of the month in which it began
        ("lasted", FLOAT64),  # days before the start of the part in which it is; 0 once a part begins
        ("awaited", INT64),
        ("resource", INT64),
        ("person", INT64),  # place in the pool's roster of who works on it, -1 for nobody in particular
        ("days", FLOAT64, (len(STAGE_DAYS),)),
    ],
    align=True,
)
POOL = np.dtype(
    [
        ("people", INT64),
        ("busy", INT64),
        ("head", INT64),  # the queue is requests[pool, head:tail]
        ("tail", INT64),
        ("requests", INT64),
        ("reneged", INT64),
        ("wait_days", FLOAT64),
        ("busy_days", FLOAT64),
        ("since", FLOAT64),
        ("roster", INT64),  # its people, 0 where they are not kept apart
        ("ramp_touch", FLOAT64),
    ],
    align=True,
)
PERSON = np.dtype(
    [("joins", FLOAT64), ("leaves", FLOAT64), ("ramp_days", FLOAT64), ("busy", INT64)],
    align=True,
)
REQUEST = np.dtype([("time", FLOAT64), ("account", INT64), ("stage", INT64)], align=True)
AGENDA_ENTRY = np.dtype([("time", FLOAT64), ("account", INT64)], align=True)
LOG = np.dtype(
    [("time", FLOAT64), ("segment", INT64), ("account", INT64), ("kind", INT64), ("who", INT64), ("value", FLOAT64)],
    align=True,
)
PROGRESS = np.dtype(
    [
        (name, INT64)
        for name in [
            "replication",
            "origin",
            "fiscal_year_start",
            "requirement_reason",  # numbers of the two reasons that every scenario has
            "stalled_reason",
            "events",
            "logging",
            "logged",
            "month",
            "season",  # the calendar month
            "phase",
            "cursor",
            "slots",
            "opportunities",
            "agenda",
            "teams",
            "nodes",
        ]
    ]
    + [
        ("now", FLOAT64),
        ("active_share", FLOAT64),
        ("level", FLOAT64),
        ("position", INT64),
        ("position_time", FLOAT64),
        ("outgrown", INT64, (RUN_SIZES,)),  # by size: the first run of slots that nobody has any more, + 1; 0: none
    ],
    align=True,
)


def _columns(block: type[Block]) -> np.dtype[Any]:
    """The record of a block's columns."""
    columns = block.columns.items()
    # In plain Python a field of this name would be NumPy's own attribute: give the column another name than its key.
    assert not [name for name in block.columns if hasattr(np.recarray, name)], block
    return np.dtype([(name, FLOAT64 if column.sort == "float" else INT64) for name, column in columns], align=True)


# `rules.renewal.uplift` is the scenario's `renewal.uplift`, as it is in the other engine.
RULES = np.dtype([(name, _columns(block)) for name, block in SEGMENT_BLOCKS.items()], align=True)
STAGE_RULES = _columns(StageRules)
REQUIREMENT_RULES = _columns(RequirementRules)


# The arrays of a replication: the type of their elements, and how many dimensions they have.
ARRAYS: dict[str, tuple[np.dtype[Any], int]] = {
    "progress": (PROGRESS, 1),  # [1]
    "accounts": (ACCOUNT, 1),  # [account]
    "timers": (TIMER, 1),  # each account's heap, in its run of slots
    "users": (USER, 1),  # each account's run of slots
    "opportunities": (OPPORTUNITY, 1),  # [opportunity]
    "stages": (STAGE, 2),  # [opportunity, stage]
    "pools": (POOL, 1),  # [pool]
    "requests": (REQUEST, 2),  # [pool, ..]
    "people": (PERSON, 2),  # [pool, ..]: the most experienced first
    "teams": (TEAM, 1),  # each account's run of teams, made when it needs the first
    "nodes": (NODE, 1),  # and of their sums
    "agenda": (AGENDA_ENTRY, 1),  # a heap of the accounts whose next event may concern the pools
    "log": (LOG, 1),
    "rules": (RULES, 1),  # [segment], of the present period
    "stage_rules": (STAGE_RULES, 2),  # [segment, stage]
    "requirement_rules": (REQUIREMENT_RULES, 2),  # [segment, requirement]
    "reduced_by": (np.dtype(FLOAT64), 2),  # [segment, capability]
    "seasons": (np.dtype(FLOAT64), 2),  # [segment, calendar month], of the present period
    "stage_seasons": (np.dtype(FLOAT64), 2),  # alike
    "renewal_seasons": (np.dtype(FLOAT64), 2),
    "tiers": (np.dtype(FLOAT64), 3),  # [segment, tier, (from seats, discount)], of the present period
    "team_sizes": (np.dtype(INT64), 1),  # [segment]: the number of a distribution, -1 where an account is one team
    "segment_of": (np.dtype(INT64), 1),  # [account]
    "calendar_months": (np.dtype(INT64), 1),  # [month]: 0 is January
    "levels": (np.dtype(FLOAT64), 1),  # [month], of the market
    "paces": (np.dtype(FLOAT64), 1),  # [month], of procurement
    "distributions": (np.dtype(FLOAT64), 2),  # [number, (family, a, b, c, d)]
    "points": (np.dtype(FLOAT64), 1),
    "available": (np.dtype(np.bool_), 1),  # [capability]
    "month_days": (np.dtype(INT64), 1),
    "after": (np.dtype(np.bool_), 2),  # [stage, stage]
    "needs_capability": (np.dtype(INT64), 1),
    "stage_streams": (np.dtype(INT64), 2),
    "requirement_streams": (np.dtype(INT64), 2),
    "ledger": (np.dtype(INT64), 3),  # [month, row, metric]
}


def blank(count: int | tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Records of zeros whose fields are attributes."""
    return np.zeros(count, dtype).view(np.recarray)
