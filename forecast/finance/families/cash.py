"""What is collected, what is spent, and what is it worth today?  The whole company: people belong to no segment."""

from __future__ import annotations

from forecast.finance.lines import (
    FLOW,
    MONEY,
    MULTIPLE,
    STOCK,
    Family,
    Line,
    Section,
    closing_of,
    less,
    opening_of,
    running,
    summed,
    taken,
)

RECEIVABLES = Section(
    "Receivables",
    (
        opening_of("receivables_opening", "Opening receivables", "receivables"),
        taken("receivables_billed", "Billings", MONEY, FLOW, "billings_cents", repeats=True),
        less("receivables_collected", "Cash collected", "cash_cents", repeats=True),
        closing_of(
            "receivables",
            "Closing receivables",
            ("receivables_opening", "receivables_billed", "receivables_collected"),
            "receivables_cents",
        ),
    ),
)
RESULT = Section(
    "From revenue to contribution",
    (
        taken("company_revenue", "Revenue", MONEY, FLOW, "revenue_cents", repeats=True),
        less("company_cost_of_revenue", "Cost of revenue", "cogs_cents", repeats=True),
        summed(
            "company_gross_margin",
            "Gross margin",
            ("company_revenue", "company_cost_of_revenue"),
            "revenue - cost of revenue",
            repeats=True,
        ),
        less(
            "acquisition_cost",
            "Acquisition cost",
            "acquisition_cost_cents",
            "organic trials and outbound opportunities",
        ),
        less("people_cost", "People", "people_cost_cents", "the vendor's pools by days"),
        summed(
            "contribution",
            "Contribution",
            ("company_gross_margin", "acquisition_cost", "people_cost"),
            "gross margin - acquisition cost - people",
        ),
        less(
            "capability_cost", "Capabilities", "capability_cost_cents", "once when available, then yearly by twelfths"
        ),
        summed(
            "operating_result",
            "Contribution after capabilities",
            ("contribution", "capability_cost"),
            "contribution - capabilities",
        ),
    ),
)
NET = Section(
    "Net cash flow",
    (
        taken(
            "cash_collected", "Cash collected", MONEY, FLOW, "cash_cents", "invoices when paid; self-serve as earned"
        ),
        summed(
            "costs_paid",
            "Costs paid",
            ("company_cost_of_revenue", "acquisition_cost", "people_cost", "capability_cost"),
            "all costs above, paid as incurred",
        ),
        summed("net_cash_flow", "Net cash flow", ("cash_collected", "costs_paid"), "cash collected - costs paid"),
        Line(
            "cash_balance",
            "Cumulative net cash flow",
            MONEY,
            STOCK,
            lambda column: column.whole_cents(column.before("cash_balance") + column.line("net_cash_flow")),
            "net cash flow since the start",
        ),
        Line(
            "cash_trough",
            "Deepest so far",
            MONEY,
            STOCK,
            lambda column: column.least(column.before("cash_trough"), column.line("cash_balance")),
            "lowest cumulative net cash flow so far, at most 0: what has to be financed",
        ),
    ),
)
WORTH = Section(
    "Net present value",
    (
        Line(
            "discount_factor",
            "Discount factor",
            MULTIPLE,
            STOCK,
            lambda column: column.discount(),
            "1 / (1 + yearly rate) ^ ((month - 0.5) / 12): mid-month",
        ),
        Line(
            "discounted_cash_flow",
            "Discounted net cash flow",
            MONEY,
            FLOW,
            lambda column: column.line("net_cash_flow") * column.line("discount_factor"),
            "net cash flow × discount factor",
        ),
        running(
            "npv",
            "NPV to date",
            "discounted_cash_flow",
            "discounted net cash flow since the start; nothing after the horizon",
        ),
    ),
)
CASH = Family("Cash", company=True, sections=(RECEIVABLES, RESULT, NET, WORTH))
