"""The sheet Unit economics: retention of closed cohorts, renewals, CAC, efficiency and lifetime value.

Each ratio stands below its numerator and its denominator; blank, with its reason, where the denominator is 0.
"""

from __future__ import annotations

from dataclasses import replace

from forecast.finance.statements.arr import MOVEMENT_LINES
from forecast.finance.statements.lines import (
    CONTRACTS,
    FLOW,
    MONEY,
    MONTHS,
    MULTIPLE,
    RATIO,
    SHARE,
    STOCK,
    StatementDefinition,
    StatementLine,
    StatementSection,
    cumulative_line,
    deduction_line,
    metric_line,
    quarterly_line,
    quotient_line,
    ratio_line,
    sum_line,
    trailing_line,
)

LOGO_METRICS = ("logo_retention_numerator", "logo_retention_denominator")
COHORTS = {"contract": "under contract 12 months ago", "blended": "with any ARR 12 months ago"}


def _retention_section(kind: str) -> StatementSection:
    """NRR and GRR of a closed cohort."""
    cohort = COHORTS[kind]
    lines = []
    for name, now in (
        ("nrr", "ARR now of those accounts"),
        ("grr", "the same, each account capped at its ARR 12 months ago"),
    ):
        above, below = f"{kind}_{name}_numerator", f"{kind}_{name}_denominator"
        lines += [
            metric_line(above, f"{name.upper()}, {kind}: ARR now", MONEY, STOCK, f"{above}_cents", now),
            metric_line(
                below,
                f"{name.upper()}, {kind}: ARR 12 months ago",
                MONEY,
                STOCK,
                f"{below}_cents",
                f"accounts {cohort}",
            ),
            quotient_line(
                f"{kind}_{name}",
                f"{name.upper()}, {kind}",
                above,
                below,
                f"ARR now / ARR 12 months ago of the accounts {cohort}; blank while there were none",
            ),
        ]
    title = (
        "Retention of contracts"
        if kind == "contract"
        else "Blended retention: the first contract of paying users counts too"
    )
    return StatementSection(f"{title} (closed cohort, 12 months)", tuple(lines))


LOGO_RETENTION = StatementSection(
    "Logos",
    (
        metric_line("renewed", "Renewed", CONTRACTS, FLOW, "renewals", repeats=True),
        metric_line("not_renewed", "Not renewed", CONTRACTS, FLOW, "non_renewals", repeats=True),
        trailing_line("logos_renewed", "Renewed, 12 months", "renewed", CONTRACTS),
        trailing_line("logos_lost", "Not renewed, 12 months", "not_renewed", CONTRACTS),
        ratio_line(
            "renewal_rate",
            "Renewal rate of contracts",
            lambda column: column.ratio(
                column.line("logos_renewed"), column.line("logos_renewed") + column.line("logos_lost")
            ),
            "renewed / (renewed + not renewed) in 12 months; blank while none came up for renewal",
            SHARE,
        ),
        metric_line(LOGO_METRICS[1], "Contracts 12 months ago", CONTRACTS, STOCK, LOGO_METRICS[1]),
        metric_line(LOGO_METRICS[0], "Of those, under contract now", CONTRACTS, STOCK, LOGO_METRICS[0]),
        quotient_line(
            "logo_retention",
            "Logo retention",
            *LOGO_METRICS,
            "still under contract / contracts 12 months ago; blank while none",
        ),
    ),
)


ADDED_LINES = tuple(replace(line, code=f"unit_{line.code}", repeats=True) for line in MOVEMENT_LINES if line.sign > 0)
COMPONENTS = StatementSection(
    "Inputs of the ratios below",
    (
        metric_line("unit_revenue", "Revenue", MONEY, FLOW, "revenue_cents", repeats=True),
        deduction_line("unit_cost_of_revenue", "Cost of revenue", "cogs_cents", repeats=True),
        sum_line(
            "unit_gross_margin",
            "Gross margin",
            ("unit_revenue", "unit_cost_of_revenue"),
            "revenue - cost of revenue",
            repeats=True,
        ),
        metric_line("unit_acquisition", "Acquisition cost", MONEY, FLOW, "acquisition_cost_cents", repeats=True),
        metric_line("unit_events", "Events", MONEY, FLOW, "event_cost_cents", repeats=True),
        metric_line("unit_people", "People", MONEY, FLOW, "people_cost_cents", repeats=True),
        sum_line(
            "sales_cost",
            "Sales and acquisition cost",
            ("unit_acquisition", "unit_events", "unit_people"),
            "organic trials, outbound opportunities, dated events and people",
        ),
        *ADDED_LINES,
        sum_line(
            "arr_added",
            "ARR added",
            tuple(line.code for line in ADDED_LINES),
            "new + reactivation + expansion + conversions, beyond the self-serve ARR that they replace",
        ),
        metric_line("unit_won", "Contracts signed", CONTRACTS, FLOW, "won", repeats=True),
        trailing_line("revenue_trailing", "Revenue, 12 months", "unit_revenue"),
        trailing_line("gross_margin_trailing", "Gross margin, 12 months", "unit_gross_margin"),
        trailing_line("sales_cost_trailing", "Sales and acquisition cost, 12 months", "sales_cost"),
        trailing_line("arr_added_trailing", "ARR added, 12 months", "arr_added"),
        trailing_line("won_trailing", "Contracts signed, 12 months", "unit_won", CONTRACTS),
    ),
)
ACQUISITION = StatementSection(
    "Acquisition",
    (
        quotient_line(
            "cac",
            "CAC",
            "sales_cost_trailing",
            "won_trailing",
            "sales and acquisition cost / contracts signed, 12 months; blank while none was signed",
            MONEY,
        ),
        ratio_line(
            "payback",
            "CAC payback",
            lambda column: column.ratio(
                column.line("sales_cost_trailing") * column.line("revenue_trailing") * column.constant("year"),
                column.line("arr_added_trailing") * column.line("gross_margin_trailing"),
            ),
            "12 × sales and acquisition cost / (ARR added × gross margin share), 12 months; blank without ARR, margin",
            MONTHS,
        ),
    ),
)


EFFICIENCY = StatementSection(
    "Sales efficiency",
    (
        quarterly_line("revenue_of_quarter", "Revenue, 3 months", "unit_revenue"),
        quarterly_line("sales_cost_of_quarter", "Sales and acquisition cost, 3 months", "sales_cost"),
        StatementLine(
            "revenue_of_quarter_before",
            "Revenue, the 3 months before",
            MONEY,
            STOCK,
            lambda column: column.months_ago("revenue_of_quarter", "quarter"),
            "the same 3 months earlier",
        ),
        StatementLine(
            "sales_cost_of_quarter_before",
            "Sales and acquisition cost, the 3 months before",
            MONEY,
            STOCK,
            lambda column: column.months_ago("sales_cost_of_quarter", "quarter"),
            "the same 3 months earlier",
        ),
        ratio_line(
            "magic_number",
            "Magic number",
            lambda column: column.ratio(
                (column.line("revenue_of_quarter") - column.line("revenue_of_quarter_before"))
                * column.constant("quarters"),
                column.line("sales_cost_of_quarter_before"),
                "two quarters",
            ),
            "4 × growth of revenue over 3 months / cost of the 3 before; blank in the first 5 months and without cost",
            MULTIPLE,
        ),
    ),
)
LIFETIME = StatementSection(
    "Lifetime value, restricted to the horizon: nothing after it is counted",
    (
        metric_line("unit_contracts", "Contracts", CONTRACTS, STOCK, "contracts", repeats=True),
        metric_line(
            "unit_contract_revenue", "Revenue of contracts", MONEY, FLOW, "enterprise_revenue_cents", repeats=True
        ),
        cumulative_line(
            "contract_revenue_to_date", "Revenue of contracts to date", "unit_contract_revenue", "since the start"
        ),
        cumulative_line("revenue_to_date", "Revenue to date", "unit_revenue", "since the start"),
        cumulative_line("gross_margin_to_date", "Gross margin to date", "unit_gross_margin", "since the start"),
        cumulative_line("sales_cost_to_date", "Sales and acquisition cost to date", "sales_cost", "since the start"),
        cumulative_line("won_to_date", "Contracts signed to date", "unit_won", "since the start", CONTRACTS),
        StatementLine(
            "logos_to_date",
            "Contracts to date",
            CONTRACTS,
            STOCK,
            lambda column: column.line("won_to_date") + column.at_opening("unit_contracts"),
            "contracts at the start + signed to date",
        ),
        ratio_line(
            "ltv",
            "LTV to date",
            lambda column: column.ratio(
                column.line("contract_revenue_to_date") * column.line("gross_margin_to_date"),
                column.line("revenue_to_date") * column.line("logos_to_date"),
            ),
            "revenue of contracts × gross margin share / contracts, to date; blank while there are none",
            MONEY,
        ),
        ratio_line(
            "cac_to_date",
            "CAC to date",
            lambda column: column.ratio(column.line("sales_cost_to_date"), column.line("won_to_date")),
            "sales and acquisition cost / contracts signed, to date; blank while none was signed",
            MONEY,
        ),
        ratio_line(
            "ltv_to_cac",
            "LTV to CAC",
            lambda column: column.ratio(
                column.line("contract_revenue_to_date")
                * column.line("gross_margin_to_date")
                * column.line("won_to_date"),
                column.line("revenue_to_date") * column.line("logos_to_date") * column.line("sales_cost_to_date"),
            ),
            "LTV to date / CAC to date; blank while either is blank",
            MULTIPLE,
        ),
    ),
)
PER_CONTRACT = StatementSection(
    "Size of a contract",
    (
        metric_line("unit_contract_arr", "ARR of contracts", MONEY, STOCK, "enterprise_arr_cents", repeats=True),
        metric_line("unit_seats", "Seats", "seats", STOCK, "seats", repeats=True),
        StatementLine(
            "arr_per_contract",
            "ARR per contract",
            MONEY,
            RATIO,
            lambda column: column.ratio(column.line("unit_contract_arr"), column.line("unit_contracts")),
            "ARR of contracts / contracts; blank while there are none",
            strong=True,
        ),
        StatementLine(
            "arr_per_seat",
            "ARR per seat",
            MONEY,
            RATIO,
            lambda column: column.ratio(column.line("unit_contract_arr"), column.line("unit_seats")),
            "ARR of contracts / seats; blank while there are none",
            strong=True,
        ),
    ),
)

UNIT_ECONOMICS = StatementDefinition(
    "Unit economics",
    company=True,
    sections=(
        _retention_section("contract"),
        LOGO_RETENTION,
        _retention_section("blended"),
        COMPONENTS,
        ACQUISITION,
        EFFICIENCY,
        LIFETIME,
        PER_CONTRACT,
    ),
)
