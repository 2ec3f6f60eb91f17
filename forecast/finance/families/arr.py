"""How does ARR move?  The bridge, CARR beside it, what it is made of, and the contracts behind it."""

from __future__ import annotations

from forecast.finance.lines import (
    CONTRACTS,
    FLOW,
    MONEY,
    SEATS,
    STOCK,
    USERS,
    Family,
    Line,
    Section,
    closing_of,
    less,
    opening_of,
    taken,
)

BRIDGE = Section(
    "ARR bridge, by account between month ends",
    (
        opening_of("arr_opening", "Opening ARR", "arr"),
        taken("new_arr", "New", MONEY, FLOW, "new_arr_cents", "an account's first ARR ever, self-serve or contract"),
        taken("reactivation_arr", "Reactivation", MONEY, FLOW, "reactivation_arr_cents", "from none to some again"),
        taken("expansion_arr", "Expansion", MONEY, FLOW, "expansion_arr_cents", "from some to more"),
        less("contraction_arr", "Contraction", "contraction_arr_cents", "from some to less"),
        less("churned_arr", "Churn", "churned_arr_cents", "from some to none"),
        closing_of(
            "arr",
            "Closing ARR",
            ("arr_opening", "new_arr", "reactivation_arr", "expansion_arr", "contraction_arr", "churned_arr"),
            "arr_cents",
        ),
    ),
)
MADE_OF = Section(
    "What closing ARR is made of",
    (
        taken("self_serve_arr", "Self-serve", MONEY, STOCK, "self_serve_arr_cents", "12 × paid users × price"),
        taken("enterprise_arr", "Contracts", MONEY, STOCK, "enterprise_arr_cents", "12 × seats × price"),
    ),
)
COMMITTED = Section(
    "Contracted ARR",
    (
        taken("carr", "CARR", MONEY, STOCK, "carr_cents", "ARR and what is signed and not yet live"),
        Line(
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
ABSORBED = Section(
    "Beside the bridge, not to be added to it",
    (
        taken(
            "arr_absorbed",
            "Self-serve ARR absorbed at signings",
            MONEY,
            FLOW,
            "arr_absorbed_cents",
            "was ARR before the signing and ended with it: inside the bridge already",
        ),
    ),
)
LOGOS = Section(
    "Contracts (logos)",
    (
        opening_of("contracts_opening", "Opening contracts", "contracts", CONTRACTS),
        taken("contracts_won", "Signed", CONTRACTS, FLOW, "won"),
        Line(
            "contracts_lost",
            "Not renewed",
            CONTRACTS,
            FLOW,
            lambda column: -column.taken("non_renewals"),
            "as simulated",
            sign=-1,
        ),
        closing_of(
            "contracts",
            "Closing contracts",
            ("contracts_opening", "contracts_won", "contracts_lost"),
            "contracts",
            CONTRACTS,
        ),
        taken("contracts_renewed", "Renewed in the month", CONTRACTS, FLOW, "renewals"),
        taken("seats", "Seats under contract", SEATS, STOCK, "seats"),
    ),
)
USE = Section(
    "Users at the end of the month",
    (
        taken("free_users", "Free", USERS, STOCK, "free_users"),
        taken("paid_users", "Paid by themselves", USERS, STOCK, "paid_users"),
        taken("seated_users", "Seated under a contract", USERS, STOCK, "seated_users"),
    ),
)


ARR = Family("ARR bridge", company=False, sections=(BRIDGE, MADE_OF, COMMITTED, ABSORBED, LOGOS, USE))
