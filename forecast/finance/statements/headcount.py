"""How many people does the vendor have, how busy are they, and who waits for them?  By pool."""

from __future__ import annotations

from forecast.analysis.formatting import humanize
from forecast.finance.statements.lines import (
    DAYS,
    FLOW,
    PEOPLE,
    RATIO,
    REQUESTS,
    SHARE,
    StatementDefinition,
    StatementLine,
    StatementSection,
    deduction_line,
    metric_line,
)

ALL_PEOPLE = StatementSection(
    "All people",
    (
        StatementLine("days", "Days", DAYS, FLOW, lambda column: column.days(), "of the calendar", repeats=True),
        deduction_line("headcount_cost", "Cost of people", "people_cost_cents", "all pools together", repeats=True),
    ),
)


def pool_metric(pool: str, column: str) -> str:
    """The name under which a column of resources.parquet is kept: no metric of a month has such a name."""
    return f"{pool}:{column}"


def _pool_section(pool: str) -> StatementSection:
    """The lines of one pool."""
    capacity, busy, wait, requests = (f"{pool}_{name}" for name in ("capacity", "busy", "wait", "requests"))
    lines = (
        metric_line(capacity, "Person-days there are", DAYS, FLOW, pool_metric(pool, "capacity_days")),
        StatementLine(
            f"{pool}_people",
            "People",
            PEOPLE,
            RATIO,
            lambda column: column.ratio(column.line(capacity), column.line("days")),
            "person-days / days: the average of the period",
            strong=True,
        ),
        metric_line(busy, "Person-days busy", DAYS, FLOW, pool_metric(pool, "busy_days")),
        StatementLine(
            f"{pool}_utilization",
            "Utilization",
            SHARE,
            RATIO,
            lambda column: column.ratio(column.line(busy), column.line(capacity)),
            "busy / there are; blank while there is nobody. Leavers finish their work: may exceed 100%",
            strong=True,
        ),
        metric_line(requests, "Requests", REQUESTS, FLOW, pool_metric(pool, "requests")),
        metric_line(wait, "Days waited by deals", DAYS, FLOW, pool_metric(pool, "wait_days")),
        StatementLine(
            f"{pool}_wait_per_request",
            "Wait per request",
            DAYS,
            RATIO,
            lambda column: column.ratio(column.line(wait), column.line(requests)),
            "days waited / requests of the period; blank without requests",
        ),
        metric_line(f"{pool}_reneged", "Gave up waiting", REQUESTS, FLOW, pool_metric(pool, "reneged")),
    )
    return StatementSection(humanize(pool).capitalize(), lines)


def headcount_statement(pools: tuple[str, ...]) -> StatementDefinition:
    """The sheet of people; without any, only what is always there."""
    return StatementDefinition(
        "Headcount", company=True, sections=(ALL_PEOPLE, *(_pool_section(pool) for pool in pools))
    )
