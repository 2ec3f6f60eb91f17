"""What the statements have besides where use is metered: its revenue, run rate, units and cost, and NRR with usage.

The run rate stands beside ARR and in no part of it.  Knows no sheet.
"""

from __future__ import annotations

from dataclasses import replace

from forecast.finance.statements.lines import (
    FLOW,
    MONEY,
    STOCK,
    UNITS,
    StatementDefinition,
    StatementLine,
    StatementSection,
    deduction_line,
    metric_line,
    quotient_line,
    sum_line,
)
from forecast.finance.statements.revenue import EARNED, MARGIN, REVENUE
from forecast.finance.statements.unit_economics import UNIT_ECONOMICS

_BEYOND = "units beyond what plans include × price per unit"
_BILLED = metric_line("usage_revenue", "Usage", MONEY, FLOW, "usage_revenue_cents", _BEYOND)
_SOURCES = ("self_serve_revenue", "enterprise_revenue", _BILLED.code)
_EARNED = EARNED._replace(
    lines=(
        *EARNED.lines[:-1],
        _BILLED,
        sum_line("revenue", "Revenue", _SOURCES, "self-serve + contracts + usage"),
    )
)
_USE = StatementSection(
    "Usage",
    (
        metric_line("usage_units", "Units used", UNITS, FLOW, "usage_units", "included ones too; free users to theirs"),
        StatementLine(
            "usage_run_rate",
            "Usage run rate",
            MONEY,
            STOCK,
            lambda column: column.whole_cents(column.line("usage_revenue") * column.constant("year")),
            "12 × usage revenue of the month: beside ARR, not in it",
            lambda column: column.metric("usage_run_rate_cents"),
        ),
    ),
)
_COST, *_MARGINS = MARGIN.lines
_MARGIN = MARGIN._replace(
    lines=(
        replace(_COST, how=f"{_COST.how}; units used"),
        deduction_line("cost_of_usage", "of which for units used", "usage_cost_cents", "units × cost per unit"),
        StatementLine(
            "cost_of_users",
            "of which for users",
            MONEY,
            FLOW,
            lambda column: column.whole_cents(column.line("cost_of_revenue") - column.line("cost_of_usage")),
            "the rest: user-months",
            sign=-1,
        ),
        *_MARGINS,
    )
)
_COHORTS = {
    "contract_nrr_with_usage": ("NRR with usage, contract", "accounts under contract 12 months ago"),
    "nrr_with_usage": ("NRR with usage, blended", "accounts with any ARR or usage revenue 12 months ago"),
}


def _retention_lines(code: str) -> tuple[StatementLine, ...]:
    """ARR and usage run rate of a closed cohort, now and then, and their quotient."""
    label, cohort = _COHORTS[code]
    above, below = f"{code}_numerator", f"{code}_denominator"
    return (
        metric_line(
            above, f"{label}: now", MONEY, STOCK, f"{above}_cents", "ARR and usage run rate now of those accounts"
        ),
        metric_line(below, f"{label}: 12 months ago", MONEY, STOCK, f"{below}_cents", cohort),
        quotient_line(
            code, label, above, below, "ARR and usage run rate now / 12 months ago; blank while there were none"
        ),
    )


_RETENTION = StatementSection(
    "Retention with usage: ARR and usage run rate (closed cohorts, 12 months)",
    tuple(line for code in _COHORTS for line in _retention_lines(code)),
)


def with_usage(definition: StatementDefinition) -> StatementDefinition:
    """The statement with what it says of use; one that says nothing of it is the same."""
    if definition.name == REVENUE.name:
        changed = {EARNED.title: (_EARNED, _USE), MARGIN.title: (_MARGIN,)}
    elif definition.name == UNIT_ECONOMICS.name:
        last = [section for section in definition.sections if section.title.startswith("Blended retention")][-1]
        changed = {last.title: (last, _RETENTION)}
    else:
        return definition
    sections = [each for section in definition.sections for each in changed.get(section.title, (section,))]
    return definition._replace(sections=tuple(sections))
