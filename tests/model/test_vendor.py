"""What has the vendor, and when?  Capabilities, pools, dates and costs by hand, from scenarios of a few lines."""

from __future__ import annotations

import json
from math import inf
from typing import Any

import numpy as np
import pytest
from scipy import stats

from forecast.model import kinds, vendor
from forecast.model.parameters import Parameters
from forecast.scenario import load

Tree = dict[str, Any]


@pytest.fixture
def parameters(tmp_path):
    """The parameters of a vendor's block and a timeline, in six months from January 2026."""

    def of(capabilities: Tree | None = None, resources: Tree | None = None, **more: Any) -> Parameters:
        tree = {
            "schema": 1,
            "clock": {"start": "2026-01-01", "horizon": "6 months"},
            "market": {"segments": {"a": {"accounts": 1, "eligible_users": 1}}},
            "vendor": {"capabilities": capabilities or {}, "resources": resources or {}},
            **more,
        }
        path = tmp_path / "scenario.yaml"
        path.write_text(json.dumps(tree), encoding="utf-8")
        return Parameters(load(path))

    return of


def turns(parameters: Parameters, seed: int = 1, replication: int = 0) -> list[tuple[float, bool]]:
    return vendor.availability(parameters.scenario, "sso", seed, replication, {})


def changed(*steps: tuple[str, object], path: str = "vendor.capabilities.sso") -> list[Tree]:
    return [{"at": at, "set": {path: value}} for at, value in steps]


@pytest.mark.parametrize(
    ("at_first", "steps", "expected"),
    [
        (True, (), [(0, True)]),
        (False, (), [(0, False)]),
        ("2026-02-01", (), [(0, False), (31, True)]),
        ("2026-01-01", (), [(0, True)]),
        ("2020-05-05", (), [(0, True)]),
        (False, (("2026-02-01", True),), [(0, False), (31, True)]),
        (True, (("2026-02-01", False),), [(0, True), (31, False)]),
        (True, (("2026-02-01", False), ("2026-03-01", True)), [(0, True), (31, False), (59, True)]),
        (True, (("2026-02-01", True),), [(0, True)]),
        (False, (("2026-01-01", True),), [(0, True)]),
        (True, (("2026-01-01", False),), [(0, False)]),
        ("2026-04-01", (("2026-02-01", "2026-03-01"),), [(0, False), (59, True)]),
        ("2026-03-01", (("2026-02-01", "2026-04-01"),), [(0, False), (90, True)]),
        ("2026-02-01", (("2026-02-01", False),), [(0, False)]),
        (True, (("2026-02-01", "2026-04-01"),), [(0, True), (31, False), (90, True)]),
        (False, (("2026-03-01", "2026-01-15"),), [(0, False), (59, True)]),
    ],
)
@pytest.mark.filterwarnings("ignore:.*is never in force:forecast.InputWarning")  # two of the cases are of that kind
def test_a_capability_comes_and_goes(parameters, at_first, steps, expected):
    assert turns(parameters({"sso": at_first}, timeline=changed(*steps))) == expected


def test_a_slip_is_one_draw_for_each_replication(parameters):
    slip = {"at": "2026-02-01", "slip": {"uniform": {"low": "0 days", "high": "100 days"}}}
    found = parameters({"sso": slip, "scim": slip})
    days = [turns(found, 1, replication)[1][0] for replication in range(400)]
    assert all(31 <= day <= 131 for day in days)
    # Kolmogorov-Smirnov at one in a million, with a fixed seed.
    assert stats.kstest(np.array(days), stats.uniform(31, 100).cdf).pvalue > 1e-6
    assert turns(found, 1, 3) == turns(found, 1, 3)
    assert vendor.availability(found.scenario, "scim", 1, 3, {}) != turns(found, 1, 3)
    assert turns(parameters({"sso": slip}), 1, 3) == turns(found, 1, 3), "another capability moves no draw"


def test_how_long_a_capability_slips_may_be_uncertain(parameters):
    most = {"uncertain": {"uniform": {"low": "50 days", "high": "100 days"}}}
    slip = {"uniform": {"low": "40 days", "high": most}}
    found = parameters({"sso": {"at": "2026-02-01", "slip": slip}})
    (path,) = [each.path for each in found.uncertain]
    assert path == "vendor.capabilities.sso.slip.uniform.high"
    for replication in range(20):
        _, (day, _) = vendor.availability(found.scenario, "sso", 1, replication, {path: 0.5})
        assert 31 + 40 <= day <= 31 + 75
        assert found.inputs(1, replication).vendor.dates.kinds.tolist().count(kinds.CAPABILITY) == 1


POOL = {"count": 2, "cost": "3652.50 USD per year"}  # 10.00 a day


@pytest.mark.parametrize(
    ("hires", "steps", "expected"),
    [
        ((), (), [(0, 2)]),
        ((("2026-02-01", 1),), (), [(0, 2), (31, 3)]),
        ((("2026-02-01", -1), ("2026-03-01", 2)), (), [(0, 2), (31, 1), (59, 3)]),
        ((("2026-02-01", -5), ("2026-03-01", 4)), (), [(0, 2), (31, 0), (59, 1)]),  # never fewer than nobody
        ((("2026-01-01", 1),), (), [(0, 3)]),
        ((), (("2026-02-01", 0),), [(0, 2), (31, 0)]),
        ((("2026-02-01", 1),), (("2026-02-01", 4),), [(0, 2), (31, 5)]),
        ((("2026-03-01", 1),), (("2026-02-01", 1),), [(0, 2), (31, 1), (59, 2)]),
        ((("2026-02-01", 1), ("2026-02-01", -1)), (), [(0, 2)]),
    ],
)
def test_a_pool_is_its_count_and_its_hires(parameters, hires, steps, expected):
    pool = POOL | {"hires": [{"at": at, "add": add} for at, add in hires]}
    found = parameters(resources={"x": pool}, timeline=changed(*steps, path="vendor.resources.x.count"))
    assert vendor.pool_sizes(found.scenario, 0, {}) == expected


def test_people_cost_by_days(parameters):
    pool = POOL | {"hires": [{"at": "2026-02-15", "add": 1}, {"at": "2026-03-11", "add": -3}]}
    found = parameters(resources={"x": pool}).inputs(1, 0).vendor
    # January 2 * 31; February 2 * 28 + 14; March 10 days of three.
    assert found.capacity_days[:, 0].tolist() == [62, 70, 30, 0, 0, 0]
    assert found.costs[:, 0].tolist() == [0, 62000, 70000, 30000, 0, 0, 0]
    assert found.people == (2,)


def test_people_cost_adds_up_to_the_cent(parameters):
    # 0.01 a year for 181 days is half a cent: 0.4956 rounds to nothing, and the hundredfold to 50.
    for yearly, total in (("0.01 USD per year", 0), ("1 USD per year", 50)):
        found = parameters(resources={"x": {"count": 1, "cost": yearly}}).inputs(1, 0).vendor
        assert found.costs[:, 0].sum() == total


COST = {"capabilities": {"sso": {"once": "500 USD", "yearly": "100 USD"}}}


@pytest.mark.parametrize(
    ("at_first", "steps", "once", "months"),
    [
        (True, (), None, range(1, 7)),
        (False, (), None, ()),
        ("2026-03-01", (), 3, range(3, 7)),
        ("2026-03-15", (), 3, range(3, 7)),
        ("2026-07-01", (), None, ()),  # the horizon
        (False, (("2026-02-10", True), ("2026-04-10", False)), 2, (2, 3, 4)),
        (False, (("2026-02-10", True), ("2026-04-01", False)), 2, (2, 3)),
        (False, (("2026-02-10", True), ("2026-03-10", False), ("2026-05-10", True)), 2, (2, 3, 5, 6)),
    ],
)
def test_a_capability_costs_once_and_a_twelfth_each_month(parameters, at_first, steps, once, months):
    found = parameters({"sso": at_first}, timeline=changed(*steps), costs=COST).inputs(1, 0).vendor
    expected, twelfths = [0] * 7, 0
    for month in months:  # running totals of 833.33: 833, 1667, 2500 ...
        before, twelfths = twelfths, twelfths + 1
        expected[month] = (10000 * twelfths * 2 + 12) // 24 - (10000 * before * 2 + 12) // 24
    if once:
        expected[once] += 50000
    assert found.costs[:, 1].tolist() == expected


def test_the_markets_dates_are_in_order(parameters):
    found = parameters(
        {"sso": "2026-03-01", "scim": "2026-02-10"},
        {"x": {"count": 1, "hires": [{"at": "2026-03-01", "add": 1}, {"at": "2026-09-01", "add": 1}]}},
        timeline=[{"at": "2026-03-01", "set": {"trial.activation": "50%"}}],
    )
    dates = found.inputs(1, 0).vendor.dates
    sso, scim = (found.capabilities.index(name) for name in ("sso", "scim"))
    rows = list(zip(*(column.tolist() for column in dates), strict=True))
    assert rows == [
        (31, kinds.MONTH_END, -1, 1),
        (40, kinds.CAPABILITY, scim, 1),
        (59, kinds.MONTH_END, -1, 2),
        (59, kinds.TIMELINE, -1, 1),
        (59, kinds.CAPABILITY, sso, 1),
        (59, kinds.POOL_SIZE, 0, 2),
        (90, kinds.MONTH_END, -1, 3),
        (120, kinds.MONTH_END, -1, 4),
        (151, kinds.MONTH_END, -1, 5),
    ]  # nothing at the horizon, day 181


def test_capacity_ends_with_the_horizon():
    days = vendor.capacity_days(np.array([0, 31, 59]), [(0.0, 1), (10.5, 3), (100.0, 9)])
    assert days.tolist() == [10.5 + 3 * 20.5, 3 * 28]
    assert vendor.capacity_days(np.array([0, 31]), [(inf, 1)]).tolist() == [0]


def test_a_roster_has_its_people_in_order_and_the_last_leave_first(parameters):
    hires = [
        {"at": "2026-02-01", "add": 2, "ramp": "2 months"},
        {"at": "2026-03-01", "add": -1},
        {"at": "2026-04-01", "add": 1},
        {"at": "2026-06-01", "add": -1},
    ]
    step = changed(("2026-05-01", 3), path="vendor.resources.sellers.count")
    found = parameters(resources={"sellers": {"count": 2, "hires": hires}}, timeline=step)
    people = found.inputs(1, 0).vendor.rosters[0].people
    ramp = 2 * 30.4375
    # Two of long standing, a third of `count` from May; two of February, one of whom leaves; one of April, until June.
    assert people == ((0, inf, 0), (0, inf, 0), (120, inf, 0), (31, inf, ramp), (31, 59, ramp), (90, 151, 0))


def test_without_a_ramp_nobody_is_told_apart(parameters):
    found = parameters(resources={"sellers": {"count": 2, "hires": [{"at": "2026-02-01", "add": 2}]}})
    assert found.inputs(1, 0).vendor.rosters[0].people == ()
