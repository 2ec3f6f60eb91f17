"""What may a change touch?  Only what it reaches: all other rows stay equal to the last bit (docs/model.md, 2).

Two couplings are real and are left out here: people (accounts queue for the same ones) and spillover (the whole
market's use moves everybody's organic trials). With them a change elsewhere does reach everybody.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from ledgers import Books, parameters_of

from forecast.engines import engine
from forecast.engines.result import ReplicationResult
from forecast.model import kinds

Tree = dict[str, Any]

EVERYTHING: Tree = {
    "schema": 1,
    "clock": {"start": "2026-01-01", "horizon": "20 months"},
    "market": {
        "frailty_cv": 0.6,
        "segments": {
            "small": {"accounts": 9, "eligible_users": {"lognormal": {"median": 6, "p90": 15}}},
            "large": {"accounts": 3, "eligible_users": {"uniform": {"low": 20, "high": 40}}},
        },
    },
    "adoption": {"organic": "5% per month", "imitation": "0.7 per month", "win_back": "5% per month"},
    "trial": {
        "length": {"exponential": {"mean": "14 days"}},
        "activation": {"uncertain": {"beta": {"mean": "60%", "cv": 0.2}}},
        "to_paid": "30%",
        "keep_free": "65%",
    },
    "plans": {"upgrade": "6% per month"},
    "churn": {name: {"hazard": "9% per month", "heterogeneity_cv": 1.0} for name in ("free", "paid", "seated")},
    "awareness": {"base": "1% per month", "peak": "70% per month", "half_share": "10%", "sponsor": "60%", "ban": "30%"},
    "ban": {"lift": "30% per month", "reduced_by": {"sso": "30%", "logs": "10%", "scim": "70%"}},
    "outbound": {"rate": "8% per month"},
    "procurement": {
        "prior_use_log_odds": 1.2,
        "cool_down": {"exponential": {"mean": "1 months"}},
        "requirements": {
            "sso": {"needed": "60%", "if_missing": {"wait": "40%", "waive": "50%", "lose": "10%"}, "waive_factor": 1.7},
            "scim": {
                "needed": "50%",
                "if_missing": {"wait": "30%", "waive": "60%", "lose": "10%"},
                "waive_factor": 1.3,
            },
            "logs": {
                "needed": "50%",
                "if_missing": {"wait": "30%", "waive": "60%", "lose": "10%"},
                "waive_factor": 1.1,
            },
        },
        "stages": {
            "evaluation": {
                "duration": {"lognormal": {"median": "20 days", "sigma": 0.5}},
                "loss": "20%",
                "prior_use": True,
            },
            "security": {
                "after": ["evaluation"],
                "requirements": True,
                "duration": {"exponential": {"mean": "9 days"}},
            },
            "budget": {
                "after": ["evaluation"],
                "gate": "month",
                "duration": {"exponential": {"mean": "5 days"}},
                "loss": "10%",
            },
            "signature": {"after": ["security", "budget"], "duration": {"exponential": {"mean": "3 days"}}},
        },
    },
    "contract": {
        "min_seats": 3,
        "land_multiple": 1.3,
        "rollout": "10% per month",
        "term": "5 months",
        "billing": "quarterly",
        "champion_leaves": "4% per month",
    },
    "renewal": {
        "base": "80%",
        "champion_left": "50%",
        "healthy_use": "60%",
        "elasticity": 1,
        "headroom": 1.1,
        "uplift": "4%",
    },
    "pricing": {"paid": "20 USD", "enterprise": "39 USD", "discount": {"beta": {"mean": "20%", "cv": 0.5}}},
    "vendor": {
        "capabilities": {
            "sso": "2026-09-10",
            "scim": {"at": "2026-05-10", "slip": {"exponential": {"mean": "40 days"}}},
            "logs": "2026-08-01",
        },
        "resources": {"seller": {"count": 1, "cost": "100000 USD per year"}},
    },
    "costs": {"paid_user": "5 USD per month", "organic_trial": "4 USD"},
    "timeline": [{"at": "2026-07-15", "set": {"pricing.paid": "25 USD"}}],
}
PRESENT = "Acme,small,10,4,2,1,,,,,5\nBeta,large,30,9,9,0,25,30,2026-03-10,,8\n"


@pytest.fixture
def run(tmp_path, engine_name):
    """One replication of a tree, with the accounts file unless another one is given."""

    def of(tree: Tree, accounts: str | None = PRESENT, seed: int = 3, replication: int = 1) -> Books:
        parameters = parameters_of(tree, accounts, tmp_path)
        return Books(parameters, engine(engine_name).run(parameters, seed, replication), [])

    return of


def changed(path: str, value: object, tree: Tree = EVERYTHING) -> Tree:
    """The tree with another value at a path."""
    found = copy.deepcopy(tree)
    *way, last = path.split(".")
    block = found
    for key in way:
        block = block.setdefault(key, {})
    block[last] = value
    return found


def rows(books: Books, names: set[str]) -> dict[str, list[object]]:
    """Everything that is known of some accounts, by name, bit for bit."""
    accounts, deals = books.result.accounts, books.result.opportunities
    found: dict[str, list[object]] = {}
    stages = sorted(books.parameters.stages)
    order = [books.parameters.stages.index(stage) for stage in stages]
    for place, name in enumerate(books.parameters.account_names):
        if name in names:
            mine = deals.account == place
            columns = [column[place].tobytes() for column in accounts]
            told = [deals.ordinal, deals.source, deals.opened_day, deals.closed_day, deals.outcome]
            columns += [column[mine].tobytes() for column in told]
            columns.append([books.parameters.reasons[reason] if reason >= 0 else "" for reason in deals.reason[mine]])
            columns.append(np.ascontiguousarray(deals.stages[mine][:, order]).tobytes())
            found[name] = columns
    assert set(found) == names
    return found


def months(books: Books, segment: str) -> dict[str, list[int]]:
    """All columns of a segment's months (or the vendor's), by name."""
    return {metric: books.months(metric, segment) for metric in books.parameters.metrics}


def equal(before: Books, after: Books, segments: tuple[str, ...] = ("small", "large", "vendor")) -> None:
    """Assert that the segments' months and all their accounts are equal to the last bit."""
    for segment in segments:
        assert months(before, segment) == months(after, segment), segment
    names = {
        name
        for name, place in zip(before.parameters.account_names, before.parameters.account_segment, strict=True)
        if before.parameters.segments[place] in segments
    }
    assert rows(before, names) == rows(after, names)


def events(result: ReplicationResult) -> bytes:
    return b"".join([result.monthly.tobytes(), result.resources.tobytes()])


def test_there_is_something_to_compare(run):
    books = run(EVERYTHING)
    for metric in (
        "won",
        "bans",
        "renewals",
        "non_renewals",
        "upgrades",
        "win_backs",
        "imitation_trials",
        "lost_requirement",
    ):
        assert sum(books.months(metric)) > 0, metric
    assert books.result.events > 400
    assert events(run(EVERYTHING, replication=2).result) != events(books.result)
    assert events(run(EVERYTHING, seed=4).result) != events(books.result)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("description", "another one"),
        ("name", "another one"),
        ("run", {"replications": 7, "seed": 99}),  # the seed of the run is given to the engine
        ("vendor.capabilities.unused", "2026-04-01"),
        ("vendor.capabilities.aaa", {"at": "2026-04-01", "slip": {"exponential": {"mean": "9 days"}}}),
        ("procurement.requirements.aaa", {"needed": "0%"}),
        ("costs.discount_rate", "12%"),
        ("market.segments.empty", {"accounts": 0, "eligible_users": 5}),
    ],
)
def test_a_change_that_touches_nothing_changes_nothing(run, path, value):
    equal(run(EVERYTHING), run(changed(path, value)))


def idle_dates(unused: str) -> list[Tree]:
    """A timeline of dates at which only a capability that nobody needs comes and goes."""
    return [{"at": f"2026-{month:02}-17", "set": {unused: month % 2 == 0}} for month in range(2, 13)]


def test_a_date_that_changes_nothing_for_anybody_changes_nothing(run):
    dates = idle_dates("vendor.capabilities.unused")
    before = changed("vendor.capabilities.unused", False)
    after = changed("timeline", sorted([*EVERYTHING["timeline"], *dates], key=lambda step: step["at"]), before)
    equal(run(before), run(after))


def test_a_date_in_a_ban_does_not_wind_its_clock(play):
    # A clock is wound when its hazard takes another value, and at no other time: else it ends an ulp earlier or later.
    tree: Tree = {
        "schema": 1,
        "clock": {"start": "2026-01-01", "horizon": "14 months"},
        "market": {"segments": {"a": {"accounts": 30, "eligible_users": 3}}},
        "adoption": {"organic": "3 per month"},
        "awareness": {"base": "3 per month", "ban": "100%"},
        "ban": {"lift": "30% per month"},
        "vendor": {"capabilities": {"unused": False}},
    }
    before = play(tree).events(kinds.BAN_LIFTED)
    assert len(before) > 40
    assert play(tree | {"timeline": idle_dates("vendor.capabilities.unused")}).events(kinds.BAN_LIFTED) == before


def test_a_new_segment_leaves_the_others_alone(run):
    more = {"accounts": 4, "eligible_users": {"lognormal": {"median": 30, "p90": 60}}}
    segments = EVERYTHING["market"]["segments"]
    equal(run(EVERYTHING), run(changed("market.segments", {"first": more, **segments})))
    equal(run(EVERYTHING), run(changed("market.segments", {**segments, "last": more})))


def test_more_accounts_leave_those_that_are_there_alone(run):
    before, after = run(EVERYTHING), run(changed("market.segments.small.accounts", 14))
    equal(before, after, ("large", "vendor"))
    names = {name for name in before.parameters.account_names if not name.startswith("large")}
    assert rows(before, names) == rows(after, names)


def test_more_accounts_of_the_file_leave_the_others_alone(run):
    before, after = run(EVERYTHING), run(EVERYTHING, "Zeta,small,7,2,2,0,,,,budget,1\n" + PRESENT)
    equal(before, after, ("large", "vendor"))
    names = set(before.parameters.account_names)
    assert rows(before, names) == rows(after, names)
    assert rows(run(EVERYTHING, None), names - {"Acme", "Beta"}) == rows(before, names - {"Acme", "Beta"})


def test_the_order_of_segments_does_not_matter(run):
    segments = EVERYTHING["market"]["segments"]
    equal(run(EVERYTHING), run(changed("market.segments", dict(reversed(segments.items())))))


def test_the_order_of_the_accounts_file_does_not_matter(run):
    equal(run(EVERYTHING), run(EVERYTHING, "".join(reversed(PRESENT.splitlines(keepends=True)))))


@pytest.mark.parametrize(
    "path", ["procurement.stages", "procurement.requirements", "vendor.capabilities", "ban.reduced_by"]
)
def test_the_order_of_names_does_not_matter(run, path):
    # No two stages end at the same instant here, so that their order in the file decides no tie.
    block: Tree = EVERYTHING
    for key in path.split("."):
        block = block[key]
    equal(run(EVERYTHING), run(changed(path, dict(reversed(block.items())))))


def test_a_product_over_requirements_does_not_depend_on_their_order(run):
    # In binary (0.1 * 0.2) * 0.3 is not (0.3 * 0.2) * 0.1: the day of signing would differ in its last bit.
    waived = {"needed": "100%", "if_missing": {"waive": "100%"}}
    needs = {name: waived | {"waive_factor": factor} for name, factor in (("a", 0.1), ("b", 0.2), ("c", 0.3))}
    tree = {name: EVERYTHING[name] for name in ("schema", "clock", "market")}
    stages = {"buy": {"requirements": True, "duration": "1000 days"}}
    before, after = (
        run(tree | {"procurement": {"requirements": order, "stages": stages}}, "Acme,small,4,,,,,,,buy,\n")
        for order in (needs, dict(reversed(needs.items())))
    )
    assert sum(before.months("won")) > 0
    equal(before, after)


def test_a_raised_parameter_moves_no_other_draw(run):
    # The traits of every account stay; so do all events before the date of a change.
    before = run(EVERYTHING)
    after = run(
        changed(
            "timeline", [*EVERYTHING["timeline"], {"at": "2026-10-01", "set": {"adoption.organic": "50% per month"}}]
        )
    )
    assert before.result.accounts.eligible_users.tolist() == after.result.accounts.eligible_users.tolist()
    assert before.result.monthly[:10].tobytes() == after.result.monthly[:10].tobytes()
    assert before.result.monthly[10:].tobytes() != after.result.monthly[10:].tobytes()


def test_a_replication_can_be_played_by_itself(run):
    alone = run(EVERYTHING, replication=5).result
    books = run(EVERYTHING, replication=0)
    assert events(run(EVERYTHING, replication=5).result) == events(alone)
    assert events(books.result) != events(alone)


def test_people_and_spillover_do_couple(run):
    # The exception: with one seller for all, or spillover, a new segment reaches the accounts of the others.
    more = {"accounts": 6, "eligible_users": 30}
    sold = changed("procurement.stages.evaluation.resource", "seller")
    sold = changed("procurement.stages.evaluation.touch", "20 days", sold)
    spilt = changed("adoption.spillover", 5)
    for tree in (sold, spilt):
        before, after = run(tree), run(changed("market.segments.more", more, tree))
        assert months(before, "small") != months(after, "small")
