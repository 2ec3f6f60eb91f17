"""What is booked, billed and earned?  Deferred revenue and remaining obligations from month to month, gross margin."""

from __future__ import annotations

from forecast.finance.lines import (
    FLOW,
    MONEY,
    RATIO,
    SHARE,
    STOCK,
    Family,
    Line,
    Section,
    closing_of,
    less,
    opening_of,
    summed,
    taken,
)

BOOKED = Section(
    "Bookings",
    (
        taken(
            "bookings",
            "Bookings (TCV)",
            MONEY,
            FLOW,
            "bookings_cents",
            "all that will be invoiced until the term's end",
        ),
        taken(
            "acv_bookings", "Bookings (ACV)", MONEY, FLOW, "acv_bookings_cents", "12 × seats × price of what is booked"
        ),
    ),
)
EARNED = Section(
    "Revenue",
    (
        taken("self_serve_revenue", "Self-serve", MONEY, FLOW, "self_serve_revenue_cents", "price × paid user-days"),
        taken(
            "enterprise_revenue",
            "Contracts",
            MONEY,
            FLOW,
            "enterprise_revenue_cents",
            "ratable by whole days of service",
        ),
        summed("revenue", "Revenue", ("self_serve_revenue", "enterprise_revenue"), "self-serve + contracts"),
    ),
)
DEFERRED = Section(
    "Deferred revenue",
    (
        opening_of("deferred_opening", "Opening deferred revenue", "deferred_revenue"),
        taken("billings", "Billings", MONEY, FLOW, "billings_cents", "invoices, and self-serve revenue"),
        Line(
            "deferred_earned",
            "Revenue",
            MONEY,
            FLOW,
            lambda column: -column.line("revenue"),
            "as above",
            sign=-1,
            repeats=True,
        ),
        closing_of(
            "deferred_revenue",
            "Closing deferred revenue",
            ("deferred_opening", "billings", "deferred_earned"),
            "deferred_revenue_cents",
        ),
    ),
)
OBLIGATIONS = Section(
    "Remaining performance obligations (RPO)",
    (
        opening_of("rpo_opening", "Opening RPO", "rpo"),
        Line(
            "rpo_booked",
            "Bookings (TCV)",
            MONEY,
            FLOW,
            lambda column: column.line("bookings"),
            "as above",
            repeats=True,
        ),
        Line(
            "rpo_earned",
            "Revenue of contracts",
            MONEY,
            FLOW,
            lambda column: -column.line("enterprise_revenue"),
            "as above",
            sign=-1,
            repeats=True,
        ),
        closing_of("rpo", "Closing RPO", ("rpo_opening", "rpo_booked", "rpo_earned"), "rpo_cents"),
        taken("unbilled", "of which not yet invoiced", MONEY, STOCK, "unbilled_cents", "RPO - deferred revenue"),
    ),
)
MARGIN = Section(
    "Gross margin",
    (
        less("cost_of_revenue", "Cost of revenue", "cogs_cents", "user-months of free, paid and seated users"),
        summed("gross_margin", "Gross margin", ("revenue", "cost_of_revenue"), "revenue - cost of revenue"),
        Line(
            "gross_margin_share",
            "Gross margin, share of revenue",
            SHARE,
            RATIO,
            lambda column: column.ratio(column.line("gross_margin"), column.line("revenue")),
            "gross margin / revenue; blank without revenue",
        ),
    ),
)
REVENUE = Family("Revenue and deferred", company=False, sections=(BOOKED, EARNED, DEFERRED, OBLIGATIONS, MARGIN))
