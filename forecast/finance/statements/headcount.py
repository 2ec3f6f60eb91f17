"""The sheet Headcount: people, utilization and waits, by pool of the vendor's people."""

from __future__ import annotations

from collections.abc import Mapping

from forecast.analysis.formatting import sentence_case
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

HEADCOUNT = "Headcount"
ALL_PEOPLE = StatementSection(
    "All people",
    (
        StatementLine("days", "Days", DAYS, FLOW, lambda column: column.days(), "of the calendar", repeats=True),
        deduction_line("headcount_cost", "Cost of people", "people_cost_cents", "all pools together", repeats=True),
    ),
)


def pool_metric(pool: str, column: str) -> str:
    """The name of a column of resources.parquet as a metric; the colon keeps it apart from monthly metrics."""
    return f"{pool}:{column}"


def _pool_section(pool: str, label: str) -> StatementSection:
    """The lines of one pool."""
    capacity, busy, wait, requests = (f"{pool}_{name}" for name in ("capacity", "busy", "wait", "requests"))
    lines = (
        metric_line(capacity, "Person-days available", DAYS, FLOW, pool_metric(pool, "capacity_days")),
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
            "busy / available; blank without people. Leavers finish their work, so it may exceed 100%",
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
    return StatementSection(sentence_case(label), lines)


def headcount_statement(pools: Mapping[str, str]) -> StatementDefinition:
    """The statement of these pools; without pools, only the section of all people."""
    return StatementDefinition(
        HEADCOUNT, company=True, sections=(ALL_PEOPLE, *(_pool_section(pool, label) for pool, label in pools.items()))
    )
