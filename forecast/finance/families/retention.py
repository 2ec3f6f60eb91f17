"""Do customers stay?  NRR and GRR of closed cohorts, contracts that are renewed, and logos that remain.

Each ratio stands below its numerator and its denominator; blank, with its reason, where that is nothing.
"""

from __future__ import annotations

from forecast.finance.column import Formula
from forecast.finance.lines import CONTRACTS, FLOW, MONEY, SHARE, STOCK, Line, Section, taken, trailing

LOGOS = ("logo_retention_numerator", "logo_retention_denominator")
COHORTS = {"contract": "under contract 12 months ago", "blended": "with any ARR 12 months ago"}


def quotient(code: str, label: str, above: str, below: str, how: str, unit: str = SHARE) -> Line:
    """A ratio of two lines of stocks."""
    return ratio(code, label, lambda column: column.ratio(column.line(above), column.line(below)), how, unit)


def ratio(code: str, label: str, formula: Formula, how: str, unit: str) -> Line:
    """A ratio whose value of a longer period is that of its last month."""
    return Line(code, label, unit, STOCK, formula, how, quotient=True, strong=True)


def retention(kind: str) -> Section:
    """NRR and GRR of a closed cohort."""
    cohort = COHORTS[kind]
    lines = []
    for name, now in (("nrr", "ARR now of those accounts"), ("grr", "the same, each at most its ARR then")):
        above, below = f"{kind}_{name}_numerator", f"{kind}_{name}_denominator"
        lines += [
            taken(above, f"{name.upper()}, {kind}: ARR now", MONEY, STOCK, f"{above}_cents", now),
            taken(
                below,
                f"{name.upper()}, {kind}: ARR 12 months ago",
                MONEY,
                STOCK,
                f"{below}_cents",
                f"accounts {cohort}",
            ),
            quotient(
                f"{kind}_{name}",
                f"{name.upper()}, {kind}",
                above,
                below,
                f"ARR now / ARR 12 months ago of the accounts {cohort}; blank while there were none",
            ),
        ]
    title = "Retention of contracts" if kind == "contract" else "Blended retention: landing reads as expansion here"
    return Section(f"{title} (closed cohort, 12 months)", tuple(lines))


LOGO_RETENTION = Section(
    "Logos",
    (
        taken("renewed", "Renewed", CONTRACTS, FLOW, "renewals", repeats=True),
        taken("not_renewed", "Not renewed", CONTRACTS, FLOW, "non_renewals", repeats=True),
        trailing("logos_renewed", "Renewed, 12 months", "renewed", CONTRACTS),
        trailing("logos_lost", "Not renewed, 12 months", "not_renewed", CONTRACTS),
        ratio(
            "renewal_rate",
            "Renewal rate of contracts",
            lambda column: column.ratio(
                column.line("logos_renewed"), column.line("logos_renewed") + column.line("logos_lost")
            ),
            "renewed / (renewed + not renewed) in 12 months; blank while none came up",
            SHARE,
        ),
        taken(LOGOS[1], "Contracts 12 months ago", CONTRACTS, STOCK, LOGOS[1]),
        taken(LOGOS[0], "Of those, under contract now", CONTRACTS, STOCK, LOGOS[0]),
        quotient(
            "logo_retention",
            "Logo retention",
            *LOGOS,
            "still under contract / contracts 12 months ago; blank while none",
        ),
    ),
)
