"""A hypothesis strategy of whole valid scenarios, every feature on or off.

Markets are tiny and times short, so that an engine plays one in milliseconds.  Many durations are whole days and many
parts go at once, so that ties are common.  `from strategies import loaded, scenarios` in any test of this folder.
"""

from __future__ import annotations

import json
import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from forecast.errors import InputWarning
from forecast.scenario import Scenario, load
from forecast.scenario.checks.accounts import ACCOUNT_COLUMNS

Tree = dict[str, Any]
Draw = Any  # hypothesis hands it to a composite strategy

SEGMENTS = ("a", "b", "c")
STAGES = ("demo", "check", "paper", "sign")
NEEDS = ("sso", "scim", "logs")
PEOPLE = ("sellers", "lawyers")


class Drawn(NamedTuple):
    """A scenario as text, its accounts file, `accounts.csv`, and its joint draws, `fit.csv`, where it has them."""

    text: str
    accounts: str | None
    draws: str | None = None


def loaded(drawn: Drawn, folder: Path) -> Scenario:
    """The scenario, read from files in the folder."""
    if drawn.accounts is not None:
        (folder / "accounts.csv").write_text(drawn.accounts, encoding="utf-8")
    if drawn.draws is not None:
        (folder / "fit.csv").write_text(drawn.draws, encoding="utf-8")
    path = folder / "drawn.yaml"
    path.write_text(drawn.text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InputWarning)  # a drawn timeline may overrule what was drawn before
        return load(path)


RATES = st.sampled_from(["0.3 per month", "2 per month", "20% per month", "0.1 per day", "0"])
OFTEN = st.sampled_from(["1 per month", "0.1 per day", "3 per month", "30% per month"])
SHARES = st.sampled_from(["50%", "20%", "85%", "40%", "100%", "0%"])
POSITIVE_SHARES = st.sampled_from(["10%", "50%", "100%"])
MULTIPLES = st.sampled_from([0, 0.5, 1, 1.3, 2])
MONEY = st.sampled_from(["19.99 USD", "40 USD", "0.01 USD", "0"])
MONTHLY = st.sampled_from(["0", "0.05 USD per month", "3.33 USD per month"])
DAYS = st.sampled_from(["1 days", "7 days", "30 days", "0 days"])
COUNTS = st.integers(0, 4)
UNITS = st.sampled_from([0, 40.5, 400, 1])
UNIT_PRICES = st.sampled_from(["0.02 USD", "0.00333 USD", "1.25 USD", "0"])
WHOLE_MONTHS = st.sampled_from(["3 months", "1 months", "5 months", "2 months", "12 months", "14 months"])
BILLING = st.sampled_from(["annual", "quarterly", "monthly"])
GATES = st.sampled_from(["none", "month", "fiscal_quarter", "fiscal_year"])

DURATIONS = st.one_of(
    DAYS,
    st.sampled_from(
        [
            {"exponential": {"mean": "20 days"}},
            {"lognormal": {"median": "10 days", "sigma": 0.7}},
            {"weibull": {"median": "25 days", "shape": 0.8}},
            {"lomax": {"hazard": "10% per month", "heterogeneity_cv": 1.2}},
            {"lomax": {"hazard": "10% per month", "heterogeneity_cv": 0, "shape": 1.8}},
            {"burr": {"hazard": "40% per month", "heterogeneity_cv": 0.6, "shape": 1.4}},
            {"uniform": {"low": "0 days", "high": "20 days"}},
            {"loguniform": {"low": "1 days", "high": "50 days"}},
            {"triangular": {"low": "0 days", "mode": "2 days", "high": "12 days"}},
            {"normal": {"mean": "5 days", "sd": "4 days", "low": "0 days", "high": "9 days"}},
            {"discrete": {"0 days": 0.3, "5 days": 0.4, "31 days": 0.3}},
            {"exponential": {"mean": {"uncertain": {"uniform": {"low": "5 days", "high": "40 days"}}}}},
        ]
    ),
)
TENURES = st.one_of(
    DURATIONS,
    st.sampled_from(
        [
            "never",
            {"hazard": "20% per month", "heterogeneity_cv": 0.8},
            {"hazard": "20% per month", "heterogeneity_cv": 0.8, "shape": 0.6},
            {"hazard": "20% per month", "shape": {"uncertain": {"uniform": {"low": 0.8, "high": 2}}}},
            {"hazard": "0.2 per day", "heterogeneity_cv": 0},
        ]
    ),
)
USERS = st.sampled_from(
    [
        4,
        2,
        6,
        1,
        {"discrete": {"1": 0.3, "3": 0.7}},
        {"lognormal": {"median": 4, "p90": 8}},
        {"gamma": {"mean": 4, "cv": 0.6}},
    ]
)
TEAM_SIZES = st.sampled_from(["none", 2, 3, {"discrete": {"2": 0.3, "4": 0.7}}, {"lognormal": {"median": 3, "p90": 6}}])
ENTRIES = st.sampled_from(
    [
        "0 days",
        {"discrete": {"0 days": 0.4, "31 days": 0.4, "10.5 days": 0.1, "1000 days": 0.1}},
        {"uniform": {"low": "0 days", "high": "400 days"}},
        {"gamma": {"mean": {"uncertain": {"uniform": {"low": "20 days", "high": "90 days"}}}, "cv": 0.8}},
    ]
)
IMITATION = st.one_of(RATES, st.just({"invites": "3 per month", "acceptance": "40%"}))
CONTAGION = st.sampled_from(
    ["simple", {"complex": {"exponent": 2, "threshold": "30%"}}, {"complex": {"exponent": 1.5, "threshold": "60%"}}]
)
SEASONS = st.sampled_from([[1] * 12, [0.5, 1, 2] * 4, [0.25] * 6 + [3] * 6])
TIERS = st.sampled_from(
    [
        [],
        [{"from_seats": 2, "discount": "10%"}, {"from_seats": 4, "discount": "33%"}],
        [{"from_seats": 3, "discount": {"uncertain": {"uniform": {"low": "5%", "high": "50%"}}}}],
    ]
)
DISCOUNTS = st.sampled_from(["0%", "15%", "100%", {"beta": {"mean": "20%", "cv": 0.5}}])
MISSING = st.sampled_from(
    [{"wait": "100%"}, {"lose": "100%"}, {"waive": "100%"}, {"wait": "40%", "waive": "30%", "lose": "30%"}]
)
FLAGS = st.booleans()
UNCERTAIN = {
    "share": {"uncertain": {"beta": {"mean": "60%", "cv": 0.3}}},
    "rate": {"uncertain": {"uniform": {"low": "0.1 per month", "high": "2 per month"}}},
    "multiple": {"uncertain": {"triangular": {"low": 0.5, "mode": 1, "high": 2}}},
    "money": {"uncertain": {"discrete": {"10 USD": 0.5, "33.33 USD": 0.5}}},
    "unit price": {"uncertain": {"loguniform": {"low": "0.001 USD", "high": "0.02 USD"}}},
    "units": {"uncertain": {"lognormal": {"median": 300, "p90": 900}}},
    "growth": {"uncertain": {"uniform": {"low": "-1% per month", "high": "6% per month"}}},
}
LEVELS = st.sampled_from(
    [
        {},
        {"sd": "40%", "now": 1.3},
        {"sd": "100%", "persistence": 0.6},
        {"persistence": 0, "now": 0.2},
        {"sd": UNCERTAIN["share"], "persistence": {"uncertain": {"uniform": {"low": 0, "high": 1}}}},
    ]
)
PACES = st.sampled_from([{}, {"sd": "60%", "persistence": 0.8}, {"sd": UNCERTAIN["share"]}])


@st.composite
def anywhere(draw: Draw, values: st.SearchStrategy[Any], segments: list[str], kind: str = "") -> Any:
    """A value, sometimes one for each segment, sometimes uncertain."""
    form = draw(st.sampled_from(["one", "one", "one", "each", "uncertain"]))
    if form == "uncertain" and kind:
        return UNCERTAIN[kind]
    if form == "each":
        return {"by_segment": {name: draw(values) for name in segments}}
    return draw(values)


# What a block may hold: key -> (values, kind of uncertain scalar).
BLOCKS: dict[str, dict[str, tuple[st.SearchStrategy[Any], str]]] = {
    "adoption": {
        "organic": (OFTEN, "rate"),
        "imitation": (IMITATION, "rate"),
        "across_teams": (SHARES, "share"),
        "contagion": (CONTAGION, ""),
        "spillover": (MULTIPLES, "multiple"),
        "seasonality": (st.sampled_from([[1] * 12, [0.5, 1, 2] * 4, [0] * 6 + [1] * 6]), ""),
        "win_back": (RATES, "rate"),
    },
    "trial": {
        "length": (DURATIONS, ""),
        "activation": (st.sampled_from(["85%", "100%", "50%"]), "share"),
        "to_paid": (SHARES, "share"),
        "keep_free": (SHARES, "share"),
    },
    "plans": {"upgrade": (RATES, "rate")},
    "churn": dict.fromkeys(("free", "paid", "team", "seated"), (TENURES, "")),
    "awareness": {
        "base": (OFTEN, "rate"),
        "peak": (RATES, "rate"),
        "half_share": (POSITIVE_SHARES, ""),
        "sharpness": (st.sampled_from([0.5, 1, 2, 3]), ""),
        "visibility": (SHARES, "share"),
        "min_users": (COUNTS, ""),
        "sponsor": (SHARES, "share"),
        "ban": (SHARES, "share"),
        "team_bills": (RATES, "rate"),
    },
    "outbound": {"rate": (RATES, "rate")},
    "contract": {
        "min_seats": (COUNTS, ""),
        "land_multiple": (MULTIPLES, "multiple"),
        "imitation_multiple": (MULTIPLES, "multiple"),
        "rollout": (RATES, "rate"),
        "term": (WHOLE_MONTHS, ""),
        "billing": (BILLING, ""),
        "start_lag": (st.sampled_from(["0 days", "0.5 days", "20 days", "2 months"]), ""),
        "payment_terms": (st.sampled_from(["0 days", "14 days", "30 days", "3 months"]), ""),
        "true_up": (st.one_of(st.just("never"), WHOLE_MONTHS), ""),
        "champion_leaves": (RATES, "rate"),
    },
    "renewal": {
        "base": (SHARES, "share"),
        "champion_left": (SHARES, "share"),
        "healthy_use": (POSITIVE_SHARES, ""),
        "elasticity": (st.sampled_from([0, 0.5, 1, 2]), ""),
        "headroom": (MULTIPLES, "multiple"),
        "seasonality": (SEASONS, ""),
        "uplift": (st.sampled_from(["0%", "4%", "-10%", "33%"]), ""),
    },
    "pricing": {
        "paid": (MONEY, "money"),
        "enterprise": (MONEY, "money"),
        "discount": (DISCOUNTS, ""),
        "tiers": (TIERS, ""),
    },
    "costs": {
        "paid_user": (MONTHLY, ""),
        "team_user": (MONTHLY, ""),
        "seated_user": (MONTHLY, ""),
        "free_user": (MONTHLY, ""),
        "organic_trial": (MONEY, "money"),
        "outbound_opportunity": (MONEY, ""),
    },
}
TEAM_PLAN = {"rate": (OFTEN, "rate"), "min_users": (st.integers(1, 3), ""), "price": (MONEY, "money")}
STAGE = {
    "gate": (GATES, ""),
    "requirements": (FLAGS, ""),
    "touch": (DURATIONS, ""),
    "duration": (DURATIONS, ""),
    "patience": (st.one_of(st.just("none"), DURATIONS), ""),
    "loss": (st.sampled_from(["0%", "10%", "0%", "40%"]), "share"),
    "prior_use": (FLAGS, ""),
    "price_sensitive": (FLAGS, ""),
}
RESPONSE = {  # of a plan: how demand follows its price
    "reference": (st.sampled_from(["10 USD", "33.33 USD"]), "money"),
    "elasticity": (st.sampled_from([0.5, 0, 1, 2.5]), "multiple"),
}
USAGE: dict[str, tuple[st.SearchStrategy[Any], str]] = {
    **{f"usage.units.{plan}": (UNITS, "units") for plan in ("free", "paid", "team", "seated")},
    "usage.growth": (st.sampled_from(["0", "1% per month", "-30%"]), "growth"),
    "usage.intensity_cv": (st.sampled_from([0, 0.8, 2]), ""),
    "pricing.usage.price": (UNIT_PRICES, "unit price"),
    **{f"pricing.usage.included.{plan}": (UNITS, "units") for plan in ("free", "paid", "team", "seated")},
    "costs.usage": (UNIT_PRICES, "unit price"),
}
# What the timeline may not touch.
TRAITS = {"pricing.discount", "usage.intensity_cv"}


@st.composite
def block(draw: Draw, keys: dict[str, tuple[st.SearchStrategy[Any], str]], segments: list[str]) -> Tree:
    """Some keys of a block."""
    chosen = [key for key in keys if draw(st.sampled_from([True] * 5 + [False]))]
    return {key: draw(anywhere(keys[key][0], segments, keys[key][1])) for key in chosen}


@st.composite
def with_usage(draw: Draw, tree: Tree, segments: list[str]) -> Tree:
    """The scenario with use that is metered, priced and paid for."""
    for path, value in draw(block(USAGE, segments)).items():
        *blocks, key = path.split(".")
        inner = tree
        for name in blocks:
            inner = inner.setdefault(name, {})
        inner[key] = value
    return tree


def date_within(start: date, months: int) -> st.SearchStrategy[str]:
    """A date of the horizon, often the first of a month."""
    last = (
        date(start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1, 1) - start
    ).days - 1
    days = st.integers(0, last).map(lambda day: start + timedelta(day))
    return st.one_of(days, days.map(lambda day: day.replace(day=1))).map(str)


@st.composite
def stages(draw: Draw, segments: list[str], people: list[str]) -> Tree:
    """Stages of any order of dependence, written in any order."""
    names = list(STAGES[: draw(st.sampled_from([2, 1, 3, 4, 0]))])
    found = {}
    for place, name in enumerate(names):
        stage = draw(block(STAGE, segments))
        stage["after"] = [before for before in names[:place] if draw(FLAGS)]
        if people:
            stage["resource"] = draw(anywhere(st.sampled_from(["none", *people]), segments))
        if draw(FLAGS):
            stage["reason"] = draw(st.sampled_from(["no_decision", "stalled"]))
        found[name] = stage
    return {name: found[name] for name in draw(st.permutations(names))}


@st.composite
def vendor(draw: Draw, dates: st.SearchStrategy[str], people: list[str]) -> Tree:
    """Capabilities that are there, come, or never do, and pools of people that grow and shrink."""
    slipped = dates.map(
        lambda at: {"at": at, "slip": {"triangular": {"low": "0 days", "mode": "9 days", "high": "40 days"}}}
    )
    capability = st.one_of(FLAGS, dates, slipped)
    ramp = st.sampled_from(["0 days", "60 days", "10 months"])
    joins = st.fixed_dictionaries({"at": dates, "add": st.integers(0, 2), "ramp": ramp})
    leaves = st.fixed_dictionaries({"at": dates, "add": st.integers(-2, -1)})
    pool = st.fixed_dictionaries(
        {
            "count": st.integers(0, 2),
            "cost": st.sampled_from(["0", "100000 USD per year"]),
            "hires": st.lists(st.one_of(joins, leaves), max_size=3),
            "ramp_touch": st.sampled_from(
                ["200%", "150%", {"uncertain": {"uniform": {"low": "110%", "high": "300%"}}}]
            ),
        }
    )
    return {
        "capabilities": {name: draw(capability) for name in NEEDS if draw(FLAGS)},
        "resources": {name: draw(pool) for name in people},
    }


@st.composite
def steps(draw: Draw, tree: Tree, dates: st.SearchStrategy[str], segments: list[str], people: list[str]) -> list[Tree]:
    """Dates at which parameters change: hazards, prices, true-ups, capabilities, pools, stages."""
    paths = {f"{name}.{key}": entry for name, keys in BLOCKS.items() for key, entry in keys.items()}
    if "usage" in tree:
        paths |= USAGE
    paths = {path: entry for path, entry in paths.items() if path not in TRAITS}
    paths |= {f"plans.team.{key}": entry for key, entry in TEAM_PLAN.items()}
    for name in tree["procurement"]["stages"]:
        paths |= {f"procurement.stages.{name}.{key}": entry for key, entry in STAGE.items()}
    for name in tree["pricing"].get("response", {}):
        paths |= {f"pricing.response.{name}.{key}": entry for key, entry in RESPONSE.items()}
    vendors: dict[str, st.SearchStrategy[Any]]
    vendors = {f"vendor.capabilities.{name}": st.one_of(FLAGS, dates) for name in tree["vendor"]["capabilities"]}
    vendors |= {f"vendor.resources.{name}.count": st.integers(0, 2) for name in people}
    favourites = [
        "pricing.paid",
        "plans.team.min_users",
        "pricing.enterprise",
        "contract.true_up",
        "contract.min_seats",
        *vendors,
    ]
    found = []
    for at in draw(st.lists(dates, max_size=3, unique=True)):
        changed = draw(
            st.lists(
                st.one_of(st.sampled_from(favourites), st.sampled_from(sorted(paths))),
                min_size=1,
                max_size=4,
                unique=True,
            )
        )
        values = {
            path: draw(vendors[path]) if path in vendors else draw(anywhere(paths[path][0], segments, paths[path][1]))
            for path in changed
        }
        found.append({"at": at, "set": values})
    return found


@st.composite
def events(draw: Draw, tree: Tree, dates: st.SearchStrategy[str], segments: list[str], people: list[str]) -> list[Tree]:
    """What multiplies values for a time, from before the start to beyond the horizon, one over another."""
    kinds = {f"{name}.{key}": entry[1] for name, keys in BLOCKS.items() for key, entry in keys.items() if entry[1]}
    kinds |= {f"plans.team.{key}": entry[1] for key, entry in TEAM_PLAN.items() if entry[1]}
    if "usage" in tree:
        kinds |= {path: entry[1] for path, entry in USAGE.items() if entry[1] in ("units", "unit price")}
    for name in tree["pricing"].get("response", {}):
        kinds |= {f"pricing.response.{name}.{key}": entry[1] for key, entry in RESPONSE.items()}
    kinds |= {f"procurement.stages.{name}.touch": "time" for name in tree["procurement"]["stages"]}
    kinds |= {f"procurement.stages.{name}.duration": "time" for name in tree["procurement"]["stages"]}
    kinds |= {f"vendor.resources.{name}.cost": "salary" for name in people}
    found = []
    for at in draw(st.lists(st.one_of(dates, st.just("2025-12-20")), max_size=3)):
        factors = {}
        for path in draw(st.lists(st.sampled_from(sorted(kinds)), max_size=3, unique=True)):
            kind = kinds[path]
            values = st.sampled_from([0.5, 1, 0.25] if kind == "share" else [0.5, 1.4, 2, 1])
            certain = kind in ("time", "salary", "share")
            places = [] if kind == "salary" else segments
            factors[path] = draw(anywhere(values, places, "" if certain else "multiple") if places else values)
        event = {"at": at, "multiply": factors, "cost": draw(MONEY)}
        found.append(
            event | ({"for": draw(st.sampled_from(["1 months", "17 days", "2 years"]))} if draw(FLAGS) else {})
        )
    return found


def least_months(term: Any) -> int:
    """The months of the shortest term of all segments."""
    terms = term["by_segment"].values() if isinstance(term, dict) else [term]
    return min(int(each.split()[0]) for each in terms)


@st.composite
def people_of(draw: Draw, sort: str) -> Tree:
    """The users of a present account: how many there are of each sort, and since when."""
    free, paid, lapsed, eligible = (draw(st.integers(0, 3)) for _ in range(4))
    banned = sort == "banned"
    if banned:
        free, paid, lapsed = 0, 0, lapsed + free + paid
    trials = "" if banned else draw(st.sampled_from(["", "", "2", "4:1;0:1", "30:1"]))
    in_trial = {"": 0, "30:1": 1}.get(trials, 2)
    team = 0 if sort in ("banned", "contract") else draw(st.sampled_from([0, 0, 1, 4]))
    row = {"eligible_users": max(1, free + paid + lapsed + eligible + in_trial + team), "lapsed_users": lapsed}
    row |= {"team_users": team, "teams": min(team, draw(st.integers(1, 2)))}
    months = draw(st.sampled_from(["", "0.5", "7", "cohorts"]))
    if months == "cohorts":
        older = draw(st.integers(0, free + paid + team))
        months = ";".join(f"{age}:{users}" for age, users in ((9, older), (0.25, free + paid + team - older)) if users)
    return row | {"free_users": free, "paid_users": paid, "in_trial": trials, "months_of_use": months}


@st.composite
def position_of(draw: Draw, sort: str, tree: Tree, start: date) -> Tree:
    """The contract, purchase, ban or cool-down of a present account."""
    past = st.sampled_from([0, 1, 10, 45, 200]).map(lambda days: start - timedelta(days))
    if sort == "contract":
        days = 28 * least_months(tree["contract"].get("term", "12 months"))
        return {
            "seats": draw(st.integers(1, 8)),
            "price_per_seat_month": draw(st.sampled_from(["", "12.34"])),
            "contract_end": start + timedelta(draw(st.integers(1, days))),  # within a term
            "champion_left": draw(st.sampled_from(["", "yes", "no"])),
        }
    if sort == "purchase" and tree["procurement"]["stages"]:
        stage = draw(st.sampled_from(sorted(tree["procurement"]["stages"])))
        return {"opportunity_stage": stage, "stage_entered": draw(st.one_of(st.just(""), past))}
    if sort == "banned":
        return {"banned_since": draw(past)}
    return {"cooling_until": start + timedelta(draw(st.integers(1, 70)))} if sort == "cooling" else {}


@st.composite
def accounts_file(draw: Draw, tree: Tree, segments: list[str], start: date) -> str:
    """One to three accounts as they are today: untouched, in use, under contract, buying, banned or cooling down."""
    rows = [",".join(ACCOUNT_COLUMNS)]
    for number in range(draw(st.integers(1, 3))):
        sort = draw(st.sampled_from(["use", "contract", "contract", "purchase", "purchase", "banned", "cooling"]))
        row = {"account": f"present {number}", "segment": draw(st.sampled_from(segments))}
        row |= draw(people_of(sort)) | draw(position_of(sort, tree, start))
        if draw(FLAGS):
            row |= {"frailty_shape": draw(st.sampled_from(["0.4", "3"])), "frailty_rate": "1.5"}
        row["usage_intensity"] = draw(st.sampled_from(["", "", "0.3", "12"]))
        rows.append(",".join(str(row.get(name, "")) for name in ACCOUNT_COLUMNS))
    return "\n".join(rows) + "\n"


COLUMNS_OF_DRAWS = {
    "adoption.organic": OFTEN,
    "trial.to_paid": SHARES,
    "trial.to_paid.by_segment.a": st.sampled_from(["0.25", "75%"]),
    "churn.free": st.sampled_from(["20", "3 days", "40"]),
    "pricing.paid": MONEY,
    "contract.champion_leaves": st.sampled_from(["0.4", "20% per month"]),
    "market.segments.a.eligible_users": st.sampled_from(["3", "5"]),
    "market.frailty_cv": st.sampled_from(["0.3", "1.2"]),
    "market.level.now": st.sampled_from(["0.6", "1.7"]),
    "adoption.across_teams": st.sampled_from(["0%", "0.4"]),
    "plans.team.rate": st.sampled_from(["0.5", "30% per month"]),
}


@st.composite
def joint_draws(draw: Draw) -> str:
    """A file of one to three draws of some parameters."""
    paths = draw(st.lists(st.sampled_from(sorted(COLUMNS_OF_DRAWS)), min_size=1, max_size=4, unique=True))
    rows = [[draw(COLUMNS_OF_DRAWS[path]) for path in paths] for _ in range(draw(st.integers(1, 3)))]
    return "".join(f"{','.join(cells)}\n" for cells in [paths, *rows])


@st.composite
def scenarios(draw: Draw) -> Drawn:
    """A whole valid scenario."""
    start = draw(st.sampled_from([date(2026, 1, 1), date(2027, 11, 1), date(2028, 2, 1)]))
    months = draw(st.sampled_from([6, 15, 14, 3, 12]))
    dates = date_within(start, months)
    segments = list(SEGMENTS[: draw(st.integers(1, 3))])
    people = list(PEOPLE[: draw(st.integers(0, 2))])
    needs = [name for name in NEEDS if draw(FLAGS)]
    fiscal = draw(st.sampled_from(["january", "february", "june", "december"]))
    tree: Tree = {
        "schema": 1,
        "clock": {"start": str(start), "horizon": f"{months} months", "fiscal_year_start": fiscal},
        "run": {"replications": 1, "seed": draw(st.integers(0, 2**40))},
        "market": {
            "frailty_cv": draw(st.sampled_from([0, 0.5, 2])),
            "level": draw(LEVELS),
            "segments": {
                name: {
                    "accounts": draw(st.sampled_from([2, 1, 3, 0])),
                    "eligible_users": draw(USERS),
                    "team_size": draw(TEAM_SIZES),
                    "enters": draw(ENTRIES),
                }
                for name in segments
            },
        },
    }
    for name, keys in BLOCKS.items():
        tree[name] = draw(block(keys, segments))
    tree["pricing"]["response"] = {
        plan: {key: draw(anywhere(values, segments, kind)) for key, (values, kind) in RESPONSE.items()}
        for plan in ("paid", "team", "enterprise")
        if draw(FLAGS)
    }
    tree["plans"]["team"] = draw(block(TEAM_PLAN, segments))
    tree["ban"] = {"lift": draw(RATES), "reduced_by": {name: draw(SHARES) for name in needs if draw(FLAGS)}}
    requirement = {"needed": (SHARES, "share"), "if_missing": (MISSING, "-"), "waive_factor": (MULTIPLES, "")}
    tree["procurement"] = {
        "cool_down": draw(anywhere(DURATIONS, segments)),
        "seasonality": draw(anywhere(SEASONS, segments)),
        "pace": draw(PACES),
        "prior_use_log_odds": draw(st.sampled_from([0, 1.5, -1])),
        "requirements": {name: {key: draw(values) for key, (values, _) in requirement.items()} for name in needs},
        "stages": draw(stages(segments, people)),
    }
    tree["vendor"] = draw(vendor(dates, people))
    owned = [name for name in tree["vendor"]["capabilities"] if draw(FLAGS)]
    tree["costs"]["capabilities"] = {name: {"once": draw(MONEY), "yearly": "1000 USD"} for name in owned}
    if draw(FLAGS):
        tree = draw(with_usage(tree, segments))
    tree["timeline"] = draw(steps(tree, dates, segments, people))
    tree["events"] = draw(events(tree, dates, segments, people))
    accounts = draw(accounts_file(tree, segments, start)) if draw(FLAGS) else None
    if accounts is not None:
        tree["market"]["accounts_file"] = "accounts.csv"
    if not accounts and not any(each["accounts"] for each in tree["market"]["segments"].values()):
        tree["market"]["segments"][segments[0]]["accounts"] = 1
    if all(tree[name].get(key) == UNCERTAIN[kind] for name, key, kind in COUPLED):
        tree["correlations"] = [{"between": ["trial.activation", "plans.upgrade"], "rank": 0.5}]
    together = draw(joint_draws()) if draw(st.sampled_from([False, False, True])) else None
    if together is not None:
        tree["draws"] = {"file": "fit.csv"}
    return Drawn(json.dumps(tree), accounts, together)


COUPLED = (("trial", "activation", "share"), ("plans", "upgrade", "rate"))
