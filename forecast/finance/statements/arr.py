"""The sheet ARR bridge: the bridge, its composition, CARR, and the contracts and users behind it."""

from __future__ import annotations

from forecast.finance.statements.lines import (
    CONTRACTS,
    FLOW,
    MONEY,
    SEATS,
    STOCK,
    USERS,
    StatementDefinition,
    StatementLine,
    StatementSection,
    closing_line,
    deduction_line,
    metric_line,
    opening_line,
)

BRIDGE = StatementSection(
    "ARR bridge, by account between month ends",
    (
        opening_line("arr_opening", "Opening ARR", "arr"),
        metric_line(
            "new_arr", "New", MONEY, FLOW, "new_arr_cents", "an account's first ARR ever, self-serve or contract"
        ),
        metric_line(
            "reactivation_arr", "Reactivation", MONEY, FLOW, "reactivation_arr_cents", "from no ARR to some again"
        ),
        metric_line("expansion_arr", "Expansion", MONEY, FLOW, "expansion_arr_cents", "more ARR than the month before"),
        deduction_line("contraction_arr", "Contraction", "contraction_arr_cents", "less ARR than the month before"),
        deduction_line("churned_arr", "Churn", "churned_arr_cents", "from some ARR to none"),
        closing_line(
            "arr",
            "Closing ARR",
            ("arr_opening", "new_arr", "reactivation_arr", "expansion_arr", "contraction_arr", "churned_arr"),
            "arr_cents",
        ),
    ),
)
COMPOSITION = StatementSection(
    "Composition of closing ARR",
    (
        metric_line("self_serve_arr", "Self-serve", MONEY, STOCK, "self_serve_arr_cents", "12 × paid users × price"),
        metric_line("enterprise_arr", "Contracts", MONEY, STOCK, "enterprise_arr_cents", "12 × seats × price"),
    ),
)
COMMITTED = StatementSection(
    "Contracted ARR",
    (
        metric_line("carr", "CARR", MONEY, STOCK, "carr_cents", "ARR, plus contracts signed and not yet live"),
        StatementLine(
            "signed_not_live_arr",
            "Signed, not yet live",
            MONEY,
            STOCK,
            lambda column: column.line("carr") - column.line("arr"),
            "CARR - closing ARR",
            lambda column: column.line("carr") - column.line("arr"),
        ),
    ),
)
ABSORBED = StatementSection(
    "Memo: already inside the bridge, do not add",
    (
        metric_line(
            "arr_absorbed",
            "Self-serve ARR absorbed at signings",
            MONEY,
            FLOW,
            "arr_absorbed_cents",
            "self-serve ARR that the contract replaced at signing",
        ),
    ),
)
LOGOS = StatementSection(
    "Contracts (logos)",
    (
        opening_line("contracts_opening", "Opening contracts", "contracts", CONTRACTS),
        metric_line("contracts_won", "Signed", CONTRACTS, FLOW, "won"),
        StatementLine(
            "contracts_lost",
            "Not renewed",
            CONTRACTS,
            FLOW,
            lambda column: -column.metric("non_renewals"),
            "as simulated",
            sign=-1,
        ),
        closing_line(
            "contracts",
            "Closing contracts",
            ("contracts_opening", "contracts_won", "contracts_lost"),
            "contracts",
            CONTRACTS,
        ),
        metric_line("contracts_renewed", "Renewed in the month", CONTRACTS, FLOW, "renewals"),
        metric_line("seats", "Seats under contract", SEATS, STOCK, "seats"),
    ),
)
USER_COUNTS = StatementSection(
    "Users at the end of the month",
    (
        metric_line("free_users", "Free", USERS, STOCK, "free_users"),
        metric_line("paid_users", "Paid, self-serve", USERS, STOCK, "paid_users"),
        metric_line("seated_users", "Seated, under contract", USERS, STOCK, "seated_users"),
    ),
)


ARR = StatementDefinition(
    "ARR bridge", company=False, sections=(BRIDGE, COMPOSITION, COMMITTED, ABSORBED, LOGOS, USER_COUNTS)
)
