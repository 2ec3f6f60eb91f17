"""The sheet Cash: receivables, contribution, net cash flow and net present value, of the whole company."""

from __future__ import annotations

from forecast.finance.statements.lines import (
    FLOW,
    MONEY,
    MULTIPLE,
    STOCK,
    StatementDefinition,
    StatementLine,
    StatementSection,
    closing_line,
    cumulative_line,
    deduction_line,
    metric_line,
    opening_line,
    sum_line,
)

RECEIVABLES = StatementSection(
    "Receivables",
    (
        opening_line("receivables_opening", "Opening receivables", "receivables"),
        metric_line("receivables_billed", "Billings", MONEY, FLOW, "billings_cents", repeats=True),
        deduction_line("receivables_collected", "Cash collected", "cash_cents", repeats=True),
        closing_line(
            "receivables",
            "Closing receivables",
            ("receivables_opening", "receivables_billed", "receivables_collected"),
            "receivables_cents",
        ),
    ),
)
RESULT = StatementSection(
    "From revenue to contribution",
    (
        metric_line("company_revenue", "Revenue", MONEY, FLOW, "revenue_cents", repeats=True),
        deduction_line("company_cost_of_revenue", "Cost of revenue", "cogs_cents", repeats=True),
        sum_line(
            "company_gross_margin",
            "Gross margin",
            ("company_revenue", "company_cost_of_revenue"),
            "revenue - cost of revenue",
            repeats=True,
        ),
        deduction_line(
            "acquisition_cost",
            "Acquisition cost",
            "acquisition_cost_cents",
            "organic trials and outbound opportunities",
        ),
        deduction_line(
            "event_cost", "Events", "event_cost_cents", "dated events, each in the month in which it begins"
        ),
        deduction_line("people_cost", "People", "people_cost_cents", "cost of the vendor's people, by day"),
        sum_line(
            "contribution",
            "Contribution",
            ("company_gross_margin", "acquisition_cost", "event_cost", "people_cost"),
            "gross margin - acquisition cost - events - people",
        ),
        deduction_line(
            "capability_cost", "Capabilities", "capability_cost_cents", "once when available, then yearly by twelfths"
        ),
        sum_line(
            "operating_result",
            "Contribution after capabilities",
            ("contribution", "capability_cost"),
            "contribution - capabilities",
        ),
    ),
)
NET_CASH_FLOW = StatementSection(
    "Net cash flow",
    (
        metric_line(
            "cash_collected", "Cash collected", MONEY, FLOW, "cash_cents", "invoices when paid; self-serve as earned"
        ),
        sum_line(
            "costs_paid",
            "Costs paid",
            ("company_cost_of_revenue", "acquisition_cost", "event_cost", "people_cost", "capability_cost"),
            "all costs above, paid as incurred",
        ),
        sum_line("net_cash_flow", "Net cash flow", ("cash_collected", "costs_paid"), "cash collected - costs paid"),
        StatementLine(
            "cash_balance",
            "Cumulative net cash flow",
            MONEY,
            STOCK,
            lambda column: column.whole_cents(column.previous_month("cash_balance") + column.line("net_cash_flow")),
            "net cash flow since the start",
        ),
        StatementLine(
            "cash_trough",
            "Lowest cumulative cash flow",
            MONEY,
            STOCK,
            lambda column: column.minimum(column.previous_month("cash_trough"), column.line("cash_balance")),
            "minimum of the line above so far, at most 0: the funding need",
        ),
    ),
)
NET_PRESENT_VALUE = StatementSection(
    "Net present value",
    (
        StatementLine(
            "discount_factor",
            "Discount factor",
            MULTIPLE,
            STOCK,
            lambda column: column.discount(),
            "1 / (1 + yearly rate) ^ ((month - 0.5) / 12): mid-month",
        ),
        StatementLine(
            "discounted_cash_flow",
            "Discounted net cash flow",
            MONEY,
            FLOW,
            lambda column: column.line("net_cash_flow") * column.line("discount_factor"),
            "net cash flow × discount factor",
        ),
        cumulative_line(
            "npv",
            "NPV to date",
            "discounted_cash_flow",
            "discounted net cash flow since the start; nothing after the horizon",
        ),
    ),
)
CASH = StatementDefinition("Cash", company=True, sections=(RECEIVABLES, RESULT, NET_CASH_FLOW, NET_PRESENT_VALUE))
