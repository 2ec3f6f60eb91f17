"""What is published of the figures that a scenario has or a run computes: the one table of ranges, with sources.

Knows no run and no scenario.  docs/plausibility.md shows the table, docs/sources.md the addresses of the sources.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from forecast.scenario import declared

# A segment's size: by its name where it is one of these, else by the typical contract of its accounts in USD a year.
SIZES = ("smb", "mid_market", "enterprise")
SIZE_LIMITS_CENTS = (25_000_00, 100_000_00)
SIZE_EMPLOYEES = ("20 to 200", "200 to 2,000", "2,000 to 20,000")


class _ComparedFigure(NamedTuple):
    """A figure that is compared: what it is called, its unit (share, monthly share, people, days ...) and its inputs.

    `inputs` are the paths that move it most, first those that move it more; `{segment}` stands for the segment and
    `{stage}` for those stages whose value is largest.
    """

    code: str
    label: str
    unit: str
    inputs: tuple[str, ...]


class PublishedRange(NamedTuple):
    """A published range of a figure; None: no bound.  `size` is one of SIZES, or empty where it holds for all."""

    figure: str
    size: str
    low: float | None
    high: float | None
    grade: str
    sources: tuple[str, ...]  # keys of docs/sources.md; empty where nothing is published
    applies: str  # to whom the range belongs, or why it is what it is


SOURCE_NAMES = {
    "BM1": "Aleph 2026",
    "BM2": "Benchmarkit 2025",
    "BM3": "Digital Applied 2026",
    "BM4": "Averi 2026",
    "BM5": "Salesmotion 2026",
    "BM8": "Visdum",
    "C4": "First Page Sage 2026",
    "C5": "Totango",
    "D1": "knowledgelib 2026 on negotiation",
    "D2": "VendorBenchmark",
    "F1": "Slack 2019",
    "F5": "Atlassian 2015",
    "G1": "ChatGPT's business users 2024-25",
    "G2": "ChatGPT's workplace seats 2025",
    "G3": "Netskope 2023",
    "G7": "GitHub Copilot's organizations",
    "G5": "Microsoft Work Trend Index 2024",
    "L1": "The CRO Report on cycles",
    "M1": "SoftwareSeni on ICONIQ 2026",
    "M2": "InferMargin",
    "PR5": "Pulse RevOps on discounts",
    "R1": "ChartMogul on churn by price",
    "R2": "ChartMogul 2026 on AI products",
    "R4": "knowledgelib 2026 on churn",
    "R5": "SaaS Capital 2023",
    "SE3": "Pulse RevOps on sellers",
    "TP3": "Figma 2025",
    "TP5": "OpenAI's business customers 2025",
    "TP6": "Slack 2015",
    "TP9": "Indie Hackers on team plans",
    "TP13": "Netskope 2026",
    "US4": "OpenAI's enterprise report 2025",
    "US7": "Cursor on 500 firms",
    "US13": "ICONIQ and Bessemer 2024-26",
    "US14": "100baggers on four large vendors 2026",
    "US15": "micro-scribe on NRR",
    "W1": "The CRO Report on win rates",
    "W2": "Knowlee",
    "X1": "knowledgelib 2026 on payback",
    "X2": "KBCM 2019",
    "Z1": "Zylo on unused licences",
}

_ELIGIBLE_USERS = declared("market.segments.{}.eligible_users").format("{segment}")
_TEAM_SIZE = declared("market.segments.{}.team_size").format("{segment}")
ACCOUNTS_FILE = declared("market.accounts_file")
_IMITATION = declared("adoption.imitation.rate").removesuffix(".rate")  # a file writes both parts under one key
_LOSS = declared("procurement.stages.{}.loss").format("{stage}")
_DURATION = declared("procurement.stages.{}.duration").format("{stage}")
COST_OF_USE = declared("costs.usage")
_PEOPLE = (declared("vendor.resources.{}.count").format("{resource}"), declared("costs.organic_trial"))


def _figure(code: str, label: str, unit: str, *inputs: str) -> _ComparedFigure:
    """A figure whose inputs are paths of the format, or templates of such."""
    return _ComparedFigure(
        code, label, unit, tuple(path if path == _IMITATION or "{" in path else declared(path) for path in inputs)
    )


FIGURES = {
    each.code: each
    for each in (
        _figure("eligible_users", "eligible people in the median account", "people", _ELIGIBLE_USERS),
        _figure("active_today", "share of the eligible people who are active at the start", "share", ACCOUNTS_FILE),
        _figure(
            "seats_per_person",
            "seats per eligible person of the accounts under contract",
            "share",
            *("contract.min_seats", "contract.land_multiple", _ELIGIBLE_USERS),
        ),
        _figure(
            "reproduction_number",
            "R, the trials that one trial brings about",
            "number",
            *(_IMITATION, "trial.activation", "churn.free", "trial.keep_free"),
        ),
        _figure("discount", "mean discount", "share", "pricing.discount"),
        _figure("usage_growth", "growth of use per user", "monthly share", "usage.growth"),
        _figure(
            "user_growth",
            "growth of active users",
            "monthly share",
            *(_IMITATION, "adoption.organic", "trial.activation", "churn.free"),
        ),
        _figure(
            "paying_user_growth",
            "growth of users who pay or have a seat",
            "monthly share",
            *(_IMITATION, "trial.to_paid", "trial.activation", "plans.upgrade"),
        ),
        _figure(
            "self_serve_conversion",
            "users who pay by themselves, of all without a seat who ever tried",
            "share",
            *("trial.to_paid", "plans.upgrade", "churn.paid"),
        ),
        _figure(
            "organizations_paying",
            "accounts that pay, of those in which somebody tried it before any contract",
            "share",
            *("trial.to_paid", "plans.upgrade", "awareness.peak", _IMITATION),
        ),
        _figure("win_rate", "win rate", "share", _LOSS, "procurement.prior_use_log_odds"),
        _figure("cycle", "median time from opportunity to signature of won deals", "days", _DURATION),
        _figure(
            "contract_grr",
            "gross revenue retention of contracts over 12 months",
            "share",
            *("renewal.base", "contract.champion_leaves", "renewal.champion_left", "churn.seated"),
        ),
        _figure(
            "contract_nrr",
            "net revenue retention of contracts over 12 months",
            "share",
            *(_ELIGIBLE_USERS, "contract.rollout", "contract.imitation_multiple", "renewal.uplift", "renewal.base"),
        ),
        _figure(
            "nrr_with_usage",
            "net revenue retention with usage, of accounts under contract 12 months ago",
            "share",
            *("usage.growth", "usage.units.seated", "pricing.usage.included.seated", "contract.rollout"),
        ),
        _figure("self_serve_grr", "users who pay by themselves and still do after a year", "share", "churn.paid"),
        _figure(
            "team_plan_churn",
            "team plans that end, those that a contract takes over among them, last 12 months",
            "monthly share",
            *("plans.team.min_users", "churn.team", "awareness.team_bills", "awareness.sponsor"),
        ),
        _figure(
            "users_per_paying_team",
            "users of a team that pays",
            "number",
            *("plans.team.min_users", _TEAM_SIZE, _IMITATION, "adoption.across_teams"),
        ),
        _figure(
            "logo_churn",
            "contracts that end",
            "monthly share",
            *("renewal.base", "contract.champion_leaves", "renewal.champion_left", "churn.seated"),
        ),
        _figure(
            "unused_seats",
            "seats that nobody uses",
            "share",
            *("contract.land_multiple", "churn.seated", "contract.min_seats", "contract.rollout", "renewal.headroom"),
        ),
        _figure(
            "gross_margin",
            "gross margin of the last 12 months",
            "share",
            *("costs.paid_user", "costs.seated_user", "costs.free_user", COST_OF_USE),
            *("pricing.enterprise", "pricing.paid"),
        ),
        _figure(
            "cost_of_use",
            "cost of the units used, of the revenue of the last 12 months",
            "share",
            *(COST_OF_USE, "usage.units.seated", "usage.units.paid", "usage.growth", "pricing.usage.price"),
        ),
        _figure(
            "cost_of_new_arr",
            "selling cost of one unit of ARR from new customers, last 12 months",
            "ratio",
            *(*_PEOPLE, "costs.outbound_opportunity", "outbound.rate", "pricing.enterprise"),
        ),
        _figure(
            "cac_payback",
            "CAC payback, last 12 months",
            "months",
            *(*_PEOPLE, "pricing.enterprise", "pricing.paid", "costs.seated_user"),
        ),
    )
}


def _by_size(
    figure: str,
    bounds: tuple[tuple[float | None, float | None], ...],
    grade: str,
    sources: str,
    applies: Iterable[str],
) -> tuple[PublishedRange, ...]:
    """The three rows of a figure whose range depends on the size."""
    rows = zip(SIZES, bounds, applies, strict=True)
    return tuple(PublishedRange(figure, size, *pair, grade, tuple(sources.split()), what) for size, pair, what in rows)


def _for_all(
    figure: str, bounds: tuple[float | None, float | None], grade: str, sources: str, applies: str
) -> PublishedRange:
    """The row of a figure whose range does not depend on the size."""
    return PublishedRange(figure, "", *bounds, grade, tuple(sources.split()), applies)


_OF_SIZE = ("smb", "mid-market", "enterprise")
PUBLISHED_RANGES = (
    *_by_size(  # between 5 and 90 % of the employees of such a company
        "eligible_users",
        ((1, 180), (10, 1_800), (100, 18_000)),
        "U",
        "",
        (f"5 to 90% of {employees} employees" for employees in SIZE_EMPLOYEES),
    ),
    _for_all("active_today", (None, 0.75), "A", "G5", "people at work who use any generative AI"),
    _for_all("seats_per_person", (None, 1.0), "U", "", "there are more seats than people who could use them"),
    _for_all("reproduction_number", (0.3, 4.0), "B", "G1 G2 G3", "calculated from growth of 10 to 25% a month"),
    _for_all("discount", (0.15, 0.42), "C", "PR5 D1 D2", "contracts"),
    _for_all("user_growth", (None, 0.25), "A", "G3", "a ceiling: ChatGPT at work in its first year"),
    _for_all("paying_user_growth", (None, 0.18), "B", "G1 G2", "a ceiling: ChatGPT for business"),
    _for_all("self_serve_conversion", (0.01, 0.10), "B", "C4 C5", "products with a free plan"),
    _for_all("organizations_paying", (0.11, 0.30), "A/B", "F5 F1 C5", "Atlassian, and Slack twice"),
    _for_all("usage_growth", (0.01, 0.06), "B", "US4 US7 TP13", "AI tools; the low end is an assumption"),
    *_by_size("win_rate", ((0.25, 0.45), (0.15, 0.30), (0.08, 0.20)), "B/C", "BM5 W1 W2", _OF_SIZE),
    *_by_size("cycle", ((14, 60), (30, 150), (90, 270)), "B/C", "BM8 L1 SE3", _OF_SIZE),
    _for_all("contract_grr", (0.76, 0.93), "A", "BM1 R5", "the middle half of companies"),
    PublishedRange("contract_nrr", "smb", 0.90, 1.05, "B", ("BM3", "R5"), "contracts below 25,000 USD a year"),
    PublishedRange("contract_nrr", "mid_market", 1.00, 1.15, "B", ("BM3", "R5"), "of 25,000 to 100,000 USD a year"),
    PublishedRange("contract_nrr", "enterprise", 1.05, 1.36, "B", ("BM3", "R5", "TP3"), "above 100,000 USD a year"),
    _for_all("nrr_with_usage", (1.05, 1.25), "B/C", "US14 US15", "customers of vendors that charge use"),
    _for_all("self_serve_grr", (0.23, 0.77), "B", "BM4 R2 R1", "AI tools up to 60%, other software up to 77%"),
    _for_all("team_plan_churn", (0.01, 0.04), "C", "TP9 R1", "plans for teams, by card"),
    _for_all("users_per_paying_team", (5, 30), "B", "TP5 TP6 G7", "users in the mean paying team or workspace"),
    # Contracts by the year end more rarely than the plans by the month that these pages count: no lower bound.
    *_by_size("logo_churn", ((None, 0.05), (None, 0.03), (None, 0.02)), "B", "R4", _OF_SIZE),
    _for_all("unused_seats", (0.44, 0.53), "B", "Z1", "unused for 30 days"),
    _for_all("gross_margin", (0.40, 0.90), "B", "US13 M1 M2", "AI products 40 to 70%, other software 70 to 90%"),
    _for_all("cost_of_use", (0.15, 0.45), "B", "US13", "inference of AI products"),
    _for_all("cost_of_new_arr", (1.1, 2.8), "A", "BM2 X2", "companies whose sellers find the customers"),
    _for_all("cac_payback", (8, 24), "B", "X1", "companies of all sizes"),
)


def published_range(figure: str, size: str | None) -> PublishedRange:
    """The range of a figure for a size; of an unknown size the span of all sizes."""
    rows = [row for row in PUBLISHED_RANGES if row.figure == figure]
    for row in rows:
        if row.size in ("", size):
            return row
    lows, highs = [row.low for row in rows if row.low is not None], [row.high for row in rows if row.high is not None]
    low, high = min(lows, default=None), max(highs, default=None)
    return rows[0]._replace(size="", low=low, high=high, applies="of any size")


def source_text(row: PublishedRange) -> str:
    """The sources by name and key: `Aleph 2026 [BM1], SaaS Capital 2023 [R5]`; what a range without one rests on."""
    return ", ".join(f"{SOURCE_NAMES[key]} [{key}]" for key in row.sources) or row.applies


def format_quantity(value: float, unit: str) -> str:
    """A value of a figure with its unit: `1,109%`, `4.2% a month`, `2,000`, `36 days`.

    >>> format_quantity(11.09, "share"), format_quantity(0.042, "monthly share"), format_quantity(36.0, "days")
    ('1,109%', '4.2% a month', '36 days')
    """
    number = 100 * value if unit.endswith("share") else value
    digits = 0 if abs(number) >= 99.95 or unit in ("people", "days") else 1 if abs(number) >= 9.95 else 2
    text = f"{number:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    endings = {"share": "%", "monthly share": "% a month", "days": " days", "months": " months"}
    return text + endings.get(unit, "")


def range_text(row: PublishedRange) -> str:
    """The range with its unit: `25 to 45%`, `at most 5% a month`."""
    unit = FIGURES[row.figure].unit
    if row.low is None or row.high is None:
        bound = row.high if row.low is None else row.low
        assert bound is not None
        return f"at {'most' if row.low is None else 'least'} {format_quantity(bound, unit)}"
    high = format_quantity(row.high, unit)
    low = format_quantity(row.low, "share" if unit.endswith("share") else "number").removesuffix("%")
    return f"{low} to {high}"
