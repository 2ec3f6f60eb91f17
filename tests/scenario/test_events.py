"""Do dated events multiply what they say, for as long as they say, and cost it?  By hand, from the file to arrays."""

from __future__ import annotations

from typing import Any

import pytest

import forecast
from forecast.analysis.dated_events import event_sentences
from forecast.analysis.scenario_diff import diff_scenarios, resolved_tree
from forecast.model.parameters import Parameters

PRICES = "pricing: {paid: 20 USD}\ntimeline: [{at: 2026-04-01, set: {pricing.paid: 30 USD}}]\n"
FAIR = "{name: fair, at: 2026-03-01, for: 3 months, multiply: {pricing.paid: 1.5}, cost: 500 USD}"


def rules(parameters: Parameters, replication: int = 0) -> Any:
    """The records of all periods and segments."""
    return parameters.inputs(1, replication).tables.rules


def in_force(scenario, path):
    """The values of a path of the first segment by the day from which they hold."""
    return {change.day: change.values[0] for change in scenario.changes if change.path == path}


def test_a_factor_holds_from_its_day_to_its_last_over_the_timeline(loaded):
    """March to May, the 59th day to the 150th; in April the price below it changes."""
    scenario = loaded(f"{PRICES}events: [{FAIR}]\n")
    assert in_force(scenario, "pricing.paid") == {59: 3000, 90: 4500, 151: 3000}
    assert Parameters(scenario).period_days.tolist() == [0, 59, 90, 151]
    assert rules(Parameters(scenario)).pricing.paid[:, 0].tolist() == [2000, 3000, 4500, 3000]


def test_factors_that_overlap_multiply_and_money_is_whole_cents(loaded):
    other = "{at: 2026-05-01, for: 14 days, multiply: {pricing.paid: 0.3333}}"
    scenario = loaded(f"{PRICES}events: [{FAIR}, {other}]\n")
    assert in_force(scenario, "pricing.paid") == {59: 3000, 90: 4500, 120: 1500, 134: 4500, 151: 3000}


def test_an_event_of_before_holds_from_the_start_and_has_been_paid(loaded, recwarn):
    event = "{at: 2025-11-15, for: 2 months, multiply: {pricing.paid: 2}, cost: 9 USD}"
    scenario = loaded(f"pricing: {{paid: 20 USD}}\nevents: [{event}]\n")
    assert in_force(scenario, "pricing.paid") == {0: 4000, 14: 2000}
    assert not Parameters(scenario).inputs(1, 0).vendor.costs[:, 2].any()
    assert "its cost is not counted" in str(recwarn.list[0].message)


def test_an_event_without_an_end_holds_to_the_horizon(loaded):
    scenario = loaded("pricing: {paid: 20 USD}\nevents: [{at: month 2, multiply: {pricing.paid: 2}}]\n")
    assert in_force(scenario, "pricing.paid") == {31: 4000}


def test_its_cost_falls_into_the_month_in_which_it_begins(loaded):
    vague = "{at: 2026-03-31, cost: {uncertain: {discrete: {7 USD: 1}}}}"
    costs = Parameters(loaded(f"events: [{FAIR}, {vague}]\n")).inputs(1, 0).vendor.costs[:, 2]
    assert {month: int(cents) for month, cents in enumerate(costs) if cents} == {3: 50_700}


def test_a_certain_share_stays_one_and_an_uncertain_one_is_capped(loaded):
    vague = "trial: {activation: {uncertain: {uniform: {low: 60%, high: 90%}}}}\n"
    event = "events: [{at: 2026-03-01, multiply: {trial.activation: 1.5}}]\n"
    before, after = rules(Parameters(loaded(vague + event))).trial.activation[:, 0].tolist()
    assert after == min(1.0, 1.5 * before)


def test_an_uncertain_factor_is_one_draw_for_all_of_its_time(loaded):
    event = "{at: 2026-03-01, for: 1 month, multiply: {adoption.organic: {uncertain: {uniform: {low: 1, high: 3}}}}}"
    parameters = Parameters(loaded(f"adoption: {{organic: 0.3 per month}}\nevents: [{event}]\n"))
    assert [each.path for each in parameters.uncertain] == ["events.1.multiply.adoption.organic"]
    factor = parameters.uncertain_values(1, 4)["events.1.multiply.adoption.organic"]
    hazards = rules(parameters, 4).adoption.organic[:, 0].tolist()
    assert hazards == [0.3 / 30.4375, 0.3 / 30.4375 * factor, 0.3 / 30.4375]


def test_segments_have_factors_of_their_own_and_invites_keep_their_acceptance(loaded):
    adoption = "adoption: {imitation: {invites: 2 per month, acceptance: 25%}}\n"
    event = "{at: 2026-03-01, multiply: {adoption.imitation: {by_segment: {smb: 2, other: 1}}}}"
    found = rules(Parameters(loaded(f"{adoption}events: [{event}]\n")))
    once = 2 / 30.4375 * 0.25
    assert found.adoption.imitation_rate.tolist() == [[once, once], [2 * once, once]]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("10 days", {"value": 15.0}),
        ("{exponential: {mean: 10 days}}", {"mean": 15.0}),
        ("{lognormal: {median: 10 days, sigma: 0.5}}", {"median": 15.0, "sigma": 0.5}),
        ("{lomax: {hazard: 0.3 per day, heterogeneity_cv: 1}}", {"hazard": 0.3 * (1 / 1.5), "heterogeneity_cv": 1.0}),
        ("{discrete: {2 days: 1, 4 days: 3}}", {"values": (3.0, 6.0), "weights": (0.25, 0.75)}),
    ],
)
def test_a_time_is_so_many_times_as_long(loaded, written, expected):
    event = "events: [{at: 2026-03-01, multiply: {trial.length: 1.5}}]\n"
    scenario = loaded(f"trial: {{length: {written}}}\n{event}")
    assert dict(in_force(scenario, "trial.length")[59].parameters) == expected


@pytest.mark.parametrize(
    ("event", "path", "word"),
    [
        ("{at: 2026-03-01, multiply: {pricing.pad: 2}}", "events.1.multiply.pricing.pad", "did you mean"),
        ("{at: 2026-03-01, multiply: {trial: 2}}", "events.1.multiply.trial", "ends at a value"),
        ("{at: 2026-03-01, multiply: {contract.term: 2}}", "events.1.multiply.contract.term", "in the `timeline`"),
        ("{at: 2026-03-01, multiply: {churn.paid: 2}}", "events.1.multiply.churn.paid", "in the `timeline`"),
        ("{at: 2026-03-01, multiply: {market.frailty_cv: 2}}", "events.1.multiply.market.frailty_cv", "trait"),
        ("{at: 2026-03-01, multiply: {trial.keep_free: 2}}", "events.1.multiply.trial.keep_free", "at most 100%"),
        ("{at: 2026-03-01, multiply: {trial.length: 0}}", "events.1.multiply.trial.length", "out of range"),
        ("{at: 2026-03-01, multiply: {pricing.paid: 5%}}", "events.1.multiply.pricing.paid", "a plain number"),
        ("{at: 2026-03-01, multiply: [2]}", "events.1.multiply", "PATH: factor"),
        ("{at: 2026-03-01, for: 0 months}", "events.1.for", "whole months or whole days"),
        ("{at: 2026-03-01, for: 1.5 days}", "events.1.for", "whole months or whole days"),
        ("{at: never}", "events.1.at", "a date such as"),
        ("{at: 2026-03-01, name: a b}", "events.1.name", "a name of at most"),
        ("{at: 2026-03-01, cost: 5}", "events.1.cost", "needs a unit"),
        ("{at: 2026-03-01, lasts: 5 days}", "events.1.lasts", "unknown key"),
        ("{name: x}", "events.1", "missing key `at`"),
        ("{at: 2026-03-01, name: x}, {at: 2026-03-01, name: x}", "events.2.name", "a name of its own"),
    ],
)
def test_what_is_wrong_with_an_event_is_told_in_a_sentence(problems, event, path, word):
    (problem,) = problems(f"trial: {{length: 3 days}}\nevents: [{event}]\n")
    assert problem.path == path
    assert word in str(problem)


def test_a_file_sets_changes_and_removes_single_events_of_its_base(loaded, tmp_path):
    (tmp_path / "base.yaml").write_text(
        "clock: {start: 2026-01-01, horizon: 24 months}\n"
        "market: {segments: {smb: {accounts: 3, eligible_users: 9}}}\n"
        f"pricing: {{paid: 20 USD}}\nevents: [{FAIR}, {{name: old, at: 2026-06-01, cost: 9 USD}}]\n",
        encoding="utf-8",
    )
    path = tmp_path / "mine.yaml"
    path.write_text(
        "extends: base.yaml\nevents:\n  fair: {cost: 7 USD, multiply: {plans.upgrade: 2}}\n  old: none\n"
        "  new: {at: 2026-09-01, cost: 1 USD}\n",
        encoding="utf-8",
    )
    scenario = forecast.load(path, ["events.new.cost=3 USD"])
    assert [(each.name, each.cost, sorted(each.factors)) for each in scenario.events] == [
        ("fair", 700, ["plans.upgrade", "pricing.paid"]),
        ("new", 300, []),
    ]
    with pytest.raises(forecast.errors.InputError, match="unknown event `fare`; did you mean `fair`"):
        forecast.load(path, ["events.fare=none"])
    path.write_text(f"extends: base.yaml\nevents: [{FAIR}]\n", encoding="utf-8")
    assert any("this list replaces the base's events" in each.message for each in forecast.load(path).warnings)


def test_events_are_told_by_validate_and_by_differences(loaded):
    base = loaded(f"pricing: {{paid: 20 USD}}\nevents: [{FAIR}]\n")
    events = resolved_tree(base.resolved)["events"]
    assert event_sentences(base, events) == ["fair: 2026-03-01 to 2026-05-31, pricing.paid times 1.5, costs 500 USD"]
    other = base.replace(["events.fair.cost=600 USD", "pricing.paid=25 USD"])
    found = {each.path: each for each in diff_scenarios(base, other)}
    assert (found["events.fair.cost"].base, found["events.fair.cost"].here) == ("500 USD", "600 USD")
    assert found["pricing.paid"].in_force == "times 1.5 from 2026-03-01 to 2026-05-31 in both (events, fair)"


@pytest.mark.parametrize(
    ("event", "word"),
    [
        ("{at: 2028-01-01, multiply: {adoption.organic: 2}}", "the horizon ends before"),
        ("{at: 2025-01-01, for: 2 months, multiply: {adoption.organic: 2}}", "over by the start"),
        ("{at: 2026-03-01, multiply: {plans.upgrade: 2}}", "`plans.upgrade` is 0"),
        ("{at: 2026-03-01}", "neither `multiply` nor a `cost`"),
    ],
)
@pytest.mark.filterwarnings("ignore::forecast.errors.InputWarning")
def test_an_event_that_does_nothing_is_told(loaded, event, word):
    warnings = loaded(f"adoption: {{organic: 1% per month}}\nevents: [{event}]\n").warnings
    assert any(word in each.message for each in warnings)
