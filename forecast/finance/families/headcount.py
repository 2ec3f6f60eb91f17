"""How many people does the vendor have, how busy are they, and who waits for them?  By pool."""

from __future__ import annotations

from forecast.finance.lines import (
    DAYS,
    FLOW,
    PEOPLE,
    RATIO,
    REQUESTS,
    SHARE,
    Family,
    Line,
    Section,
    less,
    taken,
)
from forecast.results.words import plain

CALENDAR = Section(
    "All people",
    (
        Line("days", "Days", DAYS, FLOW, lambda column: column.days(), "of the calendar", repeats=True),
        less("headcount_cost", "Cost of people", "people_cost_cents", "all pools together", repeats=True),
    ),
)


def metric_of(pool: str, column: str) -> str:
    """The name under which a column of resources.parquet is kept: no metric of a month has such a name."""
    return f"{pool}:{column}"


def pool_section(pool: str) -> Section:
    """The lines of one pool."""
    capacity, busy, wait, requests = (f"{pool}_{name}" for name in ("capacity", "busy", "wait", "requests"))
    lines = (
        taken(capacity, "Person-days there are", DAYS, FLOW, metric_of(pool, "capacity_days")),
        Line(
            f"{pool}_people",
            "People",
            PEOPLE,
            RATIO,
            lambda column: column.ratio(column.line(capacity), column.line("days")),
            "person-days / days: the average of the period",
            strong=True,
        ),
        taken(busy, "Person-days busy", DAYS, FLOW, metric_of(pool, "busy_days")),
        Line(
            f"{pool}_utilization",
            "Utilization",
            SHARE,
            RATIO,
            lambda column: column.ratio(column.line(busy), column.line(capacity)),
            "busy / there are; blank while there is nobody. Leavers finish their work: may exceed 100%",
            strong=True,
        ),
        taken(requests, "Requests", REQUESTS, FLOW, metric_of(pool, "requests")),
        taken(wait, "Days waited by deals", DAYS, FLOW, metric_of(pool, "wait_days")),
        Line(
            f"{pool}_wait_per_request",
            "Wait per request",
            DAYS,
            RATIO,
            lambda column: column.ratio(column.line(wait), column.line(requests)),
            "days waited / requests of the period; blank without requests",
        ),
        taken(f"{pool}_reneged", "Gave up waiting", REQUESTS, FLOW, metric_of(pool, "reneged")),
    )
    return Section(plain(pool).capitalize(), lines)


def headcount(pools: tuple[str, ...]) -> Family:
    """The sheet of people; without any, only what is always there."""
    return Family("Headcount", company=True, sections=(CALENDAR, *(pool_section(pool) for pool in pools)))
