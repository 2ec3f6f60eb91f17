"""The sheet Revenue and deferred: bookings, billings, revenue, deferred revenue, RPO and gross margin."""

from __future__ import annotations

from forecast.finance.statements.lines import (
    FLOW,
    MONEY,
    RATIO,
    SHARE,
    STOCK,
    StatementDefinition,
    StatementLine,
    StatementSection,
    closing_line,
    deduction_line,
    metric_line,
    opening_line,
    sum_line,
)

BOOKED = StatementSection(
    "Bookings",
    (
        metric_line(
            "bookings",
            "Bookings (TCV)",
            MONEY,
            FLOW,
            "bookings_cents",
            "everything to be invoiced until the term ends",
        ),
        metric_line(
            "acv_bookings",
            "Bookings (ACV)",
            MONEY,
            FLOW,
            "acv_bookings_cents",
            "12 × seats × price of the contracts booked",
        ),
    ),
)
EARNED = StatementSection(
    "Revenue",
    (
        metric_line(
            "self_serve_revenue",
            "Self-serve",
            MONEY,
            FLOW,
            "self_serve_revenue_cents",
            "price × user-days, of paid users and of team plans",
        ),
        metric_line(
            "team_revenue", "of which team plans", MONEY, FLOW, "team_revenue_cents", "price × user-days of team plans"
        ),
        metric_line(
            "enterprise_revenue",
            "Contracts",
            MONEY,
            FLOW,
            "enterprise_revenue_cents",
            "ratable by whole days of service",
        ),
        sum_line("revenue", "Revenue", ("self_serve_revenue", "enterprise_revenue"), "self-serve + contracts"),
    ),
)
DEFERRED = StatementSection(
    "Deferred revenue",
    (
        opening_line("deferred_opening", "Opening deferred revenue", "deferred_revenue"),
        metric_line("billings", "Billings", MONEY, FLOW, "billings_cents", "invoices, and self-serve revenue"),
        StatementLine(
            "deferred_earned",
            "Revenue",
            MONEY,
            FLOW,
            lambda column: -column.line("revenue"),
            "as above",
            sign=-1,
            repeats=True,
        ),
        closing_line(
            "deferred_revenue",
            "Closing deferred revenue",
            ("deferred_opening", "billings", "deferred_earned"),
            "deferred_revenue_cents",
        ),
    ),
)
OBLIGATIONS = StatementSection(
    "Remaining performance obligations (RPO)",
    (
        opening_line("rpo_opening", "Opening RPO", "rpo"),
        StatementLine(
            "rpo_booked",
            "Bookings (TCV)",
            MONEY,
            FLOW,
            lambda column: column.line("bookings"),
            "as above",
            repeats=True,
        ),
        StatementLine(
            "rpo_earned",
            "Revenue of contracts",
            MONEY,
            FLOW,
            lambda column: -column.line("enterprise_revenue"),
            "as above",
            sign=-1,
            repeats=True,
        ),
        closing_line("rpo", "Closing RPO", ("rpo_opening", "rpo_booked", "rpo_earned"), "rpo_cents"),
        metric_line("unbilled", "of which not yet invoiced", MONEY, STOCK, "unbilled_cents", "RPO - deferred revenue"),
    ),
)
MARGIN = StatementSection(
    "Gross margin",
    (
        deduction_line(
            "cost_of_revenue", "Cost of revenue", "cogs_cents", "user-months of free, paid, team and seated users"
        ),
        sum_line("gross_margin", "Gross margin", ("revenue", "cost_of_revenue"), "revenue - cost of revenue"),
        StatementLine(
            "gross_margin_share",
            "Gross margin, share of revenue",
            SHARE,
            RATIO,
            lambda column: column.ratio(column.line("gross_margin"), column.line("revenue")),
            "gross margin / revenue; blank without revenue",
        ),
    ),
)
REVENUE = StatementDefinition(
    "Revenue and deferred", company=False, sections=(BOOKED, EARNED, DEFERRED, OBLIGATIONS, MARGIN)
)
