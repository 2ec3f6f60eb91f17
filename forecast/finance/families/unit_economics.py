"""Do customers pay for themselves?  Ratios of sums, never averages of ratios; blank with a reason.

Each ratio stands below its numerator and its denominator.
"""

from __future__ import annotations

from forecast.finance.families.retention import LOGO_RETENTION, quotient, ratio, retention
from forecast.finance.lines import (
    CONTRACTS,
    FLOW,
    MONEY,
    MONTHS,
    MULTIPLE,
    RATIO,
    STOCK,
    Family,
    Line,
    Section,
    less,
    running,
    summed,
    taken,
    trailing,
)

BLOCKS = Section(
    "What the ratios below are made of",
    (
        taken("unit_revenue", "Revenue", MONEY, FLOW, "revenue_cents", repeats=True),
        less("unit_cost_of_revenue", "Cost of revenue", "cogs_cents", repeats=True),
        summed(
            "unit_gross_margin",
            "Gross margin",
            ("unit_revenue", "unit_cost_of_revenue"),
            "revenue - cost of revenue",
            repeats=True,
        ),
        taken("unit_acquisition", "Acquisition cost", MONEY, FLOW, "acquisition_cost_cents", repeats=True),
        taken("unit_people", "People", MONEY, FLOW, "people_cost_cents", repeats=True),
        summed(
            "sales_cost",
            "Sales and acquisition cost",
            ("unit_acquisition", "unit_people"),
            "organic trials, outbound opportunities and people",
        ),
        taken("unit_new_arr", "New ARR", MONEY, FLOW, "new_arr_cents", repeats=True),
        taken("unit_reactivation_arr", "Reactivated ARR", MONEY, FLOW, "reactivation_arr_cents", repeats=True),
        taken("unit_expansion_arr", "Expansion ARR", MONEY, FLOW, "expansion_arr_cents", repeats=True),
        summed(
            "arr_added",
            "ARR added",
            ("unit_new_arr", "unit_reactivation_arr", "unit_expansion_arr"),
            "new + reactivation + expansion: a contract of users who paid before is an expansion",
        ),
        taken("unit_won", "Contracts signed", CONTRACTS, FLOW, "won", repeats=True),
        trailing("revenue_trailing", "Revenue, 12 months", "unit_revenue"),
        trailing("gross_margin_trailing", "Gross margin, 12 months", "unit_gross_margin"),
        trailing("sales_cost_trailing", "Sales and acquisition cost, 12 months", "sales_cost"),
        trailing("arr_added_trailing", "ARR added, 12 months", "arr_added"),
        trailing("won_trailing", "Contracts signed, 12 months", "unit_won", CONTRACTS),
    ),
)
ACQUISITION = Section(
    "Acquisition",
    (
        quotient(
            "cac",
            "CAC",
            "sales_cost_trailing",
            "won_trailing",
            "sales and acquisition cost / contracts signed, 12 months; blank while none was signed",
            MONEY,
        ),
        ratio(
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


def quarterly(code: str, label: str, of: str) -> Line:
    """A line summed over the last three months."""
    how = "sum of the last 3 months"
    return Line(code, label, MONEY, STOCK, lambda column: column.trailing(of, "quarter"), how)


EFFICIENCY = Section(
    "Sales efficiency",
    (
        quarterly("revenue_of_quarter", "Revenue, 3 months", "unit_revenue"),
        quarterly("sales_cost_of_quarter", "Sales and acquisition cost, 3 months", "sales_cost"),
        Line(
            "revenue_of_quarter_before",
            "Revenue, the 3 months before",
            MONEY,
            STOCK,
            lambda column: column.earlier("revenue_of_quarter", "quarter"),
            "the same 3 months earlier",
        ),
        Line(
            "sales_cost_of_quarter_before",
            "Sales and acquisition cost, the 3 months before",
            MONEY,
            STOCK,
            lambda column: column.earlier("sales_cost_of_quarter", "quarter"),
            "the same 3 months earlier",
        ),
        ratio(
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
LIFETIME = Section(
    "Lifetime value, restricted to the horizon: nothing after it is counted",
    (
        taken("unit_contracts", "Contracts", CONTRACTS, STOCK, "contracts", repeats=True),
        taken("unit_contract_revenue", "Revenue of contracts", MONEY, FLOW, "enterprise_revenue_cents", repeats=True),
        running("contract_revenue_to_date", "Revenue of contracts to date", "unit_contract_revenue", "since the start"),
        running("revenue_to_date", "Revenue to date", "unit_revenue", "since the start"),
        running("gross_margin_to_date", "Gross margin to date", "unit_gross_margin", "since the start"),
        running("sales_cost_to_date", "Sales and acquisition cost to date", "sales_cost", "since the start"),
        running("won_to_date", "Contracts signed to date", "unit_won", "since the start", CONTRACTS),
        Line(
            "logos_to_date",
            "Contracts there ever were",
            CONTRACTS,
            STOCK,
            lambda column: column.line("won_to_date") + column.at_opening("unit_contracts"),
            "those of the start + signed to date",
        ),
        ratio(
            "ltv",
            "LTV to date",
            lambda column: column.ratio(
                column.line("contract_revenue_to_date") * column.line("gross_margin_to_date"),
                column.line("revenue_to_date") * column.line("logos_to_date"),
            ),
            "revenue of contracts × gross margin share / contracts there ever were, to date; blank while none",
            MONEY,
        ),
        ratio(
            "cac_to_date",
            "CAC to date",
            lambda column: column.ratio(column.line("sales_cost_to_date"), column.line("won_to_date")),
            "sales and acquisition cost / contracts signed, to date; blank while none was signed",
            MONEY,
        ),
        ratio(
            "ltv_to_cac",
            "LTV to CAC",
            lambda column: column.ratio(
                column.line("contract_revenue_to_date")
                * column.line("gross_margin_to_date")
                * column.line("won_to_date"),
                column.line("revenue_to_date") * column.line("logos_to_date") * column.line("sales_cost_to_date"),
            ),
            "LTV to date / CAC to date; blank while either is",
            MULTIPLE,
        ),
    ),
)
PER_CONTRACT = Section(
    "Size of a contract",
    (
        taken("unit_contract_arr", "ARR of contracts", MONEY, STOCK, "enterprise_arr_cents", repeats=True),
        taken("unit_seats", "Seats", "seats", STOCK, "seats", repeats=True),
        Line(
            "arr_per_contract",
            "ARR per contract",
            MONEY,
            RATIO,
            lambda column: column.ratio(column.line("unit_contract_arr"), column.line("unit_contracts")),
            "ARR of contracts / contracts; blank while there are none",
            strong=True,
        ),
        Line(
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

UNIT_ECONOMICS = Family(
    "Unit economics",
    company=True,
    sections=(
        retention("contract"),
        LOGO_RETENTION,
        retention("blended"),
        BLOCKS,
        ACQUISITION,
        EFFICIENCY,
        LIFETIME,
        PER_CONTRACT,
    ),
)
