"""What does the compiled engine remember?  Records in a few arrays, so that one account lies together in cache.

A record is read and written by its fields' names, the same in compiled code and in plain Python.  ARRAYS is all of
one replication; buffers that may run full (`buffers.GROWING`) are grown by the driver between two events, and nothing
is capped.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from forecast.model.tables import Choices, Durations, Hazards, Requirements, Stages, Wholes

whole, real, short = np.int64, np.float64, np.int32

CLOCK = np.dtype([("remaining", real), ("hazard", real), ("since", real), ("fired", whole)], align=True)
CLOCKS = 9

# What every event of a user reads and writes stands first and close together: an account is a few lines of cache.
_POSITION = ["eligible", "in_trial", "free", "paid", "seated", "lapsed"]  # in the order of positions
_HOT_SHORTS = [
    *_POSITION,
    "contract",
    "banned",
    "cooling",  # 1; 2 while what is signed is not live
    "champion_left",
    "segment",
    "headcount",  # eligible users at the start; `size` is NumPy's own
    "opportunity",  # place among the opportunities, -1 for none
    "joined",
    "room",  # slots
    "users",  # slots in use
]
_HOT_WHOLES = [
    "at",  # first slot
    "k0",
    "k1",
    "number",
]
_HOT_REALS = [
    "frailty",
    "used_until",
    "clock_due",  # the first clock to fire
    "timer_due",  # the first of the five below to end
    "first_trial_day",
]
_WHOLES = [
    "seats",
    "price",
    "seats_to_start",  # of a contract that is signed and not live
    "price_to_start",
    "needs",  # bit r: requirement r is needed
    "opportunities",
    "cool_downs",
    "term_ends",
    "term_start",
    "term_months",
    "term_end",
    "billing",
    "billed_periods",
]
_REALS = [
    "discount",
    "payment_terms",
    "true_up_due",
    "invoice_due",
    "term_due",
    "cool_down_due",
    "stage_due",  # the first stage or patience to end
    "agenda_due",  # the time under which it stands on the agenda
    "aware_day",
    "opportunity_day",
    "contract_day",
    "ban_day",
]
ACCOUNT = np.dtype(
    [(name, short) for name in _HOT_SHORTS]
    + [(name, whole) for name in _HOT_WHOLES]
    + [(name, real) for name in _HOT_REALS]
    + [("user_days", real, (3,)), ("dues", real, (CLOCKS,)), ("clocks", CLOCK, (CLOCKS,))]
    + [(name, whole) for name in _WHOLES]
    + [(name, real) for name in _REALS],
    align=True,
)

TIMER = np.dtype([("time", real), ("order", short), ("slot", short)], align=True)  # an entry of an account's heap
# A slot holds a user (number, plan, tenures, place in the list of free users) and an entry of that list (free).
USER = np.dtype([(name, short) for name in ("number", "plan", "tenures", "place", "free")])

OPPORTUNITY = np.dtype(
    [
        ("account", whole),
        ("ordinal", whole),
        ("source", whole),
        ("opened", real),
        ("closed", real),
        ("outcome", whole),
        ("reason", whole),
    ],
    align=True,
)
STAGE = np.dtype(
    [
        ("step", whole),
        ("due", real),
        ("patience", real),
        ("factor", real),
        ("awaited", whole),
        ("resource", whole),
        ("days", real, (4,)),
    ],
    align=True,
)
POOL = np.dtype(
    [
        ("people", whole),
        ("busy", whole),
        ("head", whole),  # the queue is requests[pool, head:tail]
        ("tail", whole),
        ("requests", whole),
        ("reneged", whole),
        ("wait_days", real),
        ("busy_days", real),
        ("since", real),
    ],
    align=True,
)
REQUEST = np.dtype([("time", real), ("account", whole), ("stage", whole)], align=True)
ENTRY = np.dtype([("time", real), ("account", whole)], align=True)
LOG = np.dtype(
    [("time", real), ("segment", whole), ("account", whole), ("kind", whole), ("who", whole), ("value", real)],
    align=True,
)
PROGRESS = np.dtype(
    [
        (name, whole)
        for name in [
            "replication",
            "origin",
            "fiscal_year_start",
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
        ]
    ]
    + [("now", real), ("active_share", real), ("position", whole), ("position_time", real)],
    align=True,
)


def _fields(record: type[Any]) -> list[tuple[str, type]]:
    return [(name, whole if "int" in str(kind) else real) for name, kind in record.__annotations__.items()]


RULES = np.dtype(
    [*_fields(Hazards), *_fields(Choices), *_fields(Wholes), ("durations", whole, (len(Durations._fields),))],
    align=True,
)
STAGE_RULES = np.dtype(_fields(Stages), align=True)
REQUIREMENT_RULES = np.dtype(_fields(Requirements), align=True)


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
    "agenda": (ENTRY, 1),  # a heap of the accounts whose next event may concern the pools
    "log": (LOG, 1),
    "rules": (RULES, 1),  # [segment], of the present period
    "stage_rules": (STAGE_RULES, 2),  # [segment, stage]
    "requirement_rules": (REQUIREMENT_RULES, 2),  # [segment, requirement]
    "reduced_by": (np.dtype(real), 2),  # [segment, capability]
    "seasons": (np.dtype(real), 2),  # [segment, calendar month], of the present period
    "segment_of": (np.dtype(whole), 1),  # [account]
    "calendar_months": (np.dtype(whole), 1),  # [month]: 0 is January
    "distributions": (np.dtype(real), 2),  # [number, (family, a, b, c, d)]
    "points": (np.dtype(real), 1),
    "available": (np.dtype(np.bool_), 1),  # [capability]
    "month_days": (np.dtype(whole), 1),
    "after": (np.dtype(np.bool_), 2),  # [stage, stage]
    "needs_capability": (np.dtype(whole), 1),
    "stage_streams": (np.dtype(whole), 2),
    "requirement_streams": (np.dtype(whole), 2),
    "ledger": (np.dtype(whole), 3),  # [month, row, metric]
}


def blank(count: int | tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    """Records of zeros whose fields are attributes."""
    return np.zeros(count, dtype).view(np.recarray)
