"""Is what is drawn what the tables say?  The artists' numbers, reckoned again from the tables in another way."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from examples import CASES  # type: ignore[import-not-found]  # it stands beside this file

from forecast import charts
from forecast.analysis.lost_requirements import read_missing_requirements
from forecast.analysis.stage_times import read_stage_times
from forecast.charts.arr_bridge_chart import BRIDGE_PARTS, bridge_years
from forecast.charts.dated_marks import DatedMark, dated_marks, draw_dated_marks, marks_note
from forecast.charts.funnel_chart import funnel_counts
from forecast.charts.layout import axis
from forecast.charts.layout.chart import WIDTH, Chart
from forecast.charts.layout.palette import STAGE_TIME_COLORS
from forecast.engines import engine
from forecast.errors import InputError, InputWarning
from forecast.model import kinds
from forecast.model.dates import gate_opens
from forecast.scenario import load
from forecast.study.finished_run import Run
from forecast.study.run import run

MONTHS = 36


@pytest.fixture(scope="module")
def monthly(usual):
    """monthly.parquet, summed over segments."""
    frame = usual.monthly().to_pandas()
    return frame.drop(columns="segment").groupby(["replication", "month"]).sum()


def by_month(monthly, metric):
    """A metric with a row for each replication and a column for each month."""
    return monthly.reset_index().pivot_table(index="replication", columns="month", values=metric)


def line(axes, label):
    """The heights of the line of that name."""
    return next(each for each in axes.lines if each.get_label() == label).get_ydata()


def band(axes, label, days):
    """The lower and upper edge of the band of that name at some days."""
    found = next(each for each in axes.collections if each.get_label() == label)
    corners = found.get_paths()[0].vertices
    heights = [corners[corners[:, 0] == day, 1] for day in days]
    return np.array([each.min() for each in heights]), np.array([each.max() for each in heights])


def widths(axes):
    """The bars' lengths in the order in which they were drawn."""
    return [float(bar.get_width()) for bar in axes.patches]


def test_the_fan_is_that_of_the_replications(usual, monthly):
    axes = charts.fan(usual).axes[0]
    arr = by_month(monthly, "arr_cents")
    days = axis.month_positions(usual.scenario.start, MONTHS)
    assert line(axes, "median") == pytest.approx(arr.median())
    for label, levels in (("50%", (0.25, 0.75)), ("80%", (0.1, 0.9))):
        low, high = band(axes, label, days)
        assert low == pytest.approx(arr.quantile(levels[0]))
        assert high == pytest.approx(arr.quantile(levels[1]))
    paths = [tuple(np.asarray(each.get_ydata())) for each in axes.lines if each.get_linewidth() == 0.7]
    assert len(paths) == 3
    assert set(paths) <= {tuple(row) for row in arr.to_numpy()}


def test_events_and_changes_within_the_horizon_are_marked_by_their_days():
    scenario = load(
        {
            "clock": {"start": "2026-01-01", "horizon": "12 months"},
            "market": {"segments": {"only": {"accounts": 5, "eligible_users": 10}}},
            "adoption": {"organic": "2% per month"},
            "trial": {"activation": "40%"},
            "events": [
                {"at": "2026-03-01", "name": "spring_fair", "multiply": {"adoption.organic": 2}},
                {"at": "2025-12-01", "for": "3 months", "name": "before", "multiply": {"adoption.organic": 2}},
            ],
            "timeline": [
                {"at": "2026-02-01", "set": {"trial.activation": "50%"}},
                {"at": "2026-03-01", "set": {"trial.activation": "60%", "trial.length": "9 days"}},
            ],
        }
    )
    marks = dated_marks(scenario)
    assert marks == [(31, "trial.activation"), (59, "spring fair and 2 more")]
    note = marks_note(scenario, marks)
    assert note == " Dated: a, trial.activation (1 Feb 2026); b, spring fair and 2 more (1 Mar 2026)."
    with pytest.warns(InputWarning, match="the horizon ends"):
        shorter = scenario.replace({"clock.horizon": "2 months"})
    assert [mark.day for mark in dated_marks(shorter)] == [31]  # none at the horizon


def test_letters_of_days_that_are_close_stand_apart_and_lines_on_their_days():
    chart = Chart("title", "note", 200.0)
    axes = chart.panel(40.0, 30.0, 300.0, 150.0)
    axes.set_xlim(0.0, 300.0)
    draw_dated_marks(chart, axes, [DatedMark(150, "one"), DatedMark(151, "two"), DatedMark(299, "three")])
    assert [float(np.asarray(each.get_xdata())[0]) for each in axes.lines] == [150, 151, 299]
    letters = [each for each in chart.texts if each.get_text() in "abc"]
    assert [each.get_text() for each in letters] == ["a", "b", "c"]
    places = [each.get_position()[0] * WIDTH for each in letters]
    assert np.diff(places).min() >= 9.0 - 1e-9
    assert places[2] == pytest.approx(339.0)


def test_a_fan_marks_when_prices_change(usual):
    chart = charts.fan(usual)
    assert "Dated: a, pricing.paid and 1 more (1 Jul 2026)." in chart.note
    assert [each.get_xdata() for each in chart.axes[0].lines if each.get_linewidth() == 0.6] == [[181, 181]]


def test_the_fan_of_a_flow_is_summed_from_the_start(usual, monthly):
    axes = charts.fan(usual, "revenue_cents").axes[0]
    assert line(axes, "median") == pytest.approx(by_month(monthly, "revenue_cents").cumsum(axis=1).median())


def test_a_metric_that_is_none_is_refused_with_the_nearest(usual):
    with pytest.raises(InputError, match="did you mean `arr_cents`"):
        charts.fan(usual, "ar_cents")


def test_signed_and_banned_are_those_of_the_accounts(usual):
    accounts = usual.frame("accounts")
    days = axis.month_positions(usual.scenario.start, MONTHS)
    chart = charts.incidence(usual)
    for axes, name in zip(chart.axes, ("smb", "mid_market", "enterprise", None), strict=True):
        own = accounts if name is None else accounts[accounts.segment == name]
        signed = np.array([(own.contract_day < day).mean() for day in days])
        banned = np.array([((own.ban_day < day) & ~(own.contract_day < day)).mean() for day in days])
        assert line(axes, "mean") == pytest.approx(signed)
        assert band(axes, "banned", days)[1] == pytest.approx(signed + banned)
        shares = np.array(
            [[(each.contract_day < day).mean() for day in days] for _, each in own.groupby("replication")]
        )
        assert line(axes, "P90") == pytest.approx(np.quantile(shares, 0.9, axis=0))
        assert line(axes, "P10") == pytest.approx(np.quantile(shares, 0.1, axis=0))


def test_the_bridge_closes_and_is_that_of_the_months(usual, monthly):
    found = bridge_years(usual, usual.parameters)
    means = monthly.groupby("month").mean()
    assert [year.span for year in found] == [f"Jan {year} to Dec {year}" for year in (2026, 2027, 2028)]
    for place, year in enumerate(found):
        months = range(12 * place + 1, 12 * place + 13)
        assert year.opening + sum(year.parts) == pytest.approx(year.closing)
        assert year.closing == pytest.approx(means.arr_cents[12 * place + 12])
        for part, movement in zip(year.parts, BRIDGE_PARTS.values(), strict=True):
            assert part == pytest.approx(movement.sign * means[movement.column].loc[months].sum())
    chart = charts.arr_bridge(usual)
    for axes, year in zip(chart.axes, found, strict=True):
        used = [place for place in range(len(BRIDGE_PARTS)) if any(each.parts[place] for each in found)]
        assert len(used) > 6
        wanted = [year.opening, *(abs(year.parts[place]) for place in used), year.closing]
        assert widths(axes) == pytest.approx(wanted)


def test_a_fiscal_year_is_named_for_the_year_in_which_it_ends(runs):
    found = bridge_years(runs["nothing"], runs["nothing"].parameters)  # from May, fiscal years from February
    assert [(year.name, year.span) for year in found] == [
        ("FY 2027, from May", "May 2026 to Jan 2027"),
        ("FY 2028, to Apr", "Feb 2027 to Apr 2027"),
    ]


def test_the_funnel_counts_accounts(usual):
    accounts = usual.frame("accounts")
    counts = funnel_counts(usual, usual.parameters)
    for place, name in enumerate(("smb", "mid_market", "enterprise")):
        own = accounts[accounts.segment == name]
        days = ("first_trial_day", "aware_day", "opportunity_day", "contract_day")
        wanted = [len(own) / 6, *(own[day].notna().sum() / 6 for day in days)]
        assert counts[:, :, place].mean(axis=0) == pytest.approx(wanted)
        assert widths(charts.funnel(usual).axes[place]) == pytest.approx(wanted)


def stage_times(made):
    """The days in each stage of a run."""
    return read_stage_times(made.folder / "opportunities.parquet", made.parameters.stages, 6)


def spent(row, stage, opens, *, people):
    """The days of one passage by what they were spent on, counted step by step."""
    left, queued, served = (row[f"{stage}_{step}_day"] for step in ("left", "queued", "served"))
    opens = min(opens, left)
    date = opens - row[f"{stage}_entered_day"]
    if not people:
        return date, 0.0, 0.0, left - opens
    if np.isnan(queued):
        return date, left - opens, 0.0, 0.0  # lost before it asked for anybody
    if np.isnan(served):
        return date, queued - opens, left - queued, 0.0
    return date, queued - opens, served - queued, left - served


def gate_day(made, row, stage):
    """The day on which a stage's gate opens for a deal, by the calendar."""
    gates = {"review": {"smb": 0, "mid_market": 1, "enterprise": 2}, "budget": {}, "signature": {}}
    default = {"review": 0, "budget": 2, "signature": 0}
    gate = gates[stage].get(row["segment"], default[stage])
    return gate_opens(made.parameters.shape.origin, float(row[f"{stage}_entered_day"]), gate, 1)


def test_the_days_of_each_stage_add_up_to_those_of_the_table(usual):
    deals = usual.frame("opportunities")
    for stage in stage_times(usual):
        ended = deals[deals[f"{stage.name}_left_day"].notna()]
        assert len(ended) > 30
        rows = []
        for _, row in ended.iterrows():
            opens = gate_day(usual, row, stage.name)
            rows.append(spent(row, stage.name, opens, people=stage.name == "review"))
        assert stage.days == pytest.approx(np.mean(rows, axis=0))
        assert stage.passed == pytest.approx(len(ended) / 6)
    spent_on = np.sum([stage.days for stage in stage_times(usual)], axis=0)
    assert len(spent_on) == len(STAGE_TIME_COLORS)
    assert (spent_on > 0).all()


def test_the_day_a_gate_opened_is_in_the_table(usual):
    deals = usual.frame("opportunities")
    for stage in usual.parameters.stages:
        passed = deals[deals[f"{stage}_opened_day"].notna()]
        assert len(passed) > 30
        assert [gate_day(usual, row, stage) for _, row in passed.iterrows()] == passed[f"{stage}_opened_day"].tolist()


@pytest.fixture(scope="module")
def beside(tmp_path_factory) -> Run:
    """The usual run, but that budgets are decided beside the review: deals are lost while its gate is shut."""
    folder = tmp_path_factory.mktemp("beside")
    text = CASES["usual"].replace("after: [review], gate: fiscal_quarter, duration: 9 days, loss: 10%", "loss: 70%")
    (folder / "beside.yaml").write_text(f"schema: 1\n{text}", encoding="utf-8")
    return run(folder / "beside.yaml", folder=folder / "run", workers=1)


@pytest.mark.parametrize("name", ["usual", "beside"])
def test_what_was_asked_for_in_vain_is_what_the_log_tells(request, name):
    made = request.getfixturevalue(name)
    answers = (kinds.REQUIREMENT_AWAITED, kinds.REQUIREMENT_WAIVED, kinds.REQUIREMENT_REFUSED)
    asked: Counter[str] = Counter()
    for replication in range(6):
        log: list[Any] = []
        engine("compiled").run(made.parameters, 3, replication, log)
        asked.update(made.parameters.requirements[int(value)] for *_, kind, _, value in log if kind in answers)
    deals = made.frame("opportunities")
    missing = read_missing_requirements(made.folder / "opportunities.parquet", made.parameters.requirements, 6)
    found = {each.name: each for each in missing}
    assert found.keys() == asked.keys() == {"sso"}
    assert found["sso"].missing == pytest.approx(asked["sso"] / 6)
    assert asked["sso"] > 6
    assert found["sso"].lost == pytest.approx((deals.reason == "requirement").sum() / 6)


def test_the_ends_of_deals_are_those_of_the_months(usual, monthly):
    chart = charts.procurement(usual)
    deals = usual.frame("opportunities")
    ends = {row[0]: row[1] for row in chart.data.rows if not row[0].startswith("stage")}
    totals = monthly.sum()
    assert widths(chart.axes[1])[0] == pytest.approx(totals["won"] / 6)
    assert sum(widths(chart.axes[1])) == pytest.approx(len(deals) / 6)
    assert {"won", "still open", "lost: no money", "lost: requirement"} <= ends.keys()


def test_people_are_as_busy_as_the_table_says(usual):
    table = usual.frame("resources")
    chart = charts.people(usual)
    busy = (table.busy_days / table.capacity_days).groupby(table.month).mean()
    sums = table.groupby("month")[["wait_days", "requests"]].sum()
    waits = (sums.wait_days / sums.requests).where(sums.requests > 0)
    assert chart.axes[0].lines[0].get_ydata() == pytest.approx(busy)
    assert chart.axes[1].lines[0].get_ydata() == pytest.approx(waits, nan_ok=True)


def test_differences_are_those_of_the_replications(comparison):
    chart = charts.differences(comparison, "arr")
    values = comparison.figures("arr")
    apart = values[:, 1:] - values[:, :1]
    axes = chart.axes[0]
    bars: list[Any] = [bar for bar in axes.patches if getattr(bar, "get_height", float)() == pytest.approx(0.56)]
    for row in range(3):
        p10, p25, p75, p90 = np.quantile(apart[:, row], [0.1, 0.25, 0.75, 0.9])
        outer, inner = bars[2 * row], bars[2 * row + 1]
        assert (outer.get_x(), outer.get_width()) == pytest.approx((p10, p90 - p10))
        assert (inner.get_x(), inner.get_width()) == pytest.approx((p25, p75 - p25))
    dots = [np.asarray(each.get_xdata())[0] for each in axes.lines if each.get_marker() == "o"]
    assert dots == pytest.approx(apart.mean(axis=0))
    assert chart.data.rows[1][1] == "0"  # the same scenario under another name


def test_the_tornado_says_which_fifth_gives_what(tmp_path):
    path = tmp_path / "usual.yaml"
    path.write_text(f"schema: 1\n{CASES['usual']}")
    long = run(path, folder=tmp_path / "run", workers=1, replications=60)
    months = long.monthly().to_pandas().drop(columns="segment").groupby(["replication", "month"]).sum()
    arr = by_month(months, "arr_cents")[MONTHS].to_numpy()
    draws = [long.parameters.uncertain_values(3, replication)["adoption.imitation"] for replication in range(60)]
    order = np.argsort(draws)
    low, high = arr[order[:12]].mean(), arr[order[-12:]].mean()
    chart = charts.tornado(long.sensitivity("arr"))
    bars: list[Any] = list(chart.axes[0].patches)
    lowest, highest = bars
    assert lowest.get_x() + lowest.get_width() == pytest.approx(low)
    assert highest.get_x() + highest.get_width() == pytest.approx(high)
    assert lowest.get_x() == highest.get_x() == pytest.approx((low + high) / 2)
